//! Checks the bot's permissions in the channels of ROLECALL_ASK_CHANNELS.

use std::collections::HashMap;

use serde_json::Value;
use serenity::model::Timestamp;

use crate::discord::permissions::{ChannelKind, can_manage_threads, compute_permissions, missing_permissions};
use crate::ops::doctor::finding::Finding;
use crate::ops::doctor::probe_client::{ProbeClient, ProbeError};

const CHECK_NAME: &str = "channel";
/// Discord's JSON error code.
const UNKNOWN_CHANNEL: u64 = 10003;

/// A guild object and the bot's member object in it.
type GuildAndMember = (Value, Value);

/// Checks each channel; `me` is the bot's user id.
pub(crate) async fn check_channels(discord: &mut ProbeClient, me: &str, channels: &[u64]) -> Vec<Finding> {
    let mut guilds = HashMap::new();
    let mut findings = Vec::new();
    for id in channels {
        findings.push(match check_channel(discord, &mut guilds, me, *id).await {
            Ok(finding) => finding,
            Err(error) => Finding::error(CHECK_NAME, format!("{id}: {error}")),
        });
    }
    findings
}

async fn check_channel(
    discord: &mut ProbeClient,
    guilds: &mut HashMap<String, GuildAndMember>,
    me: &str,
    id: u64,
) -> Result<Finding, ProbeError> {
    let channel = match discord.get(&format!("channels/{id}")).await {
        Err(ProbeError::ErrorStatus(404, UNKNOWN_CHANNEL, _)) => {
            return Ok(Finding::error(
                CHECK_NAME,
                format!(
                    "channel {id} does not exist: right-click the channel, Copy Channel ID, and put that into \
                     ROLECALL_ASK_CHANNELS"
                ),
            ));
        }
        Err(ProbeError::ErrorStatus(403, ..)) => {
            return Ok(Finding::error(
                CHECK_NAME,
                format!("the bot has no access to {id}: give its role View Channel there, or invite it to that server"),
            ));
        }
        other => other?,
    };
    let name = format!("#{} ({id})", channel["name"].as_str().unwrap_or("unnamed"));
    let error = |text: &str| Ok(Finding::error(CHECK_NAME, format!("{name} {text}")));
    // Discord's channel types.
    let kind = match channel["type"].as_u64().unwrap_or_default() {
        0 | 5 => ChannelKind::Text,
        2 | 13 => ChannelKind::Voice,
        10..=12 => ChannelKind::Thread,
        1 | 3 => {
            return Ok(Finding::warning(
                CHECK_NAME,
                format!(
                    "{id} is a direct message, where the bot answers every message anyway, or a group, where it reads none: \
                     remove it from ROLECALL_ASK_CHANNELS"
                ),
            ));
        }
        15 | 16 => {
            return error("is a forum; each post has its own id: put those into ROLECALL_ASK_CHANNELS");
        }
        _ => return error("holds no messages: put the ids of its channels into ROLECALL_ASK_CHANNELS"),
    };
    let guild_id = channel["guild_id"].as_str().unwrap_or_default().to_owned();
    if !guilds.contains_key(&guild_id) {
        let guild = discord.get(&format!("guilds/{guild_id}")).await?;
        let member = discord.get(&format!("guilds/{guild_id}/members/{me}")).await?;
        guilds.insert(guild_id.clone(), (guild, member));
    }
    let (guild, member) = &guilds[&guild_id];
    let name = format!("{name} of {}", guild["name"].as_str().unwrap_or("a server"));
    let error = |text: String| Ok(Finding::error(CHECK_NAME, format!("{name}: {text}")));

    let timeout_end = member["communication_disabled_until"].as_str();
    if let Some(until) =
        timeout_end.and_then(|until| Timestamp::parse(until).ok()).filter(|until| *until > Timestamp::now())
    {
        return error(format!("the bot is in timeout until {until}: right-click it, Remove Timeout"));
    }
    let parent = match (kind, channel["parent_id"].as_str()) {
        (ChannelKind::Thread, Some(parent)) => Some(discord.get(&format!("channels/{parent}")).await?),
        _ => None,
    };
    // A thread has the overwrites of its parent channel.
    let permissions = match compute_permissions(guild, member, parent.as_ref().unwrap_or(&channel)) {
        Ok(permissions) => permissions,
        Err(reason) => return error(format!("the bot's permissions cannot be computed; please report it: {reason}")),
    };
    let (required, optional) = missing_permissions(permissions, kind);
    if !required.is_empty() {
        return error(format!(
            "the bot lacks the permissions {}: give them to its role, right-click the channel, Edit Channel, Permissions",
            required.join(", ")
        ));
    }
    if channel["thread_metadata"]["locked"] == true && !can_manage_threads(permissions) {
        return error("the thread is locked, so the bot cannot write there: unlock it".to_owned());
    }
    if !optional.is_empty() {
        return Ok(Finding::warning(
            CHECK_NAME,
            format!("{name}: the bot lacks the permission {}, so answers have no picture", optional.join(", ")),
        ));
    }
    Ok(Finding::ok(CHECK_NAME, format!("{name}: the bot has all required permissions")))
}
