//! A message as its words, with everything in it that has a meaning of its own marked: names, cues, clauses. No decision is made here.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::engine::intent::cues::{BEING, CUES, Cue, DENIALS, MEANT, PAST, PERSONAL};
use crate::knowledge::Library;
use crate::search::names::{Match, Mention};
use crate::search::text::english::{Word, words};
use crate::search::text::lexicon::Weight;

/// A hint in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hint {
    /// What it hints at.
    pub cue: Cue,
    /// Its words, counted from 0.
    pub at: Range<usize>,
}

/// A message, taken apart.
#[derive(Debug)]
pub struct Sentence {
    /// Its words.
    pub words: Vec<Word>,
    /// For each word the clause that it stands in, counted from 0.
    pub clause: Vec<usize>,
    /// Clauses that end in a question mark.
    pub asking: Vec<bool>,
    /// Names of roles and topics.
    pub mentions: Vec<Mention>,
    /// Hints at what is asked.
    pub hints: Vec<Hint>,
    /// Something like an arrow stands between two names.
    pub arrow: bool,
    /// For each word whether it is part of a role's name; a single word that is a name only where one is expected does not count.
    pub named: Vec<bool>,
}

/// The words of a cue, and what they hint at.
type Phrase = (Vec<&'static str>, Cue);

/// True where a cue of several words stands here ("job description").
fn begins_cue(words: &[Word], at: usize) -> bool {
    let phrases = words.get(at).and_then(|word| BY_FIRST_WORD.get(word.text.as_str())).map_or(&[][..], Vec::as_slice);
    let fits = |(phrase, _): &Phrase| {
        let here = words[at..].iter().map(|word| word.text.as_str()).take(phrase.len());
        phrase.len() > 1 && here.eq(phrase.iter().copied())
    };
    phrases.iter().any(fits)
}

/// The cues by their first word, longest first.
static BY_FIRST_WORD: LazyLock<HashMap<&'static str, Vec<Phrase>>> = LazyLock::new(|| {
    let mut map: HashMap<&str, Vec<(Vec<&str>, Cue)>> = HashMap::new();
    for (cue, phrases) in CUES {
        for phrase in phrases.split(',').map(str::trim).filter(|phrase| !phrase.is_empty()) {
            let words: Vec<&str> = phrase.split_whitespace().flat_map(|word| word.split('-')).collect();
            map.entry(words[0]).or_default().push((words, *cue));
        }
    }
    for list in map.values_mut() {
        list.sort_by_key(|(words, _)| std::cmp::Reverse(words.len()));
    }
    map
});

/// Questions longer than this are read up to here: nobody asks in more words, and reading takes time.
const MOST_WORDS: usize = 120;

impl Sentence {
    /// Takes a message apart.
    pub fn read(library: &Library, text: &str) -> Sentence {
        let mut words = words(text);
        words.truncate(MOST_WORDS);
        let (clause, asking) = clauses(text, &words);
        let ordinary = |word: &str| library.search.knows(&crate::search::text::english::stem(word));
        let mut mentions = library.names.spot(&words, &ordinary);
        mentions.retain(|mention| !is_clock(text, &words, mention) && !is_grammar(library, text, &words, mention));
        for mention in mentions.iter_mut().filter(|mention| mention.how == Match::Short) {
            // Written in capitals, or no word otherwise, an abbreviation means what it stands for.
            let written = &text[words[mention.start].at.clone()];
            let capitals = written.len() > 1 && written.chars().all(char::is_uppercase);
            if mention.documents.len() > 1 && (capitals || !library.search.knows(&words[mention.start].stem)) {
                mention.how = Match::Shared;
            }
        }
        let mut named = vec![false; words.len()];
        for mention in mentions.iter().filter(|mention| mention.how != Match::Short) {
            if mention.documents.iter().any(|at| library.document(*at).is_role()) {
                named[mention.start..mention.end].fill(true);
                // "The pharmacist's part", "the porter role".
                let post = |word: &&Word| POST.contains(&word.text.as_str()) && !begins_cue(&words, mention.end);
                if let Some(next) = words.get(mention.end).filter(post) {
                    let together = text[words[mention.end - 1].at.end..next.at.start].trim().is_empty();
                    named[mention.end] |= together;
                }
            }
        }
        let mut hints = hints(&words, &clause, &named, &|word| library.search.knows(&word.stem));
        // A rota "on call" that the corpus has a document about is no event of today.
        let subject = |hint: &Hint| {
            let inside = |mention: &Mention| mention.start <= hint.at.start && hint.at.end <= mention.end;
            mentions.iter().any(|mention| mention.how != Match::Short && inside(mention))
        };
        hints.retain(|hint| hint.cue != Cue::Event || !subject(hint));
        let arrow = mentions.windows(2).any(|pair| {
            let between = &text[words[pair[0].end - 1].at.end..words[pair[1].start].at.start];
            ["->", "→", "=>", "➡", ">", "⇒"].iter().any(|arrow| between.contains(arrow))
        });
        Sentence { words, clause, asking, mentions, hints, arrow, named }
    }

