//! What the bot may do in a channel, by its roles and the channel's own rules, and what of that it needs.

use serde_json::Value;

const ADMINISTRATOR: u64 = 1 << 3;
const VIEW_CHANNEL: u64 = 1 << 10;
const SEND_MESSAGES: u64 = 1 << 11;
const EMBED_LINKS: u64 = 1 << 14;
const ATTACH_FILES: u64 = 1 << 15;
const READ_MESSAGE_HISTORY: u64 = 1 << 16;
const CONNECT: u64 = 1 << 20;
const MANAGE_THREADS: u64 = 1 << 34;
const SEND_MESSAGES_IN_THREADS: u64 = 1 << 38;

/// What the bot asks for in its invitation.
const INVITE_PERMISSIONS: u64 = VIEW_CHANNEL | SEND_MESSAGES | EMBED_LINKS | ATTACH_FILES | READ_MESSAGE_HISTORY;

/// The address at which somebody invites this application to a server.
pub fn invite_url(application: &str) -> String {
    format!(
        "https://discord.com/oauth2/authorize?client_id={application}&scope=bot+applications.commands&permissions={INVITE_PERMISSIONS}"
    )
}

/// Where something is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChannelKind {
    /// A channel of texts.
    Text,
    /// A thread, which has the rules of its channel.
    Thread,
    /// Beside voices; who may not join them may not write either.
    Voice,
}

/// What the bot with the id `me` may do in a channel with these `overwrites`: all from Discord, a server with its roles, the
/// bot's membership, the channel's list of rules.
pub fn compute_permissions(server: &Value, member: &Value, me: &str, overwrites: &Value) -> u64 {
    if server["owner_id"] == me {
        return u64::MAX;
    }
    let everyone = &server["id"];
    let mine = |id: &Value| json_items(&member["roles"]).any(|role| role == id);
    let roles = json_items(&server["roles"]).filter(|role| role["id"] == *everyone || mine(&role["id"]));
    let base = roles.fold(0, |all, role| all | parse_permissions(&role["permissions"]));
    if base & ADMINISTRATOR != 0 {
        return u64::MAX;
    }
    let rule = |deny: u64, allow: u64, before: u64| before & !deny | allow;
    let those = |fits: &dyn Fn(&Value) -> bool| {
        json_items(overwrites).filter(|overwrite| fits(&overwrite["id"])).fold((0, 0), |(deny, allow), overwrite| {
            (deny | parse_permissions(&overwrite["deny"]), allow | parse_permissions(&overwrite["allow"]))
        })
    };
    // The rules for everybody, then those of all roles together, then the bot's own: the later goes before the earlier.
    let for_everyone = those(&|id| id == everyone);
    let for_roles = those(&|id| id != everyone && mine(id));
    let for_me = those(&|id| id == me);
    [for_everyone, for_roles, for_me].into_iter().fold(base, |before, (deny, allow)| rule(deny, allow, before))
}

/// What the bot cannot do without, and what it does without at a loss, of what it is not `allowed`; by Discord's names.
pub fn missing_permissions(allowed: u64, ground: ChannelKind) -> (Vec<&'static str>, Vec<&'static str>) {
    let send = match ground {
        ChannelKind::Thread => (SEND_MESSAGES_IN_THREADS, "Send Messages in Threads"),
        ChannelKind::Text | ChannelKind::Voice => (SEND_MESSAGES, "Send Messages"),
    };
    let connect = (ground == ChannelKind::Voice).then_some((CONNECT, "Connect"));
    let needed = [
        (VIEW_CHANNEL, "View Channel"),
        send,
        (EMBED_LINKS, "Embed Links"),
        (READ_MESSAGE_HISTORY, "Read Message History"),
    ];
    let without = |all: &mut dyn Iterator<Item = (u64, &'static str)>| {
        all.filter(|(bit, _)| allowed & bit == 0).map(|(_, name)| name).collect()
    };
    (without(&mut connect.into_iter().chain(needed)), without(&mut [(ATTACH_FILES, "Attach Files")].into_iter()))
}

/// Whether whoever is `allowed` so much may write in threads that are locked.
pub fn can_manage_threads(allowed: u64) -> bool {
    allowed & MANAGE_THREADS != 0
}

fn json_items(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

/// Discord writes these numbers as texts.
fn parse_permissions(value: &Value) -> u64 {
    value.as_str().and_then(|bits| bits.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;
    use serenity::model::channel::GuildChannel;
    use serenity::model::guild::{Member, PartialGuild};

    fn names(allowed: u64, ground: ChannelKind) -> Vec<&'static str> {
        let (needed, wished) = missing_permissions(allowed, ground);
        needed.into_iter().chain(wished).collect()
    }

    #[test]
    fn each_place_needs_what_it_needs() {
        assert_eq!(names(INVITE_PERMISSIONS, ChannelKind::Text), [""; 0]);
        assert_eq!(names(INVITE_PERMISSIONS, ChannelKind::Thread), ["Send Messages in Threads"]);
        assert_eq!(names(INVITE_PERMISSIONS, ChannelKind::Voice), ["Connect"]);
        assert_eq!(names(u64::MAX, ChannelKind::Voice), [""; 0]);
        assert_eq!(
            names(0, ChannelKind::Text),
            ["View Channel", "Send Messages", "Embed Links", "Read Message History", "Attach Files"]
        );
    }

    #[test]
    fn the_invitation_asks_for_all_that_is_needed() {
        assert_eq!(
            invite_url("77"),
            "https://discord.com/oauth2/authorize?client_id=77&scope=bot+applications.commands&permissions=117760"
        );
    }

    const ME: u64 = 9;

    /// Some of the permissions that matter here.
    fn some() -> impl Strategy<Value = u64> {
        any::<u64>().prop_map(|bits| {
            bits & (INVITE_PERMISSIONS | CONNECT | SEND_MESSAGES_IN_THREADS | (bits >> 60 & ADMINISTRATOR))
        })
    }

    proptest! {
        #[test]
        fn what_is_allowed_is_what_the_library_says(
            roles in prop::collection::vec(some(), 3),
            rules in prop::collection::vec((0..5usize, some(), some()), 0..5),
            held in prop::collection::vec(any::<bool>(), 2),
            owner in prop_oneof![Just(ME), 20..23u64],
        ) {
            // The server's id is that of the role that everybody has.
            let ids = [1, 2, 3, ME, 30];
            let role = |(at, bits): (usize, &u64)| json!({
                "id": ids[at].to_string(), "name": "r", "color": 0, "hoist": false, "managed": false, "mentionable": false,
                "permissions": bits.to_string(), "position": at,
                "colors": {"primary_color": 0, "secondary_color": null, "tertiary_color": null},
            });
            let held: Vec<String> = [2, 3].iter().zip(held).filter(|(_, held)| *held).map(|(id, _)| id.to_string()).collect();
            let server = json!({
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
            let theirs: PartialGuild = serde_json::from_value(server.clone()).expect("a server");
            let me: Member = serde_json::from_value(member.clone()).expect("a member");
            let place: GuildChannel = serde_json::from_value(channel).expect("a channel");
            let theirs = theirs.user_permissions_in(&place, &me).bits();
            let ours = compute_permissions(&server, &member, &ME.to_string(), &overwrites);
            for bit in [VIEW_CHANNEL, SEND_MESSAGES, EMBED_LINKS, ATTACH_FILES, READ_MESSAGE_HISTORY, CONNECT, SEND_MESSAGES_IN_THREADS] {
                prop_assert_eq!(ours & bit, theirs & bit, "{:b}", bit);
            }
        }
    }
}
