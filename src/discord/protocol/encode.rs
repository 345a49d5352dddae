//! Makes the bodies that Discord takes. Whatever the reply, the body is within every limit and pings nobody.

use serde::Serialize;

use crate::discord::protocol::custom_id::custom_id;
use crate::discord::protocol::fields::Field;
use crate::discord::protocol::limits::{BUTTONS, EMBEDS_TOTAL, LABEL, PICTURE_WORDS, ROWS, TITLE, length};
use crate::discord::protocol::menu::{self, Select};
use crate::discord::protocol::paginate::{Page, pages};
use crate::discord::protocol::text::{escape, fit, one_line};
use crate::engine::reply::{NextStep, Reply};
use crate::i18n::{Language, say};

/// What a picture is called as a file.
pub const PICTURE: &str = "ladder.png";

const EPHEMERAL: u32 = 1 << 6;
const ANSWERED: u32 = 0x2f_80_ed;
const UNANSWERED: u32 = 0x99_aa_b5;
/// Room for " · page 123 of 4567" behind a title, in any language.
pub const PAGE: usize = 30;

/// A message, or the answer to an interaction.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Message {
    /// The language that it is in, for what has to be said in its place.
    #[serde(skip)]
    language: Language,
    #[serde(skip_serializing_if = "String::is_empty")]
    content: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    embeds: Vec<Embed>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    components: Vec<Row>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment>,
    allowed_mentions: Nobody,
    #[serde(skip_serializing_if = "Option::is_none")]
    flags: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    message_reference: Option<Reference>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    enforce_nonce: Option<bool>,
}

/// What a message says from now on: all of it, since what is left out of an edit stays as it was.
#[derive(Debug, Serialize)]
pub struct Edit<'m> {
    content: &'m str,
    embeds: &'m [Embed],
    components: &'m [Row],
    allowed_mentions: &'m Nobody,
    /// The picture, or none: one of the old answer goes.
    attachments: &'m [Attachment],
}

/// The first answer to an interaction.
#[derive(Debug, Serialize)]
pub struct Callback<T> {
    #[serde(rename = "type")]
    kind: u8,
    data: T,
}

/// Suggestions while somebody types.
#[derive(Debug, Serialize)]
pub struct Choices {
    choices: Vec<Choice>,
}

/// A suggestion.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// What is shown.
    pub name: String,
    /// What is sent when it is chosen.
    pub value: String,
}

#[derive(Clone, Debug, Default, Serialize)]
struct Nobody {
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
    pub image: Option<Image>,
}

/// A picture below a text.
#[derive(Clone, Debug, Serialize)]
pub struct Image {
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
struct Row {
    #[serde(rename = "type")]
    kind: u8,
    components: Vec<Component>,
}

#[derive(Clone, Debug, Serialize)]
#[serde(untagged)]
enum Component {
    Button(Button),
    Select(Select),
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
struct Reference {
    message_id: String,
    fail_if_not_exists: bool,
}

impl Button {
    /// A grey button with a label, and what a click on it means. Both are within the limits already.
    pub fn new(label: impl Into<String>, custom_id: String) -> Self {
        Button { kind: 2, style: 2, label: label.into(), custom_id }
    }
}

impl<T> Callback<T> {
    /// A form that opens.
    pub fn form(data: T) -> Self {
        Callback { kind: 9, data }
    }
}

impl Message {
    /// A fixed phrase in a language.
    pub fn saying(language: Language, content: String) -> Self {
        Message { language, content, ..Message::default() }
    }

    /// Embeds that are within the limits already, in a language.
    pub fn showing(language: Language, embeds: Vec<Embed>) -> Self {
        Message { language, embeds, ..Message::default() }
    }

    /// With one more row of at most [`BUTTONS`] below, where there is room for one.
    pub fn with(mut self, buttons: Vec<Button>) -> Self {
        if !buttons.is_empty() && self.components.len() < ROWS {
            self.components.push(Row { kind: 1, components: buttons.into_iter().map(Component::Button).collect() });
        }
        self
    }

