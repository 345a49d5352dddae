//! Whether Discord lets the bot do what it is set up for: its token, its application, its commands, its sessions, its channels.

use serde_json::Value;

use crate::discord::commands::diff::{Change, diff};
use crate::discord::commands::table::{Scope, desired, display_name};
use crate::discord::endpoint::signature::SignatureVerifier;
use crate::discord::gateway::identify_limiter::IDENTIFY_RESERVE;
use crate::discord::permissions::invite_url;
use crate::discord::rest::client::DiscordError;
use crate::ops::doctor::channels;
use crate::ops::doctor::finding::Finding;
use crate::ops::doctor::probe_client::{ProbeClient, ProbeError};
use crate::secret::Secret;

/// What is looked at with the token, in order.
const CHECK_NAMES: [&str; 8] =
    ["clock", "application", "endpoint", "public key", "intents", "commands", "sessions", "channel"];
/// A clock may be so far off, in seconds. Signatures carry the time, and so do the ids that Discord gives.
const MAX_CLOCK_SKEW_SECONDS: i64 = 60;
const INVALID_RESPONSE: &str =
    "Discord's answer cannot be read: try again, and please report it where that does not help";
/// Discord sets one of these flags where the operator has switched the intent on; the second for bots in few servers.
const MESSAGE_CONTENT_FLAGS: u64 = 1 << 18 | 1 << 19;

/// What is set that Discord has to do with.
#[derive(Clone, Copy, Debug)]
pub struct DiscordCheckSettings<'s> {
    /// The bot's token.
    pub token: Option<&'s Secret>,
    /// Another origin for Discord's REST API, for tests.
    pub api_url: Option<&'s str>,
    /// Channels in which every message is taken for a question.
    pub ask_channels: &'s [u64],
    /// The application's public key, where interactions are taken over HTTP.
    pub public_key: Option<[u8; 32]>,
    /// Whether the bot is at the gateway.
    pub gateway: bool,
    /// Whether there is to be `/reload`.
    pub reload: bool,
}

