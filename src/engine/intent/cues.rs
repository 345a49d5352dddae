//! The English words and phrases that show what a question asks for. Another language needs another table.

/// What a word or phrase indicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Cue {
    /// Two roles side by side.
    Compare,
    /// A career path.
    Path,
    /// The next role.
    Next,
    /// A sideways move.
    Sideways,
    /// How to become something.
    HowToBecome,
    /// A reason.
    Why,
    /// A role.
    Who,
    /// Responsibilities.
    Duties,
    /// An explanation.
    What,
    /// All information on a topic.
    About,
    /// A metric of this measure, by its name in the front matter; empty: of any measure.
    Measure(&'static str),
    /// A comparison of quantities.
    Comparative,
    /// A question of any kind.
    Interrogative,
    /// A yes-or-no question. Matches at the start of a clause only.
    YesNo,
    /// An event or a person present, which is not about roles in general.
    Event,
}

/// Phrases, separated by commas. The longest match wins; matches do not overlap.
pub(crate) const CUES: &[(Cue, &str)] = &[
    (
        Cue::Compare,
        "vs, versus, v, diff, diff between, differ, differs, different from, different to, different than, difference, differences, difference between, \
         differences between, compare, compared to, compared with, comparison, distinction, distinguish, distinguishes, tell apart, \
         set apart, sets apart, sets them apart, set them apart, tell them apart, separates, overlap, in common, as opposed to, same as, same thing as, contrast, how does it differ",
    ),
    (
        Cue::Path,
        "path, career path, route, road from, way from, steps, rungs, ladder, career ladder, trajectory, journey, roadmap from, get from, \
         go from, going from, move from, moving from, grow from, work my way up, all the way, in between, stepping stones, promotion path, \
         track from, progression, climb from, climb, stages between, jobs between, roles between, on the way, along the way, pass through, stops, how many steps, how many promotions",
    ),
    (
        Cue::Next,
        "next, next step, next step up, move on to, move to, moves on to, go on to, hop to, next rung, next level, next role, next job, after, comes after, come after, what comes after, go after, \
         follows, step up from, one up from, above, promoted to, promotion, get promoted, promoted from, move on from, beyond, grow into, \
         move up, moving up, where to from, up from, higher than, succeed, from here, from there, go from here, go from there, where can i go, where could i go, \
         where would i go, where do i go",
    ),
    (
        Cue::Sideways,
        "sideways, lateral, laterally, side step, sidestep, specialise, specialize, branch out, branch into, pivot, hop across, move across, without going up, same level",
    ),
    (
        Cue::HowToBecome,
        "become, becoming, became, wanna be, want to be, wanna become, would like to be, hope to be, dream of being, dream of becoming, get in, get in as, get into, getting into, break into, breaking into, end up as, end up in, land, land a, land a job, \
         qualify, qualify for, qualifications, qualification, background, get to be, turn into, start out, start as, starting out, \
         get hired as, to be a, to be an, work as, move into, moving into, switch to, switch into, switch over, transition into, \
         transition to, enter, entry point, way in, ways in, way into, ways into, route into, path to becoming, foot in the door, apply for, \
         train as, retrain as, prerequisites, requirements, eligible, requirements for, need to become, what does it take, first job, \
         started as, get a job as, get a job in, career as, career in, before you can be, before becoming, coming from",
    ),
    (
        Cue::Why,
        "why, how come, the point of, point of a, point of an, point of having, the point in, reason for, reasons for, reason to, rationale, purpose of, use of having, \
         what good is, the use of, use of a, what use is, any use in, bother, bother with, justify, benefit of, benefits of, value of having, worth having, worth hiring, what for, need for, \
         case for, what would we lose without, what happens without, could we do without, do we need, do we even need, do you need, \
         do companies need, do teams need, we need, convince me, sell me on",
    ),
    (
        Cue::Who,
        "who, whos, whose, whom, who is, is there a person, is there a role, is there a job, is there anyone, is there anybody, is there someone, is there somebody, \
          which role, which roles, what role, what roles, which person, which job, which jobs, what job, which people, \
         whose job, whose job is it, whose responsibility, which position, which title, what title, who in the team, who on the team, \
         somebody who, someone who, the person who, the one who, the role that, role for, which of them, which member, who should i ask, \
         who do i ask, who do i go to, who would i go to, who do i talk to, whose call, whose call is it, whose task, whose problem, \
         which one, what kind of person, looking for the person, find the person, need the person who, at whose, whose desk, who the",
    ),
    (
        Cue::Duties,
        "responsibilities, responsibility, responsible for, duties, duty, tasks, task, accountable, accountable for, accountabilities, \
         on the hook, on the hook for, plate, on the plate, day to day, day-to-day, remit, job description, jd, workload, scope, \
         in charge of, meant to do, supposed to do, expected to do, expected of, expect from, hand in, involved in, \
         part in, role in, spend time, spend their time, spend its time, spend the day, time on, to do list, busy with, fills, cover, covers, \
         look after, looks after, typical day, typical week, main jobs, get up to, gets up to, focus on, focuses on, work on, works on",
    ),
    (
        Cue::What,
        "what is, what are, meaning, what does, what do, what, whats, wats, wat, wot, explain, describe, define, definition, description, meaning of, mean, means, \
         stand for, stands for, what exactly, overview, summary, summarise, summarize, eli5, introduction to, what kind of role, what kind of job, what sort of role, what sort of job, \
         deal with, is there a, is there an, are there any, give me, show me, list, break down, walk me through, rundown, about, in plain english, in simple terms, in a nutshell, in a few words, in short",
    ),
    (
        Cue::About,
        "tell me about, tell me more about, anything about, anything on, anything in there about, anything in there on, got anything on, \
         got anything about, info about, info on, information about, information on, details on, details about, stuff about, stuff on, \
         what about, say about, tell me on, there about, there on, read about, read up on, know about, more about, something on, something about, \
         the deal with",
    ),
    (
        Cue::Measure("pay"),
        "pay, pays, paid, salary, salaries, earn, earns, earning, earnings, wage, wages, compensation, comp, remuneration, income, \
         paycheck, paycheque, pay packet, take home, takes home, make a year, pay range, salary range, pay band, how well paid, \
         payslip, per annum, a year make, how much money, money does, money do, dosh, best paid, better paid, make more, makes more, make much more, makes much more, make a lot more",
    ),
    (
        Cue::Measure("growth"),
        "growing, growth rate, how fast, job growth, outlook, job outlook, demand, in demand, projected, prospects, \
         rising, increasing, job market, vacancies, openings, expected to grow, expand, quicker than, faster than, future of, decade",
    ),
    (
        Cue::Measure("experience"),
        "years of experience, yrs of experience, years experience, years' experience, how experienced, how many years, how much experience, how many yrs, \
         how long before, how senior, years in the job, years in the field, years under, how seasoned",
    ),
    (
        Cue::Measure("duration"),
        "how long, how many weeks, how many months, how many days, duration, length of, how quickly, how soon, weeks, months",
    ),
    (Cue::Measure("count"), "how many, number of, count of, how much of, what percentage, what share, ratio, how big"),
    (Cue::Measure(""), "how much, how high, hw much, how large, average, median, typical pay, range"),
    (Cue::Comparative, "more, most, highest, best, higher, better, less, least, lowest, top"),
    (
        Cue::Interrogative,
        "sorry for stupid question, sorry for the stupid question, sorry stupid question, sorry if, stupid question, dumb question, silly question, quick question, best way to, best ways to, way to, ways to, tricks to, tricks for, tips for, tips on, tips to, advice on, advice for, guide to, rules for, rules on, rules about, \
         how, how do, how does, how to, which, where, when, can someone explain, can anyone explain, could someone, does anyone know, \
         anyone know, do you know, i wonder, wondering, curious, any idea, remind me, can i get, can i have, could i get, could i have, may i have, i need a, question, help me understand, tell me, \
         can you tell me, could you tell me, could you state, could you give, could you explain, could you describe, could you list, can you give, can you explain, can you describe, can you list, can you say, would you explain, would you mind telling me, options, i'd like to know, i want to know, want to know, need to know",
    ),
    (
        Cue::YesNo,
        "do, does, is, are, can, could, should, would, will, may, must, isn't, aren't, doesn't, don't, has, have, so does, so do, so is, \
         and does, is it true that, is it the, is it, is it a, would it be, am i right that",
    ),
    (
        Cue::Event,
        "today, tomorrow, tonight, yesterday, this morning, this afternoon, this week, next week, last week, this weekend, this sprint, \
         next sprint, last sprint, last night, this month, next month, last month, last year, last time, monday, tuesday, wednesday, thursday, \
         friday, saturday, sunday, mon, tue, tues, wed, thu, thurs, fri, asap, eod, right now, at the moment, currently, just now, minutes, \
         o'clock, noon, lunch, standup, stand-up, retro, brb, fyi, btw, pto, ooo, holiday, vacation, sick, birthday, congrats, congratulations, \
         welcome, thanks, thank you, cheers, sorry, anyone up for, up for, anyone seen, has anyone, did anyone, did you, did the, was the, \
         were the, are you, are we, can you, could you, can we, should we, will you, would you, have you, do we have, my pr, \
         pr, merge, deployed, staging, prod, channel, figma link, the link, zoom, slack, ping, pinged, dm, emailed, on call, in the office, of us, you or me, me or you, about time, guess what, what do you think, what do we think, last spring, last summer, last autumn, last winter, could have guessed, would have guessed, would have thought, between us, am i right, am i the only, am i late",
    ),
];

