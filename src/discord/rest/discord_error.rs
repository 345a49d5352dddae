//! Permanent errors from Discord, and what a failed request says of itself.

use serenity::http::HttpError;

/// Why Discord does not serve the bot. The text is for the operator.
#[derive(Debug, thiserror::Error)]
pub enum DiscordError {
    /// HTTP 401 or close code 4004.
    #[error(
        "Discord does not know the token in DISCORD_TOKEN: it is wrong or was reset. Copy a new one from the Developer \
         Portal (https://discord.com/developers/applications), your application, Bot page, Reset Token, into DISCORD_TOKEN."
    )]
    InvalidToken,
    /// Close code 4013, or 4014 although no privileged intent was requested.
    #[error(
        "Discord refuses the intents that this version asks for (close code 4013 or 4014). A newer version of Rolecall may be \
         needed; please report it."
    )]
    InvalidIntents,
    /// Close code 4012.
    #[error(
        "Discord no longer supports the API version that the bot uses (close code 4012): a newer version of Rolecall is needed."
    )]
    InvalidApiVersion,
    /// Another permanent failure.
    #[error("permanent error from Discord's REST API: {0}")]
    Rejected(String),
}

/// The HTTP status of Discord's response.
pub(crate) fn status(error: &serenity::Error) -> Option<u16> {
    match error {
        serenity::Error::Http(error) => error.status_code().map(|status| status.as_u16()),
        _ => None,
    }
}

/// Discord's JSON error code.
pub(crate) fn json_error_code(error: &serenity::Error) -> Option<isize> {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => Some(response.error.code),
        _ => None,
    }
}

/// Whether a retry may succeed: 429, 5xx or a network error.
pub(crate) fn is_transient(error: &serenity::Error) -> bool {
    match status(error) {
        Some(status) => status == 429 || status >= 500,
        None => matches!(error, serenity::Error::Http(HttpError::Request(_))),
    }
}

/// The error's text without the URL, which may contain an interaction token.
pub(crate) fn describe(error: serenity::Error) -> String {
    match error {
        serenity::Error::Http(HttpError::UnsuccessfulRequest(response)) => {
            let field_errors: Vec<String> =
                response.error.errors.iter().map(|error| format!("{}: {}", error.path, error.message)).collect();
            let code = response.error.code;
            let status = response.status_code.as_u16();
            format!("HTTP {status}, code {code}: {} {}", response.error.message, field_errors.join("; "))
                .trim_end()
                .to_owned()
        }
        serenity::Error::Http(HttpError::Request(error)) => {
            let mut text = "no connection".to_owned();
            let error = error.without_url();
            let mut source: Option<&dyn std::error::Error> = Some(&error);
            while let Some(error) = source {
                text = format!("{text}: {error}");
                source = error.source();
            }
            text
        }
        other => other.to_string(),
    }
}
