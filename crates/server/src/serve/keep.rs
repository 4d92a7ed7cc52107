//! What a server keeps in order of itself: the installation's counter, what lists say, and working copies left behind.

use app::App;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;

/// How often the installation's counter is raised.
const COUNTED: Duration = Duration::from_secs(600);

/// At the start, before anything is served.
pub async fn begin(app: &Arc<App>) -> anyhow::Result<[JoinHandle<()>; 2]> {
    app.count_run().await?;
    let left = app.sweep_work()?;
    if left > 0 {
        tracing::info!(
            left,
            "removed working copies that a process left behind when it was killed"
        );
    }
    Ok([
        tokio::spawn(keep_lists(Arc::clone(app))),
        tokio::spawn(count_runs(Arc::clone(app))),
    ])
}

/// At the stop: a database that was copied before now is older than this one.
pub async fn end(app: &App) {
    if let Err(error) = app.count_run().await {
        tracing::error!(%error, "the installation's counter could not be raised");
    }
}

/// So that a database that was copied while this server ran is told from the one that it left behind.
async fn count_runs(app: Arc<App>) {
    loop {
        tokio::time::sleep(COUNTED).await;
        if let Err(error) = app.count_run().await {
            tracing::error!(%error, "the installation's counter could not be raised");
        }
    }
}

/// Lists that another version of this program, or another calendar, computed are made again, once.
async fn keep_lists(app: Arc<App>) {
    match app.keep_projection().await {
        Ok(None) => {}
        Ok(Some(done)) => {
            for failure in &done.failures {
                tracing::error!(failure, "the lists could not be made again for a case");
            }
            let (cases, changed) = (done.cases, done.changed);
            tracing::info!(cases, changed, "the lists were made again from the journals");
        }
        Err(error) => tracing::error!(%error, "the lists could not be made again"),
    }
}
