//! `vaern-bench`: measures the built program beside the machine's own limits, in one run, and prints one table.
//!
//! Not a test: nothing here fails for being slow. Run by `make bench` (release build). `vaern-bench search guide` measures some
//! parts alone, and `vaern-bench search 100000` the search index in another size. Everything that it files is made up.

mod client;
mod inside;
mod limits;
mod mail;
mod nodes;
mod pictures;
mod reverify;
mod rollout;
mod search;
mod server;
mod start;
mod town;
mod uploads;

use anyhow::{Context, bail};
use client::{Load, Measured, Upload};
use server::Server;
use std::fmt::Write as _;
use std::path::Path;

/// Bytes of the screenshot in the loads with a file.
const PICTURE: usize = 1_500_000;
/// Cases in the store when lists and pages are measured.
const CASES: usize = 10_000;
/// Synthetic cases in the search index when it is measured.
const FINDABLE: [usize; 2] = [100_000, 1_000_000];
/// What can be measured alone, in the order of the table.
const PARTS: [&str; 12] = [
    "machine", "start", "reports", "nodes", "reading", "inside", "mail", "pictures", "uploads", "reverify",
    "guide", "search",
];

#[tokio::main(flavor = "multi_thread")]
async fn main() -> anyhow::Result<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "bare") {
        let (listen, folder) = (
            arguments.get(1).context("address")?,
            arguments.get(2).context("folder")?,
        );
        return limits::bare_store(listen, Path::new(folder)).await;
    }
    let (sizes, wanted) = asked(&arguments)?;
    println!(
        "Værn, measured on this machine ({} cores). Times in ms.",
        std::thread::available_parallelism()?
    );
    for part in PARTS {
        if wanted.is_empty() || wanted.contains(&part) {
            println!();
            // Of its own, so that the disk is free again for the next.
            let scratch = tempfile::tempdir_in(std::env::current_dir()?)?;
            measure(part, scratch.path(), &sizes).await?;
        }
    }
    Ok(())
}

/// The sizes of the search index, and the parts that are wanted: all if none is named.
fn asked(arguments: &[String]) -> anyhow::Result<(Vec<usize>, Vec<&str>)> {
    let (mut sizes, mut wanted) = (Vec::new(), Vec::new());
    for argument in arguments {
        match argument.parse() {
            Ok(cases) => sizes.push(cases),
            Err(_) if PARTS.contains(&argument.as_str()) => wanted.push(argument.as_str()),
            Err(_) => bail!("{argument} is none of: {}", PARTS.join(" ")),
        }
    }
    if sizes.is_empty() {
        sizes = FINDABLE.to_vec();
    }
    Ok((sizes, wanted))
}

async fn measure(part: &str, scratch: &Path, sizes: &[usize]) -> anyhow::Result<()> {
    match part {
        "machine" => machine(scratch).await,
        "reports" => reports(scratch).await.map(|table| print!("{table}")),
        "start" => start::print(scratch).await,
        "nodes" => nodes::print(scratch).await,
        "reading" => reading(scratch).await.map(|table| print!("{table}")),
        "inside" => inside::print(scratch).await,
        "mail" => mail::print(scratch).await,
        "pictures" => pictures::print(scratch).await,
        "uploads" => uploads::print(scratch).await,
        "reverify" => reverify::print(scratch).await,
        "guide" => rollout::print(scratch).await,
        _ => sizes.iter().try_for_each(|cases| search::print(scratch, *cases)),
    }
}

/// What the machine can do without us.
async fn machine(scratch: &Path) -> anyhow::Result<()> {
    println!("The machine's own limits");
    println!(
        "  fdatasync of 4 kB appends        {:>9.0} /s",
        limits::fdatasync(scratch)?
    );
    println!(
        "  SQLite commits (WAL, FULL)       {:>9.0} /s",
        limits::commits(&scratch.join("commits")).await?
    );
    println!(
        "  SHA-256                          {:>9.0} MB/s",
        limits::sha256()
    );
    Ok(())
}

/// One line of a table of requests.
pub fn row(table: &mut String, name: &str, measured: &Measured) {
    let _ = writeln!(
        table,
        "  {name:<34} {:>8.0} {:>9.2} {:>9.2} {:>9.2} {:>7}",
        measured.rate, measured.p50, measured.p99, measured.cpu, measured.errors
    );
}

/// The line above it.
pub fn heading(table: &mut String, what: &str) {
    let _ = writeln!(
        table,
        "{what:<36} {:>8} {:>9} {:>9} {:>9} {:>7}",
        "per s", "p50", "p99", "CPU each", "errors"
    );
}

/// Durable reports, beside a bare handler that stores the same upload durably and does nothing else.
async fn reports(scratch: &Path) -> anyhow::Result<String> {
    let mut table = String::new();
    heading(&mut table, "Durable reports");
    let picture = Upload::with_file(PICTURE);
    for clients in [1, 8, 32] {
        let folder = scratch.join(format!("bare-{clients}"));
        std::fs::create_dir(&folder)?;
        let bare = Server::bare(&folder).await?;
        let measured = Load {
            clients,
            requests: 300,
        }
        .upload(&bare, "/", &picture)
        .await?;
        row(
            &mut table,
            &format!("bare store, 1.5 MB, {clients} clients"),
            &measured,
        );
        drop(bare);
        let server = Server::vaern(&scratch.join(format!("with-{clients}"))).await?;
        let measured = Load {
            clients,
            requests: 300,
        }
        .upload(&server, "/api/v1/reports", &picture)
        .await?;
        row(
            &mut table,
            &format!("report with 1.5 MB, {clients} clients"),
            &measured,
        );
        let _ = writeln!(
            table,
            "  {:<34} {:>8.1} MB",
            "  peak memory of the server",
            server.peak_mb()?
        );
    }
    let text = Upload::without_file();
    for clients in [1, 8, 32] {
        let server = Server::vaern(&scratch.join(format!("without-{clients}"))).await?;
        let measured = Load {
            clients,
            requests: 600,
        }
        .upload(&server, "/api/v1/reports", &text)
        .await?;
        row(
            &mut table,
            &format!("report without file, {clients} clients"),
            &measured,
        );
    }
    Ok(table)
}

/// Lists and pages with many cases, all of them one manager's.
async fn reading(folder: &Path) -> anyhow::Result<String> {
    eprintln!("filling {CASES} cases …");
    let number = server::fill(folder, CASES).await?;
    let server = Server::vaern(folder).await?;
    let mut table = String::new();
    heading(&mut table, &format!("Reading, with {CASES} cases of one manager"));
    let idle = server.memory_mb()?;
    let load = Load {
        clients: 1,
        requests: 500,
    };
    for (name, path, page) in [
        ("case list, page", "/cases".to_owned(), true),
        ("case list, API", "/api/v1/cases".to_owned(), false),
        ("search, page", "/search?q=m%C3%A5ling".to_owned(), true),
        ("my duties, page", "/duties".to_owned(), true),
        ("one case, page (recorded)", format!("/cases/{number}"), true),
        (
            "one case, API (recorded)",
            format!("/api/v1/cases/{number}"),
            false,
        ),
    ] {
        row(&mut table, name, &load.read(&server, &path, page).await?);
    }
    let _ = writeln!(table, "  {:<34} {:>8.1} MB", "idle memory of the server", idle);
    let _ = writeln!(
        table,
        "  {:<34} {:>8.0} ms",
        "from start to the first page", server.first_page_ms
    );
    Ok(table)
}
