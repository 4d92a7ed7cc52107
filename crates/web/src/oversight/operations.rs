//! `GET /operations`: what runs by itself and how it went; for the administrator, without any case.

use crate::ctx::{Ctx, encode};
use crate::page::{Frame, PageError, render};
use app::{CheckState, FailedJob, JobsOf, NodeRow, Operations, Round, StampRow};
use askama::Template;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};

#[derive(Template)]
#[template(path = "oversight/operations.html")]
struct Page {
    frame: Frame,
    /// Each fact with its name, in groups that have a heading.
    rounds: Vec<(String, String)>,
    backups: Vec<(String, String)>,
    damaged: Vec<String>,
    /// What somebody has to look at now.
    alarms: Vec<String>,
    seals: Vec<(String, String)>,
    stamps: Vec<Stamp>,
    next: Option<String>,
    jobs: Vec<Job>,
    failed: Vec<Failed>,
    nodes: Vec<Node>,
    machine: Vec<(String, String)>,
}

struct Stamp {
    seal: u64,
    sealed: String,
    state: String,
    /// It waits, so it can be asked for now.
    waits: bool,
    fault: Option<String>,
    given: Option<String>,
}

struct Job {
    name: String,
    state: String,
    jobs: u64,
    first: String,
}

struct Failed {
    href: String,
    name: String,
    tries: String,
    error: String,
}

/// A server among those that share the database.
struct Node {
    name: String,
    version: String,
    started: String,
    /// What is to be said of it, a sentence each.
    says: Vec<String>,
    /// Somebody has to look at it.
    is_wrong: bool,
}

/// `GET /operations`
pub async fn show(ctx: Ctx) -> Result<Response, PageError> {
    let asked = ctx.query("after");
    let seen = ctx.app.operations(&ctx.caller, asked.as_deref()).await?;
    let damaged = seen
        .round
        .as_ref()
        .map(|round| round.files.as_slice())
        .unwrap_or_default();
    render(&Page {
        frame: Frame::of(&ctx),
        rounds: rounds(&ctx, &seen),
        backups: backups(&ctx, &seen),
        damaged: damaged
            .iter()
            .map(|file| format!("{}: {}", file.file, ctx.l.t(&format!("damage-{}", file.what))))
            .collect(),
        alarms: alarms(&ctx, &seen),
        seals: seals(&ctx, &seen),
        stamps: seen.stamps.items.iter().map(|row| stamp(&ctx, row)).collect(),
        next: seen
            .stamps
            .next
            .as_ref()
            .map(|next| format!("/operations?after={}", encode(next))),
        jobs: seen.jobs.iter().map(|jobs| job(&ctx, jobs)).collect(),
        failed: seen.failed.iter().map(|job| failed(&ctx, job)).collect(),
        nodes: seen.nodes.iter().map(|row| node(&ctx, row)).collect(),
        machine: machine(&ctx, &seen),
    })
}

/// `POST /operations/jobs/{id}`: a job that was given up begins anew.
pub async fn retry(ctx: Ctx, Path(id): Path<String>) -> Result<Response, PageError> {
    ctx.app.retry_job(&ctx.caller, &id).await?;
    Ok(Redirect::to("/operations?done=job-again").into_response())
}

/// `POST /operations/stamps/{seal}`: the time-stamp authority is asked now.
pub async fn ask(ctx: Ctx, Path(seal): Path<u64>) -> Result<Response, PageError> {
    ctx.app.ask_again(&ctx.caller, seal).await?;
    Ok(Redirect::to("/operations?done=stamp-again").into_response())
}

/// What somebody has to look at now, the worst first.
fn alarms(ctx: &Ctx, seen: &Operations) -> Vec<String> {
    let l = &ctx.l;
    let round = seen.round.as_ref();
    let mut alarms = Vec::new();
    if round.is_some_and(|round| round.damaged > 0 || round.unreadable_cases > 0) {
        alarms.push(l.t("operations-alarm"));
    }
    if round.is_some_and(|round| round.not_here > 0) {
        alarms.push(l.t("operations-alarm-not-here"));
    }
    if seen.backups.is_faulty() {
        alarms.push(l.t("operations-alarm-backup"));
    }
    if let Some(stopped) = &seen.collection_alarm {
        let args = [
            ("antal", stopped.files.to_string()),
            ("i-brug", stopped.owned.to_string()),
        ];
        alarms.push(l.ta("operations-alarm-collection", &args));
    }
    alarms
}

type Facts = Vec<(String, String)>;

fn fact(ctx: &Ctx, name: &str, value: String) -> (String, String) {
    (ctx.l.t(&format!("operations-{name}")), value)
}

