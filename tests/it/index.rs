//! The index is a cache that nothing can spoil: damaged, half built, killed or locked out, the answers stay right.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use rolecall::engine::app::App;
use rolecall::engine::question::Thresholds;
use rolecall::engine::reply::Reply;
use rolecall::engine::spaces;
use rolecall::knowledge::Knowledge;
use rolecall::search::index::{OpenOutcome, SCHEMA_VERSION};

use crate::stage::{Place, UNWRITABLE, kitchen};

fn replies(library: Knowledge) -> Vec<Reply> {
    let bot = App::new(library, Thresholds::default());
    ["who kneads the dough?", "who sharpens the knives?", "/role cook", "who heats the oven?"]
        .map(|typed| bot.handle_text(typed))
        .into()
}

/// The replies as they are without any index on a disk.
fn right(place: &Place) -> Vec<Reply> {
    let library = spaces::open(&place.corpus(), None, |_, _| {}).expect("the corpus can be served");
    let replies = replies(library);
    assert!(replies.iter().all(|reply| reply.answered), "{replies:?}");
    replies
}

fn names(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[test]
fn the_folder_of_an_index_is_named_after_its_format_and_its_corpus() {
    let place = kitchen();
    let library = place.library();
    assert_eq!(names(&place.index()), [format!("{SCHEMA_VERSION}-{}", library.fingerprint)].into());
}

#[test]
fn an_index_is_built_once_and_then_opened() {
    let place = kitchen();
    assert_eq!(place.library().open_outcome, OpenOutcome::Built);
    let before = names(&place.index());
    let library = place.library();
    assert_eq!(library.open_outcome, OpenOutcome::Opened);
    assert_eq!(replies(library), right(&place));
    assert_eq!(names(&place.index()), before);
}

#[test]
fn only_the_last_indexes_are_kept_and_folders_of_others_stay() {
    let place = kitchen();
    fs::create_dir_all(place.index().join("1-not-ours")).expect("a folder");
    let mut last = String::new();
    for day in 0..9 {
        place.write(
            "corpus/cook.md",
            format!("# Cook\n\nCooks lunch on day {day}.\n\n## Duties\n\n- Sharpens knives\n"),
        );
        last = format!("{SCHEMA_VERSION}-{}", place.library().fingerprint);
    }
    let left = names(&place.index());
    assert_eq!(left.len(), 6, "{left:?}");
    assert!(left.contains(&last) && left.contains("1-not-ours"), "{left:?}");
}

#[test]
fn a_changed_corpus_has_an_index_of_its_own_and_the_old_one_still_opens() {
    let place = kitchen();
    assert_eq!(place.library().open_outcome, OpenOutcome::Built);
    let before = fs::read_to_string(place.path("corpus/cook.md")).expect("a document");
    place.write("corpus/cook.md", before.replace("Friday", "Sunday"));
    assert_eq!(place.library().open_outcome, OpenOutcome::Built);
    place.write("corpus/cook.md", before);
    assert_eq!(place.library().open_outcome, OpenOutcome::Opened);
    assert_eq!(names(&place.index()).len(), 2);
}

#[test]
fn the_name_of_a_document_is_part_of_what_its_index_is_named_after() {
    let place = kitchen();
    let before = place.library().fingerprint;
    fs::rename(place.path("corpus/cook.md"), place.path("corpus/chef.md")).expect("a file can be renamed");
    assert_ne!(place.library().fingerprint, before);
}

/// What can happen to a file: what it is called, and what does it, given the file and its bytes.
type Damage = (&'static str, fn(&Path, &[u8]));

const DAMAGES: [Damage; 6] = [
    ("deleted", |path, _| fs::remove_file(path).expect("deleted")),
    ("halved", |path, bytes| fs::write(path, &bytes[..bytes.len() / 2]).expect("halved")),
    ("emptied", |path, _| fs::write(path, "").expect("emptied")),
    ("flipped by a bit", |path, bytes| fs::write(path, flipped(bytes, 1)).expect("flipped")),
    ("flipped by a byte", |path, bytes| fs::write(path, flipped(bytes, 0xff)).expect("flipped")),
    ("replaced by a folder", |path, _| {
        fs::remove_file(path).expect("deleted");
        fs::create_dir(path).expect("a folder");
    }),
];

fn flipped(bytes: &[u8], bits: u8) -> Vec<u8> {
    let mut bytes = bytes.to_vec();
    if let Some(middle) = bytes.len().checked_sub(1).map(|last| last / 2) {
        bytes[middle] ^= bits;
    }
    bytes
}

#[test]
fn a_damaged_file_is_met_with_right_answers_and_a_sound_index() {
    let place = kitchen();
    let right = right(&place);
    let folder = place.index().join(format!("{SCHEMA_VERSION}-{}", place.library().fingerprint));
    let mut rebuilt = 0;
    let files = names(&folder);
    assert!(files.contains("meta.json") && files.len() > 3, "{files:?}");
    for (number, (damage, harm)) in (0..files.len()).flat_map(|number| DAMAGES.map(|damage| (number, damage))) {
        // A rebuilt index names its files anew; their endings, and so their order, stay.
        let mut now: Vec<String> = names(&folder).into_iter().collect();
        now.sort_by_key(|name| name.rsplit('.').next().map(str::to_owned));
        let path = folder.join(&now[number]);
        let bytes = fs::read(&path).expect("a file of the index");
        harm(&path, &bytes);

        let library = place.library();
        let opened = library.open_outcome == OpenOutcome::Opened;
        assert!(
            opened || library.open_outcome == OpenOutcome::Rebuilt,
            "{} {damage}: {:?}",
            now[number],
            library.open_outcome
        );
        rebuilt += usize::from(!opened);
        assert_eq!(replies(library), right, "{} {damage}", now[number]);
        assert_eq!(
            place.library().open_outcome,
            OpenOutcome::Opened,
            "{} {damage}: it is not sound again",
            now[number]
        );
        assert_eq!(names(&place.index()).len(), 1, "{} {damage}: something is left behind", now[number]);
        if opened {
            // What made no difference is put right by hand, so that the next damage is the only one.
            fs::remove_dir_all(&folder).expect("an index is safe to delete");
            place.library();
        }
    }
    assert!(rebuilt * 2 > files.len() * DAMAGES.len(), "only {rebuilt} damages were noticed");
}

#[test]
fn a_file_where_the_index_belongs_is_met_with_right_answers() {
    let place = kitchen();
    let right = right(&place);
    fs::create_dir(place.index()).expect("a folder");
    let fingerprint = spaces::open(&place.corpus(), None, |_, _| {}).expect("served").fingerprint;
    fs::write(place.index().join(format!("{SCHEMA_VERSION}-{fingerprint}")), "no index").expect("a file");
    assert_eq!(replies(place.library()), right);
}

/// A corpus that takes a while to index.
fn large() -> Place {
    let documents: Vec<(String, String)> = (0..200)
        .map(|number| {
            let duties: Vec<String> =
                (0..4).map(|duty| format!("- Signs form {number}-{duty} of ward {duty}\n")).collect();
            let text = format!("# Officer {number}\n\nAn officer.\n\n## Duties\n\n{}", duties.concat());
            (format!("officer-{number:03}.md"), text)
        })
        .collect();
    let documents: Vec<(&str, &str)> = documents.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    Place::with(&documents)
}

fn half_built(place: &Place) -> Vec<String> {
    let names = if place.index().exists() { names(&place.index()) } else { BTreeSet::new() };
    names.into_iter().filter(|name| name.starts_with("building-")).collect()
}

#[test]
fn an_indexing_that_is_killed_leaves_nothing_broken() {
    const TRIES: u32 = 25;
    let place = large();
    let start = Instant::now();
    assert_eq!(place.run(&["index"]).code, Some(0));
    let whole = start.elapsed();

    let (mut killed, mut left_behind) = (0, 0);
    for round in 0..TRIES {
        // Another corpus each time, so that there is something to build.
        place.write("corpus/harbour-master.md", format!("# Harbour Master\n\n## Duties\n\n- Moors ship {round}\n"));
        let mut child =
            place.command(&["index"]).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the program starts");
        let deadline = Instant::now() + whole * round / TRIES;
        while half_built(&place).is_empty() && round % 2 == 1 && child.try_wait().expect("a state").is_none() {
            std::hint::spin_loop();
        }
        while Instant::now() < deadline && child.try_wait().expect("a state").is_none() {
            std::thread::sleep(Duration::from_micros(200));
        }
        child.kill().expect("it can be killed");
        killed += u32::from(child.wait().expect("it ends").code().is_none());
        left_behind += usize::from(!half_built(&place).is_empty());

        let outcome = place.pipe(&["ask", "--batch", "-"], "/duties harbour master\nwho signs form 17-3 of ward 3?\n");
        assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""), "nothing is broken, nothing to be told");
        let replies = outcome.json_lines();
        let shown = replies[0]["text"].as_str().unwrap_or_default();
        assert!(shown.contains(&format!("Moors ship {round} [")), "{shown}");
        assert_eq!(replies[1]["roles"][0], "officer-017", "{}", replies[1]);
        assert_eq!(half_built(&place), [""; 0], "a half-built index is left of a process that is dead");
    }
    assert!(killed > 0, "no kill hit: the corpus is too small");
    assert!(left_behind > 0, "no kill hit a half-built index: the corpus is too small");
}

