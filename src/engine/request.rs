//! [`Request`], and the table of commands from which registration at Discord, parsing of typed commands, help and
//! completion derive.

use std::fmt;

pub use crate::engine::section::{SECTIONS, Section};
use crate::i18n::{Language, fold, t};

/// A decoded request.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Request {
    /// The card of a role.
    Role {
        /// Any name of it.
        name: String,
    },
    /// One section of a role's card, in full.
    Section {
        /// Any name of it.
        name: String,
        /// The section.
        section: Section,
    },
    /// All responsibilities of a role.
    Duties {
        /// Any name of it.
        name: String,
    },
    /// The steps from one role to another.
    Path {
        /// Any name of the first role; if `to` is empty, both names.
        from: String,
        /// Any name of the last role.
        to: String,
    },
    /// Two roles side by side.
    Compare {
        /// Any name of one; if `other` is empty, both names.
        one: String,
        /// Any name of the other.
        other: String,
    },
    /// The roles that do something.
    FindOwner {
        /// The activity, as free text.
        activity: String,
    },
    /// The next steps from a role.
    Next {
        /// Any name of it.
        name: String,
    },
    /// A question as free text.
    Ask {
        /// The question.
        question: String,
    },
    /// The career ladder.
    Ladder {
        /// The family; empty: all families.
        family: String,
    },
    /// The list of all roles.
    Roles,
    /// What can be asked.
    Help,
}

/// The type of value that an option takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OptionKind {
    /// The name of a role, with autocompletion.
    RoleName,
    /// The name of a family, with autocompletion.
    FamilyName,
    /// Any text.
    Text,
    /// The option value of a section.
    Section,
}

/// An option of a command. Required options come first, as Discord demands.
#[derive(Debug, PartialEq, Eq)]
pub struct CommandOption {
    /// English name, lower case; see [`CommandOption::localized_name`].
    pub name: &'static str,
    /// Type of its value.
    pub(crate) kind: OptionKind,
    /// Whether the command needs it.
    pub required: bool,
}

/// A slash command.
#[derive(Debug)]
pub struct Command {
    /// English name, lower case, without the slash; see [`Command::localized_name`].
    pub name: &'static str,
    /// Its options, in order.
    pub options: &'static [CommandOption],
    /// Example values of its options, with placeholders for roles.
    example: &'static str,
    /// Builds the request from the values, one for each option; an omitted option is empty.
    build: fn(&[&str]) -> Request,
}

const fn required_option(name: &'static str, kind: OptionKind) -> CommandOption {
    CommandOption { name, kind, required: true }
}

const ROLE_NAME_OPTION: CommandOption = required_option("name", OptionKind::RoleName);

/// All commands. Their localized names and descriptions are in the catalogues, as `command-<name>` and `option-<name>`.
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

/// Why a typed command is rejected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandError {
    /// No such command.
    UnknownCommand(String),
    /// No such section.
    UnknownSection(String),
    /// A required option has no value.
    MissingOption {
        /// The command.
        command: &'static Command,
        /// The option.
        option: &'static CommandOption,
    },
}

impl CommandError {
    /// The message for the user.
    pub fn message(&self, language: Language) -> String {
        match self {
            CommandError::UnknownCommand(name) => {
                let available =
                    COMMANDS.each_ref().map(|command| format!("/{}", command.localized_name(language))).join(", ");
                t!(language, "command-unknown", name = name, all = &available)
            }
            CommandError::UnknownSection(name) => {
                let available = SECTIONS.map(|(section, _)| section.option_value(language)).join(", ");
                t!(language, "section-unknown", name = name, all = &available)
            }
            CommandError::MissingOption { command, option } => {
                let (usage, missing) = (command.usage(language), option.localized_name(language));
                let command = command.localized_name(language);
                t!(language, "command-incomplete", command = &command, missing = &missing, usage = &usage)
            }
        }
    }
}

impl CommandOption {
    /// Its name in a language, lower case.
    pub(crate) fn localized_name(&self, language: Language) -> String {
        match language {
            Language::English => self.name.to_owned(),
            other => other.translate(&format!("option-{}", self.name), &[]),
        }
    }

    /// Its description, at most 100 characters.
    pub(crate) fn description(&self, language: Language) -> String {
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
    /// Finds a command by its English name, without the slash.
    pub(crate) fn by_name(name: &str) -> Option<&'static Command> {
        COMMANDS.iter().find(|command| command.name == name)
    }

    /// Finds a command by its name in any language; returns that language as well.
    pub fn by_localized_name(name: &str) -> Option<(&'static Command, Language)> {
        let folded = fold(name);
        Language::ALL.into_iter().find_map(|language| {
            let command = COMMANDS.iter().find(|command| fold(&command.localized_name(language)) == folded)?;
            Some((command, language))
        })
    }

