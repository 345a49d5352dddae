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
    /// One section of a role's card, whole.
    Section {
        /// Any name of it.
        name: String,
        /// Which one.
        section: Section,
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
    /// Two roles side by side.
    Compare {
        /// Any name of one; where `other` is empty, both names in one text.
        one: String,
        /// Any name of the other.
        other: String,
    },
    /// The roles that do something.
    Who {
        /// What they do, in somebody's own words.
        does: String,
    },
    /// Every step from a role.
    Next {
        /// Any name of it.
        name: String,
    },
    /// A question in somebody's own words.
    Ask {
        /// The question.
        question: String,
    },
    /// The career ladder.
    Ladder {
        /// The family of roles that it is of; all of them where it is empty.
        family: String,
    },
    /// The list of all roles.
    Roles,
    /// What can be asked.
    Help,
}

/// A section of a role's card.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Section {
    /// What the role is.
    Summary,
    /// Why a team has one.
    Why,
    /// What it is responsible for.
    Responsibilities,
    /// What it does not do.
    Limits,
    /// Figures about it.
    Figures,
    /// What it takes to become one.
    Entry,
    /// The steps before and after it.
    Steps,
    /// Everything else that its document tells.
    More,
}

/// The sections, each with its word in a command and what it is called.
pub const SECTIONS: [(Section, &str, &str); 8] = [
    (Section::Summary, "summary", "What it is"),
    (Section::Why, "why", "Why a team has one"),
    (Section::Responsibilities, "responsibilities", "Responsibilities"),
    (Section::Limits, "limits", "Not part of the job"),
    (Section::Figures, "figures", "In figures"),
    (Section::Entry, "entry", "What it takes"),
    (Section::Steps, "steps", "Steps before and after"),
    (Section::More, "more", "More about it"),
];

impl Section {
    /// Its word in a command, and what it is called.
    pub fn named(self) -> (&'static str, &'static str) {
        let found = SECTIONS.iter().find(|(section, ..)| *section == self);
        found.map_or(("summary", "What it is"), |(_, word, label)| (word, label))
    }

    fn of_word(word: &str) -> Option<Section> {
        SECTIONS.iter().find(|(_, known, _)| *known == word.to_lowercase()).map(|(section, ..)| *section)
    }
}

/// What an option of a command takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// The name of a role; completed while it is typed.
    RoleName,
    /// The name of a family of roles; completed while it is typed.
    FamilyName,
    /// Any text.
    Text,
    /// The word of a section.
    Section,
}

/// An option of a command. Those that are required come first.
#[derive(Debug)]
pub struct CommandOption {
    /// Its name, lower case.
    pub name: &'static str,
    /// What to put in, in a few words.
    pub about: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// False where the command works without it.
    pub required: bool,
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
    /// Makes the request from the options' values, as many as there are options; one that is left out is empty.
    make: fn(&[&str]) -> Request,
}

const fn role_name(name: &'static str, about: &'static str) -> CommandOption {
    CommandOption { name, about, takes: Takes::RoleName, required: true }
}

const NAME: CommandOption = role_name("name", "The role: its title, an abbreviation, or a part");