/// Looks at everything that Discord can tell, as far as that is possible. It changes nothing, and ends within half a minute.
pub async fn run_checks(settings: &DiscordCheckSettings<'_>) -> Vec<Finding> {
    let Some(token) = settings.token else {
        return offline_findings(check_missing_token(settings), "no token", settings);
    };
    let mut discord = match ProbeClient::new(token, settings.api_url) {
        Ok(discord) => discord,
        Err(why) => return offline_findings(Finding::error("token", why), "no token that can be used", settings),
    };
    let me = discord.get("users/@me").await;
    let seen = check_token(&me);
    match &me {
        Err(ProbeError::Unreachable(_)) => return offline_findings(seen, "Discord cannot be reached", settings),
        Err(ProbeError::ErrorStatus(401, ..)) => {
            let mut findings = offline_findings(seen, "Discord does not know the token", settings);
            findings[1] = check_clock(discord.clock_skew());
            return findings;
        }
        _ => {}
    }
    let mut findings = vec![seen, check_clock(discord.clock_skew())];

    let application = discord.get("applications/@me").await;
    match &application {
        Ok(application) => findings.extend([
            check_application(application),
            check_endpoint(application, settings),
            check_public_key(Some(application), settings),
            check_intents(application, settings),
        ]),
        Err(refusal) => {
            let unseen = |subject| Finding::skipped(subject, "the application cannot be read");
            let wrong = Finding::error("application", describe_error(refusal));
            findings.extend([wrong, unseen("endpoint"), check_public_key(None, settings), unseen("intents")]);
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
        let away = |subject| Finding::skipped(subject, "the bot is not at the gateway");
        findings.extend([away("sessions"), away("channel")]);
        return findings;
    }
    findings.push(check_session_starts(discord.get("gateway/bot").await));
    let me = me.unwrap_or_default();
    match me["id"].as_str().or_else(|| application["bot"]["id"].as_str()) {
        _ if settings.ask_channels.is_empty() => {
            findings.push(Finding::skipped("channel", "ROLECALL_ASK_CHANNELS names none"));
        }
        Some(me) => findings.extend(channels::check_channels(&mut discord, me, settings.ask_channels).await),
        None => findings.push(Finding::skipped("channel", "Discord does not tell who the bot is")),
    }
    findings
}

/// What can be said where Discord cannot be asked.
fn offline_findings(token: Finding, why: &str, settings: &DiscordCheckSettings<'_>) -> Vec<Finding> {
    let rest = CHECK_NAMES.into_iter().map(|subject| match subject {
        "public key" => check_public_key(None, settings),
        _ => Finding::skipped(subject, why),
    });
    std::iter::once(token).chain(rest).collect()
}

fn check_missing_token(settings: &DiscordCheckSettings<'_>) -> Finding {
    if settings.public_key.is_some() {
        return Finding::warning(
            "token",
            "DISCORD_TOKEN is not set: commands that come over HTTP are answered, messages are not, and nothing here can be \
             looked up with Discord",
        );
    }
    Finding::error(
        "token",
        "there is none that can be used, and without it there is the console alone: set DISCORD_TOKEN (the README tells how to \
         get one)",
    )
}

fn check_token(me: &Result<Value, ProbeError>) -> Finding {
    match me {
        Ok(me) => match (me["username"].as_str(), me["id"].as_str()) {
            (Some(name), Some(id)) => Finding::ok("token", format!("Discord knows it as {name} ({id})")),
            _ => Finding::error("token", INVALID_RESPONSE),
        },
        Err(refusal @ ProbeError::ErrorStatus(403, ..)) => Finding::error(
            "token",
            format!(
                "{}. It does so for an hour to machines that sent too many bad requests: stop what sends them, then wait",
                describe_error(refusal)
            ),
        ),
        Err(refusal) => Finding::error("token", describe_error(refusal)),
    }
}

fn check_clock(behind: Option<i64>) -> Finding {
    let off = |seconds: i64, how: &str| {
        Finding::error(
            "clock",
            format!(
                "this machine's clock is {seconds} s {how} Discord's: let the system keep the time (timedatectl set-ntp true)"
            ),
        )
    };
    match behind {
        None => Finding::skipped("clock", "Discord did not tell the time"),
        Some(seconds) if seconds > MAX_CLOCK_SKEW_SECONDS => off(seconds, "behind"),
        Some(seconds) if seconds < -MAX_CLOCK_SKEW_SECONDS => off(-seconds, "ahead of"),
        Some(_) => Finding::ok("clock", "it agrees with Discord's to the minute"),
    }
}

fn check_application(application: &Value) -> Finding {
    let text = |key: &str| application[key].as_str().unwrap_or_default();
    let who = format!("{} ({})", text("name"), text("id"));
    let none = |key: &str| application[key].as_u64() == Some(0);
    if none("approximate_guild_count") && none("approximate_user_install_count") {
        let invitation = invite_url(text("id"));
        return Finding::warning("application", format!("{who} is in no server: open {invitation} to invite it"));
    }
    Finding::ok("application", who)
}

/// Discord sends commands either to an address or to the gateway, never to both.
fn check_endpoint(application: &Value, settings: &DiscordCheckSettings<'_>) -> Finding {
    const ENDPOINT_SETTING: &str =
        "Interactions Endpoint URL at the Developer Portal, your application, General Information page";
    let over_http = settings.public_key.is_some();
    match application["interactions_endpoint_url"].as_str().filter(|url| !url.is_empty()) {
        Some(url) if over_http => Finding::ok("endpoint", format!("Discord posts commands to {url}")),
        Some(url) => Finding::error(
            "endpoint",
            format!(
                "Discord posts commands to {url}, and none comes over the gateway: empty {ENDPOINT_SETTING}, or set ROLECALL_HTTP_ADDR and \
                 DISCORD_PUBLIC_KEY"
            ),
        ),
        None if over_http && settings.gateway => Finding::warning(
            "endpoint",
            format!(
                "commands come over the gateway, and nothing over HTTP: put the bot's https address, with /interactions at its \
                 end, into {ENDPOINT_SETTING}, or leave ROLECALL_HTTP_ADDR out"
            ),
        ),
        None if over_http => Finding::error(
            "endpoint",
            format!(
                "no command reaches the bot: put its https address, with /interactions at its end, into {ENDPOINT_SETTING}"
            ),
        ),
        None => Finding::ok("endpoint", "commands come over the gateway"),
    }
}

fn check_public_key(application: Option<&Value>, settings: &DiscordCheckSettings<'_>) -> Finding {
    const COPY_KEY_HINT: &str = "copy Public Key from the Developer Portal, your application, General Information page, into \
                        DISCORD_PUBLIC_KEY";
    let Some(key) = settings.public_key else {
        return Finding::skipped("public key", "interactions over HTTP alone need one");
    };
    if SignatureVerifier::from_public_key(key).is_none() {
        return Finding::error("public key", format!("it is the key of nobody: {COPY_KEY_HINT}"));
    }
    let Some(theirs) = application.and_then(|application| application["verify_key"].as_str()) else {
        return Finding::skipped("public key", "whose it is cannot be looked up");
    };
    let ours: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    if theirs.eq_ignore_ascii_case(&ours) {
        return Finding::ok("public key", "it is the application's");
    }
    Finding::error("public key", format!("it is another application's, and no command would be taken: {COPY_KEY_HINT}"))
}

fn check_intents(application: &Value, settings: &DiscordCheckSettings<'_>) -> Finding {
    let granted = application["flags"].as_u64().unwrap_or_default() & MESSAGE_CONTENT_FLAGS != 0;
    match (settings.ask_channels.is_empty(), settings.gateway, granted) {
        (true, ..) => Finding::ok("intents", "nothing that is set needs a privileged one"),
        (false, false, _) => Finding::error(
            "intents",
            "messages come over the gateway alone, and it is switched off: set ROLECALL_GATEWAY=on, or leave \
             ROLECALL_ASK_CHANNELS out",
        ),
        (false, true, true) => {
            Finding::ok("intents", "Message Content Intent is on, as ROLECALL_ASK_CHANNELS needs it")
        }
        (false, true, false) => Finding::error(
            "intents",
            "the channels in ROLECALL_ASK_CHANNELS will not work: switch on Message Content Intent at the Developer Portal, \
             your application, Bot page",
        ),
    }
}

fn check_commands(registered: Result<Value, ProbeError>, reload: bool) -> Finding {
    let registered = match registered {
        Ok(Value::Array(registered)) => registered,
        Ok(_) => return Finding::error("commands", INVALID_RESPONSE),
        Err(refusal) => return Finding::error("commands", describe_error(&refusal)),
    };
    let diff = diff(&registered, desired(Scope::Global, reload));
    if diff.changes.is_empty() {
        return Finding::ok("commands", format!("all {} are registered", diff.unchanged));
    }
    let names = |word: &str, pick: &dyn Fn(&Change) -> Option<String>| {
        let names: Vec<String> = diff.changes.iter().filter_map(pick).collect();
        (!names.is_empty()).then(|| format!("{word}: {}", names.join(", ")))
    };
    let parts = [
        names("missing", &|change| if let Change::Create(new) = change { Some(display_name(new)) } else { None }),
        names("different", &|change| if let Change::Edit(_, _, new) = change { Some(display_name(new)) } else { None }),
        names("left over", &|change| if let Change::Delete(_, old) = change { Some(display_name(old)) } else { None }),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    Finding::error(
        "commands",
        format!("{}. `rolecall register` mends that, as each start of the bot does", parts.join("; ")),
    )
}

fn check_session_starts(gateway: Result<Value, ProbeError>) -> Finding {
    let limit = match gateway {
        Ok(gateway) => gateway["session_start_limit"].clone(),
        Err(refusal) => return Finding::error("sessions", describe_error(&refusal)),
    };
    let number = |key: &str| limit[key].as_u64().unwrap_or_default();
    if limit.is_null() {
        return Finding::error("sessions", INVALID_RESPONSE);
    }
    let (left, total, minutes) = (number("remaining"), number("total"), number("reset_after") / 60_000);
    let text = format!("{left} of {total} starts of a day are left");
    let why = format!("{text}, for {minutes} minutes: find out what starts the bot again and again");
    match left {
        _ if left <= IDENTIFY_RESERVE => Finding::error(
            "sessions",
            format!("{why}. It does not start before then, since Discord resets the token at none"),
        ),
        _ if left < total / 4 => Finding::warning("sessions", why),
        _ => Finding::ok("sessions", text),
    }
}

/// Why Discord did not give something, and what to do.
fn describe_error(refusal: &ProbeError) -> String {
    match refusal {
        ProbeError::ErrorStatus(401, ..) => DiscordError::InvalidToken.to_string(),
        _ => refusal.to_string(),
    }
}
