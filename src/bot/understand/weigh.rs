//! What a sentence's marks amount to, as numbers: does it ask at all, does it ask of roles in general, how firmly are they named, how
//! well does a passage answer.

use crate::bot::understand::cues::Cue;
use crate::bot::understand::sentence::Sentence;
use crate::library::Library;
use crate::library::document::Document;
use crate::library::markdown::Part;
use crate::library::names::{Match, Mention};
use crate::library::search::{Hit, Query};

/// Hits that a question is judged by.
const HITS: usize = 24;

/// The sentence as a whole.
#[derive(Debug)]
pub struct Weighed {
    /// How much it looks like a question, 0 to 1.
    pub asks: f32,
    /// How far it speaks of roles in general, not of an event or of somebody present, 0 to 1.
    pub general: f32,
    /// How firmly the roles are named, 0 to 1.
    pub firm: f32,
    /// Roles named, in order, each once.
    pub roles: Vec<usize>,
    /// Roles to which something is done ("who coaches the product leads"), not those who do it.
    pub objects: Vec<usize>,
    /// "From X to Y", "X to Y".
    pub from_to: bool,
    /// "To Y from X".
    pub backwards: bool,
    /// For each clause, whether it asks; where none does, all do.
    asking: Vec<bool>,
}

impl Weighed {
    /// Weighs a sentence.
    pub fn new(library: &Library, sentence: &Sentence) -> Weighed {
        let named: Vec<&Mention> = roles_named(library, sentence);
        let mut roles: Vec<usize> = Vec::new();
        for mention in &named {
            if let [role] = mention.documents.as_slice()
                && !roles.contains(role)
            {
                roles.push(*role);
            }
        }
        let firm = if named.iter().any(|mention| mention.how == Match::Short) { 0.9 } else { 1.0 };
        let who = sentence.first(Cue::Who).map(|hint| hint.at.end);
        // "Which senior PM role ..." tells what kind of role is wanted; what comes later is what somebody does it to.
        let objects = named
            .iter()
            .filter(|mention| who.is_none_or(|who| mention.start > who))
            .filter_map(|mention| mention.documents.first().copied())
            .collect();
        let (from_to, backwards) = direction(sentence, &named);
        let asking = asking_clauses(sentence, &named);
        Weighed {
            asks: asks(sentence, &roles),
            general: general(sentence, &named),
            firm,
            roles,
            objects,
            from_to,
            backwards,
            asking,
        }
    }

    /// True for a clause that asks; small talk around it is another.
    pub fn asking_clause(&self, clause: usize) -> bool {
        !self.asking.contains(&true) || self.asking.get(clause).copied().unwrap_or(true)
    }
}

/// The roles that a sentence names. A single word of a title counts only where a role is expected: after an article, or beside another
/// role.
fn roles_named<'s>(library: &Library, sentence: &'s Sentence) -> Vec<&'s Mention> {
    let is_role = |mention: &&Mention| mention.documents.iter().all(|at| library.document(*at).is_role());
    let word = |at: usize| sentence.words.get(at).map(|word| word.text.as_str());
    let firm = |mention: &&Mention| mention.how != Match::Short;
    let someone = sentence.mentions.iter().filter(is_role).any(|mention| firm(&mention));
    let joins = sentence.has(Cue::Compare)
        || sentence.has(Cue::Path)
        || sentence.has(Cue::Into)
        || sentence.has(Cue::Most)
        || sentence.arrow;
    sentence
        .mentions
        .iter()
        .filter(is_role)
        .filter(|mention| {
            if firm(mention) {
                return true;
            }
            let after_article =
                mention.start > 0 && matches!(word(mention.start - 1), Some("a" | "an" | "as" | "being"));
            let ends = word(mention.end).is_none()
                || sentence.clause[mention.end] != sentence.clause[mention.start]
                || matches!(
                    word(mention.end),
                    Some(
                        "to" | "or" | "and" | "vs" | "earn" | "earns" | "make" | "do" | "does" | "is" | "role" | "job"
                    )
                );
            let beside = |at: Option<&str>| {
                matches!(at, Some("or" | "and" | "to" | "vs" | "versus" | "from" | "than" | "between"))
            };
            let joined = joins
                && someone
                && (beside(word(mention.end)) || (mention.start > 0 && beside(word(mention.start - 1))));
            mention.documents.len() == 1 && ((after_article && ends) || joined)
        })
        .collect()
}

