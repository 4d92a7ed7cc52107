//! The guide's editions, texts and pictures.

use std::collections::{BTreeMap, BTreeSet};

use domain::case::Actor;
use domain::guide::{Approval, Content, Edition, EditionState, Key, Size};
use domain::ids::PersonId;
use domain::language::Language;
use jiff::Timestamp;

use crate::db::{Ask, Row, Sql, Tx, statements};
use crate::error::{Result, StoreError};

statements! {
    EDITIONS = "SELECT number, state, revision, changed_by, changed_at, approved_by, approved_at, size, reason, \
        published_by, published_at, procedure FROM guide_editions ORDER BY number";
    /// The row's lock on PostgreSQL: whoever changes a draft comes through here first.
    LOCK = "UPDATE guide_editions SET revision = revision WHERE number = (SELECT MAX(number) FROM guide_editions)";
    ADD = "INSERT INTO guide_editions (number, state, revision, changed_by, changed_at) VALUES ($1, 'draft', 0, $2, $3)";
    PUT = "UPDATE guide_editions SET state = $2, revision = $3, changed_by = $4, changed_at = $5, approved_by = $6, \
        approved_at = $7, size = $8, reason = $9, published_by = $10, published_at = $11, procedure = $12 \
        WHERE number = $1";
    COPY_TEXTS = "INSERT INTO guide_texts (edition, name, language, version, text, by, at) \
        SELECT $2, name, language, 1, text, by, at FROM guide_texts AS t WHERE edition = $1 AND text IS NOT NULL \
        AND version = (SELECT MAX(version) FROM guide_texts AS n WHERE n.edition = t.edition AND n.name = t.name \
        AND n.language = t.language)";
    COPY_PICTURES = "INSERT INTO guide_pictures (edition, name, sha256) \
        SELECT $2, name, sha256 FROM guide_pictures WHERE edition = $1";
    TEXTS = "SELECT name, language, version, text, by, at FROM guide_texts AS t WHERE edition = $1 \
        AND version = (SELECT MAX(version) FROM guide_texts AS n WHERE n.edition = t.edition AND n.name = t.name \
        AND n.language = t.language) ORDER BY name, language";
    TEXT = "SELECT name, language, version, text, by, at FROM guide_texts WHERE edition = $1 AND name = $2 \
        AND language = $3 ORDER BY version DESC LIMIT 1";
    OLD_TEXT = "SELECT name, language, version, text, by, at FROM guide_texts WHERE edition = $1 AND name = $2 \
        AND language = $3 AND version = $4";
    ADD_TEXT = "INSERT INTO guide_texts (edition, name, language, version, text, by, at) \
        VALUES ($1, $2, $3, $4, $5, $6, $7)";
    PICTURES = "SELECT name FROM guide_pictures WHERE edition = $1 ORDER BY name";
    PICTURE = "SELECT f.media_type, f.bytes FROM guide_pictures AS p JOIN guide_files AS f ON f.sha256 = p.sha256 \
        WHERE p.edition = $1 AND p.name = $2";
    ADD_FILE = "INSERT INTO guide_files (sha256, media_type, bytes) VALUES ($1, $2, $3) ON CONFLICT (sha256) DO NOTHING";
    PUT_PICTURE = "INSERT INTO guide_pictures (edition, name, sha256) VALUES ($1, $2, $3) \
        ON CONFLICT (edition, name) DO UPDATE SET sha256 = excluded.sha256";
    DROP_PICTURE = "DELETE FROM guide_pictures WHERE edition = $1 AND name = $2";
    SELF_CHECKED = "SELECT at FROM guide_self_checks WHERE person = $1";
    SELF_CHECK = "INSERT INTO guide_self_checks (person, at) VALUES ($1, $2) \
        ON CONFLICT (person) DO UPDATE SET at = excluded.at";
    FORGET_SELF_CHECK = "DELETE FROM guide_self_checks WHERE person = $1";
}

/// A text as it was saved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Text {
    pub key: Key,
    /// From 1.
    pub version: u64,
    /// None: taken out.
    pub text: Option<String>,
    pub by: Actor,
    pub at: Timestamp,
}

