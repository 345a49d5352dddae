//! English, as far as searching needs it: words out of text, and their stems. A second language is a second file of this shape.

use std::collections::HashMap;
use std::ops::Range;

use frostem::{Algorithm, Stemmer};

/// One word of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    /// Lower case, without accents and possessive ending.
    pub text: String,
    /// What is compared: British and American spelling, and all endings, made one.
    pub stem: String,
    /// Where it stands in the text, in bytes.
    pub span: Range<usize>,
}

/// The words of a text in their order. Apostrophes stay inside a word ("don't"); a slash does between single letters ("a/b").
pub fn tokenize(text: &str) -> Vec<Token> {
    tokenize_with(text, &mut stem)
}

/// Cuts the many texts of a corpus, whose words come again and again: each is stemmed once.
#[derive(Debug, Default)]
pub struct CachingTokenizer {
    stem_cache: HashMap<String, String>,
}

impl CachingTokenizer {
    /// The words of a text, then those that a hyphen joins once more as one: who types "xray" means the "X-ray".
    pub fn tokenize(&mut self, text: &str) -> Vec<Token> {
        let stems = &mut self.stem_cache;
        let mut known = |word: &str| match stems.get(word) {
            Some(stem) => stem.clone(),
            None => stems.entry(word.to_owned()).or_insert_with(|| stem(word)).clone(),
        };
        let mut words = tokenize_with(text, &mut known);
        for at in 1..words.len() {
            let (before, after) = (words[at - 1].span.clone(), words[at].span.clone());
            if &text[before.end..after.start] == "-" {
                let joined = format!("{}{}", words[at - 1].text, words[at].text);
                words.push(Token { stem: known(&joined), text: joined, span: before.start..after.end });
            }
        }
        words
    }
}

fn tokenize_with(text: &str, stem: &mut dyn FnMut(&str) -> String) -> Vec<Token> {
    let mut words = Vec::new();
    let mut rest = text.char_indices().peekable();
    while let Some((start, first)) = rest.next() {
        if !first.is_alphanumeric() {
            continue;
        }
        let mut end = start + first.len_utf8();
        let mut letters = 1;
        while let Some(&(at, next)) = rest.peek() {
            let joins = matches!(next, '\'' | '’') || (next == '/' && letters == 1);
            let after = text[at + next.len_utf8()..].chars().next();
            let slashed = next != '/' || !text[at + 1..].chars().nth(1).is_some_and(char::is_alphanumeric);
            if next.is_alphanumeric() || (joins && slashed && after.is_some_and(char::is_alphanumeric)) {
                end = at + next.len_utf8();
                letters += 1;
                rest.next();
            } else {
                break;
            }
        }
        let lower: String = text[start..end].chars().flat_map(char::to_lowercase).map(fold_accents).collect();
        let endings = ["'s", "'d", "'ll", "'re", "'ve"];
        let text = endings.iter().find_map(|ending| lower.strip_suffix(ending)).unwrap_or(&lower).to_owned();
        words.push(Token { stem: stem(&text), text, span: start..end });
    }
    words
}

/// Letters of European languages without their accents; a straight apostrophe for a curly one.
fn fold_accents(letter: char) -> char {
    match letter {
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

/// Forms that no ending tells: the past of common verbs, odd plurals.
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

/// The stem of a lower-case word (Snowball's English stemmer, after British spelling is turned into American).
pub fn stem(word: &str) -> String {
    let mut word = IRREGULAR_FORMS.iter().find(|(form, _)| *form == word).map_or(word, |(_, plain)| plain).to_owned();
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
        tokenize(text).into_iter().map(|word| word.text).collect()
    }

    #[test]
    fn words_keep_apostrophes_and_lose_possessives() {
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
