//! One section of a role's card, whole.

use crate::corpus::document::Document;
use crate::corpus::markdown::Part;
use crate::engine::answer::builder::{duties_by_group, lines, offer_role, paragraphs, slugs, whole};
use crate::engine::answer::career::step;
use crate::engine::answer::menu::{has, menu};
use crate::engine::answer::role::{inherited_line, places};
use crate::engine::reply::{Block, Kind, Reply};
use crate::engine::request::Section;
use crate::i18n::{Language, say};
use crate::knowledge::Library;

/// One section of a role's card.
pub fn section(library: &Library, language: Language, at: usize, section: Section) -> Reply {
    let document = library.document(at);
    let label = section.called(language);
    let title = say!(language, "card-section", title = &document.title, section = &label);
    let mut reply = Reply::new(language, Kind::Role, title);
    match section {
        Section::Summary => {
            paragraphs(&mut reply, document, Part::Summary);
            reply.blocks.push(Block::Fields(places(library, language, at)));
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
                let heading = say!(language, "from-role", title = &library.document(rung.from).title);
                step(library, &mut reply, rung, Some(&heading));
            }
            for rung in library.ladder.after(at) {
                let heading = say!(language, "to-role", title = &library.document(rung.to).title);
                step(library, &mut reply, rung, Some(&heading));
            }
        }
    }
    if !has(library, at, section) {
        reply.paragraph(say!(language, "unsaid"));
    }
    reply.roles = slugs(library, [at]);
    offer_role(&mut reply, document);
    reply.menu = menu(library, language, at);
    reply
}

fn listed(reply: &mut Reply, document: &Document, part: Part) {
    let lines = lines(reply, document, part);
    reply.bullets(None, lines);
}
