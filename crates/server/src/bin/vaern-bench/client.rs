//! A client that speaks just enough HTTP/1.1 over kept connections, so that the measuring costs little.

use crate::server::Server;
use anyhow::{Context, bail};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// How many requests, by how many clients at once.
#[derive(Clone, Copy)]
pub struct Load {
    pub clients: usize,
    pub requests: usize,
}

/// What came of a load. Times in milliseconds.
pub struct Measured {
    pub rate: f64,
    pub p50: f64,
    pub p99: f64,
    /// The server's processor time for each request, user and system.
    pub cpu: f64,
    pub errors: usize,
}

const BOUNDARY: &str = "vaern-bench-boundary";

/// A multipart body, ready to send.
pub struct Upload(Vec<u8>);

impl Upload {
    /// A report with one picture of so many bytes.
    pub fn with_file(bytes: usize) -> Self {
        let mut body = report(r#"{"text": "Målt.", "about": "me", "medium": "sms"}"#);
        let head =
            "Content-Disposition: form-data; name=\"exhibit\"; filename=\"a.png\"\r\nContent-Type: image/png";
        body.extend_from_slice(format!("--{BOUNDARY}\r\n{head}\r\n\r\n").as_bytes());
        body.extend_from_slice(&picture(bytes));
        body.extend_from_slice(format!("\r\n--{BOUNDARY}--\r\n").as_bytes());
        Self(body)
    }

    /// A report with words alone.
    pub fn without_file() -> Self {
        let mut body = report(r#"{"text": "Målt uden fil.", "about": "me", "medium": "sms"}"#);
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        Self(body)
    }
}

fn report(json: &str) -> Vec<u8> {
    let head = "Content-Disposition: form-data; name=\"report\"\r\nContent-Type: application/json";
    format!("--{BOUNDARY}\r\n{head}\r\n\r\n{json}\r\n").into_bytes()
}

/// Bytes that begin like a PNG and do not compress.
pub fn picture(bytes: usize) -> Vec<u8> {
    let mut picture = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let mut state: u64 = 0x9E37_79B9_7F4A_7C15;
    while picture.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        picture.extend_from_slice(&state.to_le_bytes());
    }
    picture.truncate(bytes);
    picture
}

impl Load {
    /// Sends the same upload again and again.
    pub async fn upload(self, server: &Server, path: &str, upload: &Upload) -> anyhow::Result<Measured> {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {}\r\n\
             Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {}\r\n\r\n",
            server.address,
            server.token,
            upload.0.len()
        );
        let request = [head.as_bytes(), &upload.0].concat();
        self.run(server, vec![request], 201).await
    }

    /// Asks for the same page again and again.
    pub async fn read(self, server: &Server, path: &str, page: bool) -> anyhow::Result<Measured> {
        let who = if page {
            format!("Cookie: vaern={}", server.session)
        } else {
            format!("Authorization: Bearer {}", server.manager_token)
        };
        let request = format!("GET {path} HTTP/1.1\r\nHost: {}\r\n{who}\r\n\r\n", server.address);
        self.run(server, vec![request.into_bytes()], 200).await
    }

    /// Posts the same form in turn as each of those who hold these sessions; expects to be sent on.
    pub async fn post(
        self,
        server: &Server,
        path: &str,
        form: &str,
        sessions: &[String],
    ) -> anyhow::Result<Measured> {
        let request = |session: &String| {
            let head = format!(
                "POST {path} HTTP/1.1\r\nHost: {}\r\nCookie: vaern={session}\r\n\
                 Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
                server.address,
                form.len()
            );
            head.into_bytes()
        };
        self.run(server, sessions.iter().map(request).collect(), 303)
            .await
    }

    /// Sends these requests one after the other, and from the first again.
    async fn run(self, server: &Server, requests: Vec<Vec<u8>>, expected: u16) -> anyhow::Result<Measured> {
        let requests = Arc::new(requests);
        // One beforehand, so that what is made once is not measured.
        ask(&mut TcpStream::connect(server.address).await?, &requests[0]).await?;
        let left = Arc::new(AtomicUsize::new(self.requests));
        let (started, cpu) = (Instant::now(), server.cpu()?);
        let mut clients = Vec::new();
        for _ in 0..self.clients {
            let (requests, left, address) = (Arc::clone(&requests), Arc::clone(&left), server.address);
            clients.push(tokio::spawn(async move {
                let mut connection = TcpStream::connect(address).await?;
                let (mut times, mut errors) = (Vec::new(), 0);
                while let Ok(place) =
                    left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(1))
                {
                    let begun = Instant::now();
                    let status = ask(&mut connection, &requests[place % requests.len()]).await?;
                    times.push(begun.elapsed());
                    errors += usize::from(status != expected);
                }
                anyhow::Ok((times, errors))
            }));
        }
        let (mut times, mut errors) = (Vec::new(), 0);
        for client in clients {
            let (taken, wrong) = client.await??;
            times.extend(taken);
            errors += wrong;
        }
        let elapsed = started.elapsed();
        times.sort();
        let at = |share: f64| millis(times[((times.len() - 1) as f64 * share) as usize]);
        Ok(Measured {
            rate: self.requests as f64 / elapsed.as_secs_f64(),
            p50: at(0.50),
            p99: at(0.99),
            cpu: millis(server.cpu()? - cpu) / self.requests as f64,
            errors,
        })
    }
}

/// As milliseconds.
pub fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1_000.0
}

/// Sends one request and reads its whole answer; gives the status.
pub async fn ask(connection: &mut TcpStream, request: &[u8]) -> anyhow::Result<u16> {
    connection.set_nodelay(true)?;
    connection.write_all(request).await?;
    Ok(heard(connection).await?.0)
}

/// The status and the head, in small letters, of the next answer; the rest of it is read and thrown away.
pub async fn heard(connection: &mut TcpStream) -> anyhow::Result<(u16, String)> {
    let mut answer = Vec::with_capacity(16 * 1024);
    loop {
        if connection.read_buf(&mut answer).await? == 0 {
            bail!("the server closed the connection");
        }
        if let Some(end) = answer.windows(4).position(|four| four == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
            let status = head
                .get(9..12)
                .and_then(|status| status.parse().ok())
                .context("a status")?;
            let length = said(&head, "content-length").and_then(|length| length.parse().ok());
            let length: usize = match status {
                204 => 0,
                _ => length.context("an answer without its length")?,
            };
            while answer.len() < end + 4 + length {
                if connection.read_buf(&mut answer).await? == 0 {
                    bail!("the answer was cut off");
                }
            }
            return Ok((status, head));
        }
    }
}

/// What a head says in a field, named in small letters.
pub fn said<'a>(head: &'a str, field: &str) -> Option<&'a str> {
    let lines = head.lines().filter_map(|line| line.split_once(':'));
    lines
        .filter(|(name, _)| *name == field)
        .map(|(_, value)| value.trim())
        .next()
}