    /// Takes words for a role's name after all: they hint at nothing, and are no content.
    pub fn take_for_name(&mut self, words: Range<usize>) {
        self.hints.retain(|hint| hint.at.end <= words.start || hint.at.start >= words.end);
        self.named[words].fill(true);
    }

    /// True for a hint at the beginning of a clause, or right after a word that only leads up to it.
    pub fn opens(&self, hint: &Hint) -> bool {
        opens(&self.words, &self.clause, hint.at.start)
    }

    /// True where a cue of this kind stands anywhere.
    pub fn has(&self, cue: Cue) -> bool {
        self.hints.iter().any(|hint| hint.cue == cue)
    }

    /// The first hint of this kind.
    pub fn first(&self, cue: Cue) -> Option<&Hint> {
        self.hints.iter().find(|hint| hint.cue == cue)
    }

    /// True where something is held against something else, not only set apart from it ("as opposed to").
    pub fn compares(&self) -> bool {
        let holds = |hint: &Hint| {
            let first = self.words[hint.at.start].text.as_str();
            ["vs", "versus", "diff", "compar", "distin"].iter().any(|begin| first.starts_with(begin))
        };
        self.hints.iter().any(|hint| hint.cue == Cue::Compare && holds(hint))
    }

    /// The measure that is asked for; an empty one is a figure of whatever kind.
    pub fn measure(&self) -> Option<&'static str> {
        let makes = || {
            self.words.iter().any(|word| matches!(word.text.as_str(), "make" | "makes" | "making" | "bring" | "get"))
        };
        let how_much =
            self.hints.iter().any(|hint| hint.cue == Cue::Measure("") && self.words[hint.at.start].text == "how");
        if how_much && makes() && self.named.contains(&true) {
            return Some("pay");
        }
        let measures =
            || self.hints.iter().filter_map(|hint| if let Cue::Measure(name) = hint.cue { Some(name) } else { None });
        measures().find(|name| !name.is_empty() && *name != "count").or_else(|| measures().max())
    }

    /// The words that say what a question is about: no part of a name, nor of a hint of the kinds in `spent`, in the clauses that
    /// `keep` picks.
    pub fn content(&self, spent: &[Cue], keep: impl Fn(usize) -> bool) -> Vec<&Word> {
        let is_spent =
            |hint: &&Hint| spent.iter().any(|cue| std::mem::discriminant(cue) == std::mem::discriminant(&hint.cue));
        (0..self.words.len())
            .filter(|at| keep(self.clause[*at]))
            .filter(|at| !self.named[*at])
            .filter(|at| !self.hints.iter().filter(is_spent).any(|hint| hint.at.contains(at)))
            .map(|at| &self.words[at])
            .collect()
    }

    /// True where something is denied: what somebody does not do is asked for.
    pub fn denies(&self) -> bool {
        let denial = |word: &Word| word.text.ends_with("n't") || DENIALS.contains(&word.text.as_str());
        self.words.iter().any(denial)
    }

    /// True where all of something is asked for.
    pub fn asks_for_all(&self) -> bool {
        self.words.iter().any(|word| matches!(word.text.as_str(), "everything" | "all"))
    }

    /// True where somebody speaks of himself, of those present, or of what is at hand.
    pub fn is_personal(&self) -> bool {
        (0..self.words.len()).any(|at| PERSONAL.contains(&self.words[at].text.as_str()) && !self.is_formula(at))
    }

    /// True where a name is all that is said, up to words that say little ("... please").
    pub fn is_name_alone(&self, library: &Library) -> bool {
        let named = |at: usize| {
            let inside = |mention: &Mention| mention.how != Match::Short && (mention.start..mention.end).contains(&at);
            self.mentions.iter().any(inside)
        };
        let says_little = |at: usize| library.search.weight(&self.words[at]) != Weight::Full;
        (0..self.words.len()).any(named) && (0..self.words.len()).all(|at| named(at) || says_little(at))
    }

    /// True where a topic is called by a name.
    pub fn names_a_topic(&self, library: &Library) -> bool {
        let topic = |mention: &Mention| mention.documents.iter().all(|at| !library.document(*at).is_role());
        self.mentions.iter().any(|mention| mention.how != Match::Short && topic(mention))
    }

    /// True for a word of a topic's name.
    pub fn names_topic(&self, word: &Word) -> bool {
        let inside = |mention: &Mention| (mention.start..mention.end).any(|at| self.words[at].at == word.at);
        self.mentions.iter().any(|mention| mention.how != Match::Short && inside(mention))
    }

    /// True for a word that belongs to a phrase of asking: the "me" of "tell me about" is nobody.
    pub fn is_formula(&self, at: usize) -> bool {
        self.hints.iter().any(|hint| hint.cue != Cue::Event && hint.at.len() > 1 && hint.at.contains(&at))
    }

    /// True where a verb tells what has happened.
    pub fn tells_of_the_past(&self) -> bool {
        let past = |word: &Word| PAST.split_whitespace().any(|past| past == word.text);
        // "Is made", "meant to": no past.
        let passive = |at: usize| at > 0 && BEING.contains(&self.words[at - 1].text.as_str());
        let meant = |at: usize| {
            MEANT.contains(&self.words[at].text.as_str()) && self.words.get(at + 1).is_some_and(|to| to.text == "to")
        };
        (0..self.words.len()).any(|at| past(&self.words[at]) && !passive(at) && !meant(at) && !self.is_formula(at))
    }
}

