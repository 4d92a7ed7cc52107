//! A cluster of Garage, the distributed object store (<https://garagehq.deuxfleurs.fr>), all nodes on this machine.
//!
//! It is a program that tests start; its licence (AGPL-3.0) reaches nothing of ours. `scripts/setup faults` installs it.

use std::fmt::Write as _;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use tempfile::TempDir;

use crate::free_address;
use crate::process::{run, until};

/// The key that the bucket belongs to, in the form that Garage wants. It opens nothing but a test's cluster.
const ACCESS_KEY: &str = "GK0102030405060708090a0b0c";
/// Its secret.
const SECRET_KEY: &str = "0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20";
/// The bucket.
const BUCKET: &str = "vaern";
/// The region that requests are signed for.
const REGION: &str = "garage";

const RPC_SECRET: &str = "1799bccfd7411eddcf9ebd316bc1f5287ad12a68094e1c6ac6abde7e6feae1ec";

/// A running cluster with one bucket. Ended and removed when dropped.
pub struct Garage {
    folder: TempDir,
    program: PathBuf,
    nodes: Vec<Node>,
}

struct Node {
    config: PathBuf,
    /// Where it speaks S3.
    s3: SocketAddr,
    process: Option<Child>,
}

impl Garage {
    /// Starts so many nodes, each piece of a file on `copies` of them, and makes the bucket.
    ///
    /// # Panics
    /// If the program is not installed, or fails; it shows what it says.
    #[must_use]
    pub fn start(nodes: usize, copies: usize) -> Self {
        let mut garage = Self {
            folder: tempfile::Builder::new()
                .prefix("vaern-garage-")
                .tempdir()
                .expect("a temporary folder"),
            program: program(),
            nodes: Vec::new(),
        };
        for number in 0..nodes {
            garage.add(number, copies);
            garage.resume(number);
        }
        garage.lay_out();
        let key = ["key", "import", "--yes", "-n", "vaern", ACCESS_KEY, SECRET_KEY];
        garage.command(&key);
        garage.command(&["bucket", "create", BUCKET]);
        let owner = [
            "bucket", "allow", "--read", "--write", "--owner", BUCKET, "--key", ACCESS_KEY,
        ];
        garage.command(&owner);
        garage
    }

    /// Writes a node's settings.
    fn add(&mut self, number: usize, copies: usize) {
        let folder = self.folder.path().join(number.to_string());
        std::fs::create_dir(&folder).expect("a folder for Garage");
        let (rpc, s3) = (free_address(), free_address());
        let mut text = String::new();
        let _ = write!(
            text,
            "metadata_dir = '{folder}/meta'\ndata_dir = '{folder}/data'\ndb_engine = 'sqlite'\n\
             metadata_fsync = true\ndata_fsync = true\nreplication_factor = {copies}\n\
             rpc_secret = '{RPC_SECRET}'\nrpc_bind_addr = '{rpc}'\nrpc_public_addr = '{rpc}'\n\
             [s3_api]\napi_bind_addr = '{s3}'\ns3_region = '{REGION}'\n",
            folder = folder.display()
        );
        let config = folder.join("garage.toml");
        std::fs::write(&config, text).expect("its settings");
        self.nodes.push(Node {
            config,
            s3,
            process: None,
        });
    }

    /// Makes the nodes know each other, and shares the data out over all of them.
    fn lay_out(&self) {
        let ids: Vec<String> = (0..self.nodes.len())
            .map(|number| run(self.on(number).args(["node", "id", "-q"])).trim().to_owned())
            .collect();
        for id in &ids[1..] {
            self.command(&["node", "connect", id]);
        }
        for (number, id) in ids.iter().enumerate() {
            let id = id.split('@').next().unwrap_or_default();
            let zone = format!("zone{number}");
            self.command(&["layout", "assign", id, "-z", &zone, "-c", "10G"]);
        }
        self.command(&["layout", "apply", "--version", "1"]);
    }

    fn on(&self, number: usize) -> Command {
        let mut command = Command::new(&self.program);
        command.arg("-c").arg(&self.nodes[number].config);
        command.env("RUST_LOG", "garage=warn");
        command
    }

    fn command(&self, arguments: &[&str]) -> String {
        run(self.on(0).args(arguments))
    }

    /// The settings with which Værn keeps its files here, by way of this node.
    #[must_use]
    pub fn settings(&self, number: usize) -> Vec<(String, String)> {
        let endpoint = format!("http://{}", self.nodes[number].s3);
        let address = format!("s3://{BUCKET}?endpoint={endpoint}&region={REGION}&path_style");
        [
            ("VAERN_BLOBS", address.as_str()),
            ("VAERN_BLOBS_KEY", ACCESS_KEY),
            ("VAERN_BLOBS_SECRET", SECRET_KEY),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
    }

    /// Starts a node, and waits until it can be asked.
    ///
    /// # Panics
    /// If it does not start.
    pub fn resume(&mut self, number: usize) {
        let log = std::fs::File::create(self.folder.path().join(format!("{number}/log"))).expect("a log");
        let child = self
            .on(number)
            .arg("server")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .expect("Garage starts");
        self.nodes[number].process = Some(child);
        until("Garage answers", || {
            let asked = self.on(number).arg("status").output();
            asked.is_ok_and(|answer| answer.status.success())
        });
    }

    /// `kill -9` of one node.
    ///
    /// # Panics
    /// If it can't be killed.
    pub fn kill(&mut self, number: usize) {
        if let Some(mut process) = self.nodes[number].process.take() {
            process.kill().expect("a process to kill");
            process.wait().expect("its end");
        }
    }
}

impl Drop for Garage {
    fn drop(&mut self) {
        for number in 0..self.nodes.len() {
            self.kill(number);
        }
    }
}

fn place() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../target/tools/bin/garage")
}

/// Whether there is a Garage to start.
#[must_use]
pub fn is_installed() -> bool {
    place().exists()
}

/// The installed program.
fn program() -> PathBuf {
    let installed = place();
    assert!(
        installed.exists(),
        "no Garage at {}: run scripts/setup faults",
        installed.display()
    );
    installed
}
