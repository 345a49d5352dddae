//! Builds request bodies for Discord. Any reply gives a body within the limits that mentions no one.

use serde::Serialize;
use serenity::model::application::{ButtonStyle, ComponentType};

use crate::discord::protocol::custom_id::CustomId;
use crate::discord::protocol::fields::Field;
use crate::discord::protocol::limits::{
    MAX_ACTION_ROWS, MAX_ATTACHMENT_DESCRIPTION_LENGTH, MAX_BUTTON_LABEL_LENGTH, MAX_BUTTONS_PER_ROW,
    MAX_EMBED_TITLE_LENGTH, MAX_EMBED_TOTAL_LENGTH, utf16_len,
};
use crate::discord::protocol::menu::{self, SelectMenu};
use crate::discord::protocol::paginate::{Page, paginate};
use crate::discord::protocol::text::{escape_markdown, sanitize_line, truncate};
use crate::engine::reply::{Reply, SuggestedAction};
use crate::i18n::{Language, t};

/// The file name of an attached diagram.
pub(crate) const DIAGRAM_FILE_NAME: &str = "ladder.png";

// Interaction callback types.
const CHANNEL_MESSAGE_WITH_SOURCE: u8 = 4;
const APPLICATION_COMMAND_AUTOCOMPLETE_RESULT: u8 = 8;
const MODAL: u8 = 9;
const EPHEMERAL_FLAG: u32 = 1 << 6;
const ANSWERED_COLOR: u32 = 0x2f_80_ed;
const UNANSWERED_COLOR: u32 = 0x99_aa_b5;
/// Length reserved for " · page 123 of 4567" after a title, in any language.
pub const PAGE_LABEL_RESERVE: usize = 30;

/// A message, or the message of an interaction callback.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OutgoingMessage {
    /// The language of the text, for an error message that replaces it.
    #[serde(skip)]
    language: Language,
    #[serde(skip_serializing_if = "String::is_empty")]
    content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    embeds: Vec<Embed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<ActionRow>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    allowed_mentions: AllowedMentions,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<MessageReference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_nonce: Option<bool>,
}

/// The new content of a message. It has every field, since an edit keeps fields that are left out.
#[derive(Debug, Serialize)]
pub(crate) struct MessageEdit<'m> {
    content: &'m str,
    embeds: &'m [Embed],
    components: &'m [ActionRow],
    allowed_mentions: &'m AllowedMentions,
    /// The new diagram; empty removes that of the old answer.
    attachments: &'m [Attachment],
}

/// The body of an interaction callback.
#[derive(Debug, Serialize)]
pub struct InteractionCallback<T> {
    #[serde(rename = "type")]
    kind: u8,
    data: T,
}

/// The data of an autocomplete callback.
#[derive(Debug, Serialize)]
pub struct AutocompleteChoices {
    choices: Vec<AutocompleteChoice>,
}

/// One autocomplete choice.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AutocompleteChoice {
    /// The text that Discord shows.
    pub(crate) name: String,
    /// The option value that Discord sends when it is chosen.
    pub(crate) value: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct AllowedMentions {
    parse: [&'static str; 0],
}

/// An embed.
#[derive(Clone, Debug, Default, Serialize)]
pub(crate) struct Embed {
    /// The title; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) title: String,
    /// The description; empty for none.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(crate) description: String,
    /// The colour of the left edge, as 0xRRGGBB.
    pub(crate) color: u32,
    /// The fields below the description.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) fields: Vec<Field>,
    /// The image below the fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) image: Option<EmbedImage>,
}

/// The image of an embed.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct EmbedImage {
    url: String,
}

/// The metadata of a file that is sent with the message.
#[derive(Clone, Debug, Serialize)]
struct Attachment {
    id: u8,
    filename: &'static str,
    description: String,
}

#[derive(Clone, Debug, Serialize)]
struct ActionRow {
    #[serde(rename = "type")]
    kind: ComponentType,
    components: Vec<Component>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Component {
    Button(Button),
    Select(SelectMenu),
}

/// A button.
#[derive(Clone, Debug, Serialize)]
pub struct Button {
    #[serde(rename = "type")]
    kind: ComponentType,
    style: ButtonStyle,
    label: String,
    custom_id: String,
}

#[derive(Clone, Debug, Serialize)]
struct MessageReference {
    message_id: String,
    fail_if_not_exists: bool,
}

impl ActionRow {
    fn new(components: Vec<Component>) -> Self {
        ActionRow { kind: ComponentType::ActionRow, components }
    }
}

impl Button {
    /// A grey button. The caller keeps label and `custom_id` within the limits.
    pub(crate) fn new(label: impl Into<String>, custom_id: String) -> Self {
        Button { kind: ComponentType::Button, style: ButtonStyle::Secondary, label: label.into(), custom_id }
    }
}

impl<T> InteractionCallback<T> {
    /// A callback that opens a modal.
    pub(crate) fn modal(data: T) -> Self {
        InteractionCallback { kind: MODAL, data }
    }
}

impl OutgoingMessage {
    /// A message of plain text.
    pub(crate) fn from_text(language: Language, content: String) -> Self {
        OutgoingMessage { language, content, ..OutgoingMessage::default() }
    }

    /// A message of embeds. The caller keeps them within the limits.
    pub(crate) fn from_embeds(language: Language, embeds: Vec<Embed>) -> Self {
        OutgoingMessage { language, embeds, ..OutgoingMessage::default() }
    }

    /// Adds an action row of at most [`MAX_BUTTONS_PER_ROW`] buttons; nothing where there are no buttons or all rows are in use.
    pub fn with_button_row(mut self, buttons: Vec<Button>) -> Self {
        if !buttons.is_empty() && self.components.len() < MAX_ACTION_ROWS {
            self.components.push(ActionRow::new(buttons.into_iter().map(Component::Button).collect()));
        }
        self
    }

