//! An S3 server of our own (moto's, from PyPI), started when first needed and shared by all test processes like PostgreSQL; and a
//! wire to it that can be cut, or made to stall.

use std::fs::File;
use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU8, AtomicU32, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use testbed::postgres::own_uid;
use testbed::process::run;

use super::postgres::lock_file;
use crate::blobs::{S3Credentials, S3Limits, S3Location};

/// How long the server outlives the last test process, in seconds.
const IDLE: u32 = 20;
/// Serves on a free port, and says which by a file that is there whole or not at all.
const SERVE: &str = "\
import os, sys
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server
server = make_server('127.0.0.1', 0, DomainDispatcherApplication(create_backend_app), threaded=True)
with open(sys.argv[1] + '.new', 'w') as port:
    port.write(f'{server.port} {os.getpid()}')
os.rename(sys.argv[1] + '.new', sys.argv[1])
server.serve_forever()
";

struct Server {
    port: u16,
    /// Held for the life of the process.
    _user: File,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// An empty bucket of its own.
///
/// # Panics
/// Without moto's server: it names what to install.
#[must_use]
pub fn create_bucket() -> S3Location {
    let server = SERVER.get_or_init(find);
    let bucket = format!(
        "t{}-{}",
        std::process::id(),
        COUNT.fetch_add(1, Ordering::Relaxed)
    );
    let answer = ask(server.port, "PUT", &format!("/{bucket}"));
    assert!(answer.starts_with("HTTP/1.1 200"), "no bucket: {answer}");
    let limits = S3Limits {
        connect: Duration::from_secs(2),
        request: Duration::from_secs(20),
        retry: Duration::from_secs(20),
        retries: 2,
    };
    S3Location {
        bucket,
        prefix: "filer".to_owned(),
        endpoint: Some(format!("http://127.0.0.1:{}", server.port)),
        region: "us-east-1".to_owned(),
        path_style: true,
        credentials: S3Credentials {
            key_id: "test".to_owned(),
            secret: "test".to_owned(),
            token: None,
        },
        limits,
    }
}

/// Asks the server of this bucket something that our own client has no words for; gives the whole answer.
///
/// # Panics
/// If it does not answer.
#[must_use]
pub fn ask_of(location: &S3Location, method: &str, path: &str) -> String {
    let server = SERVER.get().expect("the server of this bucket");
    ask(server.port, method, &format!("/{}{path}", location.bucket))
}

fn ask(port: u16, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("moto's server");
    let request = format!(
        "{method} {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Length: 0\r\nConnection: close\r\n\
         Authorization: AWS4-HMAC-SHA256 Credential=test/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=0\r\n\r\n"
    );
    stream.write_all(request.as_bytes()).expect("a request");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

fn find() -> Server {
    let base = std::env::temp_dir().join(format!("vaern-s3-{}", own_uid()));
    std::fs::create_dir_all(&base).expect("the folder of the test server");
    let user = lock_file(&base.join("users.lock"));
    user.lock_shared().expect("a shared lock on users.lock");
    let starting = lock_file(&base.join("start.lock"));
    starting.lock().expect("the lock on start.lock");
    let file = base.join("port");
    let port = match port(&file).filter(|port| TcpStream::connect(("127.0.0.1", *port)).is_ok()) {
        Some(port) => port,
        None => begin(&base, &file),
    };
    Server { port, _user: user }
}

fn port(file: &Path) -> Option<u16> {
    let text = std::fs::read_to_string(file).ok()?;
    text.split(' ').next()?.parse().ok()
}

/// Starts it and its watchdog, in sessions of their own so that they outlive whoever started them.
fn begin(base: &Path, file: &Path) -> u16 {
    let python = python();
    let _ = std::fs::remove_file(file);
    // What an earlier one said there is not this one's.
    let _ = std::fs::remove_file(base.join("log"));
    let script = format!(
        "\"$2\" -c \"$3\" \"$1/port\" >\"$1/log\" 2>&1 & server=$!\n\
         exec 9>>\"$1/users.lock\"\n\
         while :; do sleep {IDLE}; flock -x -n 9 && break; done\n\
         rm -f \"$1/port\"\n\
         kill \"$server\"\n"
    );
    run(Command::new("setsid")
        .args(["--fork", "sh", "-c", &script, "watchdog"])
        .arg(base)
        .arg(python)
        .arg(SERVE));
    // Python takes a second or two; an end that never comes is the harness's to say.
    loop {
        if let Some(port) = port(file) {
            return port;
        }
        let log = std::fs::read_to_string(base.join("log")).unwrap_or_default();
        assert!(!log.contains("Traceback"), "moto's server does not start: {log}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn python() -> PathBuf {
    let tools = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin/python");
    let has_moto = Command::new(&tools)
        .args(["-c", "import moto.server"])
        .stdin(Stdio::null())
        .stderr(Stdio::null())
        .status();
    assert!(
        matches!(has_moto, Ok(status) if status.success()),
        "no moto in target/tools: the tests need its S3 server. Run scripts/setup test"
    );
    tools
}

/// What a [`Wire`] does with bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Through = 0,
    /// Connections are cut, and none is taken.
    Cut = 1,
    /// Connections are taken, and nothing ever comes back.
    Stalled = 2,
    /// Every request is answered: the bucket is full.
    Full = 3,
}

/// A wire between a store and the S3 server.
pub struct Wire {
    way: Arc<AtomicU8>,
    at: SocketAddr,
}

impl Wire {
    /// The same bucket, by a wire. Requests by it end after a second, and are tried twice.
    ///
    /// # Panics
    /// If there is no port.
    #[must_use]
    pub fn to(location: &S3Location) -> (Self, S3Location) {
        let server = SERVER.get().expect("the server of this bucket").port;
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let at = listener.local_addr().expect("its number");
        let way = Arc::new(AtomicU8::new(Way::Through as u8));
        let ways = Arc::clone(&way);
        std::thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let way = Arc::clone(&ways);
                std::thread::spawn(move || carry(&client, server, &way));
            }
        });
        let limits = S3Limits {
            connect: Duration::from_secs(1),
            request: Duration::from_secs(1),
            retry: Duration::from_secs(2),
            retries: 1,
        };
        let location = S3Location {
            endpoint: Some(format!("http://{at}")),
            limits,
            ..location.clone()
        };
        (Self { way, at }, location)
    }

