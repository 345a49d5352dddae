//! The command line: parses arguments and settings, opens the snapshot, runs a subcommand or the bot.

#![warn(unreachable_pub)]

mod cli;

use std::io::{BufRead, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::{Duration, Instant};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};
use rolecall::console;
use rolecall::diagram;
use rolecall::discord;
use rolecall::discord::commands::registration::SyncOptions;
use rolecall::engine::app::{App, Ask};
use rolecall::engine::question::Thresholds;
use rolecall::engine::reply::Style;
use rolecall::engine::request::Request;
use rolecall::engine::spaces;
use rolecall::engine::spaces::SpaceId;
use rolecall::knowledge::Knowledge;
use rolecall::model::diagnostic;
use rolecall::ops::config::{CliOverrides, Config, ConfigError, HttpConfig, LogFormat};
use rolecall::ops::serve::{self, EndpointConfig};
use rolecall::search::index::OpenOutcome;

/// A Discord bot that knows what people in an organisation's roles do.
///
/// Without a subcommand it runs the bot if DISCORD_TOKEN or ROLECALL_HTTP_ADDR is set, otherwise the console.
#[derive(Debug, Parser)]
#[command(version, after_help = "Settings are read from the environment or a file .env; .env.example explains each.")]
struct Arguments {
    /// The folder of role documents [default: ROLECALL_CORPUS, or corpus]
    #[arg(long, global = true, value_name = "FOLDER")]
    corpus: Option<PathBuf>,
    /// The folder for search indexes; safe to delete at any time [default: ROLECALL_INDEX, or index]
    #[arg(long, global = true, value_name = "FOLDER")]
    index: Option<PathBuf>,
    #[command(subcommand)]
    subcommand: Option<Subcommand>,
}

