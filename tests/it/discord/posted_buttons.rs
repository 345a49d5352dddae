//! Messages stay in channels for years, so every format of `custom_id` that was ever posted must keep working.

use serde_json::{Value, json};

use super::flows::{buttons, title};
use super::process::Process;
use discord_standin::{Context, Person, Setup, StandIn};

/// Recorded from messages about the ward: the `custom_id` of a button, and the title of the answer to a click.
const POSTED: [(&str, &str); 24] = [
    ("1:/role staff-nurse", "Staff Nurse"),
    ("1:/role staff-nurse section:why", "Staff Nurse: why a team has one"),
    ("1:/duties ward-sister", "Ward Sister: responsibilities"),
    ("1:/next staff-nurse", "After Staff Nurse"),
    ("1:/path healthcare-assistant matron", "From Healthcare Assistant to Matron"),
    ("1:/compare staff-nurse senior-staff-nurse", "Staff Nurse and Senior Staff Nurse"),
    ("1:/ladder", "Career ladder"),
    ("1:/ladder nursing", "Career ladder: Nursing"),
    ("1:/roles", "12 roles"),
    ("1:/help", "What you can ask"),
    ("1:/who orders the linen", "Tissue Viability Nurse, first of all"),
    ("1:what does a matron do?", "Matron"),
    ("1m2:/roles", "12 roles"),
    ("1m1:/duties ward-sister", "Ward Sister: responsibilities"),
    ("1m99:/duties ward-sister", "Ward Sister: responsibilities"),
    ("1s:/role staff-nurse", "Staff Nurse"),
    ("1s:/compare staff-nurse matron", "Staff Nurse and Matron"),
    ("1s:what does a matron do?", "Matron"),
    ("1s:", "An answer too long for a button"),
    ("1:/role astronaut", "I do not know that role"),
    ("1:/horoscope", "I cannot do that"),
    ("0:/role staff-nurse", "I cannot do that"),
    ("1m0:/roles", "I cannot do that"),
    ("role:staff-nurse", "I cannot do that"),
];

/// Also recorded: the `custom_id` of a menu, the value of an option, and the title of the answer.
const CHOSEN: [(&str, &str, &str); 4] = [
    ("1:menu0", "/role staff-nurse section:responsibilities", "Staff Nurse: responsibilities"),
    ("1:menu0", "/role matron", "Matron"),
    ("1:menu2", "/role porter", "Porter"),
    ("1:menu0", "/role staff-nurse section:steps", "Staff Nurse: steps before and after"),
];

/// An old message of the bot with these components.
fn old_message(components: &Value) -> Value {
    json!({
        "embeds": [{"title": "An answer too long for a button", "description": "It stands here.", "color": 0}],
        "components": [{"type": 1, "components": components}],
    })
}

#[tokio::test]
async fn every_posted_button_format_works() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    let mut shown = Vec::new();
    for (at, (custom_id, _)) in POSTED.iter().enumerate() {
        // Another member and channel for each click, because of the rate limits.
        let context = Context::in_channel(9_000 + at as u64).by(Person::named(&format!("member{at}")));
        let message = old_message(&json!([{"type": 2, "style": 2, "label": "Open", "custom_id": custom_id}]));
        shown.push((*custom_id, title(&discord.click(custom_id, &message, &context).await).to_owned()));
    }
    let expected: Vec<(&str, String)> = POSTED.iter().map(|(id, title)| (*id, (*title).to_owned())).collect();
    assert_eq!(shown, expected);
    discord.settle().await;
}

#[tokio::test]
async fn every_posted_menu_format_works() {
    let discord = StandIn::start(Setup::default()).await;
    let _bot = Process::start(&discord);
    for (at, (custom_id, value, expected)) in CHOSEN.iter().enumerate() {
        let context = Context::in_channel(9_000 + at as u64).by(Person::named(&format!("member{at}")));
        let options = json!([{"label": "A choice", "value": value}]);
        let message = old_message(&json!([{"type": 3, "custom_id": custom_id, "options": options}]));
        let answer = discord.select(custom_id, &[value], &message, &context).await;
        assert_eq!(title(&answer), *expected, "{custom_id} {value}");
    }
    discord.settle().await;
}

#[tokio::test]
async fn every_posted_vote_format_works() {
    let discord = StandIn::start(Setup::default()).await;
    let bot = Process::start(&discord);
    let (right, wrong) = ("1+:who 96 ward-clerk,ward-sister", "1-:who 96 ward-clerk,ward-sister");
    let message = old_message(&json!([
        {"type": 2, "style": 2, "label": "👍", "custom_id": right},
        {"type": 2, "style": 2, "label": "👎", "custom_id": wrong},
    ]));
    let thanks = discord.click(right, &message, &Context::server()).await;
    assert_eq!((&thanks["type"], &thanks["data"]["flags"]), (&json!(4), &json!(64)));
    let form = discord.click(wrong, &message, &Context::server()).await;
    assert_eq!((&form["type"], &form["data"]["custom_id"]), (&json!(9), &json!(wrong)));
    let thanks = discord.submit(wrong, &[("text", "the sister does")], &Context::server()).await;
    assert!(buttons(&thanks).is_empty() && thanks["data"]["content"].is_string(), "{thanks}");
    bot.until_it_says("the sister does").await;
    discord.settle().await;
}
