//! What systemd is told (`Type=notify`, `WatchdogSec`), if it started the server; sd_notify(3). Without it nothing is said.

use sd_notify::NotifyState;

/// Says that requests are answered, and from then on twice in each watchdog's time that the event loop goes round.
pub fn ready() -> Option<tokio::task::JoinHandle<()>> {
    say(NotifyState::Ready);
    let patience = sd_notify::watchdog_enabled()?;
    Some(tokio::spawn(async move {
        loop {
            say(NotifyState::Watchdog);
            tokio::time::sleep(patience / 2).await;
        }
    }))
}

/// Says that the server is stopping.
pub fn stopping() {
    say(NotifyState::Stopping);
}

fn say(state: NotifyState) {
    if let Err(error) = sd_notify::notify(&[state]) {
        tracing::warn!(%error, "systemd could not be told how the server stands");
    }
}
