//! An immutable snapshot of one corpus with its names, career graph and search index.

pub mod career_graph;
pub mod graph_selection;

use std::collections::HashMap;
use std::path::Path;

use crate::model::corpus::Corpus;
use crate::model::diagnostic::Diagnostic;
use crate::model::document::{Document, Passage, PassageKind};
use crate::search::index::{IndexDocument, IndexError, OpenOutcome};
use crate::search::names::{Match, NameIndex};
use crate::search::retrieve::{Hit, PassageInput, Searcher};
use crate::search::text::english::{CachingTokenizer, Token};
use career_graph::CareerGraph;
use graph_selection::{GraphSelection, Subgraph};

/// One corpus, parsed, checked and indexed. Immutable; a reload creates a new one. Documents are referred to by their position in
/// [`Knowledge::documents`].
#[derive(Debug)]
pub struct Knowledge {
    documents: Vec<Document>,
    by_slug: HashMap<String, usize>,
    ancestors: Vec<Vec<usize>>,
    roles: Vec<usize>,
    reference_rank: Vec<usize>,
    /// The names of the documents.
    pub names: NameIndex,
    /// The career graph.
    pub(crate) career_graph: CareerGraph,
    /// Full-text search.
    pub(crate) searcher: Searcher,
    /// Faults in the corpus.
    pub diagnostics: Vec<Diagnostic>,
    /// How the index was obtained.
    pub open_outcome: OpenOutcome,
    /// Fingerprint of the corpus.
    pub fingerprint: String,
}

