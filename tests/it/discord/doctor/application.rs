//! The checks of the token, the connection to Discord, and the application.

use serde_json::json;

use super::{Case, doctor, each_is_reported, healthy, lines, server};
use discord_standin::{Fault, StandIn};

#[tokio::test]
async fn problems_of_the_token_and_the_connection_are_reported() {
    let wrong = "MTEwMDAwMDAwMDAwMDAwMDAwMQ.Wrong.token";
    each_is_reported(vec![
        Case::new("FAIL token: missing or invalid", 1).set("DISCORD_TOKEN", ""),
        Case::new("FAIL token: it contains characters that are not allowed in a token", 1)
            .set("DISCORD_TOKEN", "t\u{7f}ken"),
        Case::new("FAIL token: Discord does not know the token in DISCORD_TOKEN: it is wrong or was reset", 1)
            .set("DISCORD_TOKEN", wrong),
        Case::new("FAIL token: Discord rejected the request (HTTP 403, code 0", 1)
            .fault("/users/@me", Fault::Status(403)),
        Case::new("FAIL token: Discord has a server error (HTTP 503): check https://discordstatus.com", 1)
            .fault("/users/@me", Fault::Status(503)),
        Case::new("FAIL token: Discord's rate limit is exceeded (HTTP 429)", 1)
            .fault("/users/@me", Fault::RateLimited(3600.0)),
        Case::new("FAIL token: Discord cannot be reached (no connection: ", 1)
            .set("DISCORD_API_URL", "http://127.0.0.1:9"),
        Case::new("FAIL token: Discord cannot be reached (no answer within 5 s): check the network", 1)
            .fault("/users/@me", Fault::Hang),
        Case::new("FAIL token: Discord's response cannot be read", 1).fault("/users/@me", Fault::Status(200)),
        Case::new("FAIL token: Discord's response cannot be read", 1)
            .setup(|setup| setup.application = json!({"bot": null}))
            .fault("/users/@me", Fault::Status(200)),
    ])
    .await;
}

#[tokio::test]
async fn a_server_that_is_not_discord_is_recognized() {
    let (address, _) = server("200 OK");
    let outcome = doctor(&format!("http://{address}"), &[]).await;
    assert_eq!(outcome.code, Some(1));
    let line = lines(&outcome, "FAIL");
    assert!(line[0].contains("token: ") && line[0].contains("the response is not from Discord"), "{line:?}");
    let (address, _) = server("401 Unauthorized");
    let outcome = doctor(&format!("http://{address}"), &[]).await;
    assert!(outcome.out.contains("skip  clock:        Discord's response had no date\n"), "{}", outcome.out);
}

#[tokio::test]
async fn a_short_rate_limit_is_waited_for() {
    let discord = StandIn::start(healthy().await).await;
    discord.fail_next("GET", "/users/@me", Fault::RateLimited(0.1));
    let outcome = doctor(&discord.origin(), &[]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
}

#[tokio::test]
async fn a_wrong_clock_is_reported() {
    each_is_reported(vec![
        Case::new("s behind Discord's: enable time synchronization", 1).setup(|setup| setup.clock_ahead = 90),
        Case::new("s ahead of Discord's: enable time synchronization", 1).setup(|setup| setup.clock_ahead = -90),
    ])
    .await;
}

#[tokio::test]
async fn problems_of_the_application_are_reported() {
    each_is_reported(vec![
        Case::new("FAIL application: Discord has a server error (HTTP 500)", 1)
            .fault("/applications/@me", Fault::Status(500)),
        Case::new(
            "warn application: Rolecall (1100000000000000001) is in no server: open https://discord.com/oauth2/",
            0,
        )
        .setup(|setup| {
            setup.application = json!({"approximate_guild_count": 0, "approximate_user_install_count": 0});
        }),
        Case::new("FAIL endpoint: Discord sends interactions to https://old.example/interactions and none to", 1)
            .setup(|setup| {
                setup.application = json!({"interactions_endpoint_url": "https://old.example/interactions"});
            }),
        Case::new("FAIL intents: ROLECALL_ASK_CHANNELS needs a privileged intent: switch on Message Content", 1)
            .setup(|setup| setup.refuse_message_content = true),
        Case::new(
            "FAIL commands: missing: /compare; different: /who; left over: /team. `rolecall register`, or a start",
            1,
        )
        .setup(|setup| {
            setup.commands.retain(|command| command["name"] != "compare");
            setup.commands.push(json!({"name": "team", "description": "from an earlier version"}));
            let who = setup.commands.iter_mut().find(|command| command["name"] == "who").expect("a command");
            who["description"] = json!("What it was before");
        }),
        Case::new("FAIL commands: Discord has a server error (HTTP 502)", 1).fault("/commands", Fault::Status(502)),
        Case::new("FAIL commands: Discord's response cannot be read", 1).fault("/commands", Fault::Status(200)),
        Case::new("FAIL sessions: Discord's response cannot be read", 1).fault("/gateway/bot", Fault::Status(200)),
        Case::new("FAIL sessions: 20 of 1000 session starts remain for 240 minutes: find out what keeps", 1)
            .setup(|setup| setup.identifies_left = 20),
        Case::new("warn sessions: 249 of 1000 session starts remain for 240 minutes: find out what keeps", 0)
            .setup(|setup| setup.identifies_left = 249),
        Case::new("FAIL sessions: Discord has a server error (HTTP 500)", 1).fault("/gateway/bot", Fault::Status(500)),
    ])
    .await;
}
