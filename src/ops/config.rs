//! Every setting: from flags, the environment and `.env`. All that is wrong is told at once, each with what to do.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::i18n::Language;
use crate::secret::Secret;

/// Every variable that is read, with what it is for; `.env.example` explains each and a test holds the two together.
pub const VARIABLES: [&str; 17] = [
    "DISCORD_TOKEN",
    "DISCORD_API_URL",
    "DISCORD_PUBLIC_KEY",
    "ROLECALL_HTTP_ADDR",
    "ROLECALL_GATEWAY",
    "ROLECALL_CORPUS",
    "ROLECALL_INDEX",
    "ROLECALL_ASK_CHANNELS",
    "ROLECALL_SURE_CHANNEL",
    "ROLECALL_SURE_DIRECT",
    "ROLECALL_LANGUAGE",
    "ROLECALL_WATCHDOG",
    "ROLECALL_LOG_FORMAT",
    "ROLECALL_STATUS_ADDR",
    "ROLECALL_WATCH",
    "ROLECALL_RELOAD_COMMAND",
    "RUST_LOG",
];

/// How log lines are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogFormat {
    /// For people to read.
    #[default]
    Human,
    /// One JSON object a line.
    Json,
}

/// Seconds, where nothing is set.
const DEFAULT_WATCHDOG_SECS: u64 = 60;

/// What was set.
#[derive(Clone, Debug)]
pub struct Config {
    /// The bot's token; without one there is the console alone.
    pub token: Option<Secret>,
    /// Another origin for Discord's REST API (`http://127.0.0.1:1234`), for tests.
    pub api_url: Option<String>,
    /// Where Discord may post interactions.
    pub http: Option<HttpConfig>,
    /// Whether to be at Discord's gateway, where there is a token.
    pub gateway: bool,
    /// The folder of role documents.
    pub corpus: PathBuf,
    /// The folder for built indexes.
    pub index: PathBuf,
    /// Channels in which every message is taken for a question.
    pub ask_channels: Vec<u64>,
    /// The confidence from which on an answer stands as it is, 0 to 1, where it is set.
    pub min_confidence_channel: Option<f32>,
    /// The confidence from which on whoever asks the bot itself is told what comes nearest, 0 to 1, where it is set.
    pub min_confidence_direct: Option<f32>,
    /// The language for whoever does not tell theirs.
    pub language: Language,
    /// How long the connection to Discord may be away before something is done about it.
    pub watchdog: Duration,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Where the bot tells machines how it fares, where it is to.
    pub status: Option<SocketAddr>,
    /// Whether the corpus is read anew when it changes.
    pub watch: bool,
    /// Whether those who manage a server may have it read anew.
    pub reload_command: bool,
    /// What is logged, in the syntax of `RUST_LOG`.
    pub log_filter: String,
    /// Settings that are not used, each with the reason.
    pub warnings: Vec<ConfigError>,
}

/// Interactions over HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The application's public key.
    pub public_key: [u8; 32],
}

/// A setting that cannot be used, or is not.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct ConfigError {
    name: &'static str,
    reason: String,
}

impl ConfigError {
    /// The variable that it is about.
    pub fn name(&self) -> &'static str {
        self.name
    }
}

/// Settings given on the command line; they go before the environment.
#[derive(Clone, Debug, Default)]
pub struct CliOverrides {
    /// `--corpus`.
    pub corpus: Option<PathBuf>,
    /// `--index`.
    pub index: Option<PathBuf>,
}

