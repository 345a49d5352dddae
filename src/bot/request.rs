//! What can be asked: [`Request`], and the one table of commands that Discord's registration, the parsing of typed commands, help and
//! completion come from.

use std::fmt;

/// A question that has been decoded at the door.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// The card of a role.
    Role {
        /// Any name of it.
        name: String,
    },
    /// All that a role is responsible for.
    Duties {
        /// Any name of it.
        name: String,
    },
    /// The steps from one role to another.
    Path {
        /// Any name of the role to start from; where `to` is empty, both names in one text.
        from: String,
        /// Any name of the role to reach.
        to: String,
    },
    /// A question in somebody's own words.
    Ask {
        /// The question.
        question: String,
    },
    /// The list of all roles.
    Roles,
    /// What can be asked.
    Help,
}

/// What an option of a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The name of a role; completed while it is typed.
    RoleName,
    /// Any text.
    Text,
}

/// An option of a command; every one is required.
#[derive(Debug)]
pub struct CommandOption {
    /// Its name, lower case.
    pub name: &'static str,
    /// What to put in, in a few words.
    pub about: &'static str,
    /// What it takes.
    pub takes: Takes,
}

/// A command, as a member sees it.
#[derive(Debug)]
pub struct Command {
    /// Its name, lower case, without the slash.
    pub name: &'static str,
    /// What it gives, at most 100 characters.
    pub about: &'static str,
    /// Its options, in order.
    pub options: &'static [CommandOption],
    /// How somebody would type it.
    pub example: &'static str,
    /// Makes the request from the options' values, as many as there are options.
    make: fn(&[&str]) -> Request,
}

const NAME: CommandOption =
    CommandOption { name: "name", about: "The role: its title, an abbreviation, or a part", takes: Takes::RoleName };

/// Every command there is.
pub const COMMANDS: [Command; 6] = [
    Command {
        name: "role",
        about: "What a role is, what it is responsible for, and what comes before and after it",
        options: &[NAME],
        example: "/role {role}",
        make: |values| Request::Role { name: values[0].to_owned() },
    },
    Command {
        name: "duties",
        about: "Everything that a role is responsible for",
        options: &[NAME],
        example: "/duties {role}",
        make: |values| Request::Duties { name: values[0].to_owned() },
    },
    Command {
        name: "path",
        about: "The career steps from one role to another, and what changes at each",
        options: &[
            CommandOption { name: "from", about: "The role to start from", takes: Takes::RoleName },
            CommandOption { name: "to", about: "The role to reach", takes: Takes::RoleName },
        ],
        example: "/path {first} {last}",
        make: |values| Request::Path { from: values[0].to_owned(), to: values[1].to_owned() },
    },
    Command {
        name: "ask",
        about: "A question about roles in your own words",
        options: &[CommandOption {
            name: "question",
            about: "For example: who decides what gets built next?",
            takes: Takes::Text,
        }],
        example: "/ask who decides what gets built next?",
        make: |values| Request::Ask { question: values[0].to_owned() },
    },
    Command {
        name: "roles",
        about: "All roles that I know",
        options: &[],
        example: "/roles",
        make: |_| Request::Roles,
    },
    Command {
        name: "help",
        about: "What you can ask, with examples",
        options: &[],
        example: "/help",
        make: |_| Request::Help,
    },
];

/// Why a typed command is none. The text is for the member.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CommandError {
    /// No such command.
    #[error("There is no command /{0}. The commands are {list}.", list = all_names())]
    Unknown(String),
    /// Something is missing.
    #[error("/{command} needs {missing}. It goes like this: {usage}")]
    Missing {
        /// The command.
        command: &'static str,
        /// The option that has no value.
        missing: &'static str,
        /// The command with its options.
        usage: String,
    },
}

fn all_names() -> String {
    COMMANDS.map(|command| format!("/{}", command.name)).join(", ")
}

impl Command {
    /// The command with this name, without the slash.
    pub fn named(name: &str) -> Option<&'static Command> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// How it is typed: `/path <from> <to>`.
    pub fn usage(&self) -> String {
        let options: String = self.options.iter().map(|option| format!(" <{}>", option.name)).collect();
        format!("/{}{options}", self.name)
    }

    /// The request that this command makes of its options' values, found by name.
    ///
    /// # Errors
    /// Where an option has no value.
    pub fn request<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<Request, CommandError> {
        let mut values: Vec<&str> = Vec::new();
        for option in self.options {
            match value(option.name).map(str::trim).filter(|value| !value.is_empty()) {
                Some(value) => values.push(value),
                None => {
                    return Err(CommandError::Missing {
                        command: self.name,
                        missing: option.name,
                        usage: self.usage(),
                    });
                }
            }
        }
        Ok((self.make)(&values))
    }
}

impl Request {
    /// Reads what somebody typed: a command where it begins with a slash, else a question.
    ///
    /// # Errors
    /// Where it begins with a slash and is no command that there is, or one without all that it needs.
    pub fn parse(typed: &str) -> Result<Request, CommandError> {
        let typed = typed.trim();
        let Some(rest) = typed.strip_prefix('/').filter(|rest| rest.starts_with(|letter: char| letter.is_alphabetic()))
        else {
            return Ok(Request::Ask { question: typed.to_owned() });
        };
        let (name, rest) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        let command = Command::named(&name.to_lowercase()).ok_or_else(|| CommandError::Unknown(name.to_owned()))?;
        if command.name == "path" && !rest.trim().is_empty() {
            let (from, to) = two_names(rest);
            return Ok(Request::Path { from, to });
        }
        command.request(|_| Some(rest))
    }
}

/// Cuts "apm cpo", "apm -> cpo", "product manager, cpo" in two. Where only the names themselves can tell, the first holds all.
fn two_names(text: &str) -> (String, String) {
    for between in ["->", "→", "=>", ",", ";", "|", " to ", " > "] {
        if let Some((from, to)) = text.split_once(between)
            && !from.trim().is_empty()
            && !to.trim().is_empty()
        {
            let from = from.trim().strip_prefix("from ").unwrap_or(from.trim());
            return (from.to_owned(), to.trim().to_owned());
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [from, to] => ((*from).to_owned(), (*to).to_owned()),
        _ => (words.join(" "), String::new()),
    }
}

/// As it would be typed; [`Request::parse`] reads it again.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Role { name } => write!(f, "/role {name}"),
            Request::Duties { name } => write!(f, "/duties {name}"),
            Request::Path { from, to } if to.is_empty() => write!(f, "/path {from}"),
            Request::Path { from, to } if from.contains(' ') || to.contains(' ') => write!(f, "/path {from}, {to}"),
            Request::Path { from, to } => write!(f, "/path {from} {to}"),
            Request::Ask { question } => f.write_str(question),
            Request::Roles => f.write_str("/roles"),
            Request::Help => f.write_str("/help"),
        }
    }
}
