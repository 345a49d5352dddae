//! A message as its words, with everything in it that has a meaning of its own marked: names, cues, clauses. No decision is made here.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::engine::intent::cues::{
    CUES, Cue, IRREGULAR_PAST_VERBS, NEGATIONS, OBLIGATION_WORDS, PASSIVE_AUXILIARIES, PERSONAL_WORDS,
};
use crate::knowledge::Library;
use crate::search::names::{Match, Mention};
use crate::search::text::english::{Token, tokenize};
use crate::search::text::lexicon::WordClass;

/// A hint in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CueMatch {
    /// What it hints at.
    pub cue: Cue,
    /// Its words, counted from 0.
    pub range: Range<usize>,
}

/// A message, taken apart.
#[derive(Debug)]
pub struct Sentence {
    /// Its words.
    pub tokens: Vec<Token>,
    /// For each word the clause that it stands in, counted from 0.
    pub clause_of: Vec<usize>,
    /// Clauses that end in a question mark.
    pub question_marked: Vec<bool>,
    /// Names of roles and topics.
    pub mentions: Vec<Mention>,
    /// Hints at what is asked.
    pub cue_matches: Vec<CueMatch>,
    /// Something like an arrow stands between two names.
    pub has_arrow: bool,
    /// For each word whether it is part of a role's name; a single word that is a name only where one is expected does not count.
    pub in_role_name: Vec<bool>,
}

