//! What lies on this machine itself.

use super::{Finding, ask_files};
use crate::clock::SystemClock;
use crate::config::{Config, PublicUrl, Source};
use crate::open;
use app::{Clock as _, media};
use domain::procedure::Procedure;
use jiff::Timestamp;
use std::net::SocketAddr;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::Path;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// Less room than this is soon none.
const ROOM: u64 = 1 << 30;
/// Fewer files than this can soon no longer be made.
const FILES: u64 = 10_000;
/// No right clock is before this version was made (2026-11-01), or 30 years after it.
const EARLIEST: i64 = 1_793_491_200;
const LATEST: i64 = EARLIEST + 30 * 365 * 86_400;

pub async fn settings(config: &Config) -> Vec<Finding> {
    let set = config.in_force.iter().filter(|one| one.source != Source::Default);
    let said = format!("{} set, all right (vaern config show)", set.count());
    vec![Finding::good("settings", said)]
}

pub async fn folder(config: &Config) -> Vec<Finding> {
    let data = config.data.clone();
    let found = ask_files(move || look_at_folder(&data)).await;
    vec![found.unwrap_or_else(|| Finding::wrong("folder", "it could not be looked at"))]
}

fn look_at_folder(data: &Path) -> Finding {
    let place = data.display();
    let wrong = |said: String| Finding::wrong("folder", said);
    let found = match std::fs::metadata(data) {
        Ok(found) => found,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return wrong(format!(
                "{place} is not there: name the right one with --data, or make a new store in it"
            ));
        }
        Err(error) => return wrong(format!("{place}: {error}")),
    };
    if !found.is_dir() {
        return wrong(format!("{place} is not a folder: name the right one with --data"));
    }
    let (owner, user) = (found.uid(), rustix::process::geteuid().as_raw());
    if owner != user {
        return wrong(format!(
            "{place} belongs to user {owner}, and this is user {user}: run this as the user who serves, or chown -R the folder"
        ));
    }
    let mode = found.permissions().mode() & 0o777;
    if mode & 0o077 != 0 {
        return wrong(format!(
            "others can look into {place} (mode {mode:03o}): chmod 700 {place}"
        ));
    }
    match rustix::fs::access(data, rustix::fs::Access::WRITE_OK) {
        Ok(()) => Finding::good("folder", format!("{place}, for this user alone")),
        Err(error) => wrong(format!("{place} can't be written: {error}")),
    }
}

pub async fn disk(config: &Config) -> Vec<Finding> {
    let data = config.data.clone();
    let found = ask_files(move || rustix::fs::statvfs(&data)).await;
    let Some(Ok(found)) = found else {
        return vec![Finding::wrong(
            "disk",
            "how much room there is could not be asked",
        )];
    };
    let (free, files) = (found.f_bavail * found.f_frsize, found.f_favail);
    let said = format!("{} MiB free", free >> 20);
    // Some file systems (btrfs) have no number of files and say nought of all.
    let few = found.f_files > 0 && files < FILES;
    vec![if free < ROOM {
        Finding::wrong("disk", format!("{said}, less than {} MiB: make room", ROOM >> 20))
    } else if few {
        Finding::wrong("disk", format!("only {files} more files can be made: make room"))
    } else {
        Finding::good("disk", said)
    }]
}

pub async fn clock() -> Vec<Finding> {
    let now = SystemClock.now();
    vec![plausible(now)]
}

fn plausible(now: Timestamp) -> Finding {
    if (EARLIEST..LATEST).contains(&now.as_second()) {
        Finding::good("clock", format!("{now}"))
    } else {
        let said = format!(
            "it says {now}, which can't be: set it, and let it be kept right (systemd-timesyncd, chrony)"
        );
        Finding::wrong("clock", said)
    }
}

