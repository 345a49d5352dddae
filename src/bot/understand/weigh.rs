//! What a sentence's marks amount to, as numbers: does it ask at all, does it ask of roles in general, how firmly are they named, how
//! well does a passage answer.

use crate::bot::reply::Kind;
use crate::bot::understand::cues::Cue;
use crate::bot::understand::sentence::Sentence;
use crate::library::Library;
use crate::library::document::Document;
use crate::library::english::Weight;
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
    /// The roles that an ambiguous name may mean.
    pub ambiguous: Option<Vec<usize>>,
    /// Roles to which something is done ("who coaches the product leads"), not those who do it.
    pub objects: Vec<usize>,
    /// "From X to Y", "X to Y".
    pub from_to: bool,
    /// "To Y from X".
    pub backwards: bool,
    /// It wants somebody, before anything else.
    pub leads_with_who: bool,
    /// It wants yes or no, before anything else.
    pub leads_with_yes_no: bool,
    /// The first role named only tells what kind of role is wanted ("which PM ...").
    pub category: bool,
    /// "What does a ... do" of somebody whom the corpus does not know.
    pub unknown_doer: bool,
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
        let ambiguous =
            named.iter().find(|mention| mention.documents.len() > 1).map(|mention| mention.documents.clone());
        let category = named.first().is_some_and(|mention| {
            (1..=4).any(|back| {
                let before =
                    mention.start.checked_sub(back).filter(|at| sentence.clause[*at] == sentence.clause[mention.start]);
                before.is_some_and(|at| sentence.words[at].text == "which")
            })
        });
        let leads = sentence
            .hints
            .iter()
            .find(|hint| matches!(hint.cue, Cue::Who | Cue::What | Cue::Why | Cue::YesNo | Cue::Measure(_)));
        let leads = leads.map(|hint| hint.cue);
        let who = sentence.first(Cue::Who).map(|hint| hint.at.end);
        // "Which senior PM role ..." tells what kind of role is wanted; what comes later is what somebody does it to.
        let objects = named
            .iter()
            .skip(usize::from(category))
            .filter(|mention| who.is_none_or(|who| mention.start >= who))
            .filter_map(|mention| mention.documents.first().copied())
            .collect();
        let (from_to, backwards) = direction(sentence, &named);
        let asking = asking_clauses(sentence, &named);
        Weighed {
            asks: asks(sentence, &roles),
            general: general(sentence, &named, &asking),
            firm: firmness(library, sentence, &named),
            ambiguous,
            objects,
            from_to,
            backwards,
            leads_with_who: category || leads == Some(Cue::Who),
            leads_with_yes_no: leads == Some(Cue::YesNo),
            category,
            unknown_doer: named.is_empty() && asks_what_somebody_does(sentence),
            asking,
            roles,
        }
    }

    /// True for a clause that asks; small talk around it is another.
    pub fn asking_clause(&self, clause: usize) -> bool {
        !self.asking.contains(&true) || self.asking.get(clause).copied().unwrap_or(true)
    }
}

/// "What does a X do": whatever X is, it is somebody.
fn asks_what_somebody_does(sentence: &Sentence) -> bool {
    let word = |at: usize| sentence.words.get(at).map(|word| word.text.as_str());
    sentence.hints.iter().filter(|hint| hint.cue == Cue::What).any(|hint| {
        let verb = word(hint.at.end - 1);
        let article = matches!(word(hint.at.end), Some("a" | "an" | "the"));
        let does = (hint.at.end + 1..hint.at.end + 7).any(|at| matches!(word(at), Some("do" | "does")));
        matches!(verb, Some("do" | "does")) && does && article
    })
}

