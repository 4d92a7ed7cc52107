//! From a data folder to a running application: keys, store, procedure.

use crate::mail;
use anyhow::{Context, bail};
use app::{App, Browser, Clock, Daily, Parts, Scanner, Settings, TimeAuthority};
use proof::{MasterKey, SigningKey};
use rand::rngs::{StdRng, SysRng};
use rand::{SeedableRng, TryRng};
use std::path::Path;
use std::sync::Arc;
use store::{Store, StoreConfig};

/// Opens the application on a data folder; creates folder, keys and database where they are missing.
///
/// `VAERN_DATABASE_URL` names a PostgreSQL database in place of the SQLite file; `VAERN_MASTER_KEY` gives the master key
/// (64 hexadecimal digits) in place of `keys/master.key`; `procedure.toml` in the folder replaces the default procedure;
/// `VAERN_PUBLIC_URL` beginning with `https://` marks cookies for TLS; `VAERN_CLAMD` (`host:port` or a socket's path) is the
/// ClamAV daemon that every arriving file goes through; `VAERN_DAILY_AT` (`02:00`) is the hour of the daily seal and of the
/// round through all exhibits, `VAERN_REVERIFY_BYTES` how many bytes of them are checked a minute; `VAERN_PUBLIC_GUIDE=1`
/// opens the published guide to everybody; `VAERN_WITNESS` is the path of a Chromium that looks at the links that cases get. The
/// settings of e-mail are read in [`crate::mail`].
pub async fn open(data: &Path, clock: Arc<dyn Clock>, demonstration: bool) -> anyhow::Result<App> {
    create_folder(data)?;
    let mut dice = dice()?;
    let store = store(data, &mut dice).await?;
    let signing = SigningKey::open_or_create(&data.join("keys/signing.key"), &mut dice)?;
    let procedure = match std::fs::read_to_string(data.join("procedure.toml")) {
        Ok(text) => text,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => domain::procedure::DEFAULT.to_owned(),
        Err(error) => return Err(error).context("procedure.toml"),
    };
    let secure_cookies = std::env::var("VAERN_PUBLIC_URL").is_ok_and(|url| url.starts_with("https://"));
    let settings = Settings {
        demonstration,
        secure_cookies,
        public_guide: std::env::var("VAERN_PUBLIC_GUIDE").is_ok_and(|value| value == "1"),
        access_log: set("VAERN_ACCESS_LOG").is_some_and(|value| value == "1"),
    };
    let composer = Arc::new(web::Words);
    let scanner = std::env::var("VAERN_CLAMD")
        .ok()
        .filter(|address| !address.is_empty())
        .map(|address| Scanner::parse(&address));
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
    Ok(app
        .with_scanner(scanner)
        .with_daily(daily()?)
        .with_authority(authority()?)
        .with_witness(witness()?)
        .with_mail_policy(mail::policy()?, set("VAERN_MAIL_CHECKED_BY"))
        .with_writing(mail::writing()?))
}

/// A setting that says something.
pub fn set(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// Whoever stamps the daily seals, if anybody does.
fn authority() -> anyhow::Result<Option<TimeAuthority>> {
    let Some(address) = set("VAERN_TSA") else {
        return Ok(None);
    };
    let file =
        set("VAERN_TSA_CERT").context("VAERN_TSA needs VAERN_TSA_CERT, a PEM file with whom to trust")?;
    let certificates = std::fs::read(&file).with_context(|| format!("VAERN_TSA_CERT: {file}"))?;
    let (basic, policy) = (set("VAERN_TSA_LOGIN"), set("VAERN_TSA_POLICY"));
    let authority = TimeAuthority::new(&address, basic.as_deref(), &certificates, policy.as_deref());
    Ok(Some(authority.context("VAERN_TSA")?))
}

/// The browser that looks at links, if there is one.
fn witness() -> anyhow::Result<Option<Browser>> {
    let program = set("VAERN_WITNESS").map(|program| Browser::new(Path::new(&program)));
    program.transpose().context("VAERN_WITNESS")
}

fn daily() -> anyhow::Result<Daily> {
    let mut daily = Daily::default();
    if let Ok(at) = std::env::var("VAERN_DAILY_AT") {
        daily.at = at.parse().context("VAERN_DAILY_AT is not a time such as 02:00")?;
    }
    if let Ok(bytes) = std::env::var("VAERN_REVERIFY_BYTES") {
        daily.bytes = bytes
            .parse()
            .context("VAERN_REVERIFY_BYTES is not a number of bytes")?;
    }
    Ok(daily)
}

/// Opens the store alone.
pub async fn store(data: &Path, dice: &mut StdRng) -> anyhow::Result<Store> {
    let master = match std::env::var("VAERN_MASTER_KEY") {
        Ok(text) => MasterKey::from_hex(text.trim()).context("VAERN_MASTER_KEY")?,
        Err(_) => MasterKey::open_or_create(&data.join("keys/master.key"), dice)?,
    };
    let database_url = std::env::var("VAERN_DATABASE_URL")
        .ok()
        .filter(|url| !url.is_empty());
    Ok(Store::open(
        StoreConfig {
            database_url,
            dir: data.to_owned(),
            master,
        },
        dice,
    )
    .await?)
}

/// A generator seeded by the operating system.
pub fn dice() -> anyhow::Result<StdRng> {
    let mut seed = [0; 32];
    SysRng
        .try_fill_bytes(&mut seed)
        .context("the operating system gives no randomness")?;
    Ok(StdRng::from_seed(seed))
}

fn create_folder(data: &Path) -> anyhow::Result<()> {
    if data.exists() && !data.is_dir() {
        bail!("{} is not a folder", data.display());
    }
    std::fs::create_dir_all(data).with_context(|| format!("{} can't be created", data.display()))
}
