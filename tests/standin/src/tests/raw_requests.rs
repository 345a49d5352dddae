//! Tests of the REST API with requests that serenity would not send.

use serde_json::{Value, json};

use super::super::*;

#[tokio::test]
async fn an_interaction_is_answered_once_and_in_time() {
    let discord = StandIn::start(Setup { commands: vec![help()], ..Setup::default() }).await;
    let payload = discord.slash_payload("help", json!({}), &Context::group()).await;
    assert_eq!(
        (&payload["context"], &payload["authorizing_integration_owners"]["1"]),
        (&json!(2), &json!(Person::named("ada").id().to_string()),)
    );
    let hello = json!({"content": "hello", "allowed_mentions": {"parse": []}});
    let answer = json!({"type": 4, "data": hello});
    let (id, token) = (payload["id"].as_str().expect("an id"), payload["token"].as_str().expect("a token"));
    let path = format!("interactions/{id}/{token}/callback");
    let follow_up = format!("webhooks/{APPLICATION}/{token}");
    assert_eq!(post(&discord, &follow_up, &hello).await.1["code"], 10015);
    assert_eq!(post(&discord, &path, &answer).await.0, 204);
    let again = post(&discord, &path, &answer).await;
    assert_eq!((again.0, &again.1["code"]), (400, &json!(40060)));
    for _ in 0..5 {
        assert_eq!(post(&discord, &follow_up, &hello).await.0, 200);
    }
    assert_eq!(post(&discord, &follow_up, &hello).await.1["code"], 40094);
    assert_eq!(discord.violations().len(), 1);

    let payload = discord.slash_payload("help", json!({}), &Context::direct()).await;
    assert_eq!(discord.answered_over_http(&payload, &answer), Ok(()));
    let wrong = discord.slash_payload("help", json!({}), &Context::direct()).await;
    assert!(discord.answered_over_http(&wrong, &json!({"type": 8, "data": {"choices": []}})).is_err());
    assert_eq!(discord.violations().len(), 1);

    let late =
        StandIn::start(Setup { commands: vec![help()], answer_within: Duration::ZERO, ..Setup::default() }).await;
    let payload = late.slash_payload("help", json!({}), &Context::direct()).await;
    let path = format!("interactions/{}/{}/callback", text(&payload["id"]), text(&payload["token"]));
    assert_eq!(post(&late, &path, &answer).await.1["code"], 10062);
    assert!(late.violations()[0].contains("too late"));
}

#[tokio::test]
async fn a_retry_with_the_same_nonce_creates_no_second_message() {
    let discord = StandIn::start(Setup::default()).await;
    let body = json!({"content": "x", "nonce": "1", "enforce_nonce": true, "allowed_mentions": {"parse": []}});
    let path = format!("channels/{CHANNEL}/messages");
    discord.fail_next("POST", "/messages", Fault::AfterEffect(504));
    discord.fail_next("POST", "/messages", Fault::Status(503));
    discord.fail_next("POST", "/messages", Fault::RateLimited(1.5));
    assert_eq!(post(&discord, &path, &body).await.0, 504);
    assert_eq!(post(&discord, &path, &body).await.0, 503);
    assert_eq!(
        post(&discord, &path, &body).await,
        (
            429,
            json!({
                "message": "You are being rate limited.", "retry_after": 1.5, "global": false,
            })
        )
    );
    assert_eq!(post(&discord, &path, &body).await.0, 200);
    assert_eq!(discord.posts().len(), 1);
    discord.fail_next("POST", "/messages", Fault::Hang);
    let hanging = tokio::time::timeout(Duration::from_millis(50), post(&discord, &path, &body)).await;
    assert!(hanging.is_err());
    assert_eq!(discord.requests().last().expect("a request").status, 0);
}

#[tokio::test]
async fn commands_are_kept_with_their_ids() {
    let discord = StandIn::start(Setup { commands: vec![help()], ..Setup::default() }).await;
    let path = format!("applications/{APPLICATION}/commands");
    let old = send(&discord, "GET", &path, &Value::Null).await.1;
    let mut other = help();
    other["name"] = json!("other");
    let new = send(&discord, "PUT", &path, &json!([help(), other])).await.1;
    assert_eq!((&new[0]["id"], &new[0]["version"]), (&old[0]["id"], &old[0]["version"]));
    assert_eq!(discord.command_creations(), 1);
    assert_eq!(post(&discord, &path, &other).await.0, 200);
    let one = format!("{path}/{}", text(&new[1]["id"]));
    let changed = send(&discord, "PATCH", &one, &json!({"description": "changed"})).await.1;
    assert_ne!(changed["version"], new[1]["version"]);
    assert!(old[0].get("name_localizations").is_none());
    let all = send(&discord, "GET", &format!("{path}?with_localizations=true"), &Value::Null).await.1;
    assert_eq!(all[0]["name_localizations"]["de"], "hilfe");
    assert_eq!(send(&discord, "DELETE", &one, &Value::Null).await.0, 204);
    assert_eq!(send(&discord, "GET", &one, &Value::Null).await.1["code"], 10063);
    let of_guild = format!("applications/{APPLICATION}/guilds/{GUILD}/commands");
    assert_eq!(post(&discord, &of_guild, &help()).await.0, 201);
}