/// Every command there is.
pub const COMMANDS: [Command; 10] = [
    Command {
        name: "role",
        about: "What a role is, what it is responsible for, and what comes before and after it",
        options: &[
            NAME,
            CommandOption {
                name: "section",
                about: "One section of the card alone, whole",
                takes: Takes::Section,
                required: false,
            },
        ],
        example: "/role {role}",
        make: |values| {
            let name = values[0].to_owned();
            match Section::of_word(values[1]) {
                Some(section) => Request::Section { name, section },
                None => Request::Role { name },
            }
        },
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
        options: &[role_name("from", "The role to start from"), role_name("to", "The role to reach")],
        example: "/path {first} {last}",
        make: |values| Request::Path { from: values[0].to_owned(), to: values[1].to_owned() },
    },
    Command {
        name: "compare",
        about: "Two roles side by side: what they share, and what only one of them does",
        options: &[role_name("one", "The one role"), role_name("other", "The other role")],
        example: "/compare {role} {last}",
        make: |values| Request::Compare { one: values[0].to_owned(), other: values[1].to_owned() },
    },
    Command {
        name: "who",
        about: "The roles that do something, each with the line that says so",
        options: &[CommandOption {
            name: "does",
            about: "What they do, for example: decides what gets built next",
            takes: Takes::Text,
            required: true,
        }],
        example: "/who decides what gets built next",
        make: |values| Request::Who { does: values[0].to_owned() },
    },
    Command {
        name: "next",
        about: "Every step from a role, up and sideways, and what changes",
        options: &[NAME],
        example: "/next {first}",
        make: |values| Request::Next { name: values[0].to_owned() },
    },
    Command {
        name: "ladder",
        about: "The career ladder as a picture: every role and the steps between them",
        options: &[CommandOption {
            name: "family",
            about: "Only the roles of this family",
            takes: Takes::FamilyName,
            required: false,
        }],
        example: "/ladder",
        make: |values| Request::Ladder { family: values[0].to_owned() },
    },
    Command {
        name: "ask",
        about: "A question about roles in your own words",
        options: &[CommandOption {
            name: "question",
            about: "For example: who decides what gets built next?",
            takes: Takes::Text,
            required: true,
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
    /// No such section.
    #[error("There is no section “{0}”. The sections are {list}.", list = SECTIONS.map(|(_, word, _)| word).join(", "))]
    Section(String),
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

    /// How it is typed: `/path <from> <to>`, `/ladder [family]`.
    pub fn usage(&self) -> String {
        let option = |option: &CommandOption| match option.required {
            true => format!(" <{}>", option.name),
            false if option.takes == Takes::Section => format!(" [{}:...]", option.name),
            false => format!(" [{}]", option.name),
        };
        let options: String = self.options.iter().map(option).collect();
        format!("/{}{options}", self.name)
    }

    /// The request that this command makes of its options' values, found by name.
    ///
    /// # Errors
    /// Where an option that is required has no value.
    pub fn request<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<Request, CommandError> {
        let mut values: Vec<&str> = Vec::new();
        for option in self.options {
            match value(option.name).map(str::trim).filter(|value| !value.is_empty()) {
                Some(value) if option.takes == Takes::Section && Section::of_word(value).is_none() => {
                    return Err(CommandError::Section(value.to_owned()));
                }
                Some(value) => values.push(value),
                None if !option.required => values.push(""),
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
        let (rest, section) = rest.rsplit_once(" section:").unwrap_or((rest, ""));
        if let [Takes::RoleName, Takes::RoleName] =
            command.options.iter().map(|option| option.takes).collect::<Vec<_>>()[..]
            && !rest.trim().is_empty()
        {
            let (one, other) = two_names(rest);
            return Ok((command.make)(&[&one, &other]));
        }
        command.request(|option| Some(if option == "section" { section } else { rest }))
    }
}

/// Cuts "apm cpo", "apm -> cpo", "product manager, cpo" in two. Where only the names themselves can tell, the first holds all.
fn two_names(text: &str) -> (String, String) {
    for between in ["->", "→", "=>", ",", ";", "|", " to ", " > ", " vs ", " and "] {
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

fn write_pair(f: &mut fmt::Formatter<'_>, command: &str, one: &str, other: &str) -> fmt::Result {
    match (one, other) {
        (one, "") => write!(f, "/{command} {one}"),
        _ if one.contains(' ') || other.contains(' ') => write!(f, "/{command} {one}, {other}"),
        _ => write!(f, "/{command} {one} {other}"),
    }
}

/// As it would be typed; [`Request::parse`] reads it again.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Request::Role { name } => write!(f, "/role {name}"),
            Request::Section { name, section } => write!(f, "/role {name} section:{}", section.named().0),
            Request::Duties { name } => write!(f, "/duties {name}"),
            Request::Compare { one, other } => write_pair(f, "compare", one, other),
            Request::Who { does } => write!(f, "/who {does}"),
            Request::Next { name } => write!(f, "/next {name}"),
            Request::Path { from, to } => write_pair(f, "path", from, to),
            Request::Ladder { family } if family.is_empty() => f.write_str("/ladder"),
            Request::Ladder { family } => write!(f, "/ladder {family}"),
            Request::Ask { question } => f.write_str(question),
            Request::Roles => f.write_str("/roles"),
            Request::Help => f.write_str("/help"),
        }
    }
}
