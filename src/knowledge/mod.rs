//! What we know: a corpus of role documents as one immutable snapshot that can be asked.

pub mod career_graph;
pub mod graph_selection;

use std::collections::HashMap;
use std::path::Path;

use crate::corpus::document::Document;
use crate::corpus::folder::{Corpus, CorpusError};
use crate::corpus::markdown::Passage;
use crate::model::diagnostic::Problem;
use crate::search::index::{Entry, Origin};
use crate::search::names::Names;
use crate::search::retrieve::{Hit, Searcher, Source};
use crate::search::text::english::{Cutter, Word};
use career_graph::Ladder;
use graph_selection::{Chart, View};

/// One corpus, read, checked and indexed. It never changes; a reload makes a new one.
#[derive(Debug)]
pub struct Library {
    documents: Vec<Document>,
    by_slug: HashMap<String, usize>,
    inherited: Vec<Vec<usize>>,
    roles: Vec<usize>,
    prominence: Vec<usize>,
    /// What the roles are called.
    pub names: Names,
    /// The career graph.
    pub ladder: Ladder,
    /// Free text to passages.
    pub search: Searcher,
    /// What is wrong in the corpus.
    pub problems: Vec<Problem>,
    /// How the index came to be.
    pub origin: Origin,
    /// The corpus's fingerprint.
    pub fingerprint: String,
}