/// The words of a cue, and what they hint at.
type CuePhrase = (Vec<&'static str>, Cue);

/// True where a cue of several words stands here ("job description").
fn starts_multiword_cue(words: &[Token], at: usize) -> bool {
    let phrases =
        words.get(at).and_then(|word| CUES_BY_FIRST_WORD.get(word.text.as_str())).map_or(&[][..], Vec::as_slice);
    let fits = |(phrase, _): &CuePhrase| {
        let here = words[at..].iter().map(|word| word.text.as_str()).take(phrase.len());
        phrase.len() > 1 && here.eq(phrase.iter().copied())
    };
    phrases.iter().any(fits)
}

/// The cues by their first word, longest first.
static CUES_BY_FIRST_WORD: LazyLock<HashMap<&'static str, Vec<CuePhrase>>> = LazyLock::new(|| {
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
const MAX_TOKENS: usize = 120;

impl Sentence {
    /// Takes a message apart.
    pub fn parse(library: &Library, text: &str) -> Sentence {
        let mut words = tokenize(text);
        words.truncate(MAX_TOKENS);
        let (clause, asking) = split_clauses(text, &words);
        let ordinary = |word: &str| library.searcher.contains_stem(&crate::search::text::english::stem(word));
        let mut mentions = library.names.find_mentions(&words, &ordinary);
        mentions
            .retain(|mention| !is_time_of_day(text, &words, mention) && !is_stop_word(library, text, &words, mention));
        for mention in mentions.iter_mut().filter(|mention| mention.match_kind == Match::Partial) {
            // Written in capitals, or no word otherwise, an abbreviation means what it stands for.
            let written = &text[words[mention.start].span.clone()];
            let capitals = written.len() > 1 && written.chars().all(char::is_uppercase);
            if mention.documents.len() > 1 && (capitals || !library.searcher.contains_stem(&words[mention.start].stem))
            {
                mention.match_kind = Match::Ambiguous;
            }
        }
        let mut named = vec![false; words.len()];
        for mention in mentions.iter().filter(|mention| mention.match_kind != Match::Partial) {
            if mention.documents.iter().any(|at| library.document(*at).is_role()) {
                named[mention.start..mention.end].fill(true);
                // "The pharmacist's part", "the porter role".
                let post = |word: &&Token| {
                    ROLE_NAME_SUFFIXES.contains(&word.text.as_str()) && !starts_multiword_cue(&words, mention.end)
                };
                if let Some(next) = words.get(mention.end).filter(post) {
                    let together = text[words[mention.end - 1].span.end..next.span.start].trim().is_empty();
                    named[mention.end] |= together;
                }
            }
        }
        let mut hints = find_cues(&words, &clause, &named, &|word| library.searcher.contains_stem(&word.stem));
        // A rota "on call" that the corpus has a document about is no event of today.
        let subject = |hint: &CueMatch| {
            let inside = |mention: &Mention| mention.start <= hint.range.start && hint.range.end <= mention.end;
            mentions.iter().any(|mention| mention.match_kind != Match::Partial && inside(mention))
        };
        hints.retain(|hint| hint.cue != Cue::Event || !subject(hint));
        let arrow = mentions.windows(2).any(|pair| {
            let between = &text[words[pair[0].end - 1].span.end..words[pair[1].start].span.start];
            ["->", "→", "=>", "➡", ">", "⇒"].iter().any(|arrow| between.contains(arrow))
        });
        Sentence {
            tokens: words,
            clause_of: clause,
            question_marked: asking,
            mentions,
            cue_matches: hints,
            has_arrow: arrow,
            in_role_name: named,
        }
    }

    /// Takes words for a role's name after all: they hint at nothing, and are no content.
    pub fn mark_as_role_name(&mut self, tokens: Range<usize>) {
        self.cue_matches.retain(|hint| hint.range.end <= tokens.start || hint.range.start >= tokens.end);
        self.in_role_name[tokens].fill(true);
    }

    /// True for a hint at the beginning of a clause, or right after a word that only leads up to it.
    pub fn starts_clause(&self, hint: &CueMatch) -> bool {
        is_clause_start(&self.tokens, &self.clause_of, hint.range.start)
    }

    /// True where a cue of this kind stands anywhere.
    pub fn has_cue(&self, cue: Cue) -> bool {
        self.cue_matches.iter().any(|hint| hint.cue == cue)
    }

    /// The first hint of this kind.
    pub fn first_cue(&self, cue: Cue) -> Option<&CueMatch> {
        self.cue_matches.iter().find(|hint| hint.cue == cue)
    }

    /// True where something is held against something else, not only set apart from it ("as opposed to").
    pub fn is_comparison(&self) -> bool {
        let holds = |hint: &CueMatch| {
            let first = self.tokens[hint.range.start].text.as_str();
            ["vs", "versus", "diff", "compar", "distin"].iter().any(|begin| first.starts_with(begin))
        };
        self.cue_matches.iter().any(|hint| hint.cue == Cue::Compare && holds(hint))
    }

    /// The measure that is asked for; an empty one is a figure of whatever kind.
    pub fn measure(&self) -> Option<&'static str> {
        let makes = || {
            self.tokens.iter().any(|word| matches!(word.text.as_str(), "make" | "makes" | "making" | "bring" | "get"))
        };
        let how_much = self
            .cue_matches
            .iter()
            .any(|hint| hint.cue == Cue::Measure("") && self.tokens[hint.range.start].text == "how");
        if how_much && makes() && self.in_role_name.contains(&true) {
            return Some("pay");
        }
        let measures = || {
            self.cue_matches.iter().filter_map(|hint| if let Cue::Measure(name) = hint.cue { Some(name) } else { None })
        };
        measures().find(|name| !name.is_empty() && *name != "count").or_else(|| measures().max())
    }

    /// The words that say what a question is about: no part of a name, nor of a hint of the kinds in `spent`, in the clauses that
    /// `keep` picks.
    pub fn content_tokens(&self, spent: &[Cue], keep: impl Fn(usize) -> bool) -> Vec<&Token> {
        let is_spent =
            |hint: &&CueMatch| spent.iter().any(|cue| std::mem::discriminant(cue) == std::mem::discriminant(&hint.cue));
        (0..self.tokens.len())
            .filter(|at| keep(self.clause_of[*at]))
            .filter(|at| !self.in_role_name[*at])
            .filter(|at| !self.cue_matches.iter().filter(is_spent).any(|hint| hint.range.contains(at)))
            .map(|at| &self.tokens[at])
            .collect()
    }

    /// True where something is denied: what somebody does not do is asked for.
    pub fn is_negated(&self) -> bool {
        let denial = |word: &Token| word.text.ends_with("n't") || NEGATIONS.contains(&word.text.as_str());
        self.tokens.iter().any(denial)
    }

    /// True where all of something is asked for.
    pub fn asks_for_all(&self) -> bool {
        self.tokens.iter().any(|word| matches!(word.text.as_str(), "everything" | "all"))
    }

    /// True where somebody speaks of himself, of those present, or of what is at hand.
    pub fn is_personal(&self) -> bool {
        (0..self.tokens.len())
            .any(|at| PERSONAL_WORDS.contains(&self.tokens[at].text.as_str()) && !self.is_in_cue_phrase(at))
    }

    /// True where a name is all that is said, up to words that say little ("... please").
    pub fn is_name_alone(&self, library: &Library) -> bool {
        let named = |at: usize| {
            let inside =
                |mention: &Mention| mention.match_kind != Match::Partial && (mention.start..mention.end).contains(&at);
            self.mentions.iter().any(inside)
        };
        let says_little = |at: usize| library.searcher.classify(&self.tokens[at]) != WordClass::Content;
        (0..self.tokens.len()).any(named) && (0..self.tokens.len()).all(|at| named(at) || says_little(at))
    }

    /// True where a topic is called by a name.
    pub fn mentions_topic(&self, library: &Library) -> bool {
        let topic = |mention: &Mention| mention.documents.iter().all(|at| !library.document(*at).is_role());
        self.mentions.iter().any(|mention| mention.match_kind != Match::Partial && topic(mention))
    }

    /// True for a word of a topic's name.
    pub fn is_in_topic_name(&self, word: &Token) -> bool {
        let inside = |mention: &Mention| (mention.start..mention.end).any(|at| self.tokens[at].span == word.span);
        self.mentions.iter().any(|mention| mention.match_kind != Match::Partial && inside(mention))
    }

    /// True for a word that belongs to a phrase of asking: the "me" of "tell me about" is nobody.
    pub fn is_in_cue_phrase(&self, at: usize) -> bool {
        self.cue_matches.iter().any(|hint| hint.cue != Cue::Event && hint.range.len() > 1 && hint.range.contains(&at))
    }

    /// True where a verb tells what has happened.
    pub fn is_past_tense(&self) -> bool {
        let past = |word: &Token| IRREGULAR_PAST_VERBS.split_whitespace().any(|past| past == word.text);
        // "Is made", "meant to": no past.
        let passive = |at: usize| at > 0 && PASSIVE_AUXILIARIES.contains(&self.tokens[at - 1].text.as_str());
        let meant = |at: usize| {
            OBLIGATION_WORDS.contains(&self.tokens[at].text.as_str())
                && self.tokens.get(at + 1).is_some_and(|to| to.text == "to")
        };
        (0..self.tokens.len())
            .any(|at| past(&self.tokens[at]) && !passive(at) && !meant(at) && !self.is_in_cue_phrase(at))
    }
}

