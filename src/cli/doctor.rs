//! `rolecall doctor`: checks the settings, the corpus, the index and the application at Discord, and prints a finding for each.

use std::io::Write;
use std::process::ExitCode;

use rolecall::ops::config::{Config, ConfigError};
use rolecall::ops::doctor::checks::{DiscordCheckSettings, run_checks};
use rolecall::ops::doctor::finding::{Finding, passed, report, to_json};
use rolecall::ops::doctor::local;

/// Runs all checks and prints the findings on standard output. `errors` are the settings that `config` leaves out.
///
/// # Errors
/// Standard output cannot be written to, or there is no async runtime.
pub(crate) fn run(config: &Config, errors: &[ConfigError], json: bool) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut findings: Vec<Finding> = errors.iter().map(|error| Finding::error("settings", error.to_string())).collect();
    findings.extend(config.warnings.iter().map(|warning| Finding::warning("settings", warning.to_string())));
    findings.extend(local::check_corpus_and_index(&config.corpus, &config.index));
    findings.push(match config.http {
        Some(http) => local::check_listen_address("address", "ROLECALL_HTTP_ADDR", http.listen),
        None => Finding::skipped("address", "ROLECALL_HTTP_ADDR is not set: no interactions over HTTP"),
    });
    let settings = DiscordCheckSettings {
        token: config.token.as_ref(),
        api_url: config.api_url.as_deref(),
        ask_channels: &config.ask_channels,
        public_key: config.http.map(|http| http.public_key),
        gateway: config.gateway,
        reload: config.reload_command,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    findings.extend(runtime.block_on(run_checks(&settings)));
    if json {
        writeln!(std::io::stdout(), "{}", to_json(&findings))?;
    } else {
        write!(anstream::stdout(), "{}", report(&findings))?;
    }
    Ok(if passed(&findings) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
