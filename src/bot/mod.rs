//! What we say: a request in, a reply out. Knows no front end and no index.

pub mod answer;
pub mod question;
pub mod reply;
pub mod request;
pub mod understand;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, PoisonError, RwLock};

use question::Bounds;
use reply::Reply;
use request::Request;

use crate::library::Library;

/// Answers requests from one snapshot of the library at a time.
#[derive(Debug)]
pub struct Bot {
    library: RwLock<Arc<Library>>,
    bounds: Bounds,
}

impl Bot {
    /// A bot that knows this library, and answers from these bounds of confidence on.
    pub fn new(library: Library, bounds: Bounds) -> Self {
        Bot { library: RwLock::new(Arc::new(library)), bounds }
    }

    /// The snapshot that is served now. Whoever holds it is not disturbed by a reload.
    pub fn library(&self) -> Arc<Library> {
        Arc::clone(&self.library.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Serves another library from now on. Requests under way finish with the one they began with.
    pub fn replace(&self, library: Library) {
        *self.library.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(library);
    }

    /// The answer to a request. It cannot fail: where something goes wrong inside, the reply says so, and the panic hook logs it.
    pub fn handle(&self, request: &Request) -> Reply {
        let library = self.library();
        catch_unwind(AssertUnwindSafe(|| answer::answer(&library, request, self.bounds))).unwrap_or_else(|_| {
            answer::mistake("Something went wrong on my side. Please ask in other words; the fault has been logged.")
        })
    }

    /// The answer to what somebody typed: a command where it begins with a slash, else a question.
    pub fn handle_text(&self, typed: &str) -> Reply {
        match Request::parse(typed) {
            Ok(request) => self.handle(&request),
            Err(mistake) => answer::mistake(&mistake.to_string()),
        }
    }

    /// Why a question is answered as it is, as text.
    pub fn explain(&self, text: &str) -> String {
        answer::explain(&self.library(), text, self.bounds)
    }
}
