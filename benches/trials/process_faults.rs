//! Faults of the process: signals, closed streams, few file descriptors, a wrong clock.

use std::process::Stdio;
use std::time::Duration;

use crate::bot_process::LaunchOptions;
use crate::fault_case::{FaultCase, fault_case};
use discord_standin::{Context, Fault, Person};

const TIMEOUT: Duration = Duration::from_secs(20);

/// The bot keeps answering.
fn unaffected(fault: &'static str, launch: LaunchOptions) -> FaultCase {
    fault_case(fault, |trial| async move {
        trial.wait_recovery(TIMEOUT).await?;
        trial.keep_asking_for(Duration::from_secs(2)).await;
        Ok("kept answering".to_owned())
    })
    .launch(launch)
}

fn signalled(signal: &'static str) -> FaultCase {
    fault_case(format!("SIG{signal}"), move |trial| async move {
        trial.signal(signal);
        trial.wait_exit("exit 0", "stopped", TIMEOUT).await
    })
}

pub fn cases() -> Vec<FaultCase> {
    let mut cases = signals();
    cases.extend(environment());
    cases
}

fn signals() -> Vec<FaultCase> {
    vec![
        signalled("TERM"),
        signalled("INT"),
        fault_case("SIGTERM during a response", |trial| async move {
            trial.discord.fail_next("POST", "/callback", Fault::Hang);
            let token = trial.ask("zelda-struck");
            trial.discord.wait_hanging().await;
            trial.signal("TERM");
            let answer = trial.discord.response_within(&token, Duration::from_secs(4)).await;
            answer.ok_or("no answer")?;
            trial.mark_recovered();
            trial.wait_exit("exit 0", "stopped", TIMEOUT).await.map(|_| "answered, then exit 0".to_owned())
        }),
        fault_case("SIGTERM three times", |trial| async move {
            for _ in 0..3 {
                trial.signal("TERM");
                tokio::time::sleep(Duration::from_millis(30)).await;
                if trial.exit_status().is_some() {
                    break;
                }
            }
            trial.wait_exit("exit 0", "stopped", TIMEOUT).await
        }),
        fault_case("SIGTERM during the start", |trial| async move {
            trial.signal("TERM");
            match trial.wait_exit_status(TIMEOUT).await.as_deref() {
                Some(status @ ("exit 0" | "killed by signal 15")) => Ok(status.to_owned()),
                other => Err(format!("{other:?}")),
            }
        })
        .before_start(),
        fault_case("SIGHUP", |trial| async move {
            trial.signal("HUP");
            trial.wait_log("SIGHUP received", TIMEOUT).await?;
            trial.wait_recovery(TIMEOUT).await?;
            trial.keep_asking_for(Duration::from_secs(1)).await;
            Ok("kept answering".to_owned())
        }),
        fault_case("stopped for 6 s (SIGSTOP, SIGCONT)", |trial| async move {
            trial.signal("STOP");
            tokio::time::sleep(Duration::from_secs(6)).await;
            trial.signal("CONT");
            trial.mark_fault();
            trial.wait_recovery(TIMEOUT).await?;
            trial.keep_asking_for(Duration::from_secs(6)).await;
            Ok("recovered".to_owned())
        })
        .identifies(1),
        fault_case("SIGKILL and restart", |trial| async move {
            trial.signal("KILL");
            trial.wait_exit("killed by signal 9", "", TIMEOUT).await?;
            trial.mark_fault();
            trial.restart(&LaunchOptions::default());
            trial.wait_recovery(TIMEOUT).await?;
            trial.keep_asking_for(Duration::from_secs(1)).await;
            Ok("recovered".to_owned())
        })
        .identifies(1)
        .loses(2),
        fault_case("SIGKILL at 8 times during the start", |trial| async move {
            for step in 0..8 {
                trial.restart(&LaunchOptions::default());
                tokio::time::sleep(Duration::from_millis(15 * step)).await;
                trial.signal("KILL");
                trial.wait_exit("killed by signal 9", "", TIMEOUT).await?;
            }
            trial.mark_fault();
            trial.restart(&LaunchOptions::default());
            trial.wait_recovery(TIMEOUT).await?;
            Ok("recovered".to_owned())
        })
        .identifies(1)
        .loses(2),
    ]
}

fn environment() -> Vec<FaultCase> {
    let streams = |streams: &str| LaunchOptions { streams: streams.to_owned(), ..LaunchOptions::default() };
    vec![
        unaffected("standard output and error closed", streams(">&- 2>&-")),
        unaffected("standard input closed", streams("<&-")),
        unaffected("standard error on a full disk", streams("2>/dev/full")),
        unaffected(
            "the reader of standard error closed its pipe",
            LaunchOptions { stop_reading: true, ..LaunchOptions::with("RUST_LOG", "debug") },
        ),
        unaffected("24 file descriptors", LaunchOptions::after("ulimit -n 24")),
        fault_case("32 file descriptors, 100 questions at once", |trial| async move {
            for user in 0..100 {
                trial.ask(&format!("zelda-{user}"));
            }
            trial.wait_recovery(TIMEOUT).await?;
            Ok("answered".to_owned())
        })
        .launch(LaunchOptions::after("ulimit -n 32")),
        unaffected("a stack of 1 MiB", LaunchOptions::after("ulimit -s 1024")),
        unaffected("an unknown time zone and locale", LaunchOptions::after("export TZ=Never/Land LANG=xx LC_ALL=xx")),
        fault_case("snowflakes of the year 2080", |trial| async move {
            // The timestamp is in the upper bits.
            trial.discord.skip_ids_to(2_082_844_800_000 << 22);
            trial.wait_recovery(TIMEOUT).await?;
            trial.keep_asking_for(Duration::from_secs(2)).await;
            Ok("kept answering".to_owned())
        }),
        fault_case("6 processes build one index at once", |trial| async move {
            std::fs::remove_dir_all(trial.path("index")).map_err(|error| error.to_string())?;
            let ask = || {
                let mut command = std::process::Command::new(trial.binary());
                command.args(["ask", "/role baker"]).current_dir(trial.path("")).env_clear().stdout(Stdio::null());
                command.stderr(Stdio::null()).spawn()
            };
            let children: Result<Vec<_>, _> = (0..6).map(|_| ask()).collect();
            for mut child in children.map_err(|error| error.to_string())? {
                let ended = tokio::task::spawn_blocking(move || child.wait()).await;
                if !ended.is_ok_and(|ended| ended.is_ok_and(|status| status.success())) {
                    return Err("a process failed".to_owned());
                }
            }
            trial.wait_recovery(TIMEOUT).await?;
            Ok("all answered".to_owned())
        }),
        fault_case("the same question 20 times by one user", |trial| async move {
            let context = Context::direct().by(Person::named("zelda-eager"));
            let tokens: Vec<String> =
                (0..20).map(|_| trial.discord.put_slash("role", &[("name", "baker")], &context)).collect();
            let mut notices = 0;
            for token in tokens {
                let (answer, _) = trial
                    .discord
                    .response_within(&token, Duration::from_secs(4))
                    .await
                    .ok_or("an interaction without a response")?;
                notices += usize::from(answer.to_string().contains("a lot at once"));
            }
            trial.mark_recovered();
            if notices == 0 {
                Err("no rate limit notice".to_owned())
            } else {
                Ok(format!("{notices} rate limit notices"))
            }
        }),
    ]
}
