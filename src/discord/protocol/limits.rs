//! The one place that knows how much Discord takes. Where its documents disagree, the smaller number stands here.

/// Embeds in a message.
pub const MAX_EMBEDS: usize = 10;
/// Everything in all embeds of a message together.
pub const MAX_EMBED_TOTAL_LENGTH: usize = 6000;
/// An embed's title.
pub const MAX_EMBED_TITLE_LENGTH: usize = 256;
/// An embed's description.
pub const MAX_EMBED_DESCRIPTION_LENGTH: usize = 4096;
/// Fields of an embed.
pub const MAX_EMBED_FIELDS: usize = 25;
/// A field's name.
pub const MAX_FIELD_NAME_LENGTH: usize = 256;
/// A field's value.
pub const MAX_FIELD_VALUE_LENGTH: usize = 1024;
/// Rows of buttons or menus below a message.
pub const MAX_ACTION_ROWS: usize = 5;
/// Buttons in a row.
pub const MAX_BUTTONS_PER_ROW: usize = 5;
/// Choices in a menu.
pub const MAX_SELECT_OPTIONS: usize = 25;
/// A menu's choice: its label, and its value.
pub const MAX_SELECT_OPTION_LENGTH: usize = 100;
/// What a menu says before anything is chosen.
pub const MAX_PLACEHOLDER_LENGTH: usize = 150;
/// A button's label.
pub const MAX_BUTTON_LABEL_LENGTH: usize = 80;
/// A `custom_id`.
pub const MAX_CUSTOM_ID_LENGTH: usize = 100;
/// Suggestions while somebody types.
pub const MAX_AUTOCOMPLETE_CHOICES: usize = 25;
/// A suggestion's name, and its value.
pub const MAX_CHOICE_LENGTH: usize = 100;
/// The name of a command or an option.
pub const MAX_COMMAND_NAME_LENGTH: usize = 32;
/// The description of a command or an option.
pub const MAX_COMMAND_DESCRIPTION_LENGTH: usize = 100;

/// What is said of a picture for those who do not see it.
pub const MAX_ATTACHMENT_DESCRIPTION_LENGTH: usize = 1024;

/// How long Discord takes a text to be. Its places count characters or UTF-16 code units; the latter are never fewer.
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}
