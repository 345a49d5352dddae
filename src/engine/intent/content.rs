//! Questions about what the corpus says: who does something, whether somebody does, figures, subjects.

use crate::engine::intent::cues::{ACTION_VERBS, AUXILIARIES, Cue, OBLIGATION_WORDS, measure_words};
use crate::engine::intent::evidence;
use crate::engine::intent::interpreter::{FUNCTION_CUES, IMPERSONAL_BIAS, Interpreter};
use crate::engine::intent::sentence::CueMatch;
use crate::engine::question::{MIN_CONFIDENCE, MIN_EVIDENCE, Question, Subject};
use crate::engine::reply::ReplyKind;
use crate::model::document::PassageKind;
use crate::search::names::Match;
use crate::search::query::Query;
use crate::search::retrieve::Hit;
use crate::search::text::english::Token;
use crate::search::text::lexicon::WordClass;

/// Measures of which a role has one figure at the most: the word alone asks for it. How many, or how long, needs to say of what.
const SINGLE_VALUE_MEASURES: [&str; 3] = ["pay", "growth", "experience"];

/// Question words that stand in headings: the section "When" says when.
const HEADING_QUESTION_WORDS: [&str; 5] = ["when", "where", "who", "why", "how"];

/// How strongly it speaks for an answer on a subject that whatever there is about it is asked for.
const ABOUT_BIAS: f32 = 2.3;

/// How strongly it speaks for a figure that it is of the measure that was asked for.
const MEASURE_BIAS: f32 = 1.0;

/// How strongly it speaks for an answer on a subject that the question calls it by name.
const NAMED_TOPIC_BIAS: f32 = 2.4;

/// Words that weigh less than this are no subject; where it is asked what somebody does about it, one word may be.
const MIN_TOPIC_WEIGHT: f32 = 0.6;
const MIN_DUTIES_WEIGHT: f32 = 0.45;

/// How sure it is that whoever asks what a role does about something is served by all that it does.
const NO_MATCH_CONFIDENCE: f32 = 0.6;

/// What an answer is worth that does not tell the very thing that was asked for.
const MISSING_NOUN_FACTOR: f32 = 0.5;

