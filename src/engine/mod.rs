//! What we say: a request in, a reply out. Knows no front end and no index.

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
use crate::knowledge::{Library, LibraryError};

/// Answers requests from one snapshot of the library at a time.
#[derive(Debug)]
pub struct Engine {
    library: RwLock<Arc<Library>>,
    thresholds: Thresholds,
    language: Language,
    usage_counts: UsageCounts,
}

impl Engine {
    /// A bot that knows this library, and answers from these bounds of confidence on; in English, where nobody says otherwise.
    pub fn new(library: Library, thresholds: Thresholds) -> Self {
        Engine {
            library: RwLock::new(Arc::new(library)),
            thresholds,
            language: Language::default(),
            usage_counts: UsageCounts::default(),
        }
    }

    /// The same bot, which speaks this language to whoever does not tell theirs.
    pub fn with_language(self, language: Language) -> Self {
        Engine { language, ..self }
    }

    /// The language for whoever does not tell theirs: in messages, and in a terminal.
    pub fn language(&self) -> Language {
        self.language
    }

    /// The language for a member with this locale.
    pub fn language_for_locale(&self, locale: &str) -> Language {
        Language::from_locale(locale).unwrap_or(self.language)
    }

    /// The snapshot that is served now. Whoever holds it is not disturbed by a reload.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves another library from now on. Requests under way finish with the one they began with.
    pub fn replace(&self, library: Library) {
        *self.library.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(library);
    }

    /// Reads a corpus anew and serves it from now on, where it has changed at all. It takes its time; what is asked meanwhile is
    /// answered from what was known before, and where it fails, so is what is asked later.
    ///
    /// # Errors
    /// Where the corpus cannot be served.
    pub fn reload(&self, corpus: &Path, index: &Path) -> Result<ReloadReport, LibraryError> {
        let before = self.library();
        let Some(library) = before.reload_if_changed(corpus, index)? else {
            return Ok(ReloadReport::new(&before, false));
        };
        let loaded = ReloadReport::new(&library, true);
        self.replace(library);
        Ok(loaded)
    }

    /// The answer to a request, in a language. It cannot fail: where something goes wrong inside, the reply says so, and the panic hook logs it.
    pub fn handle(&self, request: &Request, language: Language) -> Reply {
        let library = self.library();
        catch_unwind(AssertUnwindSafe(|| answer::answer(&library, request, self.thresholds, language)))
            .unwrap_or_else(|_| answer::usage_error(language, &t!(language, "fault")))
    }

    /// The answer to what somebody typed: a command where it begins with a slash, else a question.
    pub fn handle_text(&self, typed: &str) -> Reply {
        match Request::parse(typed) {
            Ok(request) => self.handle(&request, self.language),
            Err(mistake) => answer::usage_error(self.language, &mistake.message(self.language)),
        }
    }

    /// Counts what an answer is about, once a front end shows it to somebody: the roles that are asked for most are suggested first.
    pub fn record_view(&self, reply: &Reply) {
        self.usage_counts.record(reply);
    }

    /// Roles of a snapshot that go on from what somebody has typed, best first, each with the name that fitted; before anything is
    /// typed, those that are asked for most.
    pub fn complete(&self, library: &Library, typed: &str, limit: usize) -> Vec<(usize, String)> {
        let standing = self.usage_counts.sort_key(library);
        if typed.trim().is_empty() {
            let mut roles = library.roles().to_vec();
            roles.sort_by_cached_key(|at| standing(*at));
            return roles.into_iter().take(limit).map(|at| (at, library.document(at).title.clone())).collect();
        }
        let found = library.names.complete(typed, limit, standing).into_iter();
        found.filter(|(at, _)| library.document(*at).is_role()).map(|(at, name)| (at, name.to_owned())).collect()
    }

    /// Why a question is answered as it is, as text.
    pub fn explain(&self, text: &str) -> String {
        answer::explain(&self.library(), text, self.thresholds)
    }
}