/// The clause of each word, and whether each clause ends in a question mark. A comma divides as well: people tell, then ask.
fn split_clauses(text: &str, words: &[Token]) -> (Vec<usize>, Vec<bool>) {
    let mut clause = Vec::with_capacity(words.len());
    let mut asking = vec![false];
    for (at, word) in words.iter().enumerate() {
        clause.push(asking.len() - 1);
        let end = words.get(at + 1).map_or(text.len(), |next| next.span.start);
        let between = &text[word.span.end..end];
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
fn is_time_of_day(text: &str, words: &[Token], mention: &Mention) -> bool {
    let word = &words[mention.start];
    let before = text[..word.span.start].trim_end().chars().next_back();
    mention.end == mention.start + 1
        && matches!(word.text.as_str(), "am" | "pm")
        && before.is_some_and(|letter| letter.is_ascii_digit())
}

/// A word of grammar is a name only where it is written like one: "IT", but not "it".
fn is_stop_word(library: &Library, text: &str, words: &[Token], mention: &Mention) -> bool {
    let [word] = &words[mention.start..mention.end] else { return false };
    let written = &text[word.span.clone()];
    library.searcher.classify(word) == WordClass::StopWord
        && written.chars().filter(|letter| letter.is_uppercase()).count() < 2
}

/// Words that lead up to a question.
const DISCOURSE_MARKERS: [&str; 12] =
    ["so", "ok", "and", "but", "hey", "hi", "hello", "um", "well", "pls", "please", "plz"];

/// Nouns for somebody with a role: "which job", "which of these people".
const ROLE_NOUNS: [&str; 14] = [
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
const ROLE_NAME_SUFFIXES: [&str; 4] = ["part", "role", "job", "position"];

/// Where one of these stands first, "which" asks for something else: "which way leads from ...", "which tools does a ...".
const WHICH_PHRASE_TERMINATORS: [&str; 16] =
    ["from", "to", "for", "in", "on", "by", "a", "an", "do", "does", "did", "is", "are", "can", "should", "would"];

fn find_cues(words: &[Token], clause: &[usize], named: &[bool], known: &dyn Fn(&Token) -> bool) -> Vec<CueMatch> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let opens = is_clause_start(words, clause, at);
        let fits = cue_phrases_for(&words[at], known).iter().find(|(phrase, cue)| {
            // "About" opens a question, or goes on with one; elsewhere somebody argues about something.
            let goes_on =
                found.last().is_some_and(|hint: &CueMatch| hint.cue == Cue::Interrogative && hint.range.end + 3 >= at);
            (opens || *cue != Cue::YesNo && (phrase.len() > 1 || phrase[0] != "about" || goes_on))
                && phrase.len() <= words.len() - at
                && phrase.iter().zip(&words[at..]).skip(1).all(|(wanted, word)| *wanted == word.text)
                && (at..at + phrase.len()).all(|part| !named[part])
        });
        let wants_somebody = || {
            words[at].text == "which"
                && (at + 1..words.len().min(at + 5))
                    .take_while(|next| {
                        clause[*next] == clause[at] && !WHICH_PHRASE_TERMINATORS.contains(&words[*next].text.as_str())
                    })
                    .any(|next| named[next] || ROLE_NOUNS.contains(&words[next].text.as_str()))
        };
        match fits {
            Some((_, cue)) if *cue != Cue::Who && wants_somebody() => {
                found.push(CueMatch { cue: Cue::Who, range: at..at + 1 });
                at += 1;
            }
            Some((phrase, cue)) => {
                found.push(CueMatch { cue: *cue, range: at..at + phrase.len() });
                at += phrase.len();
            }
            None => at += 1,
        }
    }
    found
}

/// True at the beginning of a clause, or after a word that only leads up to it.
fn is_clause_start(words: &[Token], clause: &[usize], at: usize) -> bool {
    at == 0 || clause[at] != clause[at - 1] || DISCOURSE_MARKERS.contains(&words[at - 1].text.as_str())
}

/// The cues that begin with a word, or with the word that it is a misspelling of, where the corpus does not know it as it stands.
fn cue_phrases_for(word: &Token, known: &dyn Fn(&Token) -> bool) -> &'static [CuePhrase] {
    if let Some(phrases) = CUES_BY_FIRST_WORD.get(word.text.as_str()) {
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
    let near = CUES_BY_FIRST_WORD.keys().filter(|known| known.len() > 6 && known.as_bytes()[0] == word.as_bytes()[0]);
    let near = near.filter(|known| known.chars().count().abs_diff(letters) < 2);
    let near = near.filter(|known| strsim::damerau_levenshtein(word, known) == 1).min();
    near.and_then(|known| CUES_BY_FIRST_WORD.get(known)).map_or(&[], Vec::as_slice)
}
