//! Parses interactions and messages into requests.

use serenity::model::application::{
    CommandData, CommandDataOptionValue, CommandType, ComponentInteractionData, ComponentInteractionDataKind,
    ResolvedTarget,
};
use serenity::model::channel::{Message, MessageType};
use serenity::model::id::UserId;

use crate::discord::protocol::custom_id::{CustomId, CustomIdError};
use crate::discord::protocol::encode::AutocompleteChoice;
use crate::discord::protocol::limits::{MAX_AUTOCOMPLETE_CHOICES, MAX_CHOICE_LENGTH, utf16_len};
use crate::discord::protocol::text::{sanitize_line, truncate};
use crate::engine::reply::{Reply, ReplyKind};
use crate::engine::request::{Command, OptionKind, Request};
use crate::engine::spaces::Space;
use crate::i18n::{Language, t};

/// The English name of the option, on every slash command, that makes the response public.
pub(crate) const PUBLIC_OPTION: &str = "public";
/// The English name of the message command. Discord sends this name whatever localization the member sees.
pub(crate) const ANSWER_THIS_COMMAND: &str = "Answer this";

/// A request, or the error message for the member, in the member's language.
pub type DecodeResult = Result<Request, String>;

/// A message that may be answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IncomingMessage {
    /// The text without the mention of the bot.
    pub(crate) text: String,
    /// Whether it addresses the bot: a direct message, a mention or a reply. Such a message always gets an answer.
    pub(crate) addressed: bool,
}

/// The request of a slash command.
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
    command.build_request(value).map_err(|error| error.message(language))
}

/// The request of the message command: the text of its target message. None for another command.
pub fn message_command(data: &CommandData, me: UserId, language: Language) -> Option<DecodeResult> {
    let Some(ResolvedTarget::Message(message)) = data.target().filter(|_| data.name == ANSWER_THIS_COMMAND) else {
        return None;
    };
    let text = strip_bot_mention(&message.content, me);
    if text.is_empty() {
        return Some(Err(t!(language, "empty-message")));
    }
    Some(Request::parse(&text).map_err(|error| error.message(language)))
}

/// Whether the member set the public option of a slash command.
pub fn wants_public_response(data: &CommandData) -> bool {
    let public = data.options.iter().find(|option| option.name == PUBLIC_OPTION).map(|option| &option.value);
    matches!(public, Some(CommandDataOptionValue::Boolean(true)))
}

/// The choices for the option that the member is typing.
pub fn autocomplete_choices(data: &CommandData, space: &Space) -> Vec<AutocompleteChoice> {
    let Some(focused) = data.autocomplete() else { return Vec::new() };
    let options = Command::by_name(&data.name).map_or(&[][..], |command| command.options);
    let kind = options.iter().find(|option| option.name == focused.name).map(|option| option.kind);
    let knowledge = space.knowledge();
    match kind {
        Some(OptionKind::RoleName) => {}
        Some(OptionKind::FamilyName) => return family_choices(&knowledge.families(), focused.value),
        Some(OptionKind::Text | OptionKind::Section) | None => return Vec::new(),
    }
    let names = space.complete(&knowledge, focused.value, 2 * MAX_AUTOCOMPLETE_CHOICES);
    let roles = names.into_iter().map(|(at, name)| (knowledge.document(at), name));
    let choices = roles.filter(|(role, _)| utf16_len(&role.slug) <= MAX_CHOICE_LENGTH).map(|(role, name)| {
        let label = if name == role.title { name } else { format!("{} ({name})", role.title) };
        AutocompleteChoice {
            name: truncate(&sanitize_line(&label), MAX_CHOICE_LENGTH, str::to_owned),
            value: role.slug.clone(),
        }
    });
    choices.take(MAX_AUTOCOMPLETE_CHOICES).collect()
}

