//! [`Sentence`]: the tokens of a message with its names, cues and clauses.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::LazyLock;

use crate::engine::intent::cues::{
    CUES, Cue, IRREGULAR_PAST_VERBS, NEGATIONS, OBLIGATION_WORDS, PASSIVE_AUXILIARIES, PERSONAL_WORDS,
};
use crate::knowledge::Knowledge;
use crate::search::names::{Match, Mention};
use crate::search::spelling::nearest;
use crate::search::text::english::{Token, tokenize};
use crate::search::text::lexicon::WordClass;

/// A cue in a sentence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CueMatch {
    /// The cue.
    pub(crate) cue: Cue,
    /// Range of its tokens.
    pub(crate) range: Range<usize>,
}

/// A message with its annotations.
#[derive(Debug)]
pub(crate) struct Sentence {
    /// Tokens.
    pub(crate) tokens: Vec<Token>,
    /// For each token, the index of its clause.
    pub(crate) clause_of: Vec<usize>,
    /// For each clause, whether it ends in a question mark.
    pub(crate) question_marked: Vec<bool>,
    /// Names of roles and topics.
    pub(crate) mentions: Vec<Mention>,
    /// Cues, in order.
    pub(crate) cue_matches: Vec<CueMatch>,
    /// True if an arrow stands between two names.
    pub(crate) has_arrow: bool,
    /// For each token, whether it belongs to a role's name. Partial matches do not count at first; see
    /// [`Sentence::mark_as_role_name`].
    pub(crate) in_role_name: Vec<bool>,
}

