//! Lays a reply's blocks out as text: which parts go into which embed, and what is said where not all of them go in.

use crate::bot::reply::{Block, Line};
use crate::discord::wire::limits::{DESCRIPTION, EMBEDS, FIELD_NAME, length};
use crate::discord::wire::text::{CUT, escape, fit, one_line, pieces, tidy};
use crate::speech::{Language, say};

/// The longest piece before it is drawn; drawn it is at most three times as long, and so always goes into an empty embed.
const PIECE: usize = 600;
/// Room for "*… and 1234567 more*", in any language.
pub const NOTE: usize = 40;
/// Marks of sources behind one line.
const MARKS: usize = 12;

/// A part that is shown whole or not at all.
#[derive(Debug)]
struct Piece {
    text: String,
    /// What stands between the piece before and this one.
    gap: &'static str,
    /// False for the continuation of another piece.
    begins: bool,
    heading: bool,
}

/// The blocks as descriptions of embeds, at most `room` long in all.
pub fn descriptions(blocks: &[Block], sources: usize, room: usize, language: Language) -> Vec<String> {
    let pieces = draw(blocks, sources);
    let mut places = place(&pieces, room);
    while places.len() < pieces.len() && places.len() > 1 && pieces[places.len() - 1].heading {
        places.pop();
    }
    let mut out: Vec<String> = Vec::new();
    for (piece, embed) in pieces.iter().zip(&places) {
        match out.get_mut(*embed) {
            Some(text) => {
                text.push_str(piece.gap);
                text.push_str(&piece.text);
            }
            None => out.push(piece.text.clone()),
        }
    }
    let hidden = &pieces[places.len()..];
    if hidden.first().is_some_and(|piece| !piece.begins)
        && let Some(text) = out.last_mut()
    {
        text.push_str(CUT);
    }
    let more = hidden.iter().filter(|piece| piece.begins && !piece.heading).count();
    if more > 0 {
        let note = format!("*{CUT} {}*", say!(language, "and-more", count = more));
        match out.last_mut() {
            Some(text) => {
                text.push_str("\n\n");
                text.push_str(&note);
            }
            None => out.push(note),
        }
    }
    out
}

/// The embed of each piece, for as many of them as go in.
fn place(pieces: &[Piece], room: usize) -> Vec<usize> {
    let mut out = Vec::new();
    let (mut embed, mut here, mut used) = (0, 0, NOTE);
    for piece in pieces {
        let alone = length(&piece.text);
        let mut more = if here == 0 { alone } else { alone + piece.gap.len() };
        if here + more + NOTE > DESCRIPTION {
            (embed, here, more) = (embed + 1, 0, alone);
        }
        if used + more > room || embed == EMBEDS {
            break;
        }
        here += more;
        used += more;
        out.push(embed);
    }
    out
}

fn draw(blocks: &[Block], sources: usize) -> Vec<Piece> {
    let mut out = Vec::new();
    for block in blocks {
        match block {
            Block::Paragraph(line) => draw_line(&mut out, line, "", "\n\n", sources),
            Block::Bullets { heading, items } => {
                let heading = heading.as_deref().map(one_line).filter(|heading| !heading.is_empty());
                if let Some(heading) = &heading {
                    let text = format!("**{}**", fit(heading, FIELD_NAME, escape));
                    out.push(Piece { text, gap: "\n\n", begins: true, heading: true });
                }
                for (at, item) in items.iter().enumerate() {
                    let gap = if at == 0 && heading.is_none() { "\n\n" } else { "\n" };
                    draw_line(&mut out, item, "- ", gap, sources);
                }
            }
            Block::Fields(fields) => {
                for (at, field) in fields.iter().enumerate() {
                    draw_line(&mut out, field, "", if at == 0 { "\n\n" } else { "\n" }, sources);
                }
            }
        }
    }
    out
}

fn draw_line(out: &mut Vec<Piece>, line: &Line, before: &str, gap: &'static str, sources: usize) {
    let lead = line.lead.as_deref().map(one_line).filter(|lead| !lead.is_empty());
    let text = tidy(&line.text);
    let first = match &lead {
        Some(lead) if text.is_empty() => format!("{before}**{}**", fit(lead, FIELD_NAME, escape)),
        Some(lead) => format!("{before}**{}**: ", fit(lead, FIELD_NAME, escape)),
        None if text.is_empty() => return,
        None => before.to_owned(),
    };
    // A line of a list goes on indented, else its second line would end the list.
    let inside = if before.is_empty() { "\n" } else { "\n  " };
    let parts = pieces(&text, PIECE);
    let last = parts.len().saturating_sub(1);
    for at in 0..=last {
        let mut drawn = if at == 0 { first.clone() } else { String::new() };
        drawn.push_str(&escape(parts.get(at).unwrap_or(&"")).replace('\n', inside));
        if at == last {
            drawn.push_str(&marks(line, sources));
        }
        out.push(Piece { text: drawn, gap: if at == 0 { gap } else { " " }, begins: at == 0, heading: false });
    }
}

/// The marks of a line's sources: `[1][3]`. Not a link to Discord, since no bracket follows.
pub fn marks(line: &Line, sources: usize) -> String {
    let marks: String =
        line.sources.iter().filter(|at| **at < sources).take(MARKS).map(|at| format!("[{}]", at + 1)).collect();
    if marks.is_empty() { marks } else { format!(" {marks}") }
}
