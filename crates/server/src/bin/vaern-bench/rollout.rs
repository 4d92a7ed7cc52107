//! The guide in a municipality of 40,000: published, asked about, read and reminded of.

use crate::client::{Load, Upload, millis};
use crate::server::{Server, free_address};
use crate::town::{EDITIONS, LEADER, PEOPLE, TEAM, Town, UNITS, WRITER, email, found, practised, receipts};
use crate::{heading, limits, row};
use anyhow::Context as _;
use app::{App, Post, Writing};
use jiff::SignedDuration;
use outside::lmtp::{self, Taken};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::jobs::Lane;
use tokio::sync::mpsc::{UnboundedReceiver, unbounded_channel};

/// E-mails of the reminder run that are waited for; the others are like them.
const MAILS: usize = 1_000;
/// Receipts that are given by request.
const RECEIPTS: usize = 3_000;
const RECEIVERS: usize = 4;
/// How often a worker that found nothing looks again.
const LOOK_AGAIN: Duration = Duration::from_millis(100);
const PAGES: usize = 500;

/// Measures and prints.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    let folder = scratch.join("guide");
    println!("The guide, {PEOPLE} made-up people in {UNITS} units, {EDITIONS} editions");
    let mut town = found(&folder).await?;
    line("reading in the organisation", town.imported * 1e3, "ms");
    for edition in 1..EDITIONS {
        town.publish(edition).await?;
        receipts(&folder, edition, PEOPLE).await?;
    }
    let (published, rolled_out) = town.publish(EDITIONS).await?;
    line("publishing an edition", published * 1e3, "ms");
    line("rolling it out to everybody", rolled_out * 1e3, "ms");
    town = remind(town).await?;
    receipts(&folder, EDITIONS, PEOPLE / 2).await?;
    practised(&folder, PEOPLE / 2).await?;
    requests(&folder, &town, scratch).await
}

fn line(name: &str, value: f64, unit: &str) {
    println!("  {name:<42} {value:>9.0} {unit}");
}

/// The morning's round: everybody owes the newest edition, so everybody has a job and gets an e-mail, over loopback.
async fn remind(town: Town) -> anyhow::Result<Town> {
    let Town { app, clock, imported } = town;
    let (post, mut came) = sink().await?;
    let app = app.with_writing(Some(Writing { post, home: None }));
    let begun = app.now();
    let tomorrow = begun + SignedDuration::from_hours(24);
    let opens = app
        .calendar()
        .next_open(app.calendar().start_of(app.calendar().local(tomorrow).date()));
    clock.set(opens);
    app.plan_daily().await?;
    clock.set(opens + SignedDuration::from_hours(1));
    let started = Instant::now();
    let (first, rest) = tokio::select! {
        taken = wait(&mut came) => taken.context("an e-mail")?,
        failed = by_its_workers(&app) => return Err(failed),
    };
    line(
        "reminder run: until the first e-mail",
        millis(first.duration_since(started)),
        "ms",
    );
    let rate = (MAILS - 1) as f64 / rest.duration_since(first).as_secs_f64();
    line("  then e-mails over loopback", rate, "/s");
    line(
        "  so everybody has theirs after",
        PEOPLE as f64 / rate / 60.0,
        "min",
    );
    clock.set(begun);
    let app = app.with_writing(None);
    Ok(Town { app, clock, imported })
}

