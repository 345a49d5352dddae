//! One shard's life: connected, cut, resumed where that can be, begun anew where it must be, and never in a hurry.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::model::event::{Event, GatewayEvent};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::discord::backoff::{Backoff, random_fraction, with_jitter};
use crate::discord::gateway::gateway_url::GatewayUrl;
use crate::discord::gateway::health::Health;
use crate::discord::gateway::identify_limiter::{IdentifyLimiter, IdentifyPermit};
use crate::discord::gateway::socket::{IdentifyInfo, Socket, SocketEvent};

/// Discord acknowledges a heartbeat at once; a line on which it does not is a dead one.
const HEARTBEAT_ACK_TIMEOUT: Duration = Duration::from_secs(10);
/// From the introduction to the first event.
const READY_TIMEOUT: Duration = Duration::from_secs(20);
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(60);
/// A connection that held so long was a good one.
const STABLE_CONNECTION: Duration = Duration::from_secs(30);
/// So many shorter ones may follow each other at once: Discord moves its bots about now and then.
const MAX_IMMEDIATE_RECONNECTS: u32 = 10;
/// Tries to go on with a session, before another is begun.
const MAX_RESUME_ATTEMPTS: u32 = 3;
/// Heartbeats that Discord asks for out of turn are not more frequent than this, as sends are counted.
const MIN_REQUESTED_HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);

/// Close code of our own that leaves the session where it is.
const CLOSE_CODE_RESUMABLE: u16 = 4900;
const CLOSE_CODE_NORMAL: u16 = 1000;

/// A session that can be gone on with.
#[derive(Clone, Debug)]
pub struct Session {
    id: String,
    url: String,
    sequence: u64,
}

/// What Discord does not let happen, however often it is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FatalClose {
    /// 4004: it does not know the token.
    AuthenticationFailed,
    /// 4010, 4011: it wants another number of shards.
    InvalidSharding,
    /// 4012: it does not speak this version any more.
    InvalidApiVersion,
    /// 4013: it does not know these intents.
    InvalidIntents,
    /// 4014: these intents need leave.
    DisallowedIntents,
}

/// What a shard is told when it is to stop.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardCommand {
    /// Go on.
    Run,
    /// Close, and keep the session to be gone on with.
    CloseResumable,
    /// Close for good.
    CloseNormal,
}

/// One shard.
pub struct Shard<D> {
    /// Who the bot is, and which shard this is.
    pub identify_info: IdentifyInfo,
    /// Where the gateway is.
    pub gateway_url: Arc<GatewayUrl>,
    /// What new sessions cost.
    pub identify_limiter: Arc<IdentifyLimiter>,
    /// Where its state is kept.
    pub health: Arc<Health>,
    /// When to stop.
    pub commands: watch::Receiver<ShardCommand>,
    /// Takes events; called in their order, and must not wait.
    pub on_event: D,
}

impl<D> fmt::Debug for Shard<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard").field("introduction", &self.identify_info).finish_non_exhaustive()
    }
}

/// How a connection ended.
enum Disconnect {
    Requested,
    Fatal(FatalClose),
    /// To be connected again; after a while of one's own where Discord wants one.
    Retryable {
        reason: String,
        delay: Duration,
    },
}

/// How far a connection came.
#[derive(Default)]
struct ConnectionProgress {
    /// Discord has greeted us.
    hello_received: bool,
    /// There are events, since then.
    ready_at: Option<Instant>,
}

fn retryable(why: impl Into<String>) -> Disconnect {
    Disconnect::Retryable { reason: why.into(), delay: Duration::ZERO }
}

