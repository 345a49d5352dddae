//! All settings, from command line, environment and `.env`. Every invalid setting is reported, with the correction.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::time::Duration;

use crate::i18n::Language;
use crate::secret::Secret;

/// Every variable that is read. `.env.example` documents each; a test compares the two.
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
    /// For people.
    #[default]
    Human,
    /// One JSON object per line.
    Json,
}

const DEFAULT_WATCHDOG_SECS: u64 = 60;
const DEFAULT_LOG_FILTER: &str = "rolecall=info,feedback=info,warn";

/// The settings in effect.
#[derive(Clone, Debug)]
pub struct Config {
    /// The bot token. Without it, only the console and interactions over HTTP work.
    pub token: Option<Secret>,
    /// Replaces the origin of Discord's REST API (`http://127.0.0.1:1234`), for tests.
    pub api_url: Option<String>,
    /// The interactions endpoint, if enabled.
    pub http: Option<HttpConfig>,
    /// Whether to connect to the gateway, given a token. `false` only if `http` is set.
    pub gateway: bool,
    /// The folder of role documents.
    pub corpus: PathBuf,
    /// The folder for built indexes.
    pub index: PathBuf,
    /// Ids of the channels in which every message is treated as a question.
    pub ask_channels: Vec<u64>,
    /// Minimum confidence, 0 to 1, of an answer in a channel.
    pub min_confidence_channel: Option<f32>,
    /// Minimum confidence, 0 to 1, of a tentative answer to a mention or a direct message.
    pub min_confidence_direct: Option<f32>,
    /// The language of replies where Discord sends no supported locale.
    pub language: Language,
    /// How long the gateway may be disconnected before the watchdog acts.
    pub watchdog: Duration,
    /// How log lines are written.
    pub log_format: LogFormat,
    /// Where the status server (health checks, metrics) listens, if enabled.
    pub status: Option<SocketAddr>,
    /// Whether to watch the corpus folder and reload on changes.
    pub watch: bool,
    /// Whether to register `/reload`.
    pub reload_command: bool,
    /// The log filter, in the syntax of `RUST_LOG`.
    pub log_filter: String,
    /// Settings that are ignored, each with the reason.
    pub warnings: Vec<ConfigError>,
}

/// Settings of the interactions endpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HttpConfig {
    /// The address to listen on.
    pub listen: SocketAddr,
    /// The application's public key (Ed25519).
    pub public_key: [u8; 32],
}

/// An invalid or ignored setting.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{name}: {reason}")]
pub struct ConfigError {
    name: &'static str,
    reason: String,
}

/// Settings given on the command line; they take precedence over the environment.
#[derive(Clone, Debug, Default)]
pub struct CliOverrides {
    /// `--corpus`.
    pub corpus: Option<PathBuf>,
    /// `--index`.
    pub index: Option<PathBuf>,
}

impl Config {
    /// Reads all settings, with `variable` as the environment. An unset or invalid setting has its default; each invalid one is
    /// in the list of errors.
    pub fn read(flags: CliOverrides, variable: impl Fn(&str) -> Option<String>) -> (Config, Vec<ConfigError>) {
        let mut reader = Reader { variable, errors: Vec::new(), warnings: Vec::new() };
        let http = reader.http();
        let (min_confidence_channel, min_confidence_direct) = reader.min_confidences();
        let config = Config {
            token: reader.token(),
            api_url: reader.api_url(),
            http,
            // `off` is an error without `http`.
            gateway: reader.gateway() || http.is_none(),
            corpus: reader.folder(flags.corpus, "ROLECALL_CORPUS", "corpus"),
            index: reader.folder(flags.index, "ROLECALL_INDEX", "index"),
            ask_channels: reader.ask_channels(),
            min_confidence_channel,
            min_confidence_direct,
            language: reader.language(),
            watchdog: reader.watchdog(),
            log_format: reader.log_format(),
            status: reader.address("ROLECALL_STATUS_ADDR"),
            watch: reader.switch("ROLECALL_WATCH", true),
            reload_command: reader.switch("ROLECALL_RELOAD_COMMAND", false),
            log_filter: reader.log_filter(),
            warnings: reader.warnings,
        };
        (config, reader.errors)
    }
}

