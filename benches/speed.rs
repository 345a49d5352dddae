//! How fast the answers are: every kind of request, inside the process, beside a plain search for the same words. Prints
//! Markdown.
//!
//! `cargo bench --bench speed` measures; without `--bench`, as `cargo test --benches` starts it, or with `--test`, one round
//! each shows that it runs.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use rolecall::diagram;
use rolecall::discord::state::image_cache::ImageCache;
use rolecall::engine::app::App;
use rolecall::engine::question::Thresholds;
use rolecall::engine::spaces;
use rolecall::engine::spaces::SpaceId;
use rolecall::i18n::Language;
use rolecall::knowledge::Knowledge;
use rolecall::knowledge::graph_selection::GraphSelection;
use rolecall::model::document::{Document, PassageKind};
use tantivy::collector::TopDocs;
use tantivy::directory::RamDirectory;
use tantivy::query::{BooleanQuery, Occur, Query, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, Schema, TextFieldIndexing, TextOptions};
use tantivy::{Index, IndexReader, ReloadPolicy, TantivyDocument, TantivyError, Term};

type Outcome<T> = Result<T, Box<dyn std::error::Error>>;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
/// As long as a message can be, in characters.
const LONGEST: usize = 4_000;

/// How often each request is made.
const ROUNDS: usize = 440;
/// The part of the rounds, one in so many, that comes first and is not counted: caches and branches have to warm up.
const WARM_UP: usize = 11;
/// How long one request is measured at the most: what takes so long in fewer rounds needs no more of them to be slow.
const PATIENCE: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = arguments.iter().find(|argument| !["--bench", "--test"].contains(&argument.as_str())) {
        eprintln!("speed: {unknown} is no argument of it; it takes none, or --test for one round each");
        return ExitCode::from(2);
    }
    let given = |name: &str| arguments.iter().any(|argument| argument == name);
    let rounds = if given("--bench") && !given("--test") { ROUNDS } else { 1 };
    match run(rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("speed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(rounds: usize) -> Outcome<()> {
    println!(
        "# How fast the answers are\n\n\
         From a message to a reply, inside the process: no network, no drawing. Beside it, round by round, a plain search for the \
         same words: tantivy's BM25, the top {TOP}, over the same passages in one field. A request is made {rounds} times or for \
         {} s; the first rounds, one in {WARM_UP}, are not counted. Times on a machine that is shared vary: the ratio of the \
         medians is what carries.",
        PATIENCE.as_secs()
    );
    table("The shipped corpus", Path::new(SHIPPED), about_shipped, rounds)?;
    pictures(rounds.div_ceil(WARM_UP))?;
    let folder = tempfile::tempdir()?;
    let roles = generate(folder.path(), if rounds == 1 { &PLACES[..1] } else { &PLACES })?;
    let heading = format!("A generated corpus of {roles} roles with {DUTIES} responsibilities each");
    table(&heading, folder.path(), about_generated, rounds)
}

/// A kind of request, and one of it as somebody types it.
type Typed = (&'static str, String);

/// What people say to each other, and nobody should answer.
const CHATTER: &str = "did anyone else lose the build server again this morning? it was fine when I left";

fn about_shipped(_: &Knowledge) -> Vec<Typed> {
    [
        ("/role", "/role product-designer"),
        ("/role, a section", "/role pm section:why"),
        ("/duties", "/duties pm"),
        ("/path", "/path apm cpo"),
        ("/compare", "/compare pm, spm"),
        ("/who", "/who decides what gets built next"),
        ("/next", "/next spm"),
        ("/ladder", "/ladder"),
        ("/ask", "/ask who decides what gets built next?"),
        ("/roles", "/roles"),
        ("/help", "/help"),
        ("who", "who decides what gets built next?"),
        ("check", "do principal PMs manage people?"),
        ("compare", "what is the difference between an apm and a pm?"),
        ("role", "what does a gpm do?"),
        ("topic", "what should a road map contain?"),
        ("chatter", CHATTER),
    ]
    .map(|(kind, typed)| (kind, typed.to_owned()))
    .into()
}

/// The rows of one corpus.
fn table(heading: &str, corpus: &Path, about: fn(&Knowledge) -> Vec<Typed>, rounds: usize) -> Outcome<()> {
    let start = Instant::now();
    let library = spaces::open(corpus, None, |_, _| {})?;
    let opened = start.elapsed();
    let plain = PlainSearch::over(&library)?;
    let passages = passages(&library).len();
    println!("\n## {heading}\n\n{passages} passages, read and indexed in {:.0} ms.\n", opened.as_secs_f64() * 1000.0);
    println!(
        "| request | answered as | rounds | median, µs | 99th percentile, µs | plain search, median, µs | ratio |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    let mut typed = about(&library);
    typed.push(("4,000 characters", long_question(&library)));
    let bot = App::new(library, Thresholds::default());
    for (kind, typed) in &typed {
        let reply = bot.handle_text(typed);
        let answered_as =
            if reply.answered { format!("{:?}", reply.kind).to_lowercase() } else { "silence".to_owned() };
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        let start = Instant::now();
        while ours.len() < rounds && start.elapsed() < PATIENCE {
            let reply = time(|| bot.handle_text(black_box(typed)));
            let found = time(|| plain.find(black_box(typed)));
            found.1?;
            ours.push(reply.0);
            theirs.push(found.0);
        }
        let warm_up = ours.len() / WARM_UP;
        ours.drain(..warm_up);
        theirs.drain(..warm_up);
        let (median, late, plain) = (percentile(&mut ours, 50), percentile(&mut ours, 99), percentile(&mut theirs, 50));
        let (ratio, count) = (median / plain, ours.len());
        println!("| {kind} | {answered_as} | {count} | {median:.0} | {late:.0} | {plain:.0} | {ratio:.1} |");
    }
    suggestions(&bot, rounds);
    Ok(())
}

/// What is suggested while somebody types the title of the last role: before anything, its beginning, and with a letter left out.
fn suggestions(bot: &App, rounds: usize) {
    let library = bot.knowledge(SpaceId::Global);
    let title = library.roles().last().map_or("", |at| &library.document(*at).title).to_lowercase();
    let misspelt: String = title.chars().enumerate().filter(|(at, _)| *at != 2).map(|(_, letter)| letter).collect();
    println!("\n| typed | suggested | median, µs | 99th percentile, µs |\n|---|---:|---:|---:|");
    for (name, typed) in [("nothing", ""), ("two letters", &title[..2]), ("a misspelt title", &misspelt)] {
        let mut times: Vec<Duration> = (0..rounds)
            .map(|_| time(|| bot.space(SpaceId::Global).complete(&library, black_box(typed), 25)).0)
            .collect();
        let (count, median) =
            (bot.space(SpaceId::Global).complete(&library, typed, 25).len(), percentile(&mut times, 50));
        println!("| {name} | {count} | {median:.0} | {:.0} |", percentile(&mut times, 99));
    }
}

/// Pictures of the shipped ladder: drawn anew each time, and taken from what is kept, as whoever asks next gets them.
fn pictures(rounds: usize) -> Outcome<()> {
    let library = spaces::open(Path::new(SHIPPED), None, |_, _| {})?;
    let bot = App::new(library, Thresholds::default());
    let library = bot.knowledge(SpaceId::Global);
    let route = GraphSelection::ShortestPaths {
        from: "associate-product-manager".to_owned(),
        to: "chief-product-officer".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    println!("\n### Pictures, drawn anew and kept\n");
    println!(
        "| picture | rounds | drawn: median, µs | 99th percentile, µs | kept: median, µs | 99th percentile, µs | kB |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for (name, chart) in [("/ladder", GraphSelection::All), ("/path", route)] {
        let gallery = ImageCache::default();
        let from_gallery = || {
            runtime.block_on(gallery.get_or_render(
                bot.knowledge(SpaceId::Global),
                Some(&chart),
                bot.language(),
                tokio::time::Instant::now(),
            ))
        };
        // Whoever asks first may have to go without; the picture is drawn all the same.
        while from_gallery().is_none() {}
        let (mut drawn, mut kept) = (Vec::new(), Vec::new());
        let mut size = 0;
        for _ in 0..rounds {
            let (taken, picture) = time(|| diagram::render(&library, &chart, Language::English));
            size = picture?.png.len() / 1000;
            drawn.push(taken);
            let (taken, picture) = time(from_gallery);
            picture.ok_or("a picture that was kept is gone")?;
            kept.push(taken);
        }
        let [drawn, late] = [50, 99].map(|share| percentile(&mut drawn, share));
        let [kept, kept_late] = [50, 99].map(|share| percentile(&mut kept, share));
        println!("| {name} | {rounds} | {drawn:.0} | {late:.0} | {kept:.1} | {kept_late:.1} | {size} |");
    }
    Ok(())
}

fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let done = black_box(work());
    (start.elapsed(), done)
}

/// The time that so many in a hundred rounds kept within, in microseconds.
fn percentile(times: &mut [Duration], hundredths: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * hundredths).div_ceil(100).max(1) - 1;
    times[at].as_secs_f64() * 1_000_000.0
}

/// All words of every passage: its document's names, its heading, its text and its search phrases.
fn passages(library: &Knowledge) -> Vec<String> {
    let of_document = |document: &Document| {
        let aliases: String = document.front_matter.aliases.iter().map(|alias| format!("{} ", alias.text)).collect();
        let names = format!("{} {aliases}", document.title);
        let all = document.passages.iter().map(|passage| {
            let heading = passage.heading.as_deref().unwrap_or_default();
            let (items, asked) = (passage.items.join(" "), passage.search_phrases.join(" "));
            format!("{names} {heading} {} {items} {asked}", passage.text)
        });
        all.collect::<Vec<String>>()
    };
    library.documents().iter().flat_map(of_document).collect()
}

/// A question as long as a message can be, in words of the corpus.
fn long_question(library: &Knowledge) -> String {
    let mut question = "who".to_owned();
    let roles = library.documents().iter().filter(|document| document.is_role());
    let statements = roles.flat_map(|role| role.passages.iter().map(|passage| &passage.text));
    for word in statements.flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphabetic())) {
        if !word.is_empty() && question.len() + word.len() + 2 <= LONGEST {
            let _ = write!(question, " {}", word.to_lowercase());
        }
    }
    question + "?"
}

