//! Questions about what the corpus says: who does something, whether somebody does, figures, subjects.

use crate::corpus::markdown::Part;
use crate::engine::intent::cues::{AUXILIARIES, Cue, DOING, MEANT, measure_words};
use crate::engine::intent::evidence;
use crate::engine::intent::interpreter::{IMPERSONAL, Reader, SPENT};
use crate::engine::intent::sentence::Hint;
use crate::engine::question::{PLAIN, Question, SURE_ENOUGH, Subject};
use crate::engine::reply::Kind;
use crate::search::names::Match;
use crate::search::query::Query;
use crate::search::retrieve::Hit;
use crate::search::text::english::Word;
use crate::search::text::lexicon::Weight;

/// Measures of which a role has one figure at the most: the word alone asks for it. How many, or how long, needs to say of what.
const SELF_EVIDENT: [&str; 3] = ["pay", "growth", "experience"];

/// Question words that stand in headings: the section "When" says when.
const HEADS: [&str; 5] = ["when", "where", "who", "why", "how"];

/// How strongly it speaks for an answer on a subject that whatever there is about it is asked for.
const ABOUT: f32 = 2.3;

/// How strongly it speaks for a figure that it is of the measure that was asked for.
const OF_MEASURE: f32 = 1.0;

/// How strongly it speaks for an answer on a subject that the question calls it by name.
const NAMED: f32 = 2.4;

/// Words that weigh less than this are no subject; where it is asked what somebody does about it, one word may be.
const SUBJECT: f32 = 0.6;
const ONE_WORD: f32 = 0.45;

/// How sure it is that whoever asks what a role does about something is served by all that it does.
const UNFOUND: f32 = 0.6;

/// What an answer is worth that does not tell the very thing that was asked for.
const UNTOLD: f32 = 0.5;

