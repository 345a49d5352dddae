//! Faults of the gateway: close codes, lost connections, malformed payloads and failed handshakes.

use std::time::Duration;

use serde_json::json;

use crate::bot_process::LaunchOptions;
use crate::fault_case::{FaultCase, Outcome, fault_case};
use crate::trial::Trial;
use discord_standin::{CHANNEL, StandIn};

const TIMEOUT: Duration = Duration::from_secs(20);
/// For faults that are detected only by missing heartbeat acknowledgements.
const LONG_TIMEOUT: Duration = Duration::from_secs(150);

/// A fault that is one call of the stand-in, after which the bot has to recover.
fn injected(
    fault: impl Into<String>,
    timeout: Duration,
    inject: impl Fn(&StandIn) + Send + Sync + Copy + 'static,
) -> FaultCase {
    fault_case(fault, move |trial| async move {
        inject(&trial.discord);
        recovered(&trial, timeout).await
    })
}

/// Waits for the next answer; reports whether the bot was restarted.
async fn recovered(trial: &Trial, timeout: Duration) -> Outcome {
    let exited = trial.wait_recovery_with_restart(timeout).await?;
    trial.keep_asking_for(Duration::from_secs(1)).await;
    Ok(exited.map_or_else(|| "recovered".to_owned(), |status| format!("{status}, restarted")))
}

fn closed(code: u16) -> FaultCase {
    fault_case(format!("close {code}"), move |trial| async move {
        trial.discord.close(code).await;
        recovered(&trial, LONG_TIMEOUT).await
    })
}

pub fn cases() -> Vec<FaultCase> {
    let mut cases: Vec<FaultCase> = [4000, 4001, 4002, 4005, 4008].into_iter().map(closed).collect();
    cases.extend([4006, 4007, 4009, 4012].into_iter().map(|code| closed(code).identifies(2).slow()));
    cases
        .extend([4003, 4010, 4011].into_iter().map(|code| with_discords_heartbeats(closed(code).identifies(2).slow())));
    cases.extend(close_codes());
    cases.extend(lost_connections());
    cases.extend(malformed_payloads());
    cases.extend(failed_handshakes());
    cases.extend(limits_of_connections());
    cases
}

/// With Discord's heartbeat interval, where the time to detect the fault depends on it.
fn with_discords_heartbeats(case: FaultCase) -> FaultCase {
    case.setup(|setup| setup.heartbeat_interval = Duration::from_millis(41_250))
}

