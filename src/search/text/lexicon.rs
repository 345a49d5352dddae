//! English word lists for search: stop words, low-weight words, synonyms. They do not depend on a corpus. A second language needs a
//! second file like this one.

use std::collections::HashMap;

use crate::search::text::english::{Token, stem};

/// Common abbreviations in job titles, each with the full word.
pub(crate) const ABBREVIATIONS: [(&str, &str); 14] = [
    ("sr", "senior"),
    ("snr", "senior"),
    ("jr", "junior"),
    ("jnr", "junior"),
    ("mgr", "manager"),
    ("mngr", "manager"),
    ("mgmt", "management"),
    ("assoc", "associate"),
    ("asst", "assistant"),
    ("eng", "engineer"),
    ("dir", "director"),
    ("exec", "executive"),
    ("dev", "developer"),
    ("prod", "product"),
];

/// Words that are ignored when titles are compared.
pub(crate) const TITLE_STOP_WORDS: [&str; 6] = ["of", "the", "a", "an", "for", "and"];

/// Stop words: weight 0 in a search.
const STOP_WORDS: &str = "btwn n a an the this that these those there here it its itself he she they them their theirs his her hers him we us our ours you \
    your yours i me my mine myself yourself themselves one ones who whom whose which what when where why how is are was were be been being am \
    do does did done doing don't doesn't didn't isn't aren't wasn't weren't won't can't couldn't shouldn't wouldn't haven't hasn't have has \
    had having will would shall should can could may might must ought of in on at by for with from to into onto out off over under up down \
    about as than then and or but nor so if because while until unless not no nor n't too very just also only even ever still again already \
    yet both either neither each every any some all such other another same own via per etc eg ie i'm i've i'd i'll you're you've you'd \
    you'll he's she's it's they're they've we're we've that's there's who's what's where's how's why's let's whats whos hows wheres im ive \
    theyre dont doesnt didnt cant isnt arent wasnt werent havent hasnt hadnt wouldnt couldnt shouldnt aint youre weve youve theyve thats theres anyone someone somebody anybody everyone everybody nobody something anything everything nothing \
    between among during through after before against within without toward towards upon across along around once";

/// Words that are frequent in questions and carry little meaning; their weight is reduced.
const LOW_WEIGHT_WORDS: &str = "make makes making get gets getting got give gives given giving take takes taking keep keeps keeping put puts putting go goes goe \
    going come comes coming look looks looking see sees know knows tell tells say says think thinks want wants need needs needed like use uses \
    used using help helps helping work works working job role person people guy folks somebody thing things stuff bit lot lots kind sort type \
    way ways actually really basically usually normally typically generally mostly mainly often always sometimes day daily \
    week time times good better best great big new right well much many more most less least few several handle handles handling deal deals \
    dealing responsible responsibility involve involves involved happen happens turn turns sure exactly able supposed expected bring \
    brings done main first last next overall general different certain various whether please pls plz thanks thx hi hey hello lol haha ok \
    okay um erm anyway today actual mate folk guy human earth hell heck literally absolutely simply proper properly pretty quite rather \
    kinda sorta gonna wanna gotta let lets meant mean intend try tries trying normal regular plain old typical average ordinary standard usual decent \
    successful experienced young fresh mere fledged ppl peeps u ur r y yet else instead though";

/// Words in "-ly" that are not adverbs.
const NON_ADVERBS_IN_LY: [&str; 8] =
    ["monthly", "quarterly", "assembly", "anomaly", "multiply", "monopoly", "comply", "imply"];

