//! From the start of the program to its first page, with many cases and many files.

use crate::limits;
use crate::server::{REPORTER, Server, fjordby};
use domain::case::{Arrival, NewReport};
use std::path::Path;
use std::sync::Arc;

const CASES: usize = 100_000;
const FILES_EACH: usize = 3;
/// A small file: what is measured is how many there are.
const BYTES: usize = 100;
const AT_ONCE: usize = 16;
const STARTS: usize = 5;

/// Measures and prints: empty, with many cases, and with files to all of them.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    println!("From start to the first page, best of {STARTS}");
    for (name, cases, files) in [
        ("empty".to_owned(), 0, 0),
        (format!("{CASES} cases"), CASES, 0),
        (
            format!("{CASES} cases, {} files", CASES * FILES_EACH),
            CASES,
            FILES_EACH,
        ),
    ] {
        let folder = scratch.join(format!("{cases}-{files}"));
        fill(&folder, cases, files).await?;
        let mut best = f64::MAX;
        for _ in 0..STARTS {
            let server = Server::vaern(&folder).await?;
            best = best.min(server.first_page_ms);
        }
        println!("  {name:<34} {best:>8.0} ms");
    }
    println!(
        "  {:<34} {:>8.0} ms",
        "the program alone (vaern --version)",
        limits::starting()?
    );
    Ok(())
}

/// So many cases with so many files each, reported by many at once.
async fn fill(folder: &Path, cases: usize, files: usize) -> anyhow::Result<()> {
    let app = Arc::new(fjordby(folder).await?);
    let mut workers = tokio::task::JoinSet::new();
    for worker in 0..AT_ONCE {
        let app = Arc::clone(&app);
        workers.spawn(async move {
            let caller = app.caller_named(REPORTER)?;
            for place in (worker..cases).step_by(AT_ONCE) {
                let mut incoming = app.begin_report(&caller);
                for file in 0..files {
                    incoming.file(&format!("{file}.txt"), Arrival::Uploaded).await?;
                    incoming
                        .write(format!("{place} {file} ").repeat(BYTES / 8).as_bytes())
                        .await?;
                    incoming.end_file().await?;
                }
                let new = NewReport {
                    text: format!("Sag {place} til måling. Alt er opdigtet."),
                    about_me: true,
                    ..NewReport::default()
                };
                app.report(&caller, incoming, &[], new, None).await?;
                if place % 10_000 == 9_999 {
                    eprintln!("  {} cases", place + 1);
                }
            }
            anyhow::Ok(())
        });
    }
    while let Some(done) = workers.join_next().await {
        done??;
    }
    Ok(())
}
