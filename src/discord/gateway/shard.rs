//! One shard: connects, resumes its session if possible, identifies again otherwise, and backs off between connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::model::event::{Event, GatewayEvent};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::discord::backoff::{Backoff, with_jitter};
use crate::discord::gateway::gateway_url::GatewayUrl;
use crate::discord::gateway::health::Health;
use crate::discord::gateway::identify_limiter::IdentifyLimiter;
use crate::discord::gateway::socket::{IdentifyInfo, Socket, SocketEvent};

/// Longest wait for HEARTBEAT_ACK (op 11); after it the connection counts as dead.
const HEARTBEAT_ACK_TIMEOUT: Duration = Duration::from_secs(10);
/// Longest wait from IDENTIFY or RESUME to READY or RESUMED.
const READY_TIMEOUT: Duration = Duration::from_secs(20);
const INITIAL_BACKOFF: Duration = Duration::from_secs(1);
const MAX_BACKOFF: Duration = Duration::from_secs(60);
/// A connection that was ready for longer resets the backoff.
const STABLE_CONNECTION: Duration = Duration::from_secs(30);
/// Shorter connections that are reopened without backoff: Discord routinely asks to reconnect.
const MAX_IMMEDIATE_RECONNECTS: u32 = 10;
/// Failed RESUMEs before a new session.
const MAX_RESUME_ATTEMPTS: u32 = 3;
/// Least time between heartbeats that Discord requests (op 1), since 120 sends a minute are allowed.
const MIN_REQUESTED_HEARTBEAT_INTERVAL: Duration = Duration::from_secs(1);

/// A close code other than 1000 and 1001, which would end the session.
const CLOSE_CODE_RESUMABLE: u16 = 4900;
const CLOSE_CODE_NORMAL: u16 = 1000;

/// What RESUME (op 6) needs.
#[derive(Clone, Debug)]
pub struct Session {
    id: String,
    url: String,
    sequence: u64,
}

/// A close code after which reconnecting cannot help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FatalClose {
    /// 4004: invalid token.
    AuthenticationFailed,
    /// 4010: invalid shard; 4011: sharding required.
    InvalidSharding,
    /// 4012: invalid API version.
    InvalidApiVersion,
    /// 4013: invalid intents.
    InvalidIntents,
    /// 4014: privileged intent not enabled in the Developer Portal.
    DisallowedIntents,
}

/// Tells the shards to keep running or to close.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ShardCommand {
    /// Keep running.
    Run,
    /// Close and keep the session for a RESUME.
    CloseResumable,
    /// Close and end the session.
    CloseNormal,
}

/// One shard.
pub struct Shard<D> {
    /// Token, intents and shard.
    pub identify_info: IdentifyInfo,
    /// The gateway's URL.
    pub gateway_url: Arc<GatewayUrl>,
    /// Limits IDENTIFY.
    pub identify_limiter: Arc<IdentifyLimiter>,
    /// Where its state is recorded.
    pub health: Arc<Health>,
    /// Commands to close.
    pub commands: watch::Receiver<ShardCommand>,
    /// Called with each event in order; must not block.
    pub on_event: D,
}

impl<D> fmt::Debug for Shard<D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shard").field("identify_info", &self.identify_info).finish_non_exhaustive()
    }
}

/// How a connection ended.
enum Disconnect {
    Requested,
    Fatal(FatalClose),
    /// Reconnect after `delay`, in addition to the backoff.
    Retryable {
        reason: String,
        delay: Duration,
    },
}

/// How far a connection got.
#[derive(Default)]
struct ConnectionProgress {
    /// Whether HELLO (op 10) was received and answered with IDENTIFY or RESUME.
    hello_received: bool,
    /// When READY or RESUMED was received.
    ready_at: Option<Instant>,
}

fn retryable(reason: impl Into<String>) -> Disconnect {
    Disconnect::Retryable { reason: reason.into(), delay: Duration::ZERO }
}

