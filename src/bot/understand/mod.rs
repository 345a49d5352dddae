//! From a sentence to a question that can be answered, with a confidence; or to nothing, where nobody asks for what we know.
//!
//! A sentence is taken apart once (`sentence`); its names and hints decide the kind of question; what is left of its words is the
//! content, and every kind says how much of the content the corpus has to hold. The missing part decides: a question that is right
//! in all but one word that we do not know is a question that we cannot answer.

pub mod cues;
pub mod sentence;
mod weigh;

use crate::bot::question::{Question, Subject};
use crate::bot::reply::Kind;
use crate::bot::understand::cues::Cue;
use crate::bot::understand::sentence::Sentence;
use crate::bot::understand::weigh::Weighed;
use crate::library::Library;
use crate::library::names::Match;

/// What a sentence asks, with how sure that is.
pub fn understand(library: &Library, text: &str) -> Option<Question> {
    let sentence = Sentence::read(library, text);
    let weighed = Weighed::new(library, &sentence);
    if weighed.asks == 0.0 {
        return None;
    }
    let mut question = Reader { library, sentence: &sentence, roles: weighed.roles.clone(), weighed }.read()?;
    question.confidence = question.confidence.clamp(0.0, 1.0);
    Some(question)
}

struct Reader<'a> {
    library: &'a Library,
    sentence: &'a Sentence,
    /// Roles that the sentence names, in order, each once.
    roles: Vec<usize>,
    weighed: Weighed,
}

/// Hints that are spent in every question: they only say that it is one.
const SPENT: [Cue; 4] = [Cue::Who, Cue::What, Cue::Asks, Cue::YesNo];

