//! Stopping: what has begun is finished, nobody keeps the server from ending, and what it leaves is whole.

use crate::tools::{
    Line, Server, form, free_address, import_fjordby, ok, picture, stored_files, token, until,
};
use rustix::process::Signal;
use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpStream;
use std::path::Path;
use tempfile::{TempDir, tempdir};

fn fjordby() -> (TempDir, String) {
    let data = tempdir().expect("a folder");
    import_fjordby(data.path());
    let maja = token(data.path(), "maja.poulsen@fjordby.example");
    (data, maja)
}

/// After an orderly end the database's file holds everything by itself.
fn is_checkpointed(data: &Path) {
    let log = std::fs::metadata(data.join("vaern.sqlite-wal"));
    assert!(log.is_err() || log.is_ok_and(|log| log.len() == 0));
}

/// A report of which the first half has come.
fn half_sent(server: &Server, token: &str) -> (Line, Vec<u8>) {
    let body = form("Halvvejs", &[("halv.png", &picture(1, 200_000))]);
    let mut line =
        Line::open(server.address, "POST", "/api/v1/reports", token, Some(body.len())).expect("a line");
    let (first, rest) = body.split_at(body.len() / 2);
    line.send(first).expect("it goes out");
    (line, rest.to_vec())
}

#[test]
fn what_has_begun_is_finished_and_the_database_is_whole_by_itself() {
    let (data, maja) = fjordby();
    let mut server = Server::start_with(data.path(), &[("VAERN_STOP_GRACE", "0")]);
    server.report(&maja, "Før", &[]).unwrap().case();
    let (mut line, rest) = half_sent(&server, &maja);
    until("the half has come", || stored_files(data.path(), 50_000) == 1);
    server.signal(Signal::TERM);
    until("nobody is let in any more", || {
        TcpStream::connect(server.address).is_err()
    });
    line.send(&rest).unwrap();
    line.answer().unwrap().case();
    assert_eq!(server.ended(), Some(0));
    is_checkpointed(data.path());
    let whole = ok(data.path(), &["verify-store"]);
    assert!(
        whole.starts_with("2 cases, ") && whole.contains("1 exhibit"),
        "{whole}"
    );
}

#[test]
fn a_stalled_client_keeps_nobody_waiting() {
    let (data, maja) = fjordby();
    let settings = [("VAERN_STOP_GRACE", "0"), ("VAERN_STOP_WITHIN", "1")];
    let mut server = Server::start_with(data.path(), &settings);
    let _stalled = half_sent(&server, &maja);
    until("the half has come", || stored_files(data.path(), 50_000) == 1);
    let mut half = TcpStream::connect(server.address).unwrap();
    half.write_all(b"GET / HTTP/1.1\r\nHost:").unwrap();
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), Some(0));
    is_checkpointed(data.path());
    let whole = ok(data.path(), &["verify-store"]);
    assert!(whole.starts_with("0 cases, "), "{whole}");
}

#[test]
fn it_says_that_it_is_not_ready_before_it_shuts_the_door_and_a_second_signal_ends_it() {
    let (data, maja) = fjordby();
    let mut server = Server::start_with(data.path(), &[("VAERN_STOP_GRACE", "300")]);
    assert_eq!(server.get("/readyz", "").unwrap().status, 200);
    server.signal(Signal::TERM);
    until("it is not ready", || {
        server.get("/readyz", "").unwrap().status == 503
    });
    assert_eq!(server.get("/livez", "").unwrap().status, 200);
    // Whoever was sent here before the load balancer saw it is served.
    server.report(&maja, "I sidste øjeblik", &[]).unwrap().case();
    server.signal(Signal::INT);
    assert_eq!(server.ended(), Some(0));
    is_checkpointed(data.path());
}

#[test]
fn sighup_does_not_end_it() {
    let (data, maja) = fjordby();
    let log = data.path().join("log");
    let mut server = Server::start_logged(data.path(), &[("VAERN_LOG", "info")], &log);
    server.signal(Signal::HUP);
    until("it is said", || {
        std::fs::read_to_string(&log).unwrap().contains("SIGHUP")
    });
    server.report(&maja, "Stadig her", &[]).unwrap().case();
    server.signal(Signal::TERM);
    assert_eq!(server.ended(), Some(0));
}

#[test]
fn an_e_mail_that_is_being_handed_over_is_taken_first() {
    let (data, _) = fjordby();
    let lmtp = free_address();
    let settings = [("VAERN_STOP_GRACE", "0"), ("VAERN_LMTP", &lmtp.to_string())];
    let mut server = Server::start_with(data.path(), &settings);
    let connect = || {
        let stream = TcpStream::connect(lmtp).unwrap();
        (BufReader::new(stream.try_clone().unwrap()), stream)
    };
    let hear = |from: &mut BufReader<TcpStream>| {
        let mut line = String::new();
        from.read_line(&mut line).unwrap();
        line
    };
    let (mut idle, _keep) = connect();
    assert!(hear(&mut idle).starts_with("220 "));
    let (mut from, mut to) = connect();
    hear(&mut from);
    to.write_all(b"LHLO post.example\r\nMAIL FROM:<maja.poulsen@fjordby.example>\r\nRCPT TO:<vaern@fjordby.example>\r\nDATA\r\n").unwrap();
    while !hear(&mut from).starts_with("354 ") {}
    to.write_all(b"From: maja.poulsen@fjordby.example\r\nSubject: Trusler\r\n\r\nDe truer")
        .unwrap();
    server.signal(Signal::TERM);
    assert!(
        hear(&mut idle).starts_with("421 "),
        "whoever hands over nothing is sent away"
    );
    to.write_all(b" mig.\r\n.\r\n").unwrap();
    assert!(hear(&mut from).starts_with("250 "));
    assert_eq!(server.ended(), Some(0));
    let whole = ok(data.path(), &["verify-store"]);
    assert!(!whole.starts_with("0 cases, "), "{whole}");
}
