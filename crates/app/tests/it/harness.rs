//! Shorthand for what people of Fjordby do through the application.

use app::testing::TestApp;
use app::{AppError, CaseView, ClaimedFile, FileFault, Incoming, Performed, Receipt};
use domain::case::{Arrival, Command, NewReport, Refusal, Viewing};
use domain::ids::CaseNumber;
use sha2::{Digest, Sha256};
use std::path::PathBuf;

pub const IDA: &str = "p03";
pub const JENS: &str = "p04";
pub const DPO: &str = "p05";
pub const ADMIN: &str = "p06";
pub const LARS: &str = "p08";
pub const VIBEKE: &str = "p09";
pub const METTE: &str = "p10";
pub const LONE: &str = "p11";
pub const ANDERS: &str = "p12";
pub const DORTHE: &str = "p13";
pub const SANNE: &str = "p15";

pub fn about(person: &str) -> NewReport {
    NewReport {
        text: "Se hvad der står".into(),
        about: Some(person.into()),
        ..NewReport::default()
    }
}

/// Something with the beginning of a PNG; `mark` makes it findable and different from others.
pub fn png(mark: &str) -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", mark.as_bytes()].concat()
}

pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

pub fn claim(name: &str, bytes: &[u8]) -> ClaimedFile {
    ClaimedFile {
        name: name.into(),
        sha256: sha256(bytes),
    }
}

pub async fn send(incoming: &mut Incoming, name: &str, bytes: &[u8]) {
    incoming.file(name, Arrival::Uploaded).await.unwrap();
    for part in bytes.chunks(7_000) {
        incoming.write(part).await.unwrap();
    }
    incoming.end_file().await.unwrap();
}

/// Files on their way to a new report.
pub async fn sent(test: &TestApp, person: &str, files: &[(&str, &[u8])]) -> Incoming {
    let mut incoming = test.app.begin_report(&test.caller(person));
    for (name, bytes) in files {
        send(&mut incoming, name, bytes).await;
    }
    incoming
}

pub async fn try_tell(
    test: &TestApp,
    person: &str,
    new: NewReport,
    files: &[(&str, &[u8])],
) -> Result<Receipt, AppError> {
    let incoming = sent(test, person, files).await;
    test.app
        .report(&test.caller(person), incoming, &[], new, None)
        .await
}

pub async fn tell(test: &TestApp, person: &str, new: NewReport, files: &[(&str, &[u8])]) -> Receipt {
    try_tell(test, person, new, files).await.unwrap()
}

/// Lone tells of Mette, with one picture.
pub async fn a_case(test: &TestApp) -> CaseNumber {
    let picture = png("et billede");
    tell(test, LONE, about(METTE), &[("skærm.png", &picture)])
        .await
        .number
}

pub async fn add(
    test: &TestApp,
    person: &str,
    number: &CaseNumber,
    files: &[(&str, &[u8])],
) -> Result<Vec<domain::case::Exhibit>, AppError> {
    let mut incoming = test.app.begin_exhibits(&test.caller(person), number).await?;
    for (name, bytes) in files {
        send(&mut incoming, name, bytes).await;
    }
    test.app.add_exhibits(&test.caller(person), incoming, &[]).await
}

pub async fn try_to(
    test: &TestApp,
    person: &str,
    number: &CaseNumber,
    command: Command,
) -> Result<Performed, AppError> {
    test.app
        .perform(&test.caller(person), number, command, None)
        .await
}

#[track_caller]
pub fn refusal<T: std::fmt::Debug>(result: Result<T, AppError>) -> Refusal {
    match result {
        Err(AppError::Refused(refusal)) => refusal,
        other => panic!("not refused: {other:?}"),
    }
}

#[track_caller]
pub fn faults<T: std::fmt::Debug>(result: Result<T, AppError>) -> Vec<(String, FileFault)> {
    match result {
        Err(AppError::Files(problems)) => problems
            .into_iter()
            .map(|found| (found.name, found.fault))
            .collect(),
        other => panic!("no file refused: {other:?}"),
    }
}

#[track_caller]
pub fn not_found<T: std::fmt::Debug>(result: Result<T, AppError>) {
    assert!(matches!(result, Err(AppError::NotFound)), "{result:?}");
}

#[track_caller]
pub fn forbidden<T: std::fmt::Debug>(result: Result<T, AppError>) {
    assert!(matches!(result, Err(AppError::Forbidden)), "{result:?}");
}

pub async fn view(test: &TestApp, person: &str, number: &CaseNumber) -> CaseView {
    test.app
        .case(&test.caller(person), number, Viewing::Case)
        .await
        .unwrap()
}

/// How many cases there are, in whatever phase.
pub async fn cases(test: &TestApp) -> u64 {
    let counts = test.app.counts(&test.caller(DPO)).await.unwrap();
    counts.open + counts.closed + counts.joined
}

/// Everything that lies in the folder of exhibits, unfinished files too.
pub fn files(test: &TestApp) -> Vec<PathBuf> {
    let folders = std::fs::read_dir(test.scratch.dir().join("blobs")).unwrap();
    let folders = folders
        .map(|folder| folder.unwrap().path())
        .filter(|path| path.is_dir());
    folders
        .flat_map(|folder| std::fs::read_dir(folder).unwrap())
        .map(|file| file.unwrap().path())
        .collect()
}

/// Waits for the clean-up of what was dropped: a task and blocking threads, so a bounded number of turns on both.
pub async fn no_files_left(test: &TestApp) {
    for _ in 0..10_000 {
        if files(test).is_empty() {
            return;
        }
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
        tokio::task::yield_now().await;
    }
    panic!("left over: {:?}", files(test));
}

pub fn flip(file: &std::path::Path) {
    let mut bytes = std::fs::read(file).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

pub fn names(performed: &Performed) -> Vec<String> {
    performed.events.iter().map(|entry| entry.event.name()).collect()
}
