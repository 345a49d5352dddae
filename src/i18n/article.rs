//! "a" or "an" before the title of a role in English; a title that means several people, or a department, takes neither.

use crate::i18n::fold;

/// What follows one of these says more of the noun before it.
const PREPOSITIONS: [&str; 9] = ["at", "de", "for", "from", "in", "of", "on", "to", "with"];
/// Words before a preposition that are no role: "Front of House Managers" are managers.
const PLACES: [&str; 5] = ["back", "front", "go", "out", "point"];
/// Ranks that a department may follow: a "VP Operations" is one person.
const RANKS: [&str; 7] = ["avp", "director", "evp", "manager", "president", "svp", "vp"];
/// Ranks that are adjectives too: a "Head Operations" is one person, "Head Nurses" are several.
const LEADERS: [&str; 3] = ["chief", "head", "lead"];
/// Departments whose name is a plural.
const DEPARTMENTS: [&str; 7] = ["communications", "operations", "people", "relations", "sales", "services", "systems"];
/// Singular nouns that end as a plural does, beside those in -ss, -us and -is.
const SINGULARS: [&str; 11] =
    ["d'affaires", "d’affaires", "alias", "atlas", "canvas", "corps", "gas", "lens", "news", "series", "specimen"];
/// Nouns for several people that do not end as a plural does.
const COLLECTIVES: [&str; 5] = ["clergy", "infantry", "personnel", "police", "staff"];
/// How nouns for a person end.
const PERSONS: [&str; 8] = ["ant", "clerk", "ee", "er", "ian", "intern", "ist", "or"];

/// Letters whose name begins with a vowel: "an F".
const VOWEL_NAMES: &str = "aefhilmnorsx";
/// Initialisms with a vowel that people also write in small letters.
const INITIALISMS: [&str; 7] = ["foh", "hvac", "mba", "mri", "nypd", "seo", "sre"];
/// Acronyms of three letters that are said as a word. Habit decides which one is: what is not listed is spelt ("an SQL Developer"),
/// and capitals of four letters or more are a word where they can be said as one ("a NATO Liaison", but "an HVAC Technician").
const ACRONYMS: [&str; 9] = ["lan", "net", "noc", "ram", "rem", "rom", "sim", "soc", "sox"];
/// Abbreviations without a vowel that are said as the whole word.
const ABBREVIATIONS: [&str; 8] = ["lt", "mfg", "mgr", "mktg", "sgt", "snr", "sr", "st"];
/// Two consonants that a word can begin with, where the name of the first begins with a vowel.
const ONSETS: [&str; 12] = ["fl", "fr", "rh", "sc", "sh", "sk", "sl", "sm", "sn", "sp", "st", "sw"];
/// Words that begin with one of these begin with the sound of "you": "a User".
const YOU: [&str; 24] = [
    "euc", "eug", "eup", "eur", "ewe", "ua", "ubi", "uc", "uefa", "ufo", "uga", "ui", "uk", "unanim", "unesco",
    "unhcr", "uni", "ura", "ure", "uri", "uro", "us", "ut", "ux",
];
/// And these do not: "an Unidentified Caller".
const NOT_YOU: [&str; 6] = ["unident", "unim", "unin", "ush", "utm", "utt"];
/// What begins with a silent "h".
const SILENT: [&str; 5] = ["heir", "honest", "honor", "honour", "hour"];

/// "a Cook", "an Usher", "Tellers".
pub fn with_article(title: &str) -> String {
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
    let outside = title.chars().filter(|letter| match letter {
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
    let title: String = outside.collect();
    let title = [" - ", " – ", " — "].into_iter().fold(title, |title, dash| title.replace(dash, ", "));
    let parts = title.split([',', ':', ';', '|']).map(|part| {
        let words = part.split_whitespace().map(|word| word.trim_matches(|letter: char| !letter.is_alphanumeric()));
        words.filter(|word| !word.is_empty()).collect::<Vec<_>>()
    });
    let mut parts = parts.filter(|words| !words.is_empty());
    let Some(noun) = parts.next().and_then(|words| head(&words)) else { return false };
    // Where a list does not begin with a person, its end says who is meant: "Cutting, Punching, and Press Machine Operators".
    let end = parts.find(|words| ["and", "or"].contains(&words[0])).and_then(|words| head(&words));
    let noun = end.filter(|end| is_person(end) && !is_person(noun)).unwrap_or(noun);
    is_plural_noun(noun, !title.chars().any(char::is_lowercase))
}

/// The noun that the other words of a part of a title say more of: the last one before a preposition, or a rank before it.
fn head<'w>(words: &[&'w str]) -> Option<&'w str> {
    let is = |word: &str, list: &[&str]| list.contains(&fold(word).as_str());
    let preposition = |at: usize| at > 0 && is(words[at], &PREPOSITIONS) && !is(words[at - 1], &PLACES);
    let words = &words[..(0..words.len()).find(|at| preposition(*at)).unwrap_or(words.len())];
    // "Deckhand 2", "Engineers II".
    let level = |word: &str| word.chars().all(|letter| letter.is_ascii_digit() || "IVX".contains(letter));
    let at = words.iter().rposition(|word| !level(word))?;
    let rank = |word: &str| is(word, &RANKS) || is(word, &LEADERS) && is(words[at], &DEPARTMENTS);
    let ranked = words[..at].iter().copied().find(|word| rank(word) && !is_person(words[at]));
    let noun = ranked.unwrap_or(words[at]);
    let noun = noun.rsplit('/').next().unwrap_or(noun);
    // "Sergeant-at-Arms".
    let inside = PREPOSITIONS.iter().filter_map(|preposition| fold(noun).find(&format!("-{preposition}-"))).min();
    inside.and_then(|at| noun.get(..at)).or_else(|| noun.rsplit('-').next())
}