impl Knowledge {
    /// Builds a snapshot of documents. Its index is opened or stored below the folder `index`; without one, it is built in memory. While
    /// building, calls `progress` with the number of indexed passages and the total.
    ///
    /// # Errors
    /// If the index cannot be built in memory.
    pub(crate) fn build(
        corpus: Corpus,
        index: Option<&Path>,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Knowledge, IndexError> {
        let (career_graph, diagnostics) = build_career_graph(&corpus);
        let Corpus { documents, fingerprint, .. } = corpus;
        let names = NameIndex::new(&documents);
        let mut tokenizer = CachingTokenizer::default();
        let name_tokens: Vec<NameTokens> =
            documents.iter().map(|document| NameTokens::new(document, &mut tokenizer)).collect();
        let mut passages: Vec<TokenizedPassage> = Vec::new();
        for (position, document) in documents.iter().enumerate() {
            for (index, passage) in document.passages.iter().enumerate() {
                passages.push(TokenizedPassage::new((position, index), passage, &mut tokenizer));
            }
        }
        let entries: Vec<IndexDocument<'_>> =
            passages.iter().map(|passage| passage.to_index_document(&name_tokens)).collect();
        let total = entries.len();
        let (index, open_outcome) =
            crate::search::index::open_or_build(index, &fingerprint, &entries, &mut |done| progress(done, total))?;
        let inputs: Vec<PassageInput<'_>> =
            passages.iter().map(|passage| passage.to_passage_input(&name_tokens, &names, &documents)).collect();
        let searcher = Searcher::new(index, &inputs);
        let by_slug: HashMap<String, usize> =
            documents.iter().enumerate().map(|(position, doc)| (doc.slug.clone(), position)).collect();
        let ancestors =
            (0..documents.len()).map(|position| collect_ancestors(&documents, &by_slug, position)).collect();
        let roles = roles_by_family(&documents);
        let mut knowledge = Knowledge {
            documents,
            by_slug,
            ancestors,
            roles,
            reference_rank: Vec::new(),
            names,
            career_graph,
            searcher,
            diagnostics,
            open_outcome,
            fingerprint,
        };
        knowledge.reference_rank = knowledge.compute_reference_ranks();
        Ok(knowledge)
    }

    /// Whether a snapshot of this corpus would be the same. Unreadable files are not part of the fingerprint, but have diagnostics.
    pub(crate) fn is_built_from(&self, corpus: &Corpus) -> bool {
        corpus.fingerprint == self.fingerprint && diagnostics(corpus) == self.diagnostics
    }

    /// All documents, sorted by file name. Other methods refer to a document by its position in this list.
    pub fn documents(&self) -> &[Document] {
        &self.documents
    }

    /// The passage of a hit.
    pub(crate) fn passage(&self, hit: &Hit) -> &Passage {
        &self.documents[hit.document].passages[hit.passage]
    }

    /// The document at a position.
    pub fn document(&self, position: usize) -> &Document {
        &self.documents[position]
    }

    /// The position of the document with this slug.
    pub fn by_slug(&self, slug: &str) -> Option<usize> {
        self.by_slug.get(slug).copied()
    }

    /// The roles whose responsibilities this one includes, transitively.
    pub fn ancestors(&self, position: usize) -> &[usize] {
        &self.ancestors[position]
    }

    /// True if `role` is `other` or includes its responsibilities.
    pub(crate) fn inherits(&self, role: usize, other: usize) -> bool {
        role == other || self.ancestors(role).contains(&other)
    }

    /// The roles that include the responsibilities of this one.
    pub(crate) fn descendants(&self, role: usize) -> impl Iterator<Item = usize> {
        (0..self.documents.len()).filter(move |other| self.ancestors[*other].contains(&role))
    }

    /// True for the stem of a word in the name of a family.
    pub(crate) fn is_family_word(&self, stem: &str) -> bool {
        let families = self.documents.iter().filter_map(|document| document.front_matter.family.as_deref());
        families.flat_map(crate::search::text::english::tokenize).any(|token| token.stem == stem)
    }

    /// The roles of the lowest level among those with entry requirements.
    pub(crate) fn entry_roles(&self) -> Vec<usize> {
        let has_entry = |role: &usize| self.documents[*role].passages_of_kind(PassageKind::Entry).next().is_some();
        let roles: Vec<usize> = self.roles.iter().copied().filter(has_entry).collect();
        let level = |role: &usize| self.documents[*role].front_matter.level.unwrap_or(i64::MAX);
        let lowest = roles.iter().map(level).min();
        roles.into_iter().filter(|role| Some(level(role)) == lowest).collect()
    }

    /// The role itself, or the roles that own a topic, the main owner first.
    pub(crate) fn owning_roles(&self, position: usize) -> Vec<usize> {
        let document = self.document(position);
        if document.is_role() {
            return vec![position];
        }
        document.front_matter.roles.iter().filter_map(|slug| self.by_slug(&slug.text)).collect()
    }

    /// Rank of a role by the number of references from steps, other roles and topics; equal numbers by family and level. `usize::MAX`
    /// for a topic.
    pub(crate) fn reference_rank(&self, position: usize) -> usize {
        self.reference_rank[position]
    }

    fn compute_reference_ranks(&self) -> Vec<usize> {
        let mut counts = vec![0_usize; self.documents.len()];
        for position in 0..self.documents.len() {
            for edge in self.career_graph.outgoing(position) {
                counts[edge.from] += 1;
                counts[edge.to] += 1;
            }
            let referenced = self.ancestors[position].iter().copied().chain(self.owning_roles(position));
            for other in referenced.filter(|other| *other != position) {
                counts[other] += 1;
            }
        }
        let mut roles = self.roles.clone();
        roles.sort_by_key(|role| std::cmp::Reverse(counts[*role]));
        let mut ranks = vec![usize::MAX; self.documents.len()];
        for (rank, role) in roles.into_iter().enumerate() {
            ranks[role] = rank;
        }
        ranks
    }

    /// The subgraph of a selection.
    pub(crate) fn subgraph(&self, selection: &GraphSelection) -> Subgraph {
        selection.subgraph(&self.documents, &self.career_graph, &self.roles)
    }

    /// The families of the roles, sorted.
    pub(crate) fn families(&self) -> Vec<&str> {
        let roles = self.documents.iter().filter(|document| document.is_role());
        let mut families: Vec<&str> = roles.filter_map(|role| role.front_matter.family.as_deref()).collect();
        families.sort_unstable();
        families.dedup();
        families
    }

    /// Resolves user input to a family: by its name, by a substring of only one family, by the name of a role, or by a prefix that
    /// only roles of one family match.
    pub(crate) fn resolve_family(&self, name: &str) -> Option<&str> {
        let typed = name.trim().to_lowercase();
        let families = self.families();
        let exact = families.iter().copied().find(|family| family.to_lowercase() == typed);
        let mut containing = families.iter().copied().filter(|family| family.to_lowercase().contains(&typed));
        let only = containing.next().filter(|_| containing.next().is_none());
        let common_family = |documents: Vec<usize>| {
            let mut roles = documents.into_iter().filter(|position| self.document(*position).is_role());
            let family = |role: usize| self.document(role).front_matter.family.as_deref();
            let first = family(roles.next()?)?;
            roles.all(|role| family(role) == Some(first)).then_some(first)
        };
        exact
            .or(only)
            .or_else(|| common_family(self.names.find(name)))
            .or_else(|| common_family(self.names.prefix_search(name)))
    }

    /// The roles, by family and level.
    pub fn roles(&self) -> &[usize] {
        &self.roles
    }
}

fn roles_by_family(documents: &[Document]) -> Vec<usize> {
    let mut roles: Vec<usize> = (0..documents.len()).filter(|position| documents[*position].is_role()).collect();
    roles.sort_by_key(|role| {
        let Document { front_matter, title, .. } = &documents[*role];
        (&front_matter.family, front_matter.level.unwrap_or(i64::MAX), title)
    });
    roles
}

/// The career graph, and the diagnostics of the corpus and the graph, sorted.
/// What is wrong in a corpus, its career graph included. Builds no index.
pub(crate) fn diagnostics(corpus: &Corpus) -> Vec<Diagnostic> {
    build_career_graph(corpus).1
}

fn build_career_graph(corpus: &Corpus) -> (CareerGraph, Vec<Diagnostic>) {
    let (career_graph, cycles) = CareerGraph::new(&corpus.documents);
    let mut diagnostics = [corpus.diagnostics.as_slice(), &cycles].concat();
    diagnostics.sort();
    (career_graph, diagnostics)
}

/// The tokenized names of a document.
struct NameTokens {
    title: Vec<Token>,
    aliases: Vec<Token>,
}

impl NameTokens {
    fn new(document: &Document, tokenizer: &mut CachingTokenizer) -> Self {
        let aliases = document.front_matter.aliases.iter().flat_map(|alias| tokenizer.tokenize(&alias.text)).collect();
        NameTokens { title: tokenizer.tokenize(&document.title), aliases }
    }
}

/// A tokenized passage, for the index and the searcher.
struct TokenizedPassage {
    document: usize,
    passage: usize,
    text: Vec<Token>,
    phrases: Vec<Vec<Token>>,
    heading: Vec<Token>,
}

impl TokenizedPassage {
    fn new((document, index): (usize, usize), passage: &Passage, tokenizer: &mut CachingTokenizer) -> Self {
        let mut text = tokenizer.tokenize(&passage.text);
        text.extend(passage.items.iter().flat_map(|item| tokenizer.tokenize(item)));
        let phrases = passage.search_phrases.iter().map(|phrase| tokenizer.tokenize(phrase)).collect();
        let heading = tokenizer.tokenize(passage.heading.as_deref().unwrap_or_default());
        TokenizedPassage { document, passage: index, text, phrases, heading }
    }

