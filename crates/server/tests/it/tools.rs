//! Running the binary, and asking it.

mod http;
mod small_disk;

pub use http::{Answer, FORM, Head, Line, form};
pub use small_disk::SmallDisk;
pub use testbed::free_address;
pub use testbed::process::until;

use std::fs::File;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;
use testbed::process::{Signal, signal};

/// How long a server may take to be ready, and something that is about to happen to happen.
const PATIENCE: Duration = Duration::from_secs(60);

/// The example organisation.
pub fn example(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples")
        .join(name)
}

/// The binary on this data folder, in English and with nothing of the tester's own surroundings.
pub fn vaern(data: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vaern"));
    command.env_clear().env("LANG", "C").env("VAERN_LOG", "warn");
    command.arg("--data").arg(data).args(args);
    command
}

/// What a finished command said.
pub struct Said {
    pub code: Option<i32>,
    pub out: String,
    pub err: String,
}

/// Runs a command to its end.
pub fn run(data: &Path, args: &[&str]) -> Said {
    run_with(data, &[], args)
}

/// The same with these settings.
pub fn run_with(data: &Path, settings: &[(&str, &str)], args: &[&str]) -> Said {
    let mut command = vaern(data, args);
    command.envs(settings.iter().copied());
    said(command.output().expect("the binary starts"))
}

fn said(output: Output) -> Said {
    let text = |bytes| String::from_utf8(bytes).expect("what it says is UTF-8");
    Said {
        code: output.status.code(),
        out: text(output.stdout),
        err: text(output.stderr),
    }
}

/// Runs a command that must succeed, and gives what it printed.
pub fn ok(data: &Path, args: &[&str]) -> String {
    let said = run(data, args);
    assert_eq!(said.code, Some(0), "{args:?}: {}{}", said.out, said.err);
    said.out
}

/// Makes the data folder Fjordby's.
pub fn import_fjordby(data: &Path) -> String {
    let (units, people) = (example("units.csv"), example("people.csv"));
    ok(data, &["org", "import", text(&units), text(&people)])
}

/// A token that acts as this person.
pub fn token(data: &Path, email: &str) -> String {
    ok(data, &["token", "create", "--as", email]).trim().to_owned()
}

/// A path as an argument.
pub fn text(path: &Path) -> &str {
    path.to_str().expect("test paths are UTF-8")
}

/// A running server; ended, if it still runs, when dropped.
pub struct Server {
    serve: Command,
    child: Option<Child>,
    pub address: SocketAddr,
}

impl Server {
    /// Serves this data folder on a free port, and waits until it is ready.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// Serves the demonstration in this data folder, which is filled if it is empty.
    pub fn demo(data: &Path) -> Self {
        let address = free_address();
        let serve = vaern(data, &["demo", "--listen", &address.to_string()]);
        Self::start_command(serve, address)
    }