/// The families whose names contain the typed text.
fn family_choices(families: &[&str], typed: &str) -> Vec<AutocompleteChoice> {
    let typed = typed.trim().to_lowercase();
    let matches = families
        .iter()
        .filter(|family| family.to_lowercase().contains(&typed) && utf16_len(family) <= MAX_CHOICE_LENGTH);
    let choices = matches.map(|family| AutocompleteChoice { name: sanitize_line(family), value: (*family).to_owned() });
    choices.take(MAX_AUTOCOMPLETE_CHOICES).collect()
}

/// The request of a button, or of the chosen option of a select menu.
pub fn component(data: &ComponentInteractionData, language: Language) -> DecodeResult {
    let request = match (CustomId::parse(&data.custom_id), &data.kind) {
        (Ok(CustomId::Request(request)), ComponentInteractionDataKind::Button) => Ok(request),
        (Err(CustomIdError::InvalidRequest(error)), ComponentInteractionDataKind::Button) => Err(error),
        (Ok(CustomId::SelectMenu(_)), ComponentInteractionDataKind::StringSelect { values }) if !values.is_empty() => {
            Request::parse(&values[0])
        }
        _ => return Err(t!(language, "gone-button")),
    };
    request.map_err(|error| error.message(language))
}

/// A message that may be answered: a person wrote it, and it addresses the bot or is in a question channel.
pub(crate) fn incoming_message(message: &Message, me: UserId, ask_channels: &[u64]) -> Option<IncomingMessage> {
    let is_person = !message.author.bot && !message.author.system && message.webhook_id.is_none();
    if !is_person || !matches!(message.kind, MessageType::Regular | MessageType::InlineReply) {
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
    // Without the Message Content intent, the content of a message that does not mention the bot is empty.
    (!text.is_empty() || direct || mentioned).then_some(IncomingMessage { text, addressed })
}

impl IncomingMessage {
    /// The request; a mention of the bot without text is a request for help.
    pub(crate) fn to_request(&self, language: Language) -> DecodeResult {
        if self.text.is_empty() {
            return Ok(Request::Help);
        }
        Request::parse(&self.text).map_err(|error| error.message(language))
    }
}

/// The reply to an interaction or message that is no request.
pub fn usage_error(language: Language, message: &str) -> Reply {
    let mut reply = Reply::new(language, ReplyKind::NoAnswer, t!(language, "refusal-title"));
    reply.paragraph(message);
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

    fn incoming(change: Value) -> Option<IncomingMessage> {
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
        incoming_message(&message, UserId::new(ME), &[6])
    }

    #[test]
    fn messages_of_people_to_the_bot_are_answered() {
        let message = |text: &str, addressed| Some(IncomingMessage { text: text.to_owned(), addressed });
        assert_eq!(incoming(json!({"guild_id": null})), message("who plans?", true));
        assert_eq!(incoming(json!({"mentions": "me", "content": "<@7>, who plans?"})), message("who plans?", true));
        assert_eq!(incoming(json!({"mentions": "me", "content": "who plans <@!7>"})), message("who plans", true));
        assert_eq!(incoming(json!({"mentions": "me", "content": "<@7>"})), message("", true));
        assert_eq!(incoming(json!({"channel_id": "6"})), message("who plans?", false));
    }

    #[test]
    fn other_messages_are_ignored() {
        assert_eq!(incoming(json!({})), None);
        assert_eq!(incoming(json!({"mentions": "other"})), None);
        assert_eq!(incoming(json!({"mention_everyone": true, "content": "@everyone who plans?"})), None);
        assert_eq!(incoming(json!({"mention_roles": ["7"], "content": "<@&7> who plans?"})), None);
        assert_eq!(incoming(json!({"channel_id": "6", "content": ""})), None);
        assert_eq!(incoming(json!({"guild_id": null, "type": 6})), None);
        assert_eq!(incoming(json!({"guild_id": null, "webhook_id": "4"})), None);
        assert_eq!(incoming(json!({"mentions": "me", "author": {"bot": true}})), None);
    }
}
