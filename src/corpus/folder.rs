//! Reads the corpus folder: documents in the order of their names, checks across files, fingerprint.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::corpus::document;
use crate::model::corpus::Corpus;
use crate::model::diagnostic::{Diagnostic, escape_control};

/// Maximum size of a file in bytes: a hundred times the longest shipped document.
pub(crate) const MAX_FILE_BYTES: u64 = 2 * 1024 * 1024;

/// Why no corpus can be served. The text says how to fix it.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The folder cannot be read.
    #[error("the corpus folder {} cannot be read: {source}; set ROLECALL_CORPUS to the folder with the role documents", folder.display())]
    Unreadable {
        /// The folder.
        folder: PathBuf,
        /// The system's error.
        source: io::Error,
    },
    /// The folder holds no usable document.
    #[error("the corpus folder {} holds no document that can be served; put a Markdown file per role into it, such as pastry-chef.md", .0.display())]
    Empty(PathBuf),
}

/// Reads every `*.md` directly inside `folder`, sorted by name. Skips hidden files and README.md. The fingerprint is the first 16 hex
/// digits of the BLAKE3 hash over all names and texts.
///
/// # Errors
/// If the folder cannot be read or holds no usable document.
pub fn read(folder: &Path) -> Result<Corpus, CorpusError> {
    let unreadable = |source| CorpusError::Unreadable { folder: folder.to_owned(), source };
    let (mut files, mut rejected): (Vec<(String, PathBuf)>, Vec<Diagnostic>) = Default::default();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.ends_with(".md") || name.starts_with('.') || name.eq_ignore_ascii_case("readme.md") {
            continue;
        }
        // The slug is typed in references and shown in answers.
        if name.contains(char::REPLACEMENT_CHARACTER) || escape_control(&name) != name {
            let message =
                "the file's name holds invalid or invisible characters; rename it to letters, digits and hyphens";
            rejected.push(Diagnostic::at_line(1, message).with_file(&escape_control(&name)));
            continue;
        }
        files.push((name, path));
    }
    files.sort();

    let mut hash = blake3::Hasher::new();
    let mut corpus = Corpus { documents: Vec::new(), diagnostics: rejected, fingerprint: String::new() };
    for (name, path) in files {
        match read_file(&path) {
            Ok(text) => {
                for part in [name.as_bytes(), text.as_bytes()] {
                    hash.update(&(part.len() as u64).to_le_bytes());
                    hash.update(part);
                }
                let (document, diagnostics) = document::parse(&name, &text);
                corpus.diagnostics.extend(diagnostics);
                if !document.passages.is_empty() {
                    corpus.documents.push(document);
                }
            }
            Err(diagnostic) => corpus.diagnostics.push(diagnostic.with_file(&name)),
        }
    }
    if corpus.documents.is_empty() {
        return Err(CorpusError::Empty(folder.to_owned()));
    }
    corpus.fingerprint = hash.finalize().to_hex()[..16].to_owned();
    cross_validate(&mut corpus);
    corpus.diagnostics.sort();
    corpus.diagnostics.dedup();
    Ok(corpus)
}

fn read_file(path: &Path) -> Result<String, Diagnostic> {
    let unreadable = |error: io::Error| {
        Diagnostic::at_line(1, format!("the file cannot be read ({error}); fix its permissions or remove it"))
    };
    let metadata = fs::metadata(path).map_err(unreadable)?;
    if !metadata.is_file() {
        return Err(Diagnostic::at_line(1, "this is not a regular file; keep folders out of the corpus"));
    }
    if metadata.len() > MAX_FILE_BYTES {
        let (size, max) = (metadata.len() / 1_048_576, MAX_FILE_BYTES / 1_048_576);
        let message = format!("the file has {size} MiB, the limit is {max} MiB; split it into one document per role");
        return Err(Diagnostic::at_line(1, message));
    }
    let bytes = fs::read(path).map_err(unreadable)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let line =
            1 + error.as_bytes()[..error.utf8_error().valid_up_to()].iter().filter(|byte| **byte == b'\n').count();
        Diagnostic::at_line(line, "the file is not UTF-8 from this line on; save it again with the encoding UTF-8")
    })?;
    if text.trim().is_empty() {
        return Err(Diagnostic::at_line(1, "the file is empty; write the role into it or remove it"));
    }
    Ok(text)
}

/// Checks references and aliases across documents. Removes each invalid one and adds a diagnostic.
fn cross_validate(corpus: &mut Corpus) {
    let is_role: HashMap<String, bool> = corpus.documents.iter().map(|doc| (doc.slug.clone(), doc.is_role())).collect();
    let mut diagnostics = Vec::new();
    let mut name_owners: BTreeMap<String, String> = BTreeMap::new();
    for doc in &corpus.documents {
        name_owners.entry(doc.title.to_lowercase()).or_insert_with(|| doc.file.clone());
    }
    for doc in &mut corpus.documents {
        let file = doc.file.clone();
        let mut check = |line: usize, slug: &str, what: &str| -> bool {
            let message = match is_role.get(slug) {
                Some(true) if slug == doc.slug => {
                    format!("{what} `{slug}` refers to the role itself; name another role")
                }
                Some(true) => return true,
                Some(false) => format!("{what} `{slug}` refers to a topic; name a role"),
                None => format!("{what} `{slug}`: there is no {slug}.md; correct the slug or add the document"),
            };
            diagnostics.push(Diagnostic::at_line(line, message).with_file(&file));
            false
        };
        doc.front_matter.steps.retain(|step| check(step.to.line, &step.to.text, "a step to"));
        doc.front_matter.inherits.retain(|slug| check(slug.line, &slug.text, "inheriting from"));
        doc.front_matter.roles.retain(|slug| check(slug.line, &slug.text, "a reference to"));
        doc.front_matter.aliases.retain(|alias| {
            let key = alias.text.to_lowercase();
            match name_owners.get(&key) {
                Some(other) if *other != file => {
                    let message = format!(
                        "the alias `{}` is already used by {other}; keep it in one, or list it under `ambiguous` in both",
                        alias.text
                    );
                    diagnostics.push(Diagnostic::at_line(alias.line, message).with_file(&file));
                    false
                }
                _ => {
                    name_owners.insert(key, file.clone());
                    true
                }
            }
        });
    }
    corpus.diagnostics.extend(diagnostics);
}
