//! Latency of every kind of request inside the process, with a plain search for the same words as the baseline. Prints
//! Markdown.
//!
//! `cargo bench --bench speed` measures; without `--bench`, as `cargo test --benches` starts it, or with `--test`, one round
//! each checks that it runs.

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

type BenchResult<T> = Result<T, Box<dyn std::error::Error>>;

const SHIPPED: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus");
/// Discord's maximum length of a message, in characters.
const MAX_MESSAGE_LENGTH: usize = 4_000;

/// Measurements of each request.
const ROUNDS: usize = 440;
/// One in so many rounds is a warm-up: the first ones are not counted.
const WARM_UP_DIVISOR: usize = 11;
/// Maximum time to measure one request.
const MAX_DURATION: Duration = Duration::from_secs(15);

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = arguments.iter().find(|argument| !["--bench", "--test"].contains(&argument.as_str())) {
        eprintln!("speed: unknown argument {unknown}; expected none, or --test for one round each");
        return ExitCode::from(2);
    }
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let rounds = if has("--bench") && !has("--test") { ROUNDS } else { 1 };
    match run(rounds) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("speed: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(rounds: usize) -> BenchResult<()> {
    println!(
        "# Latency of the answers\n\n\
         From a message to a reply, inside the process: no network, no rendering. The baseline, measured in the same rounds, is a \
         plain search for the same words: tantivy's BM25, the top {TOP_K}, over the same passages in one field. A request is measured \
         {rounds} times or for {} s; the first 1/{WARM_UP_DIVISOR} of the rounds is a warm-up. Times on a shared machine vary: compare \
         the ratios of the medians.",
        MAX_DURATION.as_secs()
    );
    table("The shipped corpus", Path::new(SHIPPED), shipped_cases, rounds)?;
    diagrams(rounds.div_ceil(WARM_UP_DIVISOR))?;
    let folder = tempfile::tempdir()?;
    let roles = generate(folder.path(), if rounds == 1 { &PLACES[..1] } else { &PLACES })?;
    let heading = format!("A generated corpus of {roles} roles with {DUTIES} responsibilities each");
    table(&heading, folder.path(), generated_cases, rounds)
}

