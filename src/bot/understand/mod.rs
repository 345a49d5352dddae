//! From a sentence to a question that can be answered, with a confidence; or to nothing, where nobody asks for what we know.
//!
//! A sentence is taken apart once (`sentence`); its names and hints decide the kind of question; what is left of its words is the
//! content, and every kind says how much of the content the corpus has to hold. The missing part decides: a question that is right
//! in all but one word that we do not know is a question that we cannot answer.

pub mod cues;
mod evidence;
pub mod sentence;
mod weigh;

use crate::bot::question::{Question, SURE_ENOUGH, Subject};
use crate::bot::reply::Kind;
use crate::bot::understand::cues::{Cue, measure_words};
use crate::bot::understand::sentence::Sentence;
use crate::bot::understand::weigh::Weighed;
use crate::library::Library;
use crate::library::names::Match;
use crate::library::search::{Hit, Query};

/// What a sentence asks, with how sure that is.
pub fn understand(library: &Library, text: &str) -> Option<Question> {
    let mut sentence = Sentence::read(library, text);
    let accepted: Vec<_> =
        weigh::roles_named(library, &sentence).into_iter().map(|mention| mention.start..mention.end).collect();
    accepted.into_iter().for_each(|range| sentence.take_for_name(range));
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
const SPENT: [Cue; 5] = [Cue::Who, Cue::What, Cue::About, Cue::Asks, Cue::YesNo];

/// A question for a quantity is answered by a quantity; a passage that has none must fit the better.
const NO_QUANTITY: f32 = 0.55;

/// Measures of which a role has one figure at the most: the word alone asks for it. How many, or how long, needs to say of what.
const SELF_EVIDENT: [&str; 3] = ["pay", "growth", "experience"];

/// How sure it is that who asks for a way into the field wants the roles through which people come in.
const FIELD: f32 = 0.7;

/// How strongly talk of an event speaks against an answer that a search found.
const EVENT: f32 = 7.0;

/// How strongly it speaks for an answer on a subject that nobody speaks of himself, of those present or of what is at hand.
const IMPERSONAL: f32 = 1.2;

/// How strongly it speaks for an answer on a subject that whatever there is about it is asked for.
const ABOUT: f32 = 2.3;

/// How strongly it speaks for a figure that it is of the measure that was asked for.
const OF_MEASURE: f32 = 1.0;

/// Question words that stand in headings: the section "When" says when.
const HEADS: [&str; 5] = ["when", "where", "who", "why", "how"];

/// How strongly it speaks for an answer on a subject that the question calls it by name.
const NAMED: f32 = 2.4;

impl Reader<'_> {
    /// The kinds, from the most telling to the least; the first that fits well is taken.
    fn read(&self) -> Option<Question> {
        if let Some(question) = self.which() {
            return Some(question);
        }
        if let Some(question) = self.route().or_else(|| self.comparison()) {
            return Some(question);
        }
        let figure = self.figure();
        // What a figure was asked for and not found, nothing else can answer.
        if let Some(figure) =
            figure.as_ref().filter(|figure| figure.hits.is_empty() || figure.confidence >= SURE_ENOUGH)
        {
            return Some(figure.clone());
        }
        let kinds =
            [Self::next, Self::reason, Self::entry, Self::who, Self::check, Self::duties, Self::role, Self::topic];
        let mut best = figure;
        for kind in kinds {
            let Some(mut question) = kind(self) else { continue };
            let other = matches!(question.kind, Kind::Into | Kind::Who);
            if self.sentence.measure().is_some_and(|measure| measure != "experience") && !other {
                question.confidence *= NO_QUANTITY;
            }
            let good = question.confidence >= SURE_ENOUGH;
            if best.as_ref().is_none_or(|best| question.confidence > best.confidence) {
                best = Some(question);
            }
            if good {
                break;
            }
        }
        best
    }

    fn has(&self, cue: Cue) -> bool {
        self.sentence.has(cue)
    }

    /// True where both cues are there and the first stands before the other, but not right before it ("become after this").
    fn comes_first(&self, one: Cue, other: Cue) -> bool {
        match (self.sentence.first(one), self.sentence.first(other)) {
            (Some(one), Some(other)) => one.at.end < other.at.start,
            _ => false,
        }
    }

    fn question(&self, kind: Kind, confidence: f32) -> Question {
        let confidence = confidence * self.weighed.asks * self.weighed.general * self.weighed.firm;
        let roles = self.roles.clone();
        Question { kind, roles, subject: Subject::Whole, query: Query::default(), hits: Vec::new(), confidence }
    }

    /// A question whose answer is what a search found; `push` speaks for it besides what was found.
    fn found(&self, kind: Kind, query: Query, hits: Vec<Hit>, push: f32) -> Option<Question> {
        let event = EVENT * (self.weighed.general - 1.0);
        if hits.is_empty() {
            return None;
        }
        let sure = evidence::sureness(kind, &hits, &query, push + event);
        let confidence = sure * self.weighed.asks * self.weighed.firm;
        Some(Question { query, hits, confidence, ..self.question(kind, 1.0) })
    }

    /// How far the rest of a question's words spoils a kind that needs none of them: 1 where nothing is left, less with every
    /// word that says something between the word that asks, or the first name, and the end of the clause.
    fn undisturbed(&self, spent: &[Cue]) -> f32 {
        let spent: Vec<Cue> = SPENT.iter().chain(spent).chain(&[Cue::Duties, Cue::Most]).copied().collect();
        let begins = self.weighed.begins;
        let left = self.sentence.content(&spent, |clause| self.weighed.asking_clause(clause));
        let left = left.into_iter().filter(|word| word.at.start >= begins);
        let query = self.library.search.query(left);
        (1.0 - 0.33 * (query.weight() - 0.5).max(0.0) - 0.15 * query.unknown()).max(0.0)
    }

    /// An ambiguous name: the bot asks which.
    fn which(&self) -> Option<Question> {
        if !self.roles.is_empty() {
            return None;
        }
        let mention = self.weighed.ambiguous.as_ref()?;
        let mut question = self.question(Kind::Which, 0.85 * self.undisturbed(&[Cue::Compare]));
        question.roles.clone_from(mention);
        (question.confidence >= SURE_ENOUGH).then_some(question)
    }

    fn route(&self) -> Option<Question> {
        let asked = self.has(Cue::Path) || self.sentence.arrow || self.weighed.from_to;
        let moves = self.has(Cue::Into) || self.has(Cue::Next);
        if self.roles.len() != 2 || !(asked || moves) || (self.has(Cue::Compare) && !self.has(Cue::Path)) {
            return None;
        }
        // How long it takes is another question than which way it goes.
        if let Some(measure @ ("duration" | "experience")) = self.sentence.measure() {
            return Some(Question { subject: Subject::Measure(measure.to_owned()), ..self.question(Kind::Fact, 0.0) });
        }
        if self.weighed.leads_with_who {
            return None;
        }
        let mut question = self.question(Kind::Path, 0.95);
        if self.weighed.backwards {
            question.roles.reverse();
        }
        Some(question)
    }

    /// Two roles, and a word that holds them against each other; or two roles and next to nothing else.
    fn comparison(&self) -> Option<Question> {
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

    fn figure(&self) -> Option<Question> {
        let measure = self.sentence.measure()?;
        // "Would a ... say how much is spent" wants yes or no.
        if self.weighed.leads_with_yes_no && !self.roles.is_empty() && !SELF_EVIDENT.contains(&measure) {
            return None;
        }
        // Who does something with money, or with how many, is a question for somebody.
        if self.weighed.leads_with_who && (measure != "pay" || !self.has(Cue::Most)) {
            return None;
        }
        let spent = [Cue::Measure(""), Cue::Most, Cue::Into, Cue::Who, Cue::What, Cue::Asks, Cue::YesNo];
        let subject = Subject::Measure(measure.to_owned());
        let says_enough = SELF_EVIDENT.contains(&measure);
        let topics = self.named_topics();
        let holds = |at: &usize| self.library.document(*at).figures(measure).next().is_some();
        let query = self.library.search.query(self.sentence.content(&spent, |_| true));
        let undisturbed = (1.0 - 0.3 * (query.weight() - 0.9).max(0.0)).max(0.0);
        let of_these = |roles: Vec<usize>, sure: f32| {
            let (query, subject) = (query.clone(), subject.clone());
            Some(Question { subject, query, roles, ..self.question(Kind::Fact, sure * undisturbed) })
        };
        if says_enough && self.roles.iter().any(holds) {
            return of_these(self.roles.clone(), 0.95);
        }
        if self.roles.is_empty() && topics.iter().any(holds) {
            return of_these(topics.clone(), 0.95);
        }
        // What holds for the field of a role is told by its topics; its pay is its own, and what others earn does not answer.
        let of_the_field: Vec<usize> = evidence::topics_of(self.library, &self.roles).filter(holds).collect();
        if says_enough && measure != "pay" && !of_the_field.is_empty() {
            return of_these(of_the_field, 0.85);
        }
        let mine = self.sentence.words.iter().any(|word| word.text == "i");
        if measure == "pay" && !self.roles.is_empty()
            && let [hit, ..] = evidence::told_figures(self.library, &self.roles, measure_words(measure)).as_slice()
        {
            return Some(Question { subject, hits: vec![hit.clone()], ..self.question(Kind::Fact, 0.85 * undisturbed) });
        }
        if measure == "pay" && (!self.roles.is_empty() || mine) {
            return Some(Question { subject, ..self.question(Kind::Fact, 0.0) });
        }
        let query = self.library.search.query(self.sentence.content(&SPENT, |_| true));
        let hits = evidence::figure_hits(self.library, &query, measure, &self.roles);
        let best = hits.first()?;
        let spoken_of = self.roles.contains(&best.document) || topics.contains(&best.document);
        let of_measure = match (evidence::is_figure_of(self.library, best, measure), spoken_of) {
            (true, true) => 2.0 * OF_MEASURE,
            (true, false) => OF_MEASURE,
            (false, _) => 0.0,
        };
        // Somebody's own figures are not the corpus's, unless he calls its subject by name.
        let own = self.roles.is_empty() && topics.is_empty() && self.sentence.is_personal();
        let push = if own { of_measure - IMPERSONAL } else { of_measure };
        Some(Question { subject, ..self.found(Kind::Fact, query, hits, push)? })
    }

    /// Topics that the sentence calls by a name.
    fn named_topics(&self) -> Vec<usize> {
        let named = self.sentence.mentions.iter().filter(|mention| mention.how != Match::Short);
        let mut topics: Vec<usize> = named.flat_map(|mention| &mention.documents).copied().collect();
        topics.retain(|at| !self.library.document(*at).is_role());
        topics.dedup();
        topics
    }

    fn next(&self) -> Option<Question> {
        let asked = self.has(Cue::Next) || self.has(Cue::Sideways) || self.from_here();
        // "Which roles can a ... move to next": a role is wanted, and the one named is where it starts.
        let wants_role = self.weighed.leads_with_who && !(self.weighed.which_role && !self.weighed.category);
        if self.roles.len() != 1 || !asked || wants_role || self.comes_first(Cue::Into, Cue::Next) {
            return None;
        }
        let mut question = self.question(Kind::Next, 0.95 * self.undisturbed(&[Cue::Next, Cue::Sideways, Cue::Path]));
        question.subject = if self.has(Cue::Sideways) { Subject::Sideways } else { Subject::Whole };
        Some(question)
    }

    /// "Where does one go from a ...": a way whose start alone is named.
    fn from_here(&self) -> bool {
        let begins = |at: usize| self.sentence.mentions.iter().any(|mention| mention.start == at);
        let mut ways = self.sentence.hints.iter().filter(|hint| hint.cue == Cue::Path);
        ways.any(|hint| {
            let leads_from = self.sentence.words[hint.at.end - 1].text == "from";
            leads_from && (begins(hint.at.end) || begins(hint.at.end + 1))
        })
    }

    fn reason(&self) -> Option<Question> {
        if self.roles.is_empty() || !self.has(Cue::Why) || self.weighed.leads_with_who {
            return None;
        }
        let mut question = self.question(Kind::Why, 0.95 * self.undisturbed(&[Cue::Why]).max(0.55));
        question.roles.truncate(1);
        Some(question)
    }

    fn entry(&self) -> Option<Question> {
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

    fn who(&self) -> Option<Question> {
        if !self.weighed.leads_with_who {
            return None;
        }
        let asked = self.sentence.content(&SPENT, |clause| self.weighed.asking_clause(clause));
        let told = self.sentence.content(&SPENT, |clause| !self.weighed.asking_clause(clause));
        let query = self.library.search.query_beside(asked, told).about(&self.weighed.objects);
        let hits = evidence::role_hits(self.library, &query, &self.weighed.objects, self.sentence.denies());
        Some(Question { roles: Vec::new(), ..self.found(Kind::Who, query, hits, 0.0)? })
    }

    fn check(&self) -> Option<Question> {
        let (role, others) = self.roles.split_first()?;
        if !self.weighed.leads_with_yes_no || self.has(Cue::Compare) {
            return None;
        }
        let query = self.library.search.query(self.sentence.content(&SPENT, |_| true)).about(others);
        let hits = evidence::own_hits(self.library, &query, *role);
        Some(Question { roles: vec![*role], ..self.found(Kind::Check, query, hits, 0.0)? })
    }

    fn duties(&self) -> Option<Question> {
        let &[role] = self.roles.as_slice() else { return None };
        // What is compared to something that is none of ours cannot be answered by one half.
        if self.weighed.leads_with_who || self.sentence.compares() {
            return None;
        }
        let spent: Vec<Cue> = SPENT.iter().chain(&[Cue::Duties]).copied().collect();
        let content = self.sentence.content(&spent, |clause| self.weighed.asking_clause(clause));
        let query = self.library.search.query(content);
        if query.weight() < 0.6 {
            return self.has(Cue::Duties).then(|| self.question(Kind::Duties, 0.95));
        }
        let asked = |query: Query| {
            let hits = evidence::own_hits(self.library, &query, role);
            self.found(Kind::Duties, query, hits, 0.0)
        };
        // "Pricing wise, what falls to ...": what stands around the question may say what it is about.
        let around = self.library.search.query(self.sentence.content(&spent, |_| true));
        let readings = [asked(query), asked(around)].into_iter().flatten();
        let best = readings.max_by(|one, other| one.confidence.total_cmp(&other.confidence))?;
        Some(Question { subject: Subject::Narrowed, ..best })
    }

    fn role(&self) -> Option<Question> {
        if self.roles.is_empty() || self.weighed.of_a_role || self.weighed.leads_with_who && self.weighed.category {
            return None;
        }
        let alone = self
            .sentence
            .mentions
            .first()
            .is_some_and(|mention| mention.end - mention.start == self.sentence.words.len());
        let hinted = [Cue::What, Cue::About, Cue::Duties, Cue::Who].into_iter().any(|cue| self.has(cue));
        // When, where or how of a role is something else than what it is.
        let sure = if hinted || alone { 0.93 } else { 0.45 };
        let mut question = self.question(Kind::Role, sure * self.undisturbed(&[]));
        question.roles.truncate(1);
        (alone || hinted || self.has(Cue::Asks)).then_some(question)
    }

    fn topic(&self) -> Option<Question> {
        // Yes or no of nobody in particular is talk of things that are there, not of what roles are.
        if self.weighed.unknown_doer || (self.weighed.leads_with_yes_no && self.roles.is_empty()) {
            return None;
        }
        let named = self.named_topics();
        if named.is_empty() && self.sentence.hints.is_empty() {
            return None;
        }
        let words = self.sentence.content(&[Cue::What, Cue::About, Cue::Asks, Cue::YesNo], |_| true);
        let query = self.library.search.query(words.iter().copied());
        let rest = self.library.search.query(words.into_iter().filter(|word| !self.sentence.names_topic(word)));
        let asked: Vec<&str> = self.sentence.words.iter().map(|word| word.text.as_str()).filter(|word| HEADS.contains(word)).collect();
        let mut hits = evidence::topic_hits(self.library, &query, &rest, &named, &asked);
        // Where a role is named, what other roles do does not answer.
        hits.retain(|hit| {
            let speaks_of = || self.library.roles_behind(hit.document).iter().any(|at| self.roles.contains(at));
            self.roles.is_empty() || named.contains(&hit.document) || speaks_of()
        });
        if query.weight() < 0.6 && !named.is_empty() && self.has(Cue::What) {
            return Some(Question { query, hits, ..self.question(Kind::Topic, 0.8) });
        }
        let named = if named.is_empty() { 0.0 } else { NAMED };
        let impersonal = if self.sentence.is_personal() { 0.0 } else { IMPERSONAL };
        let about = if self.has(Cue::About) { ABOUT } else { 0.0 };
        self.found(Kind::Topic, query, hits, named + impersonal + about)
    }
}
