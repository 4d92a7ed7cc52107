//! Which store this is, who may open it, and with which keys: all that is asked before anything is written.

use crate::config::{Config, Migrate};
use crate::open;
use anyhow::Context as _;
use domain::language::Language;
use proof::{MasterKey, SigningKey};
use rand::rngs::StdRng;
use std::path::{Path, PathBuf};
use store::identity::{Kind, Place, Refusal, Standing, Survey};
use store::lock::{self, Held, Sharing};
use store::{Db, OpenMode, Schema, Store, StoreConfig};

/// What a command wants of a store.
#[derive(Clone, Copy, Debug)]
pub struct Wants {
    pub mode: OpenMode,
    /// What a new store becomes.
    pub birth: Kind,
    /// The only kind that will do, if one is.
    pub only: Option<Kind>,
    /// Whether it is served: then nobody else may serve it.
    pub served: bool,
    pub older_tables: OlderTables,
}

/// What becomes of tables that an older version made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OlderTables {
    /// What VAERN_MIGRATE says.
    AsSet,
    /// They are brought up to date: it was asked for.
    Change,
    /// They stay as they are, and nothing is done: a backup is of what was there before.
    Leave,
}

impl Wants {
    /// What most commands want: whatever is there, or a new store where nothing is.
    pub const ANY: Self = Self {
        mode: OpenMode::Create,
        birth: Kind::Real,
        only: None,
        served: false,
        older_tables: OlderTables::AsSet,
    };
    /// What is there, and no new one: a wrong path is an error.
    pub const EXISTING: Self = Self {
        mode: OpenMode::Existing,
        ..Self::ANY
    };
    /// What is there, whatever version made it.
    pub const MIGRATED: Self = Self {
        older_tables: OlderTables::Change,
        ..Self::EXISTING
    };
    /// What is there, if this version made it.
    pub const AS_IT_IS: Self = Self {
        older_tables: OlderTables::Leave,
        ..Self::EXISTING
    };
    /// What is there, changing nothing.
    pub const READ_ONLY: Self = Self {
        mode: OpenMode::ReadOnly,
        ..Self::ANY
    };
    /// A store of real people.
    pub const REAL: Self = Self {
        only: Some(Kind::Real),
        ..Self::ANY
    };
    pub const SERVE: Self = Self {
        served: true,
        ..Self::REAL
    };
    pub const DEMONSTRATION: Self = Self {
        birth: Kind::Demonstration,
        only: Some(Kind::Demonstration),
        served: true,
        ..Self::ANY
    };
}

/// An error in the language of the command line.
pub fn say(config: &Config, english: String, danish: String) -> anyhow::Error {
    anyhow::Error::msg(match config.language {
        Language::Da => danish,
        Language::En => english,
    })
}

/// What an error says on the command line.
pub fn words(error: &anyhow::Error, language: Language) -> String {
    let refusal = error.chain().find_map(|cause| match cause.downcast_ref() {
        Some(store::StoreError::Refused(refusal)) => Some(refusal.message(language)),
        _ => None,
    });
    refusal.unwrap_or_else(|| format!("{error:#}"))
}

/// Where the settings say that the store is.
pub fn place(config: &Config) -> anyhow::Result<Place> {
    Ok(Place {
        database_url: config.database_url.as_ref().map(|url| url.as_str().to_owned()),
        dir: config.data.clone(),
        bucket: config.bucket()?,
    })
}

/// An open store and the key that signs for it.
pub struct Opened {
    pub store: Store,
    pub signing: SigningKey,
    /// The lock on the data folder, for whoever serves it.
    pub held: Option<Held>,
}