/// The words of a phrase and its cue.
type CuePhrase = (Vec<&'static str>, Cue);

/// True if a phrase of several words starts here ("job description").
fn starts_multiword_cue(words: &[Token], at: usize) -> bool {
    let phrases =
        words.get(at).and_then(|word| CUES_BY_FIRST_WORD.get(word.text.as_str())).map_or(&[][..], Vec::as_slice);
    let starts_here = |(phrase, _): &CuePhrase| {
        let here = words[at..].iter().map(|word| word.text.as_str()).take(phrase.len());
        phrase.len() > 1 && here.eq(phrase.iter().copied())
    };
    phrases.iter().any(starts_here)
}

/// The phrases by their first word, longest first.
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

/// Max tokens; the rest of a message is ignored, to bound the cost.
const MAX_TOKENS: usize = 120;

impl Sentence {
    /// Parses a message.
    pub(crate) fn parse(knowledge: &Knowledge, text: &str) -> Sentence {
        let mut tokens = tokenize(text);
        tokens.truncate(MAX_TOKENS);
        let (clause_of, question_marked) = split_clauses(text, &tokens);
        let in_corpus = |word: &str| knowledge.searcher.contains_stem(&crate::search::text::english::stem(word));
        let mut mentions = knowledge.names.find_mentions(&tokens, &in_corpus);
        mentions.retain(|mention| {
            !is_time_of_day(text, &tokens, mention) && !is_stop_word(knowledge, text, &tokens, mention)
        });
        for mention in mentions.iter_mut().filter(|mention| mention.match_kind == Match::Partial) {
            // An abbreviation in capitals, or one that is no word of the corpus, may be any of its roles.
            let spelling = &text[tokens[mention.start].span.clone()];
            let capitals = spelling.len() > 1 && spelling.chars().all(char::is_uppercase);
            if mention.documents.len() > 1
                && (capitals || !knowledge.searcher.contains_stem(&tokens[mention.start].stem))
            {
                mention.match_kind = Match::Ambiguous;
            }
        }
        let mut in_role_name = vec![false; tokens.len()];
        for mention in mentions.iter().filter(|mention| mention.match_kind != Match::Partial) {
            if mention.documents.iter().any(|at| knowledge.document(*at).is_role()) {
                in_role_name[mention.start..mention.end].fill(true);
                // "The pharmacist's part", "the porter role": include the suffix.
                let is_suffix = |word: &&Token| {
                    ROLE_NAME_SUFFIXES.contains(&word.text.as_str()) && !starts_multiword_cue(&tokens, mention.end)
                };
                if let Some(next) = tokens.get(mention.end).filter(is_suffix) {
                    let adjacent = text[tokens[mention.end - 1].span.end..next.span.start].trim().is_empty();
                    in_role_name[mention.end] |= adjacent;
                }
            }
        }
        let mut cue_matches =
            find_cues(&tokens, &clause_of, &in_role_name, &|word| knowledge.searcher.contains_stem(&word.stem));
        // An event phrase within the name of a document ("on call") is not an event.
        let in_document_name = |cue_match: &CueMatch| {
            let inside =
                |mention: &Mention| mention.start <= cue_match.range.start && cue_match.range.end <= mention.end;
            mentions.iter().any(|mention| mention.match_kind != Match::Partial && inside(mention))
        };
        cue_matches.retain(|cue_match| cue_match.cue != Cue::Event || !in_document_name(cue_match));
        let has_arrow = mentions.windows(2).any(|pair| {
            let between = &text[tokens[pair[0].end - 1].span.end..tokens[pair[1].start].span.start];
            ["->", "→", "=>", "➡", ">", "⇒"].iter().any(|arrow| between.contains(arrow))
        });
        Sentence { tokens, clause_of, question_marked, mentions, cue_matches, has_arrow, in_role_name }
    }

    /// Marks tokens as a role's name. Removes their cues; they are no longer content.
    pub(crate) fn mark_as_role_name(&mut self, tokens: Range<usize>) {
        self.cue_matches.retain(|cue_match| cue_match.range.end <= tokens.start || cue_match.range.start >= tokens.end);
        self.in_role_name[tokens].fill(true);
    }

    /// True if a cue starts a clause, discourse markers aside.
    pub(crate) fn starts_clause(&self, cue_match: &CueMatch) -> bool {
        is_clause_start(&self.tokens, &self.clause_of, cue_match.range.start)
    }

    /// True if the sentence has this cue.
    pub(crate) fn has_cue(&self, cue: Cue) -> bool {
        self.cue_matches.iter().any(|cue_match| cue_match.cue == cue)
    }

    /// The first match of this cue.
    pub(crate) fn first_cue(&self, cue: Cue) -> Option<&CueMatch> {
        self.cue_matches.iter().find(|cue_match| cue_match.cue == cue)
    }

    /// True for a comparison in the strict sense; "as opposed to" is none.
    pub(crate) fn is_comparison(&self) -> bool {
        let is_comparative = |cue_match: &CueMatch| {
            let first = self.tokens[cue_match.range.start].text.as_str();
            ["vs", "versus", "diff", "compar", "distin"].iter().any(|prefix| first.starts_with(prefix))
        };
        self.cue_matches.iter().any(|cue_match| cue_match.cue == Cue::Compare && is_comparative(cue_match))
    }

    /// The measure that is asked for; empty: any measure.
    pub(crate) fn measure(&self) -> Option<&'static str> {
        let makes = || {
            self.tokens.iter().any(|word| matches!(word.text.as_str(), "make" | "makes" | "making" | "bring" | "get"))
        };
        let how_much = self
            .cue_matches
            .iter()
            .any(|cue_match| cue_match.cue == Cue::Measure("") && self.tokens[cue_match.range.start].text == "how");
        if how_much && makes() && self.in_role_name.contains(&true) {
            return Some("pay");
        }
        let measures = || {
            self.cue_matches
                .iter()
                .filter_map(|cue_match| if let Cue::Measure(name) = cue_match.cue { Some(name) } else { None })
        };
        measures().find(|name| !name.is_empty() && *name != "count").or_else(|| measures().max())
    }

    /// Content words: neither in a role's name nor in a match of the cues `spent`, in the clauses that `keep` selects.
    pub(crate) fn content_tokens(&self, spent: &[Cue], keep: impl Fn(usize) -> bool) -> Vec<&Token> {
        let is_spent = |cue_match: &&CueMatch| {
            spent.iter().any(|cue| std::mem::discriminant(cue) == std::mem::discriminant(&cue_match.cue))
        };
        (0..self.tokens.len())
            .filter(|at| keep(self.clause_of[*at]))
            .filter(|at| !self.in_role_name[*at])
            .filter(|at| !self.cue_matches.iter().filter(is_spent).any(|cue_match| cue_match.range.contains(at)))
            .map(|at| &self.tokens[at])
            .collect()
    }

    /// True if the sentence is negated.
    pub(crate) fn is_negated(&self) -> bool {
        let is_negation = |word: &Token| word.text.ends_with("n't") || NEGATIONS.contains(&word.text.as_str());
        self.tokens.iter().any(is_negation)
    }

    /// True if the sentence asks for all of something.
    pub(crate) fn asks_for_all(&self) -> bool {
        self.tokens.iter().any(|word| matches!(word.text.as_str(), "everything" | "all"))
    }

    /// True if the sentence refers to the speaker, persons present or things at hand.
    pub(crate) fn is_personal(&self) -> bool {
        (0..self.tokens.len())
            .any(|at| PERSONAL_WORDS.contains(&self.tokens[at].text.as_str()) && !self.is_in_cue_phrase(at))
    }

    /// True if the sentence is a name, apart from words of low weight ("... please").
    pub(crate) fn is_name_alone(&self, knowledge: &Knowledge) -> bool {
        let in_name = |at: usize| {
            let inside =
                |mention: &Mention| mention.match_kind != Match::Partial && (mention.start..mention.end).contains(&at);
            self.mentions.iter().any(inside)
        };
        let is_low_weight = |at: usize| knowledge.searcher.classify(&self.tokens[at]) != WordClass::Content;
        (0..self.tokens.len()).any(in_name) && (0..self.tokens.len()).all(|at| in_name(at) || is_low_weight(at))
    }

    /// True if the sentence names a topic.
    pub(crate) fn mentions_topic(&self, knowledge: &Knowledge) -> bool {
        let topic = |mention: &Mention| mention.documents.iter().all(|at| !knowledge.document(*at).is_role());
        self.mentions.iter().any(|mention| mention.match_kind != Match::Partial && topic(mention))
    }

    /// True for a token of a topic's name.
    pub(crate) fn is_in_topic_name(&self, word: &Token) -> bool {
        let inside = |mention: &Mention| (mention.start..mention.end).any(|at| self.tokens[at].span == word.span);
        self.mentions.iter().any(|mention| mention.match_kind != Match::Partial && inside(mention))
    }

    /// True for a token in a phrase of several words: the "me" of "tell me about" is not personal.
    pub(crate) fn is_in_cue_phrase(&self, at: usize) -> bool {
        self.cue_matches
            .iter()
            .any(|cue_match| cue_match.cue != Cue::Event && cue_match.range.len() > 1 && cue_match.range.contains(&at))
    }

    /// True if the sentence has a verb in the past tense.
    pub(crate) fn is_past_tense(&self) -> bool {
        let is_past = |word: &Token| IRREGULAR_PAST_VERBS.split_whitespace().any(|verb| verb == word.text);
        // Excludes "is made" and "meant to".
        let is_passive = |at: usize| at > 0 && PASSIVE_AUXILIARIES.contains(&self.tokens[at - 1].text.as_str());
        let is_obligation = |at: usize| {
            OBLIGATION_WORDS.contains(&self.tokens[at].text.as_str())
                && self.tokens.get(at + 1).is_some_and(|to| to.text == "to")
        };
        (0..self.tokens.len())
            .any(|at| is_past(&self.tokens[at]) && !is_passive(at) && !is_obligation(at) && !self.is_in_cue_phrase(at))
    }
}

