//! The picture of the ladder: nothing in another's way, nothing cut, no larger than can be sent; and how a terminal gets it.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::collection::vec;
use proptest::prelude::*;
use rolecall::diagram;
use rolecall::diagram::alt_text::alt_text;
use rolecall::diagram::geometry::{Point, Rect};
use rolecall::diagram::graph::{DiagramEdge, DiagramGraph, DiagramNode};
use rolecall::diagram::layout::{Layout, lay_out};
use rolecall::diagram::png::DiagramError;
use rolecall::i18n::Language;
use rolecall::knowledge::graph_selection::GraphSelection;
use rolecall::model::document::Direction;

use crate::stage::{self, BOT, Place, finish, shipped};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// What must hold of any sheet.
fn check(sketch: &DiagramGraph, sheet: &Layout) -> Result<(), TestCaseError> {
    let page = Rect { x: 0.0, y: 0.0, width: sheet.width, height: sheet.height };
    let inside = |area: &Rect| {
        area.x >= 0.0 && area.y >= 0.0 && area.x + area.width <= page.width && area.y + area.height <= page.height
    };
    let mut areas: Vec<Rect> = sheet.boxes.iter().map(|card| card.rect).collect();
    areas.extend(sheet.labels.iter().map(|label| label.rect));
    for (at, area) in areas.iter().enumerate() {
        prop_assert!(inside(area), "{area:?} is not on the page {page:?}");
        let met = areas[..at].iter().find(|other| area.overlaps(other));
        prop_assert!(met.is_none(), "{area:?} meets {met:?}");
    }
    for line in &sheet.edge_paths {
        for pair in line.points.windows(2) {
            let segment = thin(pair[0], pair[1]);
            prop_assert!(inside(&segment), "{segment:?} is not on the page {page:?}");
            let met = sheet.boxes.iter().find(|card| segment.overlaps(&within(card.rect)));
            prop_assert!(met.is_none(), "a line at {segment:?} runs through {met:?}");
        }
    }
    let shown: BTreeSet<usize> = sheet.boxes.iter().map(|card| card.node).collect();
    prop_assert_eq!(shown.len(), sketch.nodes.len());
    prop_assert_eq!(sheet.boxes.len(), sketch.nodes.len());
    for card in &sheet.boxes {
        let letters = |text: &str| text.chars().filter(|letter| !letter.is_whitespace()).collect::<String>();
        prop_assert_eq!(letters(&card.lines.concat()), letters(&sketch.nodes[card.node].title));
    }
    let drawn = sheet.edge_paths.iter().filter(|line| line.on_route).count();
    prop_assert_eq!(drawn, sketch.edges.iter().filter(|step| step.on_route).count());
    prop_assert!(sheet.edge_paths.len() >= sketch.edges.len());
    Ok(())
}

fn thin(one: Point, other: Point) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    Rect { x, y, width: (one.x - other.x).abs().max(0.1), height: (one.y - other.y).abs().max(0.1) }
}

/// The inside of a box, where no line belongs: arrows end at its edge.
fn within(area: Rect) -> Rect {
    Rect { x: area.x + 2.0, y: area.y + 2.0, width: area.width - 4.0, height: area.height - 4.0 }
}

