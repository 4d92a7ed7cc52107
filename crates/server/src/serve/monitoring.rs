//! `/metrics`: figures for Prometheus (text format 0.0.4), on an address of its own and never on the public one. Nothing personal.

use super::connection::Connections;
use super::process::Process;
use anyhow::Context as _;
use app::{App, CheckState, Figures, Health};
use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use http::header::CONTENT_TYPE;
use jiff::Timestamp;
use metrics::{counter, describe_counter, describe_gauge, describe_histogram, gauge};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long figures out of the database are good for, and how long the database may take to give them.
const KEPT: Duration = Duration::from_secs(5);
const PATIENCE: Duration = Duration::from_secs(2);
/// How often what was measured is put into its buckets, so that it does not pile up where nobody reads it.
const UPKEEP: Duration = Duration::from_secs(5);
/// Bounds of the histograms, in seconds.
const BUCKETS: [f64; 12] = [
    0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// Every lane, as a label and as the table has it.
const LANES: [(&str, &str); 5] = [
    ("prompt", ""),
    ("slow", "slow"),
    ("letters", "letters"),
    ("reminders", "reminders"),
    ("search", "search"),
];
const STATES: [&str; 3] = ["waiting", "running", "failed"];

/// What a metric is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Counter,
    Gauge,
    Histogram,
}
use Kind::{Counter, Gauge, Histogram};

/// Every metric, what it is and what it says.
const METRICS: &[(&str, Kind, &str)] = &[
    (
        "vaern_build_info",
        Gauge,
        "1; labels say which version runs on which database.",
    ),
    (
        "vaern_http_requests_total",
        Counter,
        "Requests by method, route and status.",
    ),
    (
        "vaern_http_request_duration_seconds",
        Histogram,
        "From a request's headers to its answer's, by method and route.",
    ),
    (
        "vaern_http_requests_in_flight",
        Gauge,
        "Requests that are being worked on.",
    ),
    ("vaern_http_connections", Gauge, "Open connections."),
    (
        "vaern_http_connections_max",
        Gauge,
        "The most connections that there may be.",
    ),
    (
        "vaern_http_connections_turned_away_total",
        Counter,
        "Connections closed to make room (idle), answered with 503 (full), or not taken (error).",
    ),
    (
        "vaern_http_timeouts_total",
        Counter,
        "Connections given up: no request (idle), half a request (head), a stalled body (body), an answer that is not read (answer).",
    ),
    ("vaern_reports_total", Counter, "Reports that became cases."),
    ("vaern_exhibits_total", Counter, "Files that became exhibits."),
    (
        "vaern_exhibit_bytes_total",
        Counter,
        "Bytes of files that became exhibits.",
    ),
    (
        "vaern_exhibits_refused_total",
        Counter,
        "Files that were refused, by reason.",
    ),
    (
        "vaern_mails_in_total",
        Counter,
        "E-mails that were handed in, by what became of them.",
    ),
    (
        "vaern_mails_out_total",
        Counter,
        "E-mails of ours, by how the mail server took them.",
    ),
    (
        "vaern_sign_ins_total",
        Counter,
        "Attempts to sign in, by how they ended.",
    ),
    (
        "vaern_ready",
        Gauge,
        "1 if this server is ready for requests (/readyz).",
    ),
    (
        "vaern_check",
        Gauge,
        "Each check of /readyz: 0 good, 1 a warning, 2 failed.",
    ),
    (
        "vaern_database_up",
        Gauge,
        "1 if the database gave its figures at the last scrape.",
    ),
    (
        "vaern_database_connections",
        Gauge,
        "Connections of this server to its database, by state: used or idle.",
    ),
    (
        "vaern_database_connections_max",
        Gauge,
        "The most connections that this server opens to its database.",
    ),
    (
        "vaern_jobs_given_up_total",
        Counter,
        "Jobs that this server gave up, by what they were for.",
    ),
    (
        "vaern_jobs",
        Gauge,
        "Jobs that are not done, by lane and state; failed ones were given up.",
    ),
    (
        "vaern_jobs_oldest_waiting_seconds",
        Gauge,
        "For how long the oldest due job of a lane has waited.",
    ),
    (
        "vaern_disk_free_bytes",
        Gauge,
        "Room on the disk of the data folder.",
    ),
    (
        "vaern_disk_size_bytes",
        Gauge,
        "Size of the disk of the data folder.",
    ),
    ("vaern_seal_age_seconds", Gauge, "Age of the last daily seal."),
    (
        "vaern_stamps_waiting",
        Gauge,
        "Seals that wait for an outside time-stamp.",
    ),
    (
        "vaern_round_age_seconds",
        Gauge,
        "Since when the last finished round through all exhibits is over.",
    ),
    (
        "vaern_round_damaged_exhibits",
        Gauge,
        "Damaged exhibits that the latest round found.",
    ),
    (
        "vaern_round_unreadable_cases",
        Gauge,
        "Cases whose journal the latest round could not read.",
    ),
    (
        "vaern_round_exhibits_not_here",
        Gauge,
        "Exhibits that the latest round could not judge: the files at hand are not this installation's, or can't be read.",
    ),
    (
        "vaern_backup_age_seconds",
        Gauge,
        "Since when the last backup is finished; absent before the first.",
    ),
    (
        "vaern_backup_proof_age_seconds",
        Gauge,
        "Since when a backup was last restored elsewhere and found whole; absent before the first.",
    ),
    (
        "vaern_collection_stopped",
        Gauge,
        "1 if a collection of files would have taken too many and waits for somebody to look.",
    ),
    ("process_resident_memory_bytes", Gauge, "Memory of this process."),
    (
        "process_cpu_seconds_total",
        Counter,
        "Processor time of this process.",
    ),
    ("process_open_fds", Gauge, "Open files of this process."),
    (
        "process_max_fds",
        Gauge,
        "How many files this process may have open.",
    ),
    (
        "process_start_time_seconds",
        Gauge,
        "When this process began, in seconds since 1970.",
    ),
];

