//! The daily round through all exhibits, beside reading and hashing the same files and nothing else.

use crate::client::picture;
use crate::limits;
use crate::server::{REPORTER, fjordby};
use domain::case::{Arrival, NewReport};
use std::path::Path;
use std::time::Instant;

const EXHIBITS: usize = 200;
const BYTES: usize = 1_500_000;

/// Measures and prints. What is read was just written, so both find it in memory.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    let folder = scratch.join("reverify");
    let app = fjordby(&folder).await?;
    let caller = app.caller_named(REPORTER)?;
    let picture = picture(BYTES);
    for _ in 0..EXHIBITS {
        let mut incoming = app.begin_report(&caller);
        incoming.file("a.png", Arrival::Uploaded).await?;
        incoming.write(&picture).await?;
        incoming.end_file().await?;
        let new = NewReport {
            text: "Målt.".into(),
            about_me: true,
            ..NewReport::default()
        };
        app.report(&caller, incoming, &[], new, None).await?;
    }
    let (mut best, mut plain) = (0.0_f64, 0.0_f64);
    for _ in 0..3 {
        let started = Instant::now();
        let round = app.reverify(|_| ()).await?;
        anyhow::ensure!(round.is_whole(), "the round found damage");
        best = best.max(round.bytes as f64 / 1e6 / started.elapsed().as_secs_f64());
        let started = Instant::now();
        let bytes = limits::reading(&folder.join("blobs"))?;
        plain = plain.max(bytes as f64 / 1e6 / started.elapsed().as_secs_f64());
    }
    println!("Re-verification, {EXHIBITS} exhibits of 1.5 MB, best of three");
    println!("  {:<34} {plain:>8.0} MB/s", "reading and hashing the files");
    println!(
        "  {:<34} {best:>8.0} MB/s ({:.2} of plain)",
        "a round: opening, hashing, comparing",
        best / plain
    );
    Ok(())
}
