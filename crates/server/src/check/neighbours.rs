//! What lies elsewhere: mail servers, the malware scanner, the time-stamp authority, and the browser.

use super::Finding;
use crate::clock::SystemClock;
use crate::config::{Config, HostOrSocket};
use crate::{mail, open};
use app::Clock as _;
use rand::Rng as _;
use std::os::unix::fs::FileTypeExt as _;
use std::path::Path;
use tokio::io::AsyncReadExt as _;
use tokio::net::{TcpListener, TcpStream, UnixStream};

/// What is not set up is not wrong.
fn none(about: &'static str, setting: &str) -> Vec<Finding> {
    vec![Finding::good(about, format!("not set up ({setting})"))]
}

pub async fn mail_out(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "mail out";
    const MEND: &str = "look at VAERN_SMTP, VAERN_SMTP_LOGIN and the mail server";
    let writing = match mail::writing(config) {
        Ok(Some(writing)) => writing,
        Ok(None) => return none(ABOUT, "VAERN_SMTP"),
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let tried = writing.post.try_connection().await;
    vec![Finding::of(
        ABOUT,
        tried.map(|()| "the mail server takes our mail".to_owned()),
        MEND,
    )]
}

pub async fn mailbox(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "mailbox";
    const MEND: &str = "look at VAERN_IMAP, VAERN_IMAP_LOGIN and the mail server";
    let mailbox = match mail::mailbox(config) {
        Ok(Some(mailbox)) => mailbox,
        Ok(None) => return none(ABOUT, "VAERN_IMAP"),
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let tried = mailbox.try_login().await;
    let said = tried.map(|messages| format!("{mailbox:?} opens, with {messages} messages in it"));
    vec![Finding::of(ABOUT, said, MEND)]
}

/// Whether our own listener is there, or could be.
pub async fn mail_in(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "mail in";
    let Some(HostOrSocket(address)) = &config.lmtp else {
        return none(ABOUT, "VAERN_LMTP");
    };
    let greeting = match address.strip_prefix('/') {
        Some(_) => match UnixStream::connect(address).await {
            Ok(stream) => Some(greeted(stream).await),
            Err(_) => None,
        },
        None => match TcpStream::connect(address).await {
            Ok(stream) => Some(greeted(stream).await),
            Err(_) => None,
        },
    };
    vec![match greeting {
        Some(true) => Finding::good(ABOUT, format!("our listener answers on {address}")),
        Some(false) => Finding::wrong(
            ABOUT,
            format!("something else listens on {address}: set VAERN_LMTP to another address"),
        ),
        None => match free(address).await {
            Ok(()) => Finding::good(ABOUT, format!("{address} is free for our listener")),
            Err(error) => Finding::wrong(
                ABOUT,
                format!("nobody can listen on {address}: {error}; set VAERN_LMTP right"),
            ),
        },
    }]
}

async fn greeted(mut stream: impl tokio::io::AsyncRead + Unpin) -> bool {
    let mut greeting = [0; 9];
    let read = stream.read_exact(&mut greeting).await;
    read.is_ok() && greeting == *b"220 vaern"
}

async fn free(address: &str) -> std::io::Result<()> {
    if !address.starts_with('/') {
        return TcpListener::bind(address).await.map(drop);
    }
    let path = Path::new(address);
    match std::fs::symlink_metadata(path) {
        // One that is left over is removed at the start.
        Ok(found) if found.file_type().is_socket() => {}
        Ok(_) => return Err(std::io::Error::other("it is there and no socket")),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
        Err(error) => return Err(error),
    }
    let folder = path.parent().unwrap_or(Path::new("/"));
    Ok(rustix::fs::access(folder, rustix::fs::Access::WRITE_OK)?)
}

pub async fn scanner(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "malware scanner";
    let (Some(scanner), Some(HostOrSocket(address))) = (open::scanner(config), &config.clamd) else {
        return none(ABOUT, "VAERN_CLAMD");
    };
    vec![match scanner.version().await {
        Some(version) if version.contains("ClamAV") => Finding::good(ABOUT, version),
        Some(_) => Finding::wrong(
            ABOUT,
            format!("what answers on {address} is no ClamAV: set VAERN_CLAMD right"),
        ),
        None => Finding::wrong(
            ABOUT,
            format!(
                "nobody answers on {address}, and nothing is scanned: start clamav-daemon, or set VAERN_CLAMD right"
            ),
        ),
    }]
}

pub async fn authority(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "time-stamps";
    const MEND: &str = "look at VAERN_TSA and VAERN_TSA_CERT, and whether this machine may reach it";
    let authority = match open::authority(config) {
        Ok(Some(authority)) => authority,
        Ok(None) => return none(ABOUT, "VAERN_TSA"),
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let nonce = match open::dice() {
        Ok(mut dice) => dice.next_u64(),
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let tried = authority.try_stamp(nonce, SystemClock.now()).await;
    let address = authority.address();
    let tried = tried.map(|at| format!("{address} stamps, and says that it is {at}"));
    let tried = tried.map_err(|fault| format!("{address}: {fault}"));
    vec![Finding::of(ABOUT, tried, MEND)]
}

/// Starts the browser as it is started for a link, on an address that it may not reach.
pub async fn browser(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "browser";
    const MEND: &str = "look at VAERN_WITNESS; with systemd it needs witness.conf";
    let browser = match open::witness(config) {
        Ok(Some(browser)) => browser,
        Ok(None) => return none(ABOUT, "VAERN_WITNESS"),
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let Ok(room) = tempfile::tempdir() else {
        return vec![Finding::wrong(
            ABOUT,
            "no temporary folder can be made: look at TMPDIR",
        )];
    };
    let look = browser.capture("http://127.0.0.1:9/", SystemClock.now(), room.path());
    let started = look.await.map(|captured| format!("{} starts", captured.browser));
    vec![Finding::of(ABOUT, started, MEND)]
}
