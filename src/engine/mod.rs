//! The answer engine: takes a `Request`, gives a `Reply`. Independent of front ends and of the index.

pub mod answer;
pub mod intent;
pub mod question;
pub mod reload;
pub mod reply;
pub mod request;
pub mod section;
pub mod usage_counts;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock};

use question::Thresholds;
use reload::ReloadReport;
use reply::Reply;
use request::Request;
use usage_counts::UsageCounts;

use crate::i18n::{Language, t};
use crate::knowledge::{Knowledge, KnowledgeError};
use crate::metrics::counters::Metrics;

/// Answers requests from an immutable snapshot of the library, which a reload replaces.
#[derive(Debug)]
pub struct App {
    library: RwLock<Arc<Knowledge>>,
    thresholds: Thresholds,
    language: Language,
    usage_counts: UsageCounts,
    metrics: Arc<Metrics>,
}

impl App {
    /// An engine over this library with these confidence thresholds. Its default language is English.
    pub fn new(library: Knowledge, thresholds: Thresholds) -> Self {
        App {
            library: RwLock::new(Arc::new(library)),
            thresholds,
            language: Language::default(),
            usage_counts: UsageCounts::default(),
            metrics: Arc::default(),
        }
    }

    /// Sets the default language.
    pub fn with_language(self, language: Language) -> Self {
        App { language, ..self }
    }

    /// The default language: of plain messages and of the terminal.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The language of a Discord locale, or else the default language.
    pub fn language_for_locale(&self, locale: &str) -> Language {
        Language::from_locale(locale).unwrap_or(self.language)
    }

    /// The counters and gauges of the process.
    pub fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The current snapshot. A reload leaves it as it is for those that hold it.
    pub fn library(&self) -> Arc<Knowledge> {
        Arc::clone(&self.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Replaces the snapshot. Requests in progress finish with the old one.
    pub fn replace(&self, library: Knowledge) {
        *self.library.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(library);
    }

    /// Reads the corpus and, if it has changed, replaces the snapshot. Blocks; requests are answered from the old
    /// snapshot meanwhile, and after an error.
    ///
    /// # Errors
    /// If the corpus cannot be read or indexed.
    pub fn reload(&self, corpus: &Path, index: &Path) -> Result<ReloadReport, KnowledgeError> {
        let current = self.library();
        let Some(library) = current.reload_if_changed(corpus, index)? else {
            return Ok(ReloadReport::new(&current, false));
        };
        let report = ReloadReport::new(&library, true);
        self.replace(library);
        Ok(report)
    }

    /// Answers a request in a language. Never fails: a panic is logged by the panic hook and becomes an apology.
    pub fn handle(&self, request: &Request, language: Language) -> Reply {
        let library = self.library();
        catch_unwind(AssertUnwindSafe(|| answer::answer(&library, request, self.thresholds, language)))
            .unwrap_or_else(|_| answer::usage_error(language, &t!(language, "fault")))
    }

    /// Answers typed text in the default language: a command if it begins with a slash, else a question.
    pub fn handle_text(&self, text: &str) -> Reply {
        match Request::parse(text) {
            Ok(request) => self.handle(&request, self.language),
            Err(error) => answer::usage_error(self.language, &error.message(self.language)),
        }
    }

    /// Counts the roles of a reply that was shown. Suggestions are ordered by these counts.
    pub fn record_view(&self, reply: &Reply) {
        self.usage_counts.record(reply);
    }

    /// Completes a role name: roles with the name that matched, best first. Empty input gives the most viewed roles.
    pub fn complete(&self, library: &Knowledge, text: &str, limit: usize) -> Vec<(usize, String)> {
        let sort_key = self.usage_counts.sort_key(library);
        if text.trim().is_empty() {
            let mut roles = library.roles().to_vec();
            roles.sort_by_cached_key(|role| sort_key(*role));
            return roles.into_iter().take(limit).map(|role| (role, library.document(role).title.clone())).collect();
        }
        let matches = library.names.complete(text, limit, sort_key).into_iter();
        matches
            .filter(|(role, _)| library.document(*role).is_role())
            .map(|(role, name)| (role, name.to_owned()))
            .collect()
    }

    /// Explains how a question is interpreted, as text for developers.
    pub fn explain(&self, text: &str) -> String {
        answer::explain(&self.library(), text, self.thresholds)
    }
}
