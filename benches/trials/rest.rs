//! Faults of REST: refusals, lost answers, hanging and cut lines, for answers to commands, for messages, and at the start.

use std::time::Duration;

use crate::row::{Row, row};
use discord_standin::{Context, Fault, Message, Person};

const SOON: Duration = Duration::from_secs(20);

pub fn rows() -> Vec<Row> {
    let mut rows = callbacks();
    rows.extend(messages());
    rows.extend(at_the_start());
    rows
}

/// What happens to the question whose first answer goes wrong.
#[derive(Clone, Copy)]
enum Then {
    Answered,
    Apology,
    /// Discord itself takes no answer to it.
    Nothing,
}

/// What goes wrong, and what becomes of the question.
type Met = (&'static str, Fault, Then);

/// What first answers and messages meet alike.
const BOTH: [Met; 13] = [
    ("403", Fault::Status(403), Then::Nothing),
    ("429, wait 0.3 s", Fault::RateLimited(0.3), Then::Answered),
    ("429 without a wait", Fault::RateLimitedBlindly, Then::Answered),
    ("500", Fault::Status(500), Then::Answered),
    ("504 after it took effect", Fault::AfterEffect(504), Then::Answered),
    ("line cut", Fault::Reset(false), Then::Answered),
    ("line cut after it took effect", Fault::Reset(true), Then::Answered),
    ("hangs", Fault::Hang, Then::Answered),
    ("0.8 s late", Fault::Slow(800), Then::Answered),
    ("no JSON comes back", Fault::Garbage(200), Then::Answered),
    ("502 with a page of HTML", Fault::Garbage(502), Then::Answered),
    ("50013, missing permissions", Fault::Refusal(403, 50013), Then::Nothing),
    ("50035, invalid form body", Fault::Refusal(400, 50035), Then::Apology),
];

fn callbacks() -> Vec<Row> {
    use Then::{Answered, Apology, Nothing};
    let own = [
        ("401", Fault::Status(401), Nothing),
        ("404", Fault::Status(404), Nothing),
        ("502", Fault::Status(502), Answered),
        ("40060, already answered", Fault::Refusal(400, 40060), Answered),
        ("10062, unknown interaction", Fault::Refusal(404, 10062), Nothing),
        ("50001, missing access", Fault::Refusal(403, 50001), Nothing),
    ];
    let mut rows: Vec<Row> = BOTH
        .into_iter()
        .chain(own)
        .map(|(name, fault, then)| {
            row(format!("first answer: {name}"), move |trial| async move {
                trial.discord.fail_next("POST", "/callback", fault);
                let token = trial.ask("zelda-struck");
                let answer = trial.discord.answer_within(&token, Duration::from_secs(4)).await;
                if answer.is_some() {
                    trial.is_well();
                }
                trial.again_within(SOON).await?;
                let text = answer.map(|(answer, _)| answer.to_string());
                match (then, text) {
                    (Nothing, None) => Ok("noted in the log; the next one answered".to_owned()),
                    (Answered, Some(text)) if text.contains("Baker") => Ok("answered".to_owned()),
                    (Answered | Apology, Some(text)) if text.contains("Something went wrong") => {
                        Ok("apology".to_owned())
                    }
                    (_, Some(text)) => Err(format!("it answered {text}")),
                    (_, None) => Err(format!("no answer; {}", trial.last_word())),
                }
            })
            .loses(usize::from(matches!(then, Nothing)))
        })
        .collect();
    rows.push(
        row("every call 503 for 4 s", |trial| async move {
            for method in ["POST", "GET", "PATCH"] {
                (0..500).for_each(|_| trial.discord.fail_next(method, "/", Fault::Status(503)));
            }
            trial.keep_asking();
            tokio::time::sleep(Duration::from_secs(4)).await;
            trial.discord.mend();
            trial.over();
            trial.again_within(SOON).await?;
            Ok("those who asked meanwhile got no answer; then went on".to_owned())
        })
        .loses(14),
    );
    rows
}

fn messages() -> Vec<Row> {
    use Then::{Answered, Apology, Nothing};
    let own = [
        ("404, unknown channel", Fault::Refusal(404, 10003), Nothing),
        ("502 after it took effect", Fault::AfterEffect(502), Answered),
    ];
    let beside = row("message: hangs, and another one in the same channel", |trial| async move {
        trial.discord.fail_next("POST", "/messages", Fault::Hang);
        let ask = |who: &'static str| {
            let question = Message::new("/role baker", Context::direct().by(Person::named(who)));
            trial.discord.put_message(&question, |_| {})
        };
        let _first = ask("zelda-struck");
        tokio::time::sleep(Duration::from_millis(200)).await;
        let (second, since) = (ask("zelda-struck"), std::time::Instant::now());
        let reply = trial.discord.reply_within(second, Duration::from_secs(30)).await;
        trial.is_well();
        let took = since.elapsed().as_secs_f64();
        match reply {
            Some(_) if took < 2.0 => Ok(format!("answered after {took:.2} s")),
            Some(_) => Err(format!("answered after {took:.2} s")),
            None => Err("no reply".to_owned()),
        }
    });
    let rows = BOTH.into_iter().chain(own).map(|(name, fault, then)| {
        row(format!("message: {name}"), move |trial| async move {
            trial.discord.fail_next("POST", "/messages", fault);
            let question = Message::new("/role baker", Context::direct().by(Person::named("zelda-struck")));
            let id = trial.discord.put_message(&question, |_| {});
            // A hanging request is given up after 15 s.
            let within = if matches!(then, Nothing) { Duration::from_secs(2) } else { Duration::from_secs(25) };
            let text = trial.discord.reply_within(id, within).await.map(|reply| reply.to_string());
            if text.is_some() {
                trial.is_well();
            }
            trial.again_within(SOON).await?;
            trial.go_on(Duration::from_secs(2)).await;
            let replies = trial.discord.replies_to(id);
            match (then, text) {
                _ if replies > 1 => Err(format!("{replies} replies to one question")),
                (Nothing, None) => Ok("noted in the log; the next one answered".to_owned()),
                (Answered, Some(text)) if text.contains("Baker") => Ok("answered, once".to_owned()),
                (Apology, Some(text)) if text.contains("Something went wrong") => Ok("apology".to_owned()),
                (_, Some(text)) => Err(format!("it replied {text}")),
                (_, None) => Err(format!("no reply; {}", trial.last_word())),
            }
        })
    });
    rows.chain([beside]).collect()
}

