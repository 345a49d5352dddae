//! One shard: connects, resumes its session if possible, identifies again otherwise, and backs off between connections.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serenity::model::event::{Event, GatewayEvent};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use crate::discord::backoff::{Backoff, with_jitter};
use crate::discord::gateway::gateway_url::GatewayUrl;
use crate::discord::gateway::heartbeat::Heartbeater;
use crate::discord::gateway::identify_limiter::IdentifyLimiter;
use crate::discord::gateway::socket::{IdentifyInfo, Socket, SocketEvent};
use crate::metrics::counters::Metrics;
use crate::metrics::readiness::ShardState;

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

/// A close code other than 1000 and 1001, which would end the session.
const CLOSE_CODE_RESUMABLE: u16 = 4900;
const CLOSE_CODE_NORMAL: u16 = 1000;

/// What RESUME (op 6) needs.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    id: String,
    url: String,
    sequence: u64,
}

/// A close code after which reconnecting cannot help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum FatalClose {
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
pub(crate) enum ShardCommand {
    /// Keep running.
    Run,
    /// Close and keep the session for a RESUME.
    CloseResumable,
    /// Close and end the session.
    CloseNormal,
}

/// One shard.
pub(crate) struct Shard<D> {
    /// Token, intents and shard.
    pub(crate) identify_info: IdentifyInfo,
    /// The gateway's URL.
    pub(crate) gateway_url: Arc<GatewayUrl>,
    /// Limits IDENTIFY.
    pub(crate) identify_limiter: Arc<IdentifyLimiter>,
    /// Where its state is recorded.
    pub(crate) metrics: Arc<Metrics>,
    /// Commands to close.
    pub(crate) commands: watch::Receiver<ShardCommand>,
    /// Called with each event in order; must not block.
    pub(crate) on_event: D,
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

/// The current connection, and what is left of the ones before.
#[derive(Default)]
struct ConnectionState {
    session: Option<Session>,
    /// Whether a warning about the outage was logged; reset when the shard is ready.
    outage_logged: bool,
    /// Whether HELLO (op 10) was received and answered with IDENTIFY or RESUME.
    hello_received: bool,
    /// When READY or RESUMED was received.
    ready_at: Option<Instant>,
}

impl ConnectionState {
    fn record_sequence(&mut self, sequence: u64) {
        if let Some(session) = &mut self.session {
            session.sequence = session.sequence.max(sequence);
        }
    }
}

fn retryable(reason: impl Into<String>) -> Disconnect {
    Disconnect::Retryable { reason: reason.into(), delay: Duration::ZERO }
}

impl<D: FnMut(Event) + Send> Shard<D> {
    /// Runs until a command to close or a fatal close code. Returns that code, and the session if it can be resumed.
    pub(crate) async fn run(mut self, session: Option<Session>) -> (Option<FatalClose>, Option<Session>) {
        let shard_id = self.id();
        let mut state = ConnectionState { session, ..ConnectionState::default() };
        let mut backoff = Backoff::new(INITIAL_BACKOFF, MAX_BACKOFF);
        let (mut short_connections, mut failed_resumes) = (0, 0);
        self.set_state(ShardState::Disconnected);
        loop {
            let resuming = state.session.is_some();
            (state.hello_received, state.ready_at) = (false, None);
            let (reason, delay) = match self.run_connection(&mut state).await {
                Disconnect::Requested => return (None, state.session),
                Disconnect::Fatal(fatal) => return (Some(fatal), None),
                Disconnect::Retryable { reason, delay } => (reason, delay),
            };
            self.set_state(ShardState::Disconnected);
            if state.ready_at.is_some_and(|since| since.elapsed() > STABLE_CONNECTION) {
                backoff.reset();
                short_connections = 0;
            }
            if state.ready_at.is_some() {
                failed_resumes = 0;
            } else if state.hello_received && resuming {
                failed_resumes += 1;
            }
            if !state.hello_received {
                // `resume_gateway_url` may be unreachable; the general URL accepts the RESUME too, and may have
                // changed.
                self.gateway_url.request_refresh();
                state.session.iter_mut().for_each(|session| session.url = self.gateway_url.get());
            }
            if failed_resumes == MAX_RESUME_ATTEMPTS {
                (state.session, failed_resumes) = (None, 0);
            }
            short_connections += 1;
            let immediate = state.ready_at.is_some() && short_connections <= MAX_IMMEDIATE_RECONNECTS;
            let wait = delay + if immediate { Duration::ZERO } else { backoff.next_delay() };
            let retry_in_ms = wait.as_millis();
            if immediate || state.outage_logged {
                tracing::debug!(shard = shard_id, reason, retry_in_ms, "gateway connection lost");
            } else {
                state.outage_logged = true;
                tracing::warn!(
                    shard = shard_id,
                    reason,
                    retry_in_ms,
                    "gateway connection lost; reconnecting with backoff"
                );
            }
            if state.hello_received {
                // Discord is reachable but closed the connection: a restart of the process would not help.
                self.set_state(ShardState::BackingOff);
            }
            tokio::select! {
                () = sleep(wait) => {}
                _ = wait_for_close(&mut self.commands) => return (None, state.session),
            }
            if state.hello_received {
                self.set_state(ShardState::Connecting);
            }
        }
    }

    fn id(&self) -> u32 {
        self.identify_info.shard.id.0
    }

