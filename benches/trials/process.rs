//! Faults of the process: signals, a sudden end, closed streams, few descriptors, a clock of no use.

use std::process::Stdio;
use std::time::Duration;

use crate::program::Launch;
use crate::row::{Row, row};
use discord_standin::{Context, Fault, Person};

const SOON: Duration = Duration::from_secs(20);

/// It answers as ever.
fn unmoved(fault: &'static str, launch: Launch) -> Row {
    row(fault, |trial| async move {
        trial.again_within(SOON).await?;
        trial.go_on(Duration::from_secs(2)).await;
        Ok("answered as ever".to_owned())
    })
    .launch(launch)
}

fn signalled(signal: &'static str) -> Row {
    row(format!("SIG{signal}"), move |trial| async move {
        trial.signal(signal);
        trial.ends("exit 0", "stopped", SOON).await
    })
}

pub fn rows() -> Vec<Row> {
    let mut rows = signals();
    rows.extend(surroundings());
    rows
}

fn signals() -> Vec<Row> {
    vec![
        signalled("TERM"),
        signalled("INT"),
        row("SIGTERM with an answer under way", |trial| async move {
            trial.discord.fail_next("POST", "/callback", Fault::Hang);
            let token = trial.ask("zelda-struck");
            // The answer is under way once its first attempt has come in.
            while !trial.discord.requests().iter().any(|request| request.status == 0) {
                tokio::time::sleep(Duration::from_millis(10)).await;
            }
            trial.signal("TERM");
            let answer = trial.discord.answer_within(&token, Duration::from_secs(4)).await;
            answer.ok_or("it was not answered")?;
            trial.is_well();
            trial.ends("exit 0", "stopped", SOON).await.map(|_| "answered, then exit 0".to_owned())
        }),
        row("SIGTERM three times", |trial| async move {
            for _ in 0..3 {
                trial.signal("TERM");
                tokio::time::sleep(Duration::from_millis(30)).await;
                if trial.ended().is_some() {
                    break;
                }
            }
            trial.ends("exit 0", "stopped", SOON).await
        }),
        row("SIGTERM while it starts", |trial| async move {
            trial.signal("TERM");
            let began = std::time::Instant::now();
            while trial.ended().is_none() && began.elapsed() < SOON {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            match trial.ended().as_deref() {
                Some(how @ ("exit 0" | "killed by signal 15")) => Ok(how.to_owned()),
                other => Err(format!("{other:?}")),
            }
        })
        .before_the_start(),
        row("SIGHUP", |trial| async move {
            trial.signal("HUP");
            tokio::time::sleep(Duration::from_secs(1)).await;
            trial.again_within(SOON).await?;
            Ok("went on".to_owned())
        }),
        row("stopped for 6 s (SIGSTOP, SIGCONT)", |trial| async move {
            trial.signal("STOP");
            tokio::time::sleep(Duration::from_secs(6)).await;
            trial.signal("CONT");
            trial.strike();
            trial.again_within(SOON).await?;
            trial.go_on(Duration::from_secs(6)).await;
            Ok("went on".to_owned())
        })
        .identifies(1),
        row("kill -9, and started again", |trial| async move {
            trial.signal("KILL");
            trial.ends("killed by signal 9", "", SOON).await?;
            trial.strike();
            trial.start_again(&Launch::default());
            trial.again_within(SOON).await?;
            trial.go_on(Duration::from_secs(1)).await;
            Ok("came up again".to_owned())
        })
        .identifies(1)
        .loses(2),
        row("kill -9 at 8 moments of its start", |trial| async move {
            for moment in 0..8 {
                trial.start_again(&Launch::default());
                tokio::time::sleep(Duration::from_millis(15 * moment)).await;
                trial.signal("KILL");
                trial.ends("killed by signal 9", "", SOON).await?;
            }
            trial.strike();
            trial.start_again(&Launch::default());
            trial.again_within(SOON).await?;
            Ok("came up again".to_owned())
        })
        .identifies(1)
        .loses(2),
    ]
}

fn surroundings() -> Vec<Row> {
    let streams = |streams: &str| Launch { streams: streams.to_owned(), ..Launch::default() };
    vec![
        unmoved("standard output and error closed", streams(">&- 2>&-")),
        unmoved("standard input closed", streams("<&-")),
        unmoved("standard error on a full disk", streams("2>/dev/full")),
        unmoved("whoever read its log has gone", Launch { deaf: true, ..Launch::with("RUST_LOG", "debug") }),
        unmoved("24 descriptors", Launch::after("ulimit -n 24")),
        row("32 descriptors, 100 questions at once", |trial| async move {
            for person in 0..100 {
                trial.ask(&format!("zelda-{person}"));
            }
            trial.again_within(SOON).await?;
            tokio::time::sleep(Duration::from_secs(3)).await;
            Ok("answered".to_owned())
        })
        .launch(Launch::after("ulimit -n 32")),
        unmoved("a stack of 1 MiB", Launch::after("ulimit -s 1024")),
        unmoved(
            "a time zone and a language that do not exist",
            Launch::after("export TZ=Never/Land LANG=xx LC_ALL=xx"),
        ),
        row("ids from the year 2080, then from now", |trial| async move {
            // The moment stands in the upper bits of an id.
            trial.discord.ids_from(2_082_844_800_000 << 22);
            trial.again_within(SOON).await?;
            trial.go_on(Duration::from_secs(2)).await;
            Ok("answered as ever".to_owned())
        }),
        row("6 programs build one index at once", |trial| async move {
            std::fs::remove_dir_all(trial.path("index")).map_err(|fault| fault.to_string())?;
            let ask = || {
                let mut command = std::process::Command::new(trial.binary());
                command.args(["ask", "/role baker"]).current_dir(trial.path("")).env_clear().stdout(Stdio::null());
                command.stderr(Stdio::null()).spawn()
            };
            let children: Result<Vec<_>, _> = (0..6).map(|_| ask()).collect();
            for mut child in children.map_err(|fault| fault.to_string())? {
                let ended = tokio::task::spawn_blocking(move || child.wait()).await;
                if !ended.is_ok_and(|ended| ended.is_ok_and(|status| status.success())) {
                    return Err("one of them failed".to_owned());
                }
            }
            trial.again_within(SOON).await?;
            Ok("all answered".to_owned())
        }),
        row("the same question 20 times by one person", |trial| async move {
            let context = Context::direct().by(Person::named("zelda-eager"));
            let tokens: Vec<String> =
                (0..20).map(|_| trial.discord.put_slash("role", &[("name", "baker")], &context)).collect();
            let mut words = 0;
            for token in tokens {
                let (answer, _) =
                    trial.discord.answer_within(&token, Duration::from_secs(4)).await.ok_or("one was not answered")?;
                words += usize::from(answer.to_string().contains("a lot at once"));
            }
            trial.is_well();
            if words == 0 { Err("it never asked to wait".to_owned()) } else { Ok(format!("{words} asked to wait")) }
        }),
    ]
}
