//! Questions about the way: from role to role, what comes next, what leads in, why there is one, how two differ.

use crate::engine::intent::cues::Cue;
use crate::engine::intent::evidence;
use crate::engine::intent::interpreter::{FUNCTION_CUES, Interpreter};
use crate::engine::intent::sentence::CueMatch;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::ReplyKind;
use crate::search::text::english::Token;
use crate::search::text::lexicon::WordClass;

/// How sure it is that who asks for a way into the field wants the roles through which people come in.
const FIELD_ENTRY_CONFIDENCE: f32 = 0.7;

/// How sure it is that who speaks of a career ladder and of nothing else wants to see it.
const CAREER_LADDER_CONFIDENCE: f32 = 0.9;
/// The same of a ladder that may be one to stand on.
const LADDER_CONFIDENCE: f32 = 0.7;

impl Interpreter<'_> {
    /// The ladder itself, of all roles or of a family, where nothing else is said.
    pub fn ladder(&self) -> Option<Question> {
        let words = |hint: &CueMatch| &self.sentence.tokens[hint.range.clone()];
        let named =
            |hint: &&CueMatch| words(hint).iter().any(|word| matches!(word.text.as_str(), "ladder" | "ladders"));
        let ladder = self.sentence.cue_matches.iter().filter(|hint| hint.cue == Cue::Path).find(named)?;
        let before = ladder.range.start.checked_sub(1).map(|at| self.sentence.tokens[at].text.as_str());
        let career = ladder.range.len() > 1 || before == Some("career");
        let wanted = career || self.has_cue(Cue::What) || self.has_cue(Cue::About);
        let other = [Cue::Next, Cue::HowToBecome, Cue::Compare, Cue::Why].into_iter().any(|cue| self.has_cue(cue))
            || self.sentence.measure().is_some()
            || self.features.leads_with_who && !self.features.asks_which_role
            || self.features.leads_with_yes_no;
        if !wanted || other || self.roles.len() > 1 {
            return None;
        }
        let spent: Vec<Cue> = FUNCTION_CUES.iter().chain(&[Cue::Path]).copied().collect();
        let says = |word: &&Token| self.library.searcher.classify(word) == WordClass::Content && word.text != "career";
        let rest: Vec<&str> = self
            .sentence
            .content_tokens(&spent, |_| true)
            .into_iter()
            .filter(says)
            .map(|word| word.text.as_str())
            .collect();
        let family = match (self.roles.as_slice(), rest.is_empty()) {
            ([], true) => "",
            ([], false) => self.library.resolve_family(&rest.join(" "))?,
            ([role, ..], true) => self.library.document(*role).front_matter.family.as_deref()?,
            ([..], false) => return None,
        };
        let sure = if career { CAREER_LADDER_CONFIDENCE } else { LADDER_CONFIDENCE };
        let confidence = sure * self.features.genericity * self.features.name_certainty;
        let subject = Subject::Family(family.to_owned());
        Some(Question { subject, confidence, roles: Vec::new(), ..self.question(ReplyKind::Ladder, 1.0) })
    }

    /// A way from one role to another.
    pub fn path(&self) -> Option<Question> {
        let asked = self.has_cue(Cue::Path) || self.sentence.has_arrow || self.features.has_direction;
        let moves = self.has_cue(Cue::HowToBecome) || self.has_cue(Cue::Next);
        if self.roles.len() != 2 || !(asked || moves) || (self.has_cue(Cue::Compare) && !self.has_cue(Cue::Path)) {
            return None;
        }
        // How long it takes is another question than which way it goes.
        if let Some(measure @ ("duration" | "experience")) = self.sentence.measure() {
            return Some(Question {
                subject: Subject::Measure(measure.to_owned()),
                ..self.question(ReplyKind::Metric, 0.0)
            });
        }
        if self.features.leads_with_who && !(self.features.asks_which_role && self.has_cue(Cue::Path)) {
            return None;
        }
        let mut question = self.question(ReplyKind::Path, 0.95);
        if self.features.is_reversed {
            question.roles.reverse();
        }
        Some(question)
    }

    /// Two roles, and a word that holds them against each other; or two roles and next to nothing else.
    pub fn compare(&self) -> Option<Question> {
        if self.roles.len() < 2 || self.sentence.measure().is_some_and(|measure| !measure.is_empty()) {
            return None;
        }
        let held = self.has_cue(Cue::Compare);
        let other = self.features.leads_with_who || self.features.leads_with_yes_no || self.has_cue(Cue::Why);
        if !held && (other || self.residue_penalty(&[Cue::Next]) < 0.6) {
            return None;
        }
        let mut question = self.question(ReplyKind::Compare, if held { 0.95 } else { 0.75 });
        question.roles.truncate(2);
        Some(question)
    }

    /// What comes after a role.
    pub fn next(&self) -> Option<Question> {
        let asked = self.has_cue(Cue::Next) || self.has_cue(Cue::Sideways) || self.starts_from_role();
        // "Which roles can a ... move to next": a role is wanted, and the one named is where it starts.
        let wants_role =
            self.features.leads_with_who && (self.features.first_role_is_category || !self.features.asks_which_role);
        if self.roles.len() != 1 || !asked || wants_role || self.precedes(Cue::HowToBecome, Cue::Next) {
            return None;
        }
        let mut question =
            self.question(ReplyKind::Next, 0.95 * self.residue_penalty(&[Cue::Next, Cue::Sideways, Cue::Path]));
        question.subject = if self.has_cue(Cue::Sideways) { Subject::Sideways } else { Subject::All };
        Some(question)
    }

    /// "Where does one go from a ...": a way whose start alone is named.
    fn starts_from_role(&self) -> bool {
        let begins = |at: usize| self.sentence.mentions.iter().any(|mention| mention.start == at);
        let mut ways = self.sentence.cue_matches.iter().filter(|hint| hint.cue == Cue::Path);
        ways.any(|hint| {
            let leads_from = self.sentence.tokens[hint.range.end - 1].text == "from";
            leads_from && (begins(hint.range.end) || begins(hint.range.end + 1))
        })
    }

    /// Why a team has a role.
    pub fn why(&self) -> Option<Question> {
        if self.roles.is_empty() || !self.has_cue(Cue::Why) || self.features.leads_with_who {
            return None;
        }
        let mut question = self.question(ReplyKind::Why, 0.95 * self.residue_penalty(&[Cue::Why]).max(0.55));
        // "Engineers can draw, so what is the use of a designer": the one behind the word that asks.
        let why = self.sentence.first_cue(Cue::Why).map_or(0, |hint| hint.range.end);
        let meant = self.sentence.mentions.iter().filter(|mention| mention.start >= why);
        let meant = meant.flat_map(|mention| &mention.documents).find(|at| question.roles.contains(at));
        question.roles = vec![meant.copied().unwrap_or(question.roles[0])];
        Some(question)
    }

    /// How to become something; where no role is named, the doors into the field.
    pub fn how_to_become(&self) -> Option<Question> {
        if !self.has_cue(Cue::HowToBecome)
            || self.roles.len() > 1
            || (self.features.leads_with_who && !self.features.first_role_is_category)
        {
            return None;
        }
        if self.roles.len() == 1 && !self.features.first_role_is_category {
            return Some(self.question(
                ReplyKind::HowToBecome,
                0.9 * self.residue_penalty(&[Cue::HowToBecome, Cue::Path]).max(0.55),
            ));
        }
        let query = self.library.searcher.build_query(self.sentence.content_tokens(&FUNCTION_CUES, |_| true));
        let hits = evidence::entry_hits(self.library, &query);
        let found = self
            .question_from_hits(ReplyKind::HowToBecome, query, hits, 0.0)
            .map(|question| Question { roles: Vec::new(), ..question });
        // "How do I break into nursing": nothing but the field is named, so the doors into it are the answer.
        let field = self.features.first_role_is_category
            || self.sentence.tokens.iter().any(|word| self.library.is_family_word(&word.stem))
                && !self.features.leads_with_yes_no;
        if !field || found.as_ref().is_some_and(|found| found.confidence >= FIELD_ENTRY_CONFIDENCE) {
            return found;
        }
        let hits = evidence::entry_passages(self.library);
        (!hits.is_empty()).then(|| Question {
            hits,
            roles: Vec::new(),
            ..self.question(ReplyKind::HowToBecome, FIELD_ENTRY_CONFIDENCE)
        })
    }
}
