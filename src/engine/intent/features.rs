//! What a sentence's marks amount to, as numbers: does it ask at all, does it ask of roles in general, how firmly are they named.

use crate::engine::intent::cues::{Cue, OBLIGATION_WORDS};
use crate::engine::intent::sentence::{CueMatch, Sentence};
use crate::knowledge::Library;
use crate::search::names::{Match, Mention};
use crate::search::text::lexicon::WordClass;

/// The sentence as a whole.
#[derive(Debug)]
pub struct Features {
    /// How much it looks like a question, 0 to 1.
    pub question_score: f32,
    /// How far it speaks of roles in general, not of an event or of somebody present, 0 to 1.
    pub genericity: f32,
    /// How firmly the roles are named, 0 to 1.
    pub name_certainty: f32,
    /// Roles named, in order, each once.
    pub roles: Vec<usize>,
    /// The roles that an ambiguous name may mean.
    pub ambiguous_roles: Option<Vec<usize>>,
    /// Roles to which something is done ("who coaches the product leads"), not those who do it.
    pub object_roles: Vec<usize>,
    /// "From X to Y", "X to Y".
    pub has_direction: bool,
    /// "To Y from X".
    pub is_reversed: bool,
    /// It wants somebody, before anything else.
    pub leads_with_who: bool,
    /// It wants a role, in so many words ("which role").
    pub asks_which_role: bool,
    /// It wants yes or no, before anything else.
    pub leads_with_yes_no: bool,
    /// The first role named only tells what kind of role is wanted ("which PM ...").
    pub first_role_is_category: bool,
    /// "Who does a ... report to": somebody is wanted whom a role's own documents name.
    pub asks_relation_of_role: bool,
    /// "What does a ... do" of somebody whom the corpus does not know.
    pub unknown_role: bool,
    /// Where the question itself begins, in bytes of the text: at the word that asks, or else at the first name.
    pub question_start: usize,
    /// For each clause, whether it asks; where none does, all do.
    asking_clauses: Vec<bool>,
}

impl Features {
    /// Weighs a sentence.
    pub fn new(library: &Library, sentence: &Sentence) -> Features {
        let named: Vec<&Mention> = role_mentions(library, sentence);
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
            let which = |hint: &&CueMatch| hint.cue == Cue::Who && sentence.tokens[hint.range.start].text == "which";
            sentence.cue_matches.iter().filter(which).any(|hint| {
                (hint.range.end..hint.range.end + 4).contains(&mention.start)
                    && sentence.clause_of[hint.range.start] == sentence.clause_of[mention.start]
            })
        });
        // "A PM who hates meetings": that who asks nothing.
        let relative = |hint: &&CueMatch| {
            let before = hint.range.start.checked_sub(1);
            let joined = |before: usize| {
                sentence.in_role_name[before] && sentence.clause_of[before] == sentence.clause_of[hint.range.start]
            };
            hint.cue == Cue::Who && before.is_some_and(joined)
        };
        let may_lead = |hint: &&CueMatch| {
            matches!(hint.cue, Cue::Who | Cue::What | Cue::About | Cue::Why | Cue::YesNo | Cue::Measure(_))
                && !relative(hint)
        };
        let mut leading = sentence.cue_matches.iter().filter(may_lead);
        // "The account people learned about it late, who tells them?": what opens a clause asks, what stands inside one may not.
        let leads = leading.clone().find(|hint| sentence.starts_clause(hint)).or_else(|| leading.next());
        let first_name = named.first().map(|mention| mention.start);
        let begins = leads.map(|hint| hint.range.start).or(first_name);
        let begins = begins.map_or(0, |at| sentence.tokens[at].span.start);
        // "Who does a PM report to": somebody is wanted, but it is the PM whose documents say who.
        let of_a_role = leads.is_some_and(|hint| {
            let auxiliary = sentence.tokens.get(hint.range.end).map(|word| word.text.as_str());
            hint.cue == Cue::Who
                && matches!(auxiliary, Some("do" | "does" | "would" | "should" | "must"))
                && first_name.is_some_and(|name| name > hint.range.end && name <= hint.range.end + 2)
        });
        let which_role = leads.is_some_and(|hint| {
            hint.cue == Cue::Who && matches!(sentence.tokens[hint.range.start].text.as_str(), "which" | "what")
        });
        let leads = leads.map(|hint| hint.cue).filter(|_| !of_a_role);
        let who = sentence.first_cue(Cue::Who).map(|hint| hint.range.end);
        // "Which senior PM role ..." tells what kind of role is wanted; what comes later is what somebody does it to.
        let objects = named
            .iter()
            .skip(usize::from(category))
            .filter(|mention| who.is_none_or(|who| mention.start >= who))
            .filter_map(|mention| mention.documents.first().copied())
            .collect();
        let (from_to, backwards) = path_direction(sentence, &named);
        let asking = asking_clauses(sentence, &named);
        Features {
            question_score: question_score(library, sentence, &named),
            genericity: genericity(library, sentence, &named, &asking),
            name_certainty: name_certainty(library, sentence, &named),
            ambiguous_roles: ambiguous,
            object_roles: objects,
            has_direction: from_to,
            is_reversed: backwards,
            leads_with_who: category || leads == Some(Cue::Who) && !asks_who_it_is_for(library, sentence),
            asks_which_role: which_role,
            leads_with_yes_no: leads == Some(Cue::YesNo),
            first_role_is_category: category,
            asks_relation_of_role: of_a_role,
            question_start: begins,
            unknown_role: named.is_empty()
                && (asks_what_somebody_does(sentence) || names_unknown_role(library, sentence)),
            asking_clauses: asking,
            roles,
        }
    }

    /// True for a clause that asks; small talk around it is another.
    pub fn is_asking_clause(&self, clause: usize) -> bool {
        !self.asking_clauses.contains(&true) || self.asking_clauses.get(clause).copied().unwrap_or(true)
    }
}

