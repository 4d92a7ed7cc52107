//! The server under measurement: the built program itself, as a process of its own.

use crate::client::{ask, millis};
use anyhow::{Context, bail};
use app::{App, Clock, Parts, Settings};
use domain::case::NewReport;
use jiff::Timestamp;
use proof::{MasterKey, SigningKey};
use rand::SeedableRng;
use rand::rngs::StdRng;
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};
use store::{Store, StoreConfig};
use tokio::net::TcpStream;

const UNITS: &str = include_str!("../../../../../examples/units.csv");
const PEOPLE: &str = include_str!("../../../../../examples/people.csv");
pub const REPORTER: &str = "mette.ravn@fjordby.example";
const MANAGER: &str = "vibeke.holst@fjordby.example";

/// A running process; ended when dropped.
pub struct Server {
    process: Child,
    pub address: SocketAddr,
    pub token: String,
    pub manager_token: String,
    /// The manager's session.
    pub session: String,
    pub first_page_ms: f64,
}

struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "a measurement takes place now")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The time.
pub fn now() -> Timestamp {
    SystemClock.now()
}

/// The store of a data folder, with the keys that the server will find there.
pub async fn store(folder: &Path) -> anyhow::Result<Store> {
    let mut dice = StdRng::seed_from_u64(1);
    let master = MasterKey::open_or_create(&folder.join("keys/master.key"), &mut dice)?;
    Ok(Store::open(
        StoreConfig {
            database_url: None,
            database: store::DatabaseOptions::default(),
            dir: folder.to_owned(),
            bucket: None,
            master,
            mode: store::OpenMode::Create,
            birth: store::Kind::Real,
        },
        &mut dice,
    )
    .await?)
}

/// The invented municipality on a data folder.
pub async fn fjordby(folder: &Path) -> anyhow::Result<App> {
    open(folder, [UNITS, PEOPLE], Arc::new(SystemClock)).await
}

/// These units and people (two CSV files' text) on a data folder.
pub async fn open(folder: &Path, [units, people]: [&str; 2], clock: Arc<dyn Clock>) -> anyhow::Result<App> {
    std::fs::create_dir_all(folder)?;
    let store = store(folder).await?;
    // Other dice than the store's, and others for each opening: ids and secrets must not come twice.
    let mut dice = StdRng::seed_from_u64(now().as_microsecond().unsigned_abs());
    let signing = SigningKey::open_or_create(&folder.join("keys/signing.key"), &mut dice)?;
    let procedure = domain::procedure::DEFAULT.to_owned();
    let settings = Settings {
        demonstration: true,
        secure_cookies: false,
        public_guide: false,
        access_log: false,
    };
    let composer = Arc::new(web::Words);
    let app = App::open(Parts {
        store,
        signing,
        clock,
        dice,
        procedure,
        composer,
        settings,
    })
    .await?;
    let imported = domain::import::import(units, "units.csv", people, "people.csv");
    let Ok(imported) = imported else {
        bail!("the organisation has errors")
    };
    app.import(&imported).await?;
    Ok(app)
}

/// Fills a data folder with so many cases of one manager; gives the number of one of them.
pub async fn fill(folder: &Path, cases: usize) -> anyhow::Result<String> {
    let app = fjordby(folder).await?;
    let caller = app.caller_named(REPORTER)?;
    let mut number = String::new();
    for place in 0..cases {
        let text = format!("Sag {place} til måling. Alt er opdigtet.");
        let new = NewReport {
            text,
            about_me: true,
            ..NewReport::default()
        };
        let receipt = app
            .report(&caller, app.begin_report(&caller), &[], new, None)
            .await?;
        if place == cases / 2 {
            number = receipt.number.to_string();
        }
        if place % 2_000 == 1_999 {
            eprintln!("  {} cases", place + 1);
        }
    }
    app.keep_search().await?;
    Ok(number)
}