impl<D: FnMut(Event) + Send> Shard<D> {
    /// Lives until it is ordered to stop, or refused for good. Gives the session, where it can be gone on with.
    pub async fn run(mut self, mut session: Option<Session>) -> (Option<FatalClose>, Option<Session>) {
        let number = self.identify_info.shard[0];
        let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
        let (mut brief, mut resumes, mut told) = (0, 0, false);
        self.health.set_disconnected(number);
        loop {
            let (before, mut contact) = (session.is_some(), ConnectionProgress::default());
            let (why, pause) = match self.run_connection(&mut session, &mut contact, &mut told).await {
                Disconnect::Requested => return (None, session),
                Disconnect::Fatal(refusal) => return (Some(refusal), None),
                Disconnect::Retryable { reason: why, delay: pause } => (why, pause),
            };
            self.health.set_disconnected(number);
            if contact.ready_at.is_some_and(|since| since.elapsed() > STABLE_CONNECTION) {
                backoff.reset();
                brief = 0;
            }
            resumes = match contact {
                ConnectionProgress { ready_at: Some(_), .. } => 0,
                ConnectionProgress { hello_received: true, .. } if before => resumes + 1,
                ConnectionProgress { .. } => resumes,
            };
            if !contact.hello_received {
                // Where its own address is out of reach, the general one takes it too; and that one may be another by now.
                self.gateway_url.request_refresh();
                session.iter_mut().for_each(|session| session.url = self.gateway_url.get());
            }
            if resumes == MAX_RESUME_ATTEMPTS {
                (session, resumes) = (None, 0);
            }
            brief += 1;
            let hurry = contact.ready_at.is_some() && brief <= MAX_IMMEDIATE_RECONNECTS;
            let wait = pause + if hurry { Duration::ZERO } else { backoff.next_delay() };
            if hurry || told {
                tracing::debug!(shard = number, why, retry_in = ?wait, "the connection to Discord was lost");
            } else {
                told = true;
                tracing::warn!(shard = number, why, retry_in = ?wait, "the connection to Discord cannot be kept");
            }
            if contact.hello_received {
                // Discord is there and sends us away: to wait is all there is to do, and no new process would fare better.
                self.health.set_backing_off(number);
            }
            tokio::select! {
                () = sleep(wait) => {}
                _ = close_commanded(&mut self.commands) => return (None, session),
            }
            if contact.hello_received {
                self.health.set_connecting(number);
            }
        }
    }

    /// One connection, from its beginning to its end; `told` is whether the operator knows that there was none.
    async fn run_connection(
        &mut self,
        session: &mut Option<Session>,
        contact: &mut ConnectionProgress,
        told: &mut bool,
    ) -> Disconnect {
        let Shard {
            identify_info: introduction,
            gateway_url: whereabouts,
            identify_limiter: budget,
            health,
            commands: orders,
            on_event: deliver,
        } = self;
        let number = introduction.shard[0];
        let opening = async {
            // A line on which nobody speaks would be cut while the budget lets us wait.
            let turn = match session {
                Some(_) => None,
                None => {
                    health.set_backing_off(number);
                    let turn = budget.acquire(number).await;
                    health.set_connecting(number);
                    Some(turn)
                }
            };
            let url = session.as_ref().map_or_else(|| whereabouts.get(), |session| session.url.clone());
            let (mut socket, interval) = Socket::open(&url).await?;
            identify_or_resume(&mut socket, turn, introduction, session.as_ref()).await?;
            Ok::<_, String>((socket, interval))
        };
        let (mut socket, interval) = tokio::select! {
            opened = opening => match opened {
                Ok(opened) => opened,
                Err(why) => return retryable(why),
            },
            _ = close_commanded(orders) => return Disconnect::Requested,
        };
        contact.hello_received = true;
        let began = Instant::now();
        let mut beat_at = began + interval.mul_f64(random_fraction());
        let (mut beaten, mut unanswered) = (None::<Instant>, None::<Instant>);
        loop {
            let limit = unanswered.map_or(beat_at, |since| since + HEARTBEAT_ACK_TIMEOUT).min(beat_at);
            let limit = if contact.ready_at.is_none() { limit.min(began + READY_TIMEOUT) } else { limit };
            let heard = tokio::select! {
                heard = socket.recv() => Some(heard),
                () = sleep_until(limit) => None,
                order = close_commanded(orders) => {
                    let code = if order == ShardCommand::CloseNormal { CLOSE_CODE_NORMAL } else { CLOSE_CODE_RESUMABLE };
                    socket.close(code).await;
                    return Disconnect::Requested;
                }
            };
            let now = Instant::now();
            if unanswered.is_some_and(|since| now >= since + HEARTBEAT_ACK_TIMEOUT) {
                socket.close(CLOSE_CODE_RESUMABLE).await;
                return retryable("heartbeats are not acknowledged");
            }
            if contact.ready_at.is_none() && now >= began + READY_TIMEOUT {
                return retryable("no session in time");
            }
            let mut beat = now >= beat_at;
            match heard {
                None => {}
                Some(SocketEvent::Payload(event)) => match *event {
                    GatewayEvent::Dispatch(at, event) => {
                        match (&event, session.as_mut()) {
                            (Event::Ready(ready), _) => {
                                let (id, url) = (&ready.ready.session_id, &ready.ready.resume_gateway_url);
                                *session = Some(Session { id: id.clone(), url: url.clone(), sequence: at });
                            }
                            (_, Some(session)) => session.sequence = session.sequence.max(at),
                            (_, None) => {}
                        }
                        if matches!(event, Event::Ready(_) | Event::Resumed(_)) {
                            contact.ready_at = Some(now);
                            health.set_connected(number);
                            if std::mem::take(told) {
                                tracing::info!(shard = number, "connected to Discord again");
                            }
                        }
                        deliver(event);
                    }
                    GatewayEvent::Heartbeat(..) => {
                        beat |= beaten.is_none_or(|at| now >= at + MIN_REQUESTED_HEARTBEAT_INTERVAL);
                    }
                    GatewayEvent::HeartbeatAck => {
                        unanswered = None;
                        health.heartbeat_acknowledged(number);
                    }
                    GatewayEvent::Reconnect => {
                        socket.close(CLOSE_CODE_RESUMABLE).await;
                        return retryable("Discord asked for it");
                    }
                    GatewayEvent::InvalidateSession(resumable) => {
                        if !resumable {
                            *session = None;
                        }
                        socket.close(CLOSE_CODE_RESUMABLE).await;
                        // Discord wants from one to five seconds in between.
                        let pause = if resumable { 0.0 } else { 1.0 + 4.0 * random_fraction() };
                        let why = "Discord ended the session".to_owned();
                        return Disconnect::Retryable { reason: why, delay: Duration::from_secs_f64(pause) };
                    }
                    _ => {}
                },
                Some(SocketEvent::Undecodable(at)) => {
                    tracing::debug!("an event that cannot be read was left out");
                    if let (Some(session), Some(at)) = (session.as_mut(), at) {
                        session.sequence = session.sequence.max(at);
                    }
                }
                Some(SocketEvent::Closed(code)) => return classify_close_code(code, session),
                Some(SocketEvent::Failed(why)) => return retryable(why),
            }
            if beat {
                let last = session.as_ref().map(|session| session.sequence);
                if let Err(why) = socket.heartbeat(last).await {
                    return retryable(why);
                }
                unanswered.get_or_insert(now);
                health.heartbeat_sent(number);
                (beaten, beat_at) = (Some(now), now + interval);
            }
        }
    }
}