/// "Who are open days for": not who does something, but what a subject is about.
fn asks_who_it_is_for(library: &Library, sentence: &Sentence) -> bool {
    sentence.tokens.last().is_some_and(|word| word.text == "for") && sentence.mentions_topic(library)
}

/// "What does a X do": whatever X is, it is somebody.
fn asks_what_somebody_does(sentence: &Sentence) -> bool {
    let word = |at: usize| sentence.tokens.get(at).map(|word| word.text.as_str());
    sentence.cue_matches.iter().filter(|hint| hint.cue == Cue::What).any(|hint| {
        let verb = word(hint.range.end - 1);
        let article = matches!(word(hint.range.end), Some("a" | "an" | "the"));
        let does = (hint.range.end + 1..hint.range.end + 7).any(|at| matches!(word(at), Some("do" | "does")));
        matches!(verb, Some("do" | "does")) && does && article
    })
}

/// "A chief technology officer": somebody with a role by the last word of it, and none of ours.
fn names_unknown_role(library: &Library, sentence: &Sentence) -> bool {
    (2..sentence.tokens.len()).any(|at| {
        let begins = (1..=3)
            .filter_map(|back| at.checked_sub(back + 1))
            .take_while(|from| sentence.clause_of[*from] == sentence.clause_of[at]);
        let article = |from: usize| matches!(sentence.tokens[from].text.as_str(), "a" | "an");
        !sentence.in_role_name[at]
            && library.names.is_head_noun(&sentence.tokens[at].text)
            && begins.into_iter().any(article)
    })
}

/// The roles that a sentence names. A single word of a title counts only where a role is expected: after an article, or beside another
/// role.
pub fn role_mentions<'s>(library: &Library, sentence: &'s Sentence) -> Vec<&'s Mention> {
    let is_role = |mention: &&Mention| mention.documents.iter().all(|at| library.document(*at).is_role());
    let word = |at: usize| sentence.tokens.get(at).map(|word| word.text.as_str());
    let before = |mention: &Mention| mention.start.checked_sub(1).and_then(word);
    let firm = |mention: &&Mention| mention.match_kind != Match::Partial;
    let someone = sentence.mentions.iter().filter(is_role).any(|mention| firm(&mention));
    let joins =
        [Cue::Compare, Cue::Path, Cue::HowToBecome, Cue::Comparative].into_iter().any(|cue| sentence.has_cue(cue))
            || sentence.has_arrow;
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
                || sentence.clause_of[mention.end] != sentence.clause_of[mention.start]
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
fn name_certainty(library: &Library, sentence: &Sentence, named: &[&Mention]) -> f32 {
    let mut firm: f32 = 1.0;
    for mention in named {
        if mention.match_kind == Match::Partial {
            firm = firm.min(0.9);
        }
        let Some(before) = mention.start.checked_sub(1) else { continue };
        let hinted = sentence.cue_matches.iter().any(|hint| hint.range.contains(&before));
        let article = (1..=2)
            .filter_map(|back| before.checked_sub(back))
            .take_while(|at| !sentence.cue_matches.iter().any(|hint| hint.range.contains(at)))
            .any(|at| matches!(sentence.tokens[at].text.as_str(), "a" | "an" | "the"));
        let qualified = library.searcher.classify(&sentence.tokens[before]) == WordClass::Content;
        if qualified && article && !hinted && sentence.clause_of[before] == sentence.clause_of[mention.start] {
            firm = firm.min(0.4);
        }
    }
    firm
}

