//! The checks of the question channels.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{Case, doctor, each_is_reported, healthy, lines};
use discord_standin::{APPLICATION, CHANNEL, Fault, GUILD, OTHER_CHANNEL, Setup, StandIn};

/// The permission overwrites of a channel that deny these permissions to everybody.
fn without(bits: u64) -> Value {
    json!({"permission_overwrites": [{"id": GUILD.to_string(), "type": 0, "allow": "0", "deny": bits.to_string()}]})
}

#[tokio::test]
async fn problems_of_a_channel_are_reported() {
    const PARENT: u64 = OTHER_CHANNEL;
    each_is_reported(vec![
        Case::new("FAIL channel: channel 77 does not exist: right-click the channel, Copy Channel ID", 1).with(77),
        Case::new("FAIL channel: the bot has no access to 1100000000000000200: give its role View Channel there", 1)
            .fault("/channels/", Fault::Status(403)),
        Case::new("FAIL channel: 1100000000000000200: Discord has a server error (HTTP 500)", 1)
            .fault("/channels/", Fault::Status(500)),
        Case::new("FAIL channel: 1100000000000000200: Discord cannot be reached (no answer within 5 s)", 1)
            .fault("/guilds/", Fault::Hang),
        Case::new(
            "FAIL channel: #general (1100000000000000200) of The Guild: the bot lacks the permissions Send Messages, Embed Links: give",
            1,
        )
        .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 11 | 1 << 14))]),
        Case::new("the bot lacks the permissions View Channel: give them to its role", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 10))]),
        Case::new("the bot lacks the permissions Read Message History: give them to its role", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 16))]),
        Case::new("warn channel: #general (1100000000000000200) of The Guild: the bot lacks the permission Attach Files, so answers", 0)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, without(1 << 15))]),
        Case::new("the bot lacks the permissions Connect: give them", 1).setup(|setup| {
            let mut voice = without(1 << 20);
            voice["type"] = json!(2);
            setup.channel_facts = vec![(CHANNEL, voice)];
        }),
        Case::new("the bot lacks the permissions Send Messages in Threads: give them", 1).setup(|setup| {
            let thread = json!({"type": 11, "parent_id": PARENT.to_string(), "permission_overwrites": null});
            setup.channel_facts = vec![(CHANNEL, thread), (PARENT, without(1 << 38))];
        }),
        Case::new("of The Guild: the thread is locked, so the bot cannot write there: unlock it", 1).setup(|setup| {
            let lock = json!({"archived": true, "locked": true});
            let thread = json!({"type": 12, "parent_id": PARENT.to_string(), "thread_metadata": lock});
            setup.channel_facts = vec![(CHANNEL, thread)];
        }),
        Case::new("#general (1100000000000000200) is a forum; each post has its own id", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, json!({"type": 15}))]),
        Case::new("#general (1100000000000000200) holds no messages: put the ids of its channels", 1)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, json!({"type": 4}))]),
        Case::new("warn channel: 1100000000000000200 is a direct message, where", 0)
            .setup(|setup| setup.channel_facts = vec![(CHANNEL, json!({"type": 1}))]),
        Case::new("the bot is in timeout until 2999-01-01T00:00:00Z: right-click it, Remove Timeout", 1)
            .setup(|setup| setup.member = json!({"communication_disabled_until": "2999-01-01T00:00:00+00:00"})),
    ])
    .await;
}

#[tokio::test]
async fn overwrites_for_a_role_or_the_bot_count() {
    let deny_all = |more: Value| {
        let everyone = json!({"id": GUILD.to_string(), "type": 0, "allow": "0", "deny": u64::MAX.to_string()});
        json!({"permission_overwrites": [everyone, more]})
    };
    let bot = json!({"id": APPLICATION.to_string(), "type": 1, "allow": "117760", "deny": "0"});
    let role = json!({"id": "555", "type": 0, "allow": "117760", "deny": "0"});
    let member = json!({"roles": ["555"]});
    let healthy = healthy().await;
    for (facts, member, code) in
        [(deny_all(bot), Value::Null, 0), (deny_all(role.clone()), member, 0), (deny_all(role), Value::Null, 1)]
    {
        let discord = StandIn::start(Setup { channel_facts: vec![(CHANNEL, facts)], member, ..healthy.clone() }).await;
        let outcome = doctor(&discord.origin(), &[]).await;
        assert_eq!(outcome.code, Some(code), "{}", outcome.out);
    }
}

#[tokio::test]
async fn each_channel_has_a_line() {
    let discord = StandIn::start(healthy().await).await;
    let channels = format!("{CHANNEL},{OTHER_CHANNEL},77");
    let outcome = doctor(&discord.origin(), &[("ROLECALL_ASK_CHANNELS", &channels)]).await;
    assert_eq!((outcome.code, outcome.out.matches("  channel: ").count()), (Some(1), 3), "{}", outcome.out);
    let servers =
        discord.requests().iter().filter(|request| request.path.ends_with(&format!("/guilds/{GUILD}"))).count();
    assert_eq!(servers, 1, "one request for each server");
    let outcome = doctor(&discord.origin(), &[("ROLECALL_ASK_CHANNELS", "")]).await;
    assert_eq!(outcome.code, Some(0), "{}", outcome.out);
    assert!(outcome.out.contains("skip  channel: "), "{}", outcome.out);
}

#[tokio::test]
#[ignore = "takes half a minute: the limit of all requests together"]
async fn it_ends_although_no_request_is_answered() {
    let discord = StandIn::start(healthy().await).await;
    let channels: Vec<String> = (0..20).map(|_| CHANNEL.to_string()).collect();
    channels.iter().for_each(|_| discord.fail_next("GET", "/channels/", Fault::Hang));
    let began = Instant::now();
    let outcome = doctor(&discord.origin(), &[("ROLECALL_ASK_CHANNELS", &channels.join(","))]).await;
    assert!(began.elapsed() < Duration::from_secs(45), "{:?}", began.elapsed());
    assert_eq!((outcome.code, lines(&outcome, "FAIL").len()), (Some(1), 20), "{}", outcome.out);
    assert!(outcome.out.contains("not requested: earlier requests took 30 s"), "{}", outcome.out);
}
