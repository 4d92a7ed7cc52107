//! PostgreSQL clusters made with Debian's programs.

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use crate::free_address;
use crate::process::{Signal, run, signal, until, working_in};

/// The newest version's programs. As root they run as the user `postgres`, since `initdb` refuses root.
#[derive(Clone)]
pub struct Programs(PathBuf);

impl Programs {
    /// Finds them where Debian puts them.
    ///
    /// # Panics
    /// If they are not there; it says what to install.
    #[must_use]
    pub fn find() -> Self {
        let versions = std::fs::read_dir("/usr/lib/postgresql")
            .into_iter()
            .flatten()
            .flatten();
        let mut found: Vec<(u32, PathBuf)> = versions
            .filter_map(|version| {
                let number = version.file_name().to_str()?.parse().ok()?;
                Some((number, version.path().join("bin")))
            })
            .filter(|(_, folder)| folder.join("initdb").exists())
            .collect();
        found.sort();
        let (_, folder) = found.pop().expect(
            "no /usr/lib/postgresql/*/bin/initdb: the tests need PostgreSQL's programs. Run scripts/setup test, or \
             install the Debian package postgresql",
        );
        Self(folder)
    }

    /// Their folder.
    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.0
    }

    /// One of them, as whoever is here: for clients.
    #[must_use]
    pub fn client(&self, program: &str) -> Command {
        Command::new(self.0.join(program))
    }

    /// One of them, as whoever may run a server.
    #[must_use]
    pub fn server(&self, program: &str) -> Command {
        let path = self.0.join(program);
        if !is_root() {
            return Command::new(path);
        }
        let mut command = Command::new("runuser");
        command.args(["-u", "postgres", "--"]).arg(path);
        command
    }

    /// Makes a cluster whose superuser is `postgres` and asks for no password.
    ///
    /// # Panics
    /// If `initdb` fails.
    pub fn init(&self, data: &Path) {
        let mut initdb = self.server("initdb");
        initdb.args([
            "--no-sync",
            "--auth=trust",
            "--username=postgres",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
        ]);
        run(initdb.arg("-D").arg(data));
    }

    /// Makes an empty folder that the server may write.
    ///
    /// # Panics
    /// If it can't be made.
    pub fn make_folder(&self, folder: &Path) {
        std::fs::create_dir_all(folder).expect("a folder for PostgreSQL");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder));
        }
    }
}

/// Whether this process is root's.
#[must_use]
pub fn is_root() -> bool {
    own_uid() == 0
}

/// The user of this process.
///
/// # Panics
/// Without `/proc`.
#[must_use]
pub fn own_uid() -> u32 {
    std::fs::metadata("/proc/self").expect("/proc is there").uid()
}

/// How a cluster is stopped.
#[derive(Clone, Copy, Debug)]
pub enum Stop {
    /// Connections are cut, a checkpoint is written.
    Fast,
    /// Everything ends at once; the next start recovers from the log.
    Immediate,
    /// `kill -9` of every process.
    Kill,
}

/// A cluster of its own on a port of its own, durable as in production (`fsync` is on). Stopped and removed when dropped.
pub struct Cluster {
    programs: Programs,
    folder: TempDir,
    port: u16,
    options: String,
}

impl Cluster {
    /// Makes and starts a cluster, with these settings (`name=value`) beside the usual ones.
    ///
    /// # Panics
    /// If one of PostgreSQL's programs fails.
    #[must_use]
    pub fn start(settings: &[&str]) -> Self {
        let cluster = Self::prepare(settings);
        cluster.programs.init(&cluster.data());
        cluster.resume();
        cluster
    }

    fn prepare(settings: &[&str]) -> Self {
        let programs = Programs::find();
        let folder = tempfile::Builder::new()
            .prefix("vaern-cluster-")
            .tempdir()
            .expect("a temporary folder");
        programs.make_folder(folder.path());
        let port = free_address().port();
        let mut options = format!(
            "-c listen_addresses=127.0.0.1 -c port={port} -c unix_socket_directories='{}'",
            folder.path().display()
        );
        for setting in settings {
            options += &format!(" -c {setting}");
        }
        Self {
            programs,
            folder,
            port,
            options,
        }
    }