    /// The message sent when an answer fails.
    pub(crate) fn generic_error(language: Language) -> Self {
        OutgoingMessage::from_text(language, t!(language, "apology"))
    }

    /// [`generic_error`](OutgoingMessage::generic_error) in the language of this message, sent when Discord rejects it.
    pub(crate) fn to_generic_error(&self) -> Self {
        OutgoingMessage::generic_error(self.language)
    }

    /// Makes it visible to the asking member alone.
    pub(crate) fn ephemeral(mut self) -> Self {
        self.flags = Some(EPHEMERAL_FLAG);
        self
    }

    /// Makes it a reply to a message. The nonce lets Discord drop duplicates when it is sent again.
    pub(crate) fn replying_to(mut self, message_id: u64) -> Self {
        let message_id = message_id.to_string();
        self.nonce = Some(message_id.clone());
        self.enforce_nonce = Some(true);
        self.message_reference = Some(MessageReference { message_id, fail_if_not_exists: false });
        self
    }

    /// Adds an image below the last embed, with this alt text. The file is sent with the message as [`DIAGRAM_FILE_NAME`].
    pub(crate) fn with_diagram(mut self, alt_text: &str) -> Self {
        if let Some(embed) = self.embeds.last_mut() {
            embed.image = Some(EmbedImage { url: format!("attachment://{DIAGRAM_FILE_NAME}") });
            let description = truncate(&sanitize_line(alt_text), MAX_ATTACHMENT_DESCRIPTION_LENGTH, str::to_owned);
            self.attachments = vec![Attachment { id: 0, filename: DIAGRAM_FILE_NAME, description }];
        }
        self
    }

    /// The body of an edit that replaces a message, its attachments included.
    pub(crate) fn to_edit(&self) -> MessageEdit<'_> {
        let OutgoingMessage { content, embeds, components, allowed_mentions, attachments, .. } = self;
        MessageEdit { content, embeds, components, allowed_mentions, attachments }
    }

    /// The body of the callback to a command, component or modal.
    pub fn into_callback(self) -> InteractionCallback<OutgoingMessage> {
        InteractionCallback { kind: CHANNEL_MESSAGE_WITH_SOURCE, data: self }
    }
}

impl AutocompleteChoices {
    /// The body of the callback to an autocomplete interaction.
    pub fn callback(choices: Vec<AutocompleteChoice>) -> InteractionCallback<AutocompleteChoices> {
        InteractionCallback { kind: APPLICATION_COMMAND_AUTOCOMPLETE_RESULT, data: AutocompleteChoices { choices } }
    }
}

/// A page of a reply as a message.
#[derive(Debug)]
pub struct RenderedPage {
    /// The message.
    pub message: OutgoingMessage,
    /// The number of the page, counted from 0.
    pub page: usize,
    /// Number of items on the following pages; none on the last page.
    pub remaining: Option<usize>,
}

/// Renders a page of a reply, counted from 0; the last one where there are fewer. The title has the page number if there are several
/// pages and `reachable`, given their number, is true.
pub fn render_page(reply: &Reply, page: usize, reachable: impl FnOnce(usize) -> bool) -> RenderedPage {
    let color = if reply.answered { ANSWERED_COLOR } else { UNANSWERED_COLOR };
    let title = truncate(&sanitize_line(&reply.title), MAX_EMBED_TITLE_LENGTH - PAGE_LABEL_RESERVE, escape_markdown);
    let mut pages = paginate(reply, MAX_EMBED_TOTAL_LENGTH - PAGE_LABEL_RESERVE - utf16_len(&title));
    let (count, page) = (pages.len(), page.min(pages.len() - 1));
    let page_label = if count > 1 && reachable(count) {
        format!(" · {}", t!(reply.language, "page-of", page = page + 1, count = count))
    } else {
        String::new()
    };
    let Page { descriptions, fields, remaining } = pages.swap_remove(page);
    let mut descriptions = descriptions.into_iter();
    let embed = |description| Embed { description, color, ..Embed::default() };
    let mut first = embed(descriptions.next().unwrap_or_default());
    first.title = (title + &page_label).trim_start().to_owned();
    let mut embeds = vec![first];
    embeds.extend(descriptions.map(embed));
    if let Some(last) = embeds.last_mut() {
        if last.title.is_empty() && last.description.is_empty() && fields.is_empty() {
            last.description = t!(reply.language, "empty-reply");
        }
        last.fields = fields;
    }
    let menus = reply.menu.iter().flat_map(|menu| menu::select_menus(menu, reply.language));
    let mut message =
        OutgoingMessage::from_embeds(reply.language, embeds).with_button_row(suggestion_buttons(&reply.suggestions));
    message.components.extend(menus.map(|select| ActionRow::new(vec![Component::Select(select)])));
    RenderedPage { message, page, remaining: (page + 1 < count).then_some(remaining) }
}

/// The suggested actions as buttons, as many as fit a row. Actions that do not fit a button, or repeat one, are left out.
fn suggestion_buttons(suggestions: &[SuggestedAction]) -> Vec<Button> {
    let mut buttons: Vec<Button> = Vec::new();
    for suggestion in suggestions {
        let label = truncate(&sanitize_line(&suggestion.label), MAX_BUTTON_LABEL_LENGTH, str::to_owned);
        if let Some(custom_id) = CustomId::Request(suggestion.request.clone()).encode()
            && !label.is_empty()
            && buttons.iter().all(|other| other.custom_id != custom_id)
            && buttons.len() < MAX_BUTTONS_PER_ROW
        {
            buttons.push(Button::new(label, custom_id));
        }
    }
    buttons
}