    /// From now on.
    pub fn is(&self, way: Way) {
        self.way.store(way as u8, Ordering::SeqCst);
    }

    /// Where it begins.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.at
    }
}

/// One connection: a request at a time goes through, as the way is when its first bytes come.
fn carry(client: &TcpStream, server: u16, way: &AtomicU8) {
    let Ok(mut there) = TcpStream::connect(("127.0.0.1", server)) else {
        return;
    };
    let (Ok(mut back), Ok(mut from_client), Ok(mut to_client)) =
        (there.try_clone(), client.try_clone(), client.try_clone())
    else {
        return;
    };
    std::thread::spawn(move || {
        let mut buffer = [0; 16 * 1024];
        while let Ok(count @ 1..) = back.read(&mut buffer) {
            if to_client.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _ = to_client.shutdown(std::net::Shutdown::Both);
    });
    let mut buffer = [0; 16 * 1024];
    while let Ok(count @ 1..) = from_client.read(&mut buffer) {
        let now = way.load(Ordering::SeqCst);
        if now == Way::Through as u8 {
            if there.write_all(&buffer[..count]).is_err() {
                break;
            }
        } else if now == Way::Cut as u8 {
            break;
        } else if now == Way::Full as u8 {
            refuse(client, &mut from_client);
            break;
        }
    }
    let _ = there.shutdown(std::net::Shutdown::Both);
    let _ = client.shutdown(std::net::Shutdown::Both);
}

/// As MinIO says it.
fn refuse(mut client: &TcpStream, from_client: &mut TcpStream) {
    let body = "<?xml version=\"1.0\"?><Error><Code>XMinioStorageFull</Code><Message>Storage backend has reached its \
                minimum free drive threshold.</Message></Error>";
    let answer = format!(
        "HTTP/1.1 507 Insufficient Storage\r\nContent-Type: application/xml\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{body}",
        body.len()
    );
    let _ = client.write_all(answer.as_bytes());
    let _ = client.shutdown(std::net::Shutdown::Write);
    // What still comes is read to its end, so that the answer is not lost to a reset.
    let mut rest = [0; 16 * 1024];
    while matches!(from_client.read(&mut rest), Ok(1..)) {}
}
