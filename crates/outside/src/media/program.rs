//! Other people's programs, kept on a short lead: no shell, an empty environment, bounded time, memory and output.
//!
//! `prlimit` (util-linux) sets the limits and then becomes the program, so that ending the one ends the other.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::AsyncReadExt as _;
use tokio::process::Command;

/// Where Debian puts programs, and an administrator their own.
const FOLDERS: [&str; 3] = ["/usr/bin", "/usr/local/bin", "/bin"];
/// The most memory that a program may ask for, in bytes.
const MEMORY: u64 = 2 * 1024 * 1024 * 1024;
/// The largest file that it may write, in bytes.
const FILE: u64 = 256 * 1024 * 1024;
/// The most of its answer that is read, in bytes.
const ANSWER: u64 = 16 * 1024 * 1024;

/// Why a working copy could not be made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    #[error("the file is damaged, or is not what it says")]
    Broken,
    #[error("it has too many pixels")]
    TooLarge,
    #[error("there is no reader for this kind of file")]
    NoDecoder,
    #[error("the program that reads it is not installed")]
    NoProgram,
    #[error("it took too long")]
    TooSlow,
    #[error("it is locked with a password")]
    Locked,
    #[error("making it was given up after several tries")]
    GivenUp,
}

impl Fault {
    /// The stable code.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Broken => "broken",
            Self::TooLarge => "too-large",
            Self::NoDecoder => "no-decoder",
            Self::NoProgram => "no-program",
            Self::TooSlow => "too-slow",
            Self::Locked => "locked",
            Self::GivenUp => "given-up",
        }
    }

    /// Every code.
    pub const CODES: &'static [&'static str] = &[
        "broken",
        "too-large",
        "no-decoder",
        "no-program",
        "too-slow",
        "locked",
        "given-up",
    ];
}

/// What a program said.
pub struct Answer {
    pub succeeded: bool,
    /// At most 16 MiB of its standard output; what comes after ends the program.
    pub out: Vec<u8>,
    /// The beginning of its standard error.
    pub err: String,
}

/// Runs a program in `room` for at most `longest`, and kills it then.
///
/// # Errors
/// [`Fault::NoProgram`], [`Fault::TooSlow`], and [`Fault::Broken`] if it could not be started or heard.
pub async fn run<I, A>(name: &str, arguments: I, room: &Path, longest: Duration) -> Result<Answer, Fault>
where
    I: IntoIterator<Item = A>,
    A: AsRef<OsStr>,
{
    let (Some(program), Some(prlimit)) = (find(name), find("prlimit")) else {
        return Err(Fault::NoProgram);
    };
    let mut command = Command::new(prlimit);
    command
        .arg(format!("--as={MEMORY}"))
        .arg(format!("--fsize={FILE}"))
        .arg(format!("--cpu={}", longest.as_secs().max(1)))
        .args(["--core=0", "--nofile=256", "--"])
        .args(["nice", "-n", "10"])
        .arg(program)
        .args(arguments)
        .current_dir(room)
        .env_clear()
        .env("PATH", FOLDERS.join(":"))
        .env("HOME", room)
        .env("TMPDIR", room)
        .env("LC_ALL", "C.UTF-8")
        // One thread: the others are for those who wait for a page.
        .env("OMP_THREAD_LIMIT", "1")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true);
    tokio::time::timeout(longest, hear(command))
        .await
        .unwrap_or(Err(Fault::TooSlow))
}

async fn hear(mut command: Command) -> Result<Answer, Fault> {
    let mut child = command.spawn().map_err(|_| Fault::Broken)?;
    let (Some(out), Some(err)) = (child.stdout.take(), child.stderr.take()) else {
        return Err(Fault::Broken);
    };
    let (mut said, mut complained) = (Vec::new(), Vec::new());
    let answer = async {
        let mut out = out.take(ANSWER);
        // Closed when enough is heard: then whoever goes on talking is ended by it.
        let heard = out.read_to_end(&mut said).await;
        drop(out);
        heard
    };
    let (heard, complaint) = tokio::join!(answer, beginning(err, &mut complained));
    heard.and(complaint).map_err(|_| Fault::Broken)?;
    let status = child.wait().await.map_err(|_| Fault::Broken)?;
    Ok(Answer {
        succeeded: status.success(),
        out: said,
        err: String::from_utf8_lossy(&complained).into_owned(),
    })
}

/// Keeps the first 4 KiB and lets the rest go by, so that a talkative program does not stand still.
async fn beginning(mut from: impl tokio::io::AsyncRead + Unpin, to: &mut Vec<u8>) -> std::io::Result<()> {
    let mut piece = [0; 4096];
    loop {
        match from.read(&mut piece).await? {
            0 => return Ok(()),
            read => to.extend_from_slice(&piece[..read.min(4096_usize.saturating_sub(to.len()))]),
        }
    }
}

fn find(name: &str) -> Option<PathBuf> {
    let places = FOLDERS.iter().map(|folder| Path::new(folder).join(name));
    places.into_iter().find(|path| path.is_file())
}

#[cfg(test)]
mod tests {
    use super::{Fault, run};
    use std::time::Duration;

    const LONG: Duration = Duration::from_secs(60);

    #[tokio::test]
    async fn a_program_that_never_ends_is_ended() {
        let room = tempfile::tempdir().expect("a folder");
        let slow = run("sleep", ["600"], room.path(), Duration::from_millis(1)).await;
        assert_eq!(slow.err(), Some(Fault::TooSlow));
    }

    #[tokio::test]
    async fn what_is_not_installed_says_so() {
        let room = tempfile::tempdir().expect("a folder");
        let none = run("no-such-program", ["x"], room.path(), LONG).await;
        assert_eq!(none.err(), Some(Fault::NoProgram));
    }

    #[tokio::test]
    async fn it_sees_nothing_of_our_environment_and_no_shell_reads_its_arguments() {
        let room = tempfile::tempdir().expect("a folder");
        let said = run("env", [""; 0], room.path(), LONG).await.expect("an answer");
        let said = String::from_utf8(said.out).expect("text");
        assert!(!said.contains("CARGO"), "{said}");
        let said = run("echo", ["$HOME;ls"], room.path(), LONG)
            .await
            .expect("an answer");
        assert_eq!(said.out, b"$HOME;ls\n");
    }

    #[tokio::test]
    async fn one_that_talks_without_end_is_cut_off_and_ended() {
        let room = tempfile::tempdir().expect("a folder");
        let said = run("yes", [""; 0], room.path(), LONG).await.expect("an answer");
        assert!(!said.succeeded);
        assert_eq!(said.out.len(), 16 * 1024 * 1024);
    }
}
