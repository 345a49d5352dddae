//! Faults of the gateway: goodbyes, dead lines, nonsense, and a door that stays shut.

use std::time::Duration;

use serde_json::json;

use crate::program::Launch;
use crate::row::{Row, Told, row};
use crate::trial::Trial;
use discord_standin::{CHANNEL, StandIn};

const SOON: Duration = Duration::from_secs(20);
/// For what is noticed only because nothing comes any more.
const LATE: Duration = Duration::from_secs(150);

/// A row whose fault is one order to Discord, after which all must be well again.
fn struck(
    fault: impl Into<String>,
    within: Duration,
    fault_is: impl Fn(&StandIn) + Send + Sync + Copy + 'static,
) -> Row {
    row(fault, move |trial| async move {
        fault_is(&trial.discord);
        recovered(&trial, within).await
    })
}

/// Waits for the next answer, and tells by which way it came about.
async fn recovered(trial: &Trial, within: Duration) -> Told {
    let gave_up = trial.again_supervised(within).await?;
    trial.go_on(Duration::from_secs(1)).await;
    Ok(gave_up.map_or_else(|| "went on".to_owned(), |how| format!("{how}, started again")))
}

fn closed(code: u16) -> Row {
    row(format!("close {code}"), move |trial| async move {
        trial.discord.close(code).await;
        recovered(&trial, LATE).await
    })
}

pub fn rows() -> Vec<Row> {
    let mut rows: Vec<Row> = [4000, 4001, 4002, 4005, 4008].into_iter().map(closed).collect();
    rows.extend([4006, 4007, 4009, 4012].into_iter().map(|code| closed(code).identifies(2).slow()));
    rows.extend([4003, 4010, 4011].into_iter().map(|code| as_discord_beats(closed(code).identifies(2).slow())));
    rows.extend(goodbyes());
    rows.extend(lines());
    rows.extend(nonsense());
    rows.extend(doors());
    rows.extend(limits_of_a_connection());
    rows
}

/// With heartbeats as far apart as Discord wants them, where the time until something is noticed hangs on that.
fn as_discord_beats(row: Row) -> Row {
    row.setup(|setup| setup.heartbeat_interval = Duration::from_millis(41_250))
}

fn goodbyes() -> Vec<Row> {
    let fatal = |code: u16, word: &'static str| {
        row(format!("close {code}"), move |trial| async move {
            trial.keep_asking();
            trial.discord.close(code).await;
            trial.ends("exit 1", word, SOON).await
        })
        // What comes in together with the goodbye is written to nobody.
        .loses(1)
    };
    let at_first = |code: u16, word: &'static str| {
        row(
            format!("close {code} after every IDENTIFY"),
            move |trial| async move { trial.ends("exit 1", word, SOON).await },
        )
        .setup(|setup| setup.close_on_identify = Some(code))
        .before_the_start()
    };
    vec![
        fatal(4004, "it is wrong or was reset"),
        fatal(4013, "refuses the intents"),
        fatal(4014, "refuses the intents"),
        at_first(4004, "it is wrong or was reset"),
        at_first(4013, "refuses the intents"),
        row("close 4014, for question channels", |trial| async move {
            trial.says("Enable it in the Developer Portal", SOON).await?;
            trial.online().await?;
            trial.is_well();
            Ok("said what to change, went on without them".to_owned())
        })
        .setup(|setup| setup.refuse_message_content = true)
        .launch(Launch::with("ROLECALL_ASK_CHANNELS", &CHANNEL.to_string()))
        .before_the_start()
        .identifies(2),
        refused_for_a_while(4009),
        refused_for_a_while(4010),
        as_discord_beats(row("close without a code", |trial| async move {
            trial.discord.close_without_code().await;
            recovered(&trial, LATE).await
        }))
        .identifies(1)
        .slow(),
        closed(1000),
        closed(1001),
        closed(1012),
    ]
}