impl Interpreter<'_> {
    /// An ambiguous name: the bot asks which.
    pub fn disambiguate(&self) -> Option<Question> {
        if !self.roles.is_empty() {
            return None;
        }
        let mention = self.features.ambiguous_roles.as_ref()?;
        let mut question = self.question(ReplyKind::Disambiguate, 0.85 * self.residue_penalty(&[Cue::Compare]));
        question.roles.clone_from(mention);
        (question.confidence >= MIN_CONFIDENCE).then_some(question)
    }

    /// A figure: the role's own, the field's, or what a search finds of that measure.
    pub fn metric(&self) -> Option<Question> {
        let measure = self.sentence.measure()?;
        // "Would a ... say how much is spent" wants yes or no.
        if self.features.leads_with_yes_no && !self.roles.is_empty() && !SINGLE_VALUE_MEASURES.contains(&measure) {
            return None;
        }
        // Who does something with money, or with how many, is a question for somebody.
        if self.features.leads_with_who && (measure != "pay" || !self.has_cue(Cue::Comparative)) {
            return None;
        }
        let spent =
            [Cue::Measure(""), Cue::Comparative, Cue::HowToBecome, Cue::Who, Cue::What, Cue::Interrogative, Cue::YesNo];
        let subject = Subject::Measure(measure.to_owned());
        let says_enough = SINGLE_VALUE_MEASURES.contains(&measure);
        let topics = self.named_topics();
        let holds = |at: &usize| self.library.document(*at).metrics(measure).next().is_some();
        let query = self.library.searcher.build_query(self.sentence.content_tokens(&spent, |_| true));
        let undisturbed = |told: f32| (1.0 - 0.3 * (query.total_weight() - told - 0.9).max(0.0)).max(0.0);
        let of_these = |roles: Vec<usize>, sure: f32| {
            // What such a figure says itself is no other question.
            let hits = self.library.searcher.search_in(&query, &roles, usize::MAX);
            let told = hits
                .iter()
                .filter(|hit| evidence::is_metric_of(self.library, hit, measure))
                .map(|hit| hit.query_weight_matched);
            let sure = sure * undisturbed(told.fold(0.0, f32::max));
            let (query, subject) = (query.clone(), subject.clone());
            Some(Question { subject, query, roles, ..self.question(ReplyKind::Metric, sure) })
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
        let mine = self.sentence.tokens.iter().any(|word| word.text == "i");
        if measure == "pay"
            && let Some(hit) = evidence::metric_in_text(self.library, &self.roles, measure_words(measure))
        {
            return Some(Question {
                subject,
                hits: vec![hit],
                ..self.question(ReplyKind::Metric, 0.85 * undisturbed(0.0))
            });
        }
        if measure == "pay" && (!self.roles.is_empty() || mine) {
            return Some(Question { subject, ..self.question(ReplyKind::Metric, 0.0) });
        }
        let query = self.library.searcher.build_query(self.sentence.content_tokens(&FUNCTION_CUES, |_| true));
        let hits = evidence::metric_hits(self.library, &query, measure, &self.roles);
        let best = hits.first()?;
        let spoken_of = self.roles.contains(&best.document) || topics.contains(&best.document);
        let of_measure = match (evidence::is_metric_of(self.library, best, measure), spoken_of) {
            (true, true) => 2.0 * MEASURE_BIAS,
            (true, false) => MEASURE_BIAS,
            (false, _) => 0.0,
        };
        // Somebody's own figures are not the corpus's, unless he calls its subject by name.
        let own = self.roles.is_empty() && topics.is_empty() && self.sentence.is_personal();
        let push = if own { of_measure - IMPERSONAL_BIAS } else { of_measure };
        Some(Question { subject, ..self.question_from_hits(ReplyKind::Metric, query, hits, push)? })
    }

    /// Who does something; or whom a role has above it.
    pub fn find_owner(&self) -> Option<Question> {
        if !self.features.leads_with_who && !self.features.asks_relation_of_role {
            return None;
        }
        let asked = self.sentence.content_tokens(&FUNCTION_CUES, |clause| self.features.is_asking_clause(clause));
        let told = self.sentence.content_tokens(&FUNCTION_CUES, |clause| !self.features.is_asking_clause(clause));
        let query = self.library.searcher.build_query_with_context(asked, told).with_roles(&self.features.object_roles);
        let hits = evidence::role_hits(self.library, &query, &self.features.object_roles, self.sentence.is_negated());
        // Whom a role has above it, its own document may name as well.
        let roles = if self.features.asks_relation_of_role { self.features.object_roles.clone() } else { Vec::new() };
        Some(Question { roles, ..self.question_from_hits(ReplyKind::FindOwner, query, hits, 0.0)? })
    }

    /// Whether a role does something.
    pub fn yes_no(&self) -> Option<Question> {
        let (role, others) = self.roles.split_first()?;
        if !self.features.leads_with_yes_no || self.has_cue(Cue::Compare) {
            return None;
        }
        let query = self
            .library
            .searcher
            .build_query(self.sentence.content_tokens(&FUNCTION_CUES, |_| true))
            .with_roles(others);
        if let ([other], true) = (others, self.sentence.asks_for_all()) {
            return self.inherits_all_of(*role, *other);
        }
        let hits = evidence::own_hits(self.library, &query, *role);
        // What the sources say of another role, and of this one nothing as close, is no yes.
        let limit = hits
            .first()
            .is_some_and(|hit| self.library.passage(hit).kind == PassageKind::OutOfScope && hit.score >= MIN_EVIDENCE);
        let elsewhere = evidence::better_hits_of_other_roles(self.library, &query, *role, &hits).filter(|_| !limit);
        if let Some(others) = elsewhere {
            let mut found = self.question_from_hits(ReplyKind::YesNo, query, others, 0.0)?;
            found.hits.extend(hits);
            return Some(Question { roles: vec![*role], subject: Subject::OtherRoles, ..found });
        }
        Some(Question { roles: vec![*role], ..self.question_from_hits(ReplyKind::YesNo, query, hits, 0.0)? })
    }

    /// "Does a senior do everything that a junior does": yes where the one has all that the other is responsible for.
    fn inherits_all_of(&self, role: usize, other: usize) -> Option<Question> {
        let inherits = self.library.ancestors(role).contains(&other);
        let sure = if inherits { 0.95 } else { 0.0 };
        Some(Question { roles: vec![role, other], ..self.question(ReplyKind::YesNo, sure) })
    }

    /// What a role is responsible for, narrowed where a subject is named.
    pub fn duties(&self) -> Option<Question> {
        let &[role] = self.roles.as_slice() else { return None };
        // What is compared to something that is none of ours cannot be answered by one half.
        let yes_or_no = self.features.leads_with_yes_no && !self.has_cue(Cue::Duties);
        if self.features.leads_with_who || yes_or_no || self.sentence.is_comparison() {
            return None;
        }
        let spent: Vec<Cue> = FUNCTION_CUES.iter().chain(&[Cue::Duties]).copied().collect();
        let content = self.sentence.content_tokens(&spent, |clause| self.features.is_asking_clause(clause));
        let query = self.library.searcher.build_query(content);
        if query.total_weight() < if self.asks_for_duties() { MIN_DUTIES_WEIGHT } else { MIN_TOPIC_WEIGHT } {
            return self.has_cue(Cue::Duties).then(|| self.question(ReplyKind::Duties, 0.95));
        }
        let asked = |query: Query| {
            let hits = evidence::own_hits(self.library, &query, role);
            self.question_from_hits(ReplyKind::Duties, query, hits, 0.0)
        };
        // "Pricing wise, what falls to ...": what stands around the question may say what it is about.
        let around = self.library.searcher.build_query(self.sentence.content_tokens(&spent, |_| true));
        let readings = [asked(query), asked(around)].into_iter().flatten();
        let mut best = readings.max_by(|one, other| one.confidence.total_cmp(&other.confidence))?;
        // "Which tool does a ... use for the roadmap": a line about the roadmap does not tell it.
        let thing = self.library.searcher.build_query(self.requested_nouns());
        if let (Some(hit), false) = (best.hits.first(), thing.terms.is_empty()) {
            let tells = |other: &Hit| (other.document, other.passage) == (hit.document, hit.passage);
            if !self.library.searcher.search_in(&thing, &[hit.document], usize::MAX).iter().any(tells) {
                best.confidence *= MISSING_NOUN_FACTOR;
            }
        }
        if let Some(others) = evidence::better_hits_of_other_roles(self.library, &best.query, role, &best.hits) {
            best.hits.extend(others);
            return Some(Question { subject: Subject::OtherRoles, ..best });
        }
        if best.hits.first().is_none_or(|hit| hit.score < MIN_EVIDENCE) {
            return Some(Question {
                subject: Subject::NoMatch,
                confidence: best.confidence.min(NO_MATCH_CONFIDENCE),
                ..best
            });
        }
        Some(Question { subject: Subject::Narrowed, ..best })
    }

    /// The nouns that a question asks for: "which tools", "what kind of budget", "the chef's budget".
    fn requested_nouns(&self) -> Vec<&Token> {
        let words = &self.sentence.tokens;
        let asks = |hint: &&CueMatch| {
            let word = &words[hint.range.start];
            // "What's a ..." asks for no noun of its own.
            hint.range.len() == 1
                && word.span.len() == word.text.len()
                && ["what", "which"].contains(&word.text.as_str())
        };
        let owner =
            |at: &usize| self.sentence.in_role_name[*at] && words[*at].span.len() >= words[*at].text.len() + "'s".len();
        let Some(start) = (self.sentence.cue_matches.iter().find(asks).map(|hint| hint.range.end))
            .or_else(|| (0..words.len()).find(owner).map(|at| at + 1))
        else {
            return Vec::new();
        };
        let things = words.iter().enumerate().skip(start).take_while(|(at, word)| {
            self.sentence.clause_of[*at] == self.sentence.clause_of[start - 1]
                && !self.sentence.in_role_name[*at]
                && !AUXILIARIES.contains(&word.text.as_str())
                && self.library.searcher.classify(word) == WordClass::Content
        });
        things.map(|(_, word)| word).collect()
    }

    /// What others do, or else all that a role is responsible for, where it is asked what the role does about something of which nothing is
    /// found: it may stand there in other words.
    pub fn duties_fallback(&self) -> Option<Question> {
        let role = *self.roles.first()?;
        let has_any = self.library.document(role).passages_of_kind(PassageKind::Responsibility).next().is_some();
        let about = self
            .library
            .searcher
            .build_query(self.sentence.content_tokens(&FUNCTION_CUES, |clause| self.features.is_asking_clause(clause)));
        let other =
            self.features.leads_with_who || self.features.leads_with_yes_no || about.total_weight() < MIN_DUTIES_WEIGHT;
        if other || !has_any || !self.asks_for_duties() {
            return None;
        }
        let (subject, hits) = match evidence::better_hits_of_other_roles(self.library, &about, role, &[]) {
            Some(others) => (Subject::OtherRoles, others),
            None => (Subject::NoMatch, Vec::new()),
        };
        Some(Question { subject, hits, roles: vec![role], ..self.question(ReplyKind::Duties, NO_MATCH_CONFIDENCE) })
    }

    /// "What does a ... do about", "how is a ... meant to": nothing but small words between the question word and the role, and after its
    /// name a verb of doing. "How does a ... sleep at night" asks for nothing.
    fn asks_for_duties(&self) -> bool {
        let word = |at: usize| self.sentence.tokens.get(at).map(|word| word.text.as_str());
        let Some(role) = self.sentence.in_role_name.iter().position(|named| *named) else { return false };
        let Some(end) = (role..self.sentence.in_role_name.len()).find(|at| !self.sentence.in_role_name[*at]) else {
            return false;
        };
        let asks = |hint: &&CueMatch| {
            let how = hint.cue == Cue::Interrogative
                && self.sentence.tokens[hint.range.clone()].iter().any(|word| word.text == "how");
            (hint.cue == Cue::What || how) && hint.range.end <= role
        };
        let Some(hint) = self.sentence.cue_matches.iter().rfind(asks) else { return false };
        let content = |at: usize| self.library.searcher.classify(&self.sentence.tokens[at]) == WordClass::Content;
        // "What does a ... usually do": a word may stand between.
        let does = (end..=end + 1)
            .any(|at| word(at).is_some_and(|word| ACTION_VERBS.contains(&word) || OBLIGATION_WORDS.contains(&word)));
        does && !matches!(word(end), Some("and" | "or")) && !(hint.range.end..role).any(content)
    }

    /// What a role is.
    pub fn role(&self) -> Option<Question> {
        if self.roles.is_empty()
            || self.features.asks_relation_of_role
            || self.features.leads_with_who && self.features.first_role_is_category
        {
            return None;
        }
        let alone = self
            .sentence
            .mentions
            .first()
            .is_some_and(|mention| mention.end - mention.start == self.sentence.tokens.len());
        let hinted = [Cue::What, Cue::About, Cue::Duties, Cue::Who].into_iter().any(|cue| self.has_cue(cue));
        // When, where or how of a role is something else than what it is.
        let sure = if hinted || alone { 0.93 } else { 0.45 };
        let mut question = self.question(ReplyKind::Role, sure * self.residue_penalty(&[]));
        question.roles.truncate(1);
        (alone || hinted || self.has_cue(Cue::Interrogative)).then_some(question)
    }

    /// What there is on a subject.
    pub fn topic(&self) -> Option<Question> {
        // Yes or no of nobody in particular is talk of things that are there, not of what roles are.
        if self.features.unknown_role || (self.features.leads_with_yes_no && self.roles.is_empty()) {
            return None;
        }
        let named = self.named_topics();
        if named.is_empty() && self.sentence.cue_matches.is_empty() {
            return None;
        }
        let words = self.sentence.content_tokens(&[Cue::What, Cue::About, Cue::Interrogative, Cue::YesNo], |_| true);
        let query = self.library.searcher.build_query(words.iter().copied());
        let rest =
            self.library.searcher.build_query(words.into_iter().filter(|word| !self.sentence.is_in_topic_name(word)));
        let asked: Vec<&str> = self
            .sentence
            .tokens
            .iter()
            .map(|word| word.text.as_str())
            .filter(|word| HEADING_QUESTION_WORDS.contains(word))
            .collect();
        let mut hits = evidence::topic_hits(self.library, &query, &rest, &named, &asked);
        // Where a role is named, what other roles do does not answer.
        hits.retain(|hit| {
            let speaks_of = || self.library.owning_roles(hit.document).iter().any(|at| self.roles.contains(at));
            self.roles.is_empty() || named.contains(&hit.document) || speaks_of()
        });
        if query.total_weight() < MIN_TOPIC_WEIGHT && !named.is_empty() && self.has_cue(Cue::What) {
            return Some(Question { query, hits, ..self.question(ReplyKind::Topic, 0.8) });
        }
        let named = if named.is_empty() { 0.0 } else { NAMED_TOPIC_BIAS };
        let impersonal = if self.sentence.is_personal() { 0.0 } else { IMPERSONAL_BIAS };
        let about = if self.has_cue(Cue::About) { ABOUT_BIAS } else { 0.0 };
        self.question_from_hits(ReplyKind::Topic, query, hits, named + impersonal + about)
    }

    /// Topics that the sentence calls by a name.
    fn named_topics(&self) -> Vec<usize> {
        let named = self.sentence.mentions.iter().filter(|mention| mention.match_kind != Match::Partial);
        let mut topics: Vec<usize> = named.flat_map(|mention| &mention.documents).copied().collect();
        topics.retain(|at| !self.library.document(*at).is_role());
        topics.dedup();
        topics
    }
}
