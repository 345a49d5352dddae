//! Text for Discord: sanitized, with its Markdown escaped, and truncated or split between words and never inside a link. Lengths are in
//! UTF-16 code units.

use crate::discord::protocol::limits::utf16_len;

/// Marks where text was cut off.
pub(crate) const ELLIPSIS: &str = "…";

/// Removes control characters, bidirectional formatting and zero-width characters; keeps at most one empty line in a row.
pub(crate) fn sanitize(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut newlines = 0;
    for letter in text.trim().chars() {
        match letter {
            '\n' => newlines += 1,
            '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{200b}' | '\u{feff}' => {}
            '\t' => out.push(' '),
            letter if letter.is_control() => {}
            letter => {
                out.extend(std::iter::repeat_n('\n', newlines.min(2)));
                newlines = 0;
                out.push(letter);
            }
        }
    }
    let end = out.trim_end().len();
    out.truncate(end);
    out
}

/// [`sanitize`] on a single line.
pub(crate) fn sanitize_line(text: &str) -> String {
    sanitize(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Escapes all that Discord would render as Markdown: emphasis, spoilers, code, links, mentions, emoji, and headings, lists and
/// quotes at the start of a line.
pub(crate) fn escape_markdown(text: &str) -> String {
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

/// The text after `render`, at most `max` long. Where it is longer, as many of its words as fit, and [`ELLIPSIS`].
pub(crate) fn truncate(text: &str, max: usize, render: impl Fn(&str) -> String) -> String {
    let rendered = render(text);
    if utf16_len(&rendered) <= max {
        return rendered;
    }
    let fits = |end: &usize| utf16_len(&render(&text[..*end])) + utf16_len(ELLIPSIS) <= max;
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
    render(&text[..end]) + ELLIPSIS
}

/// Splits a text into parts at most `max` long, between words. A longer link is replaced by [`ELLIPSIS`].
pub(crate) fn split_text(text: &str, max: usize) -> Vec<&str> {
    let mut out = Vec::new();
    let mut rest = text.trim();
    while let Some(end) = overflow_offset(rest, max) {
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

/// The offset of the first character beyond a length of `max`.
fn overflow_offset(text: &str, max: usize) -> Option<usize> {
    let mut length = 0;
    text.char_indices().find_map(|(at, letter)| {
        length += letter.len_utf16();
        (length > max).then_some(at)
    })
}

fn is_link(word: &str) -> bool {
    word.contains("://")
}

/// The offsets between two adjacent characters for which `is_boundary` is true.
fn boundary_offsets(text: &str, is_boundary: impl Fn(char, char) -> bool) -> Vec<usize> {
    let next = text.char_indices().skip(1);
    text.chars().zip(next).filter(|(letter, (_, next))| is_boundary(*letter, *next)).map(|(_, (end, _))| end).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_is_escaped() {
        assert_eq!(escape_markdown("*a* _b_ ~~c~~ `d` ||e||"), r"\*a\* \_b\_ \~\~c\~\~ \`d\` \|\|e\|\|");
        assert_eq!(escape_markdown("@everyone <@1> <#2> <t:3>"), r"\@everyone \<\@1\> \<#2\> \<t:3\>");
        assert_eq!(escape_markdown("[click](https://evil.example)"), r"\[click\](https\://evil.example)");
        assert_eq!(escape_markdown("# a\n - b\n12. c\n-# d\n> e"), "\\# a\n \\- b\n12\\. c\n\\-# d\n\\> e");
        assert_eq!(escape_markdown("so :smile: it"), r"so \:smile: it");
        assert_eq!(escape_markdown("Pay: 10.5 at 9:30, a well-known C# (1)"), "Pay: 10.5 at 9:30, a well-known C# (1)");
    }

    #[test]
    fn text_is_truncated_between_words() {
        let same = str::to_owned;
        assert_eq!(truncate("one two three", 13, same), "one two three");
        assert_eq!(truncate("one two three", 12, same), "one two…");
        assert_eq!(truncate("onetwothree", 5, same), "onet…");
        assert_eq!(truncate("https://example.org/long", 10, same), "…");
        assert_eq!(truncate("see https://example.org/long", 12, same), "see…");
        assert_eq!(truncate("***", 4, escape_markdown), r"\*…");
    }

    #[test]
    fn long_text_is_split_between_words() {
        assert_eq!(split_text("one two three", 7), ["one two", "three"]);
        assert_eq!(split_text("onetwothree four", 4), ["onet", "woth", "ree", "four"]);
        assert_eq!(split_text("a https://example.org/long b", 8), ["a", "…", "b"]);
    }

    #[test]
    fn control_characters_and_repeated_empty_lines_are_removed() {
        assert_eq!(sanitize(" a\r\n\n\n\nb\u{202e}\tc \u{7}"), "a\n\nb c");
        assert_eq!(sanitize_line("a\n b"), "a b");
    }
}
