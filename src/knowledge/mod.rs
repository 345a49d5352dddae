//! What we know: a corpus of role documents as one immutable snapshot that can be asked.

pub mod career_graph;
pub mod graph_selection;

use std::collections::HashMap;
use std::path::Path;

use crate::corpus::document::Document;
use crate::corpus::folder::{Corpus, CorpusError};
use crate::corpus::markdown::Passage;
use crate::model::diagnostic::Diagnostic;
use crate::search::index::{IndexDocument, OpenOutcome};
use crate::search::names::NameIndex;
use crate::search::retrieve::{Hit, PassageInput, Searcher};
use crate::search::text::english::{CachingTokenizer, Token};
use career_graph::CareerGraph;
use graph_selection::{GraphSelection, Subgraph};

/// One corpus, read, checked and indexed. It never changes; a reload makes a new one.
#[derive(Debug)]
pub struct Library {
    documents: Vec<Document>,
    by_slug: HashMap<String, usize>,
    ancestors: Vec<Vec<usize>>,
    roles: Vec<usize>,
    reference_rank: Vec<usize>,
    /// What the roles are called.
    pub names: NameIndex,
    /// The career graph.
    pub career_graph: CareerGraph,
    /// Free text to passages.
    pub searcher: Searcher,
    /// What is wrong in the corpus.
    pub diagnostics: Vec<Diagnostic>,
    /// How the index came to be.
    pub open_outcome: OpenOutcome,
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
        Library::from_corpus(crate::corpus::folder::read(corpus)?, index, progress)
    }

    /// The same corpus as it is now, where anything in it or wrong with it has changed; nothing where all is as it was.
    ///
    /// # Errors
    /// Where the corpus cannot be read or is empty, or no index can be built even in memory.
    pub fn reload_if_changed(&self, corpus: &Path, index: &Path) -> Result<Option<Library>, LibraryError> {
        let read = crate::corpus::folder::read(corpus)?;
        // What is no text at all leaves no trace in the fingerprint, but is a problem.
        if read.fingerprint == self.fingerprint && build_career_graph(&read).1 == self.diagnostics {
            return Ok(None);
        }
        Library::from_corpus(read, index, |_, _| {}).map(Some)
    }

    fn from_corpus(
        corpus: Corpus,
        index: &Path,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Library, LibraryError> {
        let (ladder, problems) = build_career_graph(&corpus);
        let Corpus { documents, fingerprint, .. } = corpus;
        let names = NameIndex::new(&documents);
        let mut cutter = CachingTokenizer::default();
        let called: Vec<NameTokens> = documents.iter().map(|document| NameTokens::new(document, &mut cutter)).collect();
        let mut statements: Vec<TokenizedPassage> = Vec::new();
        for (at, document) in documents.iter().enumerate() {
            for (number, passage) in document.passages.iter().enumerate() {
                statements.push(TokenizedPassage::new((at, number), passage, &mut cutter));
            }
        }
        let entries: Vec<IndexDocument<'_>> =
            statements.iter().map(|statement| statement.to_index_document(&called)).collect();
        let total = entries.len();
        let (passages, origin) =
            crate::search::index::open_or_build(index, &fingerprint, &entries, &mut |done| progress(done, total))?;
        let sources: Vec<PassageInput<'_>> =
            statements.iter().map(|statement| statement.to_passage_input(&called, &names, &documents)).collect();
        let search = Searcher::new(passages, &sources);
        let by_slug: HashMap<String, usize> =
            documents.iter().enumerate().map(|(at, doc)| (doc.slug.clone(), at)).collect();
        let inherited = (0..documents.len()).map(|at| collect_ancestors(&documents, &by_slug, at)).collect();
        let roles = roles_by_family(&documents);
        let prominence = Vec::new();
        let mut library = Library {
            documents,
            by_slug,
            ancestors: inherited,
            roles,
            reference_rank: prominence,
            names,
            career_graph: ladder,
            searcher: search,
            diagnostics: problems,
            open_outcome: origin,
            fingerprint,
        };
        library.reference_rank = library.compute_reference_ranks();
        Ok(library)
    }

    /// What is wrong in a corpus, and how many documents of it can be served. Builds no index.
    ///
    /// # Errors
    /// Where the corpus cannot be read or is empty.
    pub fn check(corpus: &Path) -> Result<(usize, Vec<Diagnostic>), CorpusError> {
        let corpus = crate::corpus::folder::read(corpus)?;
        Ok((corpus.documents.len(), build_career_graph(&corpus).1))
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
    pub fn ancestors(&self, at: usize) -> &[usize] {
        &self.ancestors[at]
    }

    /// True where this role is another one, or has all that the other is responsible for.
    pub fn inherits(&self, role: usize, other: usize) -> bool {
        role == other || self.ancestors(role).contains(&other)
    }

    /// The roles that have all that this one is responsible for, through inheritance.
    pub fn descendants(&self, at: usize) -> impl Iterator<Item = usize> {
        (0..self.documents.len()).filter(move |heir| self.ancestors[*heir].contains(&at))
    }

    /// True for a word that a family of roles is called by: the field that the corpus is about.
    pub fn is_family_word(&self, stem: &str) -> bool {
        let families = self.documents.iter().filter_map(|document| document.front_matter.family.as_deref());
        families.flat_map(crate::search::text::english::tokenize).any(|word| word.stem == stem)
    }

    /// The roles through which people come in: those of the lowest level that say what it takes.
    pub fn entry_roles(&self) -> Vec<usize> {
        let says = |at: &usize| {
            self.documents[*at].passages_of_kind(crate::corpus::markdown::PassageKind::Entry).next().is_some()
        };
        let roles: Vec<usize> = self.roles.iter().copied().filter(says).collect();
        let level = |at: &usize| self.documents[*at].front_matter.level.unwrap_or(i64::MAX);
        let lowest = roles.iter().map(level).min();
        roles.into_iter().filter(|at| Some(level(at)) == lowest).collect()
    }

    /// The roles that a document speaks for: itself, or those whose work a topic is, in the author's order.
    pub fn owning_roles(&self, at: usize) -> Vec<usize> {
        let document = self.document(at);
        if document.is_role() {
            return vec![at];
        }
        document.front_matter.roles.iter().filter_map(|slug| self.by_slug(&slug.text)).collect()
    }

    /// A role's place among all: those first that most steps, other roles and topics refer to; else in the order of families and
    /// levels. What is no role comes last.
    pub fn reference_rank(&self, at: usize) -> usize {
        self.reference_rank[at]
    }

    fn compute_reference_ranks(&self) -> Vec<usize> {
        let mut referred = vec![0_usize; self.documents.len()];
        for at in 0..self.documents.len() {
            for rung in self.career_graph.outgoing(at) {
                referred[rung.from] += 1;
                referred[rung.to] += 1;
            }
            for other in self.ancestors[at].iter().copied().chain(self.owning_roles(at)).filter(|other| *other != at) {
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
    pub fn subgraph(&self, chart: &GraphSelection) -> Subgraph {
        chart.subgraph(&self.documents, &self.career_graph, &self.roles)
    }

    /// The families that roles name, in order, each once.
    pub fn families(&self) -> Vec<&str> {
        let roles = self.documents.iter().filter(|document| document.is_role());
        let mut families: Vec<&str> = roles.filter_map(|role| role.front_matter.family.as_deref()).collect();
        families.sort_unstable();
        families.dedup();
        families
    }

    /// The family that somebody means: by its name, the only one that has this in its name, that of a role, or the only one whose
    /// roles have names with a word that begins so.
    pub fn resolve_family(&self, name: &str) -> Option<&str> {
        let typed = name.trim().to_lowercase();
        let families = self.families();
        let exact = families.iter().copied().find(|family| family.to_lowercase() == typed);
        let mut holding = families.iter().copied().filter(|family| family.to_lowercase().contains(&typed));
        let only = holding.next().filter(|_| holding.next().is_none());
        let of = |roles: Vec<usize>| {
            let mut of = roles.into_iter().filter(|at| self.document(*at).is_role());
            let family = |at: usize| self.document(at).front_matter.family.as_deref();
            let first = family(of.next()?)?;
            of.all(|at| family(at) == Some(first)).then_some(first)
        };
        exact.or(only).or_else(|| of(self.names.find(name))).or_else(|| of(self.names.prefix_search(name)))
    }

    /// Roles in the order of families and levels.
    pub fn roles(&self) -> &[usize] {
        &self.roles
    }
}

fn roles_by_family(documents: &[Document]) -> Vec<usize> {
    let mut roles: Vec<usize> = (0..documents.len()).filter(|at| documents[*at].is_role()).collect();
    roles.sort_by_key(|at| {
        let Document { front_matter: front, title, .. } = &documents[*at];
        (&front.family, front.level.unwrap_or(i64::MAX), title)
    });
    roles
}

/// The career graph, and all that is wrong in the corpus with it.
fn build_career_graph(corpus: &Corpus) -> (CareerGraph, Vec<Diagnostic>) {
    let (ladder, circles) = CareerGraph::new(&corpus.documents);
    let mut problems = [corpus.diagnostics.as_slice(), &circles].concat();
    problems.sort();
    (ladder, problems)
}

/// What a document is called, in words.
struct NameTokens {
    title: Vec<Token>,
    aliases: Vec<Token>,
}

impl NameTokens {
    fn new(document: &Document, cutter: &mut CachingTokenizer) -> Self {
        let aliases = document.front_matter.aliases.iter().flat_map(|alias| cutter.tokenize(&alias.text)).collect();
        NameTokens { title: cutter.tokenize(&document.title), aliases }
    }
}

/// A passage in words: cut once, for the index and for measuring alike.
struct TokenizedPassage {
    document: usize,
    passage: usize,
    text: Vec<Token>,
    phrases: Vec<Vec<Token>>,
    heading: Vec<Token>,
}

impl TokenizedPassage {
    fn new((document, number): (usize, usize), passage: &Passage, cutter: &mut CachingTokenizer) -> Self {
        let mut text = cutter.tokenize(&passage.text);
        text.extend(passage.items.iter().flat_map(|item| cutter.tokenize(item)));
        let phrases = passage.search_phrases.iter().map(|phrase| cutter.tokenize(phrase)).collect();
        let heading = cutter.tokenize(passage.heading.as_deref().unwrap_or_default());
        TokenizedPassage { document, passage: number, text, phrases, heading }
    }

    fn to_index_document<'a>(&'a self, called: &'a [NameTokens]) -> IndexDocument<'a> {
        let NameTokens { title, aliases } = &called[self.document];
        IndexDocument { title, aliases, text: &self.text, phrases: &self.phrases, heading: &self.heading }
    }

    fn to_passage_input<'a>(
        &'a self,
        called: &'a [NameTokens],
        names: &NameIndex,
        documents: &[Document],
    ) -> PassageInput<'a> {
        let others = |at: &usize| *at != self.document && documents[*at].is_role();
        let named = |words: &[Token]| {
            let mentions = names
                .find_mentions(words, &|_| true)
                .into_iter()
                .filter(|mention| mention.match_kind == crate::search::names::Match::Exact);
            mentions.flat_map(|mention| mention.documents).filter(others).collect::<Vec<usize>>()
        };
        let told_of = named(&self.text);
        let mut roles = told_of.clone();
        roles.extend(self.phrases.iter().flat_map(|phrase| named(phrase)));
        roles.sort_unstable();
        roles.dedup();
        PassageInput {
            document: self.document,
            passage: self.passage,
            text: &self.text,
            phrases: &self.phrases,
            headings: [&self.heading, &called[self.document].title],
            matchable_roles: roles,
            mentioned_roles: told_of,
        }
    }
}

fn collect_ancestors(documents: &[Document], by_slug: &HashMap<String, usize>, at: usize) -> Vec<usize> {
    let mut found: Vec<usize> = Vec::new();
    let mut seen = vec![false; documents.len()];
    seen[at] = true;
    let mut open = vec![at];
    while let Some(next) = open.pop() {
        for slug in &documents[next].front_matter.inherits {
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
