//! A file of 200 MB in pieces (tus) through the running program, beside hashing and writing it durably, and how much memory
//! the program takes for it.

use crate::client::{ask, heard, millis, picture, said};
use crate::limits;
use crate::server::Server;
use anyhow::{Context as _, ensure};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::path::Path;
use std::time::Instant;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpStream;

const BYTES: usize = 200_000_000;
/// What the client writes to the line at a time.
const AT_ONCE: usize = 1_000_000;
const ROUNDS: usize = 3;
const BOUNDARY: &str = "vaern-bench-boundary";

/// Measures and prints.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    let film = picture(BYTES);
    let hash: String = Sha256::digest(&film).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    });
    let mut plain = f64::MAX;
    for _ in 0..ROUNDS {
        plain = plain.min(limits::keeping(scratch, &film, 1)?);
    }
    let server = Server::vaern(&scratch.join("uploads")).await?;
    let before = server.memory_mb()?;
    let (mut sent, mut taken, mut whole) = (f64::MAX, f64::MAX, f64::MAX);
    let mut after_sending = 0.0_f64;
    for round in 0..ROUNDS {
        let started = Instant::now();
        let place = send(&server, &film).await?;
        let half_way = started.elapsed().as_secs_f64();
        if round == 0 {
            after_sending = server.peak_mb()?;
        }
        report(&server, &place, &hash).await?;
        let all = started.elapsed().as_secs_f64();
        sent = sent.min(half_way);
        taken = taken.min(all - half_way);
        whole = whole.min(all);
    }
    println!("A file of 200 MB, best of three");
    let row = |name: &str, seconds: f64| {
        let rate = BYTES as f64 / 1e6 / seconds;
        println!(
            "  {name:<34} {rate:>8.0} MB/s ({:.2} of plain), {:.0} ms",
            plain / seconds,
            seconds * 1e3
        );
    };
    row("plain: hashed and written durably", plain);
    row("resumable upload, in pieces", sent);
    row("the report that takes it", taken);
    row("both, from first byte to receipt", whole);
    println!(
        "  {:<34} {before:>8.1} MB before, most {after_sending:.1} MB while it came, {:.1} MB after {ROUNDS} and their reports",
        "memory of the server",
        server.peak_mb()?
    );
    Ok(())
}

/// Uploads it; gives its id.
async fn send(server: &Server, film: &[u8]) -> anyhow::Result<String> {
    let mut connection = TcpStream::connect(server.address).await?;
    let who = format!(
        "Host: {}\r\nCookie: vaern={}\r\nTus-Resumable: 1.0.0",
        server.address, server.session
    );
    let begin = format!(
        "POST /uploads HTTP/1.1\r\n{who}\r\nUpload-Length: {}\r\nUpload-Metadata: filename YS5wbmc=\r\nContent-Length: 0\r\n\r\n",
        film.len()
    );
    connection.set_nodelay(true)?;
    connection.write_all(begin.as_bytes()).await?;
    let (status, head) = heard(&mut connection).await?;
    ensure!(status == 201, "an upload was answered with {status}");
    let place = said(&head, "location").context("a place")?.to_owned();
    let go_on = format!(
        "PATCH {place} HTTP/1.1\r\n{who}\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n\
         Content-Length: {}\r\n\r\n",
        film.len()
    );
    connection.write_all(go_on.as_bytes()).await?;
    for piece in film.chunks(AT_ONCE) {
        connection.write_all(piece).await?;
    }
    let (status, _) = heard(&mut connection).await?;
    ensure!(status == 204, "the pieces were answered with {status}");
    Ok(place.rsplit('/').next().unwrap_or_default().to_owned())
}

/// Reports it, as the form does.
async fn report(server: &Server, upload: &str, hash: &str) -> anyhow::Result<()> {
    let hashes = format!(r#"[{{"name":"a.png","sha256":"{hash}"}}]"#);
    let mut body = String::new();
    for (name, value) in [
        ("text", "Målt."),
        ("about", "me"),
        ("hashes", &hashes),
        ("upload", upload),
    ] {
        let _ = write!(
            body,
            "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"
        );
    }
    let _ = write!(body, "--{BOUNDARY}--\r\n");
    let request = format!(
        "POST /report HTTP/1.1\r\nHost: {}\r\nCookie: vaern={}\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n\
         Content-Length: {}\r\n\r\n{body}",
        server.address,
        server.session,
        body.len()
    );
    let started = Instant::now();
    let status = ask(&mut TcpStream::connect(server.address).await?, request.as_bytes()).await?;
    ensure!(
        status == 303,
        "the report was answered with {status} after {:.0} ms",
        millis(started.elapsed())
    );
    Ok(())
}