/// Opens the store, or refuses and writes nothing. Keys and folder are made where neither database nor files hold anything.
pub async fn open_store(config: &Config, wants: Wants, dice: &mut StdRng) -> anyhow::Result<Opened> {
    let (place, data) = (place(config)?, &config.data);
    if data.exists() && !data.is_dir() {
        anyhow::bail!("{} is not a folder", data.display());
    }
    refuse_half_a_restore(config)?;
    let survey = Survey::of(&place).await?;
    allowed(&survey, wants, config)?;
    if wants.mode != OpenMode::ReadOnly {
        refuse_older_tables(config, wants, &place).await?;
    }
    let makes = wants.mode == OpenMode::Create && survey.may_make_keys();
    if makes {
        create_folder(data)?;
    }
    let master = master(config, makes, dice)?;
    let signing = signing(config, makes, wants.mode, dice)?;
    if let Some(signing) = &signing {
        fits(survey.signed_by.as_deref(), signing, config)?;
    }
    let held = wants.served.then(|| take(config, sharing(&place))).transpose()?;
    let kept = StoreConfig {
        database_url: place.database_url,
        database: crate::open::database_options(config),
        dir: place.dir,
        bucket: place.bucket,
        master,
        mode: wants.mode,
        birth: wants.birth,
    };
    let store = Store::open(kept, dice).await?;
    if let (Some(signing), None) = (&signing, &survey.signed_by)
        && wants.mode != OpenMode::ReadOnly
    {
        store::identity::sign_by(&store.db, &signing.public_hex()).await?;
    }
    let signing = signing.unwrap_or_else(|| SigningKey::generate(dice));
    Ok(Opened { store, signing, held })
}

/// A folder whose restore was cut off holds some of the files and perhaps no database.
fn refuse_half_a_restore(config: &Config) -> anyhow::Result<()> {
    let unfinished = config.data.join(store::backup::UNFINISHED);
    if !unfinished.exists() {
        return Ok(());
    }
    let (data, file) = (config.data.display(), unfinished.display());
    Err(say(
        config,
        format!(
            "A restore to {data} was cut off ({file} lies there). Nothing was changed. Empty the folder and restore again."
        ),
        format!(
            "En gendannelse til {data} blev afbrudt ({file} ligger der). Intet er ændret. Tøm mappen, og gendan igen."
        ),
    ))
}

/// Where tables are brought up to date by hand, nothing else does it; and a backup never does.
async fn refuse_older_tables(config: &Config, wants: Wants, place: &Place) -> anyhow::Result<()> {
    let changes = match wants.older_tables {
        OlderTables::AsSet => config.migrate == Migrate::AtStart,
        OlderTables::Change => true,
        OlderTables::Leave => false,
    };
    if changes {
        return Ok(());
    }
    let Some(db) = Db::connect_read_only(place.database_url.as_deref(), &place.dir).await? else {
        return Ok(());
    };
    let schema = db.schema().await;
    db.close().await;
    let Schema::Older { lacking } = schema? else {
        return Ok(());
    };
    Err(say(
        config,
        format!(
            "The database is of an older version and lacks {lacking} changes. Nothing was changed. `vaern migrate --dry-run` says \
             which, `vaern migrate --backup FOLDER` makes a backup of it as it is, and then makes them."
        ),
        format!(
            "Databasen er fra en ældre version og mangler {lacking} ændringer. Intet er ændret. `vaern migrate --dry-run` viser \
             hvilke, og `vaern migrate --backup MAPPE` laver en sikkerhedskopi af den, som den er, og derefter ændringerne."
        ),
    ))
}

/// The key that signs here.
pub fn signing_key(config: &Config, dice: &mut StdRng) -> anyhow::Result<SigningKey> {
    let key = signing(config, false, OpenMode::Existing, dice)?;
    key.context("the key that signs the seals is missing")
}

/// Whether what is there is what is wanted.
fn allowed(survey: &Survey, wants: Wants, config: &Config) -> anyhow::Result<()> {
    let standing = match survey.standing() {
        // Who only reads is told of it where it reads.
        Err(refusal) if wants.mode != OpenMode::ReadOnly => {
            return Err(store::StoreError::from(refusal).into());
        }
        standing => standing.ok(),
    };
    if standing == Some(Standing::Fresh) {
        if wants.mode == OpenMode::Create {
            return Ok(());
        }
        let place = config.data.display().to_string();
        return Err(store::StoreError::from(Refusal::NothingHere { place }).into());
    }
    let kind = survey.installation().map_or(Kind::Real, |found| found.kind);
    match wants.only {
        Some(only) if only != kind => Err(of_another_kind(kind, config)),
        _ => Ok(()),
    }
}

