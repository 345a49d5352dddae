//! The English indefinite article before the title of a role. A plural title, or a department, has none.

use crate::i18n::fold;

/// Prepositions: the head noun comes before the first.
const PREPOSITIONS: [&str; 9] = ["at", "de", "for", "from", "in", "of", "on", "to", "with"];
/// Words before a preposition that are no head noun: that of "Front of House Managers" is "Managers".
const NON_NOUNS_BEFORE_PREPOSITION: [&str; 5] = ["back", "front", "go", "out", "point"];
/// Ranks that may precede a department: "VP Operations" is singular.
const RANKS: [&str; 7] = ["avp", "director", "evp", "manager", "president", "svp", "vp"];
/// Ranks that are adjectives too: "Head Operations" is singular, "Head Nurses" is plural.
const ADJECTIVE_RANKS: [&str; 3] = ["chief", "head", "lead"];
/// Departments with a plural name.
const DEPARTMENTS: [&str; 7] = ["communications", "operations", "people", "relations", "sales", "services", "systems"];
/// Singular nouns in -s, other than those in -ss, -us and -is.
const SINGULARS: [&str; 11] =
    ["d'affaires", "d’affaires", "alias", "atlas", "canvas", "corps", "gas", "lens", "news", "series", "specimen"];
/// Plural nouns without a plural ending.
const COLLECTIVES: [&str; 5] = ["clergy", "infantry", "personnel", "police", "staff"];
/// Suffixes of nouns for a person.
const PERSON_SUFFIXES: [&str; 8] = ["ant", "clerk", "ee", "er", "ian", "intern", "ist", "or"];

/// Letters whose name begins with a vowel sound: "an F".
const VOWEL_NAME_LETTERS: &str = "aefhilmnorsx";
/// Initialisms with a vowel that are also written in lower case.
const INITIALISMS: [&str; 7] = ["foh", "hvac", "mba", "mri", "nypd", "seo", "sre"];
/// Acronyms of three letters that are pronounced as a word; others are spelled out ("an SQL Developer"). Four or more capital letters
/// are a word if pronounceable ("a NATO Liaison", but "an HVAC Technician").
const ACRONYMS: [&str; 9] = ["lan", "net", "noc", "ram", "rem", "rom", "sim", "soc", "sox"];
/// Abbreviations without a vowel that are read as the full word.
const ABBREVIATIONS: [&str; 8] = ["lt", "mfg", "mgr", "mktg", "sgt", "snr", "sr", "st"];
/// Pairs of consonants that can begin a word, if the name of the first begins with a vowel sound.
const ONSETS: [&str; 12] = ["fl", "fr", "rh", "sc", "sh", "sk", "sl", "sm", "sn", "sp", "st", "sw"];
/// Prefixes pronounced like "you": "a User".
const YOU_SOUND_PREFIXES: [&str; 24] = [
    "euc", "eug", "eup", "eur", "ewe", "ua", "ubi", "uc", "uefa", "ufo", "uga", "ui", "uk", "unanim", "unesco",
    "unhcr", "uni", "ura", "ure", "uri", "uro", "us", "ut", "ux",
];
/// Exceptions from [`YOU_SOUND_PREFIXES`]: "an Unidentified Caller".
const U_SOUND_PREFIXES: [&str; 6] = ["unident", "unim", "unin", "ush", "utm", "utt"];
/// Prefixes with a silent "h".
const SILENT_H_PREFIXES: [&str; 5] = ["heir", "honest", "honor", "honour", "hour"];

/// Puts the article before a title: "a Cook", "an Usher", "Tellers".
pub(crate) fn with_article(title: &str) -> String {
    if is_plural(title) {
        title.to_owned()
    } else if begins_with_vowel(title) {
        format!("an {title}")
    } else {
        format!("a {title}")
    }
}

