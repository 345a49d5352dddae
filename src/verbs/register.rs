//! `rolecall register`: shows how the commands that Discord has differ from the table, and registers them.

use std::io::Write;
use std::process::ExitCode;

use rolecall::config::Config;
use rolecall::discord::commands::registration::{Order, by_hand};
use rolecall::discord::rest::reach::Reach;

/// Registers what is ordered, and tells on standard output what changes.
///
/// # Errors
/// Without a token, and where Discord does not play along; the text says what to do.
pub fn run(config: &Config, order: Order) -> Result<ExitCode, Box<dyn std::error::Error>> {
    let Some(token) = &config.token else {
        return Err(
            "to register commands, the bot needs its token: set DISCORD_TOKEN (the README tells how to get one)".into(),
        );
    };
    let reach = Reach::new(token.clone(), config.api_url.clone())?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Whoever reads may have read enough; what was begun is done all the same.
    let tell = |line: &str| drop(writeln!(std::io::stdout(), "{line}"));
    runtime.block_on(by_hand(&reach, order, tell))?;
    Ok(ExitCode::SUCCESS)
}