/// A folder that a killed process with this one's number left behind: in a container every process has the same one.
#[test]
fn a_half_built_index_of_a_namesake_is_no_hindrance() {
    let place = kitchen();
    let script = "mkdir -p index/building-$$-0 && echo broken > index/building-$$-0/meta.json && exec \"$0\" index";
    let outcome = crate::stage::finish({
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", script, env!("CARGO_BIN_EXE_rolecall")]).current_dir(place.path("")).env_clear();
        shell.env("PATH", "/usr/bin:/bin");
        shell
    });
    assert_eq!((outcome.code, outcome.err.as_str()), (Some(0), ""), "{outcome:?}");
    assert_eq!(half_built(&place), [""; 0]);
    assert_eq!(place.library().open_outcome, OpenOutcome::Opened);
}

#[test]
fn where_no_index_can_be_kept_it_is_said_once_and_answered_from_memory() {
    let place = kitchen();
    let batch = place.pipe(&["--index", UNWRITABLE, "ask", "--batch", "-"], "who kneads the dough?\n/role cook\n");
    assert_eq!(batch.code, Some(0));
    assert_eq!(batch.err.matches("the index cannot be stored in /dev/null/index").count(), 1, "{}", batch.err);
    assert_eq!(batch.err.lines().count(), 1, "{}", batch.err);
    let roles: Vec<_> = batch.json_lines().iter().map(|reply| reply["roles"][0].clone()).collect();
    assert_eq!(roles, ["baker", "cook"]);

    let index = place.run(&["--index", UNWRITABLE, "index"]);
    assert_eq!(index.code, Some(1), "an index that cannot be kept is a failure of `index`");
    assert!(index.out.contains("cannot be stored in /dev/null/index"), "{}", index.out);
}

