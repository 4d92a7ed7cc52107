//! `vaern check`: looks at everything that an installation needs and says a line each, good or what is wrong and how to mend it.
//!
//! It makes and changes nothing that stays, runs beside a server, and never hangs: each look has a limit of its own.

mod machine;
mod neighbours;
mod store;

use crate::config::{Config, Faults};
use futures_util::future::{BoxFuture, FutureExt as _, join_all};
use std::process::ExitCode;
use std::time::Duration;

/// How long one look may take. They are all taken at once.
const LIMIT: Duration = Duration::from_secs(30);

/// What one look found.
#[derive(Debug, PartialEq, Eq)]
pub struct Finding {
    is_good: bool,
    about: &'static str,
    said: String,
}

impl Finding {
    fn good(about: &'static str, said: impl Into<String>) -> Self {
        Self {
            is_good: true,
            about,
            said: said.into(),
        }
    }

    /// `said` says what is wrong and how to mend it.
    fn wrong(about: &'static str, said: impl Into<String>) -> Self {
        Self {
            is_good: false,
            about,
            said: said.into(),
        }
    }

    /// Good, or wrong with a hint how to mend it.
    fn of<E: std::fmt::Display>(about: &'static str, found: Result<String, E>, mend: &str) -> Self {
        match found {
            Ok(said) => Self::good(about, said),
            Err(error) => Self::wrong(about, format!("{error}; {mend}")),
        }
    }

    fn print(&self) {
        let word = if self.is_good { "good " } else { "WRONG" };
        println!("{word} {}: {}", self.about, self.said.replace('\n', " "));
    }
}

/// One thing to look at.
type Look<'a> = (&'static str, BoxFuture<'a, Vec<Finding>>);

/// Looks at everything and prints it.
pub async fn check(config: &Config) -> ExitCode {
    let looks: Vec<Look<'_>> = vec![
        ("settings", machine::settings(config).boxed()),
        ("folder", machine::folder(config).boxed()),
        ("disk", machine::disk(config).boxed()),
        ("database", store::database(config).boxed()),
        ("installation", store::installation(config).boxed()),
        ("keys", store::keys_and_files(config).boxed()),
        ("clock", machine::clock().boxed()),
        ("server", machine::server(config).boxed()),
        ("procedure", machine::procedure(config).boxed()),
        ("public address", machine::public_address(config).boxed()),
        ("programs", machine::programs().boxed()),
        ("mail out", neighbours::mail_out(config).boxed()),
        ("mail in", neighbours::mail_in(config).boxed()),
        ("mailbox", neighbours::mailbox(config).boxed()),
        ("malware scanner", neighbours::scanner(config).boxed()),
        ("time-stamps", neighbours::authority(config).boxed()),
        ("browser", neighbours::browser(config).boxed()),
    ];
    let bounded = looks.into_iter().map(|(about, look)| async move {
        let late = || {
            let said = format!("no answer within {} seconds", LIMIT.as_secs());
            vec![Finding::wrong(about, said)]
        };
        tokio::time::timeout(LIMIT, look).await.unwrap_or_else(|_| late())
    });
    let findings: Vec<Finding> = join_all(bounded).await.into_iter().flatten().collect();
    findings.iter().for_each(Finding::print);
    if findings.iter().all(|finding| finding.is_good) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// The same where there are no settings to go by.
pub fn print_faults(faults: &Faults) {
    for fault in faults.iter() {
        Finding::wrong("settings", fault).print();
    }
}

/// Asks the file system, which may never answer (a network drive that is away).
async fn ask_files<T: Send + 'static>(ask: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    tokio::task::spawn_blocking(ask).await.ok()
}