/// The phrases of a measure.
pub(crate) fn measure_words(measure: &str) -> impl Iterator<Item = &'static str> {
    let entries = CUES.iter().filter(move |(cue, _)| matches!(cue, Cue::Measure(name) if *name == measure));
    entries.flat_map(|(_, phrases)| phrases.split(',')).map(str::trim)
}

/// Past tense verbs without -ed; they indicate a report, not a question.
pub(crate) const IRREGULAR_PAST_VERBS: &str = "took won said got went broke made did left sent came saw told gave wrote was were had found met ran spoke brought bought \
    thought knew forgot chose drew led fell felt held kept lost meant paid sat sold stood taught threw woke ate began";

/// Words after which a past tense form is a participle ("is made").
pub(crate) const PASSIVE_AUXILIARIES: [&str; 10] =
    ["be", "is", "are", "being", "get", "gets", "getting", "who's", "it's", "even"];

/// Verbs that ask for responsibilities after a role's name.
pub(crate) const ACTION_VERBS: [&str; 9] =
    ["do", "doing", "handle", "deal", "approach", "treat", "tackle", "cope", "react"];

/// Auxiliary verbs, which end the noun phrase that a question asks for.
pub(crate) const AUXILIARIES: [&str; 9] = ["do", "does", "should", "would", "must", "can", "could", "will", "might"];

/// Words before a verb that names a responsibility ("is a cook meant to ...").
pub(crate) const OBLIGATION_WORDS: [&str; 6] = ["meant", "supposed", "expected", "got", "responsible", "to"];

/// Words that negate a question, besides contractions in "n't".
pub(crate) const NEGATIONS: [&str; 16] = [
    "not", "no", "never", "without", "nobody", "nothing", "none", "isnt", "arent", "doesnt", "dont", "cant", "wont",
    "hasnt", "rarely", "less",
];

/// Words for the speaker, persons present and things at hand.
pub(crate) const PERSONAL_WORDS: [&str; 27] = [
    "i", "im", "i'm", "ive", "me", "my", "mine", "we", "us", "our", "ours", "you", "u", "your", "yours", "he", "she",
    "him", "her", "his", "this", "these", "here", "there", "anybody", "anyone", "mate",
];