fn lines() -> Vec<Row> {
    vec![
        row("line cut", |trial| async move {
            trial.discord.cut().await;
            recovered(&trial, SOON).await
        }),
        row("line cut 10 times in a row", |trial| async move {
            for _ in 0..10 {
                trial.discord.cut().await;
                trial.discord.wait_resumed().await;
            }
            recovered(&trial, SOON).await
        }),
        struck("line half open: no byte in either way", LATE, StandIn::freeze).identifies(1).slow(),
        as_discord_beats(struck("line half open, heartbeats every 41 s", LATE, StandIn::freeze).identifies(1).slow()),
        row("heartbeats not acknowledged", |trial| async move {
            trial.discord.acknowledge_heartbeats(false);
            trial.keep_asking();
            let began = std::time::Instant::now();
            // A zombie still answers; what counts is that it notices.
            while trial.discord.identifies() + trial.discord.resumes() < 2 {
                if began.elapsed() > LATE {
                    return Err("it never noticed".to_owned());
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            trial.discord.acknowledge_heartbeats(true);
            let noticed = began.elapsed().as_secs_f64();
            recovered(&trial, SOON).await?;
            Ok(format!("noticed after {noticed:.1} s, went on"))
        })
        .identifies(1),
        row("op 7", |trial| async move {
            trial.discord.ask_to_reconnect().await;
            trial.discord.wait_resumed().await;
            recovered(&trial, SOON).await
        }),
        row("op 9 true", |trial| async move {
            trial.discord.invalidate_session(true).await;
            recovered(&trial, SOON).await
        }),
        row("op 9 false", |trial| async move {
            trial.discord.invalidate_session(false).await;
            recovered(&trial, LATE).await
        })
        .identifies(1),
        row("line cut, session gone meanwhile", |trial| async move {
            trial.discord.forget_session();
            trial.discord.cut().await;
            recovered(&trial, LATE).await
        })
        .identifies(1),
        row("op 1: Discord asks for a heartbeat", |trial| async move {
            let before = trial.discord.heartbeats();
            trial.discord.send_text(&json!({"op": 1, "d": null}).to_string());
            recovered(&trial, SOON).await?;
            if trial.discord.heartbeats() == before {
                Err("no heartbeat came".to_owned())
            } else {
                Ok("sent one".to_owned())
            }
        })
        .setup(|setup| setup.heartbeat_interval = Duration::from_secs(40)),
    ]
}

/// What a program without optimisation needs a second for, so that nobody's time for an answer runs out behind it.
const EVENTS: usize = if cfg!(debug_assertions) { 500 } else { 5000 };
const MEMBERS: usize = if cfg!(debug_assertions) { 1000 } else { 20_000 };

fn nonsense() -> Vec<Row> {
    let sent = |fault: &'static str, text: String| {
        row(fault, move |trial| {
            let text = text.clone();
            async move {
                trial.discord.send_text(&text);
                recovered(&trial, SOON).await
            }
        })
    };
    let deep = format!("{{\"op\":0,\"s\":1,\"t\":\"X\",\"d\":{}1{}}}", "[".repeat(100_000), "]".repeat(100_000));
    vec![
        sent("garbage instead of JSON", "{\"op\": 0, \u{1}nonsense".to_owned()),
        sent("an empty text", String::new()),
        sent("JSON 100,000 levels deep", deep),
        sent("unknown opcode", json!({"op": 99, "d": {"what": "ever"}}).to_string()),
        sent("an opcode that is a text", json!({"op": "zero", "d": null}).to_string()),
        row("unknown event", |trial| async move {
            trial.discord.flood("SOMETHING_NEW", &json!({"a": [1, 2, 3]}), 1);
            recovered(&trial, SOON).await
        }),
        row("known events in the wrong shape", |trial| async move {
            for name in ["MESSAGE_CREATE", "INTERACTION_CREATE", "GUILD_CREATE", "READY", "RESUMED", "MESSAGE_UPDATE"] {
                trial.discord.flood(name, &json!({"id": [], "shard": "x"}), 1);
            }
            recovered(&trial, SOON).await
        })
        .identifies(1),
        as_discord_beats(row("an event of 8 MB", |trial| async move {
            trial.discord.flood("SOMETHING_NEW", &json!({"text": "x".repeat(8 << 20)}), 1);
            recovered(&trial, SOON).await
        })),
        as_discord_beats(row(format!("a server of {MEMBERS} members, 3 times"), |trial| async move {
            trial.discord.flood("GUILD_CREATE", &StandIn::large_server(MEMBERS), 3);
            recovered(&trial, SOON).await
        })),
        row(format!("{EVENTS} events at once"), |trial| async move {
            trial.discord.flood("PRESENCE_UPDATE", &json!({"user": {"id": "5"}, "status": "idle"}), EVENTS);
            recovered(&trial, SOON).await
        }),
    ]
}

fn doors() -> Vec<Row> {
    let withheld = |fault: &'static str, withhold: fn(&mut discord_standin::Mischief, bool)| {
        row(fault, move |trial| async move {
            tokio::time::sleep(Duration::from_secs(3)).await;
            trial.discord.behave(|setup| withhold(&mut setup.mischief, false));
            trial.over();
            trial.online().await?;
            recovered(&trial, LATE).await
        })
        .setup(move |setup| withhold(&mut setup.mischief, true))
        .before_the_start()
        .identifies(2)
        .slow()
    };
    let interval = |fault: &'static str, interval: Duration| {
        row(fault, move |trial| async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            trial.discord.behave(|setup| setup.heartbeat_interval = Duration::from_secs(2));
            trial.over();
            trial.online().await?;
            recovered(&trial, LATE).await
        })
        .setup(move |setup| setup.heartbeat_interval = interval)
        .before_the_start()
        .identifies(2)
        // Such an interval is nonsense of Discord's own, and no session lasts with it.
        .loses(10)
        .slow()
    };
    vec![
        withheld("HELLO withheld on the first line", |mischief, yes| mischief.withhold_hello = yes),
        withheld("READY withheld on the first line", |mischief, yes| mischief.withhold_ready = yes),
        interval("heartbeat interval of 0", Duration::ZERO),
        interval("heartbeat interval of 30 years", Duration::from_secs(1_000_000_000)),
        row("line cut, sockets turned away for 8 s", |trial| async move {
            trial.discord.behave(|setup| setup.mischief.refuse_sockets = true);
            trial.discord.cut().await;
            trial.keep_asking();
            tokio::time::sleep(Duration::from_secs(8)).await;
            trial.discord.behave(|setup| setup.mischief.refuse_sockets = false);
            trial.over();
            recovered(&trial, LATE).await
        })
        .identifies(1)
        .slow(),
        row("nothing listens where the gateway is said to be, for 5 s", |trial| async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            trial.discord.behave(|setup| setup.mischief.gateway_url = None);
            trial.over();
            trial.online().await?;
            recovered(&trial, LATE).await
        })
        .setup(|setup| setup.mischief.gateway_url = Some("ws://127.0.0.1:9".to_owned()))
        .before_the_start()
        .slow(),
        row("the gateway's address is nonsense, for 5 s", |trial| async move {
            tokio::time::sleep(Duration::from_secs(5)).await;
            trial.discord.behave(|setup| setup.mischief.gateway_url = None);
            trial.over();
            trial.online().await?;
            recovered(&trial, LATE).await
        })
        .setup(|setup| setup.mischief.gateway_url = Some("no address at all".to_owned()))
        .before_the_start()
        .slow(),
        row("no new sessions left today", |trial| async move {
            trial.says("session start limit almost used up", SOON).await?;
            tokio::time::sleep(Duration::from_secs(2)).await;
            trial.signal("TERM");
            trial.ends("exit 0", "", SOON).await?;
            Ok("said so, waited, stopped when told to".to_owned())
        })
        .setup(|setup| setup.identifies_left = 0)
        .before_the_start()
        .identifies(0),
    ]
}

