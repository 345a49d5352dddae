//! The process as a value: its tenants, its thresholds and its metrics.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use crate::engine::answer;
use crate::engine::question::Thresholds;
use crate::engine::reply::Reply;
use crate::engine::request::Request;
use crate::engine::spaces::{Space, SpaceId, Spaces};
use crate::i18n::{Language, t};
use crate::knowledge::Knowledge;
use crate::metrics::counters::Metrics;

/// Who asks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Asker {
    /// The language of the reply.
    pub(crate) language: Language,
}

/// A request, with whom it comes from and where.
#[derive(Clone, Copy, Debug)]
pub struct Ask<'r> {
    /// Whose documents the asker sees.
    pub(crate) space: SpaceId,
    /// Who asks.
    pub(crate) asker: Asker,
    /// What is asked.
    pub(crate) request: &'r Request,
}

impl<'r> Ask<'r> {
    /// A request in a space, to be answered in a language.
    pub(crate) fn new(space: SpaceId, language: Language, request: &'r Request) -> Ask<'r> {
        Ask { space, asker: Asker { language }, request }
    }

    /// A request about the operator's corpus.
    pub fn global(language: Language, request: &'r Request) -> Ask<'r> {
        Ask::new(SpaceId::Global, language, request)
    }
}

/// One running Rolecall: built in `main`, shared by all front ends. Two in one process share nothing.
#[derive(Debug)]
pub struct App {
    spaces: Spaces,
    thresholds: Thresholds,
    language: Language,
    metrics: Arc<Metrics>,
}

impl App {
    /// An app over the operator's corpus, with these confidence thresholds. Its default language is English.
    pub fn new(global: Knowledge, thresholds: Thresholds) -> Self {
        App { spaces: Spaces::new(global), thresholds, language: Language::default(), metrics: Arc::default() }
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
    pub(crate) fn language_for_locale(&self, locale: &str) -> Language {
        Language::from_locale(locale).unwrap_or(self.language)
    }

    /// The counters and gauges of the process.
    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// The space of a tenant.
    pub fn space(&self, id: SpaceId) -> &Arc<Space> {
        self.spaces.get(id)
    }

    /// The snapshot that a tenant is served now.
    pub fn knowledge(&self, id: SpaceId) -> Arc<Knowledge> {
        self.space(id).knowledge()
    }

    /// Answers a request. Does no I/O and never fails: a panic is logged by the panic hook and becomes an apology.
    pub fn handle(&self, ask: &Ask<'_>) -> Reply {
        let Ask { space, asker: Asker { language }, request } = *ask;
        let knowledge = self.knowledge(space);
        catch_unwind(AssertUnwindSafe(|| answer::answer(&knowledge, request, self.thresholds, language)))
            .unwrap_or_else(|_| answer::usage_error(language, &t!(language, "fault")))
    }

    /// Answers typed text about the operator's corpus in the default language: a command if it begins with a slash, else a question.
    pub fn handle_text(&self, text: &str) -> Reply {
        match Request::parse(text) {
            Ok(request) => self.handle(&Ask::global(self.language, &request)),
            Err(error) => answer::usage_error(self.language, &error.message(self.language)),
        }
    }

    /// Explains how a question about the operator's corpus is interpreted, as text for developers.
    pub fn explain(&self, text: &str) -> String {
        answer::explain(&self.knowledge(SpaceId::Global), text, self.thresholds)
    }
}
