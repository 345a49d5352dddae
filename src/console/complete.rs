//! Completion of commands, names of roles and families, and sections while a line is typed.

use rustyline::completion::Completer as Complete;
use rustyline::{Context, Helper, Highlighter, Hinter, Result, Validator};

use crate::engine::App;
use crate::engine::request::{COMMANDS, Command, OptionKind, SECTIONS};
use crate::i18n::{Language, fold};

/// Names that are offered at a time.
const MAX_CANDIDATES: usize = 12;

/// Completes from the table of commands and the names of the library that is served.
#[derive(Helper, Highlighter, Hinter, Validator)]
pub struct Completer<'b> {
    engine: &'b App,
}

impl<'b> Completer<'b> {
    /// Completes for this bot.
    pub fn new(bot: &'b App) -> Self {
        Completer { engine: bot }
    }

    /// What the end of the line may become, from its beginning to the cursor: where that end begins, and what there is.
    fn candidates(&self, line: &str) -> (usize, Vec<String>) {
        let nothing = (line.len(), Vec::new());
        let Some(rest) = line.strip_prefix('/') else { return nothing };
        let Some((name, value)) = rest.split_once(' ') else {
            let all = COMMANDS.iter().map(|command| command.localized_name(self.engine.language()));
            return (0, all.filter(|name| starts_with_folded(name, rest)).map(|name| format!("/{name} ")).collect());
        };
        let Some((command, language)) = Command::by_localized_name(name) else { return nothing };
        let option = |what: OptionKind| command.options.iter().find(|option| option.kind == what);
        // The second name of a path starts after a comma, or after the first word.
        let start = value.rfind([' ', ',']).map_or(0, |at| at + 1);
        let typed = &value[start..];
        let section = option(OptionKind::Section).filter(|_| start > 0);
        let mark = |language: Language| section.map(|option| format!("{}:", option.localized_name(language)));
        let (typed, found) = if option(OptionKind::FamilyName).is_some() {
            (value.trim_start(), self.families(value.trim()))
        } else if let Some((language, word)) = split_section_prefix(typed, mark) {
            (word, sections(word, language))
        } else if let Some(mark) = mark(language).filter(|mark| !typed.is_empty() && starts_with_folded(mark, typed)) {
            (typed, vec![mark])
        } else if option(OptionKind::RoleName).is_some() {
            (typed, self.roles(typed))
        } else {
            return nothing;
        };
        (line.len() - typed.len(), found)
    }

    fn families(&self, typed: &str) -> Vec<String> {
        let (library, typed) = (self.engine.library(), typed.to_lowercase());
        let fitting = library.families().into_iter().filter(|family| family.to_lowercase().contains(&typed));
        fitting.map(str::to_owned).collect()
    }

    fn roles(&self, typed: &str) -> Vec<String> {
        let library = self.engine.library();
        let found = self.engine.complete(&library, typed, MAX_CANDIDATES).into_iter();
        let mut slugs: Vec<String> = found.map(|(at, _)| library.document(at).slug.clone()).collect();
        // What goes on from the letters on the line goes first; other names of a role replace them where nothing does.
        if slugs.iter().any(|slug| slug.starts_with(typed)) {
            slugs.retain(|slug| slug.starts_with(typed));
        }
        slugs
    }
}

/// What follows the mark of a section, and the language that the mark is of.
fn split_section_prefix(typed: &str, mark: impl Fn(Language) -> Option<String>) -> Option<(Language, &str)> {
    let end = typed.find(':')? + 1;
    let language = Language::ALL
        .into_iter()
        .find(|language| mark(*language).is_some_and(|mark| fold(&mark) == fold(&typed[..end])))?;
    Some((language, &typed[end..]))
}

fn sections(typed: &str, language: Language) -> Vec<String> {
    let words = SECTIONS.iter().map(|(section, _)| section.option_value(language));
    words.filter(|word| starts_with_folded(word, typed)).collect()
}

/// Whether a word goes on from what has been typed, with or without capitals and accents.
fn starts_with_folded(word: &str, typed: &str) -> bool {
    fold(word).starts_with(&fold(typed))
}

