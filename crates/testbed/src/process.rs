//! Running programs to their end, and signalling those that go on.

use std::io::{Read, Seek};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, kill_process};

pub use rustix::process::Signal;

/// How long something that is about to happen may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Runs a program to its end and gives what it printed. Its output goes through a file, since a server that it leaves
/// behind would hold a pipe open.
///
/// # Panics
/// If the program can't be started or fails; it shows what the program printed.
pub fn run(command: &mut Command) -> String {
    let mut printed = tempfile::tempfile().expect("a temporary file");
    let file = || printed.try_clone().expect("the file again");
    let (stdout, stderr) = (file(), file());
    let status = command
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(stdout)
        .stderr(stderr)
        .status();
    let mut text = String::new();
    // What can't be read is left out of the message.
    let _ = printed.rewind().and_then(|()| printed.read_to_string(&mut text));
    assert!(
        matches!(&status, Ok(status) if status.success()),
        "{command:?}: {status:?}\n{text}"
    );
    text
}

/// Polls until the condition holds.
///
/// # Panics
/// If it does not hold within a minute; it names what was waited for.
pub fn until(what: &str, mut holds: impl FnMut() -> bool) {
    let began = Instant::now();
    while !holds() {
        assert!(
            began.elapsed() < PATIENCE,
            "still not so after {PATIENCE:?}: {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// Sends a signal to a process; one that is gone is passed over.
pub fn signal(pid: u32, signal: Signal) {
    if let Some(pid) = id(pid) {
        // Gone already is as good.
        let _ = kill_process(pid, signal);
    }
}

/// The processes whose working folder this is; one that has ended has none.
#[must_use]
pub fn working_in(folder: &Path) -> Vec<u32> {
    let processes = std::fs::read_dir("/proc").into_iter().flatten().flatten();
    processes
        .filter(|process| std::fs::read_link(process.path().join("cwd")).is_ok_and(|cwd| cwd == folder))
        .filter_map(|process| process.file_name().to_str()?.parse().ok())
        .collect()
}

fn id(pid: u32) -> Option<Pid> {
    Pid::from_raw(i32::try_from(pid).ok()?)
}
