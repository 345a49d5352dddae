//! Questions about careers: ladder, path, comparison, next steps, purpose, entry.

use crate::engine::intent::cues::Cue;
use crate::engine::intent::evidence;
use crate::engine::intent::interpreter::{FUNCTION_CUES, Interpreter};
use crate::engine::intent::sentence::CueMatch;
use crate::engine::question::{Question, Subject};
use crate::engine::reply::ReplyKind;
use crate::search::text::english::Token;
use crate::search::text::lexicon::WordClass;

/// Confidence that a question for entry into the field is answered by the entry roles.
const FIELD_ENTRY_CONFIDENCE: f32 = 0.7;

/// Confidence for "career ladder" without other content.
const CAREER_LADDER_CONFIDENCE: f32 = 0.9;
/// Confidence for "ladder", which may be a piece of equipment.
const LADDER_CONFIDENCE: f32 = 0.7;

impl Interpreter<'_> {
    /// The career ladder of all roles or of a family, if nothing else is asked.
    pub(crate) fn ladder(&self) -> Option<Question> {
        let words = |cue_match: &CueMatch| &self.sentence.tokens[cue_match.range.clone()];
        let is_ladder = |cue_match: &&CueMatch| {
            words(cue_match).iter().any(|word| matches!(word.text.as_str(), "ladder" | "ladders"))
        };
        let ladder = self.sentence.cue_matches.iter().filter(|cue_match| cue_match.cue == Cue::Path).find(is_ladder)?;
        let previous = ladder.range.start.checked_sub(1).map(|at| self.sentence.tokens[at].text.as_str());
        let career = ladder.range.len() > 1 || previous == Some("career");
        let asks_for_ladder = career || self.has_cue(Cue::What) || self.has_cue(Cue::About);
        let asks_otherwise =
            [Cue::Next, Cue::HowToBecome, Cue::Compare, Cue::Why].into_iter().any(|cue| self.has_cue(cue))
                || self.sentence.measure().is_some()
                || self.features.leads_with_who && !self.features.asks_which_role
                || self.features.leads_with_yes_no;
        if !asks_for_ladder || asks_otherwise || self.roles.len() > 1 {
            return None;
        }
        let spent: Vec<Cue> = FUNCTION_CUES.iter().chain(&[Cue::Path]).copied().collect();
        let is_content =
            |word: &&Token| self.knowledge.searcher.classify(word) == WordClass::Content && word.text != "career";
        let residue: Vec<&str> = self
            .sentence
            .content_tokens(&spent, |_| true)
            .into_iter()
            .filter(is_content)
            .map(|word| word.text.as_str())
            .collect();
        let family = match (self.roles.as_slice(), residue.is_empty()) {
            ([], true) => "",
            ([], false) => self.knowledge.resolve_family(&residue.join(" "))?,
            ([role, ..], true) => self.knowledge.document(*role).front_matter.family.as_deref()?,
            ([..], false) => return None,
        };
        let base = if career { CAREER_LADDER_CONFIDENCE } else { LADDER_CONFIDENCE };
        let confidence = base * self.features.genericity * self.features.name_certainty;
        let subject = Subject::Family(family.to_owned());
        Some(Question { subject, confidence, roles: Vec::new(), ..self.question(ReplyKind::Ladder, 1.0) })
    }

    /// A career path between two roles.
    pub(crate) fn path(&self) -> Option<Question> {
        let has_path_cue = self.has_cue(Cue::Path) || self.sentence.has_arrow || self.features.has_direction;
        let has_move_cue = self.has_cue(Cue::HowToBecome) || self.has_cue(Cue::Next);
        if self.roles.len() != 2
            || !(has_path_cue || has_move_cue)
            || (self.has_cue(Cue::Compare) && !self.has_cue(Cue::Path))
        {
            return None;
        }
        // Duration and experience are metrics.
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

    /// A comparison of two roles: a cue, or hardly any other content.
    pub(crate) fn compare(&self) -> Option<Question> {
        if self.roles.len() < 2 || self.sentence.measure().is_some_and(|measure| !measure.is_empty()) {
            return None;
        }
        let has_cue = self.has_cue(Cue::Compare);
        let asks_otherwise = self.features.leads_with_who || self.features.leads_with_yes_no || self.has_cue(Cue::Why);
        if !has_cue && (asks_otherwise || self.residue_penalty(&[Cue::Next]) < 0.6) {
            return None;
        }
        let mut question = self.question(ReplyKind::Compare, if has_cue { 0.95 } else { 0.75 });
        question.roles.truncate(2);
        Some(question)
    }

    /// The next steps from a role.
    pub(crate) fn next(&self) -> Option<Question> {
        let has_cue = self.has_cue(Cue::Next) || self.has_cue(Cue::Sideways) || self.starts_from_role();
        // "Which roles can a ... move to next" names the start, but asks for a role.
        let wants_role =
            self.features.leads_with_who && (self.features.first_role_is_category || !self.features.asks_which_role);
        if self.roles.len() != 1 || !has_cue || wants_role || self.precedes(Cue::HowToBecome, Cue::Next) {
            return None;
        }
        let mut question =
            self.question(ReplyKind::Next, 0.95 * self.residue_penalty(&[Cue::Next, Cue::Sideways, Cue::Path]));
        question.subject = if self.has_cue(Cue::Sideways) { Subject::Sideways } else { Subject::All };
        Some(question)
    }

    /// "Where does one go from a ...": a path with a start only.
    fn starts_from_role(&self) -> bool {
        let starts_name = |at: usize| self.sentence.mentions.iter().any(|mention| mention.start == at);
        let mut path_cues = self.sentence.cue_matches.iter().filter(|cue_match| cue_match.cue == Cue::Path);
        path_cues.any(|cue_match| {
            let leads_from = self.sentence.tokens[cue_match.range.end - 1].text == "from";
            leads_from && (starts_name(cue_match.range.end) || starts_name(cue_match.range.end + 1))
        })
    }

    /// The purpose of a role.
    pub(crate) fn why(&self) -> Option<Question> {
        if self.roles.is_empty() || !self.has_cue(Cue::Why) || self.features.leads_with_who {
            return None;
        }
        let mut question = self.question(ReplyKind::Why, 0.95 * self.residue_penalty(&[Cue::Why]).max(0.55));
        // "Engineers can draw, so what is the use of a designer": prefer the role after the cue.
        let cue_end = self.sentence.first_cue(Cue::Why).map_or(0, |cue_match| cue_match.range.end);
        let named_after = self.sentence.mentions.iter().filter(|mention| mention.start >= cue_end);
        let named_after = named_after.flat_map(|mention| &mention.documents).find(|at| question.roles.contains(at));
        question.roles = vec![named_after.copied().unwrap_or(question.roles[0])];
        Some(question)
    }

    /// How to become something; without a role, how to enter the field.
    pub(crate) fn how_to_become(&self) -> Option<Question> {
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
        let query = self.knowledge.searcher.build_query(self.sentence.content_tokens(&FUNCTION_CUES, |_| true));
        let hits = evidence::entry_hits(self.knowledge, &query);
        let found = self
            .question_from_hits(ReplyKind::HowToBecome, query, hits, 0.0)
            .map(|question| Question { roles: Vec::new(), ..question });
        // "How do I break into nursing": only the field is named, so the entry roles answer.
        let names_field = self.features.first_role_is_category
            || self.sentence.tokens.iter().any(|word| self.knowledge.is_family_word(&word.stem))
                && !self.features.leads_with_yes_no;
        if !names_field || found.as_ref().is_some_and(|found| found.confidence >= FIELD_ENTRY_CONFIDENCE) {
            return found;
        }
        let hits = evidence::entry_passages(self.knowledge);
        (!hits.is_empty()).then(|| Question {
            hits,
            roles: Vec::new(),
            ..self.question(ReplyKind::HowToBecome, FIELD_ENTRY_CONFIDENCE)
        })
    }
}
