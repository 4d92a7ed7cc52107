//! Clients that connect and say nothing, or half of something: the others are served beside them.

use crate::tools::{Server, free_address, import_fjordby, log_file, text, token, vaern};
use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use std::io::Write as _;
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use tempfile::tempdir;

/// Debian's limit for a process that nobody gave another, soft and hard.
const FILES: &str = "1024";
const CLIENTS: usize = 1_100;

/// As many open files as the system lets this test have.
fn more_files() {
    let hard = getrlimit(Resource::Nofile).maximum;
    let raised = Rlimit {
        current: hard,
        maximum: hard,
    };
    setrlimit(Resource::Nofile, raised).expect("more files");
}

/// Serves with this many open files and no more.
fn limited(data: &Path, files: &str, log: &Path) -> Server {
    let address = free_address();
    let serve = vaern(data, &["serve", "--listen", &address.to_string()]);
    let mut command = Command::new("prlimit");
    command
        .env_clear()
        .env("VAERN_LOG", "info")
        .arg(format!("--nofile={files}:{files}"))
        .arg(serve.get_program())
        .args(serve.get_args())
        .stderr(log_file(log));
    Server::start_command(command, address)
}

#[test]
fn a_thousand_silent_clients_do_not_end_the_service() {
    more_files();
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let maja = token(data.path(), "maja.poulsen@fjordby.example");
    let log = data.path().join("log");
    let server = limited(data.path(), FILES, &log);
    for half in [false, true] {
        let clients: Vec<TcpStream> = (0..CLIENTS)
            .map(|_| {
                let mut client = TcpStream::connect(server.address).expect("a connection");
                if half {
                    // It may have been closed for another already.
                    client.write_all(b"GET / HTTP/1.1\r\nHost: x\r\n").ok();
                }
                client
            })
            .collect();
        assert_eq!(server.get("/healthz", "").unwrap().status, 200);
        server.report(&maja, "Midt i det hele", &[]).unwrap().case();
        drop(clients);
    }
    let said = std::fs::read_to_string(&log).unwrap();
    let warned = said
        .lines()
        .filter(|line| line.contains("VAERN_CONNECTIONS"))
        .count();
    assert_eq!(warned, 1, "said once: {said}");
}

#[test]
fn with_hardly_any_files_it_serves_all_the_same() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let maja = token(data.path(), "maja.poulsen@fjordby.example");
    let server = limited(data.path(), "64", &data.path().join("log"));
    let idle: Vec<TcpStream> = (0..40)
        .map(|_| TcpStream::connect(server.address).expect("a connection"))
        .collect();
    for report in 0..5 {
        server
            .report(&maja, &format!("Nummer {report}"), &[])
            .unwrap()
            .case();
    }
    drop(idle);
}

#[test]
fn wrong_limits_are_refused_by_name() {
    let data = tempdir().unwrap();
    let wrong = [
        ("VAERN_CONNECTIONS", "mange"),
        ("VAERN_CONNECTIONS", "0"),
        ("VAERN_CONNECTIONS", "1000000"),
        ("VAERN_STOP_GRACE", "-1"),
        ("VAERN_STOP_GRACE", "301"),
        ("VAERN_STOP_WITHIN", "0"),
        ("VAERN_STOP_WITHIN", "30 min ca."),
    ];
    for (name, value) in wrong {
        let mut serve = vaern(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
        let output = serve.env(name, value).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{name}={value}: {said}");
        assert!(said.contains(name), "{name}={value}: {said}");
    }
    // More connections than files may be open.
    let mut command = Command::new("prlimit");
    let serve = vaern(data.path(), &["serve", "--listen", "127.0.0.1:0"]);
    command.env_clear().env("VAERN_CONNECTIONS", "2000");
    command.args(["--nofile=1024:1024", text(Path::new(serve.get_program()))]);
    let output = command.args(serve.get_args()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && said.contains("1024"), "{said}");
}
