//! Checks at Discord: token, clock, application, commands, session starts, channels.

use serde_json::Value;

use crate::discord::commands::diff::{Change, diff};
use crate::discord::commands::table::{Scope, desired, display_name};
use crate::discord::endpoint::signature::SignatureVerifier;
use crate::discord::gateway::identify_limiter::IDENTIFY_RESERVE;
use crate::discord::permissions::invite_url;
use crate::discord::rest::discord_error::DiscordError;
use crate::ops::doctor::channels;
use crate::ops::doctor::finding::Finding;
use crate::ops::doctor::probe_client::{ProbeClient, ProbeError};
use crate::secret::Secret;

/// The checks that need a token, in order.
const CHECK_NAMES: [&str; 8] =
    ["clock", "application", "endpoint", "public key", "intents", "commands", "sessions", "channel"];
/// Tolerated difference from Discord's clock. Signatures and snowflake ids contain a timestamp.
const MAX_CLOCK_SKEW_SECONDS: i64 = 60;
const INVALID_RESPONSE: &str =
    "Discord's response cannot be read: try again, and please report it if that does not help";
/// GATEWAY_MESSAGE_CONTENT and GATEWAY_MESSAGE_CONTENT_LIMITED: application flags, set if the intent is enabled; the latter
/// for applications that Discord has not reviewed.
const MESSAGE_CONTENT_FLAGS: u64 = 1 << 18 | 1 << 19;

/// The settings that are checked.
#[derive(Clone, Copy, Debug)]
pub struct DiscordCheckSettings<'s> {
    /// The bot token.
    pub token: Option<&'s Secret>,
    /// Replaces the origin of Discord's REST API, for tests.
    pub api_url: Option<&'s str>,
    /// Ids of the channels in which every message is treated as a question.
    pub ask_channels: &'s [u64],
    /// The application's public key, if the interactions endpoint is enabled.
    pub public_key: Option<[u8; 32]>,
    /// Whether the bot connects to the gateway.
    pub gateway: bool,
    /// Whether `/reload` should be registered.
    pub reload: bool,
}

/// Runs all checks. Only sends GET requests, and ends within about 30 s.
pub async fn run_checks(settings: &DiscordCheckSettings<'_>) -> Vec<Finding> {
    let Some(token) = settings.token else {
        return offline_findings(check_missing_token(settings), "no token", settings);
    };
    let mut discord = match ProbeClient::new(token, settings.api_url) {
        Ok(discord) => discord,
        Err(reason) => return offline_findings(Finding::error("token", reason), "no valid token", settings),
    };
    let me = discord.get("users/@me").await;
    let token = check_token(&me);
    match &me {
        Err(ProbeError::Unreachable(_)) => return offline_findings(token, "Discord cannot be reached", settings),
        Err(ProbeError::ErrorStatus(401, ..)) => {
            let mut findings = offline_findings(token, "Discord rejects the token", settings);
            findings[1] = check_clock(discord.clock_skew());
            return findings;
        }
        _ => {}
    }
    let mut findings = vec![token, check_clock(discord.clock_skew())];

    let application = discord.get("applications/@me").await;
    match &application {
        Ok(application) => findings.extend([
            check_application(application),
            check_endpoint(application, settings),
            check_public_key(Some(application), settings),
            check_intents(application, settings),
        ]),
        Err(error) => {
            let skipped = |subject| Finding::skipped(subject, "the application cannot be read");
            let error = Finding::error("application", describe_error(error));
            findings.extend([error, skipped("endpoint"), check_public_key(None, settings), skipped("intents")]);
        }
    }
    let application = application.unwrap_or_default();
    findings.push(match application["id"].as_str() {
        Some(id) => check_commands(
            discord.get(&format!("applications/{id}/commands?with_localizations=true")).await,
            settings.reload,
        ),
        None => Finding::skipped("commands", "the application cannot be read"),
    });
    if !settings.gateway {
        let skipped = |subject| Finding::skipped(subject, "the gateway is switched off");
        findings.extend([skipped("sessions"), skipped("channel")]);
        return findings;
    }
    findings.push(check_session_starts(discord.get("gateway/bot").await));
    let me = me.unwrap_or_default();
    match me["id"].as_str().or_else(|| application["bot"]["id"].as_str()) {
        _ if settings.ask_channels.is_empty() => {
            findings.push(Finding::skipped("channel", "ROLECALL_ASK_CHANNELS is empty"));
        }
        Some(me) => findings.extend(channels::check_channels(&mut discord, me, settings.ask_channels).await),
        None => findings.push(Finding::skipped("channel", "the bot's user id is unknown")),
    }
    findings
}

