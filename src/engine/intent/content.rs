//! Questions about content: who does something, whether a role does, metrics, responsibilities, topics.

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

/// Measures with at most one metric for each role, which are complete without further content ("how many" and "how
/// long" are not).
const SINGLE_VALUE_MEASURES: [&str; 3] = ["pay", "growth", "experience"];

/// Question words that occur as headings: a section "When" answers "when".
const HEADING_QUESTION_WORDS: [&str; 5] = ["when", "where", "who", "why", "how"];

/// Bias for topics if the sentence asks for all information on something.
const ABOUT_BIAS: f32 = 2.3;

/// Bias for a metric of the measure that is asked for.
const MEASURE_BIAS: f32 = 1.0;

/// Bias for topics that the sentence names.
const NAMED_TOPIC_BIAS: f32 = 2.4;

/// Min weight of the content of a question for a topic, and for responsibilities, where one word may do.
const MIN_TOPIC_WEIGHT: f32 = 0.6;
const MIN_DUTIES_WEIGHT: f32 = 0.45;

/// Confidence that all responsibilities of a role answer a question for some of them that has no match.
const NO_MATCH_CONFIDENCE: f32 = 0.6;

/// Factor if the hit lacks the nouns that are asked for.
const MISSING_NOUN_FACTOR: f32 = 0.5;