impl Config {
    /// Reads the settings. `variable` gives the value of an environment variable.
    ///
    /// # Errors
    /// All settings that cannot be used, each once.
    pub fn read(flags: CliOverrides, variable: impl Fn(&str) -> Option<String>) -> Result<Config, Vec<ConfigError>> {
        let set = |name: &str| variable(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
        let mut errors = Vec::new();
        let mut wrong = |name: &'static str, reason: String| errors.push(ConfigError { name, reason: reason });

        let token = set("DISCORD_TOKEN");
        if let Some(token) = &token
            && (token.contains(char::is_whitespace) || token.starts_with("Bot "))
        {
            wrong(
                "DISCORD_TOKEN",
                "it holds a space; copy the token alone from the application's Bot page, without \"Bot\" before it"
                    .to_owned(),
            );
        }
        let api_url = set("DISCORD_API_URL").map(|url| url.trim_end_matches('/').to_owned());
        if let Some(url) = &api_url {
            let origin = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"));
            if origin.is_none_or(|host| host.is_empty() || host.contains('/')) {
                wrong(
                    "DISCORD_API_URL",
                    format!("\"{url}\" is no origin; write http://host:port without a path, or leave it out"),
                );
            }
        }
        let (listens, public_key) = (set("ROLECALL_HTTP_ADDR").is_some(), set("DISCORD_PUBLIC_KEY"));
        if listens && public_key.is_none() {
            let fault = "missing, and without it nobody knows what comes from Discord; copy Public Key from the Developer \
                         Portal, your application, General Information page, or leave ROLECALL_HTTP_ADDR out";
            wrong("DISCORD_PUBLIC_KEY", fault.to_owned());
        }
        let mut listening_at = |name: &'static str| {
            let text = set(name)?;
            let address = parse_listen_address(&text);
            if address.is_none() {
                let fault = format!(
                    "\"{text}\" is no address; write a port for this machine alone (8080), or address:port (0.0.0.0:8080)"
                );
                wrong(name, fault);
            }
            address
        };
        let listen = listening_at("ROLECALL_HTTP_ADDR");
        let status = listening_at("ROLECALL_STATUS_ADDR");
        let mut switch = |name: &'static str, default: bool| match set(name).as_deref() {
            None => default,
            Some("on") => true,
            Some("off") => false,
            Some(other) => {
                wrong(name, format!("\"{other}\" is neither on nor off; write one of the two, or leave it out"));
                default
            }
        };
        let gateway = switch("ROLECALL_GATEWAY", true);
        let watch = switch("ROLECALL_WATCH", true);
        let reload_command = switch("ROLECALL_RELOAD_COMMAND", false);
        if !gateway && !listens {
            let fault = "off, and nobody could ask; set ROLECALL_HTTP_ADDR and DISCORD_PUBLIC_KEY, or leave it out";
            wrong("ROLECALL_GATEWAY", fault.to_owned());
        }
        let mut warnings = Vec::new();
        let public_key = public_key.and_then(|text| {
            let key = parse_public_key(&text);
            let malformed = "not 64 hexadecimal digits; copy Public Key from the Developer Portal, your application, General \
                             Information page";
            if !listens {
                let also = if key.is_none() { format!(". It is also {malformed}") } else { String::new() };
                let fault = format!(
                    "not used, because ROLECALL_HTTP_ADDR is not set; write for example 8080 there, or leave this one out{also}"
                );
                warnings.push(ConfigError { name: "DISCORD_PUBLIC_KEY", reason: fault });
            } else if key.is_none() {
                wrong("DISCORD_PUBLIC_KEY", malformed.to_owned());
            }
            key
        });
        let http = listen.zip(public_key).map(|(listen, public_key)| HttpConfig { listen, public_key });
        let mut ask_channels = Vec::new();
        for id in set("ROLECALL_ASK_CHANNELS").unwrap_or_default().split([',', ' ']).filter(|id| !id.is_empty()) {
            match id.parse::<u64>() {
                Ok(id) if id > 0 => ask_channels.push(id),
                _ => wrong(
                    "ROLECALL_ASK_CHANNELS",
                    format!(
                        "\"{id}\" is no channel id; switch on Developer Mode in Discord, right-click the channel, Copy Channel ID"
                    ),
                ),
            }
        }
        let mut share = |name: &'static str| {
            let value = set(name)?;
            let share = value.parse::<f32>().ok().filter(|share| (0.0..=1.0).contains(share));
            if share.is_none() {
                wrong(name, format!("\"{value}\" is no number from 0 to 1; write for example 0.5, or leave it out"));
            }
            share
        };
        let sure_channel = share("ROLECALL_SURE_CHANNEL");
        let sure_direct = share("ROLECALL_SURE_DIRECT");
        if let (Some(channel), Some(direct)) = (sure_channel, sure_direct)
            && direct > channel
        {
            let fault = format!(
                "{direct} is above ROLECALL_SURE_CHANNEL ({channel}); what is sure enough for a channel is for anybody"
            );
            wrong("ROLECALL_SURE_DIRECT", fault);
        }
        let language = set("ROLECALL_LANGUAGE");
        let known = |tag: &String| Language::ALL.into_iter().find(|language| language.tag() == tag.to_lowercase());
        if let Some(tag) = language.as_ref().filter(|tag| known(tag).is_none()) {
            let all = Language::ALL.map(Language::tag).join(", ");
            wrong(
                "ROLECALL_LANGUAGE",
                format!("\"{tag}\" is no language of mine; write one of {all}, or leave it out"),
            );
        }
        let corpus =
            flags.corpus.or_else(|| set("ROLECALL_CORPUS").map(PathBuf::from)).unwrap_or_else(|| "corpus".into());
        let index = flags.index.or_else(|| set("ROLECALL_INDEX").map(PathBuf::from)).unwrap_or_else(|| "index".into());
        let watchdog = set("ROLECALL_WATCHDOG").map_or(Some(DEFAULT_WATCHDOG_SECS), |value| {
            let seconds = value.parse().ok().filter(|seconds| (5..=3600).contains(seconds));
            if seconds.is_none() {
                let fault = format!("\"{value}\" is no number of seconds from 5 to 3600; write for example 60");
                wrong("ROLECALL_WATCHDOG", fault);
            }
            seconds
        });
        let log_format = match set("ROLECALL_LOG_FORMAT").as_deref() {
            None | Some("human") => LogFormat::Human,
            Some("json") => LogFormat::Json,
            Some(other) => {
                wrong("ROLECALL_LOG_FORMAT", format!("\"{other}\" is no format; write human or json"));
                LogFormat::default()
            }
        };
        let log = set("RUST_LOG").unwrap_or_else(|| "rolecall=info,feedback=info,warn".to_owned());
        if let Err(fault) = log.parse::<tracing_subscriber::EnvFilter>() {
            wrong("RUST_LOG", format!("\"{log}\" cannot be read ({fault}); write for example rolecall=debug,warn"));
        }
        if errors.is_empty() {
            Ok(Config {
                token: token.map(Secret::new),
                api_url,
                http,
                gateway,
                corpus,
                index,
                ask_channels,
                min_confidence_channel: sure_channel,
                min_confidence_direct: sure_direct,
                language: language.as_ref().and_then(known).unwrap_or_default(),
                watchdog: Duration::from_secs(watchdog.unwrap_or(DEFAULT_WATCHDOG_SECS)),
                log_format,
                status,
                watch,
                reload_command,
                log_filter: log,
                warnings,
            })
        } else {
            Err(errors)
        }
    }
}

/// An address to listen on; a port alone is one of this machine, which nobody else reaches.
fn parse_listen_address(text: &str) -> Option<SocketAddr> {
    let port = text.parse::<u16>().map(|port| SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
    port.or_else(|_| text.parse()).ok()
}

/// The bytes of 64 hexadecimal digits.
fn parse_public_key(text: &str) -> Option<[u8; 32]> {
    let hex = text.len() == 64 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let byte = |at: usize| u8::from_str_radix(text.get(2 * at..2 * at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..32).filter(|_| hex).filter_map(byte).collect();
    bytes.try_into().ok()
}
