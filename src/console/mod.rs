//! The terminal front end: answers each line of input. Needs no token and no network.

mod complete;

use std::error::Error;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style as AnsiStyle};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};

use crate::engine::app::App;
use crate::engine::reply::Style;
use crate::engine::request::Request;
use crate::engine::spaces::SpaceId;
use crate::i18n::t;
use complete::CommandCompleter;

/// The widest line of text, in columns.
const MAX_WIDTH: usize = 100;

/// Answers each line until the input ends. `hint` is printed first. On a terminal, lines can be edited and completed.
///
/// # Errors
/// If reading or writing fails.
pub fn run(app: &App, hint: Option<&str>) -> Result<ExitCode, Box<dyn Error>> {
    if std::io::stdin().is_terminal() {
        run_interactive(app, hint)?
    } else {
        run_piped(app, hint)?
    }
    Ok(ExitCode::SUCCESS)
}

fn run_piped(app: &App, hint: Option<&str>) -> Result<(), Box<dyn Error>> {
    if let Some(hint) = hint {
        eprintln!("{hint}");
    }
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            writeln!(anstream::stdout(), "{}", app.handle_text(&line).to_text(&style()))?;
        }
    }
    Ok(())
}

fn run_interactive(app: &App, hint: Option<&str>) -> Result<(), Box<dyn Error>> {
    let roles = app.knowledge(SpaceId::Global).roles().len();
    let (name, help) = (paint(bold(), "Rolecall"), Request::Help.to_command_text(app.language()));
    anstream::println!("{}", t!(app.language(), "console-greeting", name = &name, count = roles, help = &help));
    if let Some(hint) = hint {
        println!("{hint}");
    }
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
    let mut editor: Editor<CommandCompleter<'_>, DefaultHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(CommandCompleter::new(app)));
    loop {
        match editor.readline("› ") {
            Ok(line) if matches!(line.trim(), "/quit" | "/exit" | "quit" | "exit") => return Ok(()),
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                let reply = app.handle_text(&line);
                app.space(SpaceId::Global).record_view(&reply);
                anstream::println!("\n{}", reply.to_text(&style()));
            }
            Err(ReadlineError::Interrupted) => println!("{}", t!(app.language(), "console-leave")),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

const fn bold() -> AnsiStyle {
    AnsiStyle::new().bold()
}

/// The style of replies on standard output: plain and unwrapped unless it is a terminal. anstream applies `NO_COLOR`.
pub fn style() -> Style {
    if !std::io::stdout().is_terminal() {
        return Style::PLAIN;
    }
    Style {
        title: |text| paint(bold().fg_color(Some(AnsiColor::Cyan.into())), text),
        heading: |text| paint(bold(), text),
        label: |text| paint(bold(), text),
        muted: |text| paint(AnsiStyle::new().dimmed(), text),
        command: |text| paint(AnsiStyle::new().fg_color(Some(AnsiColor::Green.into())), text),
        width: Some(textwrap::termwidth().min(MAX_WIDTH)),
    }
}

fn paint(style: AnsiStyle, text: &str) -> String {
    format!("{style}{text}{style:#}")
}
