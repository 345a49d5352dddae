//! What can be looked at on this machine: the corpus, the index folder, addresses to listen on.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::knowledge::Library;
use crate::ops::doctor::finding::Finding;
use crate::search::index::OpenOutcome;

/// A program on this machine answers at once or never.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Whether the documents can be served, and whether their index can be kept. Opens the index as a start does, and builds it where
/// it is missing.
pub fn check_corpus_and_index(corpus: &Path, index: &Path) -> Vec<Finding> {
    let library = match Library::open(corpus, index, |_, _| {}) {
        Ok(library) => library,
        Err(why) => {
            let kept = match probe_writable(index) {
                Ok(()) => Finding::skipped("index", format!("{} can be written to; nothing to index", index.display())),
                Err(why) => index_unwritable(index, &why.to_string()),
            };
            return vec![Finding::error("corpus", why.to_string()), kept];
        }
    };
    vec![corpus_finding(corpus, &library), index_finding(index, &library.open_outcome)]
}

fn corpus_finding(corpus: &Path, library: &Library) -> Finding {
    let roles = library.roles().len();
    let topics = library.documents().len() - roles;
    let what = format!("{} holds {roles} roles and {topics} topics", corpus.display());
    match library.diagnostics.as_slice() {
        [] => Finding::ok("corpus", format!("{what}, without a problem")),
        [first, ..] => Finding::warning(
            "corpus",
            format!("{what}; problems: {}. `rolecall check` lists them. The first: {first}", library.diagnostics.len()),
        ),
    }
}

fn index_finding(index: &Path, origin: &OpenOutcome) -> Finding {
    let how = match origin {
        OpenOutcome::Opened => "the index opens",
        OpenOutcome::Built => "the index was built",
        OpenOutcome::Rebuilt => "the index was damaged and has been built anew",
        OpenOutcome::InMemory(why) => return index_unwritable(index, why),
    };
    match probe_writable(index) {
        Ok(()) => Finding::ok("index", format!("{how}, and {} can be written to", index.display())),
        Err(why) => index_unwritable(index, &why.to_string()),
    }
}

fn index_unwritable(index: &Path, why: &str) -> Finding {
    let text = format!(
        "{} cannot be written to ({why}): each start builds the index anew in memory. Let the bot's user write there, or set \
         ROLECALL_INDEX to a folder where it can",
        index.display()
    );
    Finding::warning("index", text)
}

/// Tries whether a file can be put into the folder, and takes it away again.
fn probe_writable(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = File::create(&probe).and_then(|mut file| file.write_all(b"?"));
    fs::remove_file(&probe).and(written)
}

/// Whether a server can listen on the address that `setting` names, or something listens there that refuses what comes without
/// Discord's signature, as the bot itself does.
pub fn check_listen_address(subject: &'static str, setting: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(subject, format!("{address} is free")),
        Err(why) if why.kind() == ErrorKind::AddrInUse => address_in_use(subject, setting, address),
        Err(why) => Finding::error(subject, bind_error_advice(setting, address, &why)),
    }
}

fn address_in_use(subject: &'static str, setting: &str, address: SocketAddr) -> Finding {
    let mend = format!("stop it, or set {setting} to another port");
    match requires_signature(address) {
        Ok(true) => {
            Finding::ok(subject, format!("on {address} a server asks for Discord's signature: the bot is running"))
        }
        Ok(false) => Finding::error(subject, format!("another program listens on {address}: {mend}")),
        Err(why) => Finding::error(subject, format!("what listens on {address} does not answer ({why}): {mend}")),
    }
}

fn bind_error_advice(setting: &str, address: SocketAddr, why: &io::Error) -> String {
    match why.kind() {
        ErrorKind::PermissionDenied => {
            format!("the system does not let the bot listen on {address}: set {setting} to a port from 1024 on")
        }
        ErrorKind::AddrNotAvailable => {
            let ip = address.ip();
            format!("this machine has no address {ip}: set {setting} to one that it has, or to 0.0.0.0 for all")
        }
        _ => format!("nothing can listen on {address} ({why}): set {setting} to another address"),
    }
}

/// Posts an interaction that nobody signed.
fn requires_signature(mut address: SocketAddr) -> io::Result<bool> {
    if address.ip().is_unspecified() {
        let loopback = match address.ip() {
            IpAddr::V4(_) => IpAddr::from(Ipv4Addr::LOCALHOST),
            IpAddr::V6(_) => IpAddr::from(Ipv6Addr::LOCALHOST),
        };
        address.set_ip(loopback);
    }
    let mut stream = TcpStream::connect_timeout(&address, PROBE_TIMEOUT)?;
    stream.set_read_timeout(Some(PROBE_TIMEOUT))?;
    stream.set_write_timeout(Some(PROBE_TIMEOUT))?;
    let request = format!(
        "POST /interactions HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: 10\r\n\
         Connection: close\r\n\r\n{{\"type\":1}}"
    );
    stream.write_all(request.as_bytes())?;
    let mut line = Vec::new();
    // A status line is short; whoever sends more is no server of ours.
    BufReader::new(io::Read::take(stream, 100)).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).split(' ').nth(1) == Some("401"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_nothing_can_listen_is_told_with_what_to_do() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let told = |kind: ErrorKind| bind_error_advice("ROLECALL_HTTP_ADDR", address, &kind.into());
        assert!(told(ErrorKind::PermissionDenied).ends_with("set ROLECALL_HTTP_ADDR to a port from 1024 on"));
        assert!(told(ErrorKind::AddrNotAvailable).starts_with("this machine has no address 127.0.0.1: set"));
        let other = told(ErrorKind::Unsupported);
        assert!(other.contains("(unsupported): set ROLECALL_HTTP_ADDR to another address"), "{other}");
    }
}