fn is_plural_noun(noun: &str, capitals: bool) -> bool {
    let initialism = !capitals && noun.len() <= 4 && !noun.contains(char::is_lowercase);
    let noun = fold(noun);
    let listed = |list: &[&str]| list.contains(&noun.as_str());
    let singular = ends_with(&noun, &["ss", "us", "is", "'s", "’s"]) || listed(&SINGULARS);
    (noun.ends_with('s') && !initialism || ends_with(&noun, &["men", "people"]) || listed(&COLLECTIVES)) && !singular
}

/// Whether a noun means a person, or several.
fn is_person(noun: &str) -> bool {
    let noun = fold(noun);
    let one = noun.strip_suffix('s').unwrap_or(&noun);
    [&RANKS[..], &LEADERS].concat().contains(&one) || ends_with(one, &PERSONS)
}

fn ends_with(noun: &str, endings: &[&str]) -> bool {
    endings.iter().any(|ending| noun.ends_with(ending))
}

/// Whether a title is said with a vowel first.
fn begins_with_vowel(title: &str) -> bool {
    let text = title.trim_start_matches(|letter: char| !letter.is_alphanumeric());
    let first: String = text.chars().take_while(|letter| letter.is_alphanumeric() || "'’".contains(*letter)).collect();
    let first = first.replace(['\'', '’'], "");
    let word = fold(&first);
    let starts = |list: &[&str]| list.iter().any(|start| word.starts_with(start));
    match word.chars().next() {
        Some('0'..='9') => number_begins_with_vowel(&word),
        Some(letter) if is_spelled(&first, !title.chars().any(char::is_lowercase)) => VOWEL_NAMES.contains(letter),
        Some('h') => starts(&SILENT),
        Some('u' | 'e') if starts(&YOU) => starts(&NOT_YOU),
        Some('o') => !["once", "one"].contains(&word.as_str()),
        // "Xbox", but "Xylophonist".
        Some('x') => !word[1..].starts_with(['a', 'e', 'i', 'o', 'u', 'y']),
        Some(letter) => "aeiouåæøœ".contains(letter),
        None => false,
    }
}

/// "an 8th", "an 11", "an 18", "an 80", "an 18,000", "an 11000", but "a 110".
fn number_begins_with_vowel(word: &str) -> bool {
    let digits = word.chars().take_while(char::is_ascii_digit).count();
    word.starts_with('8') || digits % 3 == 2 && (word.starts_with("11") || word.starts_with("18"))
}

/// Whether a word is said letter by letter. In a title of `capitals` alone they say nothing of that.
fn is_spelled(first: &str, capitals: bool) -> bool {
    let word = fold(first);
    let listed = |list: &[&str]| list.contains(&word.as_str());
    let vowel = |letter: char| "aeiouyåæøœ".contains(letter);
    let lower = |at: usize| first.chars().nth(at).is_some_and(char::is_lowercase);
    // "MIDI" and "STEM" can be said, "HVAC" cannot.
    let begins = word.chars().take(2).any(vowel) || ONSETS.iter().any(|onset| word.starts_with(onset));
    let least = if capitals && !word.starts_with('u') { 3 } else { 4 };
    let said = begins && !lower(0) && word.chars().count() >= least;
    if listed(&INITIALISMS) || listed(&ACRONYMS) || listed(&ABBREVIATIONS) {
        return listed(&INITIALISMS);
    }
    // "X-ray", "F1", "iOS", "MSc" begin with a letter that stands for itself.
    !word.contains(vowel) || !lower(1) && !said
}
