//! Requests that do not wait for an answer, and what became of them; and faults of the gateway. For trials in which an
//! answer may never come.

use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};

use super::asking::Asked;
use super::gateway::Order;
use super::people::Context;
use super::world::{Interaction, PATIENCE, PostKind, World};
use super::{Message, StandIn, events, gateway};

const TOKEN_BEGINS: &str = "standin-token-of-";
/// An interaction that is delivered later than this, after a RESUME, cannot be answered in time.
const TOO_LATE: Duration = Duration::from_millis(1500);

/// Faults of the gateway.
#[derive(Clone, Debug, Default)]
pub struct Mischief {
    /// Connections are refused with 503.
    pub refuse_sockets: bool,
    /// Every RESUME ends with this close code.
    pub close_on_resume: Option<u16>,
    /// No HELLO on new connections.
    pub withhold_hello: bool,
    /// No READY after an IDENTIFY.
    pub withhold_ready: bool,
    /// A URL other than the gateway's.
    pub gateway_url: Option<String>,
}

/// Counts of interactions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub asked: usize,
    /// Sent to the bot while there was time for an answer.
    pub delivered: usize,
    /// Of the delivered ones.
    pub answered: usize,
}

/// The token of the interaction in an event.
pub fn token_in(text: &str) -> Option<&str> {
    let from = text.find(TOKEN_BEGINS)?;
    let digits = text[from + TOKEN_BEGINS.len()..].bytes().take_while(u8::is_ascii_digit).count();
    Some(&text[from..from + TOKEN_BEGINS.len() + digits])
}

/// Records that an interaction was sent to the bot.
pub fn delivered(world: &mut World, token: &str) {
    if let Some(interaction) = world.interactions.get_mut(token) {
        interaction.delivered.get_or_insert_with(Instant::now);
    }
}

fn in_time(interaction: &Interaction) -> bool {
    let late = |at: Instant| at.duration_since(interaction.sent) > TOO_LATE;
    !interaction.fence && interaction.delivered.is_some_and(|at| !late(at))
}

impl StandIn {
    /// Sends an interaction of any type, well-formed or not, and returns its token. Without a connection it is sent
    /// after a RESUME; without a session it is lost.
    pub fn put(&self, kind: u8, data: Value, more: Value, context: &Context) -> String {
        let mut asked = Asked::new(kind, data);
        asked.more = more;
        let (token, payload) = self.prepare(asked, context);
        self.shared.change(|world| {
            if let Some(session) = &mut world.session {
                session.dispatch("INTERACTION_CREATE", &payload);
            }
        });
        token
    }

    /// Sends a slash command with string options and returns its token.
    pub fn put_slash(&self, command: &str, options: &[(&str, &str)], context: &Context) -> String {
        let option = |(name, value): &(&str, &str)| json!({"name": name, "type": 3, "value": value});
        let options: Value = options.iter().map(option).collect();
        self.put(2, json!({"id": "1", "name": command, "type": 1, "options": options}), Value::Null, context)
    }

    /// Writes a message and returns its id; `change` may make it malformed.
    pub fn put_message(&self, message: &Message, change: impl FnOnce(&mut Map<String, Value>)) -> u64 {
        self.shared.change(|world| {
            world.channels.insert(message.context.channel(), message.context.as_channel());
            let id = world.new_id();
            let mut event = message.event(id, None);
            change(event.as_object_mut().expect("an object"));
            world.messages.push(event.clone());
            gateway::deliver(world, event, message.context.guild());
            id
        })
    }

    /// The first answer to an interaction, and the time since its delivery; `None` if the time is over.
    pub async fn answer_within(&self, token: &str, within: Duration) -> Option<(Value, Duration)> {
        let answered = |world: &mut World| {
            let asked = world.interactions.get(token)?;
            Some((asked.callback.clone()?, asked.answered?.duration_since(asked.delivered?)))
        };
        self.shared.within(within, answered).await
    }

    /// The reply to a message; `None` if the time is over.
    pub async fn reply_within(&self, message: u64, within: Duration) -> Option<Value> {
        let message = message.to_string();
        let replied = |world: &mut World| {
            let fits = |post: &&super::Post| {
                post.kind == PostKind::Message && post.body["message_reference"]["message_id"] == message.as_str()
            };
            world.posts.iter().rev().find(fits).map(|post| post.body.clone())
        };
        self.shared.within(within, replied).await
    }

    /// The number of replies to a message.
    pub fn replies_to(&self, message: u64) -> usize {
        let message = message.to_string();
        let world = self.shared.look();
        let replies = world.messages.iter().filter(|it| it["message_reference"]["message_id"] == message.as_str());
        replies.count()
    }