/// A picture of the guide's own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// `image/svg+xml`, `image/png` or `image/jpeg`.
    pub media_type: String,
    pub bytes: Vec<u8>,
}

/// Every edition, the first first.
///
/// # Errors
/// Those of the database.
pub async fn editions(on: &mut impl Ask) -> Result<Vec<Edition>> {
    on.sql(EDITIONS).all().await?.iter().map(edition).collect()
}

/// Makes whoever changes an edition wait for the one before.
///
/// # Errors
/// Those of the database.
pub async fn lock(tx: &mut Tx) -> Result<()> {
    tx.sql(LOCK).run().await.map(drop)
}

/// A new draft with the texts and pictures of the edition before it.
///
/// # Errors
/// [`StoreError::Unique`] if somebody else began it first.
pub async fn begin(tx: &mut Tx, number: u64, by: &Actor, at: Timestamp) -> Result<()> {
    let query = tx.sql(ADD).bind(number.cast_signed()).bind(by.as_text());
    query.bind(at.as_microsecond()).run().await?;
    for copy in [COPY_TEXTS, COPY_PICTURES] {
        let query = tx.sql(copy).bind(number.cast_signed() - 1);
        query.bind(number.cast_signed()).run().await?;
    }
    Ok(())
}

/// Keeps what has become of an edition.
///
/// # Errors
/// [`StoreError::Missing`] if there is none of this number.
pub async fn put(tx: &mut Tx, edition: &Edition) -> Result<()> {
    let approved = edition.approved.as_ref();
    let published = edition.published.as_ref();
    let query = tx
        .sql(PUT)
        .bind(edition.number.cast_signed())
        .bind(edition.state.name())
        .bind(edition.revision.cast_signed())
        .bind(edition.changed_by.as_text())
        .bind(edition.changed_at.as_microsecond())
        .bind(approved.map(|approval| approval.by.as_str()))
        .bind(approved.map(|approval| approval.at.as_microsecond()))
        .bind(approved.map(|approval| approval.size.name()))
        .bind(approved.map(|approval| approval.reason.as_str()))
        .bind(published.map(|(by, _)| by.as_text()))
        .bind(published.map(|(_, at)| at.as_microsecond()))
        .bind(edition.procedure.as_deref());
    match query.run().await? {
        0 => Err(StoreError::missing(format!("edition {}", edition.number))),
        _ => Ok(()),
    }
}

/// The current texts of an edition, those taken out too.
///
/// # Errors
/// Those of the database.
pub async fn texts(on: &mut impl Ask, edition: u64) -> Result<Vec<Text>> {
    let rows = on.sql(TEXTS).bind(edition.cast_signed()).all().await?;
    rows.iter().map(text_of).collect()
}

/// One text as it is now, or as it was at a version.
///
/// # Errors
/// Those of the database.
pub async fn text(on: &mut impl Ask, edition: u64, key: &Key, version: Option<u64>) -> Result<Option<Text>> {
    let query = on
        .sql(if version.is_some() { OLD_TEXT } else { TEXT })
        .bind(edition.cast_signed());
    let query = query.bind(key.name.as_str()).bind(key.language.name());
    let query = match version {
        Some(version) => query.bind(version.cast_signed()),
        None => query,
    };
    query.maybe().await?.map(|row| text_of(&row)).transpose()
}

/// Adds the next version of a text.
///
/// # Errors
/// [`StoreError::Unique`] if there is this version already: somebody else saved first.
pub async fn add_text(tx: &mut Tx, edition: u64, text: &Text) -> Result<()> {
    let query = tx
        .sql(ADD_TEXT)
        .bind(edition.cast_signed())
        .bind(text.key.name.as_str())
        .bind(text.key.language.name())
        .bind(text.version.cast_signed())
        .bind(text.text.as_deref())
        .bind(text.by.as_text())
        .bind(text.at.as_microsecond());
    query.run().await.map(drop)
}

/// The texts and the names of the pictures of an edition.
///
/// # Errors
/// Those of the database.
pub async fn content(on: &mut impl Ask, edition: u64) -> Result<Content> {
    let texts = texts(on, edition).await?.into_iter();
    let texts: BTreeMap<Key, String> = texts.filter_map(|text| Some((text.key, text.text?))).collect();
    let rows = on.sql(PICTURES).bind(edition.cast_signed()).all().await?;
    let pictures: Result<BTreeSet<String>> = rows.iter().map(|row| row.text(0)).collect();
    Ok(Content {
        texts,
        pictures: pictures?,
    })
}

