//! Questions about the way: from role to role, what comes next, what leads in, why there is one, how two differ.

use crate::engine::intent::cues::Cue;
use crate::engine::intent::evidence;
use crate::engine::intent::interpreter::{Reader, SPENT};
use crate::engine::intent::sentence::Hint;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::Kind;
use crate::search::text::english::Word;
use crate::search::text::lexicon::Weight;

/// How sure it is that who asks for a way into the field wants the roles through which people come in.
const FIELD: f32 = 0.7;

/// How sure it is that who speaks of a career ladder and of nothing else wants to see it.
const CAREER_LADDER: f32 = 0.9;
/// The same of a ladder that may be one to stand on.
const LADDER: f32 = 0.7;

impl Reader<'_> {
    /// The ladder itself, of all roles or of a family, where nothing else is said.
    pub fn ladder(&self) -> Option<Question> {
        let words = |hint: &Hint| &self.sentence.words[hint.at.clone()];
        let named = |hint: &&Hint| words(hint).iter().any(|word| matches!(word.text.as_str(), "ladder" | "ladders"));
        let ladder = self.sentence.hints.iter().filter(|hint| hint.cue == Cue::Path).find(named)?;
        let before = ladder.at.start.checked_sub(1).map(|at| self.sentence.words[at].text.as_str());
        let career = ladder.at.len() > 1 || before == Some("career");
        let wanted = career || self.has(Cue::What) || self.has(Cue::About);
        let other = [Cue::Next, Cue::Into, Cue::Compare, Cue::Why].into_iter().any(|cue| self.has(cue))
            || self.sentence.measure().is_some()
            || self.weighed.leads_with_who && !self.weighed.which_role
            || self.weighed.leads_with_yes_no;
        if !wanted || other || self.roles.len() > 1 {
            return None;
        }
        let spent: Vec<Cue> = SPENT.iter().chain(&[Cue::Path]).copied().collect();
        let says = |word: &&Word| self.library.search.weight(word) == Weight::Full && word.text != "career";
        let rest: Vec<&str> =
            self.sentence.content(&spent, |_| true).into_iter().filter(says).map(|word| word.text.as_str()).collect();
        let family = match (self.roles.as_slice(), rest.is_empty()) {
            ([], true) => "",
            ([], false) => self.library.family(&rest.join(" "))?,
            ([role, ..], true) => self.library.document(*role).front.family.as_deref()?,
            ([..], false) => return None,
        };
        let sure = if career { CAREER_LADDER } else { LADDER };
        let confidence = sure * self.weighed.general * self.weighed.firm;
        let subject = Subject::Family(family.to_owned());
        Some(Question { subject, confidence, roles: Vec::new(), ..self.question(Kind::Ladder, 1.0) })
    }

    /// A way from one role to another.
    pub fn route(&self) -> Option<Question> {
        let asked = self.has(Cue::Path) || self.sentence.arrow || self.weighed.from_to;
        let moves = self.has(Cue::Into) || self.has(Cue::Next);
        if self.roles.len() != 2 || !(asked || moves) || (self.has(Cue::Compare) && !self.has(Cue::Path)) {
            return None;
        }
        // How long it takes is another question than which way it goes.
        if let Some(measure @ ("duration" | "experience")) = self.sentence.measure() {
            return Some(Question { subject: Subject::Measure(measure.to_owned()), ..self.question(Kind::Fact, 0.0) });
        }
        if self.weighed.leads_with_who && !(self.weighed.which_role && self.has(Cue::Path)) {
            return None;
        }
        let mut question = self.question(Kind::Path, 0.95);
        if self.weighed.backwards {
            question.roles.reverse();
        }
        Some(question)
    }

    /// Two roles, and a word that holds them against each other; or two roles and next to nothing else.
    pub fn comparison(&self) -> Option<Question> {
        if self.roles.len() < 2 || self.sentence.measure().is_some_and(|measure| !measure.is_empty()) {
            return None;
        }
        let held = self.has(Cue::Compare);
        let other = self.weighed.leads_with_who || self.weighed.leads_with_yes_no || self.has(Cue::Why);
        if !held && (other || self.undisturbed(&[Cue::Next]) < 0.6) {
            return None;
        }
        let mut question = self.question(Kind::Compare, if held { 0.95 } else { 0.75 });
        question.roles.truncate(2);
        Some(question)
    }

    /// What comes after a role.
    pub fn next(&self) -> Option<Question> {
        let asked = self.has(Cue::Next) || self.has(Cue::Sideways) || self.leads_from_a_role();
        // "Which roles can a ... move to next": a role is wanted, and the one named is where it starts.
        let wants_role = self.weighed.leads_with_who && (self.weighed.category || !self.weighed.which_role);
        if self.roles.len() != 1 || !asked || wants_role || self.comes_first(Cue::Into, Cue::Next) {
            return None;
        }
        let mut question = self.question(Kind::Next, 0.95 * self.undisturbed(&[Cue::Next, Cue::Sideways, Cue::Path]));
        question.subject = if self.has(Cue::Sideways) { Subject::Sideways } else { Subject::Whole };
        Some(question)
    }

    /// "Where does one go from a ...": a way whose start alone is named.
    fn leads_from_a_role(&self) -> bool {
        let begins = |at: usize| self.sentence.mentions.iter().any(|mention| mention.start == at);
        let mut ways = self.sentence.hints.iter().filter(|hint| hint.cue == Cue::Path);
        ways.any(|hint| {
            let leads_from = self.sentence.words[hint.at.end - 1].text == "from";
            leads_from && (begins(hint.at.end) || begins(hint.at.end + 1))
        })
    }

    /// Why a team has a role.
    pub fn reason(&self) -> Option<Question> {
        if self.roles.is_empty() || !self.has(Cue::Why) || self.weighed.leads_with_who {
            return None;
        }
        let mut question = self.question(Kind::Why, 0.95 * self.undisturbed(&[Cue::Why]).max(0.55));
        // "Engineers can draw, so what is the use of a designer": the one behind the word that asks.
        let why = self.sentence.first(Cue::Why).map_or(0, |hint| hint.at.end);
        let meant = self.sentence.mentions.iter().filter(|mention| mention.start >= why);
        let meant = meant.flat_map(|mention| &mention.documents).find(|at| question.roles.contains(at));
        question.roles = vec![meant.copied().unwrap_or(question.roles[0])];
        Some(question)
    }

    /// How to become something; where no role is named, the doors into the field.
    pub fn entry(&self) -> Option<Question> {
        if !self.has(Cue::Into) || self.roles.len() > 1 || (self.weighed.leads_with_who && !self.weighed.category) {
            return None;
        }
        if self.roles.len() == 1 && !self.weighed.category {
            return Some(self.question(Kind::Into, 0.9 * self.undisturbed(&[Cue::Into, Cue::Path]).max(0.55)));
        }
        let query = self.library.search.query(self.sentence.content(&SPENT, |_| true));
        let hits = evidence::entry_hits(self.library, &query);
        let found = self.found(Kind::Into, query, hits, 0.0).map(|question| Question { roles: Vec::new(), ..question });
        // "How do I break into nursing": nothing but the field is named, so the doors into it are the answer.
        let field = self.weighed.category
            || self.sentence.words.iter().any(|word| self.library.names_the_field(&word.stem))
                && !self.weighed.leads_with_yes_no;
        if !field || found.as_ref().is_some_and(|found| found.confidence >= FIELD) {
            return found;
        }
        let hits = evidence::doors(self.library);
        (!hits.is_empty()).then(|| Question { hits, roles: Vec::new(), ..self.question(Kind::Into, FIELD) })
    }
}
