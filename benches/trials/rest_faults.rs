//! Faults of the REST API: error responses, lost responses, timeouts and resets, for interaction responses, messages and the start.

use std::time::Duration;

use crate::fault_case::{FaultCase, fault_case};
use discord_standin::{Context, Fault, Message, Person};

const TIMEOUT: Duration = Duration::from_secs(20);

pub fn cases() -> Vec<FaultCase> {
    let mut cases = callbacks();
    cases.extend(messages());
    cases.extend(at_start());
    cases
}

/// The expected result for the affected question.
#[derive(Clone, Copy)]
enum Expected {
    Answered,
    Apology,
    /// Discord does not accept an answer.
    Nothing,
}

/// Name, fault and expected result.
type RestFault = (&'static str, Fault, Expected);

/// Faults of both initial responses and messages.
const COMMON: [RestFault; 13] = [
    ("403", Fault::Status(403), Expected::Nothing),
    ("429, retry_after 0.3 s", Fault::RateLimited(0.3), Expected::Answered),
    ("429 without retry_after", Fault::RateLimitedBlindly, Expected::Answered),
    ("500", Fault::Status(500), Expected::Answered),
    ("504 after processing", Fault::AfterEffect(504), Expected::Answered),
    ("connection reset", Fault::Reset(false), Expected::Answered),
    ("connection reset after processing", Fault::Reset(true), Expected::Answered),
    ("no response", Fault::Hang, Expected::Answered),
    ("delayed by 0.8 s", Fault::Slow(800), Expected::Answered),
    ("response is no JSON", Fault::Garbage(200), Expected::Answered),
    ("502 with a page of HTML", Fault::Garbage(502), Expected::Answered),
    ("50013, missing permissions", Fault::Refusal(403, 50013), Expected::Nothing),
    ("50035, invalid form body", Fault::Refusal(400, 50035), Expected::Apology),
];

fn callbacks() -> Vec<FaultCase> {
    use Expected::{Answered, Apology, Nothing};
    let specific = [
        ("401", Fault::Status(401), Nothing),
        ("404", Fault::Status(404), Nothing),
        ("502", Fault::Status(502), Answered),
        ("40060, already acknowledged", Fault::Refusal(400, 40060), Answered),
        ("10062, unknown interaction", Fault::Refusal(404, 10062), Nothing),
        ("50001, missing access", Fault::Refusal(403, 50001), Nothing),
    ];
    let mut cases: Vec<FaultCase> = COMMON
        .into_iter()
        .chain(specific)
        .map(|(name, fault, expected)| {
            fault_case(format!("initial response: {name}"), move |trial| async move {
                trial.discord.fail_next("POST", "/callback", fault);
                let token = trial.ask("zelda-struck");
                let answer = trial.discord.response_within(&token, Duration::from_secs(4)).await;
                if answer.is_some() {
                    trial.mark_recovered();
                }
                trial.wait_recovery(TIMEOUT).await?;
                let text = answer.map(|(answer, _)| answer.to_string());
                match (expected, text) {
                    (Nothing, None) => Ok("logged; answered the next question".to_owned()),
                    (Answered, Some(text)) if text.contains("Baker") => Ok("answered".to_owned()),
                    (Answered | Apology, Some(text)) if text.contains("Something went wrong") => {
                        Ok("apology".to_owned())
                    }
                    (_, Some(text)) => Err(format!("it answered {text}")),
                    (_, None) => Err(format!("no answer; {}", trial.last_log_line())),
                }
            })
            .loses(usize::from(matches!(expected, Nothing)))
        })
        .collect();
    cases.push(
        fault_case("every request 503 for 4 s", |trial| async move {
            for method in ["POST", "GET", "PATCH"] {
                (0..500).for_each(|_| trial.discord.fail_next(method, "/", Fault::Status(503)));
            }
            trial.keep_asking();
            tokio::time::sleep(Duration::from_secs(4)).await;
            trial.discord.clear_faults();
            trial.mark_fault_end();
            trial.wait_recovery(TIMEOUT).await?;
            Ok("lost the questions of that time; then recovered".to_owned())
        })
        .loses(14),
    );
    cases
}

fn messages() -> Vec<FaultCase> {
    use Expected::{Answered, Apology, Nothing};
    let specific = [
        ("404, unknown channel", Fault::Refusal(404, 10003), Nothing),
        ("502 after processing", Fault::AfterEffect(502), Answered),
    ];
    let second_message = fault_case("message: no response, and a second one in the same channel", |trial| async move {
        trial.discord.fail_next("POST", "/messages", Fault::Hang);
        let question = Message::new("/role baker", Context::direct().by(Person::named("zelda-struck")));
        trial.discord.send_message(&question, |_| {});
        trial.discord.wait_hanging().await;
        let (second, since) = (trial.discord.send_message(&question, |_| {}), std::time::Instant::now());
        let reply = trial.discord.reply_within(second, Duration::from_secs(30)).await;
        trial.mark_recovered();
        let latency = since.elapsed().as_secs_f64();
        match reply {
            Some(_) if latency < 2.0 => Ok(format!("answered after {latency:.2} s")),
            Some(_) => Err(format!("answered after {latency:.2} s")),
            None => Err("no reply".to_owned()),
        }
    });
    let cases = COMMON.into_iter().chain(specific).map(|(name, fault, expected)| {
        fault_case(format!("message: {name}"), move |trial| async move {
            trial.discord.fail_next("POST", "/messages", fault);
            let question = Message::new("/role baker", Context::direct().by(Person::named("zelda-struck")));
            let id = trial.discord.send_message(&question, |_| {});
            // The bot's request timeout is 15 s.
            let timeout = if matches!(expected, Nothing) { Duration::from_secs(2) } else { Duration::from_secs(25) };
            let text = trial.discord.reply_within(id, timeout).await.map(|reply| reply.to_string());
            if text.is_some() {
                trial.mark_recovered();
            }
            trial.wait_recovery(TIMEOUT).await?;
            trial.keep_asking_for(Duration::from_secs(2)).await;
            let replies = trial.discord.reply_count(id);
            match (expected, text) {
                _ if replies > 1 => Err(format!("{replies} replies to one message")),
                (Nothing, None) => Ok("logged; answered the next question".to_owned()),
                (Answered, Some(text)) if text.contains("Baker") => Ok("answered once".to_owned()),
                (Apology, Some(text)) if text.contains("Something went wrong") => Ok("apology".to_owned()),
                (_, Some(text)) => Err(format!("it replied {text}")),
                (_, None) => Err(format!("no reply; {}", trial.last_log_line())),
            }
        })
    });
    cases.chain([second_message]).collect()
}

fn at_start() -> Vec<FaultCase> {
    let transient = |name: &'static str, method: &'static str, path: &'static str, faults: &'static [Fault]| {
        fault_case(name, move |trial| async move {
            trial.wait_online().await?;
            trial.wait_log(" created, ", Duration::from_secs(40)).await?;
            trial.mark_recovered();
            Ok("retried, started".to_owned())
        })
        .prepare(move |discord, _| faults.iter().for_each(|fault| discord.fail_next(method, path, *fault)))
        .before_start()
    };
    let fatal = |name: &'static str, status: u16, text: &'static str| {
        fault_case(name, move |trial| async move { trial.wait_exit("exit 1", text, TIMEOUT).await })
            .prepare(move |discord, _| discord.fail_next("GET", "/gateway/bot", Fault::Status(status)))
            .before_start()
            .identifies(0)
    };
    let gateway = "/gateway/bot";
    vec![
        fatal("gateway lookup: 401", 401, "it is wrong or was reset"),
        fatal("gateway lookup: 403", 403, "permanent error from Discord"),
        transient("gateway lookup: 503, twice", "GET", gateway, &[Fault::Status(503), Fault::Status(503)]),
        transient("gateway lookup: 429", "GET", gateway, &[Fault::RateLimited(0.5)]),
        transient("gateway lookup: connection reset", "GET", gateway, &[Fault::Reset(false)]),
        transient("gateway lookup: response is no JSON", "GET", gateway, &[Fault::Garbage(200)]),
        transient("gateway lookup: no response", "GET", gateway, &[Fault::Hang]).slow(),
        transient("list of commands: 502", "GET", "/commands", &[Fault::Status(502)]),
        transient("list of commands: response is no JSON", "GET", "/commands", &[Fault::Garbage(200)]),
        transient("bulk overwrite: 500", "PUT", "/commands", &[Fault::Status(500)]),
        transient("bulk overwrite: 429, retry_after 0.5 s", "PUT", "/commands", &[Fault::RateLimited(0.5)]),
        transient("bulk overwrite: connection reset after processing", "PUT", "/commands", &[Fault::Reset(true)]),
        transient("bulk overwrite: no response", "PUT", "/commands", &[Fault::Hang]).slow(),
        fault_case("Discord unreachable", |trial| async move {
            trial.wait_log("Discord cannot be reached", TIMEOUT).await?;
            tokio::time::sleep(Duration::from_secs(4)).await;
            trial.signal("TERM");
            trial.wait_exit("exit 0", "", TIMEOUT).await?;
            Ok("logged it, waited, stopped on SIGTERM".to_owned())
        })
        .launch(crate::bot_process::LaunchOptions::with("DISCORD_API_URL", "http://127.0.0.1:9"))
        .before_start()
        .identifies(0),
    ]
}