/// Has everything counted from now on, and gives who can say it.
///
/// # Errors
/// If something else counts already.
pub fn install() -> anyhow::Result<PrometheusHandle> {
    let recorder = PrometheusBuilder::new()
        .set_buckets(&BUCKETS)
        .context("the buckets of the metrics")?
        .build_recorder();
    let handle = recorder.handle();
    metrics::set_global_recorder(recorder).context("the metrics")?;
    for &(name, kind, help) in METRICS {
        match kind {
            Counter => describe_counter!(name, help),
            Gauge => describe_gauge!(name, help),
            Histogram => describe_histogram!(name, help),
        }
    }
    app::counts::begin();
    for what in ["idle", "full", "error"] {
        counter!("vaern_http_connections_turned_away_total", "how" => what).increment(0);
    }
    for what in ["idle", "head", "body", "answer"] {
        counter!("vaern_http_timeouts_total", "what" => what).increment(0);
    }
    Ok(handle)
}

/// Whoever gathers the figures that are not counted as they happen.
pub struct Gatherer {
    app: Arc<App>,
    handle: PrometheusHandle,
    connections: Arc<Connections>,
    process: Process,
    figures: Mutex<Option<(Instant, Figures)>>,
}

impl Gatherer {
    /// Gathers from here.
    pub fn new(app: Arc<App>, handle: PrometheusHandle, connections: Arc<Connections>) -> Arc<Self> {
        let process = Process::begun(app.now());
        gauge!("vaern_build_info", "version" => env!("CARGO_PKG_VERSION"), "database" => app.engine())
            .set(1.0);
        Arc::new(Self {
            app,
            handle,
            connections,
            process,
            figures: Mutex::default(),
        })
    }

    /// The pages of the metrics' address.
    pub fn router(self: &Arc<Self>) -> Router {
        Router::new()
            .route("/metrics", get(scrape))
            .with_state(Arc::clone(self))
    }

    /// Keeps what was measured in order, for ever.
    pub async fn keep(self: Arc<Self>) {
        loop {
            self.handle.run_upkeep();
            tokio::time::sleep(UPKEEP).await;
        }
    }

