//! The one place that knows how much Discord takes. Where its documents disagree, the smaller number stands here.

/// Embeds in a message.
pub const EMBEDS: usize = 10;
/// Everything in all embeds of a message together.
pub const EMBEDS_TOTAL: usize = 6000;
/// An embed's title.
pub const TITLE: usize = 256;
/// An embed's description.
pub const DESCRIPTION: usize = 4096;
/// Fields of an embed.
pub const FIELDS: usize = 25;
/// A field's name.
pub const FIELD_NAME: usize = 256;
/// A field's value.
pub const FIELD_VALUE: usize = 1024;
/// Rows of buttons or menus below a message.
pub const ROWS: usize = 5;
/// Buttons in a row.
pub const BUTTONS: usize = 5;
/// Choices in a menu.
pub const MENU: usize = 25;
/// A menu's choice: its label, and its value.
pub const MENU_CHOICE: usize = 100;
/// What a menu says before anything is chosen.
pub const PLACEHOLDER: usize = 150;
/// A button's label.
pub const LABEL: usize = 80;
/// A `custom_id`.
pub const CUSTOM_ID: usize = 100;
/// Suggestions while somebody types.
pub const CHOICES: usize = 25;
/// A suggestion's name, and its value.
pub const CHOICE: usize = 100;
/// The name of a command or an option.
pub const COMMAND_NAME: usize = 32;
/// The description of a command or an option.
pub const COMMAND_ABOUT: usize = 100;

/// What is said of a picture for those who do not see it.
pub const PICTURE_WORDS: usize = 1024;

/// How long Discord takes a text to be. Its places count characters or UTF-16 code units; the latter are never fewer.
pub fn length(text: &str) -> usize {
    text.encode_utf16().count()
}
