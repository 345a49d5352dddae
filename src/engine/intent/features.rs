//! Features of a sentence: whether it is a question, whether it is about roles in general, which roles it names and
//! how.

use crate::engine::intent::cues::{Cue, OBLIGATION_WORDS};
use crate::engine::intent::sentence::{CueMatch, Sentence};
use crate::knowledge::Knowledge;
use crate::search::names::{Match, Mention};
use crate::search::text::lexicon::WordClass;

/// Features of a sentence.
#[derive(Debug)]
pub(crate) struct Features {
    /// How likely it is a question, 0 to 1.
    pub(crate) question_score: f32,
    /// How likely it is about roles in general rather than an event or a person present, 0 to 1.
    pub(crate) genericity: f32,
    /// How certain the named roles are, 0 to 1.
    pub(crate) name_certainty: f32,
    /// Roles named, in order, without duplicates.
    pub(crate) roles: Vec<usize>,
    /// The candidates of an ambiguous name.
    pub(crate) ambiguous_roles: Option<Vec<usize>>,
    /// Roles that are the object of the question ("who coaches the product leads").
    pub(crate) object_roles: Vec<usize>,
    /// "From X to Y", "X to Y".
    pub(crate) has_direction: bool,
    /// "To Y from X".
    pub(crate) is_reversed: bool,
    /// Asks primarily for a role or person.
    pub(crate) leads_with_who: bool,
    /// Asks "which role" or "what role".
    pub(crate) asks_which_role: bool,
    /// Asks primarily for yes or no.
    pub(crate) leads_with_yes_no: bool,
    /// The first role named is a category to choose from ("which PM ...").
    pub(crate) first_role_is_category: bool,
    /// "Who does a ... report to": asks for a role that the named role's documents mention.
    pub(crate) asks_relation_of_role: bool,
    /// Asks about a role that the corpus lacks.
    pub(crate) unknown_role: bool,
    /// Byte offset of the question: of the leading cue, else of the first name, else 0.
    pub(crate) question_start: usize,
    /// For each clause, whether it asks. If none does, all count as asking.
    asking_clauses: Vec<bool>,
}

