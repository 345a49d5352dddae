//! The verbs. Reads the settings, opens the library, starts the front end that was asked for.

mod cli;

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use rolecall::console;
use rolecall::diagram;
use rolecall::discord::commands::registration::SyncOptions;
use rolecall::discord::{self, endpoint::server::EndpointConfig};
use rolecall::engine::Engine;
use rolecall::engine::question::Thresholds;
use rolecall::engine::reply::Style;
use rolecall::engine::request::Request;
use rolecall::knowledge::Library;
use rolecall::model::diagnostic;
use rolecall::ops::config::{CliOverrides, Config, HttpConfig, LogFormat};
use rolecall::ops::serve;
use rolecall::search::index::OpenOutcome;

/// A Discord bot that knows what people in an organisation's roles do.
///
/// Without a verb it is the bot where DISCORD_TOKEN or ROLECALL_HTTP_ADDR is set, and the console where neither is.
#[derive(Debug, Parser)]
#[command(version, after_help = "Settings come from the environment or a file .env; .env.example explains each.")]
struct Arguments {
    /// The folder of role documents [default: ROLECALL_CORPUS, or corpus]
    #[arg(long, global = true, value_name = "FOLDER")]
    corpus: Option<PathBuf>,
    /// The folder for built indexes; always safe to delete [default: ROLECALL_INDEX, or index]
    #[arg(long, global = true, value_name = "FOLDER")]
    index: Option<PathBuf>,
    #[command(subcommand)]
    subcommand: Option<Subcommand>,
}

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    /// Ask in the terminal; no token, no network
    Console,
    /// Answer one question, or many from a file
    Ask {
        /// What a member would type: a question, or a command such as "/path apm cpo"
        #[arg(required_unless_present = "batch", conflicts_with = "batch")]
        text: Option<String>,
        /// One JSON object a reply instead of text
        #[arg(long)]
        json: bool,
        /// Answer every line of a file (- for standard input), each with a line of JSON
        #[arg(long, value_name = "FILE")]
        batch: Option<PathBuf>,
        /// Tell why: what was read in the question, what was found, what decided
        #[arg(long, conflicts_with = "json")]
        explain: bool,
    },
    /// Show the career ladder, or the way from one role to another; as a picture where a file is named
    Ladder {
        /// Any name of the role to start from
        #[arg(requires = "to")]
        from: Option<String>,
        /// Any name of the role to reach
        to: Option<String>,
        /// Only the roles of this family
        #[arg(long, conflicts_with = "from")]
        family: Option<String>,
        /// Write the picture as SVG (- for standard output)
        #[arg(long, value_name = "FILE")]
        svg: Option<PathBuf>,
        /// Write the picture as PNG (- for standard output)
        #[arg(long, value_name = "FILE")]
        png: Option<PathBuf>,
    },
    /// Build the index of the corpus, where there is none yet
    Index,
    /// List what is wrong in the corpus, with file and line; exit 1 where anything is
    Check,
    /// Look at all that the bot needs, here and at Discord, and tell what to do; exit 1 where something is wrong
    Doctor {
        /// One JSON object instead of lines
        #[arg(long)]
        json: bool,
    },
    /// Show how the commands that Discord has differ from those of this version, and register them
    Register {
        /// For one server alone, by its id: there at once, and beside those that are for everybody
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
        guild: Option<u64>,
        /// Show what would change, and change nothing
        #[arg(long)]
        dry_run: bool,
        /// Take that server's own commands away again
        #[arg(long, requires = "guild")]
        remove: bool,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(arguments) {
        Ok(code) => code,
        Err(message) => {
            eprintln!("rolecall: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: Arguments) -> Result<ExitCode, String> {
    read_env_file()?;
    let flags = CliOverrides { corpus: arguments.corpus, index: arguments.index };
    let set = |name: &str| std::env::var(name).ok();
    let (config, faults) = match arguments.subcommand {
        Some(Subcommand::Doctor { .. }) => {
            cli::doctor::read_usable_settings(&flags, set).map_err(|errors| format_errors(&errors))?
        }
        _ => (Config::read(flags, set).map_err(|errors| format_errors(&errors))?, Vec::new()),
    };
    init_logging(&config.log_filter, config.log_format)?;
    if arguments.subcommand.is_none() {
        config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    }
    match arguments.subcommand {
        None if config.token.is_some() || config.http.is_some() => run_bot(&config),
        None => {
            let bot = open_engine(&config)?;
            console::run(&bot, Some("To go live on Discord, set DISCORD_TOKEN (the README tells how to get one)."))
        }
        Some(Subcommand::Console) => console::run(&open_engine(&config)?, None),
        Some(Subcommand::Ask { text, json, batch, explain }) => ask(&config, text, json, batch.as_deref(), explain),
        Some(Subcommand::Ladder { from, to, family, svg, png }) => {
            let request = match from.zip(to) {
                Some((from, to)) => Request::Path { from, to },
                None => Request::Ladder { family: family.unwrap_or_default() },
            };
            ladder(&config, &request, svg.as_deref(), png.as_deref())
        }
        Some(Subcommand::Index) => index(&config),
        Some(Subcommand::Check) => check(&config),
        Some(Subcommand::Register { guild, dry_run, remove }) => {
            cli::register::run(&config, SyncOptions { guild_id: guild, dry_run, remove, reload: config.reload_command })
        }
        Some(Subcommand::Doctor { json }) => cli::doctor::run(&config, &faults, json),
    }
    .or_else(|error| if is_broken_pipe(&*error) { Ok(ExitCode::SUCCESS) } else { Err(error.to_string()) })
}

/// True where whoever read the output has read enough, as `head` does: that is no failure.
fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

type CliResult = Result<ExitCode, Box<dyn std::error::Error>>;

/// Reads `.env` in the current folder, where there is one; what the environment says goes before it.
fn read_env_file() -> Result<(), String> {
    let fault = match dotenvy::from_path(".env") {
        Ok(()) => return Ok(()),
        Err(error) if error.not_found() => return Ok(()),
        // The line itself may hold the token, and is not repeated.
        Err(dotenvy::Error::LineParse(part, _)) => {
            let text = std::fs::read_to_string(".env").unwrap_or_default();
            let line = text.lines().position(|line| line.contains(part.trim())).map_or(1, |at| at + 1);
            format!("line {line} is not NAME=value; a value with a space in it stands in quotes")
        }
        Err(error) => error.to_string(),
    };
    Err(format!(".env cannot be read: {fault}; compare it with .env.example"))
}

fn init_logging(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter = format!("{filter},{}", discord::LOG_DIRECTIVES);
    let filter = filter.parse::<tracing_subscriber::EnvFilter>().map_err(|error| error.to_string())?;
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // Standard error may be closed, which is no reason to stop: where a line cannot be written, nothing is said of that.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .log_internal_errors(false);
    match format {
        LogFormat::Human => log.with_ansi(colours).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).init(),
    }
    // A panic is a fault of the program: told once, with its place, among the other lines of the log.
    std::panic::set_hook(Box::new(|fault| tracing::error!("a fault of the program, please report it: {fault}")));
    Ok(())
}

/// Opens the library for answering: what is wrong with it is told on standard error, and the rest is served.
fn open_engine(config: &Config) -> Result<Engine, String> {
    let library = open_library(config)?;
    if let Some(problems) = diagnostic::summary(&library.diagnostics) {
        tracing::warn!("{problems}");
    }
    match &library.open_outcome {
        OpenOutcome::InMemory(reason) => {
            tracing::warn!("the index cannot be kept in {} ({reason}); serving from memory", config.index.display());
        }
        OpenOutcome::Rebuilt => tracing::info!("the index was damaged and has been built anew"),
        OpenOutcome::Opened | OpenOutcome::Built => {}
    }
    let Thresholds { channel, direct } = Thresholds::default();
    let channel = config.min_confidence_channel.unwrap_or(channel);
    let direct = config.min_confidence_direct.unwrap_or(direct).min(channel);
    Ok(Engine::new(library, Thresholds { channel, direct }).with_language(config.language))
}

/// Opens the library, with a progress bar where that takes long enough to be noticed and somebody is there to see it.
fn open_library(config: &Config) -> Result<Library, String> {
    const PROGRESS_DELAY: Duration = Duration::from_millis(300);
    let start = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    let library = Library::open(&config.corpus, &config.index, |done, total| {
        if bar.is_none() && start.elapsed() > PROGRESS_DELAY && std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("indexing {bar:32} {pos} of {len} passages, {eta} left");
            bar =
                Some(ProgressBar::new(total as u64).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar())));
        }
        if let Some(bar) = &bar {
            bar.set_position(done as u64);
        }
    });
    if let Some(bar) = bar {
        bar.finish_and_clear();
    }
    library.map_err(|error| error.to_string())
}

