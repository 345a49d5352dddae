//! Makes the bodies that Discord takes. Whatever the reply, the body is within every limit and pings nobody.

use serde::Serialize;

use crate::discord::protocol::custom_id::custom_id;
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

/// What a picture is called as a file.
pub const DIAGRAM_FILE_NAME: &str = "ladder.png";

const EPHEMERAL_FLAG: u32 = 1 << 6;
const ANSWERED_COLOR: u32 = 0x2f_80_ed;
const UNANSWERED_COLOR: u32 = 0x99_aa_b5;
/// Room for " · page 123 of 4567" behind a title, in any language.
pub const PAGE_LABEL_RESERVE: usize = 30;

/// A message, or the answer to an interaction.
#[derive(Clone, Debug, Default, Serialize)]
pub struct OutgoingMessage {
    /// The language that it is in, for what has to be said in its place.
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

/// What a message says from now on: all of it, since what is left out of an edit stays as it was.
#[derive(Debug, Serialize)]
pub struct MessageEdit<'m> {
    content: &'m str,
    embeds: &'m [Embed],
    components: &'m [ActionRow],
    allowed_mentions: &'m AllowedMentions,
    /// The picture, or none: one of the old answer goes.
    attachments: &'m [Attachment],
}

/// The first answer to an interaction.
#[derive(Debug, Serialize)]
pub struct InteractionCallback<T> {
    #[serde(rename = "type")]
    kind: u8,
    data: T,
}

/// Suggestions while somebody types.
#[derive(Debug, Serialize)]
pub struct AutocompleteChoices {
    choices: Vec<AutocompleteChoice>,
}

/// A suggestion.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct AutocompleteChoice {
    /// What is shown.
    pub name: String,
    /// What is sent when it is chosen.
    pub value: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct AllowedMentions {
    parse: [&'static str; 0],
}

/// A box of text in a message.
#[derive(Clone, Debug, Serialize)]
pub struct Embed {
    /// The line on top, or nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The text, or nothing.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// The colour of its edge.
    pub color: u32,
    /// Short values below the text.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<Field>,
    /// The picture below, or none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image: Option<EmbedImage>,
}

/// A picture below a text.
#[derive(Clone, Debug, Serialize)]
pub struct EmbedImage {
    url: String,
}

/// What is said of a file that goes with the message.
#[derive(Clone, Debug, Serialize)]
struct Attachment {
    id: u8,
    filename: &'static str,
    description: String,
}

#[derive(Clone, Debug, Serialize)]
struct ActionRow {
    #[serde(rename = "type")]
    kind: u8,
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
    kind: u8,
    style: u8,
    label: String,
    custom_id: String,
}

#[derive(Clone, Debug, Serialize)]
struct MessageReference {
    message_id: String,
    fail_if_not_exists: bool,
}

impl Button {
    /// A grey button with a label, and what a click on it means. Both are within the limits already.
    pub fn new(label: impl Into<String>, custom_id: String) -> Self {
        Button { kind: 2, style: 2, label: label.into(), custom_id }
    }
}

impl<T> InteractionCallback<T> {
    /// A form that opens.
    pub fn modal(data: T) -> Self {
        InteractionCallback { kind: 9, data }
    }
}

impl OutgoingMessage {
    /// A fixed phrase in a language.
    pub fn from_text(language: Language, content: String) -> Self {
        OutgoingMessage { language, content, ..OutgoingMessage::default() }
    }

    /// Embeds that are within the limits already, in a language.
    pub fn from_embeds(language: Language, embeds: Vec<Embed>) -> Self {
        OutgoingMessage { language, embeds, ..OutgoingMessage::default() }
    }

    /// With one more row of at most [`BUTTONS`] below, where there is room for one.
    pub fn with_button_row(mut self, buttons: Vec<Button>) -> Self {
        if !buttons.is_empty() && self.components.len() < MAX_ACTION_ROWS {
            self.components
                .push(ActionRow { kind: 1, components: buttons.into_iter().map(Component::Button).collect() });
        }
        self
    }

    /// What is said where the answer itself cannot be made.
    pub fn generic_error(language: Language) -> Self {
        OutgoingMessage::from_text(language, t!(language, "apology"))
    }

    /// What is said, in the same language, where this is not taken.
    pub fn to_generic_error(&self) -> Self {
        OutgoingMessage::generic_error(self.language)
    }

    /// Seen by the asker alone.
    pub fn ephemeral(mut self) -> Self {
        self.flags = Some(EPHEMERAL_FLAG);
        self
    }

    /// As a reply to a message. Sent twice, it still appears once.
    pub fn replying_to(mut self, message: u64) -> Self {
        self.message_reference = Some(MessageReference { message_id: message.to_string(), fail_if_not_exists: false });
        self.nonce = Some(message.to_string());
        self.enforce_nonce = Some(true);
        self
    }

    /// With a picture below its text, and in words what it shows. The picture itself is sent beside this, as [`PICTURE`].
    pub fn with_diagram(mut self, words: &str) -> Self {
        if let Some(embed) = self.embeds.last_mut() {
            embed.image = Some(EmbedImage { url: format!("attachment://{DIAGRAM_FILE_NAME}") });
            let description = truncate(&sanitize_line(words), MAX_ATTACHMENT_DESCRIPTION_LENGTH, str::to_owned);
            self.attachments = vec![Attachment { id: 0, filename: DIAGRAM_FILE_NAME, description }];
        }
        self
    }

    /// Instead of what a message said before, and of the picture that it may have had.
    pub fn to_edit(&self) -> MessageEdit<'_> {
        let OutgoingMessage { content, embeds, components, allowed_mentions, attachments, .. } = self;
        MessageEdit { content, embeds, components, allowed_mentions, attachments }
    }

    /// As the first answer to a command or a click.
    pub fn into_callback(self) -> InteractionCallback<OutgoingMessage> {
        InteractionCallback { kind: 4, data: self }
    }
}