/// Whether the head noun of a title is a plural.
fn is_plural(title: &str) -> bool {
    let mut depth = 0_usize;
    let unbracketed = title.chars().filter(|character| match character {
        '(' | '[' => {
            depth += 1;
            false
        }
        ')' | ']' => {
            depth = depth.saturating_sub(1);
            false
        }
        _ => depth == 0,
    });
    let title: String = unbracketed.collect();
    let title = [" - ", " – ", " — "].into_iter().fold(title, |title, dash| title.replace(dash, ", "));
    let parts = title.split([',', ':', ';', '|']).map(|part| {
        let words =
            part.split_whitespace().map(|word| word.trim_matches(|character: char| !character.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
    });
    let mut parts = parts.filter(|words| !words.is_empty());
    let Some(noun) = parts.next().and_then(|words| head_noun(&words)) else { return false };
    // In a list that does not begin with a person, the last item counts: "Cutting, Punching, and Press Machine Operators".
    let list_end = parts.find(|words| ["and", "or"].contains(&words[0])).and_then(|words| head_noun(&words));
    let noun = list_end.filter(|end| is_person(end) && !is_person(noun)).unwrap_or(noun);
    is_plural_noun(noun, !title.chars().any(char::is_lowercase))
}

/// The head noun of a part of a title: the last word before a preposition, or a rank before that word.
fn head_noun<'w>(words: &[&'w str]) -> Option<&'w str> {
    let is_one_of = |word: &str, list: &[&str]| list.contains(&fold(word).as_str());
    let is_preposition = |index: usize| {
        index > 0
            && is_one_of(words[index], &PREPOSITIONS)
            && !is_one_of(words[index - 1], &NON_NOUNS_BEFORE_PREPOSITION)
    };
    let words = &words[..(0..words.len()).find(|index| is_preposition(*index)).unwrap_or(words.len())];
    // "Deckhand 2", "Engineers II".
    let is_level = |word: &str| word.chars().all(|character| character.is_ascii_digit() || "IVX".contains(character));
    let index = words.iter().rposition(|word| !is_level(word))?;
    let is_rank = |word: &str| {
        is_one_of(word, &RANKS) || is_one_of(word, &ADJECTIVE_RANKS) && is_one_of(words[index], &DEPARTMENTS)
    };
    let rank = words[..index].iter().copied().find(|word| is_rank(word) && !is_person(words[index]));
    let noun = rank.unwrap_or(words[index]);
    let noun = noun.rsplit('/').next().unwrap_or(noun);
    // "Sergeant-at-Arms".
    let infix = PREPOSITIONS.iter().filter_map(|preposition| fold(noun).find(&format!("-{preposition}-"))).min();
    infix.and_then(|index| noun.get(..index)).or_else(|| noun.rsplit('-').next())
}

fn is_plural_noun(noun: &str, all_caps: bool) -> bool {
    let is_initialism = !all_caps && noun.len() <= 4 && !noun.contains(char::is_lowercase);
    let noun = fold(noun);
    let is_listed = |list: &[&str]| list.contains(&noun.as_str());
    let is_singular = ends_with(&noun, &["ss", "us", "is", "'s", "’s"]) || is_listed(&SINGULARS);
    (noun.ends_with('s') && !is_initialism || ends_with(&noun, &["men", "people"]) || is_listed(&COLLECTIVES))
        && !is_singular
}

/// Whether a noun, singular or plural, denotes a person.
fn is_person(noun: &str) -> bool {
    let noun = fold(noun);
    let singular = noun.strip_suffix('s').unwrap_or(&noun);
    [&RANKS[..], &ADJECTIVE_RANKS].concat().contains(&singular) || ends_with(singular, &PERSON_SUFFIXES)
}

fn ends_with(noun: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| noun.ends_with(ending))
}

/// Whether a title begins with a vowel sound.
fn begins_with_vowel(title: &str) -> bool {
    let text = title.trim_start_matches(|character: char| !character.is_alphanumeric());
    let first: String =
        text.chars().take_while(|character| character.is_alphanumeric() || "'’".contains(*character)).collect();
    let first = first.replace(['\'', '’'], "");
    let word = fold(&first);
    let starts_with_any = |list: &[&str]| list.iter().any(|start| word.starts_with(start));
    match word.chars().next() {
        Some('0'..='9') => number_begins_with_vowel(&word),
        Some(character) if is_spelled(&first, !title.chars().any(char::is_lowercase)) => {
            VOWEL_NAME_LETTERS.contains(character)
        }
        Some('h') => starts_with_any(&SILENT_H_PREFIXES),
        Some('u' | 'e') if starts_with_any(&YOU_SOUND_PREFIXES) => starts_with_any(&U_SOUND_PREFIXES),
        Some('o') => !["once", "one"].contains(&word.as_str()),
        // "Xbox", but "Xylophonist".
        Some('x') => !word[1..].starts_with(['a', 'e', 'i', 'o', 'u', 'y']),
        Some(character) => "aeiouåæøœ".contains(character),
        None => false,
    }
}

/// "an 8th", "an 11", "an 18", "an 80", "an 18,000", "an 11000", but "a 110".
fn number_begins_with_vowel(word: &str) -> bool {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    word.starts_with('8') || digits % 3 == 2 && (word.starts_with("11") || word.starts_with("18"))
}

/// Whether a word is spelled out letter by letter. In a title of capital letters only (`all_caps`), capitals are no evidence.
fn is_spelled(first: &str, all_caps: bool) -> bool {
    let word = fold(first);
    let is_listed = |list: &[&str]| list.contains(&word.as_str());
    let vowel = |character: char| "aeiouyåæøœ".contains(character);
    let is_lower = |index: usize| first.chars().nth(index).is_some_and(char::is_lowercase);
    // "MIDI" and "STEM" are pronounceable, "HVAC" is not.
    let starts_pronounceable = word.chars().take(2).any(vowel) || ONSETS.iter().any(|onset| word.starts_with(onset));
    let min_len = if all_caps && !word.starts_with('u') { 3 } else { 4 };
    let pronounceable = starts_pronounceable && !is_lower(0) && word.chars().count() >= min_len;
    if is_listed(&INITIALISMS) || is_listed(&ACRONYMS) || is_listed(&ABBREVIATIONS) {
        return is_listed(&INITIALISMS);
    }
    // "X-ray", "F1", "iOS" and "MSc" begin with a single spelled letter.
    !word.contains(vowel) || !is_lower(1) && !pronounceable
}