impl Features {
    /// Computes the features of a sentence.
    pub(crate) fn new(knowledge: &Knowledge, sentence: &Sentence) -> Features {
        let mentions: Vec<&Mention> = role_mentions(knowledge, sentence);
        let mut roles: Vec<usize> = Vec::new();
        for mention in &mentions {
            if let [role] = mention.documents.as_slice()
                && !roles.contains(role)
            {
                roles.push(*role);
            }
        }
        let ambiguous_roles =
            mentions.iter().find(|mention| mention.documents.len() > 1).map(|mention| mention.documents.clone());
        let first_role_is_category = mentions.first().is_some_and(|mention| {
            let which = |cue_match: &&CueMatch| {
                cue_match.cue == Cue::Who && sentence.tokens[cue_match.range.start].text == "which"
            };
            sentence.cue_matches.iter().filter(which).any(|cue_match| {
                (cue_match.range.end..cue_match.range.end + 4).contains(&mention.start)
                    && sentence.clause_of[cue_match.range.start] == sentence.clause_of[mention.start]
            })
        });
        // "A PM who hates meetings": a relative pronoun, not a question.
        let is_relative = |cue_match: &&CueMatch| {
            let before = cue_match.range.start.checked_sub(1);
            let follows_name = |before: usize| {
                sentence.in_role_name[before] && sentence.clause_of[before] == sentence.clause_of[cue_match.range.start]
            };
            cue_match.cue == Cue::Who && before.is_some_and(follows_name)
        };
        let may_lead = |cue_match: &&CueMatch| {
            matches!(cue_match.cue, Cue::Who | Cue::What | Cue::About | Cue::Why | Cue::YesNo | Cue::Measure(_))
                && !is_relative(cue_match)
        };
        let mut candidates = sentence.cue_matches.iter().filter(may_lead);
        // "The account people learned about it late, who tells them?": prefer a cue that starts a clause.
        let leading =
            candidates.clone().find(|cue_match| sentence.starts_clause(cue_match)).or_else(|| candidates.next());
        let first_name = mentions.first().map(|mention| mention.start);
        let question_start = leading.map(|cue_match| cue_match.range.start).or(first_name);
        let question_start = question_start.map_or(0, |at| sentence.tokens[at].span.start);
        // "Who does a PM report to": the answer is in the documents of the PM.
        let asks_relation_of_role = leading.is_some_and(|cue_match| {
            let auxiliary = sentence.tokens.get(cue_match.range.end).map(|word| word.text.as_str());
            cue_match.cue == Cue::Who
                && matches!(auxiliary, Some("do" | "does" | "would" | "should" | "must"))
                && first_name.is_some_and(|name| name > cue_match.range.end && name <= cue_match.range.end + 2)
        });
        let asks_which_role = leading.is_some_and(|cue_match| {
            cue_match.cue == Cue::Who
                && matches!(sentence.tokens[cue_match.range.start].text.as_str(), "which" | "what")
        });
        let leading_cue = leading.map(|cue_match| cue_match.cue).filter(|_| !asks_relation_of_role);
        let who_end = sentence.first_cue(Cue::Who).map(|cue_match| cue_match.range.end);
        // "Which senior PM role ...": the category is not an object.
        let object_roles = mentions
            .iter()
            .skip(usize::from(first_role_is_category))
            .filter(|mention| who_end.is_none_or(|end| mention.start >= end))
            .filter_map(|mention| mention.documents.first().copied())
            .collect();
        let (has_direction, is_reversed) = path_direction(sentence, &mentions);
        let asking_clauses = asking_clauses(sentence, &mentions);
        Features {
            question_score: question_score(knowledge, sentence, &mentions),
            genericity: genericity(knowledge, sentence, &mentions, &asking_clauses),
            name_certainty: name_certainty(knowledge, sentence, &mentions),
            ambiguous_roles,
            object_roles,
            has_direction,
            is_reversed,
            leads_with_who: first_role_is_category
                || leading_cue == Some(Cue::Who) && !asks_who_it_is_for(knowledge, sentence),
            asks_which_role,
            leads_with_yes_no: leading_cue == Some(Cue::YesNo),
            first_role_is_category,
            asks_relation_of_role,
            question_start,
            unknown_role: mentions.is_empty()
                && (asks_what_role_does(sentence) || names_unknown_role(knowledge, sentence)),
            asking_clauses,
            roles,
        }
    }

    /// True if this clause asks; others are context.
    pub(crate) fn is_asking_clause(&self, clause: usize) -> bool {
        !self.asking_clauses.contains(&true) || self.asking_clauses.get(clause).copied().unwrap_or(true)
    }
}

/// "Who are open days for": asks about a topic, not for a role.
fn asks_who_it_is_for(knowledge: &Knowledge, sentence: &Sentence) -> bool {
    sentence.tokens.last().is_some_and(|word| word.text == "for") && sentence.mentions_topic(knowledge)
}

/// "What does a X do": X is a role, known or not.
fn asks_what_role_does(sentence: &Sentence) -> bool {
    let word = |at: usize| sentence.tokens.get(at).map(|word| word.text.as_str());
    sentence.cue_matches.iter().filter(|cue_match| cue_match.cue == Cue::What).any(|cue_match| {
        let verb = word(cue_match.range.end - 1);
        let article = matches!(word(cue_match.range.end), Some("a" | "an" | "the"));
        let does = (cue_match.range.end + 1..cue_match.range.end + 7).any(|at| matches!(word(at), Some("do" | "does")));
        matches!(verb, Some("do" | "does")) && does && article
    })
}

/// "A chief technology officer": an indefinite noun phrase with the head noun of a role, but not a known name.
fn names_unknown_role(knowledge: &Knowledge, sentence: &Sentence) -> bool {
    (2..sentence.tokens.len()).any(|at| {
        let starts = (1..=3)
            .filter_map(|back| at.checked_sub(back + 1))
            .take_while(|from| sentence.clause_of[*from] == sentence.clause_of[at]);
        let article = |from: usize| matches!(sentence.tokens[from].text.as_str(), "a" | "an");
        !sentence.in_role_name[at]
            && knowledge.names.is_head_noun(&sentence.tokens[at].text)
            && starts.into_iter().any(article)
    })
}