/// Reads variables and collects the errors.
struct Reader<F> {
    variable: F,
    errors: Vec<ConfigError>,
    warnings: Vec<ConfigError>,
}

impl<F: Fn(&str) -> Option<String>> Reader<F> {
    fn reject(&mut self, name: &'static str, reason: impl Into<String>) {
        self.errors.push(ConfigError { name, reason: reason.into() });
    }

    /// The value without surrounding whitespace; an empty one counts as unset.
    fn text(&self, name: &str) -> Option<String> {
        (self.variable)(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty())
    }

    /// The value as `parse` reads it. Where that fails, the error quotes the value before `reason`.
    fn parsed<T>(&mut self, name: &'static str, reason: &str, parse: impl FnOnce(&str) -> Option<T>) -> Option<T> {
        let text = self.text(name)?;
        let value = parse(&text);
        if value.is_none() {
            self.reject(name, format!("\"{text}\" {reason}"));
        }
        value
    }

    fn switch(&mut self, name: &'static str, default: bool) -> bool {
        let parse = |text: &str| match text {
            "on" => Some(true),
            "off" => Some(false),
            _ => None,
        };
        self.parsed(name, "is neither on nor off; write one of the two, or leave it out", parse).unwrap_or(default)
    }

    fn share(&mut self, name: &'static str) -> Option<f32> {
        let parse = |text: &str| text.parse().ok().filter(|share| (0.0..=1.0).contains(share));
        self.parsed(name, "is not a number from 0 to 1; write for example 0.5, or leave it out", parse)
    }

    fn address(&mut self, name: &'static str) -> Option<SocketAddr> {
        let reason = "is not an address; write a port for this machine alone (8080), or address:port (0.0.0.0:8080)";
        self.parsed(name, reason, parse_listen_address)
    }

    fn folder(&self, flag: Option<PathBuf>, name: &str, default: &str) -> PathBuf {
        flag.unwrap_or_else(|| self.text(name).unwrap_or_else(|| default.to_owned()).into())
    }

    /// The error does not quote the token.
    fn token(&mut self) -> Option<Secret> {
        let token = self.text("DISCORD_TOKEN")?;
        if token.contains(char::is_whitespace) {
            let reason =
                "it holds a space; copy the token alone from the application's Bot page, without \"Bot\" before it";
            self.reject("DISCORD_TOKEN", reason);
            return None;
        }
        Some(Secret::new(token))
    }

    fn api_url(&mut self) -> Option<String> {
        let reason = "is not an origin; write http://host:port without a path, or leave it out";
        self.parsed("DISCORD_API_URL", reason, |text| {
            let url = text.trim_end_matches('/');
            let host = url.strip_prefix("http://").or_else(|| url.strip_prefix("https://"))?;
            (!host.is_empty() && !host.contains('/')).then(|| url.to_owned())
        })
    }

    /// The interactions endpoint needs an address and a public key. A key without an address is ignored, with a warning.
    fn http(&mut self) -> Option<HttpConfig> {
        const NAME: &str = "DISCORD_PUBLIC_KEY";
        const MALFORMED: &str = "not 64 hexadecimal digits; copy Public Key from the Developer Portal, your application, \
                                 General Information page";
        let enabled = self.text("ROLECALL_HTTP_ADDR").is_some();
        let listen = self.address("ROLECALL_HTTP_ADDR");
        let Some(text) = self.text(NAME) else {
            if enabled {
                let reason = "missing; requests from Discord are verified with it. Copy Public Key from the Developer Portal, \
                              your application, General Information page, or leave ROLECALL_HTTP_ADDR out";
                self.reject(NAME, reason);
            }
            return None;
        };
        let public_key = parse_public_key(&text);
        if !enabled {
            let also = if public_key.is_none() { format!(". It is also {MALFORMED}") } else { String::new() };
            let reason = format!(
                "not used, because ROLECALL_HTTP_ADDR is not set; write for example 8080 there, or leave this one out{also}"
            );
            self.warnings.push(ConfigError { name: NAME, reason });
        } else if public_key.is_none() {
            self.reject(NAME, MALFORMED);
        }
        Some(HttpConfig { listen: listen?, public_key: public_key? })
    }

