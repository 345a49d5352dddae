//! Faults to inject into REST responses and the gateway, and events that Discord sends on bad days.

use serde_json::{Value, json};

use super::gateway::SocketAction;
use super::{StandIn, events};

/// A fault of the next matching REST request.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// Not processed; responds with this status.
    Status(u16),
    /// Processed, but responds with this status: the real response is lost.
    AfterEffect(u16),
    /// Responds with 429 and this `retry_after` in seconds.
    RateLimited(f64),
    /// Responds with 429 without `retry_after`.
    RateLimitedBlindly,
    /// Not processed; responds with this status and this JSON error code.
    Refusal(u16, u32),
    /// No response.
    Hang,
    /// The connection is closed without a response; processed if true.
    Reset(bool),
    /// Processed and answered after a delay in milliseconds.
    Slow(u64),
    /// Responds with this status and a body that is no JSON; processed if the status is below 400.
    Garbage(u16),
}

/// Faults of the gateway.
#[derive(Clone, Debug, Default)]
pub struct Mischief {
    /// WebSocket upgrades get status 503.
    pub refuse_sockets: bool,
    /// Close code for every RESUME.
    pub close_on_resume: Option<u16>,
    /// New connections get no HELLO (op 10).
    pub withhold_hello: bool,
    /// An IDENTIFY gets no READY.
    pub withhold_ready: bool,
    /// A wrong gateway URL.
    pub gateway_url: Option<String>,
}

impl StandIn {
    /// Makes further snowflakes larger than this one.
    pub fn skip_ids_to(&self, id: u64) {
        self.shared.update(|state| state.skip_ids(id));
    }

    /// Discards the session silently: a RESUME gets INVALID SESSION (op 9).
    pub fn expire_session(&self) {
        self.shared.update(|state| {
            if let Some(session) = &mut state.session {
                session.invalidate();
            }
        });
    }

    /// Sends a text frame over the gateway.
    pub fn send_text(&self, text: &str) {
        self.socket_action_now(SocketAction::Send(text.to_owned()));
    }

    /// Keeps the gateway connection open, but neither reads from it nor writes to it.
    pub fn freeze(&self) {
        self.socket_action_now(SocketAction::Freeze);
    }

    fn socket_action_now(&self, action: SocketAction) {
        self.shared.update(|state| {
            if let Some(session) = &state.session {
                session.send_action(action);
            }
        });
    }

    /// Changes the configuration of the running stand-in.
    pub fn behave(&self, change: impl FnOnce(&mut super::Setup)) {
        self.shared.update(|state| change(&mut state.setup));
    }

    /// Removes the REST faults that have not occurred yet.
    pub fn clear_faults(&self) {
        self.shared.update(|state| state.faults.clear());
    }

    /// Dispatches an event several times without waiting; does nothing without a session.
    pub fn dispatch_many(&self, name: &str, data: &Value, times: usize) {
        self.shared.update(|state| {
            if let Some(session) = &mut state.session {
                (0..times).for_each(|_| session.dispatch(name, data));
            }
        });
    }

    /// The data of a GUILD_CREATE with this number of members.
    pub fn large_guild_create(members: usize) -> Value {
        let mut guild = events::guild_create();
        let member = guild["members"][0].clone();
        guild["members"] = json!(vec![member; members]);
        guild
    }
}
