//! The shipped corpus holds all that its two sources say: counted, sourced, findable.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::LazyLock;

use rolecall::corpus::folder;
use rolecall::engine::spaces;
use rolecall::model::corpus::Corpus;
use rolecall::model::document::{Direction, Document, MetricValue, Passage, PassageKind};

use crate::stage::SHIPPED;

const GUIDE: &str = "Product Management Roles & Responsibilities Guide (Monica Viggars), ";
const FULLSTACK: &str = "Product Management Roles and Responsibilities (Fullstack Academy), ";

static CORPUS: LazyLock<Corpus> = LazyLock::new(|| folder::read(Path::new(SHIPPED)).expect("the shipped corpus"));

fn roles() -> impl Iterator<Item = &'static Document> {
    CORPUS.documents.iter().filter(|document| document.is_role())
}

fn lists_it(passage: &Passage) -> bool {
    passage.sources.iter().any(|source| source.starts_with(GUIDE) && source.ends_with(" responsibilities\""))
}

fn tells_it(passage: &Passage) -> bool {
    passage.sources.iter().any(|source| source.starts_with(FULLSTACK))
}

fn counts(of_source: fn(&Passage) -> bool) -> BTreeMap<&'static str, usize> {
    roles()
        .map(|role| {
            (
                role.slug.as_str(),
                role.passages_of_kind(PassageKind::Responsibility).filter(|duty| of_source(duty)).count(),
            )
        })
        .filter(|(_, count)| *count > 0)
        .collect()
}

#[test]
fn the_shipped_corpus_parses_without_a_problem() {
    let (documents, problems) = spaces::check(Path::new(SHIPPED)).expect("the shipped corpus");
    assert_eq!(problems, []);
    assert_eq!(documents, CORPUS.documents.len());
    assert_eq!(documents, std::fs::read_dir(SHIPPED).expect("the shipped corpus").count());
}

#[test]
fn every_responsibility_that_the_guide_lists_is_there() {
    let listed = BTreeMap::from([
        ("associate-product-manager", 6),
        ("chief-product-officer", 7),
        ("group-product-manager", 11),
        ("head-of-product", 6),
        ("product-designer", 8),
        ("product-developer", 9),
        ("product-manager", 16),
        ("senior-product-manager", 9),
    ]);
    assert_eq!(counts(lists_it), listed);
}

#[test]
fn every_responsibility_that_fullstack_academy_tells_is_there() {
    let told = BTreeMap::from([
        ("associate-product-manager", 5),
        ("data-product-manager", 6),
        ("growth-product-manager", 9),
        ("platform-product-manager", 6),
        ("principal-product-manager", 5),
        ("product-manager", 17),
        ("senior-product-manager", 5),
        ("technical-product-manager", 8),
    ]);
    assert_eq!(counts(tells_it), told);
}

#[test]
fn every_statement_names_one_of_the_two_sources() {
    let known = |source: &String| source.starts_with(GUIDE) || source.starts_with(FULLSTACK);
    let sourced = |sources: &[String]| !sources.is_empty() && sources.iter().all(known);
    let mut without = Vec::new();
    for document in &CORPUS.documents {
        let passages = document.passages.iter().map(|passage| (passage.line, &passage.sources));
        let steps = document.front_matter.steps.iter().map(|step| (step.to.line, &step.sources));
        let facts = document.front_matter.metrics.iter().map(|fact| (fact.line, &fact.sources));
        for (line, _) in passages.chain(steps).chain(facts).filter(|(_, sources)| !sourced(sources)) {
            without.push(format!("{}:{line}", document.file));
        }
    }
    assert_eq!(without, [""; 0]);
}

#[test]
fn every_responsibility_can_be_asked_for_in_eight_other_ways() {
    let mut few = Vec::new();
    for role in roles() {
        for duty in role.passages_of_kind(PassageKind::Responsibility) {
            let phrases: BTreeSet<String> = duty.search_phrases.iter().map(|phrase| phrase.to_lowercase()).collect();
            if phrases.len() < 8 {
                few.push(format!("{}:{} has {}", role.file, duty.line, phrases.len()));
            }
        }
    }
    assert_eq!(few, [""; 0]);
}

#[test]
fn search_phrases_are_never_part_of_what_is_shown() {
    let mut shown = Vec::new();
    for document in &CORPUS.documents {
        for passage in &document.passages {
            for text in std::iter::once(&passage.text).chain(&passage.items) {
                if ["asked:", "<!--", "-->", "[^", "**", "]("].iter().any(|mark| text.contains(mark)) {
                    shown.push(format!("{}:{}: {text}", document.file, passage.line));
                }
            }
        }
    }
    assert_eq!(shown, [""; 0]);
}

