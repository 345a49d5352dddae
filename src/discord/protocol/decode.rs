//! What came in, as a request. Nothing behind this door sees a shape of Discord's.

use serenity::model::application::{
    CommandData, CommandDataOptionValue, CommandType, ComponentInteractionData, ComponentInteractionDataKind,
    ResolvedTarget,
};
use serenity::model::channel::{Message, MessageType};
use serenity::model::id::UserId;

use crate::discord::protocol::custom_id::{CUSTOM_ID_PREFIX, SELECT_MENU_TAG};
use crate::discord::protocol::encode::AutocompleteChoice;
use crate::discord::protocol::limits::{MAX_AUTOCOMPLETE_CHOICES, MAX_CHOICE_LENGTH, utf16_len};
use crate::discord::protocol::text::{sanitize_line, truncate};
use crate::engine::Engine;
use crate::engine::reply::{Reply, ReplyKind};
use crate::engine::request::{Command, OptionKind, Request};
use crate::i18n::{Language, t};

/// The option of every slash command that asks for an open answer, in English.
pub const PUBLIC_OPTION: &str = "public";
/// The command in the menu of every message, in English; Discord sends this name whatever the member sees.
pub const ANSWER_THIS_COMMAND: &str = "Answer this";

/// What came in, or why it is no request, in words for the member and in their language.
pub type DecodeResult = Result<Request, String>;

/// A message that may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IncomingMessage {
    /// What it says, without the mention of the bot.
    pub text: String,
    /// It was said to the bot, who then always answers.
    pub addressed: bool,
}

/// A slash command.
pub fn slash_command(data: &CommandData, language: Language) -> DecodeResult {
    let command = Command::by_name(&data.name).filter(|_| data.kind == CommandType::ChatInput);
    let Some(command) = command else {
        return Err(t!(language, "gone-command", name = &sanitize_line(&data.name)));
    };
    let value = |name: &str| {
        data.options.iter().find(|option| option.name == name).and_then(|option| match &option.value {
            CommandDataOptionValue::String(value) => Some(value.as_str()),
            _ => None,
        })
    };
    command.build_request(value).map_err(|mistake| mistake.message(language))
}

/// The command on a message, where it is that: what the message asks. Its text comes along, whoever wrote it.
pub fn message_command(data: &CommandData, me: UserId, language: Language) -> Option<DecodeResult> {
    let Some(ResolvedTarget::Message(message)) = data.target().filter(|_| data.name == ANSWER_THIS_COMMAND) else {
        return None;
    };
    let text = strip_bot_mention(&message.content, me);
    if text.is_empty() {
        return Some(Err(t!(language, "empty-message")));
    }
    Some(Request::parse(&text).map_err(|mistake| mistake.message(language)))
}

/// Whether the answer to a slash command is wanted openly, for everybody to see.
pub fn wants_public_response(data: &CommandData) -> bool {
    let public = data.options.iter().find(|option| option.name == PUBLIC_OPTION).map(|option| &option.value);
    matches!(public, Some(CommandDataOptionValue::Boolean(true)))
}

/// The suggestions for what somebody is typing into a command.
pub fn autocomplete_choices(data: &CommandData, bot: &Engine) -> Vec<AutocompleteChoice> {
    let Some(typing) = data.autocomplete() else { return Vec::new() };
    let options = Command::by_name(&data.name).map_or(&[][..], |command| command.options);
    let takes = options.iter().find(|option| option.name == typing.name).map(|option| option.kind);
    let library = bot.library();
    match takes {
        Some(OptionKind::RoleName) => {}
        Some(OptionKind::FamilyName) => return family_choices(&library.families(), typing.value),
        Some(OptionKind::Text | OptionKind::Section) | None => return Vec::new(),
    }
    let names = bot.complete(&library, typing.value, 2 * MAX_AUTOCOMPLETE_CHOICES);
    let roles = names.into_iter().map(|(at, name)| (library.document(at), name));
    let choices = roles.filter(|(role, _)| utf16_len(&role.slug) <= MAX_CHOICE_LENGTH).map(|(role, name)| {
        let shown = if name == role.title { role.title.clone() } else { format!("{} ({name})", role.title) };
        AutocompleteChoice {
            name: truncate(&sanitize_line(&shown), MAX_CHOICE_LENGTH, str::to_owned),
            value: role.slug.clone(),
        }
    });
    choices.take(MAX_AUTOCOMPLETE_CHOICES).collect()
}

/// The families that have this in their names.
fn family_choices(all: &[&str], typed: &str) -> Vec<AutocompleteChoice> {
    let typed = typed.trim().to_lowercase();
    let fitting =
        all.iter().filter(|family| family.to_lowercase().contains(&typed) && utf16_len(family) <= MAX_CHOICE_LENGTH);
    let choices = fitting.map(|family| AutocompleteChoice { name: sanitize_line(family), value: (*family).to_owned() });
    choices.take(MAX_AUTOCOMPLETE_CHOICES).collect()
}