    fn to_index_document<'a>(&'a self, name_tokens: &'a [NameTokens]) -> IndexDocument<'a> {
        let NameTokens { title, aliases } = &name_tokens[self.document];
        IndexDocument { title, aliases, text: &self.text, phrases: &self.phrases, heading: &self.heading }
    }

    fn to_passage_input<'a>(
        &'a self,
        name_tokens: &'a [NameTokens],
        names: &NameIndex,
        documents: &[Document],
    ) -> PassageInput<'a> {
        let is_other_role = |position: &usize| *position != self.document && documents[*position].is_role();
        let find_roles = |tokens: &[Token]| {
            let mentions = names.find_mentions(tokens, &|_| true).into_iter();
            let exact = mentions.filter(|mention| mention.match_kind == Match::Exact);
            exact.flat_map(|mention| mention.documents).filter(is_other_role).collect::<Vec<usize>>()
        };
        let mentioned_roles = find_roles(&self.text);
        let mut matchable_roles = mentioned_roles.clone();
        matchable_roles.extend(self.phrases.iter().flat_map(|phrase| find_roles(phrase)));
        matchable_roles.sort_unstable();
        matchable_roles.dedup();
        PassageInput {
            document: self.document,
            passage: self.passage,
            text: &self.text,
            phrases: &self.phrases,
            headings: [&self.heading, &name_tokens[self.document].title],
            matchable_roles,
            mentioned_roles,
        }
    }
}

fn collect_ancestors(documents: &[Document], by_slug: &HashMap<String, usize>, position: usize) -> Vec<usize> {
    let mut ancestors: Vec<usize> = Vec::new();
    let mut visited = vec![false; documents.len()];
    visited[position] = true;
    let mut stack = vec![position];
    while let Some(current) = stack.pop() {
        for slug in &documents[current].front_matter.inherits {
            if let Some(&parent) = by_slug.get(&slug.text)
                && !std::mem::replace(&mut visited[parent], true)
            {
                ancestors.push(parent);
                stack.push(parent);
            }
        }
    }
    ancestors
}
