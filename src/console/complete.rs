//! Completion of commands and role names while a line is typed.

use rustyline::completion::Completer as Complete;
use rustyline::{Context, Helper, Highlighter, Hinter, Result, Validator};

use crate::bot::Bot;
use crate::bot::request::{COMMANDS, Command, Takes};

/// Names that are offered at a time.
const MOST: usize = 12;

/// Completes from the table of commands and the names of the library that is served.
#[derive(Helper, Highlighter, Hinter, Validator)]
pub struct Completer<'b> {
    bot: &'b Bot,
}

impl<'b> Completer<'b> {
    /// Completes for this bot.
    pub fn new(bot: &'b Bot) -> Self {
        Completer { bot }
    }
}

impl Complete for Completer<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        let typed = &line[..position];
        let Some(rest) = typed.strip_prefix('/') else { return Ok((position, Vec::new())) };
        let Some((name, value)) = rest.split_once(' ') else {
            let all = COMMANDS.iter().map(|command| command.called(self.bot.language()));
            return Ok((0, all.filter(|name| name.starts_with(rest)).map(|name| format!("/{name} ")).collect()));
        };
        let takes_names = Command::typed(name)
            .is_some_and(|(command, _)| command.options.iter().any(|option| option.takes == Takes::RoleName));
        if !takes_names {
            return Ok((position, Vec::new()));
        }
        // The second name of a path starts after a comma, or after the first word.
        let start = value.rfind([' ', ',']).map_or(0, |at| at + 1);
        let library = self.bot.library();
        let typed = &value[start..];
        let found = library.names.complete(typed, MOST);
        let roles = found.into_iter().map(|(at, _)| library.document(at)).filter(|document| document.is_role());
        let mut slugs: Vec<String> = roles.map(|document| document.slug.clone()).collect();
        // What goes on from the letters on the line goes first; other names of a role replace them where nothing does.
        if slugs.iter().any(|slug| slug.starts_with(typed)) {
            slugs.retain(|slug| slug.starts_with(typed));
        }
        Ok((position - typed.len(), slugs))
    }
}
