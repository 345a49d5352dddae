//! Where we say it: a terminal. A line in, a reply out; no token, no network.

mod complete;

use std::error::Error;
use std::io::{BufRead, IsTerminal, Write};
use std::process::ExitCode;

use anstyle::{AnsiColor, Style as Ansi};
use rustyline::error::ReadlineError;
use rustyline::history::DefaultHistory;
use rustyline::{CompletionType, Config, Editor};

use crate::engine::App;
use crate::engine::reply::Style;
use crate::engine::request::Request;
use crate::i18n::t;
use complete::Completer;

/// The widest a text is set; longer lines are hard to read.
const MAX_WIDTH: usize = 100;

/// Answers line after line until the input ends. `hint` is told once before; on a terminal lines can be edited and completed, in a
/// pipe each is answered as it comes.
///
/// # Errors
/// Where the terminal or the pipe breaks.
pub fn run(bot: &App, hint: Option<&str>) -> Result<ExitCode, Box<dyn Error>> {
    if std::io::stdin().is_terminal() {
        run_interactive(bot, hint)?
    } else {
        run_piped(bot, hint)?
    }
    Ok(ExitCode::SUCCESS)
}

fn run_piped(bot: &App, hint: Option<&str>) -> Result<(), Box<dyn Error>> {
    if let Some(hint) = hint {
        eprintln!("{hint}");
    }
    for line in std::io::stdin().lock().split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        if !line.trim().is_empty() {
            writeln!(anstream::stdout(), "{}", bot.handle_text(&line).to_text(&style()))?;
        }
    }
    Ok(())
}

fn run_interactive(bot: &App, hint: Option<&str>) -> Result<(), Box<dyn Error>> {
    let roles = bot.library().roles().len();
    let (name, help) = (paint(bold(), "Rolecall"), Request::Help.to_command_text(bot.language()));
    anstream::println!("{}", t!(bot.language(), "console-greeting", name = &name, count = roles, help = &help));
    if let Some(hint) = hint {
        println!("{hint}");
    }
    let config = Config::builder().completion_type(CompletionType::List).auto_add_history(true).build();
    let mut editor: Editor<Completer<'_>, DefaultHistory> = Editor::with_config(config)?;
    editor.set_helper(Some(Completer::new(bot)));
    loop {
        match editor.readline("› ") {
            Ok(line) if matches!(line.trim(), "/quit" | "/exit" | "quit" | "exit") => return Ok(()),
            Ok(line) if line.trim().is_empty() => {}
            Ok(line) => {
                let reply = bot.handle_text(&line);
                bot.record_view(&reply);
                anstream::println!("\n{}", reply.to_text(&style()));
            }
            Err(ReadlineError::Interrupted) => println!("{}", t!(bot.language(), "console-leave")),
            Err(ReadlineError::Eof) => return Ok(()),
            Err(error) => return Err(error.into()),
        }
    }
}

const fn bold() -> Ansi {
    Ansi::new().bold()
}

/// How this terminal sets a reply off; a pipe gets plain text with no line broken, and `NO_COLOR` is respected.
pub fn style() -> Style {
    if !std::io::stdout().is_terminal() {
        return Style::PLAIN;
    }
    Style {
        title: |text| paint(bold().fg_color(Some(AnsiColor::Cyan.into())), text),
        heading: |text| paint(bold(), text),
        label: |text| paint(bold(), text),
        muted: |text| paint(Ansi::new().dimmed(), text),
        command: |text| paint(Ansi::new().fg_color(Some(AnsiColor::Green.into())), text),
        width: Some(textwrap::termwidth().min(MAX_WIDTH)),
    }
}

fn paint(ansi: Ansi, text: &str) -> String {
    format!("{ansi}{text}{ansi:#}")
}