impl<D: FnMut(Event) + Send> Shard<D> {
    /// Runs until a command to close or a fatal close code. Returns that code, and the session if it can be resumed.
    pub async fn run(mut self, mut session: Option<Session>) -> (Option<FatalClose>, Option<Session>) {
        let shard_id = self.identify_info.shard[0];
        let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
        let (mut short_connections, mut failed_resumes, mut outage_logged) = (0, 0, false);
        self.health.set_disconnected(shard_id);
        loop {
            let (resuming, mut progress) = (session.is_some(), ConnectionProgress::default());
            let (reason, delay) = match self.run_connection(&mut session, &mut progress, &mut outage_logged).await {
                Disconnect::Requested => return (None, session),
                Disconnect::Fatal(fatal) => return (Some(fatal), None),
                Disconnect::Retryable { reason, delay } => (reason, delay),
            };
            self.health.set_disconnected(shard_id);
            if progress.ready_at.is_some_and(|since| since.elapsed() > STABLE_CONNECTION) {
                backoff.reset();
                short_connections = 0;
            }
            failed_resumes = match progress {
                ConnectionProgress { ready_at: Some(_), .. } => 0,
                ConnectionProgress { hello_received: true, .. } if resuming => failed_resumes + 1,
                ConnectionProgress { .. } => failed_resumes,
            };
            if !progress.hello_received {
                // `resume_gateway_url` may be unreachable; the general URL accepts the RESUME too, and may have
                // changed.
                self.gateway_url.request_refresh();
                session.iter_mut().for_each(|session| session.url = self.gateway_url.get());
            }
            if failed_resumes == MAX_RESUME_ATTEMPTS {
                (session, failed_resumes) = (None, 0);
            }
            short_connections += 1;
            let immediate = progress.ready_at.is_some() && short_connections <= MAX_IMMEDIATE_RECONNECTS;
            let wait = delay + if immediate { Duration::ZERO } else { backoff.next_delay() };
            if immediate || outage_logged {
                tracing::debug!(shard = shard_id, reason, retry_in_ms = wait.as_millis(), "gateway connection lost");
            } else {
                outage_logged = true;
                tracing::warn!(
                    shard = shard_id,
                    reason,
                    retry_in_ms = wait.as_millis(),
                    "gateway connection lost; reconnecting with backoff"
                );
            }
            if progress.hello_received {
                // Discord is reachable but closed the connection: a restart of the process would not help.
                self.health.set_backing_off(shard_id);
            }
            tokio::select! {
                () = sleep(wait) => {}
                _ = wait_for_close(&mut self.commands) => return (None, session),
            }
            if progress.hello_received {
                self.health.set_connecting(shard_id);
            }
        }
    }

