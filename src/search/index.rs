//! The tantivy index: one document per passage, in a folder named by the fingerprint of the corpus.
//!
//! The index is a cache. If the folder cannot be opened, the index is built in a staging folder and renamed. The rename is atomic, so
//! a crash leaves no partial index under the final name.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use tantivy::collector::TopDocs;
use tantivy::directory::{MmapDirectory, RamDirectory};
use tantivy::query::{BooleanQuery, BoostQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::tokenizer::{PreTokenizedString, Token as TantivyToken};
use tantivy::{Directory, Index, IndexReader, ReloadPolicy, TantivyDocument, TantivyError, Term};

use crate::search::text::english::Token;

/// An error of the index.
pub(crate) use tantivy::TantivyError as IndexError;

/// Increment on every change of the schema, the tokenizer or the stemmer. Part of the folder's name.
pub const SCHEMA_VERSION: &str = "1";

/// Boost of each field. Questions describe duties in their own words, so text and search phrases count most; the title breaks ties
/// between roles. In the order of the fields of [`IndexDocument`].
const FIELD_BOOSTS: [(&str, f32); 5] =
    [("title", 0.4), ("aliases", 0.2), ("text", 1.0), ("phrases", 1.0), ("heading", 0.3)];

/// Memory budget of the writer in bytes: tantivy's minimum.
const WRITER_MEMORY_BYTES: usize = 15_000_000;

/// The tokens of one passage, by field.
#[derive(Debug)]
pub(crate) struct IndexDocument<'a> {
    /// Title of the document.
    pub(crate) title: &'a [Token],
    /// Aliases of the document.
    pub(crate) aliases: &'a [Token],
    /// Text of the passage.
    pub(crate) text: &'a [Token],
    /// Search phrases of the passage.
    pub(crate) phrases: &'a [Vec<Token>],
    /// Heading of the passage.
    pub(crate) heading: &'a [Token],
}

/// How the index was obtained.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OpenOutcome {
    /// Opened from the folder.
    Opened,
    /// Built and stored.
    Built,
    /// Damaged; built again and stored.
    Rebuilt,
    /// Built in memory, because storing it failed for this reason.
    InMemory(String),
}

/// A searchable index.
pub(crate) struct PassageIndex {
    reader: IndexReader,
    fields: Vec<(Field, f32)>,
}

impl std::fmt::Debug for PassageIndex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("PassageIndex").field("fields", &self.fields).finish_non_exhaustive()
    }
}

