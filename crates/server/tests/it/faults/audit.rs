//! After a fault: is everything there that was acknowledged, and nothing twice?

use super::load::{Acknowledged, Ledger, noise, sha256, words};
use super::site::{Site, Tokens};
use crate::tools::Server;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many read back at once.
const READERS: usize = 4;

/// What was found. All are counts of reports but the last six.
#[derive(Debug, Default)]
pub struct Audit {
    pub acknowledged: usize,
    /// Reports that can't be read back as they were sent, in words or picture.
    pub lost: Vec<String>,
    /// Those of them whose case is there and whose picture is gone.
    pub deleted: usize,
    /// What `verify-store` names.
    pub named: Vec<String>,
    /// Cases in the store beyond those acknowledged.
    pub surplus: isize,
    pub requests: usize,
    pub errors: usize,
    pub cured: usize,
    pub uncured: Vec<String>,
    pub restarts: usize,
}

/// What became of a report.
enum Found {
    Whole,
    NoCase,
    /// The case is there, its picture is not as it was sent.
    NoPicture(String),
}

impl Audit {
    /// Reads every acknowledged report back from a running server, then stops it and has the store verified.
    pub fn of(ledger: &Ledger, site: &Site, mut server: Server, restarts: usize) -> Self {
        let reports = ledger.reports();
        let mut audit = Self {
            acknowledged: reports.len(),
            requests: ledger.requests(),
            errors: ledger.errors(),
            cured: ledger.cured(),
            uncured: ledger.uncured(),
            restarts,
            ..Self::default()
        };
        let numbers: BTreeSet<&String> = reports.iter().map(|report| &report.case).collect();
        if numbers.len() != reports.len() {
            audit.lost.push("two reports have one number".to_owned());
        }
        for (case, found) in read_back(&reports, &server, &site.tokens) {
            match found {
                Found::Whole => {}
                Found::NoCase => audit.lost.push(format!("{case}: no such case")),
                Found::NoPicture(why) => {
                    audit.deleted += 1;
                    audit.lost.push(format!("{case}: {why}"));
                }
            }
        }
        server.stop();
        let said = site.run(&["verify-store"]);
        let failures = said.out.lines().filter_map(|line| line.strip_prefix("FAIL"));
        audit.named = failures.map(|line| line.trim().to_owned()).collect();
        if said.code != Some(0) && audit.named.is_empty() {
            audit
                .named
                .push(format!("exit {:?}: {}{}", said.code, said.out, said.err));
        }
        let cases = said.out.lines().find_map(|line| line.split_once(" cases, "));
        let cases: isize = cases
            .and_then(|(cases, _)| cases.parse().ok())
            .unwrap_or_default();
        audit.surplus = cases - isize::try_from(reports.len()).expect("a count");
        audit
    }

    /// That nothing is lost, deleted or named, that each key made one case, and that trying again cured every error.
    ///
    /// # Panics
    /// Otherwise.
    pub fn assert_whole(&self) {
        assert!(self.lost.is_empty(), "lost: {:#?}", self.lost);
        assert!(self.named.is_empty(), "verify-store: {:#?}", self.named);
        assert_eq!(self.surplus, 0, "cases beyond those acknowledged");
        assert!(self.uncured.is_empty(), "not cured: {:#?}", self.uncured);
        assert!(self.acknowledged > 0, "nothing was reported");
    }

    /// Writes the scenario's line of the table that `make faults` prints.
    pub fn record(&self, scenario: &str) {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults");
        std::fs::create_dir_all(&folder).expect("a folder for the table");
        let mut line = String::new();
        let (lost, named) = (self.lost.len(), self.named.len());
        let _ = writeln!(
            line,
            "{scenario:<58} {:>8} {:>12} {lost:>5} {:>8} {named:>6} {:>9} {:>7} {:>6} {:>8}",
            self.requests,
            self.acknowledged,
            self.deleted,
            self.restarts,
            self.errors,
            self.cured,
            self.uncured.len(),
        );
        eprint!("{line}");
        std::fs::write(folder.join(scenario.replace(' ', "-")), line).expect("a line of the table");
    }
}

/// Those of the reports that a server does not have as they were sent, in words.
pub fn missing(reports: &[Acknowledged], server: &Server, tokens: &Tokens) -> Vec<String> {
    let found = read_back(reports, server, tokens).into_iter();
    let missing = found.filter_map(|(case, found)| match found {
        Found::Whole => None,
        Found::NoCase => Some(format!("{case}: no such case")),
        Found::NoPicture(why) => Some(format!("{case}: {why}")),
    });
    missing.collect()
}

fn read_back(reports: &[Acknowledged], server: &Server, tokens: &Tokens) -> Vec<(String, Found)> {
    let (next, found) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..READERS {
            scope.spawn(|| {
                while let Some(report) = reports.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let what = look_up(report, server, tokens);
                    found.lock().expect("the list").push((report.case.clone(), what));
                }
            });
        }
    });
    found.into_inner().expect("the list")
}

fn look_up(report: &Acknowledged, server: &Server, tokens: &Tokens) -> Found {
    let journal = server.get(&format!("/api/v1/cases/{}/journal", report.case), &tokens.manager);
    let told = journal.expect("an answer");
    if told.status != 200 || !String::from_utf8_lossy(&told.body).contains(&words(report.which)) {
        return Found::NoCase;
    }
    if report.sha256.is_none() {
        return Found::Whole;
    }
    let path = format!("/api/v1/cases/{}/exhibits/1/original", report.case);
    match server.get(&path, &tokens.reporter) {
        Ok(original) if original.status == 200 && original.body == noise(report.which) => Found::Whole,
        Ok(original) => Found::NoPicture(format!("{}, SHA-256 {}", original.status, sha256(&original.body))),
        Err(error) => Found::NoPicture(error.to_string()),
    }
}