fn at_the_start() -> Vec<Row> {
    let passing = |fault: &'static str, method: &'static str, path: &'static str, fault_is: &'static [Fault]| {
        row(fault, move |trial| async move {
            trial.online().await?;
            trial.says(" created, ", Duration::from_secs(40)).await?;
            trial.is_well();
            Ok("tried again, came up".to_owned())
        })
        .prepare(move |discord, _| fault_is.iter().for_each(|fault| discord.fail_next(method, path, *fault)))
        .before_the_start()
    };
    let fatal = |fault: &'static str, status: u16, word: &'static str| {
        row(fault, move |trial| async move { trial.ends("exit 1", word, SOON).await })
            .prepare(move |discord, _| discord.fail_next("GET", "/gateway/bot", Fault::Status(status)))
            .before_the_start()
            .identifies(0)
    };
    let gateway = "/gateway/bot";
    vec![
        fatal("gateway lookup: 401", 401, "it is wrong or was reset"),
        fatal("gateway lookup: 403", 403, "permanent error from Discord"),
        passing("gateway lookup: 503, twice", "GET", gateway, &[Fault::Status(503), Fault::Status(503)]),
        passing("gateway lookup: 429", "GET", gateway, &[Fault::RateLimited(0.5)]),
        passing("gateway lookup: line cut", "GET", gateway, &[Fault::Reset(false)]),
        passing("gateway lookup: no JSON comes back", "GET", gateway, &[Fault::Garbage(200)]),
        passing("gateway lookup: hangs", "GET", gateway, &[Fault::Hang]).slow(),
        passing("list of commands: 502", "GET", "/commands", &[Fault::Status(502)]),
        passing("list of commands: no JSON comes back", "GET", "/commands", &[Fault::Garbage(200)]),
        passing("a command: 500", "POST", "/commands", &[Fault::Status(500)]),
        passing("a command: 429, wait 0.5 s", "POST", "/commands", &[Fault::RateLimited(0.5)]),
        passing("a command: line cut after it took effect", "POST", "/commands", &[Fault::Reset(true)]),
        passing("a command: hangs", "POST", "/commands", &[Fault::Hang]).slow(),
        row("Discord away altogether", |trial| async move {
            trial.says("Discord cannot be reached", SOON).await?;
            tokio::time::sleep(Duration::from_secs(4)).await;
            trial.signal("TERM");
            trial.ends("exit 0", "", SOON).await?;
            Ok("said so, waited, stopped when told to".to_owned())
        })
        .launch(crate::program::Launch::with("DISCORD_API_URL", "http://127.0.0.1:9"))
        .before_the_start()
        .identifies(0),
    ]
}