    async fn gather(&self) {
        gauge!("vaern_http_connections").set(count(self.connections.count()));
        gauge!("vaern_http_connections_max").set(count(self.connections.most()));
        self.process.gather();
        if let Ok(space) = self.app.disk_space() {
            gauge!("vaern_disk_free_bytes").set(float(space.free));
            gauge!("vaern_disk_size_bytes").set(float(space.total));
        }
        let connections = self.app.database_connections();
        let used = connections.open.saturating_sub(connections.idle);
        gauge!("vaern_database_connections", "state" => "used").set(f64::from(used));
        gauge!("vaern_database_connections", "state" => "idle").set(f64::from(connections.idle));
        gauge!("vaern_database_connections_max").set(f64::from(connections.most));
        health(self.app.health().await.as_ref());
        let mut kept = self.figures.lock().await;
        if kept.as_ref().is_none_or(|(at, _)| at.elapsed() >= KEPT) {
            let found = tokio::time::timeout(PATIENCE, self.app.figures()).await;
            let found = found.ok().and_then(Result::ok);
            gauge!("vaern_database_up").set(if found.is_some() { 1.0 } else { 0.0 });
            *kept = found
                .map(|figures| (Instant::now(), figures))
                .or_else(|| kept.take());
        }
        if let Some((_, figures)) = kept.as_ref() {
            say(figures, self.app.now());
        }
    }
}

async fn scrape(State(gatherer): State<Arc<Gatherer>>) -> Response {
    gatherer.gather().await;
    let kind = [(CONTENT_TYPE, "text/plain; version=0.0.4; charset=utf-8")];
    (kind, gatherer.handle.render()).into_response()
}

fn health(health: &Health) {
    gauge!("vaern_ready").set(if health.is_ready() { 1.0 } else { 0.0 });
    for check in &health.checks {
        let state = match check.state {
            CheckState::Ok => 0.0,
            CheckState::Warning => 1.0,
            CheckState::Failed => 2.0,
        };
        gauge!("vaern_check", "check" => check.name).set(state);
    }
}

fn say(figures: &Figures, now: Timestamp) {
    for (label, lane) in LANES {
        let of_lane = || figures.jobs.iter().filter(move |jobs| jobs.lane == lane);
        for state in STATES {
            let jobs: u64 = of_lane()
                .filter(|jobs| jobs.state == state)
                .map(|jobs| jobs.jobs)
                .sum();
            gauge!("vaern_jobs", "lane" => label, "state" => state).set(float(jobs));
        }
        let waiting = of_lane()
            .filter(|jobs| jobs.state == "waiting")
            .map(|jobs| jobs.first);
        let oldest = waiting.min().map_or(0.0, |first| age(first, now));
        gauge!("vaern_jobs_oldest_waiting_seconds", "lane" => label).set(oldest);
    }
    gauge!("vaern_stamps_waiting").set(float(figures.stamps_waiting));
    gauge!("vaern_collection_stopped").set(if figures.collection_stopped { 1.0 } else { 0.0 });
    if let Some(at) = figures.backup {
        gauge!("vaern_backup_age_seconds").set(age(at, now));
    }
    if let Some(at) = figures.backup_proved {
        gauge!("vaern_backup_proof_age_seconds").set(age(at, now));
    }
    if let Some(at) = figures.last_seal {
        gauge!("vaern_seal_age_seconds").set(age(at, now));
    }
    if let Some(round) = &figures.round {
        gauge!("vaern_round_damaged_exhibits").set(float(round.damaged));
        gauge!("vaern_round_exhibits_not_here").set(float(round.not_here));
        gauge!("vaern_round_unreadable_cases").set(float(round.unreadable_cases));
        if let Some(at) = round.finished {
            gauge!("vaern_round_age_seconds").set(age(at, now));
        }
    }
}

/// Seconds since then; none if it is still to come.
fn age(since: Timestamp, now: Timestamp) -> f64 {
    now.duration_since(since).as_secs_f64().max(0.0)
}

fn count(count: usize) -> f64 {
    float(count as u64)
}

pub fn float(count: u64) -> f64 {
    count as f64
}
