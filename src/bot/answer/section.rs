//! One section of a role's card, whole.

use crate::bot::answer::career::step;
use crate::bot::answer::draft::{lines, offer_role, paragraphs, slugs, whole};
use crate::bot::answer::menu::{has, menu};
use crate::bot::answer::role::{duties_by_group, inherited_line, places};
use crate::bot::reply::{Block, Kind, Reply};
use crate::bot::request::Section;
use crate::library::Library;
use crate::library::document::Document;
use crate::library::markdown::Part;

/// One section of a role's card.
pub fn section(library: &Library, at: usize, section: Section) -> Reply {
    let document = library.document(at);
    let label = section.named().1;
    let mut reply = Reply::new(Kind::Role, format!("{}: {}", document.title, lower(label)));
    match section {
        Section::Summary => {
            paragraphs(&mut reply, document, Part::Summary);
            reply.blocks.push(Block::Fields(places(library, at)));
        }
        Section::Why => paragraphs(&mut reply, document, Part::Why),
        Section::Responsibilities => {
            duties_by_group(&mut reply, document);
            inherited_line(library, &mut reply, at);
        }
        Section::Limits => listed(&mut reply, document, Part::Limit),
        Section::Figures => listed(&mut reply, document, Part::Figure),
        Section::Entry => listed(&mut reply, document, Part::Entry),
        Section::More => document.part(Part::Section).for_each(|passage| whole(&mut reply, document, passage)),
        Section::Steps => {
            for rung in library.ladder.before(at) {
                let heading = format!("From {}", library.document(rung.from).title);
                step(library, &mut reply, rung, Some(&heading));
            }
            for rung in library.ladder.after(at) {
                let heading = format!("To {}", library.document(rung.to).title);
                step(library, &mut reply, rung, Some(&heading));
            }
        }
    }
    if !has(library, at, section) {
        reply.paragraph("The sources do not say.");
    }
    reply.roles = slugs(library, [at]);
    offer_role(&mut reply, document);
    reply.menu = menu(library, at);
    reply
}

fn listed(reply: &mut Reply, document: &Document, part: Part) {
    let lines = lines(reply, document, part);
    reply.bullets(None, lines);
}

fn lower(label: &str) -> String {
    let mut letters = label.chars();
    letters.next().map_or(String::new(), |first| first.to_lowercase().chain(letters).collect())
}