/// The clause of each token, and whether each clause ends in a question mark. Commas separate clauses, too.
fn split_clauses(text: &str, words: &[Token]) -> (Vec<usize>, Vec<bool>) {
    let mut clause_of = Vec::with_capacity(words.len());
    let mut question_marked = vec![false];
    for (at, word) in words.iter().enumerate() {
        clause_of.push(question_marked.len() - 1);
        let end = words.get(at + 1).map_or(text.len(), |next| next.span.start);
        let between = &text[word.span.end..end];
        if between.contains('?')
            && let Some(last) = question_marked.last_mut()
        {
            *last = true;
        }
        let is_separator = |mark: char| {
            matches!(mark, ',' | '.' | '?' | '!' | ';' | ':' | '(' | ')' | '\n' | '…' | '—' | '–' | '=')
                || !mark.is_ascii()
        };
        let separated =
            between.contains(|mark: char| is_separator(mark) && mark != '→' && mark != '’') || between.contains(" - ");
        if separated && end < text.len() {
            question_marked.push(false);
        }
    }
    (clause_of, question_marked)
}

/// "2 pm" is a time, not the role PM.
fn is_time_of_day(text: &str, words: &[Token], mention: &Mention) -> bool {
    let word = &words[mention.start];
    let before = text[..word.span.start].trim_end().chars().next_back();
    mention.end == mention.start + 1
        && matches!(word.text.as_str(), "am" | "pm")
        && before.is_some_and(|letter| letter.is_ascii_digit())
}

