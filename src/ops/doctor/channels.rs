//! Whether the bot can do its work in the channels whose messages are all taken for questions.

use std::collections::HashMap;

use serde_json::Value;
use serenity::model::Timestamp;

use crate::discord::permissions::{ChannelKind, can_manage_threads, compute_permissions, missing_permissions};
use crate::ops::doctor::finding::Finding;
use crate::ops::doctor::probe_client::{ProbeClient, ProbeError};

const CHECK_NAME: &str = "channel";
const UNKNOWN_CHANNEL: u64 = 10003;

/// A server as Discord tells it, and the bot's membership there.
type GuildAndMember = (Value, Value);

/// Looks at each channel for the bot whose user has the id `me`.
pub async fn check_channels(discord: &mut ProbeClient, me: &str, channels: &[u64]) -> Vec<Finding> {
    let mut servers = HashMap::new();
    let mut findings = Vec::new();
    for id in channels {
        findings.push(match check_channel(discord, &mut servers, me, *id).await {
            Ok(finding) => finding,
            Err(refusal) => Finding::error(CHECK_NAME, format!("{id}: {refusal}")),
        });
    }
    findings
}

async fn check_channel(
    discord: &mut ProbeClient,
    servers: &mut HashMap<String, GuildAndMember>,
    me: &str,
    id: u64,
) -> Result<Finding, ProbeError> {
    let channel = match discord.get(&format!("channels/{id}")).await {
        Err(ProbeError::ErrorStatus(404, UNKNOWN_CHANNEL, _)) => {
            return Ok(Finding::error(
                CHECK_NAME,
                format!(
                    "there is no channel {id}: right-click the one that is meant, Copy Channel ID, into ROLECALL_ASK_CHANNELS"
                ),
            ));
        }
        Err(ProbeError::ErrorStatus(403, ..)) => {
            return Ok(Finding::error(
                CHECK_NAME,
                format!("the bot does not see {id}: give its role View Channel there, or invite it to that server"),
            ));
        }
        other => other?,
    };
    let name = format!("#{} ({id})", channel["name"].as_str().unwrap_or("unnamed"));
    let wrong = |what: &str| Ok(Finding::error(CHECK_NAME, format!("{name} {what}")));
    let ground = match channel["type"].as_u64().unwrap_or_default() {
        0 | 5 => ChannelKind::Text,
        2 | 13 => ChannelKind::Voice,
        10..=12 => ChannelKind::Thread,
        1 | 3 => {
            return Ok(Finding::warning(
                CHECK_NAME,
                format!(
                    "{id} is a conversation outside servers, where the bot answers in any case or not at all: take it out of ROLECALL_ASK_CHANNELS"
                ),
            ));
        }
        15 | 16 => {
            return wrong("is a forum, and its posts have ids of their own: name those in ROLECALL_ASK_CHANNELS");
        }
        _ => return wrong("is nothing that people write in: name its channels in ROLECALL_ASK_CHANNELS"),
    };
    let server = channel["guild_id"].as_str().unwrap_or_default().to_owned();
    if !servers.contains_key(&server) {
        let found = discord.get(&format!("guilds/{server}")).await?;
        let member = discord.get(&format!("guilds/{server}/members/{me}")).await?;
        servers.insert(server.clone(), (found, member));
    }
    let (server, member) = &servers[&server];
    let name = format!("{name} of {}", server["name"].as_str().unwrap_or("a server"));
    let wrong = |what: String| Ok(Finding::error(CHECK_NAME, format!("{name}: {what}")));

    let silenced = member["communication_disabled_until"].as_str();
    if let Some(until) =
        silenced.and_then(|until| Timestamp::parse(until).ok()).filter(|until| *until > Timestamp::now())
    {
        return wrong(format!("somebody has timed the bot out until {until}: right-click it, Remove Timeout"));
    }
    let parent = match (ground, channel["parent_id"].as_str()) {
        (ChannelKind::Thread, Some(parent)) => Some(discord.get(&format!("channels/{parent}")).await?),
        _ => None,
    };
    let rules = &parent.as_ref().unwrap_or(&channel)["permission_overwrites"];
    let may = compute_permissions(server, member, me, rules);
    let (needed, wished) = missing_permissions(may, ground);
    if !needed.is_empty() {
        return wrong(format!(
            "the bot may not {}: give that to its role, right-click the channel, Edit Channel, Permissions",
            needed.join(", ")
        ));
    }
    if channel["thread_metadata"]["locked"] == true && !can_manage_threads(may) {
        return wrong("the thread is locked, and the bot cannot write there: unlock it".to_owned());
    }
    if !wished.is_empty() {
        return Ok(Finding::warning(
            CHECK_NAME,
            format!("{name}: the bot may not {}, so answers have no picture", wished.join(", ")),
        ));
    }
    Ok(Finding::ok(CHECK_NAME, format!("{name}: the bot may do there all that it needs")))
}
