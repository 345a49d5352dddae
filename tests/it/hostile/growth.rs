//! Nothing takes quadratic time: eight times as much to read takes about eight times as long, not sixty-four times.

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use rolecall::corpus::document;
use rolecall::engine::intent::interpret;
use rolecall::engine::spaces::SpaceId;
use rolecall::knowledge::career_graph::CareerGraph;
use rolecall::model::document::Document;
use rolecall::search::names::NameIndex;

use crate::stage::BOT;

/// Time that this thread has had a processor for: others on the machine do not count.
fn spent() -> Option<Duration> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    Some(Duration::from_nanos(text.split(' ').next()?.parse().ok()?))
}

/// How long a turn takes, over as many turns as the system's count of processor time needs to tell.
fn timed(work: &mut dyn FnMut()) -> f64 {
    let mut turns = 1;
    loop {
        let (began, before) = (Instant::now(), spent());
        (0..turns).for_each(|_| work());
        let took = match (before, spent()) {
            (Some(before), Some(after)) => after - before,
            _ => began.elapsed(),
        };
        if took >= LONG_ENOUGH {
            return took.as_secs_f64() / f64::from(turns);
        }
        turns *= 2;
    }
}

/// How many times as long eight times as much takes: the best of a few tries, since what disturbs only makes it longer.
fn growth(make: &dyn Fn(usize) -> Box<dyn FnMut()>, size: usize) -> f64 {
    let best = |size: usize| {
        let mut work = make(size);
        (0..2).map(|_| timed(&mut work)).fold(f64::INFINITY, f64::min)
    };
    best(8 * size) / best(size)
}

/// The system counts in steps of a few milliseconds.
const LONG_ENOUGH: Duration = Duration::from_millis(60);
/// Halfway between linear and quadratic.
const MOST: f64 = 22.6;

#[test]
#[ignore = "takes half a minute"]
fn documents_are_read_in_linear_time() {
    let shapes: &[(&str, &str, &str)] = &[
        ("", "a", ""),
        ("# C\n\n", "a ", ""),
        ("# C\n\n", "a\n\n", ""),
        ("# C\n\n## Duties\n\n", "- a\n", ""),
        ("# C\n\n## Kit\n\n", "a\n\n", ""),
        ("# C\n\n## Kit\n\n", "- a\n", ""),
        ("# C\n\n", "## a\n\nb\n\n", ""),
        ("# C\n\n<!--\n", "a\n", ""),
        ("# C\n\n", "[^a]", "\n\n[^a]: b\n"),
        ("# C\n\n", "*a _b ", ""),
        ("# C\n\n", "[", ""),
        ("# C\n\n", "![a](", ""),
        ("# C\n\n", "`a", ""),
        ("# C\n\n", "<a b=\"", ""),
        ("# C\n\n| a |\n|---|\n", "| b |\n", ""),
        ("---\naliases: [", "a, ", "]\n---\n"),
        ("---\n", "a: b\n", "---\n"),
        ("---\n", "#\n", "---\n"),
        ("---\ntitle: \"", "a\\n", "\"\n---\n"),
        ("---\n", "\n", ""),
    ];
    for (begin, piece, end) in shapes {
        let make = |size: usize| -> Box<dyn FnMut()> {
            let text = format!("{begin}{}{end}", piece.repeat(size / piece.len()));
            Box::new(move || drop(document::parse("any.md", &text)))
        };
        let growth = growth(&make, 16_000);
        println!("{growth:.1} for {piece:?} in {begin:?}");
        assert!(growth < MOST, "{growth:.1} for {piece:?} in {begin:?}");
    }
    // What opens again and again, and then every line in all of it.
    for (open, line) in [("- ", "\n"), ("- ", "\n a\n"), ("> ", "\na"), ("1. > ", "\n\n"), ("[^a]: ", "\n")] {
        let make = |size: usize| -> Box<dyn FnMut()> {
            let text = format!("{}a{}", open.repeat(size / open.len()), line.repeat(size / line.len()));
            Box::new(move || drop(document::parse("any.md", &text)))
        };
        let growth = growth(&make, 4_000);
        println!("{growth:.1} for {line:?} in {open:?}");
        assert!(growth < MOST, "{growth:.1} for {line:?} in {open:?}");
    }
}

#[test]
#[ignore = "takes half a minute"]
fn questions_are_understood_in_linear_time() {
    let library = BOT.knowledge(SpaceId::Global);
    for piece in ["a", "e\u{301}", "a/", "a'", "pm ", "who ", "? ", "managre ", "pm -> ", "\u{200b}", "ise", "1 pm, "] {
        let make = |size: usize| -> Box<dyn FnMut()> {
            let (library, text) = (library.clone(), format!("who owns {}?", piece.repeat(size / piece.len())));
            Box::new(move || drop(interpret(&library, &text)))
        };
        let growth = growth(&make, 4_000);
        assert!(growth < MOST, "{growth:.1} for {piece:?}");
    }
}

/// So many documents, made by number.
fn documents(count: usize, text: &dyn Fn(usize) -> String) -> Vec<Document> {
    (0..count).map(|at| document::parse(&format!("r{at}.md"), &text(at)).0).collect()
}

#[test]
#[ignore = "takes half a minute"]
fn names_and_ladders_are_made_in_linear_time() {
    let shapes: [(&str, &dyn Fn(usize) -> String); 4] = [
        ("chain", &|at| format!("---\ntitle: Role of {at}\nsteps: [{{to: r{}}}]\n---\n\nWorks.\n", at + 1)),
        ("titles inside aliases", &|at| {
            format!("---\ntitle: Cook {at}\naliases: [c{at}, head cook {}]\n---\n\nWorks.\n", at + 1)
        }),
        ("one title", &|at| format!("---\ntitle: Line Cook\naliases: [c{at}, head line cook {at}]\n---\n\nWorks.\n")),
        ("long titles", &|at| format!("---\ntitle: {} {at}\n---\n\nWorks.\n", "Chief of Staff of the ".repeat(6))),
    ];
    for (shape, text) in shapes {
        let make = |size: usize| -> Box<dyn FnMut()> {
            let documents = documents(size, text);
            Box::new(move || drop((NameIndex::new(&documents), CareerGraph::new(&documents))))
        };
        let growth = growth(&make, 100);
        assert!(growth < MOST, "{growth:.1} for {shape}");
    }
}

#[test]
fn processor_time_is_counted_where_the_system_tells_it() {
    if Path::new("/proc/thread-self/schedstat").exists() {
        assert!(spent().is_some());
    }
}
