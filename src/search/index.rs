//! The tantivy index: one document a passage, in a folder named after the corpus it was built from.
//!
//! The index is a cache. Opening, building and mending it are one path: open the folder that bears the key, or build beside it
//! and move the result in. A rename within one folder is whole or not at all, so a process that dies at any instant leaves
//! nothing that the next one would take for an index.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tantivy::collector::TopDocs;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token as TantivyToken};
use tantivy::{Directory, Index, IndexReader, ReloadPolicy, TantivyDocument, TantivyError, Term};

use crate::search::text::english::Token;

/// Goes up with every change of the schema or of how words are cut and stemmed; an index of another format is never opened.
pub const SCHEMA_VERSION: &str = "1";

/// What a field's match is worth beside the others. People ask for what somebody does, in their own words, so the
/// responsibility and its search phrases lead; the title breaks ties between roles.
const FIELD_BOOSTS: [(&str, f32); 5] =
    [("title", 0.4), ("aliases", 0.2), ("text", 1.0), ("phrases", 1.0), ("heading", 0.3)];

/// Memory for building, in bytes: what tantivy asks at the least for one segment.
const WRITER_MEMORY_BYTES: usize = 15_000_000;

/// The words of one passage, by field.
#[derive(Debug)]
pub struct IndexDocument<'a> {
    /// The document's title.
    pub title: &'a [Token],
    /// The document's other names.
    pub aliases: &'a [Token],
    /// What the passage says.
    pub text: &'a [Token],
    /// Its search phrases.
    pub phrases: &'a [Vec<Token>],
    /// What stands around it: heading, group.
    pub heading: &'a [Token],
}

/// How the index came to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// It was there.
    Opened,
    /// It was built and kept.
    Built,
    /// It was damaged, and built anew.
    Rebuilt,
    /// It could not be kept, for this reason, and lives in memory.
    InMemory(String),
}

/// An index that can be searched.
pub struct PassageIndex {
    reader: IndexReader,
    fields: Vec<(Field, f32)>,
}

impl std::fmt::Debug for PassageIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PassageIndex").field("fields", &self.fields).finish_non_exhaustive()
    }
}

