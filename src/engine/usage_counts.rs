//! How often each role was viewed since the start, without user data. Orders the suggestions for empty input.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use crate::engine::reply::{Reply, ReplyKind};
use crate::knowledge::Knowledge;

/// Max number of counted roles; more than any corpus has.
const MAX_ROLES: usize = 5_000;

/// View counts by slug.
#[derive(Debug, Default)]
pub(crate) struct UsageCounts(Mutex<HashMap<String, u32>>);

impl UsageCounts {
    /// Counts the roles that a reply is about. Lists and replies without an answer do not count.
    pub(crate) fn record(&self, reply: &Reply) {
        let slugs: Vec<&String> = match reply.kind {
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
        for slug in slugs {
            if counts.len() < MAX_ROLES || counts.contains_key(slug) {
                let count = counts.entry(slug.clone()).or_default();
                *count = count.saturating_add(1);
            }
        }
    }

    /// The sort key of a document: view count descending, then [`Knowledge::reference_rank`]. Holds the lock; counting
    /// waits until the key function is dropped.
    pub(crate) fn sort_key(&self, knowledge: &Knowledge) -> impl Fn(usize) -> (Reverse<u32>, usize) {
        let counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        move |document| {
            let views = counts.get(&knowledge.document(document).slug).copied().unwrap_or_default();
            (Reverse(views), knowledge.reference_rank(document))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::i18n::Language;

    fn reply(kind: ReplyKind, roles: &[&str]) -> Reply {
        Reply {
            roles: roles.iter().map(|slug| (*slug).to_owned()).collect(),
            ..Reply::new(Language::English, kind, "An answer")
        }
    }

    #[test]
    fn views_are_counted_for_a_bounded_number_of_roles() {
        let usage_counts = UsageCounts::default();
        usage_counts.record(&reply(ReplyKind::Role, &["cook", "baker"]));
        usage_counts.record(&reply(ReplyKind::Path, &["cook", "baker", "chef"]));
        usage_counts.record(&reply(ReplyKind::Compare, &["cook", "cook"]));
        usage_counts.record(&reply(ReplyKind::Roles, &["waiter"]));
        usage_counts.record(&Reply { answered: false, ..reply(ReplyKind::Role, &["waiter"]) });
        let counts = usage_counts.0.lock().expect("no panic").clone();
        assert_eq!(counts, HashMap::from([("cook".to_owned(), 3), ("chef".to_owned(), 1)]));
        for number in 0..2 * MAX_ROLES {
            usage_counts.record(&reply(ReplyKind::Role, &[&number.to_string()]));
        }
        usage_counts.record(&reply(ReplyKind::Role, &["cook"]));
        let counts = usage_counts.0.lock().expect("no panic");
        assert_eq!((counts.len(), counts.get("cook")), (MAX_ROLES, Some(&4)));
    }
}
