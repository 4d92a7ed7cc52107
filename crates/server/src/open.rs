//! From a data folder to a running application: keys, store, procedure.

use crate::config::{Config, Login, PublicUrl};
use crate::identity::{self, Opened, Wants};
use crate::mail;
use anyhow::Context;
use app::{
    App, BackupPlan, Browser, Clock, Daily, DailyBackup, NodeInfo, Parts, Scanner, Settings, TimeAuthority,
};
use proof::{DataKey, KeySource};
use rand::rngs::{StdRng, SysRng};
use rand::{SeedableRng, TryRng};
use std::path::PathBuf;
use std::sync::Arc;
use store::DatabaseOptions;
use store::backup::Manner;
use store::lock::Held;

/// An application and, if it is served, the lock on its data folder.
pub struct Open {
    pub app: App,
    pub held: Option<Held>,
}

/// Opens the application on the data folder, as [`identity::open_store`] opens its store. `procedure.toml` in the folder replaces
/// the default procedure.
pub async fn open(
    config: &Config,
    clock: Arc<dyn Clock>,
    wants: Wants,
    demonstration: bool,
) -> anyhow::Result<Open> {
    let mut dice = dice()?;
    let Opened { store, signing, held } = identity::open_store(config, wants, &mut dice).await?;
    let app = App::open(Parts {
        store,
        signing,
        clock,
        dice,
        procedure: procedure(config)?,
        composer: Arc::new(web::Words),
        settings: Settings {
            demonstration,
            secure_cookies: config.public_url.as_ref().is_some_and(PublicUrl::is_https),
            public_guide: config.public_guide,
            access_log: config.access_log,
        },
    })
    .await?;
    let checked_by = config.mail_checked_by.as_ref().map(|name| name.0.clone());
    let app = app
        .with_scanner(scanner(config))
        .with_daily(Daily {
            at: config.daily_at,
            bytes: config.reverify_bytes.0,
        })
        .with_backup(daily_backup(config)?)
        .with_authority(authority(config)?)
        .with_witness(witness(config)?)
        .with_node(NodeInfo {
            name: node_name(config),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            settings: config.digest(),
        })
        .with_mail_policy(mail::policy(config), checked_by)
        .with_writing(mail::writing(config)?);
    Ok(Open { app, held })
}

/// What people know this server by: its machine, and where it listens there.
fn node_name(config: &Config) -> String {
    let machine = rustix::system::uname();
    format!("{} {}", machine.nodename().to_string_lossy(), config.listen)
}

/// The text of the procedure: the folder's own, or the default one.
pub fn procedure(config: &Config) -> anyhow::Result<String> {
    match std::fs::read_to_string(config.data.join("procedure.toml")) {
        Ok(text) => Ok(text),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Ok(domain::procedure::DEFAULT.to_owned())
        }
        Err(error) => Err(error).context("procedure.toml"),
    }
}

/// The malware scanner that every arriving file goes through, if there is one.
pub fn scanner(config: &Config) -> Option<Scanner> {
    let address = config.clamd.as_ref()?;
    Some(Scanner::parse(&address.0))
}

/// Whoever stamps the daily seals, if anybody does.
pub fn authority(config: &Config) -> anyhow::Result<Option<TimeAuthority>> {
    let (Some(address), Some(file)) = (&config.tsa, &config.tsa_cert) else {
        return Ok(None);
    };
    let certificates = std::fs::read(file).with_context(|| format!("VAERN_TSA_CERT: {}", file.display()))?;
    let basic = config.tsa_login.as_ref().map(Login::as_str);
    let policy = config.tsa_policy.as_ref().map(|policy| policy.0.as_str());
    let authority = TimeAuthority::new(&address.0, basic, &certificates, policy);
    Ok(Some(authority.context("VAERN_TSA")?))
}

/// The browser that looks at links, if there is one.
pub fn witness(config: &Config) -> anyhow::Result<Option<Browser>> {
    let program = config
        .witness
        .as_ref()
        .map(|program| Browser::new(program.path()));
    program.transpose().context("VAERN_WITNESS")
}

/// What the server backs up by itself, if anything.
fn daily_backup(config: &Config) -> anyhow::Result<Option<DailyBackup>> {
    let Some(target) = &config.backup else {
        return Ok(None);
    };
    let seal = config.backup_encrypt_to.as_deref().map(DataKey::open);
    let plan = BackupPlan {
        keys: config.backup_keys.clone(),
        prove: config.backup_prove,
        keep: usize::try_from(config.backup_keep.0)?,
        seal: seal.transpose().context("VAERN_BACKUP_ENCRYPT_TO")?,
        ..backup_plan(config, target.clone())
    };
    let at = config.backup_at;
    Ok(Some(DailyBackup { at, plan }))
}

/// What backs the data folder up to `target`, when nothing more is said.
pub fn backup_plan(config: &Config, target: PathBuf) -> BackupPlan {
    let [master, signing] = app::KEY_FILES.map(|name| config.data.join("keys").join(name));
    let master = match &config.master_key {
        Some(text) => KeySource::Hex(text.as_str().to_owned()),
        None => KeySource::File(master),
    };
    BackupPlan {
        data: config.data.clone(),
        target,
        keys: None,
        master,
        signing: KeySource::File(signing),
        keep: crate::backup::KEEP,
        manner: Manner::Copy,
        with_files: true,
        seal: None,
        prove: false,
        scratch: config.data.join("work"),
        program: env!("CARGO_PKG_VERSION").to_owned(),
    }
}

/// How a PostgreSQL database is used.
pub fn database_options(config: &Config) -> DatabaseOptions {
    DatabaseOptions {
        connections: u32::try_from(config.database_connections.0).unwrap_or(u32::MAX),
        pooler: config.database_pooler,
    }
}

/// A generator seeded by the operating system.
pub fn dice() -> anyhow::Result<StdRng> {
    let mut seed = [0; 32];
    SysRng
        .try_fill_bytes(&mut seed)
        .context("the operating system gives no randomness")?;
    Ok(StdRng::from_seed(seed))
}