/// How many passages a plain search finds.
const TOP: usize = 10;
/// How it cuts and stems words: tantivy's own way with English.
const TOKENIZER: &str = "en_stem";
/// Memory for building, in bytes: what tantivy asks at the least for one segment.
const BUILD_MEMORY: usize = 15_000_000;

/// What somebody has who takes tantivy as it comes: one field, one search.
struct PlainSearch {
    index: Index,
    reader: IndexReader,
    field: Field,
}

impl PlainSearch {
    fn over(library: &Knowledge) -> Result<PlainSearch, TantivyError> {
        let mut schema = Schema::builder();
        let indexing =
            TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let builder = Index::builder().schema(schema.build());
        let mut writer = builder.single_segment_index_writer(RamDirectory::create(), BUILD_MEMORY)?;
        for passage in passages(library) {
            let mut document = TantivyDocument::default();
            document.add_text(field, passage);
            writer.add_document(document)?;
        }
        let index = writer.finalize()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(PlainSearch { index, reader, field })
    }

    fn find(&self, text: &str) -> Result<usize, TantivyError> {
        let mut words = BTreeSet::new();
        self.index.tokenizer_for_field(self.field)?.token_stream(text).process(&mut |token| {
            words.insert(token.text.clone());
        });
        let clause = |word: &String| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.field, word);
            (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        let query = BooleanQuery::new(words.iter().map(clause).collect());
        Ok(self.reader.searcher().search(&query, &TopDocs::with_limit(TOP).order_by_score())?.len())
    }
}