/// Synonyms at work, one group per entry. A match by synonym has a reduced weight.
const SYNONYMS: [&str; 132] = [
    "report answer",
    "boss charge",
    "hire recruit hiring recruiting recruitment staffing onboard interview",
    "budget money spend spending funds funding finance financial purse cash cost",
    "pay salary wage earn compensation remuneration income",
    "mentor coach guide mentoring coaching teach train advise nurture",
    "junior newcomer beginner starter rookie trainee graduate newbie",
    "boss manager supervisor superior",
    "supervise oversee manage lead head run",
    "customer user client buyer consumer",
    "developer engineer programmer coder dev techie",
    "engineering development tech technology technical",
    "roadmap road map plan",
    "schedule timeline deadline timetable calendar date",
    "late delay slip overrun overdue",
    "goal target objective aim okr outcome",
    "metric measure kpi indicator figure number stat",
    "data statistic number analytic insight",
    "test experiment trial try",
    "vision direction strategy future",
    "prioritize priority rank triage order",
    "backlog queue list",
    "competitor rival competition",
    "market marketplace sector",
    "risk danger hazard threat",
    "dependency depend block blocker",
    "bug defect fault error issue glitch",
    "fix repair mend solve resolve",
    "ship release launch deliver rollout deploy",
    "build create develop construct write produce",
    "design draw sketch mock wireframe",
    "prototype mockup mock wireframe",
    "supplier vendor source sourcing procurement",
    "buy purchase order procure",
    "warehouse store shop outlet retailer",
    "advert ad advertising campaign promotion",
    "sell sale sales seller",
    "price pricing charge",
    "revenue income turnover earnings",
    "forecast project predict estimate",
    "report present communicate tell inform update",
    "stakeholder department division",
    "executive leadership leader c-suite board director",
    "conference event fair show stage",
    "represent speak face ambassador",
    "legal law lawyer contract compliance",
    "privacy gdpr confidentiality",
    "conflict argument quarrel clash dispute friction",
    "wellbeing health morale happiness",
    "performance appraisal review evaluation",
    "promote promotion advance",
    "culture mindset value",
    "change transform transformation transition switch shift",
    "idea concept suggestion proposal",
    "research study survey investigate",
    "interview talk chat conversation speak",
    "need want requirement wish",
    "problem pain issue trouble challenge",
    "feature function capability functionality",
    "partner external outside third-party",
    "retire kill sunset discontinue axe remove",
    "check verify inspect audit monitor watch track",
    "clean tidy hygiene wash",
    "record document log note",
    "team squad crew group bunch",
    "company organization org firm business enterprise corporate",
    "whole entire all overall companywide",
    "people person staff employee member personnel",
    "board ceo c-suite bigwig exec executive top",
    "customer punter people audience public",
    "choose pick select decide vet",
    "pick choose select chosen",
    "idea dream concept vision",
    "charge price pricing cost",
    "hard difficult tricky tough challenging",
    "quick fast rapid speedy short",
    "slow sluggish laggy performance",
    "software app application program code",
    "decide set determine choose agree define",
    "number many count amount total",
    "leave holiday vacation absence break",
    "sick ill illness absent unwell",
    "night overnight evening",
    "early morning dawn",
    "kid child children youngster",
    "student learner trainee apprentice pupil",
    "shift rota roster rotas schedule",
    "phone call ring telephone",
    "rule policy procedure guideline protocol standard",
    "injury injure accident hurt wound",
    "drug medicine medication tablet pill prescription",
    "doctor physician medic consultant",
    "food meal eat feed dish",
    "visitor guest relative family",
    "room space area bay",
    "carry move transport bring fetch collect",
    "stock supplies inventory store",
    "order reorder requisition buy",
    "broken repair maintenance faulty fail",
    "complaint complain unhappy grievance",
    "letter email mail post message",
    "file paperwork form record document",
    "desk reception front",
    "safe safety secure security protect",
    "train teach educate instruct coach show",
    "plan arrange organise organize prepare",
    "answer reply respond response",
    "write draft compose author",
    "look search find seek spot identify",
    "watch monitor track observe",
    "start begin launch open",
    "finish end complete close",
    "cheap affordable inexpensive cost price",
    "delivery deliver dispatch ship supply",
    "parts component piece ingredient material",
    "factory manufacture manufacturing production produce",
    "screen interface ui layout",
    "user-friendly usable usability easy simple",
    "argue argument conflict dispute fight disagree",
    "happy satisfied content pleased morale",
    "raise rise increase growth grow",
    "keep retain retention stay",
    "win gain acquire acquisition attract",
    "website site web online",
    "picture image drawing sketch",
    "meeting discussion talk conversation",
    "speech speak talk present presentation",
    "rank prioritize prioritise order first",
    "delegate assign allocate give hand",
    "approve sign authorise authorize agree",
    "resign quit leave departure",
    "fire dismiss sack terminate",
];

/// Class of a word, by which searches weight it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum WordClass {
    /// A stop word.
    StopWord,
    /// A frequent word with little meaning, or an adverb.
    LowWeight,
    /// Any other word.
    Content,
}

/// The word lists by stem.
#[derive(Debug)]
pub(crate) struct Lexicon {
    classes: HashMap<String, WordClass>,
    synonyms: HashMap<String, Vec<String>>,
}

impl Lexicon {
    /// Stems the lists.
    pub(crate) fn new() -> Self {
        // A word in both lists is a stop word.
        let low_weight = LOW_WEIGHT_WORDS.split_whitespace().map(|word| (stem(word), WordClass::LowWeight));
        let stop_words = STOP_WORDS.split_whitespace().map(|word| (stem(word), WordClass::StopWord));
        let mut synonyms: HashMap<String, Vec<String>> = HashMap::new();
        for group in SYNONYMS {
            let stems: Vec<String> = group.split_whitespace().map(stem).collect();
            for stem in &stems {
                let others = stems.iter().filter(|other| *other != stem).cloned();
                synonyms.entry(stem.clone()).or_default().extend(others);
            }
        }
        Lexicon { classes: low_weight.chain(stop_words).collect(), synonyms }
    }

    /// The class of a token. An adverb in "-ly" has low weight.
    pub(crate) fn classify(&self, token: &Token) -> WordClass {
        match self.classify_stem(&token.stem) {
            WordClass::Content
                if token.text.len() > 6
                    && token.text.ends_with("ly")
                    && !NON_ADVERBS_IN_LY.contains(&token.text.as_str()) =>
            {
                WordClass::LowWeight
            }
            class => class,
        }
    }

    /// The class of a stem.
    pub(crate) fn classify_stem(&self, stem: &str) -> WordClass {
        self.classes.get(stem).copied().unwrap_or(WordClass::Content)
    }

    /// Synonyms of a stem, as stems.
    pub(crate) fn synonyms(&self, stem: &str) -> &[String] {
        self.synonyms.get(stem).map_or(&[], Vec::as_slice)
    }
}

impl Default for Lexicon {
    fn default() -> Self {
        Self::new()
    }
}
