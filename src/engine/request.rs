//! What can be asked: [`Request`], and the one table of commands that Discord's registration, the parsing of typed commands, help and
//! completion come from.

use std::fmt;

pub use crate::engine::section::{SECTIONS, Section};
use crate::i18n::{Language, plain, say};

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
#[derive(Debug, PartialEq, Eq)]
pub struct CommandOption {
    /// Its name, lower case, in English; in other languages it is [`called`](CommandOption::called) otherwise.
    pub name: &'static str,
    /// What it takes.
    pub takes: Takes,
    /// False where the command works without it.
    pub required: bool,
}

/// A command, as a member sees it.
#[derive(Debug)]
pub struct Command {
    /// Its name, lower case, without the slash, in English; in other languages it is [`called`](Command::called) otherwise.
    pub name: &'static str,
    /// Its options, in order.
    pub options: &'static [CommandOption],
    /// What somebody would type after its name.
    example: &'static str,
    /// Makes the request from the options' values, as many as there are options; one that is left out is empty.
    make: fn(&[&str]) -> Request,
}

const fn required(name: &'static str, takes: Takes) -> CommandOption {
    CommandOption { name, takes, required: true }
}

const NAME: CommandOption = required("name", Takes::RoleName);

/// Every command there is. What each is called and gives stands in the catalogues, as `command-<name>` and `option-<name>`.
pub const COMMANDS: [Command; 10] = [
    Command {
        name: "role",
        options: &[NAME, CommandOption { name: "section", takes: Takes::Section, required: false }],
        example: "{role}",
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
        options: &[NAME],
        example: "{role}",
        make: |values| Request::Duties { name: values[0].to_owned() },
    },
    Command {
        name: "path",
        options: &[required("from", Takes::RoleName), required("to", Takes::RoleName)],
        example: "{first} {last}",
        make: |values| Request::Path { from: values[0].to_owned(), to: values[1].to_owned() },
    },
    Command {
        name: "compare",
        options: &[required("one", Takes::RoleName), required("other", Takes::RoleName)],
        example: "{role} {last}",
        make: |values| Request::Compare { one: values[0].to_owned(), other: values[1].to_owned() },
    },
    Command {
        name: "who",
        options: &[required("does", Takes::Text)],
        example: "decides what gets built next",
        make: |values| Request::Who { does: values[0].to_owned() },
    },
    Command {
        name: "next",
        options: &[NAME],
        example: "{first}",
        make: |values| Request::Next { name: values[0].to_owned() },
    },
    Command {
        name: "ladder",
        options: &[CommandOption { name: "family", takes: Takes::FamilyName, required: false }],
        example: "",
        make: |values| Request::Ladder { family: values[0].to_owned() },
    },
    Command {
        name: "ask",
        options: &[required("question", Takes::Text)],
        example: "who decides what gets built next?",
        make: |values| Request::Ask { question: values[0].to_owned() },
    },
    Command { name: "roles", options: &[], example: "", make: |_| Request::Roles },
    Command { name: "help", options: &[], example: "", make: |_| Request::Help },
];

/// Why a typed command is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// No such command.
    Unknown(String),
    /// No such section.
    Section(String),
    /// Something is missing.
    Missing {
        /// The command.
        command: &'static Command,
        /// The option that has no value.
        missing: &'static CommandOption,
    },
}

impl CommandError {
    /// What the member is told.
    pub fn told(&self, language: Language) -> String {
        match self {
            CommandError::Unknown(name) => {
                let all = COMMANDS.each_ref().map(|command| format!("/{}", command.called(language))).join(", ");
                say!(language, "command-unknown", name = name, all = &all)
            }
            CommandError::Section(name) => {
                let all = SECTIONS.map(|(section, _)| section.word(language)).join(", ");
                say!(language, "section-unknown", name = name, all = &all)
            }
            CommandError::Missing { command, missing } => {
                let (usage, missing) = (command.usage(language), missing.called(language));
                let command = command.called(language);
                say!(language, "command-incomplete", command = &command, missing = &missing, usage = &usage)
            }
        }
    }
}

impl CommandOption {
    /// Its name, lower case.
    pub fn called(&self, language: Language) -> String {
        match language {
            Language::English => self.name.to_owned(),
            other => other.say(&format!("option-{}", self.name), &[]),
        }
    }

    /// What to put in, at most 100 characters.
    pub fn about(&self, language: Language) -> String {
        language.say(&format!("option-{}.about", self.name), &[])
    }
}

impl PartialEq for Command {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Command {}

impl Command {
    /// The command with this English name, without the slash.
    pub fn named(name: &str) -> Option<&'static Command> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// The command with this name in any language, and that language.
    pub fn typed(name: &str) -> Option<(&'static Command, Language)> {
        let typed = plain(name);
        Language::ALL.into_iter().find_map(|language| {
            let command = COMMANDS.iter().find(|command| plain(&command.called(language)) == typed)?;
            Some((command, language))
        })
    }

    /// Its name, lower case, without the slash.
    pub fn called(&self, language: Language) -> String {
        match language {
            Language::English => self.name.to_owned(),
            other => other.say(&format!("command-{}", self.name), &[]),
        }
    }

    /// What it gives, at most 100 characters.
    pub fn about(&self, language: Language) -> String {
        language.say(&format!("command-{}.about", self.name), &[])
    }

