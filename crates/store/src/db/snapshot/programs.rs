//! PostgreSQL's own programs: the newest that this machine has, and never older than the server.

use std::path::{Path, PathBuf};
use std::process::Stdio;

use sqlx::ConnectOptions as _;
use sqlx::postgres::PgConnectOptions;
use tokio::process::Command;

use crate::error::{Result, StoreError};

/// Where Debian puts them, one folder a version.
const DEBIAN: &str = "/usr/lib/postgresql";
/// What libpq knows of an address's parameters; sqlx writes some of its own.
const LIBPQ: [&str; 8] = [
    "host",
    "sslmode",
    "sslrootcert",
    "sslcert",
    "sslkey",
    "target_session_attrs",
    "options",
    "application_name",
];

/// Writes the state of the exported `snapshot` to `to`, in PostgreSQL's custom format.
pub(super) async fn dump(options: &PgConnectOptions, snapshot: &str, server: u32, to: &Path) -> Result<()> {
    let mut command = Command::new(find("pg_dump", server)?);
    command
        .args([
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            "--no-password",
        ])
        .arg(format!("--snapshot={snapshot}"))
        .arg("--file")
        .arg(to);
    run("pg_dump", options, command).await
}

/// Fills an empty database, in one transaction: all or nothing.
pub(super) async fn restore(options: &PgConnectOptions, from: &Path) -> Result<()> {
    let mut command = Command::new(find("pg_restore", 0)?);
    command
        .args([
            "--single-transaction",
            "--exit-on-error",
            "--no-owner",
            "--no-privileges",
            "--no-password",
        ])
        .arg("--dbname")
        .arg(url(options, false))
        .arg(from);
    run("pg_restore", options, command).await
}

async fn run(program: &str, options: &PgConnectOptions, mut command: Command) -> Result<()> {
    if program == "pg_dump" {
        command.arg("--dbname").arg(url(options, false));
    }
    // Others may read the arguments of a process, its environment only its own user.
    if let Some(password) = options.to_url_lossy().password() {
        command.env("PGPASSWORD", decoded(password));
    }
    let output = command
        .stdin(Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|error| missing(program, &error))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    let said = said.trim();
    if said.contains("No space left on device") {
        return Err(StoreError::DiskFull(format!("{program}: {said}")));
    }
    Err(StoreError::other(format!("{program} failed: {said}")))
}

/// The address as libpq takes it, without the password unless asked for.
pub(super) fn url(options: &PgConnectOptions, with_password: bool) -> String {
    let mut url = options.to_url_lossy();
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| LIBPQ.contains(&name.as_ref()))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.query_pairs_mut().clear().extend_pairs(kept);
    if !with_password {
        // An address with a host can always lose its password.
        let _ = url.set_password(None);
    }
    url.to_string()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.first_chunk::<2>().filter(|_| *first == b'%');
        let decoded = pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(decoded.unwrap_or(*first));
        rest = if decoded.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// The newest installed `program`, of at least version `least`: an older one refuses a newer server.
pub(super) fn find(program: &str, least: u32) -> Result<PathBuf> {
    let versions = std::fs::read_dir(DEBIAN).into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|version| {
            let number: u32 = version.file_name().to_str()?.parse().ok()?;
            let path = version.path().join("bin").join(program);
            path.is_file().then_some((number, path))
        })
        .max();
    match newest {
        Some((number, path)) if number >= least => Ok(path),
        Some((number, _)) => Err(StoreError::other(format!(
            "{program} of version {number} can't dump a server of version {least}: install postgresql-client-{least}"
        ))),
        // The system may have put it elsewhere.
        None => Ok(PathBuf::from(program)),
    }
}

fn missing(program: &str, error: &std::io::Error) -> StoreError {
    if error.kind() == std::io::ErrorKind::NotFound {
        return StoreError::other(format!(
            "{program} is neither in {DEBIAN}/*/bin nor in PATH: install postgresql-client"
        ));
    }
    StoreError::other(format!("{program}: {error}"))
}
