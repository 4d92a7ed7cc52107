//! A PostgreSQL server of our own, started when first needed and shared by all test processes (nextest runs each test
//! in its own). It lives in the temporary folder, listens on a socket there only, and goes away by itself:
//!
//! - Every test process holds a shared lock on `users.lock` for as long as it lives, however it ends.
//! - Whoever finds no server running starts one, holding `start.lock`.
//! - A watchdog started beside it takes `users.lock` for itself when nobody holds it any more, stops the server and
//!   removes its data.
//!
//! `VAERN_TEST_POSTGRES` (`postgres://…`, allowed to create databases) names a server to use instead.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use testbed::postgres::{Programs, is_root, own_uid};
use testbed::process::run;

/// How long the server outlives the last test process, in seconds.
const IDLE: u32 = 20;

/// A database of its own; removed when dropped.
pub(super) struct Database {
    pub(super) url: String,
    name: String,
}

static SERVER: OnceLock<Server> = OnceLock::new();
static COUNT: AtomicU32 = AtomicU32::new(0);

/// Where `psql` finds the server.
struct Server {
    programs: Programs,
    /// `postgres://…/`, to be followed by a database's name and [`Server::tail`].
    base: String,
    tail: String,
    /// Held for the life of the process.
    _user: Option<File>,
}

impl Database {
    pub(super) fn create() -> Self {
        let server = SERVER.get_or_init(Server::find);
        let name = format!(
            "t{}_{}",
            std::process::id(),
            COUNT.fetch_add(1, Ordering::Relaxed)
        );
        let drop_old = format!("DROP DATABASE IF EXISTS {name}");
        server.psql(&[&drop_old, &format!("CREATE DATABASE {name} TEMPLATE template0")]);
        Self {
            url: server.url(&name),
            name,
        }
    }
}

impl Drop for Database {
    /// Not waited for: the server stays until it is done, and removes what is left when it goes.
    fn drop(&mut self) {
        if let Some(server) = SERVER.get() {
            let sql = format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", self.name);
            let _ = server
                .psql_command(&[&sql])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn();
        }
    }
}

impl Server {
    fn find() -> Self {
        let programs = Programs::find();
        if let Ok(url) = std::env::var("VAERN_TEST_POSTGRES") {
            let (address, options) = url.split_once('?').unwrap_or((&url, ""));
            let scheme = address
                .find("://")
                .expect("VAERN_TEST_POSTGRES begins with postgres://")
                + 3;
            let host = address[scheme..]
                .find('/')
                .map_or(address.len(), |slash| scheme + slash);
            let tail = if options.is_empty() {
                String::new()
            } else {
                format!("?{options}")
            };
            return Self {
                programs,
                base: format!("{}/", &address[..host]),
                tail,
                _user: None,
            };
        }
        start(programs)
    }

    fn url(&self, database: &str) -> String {
        format!("{}{database}{}", self.base, self.tail)
    }

    fn psql_command(&self, statements: &[&str]) -> Command {
        let mut command = self.programs.client("psql");
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &self.url("postgres")]);
        for statement in statements {
            command.args(["-c", statement]);
        }
        command
            .env("PGOPTIONS", "-c client_min_messages=warning")
            .stdin(Stdio::null());
        command
    }

    fn psql(&self, statements: &[&str]) {
        run(&mut self.psql_command(statements));
    }
}

fn start(programs: Programs) -> Server {
    let base = std::env::temp_dir().join(format!("vaern-postgres-{}", own_uid()));
    std::fs::create_dir_all(&base).expect("the folder of the test server");
    let user = lock_file(&base.join("users.lock"));
    user.lock_shared().expect("a shared lock on users.lock");
    let starting = lock_file(&base.join("start.lock"));
    starting.lock().expect("the lock on start.lock");
    let socket = base.join("run");
    if UnixStream::connect(socket.join(".s.PGSQL.5432")).is_err() {
        begin(&programs, &base, &socket);
    }
    let folder = socket
        .to_str()
        .expect("a temporary folder with a plain name")
        .replace('/', "%2F");
    Server {
        programs,
        base: format!("postgres://postgres@{folder}/"),
        tail: String::new(),
        _user: Some(user),
    }
}

/// Makes a cluster and starts it.
fn begin(programs: &Programs, base: &Path, socket: &Path) {
    let data = base.join("data");
    for folder in [&data, socket] {
        let _ = std::fs::remove_dir_all(folder);
        programs.make_folder(folder);
    }
    programs.init(&data);
    let options = format!(
        "-c listen_addresses='' -c unix_socket_directories='{}' -c fsync=off -c max_connections=300",
        socket.display()
    );
    let mut start = programs.server("pg_ctl");
    start
        .args(["-w", "-s", "start", "-o", &options])
        .arg("-l")
        .arg(socket.join("log"));
    run(start.arg("-D").arg(&data));
    watch(programs, base);
}

/// Starts the watchdog, in a session of its own so that it outlives whoever started it.
fn watch(programs: &Programs, base: &Path) {
    let stop = if is_root() { "runuser -u postgres -- " } else { "" };
    let script = format!(
        "exec 9>>\"$1/users.lock\"\n\
         while :; do sleep {IDLE}; flock -x -n 9 && break; done\n\
         {stop}\"$2/pg_ctl\" -s -m immediate stop -D \"$1/data\"\n\
         rm -rf \"$1/data\" \"$1/run\"\n"
    );
    // It forks, so that there is nothing to wait for.
    run(Command::new("setsid")
        .args(["--fork", "sh", "-c", &script, "watchdog"])
        .arg(base)
        .arg(programs.folder()));
}

pub(super) fn lock_file(path: &Path) -> File {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
        .expect("a lock file")
}