const PLACES: [&str; 10] =
    ["Coastal", "Urban", "Rural", "Night", "Export", "Rail", "River", "Alpine", "Desert", "Forest"];
const THINGS: [&str; 10] =
    ["Bridge", "Timber", "Water", "Glass", "Signal", "Cable", "Grain", "Crane", "Tunnel", "Engine"];
/// From the most junior to the most senior.
const TRADES: [&str; 10] =
    ["Clerk", "Driver", "Welder", "Fitter", "Buyer", "Planner", "Surveyor", "Trainer", "Engineer", "Inspector"];
const VERBS: [&str; 12] =
    ["plan", "check", "order", "repair", "draw", "test", "clean", "sort", "paint", "record", "load", "mend"];
const SYLLABLES: [&str; 16] =
    ["ba", "den", "fi", "gor", "hul", "jam", "ke", "lor", "mi", "nat", "pe", "rus", "sol", "ta", "vin", "zer"];
const DUTIES: usize = 20;

/// Numbers from a fixed seed (xorshift): the same text on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % sides
    }

    /// A word of three syllables. As in any language, the second most common is half as common as the first, the third a
    /// third.
    fn word(&mut self) -> String {
        let count = SYLLABLES.len().pow(3) as f64;
        let rank = count.powf(self.roll(1 << 20) as f64 / f64::from(1 << 20)) as usize - 1;
        [rank % 16, rank / 16 % 16, rank / 256].map(|at| SYLLABLES[at]).concat()
    }

    /// What somebody does: the verb, and the rest of the sentence.
    fn duty(&mut self) -> (&'static str, String) {
        let verb = VERBS[self.roll(VERBS.len())];
        let [first, second, third, fourth, fifth, sixth] = std::array::from_fn(|_| self.word());
        (verb, format!("the {first} {second} of the {third} for {fourth} {fifth} and {sixth}"))
    }
}

fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// Writes a role for every place, thing and trade, each with a step to the next trade, and a topic a thing; gives how many
/// roles that makes.
fn generate(folder: &Path, places: &[&str]) -> std::io::Result<usize> {
    let mut dice = Dice(20_251_122);
    for thing in THINGS {
        for place in places {
            for (level, trade) in TRADES.iter().enumerate() {
                let title = format!("{place} {thing} {trade}");
                let mut text = format!("---\nfamily: {thing}\nlevel: {}\n", level + 1);
                if let Some(next) = TRADES.get(level + 1) {
                    let (next, (verb, rest)) = (slug(&format!("{place} {thing} {next}")), dice.duty());
                    let _ = write!(text, "steps:\n  - to: {next}\n    adds: [{verb}s {rest}]\n");
                }
                let (verb, rest) = dice.duty();
                let _ = write!(text, "---\n\n# {title}\n\n{verb}s {rest}.\n\n## Responsibilities\n\n");
                for _ in 0..DUTIES {
                    let (verb, rest) = dice.duty();
                    let _ = writeln!(text, "- {verb}s {rest}.");
                }
                fs::write(folder.join(format!("{}.md", slug(&title))), text)?;
            }
        }
        let mut text = format!("---\nkind: topic\n---\n\n# {thing} Handbook\n\n");
        for heading in ["Contents", "Safety", "Forms"] {
            let (verb, rest) = dice.duty();
            let _ = write!(text, "## {heading}\n\nRules to {verb} {rest}.\n\n");
        }
        fs::write(folder.join(format!("{}-handbook.md", thing.to_lowercase())), text)?;
    }
    Ok(places.len() * THINGS.len() * TRADES.len())
}

/// One of each kind, about a role in words of its own document.
fn about_generated(library: &Knowledge) -> Vec<Typed> {
    let (place, thing) = (PLACES[0], THINGS[THINGS.len() / 2]);
    let role = |at: usize| format!("{place} {thing} {}", TRADES[at]).to_lowercase();
    let (lowest, low, high, highest) = (role(0), role(3), role(4), role(TRADES.len() - 1));
    let duties =
        library.by_slug(&slug(&low)).map(|at| library.document(at).passages_of_kind(PassageKind::Responsibility));
    let duty = duties.and_then(|mut duties| duties.next()).map_or("", |duty| &duty.text);
    let (does, what) = duty.split(" for ").next().and_then(|duty| duty.split_once(' ')).unwrap_or_default();
    vec![
        ("/role", format!("/role {low}")),
        ("/duties", format!("/duties {low}")),
        ("/path", format!("/path {lowest}, {highest}")),
        ("/roles", "/roles".to_owned()),
        ("/help", "/help".to_owned()),
        ("who", format!("who {does} {what}?")),
        ("check", format!("does a {low} {} {what}?", does.trim_end_matches('s'))),
        ("compare", format!("what is the difference between a {low} and a {high}?")),
        ("role", format!("what does a {low} do?")),
        ("topic", format!("what should a {} handbook contain?", thing.to_lowercase())),
        ("chatter", CHATTER.to_owned()),
    ]
}