#[test]
fn the_thirteen_roles_bear_the_slugs_that_others_rely_on() {
    let slugs: BTreeSet<&str> = roles().map(|role| role.slug.as_str()).collect();
    let promised = BTreeSet::from([
        "associate-product-manager",
        "chief-product-officer",
        "data-product-manager",
        "group-product-manager",
        "growth-product-manager",
        "head-of-product",
        "platform-product-manager",
        "principal-product-manager",
        "product-designer",
        "product-developer",
        "product-manager",
        "senior-product-manager",
        "technical-product-manager",
    ]);
    assert_eq!(slugs, promised);
}

#[test]
fn every_role_has_a_summary_and_responsibilities() {
    let mut missing = Vec::new();
    for role in roles() {
        for part in [PassageKind::Summary, PassageKind::Responsibility] {
            if role.passages_of_kind(part).next().is_none() {
                missing.push(format!("{} has no {part:?}", role.slug));
            }
        }
    }
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_figure_of_the_sources_is_there_as_a_number_with_its_unit() {
    let figures: BTreeSet<(&str, String, &str)> = CORPUS
        .documents
        .iter()
        .flat_map(|document| document.front_matter.metrics.iter().map(move |fact| (document, fact)))
        .map(|(document, fact)| {
            let value = match &fact.value {
                MetricValue::Number(number) => number.to_string(),
                MetricValue::Range(from, to) => format!("{from} to {to}"),
                MetricValue::Text(words) => panic!("{}:{}: {words} is no number", document.file, fact.line),
            };
            (document.slug.as_str(), value, fact.unit.as_deref().unwrap_or("NO UNIT"))
        })
        .collect();
    let given = [
        ("associate-product-manager", "81900", "US dollars a year"),
        ("job-outlook", "11.6", "per cent"),
        ("job-outlook", "3", "times as fast"),
        ("platforms", "5.4", "million apps"),
        ("principal-product-manager", "114500", "US dollars a year"),
        ("principal-product-manager", "9", "years"),
        ("senior-product-manager", "100500 to 112200", "US dollars a year"),
        ("sourcing", "200", "suppliers"),
        ("sourcing", "43", "countries"),
        ("ways-in", "25", "weeks"),
        ("ways-in", "6", "months"),
    ];
    assert_eq!(figures, given.map(|(slug, value, unit)| (slug, value.to_owned(), unit)).into());
}

#[test]
fn every_pay_figure_says_who_counted() {
    for fact in CORPUS.documents.iter().flat_map(|document| &document.front_matter.metrics) {
        let money = fact.unit.as_deref().is_some_and(|unit| unit.contains("dollar"));
        assert_eq!(money, fact.measure.as_deref() == Some("pay"), "{}", fact.label);
        assert!(!money || fact.reported_by.as_deref() == Some("Lightcast"), "{}", fact.label);
    }
}

#[test]
fn the_career_graph_has_these_steps_and_no_others() {
    use Direction::{Entry, Sideways, Up};
    let steps: BTreeSet<(&str, &str, String)> = CORPUS
        .documents
        .iter()
        .flat_map(|document| document.front_matter.steps.iter().map(|step| (document.slug.as_str(), step)))
        .map(|(from, step)| (from, step.to.text.as_str(), format!("{:?}", step.direction)))
        .collect();
    let drawn = [
        ("associate-product-manager", "product-manager", Up),
        ("product-manager", "senior-product-manager", Up),
        ("senior-product-manager", "group-product-manager", Up),
        ("group-product-manager", "head-of-product", Up),
        ("head-of-product", "chief-product-officer", Up),
        ("senior-product-manager", "principal-product-manager", Up),
        ("product-manager", "growth-product-manager", Sideways),
        ("product-manager", "technical-product-manager", Sideways),
        ("product-manager", "data-product-manager", Sideways),
        ("product-manager", "platform-product-manager", Sideways),
        ("product-designer", "associate-product-manager", Entry),
    ];
    assert_eq!(steps, drawn.map(|(from, to, direction)| (from, to, format!("{direction:?}"))).into());
}

#[test]
fn every_step_says_what_it_adds() {
    for document in &CORPUS.documents {
        for step in &document.front_matter.steps {
            let said = step.adds.iter().filter(|line| !line.trim().is_empty()).count();
            assert!(said > 0, "{}:{}: the step to {} adds nothing", document.file, step.to.line, step.to.text);
        }
    }
}