impl AutocompleteChoices {
    /// As the answer to what somebody is typing.
    pub fn callback(choices: Vec<AutocompleteChoice>) -> InteractionCallback<AutocompleteChoices> {
        InteractionCallback { kind: 8, data: AutocompleteChoices { choices } }
    }
}

/// A reply, drawn.
#[derive(Debug)]
pub struct RenderedPage {
    /// One page of it.
    pub message: OutgoingMessage,
    /// Which page that is, counted from 0.
    pub page: usize,
    /// How much stands on the pages after it, where there are any.
    pub remaining: Option<usize>,
}

/// Draws a page of a reply, counted from 0; the last one where there are fewer. Where there are several, it says which one it is if
/// `reaches`, given how many there are, says that people get to the others.
pub fn render_page(reply: &Reply, page: usize, reaches: impl FnOnce(usize) -> bool) -> RenderedPage {
    let color = if reply.answered { ANSWERED_COLOR } else { UNANSWERED_COLOR };
    let title = truncate(&sanitize_line(&reply.title), MAX_EMBED_TITLE_LENGTH - PAGE_LABEL_RESERVE, escape_markdown);
    let mut pages = paginate(reply, MAX_EMBED_TOTAL_LENGTH - PAGE_LABEL_RESERVE - utf16_len(&title));
    let (count, page) = (pages.len(), page.min(pages.len() - 1));
    let which = if count > 1 && reaches(count) {
        format!(" · {}", t!(reply.language, "page-of", page = page + 1, count = count))
    } else {
        String::new()
    };
    let Page { descriptions, fields, remaining: left } = pages.swap_remove(page);
    let mut descriptions = descriptions.into_iter();
    let first = descriptions.next().unwrap_or_default();
    let title = (title + &which).trim_start().to_owned();
    let mut embeds = vec![Embed { title, description: first, color, fields: Vec::new(), image: None }];
    embeds.extend(descriptions.map(|description| Embed {
        title: String::new(),
        description,
        color,
        fields: Vec::new(),
        image: None,
    }));
    if let Some(last) = embeds.last_mut() {
        if last.title.is_empty() && last.description.is_empty() && fields.is_empty() {
            last.description = t!(reply.language, "empty-reply");
        }
        last.fields = fields;
    }
    let mut components = suggestion_rows(&reply.suggestions);
    let menus = reply.menu.iter().flat_map(|menu| menu::select_menus(menu, reply.language));
    components.extend(menus.map(|select| ActionRow { kind: 1, components: vec![Component::Select(select)] }));
    let message = OutgoingMessage { components, ..OutgoingMessage::from_embeds(reply.language, embeds) };
    RenderedPage { message, page, remaining: (page + 1 < count).then_some(left) }
}

fn suggestion_rows(steps: &[SuggestedAction]) -> Vec<ActionRow> {
    let mut components: Vec<Button> = Vec::new();
    for step in steps {
        let label = truncate(&sanitize_line(&step.label), MAX_BUTTON_LABEL_LENGTH, str::to_owned);
        if let Some(custom_id) = custom_id(&step.request)
            && !label.is_empty()
            && components.iter().all(|other| other.custom_id != custom_id)
            && components.len() < MAX_BUTTONS_PER_ROW
        {
            components.push(Button::new(label, custom_id));
        }
    }
    let components: Vec<Component> = components.into_iter().map(Component::Button).collect();
    if components.is_empty() { Vec::new() } else { vec![ActionRow { kind: 1, components }] }
}
