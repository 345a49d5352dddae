//! A fault: how to inject it, and what it may cost.

use std::path::Path;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use crate::bot_process::LaunchOptions;
use crate::trial::Trial;
use discord_standin::{Setup, StandIn};

/// What the bot did, or the failed expectation.
pub type Outcome = Result<String, String>;
type Run = Box<dyn Fn(Arc<Trial>) -> Pin<Box<dyn Future<Output = Outcome> + Send>> + Send + Sync>;
type Prepare = Box<dyn Fn(&StandIn, &Path) + Send + Sync>;

/// A row of the table.
pub struct FaultCase {
    pub fault: String,
    pub setup: Setup,
    pub launch: LaunchOptions,
    pub prepare: Prepare,
    pub run: Run,
    /// Inject the fault once the bot has answered a question.
    pub after_start: bool,
    /// Maximum number of IDENTIFYs after the fault.
    pub identifies: usize,
    /// Maximum number of delivered questions without an answer, where Discord rejects it or the process is killed.
    pub loses: usize,
    /// It takes minutes and mostly waits: it does not count towards the concurrency limit.
    pub slow: bool,
}

/// A fault that is injected once the bot has answered, and may cost no session and no answer.
pub fn fault_case<F>(fault: impl Into<String>, run: impl Fn(Arc<Trial>) -> F + Send + Sync + 'static) -> FaultCase
where
    F: Future<Output = Outcome> + Send + 'static,
{
    FaultCase {
        fault: fault.into(),
        setup: Setup { heartbeat_interval: Duration::from_secs(2), ..Setup::default() },
        launch: LaunchOptions::default(),
        prepare: Box::new(|_, _| {}),
        run: Box::new(move |trial| Box::pin(run(trial))),
        after_start: true,
        identifies: 0,
        loses: 0,
        slow: false,
    }
}

impl FaultCase {
    pub fn identifies(self, identifies: usize) -> FaultCase {
        FaultCase { identifies, ..self }
    }

    pub fn loses(self, loses: usize) -> FaultCase {
        FaultCase { loses, ..self }
    }

    pub fn slow(self) -> FaultCase {
        FaultCase { slow: true, ..self }
    }

    /// Inject the fault before the process starts.
    pub fn before_start(self) -> FaultCase {
        FaultCase { after_start: false, identifies: self.identifies.max(1), ..self }
    }

    pub fn launch(self, launch: LaunchOptions) -> FaultCase {
        FaultCase { launch, ..self }
    }

    pub fn prepare(self, prepare: impl Fn(&StandIn, &Path) + Send + Sync + 'static) -> FaultCase {
        FaultCase { prepare: Box::new(prepare), ..self }
    }

    pub fn setup(mut self, change: impl FnOnce(&mut Setup)) -> FaultCase {
        change(&mut self.setup);
        self
    }
}
