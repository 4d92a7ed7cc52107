//! Durable reports on PostgreSQL and on an object store, by one node and by two.

use crate::client::{Load, Measured, Upload};
use crate::server::{REPORTER, Server, free_address};
use crate::{heading, row};
use anyhow::{Context, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use testbed::garage::{self, Garage};
use testbed::postgres::Cluster;

const CLIENTS: usize = 16;
const REPORTS: usize = 400;
const PICTURE: usize = 150_000;

/// Measures and prints. The clients, the nodes and what they write to share this one machine.
pub async fn print(scratch: &Path) -> anyhow::Result<()> {
    let mut table = String::new();
    heading(
        &mut table,
        &format!("Reports with {} kB, {CLIENTS} clients", PICTURE / 1_000),
    );
    let stored = if garage::is_installed() {
        vec![false, true]
    } else {
        println!("Garage is not installed (scripts/setup faults): not measured");
        vec![false]
    };
    let plain = Place::new(scratch.join("sqlite"), None, None)?;
    row(&mut table, "SQLite, folder, one node", &plain.measure(1).await?);
    for bucket in stored {
        let files = if bucket { "Garage of three" } else { "folder" };
        for nodes in [1, 2] {
            let folder = scratch.join(format!("postgres-{bucket}-{nodes}"));
            let garage = bucket.then(|| Garage::start(3, 3));
            let place = Place::new(folder, Some(Cluster::start(&[])), garage)?;
            let name = format!(
                "PostgreSQL, {files}, {nodes} node{}",
                if nodes == 1 { "" } else { "s" }
            );
            row(&mut table, &name, &place.measure(nodes).await?);
        }
    }
    print!("{table}");
    Ok(())
}

/// What nodes share.
struct Place {
    folder: PathBuf,
    settings: Vec<(String, String)>,
    token: String,
    garage: Option<Garage>,
    _cluster: Option<Cluster>,
}

impl Place {
    fn new(folder: PathBuf, cluster: Option<Cluster>, garage: Option<Garage>) -> anyhow::Result<Self> {
        std::fs::create_dir(&folder)?;
        let mut place = Self {
            folder,
            settings: Vec::new(),
            token: String::new(),
            garage,
            _cluster: None,
        };
        if let Some(cluster) = &cluster {
            let url = cluster.url("postgres");
            place.settings.push(("VAERN_DATABASE_URL".to_owned(), url));
        }
        if let Some(garage) = &place.garage {
            place.settings.extend(garage.settings(0));
        }
        place._cluster = cluster;
        let examples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples");
        let csv = |name: &str| examples.join(name).display().to_string();
        place.command(&["org", "import", &csv("units.csv"), &csv("people.csv")])?;
        place.token = place.command(&["token", "create", "--as", REPORTER])?;
        Ok(place)
    }

    fn command(&self, arguments: &[&str]) -> anyhow::Result<String> {
        let mut command = Command::new(std::env::current_exe()?.with_file_name("vaern"));
        command.arg("--data").arg(self.node(0)?).args(arguments);
        let settings = self.settings.iter().map(|(name, value)| (name, value));
        let output = command.envs(settings).stderr(Stdio::inherit()).output()?;
        ensure!(output.status.success(), "{arguments:?} failed");
        Ok(String::from_utf8(output.stdout)?.trim().to_owned())
    }

    /// A node's data folder: with files in the folder all have one.
    fn node(&self, number: usize) -> anyhow::Result<PathBuf> {
        let number = if self.garage.is_some() { number } else { 0 };
        let folder = self.folder.join(format!("node-{number}"));
        if number > 0 && !folder.exists() {
            std::fs::create_dir(&folder)?;
            let keys = self.folder.join("node-0/keys");
            let copied = Command::new("cp").arg("-a").arg(keys).arg(&folder).status()?;
            ensure!(copied.success(), "the keys could not be copied");
        }
        Ok(folder)
    }

    async fn start(&self, number: usize) -> anyhow::Result<Server> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?.with_file_name("vaern"));
        command.arg("--data").arg(self.node(number)?);
        command.args(["serve", "--listen", &address.to_string()]);
        command.env("VAERN_LOG", "error");
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        if let Some(garage) = &self.garage {
            command.envs(garage.settings(number));
        }
        let mut server = Server::start(command, address, "/sign-in").await?;
        server.token.clone_from(&self.token);
        Ok(server)
    }

    /// The same load over so many nodes; of two, the rates and the errors are added up and the slower times count.
    async fn measure(&self, nodes: usize) -> anyhow::Result<Measured> {
        let load = Load {
            clients: CLIENTS / nodes,
            requests: REPORTS / nodes,
        };
        let upload = Upload::with_file(PICTURE);
        let first = self.start(0).await?;
        if nodes == 1 {
            return load.upload(&first, "/api/v1/reports", &upload).await;
        }
        let second = self.start(1).await.context("the second node")?;
        let (one, other) = tokio::try_join!(
            load.upload(&first, "/api/v1/reports", &upload),
            load.upload(&second, "/api/v1/reports", &upload)
        )?;
        Ok(Measured {
            rate: one.rate + other.rate,
            p50: one.p50.max(other.p50),
            p99: one.p99.max(other.p99),
            cpu: one.cpu.midpoint(other.cpu),
            errors: one.errors + other.errors,
        })
    }
}
