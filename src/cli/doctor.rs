//! `rolecall doctor`: what the bot needs, looked at piece by piece, with what to do where something is wrong.

use std::io::Write;
use std::process::ExitCode;

use rolecall::ops::config::{CliOverrides, Config, ConfigError, VARIABLES};
use rolecall::ops::doctor::checks::{DiscordCheckSettings, run_checks};
use rolecall::ops::doctor::finding::{Finding, passed, report, to_json};
use rolecall::ops::doctor::local;

/// The settings without those that cannot be used, and the faults of these: everything else can still be looked at.
///
/// # Errors
/// What is wrong with settings although those were left out.
pub fn read_usable_settings(
    flags: &CliOverrides,
    variable: impl Fn(&str) -> Option<String>,
) -> Result<(Config, Vec<ConfigError>), Vec<ConfigError>> {
    let read =
        |left_out: &[&str]| Config::read(flags.clone(), |name| variable(name).filter(|_| !left_out.contains(&name)));
    let mut faults: Vec<ConfigError> = Vec::new();
    let mut left_out: Vec<&'static str> = Vec::new();
    loop {
        let errors = match read(&left_out) {
            Ok(mut config) => {
                // The address is set where it was left out for its fault: the warning that it is not set would be wrong.
                config.warnings.retain(|_| !left_out.contains(&"ROLECALL_HTTP_ADDR"));
                return Ok((config, faults));
            }
            Err(errors) => errors,
        };
        let found = left_out.len();
        left_out
            .extend(errors.iter().map(ConfigError::name).filter(|name| !left_out.contains(name)).collect::<Vec<_>>());
        if left_out.len() == found {
            // What is left out is missed by another setting, which goes as well, without a word: it was not at fault.
            let faults_without =
                |name: &&'static str| read(&[&left_out[..], &[*name]].concat()).err().map_or(0, |errors| errors.len());
            match VARIABLES.into_iter().filter(|name| !left_out.contains(name)).min_by_key(faults_without) {
                Some(name) => left_out.push(name),
                None => return Err(errors),
            }
        }
        if faults.is_empty() {
            faults = errors;
        }
    }
}

/// Looks at everything, and tells it on standard output.
///
/// # Errors
/// Where standard output cannot be written to.
pub fn run(config: &Config, faults: &[ConfigError], json: bool) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let mut findings: Vec<Finding> = faults.iter().map(|fault| Finding::error("settings", fault.to_string())).collect();
    findings.extend(config.warnings.iter().map(|warning| Finding::warning("settings", warning.to_string())));
    findings.extend(local::check_corpus_and_index(&config.corpus, &config.index));
    findings.push(match config.http {
        Some(http) => local::check_listen_address("address", "ROLECALL_HTTP_ADDR", http.listen),
        None => Finding::skipped("address", "ROLECALL_HTTP_ADDR is not set, and the bot listens nowhere"),
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
