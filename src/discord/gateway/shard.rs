//! One shard's life: connected, cut, resumed where that can be, begun anew where it must be, and never in a hurry.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::model::event::{Event, GatewayEvent};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::discord::backoff::{Backoff, chance, jittered};
use crate::discord::gateway::gateway_url::Whereabouts;
use crate::discord::gateway::health::Health;
use crate::discord::gateway::identify_limiter::{Budget, Turn};
use crate::discord::gateway::socket::{Heard, Introduction, Socket};

/// Discord acknowledges a heartbeat at once; a line on which it does not is a dead one.
const ACKNOWLEDGED_WITHIN: Duration = Duration::from_secs(10);
/// From the introduction to the first event.
const READY_WITHIN: Duration = Duration::from_secs(20);
const FIRST_WAIT: Duration = Duration::from_secs(1);
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A connection that held so long was a good one.
const GOOD: Duration = Duration::from_secs(30);
/// So many shorter ones may follow each other at once: Discord moves its bots about now and then.
const BRIEF: u32 = 10;
/// Tries to go on with a session, before another is begun.
const RESUMES: u32 = 3;
/// Heartbeats that Discord asks for out of turn are not more frequent than this, as sends are counted.
const BEAT_AGAIN: Duration = Duration::from_secs(1);

/// Close code of our own that leaves the session where it is.
const KEEPING: u16 = 4900;
const ENDING: u16 = 1000;

/// A session that can be gone on with.
#[derive(Clone, Debug)]
pub struct Session {
    id: String,
    url: String,
    last: u64,
}

/// What Discord does not let happen, however often it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// 4004: it does not know the token.
    Token,
    /// 4010, 4011: it wants another number of shards.
    Shards,
    /// 4012: it does not speak this version any more.
    Version,
    /// 4013: it does not know these intents.
    Intents,
    /// 4014: these intents need leave.
    Leave,
}

/// What a shard is told when it is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    /// Go on.
    Stay,
    /// Close, and keep the session to be gone on with.
    Pause,
    /// Close for good.
    Leave,
}

/// One shard.
pub struct Shard<D> {
    /// Who the bot is, and which shard this is.
    pub introduction: Introduction,
    /// Where the gateway is.
    pub whereabouts: Arc<Whereabouts>,
    /// What new sessions cost.
    pub budget: Arc<Budget>,
    /// Where its state is kept.
    pub health: Arc<Health>,
    /// When to stop.
    pub orders: watch::Receiver<Order>,
    /// Takes events; called in their order, and must not wait.
    pub deliver: D,
}

impl<D> fmt::Debug for Shard<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard").field("introduction", &self.introduction).finish_non_exhaustive()
    }
}

/// How a connection ended.
enum Parted {
    Ordered,
    Refused(Refusal),
    /// To be connected again; after a while of one's own where Discord wants one.
    Lost {
        why: String,
        pause: Duration,
    },
}

/// How far a connection came.
#[derive(Default)]
struct Contact {
    /// Discord has greeted us.
    spoken: bool,
    /// There are events, since then.
    connected: Option<Instant>,
}

fn lost(why: impl Into<String>) -> Parted {
    Parted::Lost { why: why.into(), pause: Duration::ZERO }
}

