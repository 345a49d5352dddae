//! Checks on this machine: the corpus, the index folder, addresses to listen on.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, ErrorKind, Write};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::time::Duration;

use crate::engine::spaces;
use crate::knowledge::Knowledge;
use crate::ops::doctor::finding::Finding;
use crate::search::index::OpenOutcome;

/// Time limit of each step of a probe; a program on this machine answers well within it.
const PROBE_TIMEOUT: Duration = Duration::from_secs(2);

/// Checks that the documents can be served and their index stored. Opens or builds the index as a start of the bot does.
pub fn check_corpus_and_index(corpus: &Path, index: &Path) -> Vec<Finding> {
    let knowledge = match spaces::open(corpus, Some(index), |_, _| {}) {
        Ok(knowledge) => knowledge,
        Err(error) => {
            let index_finding = match probe_writable(index) {
                Ok(()) => Finding::skipped("index", format!("{} can be written to; nothing to index", index.display())),
                Err(error) => index_unwritable(index, &error.to_string()),
            };
            return vec![Finding::error("corpus", error.to_string()), index_finding];
        }
    };
    vec![corpus_finding(corpus, &knowledge), index_finding(index, &knowledge.open_outcome)]
}

fn corpus_finding(corpus: &Path, knowledge: &Knowledge) -> Finding {
    let roles = knowledge.roles().len();
    let topics = knowledge.documents().len() - roles;
    let size = format!("{} holds {roles} roles and {topics} topics", corpus.display());
    match knowledge.diagnostics.as_slice() {
        [] => Finding::ok("corpus", format!("{size}, no problems")),
        [first, ..] => Finding::warning(
            "corpus",
            format!(
                "{size}; problems: {}. `rolecall check` lists them. The first: {first}",
                knowledge.diagnostics.len()
            ),
        ),
    }
}

fn index_finding(index: &Path, outcome: &OpenOutcome) -> Finding {
    let state = match outcome {
        OpenOutcome::Opened => "the index opens",
        OpenOutcome::Built => "the index was built",
        OpenOutcome::Rebuilt => "the index was damaged and has been rebuilt",
        OpenOutcome::InMemory(reason) => return index_unwritable(index, reason),
    };
    match probe_writable(index) {
        Ok(()) => Finding::ok("index", format!("{state}, and {} can be written to", index.display())),
        Err(error) => index_unwritable(index, &error.to_string()),
    }
}

fn index_unwritable(index: &Path, reason: &str) -> Finding {
    let text = format!(
        "{} cannot be written to ({reason}): each start builds the index in memory. Let the bot's user write there, or set \
         ROLECALL_INDEX to a folder where it can",
        index.display()
    );
    Finding::warning("index", text)
}

/// Creates a file in the folder and deletes it.
fn probe_writable(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let probe = folder.join(format!(".doctor-{}", std::process::id()));
    let written = File::create(&probe).and_then(|mut file| file.write_all(b"?"));
    fs::remove_file(&probe).and(written)
}

/// Checks that `address` is free to listen on. If it is in use, passes if the server there rejects unsigned interactions, as the
/// running bot does. `setting` is the variable that holds the address.
pub fn check_listen_address(subject: &'static str, setting: &str, address: SocketAddr) -> Finding {
    match TcpListener::bind(address) {
        Ok(_) => Finding::ok(subject, format!("{address} is free")),
        Err(error) if error.kind() == ErrorKind::AddrInUse => address_in_use(subject, setting, address),
        Err(error) => Finding::error(subject, bind_error_advice(setting, address, &error)),
    }
}

fn address_in_use(subject: &'static str, setting: &str, address: SocketAddr) -> Finding {
    let advice = format!("stop it, or set {setting} to another port");
    match requires_signature(address) {
        Ok(true) => {
            Finding::ok(subject, format!("a server on {address} requires Discord's signature: the bot is running"))
        }
        Ok(false) => Finding::error(subject, format!("another program listens on {address}: {advice}")),
        Err(error) => Finding::error(
            subject,
            format!("the program that listens on {address} does not answer ({error}): {advice}"),
        ),
    }
}

fn bind_error_advice(setting: &str, address: SocketAddr, error: &io::Error) -> String {
    match error.kind() {
        ErrorKind::PermissionDenied => {
            format!("the bot has no permission to listen on {address}: set {setting} to a port from 1024 on")
        }
        ErrorKind::AddrNotAvailable => {
            let ip = address.ip();
            format!("this machine has no address {ip}: set {setting} to one of its addresses, or to 0.0.0.0 for all")
        }
        _ => format!("the bot cannot listen on {address} ({error}): set {setting} to another address"),
    }
}

/// Sends an unsigned interaction; true if the response is 401, as Discord requires of an interactions endpoint.
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
    // The limit bounds a malicious status line.
    BufReader::new(io::Read::take(stream, 100)).read_until(b'\n', &mut line)?;
    Ok(String::from_utf8_lossy(&line).split(' ').nth(1) == Some("401"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bind_error_comes_with_advice() {
        let address = SocketAddr::from(([127, 0, 0, 1], 80));
        let advice = |kind: ErrorKind| bind_error_advice("ROLECALL_HTTP_ADDR", address, &kind.into());
        assert!(advice(ErrorKind::PermissionDenied).ends_with("set ROLECALL_HTTP_ADDR to a port from 1024 on"));
        assert!(advice(ErrorKind::AddrNotAvailable).starts_with("this machine has no address 127.0.0.1: set"));
        let other = advice(ErrorKind::Unsupported);
        assert!(other.contains("(unsupported): set ROLECALL_HTTP_ADDR to another address"), "{other}");
    }
}