fn direction(sentence: &Sentence, named: &[&Mention]) -> (bool, bool) {
    let [from, to, ..] = named else { return (false, false) };
    let before = |mention: &Mention| mention.start.checked_sub(1).map(|at| sentence.words[at].text.as_str());
    let before_article = |mention: &Mention| match before(mention) {
        Some("a" | "an" | "the") => mention.start.checked_sub(2).map(|at| sentence.words[at].text.as_str()),
        other => other,
    };
    let to_there = matches!(before_article(to), Some("to" | "into" | "become" | "becoming" | "as"));
    let backwards = matches!(before_article(to), Some("from" | "was" | "im" | "i'm" | "am"))
        && before_article(from) != Some("from");
    (to_there || backwards, backwards)
}

/// A clause asks where it ends in a question mark, opens like a question, or names a role beside a hint; what is told before or after does not.
fn asking_clauses(sentence: &Sentence, named: &[&Mention]) -> Vec<bool> {
    let opens = |clause: usize| {
        sentence.hints.iter().any(|hint| {
            sentence.clause[hint.at.start] == clause
                && !matches!(hint.cue, Cue::Event)
                && (matches!(hint.cue, Cue::Who | Cue::What | Cue::Asks | Cue::Why)
                    || named.iter().any(|mention| sentence.clause[mention.start] == clause))
        })
    };
    (0..sentence.asking.len()).map(|clause| opens(clause)).collect()
}

fn asks(sentence: &Sentence, roles: &[usize]) -> f32 {
    let marked = sentence.asking.contains(&true);
    let opens = |hint: &&crate::bot::understand::sentence::Hint| {
        let at = hint.at.start;
        let opening = at == 0 || sentence.clause[at] != sentence.clause[at - 1];
        let after_so = at > 0
            && matches!(
                sentence.words[at - 1].text.as_str(),
                "so" | "ok" | "and" | "but" | "hey" | "hi" | "um" | "well" | "pls" | "please"
            );
        opening || after_so
    };
    let cue = |hint: &&crate::bot::understand::sentence::Hint| !matches!(hint.cue, Cue::Event | Cue::YesNo | Cue::Most);
    let question_word = |hint: &&crate::bot::understand::sentence::Hint| {
        matches!(hint.cue, Cue::Who | Cue::What | Cue::Asks | Cue::Why | Cue::Measure(_) | Cue::YesNo)
    };
    let alone = sentence
        .mentions
        .first()
        .is_some_and(|mention| mention.how != Match::Short && mention.end - mention.start == sentence.words.len());
    if sentence.words.is_empty() {
        0.0
    } else if marked {
        1.0
    } else if sentence.hints.iter().filter(question_word).any(|hint| opens(&hint)) {
        0.95
    } else if alone || (sentence.arrow && roles.len() > 1) || sentence.has(Cue::Compare) && roles.len() > 1 {
        0.9
    } else if !roles.is_empty() && sentence.hints.iter().any(|hint| cue(&hint)) && sentence.words.len() < 25 {
        if sentence.words.len() < 9 { 0.85 } else { 0.7 }
    } else if sentence.hints.iter().filter(question_word).any(|hint| matches!(hint.cue, Cue::Who | Cue::Asks)) {
        0.6
    } else {
        0.0
    }
}

/// Talk of what happened, of today, of "our PM": each takes away from the question being about a role in general.
fn general(sentence: &Sentence, named: &[&Mention]) -> f32 {
    let word = |at: usize| sentence.words[at].text.as_str();
    let mut general: f32 = 1.0;
    for _ in sentence.hints.iter().filter(|hint| hint.cue == Cue::Event).take(3) {
        general *= 0.55;
    }
    if sentence.tells_of_the_past() {
        general *= 0.6;
    }
    let who = sentence.first(Cue::Who).map(|hint| hint.at.end);
    if let Some(after) = who.filter(|after| *after < sentence.words.len()) {
        let verb = word(after);
        if verb.ends_with("ed") && verb.len() > 4 && verb != "need" {
            general *= 0.45;
        }
    }
    for mention in named {
        let before = mention.start.checked_sub(1).map(word);
        if matches!(before, Some("our" | "my" | "your" | "their" | "his" | "her")) {
            general *= 0.5;
        }
    }
    let mine = sentence.words.iter().filter(|word| matches!(word.text.as_str(), "my" | "me")).count();
    if mine > 0 && named.is_empty() {
        general *= 0.8;
    }
    general
}