impl<D: FnMut(Event) + Send> Shard<D> {
    /// Lives until it is ordered to stop, or refused for good. Gives the session, where it can be gone on with.
    pub async fn live(mut self, mut session: Option<Session>) -> (Option<Refusal>, Option<Session>) {
        let number = self.introduction.shard[0];
        let mut backoff = Backoff::new(FIRST_WAIT, LONGEST_WAIT);
        let (mut brief, mut resumes, mut told) = (0, 0, false);
        self.health.away(number);
        loop {
            let (before, mut contact) = (session.is_some(), Contact::default());
            let (why, pause) = match self.connect(&mut session, &mut contact, &mut told).await {
                Parted::Ordered => return (None, session),
                Parted::Refused(refusal) => return (Some(refusal), None),
                Parted::Lost { why, pause } => (why, pause),
            };
            self.health.away(number);
            if contact.connected.is_some_and(|since| since.elapsed() > GOOD) {
                backoff.reset();
                brief = 0;
            }
            resumes = match contact {
                Contact { connected: Some(_), .. } => 0,
                Contact { spoken: true, .. } if before => resumes + 1,
                Contact { .. } => resumes,
            };
            if !contact.spoken {
                // Where its own address is out of reach, the general one takes it too; and that one may be another by now.
                self.whereabouts.doubt();
                session.iter_mut().for_each(|session| session.url = self.whereabouts.url());
            }
            if resumes == RESUMES {
                (session, resumes) = (None, 0);
            }
            brief += 1;
            let hurry = contact.connected.is_some() && brief <= BRIEF;
            let wait = pause + if hurry { Duration::ZERO } else { backoff.wait() };
            if hurry || told {
                tracing::debug!(shard = number, why, retry_in = ?wait, "the connection to Discord was lost");
            } else {
                told = true;
                tracing::warn!(shard = number, why, retry_in = ?wait, "the connection to Discord cannot be kept");
            }
            if contact.spoken {
                // Discord is there and sends us away: to wait is all there is to do, and no new process would fare better.
                self.health.waiting(number);
            }
            tokio::select! {
                () = sleep(wait) => {}
                _ = ordered(&mut self.orders) => return (None, session),
            }
            if contact.spoken {
                self.health.resolved(number);
            }
        }
    }

    /// One connection, from its beginning to its end; `told` is whether the operator knows that there was none.
    async fn connect(&mut self, session: &mut Option<Session>, contact: &mut Contact, told: &mut bool) -> Parted {
        let Shard { introduction, whereabouts, budget, health, orders, deliver } = self;
        let number = introduction.shard[0];
        let opening = async {
            // A line on which nobody speaks would be cut while the budget lets us wait.
            let turn = match session {
                Some(_) => None,
                None => {
                    health.waiting(number);
                    let turn = budget.turn(number).await;
                    health.resolved(number);
                    Some(turn)
                }
            };
            let url = session.as_ref().map_or_else(|| whereabouts.url(), |session| session.url.clone());
            let (mut socket, interval) = Socket::open(&url).await?;
            introduce(&mut socket, turn, introduction, session.as_ref()).await?;
            Ok::<_, String>((socket, interval))
        };
        let (mut socket, interval) = tokio::select! {
            opened = opening => match opened {
                Ok(opened) => opened,
                Err(why) => return lost(why),
            },
            _ = ordered(orders) => return Parted::Ordered,
        };
        contact.spoken = true;
        let began = Instant::now();
        let mut beat_at = began + interval.mul_f64(chance());
        let (mut beaten, mut unanswered) = (None::<Instant>, None::<Instant>);
        loop {
            let limit = unanswered.map_or(beat_at, |since| since + ACKNOWLEDGED_WITHIN).min(beat_at);
            let limit = if contact.connected.is_none() { limit.min(began + READY_WITHIN) } else { limit };
            let heard = tokio::select! {
                heard = socket.hear() => Some(heard),
                () = sleep_until(limit) => None,
                order = ordered(orders) => {
                    let code = if order == Order::Leave { ENDING } else { KEEPING };
                    socket.close(code).await;
                    return Parted::Ordered;
                }
            };
            let now = Instant::now();
            if unanswered.is_some_and(|since| now >= since + ACKNOWLEDGED_WITHIN) {
                socket.close(KEEPING).await;
                return lost("heartbeats are not acknowledged");
            }
            if contact.connected.is_none() && now >= began + READY_WITHIN {
                return lost("no session in time");
            }
            let mut beat = now >= beat_at;
            match heard {
                None => {}
                Some(Heard::Event(event)) => match *event {
                    GatewayEvent::Dispatch(at, event) => {
                        match (&event, session.as_mut()) {
                            (Event::Ready(ready), _) => {
                                let (id, url) = (&ready.ready.session_id, &ready.ready.resume_gateway_url);
                                *session = Some(Session { id: id.clone(), url: url.clone(), last: at });
                            }
                            (_, Some(session)) => session.last = session.last.max(at),
                            (_, None) => {}
                        }
                        if matches!(event, Event::Ready(_) | Event::Resumed(_)) {
                            contact.connected = Some(now);
                            health.connected(number);
                            if std::mem::take(told) {
                                tracing::info!(shard = number, "connected to Discord again");
                            }
                        }
                        deliver(event);
                    }
                    GatewayEvent::Heartbeat(..) => {
                        beat |= beaten.is_none_or(|at| now >= at + BEAT_AGAIN);
                    }
                    GatewayEvent::HeartbeatAck => {
                        unanswered = None;
                        health.acknowledged(number);
                    }
                    GatewayEvent::Reconnect => {
                        socket.close(KEEPING).await;
                        return lost("Discord asked for it");
                    }
                    GatewayEvent::InvalidateSession(resumable) => {
                        if !resumable {
                            *session = None;
                        }
                        socket.close(KEEPING).await;
                        // Discord wants from one to five seconds in between.
                        let pause = if resumable { 0.0 } else { 1.0 + 4.0 * chance() };
                        let why = "Discord ended the session".to_owned();
                        return Parted::Lost { why, pause: Duration::from_secs_f64(pause) };
                    }
                    _ => {}
                },
                Some(Heard::Unreadable(at)) => {
                    tracing::debug!("an event that cannot be read was left out");
                    if let (Some(session), Some(at)) = (session.as_mut(), at) {
                        session.last = session.last.max(at);
                    }
                }
                Some(Heard::Closed(code)) => return closed(code, session),
                Some(Heard::Dead(why)) => return lost(why),
            }
            if beat {
                let last = session.as_ref().map(|session| session.last);
                if let Err(why) = socket.beat(last).await {
                    return lost(why);
                }
                unanswered.get_or_insert(now);
                health.beat(number);
                (beaten, beat_at) = (Some(now), now + interval);
            }
        }
    }
}