#[test]
fn what_is_not_ours_in_the_index_folder_is_left_alone() {
    let place = kitchen();
    let fingerprint = place.library().fingerprint;
    fs::remove_dir_all(place.index()).expect("an index is safe to delete");
    let foreign = [
        format!("0-{fingerprint}/meta.json"),
        format!("{SCHEMA_VERSION}0-{fingerprint}/meta.json"),
        format!("{SCHEMA_VERSION}-0000000000000000/meta.json"),
        "notes/plan.txt".to_owned(),
        "building-plans/house.txt".to_owned(),
    ];
    for path in &foreign {
        let path = place.index().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, "not ours").expect("a file");
    }
    let library = place.library();
    assert_eq!(library.open_outcome, OpenOutcome::Built);
    assert_eq!(replies(library), right(&place));
    for path in &foreign {
        assert_eq!(fs::read_to_string(place.index().join(path)).ok().as_deref(), Some("not ours"), "{path}");
    }
}

#[test]
fn processes_that_build_the_same_index_at_once_all_answer() {
    let place = large();
    for round in 0..3 {
        place.write("corpus/harbour-master.md", format!("# Harbour Master\n\n## Duties\n\n- Moors ship {round}\n"));
        let start = || {
            place
                .command(&["ask", "--json", "who signs form 17-3 of ward 3?"])
                .stdout(Stdio::piped())
                .stderr(Stdio::piped())
                .spawn()
                .expect("the program starts")
        };
        let children = [start(), start(), start()];
        for child in children {
            let output = child.wait_with_output().expect("it ends");
            let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
            assert!(output.status.success(), "{err}");
            assert!(out.contains("\"roles\":[\"officer-017\""), "{out}");
            assert_eq!(err, "", "none of them has to do without the disk");
        }
        assert_eq!(place.library().open_outcome, OpenOutcome::Opened);
        assert_eq!(half_built(&place), [""; 0]);
    }
}
