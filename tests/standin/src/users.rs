//! Users, guilds and channels, and the context of a user's action.

use serde_json::{Value, json};

use super::USER_NAME_SUFFIX;
use super::rest::ApiResponse;
use super::state::Channel;

/// The id of the application and of its bot user.
pub const APPLICATION: u64 = 1_100_000_000_000_000_001;
/// The guild that the bot is a member of.
pub const GUILD: u64 = 1_100_000_000_000_000_100;
/// A text channel of the guild.
pub const CHANNEL: u64 = 1_100_000_000_000_000_200;
/// A second text channel of the guild.
pub const OTHER_CHANNEL: u64 = 1_100_000_000_000_000_201;
const GROUP_DM: u64 = 1_100_000_000_000_000_300;
const USERS: u64 = 1_100_000_000_000_001_000;
const DM_CHANNELS: u64 = 1_100_000_000_000_100_000;

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub bot: bool,
}

impl Person {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), bot: false }
    }

    /// An id derived from the name.
    pub fn id(&self) -> u64 {
        USERS + self.name.bytes().fold(7, |sum, byte| (sum * 31 + u64::from(byte)) % 90_000)
    }

    /// The user name that the bot receives.
    pub fn username(&self) -> String {
        format!("{}{USER_NAME_SUFFIX}", self.name)
    }

    /// The user object.
    pub fn user(&self) -> Value {
        let mut user = json!({
            "id": self.id().to_string(), "username": self.username(), "global_name": self.username(), "discriminator": "0",
            "avatar": null, "avatar_decoration_data": null, "clan": null, "collectibles": null, "primary_guild": null,
            "public_flags": 0,
        });
        if self.bot {
            user["bot"] = json!(true);
        }
        user
    }
}

/// Whether the bot is a member of this guild.
pub fn is_bot_guild(guild: &str) -> bool {
    guild.parse() == Ok(GUILD)
}

/// The error for a guild that the bot is not a member of: 10004 if the id is no snowflake, 50001 otherwise.
pub fn guild_error(guild: &str) -> ApiResponse {
    match guild.len() < 17 {
        true => ApiResponse::error(404, 10004, "Unknown Guild"),
        false => ApiResponse::error(403, 50001, "Missing Access"),
    }
}

/// Where an action takes place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Guild {
        channel: u64,
    },
    /// A guild that the bot is not a member of: the app is user-installed.
    GuildWithoutBot,
    DirectMessage,
    /// A group DM or a DM of two users: the app is user-installed.
    GroupDm,
}

/// The user, the location and the locale of an action.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    pub location: Location,
    pub person: Person,
    pub locale: String,
    /// The user has the permission MANAGE_GUILD.
    pub manages: bool,
}

impl Context {
    fn at(location: Location) -> Self {
        Self { location, person: Person::named("ada"), locale: "en-US".to_owned(), manages: false }
    }

    pub fn server() -> Self {
        Self::in_channel(CHANNEL)
    }

    pub fn in_channel(channel: u64) -> Self {
        Self::at(Location::Guild { channel })
    }

    pub fn server_without_the_bot() -> Self {
        Self::at(Location::GuildWithoutBot)
    }

    pub fn direct() -> Self {
        Self::at(Location::DirectMessage)
    }

    pub fn group() -> Self {
        Self::at(Location::GroupDm)
    }

    pub fn by(self, person: Person) -> Self {
        Self { person, ..self }
    }

    pub fn managing(self) -> Self {
        Self { manages: true, ..self }
    }

    pub fn speaking(self, locale: &str) -> Self {
        Self { locale: locale.to_owned(), ..self }
    }

    pub fn channel(&self) -> u64 {
        match self.location {
            Location::Guild { channel } => channel,
            Location::GuildWithoutBot => GROUP_DM + 1,
            Location::DirectMessage => DM_CHANNELS + self.person.id() - USERS,
            Location::GroupDm => GROUP_DM,
        }
    }

    pub fn guild(&self) -> Option<u64> {
        match self.location {
            Location::Guild { .. } => Some(GUILD),
            Location::GuildWithoutBot => Some(GUILD + 1),
            Location::DirectMessage | Location::GroupDm => None,
        }
    }

    pub fn is_user_install_only(&self) -> bool {
        matches!(self.location, Location::GuildWithoutBot | Location::GroupDm)
    }

    pub fn to_channel(&self) -> Channel {
        let kind = match self.location {
            Location::Guild { .. } | Location::GuildWithoutBot => 0,
            Location::DirectMessage => 1,
            Location::GroupDm => 3,
        };
        Channel { guild: self.guild(), kind, reachable: !self.is_user_install_only() }
    }

    /// `authorizing_integration_owners`: 0 is the guild of a guild install, 1 the user of a user install.
    pub fn integration_owners(&self) -> Value {
        match self.location {
            Location::Guild { .. } => json!({"0": GUILD.to_string()}),
            Location::DirectMessage => json!({"0": "0"}),
            Location::GuildWithoutBot | Location::GroupDm => json!({"1": self.person.id().to_string()}),
        }
    }
}
