//! E-mails at the door: a mail server's conversation (LMTP) with the running program, each message a report of its own, beside
//! hashing and writing the same message durably.

use crate::client::{Measured, millis, picture};
use crate::server::{REPORTER, Server, fjordby, free_address};
use crate::{heading, limits, row};
use anyhow::{bail, ensure};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::TcpStream;

/// What they are called, their bytes, and how many come.
const KINDS: [(&str, usize, usize); 2] = [("20 KB", 20_000, 400), ("1.5 MB", 1_500_000, 150)];
const LINE: usize = 76;
/// Whoever may see how many cases there are.
const COUNTS: &str = "jens.roemer@fjordby.example";

/// Measures and prints.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    let mut table = String::new();
    heading(&mut table, "E-mails that become reports (LMTP)");
    for (name, bytes, messages) in KINDS {
        let plain = limits::keeping(scratch, &letter(0, bytes), messages)?;
        let _ = writeln!(
            table,
            "  {:<34} {:>8.0}",
            format!("plain: {name} hashed, written"),
            messages as f64 / plain
        );
        for connections in [1, 4] {
            let folder = scratch.join(format!("{bytes}-{connections}"));
            let measured = deliver(&folder, bytes, messages, connections).await?;
            row(
                &mut table,
                &format!("e-mail of {name}, {connections} at a time"),
                &measured.0,
            );
            let _ = writeln!(
                table,
                "  {:<34} {:>8.1} MB",
                "  peak memory of the server", measured.1
            );
        }
    }
    print!("{table}");
    Ok(())
}

/// Delivers so many messages; what came of it, and the server's peak memory.
async fn deliver(
    folder: &Path,
    bytes: usize,
    messages: usize,
    connections: usize,
) -> anyhow::Result<(Measured, f64)> {
    let door = free_address()?;
    let (address, daily) = (door.to_string(), "1000000");
    let app = fjordby(folder).await?;
    let settings = [("VAERN_LMTP", address.as_str()), ("VAERN_MAIL_DAILY", daily)];
    let server = Server::vaern_with(folder, &app, [REPORTER, COUNTS], &settings).await?;
    let left = Arc::new(AtomicUsize::new(messages));
    let (started, cpu) = (Instant::now(), server.cpu()?);
    let mut talks = Vec::new();
    for _ in 0..connections {
        talks.push(tokio::spawn(talk(door, bytes, Arc::clone(&left))));
    }
    let mut times = Vec::new();
    for done in talks {
        times.extend(done.await??);
    }
    let elapsed = started.elapsed().as_secs_f64();
    let cpu = millis(server.cpu()? - cpu) / messages as f64;
    let peak = server.peak_mb()?;
    drop(server);
    let counts = app.counts(&app.caller_named(COUNTS)?).await?;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    let measured = Measured {
        rate: messages as f64 / elapsed,
        p50: at(0.50),
        p99: at(0.99),
        cpu,
        // Each of them is a case, or it was not taken as it should be.
        errors: messages.abs_diff(usize::try_from(counts.open)?),
    };
    Ok((measured, peak))
}

/// One connection: brings messages until none is left; how long each took, from MAIL to the answer that it is kept.
async fn talk(door: SocketAddr, bytes: usize, left: Arc<AtomicUsize>) -> anyhow::Result<Vec<f64>> {
    let stream = TcpStream::connect(door).await?;
    stream.set_nodelay(true)?;
    let mut line = BufReader::new(stream);
    expect(&mut line, "220").await?;
    line.write_all(b"LHLO mail.fjordby.example\r\n").await?;
    expect(&mut line, "250").await?;
    let mut times = Vec::new();
    while let Ok(number) = left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
    {
        let mut message = letter(number, bytes);
        message.extend_from_slice(b".\r\n");
        let started = Instant::now();
        line.write_all(format!("MAIL FROM:<{REPORTER}>\r\n").as_bytes())
            .await?;
        expect(&mut line, "250").await?;
        line.write_all(b"RCPT TO:<chikane@fjordby.example>\r\n").await?;
        expect(&mut line, "250").await?;
        line.write_all(b"DATA\r\n").await?;
        expect(&mut line, "354").await?;
        line.write_all(&message).await?;
        expect(&mut line, "250").await?;
        times.push(millis(started.elapsed()));
    }
    Ok(times)
}

async fn expect(line: &mut BufReader<TcpStream>, code: &str) -> anyhow::Result<()> {
    loop {
        let mut said = String::new();
        if line.read_line(&mut said).await? == 0 {
            bail!("the server hung up");
        }
        ensure!(said.starts_with(code), "the server said {said}");
        if said.as_bytes().get(3) == Some(&b' ') {
            return Ok(());
        }
    }
}

/// A made-up message of about so many bytes: words alone while it is short, and else a picture. No line begins with a dot.
fn letter(number: usize, bytes: usize) -> Vec<u8> {
    let mut text = format!(
        "From: Mette Ravn <{REPORTER}>\r\nTo: chikane@fjordby.example\r\nSubject: VS: Opdigtet nr. {number}\r\n\
         Date: Mon, 23 Nov 2026 09:00:00 +0100\r\nMessage-ID: <bench-{number}@fjordby.example>\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=\"=_b\"\r\n\r\n--=_b\r\nContent-Type: text/plain; charset=utf-8\r\n\
         Content-Transfer-Encoding: 8bit\r\n\r\nDet her fik jeg i dag. Alt er opdigtet til måling.\r\n"
    );
    if bytes < 100_000 {
        while text.len() < bytes {
            text.push_str("Du skal ikke tro, at du slipper for at svare mig, for jeg bliver ved.\r\n");
        }
    } else {
        text.push_str(
            "--=_b\r\nContent-Type: image/png; name=\"a.png\"\r\nContent-Transfer-Encoding: base64\r\n\r\n",
        );
        let encoded = STANDARD.encode(picture((bytes - text.len()) * 3 / 4 * LINE / (LINE + 2)));
        for line in encoded.as_bytes().chunks(LINE) {
            text.extend(line.iter().map(|byte| char::from(*byte)));
            text.push_str("\r\n");
        }
    }
    text.push_str("--=_b--\r\n");
    text.into_bytes()
}