/// Why there is no library.
#[derive(Debug, thiserror::Error)]
pub enum LibraryError {
    /// There is nothing to serve.
    #[error(transparent)]
    Corpus(#[from] CorpusError),
    /// Not even an index in memory could be built.
    #[error("the index cannot be built: {0}")]
    Index(#[from] tantivy::TantivyError),
}

impl Library {
    /// Reads the corpus in `corpus` and opens its index below `index`, or builds it. `progress` hears how many passages are done,
    /// of how many, while an index is built.
    ///
    /// # Errors
    /// Where the corpus cannot be read or is empty, or no index can be built even in memory.
    pub fn open(corpus: &Path, index: &Path, progress: impl FnMut(usize, usize)) -> Result<Library, LibraryError> {
        Library::of(crate::corpus::folder::read(corpus)?, index, progress)
    }

    /// The same corpus as it is now, where anything in it or wrong with it has changed; nothing where all is as it was.
    ///
    /// # Errors
    /// Where the corpus cannot be read or is empty, or no index can be built even in memory.
    pub fn reopen(&self, corpus: &Path, index: &Path) -> Result<Option<Library>, LibraryError> {
        let read = crate::corpus::folder::read(corpus)?;
        // What is no text at all leaves no trace in the fingerprint, but is a problem.
        if read.fingerprint == self.fingerprint && problems(&read).1 == self.problems {
            return Ok(None);
        }
        Library::of(read, index, |_, _| {}).map(Some)
    }

    fn of(corpus: Corpus, index: &Path, mut progress: impl FnMut(usize, usize)) -> Result<Library, LibraryError> {
        let (ladder, problems) = problems(&corpus);
        let Corpus { documents, fingerprint, .. } = corpus;
        let names = Names::new(&documents);
        let mut cutter = Cutter::default();
        let called: Vec<Called> = documents.iter().map(|document| Called::new(document, &mut cutter)).collect();
        let mut statements: Vec<Statement> = Vec::new();
        for (at, document) in documents.iter().enumerate() {
            for (number, passage) in document.passages.iter().enumerate() {
                statements.push(Statement::new((at, number), passage, &mut cutter));
            }
        }
        let entries: Vec<Entry<'_>> = statements.iter().map(|statement| statement.entry(&called)).collect();
        let total = entries.len();
        let (passages, origin) =
            crate::search::index::open_or_build(index, &fingerprint, &entries, &mut |done| progress(done, total))?;
        let sources: Vec<Source<'_>> =
            statements.iter().map(|statement| statement.source(&called, &names, &documents)).collect();
        let search = Searcher::new(passages, &sources);
        let by_slug: HashMap<String, usize> =
            documents.iter().enumerate().map(|(at, doc)| (doc.slug.clone(), at)).collect();
        let inherited = (0..documents.len()).map(|at| inherited(&documents, &by_slug, at)).collect();
        let roles = by_family(&documents);
        let prominence = Vec::new();
        let mut library = Library {
            documents,
            by_slug,
            inherited,
            roles,
            prominence,
            names,
            ladder,
            search,
            problems,
            origin,
            fingerprint,
        };
        library.prominence = library.by_prominence();
        Ok(library)
    }

    /// What is wrong in a corpus, and how many documents of it can be served. Builds no index.
    ///
    /// # Errors
    /// Where the corpus cannot be read or is empty.
    pub fn check(corpus: &Path) -> Result<(usize, Vec<Problem>), CorpusError> {
        let corpus = crate::corpus::folder::read(corpus)?;
        Ok((corpus.documents.len(), problems(&corpus).1))
    }

    /// All documents, by slug. A document's position in this list is what names, ladder and search call it by.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// What a search found.
    pub fn passage(&self, hit: &Hit) -> &Passage {
        &self.documents[hit.document].passages[hit.passage]
    }

    /// The document at a position that names, ladder or search gave.
    pub fn document(&self, at: usize) -> &Document {
        &self.documents[at]
    }

    /// The position of the document with this slug.
    pub fn by_slug(&self, slug: &str) -> Option<usize> {
        self.by_slug.get(slug).copied()
    }

    /// The roles whose responsibilities this one has as well, nearest first, through all levels.
    pub fn inherited(&self, at: usize) -> &[usize] {
        &self.inherited[at]
    }

    /// True where this role is another one, or has all that the other is responsible for.
    pub fn is_also(&self, role: usize, other: usize) -> bool {
        role == other || self.inherited(role).contains(&other)
    }

    /// The roles that have all that this one is responsible for, through inheritance.
    pub fn heirs(&self, at: usize) -> impl Iterator<Item = usize> {
        (0..self.documents.len()).filter(move |heir| self.inherited[*heir].contains(&at))
    }

    /// True for a word that a family of roles is called by: the field that the corpus is about.
    pub fn names_the_field(&self, stem: &str) -> bool {
        let families = self.documents.iter().filter_map(|document| document.front.family.as_deref());
        families.flat_map(crate::search::text::english::words).any(|word| word.stem == stem)
    }

    /// The roles through which people come in: those of the lowest level that say what it takes.
    pub fn entry_roles(&self) -> Vec<usize> {
        let says = |at: &usize| self.documents[*at].part(crate::corpus::markdown::Part::Entry).next().is_some();
        let roles: Vec<usize> = self.roles.iter().copied().filter(says).collect();
        let level = |at: &usize| self.documents[*at].front.level.unwrap_or(i64::MAX);
        let lowest = roles.iter().map(level).min();
        roles.into_iter().filter(|at| Some(level(at)) == lowest).collect()
    }

    /// The roles that a document speaks for: itself, or those whose work a topic is, in the author's order.
    pub fn roles_behind(&self, at: usize) -> Vec<usize> {
        let document = self.document(at);
        if document.is_role() {
            return vec![at];
        }
        document.front.roles.iter().filter_map(|slug| self.by_slug(&slug.text)).collect()
    }

    /// A role's place among all: those first that most steps, other roles and topics refer to; else in the order of families and
    /// levels. What is no role comes last.
    pub fn prominence(&self, at: usize) -> usize {
        self.prominence[at]
    }

    fn by_prominence(&self) -> Vec<usize> {
        let mut referred = vec![0_usize; self.documents.len()];
        for at in 0..self.documents.len() {
            for rung in self.ladder.after(at) {
                referred[rung.from] += 1;
                referred[rung.to] += 1;
            }
            for other in self.inherited[at].iter().copied().chain(self.roles_behind(at)).filter(|other| *other != at) {
                referred[other] += 1;
            }
        }
        let mut roles = self.roles.clone();
        roles.sort_by_key(|at| std::cmp::Reverse(referred[*at]));
        let mut places = vec![usize::MAX; self.documents.len()];
        for (place, at) in roles.into_iter().enumerate() {
            places[at] = place;
        }
        places
    }

    /// What a chart shows of this library.
    pub fn view(&self, chart: &Chart) -> View {
        chart.view(&self.documents, &self.ladder, &self.roles)
    }

    /// The families that roles name, in order, each once.
    pub fn families(&self) -> Vec<&str> {
        let roles = self.documents.iter().filter(|document| document.is_role());
        let mut families: Vec<&str> = roles.filter_map(|role| role.front.family.as_deref()).collect();
        families.sort_unstable();
        families.dedup();
        families
    }

    /// The family that somebody means: by its name, the only one that has this in its name, that of a role, or the only one whose
    /// roles have names with a word that begins so.
    pub fn family(&self, name: &str) -> Option<&str> {
        let typed = name.trim().to_lowercase();
        let families = self.families();
        let exact = families.iter().copied().find(|family| family.to_lowercase() == typed);
        let mut holding = families.iter().copied().filter(|family| family.to_lowercase().contains(&typed));
        let only = holding.next().filter(|_| holding.next().is_none());
        let of = |roles: Vec<usize>| {
            let mut of = roles.into_iter().filter(|at| self.document(*at).is_role());
            let family = |at: usize| self.document(at).front.family.as_deref();
            let first = family(of.next()?)?;
            of.all(|at| family(at) == Some(first)).then_some(first)
        };
        exact.or(only).or_else(|| of(self.names.find(name))).or_else(|| of(self.names.beginning(name)))
    }

    /// Roles in the order of families and levels.
    pub fn roles(&self) -> &[usize] {
        &self.roles
    }
}

fn by_family(documents: &[Document]) -> Vec<usize> {
    let mut roles: Vec<usize> = (0..documents.len()).filter(|at| documents[*at].is_role()).collect();
    roles.sort_by_key(|at| {
        let Document { front, title, .. } = &documents[*at];
        (&front.family, front.level.unwrap_or(i64::MAX), title)
    });
    roles
}

/// The career graph, and all that is wrong in the corpus with it.
fn problems(corpus: &Corpus) -> (Ladder, Vec<Problem>) {
    let (ladder, circles) = Ladder::new(&corpus.documents);
    let mut problems = [corpus.problems.as_slice(), &circles].concat();
    problems.sort();
    (ladder, problems)
}

/// What a document is called, in words.
struct Called {
    title: Vec<Word>,
    aliases: Vec<Word>,
}

impl Called {
    fn new(document: &Document, cutter: &mut Cutter) -> Self {
        let aliases = document.front.aliases.iter().flat_map(|alias| cutter.words(&alias.text)).collect();
        Called { title: cutter.words(&document.title), aliases }
    }
}

/// A passage in words: cut once, for the index and for measuring alike.
struct Statement {
    document: usize,
    passage: usize,
    text: Vec<Word>,
    phrases: Vec<Vec<Word>>,
    heading: Vec<Word>,
}

impl Statement {
    fn new((document, number): (usize, usize), passage: &Passage, cutter: &mut Cutter) -> Self {
        let mut text = cutter.words(&passage.text);
        text.extend(passage.items.iter().flat_map(|item| cutter.words(item)));
        let phrases = passage.asked.iter().map(|phrase| cutter.words(phrase)).collect();
        let heading = cutter.words(passage.heading.as_deref().unwrap_or_default());
        Statement { document, passage: number, text, phrases, heading }
    }

    fn entry<'a>(&'a self, called: &'a [Called]) -> Entry<'a> {
        let Called { title, aliases } = &called[self.document];
        Entry { title, aliases, text: &self.text, phrases: &self.phrases, heading: &self.heading }
    }

    fn source<'a>(&'a self, called: &'a [Called], names: &Names, documents: &[Document]) -> Source<'a> {
        let others = |at: &usize| *at != self.document && documents[*at].is_role();
        let named = |words: &[Word]| {
            let mentions = names
                .spot(words, &|_| true)
                .into_iter()
                .filter(|mention| mention.how == crate::search::names::Match::Exact);
            mentions.flat_map(|mention| mention.documents).filter(others).collect::<Vec<usize>>()
        };
        let told_of = named(&self.text);
        let mut roles = told_of.clone();
        roles.extend(self.phrases.iter().flat_map(|phrase| named(phrase)));
        roles.sort_unstable();
        roles.dedup();
        Source {
            document: self.document,
            passage: self.passage,
            text: &self.text,
            phrases: &self.phrases,
            around: [&self.heading, &called[self.document].title],
            roles,
            told_of,
        }
    }
}

fn inherited(documents: &[Document], by_slug: &HashMap<String, usize>, at: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut seen = vec![false; documents.len()];
    seen[at] = true;
    let mut open = vec![at];
    while let Some(next) = open.pop() {
        for slug in &documents[next].front.inherits {
            if let Some(&above) = by_slug.get(&slug.text)
                && !std::mem::replace(&mut seen[above], true)
            {
                found.push(above);
                open.push(above);
            }
        }
    }
    found
}
