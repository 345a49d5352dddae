//! What can be asked: [`Request`], and the one table of commands that Discord's registration, the parsing of typed commands, help and
//! completion come from.

use std::fmt;

pub use crate::engine::section::{SECTIONS, Section};
use crate::i18n::{Language, fold, t};

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
    FindOwner {
        /// What they do, in somebody's own words.
        activity: String,
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
pub enum OptionKind {
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
    pub kind: OptionKind,
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
    build: fn(&[&str]) -> Request,
}

const fn required_option(name: &'static str, takes: OptionKind) -> CommandOption {
    CommandOption { name, kind: takes, required: true }
}

const ROLE_NAME_OPTION: CommandOption = required_option("name", OptionKind::RoleName);

/// Every command there is. What each is called and gives stands in the catalogues, as `command-<name>` and `option-<name>`.
pub const COMMANDS: [Command; 10] = [
    Command {
        name: "role",
        options: &[ROLE_NAME_OPTION, CommandOption { name: "section", kind: OptionKind::Section, required: false }],
        example: "{role}",
        build: |values| {
            let name = values[0].to_owned();
            match Section::from_option_value(values[1]) {
                Some(section) => Request::Section { name, section },
                None => Request::Role { name },
            }
        },
    },
    Command {
        name: "duties",
        options: &[ROLE_NAME_OPTION],
        example: "{role}",
        build: |values| Request::Duties { name: values[0].to_owned() },
    },
    Command {
        name: "path",
        options: &[required_option("from", OptionKind::RoleName), required_option("to", OptionKind::RoleName)],
        example: "{first} {last}",
        build: |values| Request::Path { from: values[0].to_owned(), to: values[1].to_owned() },
    },
    Command {
        name: "compare",
        options: &[required_option("one", OptionKind::RoleName), required_option("other", OptionKind::RoleName)],
        example: "{role} {last}",
        build: |values| Request::Compare { one: values[0].to_owned(), other: values[1].to_owned() },
    },
    Command {
        name: "who",
        options: &[required_option("does", OptionKind::Text)],
        example: "decides what gets built next",
        build: |values| Request::FindOwner { activity: values[0].to_owned() },
    },
    Command {
        name: "next",
        options: &[ROLE_NAME_OPTION],
        example: "{first}",
        build: |values| Request::Next { name: values[0].to_owned() },
    },
    Command {
        name: "ladder",
        options: &[CommandOption { name: "family", kind: OptionKind::FamilyName, required: false }],
        example: "",
        build: |values| Request::Ladder { family: values[0].to_owned() },
    },
    Command {
        name: "ask",
        options: &[required_option("question", OptionKind::Text)],
        example: "who decides what gets built next?",
        build: |values| Request::Ask { question: values[0].to_owned() },
    },
    Command { name: "roles", options: &[], example: "", build: |_| Request::Roles },
    Command { name: "help", options: &[], example: "", build: |_| Request::Help },
];

/// Why a typed command is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// No such command.
    UnknownCommand(String),
    /// No such section.
    UnknownSection(String),
    /// Something is missing.
    MissingOption {
        /// The command.
        command: &'static Command,
        /// The option that has no value.
        option: &'static CommandOption,
    },
}

impl CommandError {
    /// What the member is told.
    pub fn message(&self, language: Language) -> String {
        match self {
            CommandError::UnknownCommand(name) => {
                let all =
                    COMMANDS.each_ref().map(|command| format!("/{}", command.localized_name(language))).join(", ");
                t!(language, "command-unknown", name = name, all = &all)
            }
            CommandError::UnknownSection(name) => {
                let all = SECTIONS.map(|(section, _)| section.option_value(language)).join(", ");
                t!(language, "section-unknown", name = name, all = &all)
            }
            CommandError::MissingOption { command, option: missing } => {
                let (usage, missing) = (command.usage(language), missing.localized_name(language));
                let command = command.localized_name(language);
                t!(language, "command-incomplete", command = &command, missing = &missing, usage = &usage)
            }
        }
    }
}

impl CommandOption {
    /// Its name, lower case.
    pub fn localized_name(&self, language: Language) -> String {
        match language {
            Language::English => self.name.to_owned(),
            other => other.translate(&format!("option-{}", self.name), &[]),
        }
    }