impl Reader<'_> {
    /// The kinds, from the most telling to the least.
    fn read(&self) -> Option<Question> {
        let by_roles = [
            Self::which,
            Self::figure,
            Self::route,
            Self::comparison,
            Self::next,
            Self::reason,
            Self::entry,
            Self::who,
            Self::check,
            Self::duties,
            Self::role,
            Self::topic,
        ];
        let mut best: Option<Question> = None;
        for kind in by_roles {
            if let Some(question) = kind(self) {
                let better = best.as_ref().is_none_or(|best| question.confidence > best.confidence + 0.2);
                if better {
                    best = Some(question);
                }
                // A kind that fits well keeps those that tell less from looking.
                if best.as_ref().is_some_and(|best| best.confidence >= 0.5) {
                    break;
                }
            }
        }
        best
    }

    fn has(&self, cue: Cue) -> bool {
        self.sentence.has(cue)
    }

    fn question(&self, kind: Kind, confidence: f32) -> Question {
        let confidence = confidence * self.weighed.asks * self.weighed.general * self.weighed.firm;
        Question { kind, roles: self.roles.clone(), subject: Subject::Whole, hits: Vec::new(), confidence }
    }

    /// How far the rest of a question's words spoils a kind that needs none of them: 1 where nothing is left, less with every
    /// word that nobody knows in the clause that asks.
    fn undisturbed(&self, spent: &[Cue]) -> f32 {
        let spent: Vec<Cue> = SPENT.iter().chain(spent).chain(&[Cue::Duties, Cue::Most]).copied().collect();
        let left = self.sentence.content(&spent, |clause| self.weighed.asking_clause(clause));
        let query = self.library.search.query(left);
        (1.0 - 0.28 * (query.weight() - 0.5).max(0.0)).max(0.0)
    }

    /// An ambiguous name: the bot asks which.
    fn which(&self) -> Option<Question> {
        if !self.roles.is_empty() {
            return None;
        }
        let mention =
            self.sentence.mentions.iter().find(|mention| mention.how != Match::Short && mention.documents.len() > 1)?;
        let mut question = self.question(Kind::Which, 0.8 * self.undisturbed(&[Cue::Compare]));
        question.roles.clone_from(&mention.documents);
        Some(question)
    }

    fn route(&self) -> Option<Question> {
        if self.roles.len() != 2
            || !(self.has(Cue::Path) || self.sentence.arrow || self.has(Cue::Into) || self.weighed.from_to)
        {
            return None;
        }
        if self.has(Cue::Compare) && !self.has(Cue::Path) {
            return None;
        }
        let mut question = self.question(Kind::Path, 0.95);
        if self.weighed.backwards {
            question.roles.reverse();
        }
        Some(question)
    }

    fn comparison(&self) -> Option<Question> {
        if self.roles.len() < 2 || !self.has(Cue::Compare) {
            return None;
        }
        let mut question = self.question(Kind::Compare, 0.95);
        question.roles.truncate(2);
        Some(question)
    }

    fn figure(&self) -> Option<Question> {
        let measure = self.sentence.measure()?;
        let spent = [Cue::Measure(""), Cue::Most, Cue::Into, Cue::Who, Cue::What, Cue::Asks, Cue::YesNo];
        let content = self.sentence.content(&spent, |_| true);
        let everything = self.sentence.content(&SPENT, |_| true);
        let query = self.library.search.query(content.iter().copied());
        let subject = Subject::Measure(measure.to_owned());
        if !self.roles.is_empty() {
            let holds = |role: &&usize| weigh::figures(self.library, **role, measure).next().is_some();
            let with: Vec<usize> = self.roles.iter().filter(holds).copied().collect();
            if !with.is_empty() {
                let disturbed = (1.0 - 0.35 * (query.weight() - 0.6).max(0.0)).max(0.0);
                let mut question = self.question(Kind::Fact, 0.95 * disturbed);
                question.subject = subject;
                return Some(question);
            }
            // Pay of a role is that role's own; what holds for others does not answer.
            if measure == "pay" {
                let mut question = self.question(Kind::Fact, 0.0);
                question.subject = subject;
                return Some(question);
            }
        }
        let query = self.library.search.query(everything).about(&self.roles);
        let hits = weigh::figure_hits(self.library, &query, measure, &self.roles);
        let best = hits.first()?;
        let mut question = self.question(Kind::Fact, weigh::sureness(best, &query));
        question.hits = hits;
        question.subject = subject;
        Some(question)
    }

    fn next(&self) -> Option<Question> {
        if self.roles.len() != 1 || !(self.has(Cue::Next) || self.has(Cue::Sideways)) || self.has(Cue::Who) {
            return None;
        }
        let mut question = self.question(Kind::Next, 0.95 * self.undisturbed(&[Cue::Next, Cue::Sideways, Cue::Path]));
        question.subject = if self.has(Cue::Sideways) { Subject::Sideways } else { Subject::Whole };
        Some(question)
    }

    fn reason(&self) -> Option<Question> {
        if self.roles.is_empty() || !self.has(Cue::Why) || self.has(Cue::Who) {
            return None;
        }
        let mut question = self.question(Kind::Why, 0.95 * self.undisturbed(&[Cue::Why]).max(0.55));
        question.roles.truncate(1);
        Some(question)
    }

    fn entry(&self) -> Option<Question> {
        if !self.has(Cue::Into) || self.has(Cue::Who) || self.roles.len() > 1 {
            return None;
        }
        if self.roles.len() == 1 {
            return Some(self.question(Kind::Into, 0.9 * self.undisturbed(&[Cue::Into, Cue::Path]).max(0.5)));
        }
        let content = self.sentence.content(&[Cue::What, Cue::Asks, Cue::YesNo], |_| true);
        let query = self.library.search.query(content);
        let hits = weigh::entry_hits(self.library, &query);
        let best = hits.first()?;
        let mut question = self.question(Kind::Into, weigh::sureness(best, &query));
        question.hits = hits;
        Some(question)
    }

    fn who(&self) -> Option<Question> {
        if !self.has(Cue::Who) {
            return None;
        }
        let query = self.library.search.query(self.sentence.content(&SPENT, |_| true)).about(&self.weighed.objects);
        let hits = weigh::role_hits(self.library, &query, &self.weighed.objects);
        let best = hits.first()?;
        let mut question = self.question(Kind::Who, weigh::sureness(best, &query));
        question.hits = hits;
        question.roles.clear();
        Some(question)
    }

    fn check(&self) -> Option<Question> {
        if self.roles.is_empty() || !self.has(Cue::YesNo) || self.has(Cue::Compare) {
            return None;
        }
        let query = self.library.search.query(self.sentence.content(&SPENT, |_| true)).about(&self.roles[1..]);
        let hits = weigh::own_hits(self.library, &query, self.roles[0]);
        let best = hits.first()?;
        let mut question = self.question(Kind::Check, weigh::sureness(best, &query));
        question.hits = hits;
        question.roles.truncate(1);
        Some(question)
    }

    fn duties(&self) -> Option<Question> {
        if self.roles.len() != 1 {
            return None;
        }
        let spent: Vec<Cue> = SPENT.iter().chain(&[Cue::Duties]).copied().collect();
        let content = self.sentence.content(&spent, |clause| self.weighed.asking_clause(clause));
        let query = self.library.search.query(content);
        if query.weight() < 0.6 {
            return self.has(Cue::Duties).then(|| self.question(Kind::Duties, 0.95));
        }
        let hits = weigh::own_hits(self.library, &query, self.roles[0]);
        let best = hits.first()?;
        let mut question = self.question(Kind::Duties, weigh::sureness(best, &query));
        question.hits = hits;
        question.subject = Subject::Narrowed;
        Some(question)
    }

    fn role(&self) -> Option<Question> {
        if self.roles.is_empty() {
            return None;
        }
        let alone = self
            .sentence
            .mentions
            .first()
            .is_some_and(|mention| mention.end - mention.start == self.sentence.words.len());
        if !(self.has(Cue::What) || alone || self.has(Cue::Asks) || self.has(Cue::Duties) || self.has(Cue::Who)) {
            return None;
        }
        Some(self.question(Kind::Role, 0.93 * self.undisturbed(&[])))
    }

    fn topic(&self) -> Option<Question> {
        let query = self.library.search.query(self.sentence.content(&[Cue::What, Cue::Asks, Cue::YesNo], |_| true));
        let named = self.sentence.mentions.iter().filter(|mention| mention.how != Match::Short);
        let named: Vec<usize> = named
            .flat_map(|mention| &mention.documents)
            .copied()
            .filter(|at| !self.library.document(*at).is_role())
            .collect();
        let hits = weigh::topic_hits(self.library, &query, &named, &self.roles);
        let best = hits.first()?;
        let sure = if query.is_empty() || (query.weight() < 0.6 && !named.is_empty()) {
            0.8
        } else {
            weigh::sureness(best, &query)
        };
        let mut question = self.question(Kind::Topic, sure);
        question.hits = hits;
        Some(question)
    }
}