/// The roles that a sentence names. A single word of a title counts only where a role is expected: after an article, or beside another
/// role.
fn roles_named<'s>(library: &Library, sentence: &'s Sentence) -> Vec<&'s Mention> {
    let is_role = |mention: &&Mention| mention.documents.iter().all(|at| library.document(*at).is_role());
    let word = |at: usize| sentence.words.get(at).map(|word| word.text.as_str());
    let before = |mention: &Mention| mention.start.checked_sub(1).and_then(word);
    let firm = |mention: &&Mention| mention.how != Match::Short;
    let someone = sentence.mentions.iter().filter(is_role).any(|mention| firm(&mention));
    let joins =
        [Cue::Compare, Cue::Path, Cue::Into, Cue::Most].into_iter().any(|cue| sentence.has(cue)) || sentence.arrow;
    sentence
        .mentions
        .iter()
        .filter(is_role)
        .filter(|mention| {
            if firm(mention) {
                return true;
            }
            let after_article = matches!(before(mention), Some("a" | "an" | "as" | "being"));
            let ends = word(mention.end).is_none()
                || sentence.clause[mention.end] != sentence.clause[mention.start]
                || matches!(
                    word(mention.end),
                    Some(
                        "to" | "or"
                            | "and"
                            | "vs"
                            | "earn"
                            | "earns"
                            | "make"
                            | "do"
                            | "does"
                            | "is"
                            | "role"
                            | "job"
                            | "one"
                            | "allowed"
                            | "actually"
                    )
                );
            let beside = |at: Option<&str>| {
                matches!(at, Some("or" | "and" | "to" | "vs" | "versus" | "from" | "than" | "between"))
            };
            let to = word(mention.end) == Some("to") || before(mention) == Some("to");
            let joined = (joins || to) && someone && (beside(word(mention.end)) || beside(before(mention)));
            ((after_article && ends) || joined) && (mention.documents.len() == 1 || !someone)
        })
        .collect()
}

/// A word between the article and the name makes another role of it: a "staff product manager" is none that we know.
fn firmness(library: &Library, sentence: &Sentence, named: &[&Mention]) -> f32 {
    let mut firm: f32 = 1.0;
    for mention in named {
        if mention.how == Match::Short {
            firm = firm.min(0.9);
        }
        let Some(before) = mention.start.checked_sub(1) else { continue };
        let hinted = sentence.hints.iter().any(|hint| hint.at.contains(&before));
        let article = (1..=2).any(|back| {
            before.checked_sub(back).is_some_and(|at| matches!(sentence.words[at].text.as_str(), "a" | "an" | "the"))
        });
        let qualified = library.search.weight(&sentence.words[before]) == Weight::Full;
        if qualified && article && !hinted && sentence.clause[before] == sentence.clause[mention.start] {
            firm = firm.min(0.4);
        }
    }
    firm
}

fn direction(sentence: &Sentence, named: &[&Mention]) -> (bool, bool) {
    let [from, to, ..] = named else { return (false, false) };
    let before =
        |mention: &Mention, back: usize| mention.start.checked_sub(back).map(|at| sentence.words[at].text.as_str());
    let before_article = |mention: &Mention| match before(mention, 1) {
        Some("a" | "an" | "the") => before(mention, 2),
        other => other,
    };
    let being = |word: Option<&str>| {
        matches!(word, Some("i'm" | "im" | "am" | "i" | "as" | "was" | "currently" | "been" | "from"))
    };
    let to_there = matches!(before_article(to), Some("to" | "into" | "become" | "becoming"));
    let from_here = being(before_article(from)) && before_article(from) != Some("as");
    let backwards = being(before_article(to)) && before_article(from) != Some("from") && !from_here;
    (to_there || backwards || from_here, backwards)
}

/// A clause asks where it ends in a question mark, opens like a question, or names a role beside a hint; what is told before or after
/// does not.
fn asking_clauses(sentence: &Sentence, named: &[&Mention]) -> Vec<bool> {
    let opens = |clause: usize| {
        sentence.hints.iter().any(|hint| {
            sentence.clause[hint.at.start] == clause
                && hint.cue != Cue::Event
                && (matches!(hint.cue, Cue::Who | Cue::What | Cue::Asks | Cue::Why | Cue::Measure(_))
                    || named.iter().any(|mention| sentence.clause[mention.start] == clause))
        })
    };
    let marked = sentence.asking.contains(&true);
    (0..sentence.asking.len()).map(|clause| if marked { sentence.asking[clause] } else { opens(clause) }).collect()
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
    } else if sentence
        .hints
        .iter()
        .any(|hint| matches!(hint.cue, Cue::Measure(_)) && sentence.words[hint.at.start].text == "how")
    {
        0.85
    } else if sentence.hints.iter().filter(question_word).any(|hint| matches!(hint.cue, Cue::Who | Cue::Asks)) {
        0.6
    } else {
        0.0
    }
}