/// The clause of each word, and whether each clause ends in a question mark. A comma divides as well: people tell, then ask.
fn clauses(text: &str, words: &[Word]) -> (Vec<usize>, Vec<bool>) {
    let mut clause = Vec::with_capacity(words.len());
    let mut asking = vec![false];
    for (at, word) in words.iter().enumerate() {
        clause.push(asking.len() - 1);
        let end = words.get(at + 1).map_or(text.len(), |next| next.at.start);
        let between = &text[word.at.end..end];
        if between.contains('?')
            && let Some(last) = asking.last_mut()
        {
            *last = true;
        }
        let divides = |mark: char| {
            matches!(mark, ',' | '.' | '?' | '!' | ';' | ':' | '(' | ')' | '\n' | '…' | '—' | '–' | '=')
                || !mark.is_ascii()
        };
        let apart =
            between.contains(|mark: char| divides(mark) && mark != '→' && mark != '’') || between.contains(" - ");
        if apart && end < text.len() {
            asking.push(false);
        }
    }
    (clause, asking)
}

/// "2 pm" is a time of the day, whoever is called PM.
fn is_clock(text: &str, words: &[Word], mention: &Mention) -> bool {
    let word = &words[mention.start];
    let before = text[..word.at.start].trim_end().chars().next_back();
    mention.end == mention.start + 1
        && matches!(word.text.as_str(), "am" | "pm")
        && before.is_some_and(|letter| letter.is_ascii_digit())
}

