//! Running the binary, and a small HTTP client: one request a connection, answers read to the end.

use rustix::process::{Pid, Signal, kill_process};
use std::fs::File;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

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
    said(vaern(data, args).output().expect("the binary starts"))
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
    child: Child,
    pub address: SocketAddr,
}

impl Server {
    /// Serves this data folder on a free port, and waits until it is ready.
    pub fn start(data: &Path) -> Self {
        Self::start_with(data, &[])
    }

    /// The same with these settings.
    pub fn start_with(data: &Path, settings: &[(&str, &str)]) -> Self {
        let address = free_address();
        let mut serve = vaern(data, &["serve", "--listen", &address.to_string()]);
        serve.envs(settings.iter().copied());
        Self::start_command(serve, address)
    }

    /// The same with these settings, and its log in a file.
    pub fn start_logged(data: &Path, settings: &[(&str, &str)], log: &Path) -> Self {
        let address = free_address();
        let mut serve = vaern(data, &["serve", "--listen", &address.to_string()]);
        serve.envs(settings.iter().copied()).stderr(log_file(log));
        Self::start_command(serve, address)
    }

    /// Runs a command that serves at this address, and waits until it is ready.
    pub fn start_command(mut serve: Command, address: SocketAddr) -> Self {
        let child = serve.stdin(Stdio::null()).spawn().expect("the server starts");
        let mut server = Self { child, address };
        until("the server is ready", || {
            assert_eq!(
                server.child.try_wait().expect("its state"),
                None,
                "the server ended"
            );
            server
                .get("/healthz", "")
                .is_ok_and(|answer| answer.status == 200)
        });
        server
    }

    /// `kill -9`: no chance to finish anything.
    pub fn kill(&mut self) {
        self.child.kill().expect("a process to kill");
        self.child.wait().expect("its end");
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: Signal) {
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        kill_process(pid.expect("a process"), signal).expect("it runs");
    }

    /// Waits until it has ended by itself, and gives its exit code.
    pub fn ended(&mut self) -> Option<i32> {
        let mut status = None;
        until("the server ends", || {
            status = self.child.try_wait().expect("its state");
            status.is_some()
        });
        status.and_then(|status| status.code())
    }

    pub fn get(&self, path: &str, token: &str) -> io::Result<Answer> {
        let mut line = Line::open(self.address, "GET", path, token, None)?;
        line.answer()
    }

    /// Sends a form as a browser does.
    pub fn post_form(&self, path: &str, body: &str) -> io::Result<Answer> {
        let mut stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let (address, length) = (self.address, body.len());
        let head = format!(
            "POST {path} HTTP/1.0\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
        );
        stream.write_all((head + body).as_bytes())?;
        Line(stream).answer()
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
        // Already ended is as good.
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// An address at which nobody listens.
pub fn free_address() -> SocketAddr {
    let free = TcpListener::bind("127.0.0.1:0").expect("a free port");
    free.local_addr().expect("its number")
}

/// A new file for a log.
pub fn log_file(path: &Path) -> File {
    File::create(path).expect("a file for the log")
}

/// Asks until it is so.
pub fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(
            began.elapsed() < PATIENCE,
            "still not so after {PATIENCE:?}: {what}"
        );
        std::thread::yield_now();
    }
}

const BOUNDARY: &str = "----vaern-test";

/// A form of a report and its files, as RFC 7578 writes it.
pub fn form(text: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let report = serde_json::json!({ "text": text, "about": "me", "medium": "sms" });
    let head = |disposition: &str, kind: &str| {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n\r\n"
        )
    };
    let mut body = head("name=\"report\"", "application/json").into_bytes();
    body.extend(report.to_string().bytes());
    for (name, bytes) in files {
        body.extend(b"\r\n");
        body.extend(
            head(
                &format!("name=\"exhibit\"; filename=\"{name}\""),
                "application/octet-stream",
            )
            .bytes(),
        );
        body.extend(*bytes);
    }
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
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

/// One request on its way.
pub struct Line(TcpStream);

impl Line {
    /// Connects and sends the head.
    pub fn open(
        address: SocketAddr,
        method: &str,
        path: &str,
        token: &str,
        length: Option<usize>,
    ) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        // HTTP/1.0: the answer ends where the connection does, with no chunks to put together.
        let mut head = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nAccept-Language: en\r\n");
        if !token.is_empty() {
            head += &format!("Authorization: Bearer {token}\r\n");
        }
        if let Some(length) = length {
            head += &format!(
                "Content-Type: multipart/form-data; boundary={BOUNDARY}\r\nContent-Length: {length}\r\n"
            );
        }
        stream.write_all((head + "\r\n").as_bytes())?;
        Ok(Self(stream))
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Reads the answer to its end.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes)?;
        Answer::read(bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Its media type.
    pub kind: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(mut bytes: Vec<u8>) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).ok()?.to_ascii_lowercase();
        let field = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value.trim().to_owned())
        };
        let whole = field("content-length").is_none_or(|length| length == body.len().to_string());
        let status = head.split(' ').nth(1)?.parse().ok()?;
        whole.then(|| Self {
            status,
            kind: field("content-type").unwrap_or_default(),
            body,
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The case that a receipt is for.
    pub fn case(&self) -> String {
        assert_eq!(self.status, 201, "{}", String::from_utf8_lossy(&self.body));
        self.json()["case"].as_str().expect("a case number").to_owned()
    }
}

/// How many files lie in the blob folder, unfinished, or of at least `least` bytes: originals, but not the small working
/// copies that the server makes of them meanwhile.
pub fn stored_files(data: &Path, least: usize) -> usize {
    let folders = std::fs::read_dir(data.join("blobs")).expect("the folder of files");
    let inside = |folder: io::Result<std::fs::DirEntry>| {
        let path = folder.expect("a folder").path();
        let counts = |file: &std::fs::DirEntry| {
            // A working copy that is being written may be gone by now.
            let large = file.metadata().is_ok_and(|found| found.len() >= least as u64);
            large || file.file_name().to_string_lossy().contains('#')
        };
        let files = std::fs::read_dir(path).expect("its files");
        files.map(|file| file.expect("a file")).filter(counts).count()
    };
    folders.map(inside).sum()
}