    /// A streaming replica of this cluster, with these settings (`recovery_min_apply_delay=4s` makes it lag). Its name for
    /// `synchronous_standby_names` is `walreceiver`.
    ///
    /// # Panics
    /// If one of PostgreSQL's programs fails.
    #[must_use]
    pub fn standby(&self, settings: &[&str]) -> Self {
        let standby = Self::prepare(settings);
        let mut copy = self.programs.server("pg_basebackup");
        copy.args(["--write-recovery-conf", "--checkpoint=fast", "--no-sync", "-D"])
            .arg(standby.data());
        run(copy.arg("-d").arg(self.url("postgres")));
        standby.resume();
        standby
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where it listens, as `host:port`.
    #[must_use]
    pub fn host(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// The address of one of its databases.
    #[must_use]
    pub fn url(&self, database: &str) -> String {
        format!("postgres://postgres@{}/{database}", self.host())
    }

    /// Runs a statement and gives what it prints, one row a line.
    ///
    /// # Panics
    /// If the statement fails.
    pub fn sql(&self, database: &str, statement: &str) -> String {
        run(self.psql(database).args(["-c", statement]))
    }

    /// `psql` on one of its databases, for a statement that goes on beside others.
    #[must_use]
    pub fn psql(&self, database: &str) -> Command {
        let mut psql = self.programs.client("psql");
        psql.args(["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-d"])
            .arg(self.url(database));
        psql
    }

    /// Starts it again, and waits until it answers.
    ///
    /// # Panics
    /// If it does not start; it shows what `pg_ctl` says.
    pub fn resume(&self) {
        let mut start = self.programs.server("pg_ctl");
        start.args(["-w", "-s", "start", "-o", &self.options]);
        start.arg("-l").arg(self.folder.path().join("log"));
        run(start.arg("-D").arg(self.data()));
    }

    /// Stops it.
    ///
    /// # Panics
    /// If it does not stop.
    pub fn stop(&self, how: Stop) {
        let mode = match how {
            Stop::Fast => "fast",
            Stop::Immediate => "immediate",
            Stop::Kill => return self.kill(),
        };
        let mut stop = self.programs.server("pg_ctl");
        run(stop.args(["-w", "-s", "stop", "-m", mode, "-D"]).arg(self.data()));
    }

    fn kill(&self) {
        // More than once: a connection may have been accepted meanwhile.
        until("PostgreSQL is killed", || {
            let processes = self.processes();
            for process in &processes {
                signal(*process, Signal::KILL);
            }
            processes.is_empty()
        });
        // Its number may still be taken by what nobody has waited for, and would stop the next start.
        std::fs::remove_file(self.data().join("postmaster.pid")).expect("a file with its number");
        let folder = self.data();
        let beside = folder.parent().expect("the cluster's folder");
        for file in std::fs::read_dir(beside).expect("the cluster's folder").flatten() {
            let name = file.file_name();
            let name = name.to_string_lossy();
            if name.starts_with(".s.PGSQL.") && name.ends_with(".lock") {
                std::fs::remove_file(file.path()).expect("a file with its number beside its socket");
            }
        }
    }

    /// Stops every process where it stands, as a machine that hangs or a network that is cut does.
    pub fn freeze(&self) {
        for process in self.processes() {
            signal(process, Signal::STOP);
        }
    }

    /// Lets a frozen one go on.
    pub fn thaw(&self) {
        for process in self.processes() {
            signal(process, Signal::CONT);
        }
    }

    /// Makes a replica the primary.
    ///
    /// # Panics
    /// If it can't be promoted.
    pub fn promote(&self) {
        let mut promote = self.programs.server("pg_ctl");
        run(promote.args(["-w", "-s", "promote", "-D"]).arg(self.data()));
    }

    /// All of its processes: those, and no others, work in its data folder.
    fn processes(&self) -> Vec<u32> {
        working_in(&self.data())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for process in self.processes() {
            signal(process, Signal::KILL);
        }
        if std::thread::panicking() {
            let log = std::fs::read_to_string(self.folder.path().join("log"));
            eprintln!("PostgreSQL said:\n{}", log.unwrap_or_default());
        }
    }
}