/// Whether a server answers where it should, or could begin to.
pub async fn server(config: &Config) -> Vec<Finding> {
    let listen = config.listen;
    let Ok(mut stream) = TcpStream::connect(listen).await else {
        return vec![match TcpListener::bind(listen).await {
            Ok(_) => Finding::good("server", format!("none runs; {listen} is free for it")),
            Err(error) => Finding::wrong(
                "server",
                format!("none can listen on {listen}: {error}; set VAERN_LISTEN"),
            ),
        }];
    };
    vec![match status(&mut stream, listen).await {
        Ok(200) => Finding::good("server", format!("one answers on {listen}")),
        Ok(status) => Finding::wrong(
            "server",
            format!(
                "what listens on {listen} answers {status} to /healthz: look into its log, or set VAERN_LISTEN"
            ),
        ),
        Err(_) => Finding::wrong(
            "server",
            format!("what listens on {listen} is not Værn: set VAERN_LISTEN to another port"),
        ),
    }]
}

async fn status(stream: &mut TcpStream, listen: SocketAddr) -> std::io::Result<u16> {
    let request = format!("GET /healthz HTTP/1.0\r\nHost: {listen}\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = [0; 12];
    stream.read_exact(&mut head).await?;
    let status = std::str::from_utf8(&head).ok();
    let status = status.and_then(|head| head.strip_prefix("HTTP/1.")?.get(2..)?.parse().ok());
    status.ok_or_else(|| std::io::ErrorKind::InvalidData.into())
}

pub async fn procedure(config: &Config) -> Vec<Finding> {
    let read = open::procedure(config).and_then(|text| Ok(Procedure::parse(&text)?));
    let said = read.map(|procedure| format!("version {}", procedure.version));
    let mend = "put procedure.toml in the data folder right (examples/procedure.toml)";
    vec![match said {
        Ok(said) => Finding::good("procedure", said),
        Err(error) => Finding::wrong("procedure", format!("{error:#}; {mend}")),
    }]
}

pub async fn public_address(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "public address";
    vec![match &config.public_url {
        None => Finding::good(
            ABOUT,
            "none is set: enough on this machine alone; people elsewhere need VAERN_PUBLIC_URL, for safe cookies and links in e-mails",
        ),
        Some(url) if url.is_exposed() => Finding::wrong(
            ABOUT,
            format!(
                "{}: passwords cross the network unencrypted; put a proxy with TLS in front and set https://",
                url.as_str()
            ),
        ),
        Some(url) if !url.is_https() => {
            Finding::good(ABOUT, format!("{}, on this machine alone", url.as_str()))
        }
        Some(url) => named(url).await,
    }]
}

/// Whether the name is known here. Whether people reach it only a browser elsewhere can tell.
async fn named(url: &PublicUrl) -> Finding {
    const ABOUT: &str = "public address";
    let host = url.as_str().trim_start_matches("https://");
    let with_port = match host.rsplit_once(':') {
        Some((_, port)) if port.parse::<u16>().is_ok() => host.to_owned(),
        _ => format!("{host}:443"),
    };
    let known = tokio::net::lookup_host(with_port).await;
    match known.map(|mut all| all.next()) {
        Ok(Some(_)) => Finding::good(ABOUT, format!("{}, a name that is known", url.as_str())),
        _ => Finding::wrong(
            ABOUT,
            format!(
                "{}: nobody knows that name here; put it into DNS or into /etc/hosts, or set VAERN_PUBLIC_URL right",
                url.as_str()
            ),
        ),
    }
}

/// The programs that show what exhibits hold.
pub async fn programs() -> Vec<Finding> {
    let Ok(room) = tempfile::tempdir() else {
        return vec![Finding::wrong(
            "programs",
            "no temporary folder can be made: look at TMPDIR",
        )];
    };
    let tools = media::tools(room.path()).await;
    let finding = |tool: &media::Tool| {
        let purpose = match tool.purpose {
            "words" => "words in pictures",
            "documents" => "pages of documents",
            _ => "frames of films",
        };
        match tool.missing {
            None => Finding::good("programs", format!("{purpose} can be read")),
            Some(package) => {
                let said = format!("{purpose} can't be read: apt install {package}");
                Finding::wrong("programs", said)
            }
        }
    };
    tools.iter().map(finding).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_far_off_is_wrong() {
        for (text, is_good) in [
            ("1970-01-01T00:00:00Z", false),
            ("2026-10-31T23:00:00Z", false),
            ("2026-11-30T12:00:00Z", true),
            ("2099-01-01T00:00:00Z", false),
        ] {
            assert_eq!(plausible(text.parse().unwrap()).is_good, is_good, "{text}");
        }
    }
}