fn of_another_kind(kind: Kind, config: &Config) -> anyhow::Error {
    let data = config.data.display();
    match kind {
        Kind::Real => say(
            config,
            format!(
                "{data} holds a store that is no demonstration, and is left as it is. Choose an empty folder with --data, and \
                 an empty database if VAERN_DATABASE_URL names one."
            ),
            format!(
                "{data} indeholder data, der ikke er en demonstration, og er ikke rørt. Vælg en tom mappe med --data og en tom \
                 database, hvis VAERN_DATABASE_URL peger på en."
            ),
        ),
        Kind::Demonstration => say(
            config,
            format!(
                "{data} holds a demonstration, in which anybody may step in as anybody: nothing real may come into it. `vaern \
                 demo` serves it; for a real store choose another folder with --data, and another database."
            ),
            format!(
                "{data} indeholder en demonstration, hvor alle kan træde ind som hvem som helst: der må ikke komme noget \
                 virkeligt i den. `vaern demo` viser den; vælg en anden mappe med --data og en anden database til rigtige data."
            ),
        ),
    }
}

/// With SQLite one may serve the data folder; those that share a PostgreSQL may share it.
fn sharing(place: &Place) -> Sharing {
    match place.database_url {
        Some(_) => Sharing::Shared,
        None => Sharing::Alone,
    }
}

/// Takes the lock that whoever serves the data folder holds.
fn take(config: &Config, sharing: Sharing) -> anyhow::Result<Held> {
    lock::take(&config.data, sharing)?.map_err(|who| {
        let data = config.data.display();
        say(
            config,
            format!("{data} is being served already ({who}). Stop that server first; a second one needs PostgreSQL."),
            format!("{data} er allerede i brug af en server ({who}). Stop den først; to servere kræver PostgreSQL."),
        )
    })
}

/// Takes the data folder for something that nobody may serve it during.
pub fn alone(config: &Config) -> anyhow::Result<Held> {
    take(config, Sharing::Alone)
}

fn create_folder(data: &Path) -> anyhow::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    let mut builder = std::fs::DirBuilder::new();
    let made = builder.recursive(true).mode(0o700).create(data);
    made.with_context(|| format!("{} can't be created", data.display()))
}

fn master_file(data: &Path) -> PathBuf {
    data.join("keys/master.key")
}

fn signing_file(data: &Path) -> PathBuf {
    data.join("keys/signing.key")
}

fn master(config: &Config, makes: bool, dice: &mut StdRng) -> anyhow::Result<MasterKey> {
    if let Some(text) = &config.master_key {
        return text.key().context("VAERN_MASTER_KEY");
    }
    let file = master_file(&config.data);
    if makes {
        return Ok(MasterKey::open_or_create(&file, dice)?);
    }
    if is_missing(&file) {
        let file = file.display();
        return Err(say(
            config,
            format!(
                "{file} is missing: the master key, without which nothing that is kept here can be read. Nothing was changed. \
                 Put it back from your backup of the keys, or give it in VAERN_MASTER_KEY."
            ),
            format!(
                "{file} mangler: hovednøglen, uden hvilken intet af det gemte kan læses. Intet er ændret. Læg den tilbage fra din \
                 sikkerhedskopi af nøglerne, eller angiv den i VAERN_MASTER_KEY."
            ),
        ));
    }
    Ok(MasterKey::open(&file)?)
}

/// `None` for who only reads and has none: nothing is signed then.
fn signing(
    config: &Config,
    makes: bool,
    mode: OpenMode,
    dice: &mut StdRng,
) -> anyhow::Result<Option<SigningKey>> {
    if let Some(text) = &config.signing_key {
        return Ok(Some(text.key().context("VAERN_SIGNING_KEY")?));
    }
    let file = signing_file(&config.data);
    if makes {
        return Ok(Some(SigningKey::open_or_create(&file, dice)?));
    }
    if !is_missing(&file) {
        return Ok(Some(SigningKey::open(&file)?));
    }
    if mode == OpenMode::ReadOnly {
        return Ok(None);
    }
    let file = file.display();
    Err(say(
        config,
        format!(
            "{file} is missing: the key that signs the seals, whose fingerprint you have published. Nothing was changed. Put it \
             back from your backup of the keys, or give it in VAERN_SIGNING_KEY. If it is lost for good, `vaern \
             new-signing-key` makes another."
        ),
        format!(
            "{file} mangler: nøglen, der underskriver forseglingerne, og hvis fingeraftryk I har offentliggjort. Intet er ændret. \
             Læg den tilbage fra din sikkerhedskopi af nøglerne, eller angiv den i VAERN_SIGNING_KEY. Er den tabt for altid, \
             laver `vaern new-signing-key` en ny."
        ),
    ))
}

/// Whether there is a key that signs: who only reads goes without.
pub fn has_signing_key(config: &Config) -> bool {
    config.signing_key.is_some() || !is_missing(&signing_file(&config.data))
}