    /// What to put in, at most 100 characters.
    pub fn description(&self, language: Language) -> String {
        language.translate(&format!("option-{}.about", self.name), &[])
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
    pub fn by_name(name: &str) -> Option<&'static Command> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// The command with this name in any language, and that language.
    pub fn by_localized_name(name: &str) -> Option<(&'static Command, Language)> {
        let typed = fold(name);
        Language::ALL.into_iter().find_map(|language| {
            let command = COMMANDS.iter().find(|command| fold(&command.localized_name(language)) == typed)?;
            Some((command, language))
        })
    }

    /// Its name, lower case, without the slash.
    pub fn localized_name(&self, language: Language) -> String {
        match language {
            Language::English => self.name.to_owned(),
            other => other.translate(&format!("command-{}", self.name), &[]),
        }
    }

    /// What it gives, at most 100 characters.
    pub fn description(&self, language: Language) -> String {
        language.translate(&format!("command-{}.about", self.name), &[])
    }

    /// How somebody would type it, who asks for this role, and for the way from the `first` to the `last`.
    pub fn example(&self, language: Language, role: &str, (first, last): (&str, &str)) -> String {
        let values = self.example.replace("{role}", role).replace("{first}", first).replace("{last}", last);
        format!("/{} {values}", self.localized_name(language)).trim_end().to_owned()
    }

    /// How it is typed: `/path <from> <to>`, `/ladder [family]`.
    pub fn usage(&self, language: Language) -> String {
        let option = |option: &CommandOption| match (option.required, option.localized_name(language)) {
            (true, name) => format!(" <{name}>"),
            (false, name) if option.kind == OptionKind::Section => format!(" [{name}:...]"),
            (false, name) => format!(" [{name}]"),
        };
        let options: String = self.options.iter().map(option).collect();
        format!("/{}{options}", self.localized_name(language))
    }

    /// The request that this command makes of its options' values, found by name.
    ///
    /// # Errors
    /// Where an option that is required has no value.
    pub fn build_request<'v>(&'static self, value: impl Fn(&str) -> Option<&'v str>) -> Result<Request, CommandError> {
        let mut values: Vec<&str> = Vec::new();
        for option in self.options {
            match value(option.name).map(str::trim).filter(|value| !value.is_empty()) {
                Some(value) if option.kind == OptionKind::Section && Section::from_option_value(value).is_none() => {
                    return Err(CommandError::UnknownSection(value.to_owned()));
                }
                Some(value) => values.push(value),
                None if !option.required => values.push(""),
                None => return Err(CommandError::MissingOption { command: self, option: option }),
            }
        }
        Ok((self.build)(&values))
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
        let (command, language) =
            Command::by_localized_name(name).ok_or_else(|| CommandError::UnknownCommand(name.to_owned()))?;
        let section = command.options.iter().find(|option| option.kind == OptionKind::Section);
        let (rest, section) = section.and_then(|option| split_section_option(rest, option)).unwrap_or((rest, ""));
        if let [OptionKind::RoleName, OptionKind::RoleName] =
            command.options.iter().map(|option| option.kind).collect::<Vec<_>>()[..]
            && !rest.trim().is_empty()
        {
            let (one, other) = split_two_names(rest, language);
            return Ok((command.build)(&[&one, &other]));
        }
        command.build_request(|option| Some(if option == "section" { section } else { rest }))
    }

    /// As it would be typed in a language; [`Request::parse`] reads it again.
    pub fn to_command_text(&self, language: Language) -> String {
        let (name, values) = match self {
            Request::Ask { question } => return question.clone(),
            Request::Role { name } => ("role", name.clone()),
            Request::Section { name, section } => {
                let option = match language {
                    Language::English => "section".to_owned(),
                    other => t!(other, "option-section"),
                };
                ("role", format!("{name} {option}:{}", section.option_value(language)))
            }
            Request::Duties { name } => ("duties", name.clone()),
            Request::Compare { one, other } => ("compare", join_names(one, other)),
            Request::FindOwner { activity: does } => ("who", does.clone()),
            Request::Next { name } => ("next", name.clone()),
            Request::Path { from, to } => ("path", join_names(from, to)),
            Request::Ladder { family } => ("ladder", family.clone()),
            Request::Roles => ("roles", String::new()),
            Request::Help => ("help", String::new()),
        };
        let called = Command::by_name(name).map_or(name.to_owned(), |command| command.localized_name(language));
        if values.is_empty() { format!("/{called}") } else { format!("/{called} {values}") }
    }
}

/// Cuts "pm section:why" in two, where the option is called so in some language.
fn split_section_option<'t>(text: &'t str, option: &CommandOption) -> Option<(&'t str, &'t str)> {
    let (before, value) = text.rsplit_once(':')?;
    let (rest, mark) = before.rsplit_once(' ')?;
    let called = |language: Language| fold(&option.localized_name(language)) == fold(mark);
    Language::ALL.into_iter().any(called).then_some((rest, value))
}

/// Cuts "apm cpo", "apm -> cpo", "product manager, cpo" in two, or at a word between them, which may be of another language. Where
/// only the names themselves can tell, the first holds all.
fn split_two_names(text: &str, language: Language) -> (String, String) {
    let (from, to, and) = (t!(language, "typed-from"), t!(language, "typed-to"), t!(language, "typed-and"));
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

fn join_names(one: &str, other: &str) -> String {
    match (one, other) {
        (one, "") => one.to_owned(),
        _ if one.contains(' ') || other.contains(' ') => format!("{one}, {other}"),
        _ => format!("{one} {other}"),
    }
}

/// As it would be typed in English, which is what buttons carry.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_command_text(Language::English))
    }
}