/// Goes on with a session, or begins one, which costs.
async fn identify_or_resume(
    socket: &mut Socket,
    turn: Option<IdentifyPermit<'_>>,
    introduction: &IdentifyInfo,
    session: Option<&Session>,
) -> Result<(), String> {
    match (turn, session) {
        (_, Some(session)) => socket.resume(&introduction.token, &session.id, session.sequence).await,
        (turn, None) => {
            if let Some(turn) = turn {
                turn.consume();
            }
            socket.identify(introduction).await
        }
    }
}

/// What a close code means.
fn classify_close_code(code: Option<u16>, session: &mut Option<Session>) -> Disconnect {
    let why = match code {
        Some(code) => format!("Discord closed it with code {code}"),
        None => "Discord closed it without a code".to_owned(),
    };
    match code {
        Some(4004) => return Disconnect::Fatal(FatalClose::AuthenticationFailed),
        Some(4010 | 4011) => return Disconnect::Fatal(FatalClose::InvalidSharding),
        Some(4012) => return Disconnect::Fatal(FatalClose::InvalidApiVersion),
        Some(4013) => return Disconnect::Fatal(FatalClose::InvalidIntents),
        Some(4014) => return Disconnect::Fatal(FatalClose::DisallowedIntents),
        // The session cannot be gone on with.
        Some(4007 | 4009) => *session = None,
        // Sent too much: not at once again.
        Some(4008) => return Disconnect::Retryable { reason: why, delay: with_jitter(Duration::from_secs(5)) },
        _ => {}
    }
    retryable(why)
}

/// Waits until it is ordered to stop. Where nobody orders any more, that is an order too.
async fn close_commanded(orders: &mut watch::Receiver<ShardCommand>) -> ShardCommand {
    orders.wait_for(|order| *order != ShardCommand::Run).await.map_or(ShardCommand::CloseNormal, |order| *order)
}