/// The findings if Discord cannot be queried: all checks but that of the public key are skipped.
fn offline_findings(token: Finding, reason: &str, settings: &DiscordCheckSettings<'_>) -> Vec<Finding> {
    let rest = CHECK_NAMES.into_iter().map(|subject| match subject {
        "public key" => check_public_key(None, settings),
        _ => Finding::skipped(subject, reason),
    });
    std::iter::once(token).chain(rest).collect()
}

fn check_missing_token(settings: &DiscordCheckSettings<'_>) -> Finding {
    if settings.public_key.is_some() {
        return Finding::warning(
            "token",
            "DISCORD_TOKEN is not set: interactions over HTTP are answered, messages are not, and the checks at Discord are not \
             possible",
        );
    }
    Finding::error(
        "token",
        "missing or invalid; without a token there is only the console: set DISCORD_TOKEN (the README explains how to get one)",
    )
}

fn check_token(me: &Result<Value, ProbeError>) -> Finding {
    match me {
        Ok(me) => match (me["username"].as_str(), me["id"].as_str()) {
            (Some(name), Some(id)) => Finding::ok("token", format!("valid for {name} ({id})")),
            _ => Finding::error("token", INVALID_RESPONSE),
        },
        Err(error @ ProbeError::ErrorStatus(403, ..)) => Finding::error(
            "token",
            format!(
                "{}. An address that sends too many invalid requests is banned for a time: stop what sends them, then wait an hour",
                describe_error(error)
            ),
        ),
        Err(error) => Finding::error("token", describe_error(error)),
    }
}

fn check_clock(skew: Option<i64>) -> Finding {
    let error = |seconds: i64, direction: &str| {
        Finding::error(
            "clock",
            format!(
                "this machine's clock is {seconds} s {direction} Discord's: enable time synchronization (timedatectl set-ntp true)"
            ),
        )
    };
    match skew {
        None => Finding::skipped("clock", "Discord's response had no date"),
        Some(seconds) if seconds > MAX_CLOCK_SKEW_SECONDS => error(seconds, "behind"),
        Some(seconds) if seconds < -MAX_CLOCK_SKEW_SECONDS => error(-seconds, "ahead of"),
        Some(_) => Finding::ok("clock", "differs from Discord's by less than a minute"),
    }
}

fn check_application(application: &Value) -> Finding {
    let text = |key: &str| application[key].as_str().unwrap_or_default();
    let application_name = format!("{} ({})", text("name"), text("id"));
    let is_zero = |key: &str| application[key].as_u64() == Some(0);
    if is_zero("approximate_guild_count") && is_zero("approximate_user_install_count") {
        let url = invite_url(text("id"));
        return Finding::warning("application", format!("{application_name} is in no server: open {url} to invite it"));
    }
    Finding::ok("application", application_name)
}

/// Discord sends interactions to the endpoint URL if one is set, otherwise to the gateway.
fn check_endpoint(application: &Value, settings: &DiscordCheckSettings<'_>) -> Finding {
    const ENDPOINT_SETTING: &str =
        "Interactions Endpoint URL (Developer Portal, your application, General Information page)";
    let over_http = settings.public_key.is_some();
    match application["interactions_endpoint_url"].as_str().filter(|url| !url.is_empty()) {
        Some(url) if over_http => Finding::ok("endpoint", format!("Discord sends interactions to {url}")),
        Some(url) => Finding::error(
            "endpoint",
            format!(
                "Discord sends interactions to {url} and none to the gateway: empty {ENDPOINT_SETTING}, or set \
                 ROLECALL_HTTP_ADDR and DISCORD_PUBLIC_KEY"
            ),
        ),
        None if over_http && settings.gateway => Finding::warning(
            "endpoint",
            format!(
                "interactions come over the gateway, none over HTTP: put the bot's https address, ending in /interactions, into \
                 {ENDPOINT_SETTING}, or leave ROLECALL_HTTP_ADDR out"
            ),
        ),
        None if over_http => Finding::error(
            "endpoint",
            format!(
                "no interaction reaches the bot: put its https address, ending in /interactions, into {ENDPOINT_SETTING}"
            ),
        ),
        None => Finding::ok("endpoint", "interactions come over the gateway"),
    }
}

