//! The bot's permissions in a channel, and which of those that it needs are missing.

use serde_json::Value;
use serenity::model::permissions::Permissions;

/// The permissions that the invitation requests.
const INVITE_PERMISSIONS: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// The URL that invites an application to a server.
pub fn invite_url(application_id: &str) -> String {
    let permissions = INVITE_PERMISSIONS.bits();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application_id}&scope=bot+applications.commands&permissions={permissions}"
    )
}

/// Kinds of channels that need different permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// A text channel.
    Text,
    /// A thread; its parent channel's overwrites apply.
    Thread,
    /// The text chat of a voice channel: writing there needs Connect.
    Voice,
}

/// The permissions of the bot with the user id `me` in a channel with these permission `overwrites`. All values are as Discord
/// returns them: the guild with its roles, the bot's guild member, the channel's `permission_overwrites`. They stay untyped because
/// serenity's models reject a guild with one field missing.
pub fn compute_permissions(guild: &Value, member: &Value, me: &str, overwrites: &Value) -> Permissions {
    if guild["owner_id"] == me {
        return Permissions::all();
    }
    // The role that everybody has, @everyone, has the guild's id.
    let everyone = &guild["id"];
    let has_role = |id: &Value| json_items(&member["roles"]).any(|role| role == id);
    let roles = json_items(&guild["roles"]).filter(|role| role["id"] == *everyone || has_role(&role["id"]));
    let base = roles.fold(Permissions::empty(), |all, role| all | parse_permissions(&role["permissions"]));
    if base.contains(Permissions::ADMINISTRATOR) {
        return Permissions::all();
    }
    let apply = |permissions: Permissions, matches: &dyn Fn(&Value) -> bool| {
        let matching = || json_items(overwrites).filter(|overwrite| matches(&overwrite["id"]));
        let denied =
            matching().fold(Permissions::empty(), |all, overwrite| all | parse_permissions(&overwrite["deny"]));
        matching().fold(permissions - denied, |all, overwrite| all | parse_permissions(&overwrite["allow"]))
    };
    // Discord's order: the overwrite of @everyone, those of all the member's roles together, the member's own.
    let permissions = apply(base, &|id| id == everyone);
    let permissions = apply(permissions, &|id| id != everyone && has_role(id));
    apply(permissions, &|id| id == me)
}