impl Server {
    /// Værn on a data folder, in the invented municipality.
    pub async fn vaern(folder: &Path) -> anyhow::Result<Self> {
        Self::vaern_with(folder, &fjordby(folder).await?, [REPORTER, MANAGER], &[]).await
    }

    /// Værn on the data folder of an application, with settings. One of the two people reports, the other reads.
    pub async fn vaern_with(
        folder: &Path,
        app: &App,
        [reporter, manager]: [&str; 2],
        settings: &[(&str, &str)],
    ) -> anyhow::Result<Self> {
        let (token, manager_token) = (
            app.create_token(reporter).await?,
            app.create_token(manager).await?,
        );
        let session = app.step_in(app.caller_named(manager)?.id()?).await?.secret;
        let program = std::env::current_exe()?.with_file_name("vaern");
        let address = free_address()?;
        let mut command = Command::new(program);
        command
            .arg("--data")
            .arg(folder)
            .args(["serve", "--listen", &address.to_string()])
            .env("VAERN_LOG", "error")
            .envs(settings.iter().copied());
        let mut server = Self::start(command, address, "/sign-in").await?;
        server.token = token;
        server.manager_token = manager_token;
        server.session = session;
        Ok(server)
    }

    /// The bare store.
    pub async fn bare(folder: &Path) -> anyhow::Result<Self> {
        let address = free_address()?;
        let mut command = Command::new(std::env::current_exe()?);
        command.args(["bare", &address.to_string()]).arg(folder);
        Self::start(command, address, "/").await
    }

    /// A program that serves at this address, once it answers with a page.
    pub async fn start(mut command: Command, address: SocketAddr, page: &str) -> anyhow::Result<Self> {
        let started = Instant::now();
        let process = command
            .stdout(Stdio::null())
            .spawn()
            .context("the server can't be started")?;
        let none = String::new();
        let mut server = Self {
            process,
            address,
            token: none.clone(),
            manager_token: none.clone(),
            session: none,
            first_page_ms: 0.0,
        };
        let request = format!("GET {page} HTTP/1.1\r\nHost: {address}\r\n\r\n");
        loop {
            if let Ok(mut connection) = TcpStream::connect(address).await {
                ask(&mut connection, request.as_bytes()).await?;
                server.first_page_ms = millis(started.elapsed());
                return Ok(server);
            }
            if server.process.try_wait()?.is_some() {
                bail!("the server ended at once");
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    fn proc(&self, file: &str) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(format!(
            "/proc/{}/{file}",
            self.process.id()
        ))?)
    }

    /// Processor time used so far, user and system (clock ticks of 10 ms).
    pub fn cpu(&self) -> anyhow::Result<Duration> {
        let stat = self.proc("stat")?;
        let after_name = stat.rsplit_once(") ").context("/proc/…/stat")?.1;
        let field = |place: usize| {
            after_name
                .split(' ')
                .nth(place)
                .and_then(|ticks| ticks.parse::<u64>().ok())
        };
        let ticks = field(11).context("utime")? + field(12).context("stime")?;
        Ok(Duration::from_millis(ticks * 10))
    }

    fn status_mb(&self, name: &str) -> anyhow::Result<f64> {
        let status = self.proc("status")?;
        let line = status.lines().find_map(|line| line.strip_prefix(name));
        let kilobytes = line.and_then(|line| line.split_whitespace().nth(0)?.parse::<f64>().ok());
        Ok(kilobytes.context("memory")? / 1_000.0)
    }

    /// Resident memory now.
    pub fn memory_mb(&self) -> anyhow::Result<f64> {
        self.status_mb("VmRSS:")
    }

    /// The most resident memory so far.
    pub fn peak_mb(&self) -> anyhow::Result<f64> {
        self.status_mb("VmHWM:")
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // Ended already, or it ends now.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port of this machine that nobody listens on.
pub fn free_address() -> anyhow::Result<SocketAddr> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?)
}