#[derive(Debug, clap::Subcommand)]
enum Subcommand {
    /// Ask questions in the terminal, without a token or network
    Console,
    /// Answer one question, or every line of a file
    Ask {
        /// What a member would type: a question, or a command such as "/path apm cpo"
        #[arg(required_unless_present = "batch", conflicts_with = "batch")]
        text: Option<String>,
        /// Print one JSON object per reply instead of text
        #[arg(long)]
        json: bool,
        /// Answer every line of this file (- for standard input) with a line of JSON
        #[arg(long, value_name = "FILE")]
        batch: Option<PathBuf>,
        /// Explain the answer: how the question was understood, what was found, what decided
        #[arg(long, conflicts_with = "json")]
        explain: bool,
    },
    /// Print the career ladder, or the path between two roles; with --svg or --png, write it as a picture
    Ladder {
        /// Any name of the first role of the path
        #[arg(requires = "to")]
        from: Option<String>,
        /// Any name of the last role of the path
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
    /// Build the search index of the corpus if it does not exist yet
    Index,
    /// List the problems in the corpus, with file and line; exit 1 if there are any
    Check,
    /// Check everything the bot needs, here and at Discord, and say what to do; exit 1 on errors
    Doctor {
        /// Print one JSON object instead of text
        #[arg(long)]
        json: bool,
    },
    /// Show how the commands registered at Discord differ from this version's, and register these
    Register {
        /// Register them in the server with this id only, in addition to the global commands
        #[arg(long, value_name = "ID", value_parser = clap::value_parser!(u64).range(1..))]
        guild: Option<u64>,
        /// Show the changes without making them
        #[arg(long)]
        dry_run: bool,
        /// Delete that server's own commands
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
    let (config, errors) = Config::read(flags, |name| std::env::var(name).ok());
    if !errors.is_empty() && !matches!(arguments.subcommand, Some(Subcommand::Doctor { .. })) {
        return Err(format_errors(&errors));
    }
    init_logging(&config.log_filter, config.log_format)?;
    if arguments.subcommand.is_none() {
        config.warnings.iter().for_each(|warning| tracing::warn!("{warning}"));
    }
    match arguments.subcommand {
        None if config.token.is_some() || config.http.is_some() => run_bot(&config),
        None => {
            let app = open_app(&config)?;
            let hint = "To run on Discord, set DISCORD_TOKEN (the README explains how to get one).";
            console::run(&app, Some(hint))
        }
        Some(Subcommand::Console) => console::run(&open_app(&config)?, None),
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
        Some(Subcommand::Doctor { json }) => cli::doctor::run(&config, &errors, json),
    }
    .or_else(|error| if is_broken_pipe(&*error) { Ok(ExitCode::SUCCESS) } else { Err(error.to_string()) })
}

/// True if the reader of standard output has closed it, as `head` does: not a failure.
fn is_broken_pipe(error: &(dyn std::error::Error + 'static)) -> bool {
    error.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
}

type CliResult = Result<ExitCode, Box<dyn std::error::Error>>;

/// Adds the variables of `.env` in the current folder, if it exists, to the environment; existing variables win.
fn read_env_file() -> Result<(), String> {
    let reason = match dotenvy::from_path(".env") {
        Ok(()) => return Ok(()),
        Err(error) if error.not_found() => return Ok(()),
        // The line may contain the token and is not printed.
        Err(dotenvy::Error::LineParse(part, _)) => {
            let text = std::fs::read_to_string(".env").unwrap_or_default();
            let line = text.lines().position(|line| line.contains(part.trim())).map_or(1, |at| at + 1);
            format!("line {line} is not NAME=value; a value with a space needs quotes")
        }
        Err(error) => error.to_string(),
    };
    Err(format!(".env cannot be read: {reason}; compare it with .env.example"))
}

fn init_logging(filter: &str, format: LogFormat) -> Result<(), String> {
    let filter = format!("{filter},{}", discord::LOG_DIRECTIVES);
    let filter = filter.parse::<tracing_subscriber::EnvFilter>().map_err(|error| error.to_string())?;
    let colours = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    // `log_internal_errors(false)`: a closed standard error is not reported, and does not stop the program.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_target(false)
        .log_internal_errors(false);
    match format {
        LogFormat::Human => log.with_ansi(colours).init(),
        LogFormat::Json => log.json().flatten_event(true).with_current_span(false).with_span_list(false).init(),
    }
    std::panic::set_hook(Box::new(|panic| tracing::error!("internal error, please report it: {panic}")));
    Ok(())
}

/// Opens the snapshot for answering. Problems in the corpus are logged; the rest is served.
fn open_app(config: &Config) -> Result<App, String> {
    let knowledge = open_knowledge(config)?;
    if let Some(summary) = diagnostic::summary(&knowledge.diagnostics) {
        tracing::warn!("{summary}");
    }
    match &knowledge.open_outcome {
        OpenOutcome::InMemory(reason) => {
            tracing::warn!("the index cannot be stored in {} ({reason}); serving from memory", config.index.display());
        }
        OpenOutcome::Rebuilt => tracing::info!("the index was damaged and has been rebuilt"),
        OpenOutcome::Opened | OpenOutcome::Built => {}
    }
    let Thresholds { channel, direct } = Thresholds::default();
    let channel = config.min_confidence_channel.unwrap_or(channel);
    let direct = config.min_confidence_direct.unwrap_or(direct).min(channel);
    Ok(App::new(knowledge, Thresholds { channel, direct }).with_language(config.language))
}

/// Opens the snapshot, with a progress bar on a terminal if indexing takes longer than `PROGRESS_DELAY`.
fn open_knowledge(config: &Config) -> Result<Knowledge, String> {
    const PROGRESS_DELAY: Duration = Duration::from_millis(300);
    let start = Instant::now();
    let mut bar: Option<ProgressBar> = None;
    let knowledge = spaces::open(&config.corpus, Some(&config.index), |done, total| {
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
    knowledge.map_err(|error| error.to_string())
}

/// Runs the bot until SIGTERM or Ctrl-C. With JSON logging, the error that ends it is a log line.
fn run_bot(config: &Config) -> CliResult {
    let token = config.token.clone().filter(|_| config.gateway);
    let endpoint = config.http.map(|HttpConfig { listen, public_key }| EndpointConfig { listen, public_key });
    let (api_url, ask_channels) = (config.api_url.clone(), config.ask_channels.clone());
    let settings = serve::RunSettings {
        gateway: token.map(|token| discord::GatewaySettings { token, api_url, ask_channels }),
        endpoint,
        watchdog_timeout: config.watchdog,
        corpus: config.corpus.clone(),
        index: config.index.clone(),
        status: config.status,
        watch: config.watch,
        reload_command: config.reload_command,
    };
    if let Err(error) = serve::run(settings, || open_app(config)) {
        match config.log_format {
            LogFormat::Human => return Err(error.into()),
            LogFormat::Json => tracing::error!("{error}"),
        }
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

fn ask(config: &Config, text: Option<String>, json: bool, batch: Option<&Path>, explain: bool) -> CliResult {
    let app = open_app(config)?;
    let mut out = std::io::stdout().lock();
    if let Some(text) = text {
        if explain {
            write!(out, "{}", app.explain(&text))?;
            return Ok(ExitCode::SUCCESS);
        }
        let reply = app.handle_text(&text);
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
            writeln!(out, "{text}\n{}", app.explain(text))?
        } else {
            writeln!(out, "{}", app.handle_text(text).to_json(text))?
        }
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Prints the ladder or a path on it, or writes it as a picture to the given files.
fn ladder(config: &Config, request: &Request, svg: Option<&Path>, png: Option<&Path>) -> CliResult {
    let app = open_app(config)?;
    let reply = app.handle(&Ask::global(app.language(), request));
    if svg.is_none() && png.is_none() {
        write!(anstream::stdout(), "{}", reply.to_text(&console::style()))?;
        return Ok(if reply.answered { ExitCode::SUCCESS } else { ExitCode::FAILURE });
    }
    let Some(selection) = &reply.diagram else {
        return Err(format!("this reply has no picture\n{}", reply.to_text(&Style::PLAIN)).into());
    };
    let knowledge = app.knowledge(SpaceId::Global);
    if let Some(path) = svg {
        write_output(path, diagram::render_svg(&knowledge, selection, app.language())?.as_bytes())?;
    }
    if let Some(path) = png {
        write_output(path, &diagram::render(&knowledge, selection, app.language())?.png)?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Writes a file, or standard output if the path is `-`.
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
    let knowledge = open_knowledge(config)?;
    let passages: usize = knowledge.documents().iter().map(|document| document.passages.len()).sum();
    let roles = knowledge.roles().len();
    let topics = knowledge.documents().len() - roles;
    let how = match &knowledge.open_outcome {
        OpenOutcome::Opened => "was already there".to_owned(),
        OpenOutcome::Built => "built".to_owned(),
        OpenOutcome::Rebuilt => "was damaged; rebuilt".to_owned(),
        OpenOutcome::InMemory(reason) => format!("cannot be stored in {} ({reason})", config.index.display()),
    };
    let mut out = std::io::stdout().lock();
    let time = start.elapsed().as_millis();
    writeln!(out, "{roles} roles, {topics} topics, {passages} passages; index {how} in {time} ms")?;
    if !knowledge.diagnostics.is_empty() {
        writeln!(out, "{} in the corpus; `rolecall check` lists them", pluralize(knowledge.diagnostics.len()))?;
    }
    let stored = !matches!(knowledge.open_outcome, OpenOutcome::InMemory(_));
    Ok(if stored { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn check(config: &Config) -> CliResult {
    let (documents, diagnostics) = spaces::check(&config.corpus)?;
    let mut out = std::io::stdout().lock();
    for diagnostic in &diagnostics {
        writeln!(out, "{}", config.corpus.join(diagnostic.to_string()).display())?;
    }
    writeln!(out, "{documents} documents, {}", pluralize(diagnostics.len()))?;
    Ok(if diagnostics.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn pluralize(problems: usize) -> String {
    match problems {
        0 => "no problems".to_owned(),
        1 => "1 problem".to_owned(),
        more => format!("{more} problems"),
    }
}

fn format_errors(errors: &[ConfigError]) -> String {
    let lines: Vec<String> = errors.iter().map(|error| format!("  {error}")).collect();
    format!("invalid settings:\n{}", lines.join("\n"))
}
