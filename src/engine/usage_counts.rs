//! What has been asked for since the start: how often each role, and nothing of who asked. Whoever has typed nothing yet is shown
//! these roles first.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::engine::reply::{Reply, ReplyKind};
use crate::knowledge::Library;

/// The most roles that are counted; more than a corpus has.
const MAX_ROLES: usize = 5_000;

/// How often each role was asked for, by slug.
#[derive(Debug, Default)]
pub struct UsageCounts(Mutex<HashMap<String, u32>>);

impl UsageCounts {
    /// Counts the roles that an answer is about; lists, and what is no answer, are about none.
    pub fn record(&self, reply: &Reply) {
        let about: Vec<&String> = match reply.kind {
            _ if !reply.answered => return,
            ReplyKind::Roles | ReplyKind::Ladder | ReplyKind::Help | ReplyKind::Disambiguate | ReplyKind::NoAnswer => {
                return;
            }
            ReplyKind::Path | ReplyKind::Compare => {
                let (first, last) = (reply.roles.first(), reply.roles.last());
                first.into_iter().chain(last.filter(|last| Some(*last) != first)).collect()
            }
            _ => reply.roles.first().into_iter().collect(),
        };
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for slug in about {
            if counts.len() < MAX_ROLES || counts.contains_key(slug) {
                let count = counts.entry(slug.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// What documents of a library are ordered by: how often they were asked for, then [`Library::prominence`]. Counting waits while
    /// this is held.
    pub fn sort_key(&self, library: &Library) -> impl Fn(usize) -> (Reverse<u32>, usize) {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        move |at| {
            let asked = counts.get(&library.document(at).slug).copied().unwrap_or_default();
            (Reverse(asked), library.reference_rank(at))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    fn about(kind: ReplyKind, roles: &[&str]) -> Reply {
        Reply {
            roles: roles.iter().map(|slug| (*slug).to_owned()).collect(),
            ..Reply::new(Language::English, kind, "An answer")
        }
    }

    #[test]
    fn what_is_asked_for_is_counted_and_no_more_than_so_much() {
        let popular = UsageCounts::default();
        popular.record(&about(ReplyKind::Role, &["cook", "baker"]));
        popular.record(&about(ReplyKind::Path, &["cook", "baker", "chef"]));
        popular.record(&about(ReplyKind::Compare, &["cook", "cook"]));
        popular.record(&about(ReplyKind::Roles, &["waiter"]));
        popular.record(&Reply { answered: false, ..about(ReplyKind::Role, &["waiter"]) });
        let counts = popular.0.lock().expect("no panic").clone();
        assert_eq!(counts, HashMap::from([("cook".to_owned(), 3), ("chef".to_owned(), 1)]));
        for number in 0..2 * MAX_ROLES {
            popular.record(&about(ReplyKind::Role, &[&number.to_string()]));
        }
        popular.record(&about(ReplyKind::Role, &["cook"]));
        let counts = popular.0.lock().expect("no panic");
        assert_eq!((counts.len(), counts.get("cook")), (MAX_ROLES, Some(&4)));
    }
}