/// Words that may follow a partial role name, which then is complete.
const WORDS_AFTER_ROLE: [&str; 15] =
    ["to", "or", "and", "vs", "earn", "earns", "make", "do", "does", "is", "role", "job", "one", "allowed", "actually"];

/// Mentions of roles. A partial match counts only after an article or next to another role.
pub(crate) fn role_mentions<'s>(knowledge: &Knowledge, sentence: &'s Sentence) -> Vec<&'s Mention> {
    let is_role = |mention: &&Mention| mention.documents.iter().all(|at| knowledge.document(*at).is_role());
    let word = |at: usize| sentence.tokens.get(at).map(|word| word.text.as_str());
    let before = |mention: &Mention| mention.start.checked_sub(1).and_then(word);
    let is_certain = |mention: &&Mention| mention.match_kind != Match::Partial;
    let any_certain = sentence.mentions.iter().filter(is_role).any(|mention| is_certain(&mention));
    let expects_roles =
        [Cue::Compare, Cue::Path, Cue::HowToBecome, Cue::Comparative].into_iter().any(|cue| sentence.has_cue(cue))
            || sentence.has_arrow;
    sentence
        .mentions
        .iter()
        .filter(is_role)
        .filter(|mention| {
            if is_certain(mention) {
                return true;
            }
            let after_article = matches!(before(mention), Some("a" | "an" | "as" | "being"));
            let is_complete = word(mention.end).is_none()
                || sentence.clause_of[mention.end] != sentence.clause_of[mention.start]
                || word(mention.end).is_some_and(|next| WORDS_AFTER_ROLE.contains(&next));
            let is_connective = |at: Option<&str>| {
                matches!(at, Some("or" | "and" | "to" | "vs" | "versus" | "from" | "than" | "between"))
            };
            let to = word(mention.end) == Some("to") || before(mention) == Some("to");
            let next_to_role = (expects_roles || to)
                && any_certain
                && (is_connective(word(mention.end)) || is_connective(before(mention)));
            ((after_article && is_complete) || next_to_role) && (mention.documents.len() == 1 || !any_certain)
        })
        .collect()
}

/// Certainty of the named roles; a content word between article and name makes another role: "a staff product manager".
fn name_certainty(knowledge: &Knowledge, sentence: &Sentence, mentions: &[&Mention]) -> f32 {
    let mut certainty: f32 = 1.0;
    for mention in mentions {
        if mention.match_kind == Match::Partial {
            certainty = certainty.min(0.9);
        }
        let Some(before) = mention.start.checked_sub(1) else { continue };
        let in_cue = sentence.cue_matches.iter().any(|cue_match| cue_match.range.contains(&before));
        let article = (1..=2)
            .filter_map(|back| before.checked_sub(back))
            .take_while(|at| !sentence.cue_matches.iter().any(|cue_match| cue_match.range.contains(at)))
            .any(|at| matches!(sentence.tokens[at].text.as_str(), "a" | "an" | "the"));
        let qualified = knowledge.searcher.classify(&sentence.tokens[before]) == WordClass::Content;
        if qualified && article && !in_cue && sentence.clause_of[before] == sentence.clause_of[mention.start] {
            certainty = certainty.min(0.4);
        }
    }
    certainty
}

