//! Discord's objects and events: messages, interactions, channels, guilds and READY.

use serde_json::{Map, Value, json};

use super::gateway::{MESSAGE_CONTENT, Session};
use super::limits::list;
use super::state::{Channel, DiscordState, Interaction};
use super::users::{APPLICATION, CHANNEL, Context, GUILD, Location, OTHER_CHANNEL, Person};

/// A message of a user.
#[derive(Clone, Debug)]
pub struct Message {
    pub content: String,
    pub context: Context,
    pub mentions_bot: bool,
    /// A body that the bot sent; the reply mentions the bot.
    pub replies_to: Option<Value>,
}

impl Message {
    pub fn new(content: &str, context: Context) -> Self {
        Self { content: content.to_owned(), context, mentions_bot: false, replies_to: None }
    }

    pub fn mentioning_the_bot(self) -> Self {
        Self { mentions_bot: true, ..self }
    }

    pub fn replying_to(self, sent: &Value) -> Self {
        Self { replies_to: Some(sent.clone()), ..self }
    }

    pub fn by_a_bot(mut self) -> Self {
        self.context.person = Person { name: "otherbot".to_owned(), bot: true };
        self
    }

    /// The data of MESSAGE_CREATE.
    pub fn event(&self, id: u64, replied: Option<&Value>) -> Value {
        let mut message = base_message(id, self.context.channel(), self.context.person.user(), &self.content);
        if self.mentions_bot && !self.content.contains(&format!("<@{APPLICATION}>")) {
            message["content"] = json!(format!("<@{APPLICATION}> {}", self.content));
        }
        if self.mentions_bot || replied.is_some() {
            message["mentions"] = json!([bot_user()]);
        }
        if let Some(replied) = replied {
            message["type"] = json!(19);
            message["referenced_message"] = replied.clone();
            message["message_reference"] =
                json!({"type": 0, "channel_id": replied["channel_id"], "message_id": replied["id"]});
        }
        if let Some(guild) = self.context.guild() {
            message["guild_id"] = json!(guild.to_string());
            message["member"] = member(None);
        }
        message["channel_type"] = json!(self.context.to_channel().kind);
        message["nonce"] = json!(id.to_string());
        message
    }
}

/// Removes the content that a bot cannot read without the message content intent.
pub fn redact_content(session: &Session, mut message: Value) -> Value {
    let bot = APPLICATION.to_string();
    let own = message["author"]["id"] == bot.as_str();
    let addressed = list(&message, "mentions").iter().any(|user| user["id"] == bot.as_str());
    if !own && !addressed && !message["guild_id"].is_null() && !session.identify.has(MESSAGE_CONTENT) {
        message["content"] = json!("");
        for part in ["attachments", "embeds", "components"] {
            message[part] = json!([]);
        }
    }
    message
}

pub fn bot_user() -> Value {
    json!({
        "id": APPLICATION.to_string(), "username": "rolecall", "global_name": null, "discriminator": "0001",
        "avatar": null, "avatar_decoration_data": null, "clan": null, "collectibles": null, "primary_guild": null,
        "public_flags": 524_288, "bot": true,
    })
}

fn member(user: Option<Value>) -> Value {
    let mut member = json!({
        "avatar": null, "banner": null, "collectibles": null, "communication_disabled_until": null, "deaf": false,
        "flags": 0, "joined_at": "2025-02-28T14:56:24.701000+00:00", "mute": false, "nick": null, "pending": false,
        "premium_since": null, "roles": [], "unusual_dm_activity_until": null,
    });
    if let Some(user) = user {
        member["user"] = user;
        member["permissions"] = json!("2248473465835073");
    }
    member
}

/// A channel object.
pub fn channel(id: u64, channel: &Channel, recipient: &Person) -> Value {
    let mut json = json!({"id": id.to_string(), "type": channel.kind, "flags": 0, "last_message_id": null});
    let more = match channel.guild {
        Some(guild) => json!({
            "guild_id": guild.to_string(), "name": "general", "nsfw": false, "parent_id": null, "position": 1,
            "rate_limit_per_user": 0, "topic": null, "permission_overwrites": [],
        }),
        None => json!({"recipients": [recipient.user()], "recipient_flags": 0}),
    };
    merge(&mut json, &more);
    json
}

pub fn merge(into: &mut Value, from: &Value) {
    for (key, value) in from.as_object().into_iter().flatten() {
        into[key] = value.clone();
    }
}

