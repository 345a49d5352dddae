//! The bot's permissions in a channel, and which of those that it needs are missing.

use serde::Deserialize;
use serde_json::Value;
use serenity::model::channel::GuildChannel;
use serenity::model::guild::{Member, PartialGuild};
use serenity::model::permissions::Permissions;

/// The permissions that the invitation requests.
const INVITE_PERMISSIONS: Permissions = Permissions::VIEW_CHANNEL
    .union(Permissions::SEND_MESSAGES)
    .union(Permissions::EMBED_LINKS)
    .union(Permissions::ATTACH_FILES)
    .union(Permissions::READ_MESSAGE_HISTORY);

/// The URL that invites an application to a server.
pub(crate) fn invite_url(application_id: &str) -> String {
    let permissions = INVITE_PERMISSIONS.bits();
    format!(
        "https://discord.com/oauth2/authorize?client_id={application_id}&scope=bot+applications.commands&permissions={permissions}"
    )
}

/// Kinds of channels that need different permissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ChannelKind {
    /// A text channel.
    Text,
    /// A thread; its parent channel's overwrites apply.
    Thread,
    /// The text chat of a voice channel: writing there needs Connect.
    Voice,
}

/// The permissions of a guild member in a channel, all three as Discord's REST API returns them.
///
/// # Errors
/// If serenity cannot decode one of them.
pub(crate) fn compute_permissions(
    guild: &Value,
    member: &Value,
    channel: &Value,
) -> Result<Permissions, serde_json::Error> {
    let (guild, member) = (PartialGuild::deserialize(guild)?, Member::deserialize(member)?);
    Ok(guild.user_permissions_in(&GuildChannel::deserialize(channel)?, &member))
}

/// Which permissions are not `allowed`, by Discord's names: first the required ones, then the optional ones.
pub(crate) fn missing_permissions(allowed: Permissions, kind: ChannelKind) -> (Vec<&'static str>, Vec<&'static str>) {
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
pub(crate) fn can_manage_threads(allowed: Permissions) -> bool {
    allowed.contains(Permissions::MANAGE_THREADS)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