impl Complete for Completer<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        Ok(self.candidates(&line[..position]))
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;
    use crate::engine::question::Thresholds;
    use crate::knowledge::Knowledge;

    fn bot() -> App {
        let folder = tempfile::tempdir().expect("a folder");
        let role = |slug: &str, text: &str| std::fs::write(folder.path().join(format!("{slug}.md")), text);
        role("pastry-chef", "---\nfamily: Cold kitchen\n---\n# Pastry Chef\n\nBakes.\n").expect("a document");
        role("sous-chef", "---\nfamily: Hot kitchen\n---\n# Sous-Chef\n\nCooks.\n").expect("a document");
        role("waiter", "---\nfamily: Service\n---\n# Waiter\n\nServes.\n").expect("a document");
        let library = Knowledge::open(folder.path(), Path::new("/dev/null/index"), |_, _| {}).expect("a library");
        App::new(library, Thresholds::default())
    }

    /// The line as it would be for each candidate.
    fn lines(typed: &str) -> Vec<String> {
        lines_in(Language::English, typed)
    }

    fn lines_in(language: Language, typed: &str) -> Vec<String> {
        let (bot, history) = (bot().with_language(language), rustyline::history::DefaultHistory::new());
        let (start, found) =
            Completer::new(&bot).complete(typed, typed.len(), &Context::new(&history)).expect("candidates");
        found.into_iter().map(|candidate| format!("{}{candidate}", &typed[..start])).collect()
    }

    #[test]
    fn commands_are_completed() {
        assert_eq!(lines("/ro"), ["/role ", "/roles "]);
        assert_eq!(lines("/LAD"), ["/ladder "]);
        assert_eq!(lines("/").len(), COMMANDS.len());
        assert_eq!(lines("who"), [""; 0]);
        assert_eq!(lines("/horoscope x"), [""; 0]);
    }

    #[test]
    fn roles_are_completed() {
        assert_eq!(lines("/role wai"), ["/role waiter"]);
        assert_eq!(lines("/path waiter, so"), ["/path waiter, sous-chef"]);
        assert_eq!(lines("/path waiter pa"), ["/path waiter pastry-chef"]);
        assert_eq!(lines("/role ").len(), 3);
        assert_eq!(lines("/roles "), [""; 0]);
    }

    #[test]
    fn families_are_completed() {
        assert_eq!(lines("/ladder "), ["/ladder Cold kitchen", "/ladder Hot kitchen", "/ladder Service"]);
        assert_eq!(lines("/ladder hot k"), ["/ladder Hot kitchen"]);
        assert_eq!(lines("/ladder kit"), ["/ladder Cold kitchen", "/ladder Hot kitchen"]);
    }

    #[test]
    fn sections_are_completed() {
        assert_eq!(lines("/role sous-chef se"), ["/role sous-chef section:"]);
        assert_eq!(
            lines("/role sous-chef section:s"),
            ["/role sous-chef section:summary", "/role sous-chef section:steps"]
        );
        assert_eq!(lines("/role sous-chef section:").len(), SECTIONS.len());
        assert_eq!(lines("/duties sous-chef section:s"), [""; 0]);
    }

    #[test]
    fn what_is_completed_is_of_the_language_that_is_typed() {
        let (german, spanish) = (|typed| lines_in(Language::German, typed), |typed| lines_in(Language::Spanish, typed));
        assert_eq!(german("/ROLLE"), ["/rolle ", "/rollen "]);
        assert_eq!(german("/rolle wai"), ["/rolle waiter"]);
        assert_eq!(german("/rolle waiter ab"), ["/rolle waiter abschnitt:"]);
        assert_eq!(german("/rolle waiter abschnitt:wa"), ["/rolle waiter abschnitt:warum"]);
        assert_eq!(german("/rolle waiter section:wh"), ["/rolle waiter section:why"]);
        assert_eq!(german("/role waiter se"), ["/role waiter section:"]);
        assert_eq!(spanish("/quie"), ["/quién "]);
        let whole = spanish("/rol waiter sec").remove(0);
        assert_eq!(whole, "/rol waiter sección:");
        assert_eq!(spanish("/rol waiter seccion:").len(), SECTIONS.len());
        assert!(spanish("/rol waiter seccion:por").iter().all(|line| line.starts_with("/rol waiter seccion:por")));
    }
}
