//! What is made of each screenshot that comes: the small picture, beside decoding it; and all copies with the words in it,
//! beside Tesseract alone.

use crate::client::millis;
use anyhow::{Context as _, ensure};
use app::media;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

/// Made up and drawn for the examples.
const SCREENSHOTS: [(&str, &[u8]); 3] = [
    (
        "messages on a phone, 3.0 Mpx",
        include_bytes!(
            "../../../../../examples/matters/03-night-messages-to-private-profile/screenshot-1.png"
        ),
    ),
    (
        "a recording on a screen, 1.1 Mpx",
        include_bytes!("../../../../../examples/matters/05-secret-recording-published/screenshot-1.png"),
    ),
    (
        "a wave of comments, 3.3 Mpx",
        include_bytes!("../../../../../examples/matters/09-wave-against-library-closure/screenshot-1.png"),
    ),
];
const TIMES: usize = 3;

/// Measures and prints.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    println!(
        "{:<36} {:>8} {:>9} {:>9} {:>9}",
        "Copies of one screenshot, best of 3", "decode", "small", "Tesseract", "all"
    );
    for (name, bytes) in SCREENSHOTS {
        let original = scratch.join("original.png");
        std::fs::write(&original, bytes)?;
        let decoded = best(|| {
            let picture = image::load_from_memory(bytes)?;
            std::hint::black_box(picture);
            Ok(())
        })?;
        let small = best(|| {
            media::small_picture(&original).context("a small picture")?;
            Ok(())
        })?;
        let read = best(|| tesseract(&original))?;
        let mut all = f64::MAX;
        for _ in 0..TIMES {
            let room = tempfile::tempdir_in(scratch)?;
            let started = Instant::now();
            let copies = media::copies(&original, "image/png", room.path()).await;
            all = all.min(millis(started.elapsed()));
            ensure!(copies.texts.iter().any(|made| made.what.is_ok()), "no words");
        }
        println!("  {name:<34} {decoded:>8.0} {small:>9.0} {read:>9.0} {all:>9.0}");
    }
    Ok(())
}

fn best(mut work: impl FnMut() -> anyhow::Result<()>) -> anyhow::Result<f64> {
    let mut best = f64::MAX;
    for _ in 0..TIMES {
        let started = Instant::now();
        work()?;
        best = best.min(millis(started.elapsed()));
    }
    Ok(best)
}

/// The program alone, as ours asks it: one thread, the same languages, the same answer.
fn tesseract(picture: &Path) -> anyhow::Result<()> {
    let status = Command::new("tesseract")
        .arg(picture)
        .args(["stdout", "-l", "dan+eng", "tsv"])
        .env("OMP_THREAD_LIMIT", "1")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("tesseract: scripts/setup installs it")?;
    ensure!(status.success(), "tesseract failed");
    Ok(())
}
