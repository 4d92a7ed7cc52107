//! How the server stops: it says first that it is not ready, then takes no more connections, finishes what it has begun, and cuts off what
//! takes too long. A second signal cuts off at once.

use super::limits::Settings;
use anyhow::Context as _;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

/// How far stopping has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    Serving,
    /// Not ready any more, but whoever comes is still served.
    Leaving,
    /// No more connections; requests under way are finished.
    Draining,
    /// Nothing more.
    Cut,
}

/// The signals that an operator or the system sends.
pub struct Signals {
    terminate: Signal,
    interrupt: Signal,
    hangup: Signal,
}

impl Signals {
    /// Listens from now on: none of them ends the process by itself any more.
    ///
    /// # Errors
    /// Those of the system.
    pub fn listen() -> anyhow::Result<Self> {
        let listen = |kind| signal(kind).context("signals can't be listened for");
        Ok(Self {
            terminate: listen(SignalKind::terminate())?,
            interrupt: listen(SignalKind::interrupt())?,
            hangup: listen(SignalKind::hangup())?,
        })
    }

    /// Ends with the next SIGTERM or SIGINT. SIGHUP changes nothing: settings are read at the start alone.
    pub async fn asked_to_stop(&mut self) {
        loop {
            tokio::select! {
                _ = self.terminate.recv() => return,
                _ = self.interrupt.recv() => return,
                _ = self.hangup.recv() => {
                    tracing::info!("SIGHUP: nothing is reloaded, settings are read at the start; restart the server for new ones");
                }
            }
        }
    }
}

/// Whoever stops the server.
pub struct Shutdown {
    stage: watch::Sender<Stage>,
    work: watch::Sender<()>,
}

/// Whoever has to know that the server stops, and is waited for until it is dropped.
#[derive(Clone, Debug)]
pub struct Guest {
    stage: watch::Receiver<Stage>,
    _work: watch::Receiver<()>,
}

impl Guest {
    /// Ends when stopping has come this far.
    pub async fn reached(&self, stage: Stage) {
        let mut watched = self.stage.clone();
        // An error: whoever stops is gone itself.
        watched.wait_for(|reached| *reached >= stage).await.ok();
    }
}

impl Shutdown {
    pub fn new() -> Self {
        let (stage, _) = watch::channel(Stage::Serving);
        let (work, _) = watch::channel(());
        Self { stage, work }
    }

    /// For somebody who is waited for.
    pub fn guest(&self) -> Guest {
        Guest {
            stage: self.stage.subscribe(),
            _work: self.work.subscribe(),
        }
    }

    /// Stops: takes leave, drains, cuts. Gives whether everything was finished.
    pub async fn stop(&self, settings: &Settings, signals: &mut Signals) -> bool {
        let finished = tokio::select! {
            finished = self.drain(settings) => finished,
            () = signals.asked_to_stop() => {
                tracing::warn!("told to stop a second time: what is under way is cut off");
                false
            }
        };
        self.go_to(Stage::Cut);
        finished
    }

    /// Goes to this stage.
    pub fn go_to(&self, stage: Stage) {
        self.stage.send_replace(stage);
    }

    /// Ends when nobody is waited for any more.
    pub async fn all_done(&self) {
        self.work.closed().await;
    }

    async fn drain(&self, settings: &Settings) -> bool {
        self.go_to(Stage::Leaving);
        tokio::time::sleep(settings.grace).await;
        self.go_to(Stage::Draining);
        let finished = tokio::time::timeout(settings.within, self.all_done())
            .await
            .is_ok();
        if !finished {
            tracing::warn!(
                seconds = settings.within.as_secs(),
                "requests that were not finished in time are cut off (VAERN_STOP_WITHIN)"
            );
        }
        finished
    }
}
