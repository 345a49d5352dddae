//! English tokenizer and stemmer. A second language needs a second file like this one.

use std::collections::HashMap;
use std::ops::Range;

use frostem::{Algorithm, Stemmer};

/// One token of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Lower case, without accents and without a clitic such as 's or 'll.
    pub(crate) text: String,
    /// The stem, the same for British and American spelling.
    pub stem: String,
    /// Byte range in the text.
    pub(crate) span: Range<usize>,
}

/// Tokens of a text in order. An apostrophe inside a word is kept ("don't"), and so is a slash between single letters ("a/b").
pub fn tokenize(text: &str) -> Vec<Token> {
    tokenize_with(text, &mut stem)
}

/// A tokenizer that stems each distinct word once; for the texts of a whole corpus.
#[derive(Debug, Default)]
pub(crate) struct CachingTokenizer {
    stem_cache: HashMap<String, String>,
}

impl CachingTokenizer {
    /// The tokens of a text, followed by one joined token for each hyphenated pair, so that "xray" matches "X-ray".
    pub(crate) fn tokenize(&mut self, text: &str) -> Vec<Token> {
        let cache = &mut self.stem_cache;
        let mut cached_stem = |word: &str| match cache.get(word) {
            Some(stem) => stem.clone(),
            None => cache.entry(word.to_owned()).or_insert_with(|| stem(word)).clone(),
        };
        let mut tokens = tokenize_with(text, &mut cached_stem);
        for index in 1..tokens.len() {
            let (left, right) = (tokens[index - 1].span.clone(), tokens[index].span.clone());
            if &text[left.end..right.start] == "-" {
                let joined = format!("{}{}", tokens[index - 1].text, tokens[index].text);
                tokens.push(Token { stem: cached_stem(&joined), text: joined, span: left.start..right.end });
            }
        }
        tokens
    }
}

fn tokenize_with(text: &str, stem: &mut dyn FnMut(&str) -> String) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.char_indices().peekable();
    while let Some((start, first)) = chars.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut length = 1;
        while let Some(&(offset, next)) = chars.peek() {
            let joins = matches!(next, '\'' | '’') || (next == '/' && length == 1);
            let following = text[offset + next.len_utf8()..].chars().next();
            let single_letter = next != '/' || !text[offset + 1..].chars().nth(1).is_some_and(char::is_alphanumeric);
            if next.is_alphanumeric() || (joins && single_letter && following.is_some_and(char::is_alphanumeric)) {
                end = offset + next.len_utf8();
                length += 1;
                chars.next();
            } else {
                break;
            }
        }
        let lower: String = text[start..end].chars().flat_map(char::to_lowercase).map(fold_accents).collect();
        let clitics = ["'s", "'d", "'ll", "'re", "'ve"];
        let text = clitics.iter().find_map(|clitic| lower.strip_suffix(clitic)).unwrap_or(&lower).to_owned();
        tokens.push(Token { stem: stem(&text), text, span: start..end });
    }
    tokens
}

/// Removes the accent of a lower-case Western European letter; makes a curly apostrophe straight.
fn fold_accents(c: char) -> char {
    match c {
        '’' | 'ʼ' => '\'',
        'à'..='å' => 'a',
        'ç' => 'c',
        'è'..='ë' => 'e',
        'ì'..='ï' => 'i',
        'ñ' => 'n',
        'ò'..='ö' | 'ø' => 'o',
        'ù'..='ü' => 'u',
        'ý' | 'ÿ' => 'y',
        other => other,
    }
}

/// Irregular past forms and plurals with their base form; the Snowball stemmer does not cover them.
const IRREGULAR_FORMS: [(&str, &str); 62] = [
    ("built", "build"),
    ("bought", "buy"),
    ("taught", "teach"),
    ("sold", "sell"),
    ("paid", "pay"),
    ("kept", "keep"),
    ("led", "lead"),
    ("ran", "run"),
    ("wrote", "write"),
    ("written", "write"),
    ("spoke", "speak"),
    ("spoken", "speak"),
    ("chose", "choose"),
    ("chosen", "choose"),
    ("drew", "draw"),
    ("drawn", "draw"),
    ("gave", "give"),
    ("given", "give"),
    ("took", "take"),
    ("taken", "take"),
    ("made", "make"),
    ("found", "find"),
    ("held", "hold"),
    ("met", "meet"),
    ("sent", "send"),
    ("spent", "spend"),
    ("thought", "think"),
    ("brought", "bring"),
    ("grew", "grow"),
    ("grown", "grow"),
    ("fell", "fall"),
    ("fallen", "fall"),
    ("broke", "break"),
    ("broken", "break"),
    ("began", "begin"),
    ("begun", "begin"),
    ("saw", "see"),
    ("seen", "see"),
    ("told", "tell"),
    ("said", "say"),
    ("went", "go"),
    ("gone", "go"),
    ("lost", "lose"),
    ("won", "win"),
    ("understood", "understand"),
    ("caught", "catch"),
    ("fought", "fight"),
    ("stuck", "stick"),
    ("thrown", "throw"),
    ("knew", "know"),
    ("known", "know"),
    ("shown", "show"),
    ("dealt", "deal"),
    ("done", "do"),
    ("got", "get"),
    ("children", "child"),
    ("men", "man"),
    ("women", "woman"),
    ("feet", "foot"),
    ("criteria", "criterion"),
    ("complaint", "complain"),
    ("complaints", "complain"),
];

/// The stem of a lower-case word: irregular forms replaced, British spelling made American, then Snowball's English stemmer.
pub(crate) fn stem(word: &str) -> String {
    let mut word = IRREGULAR_FORMS.iter().find(|(form, _)| *form == word).map_or(word, |(_, base)| base).to_owned();
    if word.len() > 5 {
        for (british, american) in
            [("isation", "ization"), ("ise", "ize"), ("ising", "izing"), ("yse", "yze"), ("ysing", "yzing")]
        {
            word = word.replace(british, american);
        }
        for (british, american) in
            [("our", "or"), ("lling", "ling"), ("lled", "led"), ("tre", "ter"), ("ogue", "og"), ("amme", "am")]
        {
            if let Some(root) = word.strip_suffix(british).filter(|root| root.len() > 2) {
                word = format!("{root}{american}");
            }
        }
        word = word.replace("avour", "avor").replace("olour", "olor").replace("artefact", "artifact");
    }
    Stemmer::new(Algorithm::English).stem(&word).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokenize(text).into_iter().map(|token| token.text).collect()
    }

    #[test]
    fn tokens_keep_apostrophes_and_lose_possessives() {
        assert_eq!(texts("Who's the PM's boss? don’t ask"), ["who", "the", "pm", "boss", "don't", "ask"]);
        assert_eq!(texts("a/b tests, and/or naïve"), ["a/b", "tests", "and", "or", "naive"]);
    }

    #[test]
    fn british_and_american_spelling_have_one_stem() {
        for (british, american) in [
            ("organisation", "organization"),
            ("prioritising", "prioritizing"),
            ("analyse", "analyze"),
            ("modelling", "modeling"),
            ("favourite", "favorite"),
        ] {
            assert_eq!(stem(british), stem(american));
        }
    }
}