/// One picture of an edition.
///
/// # Errors
/// Those of the database.
pub async fn picture(on: &mut impl Ask, edition: u64, name: &str) -> Result<Option<Picture>> {
    let row = on
        .sql(PICTURE)
        .bind(edition.cast_signed())
        .bind(name)
        .maybe()
        .await?;
    let picture = |row: Row| {
        Ok(Picture {
            media_type: row.text(0)?,
            bytes: row.bytes(1)?,
        })
    };
    row.map(picture).transpose()
}

/// Adds or replaces a picture of an edition; `sha256` is that of its bytes, in hexadecimal.
///
/// # Errors
/// Those of the database.
pub async fn put_picture(
    tx: &mut Tx,
    edition: u64,
    name: &str,
    sha256: &str,
    picture: &Picture,
) -> Result<()> {
    let query = tx.sql(ADD_FILE).bind(sha256).bind(picture.media_type.as_str());
    query.bind(picture.bytes.as_slice()).run().await?;
    let query = tx.sql(PUT_PICTURE).bind(edition.cast_signed());
    query.bind(name).bind(sha256).run().await.map(drop)
}

/// Takes a picture out of an edition; others keep it. `false` if it was not there.
///
/// # Errors
/// Those of the database.
pub async fn drop_picture(tx: &mut Tx, edition: u64, name: &str) -> Result<bool> {
    let query = tx.sql(DROP_PICTURE).bind(edition.cast_signed());
    Ok(query.bind(name).run().await? > 0)
}

/// When a person says that they have gone through their own profiles.
///
/// # Errors
/// Those of the database.
pub async fn self_checked(on: &mut impl Ask, person: &PersonId) -> Result<Option<Timestamp>> {
    let row = on.sql(SELF_CHECKED).bind(person.as_str()).maybe().await?;
    row.map(|row| row.time(0)).transpose()
}

/// Keeps or forgets when that was.
///
/// # Errors
/// Those of the database.
pub async fn set_self_checked(tx: &mut Tx, person: &PersonId, at: Option<Timestamp>) -> Result<()> {
    let query = match at {
        Some(at) => tx.sql(SELF_CHECK).bind(person.as_str()).bind(at.as_microsecond()),
        None => tx.sql(FORGET_SELF_CHECK).bind(person.as_str()),
    };
    query.run().await.map(drop)
}

fn edition(row: &Row) -> Result<Edition> {
    let unknown = |what: &str| StoreError::other(format!("guide_editions: {what}"));
    let approved = match (
        row.opt_text(5)?,
        row.opt_time(6)?,
        row.opt_text(7)?,
        row.opt_text(8)?,
    ) {
        (Some(by), Some(at), Some(size), Some(reason)) => Some(Approval {
            by: PersonId::new(by),
            at,
            size: Size::parse(&size).ok_or_else(|| unknown(&size))?,
            reason,
        }),
        _ => None,
    };
    let published = match (row.opt_text(9)?, row.opt_time(10)?) {
        (Some(by), Some(at)) => Some((Actor::parse(&by), at)),
        _ => None,
    };
    let state = row.text(1)?;
    Ok(Edition {
        number: row.count(0)?,
        state: EditionState::parse(&state).ok_or_else(|| unknown(&state))?,
        revision: row.count(2)?,
        changed_by: Actor::parse(&row.text(3)?),
        changed_at: row.time(4)?,
        approved,
        published,
        procedure: row.opt_text(11)?,
    })
}

fn text_of(row: &Row) -> Result<Text> {
    let language = row.text(1)?;
    let language =
        Language::parse(&language).ok_or_else(|| StoreError::other(format!("guide_texts: {language}")))?;
    Ok(Text {
        key: Key::new(row.text(0)?, language),
        version: row.count(2)?,
        text: row.opt_text(3)?,
        by: Actor::parse(&row.text(4)?),
        at: row.time(5)?,
    })
}