fn path_direction(sentence: &Sentence, named: &[&Mention]) -> (bool, bool) {
    let [from, to, ..] = named else { return (false, false) };
    let before =
        |mention: &Mention, back: usize| mention.start.checked_sub(back).map(|at| sentence.tokens[at].text.as_str());
    let before_article = |mention: &Mention| match before(mention, 1) {
        Some("a" | "an" | "the") => before(mention, 2),
        other => other,
    };
    let being = |word: Option<&str>| {
        matches!(word, Some("i'm" | "im" | "am" | "i" | "as" | "was" | "currently" | "been" | "from"))
    };
    // "End up as" leads there.
    let reached = |mention: &Mention| {
        let mut into = sentence.cue_matches.iter().filter(|hint| hint.cue == Cue::HowToBecome);
        into.any(|hint| (hint.range.end..=hint.range.end + 1).contains(&mention.start))
    };
    let to_there = matches!(before_article(to), Some("to" | "into" | "become" | "becoming"));
    let from_here = being(before_article(from)) && before_article(from) != Some("as");
    let backwards = being(before_article(to)) && before_article(from) != Some("from") && !from_here && !reached(to);
    (to_there || backwards || from_here, backwards)
}

/// A clause asks where it ends in a question mark, opens like a question, or names a role beside a hint; what is told before or after
/// does not.
fn asking_clauses(sentence: &Sentence, named: &[&Mention]) -> Vec<bool> {
    let opens = |clause: usize| {
        sentence.cue_matches.iter().any(|hint| {
            sentence.clause_of[hint.range.start] == clause
                && hint.cue != Cue::Event
                && (!matches!(hint.cue, Cue::Comparative | Cue::YesNo)
                    || named.iter().any(|mention| sentence.clause_of[mention.start] == clause))
        })
    };
    let marked = sentence.question_marked.contains(&true);
    (0..sentence.question_marked.len())
        .map(|clause| if marked { sentence.question_marked[clause] } else { opens(clause) })
        .collect()
}

fn question_score(library: &Library, sentence: &Sentence, named: &[&Mention]) -> f32 {
    let marked = sentence.question_marked.contains(&true);
    let cue = |hint: &&CueMatch| {
        !matches!(hint.cue, Cue::Event | Cue::YesNo | Cue::Comparative | Cue::Interrogative | Cue::Who)
    };
    let question_word = |hint: &&CueMatch| {
        matches!(
            hint.cue,
            Cue::Who | Cue::What | Cue::About | Cue::Interrogative | Cue::Why | Cue::Measure(_) | Cue::YesNo
        )
    };
    // "My sourdough: projected to eat us all" tells of a figure, and asks for none.
    let opens = |hint: &CueMatch| {
        let told = matches!(hint.cue, Cue::Measure(_)) && sentence.clause_of[hint.range.start] > 0 && named.is_empty();
        sentence.starts_clause(hint) && (!told || sentence.tokens[hint.range.start].text == "how")
    };
    if sentence.tokens.is_empty() {
        0.0
    } else if marked {
        1.0
    } else if sentence.cue_matches.iter().filter(question_word).any(opens) {
        0.95
    } else if sentence.is_name_alone(library)
        || is_conditional_question(sentence)
        || (sentence.has_arrow || sentence.has_cue(Cue::Compare)) && named.len() > 1
    {
        0.9
    } else if !named.is_empty() && sentence.cue_matches.iter().any(|hint| cue(&hint)) && sentence.tokens.len() < 25 {
        if sentence.tokens.len() < 9 { 0.85 } else { 0.7 }
    } else if sentence
        .cue_matches
        .iter()
        .any(|hint| matches!(hint.cue, Cue::Measure(_)) && sentence.tokens[hint.range.start].text == "how")
    {
        0.85
    } else if sentence
        .cue_matches
        .iter()
        .filter(question_word)
        .any(|hint| matches!(hint.cue, Cue::Who | Cue::About | Cue::Interrogative))
    {
        0.6
    } else {
        0.0
    }
}

