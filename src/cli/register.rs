//! `rolecall register`: shows how the registered commands differ from the command table, and synchronizes them.

use std::io::Write;
use std::process::ExitCode;
use std::sync::Arc;

use rolecall::discord::commands::registration::{SyncOptions, sync_now};
use rolecall::discord::rest::client::RestClient;
use rolecall::ops::config::Config;

/// Synchronizes the commands and prints the changes on standard output.
///
/// # Errors
/// There is no token, or a request fails or is rejected. The text says what to do.
pub(crate) fn run(config: &Config, options: SyncOptions) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let Some(token) = &config.token else {
        return Err(
            "commands can only be registered with the bot token: set DISCORD_TOKEN (the README explains how to get one)".into(),
        );
    };
    let client = RestClient::new(token.clone(), config.api_url.clone(), Arc::default())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // A closed pipe does not stop the synchronization.
    let print = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
    runtime.block_on(sync_now(&client, options, print))?;
    Ok(ExitCode::SUCCESS)
}