/// Talk of what happened, of today, of "our PM": each takes away from the question being about a role in general.
fn general(sentence: &Sentence, named: &[&Mention], asking: &[bool]) -> f32 {
    let word = |at: usize| sentence.words[at].text.as_str();
    let mut general: f32 = 1.0;
    let matters = |clause: usize| !asking.contains(&true) || asking[clause];
    let events = sentence.hints.iter().filter(|hint| hint.cue == Cue::Event && matters(sentence.clause[hint.at.start]));
    for _ in events.take(3) {
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

/// What speaks for a passage answering a question of one kind, as a logistic regression has it that was fitted on questions with
/// known answers and on chatter, and rounded. The more a kind takes for granted (a role is named, yes or no is wanted), the less a
/// passage has to prove.
struct Evidence {
    bias: f32,
    coverage: f32,
    focus: f32,
    held: f32,
    in_terms: f32,
    unknown: f32,
}

fn evidence(kind: Kind) -> Evidence {
    let of =
        |bias, coverage, focus, held, in_terms, unknown| Evidence { bias, coverage, focus, held, in_terms, unknown };
    match kind {
        Kind::Who => of(-2.2, 0.0, 1.2, 2.4, 0.8, -1.15),
        Kind::Fact => of(-5.6, 2.0, 0.0, 3.0, 1.2, -1.6),
        Kind::Duties => of(-1.6, 2.0, 0.3, 1.8, 0.0, -0.5),
        Kind::Check => of(-1.3, 0.5, 0.5, 1.9, 0.0, -0.7),
        Kind::Into => of(-2.8, 1.5, 1.0, 1.5, 1.5, -0.8),
        _ => of(-5.2, 1.0, 1.0, 1.2, 3.0, -1.0),
    }
}

/// How sure it is that a passage answers a question of this kind, 0 to 1; `push` speaks for or against it besides.
pub fn sureness(kind: Kind, hit: &Hit, query: &Query, push: f32) -> f32 {
    let by = evidence(kind);
    let sum = by.bias
        + push
        + by.coverage * hit.coverage
        + by.focus * hit.focus
        + by.held * hit.held.min(2.0)
        + by.in_terms * hit.in_terms.min(1.0)
        + by.unknown * query.unknown();
    1.0 / (1.0 + (-sum).exp())
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
/// What somebody does not do answers only where that is asked.
pub fn role_hits(library: &Library, query: &Query, objects: &[usize], denied: bool) -> Vec<Hit> {
    let mut hits = library.search.find(query, HITS);
    hits.retain_mut(|hit| {
        let document = library.document(hit.document);
        let part = document.passages[hit.passage].part;
        hit.score *= match part {
            Part::Duty => 1.0,
            Part::Limit => 1.05,
            Part::Summary | Part::Section if document.is_role() => 0.95,
            Part::Summary | Part::Section => 0.85,
            Part::Why => 0.9,
            Part::Entry => 0.75,
            Part::Figure => 0.6,
        };
        let names_somebody = document.is_role() || !document.roles.is_empty();
        names_somebody && !objects.contains(&hit.document) && (denied || part != Part::Limit)
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
            hits.push(Hit {
                document: *topic,
                passage,
                coverage: 0.0,
                focus: 0.0,
                score: 0.2,
                held: 0.0,
                in_terms: 0.0,
            });
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
    // Where a role is named, what other roles do does not answer.
    hits.retain(|hit| {
        let document = library.document(hit.document);
        let speaks_of =
            document.roles.iter().filter_map(|slug| library.by_slug(&slug.text)).any(|at| roles.contains(&at));
        roles.is_empty() || named.contains(&hit.document) || roles.contains(&hit.document) || speaks_of
    });
    sort(&mut hits);
    hits
}

fn sort(hits: &mut [Hit]) {
    hits.sort_by(|one, other| {
        other.score.total_cmp(&one.score).then(one.document.cmp(&other.document)).then(one.passage.cmp(&other.passage))
    });
}