    /// The same with these settings.
    pub fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        let mut server = Self::new(data, settings);
        server.resume();
        server
    }

    /// The same with these settings, and its log in a file.
    pub fn start_logged(data: &Path, settings: &[(&str, &str)], log: &Path) -> Self {
        let mut server = Self::new(data, settings);
        server.serve.stderr(log_file(log));
        server.resume();
        server
    }

    /// Runs a command that serves at this address, and waits until it is ready.
    pub fn start_command(serve: Command, address: SocketAddr) -> Self {
        let mut server = Self {
            serve,
            child: None,
            address,
        };
        server.resume();
        server
    }

    /// On this data folder, with these settings, not yet started.
    pub fn new(data: &Path, settings: &[(&str, &str)]) -> Self {
        let address = free_address();
        let mut serve = vaern(data, &["serve", "--listen", &address.to_string()]);
        serve.envs(settings.iter().copied());
        Self {
            serve,
            child: None,
            address,
        }
    }

    /// Changes a setting, for the next start; an empty one is none.
    pub fn set(&mut self, name: &str, value: &str) {
        self.serve.env(name, value);
    }

    /// Starts it, at the same address as before, and waits until it is ready.
    pub fn resume(&mut self) {
        assert!(!self.refuses(), "the server ended");
    }

    /// Starts it and waits until it is ready or has ended; says whether it ended.
    pub fn refuses(&mut self) -> bool {
        let child = self
            .serve
            .stdin(Stdio::null())
            .spawn()
            .expect("the server starts");
        self.child = Some(child);
        let mut ended = false;
        until("the server is ready or has ended", || {
            let child = self.child.as_mut().expect("a process");
            ended = child.try_wait().expect("its state").is_some();
            ended || self.get("/healthz", "").is_ok_and(|answer| answer.status == 200)
        });
        ended
    }

    /// `kill -9`: no chance to finish anything.
    pub fn kill(&mut self) {
        let mut child = self.child.take().expect("a process to kill");
        child.kill().expect("a process to kill");
        child.wait().expect("its end");
    }

    /// Sends it a signal.
    pub fn signal(&self, sent: Signal) {
        signal(self.child.as_ref().expect("it runs").id(), sent);
    }

    /// Waits until it has ended by itself, and gives its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let child = self.child.as_mut().expect("a process");
        let mut status = None;
        until("the server ends", || {
            status = child.try_wait().expect("its state");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }

    /// SIGTERM, and waits for its end; gives its exit code.
    pub fn stop(&mut self) -> Option<i32> {
        self.signal(Signal::TERM);
        self.ended()
    }

    pub fn get(&self, path: &str, token: &str) -> io::Result<Answer> {
        let mut line = Line::open(self.address, "GET", path, token, None)?;
        line.answer()
    }

    /// Sends a form as a browser does.
    pub fn post_form(&self, path: &str, body: &str) -> io::Result<Answer> {
        let head = Head {
            method: "POST",
            path,
            body: Some(("application/x-www-form-urlencoded", body.len())),
            ..Head::default()
        };
        let mut line = Line::begin(self.address, &head)?;
        line.send(body.as_bytes())?;
        line.answer()
    }

    /// Sends a report with its files.
    pub fn report(&self, token: &str, text: &str, files: &[(&str, &[u8])]) -> io::Result<Answer> {
        let body = form(text, files);
        let mut line = Line::open(self.address, "POST", "/api/v1/reports", token, Some(body.len()))?;
        line.send(&body)?;
        line.answer()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            // Already ended is as good.
            child.kill().ok();
            child.wait().ok();
        }
    }
}

/// A new file for a log.
pub fn log_file(path: &Path) -> File {
    File::create(path).expect("a file for the log")
}

/// A picture that is this one and no other: a whole PNG of one pixel, and after its end as many bytes as asked for.
pub fn picture(which: u32, bytes: usize) -> Vec<u8> {
    let mut picture = include_bytes!("pixel.png").to_vec();
    let pattern = which.to_le_bytes().into_iter().cycle().enumerate();
    picture.extend(
        pattern
            .map(|(at, byte)| byte.wrapping_add((at / 4) as u8))
            .take(bytes),
    );
    picture
}

/// How many files lie in the blob folder, unfinished, or of at least `least` bytes: originals, but not the small working
/// copies that the server makes of them meanwhile.
pub fn stored_files(data: &Path, least: usize) -> usize {
    let inside = |path: PathBuf| {
        let counts = |file: &std::fs::DirEntry| {
            // A working copy that is being written may be gone by now.
            let large = file.metadata().is_ok_and(|found| found.len() >= least as u64);
            large || file.file_name().to_string_lossy().contains('#')
        };
        let files = std::fs::read_dir(path).expect("its files");
        files.map(|file| file.expect("a file")).filter(counts).count()
    };
    blob_folders(data).into_iter().map(inside).sum()
}

/// The folders that blobs lie in; beside them lies the file that says whose they are.
pub fn blob_folders(data: &Path) -> Vec<PathBuf> {
    let all = std::fs::read_dir(data.join("blobs")).expect("the folder of files");
    let all = all.map(|found| found.expect("what lies there").path());
    all.filter(|path| path.is_dir()).collect()
}

/// Every finished blob.
pub fn blob_files(data: &Path) -> Vec<PathBuf> {
    let folders = blob_folders(data).into_iter();
    let files = folders.flat_map(|folder| std::fs::read_dir(folder).expect("its files"));
    let mut files: Vec<PathBuf> = files.map(|file| file.expect("a file").path()).collect();
    files.retain(|file| !file.to_string_lossy().contains('#'));
    files.sort();
    files
}