/// Opens the index of the corpus with this `fingerprint` below `folder`, or builds it there from `entries`; where the folder
/// cannot be written to, in memory. `progress` hears how many entries are done.
///
/// # Errors
/// Only where tantivy cannot even build in memory.
pub fn open_or_build(
    folder: &Path,
    fingerprint: &str,
    entries: &[IndexDocument<'_>],
    progress: &mut dyn FnMut(usize),
) -> Result<(PassageIndex, OpenOutcome), TantivyError> {
    let place = folder.join(format!("{SCHEMA_VERSION}-{fingerprint}"));
    let there = place.exists();
    if there && let Ok(index) = open(&place, entries.len()) {
        return Ok((index, OpenOutcome::Opened));
    }
    let reason = match build_and_rename(folder, &place, entries, progress) {
        Ok(index) => return Ok((index, if there { OpenOutcome::Rebuilt } else { OpenOutcome::Built })),
        Err(error) => error.to_string(),
    };
    // Another process may have moved the same index in while this one was building.
    if let Ok(index) = open(&place, entries.len()) {
        return Ok((index, OpenOutcome::Opened));
    }
    let index = build(RamDirectory::create(), entries, progress)?;
    Ok((PassageIndex::from_index(&index)?, OpenOutcome::InMemory(reason)))
}

/// Opens what is there, and only where every byte is as it was written: a checksum of the whole costs less than one wrong answer.
fn open(place: &Path, entries: usize) -> Result<PassageIndex, TantivyError> {
    let index = Index::open_in_dir(place)?;
    if index.schema() != schema() {
        return Err(TantivyError::SchemaError("another schema".to_owned()));
    }
    if !index.validate_checksum()?.is_empty() {
        return Err(TantivyError::InternalError("a file is damaged".to_owned()));
    }
    let opened = PassageIndex::from_index(&index)?;
    if opened.reader.searcher().num_docs() != entries as u64 {
        return Err(TantivyError::InternalError("passages are missing".to_owned()));
    }
    Ok(opened)
}

fn build_and_rename(
    folder: &Path,
    place: &Path,
    entries: &[IndexDocument<'_>],
    progress: &mut dyn FnMut(usize),
) -> Result<PassageIndex, TantivyError> {
    let io_error = |error: io::Error| TantivyError::IoError(error.into());
    fs::create_dir_all(folder).map_err(io_error)?;
    remove_stale_staging_dirs(folder);
    let aside = StagingDir::new(folder)?;
    let directory = MmapDirectory::open(&aside.0)?;
    build(directory, entries, progress)?;
    sync_files(&aside.0).map_err(io_error)?;
    // One process at a time looks and moves: another may have been quicker, and only what is damaged makes room.
    let _turn = File::open(folder).ok().filter(|open| open.lock().is_ok());
    if let Ok(index) = open(place, entries.len()) {
        return Ok(index);
    }
    if place.exists() {
        fs::remove_dir_all(place).map_err(io_error)?;
    }
    fs::rename(&aside.0, place).map_err(io_error)?;
    remove_old_indexes(folder);
    open(place, entries.len())
}

fn build(
    directory: impl Directory,
    entries: &[IndexDocument<'_>],
    progress: &mut dyn FnMut(usize),
) -> Result<Index, TantivyError> {
    let mut writer = Index::builder().schema(schema()).single_segment_index_writer(directory, WRITER_MEMORY_BYTES)?;
    let schema = schema();
    let fields: Vec<Field> = FIELD_BOOSTS.iter().map(|(name, _)| schema.get_field(name)).collect::<Result<_, _>>()?;
    for (done, entry) in entries.iter().enumerate() {
        let phrases = entry.phrases.iter().flatten();
        let mut document = TantivyDocument::default();
        document.add_pre_tokenized_text(fields[0], pre_tokenize(entry.title));
        document.add_pre_tokenized_text(fields[1], pre_tokenize(entry.aliases));
        document.add_pre_tokenized_text(fields[2], pre_tokenize(entry.text));
        document.add_pre_tokenized_text(fields[3], pre_tokenize(phrases));
        document.add_pre_tokenized_text(fields[4], pre_tokenize(entry.heading));
        writer.add_document(document)?;
        progress(done + 1);
    }
    writer.finalize()
}

/// Words as the index takes them: cut and stemmed by the same hand as the questions are.
fn pre_tokenize<'w>(words: impl IntoIterator<Item = &'w Token>) -> PreTokenizedString {
    let tokens = words.into_iter().enumerate();
    let tokens =
        tokens.map(|(position, word)| TantivyToken { position, text: word.stem.clone(), ..TantivyToken::default() });
    PreTokenizedString { text: String::new(), tokens: tokens.collect() }
}

fn schema() -> Schema {
    let mut schema = Schema::builder();
    let indexing = TextFieldIndexing::default().set_tokenizer("raw").set_index_option(IndexRecordOption::WithFreqs);
    for (name, _) in FIELD_BOOSTS {
        schema.add_text_field(name, TextOptions::default().set_indexing_options(indexing.clone()));
    }
    schema.build()
}

impl PassageIndex {
    fn from_index(index: &Index) -> Result<Self, TantivyError> {
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        let schema = index.schema();
        let fields = FIELD_BOOSTS
            .iter()
            .map(|(name, weight)| Ok((schema.get_field(name)?, *weight)))
            .collect::<Result<_, TantivyError>>()?;
        Ok(PassageIndex { reader, fields })
    }

    /// The passages that hold any of the stems, best first by BM25 over the weighted fields: the passage's position in the
    /// order in which it was added, and its score. A stem's own weight multiplies what it adds.
    pub fn search(&self, stems: &[(&str, f32)], limit: usize) -> Vec<(usize, f32)> {
        let mut clauses: Vec<(Occur, Box<dyn Query>)> = Vec::new();
        for (stem, weight) in stems {
            for (field, boost) in &self.fields {
                let term = TermQuery::new(Term::from_field_text(*field, stem), IndexRecordOption::WithFreqs);
                clauses.push((Occur::Should, Box::new(BoostQuery::new(Box::new(term), boost * weight))));
            }
        }
        if clauses.is_empty() || limit == 0 {
            return Vec::new();
        }
        let top = TopDocs::with_limit(limit).order_by_score();
        match self.reader.searcher().search(&BooleanQuery::new(clauses), &top) {
            Ok(found) => found.into_iter().map(|(score, at)| (at.doc_id as usize, score)).collect(),
            Err(error) => {
                tracing::error!(%error, "the index cannot be searched");
                Vec::new()
            }
        }
    }
}

/// A folder that an index is built in; gone again unless it was moved to its place. As long as somebody builds in it, it is locked:
/// a lock ends with its process, however that ends, and holds between containers, where all processes have the same number.
struct StagingDir(PathBuf, #[expect(dead_code, reason = "held, not used")] Option<File>);

const STAGING_PREFIX: &str = "building-";

impl StagingDir {
    fn new(folder: &Path) -> Result<Self, TantivyError> {
        static NEXT_STAGING_NUMBER: AtomicU32 = AtomicU32::new(0);
        loop {
            let number = NEXT_STAGING_NUMBER.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{STAGING_PREFIX}{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                made => made.map_err(|error| TantivyError::IoError(error.into()))?,
            }
            // Not every file system knows locks. Without one, the folder is only not cleared away should this process die.
            let lock = File::open(&path).ok().filter(|open| open.lock().is_ok());
            // Between making and locking, another process may have taken it for a dead one's.
            if path.exists() {
                return Ok(StagingDir(path, lock));
            }
        }
    }
}

impl Drop for StagingDir {
    fn drop(&mut self) {
        // Already moved away where all went well.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes what processes that are no longer there left half built. One that is still at work keeps its folder.
fn remove_stale_staging_dirs(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let ours = name.strip_prefix(STAGING_PREFIX).and_then(|rest| rest.split_once('-'));
        if ours.is_some_and(|(process, number)| is_number(process) && is_number(number))
            && let Ok(open) = File::open(entry.path())
            && open.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Indexes that are kept for corpora of the past: whoever goes back to one finds it.
const MAX_RETAINED: usize = 5;

/// Removes the oldest indexes beyond those that are kept. Whoever has one open goes on reading it.
fn remove_old_indexes(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let ours = |name: &str| {
        let parts = name.split_once('-');
        parts.is_some_and(|(format, key)| {
            format.bytes().all(|byte| byte.is_ascii_digit())
                && key.len() == 16
                && key.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    let mut indexes: Vec<_> = entries
        .flatten()
        .filter(|entry| ours(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    indexes.sort();
    for (_, path) in indexes.iter().rev().skip(MAX_RETAINED) {
        let _ = fs::remove_dir_all(path);
    }
}

/// Forces every file to the disk before the folder gets its name.
fn sync_files(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            File::open(path)?.sync_all()?;
        }
    }
    Ok(())
}