    /// What is said where the answer itself cannot be made.
    pub fn apology(language: Language) -> Self {
        Message::saying(language, say!(language, "apology"))
    }

    /// What is said, in the same language, where this is not taken.
    pub fn sorry(&self) -> Self {
        Message::apology(self.language)
    }

    /// Seen by the asker alone.
    pub fn ephemeral(mut self) -> Self {
        self.flags = Some(EPHEMERAL);
        self
    }

    /// As a reply to a message. Sent twice, it still appears once.
    pub fn replying_to(mut self, message: u64) -> Self {
        self.message_reference = Some(Reference { message_id: message.to_string(), fail_if_not_exists: false });
        self.nonce = Some(message.to_string());
        self.enforce_nonce = Some(true);
        self
    }

    /// With a picture below its text, and in words what it shows. The picture itself is sent beside this, as [`PICTURE`].
    pub fn with_picture(mut self, words: &str) -> Self {
        if let Some(embed) = self.embeds.last_mut() {
            embed.image = Some(Image { url: format!("attachment://{PICTURE}") });
            let description = fit(&one_line(words), PICTURE_WORDS, str::to_owned);
            self.attachments = vec![Attachment { id: 0, filename: PICTURE, description }];
        }
        self
    }

    /// Instead of what a message said before, and of the picture that it may have had.
    pub fn edit(&self) -> Edit<'_> {
        let Message { content, embeds, components, allowed_mentions, attachments, .. } = self;
        Edit { content, embeds, components, allowed_mentions, attachments }
    }

    /// As the first answer to a command or a click.
    pub fn callback(self) -> Callback<Message> {
        Callback { kind: 4, data: self }
    }
}

impl Choices {
    /// As the answer to what somebody is typing.
    pub fn callback(choices: Vec<Choice>) -> Callback<Choices> {
        Callback { kind: 8, data: Choices { choices } }
    }
}

/// A reply, drawn.
#[derive(Debug)]
pub struct Drawn {
    /// One page of it.
    pub message: Message,
    /// Which page that is, counted from 0.
    pub page: usize,
    /// How much stands on the pages after it, where there are any.
    pub left: Option<usize>,
}

/// Draws a page of a reply, counted from 0; the last one where there are fewer. Where there are several, it says which one it is if
/// `reaches`, given how many there are, says that people get to the others.
pub fn draw(reply: &Reply, page: usize, reaches: impl FnOnce(usize) -> bool) -> Drawn {
    let color = if reply.answered { ANSWERED } else { UNANSWERED };
    let title = fit(&one_line(&reply.title), TITLE - PAGE, escape);
    let mut pages = pages(reply, EMBEDS_TOTAL - PAGE - length(&title));
    let (count, page) = (pages.len(), page.min(pages.len() - 1));
    let which = if count > 1 && reaches(count) {
        format!(" · {}", say!(reply.language, "page-of", page = page + 1, count = count))
    } else {
        String::new()
    };
    let Page { descriptions, fields, left } = pages.swap_remove(page);
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
            last.description = say!(reply.language, "empty-reply");
        }
        last.fields = fields;
    }
    let mut components = buttons(&reply.next);
    let menus = reply.menu.iter().flat_map(|menu| menu::selects(menu, reply.language));
    components.extend(menus.map(|select| Row { kind: 1, components: vec![Component::Select(select)] }));
    let message = Message { components, ..Message::showing(reply.language, embeds) };
    Drawn { message, page, left: (page + 1 < count).then_some(left) }
}

fn buttons(steps: &[NextStep]) -> Vec<Row> {
    let mut components: Vec<Button> = Vec::new();
    for step in steps {
        let label = fit(&one_line(&step.label), LABEL, str::to_owned);
        if let Some(custom_id) = custom_id(&step.request)
            && !label.is_empty()
            && components.iter().all(|other| other.custom_id != custom_id)
            && components.len() < BUTTONS
        {
            components.push(Button::new(label, custom_id));
        }
    }
    let components: Vec<Component> = components.into_iter().map(Component::Button).collect();
    if components.is_empty() { Vec::new() } else { vec![Row { kind: 1, components }] }
}