/// Which permissions are not `allowed`, by Discord's names: first the required ones, then the optional ones.
pub fn missing_permissions(allowed: Permissions, kind: ChannelKind) -> (Vec<&'static str>, Vec<&'static str>) {
    let send = match kind {
        ChannelKind::Thread => (Permissions::SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
        ChannelKind::Text | ChannelKind::Voice => (Permissions::SEND_MESSAGES, "Send Messages"),
    };
    let connect = (kind == ChannelKind::Voice).then_some((Permissions::CONNECT, "Connect"));
    let required = [
        (Permissions::VIEW_CHANNEL, "View Channel"),
        send,
        (Permissions::EMBED_LINKS, "Embed Links"),
        (Permissions::READ_MESSAGE_HISTORY, "Read Message History"),
    ];
    let missing = |all: &mut dyn Iterator<Item = (Permissions, &'static str)>| {
        all.filter(|(permission, _)| !allowed.contains(*permission)).map(|(_, name)| name).collect()
    };
    let optional = [(Permissions::ATTACH_FILES, "Attach Files")];
    (missing(&mut connect.into_iter().chain(required)), missing(&mut optional.into_iter()))
}

/// Whether these permissions include writing in locked threads.
pub fn can_manage_threads(allowed: Permissions) -> bool {
    allowed.contains(Permissions::MANAGE_THREADS)
}

fn json_items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Permissions from Discord's form, a decimal number in a string; unknown bits are dropped.
fn parse_permissions(value: &Value) -> Permissions {
    let bits = value.as_str().and_then(|bits| bits.parse().ok()).unwrap_or_default();
    Permissions::from_bits_truncate(bits)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use serenity::model::channel::GuildChannel;
    use serenity::model::guild::{Member, PartialGuild};

    fn names(allowed: Permissions, kind: ChannelKind) -> Vec<&'static str> {
        let (required, optional) = missing_permissions(allowed, kind);
        required.into_iter().chain(optional).collect()
    }

    #[test]
    fn required_permissions_depend_on_the_channel_kind() {
        assert_eq!(names(INVITE_PERMISSIONS, ChannelKind::Text), [""; 0]);
        assert_eq!(names(INVITE_PERMISSIONS, ChannelKind::Thread), ["Send Messages in Threads"]);
        assert_eq!(names(INVITE_PERMISSIONS, ChannelKind::Voice), ["Connect"]);
        assert_eq!(names(Permissions::all(), ChannelKind::Voice), [""; 0]);
        assert_eq!(
            names(Permissions::empty(), ChannelKind::Text),
            ["View Channel", "Send Messages", "Embed Links", "Read Message History", "Attach Files"]
        );
    }

    #[test]
    fn the_invitation_requests_all_required_permissions() {
        assert_eq!(
            invite_url("77"),
            "https://discord.com/oauth2/authorize?client_id=77&scope=bot+applications.commands&permissions=117760"
        );
    }

    const ME: u64 = 9;

    const CHECKED: Permissions =
        INVITE_PERMISSIONS.union(Permissions::CONNECT).union(Permissions::SEND_MESSAGES_IN_THREADS);

    /// Any of the permissions that the bot needs; rarely Administrator.
    fn some_permissions() -> impl Strategy<Value = u64> {
        any::<u64>().prop_map(|bits| bits & (CHECKED.bits() | (bits >> 60 & Permissions::ADMINISTRATOR.bits())))
    }

    proptest! {
        #[test]
        fn computed_permissions_equal_those_of_serenity(
            roles in prop::collection::vec(some_permissions(), 3),
            rules in prop::collection::vec((0..5usize, some_permissions(), some_permissions()), 0..5),
            held in prop::collection::vec(any::<bool>(), 2),
            owner in prop_oneof![Just(ME), 20..23u64],
        ) {
            // The first id is both the guild's and that of @everyone.
            let ids = [1, 2, 3, ME, 30];
            let role = |(at, bits): (usize, &u64)| json!({
                "id": ids[at].to_string(), "name": "r", "color": 0, "hoist": false, "managed": false, "mentionable": false,
                "permissions": bits.to_string(), "position": at,
                "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
            });
            let held: Vec<String> = [2, 3].iter().zip(held).filter(|(_, held)| *held).map(|(id, _)| id.to_string()).collect();
            let guild = json!({
                "id": "1", "name": "s", "owner_id": owner.to_string(), "roles": roles.iter().enumerate().map(role).collect::<Vec<_>>(),
                "afk_timeout": 300, "default_message_notifications": 0, "emojis": [], "features": [], "mfa_level": 0,
                "verification_level": 0, "explicit_content_filter": 0, "system_channel_flags": 0, "premium_tier": 0,
                "preferred_locale": "en-US", "nsfw_level": 0, "stickers": [], "premium_progress_bar_enabled": false,
            });
            let mut seen = std::collections::BTreeSet::new();
            let overwrites: Vec<Value> = rules.into_iter().filter(|(at, ..)| seen.insert(*at)).map(|(at, deny, allow)| json!({
                "id": ids[at].to_string(), "type": u8::from(ids[at] >= ME), "deny": deny.to_string(), "allow": (allow & !deny).to_string(),
            })).collect();
            let overwrites = json!(overwrites);
            let member = json!({
                "user": {"id": ME.to_string(), "username": "me", "discriminator": "0", "avatar": null}, "roles": held, "deaf": false,
                "mute": false, "flags": 0, "guild_id": "1", "joined_at": null, "premium_since": null,
            });
            let channel = json!({
                "id": "7", "type": 0, "guild_id": "1", "name": "c", "position": 0, "permission_overwrites": overwrites,
            });
            let computed = compute_permissions(&guild, &member, &ME.to_string(), &overwrites);
            let guild: PartialGuild = serde_json::from_value(guild).expect("a guild");
            let member: Member = serde_json::from_value(member).expect("a member");
            let channel: GuildChannel = serde_json::from_value(channel).expect("a channel");
            let expected = guild.user_permissions_in(&channel, &member);
            prop_assert_eq!(computed & CHECKED, expected & CHECKED);
        }
    }
}