/// Whether two roles are in "from X to Y" order or "to Y from X" order; the second value is true for the latter.
fn path_direction(sentence: &Sentence, mentions: &[&Mention]) -> (bool, bool) {
    let [from, to, ..] = mentions else { return (false, false) };
    let before =
        |mention: &Mention, back: usize| mention.start.checked_sub(back).map(|at| sentence.tokens[at].text.as_str());
    let before_article = |mention: &Mention| match before(mention, 1) {
        Some("a" | "an" | "the") => before(mention, 2),
        other => other,
    };
    let is_start = |word: Option<&str>| {
        matches!(word, Some("i'm" | "im" | "am" | "i" | "as" | "was" | "currently" | "been" | "from"))
    };
    // "End up as a ...": the goal.
    let is_goal = |mention: &Mention| {
        let mut cues = sentence.cue_matches.iter().filter(|cue_match| cue_match.cue == Cue::HowToBecome);
        cues.any(|cue_match| (cue_match.range.end..=cue_match.range.end + 1).contains(&mention.start))
    };
    let to_is_goal = matches!(before_article(to), Some("to" | "into" | "become" | "becoming"));
    let from_is_start = is_start(before_article(from)) && before_article(from) != Some("as");
    let is_reversed =
        is_start(before_article(to)) && before_article(from) != Some("from") && !from_is_start && !is_goal(to);
    (to_is_goal || is_reversed || from_is_start, is_reversed)
}

/// A clause asks if it ends in a question mark; if none does, if it has a cue. Weak cues count only next to a role's
/// name.
fn asking_clauses(sentence: &Sentence, mentions: &[&Mention]) -> Vec<bool> {
    let has_cue = |clause: usize| {
        sentence.cue_matches.iter().any(|cue_match| {
            sentence.clause_of[cue_match.range.start] == clause
                && cue_match.cue != Cue::Event
                && (!matches!(cue_match.cue, Cue::Comparative | Cue::YesNo)
                    || mentions.iter().any(|mention| sentence.clause_of[mention.start] == clause))
        })
    };
    let marked = sentence.question_marked.contains(&true);
    (0..sentence.question_marked.len())
        .map(|clause| if marked { sentence.question_marked[clause] } else { has_cue(clause) })
        .collect()
}

/// How likely the sentence is a question, 0 to 1, by its strongest sign.
fn question_score(knowledge: &Knowledge, sentence: &Sentence, mentions: &[&Mention]) -> f32 {
    let marked = sentence.question_marked.contains(&true);
    let is_specific = |cue_match: &&CueMatch| {
        !matches!(cue_match.cue, Cue::Event | Cue::YesNo | Cue::Comparative | Cue::Interrogative | Cue::Who)
    };
    let is_question_word = |cue_match: &&CueMatch| {
        matches!(
            cue_match.cue,
            Cue::Who | Cue::What | Cue::About | Cue::Interrogative | Cue::Why | Cue::Measure(_) | Cue::YesNo
        )
    };
    // "My sourdough: projected to eat us all": a later clause with a measure, but no role, does not ask.
    let starts_question = |cue_match: &CueMatch| {
        let is_report = matches!(cue_match.cue, Cue::Measure(_))
            && sentence.clause_of[cue_match.range.start] > 0
            && mentions.is_empty();
        sentence.starts_clause(cue_match) && (!is_report || sentence.tokens[cue_match.range.start].text == "how")
    };
    if sentence.tokens.is_empty() {
        0.0
    } else if marked {
        1.0
    } else if sentence.cue_matches.iter().filter(is_question_word).any(starts_question) {
        0.95
    } else if sentence.is_name_alone(knowledge)
        || is_conditional_question(sentence)
        || (sentence.has_arrow || sentence.has_cue(Cue::Compare)) && mentions.len() > 1
    {
        0.9
    } else if !mentions.is_empty()
        && sentence.cue_matches.iter().any(|cue_match| is_specific(&cue_match))
        && sentence.tokens.len() < 25
    {
        if sentence.tokens.len() < 9 { 0.85 } else { 0.7 }
    } else if sentence.cue_matches.iter().any(|cue_match| {
        matches!(cue_match.cue, Cue::Measure(_)) && sentence.tokens[cue_match.range.start].text == "how"
    }) {
        0.85
    } else if sentence
        .cue_matches
        .iter()
        .filter(is_question_word)
        .any(|cue_match| matches!(cue_match.cue, Cue::Who | Cue::About | Cue::Interrogative))
    {
        0.6
    } else {
        0.0
    }
}

