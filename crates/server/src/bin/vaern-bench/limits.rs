//! What the machine can do without us: the figures that ours are read beside.

use anyhow::Context;
use axum::Router;
use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::routing::post;
use sha2::{Digest, Sha256};
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;
use tokio::io::AsyncWriteExt;

/// Appends of 4 kB, each followed by `fdatasync`, a second.
pub fn fdatasync(scratch: &Path) -> anyhow::Result<f64> {
    let mut file = std::fs::File::create(scratch.join("fdatasync"))?;
    let (block, times, started) = ([7; 4096], 400, Instant::now());
    for _ in 0..times {
        file.write_all(&block)?;
        file.sync_data()?;
    }
    Ok(f64::from(times) / started.elapsed().as_secs_f64())
}

/// Transactions of one small row, one after another, a second; through the same door as ours.
pub async fn commits(folder: &Path) -> anyhow::Result<f64> {
    std::fs::create_dir(folder)?;
    let store = crate::server::store(folder).await?;
    let (times, started) = (400, Instant::now());
    for round in 0..times {
        let mut tx = store.db.begin().await?;
        store::settings::set(&mut tx, "bench", &round.to_string()).await?;
        tx.commit().await?;
    }
    Ok(f64::from(times) / started.elapsed().as_secs_f64())
}

/// Milliseconds from starting the program to its end where it has nothing to do; the best of five.
pub fn starting() -> anyhow::Result<f64> {
    let program = std::env::current_exe()?.with_file_name("vaern");
    let mut best = f64::MAX;
    for _ in 0..5 {
        let started = Instant::now();
        let ended = std::process::Command::new(&program)
            .arg("--version")
            .stdout(std::process::Stdio::null())
            .status()?;
        anyhow::ensure!(ended.success(), "the program does not say its version");
        best = best.min(crate::client::millis(started.elapsed()));
    }
    Ok(best)
}

/// Megabytes (1,000,000 bytes) hashed a second on one core.
pub fn sha256() -> f64 {
    let bytes = vec![7_u8; 64 * 1024 * 1024];
    let started = Instant::now();
    std::hint::black_box(Sha256::digest(&bytes));
    bytes.len() as f64 / 1e6 / started.elapsed().as_secs_f64()
}

/// Serves one handler that streams the upload's file to a new file, with fdatasync, rename, and fsync of the folder.
pub async fn bare_store(listen: &str, folder: &Path) -> anyhow::Result<()> {
    let place = Arc::new((folder.to_owned(), AtomicU64::new(0)));
    let router = Router::new()
        .route("/", post(keep))
        .layer(axum::extract::DefaultBodyLimit::disable());
    let listener = tokio::net::TcpListener::bind(listen).await?;
    Ok(axum::serve(listener, router.with_state(place)).await?)
}

async fn keep(
    State(place): State<Arc<(PathBuf, AtomicU64)>>,
    upload: Multipart,
) -> (StatusCode, &'static str) {
    match keep_file(&place.0, place.1.fetch_add(1, Ordering::Relaxed), upload).await {
        Ok(()) => (StatusCode::CREATED, "kept"),
        Err(error) => {
            eprintln!("bare store: {error:#}");
            (StatusCode::INTERNAL_SERVER_ERROR, "")
        }
    }
}

async fn keep_file(folder: &Path, number: u64, mut upload: Multipart) -> anyhow::Result<()> {
    while let Some(mut field) = upload.next_field().await? {
        if field.name() != Some("exhibit") {
            continue;
        }
        let (under_way, done) = (
            folder.join(format!("{number}.part")),
            folder.join(number.to_string()),
        );
        let mut file =
            tokio::io::BufWriter::with_capacity(512 * 1024, tokio::fs::File::create(&under_way).await?);
        while let Some(part) = field.chunk().await? {
            file.write_all(&part).await?;
        }
        file.flush().await?;
        let (file, folder) = (file.into_inner().into_std().await, folder.to_owned());
        tokio::task::spawn_blocking(move || {
            file.sync_data()?;
            std::fs::rename(under_way, done)?;
            std::fs::File::open(folder)?.sync_all()
        })
        .await?
        .context("keeping")?;
    }
    Ok(())
}

/// Seconds for hashing the same bytes so often and writing them each time to a new file, in pieces, with fdatasync.
pub fn keeping(folder: &Path, bytes: &[u8], times: usize) -> anyhow::Result<f64> {
    let started = Instant::now();
    for number in 0..times {
        let mut file = std::fs::File::create(folder.join(format!("plain-{number}")))?;
        let mut hash = Sha256::new();
        for piece in bytes.chunks(512 * 1024) {
            hash.update(piece);
            file.write_all(piece)?;
        }
        file.sync_data()?;
        std::hint::black_box(hash.finalize());
    }
    let taken = started.elapsed().as_secs_f64();
    for number in 0..times {
        std::fs::remove_file(folder.join(format!("plain-{number}")))?;
    }
    Ok(taken)
}

/// Reads and hashes every file in a folder and those below it; gives how many bytes that were.
pub fn reading(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            bytes += reading(&entry.path())?;
            continue;
        }
        let (mut file, mut hash) = (std::fs::File::open(entry.path())?, Sha256::new());
        let mut piece = vec![0; 512 * 1024];
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => hash.update(&piece[..read]),
            }
        }
        bytes += file.metadata()?.len();
        std::hint::black_box(hash.finalize());
    }
    Ok(bytes)
}
