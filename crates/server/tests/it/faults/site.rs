//! What a server of the fault suite runs on: a data folder, an SQL engine, a place for files, and Fjordby in it.

use crate::tools::{Said, Server, example, run_with, text};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use testbed::garage::Garage;
use testbed::moto::Moto;
use testbed::postgres::Cluster;
use testbed::process::run;

/// The database of a site on PostgreSQL.
pub const DATABASE: &str = "vaern";

/// The SQL engine of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// Where the files of several nodes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Files {
    /// In one folder that all nodes see.
    Folder,
    /// In a bucket of moto, which is one process.
    Moto,
    /// In Garage: three nodes, each piece on all three.
    Garage,
}

/// Who asks.
#[derive(Clone, Debug)]
pub struct Tokens {
    pub reporter: String,
    /// The manager of the reporter's unit, who has the cases.
    pub manager: String,
}

/// A store of its own with Fjordby in it. Removed when dropped.
pub struct Site {
    pub tokens: Tokens,
    pub cluster: Option<Cluster>,
    pub garage: Option<Garage>,
    moto: Option<Moto>,
    /// The settings of every node and command.
    settings: Vec<(String, String)>,
    folder: TempDir,
}

impl Site {
    pub fn new(engine: Engine) -> Self {
        let cluster = (engine == Engine::Postgres).then(|| Cluster::start(&[]));
        Self::on(cluster, &[])
    }

    /// On this cluster, or on SQLite, with these settings.
    pub fn on(cluster: Option<Cluster>, settings: &[(&str, &str)]) -> Self {
        Self::in_folder(tempfile::tempdir().expect("a folder"), cluster, settings)
    }

    /// The same in this folder.
    pub fn in_folder(folder: TempDir, cluster: Option<Cluster>, settings: &[(&str, &str)]) -> Self {
        let mut site = Self {
            tokens: Tokens {
                reporter: String::new(),
                manager: String::new(),
            },
            cluster,
            garage: None,
            moto: None,
            settings: Vec::new(),
            folder,
        };
        // Slow statements on a busy machine are no news here.
        site.set("VAERN_LOG", "error");
        for (name, value) in settings {
            site.set(name, value);
        }
        if let Some(cluster) = &site.cluster {
            cluster.sql(
                "postgres",
                &format!("CREATE DATABASE {DATABASE} TEMPLATE template0"),
            );
            let url = cluster.url(DATABASE);
            site.set("VAERN_DATABASE_URL", &url);
        }
        let (units, people) = (example("units.csv"), example("people.csv"));
        site.ok(&["org", "import", text(&units), text(&people)]);
        let token = |email| site.ok(&["token", "create", "--as", email]).trim().to_owned();
        site.tokens = Tokens {
            reporter: token("maja.poulsen@fjordby.example"),
            manager: token("yrsa.kjaer@fjordby.example"),
        };
        site
    }

    /// On PostgreSQL, with its files where several nodes can have them.
    pub fn for_nodes(files: Files) -> Self {
        let cluster = Some(Cluster::start(&[]));
        let (mut moto, mut garage) = (None, None);
        let settings = match files {
            Files::Folder => Vec::new(),
            Files::Moto => moto.insert(Moto::start()).settings(),
            Files::Garage => garage.insert(Garage::start(3, 3)).settings(0),
        };
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (&**name, &**value)).collect();
        let mut site = Self::on(cluster, &settings);
        (site.moto, site.garage) = (moto, garage);
        site
    }

    /// A second node, not yet started: on a folder of its own with the same keys, unless the files are in the folder.
    pub fn another_node(&self) -> Server {
        if self.moto.is_none() && self.garage.is_none() {
            return self.server();
        }
        let second = self.data().join("second-node");
        std::fs::create_dir_all(&second).expect("a folder");
        run(Command::new("cp")
            .arg("-a")
            .arg(self.data().join("keys"))
            .arg(&second));
        let mut server = Server::new(&second, &self.settings());
        for (name, value) in self.garage.iter().flat_map(|garage| garage.settings(1)) {
            server.set(&name, &value);
        }
        server
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        self.folder.path()
    }

    /// Changes a setting of all that is started from now on.
    pub fn set(&mut self, name: &str, value: &str) {
        self.settings.retain(|(set, _)| set != name);
        self.settings.push((name.to_owned(), value.to_owned()));
    }

    /// The settings as they are handed to a program.
    pub fn settings(&self) -> Vec<(&str, &str)> {
        let pairs = self.settings.iter();
        pairs
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect()
    }

    /// A server on the data folder, not yet started.
    pub fn server(&self) -> Server {
        Server::new(self.data(), &self.settings())
    }

    /// Runs a command on it.
    pub fn run(&self, args: &[&str]) -> Said {
        run_with(self.data(), &self.settings(), args)
    }

    /// Runs a command that must succeed, and gives what it printed.
    pub fn ok(&self, args: &[&str]) -> String {
        let said = self.run(args);
        assert_eq!(said.code, Some(0), "{args:?}: {}{}", said.out, said.err);
        said.out
    }
}