/// "If one team is stuck who helps": a condition, then the question.
fn is_conditional_question(sentence: &Sentence) -> bool {
    let who = sentence.first_cue(Cue::Who).map(|cue_match| cue_match.range.start);
    matches!(sentence.tokens.first().map(|word| word.text.as_str()), Some("if" | "when"))
        && who.is_some_and(|at| at > 2)
}

/// Product of penalties for past events, times, and persons present ("our PM").
fn genericity(knowledge: &Knowledge, sentence: &Sentence, mentions: &[&Mention], asking_clauses: &[bool]) -> f32 {
    let word = |at: usize| sentence.tokens[at].text.as_str();
    let mut genericity: f32 = 1.0;
    let is_relevant = |clause: usize| !asking_clauses.contains(&true) || asking_clauses[clause];
    let events = sentence
        .cue_matches
        .iter()
        .filter(|cue_match| cue_match.cue == Cue::Event && is_relevant(sentence.clause_of[cue_match.range.start]));
    for _ in events.take(3) {
        genericity *= 0.55;
    }
    if sentence.is_past_tense() {
        genericity *= 0.6;
    }
    let who_end = sentence.first_cue(Cue::Who).map(|cue_match| cue_match.range.end);
    if let Some(after) = who_end.filter(|after| *after < sentence.tokens.len()) {
        let verb = word(after);
        // Penalize "who checked", but not the contractions "who's stressed" and "who'd speed it up".
        let is_contraction = sentence.tokens[after - 1].span.len() > "who".len();
        if verb.ends_with("ed") && !verb.ends_with("eed") && verb.len() > 4 && !is_contraction {
            genericity *= 0.45;
        }
    }
    for mention in mentions {
        let before = mention.start.checked_sub(1).map(word);
        if matches!(before, Some("our" | "my" | "your" | "their" | "his" | "her")) {
            genericity *= 0.5;
        }
    }
    let near_definite = |at: usize| {
        let near = sentence.tokens.iter().skip(at + 2).take(1);
        near.into_iter()
            .any(|word| matches!(word.text.as_str(), "the" | "our" | "my" | "your" | "this" | "that" | "next"))
    };
    let names_topic = sentence.mentions_topic(knowledge);
    for (at, word) in sentence.tokens.iter().enumerate().filter(|(at, _)| is_relevant(sentence.clause_of[*at])) {
        let starts_clause = at == 0 || sentence.clause_of[at] != sentence.clause_of[at - 1];
        let factor = match word.text.as_str() {
            // Possessions and persons addressed.
            "your" | "my" | "me" if sentence.is_in_cue_phrase(at) => 1.0,
            "your" => 0.55,
            "my" | "me" if mentions.is_empty() && !names_topic => 0.8,
            // "Who else", "who made you": a person present.
            "else" if who_end == Some(at) => 0.75,
            "you" if who_end.is_some() && at + 1 == sentence.tokens.len() => 0.7,
            // "When is the ..." and "has the ..." ask about one event, unless a topic is named.
            "when" if starts_clause && !names_topic && near_definite(at) => 0.6,
            "has" | "was" | "were" | "did" | "will" if starts_clause => 0.6,
            _ => 1.0,
        };
        genericity *= factor;
    }
    // "Is the PM in" asks about a person; "what is the PM meant to do" does not.
    let person_present = mentions.iter().any(|mention| {
        let before = |back: usize| mention.start.checked_sub(back).map(word);
        let obligation =
            sentence.tokens.get(mention.end).is_some_and(|next| OBLIGATION_WORDS.contains(&next.text.as_str()));
        before(1) == Some("the") && matches!(before(2), Some("is" | "are")) && !obligation
    });
    if person_present {
        genericity *= 0.6;
    }
    let progressive = |verb: &str| verb.len() > 5 && verb.ends_with("ing");
    if who_end.is_some_and(|after| after < sentence.tokens.len() && progressive(word(after))) {
        genericity *= 0.75;
    }
    genericity
}