fn rounds(ctx: &Ctx, seen: &Operations) -> Facts {
    let l = &ctx.l;
    let mut facts = Vec::new();
    match &seen.round {
        None => facts.push(fact(ctx, "round", l.t("operations-round-none"))),
        Some(round) => facts.extend(round_facts(ctx, round)),
    }
    if let Some(next) = seen.next_round {
        facts.push(fact(ctx, "next", l.at(next)));
    }
    facts.push(fact(
        ctx,
        "rate",
        l.ta("operations-a-minute", &[("bytes", l.bytes(seen.bytes_a_minute))]),
    ));
    facts
}

fn round_facts(ctx: &Ctx, round: &Round) -> Facts {
    let l = &ctx.l;
    let state = match round.finished {
        Some(at) => l.ta(
            "operations-round-done",
            &[("begun", l.at(round.begun)), ("ended", l.at(at))],
        ),
        None => l.ta("operations-round-runs", &[("begun", l.at(round.begun))]),
    };
    vec![
        fact(ctx, "round", state),
        fact(
            ctx,
            "exhibits",
            format!("{} ({})", round.exhibits, l.bytes(round.bytes)),
        ),
        fact(ctx, "damaged", round.damaged.to_string()),
        fact(ctx, "mended", round.mended.to_string()),
        fact(ctx, "not-here", round.not_here.to_string()),
        fact(ctx, "unreadable", round.unreadable_cases.to_string()),
    ]
}

fn backups(ctx: &Ctx, seen: &Operations) -> Facts {
    let l = &ctx.l;
    let last = match &seen.backups.last {
        None => l.t("operations-backup-none"),
        Some(last) if last.missing == 0 => l.ta(
            "operations-backup-made",
            &[
                ("at", l.at(last.at)),
                ("antal", last.files.to_string()),
                ("bytes", l.bytes(last.bytes)),
            ],
        ),
        Some(last) => l.ta(
            "operations-backup-misses",
            &[("at", l.at(last.at)), ("missing", last.missing.to_string())],
        ),
    };
    let mut facts = vec![fact(ctx, "backup", last)];
    if let Some(last) = &seen.backups.last {
        let keys = if last.keys_apart {
            "operations-backup-keys-apart"
        } else {
            "operations-backup-keys-none"
        };
        facts.push(fact(ctx, "backup-keys", l.t(keys)));
    }
    let proved = match &seen.backups.proved {
        None => l.t("operations-proved-never"),
        Some(proved) if proved.faults == 0 => l.ta(
            "operations-proved-whole",
            &[
                ("at", l.at(proved.at)),
                ("cases", proved.cases.to_string()),
                ("exhibits", proved.exhibits.to_string()),
            ],
        ),
        Some(proved) => l.ta("operations-proved-faulty", &[("at", l.at(proved.at))]),
    };
    facts.push(fact(ctx, "proved", proved));
    match seen.next_backup {
        Some(next) => facts.push(fact(ctx, "next", l.at(next))),
        None if !seen.backs_up => facts.push(fact(ctx, "next", l.t("operations-backup-by-hand"))),
        None => {}
    }
    facts
}

fn seals(ctx: &Ctx, seen: &Operations) -> Facts {
    let l = &ctx.l;
    let last = match seen.sealed {
        Some((at, cases)) => l.ta(
            "operations-sealed",
            &[("at", l.at(at)), ("cases", cases.to_string())],
        ),
        None => l.t("operations-sealed-none"),
    };
    let mut facts = vec![fact(ctx, "seal", last)];
    if let Some(next) = seen.next_seal {
        facts.push(fact(ctx, "next", l.at(next)));
    }
    facts.push(fact(ctx, "fingerprint", seen.fingerprint.clone()));
    match &seen.authority {
        None => facts.push(fact(ctx, "authority", l.t("operations-authority-none"))),
        Some(address) => {
            facts.push(fact(ctx, "authority", address.clone()));
            facts.push(fact(ctx, "stamped", seen.stamped.to_string()));
            facts.push(fact(ctx, "unanswered", seen.unanswered.to_string()));
        }
    }
    facts
}

fn stamp(ctx: &Ctx, row: &StampRow) -> Stamp {
    let l = &ctx.l;
    let fault = row.fault.as_ref().map(|code| match code.strip_prefix("http-") {
        Some(status) => l.ta("stamp-fault-http", &[("status", status)]),
        None => l.t(&format!("stamp-fault-{code}")),
    });
    let given = row.at.zip(row.authority.as_ref());
    Stamp {
        seal: row.seal,
        sealed: l.at(row.sealed_at),
        state: l.t(&format!("stamp-{}", row.state)),
        waits: row.state == "waiting",
        fault: fault.map(|fault| {
            let next = row
                .next_at
                .map(|at| l.ta("operations-asked-again", &[("at", l.at(at))]));
            format!("{fault}. {}", next.unwrap_or_default())
        }),
        given: given.map(|(at, authority)| {
            l.ta(
                "operations-stamped-by",
                &[("at", l.at(at)), ("authority", authority.clone())],
            )
        }),
    }
}

