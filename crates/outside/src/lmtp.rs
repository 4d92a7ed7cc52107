//! The door for the municipality's own mail server: LMTP (RFC 2033), and SMTP (RFC 5321) for servers that speak only that;
//! checked 2026-11-25. A message is answered with 250 only when whoever takes it says that it is kept.
//!
//! There is no TLS and no log-in: it listens on loopback, a socket file, or a network of the mail server's alone.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{
    AsyncBufRead, AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _,
    BufReader,
};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::{Semaphore, watch};

/// The longest command line, with its arguments.
const COMMAND: u64 = 4_096;
/// How much of a message's line is read at a time.
const PIECE: u64 = 64 * 1024;
/// Recipients of one message.
const RECIPIENTS: usize = 100;
/// Connections at once; further ones wait.
const CONNECTIONS: usize = 20;
/// The other side must say something in this time (RFC 5321 4.5.3.2 asks for five minutes).
const PATIENCE: Duration = Duration::from_secs(300);
/// How long to wait when nobody could be let in, perhaps because no more files may be open.
const AFTER_ERROR: Duration = Duration::from_millis(500);

/// A message that was handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    /// The envelope's sender; empty for the null sender.
    pub sender: String,
    /// As it came, dots unstuffed.
    pub message: Vec<u8>,
}

/// What whoever takes messages says of one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Taken {
    /// It is kept.
    Kept,
    /// Not now; it is to be brought again.
    Later,
    /// The disk is full; it is to be brought again.
    Full,
    /// Never.
    Refused,
}

impl Taken {
    fn reply(self) -> &'static str {
        match self {
            Self::Kept => "250 2.0.0 Taken",
            Self::Later => "451 4.3.0 Not now, try again",
            Self::Full => "452 4.3.1 No room just now, try again",
            Self::Refused => "554 5.6.0 This message can't be taken",
        }
    }
}

/// Whoever takes messages.
pub type Taker = Arc<dyn Fn(Letter) -> Pin<Box<dyn Future<Output = Taken> + Send>> + Send + Sync>;

/// What is taken.
#[derive(Clone)]
pub struct Door {
    /// The address that mail is taken for, in lower case; any if none is named.
    pub address: Option<String>,
    /// The longest message, in bytes.
    pub limit: usize,
    pub taker: Taker,
}

/// Where mail servers come.
pub enum Listener {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Listener {
    /// Listens on `host:port`, or on a socket file (an absolute path; one that is left over is removed).
    ///
    /// # Errors
    /// Those of the system.
    pub async fn bind(address: &str) -> std::io::Result<Self> {
        if !address.starts_with('/') {
            return TcpListener::bind(address).await.map(Self::Tcp);
        }
        match std::fs::remove_file(address) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => UnixListener::bind(address).map(Self::Unix),
        }
    }

    /// Serves every mail server that comes, for ever.
    pub async fn serve(self, door: Door) {
        self.serve_until(door, std::future::pending()).await;
    }

    /// Serves every mail server that comes until `stop` ends; ends itself when the last message that was being handed over then has had
    /// its answer.
    pub async fn serve_until(self, door: Door, stop: impl Future<Output = ()>) {
        let places = Arc::new(Semaphore::new(CONNECTIONS));
        let (stopping, stopped) = watch::channel(false);
        let mut stop = std::pin::pin!(stop);
        loop {
            let talk = tokio::select! {
                talk = self.next(&places, &door, &stopped) => talk,
                () = stop.as_mut() => break,
            };
            // Whoever hangs up in the middle brings it again.
            tokio::spawn(talk);
        }
        drop(self);
        stopping.send_replace(true);
        let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
        drop(places.acquire_many(all).await);
    }

    /// The talk with the next mail server, which holds its place until it ends.
    async fn next(
        &self,
        places: &Arc<Semaphore>,
        door: &Door,
        stopped: &watch::Receiver<bool>,
    ) -> impl Future<Output = ()> + Send + use<> {
        loop {
            // The places are never closed.
            let place = Arc::clone(places).acquire_owned().await.ok();
            let (door, stopped) = (door.clone(), stopped.clone());
            let talk: Pin<Box<dyn Future<Output = std::io::Result<()>> + Send>> = match self {
                Self::Tcp(listener) => match listener.accept().await {
                    Ok((stream, _)) => Box::pin(talk_until(stream, door, stopped)),
                    Err(_) => {
                        tokio::time::sleep(AFTER_ERROR).await;
                        continue;
                    }
                },
                Self::Unix(listener) => match listener.accept().await {
                    Ok((stream, _)) => Box::pin(talk_until(stream, door, stopped)),
                    Err(_) => {
                        tokio::time::sleep(AFTER_ERROR).await;
                        continue;
                    }
                },
            };
            return async move {
                let _ = talk.await;
                drop(place);
            };
        }
    }
}

