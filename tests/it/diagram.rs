//! Diagrams: no overlap, nothing cut off, size limits, missing glyphs, languages, and `rolecall ladder`.

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
use rolecall::engine::spaces::SpaceId;
use rolecall::i18n::Language;
use rolecall::knowledge::graph_selection::GraphSelection;
use rolecall::model::document::Direction;

use crate::stage::{self, BOT, Place, finish, shipped};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n";

/// Checks the invariants of a layout.
fn check(graph: &DiagramGraph, layout: &Layout) -> Result<(), TestCaseError> {
    let page = Rect { x: 0.0, y: 0.0, width: layout.width, height: layout.height };
    let is_inside = |rect: &Rect| {
        rect.x >= 0.0 && rect.y >= 0.0 && rect.x + rect.width <= page.width && rect.y + rect.height <= page.height
    };
    let mut rects: Vec<Rect> = layout.boxes.iter().map(|node_box| node_box.rect).collect();
    rects.extend(layout.labels.iter().map(|label| label.rect));
    for (index, rect) in rects.iter().enumerate() {
        prop_assert!(is_inside(rect), "{rect:?} is not on the page {page:?}");
        let overlapping = rects[..index].iter().find(|other| rect.overlaps(other));
        prop_assert!(overlapping.is_none(), "{rect:?} overlaps {overlapping:?}");
    }
    for path in &layout.edge_paths {
        for pair in path.points.windows(2) {
            let segment = segment_rect(pair[0], pair[1]);
            prop_assert!(is_inside(&segment), "{segment:?} is not on the page {page:?}");
            let overlapping = layout.boxes.iter().find(|node_box| segment.overlaps(&interior(node_box.rect)));
            prop_assert!(overlapping.is_none(), "a line at {segment:?} runs through {overlapping:?}");
        }
    }
    let nodes: BTreeSet<usize> = layout.boxes.iter().map(|node_box| node_box.node).collect();
    prop_assert_eq!(nodes.len(), graph.nodes.len());
    prop_assert_eq!(layout.boxes.len(), graph.nodes.len());
    for node_box in &layout.boxes {
        let without_whitespace = |text: &str| text.split_whitespace().collect::<String>();
        prop_assert_eq!(
            without_whitespace(&node_box.lines.concat()),
            without_whitespace(&graph.nodes[node_box.node].title)
        );
    }
    let on_route = layout.edge_paths.iter().filter(|path| path.on_route).count();
    prop_assert_eq!(on_route, graph.edges.iter().filter(|edge| edge.on_route).count());
    prop_assert!(layout.edge_paths.len() >= graph.edges.len());
    Ok(())
}

/// The area of a line segment, at least 0.1 pixels wide and high.
fn segment_rect(one: Point, other: Point) -> Rect {
    let (x, y) = (one.x.min(other.x), one.y.min(other.y));
    Rect { x, y, width: (one.x - other.x).abs().max(0.1), height: (one.y - other.y).abs().max(0.1) }
}

/// The interior of a box, which no line may cross; lines end at its border.
fn interior(rect: Rect) -> Rect {
    Rect { x: rect.x + 2.0, y: rect.y + 2.0, width: rect.width - 4.0, height: rect.height - 4.0 }
}