    /// Counts the interactions since this moment.
    pub fn tally(&self, since: Instant) -> Tally {
        let world = self.shared.look();
        let mut tally = Tally::default();
        for asked in world.interactions.values().filter(|asked| !asked.fence && asked.sent >= since) {
            tally.asked += 1;
            tally.delivered += usize::from(in_time(asked));
            tally.answered += usize::from(in_time(asked) && asked.callback.is_some());
        }
        tally
    }

    /// Whether an interaction was sent to the bot while there was time for an answer.
    pub fn was_delivered(&self, token: &str) -> bool {
        self.shared.look().interactions.get(token).is_some_and(in_time)
    }

    /// The first answers to this command since this moment.
    pub fn answers_to(&self, command: &str, since: Instant) -> Vec<String> {
        let world = self.shared.look();
        let asked = world.interactions.values().filter(|asked| asked.sent >= since && asked.kind == 2);
        let answers =
            asked.filter(|asked| asked.command.as_deref() == Some(command)).filter_map(|asked| asked.callback.as_ref());
        answers.map(Value::to_string).collect()
    }

    /// The ids of interactions that were delivered since this moment and have no answer.
    pub fn unanswered(&self, since: Instant) -> Vec<u64> {
        let world = self.shared.look();
        let open = |asked: &&Interaction| asked.sent >= since && in_time(asked) && asked.callback.is_none();
        world.interactions.values().filter(open).map(|asked| asked.id).collect()
    }

    /// Whether the bot has a session with an open connection.
    pub fn is_connected(&self) -> bool {
        self.shared.look().session.as_ref().is_some_and(gateway::Session::connected)
    }

    /// Waits until the bot has a session with an open connection.
    pub async fn wait_connected(&self) {
        let connected =
            |world: &mut World| world.session.as_ref().is_some_and(gateway::Session::connected).then_some(());
        self.shared.until("an open session", PATIENCE, connected).await;
    }

    /// How many times the bot has resumed its session so far.
    pub fn resumes(&self) -> usize {
        self.shared.look().resumes.len()
    }

    /// How many heartbeats have come in so far.
    pub fn heartbeats(&self) -> usize {
        self.shared.look().received.iter().filter(|payload| payload["op"] == 1).count()
    }

    /// All ids from now on are above this one.
    pub fn ids_from(&self, id: u64) {
        self.shared.change(|world| world.skip_ids(id));
    }

    /// A later RESUME is refused with op 9.
    pub fn forget_session(&self) {
        self.shared.change(|world| {
            if let Some(session) = &mut world.session {
                session.invalidate();
            }
        });
    }

    /// Sends any text to the bot.
    pub fn send_text(&self, text: &str) {
        self.order_now(Order::Send(text.to_owned()));
    }

    /// The connection stays open, but nothing is read or sent any more.
    pub fn freeze(&self) {
        self.order_now(Order::Freeze);
    }

    fn order_now(&self, order: Order) {
        self.shared.change(|world| {
            if let Some(session) = &world.session {
                session.order(order);
            }
        });
    }

    /// Changes how this Discord behaves from now on.
    pub fn behave(&self, change: impl FnOnce(&mut super::Setup)) {
        self.shared.change(|world| change(&mut world.setup));
    }

    /// Removes all faults that have not happened yet.
    pub fn mend(&self) {
        self.shared.change(|world| world.faults.clear());
    }

    /// Forgets old interactions and requests, so that a long trial stays fast. Returns the number of delivered
    /// interactions without an answer among them.
    pub fn forget(&self) -> usize {
        self.shared.change(|world| {
            let over = |asked: &Interaction| asked.sent.elapsed() > Duration::from_secs(20);
            let lost =
                world.interactions.values().filter(|it| over(it) && in_time(it) && it.callback.is_none()).count();
            world.interactions.retain(|_, asked| !over(asked));
            let old = world.posts.len().saturating_sub(500);
            world.posts.drain(..old);
            let old = world.messages.len().saturating_sub(500);
            world.messages.drain(..old);
            world.requests.clear();
            world.received.clear();
            if let Some(session) = &mut world.session {
                session.keep_last(500);
            }
            lost
        })
    }

    /// Sends an event so many times.
    pub fn flood(&self, name: &str, data: &Value, times: usize) {
        self.shared.change(|world| {
            if let Some(session) = &mut world.session {
                (0..times).for_each(|_| session.dispatch(name, data));
            }
        });
    }

    /// The data of GUILD_CREATE for a guild with so many members.
    pub fn large_server(members: usize) -> Value {
        let mut guild = events::guild_create();
        let member = guild["members"][0].clone();
        guild["members"] = json!(vec![member; members]);
        guild
    }
}