/// Does the reminders as the server does, by four workers, until one fails.
async fn by_its_workers(app: &App) -> anyhow::Error {
    debug_assert!(app::slow_lanes().contains(&(Lane::Reminders, 4)));
    let worker = || async {
        loop {
            if let Err(error) = app.work_in(Lane::Reminders).await {
                return error.into();
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    };
    tokio::select! {
        failed = worker() => failed,
        failed = worker() => failed,
        failed = worker() => failed,
        failed = worker() => failed,
    }
}

/// When the first e-mail came and when the last that is waited for.
async fn wait(came: &mut UnboundedReceiver<Instant>) -> Option<(Instant, Instant)> {
    let first = came.recv().await?;
    let mut last = first;
    for _ in 1..MAILS {
        last = came.recv().await?;
    }
    Some((first, last))
}

/// A mail server that takes everything and says when.
async fn sink() -> anyhow::Result<(Post, UnboundedReceiver<Instant>)> {
    let (send, came) = unbounded_channel();
    let address = free_address()?;
    let door = lmtp::Door {
        address: None,
        limit: 1_000_000,
        taker: Arc::new(move |_| {
            // Nobody listens any more when enough have come.
            let _ = send.send(Instant::now());
            Box::pin(async { Taken::Kept })
        }),
    };
    let listener = lmtp::Listener::bind(&address.to_string()).await?;
    tokio::spawn(listener.serve(door));
    Ok((
        Post::new(&format!("smtp://{address}"), None, "chikane@storby.example")?,
        came,
    ))
}

/// Pages and receipts through the running program.
async fn requests(folder: &Path, town: &Town, scratch: &Path) -> anyhow::Result<()> {
    let mut sessions = Vec::new();
    for person in PEOPLE - 2 * RECEIPTS..PEOPLE {
        let caller = town.app.caller_named(&email(person))?;
        sessions.push(town.app.step_in(caller.id()?).await?.secret);
    }
    let leader = town.app.caller_named(LEADER)?;
    let leader = town.app.step_in(leader.id()?).await?.secret;
    let mut server = Server::vaern_with(folder, &town.app, [&email(PEOPLE - 1), WRITER], &[]).await?;
    let mut table = String::new();
    heading(&mut table, "  Requests");
    let read = |clients, requests| Load { clients, requests };
    let commits = limits::commits(&scratch.join("commits")).await?;
    let _ = writeln!(table, "  {:<34} {commits:>8.0}", "plain: SQLite commits");
    row(
        &mut table,
        "plain: a page that reads nothing",
        &read(1, PAGES).read(&server, "/robots.txt", true).await?,
    );
    for (name, path, clients, requests) in [
        ("coverage, everybody", "/coverage/u0", 1, PAGES),
        ("coverage, everybody, 8 clients", "/coverage/u0", 8, PAGES),
        ("coverage as CSV", "/coverage/u0/table.csv", 1, 100),
        ("coverage as XLSX", "/coverage/u0/table.xlsx", 1, 100),
    ] {
        let measured = read(clients, requests).read(&server, path, true).await?;
        row(&mut table, name, &measured);
    }
    let hr = std::mem::replace(&mut server.session, leader);
    let path = format!("/coverage/{TEAM}");
    row(
        &mut table,
        "coverage, a manager's own, names",
        &read(1, PAGES).read(&server, &path, true).await?,
    );
    server.session = hr;
    giving(&server, &sessions, &mut table).await?;
    let _ = writeln!(
        table,
        "  {:<34} {:>8.1} MB",
        "peak memory of the server",
        server.peak_mb()?
    );
    print!("{table}");
    Ok(())
}

/// Receipts alone, and while reports come in and somebody looks at coverage.
async fn giving(server: &Server, sessions: &[String], table: &mut String) -> anyhow::Result<()> {
    let (form, text) = (format!("edition={EDITIONS}"), Upload::without_file());
    let give = Load {
        clients: RECEIVERS,
        requests: RECEIPTS,
    };
    let (alone, together) = sessions.split_at(RECEIPTS);
    row(
        table,
        "receipts, 4 clients",
        &give.post(server, "/receipts", &form, alone).await?,
    );
    let once = |requests| Load { clients: 1, requests };
    let (given, reported, seen) = tokio::try_join!(
        give.post(server, "/receipts", &form, together),
        once(RECEIPTS / 6).upload(server, "/api/v1/reports", &text),
        once(RECEIPTS / 30).read(server, "/coverage/u0", true),
    )?;
    row(table, "together: receipts, 4 clients", &given);
    row(table, "together: reports without file", &reported);
    row(table, "together: coverage, everybody", &seen);
    Ok(())
}