/// A word of grammar is a name only where it is written like one: "IT", but not "it".
fn is_grammar(library: &Library, text: &str, words: &[Word], mention: &Mention) -> bool {
    let [word] = &words[mention.start..mention.end] else { return false };
    let written = &text[word.at.clone()];
    library.search.weight(word) == Weight::None && written.chars().filter(|letter| letter.is_uppercase()).count() < 2
}

/// Words that lead up to a question.
const LEADS_UP: [&str; 12] = ["so", "ok", "and", "but", "hey", "hi", "hello", "um", "well", "pls", "please", "plz"];

/// Nouns for somebody with a role: "which job", "which of these people".
const SOMEBODY: [&str; 14] = [
    "role",
    "roles",
    "job",
    "jobs",
    "position",
    "positions",
    "title",
    "person",
    "people",
    "manager",
    "managers",
    "member",
    "post",
    "team-mate",
];

/// After a role's name these say no more than the name does.
const POST: [&str; 4] = ["part", "role", "job", "position"];

/// Where one of these stands first, "which" asks for something else: "which way leads from ...", "which tools does a ...".
const OTHERWISE: [&str; 16] =
    ["from", "to", "for", "in", "on", "by", "a", "an", "do", "does", "did", "is", "are", "can", "should", "would"];

fn hints(words: &[Word], clause: &[usize], named: &[bool], known: &dyn Fn(&Word) -> bool) -> Vec<Hint> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let opens = opens(words, clause, at);
        let fits = phrases_from(&words[at], known).iter().find(|(phrase, cue)| {
            // "About" opens a question, or goes on with one; elsewhere somebody argues about something.
            let goes_on = found.last().is_some_and(|hint: &Hint| hint.cue == Cue::Asks && hint.at.end + 3 >= at);
            (opens || *cue != Cue::YesNo && (phrase.len() > 1 || phrase[0] != "about" || goes_on))
                && phrase.len() <= words.len() - at
                && phrase.iter().zip(&words[at..]).skip(1).all(|(wanted, word)| *wanted == word.text)
                && (at..at + phrase.len()).all(|part| !named[part])
        });
        let wants_somebody = || {
            words[at].text == "which"
                && (at + 1..words.len().min(at + 5))
                    .take_while(|next| clause[*next] == clause[at] && !OTHERWISE.contains(&words[*next].text.as_str()))
                    .any(|next| named[next] || SOMEBODY.contains(&words[next].text.as_str()))
        };
        match fits {
            Some((_, cue)) if *cue != Cue::Who && wants_somebody() => {
                found.push(Hint { cue: Cue::Who, at: at..at + 1 });
                at += 1;
            }
            Some((phrase, cue)) => {
                found.push(Hint { cue: *cue, at: at..at + phrase.len() });
                at += phrase.len();
            }
            None => at += 1,
        }
    }
    found
}

/// True at the beginning of a clause, or after a word that only leads up to it.
fn opens(words: &[Word], clause: &[usize], at: usize) -> bool {
    at == 0 || clause[at] != clause[at - 1] || LEADS_UP.contains(&words[at - 1].text.as_str())
}

/// The cues that begin with a word, or with the word that it is a misspelling of, where the corpus does not know it as it stands.
fn phrases_from(word: &Word, known: &dyn Fn(&Word) -> bool) -> &'static [Phrase] {
    if let Some(phrases) = BY_FIRST_WORD.get(word.text.as_str()) {
        return phrases;
    }
    if known(word) {
        return &[];
    }
    let word = word.text.as_str();
    let letters = word.chars().count();
    if letters < 7 {
        return &[];
    }
    let near = BY_FIRST_WORD.keys().filter(|known| known.len() > 6 && known.as_bytes()[0] == word.as_bytes()[0]);
    let near = near.filter(|known| known.chars().count().abs_diff(letters) < 2);
    let near = near.filter(|known| strsim::damerau_levenshtein(word, known) == 1).min();
    near.and_then(|known| BY_FIRST_WORD.get(known)).map_or(&[], Vec::as_slice)
}
