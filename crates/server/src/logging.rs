//! The log: lines on standard error, for people or for machines.

use crate::config::{Config, LogFormat};
use std::io::IsTerminal as _;
use tracing_subscriber::EnvFilter;

/// What PostgreSQL says beside its answers ("relation … already exists, skipping") is no news.
const QUIET: &str = "sqlx::postgres::notice=warn";

/// Begins the log as the settings say. Colours are for a terminal alone: in a file or in journald they are noise.
pub fn start(config: &Config) {
    let filter = EnvFilter::new(format!("{QUIET},{}", config.log.as_str()));
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(std::io::stderr().is_terminal())
        .with_writer(std::io::stderr);
    match config.log_format {
        LogFormat::Plain => lines.init(),
        LogFormat::Json => lines.json().with_current_span(true).with_span_list(false).init(),
    }
}
