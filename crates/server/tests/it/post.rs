//! E-mails out through a mail server that demands TLS and a login, as a municipality's does.

use crate::mail::intake_with;
use crate::tools::{Server, import_fjordby, text};
use std::io::{BufRead as _, BufReader};
use std::net::{TcpListener, ToSocketAddrs as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use tempfile::TempDir;

/// aiosmtpd; it ends with this.
struct MailServer {
    child: Child,
    _asked: Option<ChildStdin>,
    said: Box<dyn Iterator<Item = String>>,
    address: String,
    room: TempDir,
}

impl MailServer {
    /// Starts it under the machine's own name: what goes to `localhost` needs no TLS.
    fn start(how: &str) -> Self {
        let room = tempfile::tempdir().expect("a folder");
        let name = Command::new("hostname").output().expect("hostname");
        let name = String::from_utf8(name.stdout).expect("a name").trim().to_owned();
        let address = (name.as_str(), 0)
            .to_socket_addrs()
            .ok()
            .and_then(|mut all| all.next());
        let address = address.expect("the machine's own name leads to it (/etc/hosts)");
        let free = TcpListener::bind(address).expect("a free port");
        let port = free.local_addr().expect("its number").port().to_string();
        drop(free);
        certificate(room.path(), &name);
        let mut child = Command::new(tool("bin/python"))
            .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/mail_server.py"))
            .args([&address.ip().to_string(), &port])
            .args(["own.pem", "own.key"].map(|file| room.path().join(file)))
            .arg(how)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("aiosmtpd (scripts/setup installs it)");
        let out = child.stdout.take().expect("what it says");
        let mut server = Self {
            _asked: child.stdin.take(),
            child,
            said: Box::new(BufReader::new(out).lines().map(|line| line.expect("a line"))),
            address: format!("{name}:{port}"),
            room,
        };
        assert_eq!(server.says(), "ready");
        server
    }

    fn says(&mut self) -> String {
        self.said.next().expect("the mail server says something")
    }
}

impl Drop for MailServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tool(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../target/tools")
        .join(name)
}

/// An authority of the test's own, `ca.pem`, and `own.pem` of the machine, signed by it.
fn certificate(room: &Path, name: &str) {
    let openssl = |line: &str| {
        let done = Command::new("openssl")
            .args(line.split(' '))
            .current_dir(room)
            .output()
            .expect("openssl");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    };
    openssl("req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=test -keyout ca.key -out ca.pem");
    openssl(&format!(
        "req -newkey rsa:2048 -nodes -subj /CN={name} -addext subjectAltName=DNS:{name} -keyout own.key -out own.csr"
    ));
    openssl("x509 -req -in own.csr -CA ca.pem -CAkey ca.key -days 2 -copy_extensions copy -out own.pem");
}

/// Værn has a receipt to send, through this mail server.
fn receipt(post: &MailServer, scheme: &str, login: &str) -> (TempDir, Server) {
    let data = tempfile::tempdir().expect("a folder");
    import_fjordby(data.path());
    let address = format!("{scheme}://{}", post.address);
    let ca = post.room.path().join("ca.pem");
    let settings = [
        ("VAERN_SMTP", address.as_str()),
        ("VAERN_SMTP_LOGIN", login),
        ("VAERN_MAIL_ADDRESS", "chikane@fjordby.example"),
        ("SSL_CERT_FILE", text(&ca)),
    ];
    let message = b"From: sara.lindegaard@fjordby.example\r\nSubject: Se her\r\n\r\nhej";
    let (said, _) = intake_with(data.path(), message, &settings);
    assert!(said.starts_with("report 20"), "{said}");
    let server = Server::start_with(data.path(), &settings);
    (data, server)
}

#[test]
fn a_receipt_goes_out_by_starttls_and_by_tls_from_the_first_byte_after_a_login() {
    for (how, scheme) in [("starttls", "smtp"), ("tls", "smtps")] {
        let mut post = MailServer::start(how);
        let _running = receipt(&post, scheme, "vaern:hemmelig");
        assert_eq!(post.says(), "login good", "{how}");
        assert_eq!(
            post.says(),
            "came by TLS <> sara.lindegaard@fjordby.example",
            "{how}"
        );
    }
}

#[test]
fn with_a_wrong_login_nothing_goes_out() {
    let mut post = MailServer::start("starttls");
    let _running = receipt(&post, "smtp", "vaern:gættet");
    assert_eq!(post.says(), "login bad");
}