impl Reader<'_> {
    /// An ambiguous name: the bot asks which.
    pub fn which(&self) -> Option<Question> {
        if !self.roles.is_empty() {
            return None;
        }
        let mention = self.weighed.ambiguous.as_ref()?;
        let mut question = self.question(Kind::Which, 0.85 * self.undisturbed(&[Cue::Compare]));
        question.roles.clone_from(mention);
        (question.confidence >= SURE_ENOUGH).then_some(question)
    }

    /// A figure: the role's own, the field's, or what a search finds of that measure.
    pub fn figure(&self) -> Option<Question> {
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
        let undisturbed = |told: f32| (1.0 - 0.3 * (query.weight() - told - 0.9).max(0.0)).max(0.0);
        let of_these = |roles: Vec<usize>, sure: f32| {
            // What such a figure says itself is no other question.
            let hits = self.library.search.among(&query, &roles, usize::MAX);
            let told = hits.iter().filter(|hit| evidence::is_figure_of(self.library, hit, measure)).map(|hit| hit.held);
            let sure = sure * undisturbed(told.fold(0.0, f32::max));
            let (query, subject) = (query.clone(), subject.clone());
            Some(Question { subject, query, roles, ..self.question(Kind::Fact, sure) })
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
        if measure == "pay"
            && let Some(hit) = evidence::told_figure(self.library, &self.roles, measure_words(measure))
        {
            return Some(Question { subject, hits: vec![hit], ..self.question(Kind::Fact, 0.85 * undisturbed(0.0)) });
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

    /// Who does something; or whom a role has above it.
    pub fn who(&self) -> Option<Question> {
        if !self.weighed.leads_with_who && !self.weighed.of_a_role {
            return None;
        }
        let asked = self.sentence.content(&SPENT, |clause| self.weighed.asking_clause(clause));
        let told = self.sentence.content(&SPENT, |clause| !self.weighed.asking_clause(clause));
        let query = self.library.search.query_beside(asked, told).about(&self.weighed.objects);
        let hits = evidence::role_hits(self.library, &query, &self.weighed.objects, self.sentence.denies());
        // Whom a role has above it, its own document may name as well.
        let roles = if self.weighed.of_a_role { self.weighed.objects.clone() } else { Vec::new() };
        Some(Question { roles, ..self.found(Kind::Who, query, hits, 0.0)? })
    }

    /// Whether a role does something.
    pub fn check(&self) -> Option<Question> {
        let (role, others) = self.roles.split_first()?;
        if !self.weighed.leads_with_yes_no || self.has(Cue::Compare) {
            return None;
        }
        let query = self.library.search.query(self.sentence.content(&SPENT, |_| true)).about(others);
        if let ([other], true) = (others, self.sentence.asks_for_all()) {
            return self.does_all_of(*role, *other);
        }
        let hits = evidence::own_hits(self.library, &query, *role);
        // What the sources say of another role, and of this one nothing as close, is no yes.
        let limit = hits.first().is_some_and(|hit| self.library.passage(hit).part == Part::Limit && hit.score >= PLAIN);
        let elsewhere = evidence::better_elsewhere(self.library, &query, *role, &hits).filter(|_| !limit);
        if let Some(others) = elsewhere {
            let mut found = self.found(Kind::Check, query, others, 0.0)?;
            found.hits.extend(hits);
            return Some(Question { roles: vec![*role], subject: Subject::Elsewhere, ..found });
        }
        Some(Question { roles: vec![*role], ..self.found(Kind::Check, query, hits, 0.0)? })
    }

    /// "Does a senior do everything that a junior does": yes where the one has all that the other is responsible for.
    fn does_all_of(&self, role: usize, other: usize) -> Option<Question> {
        let inherits = self.library.inherited(role).contains(&other);
        let sure = if inherits { 0.95 } else { 0.0 };
        Some(Question { roles: vec![role, other], ..self.question(Kind::Check, sure) })
    }

    /// What a role is responsible for, narrowed where a subject is named.
    pub fn duties(&self) -> Option<Question> {
        let &[role] = self.roles.as_slice() else { return None };
        // What is compared to something that is none of ours cannot be answered by one half.
        let yes_or_no = self.weighed.leads_with_yes_no && !self.has(Cue::Duties);
        if self.weighed.leads_with_who || yes_or_no || self.sentence.compares() {
            return None;
        }
        let spent: Vec<Cue> = SPENT.iter().chain(&[Cue::Duties]).copied().collect();
        let content = self.sentence.content(&spent, |clause| self.weighed.asking_clause(clause));
        let query = self.library.search.query(content);
        if query.weight() < if self.asks_what_it_does() { ONE_WORD } else { SUBJECT } {
            return self.has(Cue::Duties).then(|| self.question(Kind::Duties, 0.95));
        }
        let asked = |query: Query| {
            let hits = evidence::own_hits(self.library, &query, role);
            self.found(Kind::Duties, query, hits, 0.0)
        };
        // "Pricing wise, what falls to ...": what stands around the question may say what it is about.
        let around = self.library.search.query(self.sentence.content(&spent, |_| true));
        let readings = [asked(query), asked(around)].into_iter().flatten();
        let mut best = readings.max_by(|one, other| one.confidence.total_cmp(&other.confidence))?;
        // "Which tool does a ... use for the roadmap": a line about the roadmap does not tell it.
        let thing = self.library.search.query(self.thing_asked_for());
        if let (Some(hit), false) = (best.hits.first(), thing.terms.is_empty()) {
            let tells = |other: &Hit| (other.document, other.passage) == (hit.document, hit.passage);
            if !self.library.search.among(&thing, &[hit.document], usize::MAX).iter().any(tells) {
                best.confidence *= UNTOLD;
            }
        }
        if let Some(others) = evidence::better_elsewhere(self.library, &best.query, role, &best.hits) {
            best.hits.extend(others);
            return Some(Question { subject: Subject::Elsewhere, ..best });
        }
        if best.hits.first().is_none_or(|hit| hit.score < PLAIN) {
            return Some(Question { subject: Subject::Unfound, confidence: best.confidence.min(UNFOUND), ..best });
        }
        Some(Question { subject: Subject::Narrowed, ..best })
    }

    /// The nouns that a question asks for: "which tools", "what kind of budget", "the chef's budget".
    fn thing_asked_for(&self) -> Vec<&Word> {
        let words = &self.sentence.words;
        let asks = |hint: &&Hint| {
            let word = &words[hint.at.start];
            // "What's a ..." asks for no noun of its own.
            hint.at.len() == 1 && word.at.len() == word.text.len() && ["what", "which"].contains(&word.text.as_str())
        };
        let owner = |at: &usize| self.sentence.named[*at] && words[*at].at.len() >= words[*at].text.len() + "'s".len();
        let Some(start) = (self.sentence.hints.iter().find(asks).map(|hint| hint.at.end))
            .or_else(|| (0..words.len()).find(owner).map(|at| at + 1))
        else {
            return Vec::new();
        };
        let things = words.iter().enumerate().skip(start).take_while(|(at, word)| {
            self.sentence.clause[*at] == self.sentence.clause[start - 1]
                && !self.sentence.named[*at]
                && !AUXILIARIES.contains(&word.text.as_str())
                && self.library.search.weight(word) == Weight::Full
        });
        things.map(|(_, word)| word).collect()
    }

    /// What others do, or else all that a role is responsible for, where it is asked what the role does about something of which nothing is
    /// found: it may stand there in other words.
    pub fn undertakings(&self) -> Option<Question> {
        let role = *self.roles.first()?;
        let has_any = self.library.document(role).part(Part::Duty).next().is_some();
        let about =
            self.library.search.query(self.sentence.content(&SPENT, |clause| self.weighed.asking_clause(clause)));
        let other = self.weighed.leads_with_who || self.weighed.leads_with_yes_no || about.weight() < ONE_WORD;
        if other || !has_any || !self.asks_what_it_does() {
            return None;
        }
        let (subject, hits) = match evidence::better_elsewhere(self.library, &about, role, &[]) {
            Some(others) => (Subject::Elsewhere, others),
            None => (Subject::Unfound, Vec::new()),
        };
        Some(Question { subject, hits, roles: vec![role], ..self.question(Kind::Duties, UNFOUND) })
    }

    /// "What does a ... do about", "how is a ... meant to": nothing but small words between the question word and the role, and after its
    /// name a verb of doing. "How does a ... sleep at night" asks for nothing.
    fn asks_what_it_does(&self) -> bool {
        let word = |at: usize| self.sentence.words.get(at).map(|word| word.text.as_str());
        let Some(role) = self.sentence.named.iter().position(|named| *named) else { return false };
        let Some(end) = (role..self.sentence.named.len()).find(|at| !self.sentence.named[*at]) else { return false };
        let asks = |hint: &&Hint| {
            let how =
                hint.cue == Cue::Asks && self.sentence.words[hint.at.clone()].iter().any(|word| word.text == "how");
            (hint.cue == Cue::What || how) && hint.at.end <= role
        };
        let Some(hint) = self.sentence.hints.iter().rfind(asks) else { return false };
        let content = |at: usize| self.library.search.weight(&self.sentence.words[at]) == Weight::Full;
        // "What does a ... usually do": a word may stand between.
        let does =
            (end..=end + 1).any(|at| word(at).is_some_and(|word| DOING.contains(&word) || MEANT.contains(&word)));
        does && !matches!(word(end), Some("and" | "or")) && !(hint.at.end..role).any(content)
    }

    /// What a role is.
    pub fn role(&self) -> Option<Question> {
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

    /// What there is on a subject.
    pub fn topic(&self) -> Option<Question> {
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
        let asked: Vec<&str> =
            self.sentence.words.iter().map(|word| word.text.as_str()).filter(|word| HEADS.contains(word)).collect();
        let mut hits = evidence::topic_hits(self.library, &query, &rest, &named, &asked);
        // Where a role is named, what other roles do does not answer.
        hits.retain(|hit| {
            let speaks_of = || self.library.roles_behind(hit.document).iter().any(|at| self.roles.contains(at));
            self.roles.is_empty() || named.contains(&hit.document) || speaks_of()
        });
        if query.weight() < SUBJECT && !named.is_empty() && self.has(Cue::What) {
            return Some(Question { query, hits, ..self.question(Kind::Topic, 0.8) });
        }
        let named = if named.is_empty() { 0.0 } else { NAMED };
        let impersonal = if self.sentence.is_personal() { 0.0 } else { IMPERSONAL };
        let about = if self.has(Cue::About) { ABOUT } else { 0.0 };
        self.found(Kind::Topic, query, hits, named + impersonal + about)
    }

    /// Topics that the sentence calls by a name.
    fn named_topics(&self) -> Vec<usize> {
        let named = self.sentence.mentions.iter().filter(|mention| mention.how != Match::Short);
        let mut topics: Vec<usize> = named.flat_map(|mention| &mention.documents).copied().collect();
        topics.retain(|at| !self.library.document(*at).is_role());
        topics.dedup();
        topics
    }
}