#[tokio::test]
async fn a_bulk_overwrite_is_atomic() {
    let launch = json!({"type": 4, "name": "launch", "handler": 2});
    let discord = StandIn::start(Setup {
        commands: vec![help(), launch.clone()],
        rejected_commands: vec!["banned".to_owned()],
        command_creations_left: 1,
        ..Setup::default()
    })
    .await;
    let path = format!("applications/{APPLICATION}/commands");
    let old = send(&discord, "GET", &path, &Value::Null).await.1;
    let named = |name: &str| json!({"name": name, "description": "Another one"});
    let overwrite = async |commands: &[Value]| send(&discord, "PUT", &path, &json!(commands)).await;

    let (status, error) = overwrite(&[launch.clone(), named("fine"), named("No Name")]).await;
    assert_eq!((status, &error["code"]), (400, &json!(50035)));
    assert_eq!(error["errors"]["2"]["name"]["_errors"][0]["code"], "APPLICATION_COMMAND_INVALID_NAME");
    assert_eq!(discord.violations().len(), 1);
    let (_, error) = overwrite(&[launch.clone(), named("banned")]).await;
    assert_eq!(error["errors"]["1"]["name"]["_errors"][0]["code"], "APPLICATION_COMMAND_INVALID_NAME");
    assert_eq!(
        post(&discord, &path, &named("banned")).await.1["errors"]["name"]["_errors"][0]["message"],
        "Command name is invalid"
    );
    assert_eq!(overwrite(&[help()]).await.1["code"], 50240);
    assert_eq!(overwrite(&[launch.clone(), named("one"), named("two")]).await.1["code"], 30034);
    assert_eq!(send(&discord, "GET", &path, &Value::Null).await.1, old);

    let (status, new) = overwrite(&[launch, named("one")]).await;
    assert_eq!((status, &new[0]["id"]), (200, &old[1]["id"]));
    assert_eq!(post(&discord, &path, &named("two")).await.1["code"], 30034);
    assert_eq!(discord.command_requests(), ["GET", "PUT", "PUT", "POST", "PUT", "PUT", "GET", "PUT", "POST"]);
}

#[tokio::test]
async fn unknown_routes_and_pings_are_violations() {
    let discord = StandIn::start(Setup::default()).await;
    assert_eq!(send(&discord, "GET", "no/such/route", &Value::Null).await.0, 404);
    let path = format!("channels/{CHANNEL}/messages");
    for mentions in [Value::Null, json!({"parse": ["users"]}), json!({"parse": [], "replied_user": true})] {
        assert_eq!(post(&discord, &path, &json!({"content": "x", "allowed_mentions": mentions})).await.0, 200);
    }
    let violations = discord.violations();
    assert!(violations[0].contains("unknown route"), "{violations:?}");
    assert_eq!(violations[1..].iter().filter(|line| line.contains("pings")).count(), 3);
    let unread = StandIn::start(Setup::default()).await;
    send(&unread, "GET", "no/such/route", &Value::Null).await;
    assert!(tokio::spawn(async move { drop(unread) }).await.expect_err("violations left unread").is_panic());
}

fn help() -> Value {
    json!({"name": "help", "description": "Helps", "name_localizations": {"de": "hilfe"}})
}

fn text(value: &Value) -> &str {
    value.as_str().expect("a text")
}

/// Sends a request without serenity's checks.
pub async fn send(discord: &StandIn, method: &str, path: &str, body: &Value) -> (u16, Value) {
    let client = reqwest::Client::builder().no_proxy().build().expect("a client");
    let method = method.parse().expect("a method");
    let request = client.request(method, format!("{}/api/v10/{path}", discord.origin()));
    let response = request.header("Authorization", format!("Bot {TOKEN}")).json(body).send().await.expect("an answer");
    let status = response.status().as_u16();
    (status, response.json().await.unwrap_or_default())
}

pub async fn post(discord: &StandIn, path: &str, body: &Value) -> (u16, Value) {
    send(discord, "POST", path, body).await
}
