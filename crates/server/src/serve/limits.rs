//! How long and how many: every limit of the HTTP server in one place.

use crate::config::{Config, Whole};
use anyhow::ensure;
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::net::SocketAddr;
use std::time::Duration;

/// What one connection may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From the first byte of a request (or from connecting) to the end of its headers.
    pub head: Duration,
    /// Between an answer and the next request.
    pub idle: Duration,
    /// How long a sender may be silent in the middle of a body, or a reader of an answer deaf: a credit that waiting uses up and
    /// bytes earn back.
    pub stall: Duration,
    /// The least rate, in bytes a second, at which a body or an answer has to move once the credit is used up.
    pub rate: u32,
}

impl Limits {
    /// What holds for everybody.
    pub const DEFAULT: Self = Self {
        head: Duration::from_secs(10),
        idle: Duration::from_secs(60),
        stall: Duration::from_secs(30),
        rate: 1_000,
    };
}

/// Open files that the program itself needs: database, index, log.
const OWN_FILES: u64 = 64;
/// The least connections, and the most however many files may be open: each holds some tens of kilobytes.
const LEAST_CONNECTIONS: u64 = 8;
const MOST_CONNECTIONS: u64 = 8_192;
/// Connections at once to the metrics.
pub const SCRAPERS: usize = 32;

/// What an operator may set.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Connections at once (`VAERN_CONNECTIONS`); by default half of the files that may be open beside the program's own,
    /// at most 8,192: the rest is for files that come and go, and for programs that are run.
    pub connections: usize,
    /// How long a stopping server goes on taking connections, so that a load balancer sees first that it is not ready
    /// (`VAERN_STOP_GRACE`, seconds).
    pub grace: Duration,
    /// How long requests under way may then take before they are cut off (`VAERN_STOP_WITHIN`, seconds).
    pub within: Duration,
    /// Where the metrics are (`VAERN_METRICS`, such as `127.0.0.1:9184`); nowhere without it.
    pub metrics: Option<SocketAddr>,
}

impl Settings {
    /// Those of the configuration, with the number of files that may be open raised as far as the system allows.
    ///
    /// # Errors
    /// By name: more connections than files may be open.
    pub fn of(config: &Config) -> anyhow::Result<Self> {
        let files = raise_open_files();
        let connections = match config.connections {
            Some(Whole(wanted)) => {
                ensure!(
                    wanted < files,
                    "VAERN_CONNECTIONS is {wanted}, but only {files} files may be open (ulimit -n, or LimitNOFILE of the unit)"
                );
                wanted
            }
            None => (files.saturating_sub(OWN_FILES) / 2).clamp(LEAST_CONNECTIONS, MOST_CONNECTIONS),
        };
        Ok(Self {
            connections: usize::try_from(connections)?,
            grace: config.stop_grace.duration(),
            within: config.stop_within.duration(),
            metrics: config.metrics,
        })
    }
}

/// Raises the soft limit of open files to the hard one, and gives what holds then.
fn raise_open_files() -> u64 {
    let limit = getrlimit(Resource::Nofile);
    let raised = Rlimit {
        current: limit.maximum,
        maximum: limit.maximum,
    };
    match setrlimit(Resource::Nofile, raised) {
        // No limit at all is as good as a very large one.
        Ok(()) => limit.maximum.unwrap_or(u64::MAX),
        Err(error) => {
            tracing::warn!(%error, "the number of files that may be open stays as it is");
            limit.current.unwrap_or(u64::MAX)
        }
    }
}
