//! Serving, and the loop that does the jobs.

use crate::clock::SystemClock;
use crate::{mail, open};
use anyhow::Context;
use app::{App, SLOW_LANES};
use std::net::SocketAddr;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::jobs::Lane;

/// How often the loop looks for jobs that are due.
const TICK: Duration = Duration::from_secs(5);
/// The same for the search index: whoever has written something looks for it at once.
const SEARCH_TICK: Duration = Duration::from_secs(1);

/// Serves until the process is told to stop; running requests are finished first.
pub async fn serve(data: &Path, listen: SocketAddr, demonstration: bool) -> anyhow::Result<ExitCode> {
    let app = Arc::new(open::open(data, Arc::new(SystemClock), demonstration).await?);
    let swept = app.sweep().await?;
    if swept > 0 {
        tracing::info!(files = swept, "removed files of uploads that were never finished");
    }
    app.plan_daily().await?;
    app.plan_search().await?;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("can't listen on {listen}"))?;
    let jobs = tokio::spawn(do_jobs(Arc::clone(&app)));
    let workers = SLOW_LANES
        .into_iter()
        .flat_map(|(lane, workers)| std::iter::repeat_n(lane, workers));
    let slow: Vec<_> = workers
        .map(|lane| tokio::spawn(do_slow_jobs(Arc::clone(&app), lane)))
        .collect();
    let search = tokio::spawn(keep_search(Arc::clone(&app)));
    let mail = [mail::listen(&app).await?, mail::fetch(&app)?];
    tracing::info!(engine = app.engine(), "Værn is ready on http://{listen}");
    let served = axum::serve(listener, web::router(app))
        .with_graceful_shutdown(told_to_stop())
        .await;
    jobs.abort();
    slow.iter().for_each(tokio::task::JoinHandle::abort);
    search.abort();
    mail.iter().flatten().for_each(tokio::task::JoinHandle::abort);
    served.context("serving ended")?;
    Ok(ExitCode::SUCCESS)
}

async fn do_jobs(app: Arc<App>) {
    loop {
        if let Err(error) = app.run_jobs().await {
            tracing::error!(%error, "the jobs could not be done");
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn do_slow_jobs(app: Arc<App>, lane: Lane) {
    loop {
        if let Err(error) = app.work_in(lane).await {
            tracing::error!(?lane, %error, "the slow jobs could not be done");
        }
        tokio::time::sleep(TICK).await;
    }
}

async fn keep_search(app: Arc<App>) {
    loop {
        if let Err(error) = app.keep_search().await {
            tracing::error!(%error, "the search index could not be brought up to date");
        }
        tokio::time::sleep(SEARCH_TICK).await;
    }
}

async fn told_to_stop() {
    let terminate = async {
        match tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate()) {
            Ok(mut signal) => signal.recv().await,
            Err(_) => std::future::pending().await,
        }
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate => {}
    }
}