/// The kind of a request, and its text.
type Case = (&'static str, String);

/// A message that wants no answer.
const CHATTER: &str = "did anyone else lose the build server again this morning? it was fine when I left";

fn shipped_cases(_: &Knowledge) -> Vec<Case> {
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
    .map(|(kind, text)| (kind, text.to_owned()))
    .into()
}

/// Measures the requests to one corpus.
fn table(heading: &str, corpus: &Path, cases: fn(&Knowledge) -> Vec<Case>, rounds: usize) -> BenchResult<()> {
    let start = Instant::now();
    let knowledge = spaces::open(corpus, None, |_, _| {})?;
    let opened = start.elapsed();
    let baseline = PlainSearch::over(&knowledge)?;
    let passages = passages(&knowledge).len();
    println!("\n## {heading}\n\n{passages} passages, read and indexed in {:.0} ms.\n", opened.as_secs_f64() * 1000.0);
    println!(
        "| request | answered as | rounds | median, µs | 99th percentile, µs | plain search, median, µs | ratio |"
    );
    println!("|---|---|---:|---:|---:|---:|---:|");
    let mut cases = cases(&knowledge);
    cases.push(("4,000 characters", long_question(&knowledge)));
    let engine = App::new(knowledge, Thresholds::default());
    for (kind, text) in &cases {
        let reply = engine.handle_text(text);
        let answered_as =
            if reply.answered { format!("{:?}", reply.kind).to_lowercase() } else { "silence".to_owned() };
        let (mut answer_times, mut search_times) = (Vec::new(), Vec::new());
        let start = Instant::now();
        while answer_times.len() < rounds && start.elapsed() < MAX_DURATION {
            let (answer_time, _) = time(|| engine.handle_text(black_box(text)));
            let (search_time, found) = time(|| baseline.find(black_box(text)));
            found?;
            answer_times.push(answer_time);
            search_times.push(search_time);
        }
        let warm_up = answer_times.len() / WARM_UP_DIVISOR;
        answer_times.drain(..warm_up);
        search_times.drain(..warm_up);
        let (median, p99) = (percentile(&mut answer_times, 50), percentile(&mut answer_times, 99));
        let search_median = percentile(&mut search_times, 50);
        let (ratio, count) = (median / search_median, answer_times.len());
        println!("| {kind} | {answered_as} | {count} | {median:.0} | {p99:.0} | {search_median:.0} | {ratio:.1} |");
    }
    completions(&engine, rounds);
    Ok(())
}

/// Measures autocomplete of the title of the last role: empty, a prefix, and with a missing letter.
fn completions(engine: &App, rounds: usize) {
    let knowledge = engine.knowledge(SpaceId::Global);
    let title = knowledge.roles().last().map_or("", |at| &knowledge.document(*at).title).to_lowercase();
    let misspelt: String = title.chars().enumerate().filter(|(at, _)| *at != 2).map(|(_, letter)| letter).collect();
    println!("\n| input | choices | median, µs | 99th percentile, µs |\n|---|---:|---:|---:|");
    for (name, input) in [("nothing", ""), ("two letters", &title[..2]), ("a misspelt title", &misspelt)] {
        let mut times: Vec<Duration> = (0..rounds)
            .map(|_| time(|| engine.space(SpaceId::Global).complete(&knowledge, black_box(input), 25)).0)
            .collect();
        let (count, median) =
            (engine.space(SpaceId::Global).complete(&knowledge, input, 25).len(), percentile(&mut times, 50));
        println!("| {name} | {count} | {median:.0} | {:.0} |", percentile(&mut times, 99));
    }
}

/// Measures the diagrams of the shipped career graph: rendered, and from the image cache.
fn diagrams(rounds: usize) -> BenchResult<()> {
    let knowledge = spaces::open(Path::new(SHIPPED), None, |_, _| {})?;
    let engine = App::new(knowledge, Thresholds::default());
    let knowledge = engine.knowledge(SpaceId::Global);
    let route = GraphSelection::ShortestPaths {
        from: "associate-product-manager".to_owned(),
        to: "chief-product-officer".to_owned(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    println!("\n### Diagrams, rendered and cached\n");
    println!(
        "| diagram | rounds | rendered: median, µs | 99th percentile, µs | cached: median, µs | 99th percentile, µs | kB |"
    );
    println!("|---|---:|---:|---:|---:|---:|---:|");
    for (name, selection) in [("/ladder", GraphSelection::All), ("/path", route)] {
        let cache = ImageCache::default();
        let from_cache = || {
            runtime.block_on(cache.get_or_render(
                engine.knowledge(SpaceId::Global),
                Some(&selection),
                engine.language(),
                tokio::time::Instant::now(),
            ))
        };
        // The first call may return before the diagram is rendered.
        while from_cache().is_none() {}
        let (mut rendered, mut cached) = (Vec::new(), Vec::new());
        let mut size = 0;
        for _ in 0..rounds {
            let (elapsed, image) = time(|| diagram::render(&knowledge, &selection, Language::English));
            size = image?.png.len() / 1000;
            rendered.push(elapsed);
            let (elapsed, image) = time(from_cache);
            image.ok_or("a cached diagram is missing")?;
            cached.push(elapsed);
        }
        let [median, p99] = [50, 99].map(|percent| percentile(&mut rendered, percent));
        let [cached_median, cached_p99] = [50, 99].map(|percent| percentile(&mut cached, percent));
        println!("| {name} | {rounds} | {median:.0} | {p99:.0} | {cached_median:.1} | {cached_p99:.1} | {size} |");
    }
    Ok(())
}

fn time<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let start = Instant::now();
    let result = black_box(work());
    (start.elapsed(), result)
}

/// A percentile of the times, in microseconds.
fn percentile(times: &mut [Duration], percent: usize) -> f64 {
    times.sort_unstable();
    let at = (times.len() * percent).div_ceil(100).max(1) - 1;
    times[at].as_secs_f64() * 1_000_000.0
}

/// The text of every passage: its document's names, its heading, its content and its search phrases.
fn passages(knowledge: &Knowledge) -> Vec<String> {
    let of_document = |document: &Document| {
        let aliases: String = document.front_matter.aliases.iter().map(|alias| format!("{} ", alias.text)).collect();
        let names = format!("{} {aliases}", document.title);
        let all = document.passages.iter().map(|passage| {
            let heading = passage.heading.as_deref().unwrap_or_default();
            let (items, phrases) = (passage.items.join(" "), passage.search_phrases.join(" "));
            format!("{names} {heading} {} {items} {phrases}", passage.text)
        });
        all.collect::<Vec<String>>()
    };
    knowledge.documents().iter().flat_map(of_document).collect()
}

/// A question of the maximum length, in words of the corpus.
fn long_question(knowledge: &Knowledge) -> String {
    let mut question = "who".to_owned();
    let roles = knowledge.documents().iter().filter(|document| document.is_role());
    let statements = roles.flat_map(|role| role.passages.iter().map(|passage| &passage.text));
    for word in statements.flat_map(|text| text.split(|letter: char| !letter.is_ascii_alphabetic())) {
        if !word.is_empty() && question.len() + word.len() + 2 <= MAX_MESSAGE_LENGTH {
            let _ = write!(question, " {}", word.to_lowercase());
        }
    }
    question + "?"
}

/// The number of hits of the plain search.
const TOP_K: usize = 10;
/// Tantivy's English tokenizer, with stemming.
const TOKENIZER: &str = "en_stem";
/// Memory budget of the writer in bytes: tantivy's minimum.
const WRITER_MEMORY: usize = 15_000_000;

/// Tantivy with defaults: one field, BM25.
struct PlainSearch {
    index: Index,
    reader: IndexReader,
    field: Field,
}

impl PlainSearch {
    fn over(knowledge: &Knowledge) -> Result<PlainSearch, TantivyError> {
        let mut schema = Schema::builder();
        let indexing =
            TextFieldIndexing::default().set_tokenizer(TOKENIZER).set_index_option(IndexRecordOption::WithFreqs);
        let field = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let builder = Index::builder().schema(schema.build());
        let mut writer = builder.single_segment_index_writer(RamDirectory::create(), WRITER_MEMORY)?;
        for passage in passages(knowledge) {
            let mut document = TantivyDocument::default();
            document.add_text(field, passage);
            writer.add_document(document)?;
        }
        let index = writer.finalize()?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(PlainSearch { index, reader, field })
    }

    fn find(&self, text: &str) -> Result<usize, TantivyError> {
        let mut terms = BTreeSet::new();
        self.index.tokenizer_for_field(self.field)?.token_stream(text).process(&mut |token| {
            terms.insert(token.text.clone());
        });
        let clause = |term: &String| -> (Occur, Box<dyn Query>) {
            let term = Term::from_field_text(self.field, term);
            (Occur::Should, Box::new(TermQuery::new(term, IndexRecordOption::WithFreqs)))
        };
        let query = BooleanQuery::new(terms.iter().map(clause).collect());
        Ok(self.reader.searcher().search(&query, &TopDocs::with_limit(TOP_K).order_by_score())?.len())
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

/// A xorshift generator with a fixed seed: the same corpus on every machine.
struct Rng(u64);

impl Rng {
    /// A number below `bound`.
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % bound
    }

    /// A word of three syllables, with frequencies according to Zipf's law.
    fn word(&mut self) -> String {
        let count = SYLLABLES.len().pow(3) as f64;
        let rank = count.powf(self.below(1 << 20) as f64 / f64::from(1 << 20)) as usize - 1;
        [rank % 16, rank / 16 % 16, rank / 256].map(|at| SYLLABLES[at]).concat()
    }

    /// A responsibility: the verb, and the rest of the sentence.
    fn duty(&mut self) -> (&'static str, String) {
        let verb = VERBS[self.below(VERBS.len())];
        let [first, second, third, fourth, fifth, sixth] = std::array::from_fn(|_| self.word());
        (verb, format!("the {first} {second} of the {third} for {fourth} {fifth} and {sixth}"))
    }
}

fn slug(title: &str) -> String {
    title.to_lowercase().replace(' ', "-")
}

/// Writes a role for every place, thing and trade, each with a step to the next trade, and a topic per thing. Returns the number
/// of roles.
fn generate(folder: &Path, places: &[&str]) -> std::io::Result<usize> {
    let mut rng = Rng(20_251_122);
    for thing in THINGS {
        for place in places {
            for (level, trade) in TRADES.iter().enumerate() {
                let title = format!("{place} {thing} {trade}");
                let mut text = format!("---\nfamily: {thing}\nlevel: {}\n", level + 1);
                if let Some(next) = TRADES.get(level + 1) {
                    let (next, (verb, rest)) = (slug(&format!("{place} {thing} {next}")), rng.duty());
                    let _ = write!(text, "steps:\n  - to: {next}\n    adds: [{verb}s {rest}]\n");
                }
                let (verb, rest) = rng.duty();
                let _ = write!(text, "---\n\n# {title}\n\n{verb}s {rest}.\n\n## Responsibilities\n\n");
                for _ in 0..DUTIES {
                    let (verb, rest) = rng.duty();
                    let _ = writeln!(text, "- {verb}s {rest}.");
                }
                fs::write(folder.join(format!("{}.md", slug(&title))), text)?;
            }
        }
        let mut text = format!("---\nkind: topic\n---\n\n# {thing} Handbook\n\n");
        for heading in ["Contents", "Safety", "Forms"] {
            let (verb, rest) = rng.duty();
            let _ = write!(text, "## {heading}\n\nRules to {verb} {rest}.\n\n");
        }
        fs::write(folder.join(format!("{}-handbook.md", thing.to_lowercase())), text)?;
    }
    Ok(places.len() * THINGS.len() * TRADES.len())
}

/// A request of each kind, in words of a document.
fn generated_cases(knowledge: &Knowledge) -> Vec<Case> {
    let (place, thing) = (PLACES[0], THINGS[THINGS.len() / 2]);
    let role = |at: usize| format!("{place} {thing} {}", TRADES[at]).to_lowercase();
    let (lowest, low, high, highest) = (role(0), role(3), role(4), role(TRADES.len() - 1));
    let duties =
        knowledge.by_slug(&slug(&low)).map(|at| knowledge.document(at).passages_of_kind(PassageKind::Responsibility));
    let duty = duties.and_then(|mut duties| duties.next()).map_or("", |duty| &duty.text);
    let (verb, object) = duty.split(" for ").next().and_then(|duty| duty.split_once(' ')).unwrap_or_default();
    vec![
        ("/role", format!("/role {low}")),
        ("/duties", format!("/duties {low}")),
        ("/path", format!("/path {lowest}, {highest}")),
        ("/roles", "/roles".to_owned()),
        ("/help", "/help".to_owned()),
        ("who", format!("who {verb} {object}?")),
        ("check", format!("does a {low} {} {object}?", verb.trim_end_matches('s'))),
        ("compare", format!("what is the difference between a {low} and a {high}?")),
        ("role", format!("what does a {low} do?")),
        ("topic", format!("what should a {} handbook contain?", thing.to_lowercase())),
        ("chatter", CHATTER.to_owned()),
    ]
}