/// How sure it is that a passage answers a query: by how much of the query it holds, and how closely one statement of it matches.
pub fn sureness(hit: &Hit, query: &Query) -> f32 {
    let substance = (query.weight() / 0.9).min(1.0);
    (1.35 * hit.score).min(1.0) * substance
}

/// Figures of a role that answer a measure; an empty measure is answered by any.
pub fn figures<'l>(library: &'l Library, role: usize, measure: &'l str) -> impl Iterator<Item = usize> + 'l {
    let facts = &library.document(role).facts;
    (0..facts.len()).filter(move |at| match facts[*at].measure.as_deref() {
        Some(named) => measure == named || measure.is_empty(),
        None => measure.is_empty(),
    })
}

/// Figures anywhere that answer a query, those of the measure first.
pub fn figure_hits(library: &Library, query: &Query, measure: &str, roles: &[usize]) -> Vec<Hit> {
    let mut hits: Vec<Hit> = library.search.find(query, HITS * 2);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let passage = &document.passages[hit.passage];
        let is_figure = passage.part == Part::Figure;
        let of_measure = is_figure
            && document.facts.iter().any(|fact| fact.line == passage.line && fact.measure.as_deref() == Some(measure));
        if of_measure {
            hit.score = (hit.score * 1.15).min(1.0);
        } else if !is_figure {
            hit.score *= 0.8;
        }
        // A question that names a role is answered by what speaks of it.
        roles.is_empty() || !document.is_role() || roles.contains(&hit.document)
    });
    sort(&mut hits);
    hits
}

/// Passages of roles that say who does something. A topic speaks for the roles whose work it is, a little less loudly.
pub fn role_hits(library: &Library, query: &Query, objects: &[usize]) -> Vec<Hit> {
    let mut hits = library.search.find(query, HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let part = document.passages[hit.passage].part;
        hit.score *= match part {
            Part::Duty | Part::Limit => 1.0,
            Part::Summary | Part::Section if document.is_role() => 0.95,
            Part::Summary | Part::Section => 0.85,
            Part::Why => 0.9,
            Part::Entry => 0.75,
            Part::Figure => 0.6,
        };
        let names_somebody = document.is_role() || !document.roles.is_empty();
        names_somebody && !objects.contains(&hit.document)
    });
    sort(&mut hits);
    hits
}

/// Passages of one role, and of those whose responsibilities it has as well.
pub fn own_hits(library: &Library, query: &Query, role: usize) -> Vec<Hit> {
    let documents = [&[role], library.inherited(role)].concat();
    let mut hits = library.search.among(query, &documents, HITS);
    hits.retain_mut(|hit| {
        let inherited = hit.document != role;
        if inherited {
            hit.score *= 0.92;
        }
        !inherited || library.document(hit.document).passages[hit.passage].part == Part::Duty
    });
    sort(&mut hits);
    hits
}

/// Passages on what it takes.
pub fn entry_hits(library: &Library, query: &Query) -> Vec<Hit> {
    let mut hits = library.search.find(query, HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        hit.score *= match document.passages[hit.passage].part {
            Part::Entry => 1.1,
            Part::Summary | Part::Section => 1.0,
            _ => 0.7,
        };
        hit.score = hit.score.min(1.0);
        document.is_role() || !document.roles.is_empty()
    });
    sort(&mut hits);
    hits
}

/// Passages about a subject; those of a topic that the question names first.
pub fn topic_hits(library: &Library, query: &Query, named: &[usize], roles: &[usize]) -> Vec<Hit> {
    let mut hits = library.search.find(query, HITS);
    for hit in library.search.among(query, named, HITS) {
        if !hits.iter().any(|known| (known.document, known.passage) == (hit.document, hit.passage)) {
            hits.push(hit);
        }
    }
    for topic in named {
        let first = library.document(*topic).passages.iter().position(|passage| passage.part == Part::Summary);
        if let Some(passage) =
            first.filter(|first| !hits.iter().any(|hit| (hit.document, hit.passage) == (*topic, *first)))
        {
            hits.push(Hit { document: *topic, passage, coverage: 0.0, focus: 0.0, score: 0.2 });
        }
    }
    for hit in &mut hits {
        let document: &Document = library.document(hit.document);
        if named.contains(&hit.document) {
            hit.score += 0.15;
        } else if document.is_role() && !roles.contains(&hit.document) {
            hit.score *= 0.9;
        }
        hit.score = hit.score.min(1.0);
    }
    sort(&mut hits);
    hits
}

fn sort(hits: &mut [Hit]) {
    hits.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(one.document.cmp(&other.document)).then(one.passage.cmp(&other.passage))
    });
}
