//! What the system says of this process (`proc(5)`, checked 2026-11-30), under the names that Prometheus' own libraries use.

use jiff::Timestamp;
use metrics::{counter, gauge};
use rustix::process::{Resource, getrlimit};
use std::fs;

/// The kernel counts processor time in hundredths of a second, whatever its own clock does (`USER_HZ`).
const TICKS: u64 = 100;

/// This process.
pub struct Process {
    begun: Timestamp,
}

impl Process {
    /// It began about now.
    pub fn begun(now: Timestamp) -> Self {
        Self { begun: now }
    }

    /// Reads what can be read.
    pub fn gather(&self) {
        gauge!("process_start_time_seconds").set(self.begun.as_duration().as_secs_f64());
        if let Some(bytes) = memory() {
            gauge!("process_resident_memory_bytes").set(super::monitoring::float(bytes));
        }
        if let Some(ticks) = processor() {
            counter!("process_cpu_seconds_total").absolute(ticks / TICKS);
        }
        if let Ok(files) = fs::read_dir("/proc/self/fd") {
            gauge!("process_open_fds").set(super::monitoring::float(files.count() as u64));
        }
        if let Some(most) = getrlimit(Resource::Nofile).current {
            gauge!("process_max_fds").set(super::monitoring::float(most));
        }
    }
}

/// Resident bytes.
fn memory() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// Ticks in user and system mode.
fn processor() -> Option<u64> {
    let stat = fs::read_to_string("/proc/self/stat").ok()?;
    // The name in parentheses may hold anything; what follows are numbers, from the third field on.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace().skip(11);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}