/// Goes on with a session, or begins one, which costs.
async fn introduce(
    socket: &mut Socket,
    turn: Option<Turn<'_>>,
    introduction: &Introduction,
    session: Option<&Session>,
) -> Result<(), String> {
    match (turn, session) {
        (_, Some(session)) => socket.resume(&introduction.token, &session.id, session.last).await,
        (turn, None) => {
            if let Some(turn) = turn {
                turn.spend();
            }
            socket.identify(introduction).await
        }
    }
}

/// What a close code means.
fn closed(code: Option<u16>, session: &mut Option<Session>) -> Parted {
    let why = match code {
        Some(code) => format!("Discord closed it with code {code}"),
        None => "Discord closed it without a code".to_owned(),
    };
    match code {
        Some(4004) => return Parted::Refused(Refusal::Token),
        Some(4010 | 4011) => return Parted::Refused(Refusal::Shards),
        Some(4012) => return Parted::Refused(Refusal::Version),
        Some(4013) => return Parted::Refused(Refusal::Intents),
        Some(4014) => return Parted::Refused(Refusal::Leave),
        // The session cannot be gone on with.
        Some(4007 | 4009) => *session = None,
        // Sent too much: not at once again.
        Some(4008) => return Parted::Lost { why, pause: jittered(Duration::from_secs(5)) },
        _ => {}
    }
    lost(why)
}

/// Waits until it is ordered to stop. Where nobody orders any more, that is an order too.
async fn ordered(orders: &mut watch::Receiver<Order>) -> Order {
    orders.wait_for(|order| *order != Order::Stay).await.map_or(Order::Leave, |order| *order)
}