/// Serves Discord, at its gateway and over HTTP, until the process is told to stop.
fn run_bot(config: &Config) -> CliResult {
    let token = config.token.clone().filter(|_| config.gateway);
    let http = config.http.map(|HttpConfig { listen, public_key }| EndpointConfig { listen, public_key });
    let (api_url, ask_channels) = (config.api_url.clone(), config.ask_channels.clone());
    let settings = serve::RunSettings {
        discord: discord::DiscordSettings {
            token,
            http,
            api_url,
            ask_channels,
            watchdog_timeout: config.watchdog,
            reload: None,
        },
        corpus: config.corpus.clone(),
        index: config.index.clone(),
        status: config.status,
        watch: config.watch,
        reload_command: config.reload_command,
    };
    if let Err(error) = serve::run(settings, || open_engine(config)) {
        match config.log_format {
            LogFormat::Human => return Err(error.into()),
            LogFormat::Json => tracing::error!("{error}"),
        }
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(config: &Config, text: Option<String>, json: bool, batch: Option<&Path>, explain: bool) -> CliResult {
    let bot = open_engine(config)?;
    let mut out = std::io::stdout().lock();
    if let Some(text) = text {
        if explain {
            write!(out, "{}", bot.explain(&text))?;
            return Ok(ExitCode::SUCCESS);
        }
        let reply = bot.handle_text(&text);
        if json {
            writeln!(out, "{}", reply.to_json(&text))?
        } else {
            write!(anstream::stdout(), "{}", reply.to_text(&console::style()))?
        }
        return Ok(ExitCode::SUCCESS);
    }
    let input: Box<dyn BufRead> = match batch {
        Some(path) if path != Path::new("-") => {
            let file =
                std::fs::File::open(path).map_err(|error| format!("{} cannot be read: {error}", path.display()))?;
            Box::new(std::io::BufReader::new(file))
        }
        _ => Box::new(std::io::stdin().lock()),
    };
    for line in input.split(b'\n') {
        let line = line?;
        let text = String::from_utf8_lossy(&line);
        let text = text.trim_end_matches('\r');
        if explain {
            writeln!(out, "{text}\n{}", bot.explain(text))?
        } else {
            writeln!(out, "{}", bot.handle_text(text).to_json(text))?
        }
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Tells the ladder or a way on it; where a file is named, the picture goes there and nothing is told.
fn ladder(config: &Config, request: &Request, svg: Option<&Path>, png: Option<&Path>) -> CliResult {
    let bot = open_engine(config)?;
    let reply = bot.handle(request, bot.language());
    if svg.is_none() && png.is_none() {
        write!(anstream::stdout(), "{}", reply.to_text(&console::style()))?;
        return Ok(if reply.answered { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let Some(chart) = &reply.diagram else {
        return Err(format!("there is no picture of that\n{}", reply.to_text(&Style::PLAIN)).into());
    };
    let library = bot.library();
    if let Some(path) = svg {
        write_output(path, diagram::render_svg(&library, chart, bot.language())?.as_bytes())?;
    }
    if let Some(path) = png {
        write_output(path, &diagram::render(&library, chart, bot.language())?.png)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file, or standard output where the file is called `-`.
fn write_output(path: &Path, bytes: &[u8]) -> Result<(), Box<dyn std::error::Error>> {
    if path == Path::new("-") {
        let mut out = std::io::stdout().lock();
        out.write_all(bytes)?;
        return Ok(out.flush()?);
    }
    Ok(std::fs::write(path, bytes).map_err(|error| format!("{} cannot be written: {error}", path.display()))?)
}

fn index(config: &Config) -> CliResult {
    let start = Instant::now();
    let library = open_library(config)?;
    let passages: usize = library.documents().iter().map(|document| document.passages.len()).sum();
    let roles = library.roles().len();
    let topics = library.documents().len() - roles;
    let how = match &library.open_outcome {
        OpenOutcome::Opened => "was there already".to_owned(),
        OpenOutcome::Built => "built".to_owned(),
        OpenOutcome::Rebuilt => "was damaged; built anew".to_owned(),
        OpenOutcome::InMemory(reason) => format!("cannot be kept in {} ({reason})", config.index.display()),
    };
    let mut out = std::io::stdout().lock();
    let time = start.elapsed().as_millis();
    writeln!(out, "{roles} roles, {topics} topics, {passages} passages; index {how} in {time} ms")?;
    if !library.diagnostics.is_empty() {
        writeln!(out, "{} in the corpus; `rolecall check` lists them", pluralize(library.diagnostics.len()))?;
    }
    let kept = !matches!(library.open_outcome, OpenOutcome::InMemory(_));
    Ok(if kept { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(config: &Config) -> CliResult {
    let (documents, problems) = Library::check(&config.corpus)?;
    let mut out = std::io::stdout().lock();
    for problem in &problems {
        writeln!(out, "{}", config.corpus.join(problem.to_string()).display())?;
    }
    writeln!(out, "{documents} documents, {}", pluralize(problems.len()))?;
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn pluralize(problems: usize) -> String {
    match problems {
        0 => "no problems".to_owned(),
        1 => "1 problem".to_owned(),
        more => format!("{more} problems"),
    }
}

fn format_errors(errors: &[rolecall::ops::config::ConfigError]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    format!("settings that cannot be used:\n{}", lines.join("\n"))
}