    fn set_state(&self, state: ShardState) {
        self.metrics.readiness.set_shard(self.id(), state);
    }

    /// Connects and sends RESUME or IDENTIFY. Returns the heartbeat interval, too.
    async fn connect(&self, session: Option<&Session>) -> Result<(Socket, Duration), String> {
        if let Some(Session { id, url, sequence }) = session {
            let (mut socket, interval) = Socket::open(url).await?;
            socket.resume(&self.identify_info.token, id, *sequence).await?;
            return Ok((socket, interval));
        }
        // Before connecting, since Discord closes a connection that does not identify in time.
        self.set_state(ShardState::BackingOff);
        let permit = self.identify_limiter.acquire(self.id()).await;
        self.set_state(ShardState::Connecting);
        let (mut socket, interval) = Socket::open(&self.gateway_url.get()).await?;
        permit.consume();
        socket.identify(&self.identify_info).await?;
        Ok((socket, interval))
    }

    /// Runs one connection.
    async fn run_connection(&mut self, state: &mut ConnectionState) -> Disconnect {
        let mut commands = self.commands.clone();
        let (mut socket, interval) = tokio::select! {
            opened = self.connect(state.session.as_ref()) => match opened {
                Ok(opened) => opened,
                Err(reason) => return retryable(reason),
            },
            _ = wait_for_close(&mut commands) => return Disconnect::Requested,
        };
        state.hello_received = true;
        let opened_at = Instant::now();
        let mut heartbeater = Heartbeater::new(interval, opened_at);
        loop {
            let ready_deadline = state.ready_at.is_none().then_some(opened_at + READY_TIMEOUT);
            let deadline = ready_deadline.map_or(heartbeater.deadline(), |ready| ready.min(heartbeater.deadline()));
            let received = tokio::select! {
                received = socket.recv() => Some(received),
                () = sleep_until(deadline) => None,
                command = wait_for_close(&mut commands) => {
                    let code = if command == ShardCommand::CloseNormal { CLOSE_CODE_NORMAL } else { CLOSE_CODE_RESUMABLE };
                    socket.close(code).await;
                    return Disconnect::Requested;
                }
            };
            let now = Instant::now();
            if heartbeater.is_timed_out(now) {
                socket.close(CLOSE_CODE_RESUMABLE).await;
                return retryable("timed out waiting for HEARTBEAT_ACK (op 11)");
            }
            if ready_deadline.is_some_and(|deadline| now >= deadline) {
                return retryable("timed out waiting for READY or RESUMED");
            }
            match received {
                None => {}
                Some(SocketEvent::Payload(event)) => {
                    if let Some(disconnect) = self.handle_payload(*event, state, &mut heartbeater, now) {
                        socket.close(CLOSE_CODE_RESUMABLE).await;
                        return disconnect;
                    }
                }
                Some(SocketEvent::Undecodable(sequence)) => {
                    tracing::debug!(shard = self.id(), "skipped a payload that could not be decoded");
                    sequence.into_iter().for_each(|sequence| state.record_sequence(sequence));
                }
                Some(SocketEvent::Closed(code)) => return classify_close_code(code, &mut state.session),
                Some(SocketEvent::Failed(reason)) => return retryable(reason),
            }
            if heartbeater.is_due(now) {
                if let Err(reason) = socket.heartbeat(state.session.as_ref().map(|session| session.sequence)).await {
                    return retryable(reason);
                }
                heartbeater.record_sent(now);
                self.metrics.readiness.heartbeat_sent(self.id());
            }
        }
    }

    /// Handles a payload received at `now`. Returns why the connection is to be closed, if it is.
    fn handle_payload(
        &mut self,
        payload: GatewayEvent,
        state: &mut ConnectionState,
        heartbeater: &mut Heartbeater,
        now: Instant,
    ) -> Option<Disconnect> {
        let shard_id = self.id();
        match payload {
            GatewayEvent::Dispatch(sequence, event) => {
                if let Event::Ready(event) = &event {
                    let (id, url) = (event.ready.session_id.clone(), event.ready.resume_gateway_url.clone());
                    state.session = Some(Session { id, url, sequence });
                }
                state.record_sequence(sequence);
                if matches!(event, Event::Ready(_) | Event::Resumed(_)) {
                    state.ready_at = Some(now);
                    self.set_state(ShardState::Connected);
                    if std::mem::take(&mut state.outage_logged) {
                        tracing::info!(shard = shard_id, "connected to Discord again");
                    }
                }
                (self.on_event)(event);
            }
            GatewayEvent::Heartbeat(..) => heartbeater.request(now),
            GatewayEvent::HeartbeatAck => {
                heartbeater.record_ack();
                self.metrics.readiness.heartbeat_acknowledged(shard_id);
            }
            GatewayEvent::Reconnect => return Some(retryable("RECONNECT (op 7) received")),
            GatewayEvent::InvalidateSession(resumable) => {
                if !resumable {
                    state.session = None;
                }
                // Discord's documentation: wait 1 to 5 s, then identify.
                let delay = Duration::from_secs_f64(if resumable { 0.0 } else { 1.0 + 4.0 * fastrand::f64() });
                let reason = format!("INVALID_SESSION (op 9) received, resumable: {resumable}");
                return Some(Disconnect::Retryable { reason, delay });
            }
            _ => {}
        }
        None
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
