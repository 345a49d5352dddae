//! Who does something and where: the people, servers and channels of the stand-in.

use serde_json::{Value, json};

use super::USER_NAME_SUFFIX;
use super::rest::Reply;
use super::world::Channel;

pub const APPLICATION: u64 = 1_100_000_000_000_000_001;
pub const GUILD: u64 = 1_100_000_000_000_000_100;
/// A text channel of the server; `OTHER_CHANNEL` is a second one.
pub const CHANNEL: u64 = 1_100_000_000_000_000_200;
pub const OTHER_CHANNEL: u64 = 1_100_000_000_000_000_201;
const GROUP: u64 = 1_100_000_000_000_000_300;
const PEOPLE: u64 = 1_100_000_000_000_001_000;
const DIRECT: u64 = 1_100_000_000_000_100_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub name: String,
    pub bot: bool,
}

impl Person {
    pub fn named(name: &str) -> Self {
        Self { name: name.to_owned(), bot: false }
    }

    pub fn id(&self) -> u64 {
        PEOPLE + self.name.bytes().fold(7, |sum, byte| (sum * 31 + u64::from(byte)) % 90_000)
    }

    /// The name under which the bot gets to know this person.
    pub fn nickname(&self) -> String {
        format!("{}{USER_NAME_SUFFIX}", self.name)
    }

    pub fn user(&self) -> Value {
        let mut user = json!({
            "id": self.id().to_string(), "username": self.nickname(), "global_name": self.nickname(), "discriminator": "0",
            "avatar": null, "avatar_decoration_data": null, "clan": null, "collectibles": null, "primary_guild": null,
            "public_flags": 0,
        });
        if self.bot {
            user["bot"] = json!(true);
        }
        user
    }
}

/// Whether the bot is a member of this server.
pub fn is_here(guild: &str) -> bool {
    guild.parse() == Ok(GUILD)
}

/// What Discord says of a server that the bot is not in, or that there is not: real ids are as long as ours.
pub fn strange(guild: &str) -> Reply {
    match guild.len() < 17 {
        true => Reply::error(404, 10004, "Unknown Guild"),
        false => Reply::error(403, 50001, "Missing Access"),
    }
}

/// Where a person is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    Server {
        channel: u64,
    },
    /// A server that the bot is not a member of: this person installed the app for themselves.
    ServerWithoutTheBot,
    Direct,
    /// A group or a conversation of two people, where only the installed app can be used.
    Group,
}

/// Who does something, where, in which language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Context {
    pub place: Place,
    pub person: Person,
    pub locale: String,
    /// Has the permission Manage Server.
    pub manages: bool,
}

impl Context {
    fn at(place: Place) -> Self {
        Self { place, person: Person::named("ada"), locale: "en-US".to_owned(), manages: false }
    }

    pub fn server() -> Self {
        Self::in_channel(CHANNEL)
    }

    pub fn in_channel(channel: u64) -> Self {
        Self::at(Place::Server { channel })
    }

    pub fn server_without_the_bot() -> Self {
        Self::at(Place::ServerWithoutTheBot)
    }

    pub fn direct() -> Self {
        Self::at(Place::Direct)
    }

    pub fn group() -> Self {
        Self::at(Place::Group)
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
        match self.place {
            Place::Server { channel } => channel,
            Place::ServerWithoutTheBot => GROUP + 1,
            Place::Direct => DIRECT + self.person.id() - PEOPLE,
            Place::Group => GROUP,
        }
    }

    pub fn guild(&self) -> Option<u64> {
        match self.place {
            Place::Server { .. } => Some(GUILD),
            Place::ServerWithoutTheBot => Some(GUILD + 1),
            Place::Direct | Place::Group => None,
        }
    }

    pub fn only_installed_by_the_user(&self) -> bool {
        matches!(self.place, Place::ServerWithoutTheBot | Place::Group)
    }

    pub fn as_channel(&self) -> Channel {
        let kind = match self.place {
            Place::Server { .. } | Place::ServerWithoutTheBot => 0,
            Place::Direct => 1,
            Place::Group => 3,
        };
        Channel { guild: self.guild(), kind, reachable: !self.only_installed_by_the_user() }
    }

    /// `authorizing_integration_owners`: 0 the server that installed the app, 1 the person.
    pub fn owners(&self) -> Value {
        match self.place {
            Place::Server { .. } => json!({"0": GUILD.to_string()}),
            Place::Direct => json!({"0": "0"}),
            Place::ServerWithoutTheBot | Place::Group => json!({"1": self.person.id().to_string()}),
        }
    }
}
