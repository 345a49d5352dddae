//! A fault to try: how it is brought about, and what must hold.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::program::Launch;
use crate::trial::Trial;
use discord_standin::{Setup, StandIn};

/// What it did, or what did not hold.
pub type Told = Result<String, String>;
type Act = Box<dyn Fn(Arc<Trial>) -> Pin<Box<dyn Future<Output = Told> + Send>> + Send + Sync>;
type Prepare = Box<dyn Fn(&StandIn, &Path) + Send + Sync>;

/// A line of the table.
pub struct Row {
    pub fault: String,
    pub setup: Setup,
    pub launch: Launch,
    pub prepare: Prepare,
    pub act: Act,
    /// It has answered once before the fault.
    pub online_first: bool,
    /// The fault may cost so many new sessions.
    pub identifies: usize,
    /// So many delivered questions may stay without an answer, because Discord itself refuses it or the process is killed.
    pub loses: usize,
    /// It takes so long that others should not wait for it.
    pub slow: bool,
}

/// A fault that is brought about once the program has answered, and may cost nothing.
pub fn row<F>(fault: impl Into<String>, act: impl Fn(Arc<Trial>) -> F + Send + Sync + 'static) -> Row
where
    F: Future<Output = Told> + Send + 'static,
{
    Row {
        fault: fault.into(),
        setup: Setup { heartbeat_interval: Duration::from_secs(2), ..Setup::default() },
        launch: Launch::default(),
        prepare: Box::new(|_, _| {}),
        act: Box::new(move |trial| Box::pin(act(trial))),
        online_first: true,
        identifies: 0,
        loses: 0,
        slow: false,
    }
}

impl Row {
    pub fn identifies(self, identifies: usize) -> Row {
        Row { identifies, ..self }
    }

    pub fn loses(self, loses: usize) -> Row {
        Row { loses, ..self }
    }

    pub fn slow(self) -> Row {
        Row { slow: true, ..self }
    }

    /// The fault is there before the start.
    pub fn before_the_start(self) -> Row {
        Row { online_first: false, identifies: self.identifies.max(1), ..self }
    }

    pub fn launch(self, launch: Launch) -> Row {
        Row { launch, ..self }
    }

    pub fn prepare(self, prepare: impl Fn(&StandIn, &Path) + Send + Sync + 'static) -> Row {
        Row { prepare: Box::new(prepare), ..self }
    }

    pub fn setup(mut self, change: impl FnOnce(&mut Setup)) -> Row {
        change(&mut self.setup);
        self
    }
}
