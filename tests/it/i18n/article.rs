//! The English article before a title: "a", "an" or none.

use rolecall::i18n::Language;

/// Singular titles that begin with a consonant sound.
const A: &str = "\
    Cook | product manager | NURSE | User Researcher | usability lead | Unit Manager | UNIT MANAGER | University Lecturer | Urologist
    European Buyer | Ukrainian Interpreter | Utility Worker | Ewe Herder | One-to-One Tutor | once-weekly Cleaner | Unicorn
    UX Researcher | ux researcher | UX/UI Artist | UI | UK Lead | U.S. Marshal | USDA Inspector | UAV PILOT | UN Envoy
    QA | QA Engineer | PM | B2B Seller | C# Programmer | T-shirt Printer | PhD Student | VP Operations | VP, Sales | VP Payments
    NATO Liaison | STEM Teacher | LAN Technician | SWAT Officer | NICU Nurse | .NET Developer | SaaS Seller | LEAD Designer
    LAB MANAGER | SET DESIGNER | SENIOR NURSE | Sr. Engineer | SR ENGINEER | Sgt | Hotel Manager | Historian | Herbalist | Hmong Interpreter
    1st Mate | 3D Artist | 24/7 Dispatcher | 110 Metre Hurdler | 911 Operator | 1,800 Metre Runner | \"User\" Advocate | (Junior) Cook
    Head of Operations | Chief of Staff | Chief of Staff to the CFO | Director of Communications | Director, IT Operations | Boss
    Hostess | Waiter/Waitress | Director Payments | Vice President Sales | Head Operations | Commis | Caviste-Sommelière | Łódź Branch Manager
    Systems Administrator | Sales Development Manager | Master-at-Arms | Sergeant-at-Arms | Deckhand 2 | Front of House Manager | Xylophonist
    Cook (Fish & Chips) | Nurse - Nights and Weekends | Manager, Sales, Marketing, and Suppliers | Postgraduate of Letters | L'Oréal Buyer
    Jack of All Trades | Chargé d'Affaires | Clerk of Works | Cloud Lead: AWS | Bus Driver | Campus Visitor Guide | Developer AWS | Sports, Fitness, and Wellness Director";

/// Singular titles that begin with a vowel sound.
const AN: &str = "\
    Usher | usher | USHER | Umpire | Undertaker | Uninstaller | Unidentified Caller | Utmost Caller | Urban Planner | Upholsterer | Editor in Chief
    IT Manager | it manager | IT MANAGER | EMERGENCY NURSE | emergency nurse | Égoutier | Œnologue | Øresund Pilot | Oneiric Painter | Onerous Task
    Hourly Worker | Honest Broker | Honorary Secretary | Honour Guard | Heir | Heiress | EU Commissioner | A-level Teacher | I
    SRE | sre lead | SRE LEAD | HR Manager | hr manager | HR MANAGER | MC | MR Technologist | X-ray Technician | Xbox Tester | R&D Manager | M&A Analyst
    F1 Engineer | F&B Manager | L3 Engineer | iOS Developer | mHealth Nurse | eCommerce Manager | MSc Student | MBA | RN | R.N. | M.C.
    SQL Developer | sql developer | HVAC Technician | hvac technician | LGV Driver | NHS Nurse | LLM Engineer | XR Designer | SEO Specialist | NYPD Officer
    8th grade teacher | 11 | 18 | 11th Hour Editor | 18-hole Greenkeeper | 80s DJ | 8 | 18,000 Metre Runner | 11000 Volt Fitter | #8 Batter
    \"Agile\" Coach | 'Art' Director | (Assistant) Cook | [Acting] Head | “Art” Director | Actress
    Assistant to the Directors | Operations Manager | Analytics Lead, Products | Office Boss | Interim Head of People";

/// Plural titles and departments.
const NEITHER: &str = "\
    Architectural Drafters | Tellers | Nurses and midwives | NURSES | emergency nurses | Cooks, Fast Food | Engineers (Payments) | Engineers - Payments
    First-Line Supervisors of Kitchen Workers | Heads of Operations | Editors in Chief | Editors-in-Chief | Chefs de Partie | Head Nurses | Lead Engineers
    Product Managers | PMs | UX Researchers | Front of House Managers | Out of Hours Nurses | Assistant Manager Trainees | Engineers II | Actresses
    Hosts/Hostesses | Firemen | Salespeople | Support Staff | Clergy | Military Police | Operations | Sales | IT Operations | Communications
    Cutting, Punching, and Press Machine Setters, Operators, and Tenders | Court, Municipal, and License Clerks | Property, Real Estate, and Community Association Managers
    \"Tellers\" | (Senior) Tellers | Bank (Night) Tellers | Bosun's Mates | Vice Presidents | Chief Executives";

fn titles(table: &'static str) -> Vec<&'static str> {
    table.split(['|', '\n']).map(str::trim).collect()
}

#[test]
fn the_article_matches_the_pronunciation_and_a_plural_has_none() {
    let into = |title: &str| Language::English.translate("into-title", &[("title", title.into())]);
    let mut wrong = Vec::new();
    for (article, table) in [("a ", A), ("an ", AN), ("", NEITHER)] {
        let titles = titles(table);
        assert!(titles.len() >= 30, "{}", titles.len());
        let mismatches = titles.into_iter().filter(|title| into(title) != format!("How to become {article}{title}"));
        wrong.extend(mismatches.map(into));
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn odd_titles_are_kept_unchanged() {
    for title in [
        "",
        " ",
        "-",
        "…",
        "日本 Chef",
        "İstanbul Guide",
        "ß",
        "x",
        "XÉ",
        "'",
        "-of-",
        "İ-of-İ",
        "II",
        "of",
        "/",
        "1",
        "and, or",
    ] {
        let text = Language::English.translate("into-title", &[("title", title.into())]);
        assert!(text.ends_with(title), "{text}");
    }
}
