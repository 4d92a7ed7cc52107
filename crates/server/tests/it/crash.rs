//! `kill -9` in the middle of a hundred reports: who got a receipt is there, whole; who got none may send again.

use crate::tools::{
    Answer, Line, Server, form, import_fjordby, ok, picture, run, stored_files, token, until,
};
use std::collections::BTreeSet;
use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc;
use tempfile::tempdir;

const REPORTS: u32 = 100;
/// Those that are half sent when the server dies, every fourth.
const HALF_SENT: u32 = REPORTS / 4;
/// How many receipts are out when it dies.
const RECEIPTS: u32 = 30;
const PICTURE: usize = 150_000;

fn words(which: u32) -> String {
    format!("Henvendelse nummer {which}")
}

/// Sends one report; every fourth stops half-way until the server is dead.
fn send(which: u32, address: SocketAddr, token: &str, dead: &AtomicBool) -> io::Result<Answer> {
    let name = format!("skærm-{which}.png");
    let body = form(&words(which), &[(&name, &picture(which, PICTURE))]);
    let mut line = Line::open(address, "POST", "/api/v1/reports", token, Some(body.len()))?;
    let (first, rest) = body.split_at(body.len() / 2);
    line.send(first)?;
    if which.is_multiple_of(REPORTS / HALF_SENT) {
        until("the server is killed", || dead.load(Ordering::Acquire));
    }
    line.send(rest)?;
    line.answer()
}

#[test]
fn killed_among_a_hundred_reports_it_keeps_every_one_that_got_a_receipt() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let maja = token(data.path(), "maja.poulsen@fjordby.example");
    let yrsa = token(data.path(), "yrsa.kjaer@fjordby.example");
    let mut server = Server::start(data.path());
    let address = server.address;
    let dead = AtomicBool::new(false);

    let mut receipts: Vec<(u32, String)> = Vec::new();
    std::thread::scope(|scope| {
        let (tell, told) = mpsc::channel();
        for which in 0..REPORTS {
            let (tell, maja, dead) = (tell.clone(), &maja, &dead);
            scope.spawn(move || {
                let sent = send(which, address, maja, dead)
                    .ok()
                    .map(|answer| (which, answer.case()));
                tell.send(sent).expect("somebody listens");
            });
        }
        drop(tell);
        let mut told = told.into_iter();
        receipts.extend(told.by_ref().take(RECEIPTS as usize).flatten());
        server.kill();
        dead.store(true, Ordering::Release);
        receipts.extend(told.flatten());
    });
    assert!(
        receipts.len() >= RECEIPTS as usize,
        "{} receipts before it died",
        receipts.len()
    );
    assert!(
        receipts.len() <= (REPORTS - HALF_SENT) as usize,
        "half a report got a receipt"
    );
    let numbers: BTreeSet<&String> = receipts.iter().map(|(_, case)| case).collect();
    assert_eq!(numbers.len(), receipts.len(), "two receipts for one case");

    let server = Server::start(data.path());
    for (which, case) in &receipts {
        let original = server
            .get(&format!("/api/v1/cases/{case}/exhibits/1/original"), &maja)
            .unwrap();
        assert_eq!(original.status, 200, "{case}");
        assert!(
            original.body == picture(*which, PICTURE),
            "{case}: other bytes than were sent"
        );
        let journal = server
            .get(&format!("/api/v1/cases/{case}/journal"), &yrsa)
            .unwrap();
        assert!(
            String::from_utf8_lossy(&journal.body).contains(&words(*which)),
            "{case}: the words are gone"
        );
    }
    // Whatever else was committed before its receipt could be sent is whole too, and nothing else is left of the rest.
    let store = run(data.path(), &["verify-store"]);
    assert_eq!(store.code, Some(0), "{}{}", store.out, store.err);
    let mut counts = store
        .out
        .split(", ")
        .filter_map(|part| part.split(' ').next()?.parse::<usize>().ok());
    let (cases, _entries, exhibits) = (counts.next().unwrap(), counts.next(), counts.next().unwrap());
    assert!(
        cases >= receipts.len() && cases <= (REPORTS - HALF_SENT) as usize,
        "{}",
        store.out
    );
    assert_eq!(exhibits, cases, "{}", store.out);
    // What came to nothing was announced, or verify-store would have named it: it stays until the collection takes it, at most a
    // file for each report.
    let stored = stored_files(data.path(), PICTURE);
    assert!(
        (exhibits..=REPORTS as usize).contains(&stored),
        "{stored} files, {exhibits} exhibits"
    );

    // And it goes on with the next number.
    let next = server.report(&maja, "Efter genstart", &[]).unwrap().case();
    assert!(
        receipts.iter().all(|(_, case)| *case < next),
        "{next} was given before"
    );
    ok(data.path(), &["verify-store"]);
}