fn is_missing(file: &Path) -> bool {
    matches!(file.try_exists(), Ok(false))
}

/// Whether this is the key that signs here.
fn fits(known: Option<&str>, signing: &SigningKey, config: &Config) -> anyhow::Result<()> {
    let ours = signing.public_hex();
    match known {
        Some(known) if known != ours => {
            let known = proof::keys::fingerprint(known).unwrap_or_else(|| known.to_owned());
            let (file, ours) = (signing_file(&config.data), signing.fingerprint());
            let file = file.display();
            Err(say(
                config,
                format!(
                    "The seals here are signed by the key with the fingerprint {known}, but {file} (or VAERN_SIGNING_KEY) is the \
                     key {ours}. Nothing was changed. Put the right one back from your backup of the keys. If it is lost for \
                     good, `vaern new-signing-key` makes another."
                ),
                format!(
                    "Forseglingerne her er underskrevet med nøglen med fingeraftrykket {known}, men {file} (eller \
                     VAERN_SIGNING_KEY) er nøglen {ours}. Intet er ændret. Læg den rigtige tilbage fra din sikkerhedskopi af \
                     nøglerne. Er den tabt for altid, laver `vaern new-signing-key` en ny."
                ),
            ))
        }
        _ => Ok(()),
    }
}

/// `vaern init`: makes folder, keys and database where nothing is, and says which they are.
pub async fn init(config: &Config) -> anyhow::Result<std::process::ExitCode> {
    let (place, data) = (place(config)?, &config.data);
    let survey = Survey::of(&place).await?;
    if survey.standing().map_err(store::StoreError::from)? != Standing::Fresh {
        let id = survey.installation().map(|found| found.id).unwrap_or_default();
        let data = data.display();
        return Err(say(
            config,
            format!("{data}: there is a store already, {id}. It is left as it is."),
            format!("{data}: der er allerede data her, {id}. De er ikke rørt."),
        ));
    }
    let opened = open_store(config, Wants::ANY, &mut open::dice()?).await?;
    let id = opened
        .store
        .installation
        .map(|found| found.id)
        .unwrap_or_default();
    let (master, signing) = (master_file(data), signing_file(data));
    println!("installation {id}\nkey {}", opened.signing.fingerprint());
    let given = [config.master_key.is_some(), config.signing_key.is_some()];
    for (file, given) in [master, signing].iter().zip(given) {
        if !given {
            println!("file {}", file.display());
        }
    }
    opened.store.db.close().await;
    Ok(std::process::ExitCode::SUCCESS)
}

/// `vaern accept-restored`: takes database and files together that were put together on purpose.
pub async fn accept_restored(config: &Config) -> anyhow::Result<std::process::ExitCode> {
    let (place, data) = (place(config)?, &config.data);
    let survey = Survey::of(&place).await?;
    if survey.is_empty() {
        let place = data.display().to_string();
        return Err(store::StoreError::from(Refusal::NothingHere { place }).into());
    }
    let _held = alone(config)?;
    let installation = store::identity::accept_restored(&place, &mut open::dice()?).await?;
    println!(
        "installation {}: database and files are taken together",
        installation.id
    );
    Ok(std::process::ExitCode::SUCCESS)
}

/// `vaern new-signing-key`: another key that signs, where the old one is lost for good.
pub async fn new_signing_key(config: &Config) -> anyhow::Result<std::process::ExitCode> {
    let mut dice = open::dice()?;
    let (place, data) = (place(config)?, &config.data);
    allowed(&Survey::of(&place).await?, Wants::EXISTING, config)?;
    let master = master(config, false, &mut dice)?;
    let _held = alone(config)?;
    let kept = StoreConfig {
        database_url: place.database_url,
        database: crate::open::database_options(config),
        dir: place.dir,
        bucket: place.bucket,
        master,
        mode: OpenMode::Existing,
        birth: Kind::Real,
    };
    let store = Store::open(kept, &mut dice).await?;
    let signing = match &config.signing_key {
        Some(text) => text.key().context("VAERN_SIGNING_KEY")?,
        None => SigningKey::open_or_create(&signing_file(data), &mut dice)?,
    };
    store::identity::sign_by(&store.db, &signing.public_hex()).await?;
    store.db.close().await;
    println!("key {}", signing.fingerprint());
    Ok(std::process::ExitCode::SUCCESS)
}