fn sketches(roles: impl Strategy<Value = usize>) -> impl Strategy<Value = DiagramGraph> {
    let direction = prop_oneof![5 => Just(Direction::Up), 2 => Just(Direction::Sideways), 1 => Just(Direction::Entry)];
    let title = prop_oneof![
        4 => "[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}( [A-Z][a-z]{3,9})?",
        1 => "[A-Z][a-z]{2,60}",
        1 => "[A-Z][a-z]( [a-z]{1,12}){8}",
    ];
    let family = proptest::option::of("(Kitchen|Sales|People and Culture)");
    roles.prop_flat_map(move |count| {
        // Most steps lead to somebody near, as in organisations; some anywhere, back as well.
        let near = (0..count, 1..6_usize).prop_map(move |(from, far)| (from, from + far));
        let far = (0..count, 0..count);
        let ends = prop_oneof![4 => near, 1 => far];
        let steps = vec((ends, direction.clone(), any::<bool>()), 0..count + count / 2);
        let roles = vec((title.clone(), family.clone(), any::<bool>()), count);
        let language = proptest::sample::select(&Language::ALL[..]);
        (roles, steps, language).prop_map(|(roles, steps, language)| {
            let role = |(title, family, on_route)| DiagramNode { title, family, on_route };
            let roles: Vec<DiagramNode> = roles.into_iter().map(role).collect();
            let mut sketch =
                DiagramGraph { language, title: "Career ladder".to_owned(), nodes: roles, edges: Vec::new() };
            for ((from, to), direction, on_route) in steps {
                let known = |step: &DiagramEdge| [(from, to), (to, from)].contains(&(step.from, step.to));
                if from != to && to < sketch.nodes.len() && !sketch.edges.iter().any(known) {
                    sketch.edges.push(DiagramEdge { from, to, direction, bidirectional: false, on_route });
                }
            }
            sketch
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_stands_in_anothers_way(sketch in sketches(1..16_usize)) {
        check(&sketch, &lay_out(&sketch))?;
    }

    #[test]
    fn the_words_are_no_longer_than_they_may_be(sketch in sketches(1..60_usize), longest in 60..1100_usize) {
        let words = alt_text(&sketch, longest);
        prop_assert!(words.encode_utf16().count() <= longest, "{words}");
        prop_assert!(words.starts_with("Career ladder."));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_stands_in_anothers_way_among_sixty(sketch in sketches(50..=60_usize)) {
        check(&sketch, &lay_out(&sketch))?;
    }
}

fn kitchen() -> Place {
    let role = |title: &str, steps: &[(&str, &str)]| {
        let steps: String = steps.iter().map(|(to, kind)| format!("  - to: {to}\n    kind: {kind}\n")).collect();
        let steps = if steps.is_empty() { steps } else { format!("steps:\n{steps}") };
        format!("---\ntitle: {title}\nfamily: Kitchen\n{steps}---\n\n# {title}\n\nCooks & <bakes>.\n")
    };
    let cook = role("Cook", &[("sous-chef", "up"), ("pastry-chef", "sideways")]);
    Place::with(&[
        ("waiter.md", &role("Waiter", &[("cook", "entry")])),
        ("cook.md", &cook),
        ("pastry-chef.md", &role("Pastry & Sweets <Chef>", &[])),
        ("sous-chef.md", &role("Sous-Chef", &[])),
    ])
}

#[test]
fn a_small_ladder_is_drawn_like_this() {
    let bot = stage::bot(&kitchen().corpus());
    let chart = GraphSelection::ShortestPaths { from: "waiter".to_owned(), to: "sous-chef".to_owned() };
    insta::assert_snapshot!(
        "small_ladder",
        diagram::render_svg(&bot.library(), &chart, Language::English).expect("a picture")
    );
    let words = diagram::render(&bot.library(), &chart, Language::English).expect("a picture").alt_text;
    insta::assert_snapshot!(words, @"From Waiter to Sous-Chef. Highlighted: Waiter, then Cook, then Sous-Chef. Cook leads up to Sous-Chef; sideways to Pastry & Sweets <Chef>. Waiter leads into Cook.");
}

#[test]
fn the_shipped_ladder_is_legible_on_a_telephone() {
    let library = BOT.library();
    let path = GraphSelection::ShortestPaths {
        from: "associate-product-manager".to_owned(),
        to: "chief-product-officer".to_owned(),
    };
    for chart in [GraphSelection::All, path] {
        let sketch = DiagramGraph::from_selection(&library, &chart, Language::English);
        let sheet = lay_out(&sketch);
        assert!(sheet.width <= 1000.0 && sheet.height <= 1600.0, "{} by {}", sheet.width, sheet.height);
        check(&sketch, &sheet).expect("nothing stands in another's way");
        let picture = diagram::render(&library, &chart, Language::English).expect("a picture");
        assert!(picture.png.starts_with(PNG) && picture.png.len() < 200_000, "{} bytes", picture.png.len());
        assert!((300..=1024).contains(&picture.alt_text.encode_utf16().count()), "{}", picture.alt_text);
    }
}

/// A company of eight families, sixty roles in all.
fn company() -> Place {
    let place = Place::with(&[]);
    let families = ["Engineering", "Design", "Data", "Sales", "Finance", "People", "Support", "Kitchen"]
        .map(|name| (name, "Partner"));
    let grades = ["Junior", "Associate", "Senior", "Lead", "Principal", "Head", "Chief"];
    for (family, noun) in families {
        let slug = |grade: usize| format!("{}-{}", grades[grade].to_lowercase(), family.to_lowercase());
        for (at, grade) in grades.iter().enumerate() {
            let mut steps: Vec<(String, &str)> = Vec::new();
            steps.extend((at + 1 < grades.len()).then(|| (slug(at + 1), "up")));
            steps.extend((at == 2).then(|| (slug(4), "up")));
            if family == "Support" && at == 2 {
                steps.push(("junior-sales".to_owned(), "entry"));
            }
            if family == "Data" && at == 1 {
                steps.extend((0..4).map(|number| (format!("specialist-{number}"), "sideways")));
            }
            let steps: String = steps.iter().map(|(to, kind)| format!("  - to: {to}\n    kind: {kind}\n")).collect();
            let steps = if steps.is_empty() { steps } else { format!("steps:\n{steps}") };
            let text =
                format!("---\ntitle: {grade} {family} {noun}\nfamily: {family}\nlevel: {at}\n{steps}---\n\nWorks.\n");
            place.write(&format!("corpus/{}.md", slug(at)), text);
        }
    }
    for number in 0..4 {
        let text = format!("---\ntitle: Data Specialist {number}\nfamily: Data\n---\n\nWorks.\n");
        place.write(&format!("corpus/specialist-{number}.md"), text);
    }
    place
}

#[test]
fn sixty_roles_are_a_picture_that_can_be_sent() {
    let bot = stage::bot(&company().corpus());
    let library = bot.library();
    assert_eq!(library.roles().len(), 60);
    let sketch = DiagramGraph::from_selection(&library, &GraphSelection::All, Language::English);
    check(&sketch, &lay_out(&sketch)).expect("nothing stands in another's way");
    let picture = diagram::render(&library, &GraphSelection::All, Language::English).expect("a picture");
    assert!(picture.png.starts_with(PNG) && picture.png.len() <= 2_000_000, "{} bytes", picture.png.len());
    assert!(picture.alt_text.ends_with("more."), "{}", picture.alt_text);
    let family =
        diagram::render(&library, &GraphSelection::Family("Sales".to_owned()), Language::English).expect("a picture");
    assert!(family.alt_text.contains("Senior Support Partner leads into Junior Sales Partner."), "{}", family.alt_text);
}

#[test]
fn letters_that_the_font_has_are_drawn_and_others_make_no_broken_picture() {
    let drawn = |title: &str, family: &str| {
        let text = format!("---\ntitle: \"{title}\"\nfamily: \"{family}\"\n---\n\nText.\n");
        let place = Place::with(&[("a.md", &text), ("b.md", "# Cook\n\nText.\n")]);
        diagram::render(
            &stage::bot(&place.corpus()).library(),
            &GraphSelection::Family(family.to_owned()),
            Language::English,
        )
    };
    for title in ["Chef d’œuvre", "Ärztin", "Инженер", "Μηχανικός", "Kỹ sư", "Głowa I/O"] {
        assert!(drawn(title, "Kitchen").is_ok(), "{title}");
    }
    for title in ["製品", "프로덕트 매니저", "مدير المنتج", "מנהל מוצר", "ผู้จัดการ", "Head of 🎨", "Head of \u{e000}"]
    {
        assert_eq!(drawn(title, "Kitchen").expect_err(title), DiagramError::MissingGlyph(title.to_owned()));
        let family = format!("Career ladder: {title}");
        assert_eq!(drawn("Head", title).expect_err(title), DiagramError::MissingGlyph(family));
    }
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let place = Place::with(&[("a.md", "# Head\n\nText.\n")]);
    let bot = stage::bot(&place.corpus());
    let nobody = GraphSelection::Family("Nobody".to_owned());
    assert_eq!(
        diagram::render(&bot.library(), &nobody, Language::English).expect_err("nobody there"),
        DiagramError::Empty
    );
    for number in 0..130 {
        place.write(&format!("corpus/role-{number}.md"), format!("# Role {number}\n\nText.\n"));
    }
    let bot = stage::bot(&place.corpus());
    assert!(matches!(
        diagram::render(&bot.library(), &GraphSelection::All, Language::English),
        Err(DiagramError::TooManyRoles(131, _))
    ));
}

#[test]
fn a_terminal_gets_the_ladder_as_text_and_as_files() {
    let text = finish(shipped(&["ladder"]));
    assert_eq!((text.code, text.err.as_str()), (Some(0), ""));
    assert_eq!(text.out, finish(shipped(&["ask", "/ladder"])).out);
    let way = finish(shipped(&["ladder", "apm", "cpo"]));
    assert_eq!(way.out, finish(shipped(&["ask", "/path apm cpo"])).out);
    let family = finish(shipped(&["ladder", "--family", "product team"]));
    assert!(family.out.starts_with("Career ladder: Product team"), "{}", family.out);

    let place = Place::new();
    let (svg, png) = (place.path("a.svg"), place.path("a.png"));
    let files = ["ladder", "apm", "cpo", "--svg", &svg.to_string_lossy(), "--png", &png.to_string_lossy()];
    let drawn = finish(shipped(&files));
    assert_eq!((drawn.code, drawn.out.as_str(), drawn.err.as_str()), (Some(0), "", ""));
    assert!(std::fs::read(&png).expect("the file").starts_with(PNG));
    let svg = std::fs::read_to_string(&svg).expect("the file");
    assert_eq!(finish(shipped(&["ladder", "apm", "cpo", "--svg", "-"])).out, svg);
    let image = shipped(&["ladder", "--png", "-"]).output().expect("the program starts");
    assert!(image.stdout.starts_with(PNG));

    let nowhere = finish(shipped(&["ladder", "--png", &Path::new(stage::UNWRITABLE).to_string_lossy()]));
    assert!(nowhere.code == Some(1) && nowhere.err.contains("cannot be written"), "{nowhere:?}");
    let no_way = finish(shipped(&["ladder", "developer", "principal", "--png", "-"]));
    assert!(no_way.code == Some(1) && no_way.err.contains("has no picture"), "{no_way:?}");
    assert_eq!(finish(shipped(&["ladder", "apm"])).code, Some(2));
}

#[test]
fn a_picture_speaks_the_language_that_is_asked_for() {
    let bot = stage::bot(&kitchen().corpus());
    let chart = GraphSelection::ShortestPaths { from: "waiter".to_owned(), to: "sous-chef".to_owned() };
    let told = |language: Language| alt_text(&DiagramGraph::from_selection(&bot.library(), &chart, language), 1024);
    let german = "Von Waiter zu Sous-Chef. Hervorgehoben: Waiter, dann Cook, dann Sous-Chef. Von Cook geht es nach oben zu Sous-Chef; \
                  zur Seite zu Pastry & Sweets <Chef>. Von Waiter geht es als Einstieg zu Cook.";
    assert_eq!(told(Language::German), german);
    let spanish = "De Waiter a Sous-Chef. Resaltado: Waiter, luego Cook, luego Sous-Chef. Desde Cook se sube a Sous-Chef; se pasa de \
                   lado a Pastry & Sweets <Chef>. Desde Waiter se accede a Cook.";
    assert_eq!(told(Language::Spanish), spanish);
    let drawn =
        |language: Language| diagram::render_svg(&bot.library(), &GraphSelection::All, language).expect("a picture");
    for (language, words) in [
        (Language::German, ["Karriereleiter", "ein Schritt nach oben", "ein Schritt zur Seite", "ein Einstieg"]),
        (Language::Spanish, ["Escala profesional", "un paso hacia arriba", "un paso de lado", "una vía de acceso"]),
    ] {
        let svg = drawn(language);
        assert!(words.iter().all(|word| svg.contains(&format!(">{word}</text>"))), "{svg}");
    }
    for language in Language::ALL {
        let library = BOT.library();
        let sketch = DiagramGraph::from_selection(&library, &GraphSelection::All, language);
        check(&sketch, &lay_out(&sketch)).expect("nothing stands in another's way");
    }
}
