//! From a data folder to a running application: keys, store, procedure.

use crate::config::{Config, Login, PublicUrl};
use crate::mail;
use anyhow::{Context, bail};
use app::{App, BackupPlan, Browser, Clock, Daily, DailyBackup, Parts, Scanner, Settings, TimeAuthority};
use proof::{DataKey, KeySource, MasterKey, SigningKey};
use rand::rngs::{StdRng, SysRng};
use rand::{SeedableRng, TryRng};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use store::backup::Manner;
use store::{Store, StoreConfig};

/// Opens the application on the data folder; creates folder, keys and database where they are missing. `procedure.toml` in the
/// folder replaces the default procedure.
pub async fn open(config: &Config, clock: Arc<dyn Clock>, demonstration: bool) -> anyhow::Result<App> {
    let data = &config.data;
    create_folder(data)?;
    let mut dice = dice()?;
    let store = store(config, &mut dice).await?;
    let signing = SigningKey::open_or_create(&data.join("keys/signing.key"), &mut dice)?;
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
    Ok(app
        .with_scanner(scanner(config))
        .with_daily(Daily {
            at: config.daily_at,
            bytes: config.reverify_bytes.0,
        })
        .with_backup(daily_backup(config)?)
        .with_authority(authority(config)?)
        .with_witness(witness(config)?)
        .with_mail_policy(mail::policy(config), checked_by)
        .with_writing(mail::writing(config)?))
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

/// Opens the store alone.
pub async fn store(config: &Config, dice: &mut StdRng) -> anyhow::Result<Store> {
    let master = match &config.master_key {
        Some(text) => text.key().context("VAERN_MASTER_KEY")?,
        None => MasterKey::open_or_create(&config.data.join("keys/master.key"), dice)?,
    };
    let database_url = config.database_url.as_ref().map(|url| url.as_str().to_owned());
    Ok(Store::open(
        StoreConfig {
            database_url,
            dir: config.data.clone(),
            bucket: config.bucket()?,
            master,
        },
        dice,
    )
    .await?)
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