    /// Runs one connection. `outage_logged` is whether a warning about the outage was logged; reset when the shard is
    /// ready.
    async fn run_connection(
        &mut self,
        session: &mut Option<Session>,
        progress: &mut ConnectionProgress,
        outage_logged: &mut bool,
    ) -> Disconnect {
        let Shard { identify_info, gateway_url, identify_limiter, health, commands, on_event } = self;
        let shard_id = identify_info.shard[0];
        let connecting = async {
            let (mut socket, interval);
            match &*session {
                Some(Session { id, url, sequence }) => {
                    (socket, interval) = Socket::open(url).await?;
                    socket.resume(&identify_info.token, id, *sequence).await?;
                }
                None => {
                    // Before connecting, since Discord closes a connection that does not identify in time.
                    health.set_backing_off(shard_id);
                    let permit = identify_limiter.acquire(shard_id).await;
                    health.set_connecting(shard_id);
                    (socket, interval) = Socket::open(&gateway_url.get()).await?;
                    permit.consume();
                    socket.identify(identify_info).await?;
                }
            }
            Ok::<_, String>((socket, interval))
        };
        let (mut socket, interval) = tokio::select! {
            opened = connecting => match opened {
                Ok(opened) => opened,
                Err(reason) => return retryable(reason),
            },
            _ = wait_for_close(commands) => return Disconnect::Requested,
        };
        progress.hello_received = true;
        let opened_at = Instant::now();
        let mut next_heartbeat = opened_at + interval.mul_f64(fastrand::f64());
        let (mut last_heartbeat, mut unacknowledged_since) = (None::<Instant>, None::<Instant>);
        loop {
            let deadline =
                unacknowledged_since.map_or(next_heartbeat, |since| since + HEARTBEAT_ACK_TIMEOUT).min(next_heartbeat);
            let deadline = if progress.ready_at.is_none() { deadline.min(opened_at + READY_TIMEOUT) } else { deadline };
            let received = tokio::select! {
                received = socket.recv() => Some(received),
                () = sleep_until(deadline) => None,
                command = wait_for_close(commands) => {
                    let code = if command == ShardCommand::CloseNormal { CLOSE_CODE_NORMAL } else { CLOSE_CODE_RESUMABLE };
                    socket.close(code).await;
                    return Disconnect::Requested;
                }
            };
            let now = Instant::now();
            if unacknowledged_since.is_some_and(|since| now >= since + HEARTBEAT_ACK_TIMEOUT) {
                socket.close(CLOSE_CODE_RESUMABLE).await;
                return retryable("timed out waiting for HEARTBEAT_ACK (op 11)");
            }
            if progress.ready_at.is_none() && now >= opened_at + READY_TIMEOUT {
                return retryable("timed out waiting for READY or RESUMED");
            }
            let mut heartbeat_due = now >= next_heartbeat;
            match received {
                None => {}
                Some(SocketEvent::Payload(event)) => match *event {
                    GatewayEvent::Dispatch(sequence, event) => {
                        match (&event, session.as_mut()) {
                            (Event::Ready(ready), _) => {
                                let (id, url) = (&ready.ready.session_id, &ready.ready.resume_gateway_url);
                                *session = Some(Session { id: id.clone(), url: url.clone(), sequence });
                            }
                            (_, Some(session)) => session.sequence = session.sequence.max(sequence),
                            (_, None) => {}
                        }
                        if matches!(event, Event::Ready(_) | Event::Resumed(_)) {
                            progress.ready_at = Some(now);
                            health.set_connected(shard_id);
                            if std::mem::take(outage_logged) {
                                tracing::info!(shard = shard_id, "connected to Discord again");
                            }
                        }
                        on_event(event);
                    }
                    GatewayEvent::Heartbeat(..) => {
                        heartbeat_due |=
                            last_heartbeat.is_none_or(|last| now >= last + MIN_REQUESTED_HEARTBEAT_INTERVAL);
                    }
                    GatewayEvent::HeartbeatAck => {
                        unacknowledged_since = None;
                        health.heartbeat_acknowledged(shard_id);
                    }
                    GatewayEvent::Reconnect => {
                        socket.close(CLOSE_CODE_RESUMABLE).await;
                        return retryable("RECONNECT (op 7) received");
                    }
                    GatewayEvent::InvalidateSession(resumable) => {
                        if !resumable {
                            *session = None;
                        }
                        socket.close(CLOSE_CODE_RESUMABLE).await;
                        // Discord's documentation: wait 1 to 5 s, then identify.
                        let delay = if resumable { 0.0 } else { 1.0 + 4.0 * fastrand::f64() };
                        let reason = format!("INVALID_SESSION (op 9) received, resumable: {resumable}");
                        return Disconnect::Retryable { reason, delay: Duration::from_secs_f64(delay) };
                    }
                    _ => {}
                },
                Some(SocketEvent::Undecodable(sequence)) => {
                    tracing::debug!(shard = shard_id, "skipped a payload that could not be decoded");
                    if let (Some(session), Some(sequence)) = (session.as_mut(), sequence) {
                        session.sequence = session.sequence.max(sequence);
                    }
                }
                Some(SocketEvent::Closed(code)) => return classify_close_code(code, session),
                Some(SocketEvent::Failed(reason)) => return retryable(reason),
            }
            if heartbeat_due {
                let sequence = session.as_ref().map(|session| session.sequence);
                if let Err(reason) = socket.heartbeat(sequence).await {
                    return retryable(reason);
                }
                unacknowledged_since.get_or_insert(now);
                health.heartbeat_sent(shard_id);
                (last_heartbeat, next_heartbeat) = (Some(now), now + interval);
            }
        }
    }
}

/// Maps a close code to what follows; 4007 and 4009 also end the session.
fn classify_close_code(code: Option<u16>, session: &mut Option<Session>) -> Disconnect {
    let reason = match code {
        Some(code) => format!("closed by Discord with close code {code}"),
        None => "closed by Discord without a close code".to_owned(),
    };
    match code {
        Some(4004) => return Disconnect::Fatal(FatalClose::AuthenticationFailed),
        Some(4010 | 4011) => return Disconnect::Fatal(FatalClose::InvalidSharding),
        Some(4012) => return Disconnect::Fatal(FatalClose::InvalidApiVersion),
        Some(4013) => return Disconnect::Fatal(FatalClose::InvalidIntents),
        Some(4014) => return Disconnect::Fatal(FatalClose::DisallowedIntents),
        // Invalid sequence, session timed out.
        Some(4007 | 4009) => *session = None,
        // Rate limited.
        Some(4008) => return Disconnect::Retryable { reason, delay: with_jitter(Duration::from_secs(5)) },
        _ => {}
    }
    retryable(reason)
}

/// Waits for a command to close. A dropped sender counts as [`ShardCommand::CloseNormal`].
async fn wait_for_close(commands: &mut watch::Receiver<ShardCommand>) -> ShardCommand {
    commands
        .wait_for(|command| *command != ShardCommand::Run)
        .await
        .map_or(ShardCommand::CloseNormal, |command| *command)
}