    /// How somebody would type it, who asks for this role, and for the way from the `first` to the `last`.
    pub fn example(&self, language: Language, role: &str, (first, last): (&str, &str)) -> String {
        let values = self.example.replace("{role}", role).replace("{first}", first).replace("{last}", last);
        format!("/{} {values}", self.called(language)).trim_end().to_owned()
    }

    /// How it is typed: `/path <from> <to>`, `/ladder [family]`.
    pub fn usage(&self, language: Language) -> String {
        let option = |option: &CommandOption| match (option.required, option.called(language)) {
            (true, name) => format!(" <{name}>"),
            (false, name) if option.takes == Takes::Section => format!(" [{name}:...]"),
            (false, name) => format!(" [{name}]"),
        };
        let options: String = self.options.iter().map(option).collect();
        format!("/{}{options}", self.called(language))
    }

    /// The request that this command makes of its options' values, found by name.
    ///
    /// # Errors
    /// Where an option that is required has no value.
    pub fn request<'v>(&'static self, value: impl Fn(&str) -> Option<&'v str>) -> Result<Request, CommandError> {
        let mut values: Vec<&str> = Vec::new();
        for option in self.options {
            match value(option.name).map(str::trim).filter(|value| !value.is_empty()) {
                Some(value) if option.takes == Takes::Section && Section::of_word(value).is_none() => {
                    return Err(CommandError::Section(value.to_owned()));
                }
                Some(value) => values.push(value),
                None if !option.required => values.push(""),
                None => return Err(CommandError::Missing { command: self, missing: option }),
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
        let (command, language) = Command::typed(name).ok_or_else(|| CommandError::Unknown(name.to_owned()))?;
        let section = command.options.iter().find(|option| option.takes == Takes::Section);
        let (rest, section) = section.and_then(|option| marked(rest, option)).unwrap_or((rest, ""));
        if let [Takes::RoleName, Takes::RoleName] =
            command.options.iter().map(|option| option.takes).collect::<Vec<_>>()[..]
            && !rest.trim().is_empty()
        {
            let (one, other) = two_names(rest, language);
            return Ok((command.make)(&[&one, &other]));
        }
        command.request(|option| Some(if option == "section" { section } else { rest }))
    }

    /// As it would be typed in a language; [`Request::parse`] reads it again.
    pub fn typed(&self, language: Language) -> String {
        let (name, values) = match self {
            Request::Ask { question } => return question.clone(),
            Request::Role { name } => ("role", name.clone()),
            Request::Section { name, section } => {
                let option = match language {
                    Language::English => "section".to_owned(),
                    other => say!(other, "option-section"),
                };
                ("role", format!("{name} {option}:{}", section.word(language)))
            }
            Request::Duties { name } => ("duties", name.clone()),
            Request::Compare { one, other } => ("compare", pair(one, other)),
            Request::Who { does } => ("who", does.clone()),
            Request::Next { name } => ("next", name.clone()),
            Request::Path { from, to } => ("path", pair(from, to)),
            Request::Ladder { family } => ("ladder", family.clone()),
            Request::Roles => ("roles", String::new()),
            Request::Help => ("help", String::new()),
        };
        let called = Command::named(name).map_or(name.to_owned(), |command| command.called(language));
        if values.is_empty() { format!("/{called}") } else { format!("/{called} {values}") }
    }
}

/// Cuts "pm section:why" in two, where the option is called so in some language.
fn marked<'t>(text: &'t str, option: &CommandOption) -> Option<(&'t str, &'t str)> {
    let (before, value) = text.rsplit_once(':')?;
    let (rest, mark) = before.rsplit_once(' ')?;
    let called = |language: Language| plain(&option.called(language)) == plain(mark);
    Language::ALL.into_iter().any(called).then_some((rest, value))
}

/// Cuts "apm cpo", "apm -> cpo", "product manager, cpo" in two, or at a word between them, which may be of another language. Where
/// only the names themselves can tell, the first holds all.
fn two_names(text: &str, language: Language) -> (String, String) {
    let (from, to, and) = (say!(language, "typed-from"), say!(language, "typed-to"), say!(language, "typed-and"));
    let (to, and) = (format!(" {to} "), format!(" {and} "));
    for between in ["->", "→", "=>", ",", ";", "|", " to ", " > ", " vs ", " and ", &to, &and] {
        if let Some((start, goal)) = text.split_once(between)
            && !start.trim().is_empty()
            && !goal.trim().is_empty()
        {
            let start = start.trim();
            let bare = start.strip_prefix("from ").or_else(|| start.strip_prefix(&format!("{from} ")));
            return (bare.unwrap_or(start).to_owned(), goal.trim().to_owned());
        }
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    match words.as_slice() {
        [from, to] => ((*from).to_owned(), (*to).to_owned()),
        _ => (words.join(" "), String::new()),
    }
}

fn pair(one: &str, other: &str) -> String {
    match (one, other) {
        (one, "") => one.to_owned(),
        _ if one.contains(' ') || other.contains(' ') => format!("{one}, {other}"),
        _ => format!("{one} {other}"),
    }
}

/// As it would be typed in English, which is what buttons carry.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.typed(Language::English))
    }
}