fn job(ctx: &Ctx, jobs: &JobsOf) -> Job {
    Job {
        name: name(ctx, &jobs.name),
        state: ctx.l.t(&format!("job-state-{}", jobs.state)),
        jobs: jobs.jobs,
        first: ctx.l.at(jobs.first),
    }
}

fn failed(ctx: &Ctx, job: &FailedJob) -> Failed {
    let args = [("tries", job.tries.to_string()), ("at", ctx.l.at(job.at))];
    Failed {
        href: format!("/operations/jobs/{}", encode(&job.id).replace('/', "%2F")),
        name: name(ctx, &job.name),
        tries: ctx.l.ta("operations-tries", &args),
        error: job.error.clone(),
    }
}

fn name(ctx: &Ctx, job: &str) -> String {
    let key = format!("job-{job}");
    if ctx.l.has(&key) {
        ctx.l.t(&key)
    } else {
        job.to_owned()
    }
}

fn node(ctx: &Ctx, row: &NodeRow) -> Node {
    let l = &ctx.l;
    let mut wrong = Vec::new();
    if row.silent {
        wrong.push(l.ta("operations-node-silent", &[("at", l.at(row.seen))]));
    }
    if row.differs {
        wrong.push(l.t("operations-node-differs"));
    }
    if let Some(version) = &row.other_procedure {
        wrong.push(l.ta("operations-node-procedure", &[("version", version)]));
    }
    let is_wrong = !wrong.is_empty();
    let mut says = wrong;
    match row.rebuilding {
        Some((done, all)) => says.push(l.ta(
            "operations-search-rebuilding",
            &[("done", done.to_string()), ("all", all.to_string())],
        )),
        None if row.behind > 0 => {
            says.push(l.tn(
                "operations-node-behind",
                i64::try_from(row.behind).unwrap_or(i64::MAX),
            ));
        }
        None => {}
    }
    if says.is_empty() {
        says.push(l.t("operations-node-well"));
    }
    let name = match row.here {
        true => l.ta("operations-node-here", &[("name", &row.name)]),
        false => row.name.clone(),
    };
    Node {
        name,
        version: row.version.clone(),
        started: l.at(row.started),
        says,
        is_wrong,
    }
}

fn machine(ctx: &Ctx, seen: &Operations) -> Facts {
    let scans = match (seen.scans, seen.unscanned) {
        (false, _) => ctx.l.t("operations-scanner-none"),
        (true, waiting) => ctx
            .l
            .tn("operations-scanner", i64::try_from(waiting).unwrap_or(i64::MAX)),
    };
    let witness = match &seen.witness {
        Some(browser) => ctx.l.ta("operations-witness-by", &[("browser", browser)]),
        None => ctx.l.t("operations-witness-none"),
    };
    let writes = if seen.writes {
        "operations-writes-yes"
    } else {
        "operations-writes-no"
    };
    vec![
        fact(ctx, "scans", scans),
        fact(ctx, "witness", witness),
        fact(ctx, "mailbox", mailbox(ctx, seen)),
        fact(ctx, "writes", ctx.l.t(writes)),
        fact(ctx, "search", search(ctx)),
        fact(ctx, "disk", disk(ctx)),
        fact(
            ctx,
            "engine",
            if seen.engine == "sqlite" {
                "SQLite".into()
            } else {
                "PostgreSQL".into()
            },
        ),
    ]
}

/// How much room there is, and in words when it is too little.
fn disk(ctx: &Ctx) -> String {
    let Some((check, space)) = ctx.app.disk() else {
        return ctx.l.t("operations-disk-unknown");
    };
    let args = [
        ("free", ctx.l.bytes(space.free)),
        ("total", ctx.l.bytes(space.total)),
    ];
    let key = match check.state {
        CheckState::Ok => "operations-disk-ok",
        CheckState::Warning => "operations-disk-low",
        CheckState::Failed => "operations-disk-full",
    };
    ctx.l.ta(key, &args)
}

fn search(ctx: &Ctx) -> String {
    let Some((done, all)) = ctx.app.rebuilding() else {
        return ctx.l.t("operations-search-whole");
    };
    let args = [("done", done.to_string()), ("all", all.to_string())];
    ctx.l.ta("operations-search-rebuilding", &args)
}

fn mailbox(ctx: &Ctx, seen: &Operations) -> String {
    let Some(fetched) = &seen.mailbox else {
        return ctx.l.t("operations-mailbox-none");
    };
    let at = ctx.l.at(fetched.at);
    match &fetched.outcome {
        Ok(emptied) => {
            let args = [
                ("at", at),
                ("taken", emptied.taken.to_string()),
                ("left", (emptied.left + emptied.too_long).to_string()),
            ];
            ctx.l.ta("operations-mailbox-emptied", &args)
        }
        Err(why) => ctx
            .l
            .ta("operations-mailbox-failed", &[("at", at), ("why", why.clone())]),
    }
}