impl Interpreter<'_> {
    /// An ambiguous name: asks back which role is meant.
    pub(crate) fn disambiguate(&self) -> Option<Question> {
        if !self.roles.is_empty() {
            return None;
        }
        let candidates = self.features.ambiguous_roles.as_ref()?;
        let mut question = self.question(ReplyKind::Disambiguate, 0.85 * self.residue_penalty(&[Cue::Compare]));
        question.roles.clone_from(candidates);
        (question.confidence >= MIN_CONFIDENCE).then_some(question)
    }

    /// A metric of a role or of its topics, else search hits of that measure.
    pub(crate) fn metric(&self) -> Option<Question> {
        let measure = self.sentence.measure()?;
        // "Would a ... say how much is spent" is a yes-or-no question.
        if self.features.leads_with_yes_no && !self.roles.is_empty() && !SINGLE_VALUE_MEASURES.contains(&measure) {
            return None;
        }
        // "Who ... how many" asks for a role, except for "who earns the most".
        if self.features.leads_with_who && (measure != "pay" || !self.has_cue(Cue::Comparative)) {
            return None;
        }
        let spent =
            [Cue::Measure(""), Cue::Comparative, Cue::HowToBecome, Cue::Who, Cue::What, Cue::Interrogative, Cue::YesNo];
        let subject = Subject::Measure(measure.to_owned());
        let single_value = SINGLE_VALUE_MEASURES.contains(&measure);
        let topics = self.named_topics();
        let has_metric = |at: &usize| self.knowledge.document(*at).metrics(measure).next().is_some();
        let query = self.knowledge.searcher.build_query(self.sentence.content_tokens(&spent, |_| true));
        let residue_penalty =
            |matched_weight: f32| (1.0 - 0.3 * (query.total_weight() - matched_weight - 0.9).max(0.0)).max(0.0);
        let metrics_of = |roles: Vec<usize>, confidence: f32| {
            // Content that occurs in such a metric is part of the question.
            let hits = self.knowledge.searcher.search_in(&query, &roles, usize::MAX);
            let matched_weights = hits
                .iter()
                .filter(|hit| evidence::is_metric_of(self.knowledge, hit, measure))
                .map(|hit| hit.query_weight_matched);
            let confidence = confidence * residue_penalty(matched_weights.fold(0.0, f32::max));
            let (query, subject) = (query.clone(), subject.clone());
            Some(Question { subject, query, roles, ..self.question(ReplyKind::Metric, confidence) })
        };
        if single_value && self.roles.iter().any(has_metric) {
            return metrics_of(self.roles.clone(), 0.95);
        }
        if self.roles.is_empty() && topics.iter().any(has_metric) {
            return metrics_of(topics.clone(), 0.95);
        }
        // Metrics of a role's topics apply to the role, except for pay.
        let field_topics: Vec<usize> = evidence::topics_of(self.knowledge, &self.roles).filter(has_metric).collect();
        if single_value && measure != "pay" && !field_topics.is_empty() {
            return metrics_of(field_topics, 0.85);
        }
        let first_person = self.sentence.tokens.iter().any(|word| word.text == "i");
        if measure == "pay"
            && let Some(hit) = evidence::metric_in_text(self.knowledge, &self.roles, measure_words(measure))
        {
            return Some(Question {
                subject,
                hits: vec![hit],
                ..self.question(ReplyKind::Metric, 0.85 * residue_penalty(0.0))
            });
        }
        if measure == "pay" && (!self.roles.is_empty() || first_person) {
            return Some(Question { subject, ..self.question(ReplyKind::Metric, 0.0) });
        }
        let query = self.knowledge.searcher.build_query(self.sentence.content_tokens(&FUNCTION_CUES, |_| true));
        let hits = evidence::metric_hits(self.knowledge, &query, measure, &self.roles);
        let best = hits.first()?;
        let is_named = self.roles.contains(&best.document) || topics.contains(&best.document);
        let measure_bias = match (evidence::is_metric_of(self.knowledge, best, measure), is_named) {
            (true, true) => 2.0 * MEASURE_BIAS,
            (true, false) => MEASURE_BIAS,
            (false, _) => 0.0,
        };
        // Personal questions ("my pay") are not about the corpus, unless they name a topic.
        let personal = self.roles.is_empty() && topics.is_empty() && self.sentence.is_personal();
        let bias = if personal { measure_bias - IMPERSONAL_BIAS } else { measure_bias };
        Some(Question { subject, ..self.question_from_hits(ReplyKind::Metric, query, hits, bias)? })
    }

    /// Who does something, or how another role relates to the named one ("who does a ... report to").
    pub(crate) fn find_owner(&self) -> Option<Question> {
        if !self.features.leads_with_who && !self.features.asks_relation_of_role {
            return None;
        }
        let content = self.sentence.content_tokens(&FUNCTION_CUES, |clause| self.features.is_asking_clause(clause));
        let context = self.sentence.content_tokens(&FUNCTION_CUES, |clause| !self.features.is_asking_clause(clause));
        let query =
            self.knowledge.searcher.build_query_with_context(content, context).with_roles(&self.features.object_roles);
        let hits = evidence::role_hits(self.knowledge, &query, &self.features.object_roles, self.sentence.is_negated());
        // The named role's own document may have the answer.
        let roles = if self.features.asks_relation_of_role { self.features.object_roles.clone() } else { Vec::new() };
        Some(Question { roles, ..self.question_from_hits(ReplyKind::FindOwner, query, hits, 0.0)? })
    }

    /// Whether a role does something.
    pub(crate) fn yes_no(&self) -> Option<Question> {
        let (role, others) = self.roles.split_first()?;
        if !self.features.leads_with_yes_no || self.has_cue(Cue::Compare) {
            return None;
        }
        let query = self
            .knowledge
            .searcher
            .build_query(self.sentence.content_tokens(&FUNCTION_CUES, |_| true))
            .with_roles(others);
        if let ([other], true) = (others, self.sentence.asks_for_all()) {
            return self.inherits_all_of(*role, *other);
        }
        let hits = evidence::own_hits(self.knowledge, &query, *role);
        // A match of another role only is no yes.
        let out_of_scope = hits.first().is_some_and(|hit| {
            self.knowledge.passage(hit).kind == PassageKind::OutOfScope && hit.score >= MIN_EVIDENCE
        });
        let other_hits =
            evidence::better_hits_of_other_roles(self.knowledge, &query, *role, &hits).filter(|_| !out_of_scope);
        if let Some(others) = other_hits {
            let mut found = self.question_from_hits(ReplyKind::YesNo, query, others, 0.0)?;
            found.hits.extend(hits);
            return Some(Question { roles: vec![*role], subject: Subject::OtherRoles, ..found });
        }
        Some(Question { roles: vec![*role], ..self.question_from_hits(ReplyKind::YesNo, query, hits, 0.0)? })
    }

    /// "Does a senior do everything that a junior does": yes if the one inherits from the other.
    fn inherits_all_of(&self, role: usize, other: usize) -> Option<Question> {
        let inherits = self.knowledge.ancestors(role).contains(&other);
        let confidence = if inherits { 0.95 } else { 0.0 };
        Some(Question { roles: vec![role, other], ..self.question(ReplyKind::YesNo, confidence) })
    }

    /// All responsibilities of a role, or those that match the content.
    pub(crate) fn duties(&self) -> Option<Question> {
        let &[role] = self.roles.as_slice() else { return None };
        // A comparison with something unknown cannot be answered.
        let is_yes_no = self.features.leads_with_yes_no && !self.has_cue(Cue::Duties);
        if self.features.leads_with_who || is_yes_no || self.sentence.is_comparison() {
            return None;
        }
        let spent: Vec<Cue> = FUNCTION_CUES.iter().chain(&[Cue::Duties]).copied().collect();
        let content = self.sentence.content_tokens(&spent, |clause| self.features.is_asking_clause(clause));
        let query = self.knowledge.searcher.build_query(content);
        if query.total_weight() < if self.asks_for_duties() { MIN_DUTIES_WEIGHT } else { MIN_TOPIC_WEIGHT } {
            return self.has_cue(Cue::Duties).then(|| self.question(ReplyKind::Duties, 0.95));
        }
        let question_for = |query: Query| {
            let hits = evidence::own_hits(self.knowledge, &query, role);
            self.question_from_hits(ReplyKind::Duties, query, hits, 0.0)
        };
        // "Pricing wise, what falls to ...": other clauses may have the content.
        let all_clauses = self.knowledge.searcher.build_query(self.sentence.content_tokens(&spent, |_| true));
        let candidates = [question_for(query), question_for(all_clauses)].into_iter().flatten();
        let mut best = candidates.max_by(|one, other| one.confidence.total_cmp(&other.confidence))?;
        // "Which tool does a ... use for the roadmap": a hit on the roadmap alone is not enough.
        let nouns = self.knowledge.searcher.build_query(self.requested_nouns());
        if let (Some(hit), false) = (best.hits.first(), nouns.terms.is_empty()) {
            let is_hit = |other: &Hit| (other.document, other.passage) == (hit.document, hit.passage);
            if !self.knowledge.searcher.search_in(&nouns, &[hit.document], usize::MAX).iter().any(is_hit) {
                best.confidence *= MISSING_NOUN_FACTOR;
            }
        }
        if let Some(others) = evidence::better_hits_of_other_roles(self.knowledge, &best.query, role, &best.hits) {
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

    /// The nouns that are asked for: "which tools", "what kind of budget", "the chef's budget".
    fn requested_nouns(&self) -> Vec<&Token> {
        let words = &self.sentence.tokens;
        let is_noun_question = |cue_match: &&CueMatch| {
            let word = &words[cue_match.range.start];
            // "What's a ..." asks for no noun.
            cue_match.range.len() == 1
                && word.span.len() == word.text.len()
                && ["what", "which"].contains(&word.text.as_str())
        };
        let is_possessive =
            |at: &usize| self.sentence.in_role_name[*at] && words[*at].span.len() >= words[*at].text.len() + "'s".len();
        let Some(start) =
            (self.sentence.cue_matches.iter().find(is_noun_question).map(|cue_match| cue_match.range.end))
                .or_else(|| (0..words.len()).find(is_possessive).map(|at| at + 1))
        else {
            return Vec::new();
        };
        let nouns = words.iter().enumerate().skip(start).take_while(|(at, word)| {
            self.sentence.clause_of[*at] == self.sentence.clause_of[start - 1]
                && !self.sentence.in_role_name[*at]
                && !AUXILIARIES.contains(&word.text.as_str())
                && self.knowledge.searcher.classify(word) == WordClass::Content
        });
        nouns.map(|(_, word)| word).collect()
    }

    /// Responsibilities of other roles, else all of the role, if the question asks what a role does about something
    /// without a match.
    pub(crate) fn duties_fallback(&self) -> Option<Question> {
        let role = *self.roles.first()?;
        let has_any = self.knowledge.document(role).passages_of_kind(PassageKind::Responsibility).next().is_some();
        let query = self
            .knowledge
            .searcher
            .build_query(self.sentence.content_tokens(&FUNCTION_CUES, |clause| self.features.is_asking_clause(clause)));
        let asks_otherwise =
            self.features.leads_with_who || self.features.leads_with_yes_no || query.total_weight() < MIN_DUTIES_WEIGHT;
        if asks_otherwise || !has_any || !self.asks_for_duties() {
            return None;
        }
        let (subject, hits) = match evidence::better_hits_of_other_roles(self.knowledge, &query, role, &[]) {
            Some(others) => (Subject::OtherRoles, others),
            None => (Subject::NoMatch, Vec::new()),
        };
        Some(Question { subject, hits, roles: vec![role], ..self.question(ReplyKind::Duties, NO_MATCH_CONFIDENCE) })
    }

    /// True for "what does a ... do about", "how is a ... meant to": no content word between the cue and the role, and
    /// a verb of action or obligation after its name. False for "how does a ... sleep at night".
    fn asks_for_duties(&self) -> bool {
        let word = |at: usize| self.sentence.tokens.get(at).map(|word| word.text.as_str());
        let Some(role) = self.sentence.in_role_name.iter().position(|named| *named) else { return false };
        let Some(end) = (role..self.sentence.in_role_name.len()).find(|at| !self.sentence.in_role_name[*at]) else {
            return false;
        };
        let is_cue = |cue_match: &&CueMatch| {
            let how = cue_match.cue == Cue::Interrogative
                && self.sentence.tokens[cue_match.range.clone()].iter().any(|word| word.text == "how");
            (cue_match.cue == Cue::What || how) && cue_match.range.end <= role
        };
        let Some(cue_match) = self.sentence.cue_matches.iter().rfind(is_cue) else { return false };
        let is_content = |at: usize| self.knowledge.searcher.classify(&self.sentence.tokens[at]) == WordClass::Content;
        // "What does a ... usually do": one word may stand between.
        let has_action = (end..=end + 1)
            .any(|at| word(at).is_some_and(|word| ACTION_VERBS.contains(&word) || OBLIGATION_WORDS.contains(&word)));
        has_action && !matches!(word(end), Some("and" | "or")) && !(cue_match.range.end..role).any(is_content)
    }

    /// What a role is.
    pub(crate) fn role(&self) -> Option<Question> {
        if self.roles.is_empty()
            || self.features.asks_relation_of_role
            || self.features.leads_with_who && self.features.first_role_is_category
        {
            return None;
        }
        let is_name_alone = self
            .sentence
            .mentions
            .first()
            .is_some_and(|mention| mention.end - mention.start == self.sentence.tokens.len());
        let has_cue = [Cue::What, Cue::About, Cue::Duties, Cue::Who].into_iter().any(|cue| self.has_cue(cue));
        // "When", "where" or "how" asks for more than a definition.
        let confidence = if has_cue || is_name_alone { 0.93 } else { 0.45 };
        let mut question = self.question(ReplyKind::Role, confidence * self.residue_penalty(&[]));
        question.roles.truncate(1);
        (is_name_alone || has_cue || self.has_cue(Cue::Interrogative)).then_some(question)
    }

    /// Passages on a topic.
    pub(crate) fn topic(&self) -> Option<Question> {
        // A yes-or-no question without a role is about things at hand.
        if self.features.unknown_role || (self.features.leads_with_yes_no && self.roles.is_empty()) {
            return None;
        }
        let topics = self.named_topics();
        if topics.is_empty() && self.sentence.cue_matches.is_empty() {
            return None;
        }
        let words = self.sentence.content_tokens(&[Cue::What, Cue::About, Cue::Interrogative, Cue::YesNo], |_| true);
        let query = self.knowledge.searcher.build_query(words.iter().copied());
        let residue =
            self.knowledge.searcher.build_query(words.into_iter().filter(|word| !self.sentence.is_in_topic_name(word)));
        let question_words: Vec<&str> = self
            .sentence
            .tokens
            .iter()
            .map(|word| word.text.as_str())
            .filter(|word| HEADING_QUESTION_WORDS.contains(word))
            .collect();
        let mut hits = evidence::topic_hits(self.knowledge, &query, &residue, &topics, &question_words);
        // If roles are named, drop documents about other roles.
        hits.retain(|hit| {
            let is_about_role = || self.knowledge.owning_roles(hit.document).iter().any(|at| self.roles.contains(at));
            self.roles.is_empty() || topics.contains(&hit.document) || is_about_role()
        });
        if query.total_weight() < MIN_TOPIC_WEIGHT && !topics.is_empty() && self.has_cue(Cue::What) {
            return Some(Question { query, hits, ..self.question(ReplyKind::Topic, 0.8) });
        }
        let named_bias = if topics.is_empty() { 0.0 } else { NAMED_TOPIC_BIAS };
        let impersonal_bias = if self.sentence.is_personal() { 0.0 } else { IMPERSONAL_BIAS };
        let about_bias = if self.has_cue(Cue::About) { ABOUT_BIAS } else { 0.0 };
        self.question_from_hits(ReplyKind::Topic, query, hits, named_bias + impersonal_bias + about_bias)
    }

    /// Topics that the sentence names.
    fn named_topics(&self) -> Vec<usize> {
        let named = self.sentence.mentions.iter().filter(|mention| mention.match_kind != Match::Partial);
        let mut topics: Vec<usize> = named.flat_map(|mention| &mention.documents).copied().collect();
        topics.retain(|at| !self.knowledge.document(*at).is_role());
        topics.dedup();
        topics
    }
}