fn check_public_key(application: Option<&Value>, settings: &DiscordCheckSettings<'_>) -> Finding {
    const COPY_KEY_HINT: &str = "copy Public Key from the Developer Portal, your application, General Information page, into \
                        DISCORD_PUBLIC_KEY";
    let Some(key) = settings.public_key else {
        return Finding::skipped("public key", "only needed for interactions over HTTP");
    };
    if SignatureVerifier::from_public_key(key).is_none() {
        return Finding::error("public key", format!("not a valid Ed25519 public key: {COPY_KEY_HINT}"));
    }
    let Some(expected) = application.and_then(|application| application["verify_key"].as_str()) else {
        return Finding::skipped("public key", "the application's key cannot be read");
    };
    let actual: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    if expected.eq_ignore_ascii_case(&actual) {
        return Finding::ok("public key", "the application's own");
    }
    Finding::error(
        "public key",
        format!("not this application's, so every interaction would be rejected: {COPY_KEY_HINT}"),
    )
}

fn check_intents(application: &Value, settings: &DiscordCheckSettings<'_>) -> Finding {
    let granted = application["flags"].as_u64().unwrap_or_default() & MESSAGE_CONTENT_FLAGS != 0;
    match (settings.ask_channels.is_empty(), settings.gateway, granted) {
        (true, ..) => Finding::ok("intents", "no privileged intent needed"),
        (false, false, _) => Finding::error(
            "intents",
            "messages only come over the gateway, which is switched off: set ROLECALL_GATEWAY=on, or leave \
             ROLECALL_ASK_CHANNELS out",
        ),
        (false, true, true) => {
            Finding::ok("intents", "Message Content Intent is on, as ROLECALL_ASK_CHANNELS requires")
        }
        (false, true, false) => Finding::error(
            "intents",
            "ROLECALL_ASK_CHANNELS needs a privileged intent: switch on Message Content Intent in the Developer Portal, your \
             application, Bot page",
        ),
    }
}

fn check_commands(registered: Result<Value, ProbeError>, reload: bool) -> Finding {
    let registered = match registered {
        Ok(Value::Array(registered)) => registered,
        Ok(_) => return Finding::error("commands", INVALID_RESPONSE),
        Err(error) => return Finding::error("commands", describe_error(&error)),
    };
    let diff = diff(&registered, desired(Scope::Global, reload));
    if diff.changes.is_empty() {
        return Finding::ok("commands", format!("all {} are registered", diff.unchanged));
    }
    let names = |label: &str, pick: &dyn Fn(&Change) -> Option<String>| {
        let names: Vec<String> = diff.changes.iter().filter_map(pick).collect();
        (!names.is_empty()).then(|| format!("{label}: {}", names.join(", ")))
    };
    let parts = [
        names("missing", &|change| if let Change::Create(new) = change { Some(display_name(new)) } else { None }),
        names("different", &|change| if let Change::Edit(_, _, new) = change { Some(display_name(new)) } else { None }),
        names("left over", &|change| if let Change::Delete(_, old) = change { Some(display_name(old)) } else { None }),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Finding::error(
        "commands",
        format!("{}. `rolecall register`, or a start of the bot, updates them", parts.join("; ")),
    )
}

fn check_session_starts(gateway: Result<Value, ProbeError>) -> Finding {
    let limit = match gateway {
        Ok(gateway) => gateway["session_start_limit"].clone(),
        Err(error) => return Finding::error("sessions", describe_error(&error)),
    };
    let number = |key: &str| limit[key].as_u64().unwrap_or_default();
    if limit.is_null() {
        return Finding::error("sessions", INVALID_RESPONSE);
    }
    let (remaining, total, minutes) = (number("remaining"), number("total"), number("reset_after") / 60_000);
    let text = format!("{remaining} of {total} session starts remain");
    let advice = format!("{text} for {minutes} minutes: find out what keeps restarting the bot");
    match remaining {
        _ if remaining <= IDENTIFY_RESERVE => Finding::error(
            "sessions",
            format!(
                "{advice}. Until then the bot does not start, because Discord resets the token of a bot that uses up its starts"
            ),
        ),
        _ if remaining < total / 4 => Finding::warning("sessions", advice),
        _ => Finding::ok("sessions", text),
    }
}

/// The reason of a failed request, and what to do.
fn describe_error(error: &ProbeError) -> String {
    match error {
        ProbeError::ErrorStatus(401, ..) => DiscordError::InvalidToken.to_string(),
        _ => error.to_string(),
    }
}