/// A click on a button, or a choice in a menu. What it asks stands in its `custom_id`, or in what was chosen, so it works however
/// old the message is.
pub fn component(data: &ComponentInteractionData, language: Language) -> DecodeResult {
    let id = data.custom_id.strip_prefix(CUSTOM_ID_PREFIX);
    let text = match &data.kind {
        ComponentInteractionDataKind::Button => id,
        ComponentInteractionDataKind::StringSelect { values } => {
            id.filter(|id| id.starts_with(SELECT_MENU_TAG)).and_then(|_| values.first()).map(String::as_str)
        }
        _ => None,
    };
    let Some(text) = text else {
        return Err(t!(language, "gone-button"));
    };
    Request::parse(text).map_err(|mistake| mistake.message(language))
}

/// A message, where it may be answered: a person wrote it, either to the bot or in a channel for questions.
pub fn incoming_message(message: &Message, me: UserId, ask_channels: &[u64]) -> Option<IncomingMessage> {
    let person = !message.author.bot && !message.author.system && message.webhook_id.is_none();
    if !person || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) {
        return None;
    }
    let direct = message.guild_id.is_none();
    let mentioned = message.mentions.iter().any(|user| user.id == me);
    let replied = message.referenced_message.as_ref().is_some_and(|before| before.author.id == me);
    let addressed = direct || mentioned || replied;
    if !addressed && !ask_channels.contains(&message.channel_id.get()) {
        return None;
    }
    let text = strip_bot_mention(&message.content, me);
    // Discord hides the text of what was not said to the bot: nothing there is nothing to answer, unless the bot was called.
    let called = direct || mentioned;
    (!text.is_empty() || called).then_some(IncomingMessage { text, addressed })
}

impl IncomingMessage {
    /// What was asked. The bot's name alone asks what one can ask.
    pub fn to_request(&self, language: Language) -> DecodeResult {
        if self.text.is_empty() {
            return Ok(Request::Help);
        }
        Request::parse(&self.text).map_err(|mistake| mistake.message(language))
    }
}

/// A reply that says why something was no request.
pub fn usage_error(language: Language, why: &str) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "refusal-title"));
    reply.paragraph(why);
    reply.suggest(t!(language, "refusal-ask"), Request::Help);
    reply.suggest(t!(language, "all-roles"), Request::Roles);
    reply
}

fn strip_bot_mention(content: &str, me: UserId) -> String {
    let text = content.replace(&format!("<@{me}>"), " ").replace(&format!("<@!{me}>"), " ");
    let text = text.trim().trim_start_matches([',', ':', ';']);
    text.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    const ME: u64 = 7;

    fn heard(change: Value) -> Option<IncomingMessage> {
        let user = |id: u64| json!({"id": id.to_string(), "username": "u", "discriminator": "0", "avatar": null});
        let mut body = json!({
            "id": "1", "channel_id": "5", "guild_id": "3", "author": user(2), "content": "who plans?", "mentions": [],
            "timestamp": "2026-01-01T00:00:00+00:00", "edited_timestamp": null, "tts": false, "mention_everyone": false,
            "mention_roles": [], "attachments": [], "embeds": [], "pinned": false, "type": 0,
        });
        for (key, value) in change.as_object().into_iter().flatten() {
            body[key] = match value.as_str() {
                Some("me") => json!([user(ME)]),
                Some("other") => json!([user(8)]),
                _ => value.clone(),
            };
        }
        if body["author"]["bot"] == json!(true) {
            body["author"] = json!({"id": "9", "username": "b", "discriminator": "0", "avatar": null, "bot": true});
        }
        let message: Message = serde_json::from_value(body).expect("a message as Discord sends it");
        super::incoming_message(&message, UserId::new(ME), &[6])
    }

    #[test]
    fn a_person_who_speaks_to_the_bot_is_heard() {
        let said = |text: &str, addressed| Some(IncomingMessage { text: text.to_owned(), addressed });
        assert_eq!(heard(json!({"guild_id": null})), said("who plans?", true));
        assert_eq!(heard(json!({"mentions": "me", "content": "<@7>, who plans?"})), said("who plans?", true));
        assert_eq!(heard(json!({"mentions": "me", "content": "who plans <@!7>"})), said("who plans", true));
        assert_eq!(heard(json!({"mentions": "me", "content": "<@7>"})), said("", true));
        assert_eq!(heard(json!({"channel_id": "6"})), said("who plans?", false));
    }

    #[test]
    fn nobody_else_is_heard() {
        assert_eq!(heard(json!({})), None);
        assert_eq!(heard(json!({"mentions": "other"})), None);
        assert_eq!(heard(json!({"mention_everyone": true, "content": "@everyone who plans?"})), None);
        assert_eq!(heard(json!({"mention_roles": ["7"], "content": "<@&7> who plans?"})), None);
        assert_eq!(heard(json!({"channel_id": "6", "content": ""})), None);
        assert_eq!(heard(json!({"guild_id": null, "type": 6})), None);
        assert_eq!(heard(json!({"guild_id": null, "webhook_id": "4"})), None);
        assert_eq!(heard(json!({"mentions": "me", "author": {"bot": true}})), None);
    }
}
