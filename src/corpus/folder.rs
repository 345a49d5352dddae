//! The folder of documents: read in a fixed order, checked across files, and given a fingerprint.

use std::collections::{BTreeMap, HashMap};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::corpus::document::{self, Document};
use crate::model::diagnostic::{Diagnostic, escape_control};

/// The largest file that is read, in bytes: a hundred times the longest shipped document.
pub const MAX_FILE_BYTES: u64 = 2 * 1024 * 1024;

/// What stands in the corpus folder.
#[derive(Debug)]
pub struct Corpus {
    /// The documents, by slug.
    pub documents: Vec<Document>,
    /// What is wrong, by file and line.
    pub diagnostics: Vec<Diagnostic>,
    /// Changes with every byte of every document; the same on every machine.
    pub fingerprint: String,
}

/// Why there is nothing to serve. The text says what to do.
#[derive(Debug, thiserror::Error)]
pub enum CorpusError {
    /// The folder cannot be read.
    #[error("the corpus folder {} cannot be read: {source}; set ROLECALL_CORPUS to the folder with the role documents", folder.display())]
    Unreadable {
        /// The folder asked for.
        folder: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// No document in it.
    #[error("the corpus folder {} holds no document that can be served; put a Markdown file per role into it, such as pastry-chef.md", .0.display())]
    Empty(PathBuf),
}

/// Reads every `*.md` directly inside `folder`, in the order of the names. Hidden files and a README are passed over.
///
/// # Errors
/// Where the folder cannot be read or nothing in it can be served.
pub fn read(folder: &Path) -> Result<Corpus, CorpusError> {
    let unreadable = |source| CorpusError::Unreadable { folder: folder.to_owned(), source };
    let (mut files, mut odd): (Vec<(String, PathBuf)>, Vec<Diagnostic>) = Default::default();
    for entry in fs::read_dir(folder).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.ends_with(".md") || name.starts_with('.') || name.eq_ignore_ascii_case("readme.md") {
            continue;
        }
        // The name without its ending is what others type to refer to it, and stands in answers and lists as it is.
        if name.contains(char::REPLACEMENT_CHARACTER) || escape_control(&name) != name {
            let message =
                "the file's name holds what cannot be typed or seen; rename it to letters, digits and hyphens";
            odd.push(Diagnostic::at_line(1, message).with_file(&escape_control(&name)));
            continue;
        }
        files.push((name, path));
    }
    files.sort();

    let mut hash = blake3::Hasher::new();
    let mut corpus = Corpus { documents: Vec::new(), diagnostics: odd, fingerprint: String::new() };
    for (name, path) in files {
        match read_file(&path) {
            Ok(text) => {
                for part in [name.as_bytes(), text.as_bytes()] {
                    hash.update(&(part.len() as u64).to_le_bytes());
                    hash.update(part);
                }
                let (document, problems) = document::parse(&name, &text);
                corpus.diagnostics.extend(problems);
                if !document.passages.is_empty() {
                    corpus.documents.push(document);
                }
            }
            Err(problem) => corpus.diagnostics.push(problem.with_file(&name)),
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
    let cannot = |error: io::Error| {
        Diagnostic::at_line(1, format!("the file cannot be read ({error}); mend its permissions or remove it"))
    };
    let facts = fs::metadata(path).map_err(cannot)?;
    if !facts.is_file() {
        return Err(Diagnostic::at_line(1, "this is no file; keep folders out of the corpus"));
    }
    if facts.len() > MAX_FILE_BYTES {
        let (size, most) = (facts.len() / 1_048_576, MAX_FILE_BYTES / 1_048_576);
        let message = format!("the file has {size} MiB, the most is {most} MiB; split it into a document a role");
        return Err(Diagnostic::at_line(1, message));
    }
    let bytes = fs::read(path).map_err(cannot)?;
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

/// Faults that show only between documents. What cannot be followed is taken out, so that the rest is sound.
fn cross_validate(corpus: &mut Corpus) {
    let is_role: HashMap<String, bool> = corpus.documents.iter().map(|doc| (doc.slug.clone(), doc.is_role())).collect();
    let mut problems = Vec::new();
    let mut taken: BTreeMap<String, String> = BTreeMap::new();
    for doc in &corpus.documents {
        taken.entry(doc.title.to_lowercase()).or_insert_with(|| doc.file.clone());
    }
    for doc in &mut corpus.documents {
        let file = doc.file.clone();
        let mut check = |line: usize, slug: &str, what: &str| -> bool {
            let fault = match is_role.get(slug) {
                Some(true) if slug == doc.slug => {
                    format!("{what} `{slug}` leads to the role itself; name another role")
                }
                Some(true) => return true,
                Some(false) => format!("{what} `{slug}` leads to a topic; name a role"),
                None => format!(
                    "{what} `{slug}` leads nowhere: there is no {slug}.md; correct the slug or add the document"
                ),
            };
            problems.push(Diagnostic::at_line(line, fault).with_file(&file));
            false
        };
        doc.front_matter.steps.retain(|step| check(step.to.line, &step.to.text, "a step to"));
        doc.front_matter.inherits.retain(|slug| check(slug.line, &slug.text, "inheriting from"));
        doc.front_matter.roles.retain(|slug| check(slug.line, &slug.text, "a reference to"));
        doc.front_matter.aliases.retain(|alias| {
            let key = alias.text.to_lowercase();
            match taken.get(&key) {
                Some(other) if *other != file => {
                    let message = format!(
                        "the alias `{}` is taken by {other}; keep it in one, or list it under `ambiguous` in both",
                        alias.text
                    );
                    problems.push(Diagnostic::at_line(alias.line, message).with_file(&file));
                    false
                }
                _ => {
                    taken.insert(key, file.clone());
                    true
                }
            }
        });
    }
    corpus.diagnostics.extend(problems);
}
