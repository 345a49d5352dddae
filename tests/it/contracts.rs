//! What scripts rely on: the output of the subcommands, the keys of the JSON, the exit codes, and no error on a closed
//! pipe.

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::stage::{Place, UNWRITABLE, feed, finish, kitchen};
use crate::ward;

const ASKED: [&str; 8] = [
    "/role dsn",
    "/path hca cno",
    "/duties senior rn",
    "/help",
    "/nonsense",
    "who writes the roster?",
    "asdf",
    "how much does a senior rn earn?",
];

#[test]
fn ask_console_and_batch_print_the_same_text() {
    let asked = ASKED.map(|text| finish(ward::command(&["ask", text])));
    let input = ASKED.map(|text| format!("{text}\n")).concat();
    let console = feed(ward::command(&["console"]), &input);
    assert_eq!(console.out, asked.each_ref().map(|ask| format!("{}\n", ask.out)).concat());
    let batch = feed(ward::command(&["ask", "--batch", "-"]), &input);
    for (json, ask) in batch.json_lines().iter().zip(&asked) {
        assert_eq!(json["text"], ask.out, "the text in the JSON is the same");
    }
    for outcome in asked.iter().chain([&console, &batch]) {
        assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""));
    }
}

fn keys(value: &Value) -> BTreeSet<&str> {
    value.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn the_json_has_these_keys_and_types() {
    let input = ASKED.map(|text| format!("{text}\n")).concat();
    let replies = feed(ward::command(&["ask", "--batch", "-"]), &input).json_lines();
    assert_eq!(replies.len(), ASKED.len());
    let is_slug =
        |value: &Value| value.as_str().is_some_and(|slug| slug.chars().all(|c| c == '-' || c.is_ascii_lowercase()));
    for (reply, asked) in replies.iter().zip(ASKED) {
        let expected = ["question", "answered", "kind", "roles", "path", "text", "sources", "confidence"];
        assert_eq!(keys(reply), expected.into(), "{asked}");
        assert_eq!(reply["question"], asked);
        let answered = reply["answered"].as_bool().expect("true or false");
        assert_eq!(answered, !asked.contains("nonsense") && asked != "asdf", "{asked}");
        assert!(is_slug(&reply["kind"]), "{asked}: {}", reply["kind"]);
        for list in ["roles", "path"] {
            assert!(reply[list].as_array().is_some_and(|slugs| slugs.iter().all(is_slug)), "{asked}: {}", reply[list]);
        }
        assert!(!reply["text"].as_str().expect("text").is_empty(), "{asked}");
        let confidence = reply["confidence"].as_f64().expect("a number");
        assert!((0.0..=1.0).contains(&confidence), "{asked}: {confidence}");
        for source in reply["sources"].as_array().expect("a list") {
            assert_eq!(keys(source), ["title", "file", "line"].into(), "{asked}");
            assert!(source["title"].as_str().is_some_and(|title| !title.is_empty()), "{asked}");
            assert!(source["file"].as_str().is_some_and(|file| file.ends_with(".md")), "{asked}");
            assert!(source["line"].as_u64().is_some_and(|line| line > 0), "{asked}");
        }
    }
    assert_eq!(replies[1]["path"].as_array().map(Vec::len), Some(6));
    assert_eq!(replies[1]["kind"], "path");
}

#[test]
fn a_batch_gives_a_line_for_a_line_in_order() {
    let lines = ["/role cook", "", "who heats the oven?", "  ", "/path cook baker", "ünïcode 🦀", "/role baker"];
    let place = kitchen();
    let questions = |input: &str| -> Vec<String> {
        place.write("questions.txt", input);
        let from_file = place.run(&["ask", "--json", "--batch", "questions.txt"]);
        let from_pipe = place.pipe(&["ask", "--batch", "-"], input);
        assert_eq!((from_file.code, from_pipe.code), (Some(0), Some(0)));
        assert_eq!(from_file.out, from_pipe.out);
        let replies = from_pipe.json_lines();
        replies.iter().map(|reply| reply["question"].as_str().expect("text").to_owned()).collect()
    };
    assert_eq!(questions(&(lines.join("\n") + "\n")), lines);
    assert_eq!(questions(&lines.join("\n")), lines, "the last line needs no end");
    assert_eq!(questions(&(lines.join("\r\n") + "\r\n")), lines);
    assert_eq!(questions(""), [""; 0]);
    assert_eq!(questions("\n"), [""]);
}

#[test]
fn a_question_that_is_not_utf8_is_answered() {
    let place = kitchen();
    place.write("questions.txt", b"what does a c\xf6ok do?\n/role cook\n");
    let outcome = place.run(&["ask", "--batch", "questions.txt"]);
    assert_eq!((outcome.code, outcome.json_lines().len()), (Some(0), 2));
}

#[test]
fn each_line_of_a_batch_is_answered_before_the_next_is_read() {
    let place = kitchen();
    let mut child = place
        .command(&["ask", "--batch", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the program starts");
    let mut pipe = child.stdin.take().expect("a pipe");
    let mut answers = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    for asked in ["/role cook", "asdf", "/role baker"] {
        std::io::Write::write_all(&mut pipe, format!("{asked}\n").as_bytes()).expect("the program reads");
        let line = answers.next().expect("an answer before the next question").expect("a line");
        assert_eq!(serde_json::from_str::<Value>(&line).expect("JSON")["question"], asked);
    }
    drop(pipe);
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn a_missing_batch_file_is_an_error() {
    let outcome = finish(ward::command(&["ask", "--batch", "/nowhere/questions.txt"]));
    assert_eq!((outcome.code, outcome.out.as_str()), (Some(1), ""));
    assert!(outcome.err.contains("/nowhere/questions.txt cannot be read"), "{}", outcome.err);
}

#[test]
fn exit_codes_are_0_for_success_1_for_failure_and_2_for_wrong_usage() {
    let codes = [
        (0, &["ask", "/role cook"][..]),
        (0, &["ask", "asdf"]),
        (0, &["ask", "--explain", "who heats the oven?"]),
        (0, &["check"]),
        (0, &["index"]),
        (0, &["--help"]),
        (0, &["--version"]),
        (1, &["--index", UNWRITABLE, "index"]),
        (1, &["--corpus", "nowhere", "ask", "/role cook"]),
        (1, &["ask", "--batch", "nowhere.txt"]),
        (2, &["ask"]),
        (2, &["ask", "/role rn", "--batch", "-"]),
        (2, &["ask", "/role", "rn"]),
        (2, &["ask", "--jsno", "/role rn"]),
        (2, &["dance"]),
        (2, &["check", "corpus"]),
        (2, &["--corpus"]),
    ];
    let place = kitchen();
    for (code, arguments) in codes {
        let outcome = place.run(arguments);
        assert_eq!(outcome.code, Some(code), "{arguments:?}: {}", outcome.err);
        assert_eq!(code == 2, outcome.err.contains("try '--help'"), "{arguments:?}: {}", outcome.err);
    }
}

#[test]
fn without_a_token_the_console_starts_and_names_the_setting() {
    let place = kitchen();
    let outcome = place.pipe(&[], "/role cook\n\nwho heats the oven?\r\n");
    assert_eq!(outcome.code, Some(0));
    let hints: Vec<&str> = outcome.err.lines().filter(|line| line.contains("DISCORD_TOKEN")).collect();
    assert_eq!(hints.len(), 1, "{}", outcome.err);
    let asked = |text| format!("{}\n", place.run(&["ask", text]).out);
    assert_eq!(outcome.out, asked("/role cook") + &asked("who heats the oven?"));
    assert_eq!(place.pipe(&["console"], "/role cook\n").err, "", "no hint for the console subcommand");
}

#[test]
fn a_pipe_gets_no_escape_codes_whatever_the_environment_variables() {
    let forced =
        [("CLICOLOR_FORCE", "1"), ("FORCE_COLOR", "1"), ("TERM", "xterm-256color"), ("COLORTERM", "truecolor")];
    let place = kitchen();
    place.write("corpus/waiter.md", "# Waiter\n\nServes.[^none]\n");
    for arguments in [&["ask", "/role cook"][..], &["ask", "--explain", "who heats the oven?"], &["index"], &["check"]]
    {
        let mut command = place.command(arguments);
        command.envs(forced);
        let outcome = finish(command);
        assert!(!outcome.out.contains('\u{1b}'), "{arguments:?}: {}", outcome.out);
        assert!(!outcome.err.contains('\u{1b}'), "{arguments:?}: {}", outcome.err);
        assert!(arguments[0] != "ask" || outcome.err.contains("[^none]"), "{arguments:?}: a warning, without colour");
    }
}

/// The output on a terminal, which `script` simulates; `None` if it is not installed.
fn on_a_terminal(place: &Place, no_color: bool) -> Option<String> {
    let line = format!("{} ask '/role cook' 2>/dev/null", env!("CARGO_BIN_EXE_rolecall"));
    let mut script = Command::new("/usr/bin/script");
    script.args(["-qec", &line, "/dev/null"]).current_dir(place.path("")).env_clear().env("TERM", "xterm-256color");
    if no_color {
        script.env("NO_COLOR", "1");
    }
    let output = script.stdin(Stdio::null()).output().ok()?;
    assert!(output.status.success(), "{output:?}");
    Some(String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn a_terminal_gets_colours_unless_no_color_is_set() {
    let place = kitchen();
    let (Some(coloured), Some(plain)) = (on_a_terminal(&place, false), on_a_terminal(&place, true)) else {
        println!("skipped: there is no /usr/bin/script to make a terminal");
        return;
    };
    assert!(coloured.contains("\u{1b}["), "{coloured}");
    assert!(!plain.contains("\u{1b}["), "{plain}");
    assert!(plain.contains("Fries the fish"), "{plain}");
}

#[test]
fn each_subcommand_has_help() {
    let place = Place::new();
    let verbs = place.run(&["help"]).out;
    for (name, arguments) in [
        ("rolecall", &["--help"][..]),
        ("console", &["console", "--help"]),
        ("ask", &["ask", "--help"]),
        ("index", &["index", "--help"]),
        ("check", &["check", "--help"]),
    ] {
        assert!(name == "rolecall" || verbs.contains(&format!("\n  {name} ")), "{name} is not in {verbs}");
        let help = place.run(arguments);
        assert_eq!((help.code, help.err.as_str()), (Some(0), ""));
        insta::assert_snapshot!(format!("help_{name}"), help.out);
    }
}

/// Reads one line of the output and closes the pipe, as `head -1` does.
fn one_line_of(mut command: Command, input: Option<&str>) -> (String, String, Option<i32>) {
    let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
    let mut child =
        command.stdin(stdin).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut line = String::new();
    let mut out = BufReader::new(child.stdout.take().expect("a pipe"));
    let writer = input.map(|input| {
        let (mut pipe, input) = (child.stdin.take().expect("a pipe"), input.to_owned());
        std::thread::spawn(move || drop(std::io::Write::write_all(&mut pipe, input.as_bytes())))
    });
    if input.is_some() {
        out.read_line(&mut line).expect("a line");
    }
    drop(out);
    let output = child.wait_with_output().expect("it ends");
    if let Some(writer) = writer {
        writer.join().expect("the writer ends");
    }
    (line, String::from_utf8_lossy(&output.stderr).into_owned(), output.status.code())
}

#[test]
fn a_closed_output_pipe_is_no_failure() {
    let place = kitchen();
    // More than the buffer of a pipe, so that the rest is written to a closed one.
    let many = "/role cook\n".repeat(600);
    for arguments in [&["ask", "--batch", "-"][..], &["console"], &["ask", "--batch", "-", "--explain"]] {
        let (line, err, code) = one_line_of(place.command(arguments), Some(&many));
        assert!(!line.is_empty(), "{arguments:?}");
        assert_eq!((err.as_str(), code), ("", Some(0)), "{arguments:?}");
    }
    for arguments in
        [&["ask", "/role cook"][..], &["ask", "--json", "/role cook"], &["ask", "--explain", "a cook?"], &["check"]]
    {
        let (_, err, code) = one_line_of(place.command(arguments), None);
        assert_eq!((err.as_str(), code), ("", Some(0)), "{arguments:?}");
    }
}