fn graphs(roles: impl Strategy<Value = usize>) -> impl Strategy<Value = DiagramGraph> {
    let direction = prop_oneof![5 => Just(Direction::Up), 2 => Just(Direction::Sideways), 1 => Just(Direction::Entry)];
    let title = prop_oneof![
        4 => "[A-Z][a-z]{2,9} [A-Z][a-z]{2,9}( [A-Z][a-z]{3,9})?",
        1 => "[A-Z][a-z]{2,60}",
        1 => "[A-Z][a-z]( [a-z]{1,12}){8}",
    ];
    let family = proptest::option::of("(Kitchen|Sales|People and Culture)");
    roles.prop_flat_map(move |count| {
        // Most edges lead to a nearby node, as in real career graphs; some anywhere, also back.
        let near = (0..count, 1..6_usize).prop_map(move |(from, far)| (from, from + far));
        let far = (0..count, 0..count);
        let ends = prop_oneof![4 => near, 1 => far];
        let steps = vec((ends, direction.clone(), any::<bool>()), 0..count + count / 2);
        let roles = vec((title.clone(), family.clone(), any::<bool>()), count);
        let language = proptest::sample::select(&Language::ALL[..]);
        (roles, steps, language).prop_map(|(roles, steps, language)| {
            let node = |(title, family, on_route)| DiagramNode { title, family, on_route };
            let roles: Vec<DiagramNode> = roles.into_iter().map(node).collect();
            let mut graph =
                DiagramGraph { language, title: "Career ladder".to_owned(), nodes: roles, edges: Vec::new() };
            for ((from, to), direction, on_route) in steps {
                let known = |edge: &DiagramEdge| [(from, to), (to, from)].contains(&(edge.from, edge.to));
                if from != to && to < graph.nodes.len() && !graph.edges.iter().any(known) {
                    graph.edges.push(DiagramEdge { from, to, direction, bidirectional: false, on_route });
                }
            }
            graph
        })
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, max_shrink_iters: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn boxes_labels_and_lines_do_not_overlap(graph in graphs(1..16_usize)) {
        check(&graph, &lay_out(&graph))?;
    }

    #[test]
    fn the_alternative_text_respects_its_limit(graph in graphs(1..60_usize), max_len in 60..1100_usize) {
        let text = alt_text(&graph, max_len);
        prop_assert!(text.encode_utf16().count() <= max_len, "{text}");
        prop_assert!(text.starts_with("Career ladder."));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sixty_nodes_do_not_overlap(graph in graphs(50..=60_usize)) {
        check(&graph, &lay_out(&graph))?;
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
fn a_small_career_graph_matches_its_snapshot() {
    let engine = stage::bot(&kitchen().corpus());
    let selection = GraphSelection::ShortestPaths { from: "waiter".to_owned(), to: "sous-chef".to_owned() };
    insta::assert_snapshot!(
        "small_career_graph",
        diagram::render_svg(&engine.knowledge(SpaceId::Global), &selection, Language::English).expect("a diagram")
    );
    let alt_text =
        diagram::render(&engine.knowledge(SpaceId::Global), &selection, Language::English).expect("a diagram").alt_text;
    insta::assert_snapshot!(alt_text, @"From Waiter to Sous-Chef. Highlighted: Waiter, then Cook, then Sous-Chef. Cook leads up to Sous-Chef; sideways to Pastry & Sweets <Chef>. Waiter leads into Cook.");
}

#[test]
fn the_shipped_career_graph_is_legible_on_a_phone() {
    let library = BOT.knowledge(SpaceId::Global);
    let path = GraphSelection::ShortestPaths {
        from: "associate-product-manager".to_owned(),
        to: "chief-product-officer".to_owned(),
    };
    for selection in [GraphSelection::All, path] {
        let graph = DiagramGraph::from_selection(&library, &selection, Language::English);
        let layout = lay_out(&graph);
        assert!(layout.width <= 1000.0 && layout.height <= 1600.0, "{} by {}", layout.width, layout.height);
        check(&graph, &layout).expect("no overlap");
        let rendered = diagram::render(&library, &selection, Language::English).expect("a diagram");
        assert!(rendered.png.starts_with(PNG) && rendered.png.len() < 200_000, "{} bytes", rendered.png.len());
        assert!((300..=1024).contains(&rendered.alt_text.encode_utf16().count()), "{}", rendered.alt_text);
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
        for (index, grade) in grades.iter().enumerate() {
            let mut steps: Vec<(String, &str)> = Vec::new();
            steps.extend((index + 1 < grades.len()).then(|| (slug(index + 1), "up")));
            steps.extend((index == 2).then(|| (slug(4), "up")));
            if family == "Support" && index == 2 {
                steps.push(("junior-sales".to_owned(), "entry"));
            }
            if family == "Data" && index == 1 {
                steps.extend((0..4).map(|number| (format!("specialist-{number}"), "sideways")));
            }
            let steps: String = steps.iter().map(|(to, kind)| format!("  - to: {to}\n    kind: {kind}\n")).collect();
            let steps = if steps.is_empty() { steps } else { format!("steps:\n{steps}") };
            let text = format!(
                "---\ntitle: {grade} {family} {noun}\nfamily: {family}\nlevel: {index}\n{steps}---\n\nWorks.\n"
            );
            place.write(&format!("corpus/{}.md", slug(index)), text);
        }
    }
    for number in 0..4 {
        let text = format!("---\ntitle: Data Specialist {number}\nfamily: Data\n---\n\nWorks.\n");
        place.write(&format!("corpus/specialist-{number}.md"), text);
    }
    place
}

#[test]
fn a_diagram_of_sixty_roles_is_small_enough_to_send() {
    let engine = stage::bot(&company().corpus());
    let library = engine.knowledge(SpaceId::Global);
    assert_eq!(library.roles().len(), 60);
    let graph = DiagramGraph::from_selection(&library, &GraphSelection::All, Language::English);
    check(&graph, &lay_out(&graph)).expect("no overlap");
    let rendered = diagram::render(&library, &GraphSelection::All, Language::English).expect("a diagram");
    assert!(rendered.png.starts_with(PNG) && rendered.png.len() <= 2_000_000, "{} bytes", rendered.png.len());
    assert!(rendered.alt_text.ends_with("more."), "{}", rendered.alt_text);
    let family =
        diagram::render(&library, &GraphSelection::Family("Sales".to_owned()), Language::English).expect("a diagram");
    assert!(family.alt_text.contains("Senior Support Partner leads into Junior Sales Partner."), "{}", family.alt_text);
}

#[test]
fn a_character_that_the_font_lacks_is_an_error() {
    let render = |title: &str, family: &str| {
        let text = format!("---\ntitle: \"{title}\"\nfamily: \"{family}\"\n---\n\nText.\n");
        let place = Place::with(&[("a.md", &text), ("b.md", "# Cook\n\nText.\n")]);
        diagram::render(
            &stage::bot(&place.corpus()).knowledge(SpaceId::Global),
            &GraphSelection::Family(family.to_owned()),
            Language::English,
        )
    };
    for title in ["Chef d’œuvre", "Ärztin", "Инженер", "Μηχανικός", "Kỹ sư", "Głowa I/O"] {
        assert!(render(title, "Kitchen").is_ok(), "{title}");
    }
    for title in ["製品", "프로덕트 매니저", "مدير المنتج", "מנהל מוצר", "ผู้จัดการ", "Head of 🎨", "Head of \u{e000}"]
    {
        assert_eq!(render(title, "Kitchen").expect_err(title), DiagramError::MissingGlyph(title.to_owned()));
        let family = format!("Career ladder: {title}");
        assert_eq!(render("Head", title).expect_err(title), DiagramError::MissingGlyph(family));
    }
}

#[test]
fn an_empty_or_too_large_selection_is_an_error() {
    let place = Place::with(&[("a.md", "# Head\n\nText.\n")]);
    let engine = stage::bot(&place.corpus());
    let unknown_family = GraphSelection::Family("Nobody".to_owned());
    assert_eq!(
        diagram::render(&engine.knowledge(SpaceId::Global), &unknown_family, Language::English)
            .expect_err("an empty selection"),
        DiagramError::Empty
    );
    for number in 0..130 {
        place.write(&format!("corpus/role-{number}.md"), format!("# Role {number}\n\nText.\n"));
    }
    let engine = stage::bot(&place.corpus());
    assert!(matches!(
        diagram::render(&engine.knowledge(SpaceId::Global), &GraphSelection::All, Language::English),
        Err(DiagramError::TooManyRoles(131, _))
    ));
}

#[test]
fn the_ladder_subcommand_writes_text_svg_and_png() {
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
    let written = finish(shipped(&files));
    assert_eq!((written.code, written.out.as_str(), written.err.as_str()), (Some(0), "", ""));
    assert!(std::fs::read(&png).expect("the file").starts_with(PNG));
    let svg = std::fs::read_to_string(&svg).expect("the file");
    assert_eq!(finish(shipped(&["ladder", "apm", "cpo", "--svg", "-"])).out, svg);
    let image = shipped(&["ladder", "--png", "-"]).output().expect("the program starts");
    assert!(image.stdout.starts_with(PNG));

    let unwritable = finish(shipped(&["ladder", "--png", &Path::new(stage::UNWRITABLE).to_string_lossy()]));
    assert!(unwritable.code == Some(1) && unwritable.err.contains("cannot be written"), "{unwritable:?}");
    let no_way = finish(shipped(&["ladder", "developer", "principal", "--png", "-"]));
    assert!(no_way.code == Some(1) && no_way.err.contains("has no picture"), "{no_way:?}");
    assert_eq!(finish(shipped(&["ladder", "apm"])).code, Some(2));
}

#[test]
fn labels_and_alternative_text_are_localized() {
    let engine = stage::bot(&kitchen().corpus());
    let selection = GraphSelection::ShortestPaths { from: "waiter".to_owned(), to: "sous-chef".to_owned() };
    let described = |language: Language| {
        alt_text(&DiagramGraph::from_selection(&engine.knowledge(SpaceId::Global), &selection, language), 1024)
    };
    let german = "Von Waiter zu Sous-Chef. Hervorgehoben: Waiter, dann Cook, dann Sous-Chef. Von Cook geht es nach oben zu Sous-Chef; \
                  zur Seite zu Pastry & Sweets <Chef>. Von Waiter geht es als Einstieg zu Cook.";
    assert_eq!(described(Language::German), german);
    let spanish = "De Waiter a Sous-Chef. Resaltado: Waiter, luego Cook, luego Sous-Chef. Desde Cook se sube a Sous-Chef; se pasa de \
                   lado a Pastry & Sweets <Chef>. Desde Waiter se accede a Cook.";
    assert_eq!(described(Language::Spanish), spanish);
    let svg_in = |language: Language| {
        diagram::render_svg(&engine.knowledge(SpaceId::Global), &GraphSelection::All, language).expect("a diagram")
    };
    for (language, labels) in [
        (Language::German, ["Karriereleiter", "ein Schritt nach oben", "ein Schritt zur Seite", "ein Einstieg"]),
        (Language::Spanish, ["Escala profesional", "un paso hacia arriba", "un paso de lado", "una vía de acceso"]),
    ] {
        let svg = svg_in(language);
        assert!(labels.iter().all(|label| svg.contains(&format!(">{label}</text>"))), "{svg}");
    }
    for language in Language::ALL {
        let library = BOT.knowledge(SpaceId::Global);
        let graph = DiagramGraph::from_selection(&library, &GraphSelection::All, language);
        check(&graph, &lay_out(&graph)).expect("no overlap");
    }
}
