//! Text made fit for Discord: nothing in it is markup, and it is cut only where a word ends and never inside a link.

use crate::discord::protocol::limits::utf16_len;

/// What stands where something was cut off.
pub const ELLIPSIS: &str = "…";

/// Without control characters and marks that turn the direction of writing, with at most one empty line in a row.
pub fn sanitize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut lines = 0;
    for letter in text.trim().chars() {
        match letter {
            '\n' => lines += 1,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' => {}
            '\t' => out.push(' '),
            letter if letter.is_control() => {}
            letter => {
                out.extend(std::iter::repeat_n('\n', lines.min(2)));
                lines = 0;
                out.push(letter);
            }
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out
}

/// The same on a single line.
pub fn sanitize_line(text: &str) -> String {
    sanitize(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Takes the meaning out of everything that Discord would read as markup: emphasis, spoilers, code, links, mentions, emoji,
/// and headings, lists and quotes at the beginning of a line.
pub fn escape_markdown(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let (mut line_start, mut number) = (true, false);
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let markup = match letter {
            '\\' | '*' | '_' | '~' | '`' | '|' | '<' | '>' | '@' | '[' | ']' => true,
            '#' | '-' | '+' => line_start,
            '.' | ')' => number,
            ':' => letters.peek().is_some_and(|next| next.is_alphabetic() || "/_+-".contains(*next)),
            _ => false,
        };
        if markup {
            out.push('\\');
        }
        out.push(letter);
        number = letter.is_ascii_digit() && (line_start || number);
        line_start = letter == '\n' || line_start && letter.is_whitespace();
    }
    out
}

/// The text as `draw` draws it, at most `most` long; where it is too long, as many words of it as go in, and [`CUT`].
pub fn truncate(text: &str, most: usize, draw: impl Fn(&str) -> String) -> String {
    let whole = draw(text);
    if utf16_len(&whole) <= most {
        return whole;
    }
    let fits = |end: &usize| utf16_len(&draw(&text[..*end])) + utf16_len(ELLIPSIS) <= most;
    let words = boundary_offsets(text, |letter, next| !letter.is_whitespace() && next.is_whitespace());
    let word = words.partition_point(fits);
    let end = match word {
        0 if is_link(text.split_whitespace().next().unwrap_or_default()) => 0,
        0 => {
            let letters = boundary_offsets(text, |_, _| true);
            letters[..letters.partition_point(fits)].last().copied().unwrap_or(0)
        }
        word => words[word - 1],
    };
    draw(&text[..end]) + ELLIPSIS
}

/// The text in parts at most `most` long, cut between words. A link that is longer than that is left out.
pub fn split_text(text: &str, most: usize) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while let Some(end) = overflow_offset(rest, most) {
        let word_ends = rest[end..].starts_with(char::is_whitespace);
        let cut = if word_ends { Some(end) } else { rest[..end].rfind(char::is_whitespace) };
        let word = || &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
        match cut {
            Some(cut) => {
                out.push(rest[..cut].trim_end());
                rest = rest[cut..].trim_start();
            }
            None if is_link(word()) => {
                out.push(ELLIPSIS);
                rest = rest[word().len()..].trim_start();
            }
            None => {
                out.push(&rest[..end]);
                rest = &rest[end..];
            }
        }
    }
    if !rest.is_empty() {
        out.push(rest);
    }
    out
}

/// Where a text becomes longer than `most`.
fn overflow_offset(text: &str, most: usize) -> Option<usize> {
    let mut so_far = 0;
    let mut letters = text.char_indices();
    letters.find_map(|(at, letter)| {
        so_far += letter.len_utf16();
        (so_far > most).then_some(at)
    })
}

fn is_link(word: &str) -> bool {
    word.contains("://")
}

/// Positions behind each letter for which `at` holds of it and the next one.
fn boundary_offsets(text: &str, at: impl Fn(char, char) -> bool) -> Vec<usize> {
    let next = text.char_indices().skip(1);
    text.chars().zip(next).filter(|(letter, (_, next))| at(*letter, *next)).map(|(_, (end, _))| end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_was_written_is_markup() {
        assert_eq!(escape_markdown("*a* _b_ ~~c~~ `d` ||e||"), r"\*a\* \_b\_ \~\~c\~\~ \`d\` \|\|e\|\|");
        assert_eq!(escape_markdown("@everyone <@1> <#2> <t:3>"), r"\@everyone \<\@1\> \<#2\> \<t:3\>");
        assert_eq!(escape_markdown("[click](https://evil.example)"), r"\[click\](https\://evil.example)");
        assert_eq!(escape_markdown("# a\n - b\n12. c\n-# d\n> e"), "\\# a\n \\- b\n12\\. c\n\\-# d\n\\> e");
        assert_eq!(escape_markdown("so :smile: it"), r"so \:smile: it");
        assert_eq!(escape_markdown("Pay: 10.5 at 9:30, a well-known C# (1)"), "Pay: 10.5 at 9:30, a well-known C# (1)");
    }

    #[test]
    fn a_text_is_cut_where_a_word_ends() {
        let same = str::to_owned;
        assert_eq!(truncate("one two three", 13, same), "one two three");
        assert_eq!(truncate("one two three", 12, same), "one two…");
        assert_eq!(truncate("onetwothree", 5, same), "onet…");
        assert_eq!(truncate("https://example.org/long", 10, same), "…");
        assert_eq!(truncate("see https://example.org/long", 12, same), "see…");
        assert_eq!(truncate("***", 4, escape_markdown), r"\*…");
    }

    #[test]
    fn a_long_text_comes_in_pieces_between_words() {
        assert_eq!(split_text("one two three", 7), ["one two", "three"]);
        assert_eq!(split_text("onetwothree four", 4), ["onet", "woth", "ree", "four"]);
        assert_eq!(split_text("a https://example.org/long b", 8), ["a", "…", "b"]);
    }

    #[test]
    fn control_characters_and_empty_lines_go() {
        assert_eq!(sanitize(" a\r\n\n\n\nb\u{202e}\tc \u{7}"), "a\n\nb c");
        assert_eq!(sanitize_line("a\n b"), "a b");
    }
}