    /// Its name in a language, lower case, without the slash.
    pub fn localized_name(&self, language: Language) -> String {
        match language {
            Language::English => self.name.to_owned(),
            other => other.translate(&format!("command-{}", self.name), &[]),
        }
    }

    /// Its description, at most 100 characters.
    pub(crate) fn description(&self, language: Language) -> String {
        language.translate(&format!("command-{}.about", self.name), &[])
    }

    /// An example of its use with a role, and a career path from `first` to `last`.
    pub fn example(&self, language: Language, role: &str, (first, last): (&str, &str)) -> String {
        let values = self.example.replace("{role}", role).replace("{first}", first).replace("{last}", last);
        format!("/{} {values}", self.localized_name(language)).trim_end().to_owned()
    }

    /// Its syntax: `/path <from> <to>`, `/ladder [family]`.
    pub(crate) fn usage(&self, language: Language) -> String {
        let option = |option: &CommandOption| match (option.required, option.localized_name(language)) {
            (true, name) => format!(" <{name}>"),
            (false, name) if option.kind == OptionKind::Section => format!(" [{name}:...]"),
            (false, name) => format!(" [{name}]"),
        };
        let options: String = self.options.iter().map(option).collect();
        format!("/{}{options}", self.localized_name(language))
    }

    /// Builds the request; `value` gives the value of an option by its name.
    ///
    /// # Errors
    /// If a required option has no value, or a section does not exist.
    pub(crate) fn build_request<'v>(
        &'static self,
        value: impl Fn(&str) -> Option<&'v str>,
    ) -> Result<Request, CommandError> {
        let mut values: Vec<&str> = Vec::new();
        for option in self.options {
            match value(option.name).map(str::trim).filter(|value| !value.is_empty()) {
                Some(value) if option.kind == OptionKind::Section && Section::from_option_value(value).is_none() => {
                    return Err(CommandError::UnknownSection(value.to_owned()));
                }
                Some(value) => values.push(value),
                None if !option.required => values.push(""),
                None => return Err(CommandError::MissingOption { command: self, option }),
            }
        }
        Ok((self.build)(&values))
    }
}

impl Request {
    /// Parses typed text: a command if it begins with a slash, else a question.
    ///
    /// # Errors
    /// If the command does not exist or lacks a required option.
    pub fn parse(text: &str) -> Result<Request, CommandError> {
        let text = text.trim();
        let Some(rest) = text.strip_prefix('/').filter(|rest| rest.starts_with(|letter: char| letter.is_alphabetic()))
        else {
            return Ok(Request::Ask { question: text.to_owned() });
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

    /// The command as typed in a language; [`Request::parse`] is the inverse.
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
            Request::FindOwner { activity } => ("who", activity.clone()),
            Request::Next { name } => ("next", name.clone()),
            Request::Path { from, to } => ("path", join_names(from, to)),
            Request::Ladder { family } => ("ladder", family.clone()),
            Request::Roles => ("roles", String::new()),
            Request::Help => ("help", String::new()),
        };
        let command = Command::by_name(name).map_or(name.to_owned(), |command| command.localized_name(language));
        if values.is_empty() { format!("/{command}") } else { format!("/{command} {values}") }
    }
}

/// Splits "pm section:why" in two, if the option has this name in any language.
fn split_section_option<'t>(text: &'t str, option: &CommandOption) -> Option<(&'t str, &'t str)> {
    let (before, value) = text.rsplit_once(':')?;
    let (rest, name) = before.rsplit_once(' ')?;
    let is_name = |language: Language| fold(&option.localized_name(language)) == fold(name);
    Language::ALL.into_iter().any(is_name).then_some((rest, value))
}

/// Splits two names: "apm -> cpo", "product manager, cpo", "apm to cpo" (English or `language`), "apm cpo". If no
/// separator is found in more than two words, the first string holds all of them.
fn split_two_names(text: &str, language: Language) -> (String, String) {
    let (from, to, and) = (t!(language, "typed-from"), t!(language, "typed-to"), t!(language, "typed-and"));
    let (to, and) = (format!(" {to} "), format!(" {and} "));
    for separator in ["->", "→", "=>", ",", ";", "|", " to ", " > ", " vs ", " and ", &to, &and] {
        if let Some((first, last)) = text.split_once(separator)
            && !first.trim().is_empty()
            && !last.trim().is_empty()
        {
            let first = first.trim();
            let stripped = first.strip_prefix("from ").or_else(|| first.strip_prefix(&format!("{from} ")));
            return (stripped.unwrap_or(first).to_owned(), last.trim().to_owned());
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

/// The command as typed in English, the form that custom ids use.
impl fmt::Display for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_command_text(Language::English))
    }
}
