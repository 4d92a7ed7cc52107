//! A real clamd that knows one signature of our own.

use crate::Scanner;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Stdio};
use tempfile::TempDir;

/// What our own signature finds; harmless.
pub const MALWARE: &str = "VAERN-TEST-MALWARE";

/// The daemon on a socket of its own; it ends with this.
pub struct Clamd {
    daemon: Child,
    dir: TempDir,
}

impl Clamd {
    /// Starts it; files over 1 MB are refused by it.
    pub fn start() -> Self {
        let dir = tempfile::tempdir().expect("a clamd of our own");
        Self::start_in(dir)
    }

    /// The same in a folder of the test's choice.
    pub fn start_in(dir: TempDir) -> Self {
        let database = dir.path().join("db");
        std::fs::create_dir_all(&database).expect("a clamd of our own");
        let signature = format!("Vaern.Test.Signature:0:*:{}\n", hex::encode(MALWARE));
        std::fs::write(database.join("own.ndb"), signature).expect("a clamd of our own");
        let config = format!(
            "DatabaseDirectory {}\nLocalSocket {}\nForeground yes\nStreamMaxLength 1M\n",
            database.display(),
            socket(dir.path()).display()
        );
        let file = dir.path().join("clamd.conf");
        std::fs::write(&file, config).expect("a clamd of our own");
        let mut daemon = std::process::Command::new("/usr/sbin/clamd")
            .arg("--config-file")
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .expect("clamd, from the Debian package clamav-daemon (scripts/setup installs it)");
        let mut says = BufReader::new(daemon.stdout.take().expect("a clamd of our own")).lines();
        let ready = says.any(|line| line.expect("a clamd of our own").starts_with("Self checking"));
        assert!(ready, "clamd ended before it was ready");
        Self { daemon, dir }
    }

    /// Where it listens.
    pub fn scanner(&self) -> Scanner {
        Scanner::Socket(socket(self.dir.path()))
    }
}

/// The socket in this folder.
pub fn socket(dir: &Path) -> std::path::PathBuf {
    dir.join("clamd.ctl")
}

impl Drop for Clamd {
    fn drop(&mut self) {
        let _ = self.daemon.kill();
        let _ = self.daemon.wait();
    }
}
