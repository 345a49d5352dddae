//! Discord's limits for messages, components and commands, as documented; where the documentation disagrees with itself, the smaller
//! number. Lengths are in UTF-16 code units.

use std::time::Duration;

/// From an interaction to its initial response, on Discord's clock.
pub(crate) const INITIAL_RESPONSE_LIMIT: Duration = Duration::from_secs(3);
/// From receiving an interaction to giving up on its initial response; the rest of the limit is for the network.
pub(crate) const INITIAL_RESPONSE_TIMEOUT: Duration = Duration::from_millis(2700);

/// Embeds in a message.
pub(crate) const MAX_EMBEDS: usize = 10;
/// Titles, descriptions and fields of all embeds of a message together.
pub const MAX_EMBED_TOTAL_LENGTH: usize = 6000;
/// An embed's title.
pub(crate) const MAX_EMBED_TITLE_LENGTH: usize = 256;
/// An embed's description.
pub(crate) const MAX_EMBED_DESCRIPTION_LENGTH: usize = 4096;
/// Fields of an embed.
pub(crate) const MAX_EMBED_FIELDS: usize = 25;
/// A field's name.
pub(crate) const MAX_FIELD_NAME_LENGTH: usize = 256;
/// A field's value.
pub(crate) const MAX_FIELD_VALUE_LENGTH: usize = 1024;
/// Action rows below a message.
pub(crate) const MAX_ACTION_ROWS: usize = 5;
/// Buttons in a row.
pub(crate) const MAX_BUTTONS_PER_ROW: usize = 5;
/// Options of a select menu.
pub(crate) const MAX_SELECT_OPTIONS: usize = 25;
/// The label, and the value, of a select option.
pub(crate) const MAX_SELECT_OPTION_LENGTH: usize = 100;
/// The placeholder of a select menu.
pub(crate) const MAX_PLACEHOLDER_LENGTH: usize = 150;
/// A button's label.
pub const MAX_BUTTON_LABEL_LENGTH: usize = 80;
/// A `custom_id`.
pub const MAX_CUSTOM_ID_LENGTH: usize = 100;
/// Autocomplete choices.
pub const MAX_AUTOCOMPLETE_CHOICES: usize = 25;
/// The name, and the value, of an autocomplete choice.
pub const MAX_CHOICE_LENGTH: usize = 100;
/// The name of a command or an option.
#[cfg(test)]
pub(crate) const MAX_COMMAND_NAME_LENGTH: usize = 32;
/// The description of a command or an option.
#[cfg(test)]
pub(crate) const MAX_COMMAND_DESCRIPTION_LENGTH: usize = 100;
/// The description (alt text) of an attachment.
pub(crate) const MAX_ATTACHMENT_DESCRIPTION_LENGTH: usize = 1024;

/// The length of a text in UTF-16 code units. Discord counts these or characters, of which there are never more.
pub fn utf16_len(text: &str) -> usize {
    text.encode_utf16().count()
}