/// The data of INTERACTION_CREATE; `extra` holds further fields, such as the message with the component.
pub fn interaction(id: u64, token: &str, kind: u8, data: &Value, context: &Context, extra: &Value) -> Value {
    let mut channel = channel(context.channel(), &context.to_channel(), &context.person);
    let user = context.person.user();
    let mut json = json!({
        "id": id.to_string(), "application_id": APPLICATION.to_string(), "type": kind, "token": token, "version": 1,
        "data": data, "channel_id": context.channel().to_string(), "locale": context.locale,
        "app_permissions": "562949953863680", "entitlements": [], "entitlement_sku_ids": [],
        "authorizing_integration_owners": context.integration_owners(), "attachment_size_limit": 20_971_520,
        "context": match context.location { Location::DirectMessage => 1, Location::GroupDm => 2, _ => 0 },
    });
    if let Some(guild) = context.guild() {
        channel["permissions"] = json!("2248473465835073");
        json["guild_id"] = json!(guild.to_string());
        json["guild"] = json!({"id": guild.to_string(), "locale": "en-US", "features": []});
        json["guild_locale"] = json!("en-US");
        json["member"] = member(Some(user));
        if context.manages {
            json["member"]["permissions"] = json!((2_248_473_465_835_073_u64 | 1 << 5).to_string());
        }
    } else {
        json["user"] = user;
    }
    json["channel"] = channel;
    merge(&mut json, extra);
    json
}

/// Converts `{"role": "pm"}` into the options of a command, with their registered types. Panics on an unknown option and on
/// a missing required one, which a client would not send.
pub fn options(given: &Value, registered: &[Value], focused: Option<&str>) -> Value {
    let empty = Map::new();
    let given = given.as_object().unwrap_or(&empty);
    for option in registered {
        let name = option["name"].as_str().unwrap_or_default();
        let missing = option["required"] == true && !given.contains_key(name) && focused.is_none();
        assert!(!missing, "a client does not omit the required option {name:?}");
    }
    let option = |(name, value): (&String, &Value)| {
        let Some(option) = registered.iter().find(|option| option["name"] == name.as_str()) else {
            panic!("the command has no option {name:?}; it was registered with {registered:?}");
        };
        let kind = &option["type"];
        if matches!(kind.as_u64(), Some(1 | 2)) {
            return json!({"name": name, "type": kind, "options": options(value, list(option, "options"), focused)});
        }
        let mut sent = json!({"name": name, "type": kind, "value": value});
        if focused == Some(name) {
            sent["focused"] = json!(true);
        }
        sent
    };
    given.iter().map(option).collect()
}

/// The message object of a body that the bot sent.
pub fn bot_message(id: u64, channel: u64, body: &Value, interaction: Option<&Interaction>) -> Value {
    let mut message = base_message(id, channel, bot_user(), body["content"].as_str().unwrap_or_default());
    apply_body(&mut message, body);
    if let Some(interaction) = interaction {
        message["webhook_id"] = json!(APPLICATION.to_string());
        message["application_id"] = json!(APPLICATION.to_string());
        message["type"] = json!(if interaction.kind == 2 { 20 } else { 0 });
        message["interaction_metadata"] = interaction_metadata(interaction);
    }
    message
}

/// Applies a new or edited body to a message object.
pub fn apply_body(message: &mut Value, body: &Value) {
    for key in ["content", "flags", "tts", "nonce", "components"] {
        if !body[key].is_null() {
            message[key] = body[key].clone();
        }
    }
    if body["embeds"].is_array() {
        let rich = |embed: &Value| {
            let mut embed = embed.clone();
            embed["type"] = json!("rich");
            embed
        };
        message["embeds"] = list(body, "embeds").iter().map(rich).collect();
    }
}

/// Applies an edit of a user's message.
pub fn apply_user_edit(message: &mut Value, content: &str) {
    let replied = !message["referenced_message"].is_null();
    let mentioned = content.contains(&format!("<@{APPLICATION}>"));
    message["content"] = json!(content);
    message["mentions"] = if mentioned || replied { json!([bot_user()]) } else { json!([]) };
    message["edited_timestamp"] = message["timestamp"].clone();
}

fn interaction_metadata(interaction: &Interaction) -> Value {
    let mut metadata = json!({
        "id": interaction.id.to_string(), "type": interaction.kind, "user": interaction.context.person.user(),
        "authorizing_integration_owners": interaction.context.integration_owners(),
    });
    if let Some(clicked_message) = interaction.clicked_message {
        metadata["interacted_message_id"] = json!(clicked_message.to_string());
    }
    if interaction.kind == 5 {
        let mut trigger = metadata.clone();
        trigger["type"] = json!(2);
        metadata["triggering_interaction_metadata"] = trigger;
    }
    metadata
}

