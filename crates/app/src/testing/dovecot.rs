//! A real Dovecot with one mailbox, on a port of its own.

use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

/// Name and password of the mailbox.
pub const LOGIN: &str = "chikane:hemmelig";

/// The server; it ends with this.
pub struct Dovecot {
    server: Child,
    dir: TempDir,
    port: u16,
}

impl Dovecot {
    /// Starts it, with an empty mailbox.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a Dovecot of our own");
        open_to_all(dir.path());
        for folder in ["home", "mail", "mail/cur", "mail/new", "mail/tmp"] {
            let folder = dir.path().join(folder);
            std::fs::create_dir(&folder).expect("a Dovecot of our own");
            open_to_all(&folder);
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr());
        let port = port.expect("a free port").port();
        let file = dir.path().join("dovecot.conf");
        std::fs::write(&file, configuration(dir.path(), port)).expect("a Dovecot of our own");
        let server = Command::new("/usr/sbin/dovecot")
            .args(["-F", "-c"])
            .arg(&file)
            .stdout(Stdio::null())
            .spawn()
            .expect("dovecot, from the Debian package dovecot-imapd (scripts/setup installs it)");
        let dovecot = Self { server, dir, port };
        while std::net::TcpStream::connect(("127.0.0.1", port)).is_err() {
            std::thread::yield_now();
        }
        dovecot
    }

    /// Where its mailbox is.
    pub fn address(&self) -> String {
        format!("imap://127.0.0.1:{}/INBOX", self.port)
    }

    /// Lays a message into the mailbox.
    pub fn lay(&self, name: &str, message: &[u8]) {
        let file = self.dir.path().join("mail/new").join(name);
        std::fs::write(&file, message).expect("a message in the mailbox");
        open_to_all(&file);
    }

    /// How many messages lie in it.
    pub fn count(&self) -> usize {
        let files = ["new", "cur"].map(|folder| self.dir.path().join("mail").join(folder));
        let count = |folder: &std::path::PathBuf| std::fs::read_dir(folder).expect("the mailbox").count();
        files.iter().map(count).sum()
    }
}

/// Root's Dovecot gives its mail to nobody, and anybody's to themselves.
fn configuration(dir: &Path, port: u16) -> String {
    let me = std::fs::metadata("/proc/self").map(|own| std::os::unix::fs::MetadataExt::uid(&own));
    let root = me.as_ref().is_ok_and(|uid| *uid == 0);
    let (uid, users) = if root {
        ("nobody".to_owned(), String::new())
    } else {
        let uid = me.expect("who I am").to_string();
        let users = "default_login_user = $ENV:USER\ndefault_internal_user = $ENV:USER\n";
        (
            uid,
            users.replace("$ENV:USER", &std::env::var("USER").unwrap_or_default()),
        )
    };
    let dir = dir.display();
    format!(
        "protocols = imap\nbase_dir = {dir}/run\nstate_dir = {dir}/run\nlog_path = {dir}/log\nssl = no\ndisable_plaintext_auth = no\n\
         listen = 127.0.0.1\nfirst_valid_uid = 1\nmail_location = maildir:{dir}/mail\n{users}\
         service imap-login {{\n chroot =\n inet_listener imap {{\n  port = {port}\n }}\n inet_listener imaps {{\n  port = 0\n }}\n}}\n\
         service anvil {{\n chroot =\n}}\n\
         passdb {{\n driver = static\n args = password=hemmelig\n}}\n\
         userdb {{\n driver = static\n args = uid={uid} gid={gid} home={dir}/home\n}}\n",
        gid = if root { "nogroup".to_owned() } else { uid.clone() },
    )
}

fn open_to_all(path: &Path) {
    let all = std::fs::Permissions::from_mode(0o777);
    std::fs::set_permissions(path, all).expect("a Dovecot of our own");
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        // Its own children end when it is asked to, not when it is killed.
        let pid = self.server.id().to_string();
        let _ = Command::new("kill").arg(pid).status();
        let _ = self.server.wait();
    }
}