/// Ends when it is true, or whoever says so is gone.
async fn turned_true(watched: &mut watch::Receiver<bool>) {
    watched.wait_for(|value| *value).await.ok();
}

/// One conversation.
#[derive(Default)]
struct Talk {
    /// Greeted with LHLO: each recipient gets an answer of its own.
    local: bool,
    greeted: bool,
    sender: Option<String>,
    recipients: usize,
}

/// Talks with one mail server until it takes its leave.
///
/// # Errors
/// If the line breaks, or nothing is said for five minutes.
pub async fn talk(stream: impl AsyncRead + AsyncWrite + Send, door: Door) -> std::io::Result<()> {
    let (_stopping, stopped) = watch::channel(false);
    talk_until(stream, door, stopped).await
}

/// Talks as [`talk`] does, but takes its leave between two commands when `stopped` turns true.
async fn talk_until(
    stream: impl AsyncRead + AsyncWrite + Send,
    door: Door,
    mut stopped: watch::Receiver<bool>,
) -> std::io::Result<()> {
    let (read, mut write) = tokio::io::split(stream);
    let mut read = BufReader::new(read);
    let mut talk = Talk::default();
    say(&mut write, "220 vaern LMTP").await?;
    loop {
        let line = tokio::select! {
            line = command(&mut read) => line?,
            () = turned_true(&mut stopped) => {
                return say(&mut write, "421 4.3.2 Stopping, come again").await;
            }
        };
        let Some(line) = line else {
            return Ok(());
        };
        let Ok(line) = line else {
            say(&mut write, "500 5.5.2 Line too long").await?;
            continue;
        };
        let (verb, rest) = line.split_once(' ').unwrap_or((&line, ""));
        let answer = match verb.to_ascii_uppercase().as_str() {
            "DATA" => {
                if let Some(refused) = talk.not_ready() {
                    say(&mut write, refused).await?;
                    continue;
                }
                say(&mut write, "354 Go on").await?;
                let taken = take(&mut read, &talk, &door).await?;
                let answers = if talk.local { talk.recipients } else { 1 };
                for _ in 0..answers {
                    say(&mut write, taken).await?;
                }
                talk.forget();
                continue;
            }
            "QUIT" => return say(&mut write, "221 2.0.0 Bye").await,
            verb => talk.answer(verb, rest.trim(), &door),
        };
        say(&mut write, &answer).await?;
    }
}

impl Talk {
    fn answer(&mut self, verb: &str, rest: &str, door: &Door) -> String {
        match verb {
            "LHLO" | "EHLO" => {
                *self = Self {
                    local: verb == "LHLO",
                    greeted: true,
                    ..Self::default()
                };
                format!(
                    "250-vaern\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250-ENHANCEDSTATUSCODES\r\n250 SIZE {}",
                    door.limit
                )
            }
            "HELO" => {
                *self = Self {
                    greeted: true,
                    ..Self::default()
                };
                "250 vaern".into()
            }
            "MAIL" => self.mail(rest, door).into(),
            "RCPT" => self.rcpt(rest, door).into(),
            "RSET" => {
                self.forget();
                "250 2.0.0 Forgotten".into()
            }
            "NOOP" => "250 2.0.0 Fine".into(),
            "VRFY" => "252 2.1.5 Send it and see".into(),
            _ => "500 5.5.1 Not a command".into(),
        }
    }

