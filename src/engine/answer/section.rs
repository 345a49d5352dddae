//! One section of a role's card, in full.

use crate::engine::answer::builder::{
    passage_lines, push_full_passage, push_passages, push_responsibilities_by_group, suggest_role, unique_slugs,
};
use crate::engine::answer::career::push_step;
use crate::engine::answer::menu::{has_section, section_menu};
use crate::engine::answer::role::{ladder_position, push_inherited};
use crate::engine::reply::{Block, Reply, ReplyKind};
use crate::engine::request::Section;
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::model::document::{Document, PassageKind};

/// One section of a role's card.
pub(crate) fn card_section(knowledge: &Knowledge, language: Language, role: usize, section: Section) -> Reply {
    let document = knowledge.document(role);
    let label = section.localized_name(language);
    let title = t!(language, "card-section", title = &document.title, section = &label);
    let mut reply = Reply::new(language, ReplyKind::Role, title);
    match section {
        Section::Summary => {
            push_passages(&mut reply, document, PassageKind::Summary);
            reply.blocks.push(Block::Fields(ladder_position(knowledge, language, role)));
        }
        Section::Why => push_passages(&mut reply, document, PassageKind::Purpose),
        Section::Responsibilities => {
            push_responsibilities_by_group(&mut reply, document);
            push_inherited(knowledge, &mut reply, role);
        }
        Section::Limits => push_bullets(&mut reply, document, PassageKind::OutOfScope),
        Section::Figures => push_bullets(&mut reply, document, PassageKind::Metric),
        Section::Entry => push_bullets(&mut reply, document, PassageKind::Entry),
        Section::More => document
            .passages_of_kind(PassageKind::Section)
            .for_each(|passage| push_full_passage(&mut reply, document, passage)),
        Section::Steps => {
            for edge in knowledge.career_graph.incoming(role) {
                let heading = t!(language, "from-role", title = &knowledge.document(edge.from).title);
                push_step(knowledge, &mut reply, edge, Some(&heading));
            }
            for edge in knowledge.career_graph.outgoing(role) {
                let heading = t!(language, "to-role", title = &knowledge.document(edge.to).title);
                push_step(knowledge, &mut reply, edge, Some(&heading));
            }
        }
    }
    if !has_section(knowledge, role, section) {
        reply.paragraph(t!(language, "unsaid"));
    }
    reply.roles = unique_slugs(knowledge, [role]);
    suggest_role(&mut reply, document);
    reply.menu = section_menu(knowledge, language, role);
    reply
}

fn push_bullets(reply: &mut Reply, document: &Document, kind: PassageKind) {
    let lines = passage_lines(reply, document, kind);
    reply.bullets(None, lines);
}
