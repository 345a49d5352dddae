//! The tenants: which documents an asker sees.

use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use crate::corpus::folder::{self, CorpusError};
use crate::engine::reload::ReloadReport;
use crate::engine::reply::Reply;
use crate::engine::usage_counts::UsageCounts;
use crate::knowledge::{self, Knowledge};
use crate::model::diagnostic::Diagnostic;
use crate::search::index::IndexError;

/// Why a corpus cannot be served.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The corpus cannot be read or is empty.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// The index cannot be built in memory.
    #[error("the index cannot be built: {0}")]
    Index(#[from] IndexError),
}

/// Reads the folder `corpus` and opens its index below the folder `index`, or builds it; without one, the index is built in memory. While
/// building, calls `progress` with the number of indexed passages and the total.
///
/// # Errors
/// If the corpus cannot be read or is empty, or the index cannot be built in memory.
pub fn open(corpus: &Path, index: Option<&Path>, progress: impl FnMut(usize, usize)) -> Result<Knowledge, OpenError> {
    Ok(Knowledge::build(folder::read(corpus)?, index, progress)?)
}

/// Checks a corpus folder without building an index: number of usable documents, diagnostics.
///
/// # Errors
/// If the corpus cannot be read or is empty.
pub fn check(corpus: &Path) -> Result<(usize, Vec<Diagnostic>), CorpusError> {
    let corpus = folder::read(corpus)?;
    Ok((corpus.documents.len(), knowledge::diagnostics(&corpus)))
}

/// A Discord server, by its snowflake id.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GuildId(pub(crate) u64);

/// Whose documents an asker sees.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SpaceId {
    /// The operator's corpus: the terminal, direct messages, user installs.
    #[default]
    Global,
    /// A Discord server. One without documents of its own sees the operator's.
    Guild(GuildId),
}

impl SpaceId {
    /// The space of a guild, or the operator's outside of guilds.
    pub(crate) fn of_guild(guild: Option<u64>) -> SpaceId {
        guild.map_or(SpaceId::Global, |id| SpaceId::Guild(GuildId(id)))
    }
}

/// What belongs to one tenant: the snapshot served now, and how often each of its roles was shown.
#[derive(Debug)]
pub struct Space {
    knowledge: RwLock<Arc<Knowledge>>,
    usage_counts: UsageCounts,
}

impl Space {
    fn new(knowledge: Knowledge) -> Space {
        Space { knowledge: RwLock::new(Arc::new(knowledge)), usage_counts: UsageCounts::default() }
    }

    /// The snapshot served now. Holders keep it across a reload.
    pub(crate) fn knowledge(&self) -> Arc<Knowledge> {
        Arc::clone(&self.knowledge.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves another snapshot. Requests under way finish with the one that they started with.
    pub fn replace(&self, knowledge: Knowledge) {
        *self.knowledge.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(knowledge);
    }

    /// Reads the corpus folder again and serves it if it has changed. Takes seconds for a large corpus; requests are answered from the
    /// old snapshot meanwhile, and after an error.
    ///
    /// # Errors
    /// If the folder cannot be read, is empty, or cannot be indexed.
    pub(crate) fn reload(&self, corpus: &Path, index: &Path) -> Result<ReloadReport, OpenError> {
        let current = self.knowledge();
        let corpus = folder::read(corpus)?;
        if current.is_built_from(&corpus) {
            return Ok(ReloadReport::new(&current, false));
        }
        let knowledge = Knowledge::build(corpus, Some(index), |_, _| {})?;
        let report = ReloadReport::new(&knowledge, true);
        self.replace(knowledge);
        Ok(report)
    }

    /// Counts the roles of a reply that a front end has shown: often requested roles are suggested first.
    pub fn record_view(&self, reply: &Reply) {
        self.usage_counts.record(reply);
    }

    /// Completes a typed role name: up to `limit` roles of a snapshot, best first, each with the name that matched. Without text, the
    /// most requested roles.
    pub fn complete(&self, knowledge: &Knowledge, typed: &str, limit: usize) -> Vec<(usize, String)> {
        let sort_key = self.usage_counts.sort_key(knowledge);
        if typed.trim().is_empty() {
            let mut roles = knowledge.roles().to_vec();
            roles.sort_by_cached_key(|role| sort_key(*role));
            return roles.into_iter().take(limit).map(|role| (role, knowledge.document(role).title.clone())).collect();
        }
        let found = knowledge.names.complete(typed, limit, sort_key).into_iter();
        found
            .filter(|(document, _)| knowledge.document(*document).is_role())
            .map(|(role, name)| (role, name.to_owned()))
            .collect()
    }
}

/// All tenants. Every guild shares the operator's space as long as none has documents of its own.
#[derive(Debug)]
pub(crate) struct Spaces {
    global: Arc<Space>,
}

impl Spaces {
    /// The operator's corpus alone.
    pub(crate) fn new(global: Knowledge) -> Spaces {
        Spaces { global: Arc::new(Space::new(global)) }
    }

    /// The space of this id.
    pub(crate) fn get(&self, id: SpaceId) -> &Arc<Space> {
        match id {
            SpaceId::Global | SpaceId::Guild(_) => &self.global,
        }
    }
}