fn base_message(id: u64, channel: u64, author: Value, content: &str) -> Value {
    json!({
        "id": id.to_string(), "channel_id": channel.to_string(), "author": author, "content": content,
        "timestamp": timestamp(id), "edited_timestamp": null, "tts": false, "mention_everyone": false, "mentions": [],
        "mention_roles": [], "attachments": [], "embeds": [], "components": [], "pinned": false, "flags": 0, "type": 0,
    })
}

/// The timestamp of a snowflake, as ISO 8601.
fn timestamp(id: u64) -> String {
    let milliseconds = (id >> 22) + 1_420_070_400_000;
    let (seconds, days) = (milliseconds / 1000 % 86_400, milliseconds / 86_400_000);
    // Days since 0000-03-01: the leap day is the last day of a year.
    let days = days + 719_468;
    let (era, of_era) = (days / 146_097, days % 146_097);
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = era * 400 + year + u64::from(month <= 2);
    let (hour, minute, second) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{:03}000+00:00", milliseconds % 1000)
}

pub fn ready(state: &DiscordState, session: &Session) -> Value {
    let mut user = bot_user();
    merge(&mut user, &json!({"verified": true, "mfa_enabled": true, "email": null, "flags": 0}));
    json!({
        "v": 10, "user": user, "guilds": [{"id": GUILD.to_string(), "unavailable": true}], "session_id": session.id,
        "session_type": "normal", "resume_gateway_url": state.gateway_url(), "shard": session.identify.shard,
        "application": {"id": APPLICATION.to_string(), "flags": state.application_flags()}, "private_channels": [],
        "relationships": [], "presences": [], "user_settings": {}, "guild_join_requests": [],
        "geo_ordered_rtc_regions": [], "_trace": [],
    })
}

pub fn guild_create() -> Value {
    let everyone = json!({
        "id": GUILD.to_string(), "name": "@everyone", "color": 0, "hoist": false, "managed": false,
        "mentionable": false, "permissions": "2248473465835073", "position": 0, "flags": 0, "icon": null,
        "unicode_emoji": null, "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
    });
    let text = Channel { guild: Some(GUILD), kind: 0, reachable: true };
    let channels = [CHANNEL, OTHER_CHANNEL].map(|id| channel(id, &text, &Person::named("ada")));
    let mut guild = json!({
        "id": GUILD.to_string(), "name": "The Guild", "icon": null, "splash": null, "discovery_splash": null,
        "owner_id": Person::named("owner").id().to_string(), "afk_channel_id": null, "afk_timeout": 300,
        "verification_level": 1, "default_message_notifications": 0, "explicit_content_filter": 0,
        "roles": [everyone], "emojis": [], "features": [], "mfa_level": 0, "application_id": null,
        "system_channel_id": null, "system_channel_flags": 0, "rules_channel_id": null, "max_members": 500_000,
        "vanity_url_code": null, "description": null, "banner": null, "premium_tier": 0,
    });
    let more = json!({
        "premium_subscription_count": 0, "preferred_locale": "en-US", "public_updates_channel_id": null,
        "nsfw_level": 0, "nsfw": false, "stickers": [], "premium_progress_bar_enabled": false,
        "safety_alerts_channel_id": null, "joined_at": "2025-02-28T14:56:24.701000+00:00", "large": false,
        "unavailable": false, "member_count": 3, "voice_states": [], "members": [member(Some(bot_user()))],
        "channels": channels, "threads": [], "presences": [], "stage_instances": [], "guild_scheduled_events": [],
        "soundboard_sounds": [],
    });
    merge(&mut guild, &more);
    guild
}

/// The guild object of GET /guilds/{id}: without the fields of GUILD_CREATE.
pub fn guild_object(overrides: &Value) -> Value {
    const GUILD_CREATE_FIELDS: [&str; 13] = [
        "joined_at",
        "large",
        "unavailable",
        "member_count",
        "voice_states",
        "members",
        "channels",
        "threads",
        "presences",
        "stage_instances",
        "guild_scheduled_events",
        "soundboard_sounds",
        "nsfw",
    ];
    let mut guild = guild_create();
    if let Some(fields) = guild.as_object_mut() {
        fields.retain(|key, _| !GUILD_CREATE_FIELDS.contains(&key.as_str()));
    }
    merge(&mut guild, overrides);
    guild
}

/// The bot's guild member object of GET /guilds/{id}/members/{id}.
pub fn member_object(overrides: &Value) -> Value {
    let mut member = member(None);
    member["user"] = bot_user();
    merge(&mut member, overrides);
    member
}