/// Every session is refused with this code for half a minute.
fn refused_for_a_while(code: u16) -> Row {
    row(format!("close {code} after every IDENTIFY, for 30 s"), move |trial| async move {
        tokio::time::sleep(Duration::from_secs(30)).await;
        trial.discord.close_on_identify(None);
        trial.over();
        recovered(&trial, LATE).await
    })
    .setup(move |setup| setup.close_on_identify = Some(code))
    .before_the_start()
    .identifies(9)
    .slow()
}

/// What a gateway client must not do without end, or wait for without a limit.
fn limits_of_a_connection() -> Vec<Row> {
    vec![
        row("close 4000 after every RESUME, for 10 s", |trial| async move {
            trial.discord.behave(|setup| setup.mischief.close_on_resume = Some(4000));
            trial.discord.cut().await;
            trial.keep_asking();
            tokio::time::sleep(Duration::from_secs(10)).await;
            trial.discord.behave(|setup| setup.mischief.close_on_resume = None);
            let resumes = trial.discord.resumes();
            trial.over();
            recovered(&trial, LATE).await?;
            if resumes > 10 { Err(format!("{resumes} RESUMEs")) } else { Ok(format!("{resumes} RESUMEs, went on")) }
        })
        .identifies(2)
        .slow(),
        as_discord_beats(row("op 7, and nothing more goes through the line", |trial| async move {
            trial.discord.ask_to_reconnect().await;
            trial.discord.freeze();
            recovered(&trial, LATE).await
        }))
        .slow(),
        row("an event that holds a key s of its own before that of the frame, then the line cut", |trial| async move {
            trial.discord.flood("SOMETHING_NEW", &json!({"s": 99_999}), 1);
            trial.discord.cut().await;
            recovered(&trial, SOON).await
        }),
        as_discord_beats(row("op 1, 200 times at once", |trial| async move {
            for _ in 0..200 {
                trial.discord.send_text(&json!({"op": 1, "d": null}).to_string());
            }
            recovered(&trial, SOON).await?;
            Ok(format!("{} heartbeats", trial.discord.heartbeats()))
        })),
        row("heartbeat interval of 1 ms", |trial| async move {
            tokio::time::sleep(Duration::from_secs(2)).await;
            trial.discord.behave(|setup| setup.heartbeat_interval = Duration::from_secs(2));
            trial.over();
            trial.online().await?;
            recovered(&trial, LATE).await
        })
        .setup(|setup| setup.heartbeat_interval = Duration::from_millis(1))
        .before_the_start()
        .identifies(2)
        .loses(10)
        .slow(),
    ]
}