/// True for a stop word, unless it is written in capitals: "it", but not "IT".
fn is_stop_word(knowledge: &Knowledge, text: &str, words: &[Token], mention: &Mention) -> bool {
    let [word] = &words[mention.start..mention.end] else { return false };
    let spelling = &text[word.span.clone()];
    knowledge.searcher.classify(word) == WordClass::StopWord
        && spelling.chars().filter(|letter| letter.is_uppercase()).count() < 2
}

/// Words that may precede the start of a question.
const DISCOURSE_MARKERS: [&str; 12] =
    ["so", "ok", "and", "but", "hey", "hi", "hello", "um", "well", "pls", "please", "plz"];

/// Nouns that mean a role or person: "which job", "which of these people".
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

/// Words after a role's name that add nothing to it.
const ROLE_NAME_SUFFIXES: [&str; 4] = ["part", "role", "job", "position"];

/// Words that end the noun phrase after "which": in "which way leads from ..." and "which tools does a ..." it does not
/// ask for a role.
const WHICH_PHRASE_TERMINATORS: [&str; 16] =
    ["from", "to", "for", "in", "on", "by", "a", "an", "do", "does", "did", "is", "are", "can", "should", "would"];

fn find_cues(
    words: &[Token],
    clause_of: &[usize],
    in_role_name: &[bool],
    in_corpus: &dyn Fn(&Token) -> bool,
) -> Vec<CueMatch> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < words.len() {
        let at_clause_start = is_clause_start(words, clause_of, at);
        let phrase_match = cue_phrases_for(&words[at], in_corpus).iter().find(|(phrase, cue)| {
            // "About" is a cue only at the start of a clause, or after an interrogative cue.
            let after_interrogative = found.last().is_some_and(|cue_match: &CueMatch| {
                cue_match.cue == Cue::Interrogative && cue_match.range.end + 3 >= at
            });
            (at_clause_start || *cue != Cue::YesNo && (phrase.len() > 1 || phrase[0] != "about" || after_interrogative))
                && phrase.len() <= words.len() - at
                && phrase.iter().zip(&words[at..]).skip(1).all(|(expected, word)| *expected == word.text)
                && (at..at + phrase.len()).all(|index| !in_role_name[index])
        });
        let asks_for_role = || {
            words[at].text == "which"
                && (at + 1..words.len().min(at + 5))
                    .take_while(|next| {
                        clause_of[*next] == clause_of[at]
                            && !WHICH_PHRASE_TERMINATORS.contains(&words[*next].text.as_str())
                    })
                    .any(|next| in_role_name[next] || ROLE_NOUNS.contains(&words[next].text.as_str()))
        };
        match phrase_match {
            Some((_, cue)) if *cue != Cue::Who && asks_for_role() => {
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

/// True at the start of a clause, or after a discourse marker.
fn is_clause_start(words: &[Token], clause_of: &[usize], at: usize) -> bool {
    at == 0 || clause_of[at] != clause_of[at - 1] || DISCOURSE_MARKERS.contains(&words[at - 1].text.as_str())
}

/// The phrases that start with a word. A word that the corpus lacks may be a misspelling of one (edit distance 1).
fn cue_phrases_for(word: &Token, in_corpus: &dyn Fn(&Token) -> bool) -> &'static [CuePhrase] {
    if let Some(phrases) = CUES_BY_FIRST_WORD.get(word.text.as_str()) {
        return phrases;
    }
    if in_corpus(word) {
        return &[];
    }
    let word = word.text.as_str();
    if word.chars().count() < 7 {
        return &[];
    }
    let cues = CUES_BY_FIRST_WORD.keys().copied();
    let cues = cues.filter(|cue| cue.len() > 6 && cue.as_bytes()[0] == word.as_bytes()[0]);
    nearest(word, cues, 1).and_then(|cue| CUES_BY_FIRST_WORD.get(cue)).map_or(&[], Vec::as_slice)
}