fn close_codes() -> Vec<FaultCase> {
    let fatal = |code: u16, text: &'static str| {
        fault_case(format!("close {code}"), move |trial| async move {
            trial.keep_asking();
            trial.discord.close(code).await;
            trial.wait_exit("exit 1", text, TIMEOUT).await
        })
        // A question that is sent together with the close frame gets no answer.
        .loses(1)
    };
    let at_start = |code: u16, text: &'static str| {
        fault_case(format!("close {code} after every IDENTIFY"), move |trial| async move {
            trial.wait_exit("exit 1", text, TIMEOUT).await
        })
        .setup(|setup| setup.close_on_identify = Some(code))
        .before_start()
    };
    vec![
        fatal(4004, "it is wrong or was reset"),
        fatal(4013, "refuses the intents"),
        fatal(4014, "refuses the intents"),
        at_start(4004, "it is wrong or was reset"),
        at_start(4013, "refuses the intents"),
        fault_case("close 4014, for question channels", |trial| async move {
            trial.wait_log("Enable it in the Developer Portal", TIMEOUT).await?;
            trial.wait_online().await?;
            trial.mark_recovered();
            Ok("logged what to enable, identified without the intent".to_owned())
        })
        .setup(|setup| setup.refuse_message_content = true)
        .launch(LaunchOptions::with("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string()))
        .before_start()
        .identifies(2),
        close_on_identify_for_30_s(4009),
        close_on_identify_for_30_s(4010),
        with_discords_heartbeats(fault_case("close without a code", |trial| async move {
            trial.discord.close_without_code().await;
            recovered(&trial, LONG_TIMEOUT).await
        }))
        .identifies(1)
        .slow(),
        closed(1000),
        closed(1001),
        closed(1012),
    ]
}

fn lost_connections() -> Vec<FaultCase> {
    vec![
        fault_case("connection dropped", |trial| async move {
            trial.discord.cut().await;
            recovered(&trial, TIMEOUT).await
        }),
        fault_case("connection dropped 10 times in a row", |trial| async move {
            for _ in 0..10 {
                trial.discord.cut().await;
                trial.discord.wait_resumed().await;
            }
            recovered(&trial, TIMEOUT).await
        }),
        injected("half-open connection", LONG_TIMEOUT, StandIn::freeze).identifies(1).slow(),
        with_discords_heartbeats(
            injected("half-open connection, heartbeats every 41 s", LONG_TIMEOUT, StandIn::freeze).identifies(1).slow(),
        ),
        fault_case("heartbeats not acknowledged", |trial| async move {
            trial.discord.acknowledge_heartbeats(false);
            trial.keep_asking();
            let started = std::time::Instant::now();
            let handshakes = trial.discord.identifies() + trial.discord.resumes();
            // A zombie connection still answers; the bot has to reconnect.
            if !trial.discord.handshakes_exceed(handshakes, LONG_TIMEOUT).await {
                return Err("no reconnect".to_owned());
            }
            trial.discord.acknowledge_heartbeats(true);
            let noticed = started.elapsed().as_secs_f64();
            recovered(&trial, TIMEOUT).await?;
            Ok(format!("reconnected after {noticed:.1} s"))
        })
        .identifies(1),
        fault_case("RECONNECT (op 7)", |trial| async move {
            trial.discord.ask_to_reconnect().await;
            trial.discord.wait_resumed().await;
            recovered(&trial, TIMEOUT).await
        }),
        fault_case("INVALID SESSION (op 9), resumable", |trial| async move {
            trial.discord.invalidate_session(true).await;
            recovered(&trial, TIMEOUT).await
        }),
        fault_case("INVALID SESSION (op 9), not resumable", |trial| async move {
            trial.discord.invalidate_session(false).await;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .identifies(1),
        fault_case("connection dropped, session expired", |trial| async move {
            trial.discord.expire_session();
            trial.discord.cut().await;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .identifies(1),
        fault_case("heartbeat requested (op 1)", |trial| async move {
            let before = trial.discord.heartbeats();
            trial.discord.send_text(&json!({"op": 1, "d": null}).to_string());
            recovered(&trial, TIMEOUT).await?;
            let sent = trial.discord.heartbeats_exceed(before, TIMEOUT).await;
            sent.then(|| "sent one".to_owned()).ok_or("no heartbeat".to_owned())
        })
        .setup(|setup| setup.heartbeat_interval = Duration::from_secs(40)),
    ]
}

/// Sized so that an unoptimized build handles them within the time limit of a response.
const EVENTS: usize = if cfg!(debug_assertions) { 500 } else { 5000 };
const MEMBERS: usize = if cfg!(debug_assertions) { 1000 } else { 20_000 };

fn malformed_payloads() -> Vec<FaultCase> {
    let sent = |fault: &'static str, text: String| {
        fault_case(fault, move |trial| {
            let text = text.clone();
            async move {
                trial.discord.send_text(&text);
                recovered(&trial, TIMEOUT).await
            }
        })
    };
    let deep = format!("{{\"op\":0,\"s\":1,\"t\":\"X\",\"d\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        sent("invalid JSON", "{\"op\": 0, \u{1}nonsense".to_owned()),
        sent("an empty text frame", String::new()),
        sent("JSON 100,000 levels deep", deep),
        sent("unknown opcode", json!({"op": 99, "d": {"what": "ever"}}).to_string()),
        sent("a string as opcode", json!({"op": "zero", "d": null}).to_string()),
        fault_case("unknown event", |trial| async move {
            trial.discord.dispatch_many("SOMETHING_NEW", &json!({"a": [1, 2, 3]}), 1);
            recovered(&trial, TIMEOUT).await
        }),
        fault_case("known events with invalid data", |trial| async move {
            for name in ["MESSAGE_CREATE", "INTERACTION_CREATE", "GUILD_CREATE", "READY", "RESUMED", "MESSAGE_UPDATE"] {
                trial.discord.dispatch_many(name, &json!({"id": [], "shard": "x"}), 1);
            }
            recovered(&trial, TIMEOUT).await
        })
        .identifies(1),
        with_discords_heartbeats(fault_case("an event of 8 MB", |trial| async move {
            trial.discord.dispatch_many("SOMETHING_NEW", &json!({"text": "x".repeat(8 << 20)}), 1);
            recovered(&trial, TIMEOUT).await
        })),
        with_discords_heartbeats(fault_case(format!("a server of {MEMBERS} members, 3 times"), |trial| async move {
            trial.discord.dispatch_many("GUILD_CREATE", &StandIn::large_guild_create(MEMBERS), 3);
            recovered(&trial, TIMEOUT).await
        })),
        fault_case(format!("{EVENTS} events at once"), |trial| async move {
            trial.discord.dispatch_many("PRESENCE_UPDATE", &json!({"user": {"id": "5"}, "status": "idle"}), EVENTS);
            recovered(&trial, TIMEOUT).await
        }),
    ]
}

fn failed_handshakes() -> Vec<FaultCase> {
    let withheld = |fault: &'static str, withhold: fn(&mut discord_standin::Mischief, bool)| {
        fault_case(fault, move |trial| async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            trial.discord.behave(|setup| withhold(&mut setup.mischief, false));
            trial.mark_fault_end();
            trial.wait_online().await?;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .setup(move |setup| withhold(&mut setup.mischief, true))
        .before_start()
        .identifies(2)
        .slow()
    };
    let interval = |fault: &'static str, interval: Duration| {
        fault_case(fault, move |trial| async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            trial.discord.behave(|setup| setup.heartbeat_interval = Duration::from_secs(2));
            trial.mark_fault_end();
            trial.wait_online().await?;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .setup(move |setup| setup.heartbeat_interval = interval)
        .before_start()
        .identifies(2)
        // No session lasts with such an interval.
        .loses(10)
        .slow()
    };
    vec![
        withheld("no HELLO on the first connection", |faults, yes| faults.withhold_hello = yes),
        withheld("no READY on the first connection", |faults, yes| faults.withhold_ready = yes),
        interval("heartbeat interval of 0", Duration::ZERO),
        interval("heartbeat interval of 30 years", Duration::from_secs(1_000_000_000)),
        fault_case("connection dropped, upgrades get 503 for 8 s", |trial| async move {
            trial.discord.behave(|setup| setup.mischief.refuse_sockets = true);
            trial.discord.cut().await;
            trial.keep_asking();
            tokio::time::sleep(Duration::from_secs(8)).await;
            trial.discord.behave(|setup| setup.mischief.refuse_sockets = false);
            trial.mark_fault_end();
            recovered(&trial, LONG_TIMEOUT).await
        })
        .identifies(1)
        .slow(),
        fault_case("connection to the gateway refused for 5 s", |trial| async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            trial.discord.behave(|setup| setup.mischief.gateway_url = None);
            trial.mark_fault_end();
            trial.wait_online().await?;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .setup(|setup| setup.mischief.gateway_url = Some("ws://127.0.0.1:9".to_owned()))
        .before_start()
        .slow(),
        fault_case("the gateway URL is invalid for 5 s", |trial| async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            trial.discord.behave(|setup| setup.mischief.gateway_url = None);
            trial.mark_fault_end();
            trial.wait_online().await?;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .setup(|setup| setup.mischief.gateway_url = Some("no address at all".to_owned()))
        .before_start()
        .slow(),
        fault_case("session start limit used up", |trial| async move {
            trial.wait_log("session start limit almost used up", TIMEOUT).await?;
            tokio::time::sleep(Duration::from_secs(2)).await;
            trial.signal("TERM");
            trial.wait_exit("exit 0", "", TIMEOUT).await?;
            Ok("logged it, waited, stopped on SIGTERM".to_owned())
        })
        .setup(|setup| setup.identifies_left = 0)
        .before_start()
        .identifies(0),
    ]
}

/// Every IDENTIFY is closed with this code for 30 s.
fn close_on_identify_for_30_s(code: u16) -> FaultCase {
    fault_case(format!("close {code} after every IDENTIFY, for 30 s"), move |trial| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        trial.discord.close_on_identify(None);
        trial.mark_fault_end();
        recovered(&trial, LONG_TIMEOUT).await
    })
    .setup(move |setup| setup.close_on_identify = Some(code))
    .before_start()
    .identifies(9)
    .slow()
}

/// What a gateway client must not repeat or wait for without a limit.
fn limits_of_connections() -> Vec<FaultCase> {
    vec![
        fault_case("close 4000 after every RESUME, for 10 s", |trial| async move {
            trial.discord.behave(|setup| setup.mischief.close_on_resume = Some(4000));
            trial.discord.cut().await;
            trial.keep_asking();
            tokio::time::sleep(Duration::from_secs(10)).await;
            trial.discord.behave(|setup| setup.mischief.close_on_resume = None);
            let resumes = trial.discord.resumes();
            trial.mark_fault_end();
            recovered(&trial, LONG_TIMEOUT).await?;
            if resumes > 10 { Err(format!("{resumes} RESUMEs")) } else { Ok(format!("{resumes} RESUMEs, recovered")) }
        })
        .identifies(2)
        .slow(),
        with_discords_heartbeats(fault_case("RECONNECT (op 7) on a half-open connection", |trial| async move {
            trial.discord.ask_to_reconnect().await;
            trial.discord.freeze();
            recovered(&trial, LONG_TIMEOUT).await
        }))
        .slow(),
        fault_case("an event with a key s inside its data, then the connection dropped", |trial| async move {
            trial.discord.dispatch_many("SOMETHING_NEW", &json!({"s": 99_999}), 1);
            trial.discord.cut().await;
            recovered(&trial, TIMEOUT).await
        }),
        with_discords_heartbeats(fault_case("heartbeat requested (op 1) 200 times at once", |trial| async move {
            for _ in 0..200 {
                trial.discord.send_text(&json!({"op": 1, "d": null}).to_string());
            }
            recovered(&trial, TIMEOUT).await?;
            Ok(format!("{} heartbeats", trial.discord.heartbeats()))
        })),
        fault_case("heartbeat interval of 1 ms", |trial| async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            trial.discord.behave(|setup| setup.heartbeat_interval = Duration::from_secs(2));
            trial.mark_fault_end();
            trial.wait_online().await?;
            recovered(&trial, LONG_TIMEOUT).await
        })
        .setup(|setup| setup.heartbeat_interval = Duration::from_millis(1))
        .before_start()
        .identifies(2)
        .loses(10)
        .slow(),
    ]
}