    fn mail(&mut self, rest: &str, door: &Door) -> &'static str {
        if !self.greeted {
            return "503 5.5.1 Greet first";
        }
        if self.sender.is_some() {
            return "503 5.5.1 One message at a time";
        }
        let Some((sender, parameters)) = path(rest, "FROM:") else {
            return "501 5.5.4 MAIL FROM:<sender>";
        };
        let size = parameters
            .split(' ')
            .find_map(|word| word.to_ascii_uppercase().strip_prefix("SIZE=")?.parse().ok());
        if size.is_some_and(|size: usize| size > door.limit) {
            return "552 5.3.4 Too long";
        }
        self.sender = Some(sender);
        "250 2.1.0 Sender noted"
    }

    fn rcpt(&mut self, rest: &str, door: &Door) -> &'static str {
        if self.sender.is_none() {
            return "503 5.5.1 MAIL first";
        }
        let Some((recipient, _)) = path(rest, "TO:") else {
            return "501 5.5.4 RCPT TO:<recipient>";
        };
        if door
            .address
            .as_ref()
            .is_some_and(|address| !recipient.eq_ignore_ascii_case(address))
        {
            return "550 5.1.1 Nobody of that name";
        }
        if self.recipients >= RECIPIENTS {
            return "452 4.5.3 Too many recipients";
        }
        self.recipients += 1;
        "250 2.1.5 Recipient noted"
    }

    fn not_ready(&self) -> Option<&'static str> {
        match (&self.sender, self.recipients) {
            (None, _) => Some("503 5.5.1 MAIL first"),
            (_, 0) => Some("503 5.5.1 RCPT first"),
            _ => None,
        }
    }

    /// The message is done with; the greeting holds.
    fn forget(&mut self) {
        self.sender = None;
        self.recipients = 0;
    }
}

/// `FROM:<a@b> SIZE=1` as address and parameters.
fn path(rest: &str, word: &str) -> Option<(String, String)> {
    let (said, rest) = rest.split_at_checked(word.len())?;
    let inside = rest.trim_start().strip_prefix('<')?;
    let (address, parameters) = inside.split_once('>')?;
    said.eq_ignore_ascii_case(word)
        .then(|| (address.trim().to_owned(), parameters.trim().to_owned()))
}

async fn say(write: &mut (impl AsyncWrite + Unpin), text: &str) -> std::io::Result<()> {
    // In one piece: two would each wait for the other side to say that the first has come.
    write.write_all(format!("{text}\r\n").as_bytes()).await?;
    write.flush().await
}

/// The next line, without its end; `Err` if it is too long, `None` if the other side hung up.
async fn command(read: &mut (impl AsyncBufRead + Unpin)) -> std::io::Result<Option<Result<String, ()>>> {
    let mut line = Vec::new();
    piece(read, &mut line, COMMAND).await?;
    if line.is_empty() {
        return Ok(None);
    }
    let mut too_long = false;
    while !line.ends_with(b"\n") {
        too_long = true;
        line.clear();
        piece(read, &mut line, PIECE).await?;
        if line.is_empty() {
            return Ok(None);
        }
    }
    let line = String::from_utf8_lossy(&line).trim_end().to_owned();
    Ok(Some(if too_long { Err(()) } else { Ok(line) }))
}

/// Up to the end of the line, or `most` bytes of it.
async fn piece(read: &mut (impl AsyncBufRead + Unpin), into: &mut Vec<u8>, most: u64) -> std::io::Result<()> {
    let mut limited = read.take(most);
    let late = |_| std::io::Error::from(std::io::ErrorKind::TimedOut);
    tokio::time::timeout(PATIENCE, limited.read_until(b'\n', into))
        .await
        .map_err(late)??;
    Ok(())
}

/// Reads the message to its end and has it taken; gives the answer.
async fn take(
    read: &mut (impl AsyncBufRead + Unpin),
    talk: &Talk,
    door: &Door,
) -> std::io::Result<&'static str> {
    let mut message = Vec::new();
    let mut length = 0_usize;
    // Only CRLF ends a line here: otherwise one message could be made to look like two.
    let (mut at_start, mut line) = (true, Vec::new());
    loop {
        line.clear();
        piece(read, &mut line, PIECE).await?;
        if line.is_empty() {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if at_start && line == b".\r\n" {
            break;
        }
        let kept = match line.as_slice() {
            [b'.', rest @ ..] if at_start => rest,
            whole => whole,
        };
        length += kept.len();
        if length <= door.limit {
            message.extend_from_slice(kept);
        } else {
            // To the end all the same, so that the answer is heard.
            message = Vec::new();
        }
        at_start = line.ends_with(b"\r\n");
    }
    if length > door.limit {
        return Ok("552 5.3.4 Too long");
    }
    let letter = Letter {
        sender: talk.sender.clone().unwrap_or_default(),
        message,
    };
    Ok((door.taker)(letter).await.reply())
}