/// Opens the index for this `fingerprint` below `folder`, or builds it there from `entries`; in memory if the folder is not
/// writable. Calls `progress` with the number of entries done.
///
/// # Errors
/// If the index cannot be built in memory.
pub(crate) fn open_or_build(
    folder: Option<&Path>,
    fingerprint: &str,
    entries: &[IndexDocument<'_>],
    progress: &mut dyn FnMut(usize),
) -> Result<(PassageIndex, OpenOutcome), TantivyError> {
    let Some(folder) = folder else {
        return Ok((PassageIndex::from_index(&build(RamDirectory::create(), entries, progress)?)?, OpenOutcome::Built));
    };
    let path = folder.join(format!("{SCHEMA_VERSION}-{fingerprint}"));
    let existed = path.exists();
    if existed && let Ok(index) = open(&path, entries.len()) {
        return Ok((index, OpenOutcome::Opened));
    }
    let reason = match build_and_rename(folder, &path, entries, progress) {
        Ok(index) => return Ok((index, if existed { OpenOutcome::Rebuilt } else { OpenOutcome::Built })),
        Err(error) => error.to_string(),
    };
    // Another process may have stored the same index in the meantime.
    if let Ok(index) = open(&path, entries.len()) {
        return Ok((index, OpenOutcome::Opened));
    }
    let index = build(RamDirectory::create(), entries, progress)?;
    Ok((PassageIndex::from_index(&index)?, OpenOutcome::InMemory(reason)))
}

/// Opens an index after checking its schema, the checksums of all files and the number of documents.
fn open(path: &Path, entries: usize) -> Result<PassageIndex, TantivyError> {
    let index = Index::open_in_dir(path)?;
    if index.schema() != schema() {
        return Err(TantivyError::SchemaError("the schema differs".to_owned()));
    }
    if !index.validate_checksum()?.is_empty() {
        return Err(TantivyError::InternalError("a checksum does not match".to_owned()));
    }
    let opened = PassageIndex::from_index(&index)?;
    if opened.reader.searcher().num_docs() != entries as u64 {
        return Err(TantivyError::InternalError("the number of passages differs".to_owned()));
    }
    Ok(opened)
}

fn build_and_rename(
    folder: &Path,
    path: &Path,
    entries: &[IndexDocument<'_>],
    progress: &mut dyn FnMut(usize),
) -> Result<PassageIndex, TantivyError> {
    let io_error = |error: io::Error| TantivyError::IoError(error.into());
    fs::create_dir_all(folder).map_err(io_error)?;
    remove_stale_staging_dirs(folder);
    let staging = StagingDir::new(folder)?;
    build(MmapDirectory::open(&staging.0)?, entries, progress)?;
    sync_files(&staging.0).map_err(io_error)?;
    // Lock the folder against other processes. One may have stored the index already; replace it only if it is damaged.
    let _lock = File::open(folder).ok().filter(|file| file.lock().is_ok());
    if let Ok(index) = open(path, entries.len()) {
        return Ok(index);
    }
    if path.exists() {
        fs::remove_dir_all(path).map_err(io_error)?;
    }
    fs::rename(&staging.0, path).map_err(io_error)?;
    remove_old_indexes(folder);
    open(path, entries.len())
}

fn build(
    directory: impl Directory,
    entries: &[IndexDocument<'_>],
    progress: &mut dyn FnMut(usize),
) -> Result<Index, TantivyError> {
    let schema = schema();
    let fields: Vec<Field> = FIELD_BOOSTS.iter().map(|(name, _)| schema.get_field(name)).collect::<Result<_, _>>()?;
    let mut writer = Index::builder().schema(schema).single_segment_index_writer(directory, WRITER_MEMORY_BYTES)?;
    for (done, entry) in entries.iter().enumerate() {
        let values = [
            pre_tokenize(entry.title),
            pre_tokenize(entry.aliases),
            pre_tokenize(entry.text),
            pre_tokenize(entry.phrases.iter().flatten()),
            pre_tokenize(entry.heading),
        ];
        let mut document = TantivyDocument::default();
        for (field, value) in fields.iter().zip(values) {
            document.add_pre_tokenized_text(*field, value);
        }
        writer.add_document(document)?;
        progress(done + 1);
    }
    writer.finalize()
}

/// Stems as tantivy tokens, so that passages and questions share one tokenizer.
fn pre_tokenize<'t>(tokens: impl IntoIterator<Item = &'t Token>) -> PreTokenizedString {
    let tokens = tokens.into_iter().enumerate();
    let tokens =
        tokens.map(|(position, token)| TantivyToken { position, text: token.stem.clone(), ..TantivyToken::default() });
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
            .map(|(name, boost)| Ok((schema.get_field(name)?, *boost)))
            .collect::<Result<_, TantivyError>>()?;
        Ok(PassageIndex { reader, fields })
    }

    /// (position in the order of insertion, BM25 score) of the passages that contain any of the weighted `stems`, best first. The
    /// score of a stem is multiplied by its weight and the boost of the field.
    pub(crate) fn search(&self, stems: &[(&str, f32)], limit: usize) -> Vec<(usize, f32)> {
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
            Ok(found) => found.into_iter().map(|(score, address)| (address.doc_id as usize, score)).collect(),
            Err(error) => {
                tracing::error!(%error, "index search failed");
                Vec::new()
            }
        }
    }
}

/// A folder to build an index in; removed on drop unless it was renamed. It is locked while in use: the system releases the lock when
/// the process ends, and it works across containers, where process ids are not unique.
struct StagingDir(PathBuf, #[expect(dead_code, reason = "holds the lock until drop")] Option<File>);

const STAGING_PREFIX: &str = "building-";

impl StagingDir {
    fn new(folder: &Path) -> Result<Self, TantivyError> {
        loop {
            let number = fastrand::u32(..);
            let path = folder.join(format!("{STAGING_PREFIX}{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => continue,
                created => created.map_err(|error| TantivyError::IoError(error.into()))?,
            }
            // Some file systems have no locks; the folder is used without one.
            let lock = File::open(&path).ok().filter(|file| file.lock().is_ok());
            // Before it was locked, another process may have removed it as stale.
            if path.exists() {
                return Ok(StagingDir(path, lock));
            }
        }
    }
}

impl Drop for StagingDir {
    fn drop(&mut self) {
        // Fails after a successful rename.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Removes the staging folders of processes that have ended: those that are not locked.
fn remove_stale_staging_dirs(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_number = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let ids = name.strip_prefix(STAGING_PREFIX).and_then(|rest| rest.split_once('-'));
        if ids.is_some_and(|(process, number)| is_number(process) && is_number(number))
            && let Ok(file) = File::open(entry.path())
            && file.try_lock().is_ok()
        {
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// Number of stored indexes to retain, so that going back to an earlier corpus needs no build.
const MAX_RETAINED: usize = 5;

/// Removes the oldest indexes beyond [`MAX_RETAINED`]. A process that has one open can still read it.
fn remove_old_indexes(folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    let is_index = |name: &str| {
        name.split_once('-').is_some_and(|(version, fingerprint)| {
            version.bytes().all(|byte| byte.is_ascii_digit())
                && fingerprint.len() == 16
                && fingerprint.bytes().all(|byte| byte.is_ascii_hexdigit())
        })
    };
    let mut indexes: Vec<_> = entries
        .flatten()
        .filter(|entry| is_index(&entry.file_name().to_string_lossy()))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    indexes.sort();
    for (_, path) in indexes.iter().rev().skip(MAX_RETAINED) {
        let _ = fs::remove_dir_all(path);
    }
}

/// Calls fsync on every file in the folder.
fn sync_files(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_file() {
            File::open(path)?.sync_all()?;
        }
    }
    Ok(())
}
