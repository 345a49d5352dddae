//! Tab completion of commands, roles, families and sections.

use rustyline::completion::Completer;
use rustyline::{Context, Helper, Highlighter, Hinter, Result, Validator};

use crate::engine::app::App;
use crate::engine::request::{COMMANDS, Command, OptionKind, SECTIONS};
use crate::engine::spaces::SpaceId;
use crate::i18n::{Language, fold};

/// The most roles offered at a time.
const MAX_CANDIDATES: usize = 12;

/// Completes from the command table and the names in the snapshot.
#[derive(Helper, Highlighter, Hinter, Validator)]
pub(crate) struct CommandCompleter<'b> {
    app: &'b App,
}

impl<'b> CommandCompleter<'b> {
    /// Creates a completer for this app.
    pub(crate) fn new(app: &'b App) -> Self {
        CommandCompleter { app }
    }

    /// Candidates for a line up to the cursor: the offset from which each replaces the line, and the candidates.
    fn candidates(&self, line: &str) -> (usize, Vec<String>) {
        let none = (line.len(), Vec::new());
        let Some(rest) = line.strip_prefix('/') else { return none };
        let Some((name, value)) = rest.split_once(' ') else {
            let all = COMMANDS.iter().map(|command| command.localized_name(self.app.language()));
            return (0, all.filter(|name| starts_with_folded(name, rest)).map(|name| format!("/{name} ")).collect());
        };
        let Some((command, language)) = Command::by_localized_name(name) else { return none };
        let option = |what: OptionKind| command.options.iter().find(|option| option.kind == what);
        // The second role of a path starts after a comma or a space.
        let start = value.rfind([' ', ',']).map_or(0, |at| at + 1);
        let typed = &value[start..];
        let section = option(OptionKind::Section).filter(|_| start > 0);
        let prefix = |language: Language| section.map(|option| format!("{}:", option.localized_name(language)));
        let (typed, found) = if option(OptionKind::FamilyName).is_some() {
            (value.trim_start(), self.families(value.trim()))
        } else if let Some((language, value)) = split_section_prefix(typed, prefix) {
            (value, sections(value, language))
        } else if let Some(prefix) =
            prefix(language).filter(|prefix| !typed.is_empty() && starts_with_folded(prefix, typed))
        {
            (typed, vec![prefix])
        } else if option(OptionKind::RoleName).is_some() {
            (typed, self.roles(typed))
        } else {
            return none;
        };
        (line.len() - typed.len(), found)
    }

    fn families(&self, typed: &str) -> Vec<String> {
        let (knowledge, typed) = (self.app.knowledge(SpaceId::Global), typed.to_lowercase());
        let matches = knowledge.families().into_iter().filter(|family| family.to_lowercase().contains(&typed));
        matches.map(str::to_owned).collect()
    }

    fn roles(&self, typed: &str) -> Vec<String> {
        let knowledge = self.app.knowledge(SpaceId::Global);
        let found = self.app.space(SpaceId::Global).complete(&knowledge, typed, MAX_CANDIDATES).into_iter();
        let mut slugs: Vec<String> = found.map(|(at, _)| knowledge.document(at).slug.clone()).collect();
        // Matches of an alias are dropped if any slug starts with the typed text.
        if slugs.iter().any(|slug| slug.starts_with(typed)) {
            slugs.retain(|slug| slug.starts_with(typed));
        }
        slugs
    }
}

/// Splits "section:value": gives the language of the option's name, and the value.
fn split_section_prefix(typed: &str, prefix: impl Fn(Language) -> Option<String>) -> Option<(Language, &str)> {
    let end = typed.find(':')? + 1;
    let language = Language::ALL
        .into_iter()
        .find(|language| prefix(*language).is_some_and(|prefix| fold(&prefix) == fold(&typed[..end])))?;
    Some((language, &typed[end..]))
}

fn sections(typed: &str, language: Language) -> Vec<String> {
    let values = SECTIONS.iter().map(|(section, _)| section.option_value(language));
    values.filter(|value| starts_with_folded(value, typed)).collect()
}

/// Whether a text starts with a prefix, ignoring case and accents.
fn starts_with_folded(text: &str, prefix: &str) -> bool {
    fold(text).starts_with(&fold(prefix))
}

impl Completer for CommandCompleter<'_> {
    type Candidate = String;

    fn complete(&self, line: &str, position: usize, _: &Context<'_>) -> Result<(usize, Vec<String>)> {
        Ok(self.candidates(&line[..position]))
    }
}

#[cfg(test)]
mod tests {

    use super::*;
    use crate::engine::question::Thresholds;

    fn app() -> App {
        let folder = tempfile::tempdir().expect("a folder");
        let role = |slug: &str, text: &str| std::fs::write(folder.path().join(format!("{slug}.md")), text);
        role("pastry-chef", "---\nfamily: Cold kitchen\n---\n# Pastry Chef\n\nBakes.\n").expect("a document");
        role("sous-chef", "---\nfamily: Hot kitchen\n---\n# Sous-Chef\n\nCooks.\n").expect("a document");
        role("waiter", "---\nfamily: Service\n---\n# Waiter\n\nServes.\n").expect("a document");
        let knowledge = crate::engine::spaces::open(folder.path(), None, |_, _| {}).expect("a knowledge");
        App::new(knowledge, Thresholds::default())
    }

    /// The line with each candidate filled in.
    fn lines(typed: &str) -> Vec<String> {
        lines_in(Language::English, typed)
    }

    fn lines_in(language: Language, typed: &str) -> Vec<String> {
        let (app, history) = (app().with_language(language), rustyline::history::DefaultHistory::new());
        let (start, found) =
            CommandCompleter::new(&app).complete(typed, typed.len(), &Context::new(&history)).expect("candidates");
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
    fn completion_uses_the_language_of_the_typed_command() {
        let (german, spanish) = (|typed| lines_in(Language::German, typed), |typed| lines_in(Language::Spanish, typed));
        assert_eq!(german("/ROLLE"), ["/rolle ", "/rollen "]);
        assert_eq!(german("/rolle wai"), ["/rolle waiter"]);
        assert_eq!(german("/rolle waiter ab"), ["/rolle waiter abschnitt:"]);
        assert_eq!(german("/rolle waiter abschnitt:wa"), ["/rolle waiter abschnitt:warum"]);
        assert_eq!(german("/rolle waiter section:wh"), ["/rolle waiter section:why"]);
        assert_eq!(german("/role waiter se"), ["/role waiter section:"]);
        assert_eq!(spanish("/quie"), ["/quién "]);
        let line = spanish("/rol waiter sec").remove(0);
        assert_eq!(line, "/rol waiter sección:");
        assert_eq!(spanish("/rol waiter seccion:").len(), SECTIONS.len());
        assert!(spanish("/rol waiter seccion:por").iter().all(|line| line.starts_with("/rol waiter seccion:por")));
    }
}