    fn gateway(&mut self) -> bool {
        let gateway = self.switch("ROLECALL_GATEWAY", true);
        if !gateway && self.text("ROLECALL_HTTP_ADDR").is_none() {
            let reason = "off without interactions over HTTP leaves no connection to Discord; set ROLECALL_HTTP_ADDR and \
                          DISCORD_PUBLIC_KEY, or leave it out";
            self.reject("ROLECALL_GATEWAY", reason);
        }
        gateway
    }

    /// The valid ids; each invalid one is an error.
    fn ask_channels(&mut self) -> Vec<u64> {
        let text = self.text("ROLECALL_ASK_CHANNELS").unwrap_or_default();
        let mut channels = Vec::new();
        for id in text.split([',', ' ']).filter(|id| !id.is_empty()) {
            match id.parse() {
                Ok(id) if id > 0 => channels.push(id),
                _ => self.reject(
                    "ROLECALL_ASK_CHANNELS",
                    format!(
                        "\"{id}\" is not a channel id; switch on Developer Mode in Discord, right-click the channel, Copy \
                         Channel ID"
                    ),
                ),
            }
        }
        channels
    }

    /// The minimum for channels and the one for direct questions, which may not be higher.
    fn min_confidences(&mut self) -> (Option<f32>, Option<f32>) {
        let channel = self.share("ROLECALL_SURE_CHANNEL");
        let direct = self.share("ROLECALL_SURE_DIRECT");
        if let (Some(channel), Some(direct)) = (channel, direct)
            && direct > channel
        {
            let reason =
                format!("{direct} is above ROLECALL_SURE_CHANNEL ({channel}); write the same or a lower number");
            self.reject("ROLECALL_SURE_DIRECT", reason);
            return (Some(channel), None);
        }
        (channel, direct)
    }

    fn language(&mut self) -> Language {
        let tags = Language::ALL.map(Language::tag).join(", ");
        let reason = format!("is not a supported language; write one of {tags}, or leave it out");
        let parse = |text: &str| Language::ALL.into_iter().find(|language| language.tag() == text.to_lowercase());
        self.parsed("ROLECALL_LANGUAGE", &reason, parse).unwrap_or_default()
    }

    fn watchdog(&mut self) -> Duration {
        let reason = "is not a number of seconds from 5 to 3600; write for example 60";
        let parse = |text: &str| text.parse().ok().filter(|seconds| (5..=3600).contains(seconds));
        let seconds = self.parsed("ROLECALL_WATCHDOG", reason, parse);
        Duration::from_secs(seconds.unwrap_or(DEFAULT_WATCHDOG_SECS))
    }

    fn log_format(&mut self) -> LogFormat {
        let parse = |text: &str| match text {
            "human" => Some(LogFormat::Human),
            "json" => Some(LogFormat::Json),
            _ => None,
        };
        self.parsed("ROLECALL_LOG_FORMAT", "is not a format; write human or json", parse).unwrap_or_default()
    }

    fn log_filter(&mut self) -> String {
        if let Some(filter) = self.text("RUST_LOG") {
            match filter.parse::<tracing_subscriber::EnvFilter>() {
                Ok(_) => return filter,
                Err(error) => self.reject(
                    "RUST_LOG",
                    format!("\"{filter}\" is not a log filter ({error}); write for example rolecall=debug,warn"),
                ),
            }
        }
        DEFAULT_LOG_FILTER.to_owned()
    }
}

/// An address to listen on; a port alone means the loopback address.
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