/// "If one team is stuck who helps": a case, then the question.
fn is_conditional_question(sentence: &Sentence) -> bool {
    let who = sentence.first_cue(Cue::Who).map(|hint| hint.range.start);
    matches!(sentence.tokens.first().map(|word| word.text.as_str()), Some("if" | "when"))
        && who.is_some_and(|at| at > 2)
}

/// Talk of what happened, of today, of "our PM": each takes away from the question being about a role in general.
fn genericity(library: &Library, sentence: &Sentence, named: &[&Mention], asking: &[bool]) -> f32 {
    let word = |at: usize| sentence.tokens[at].text.as_str();
    let mut general: f32 = 1.0;
    let matters = |clause: usize| !asking.contains(&true) || asking[clause];
    let events = sentence
        .cue_matches
        .iter()
        .filter(|hint| hint.cue == Cue::Event && matters(sentence.clause_of[hint.range.start]));
    for _ in events.take(3) {
        general *= 0.55;
    }
    if sentence.is_past_tense() {
        general *= 0.6;
    }
    let who = sentence.first_cue(Cue::Who).map(|hint| hint.range.end);
    if let Some(after) = who.filter(|after| *after < sentence.tokens.len()) {
        let verb = word(after);
        // "Who checked": but not "who's stressed", nor "who'd speed it up".
        let whole = sentence.tokens[after - 1].span.len() > "who".len();
        if verb.ends_with("ed") && !verb.ends_with("eed") && verb.len() > 4 && !whole {
            general *= 0.45;
        }
    }
    for mention in named {
        let before = mention.start.checked_sub(1).map(word);
        if matches!(before, Some("our" | "my" | "your" | "their" | "his" | "her")) {
            general *= 0.5;
        }
    }
    let definite = |at: usize| {
        let near = sentence.tokens.iter().skip(at + 2).take(1);
        near.into_iter()
            .any(|word| matches!(word.text.as_str(), "the" | "our" | "my" | "your" | "this" | "that" | "next"))
    };
    let named_subject = sentence.mentions_topic(library);
    for (at, word) in sentence.tokens.iter().enumerate().filter(|(at, _)| matters(sentence.clause_of[*at])) {
        let opens = at == 0 || sentence.clause_of[at] != sentence.clause_of[at - 1];
        let by = match word.text.as_str() {
            // Somebody's own things and people, and you who are spoken to.
            "your" | "my" | "me" if sentence.is_in_cue_phrase(at) => 1.0,
            "your" => 0.55,
            "my" | "me" if named.is_empty() && !named_subject => 0.8,
            // "Who else", "who made you": one of those present.
            "else" if who == Some(at) => 0.75,
            "you" if who.is_some() && at + 1 == sentence.tokens.len() => 0.7,
            // "When is the ..." and "has the ..." are about one occasion, unless what it is about is known.
            "when" if opens && !named_subject && definite(at) => 0.6,
            "has" | "was" | "were" | "did" | "will" if opens => 0.6,
            _ => 1.0,
        };
        general *= by;
    }
    // "Is the PM in": somebody who is there, not what PMs are. "What is the PM meant to do" is about no one.
    let present = named.iter().any(|mention| {
        let before = |back: usize| mention.start.checked_sub(back).map(word);
        let meant = sentence.tokens.get(mention.end).is_some_and(|next| OBLIGATION_WORDS.contains(&next.text.as_str()));
        before(1) == Some("the") && matches!(before(2), Some("is" | "are")) && !meant
    });
    if present {
        general *= 0.6;
    }
    let progressive = |verb: &str| verb.len() > 5 && verb.ends_with("ing");
    if who.is_some_and(|after| after < sentence.tokens.len() && progressive(word(after))) {
        general *= 0.75;
    }
    general
}
