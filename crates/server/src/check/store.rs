//! What is kept: the database, the files, whether they belong together, and the keys.

use super::Finding;
use crate::clock::SystemClock;
use crate::config::Config;
use crate::identity::{self, Wants};
use crate::open;
use ::store::identity::{Standing, Survey};
use ::store::{Db, Schema};
use app::Clock as _;
use jiff::{SignedDuration, Timestamp};

/// The name under which the database remembers the last backup.
const LAST_BACKUP: &str = "backup-last";
/// One a day, and a day's grace.
const OLDEST_BACKUP: SignedDuration = SignedDuration::from_hours(48);

pub async fn database(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "database";
    let place = match identity::place(config) {
        Ok(place) => place,
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let url = place.database_url.as_deref();
    let mend = match url {
        Some(_) => "look at VAERN_DATABASE_URL, and whether the database runs and lets this user in",
        None => "look at the data folder, or restore a backup",
    };
    let db = match Db::connect_read_only(url, &place.dir).await {
        Ok(Some(db)) => db,
        Ok(None) => {
            let said = "there is none in the data folder: name the right one with --data; `vaern init` makes a new store";
            return vec![Finding::wrong(ABOUT, said)];
        }
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error}; {mend}"))],
    };
    let schema = db.schema().await;
    let engine = db.engine();
    db.close().await;
    vec![match schema {
        Ok(Schema::Current) => Finding::good(ABOUT, format!("{engine}, as this version knows it")),
        Ok(Schema::Older { lacking }) => Finding::good(
            ABOUT,
            format!("{engine}, older: {lacking} changes are made at the next start; back up first"),
        ),
        Ok(Schema::Newer { latest }) => Finding::wrong(
            ABOUT,
            format!(
                "{engine}, changed by a newer version (change {latest}): install that version, or restore a backup"
            ),
        ),
        Ok(Schema::None) => Finding::wrong(
            ABOUT,
            format!("{engine}, and empty: {mend}; `vaern init` makes a new store"),
        ),
        Err(error) => Finding::wrong(ABOUT, format!("{error}; {mend}")),
    }]
}

/// Whether database and files belong together.
pub async fn installation(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "installation";
    let place = match identity::place(config) {
        Ok(place) => place,
        Err(error) => return vec![Finding::wrong(ABOUT, format!("{error:#}"))],
    };
    let survey = match Survey::of(&place).await {
        Ok(survey) => survey,
        Err(error) => return vec![Finding::wrong(ABOUT, words(error, config))],
    };
    vec![match survey.standing() {
        Ok(Standing::Fresh) => Finding::wrong(ABOUT, "there is nothing yet: `vaern init` makes a new store"),
        Ok(_) => match survey.installation() {
            Some(found) => Finding::good(
                ABOUT,
                format!(
                    "{} ({}), database and files belong together",
                    found.id,
                    found.kind.name()
                ),
            ),
            None => Finding::good(ABOUT, "made before stores had an id; the next start gives it one"),
        },
        Err(refusal) => Finding::wrong(ABOUT, refusal.message(config.language)),
    }]
}

/// Whether the keys are there, private, and the right ones for this database; and whether files can be written.
pub async fn keys_and_files(config: &Config) -> Vec<Finding> {
    const ABOUT: &str = "keys";
    let opened = match open::dice() {
        Ok(mut dice) => identity::open_store(config, Wants::READ_ONLY, &mut dice).await,
        Err(error) => Err(error),
    };
    let opened = match opened {
        Ok(opened) => opened,
        Err(error) => return vec![Finding::wrong(ABOUT, identity::words(&error, config.language))],
    };
    let keys = if identity::has_signing_key(config) {
        let said = format!(
            "the master key opens this database, and seals are signed by {}",
            opened.signing.fingerprint()
        );
        Finding::good(ABOUT, said)
    } else {
        let said = "the key that signs the seals is missing: put it back from your backup of the keys; if it is lost for good, \
                    `vaern new-signing-key` makes another";
        Finding::wrong(ABOUT, said)
    };
    let written = ::store::health::write_file(&opened.store.blobs).await;
    let files = match written {
        Ok(()) => Finding::good("files", "one was written and removed again"),
        Err(error) => Finding::wrong(
            "files",
            format!("{error}; look at the room on the disk and at who may write there"),
        ),
    };
    let backups = backups(config, &opened.store).await;
    opened.store.db.close().await;
    vec![keys, files, backups]
}

/// Whether backups are made, and how old the last one is.
async fn backups(config: &Config, store: &::store::Store) -> Finding {
    const ABOUT: &str = "backups";
    let Some(target) = &config.backup else {
        return Finding::good(
            ABOUT,
            "the server makes none (VAERN_BACKUP): see that something else does",
        );
    };
    if !target.is_dir() {
        let said = format!(
            "{} is not there: mount it, or set VAERN_BACKUP right",
            target.display()
        );
        return Finding::wrong(ABOUT, said);
    }
    let last = match store.db.read().await {
        Ok(mut read) => ::store::settings::get(&mut read, LAST_BACKUP).await,
        Err(error) => Err(error),
    };
    let ended = match last {
        Ok(last) => last.and_then(|text| ended(&text)),
        Err(error) => return Finding::wrong(ABOUT, error.to_string()),
    };
    match ended {
        None => Finding::good(
            ABOUT,
            format!("none yet; the first is made at {}", config.backup_at),
        ),
        Some(at) if SystemClock.now().duration_since(at) > OLDEST_BACKUP => Finding::wrong(
            ABOUT,
            format!("the last one is of {at}: look into the log, or make one now with `vaern backup`"),
        ),
        Some(at) => Finding::good(ABOUT, format!("the last one is of {at}")),
    }
}

/// When the last backup ended, as [`app`] keeps it.
fn ended(text: &str) -> Option<Timestamp> {
    let kept: serde_json::Value = serde_json::from_str(text).ok()?;
    kept["ended"].as_str()?.parse().ok()
}

fn words(error: ::store::StoreError, config: &Config) -> String {
    identity::words(&error.into(), config.language)
}
