//! Serving, and the loop that does the jobs.

mod accept;
mod body;
mod connection;
mod keep;
mod limits;
mod monitoring;
mod process;
mod shutdown;
mod systemd;
#[cfg(test)]
mod tests;

use crate::clock::SystemClock;
use crate::config::Config;
use crate::identity::Wants;
use crate::{mail, open};
use accept::Door;
use anyhow::Context;
use app::App;
use connection::Connections;
use limits::{Limits, Settings};
use monitoring::Gatherer;
pub use shutdown::{Guest, Stage};
use shutdown::{Shutdown, Signals};
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use store::jobs::Lane;

/// How often the loop looks for jobs that are due.
const TICK: Duration = Duration::from_secs(5);
/// The same for the search index: whoever has written something looks for it at once.
const SEARCH_TICK: Duration = Duration::from_secs(1);
/// How long the database may take to close.
const CLOSING: Duration = Duration::from_secs(10);

/// Serves until the process is told to stop; running requests are finished first, within limits.
pub async fn serve(config: &Config, demonstration: bool) -> anyhow::Result<ExitCode> {
    let settings = Settings::of(config)?;
    if let Some(url) = config.public_url.as_ref().filter(|url| url.is_exposed()) {
        tracing::warn!(
            "VAERN_PUBLIC_URL is {}: passwords and sessions cross the network unencrypted; put a proxy with TLS in front and use https://",
            url.as_str()
        );
    }
    let mut signals = Signals::listen()?;
    let counts = settings.metrics.map(|_| monitoring::install()).transpose()?;
    let wants = if demonstration {
        Wants::DEMONSTRATION
    } else {
        Wants::SERVE
    };
    let open::Open { app, held: _held } =
        open::open(config, Arc::new(SystemClock), wants, demonstration).await?;
    let app = Arc::new(app);
    let kept = keep::begin(&app).await?;
    app.plan_daily().await?;
    let listen = config.listen;
    let listener = tokio::net::TcpListener::bind(listen)
        .await
        .with_context(|| format!("can't listen on {listen}"))?;
    let jobs = tokio::spawn(do_jobs(Arc::clone(&app)));
    let workers = app::slow_lanes()
        .into_iter()
        .flat_map(|(lane, workers)| std::iter::repeat_n(lane, workers));
    let slow: Vec<_> = workers
        .map(|lane| tokio::spawn(do_slow_jobs(Arc::clone(&app), lane)))
        .collect();
    let search = tokio::spawn(keep_search(Arc::clone(&app)));
    let signs = tokio::spawn(sign_life(Arc::clone(&app)));
    let following = Arc::clone(&app);
    let others = tokio::spawn(async move { following.follow_others().await });
    let shutdown = Shutdown::new();
    let mail = [
        mail::listen(config, &app, shutdown.guest()).await?,
        mail::fetch(config, &app)?,
    ];
    let door = Door {
        router: web::router(Arc::clone(&app)),
        limits: Limits::DEFAULT,
        connections: Connections::new(settings.connections),
    };
    let watched = match settings.metrics.zip(counts) {
        Some((address, counts)) => {
            let gatherer = Gatherer::new(Arc::clone(&app), counts, Arc::clone(&door.connections));
            Some(expose(address, gatherer, shutdown.guest()).await?)
        }
        None => None,
    };
    let http = tokio::spawn(accept::accept(listener, door, shutdown.guest()));
    tracing::info!(
        engine = app.engine(),
        connections = settings.connections,
        "Værn is ready on http://{listen}"
    );
    let watchdog = systemd::ready();
    signals.asked_to_stop().await;
    systemd::stopping();
    tracing::info!("stopping: what is under way is finished first");
    app.begin_to_stop();
    let finished = shutdown.stop(&settings, &mut signals).await;
    let tasks = [jobs, search, signs, others, http].into_iter();
    let tasks = tasks
        .chain(slow)
        .chain(kept)
        .chain(mail.into_iter().flatten())
        .chain(watched.into_iter().flatten())
        .chain(watchdog);
    for task in tasks {
        task.abort();
        // Until it has ended, it may still be writing.
        let _ = task.await;
    }
    keep::end(&app).await;
    close(&app).await;
    tracing::info!(finished, "stopped");
    Ok(ExitCode::SUCCESS)
}

/// Serves the metrics at their own address.
async fn expose(
    address: SocketAddr,
    gatherer: Arc<Gatherer>,
    guest: Guest,
) -> anyhow::Result<[tokio::task::JoinHandle<()>; 2]> {
    let listener = tokio::net::TcpListener::bind(address)
        .await
        .with_context(|| format!("VAERN_METRICS: can't listen on {address}"))?;
    let door = Door {
        router: gatherer.router(),
        limits: Limits::DEFAULT,
        connections: Connections::new(limits::SCRAPERS),
    };
    tracing::info!("metrics are on http://{address}/metrics");
    let serve = tokio::spawn(accept::accept(listener, door, guest));
    Ok([serve, tokio::spawn(gatherer.keep())])
}

/// Closes the database in order, so that SQLite's file holds everything by itself.
async fn close(app: &App) {
    match tokio::time::timeout(CLOSING, app.stop_jobs()).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::warn!(%error, "jobs under way could not be given back"),
        Err(_) => tracing::warn!(
            "jobs under way could not be given back in time: others take them over in a minute"
        ),
    }
    if tokio::time::timeout(CLOSING, app.close()).await.is_err() {
        tracing::warn!("the database did not close in time; nothing that was acknowledged is lost");
    }
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

async fn sign_life(app: Arc<App>) {
    loop {
        if let Err(error) = app.sign_life().await {
            tracing::warn!(%error, "the other nodes could not be told that this one lives");
        }
        tokio::time::sleep(app::SIGN_EVERY).await;
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
