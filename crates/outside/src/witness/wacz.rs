//! The web archive as one file: WACZ 1.1.1, with a digest and an anonymous signature (WACZ Signing and Verification 0.1.0),
//! both checked 2026-11-25. Whose key signed is said in the journal, not here: that format has no room for it.

use super::Captured;
use super::warc::{self, sha256};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde_json::{Value, json};
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, DateTime, ZipWriter};

/// A signature (DER) and the public key that it is checked with (`SubjectPublicKeyInfo`, DER).
#[derive(Clone, Debug)]
pub struct Signed {
    pub signature: Vec<u8>,
    pub public_key: Vec<u8>,
}

/// The archive could not be written or signed.
#[derive(Debug, thiserror::Error)]
#[error("the web archive could not be written: {0}")]
pub struct Unwritten(pub String);

/// The longest text of a page that goes into the list of pages, in characters.
const TEXT: usize = 100_000;

/// See [`Captured::archive`].
pub fn write(
    captured: &Captured,
    sign: &dyn Fn(&str) -> Result<Signed, Unwritten>,
) -> Result<Option<Vec<u8>>, Unwritten> {
    let Some(first) = captured.kept.exchanges.first() else {
        return Ok(None);
    };
    let no = |error: &dyn std::fmt::Display| Unwritten(error.to_string());
    let (archive, index) = warc::write(captured).map_err(|error| no(&error))?;
    let main = captured.url.as_ref();
    let was_fetched = |url: &&String| captured.kept.exchanges.iter().any(|one| &&one.url == url);
    let main = main.filter(was_fetched).unwrap_or(&first.url);
    let created = captured.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let files = [
        (format!("archive/{}", warc::FILE), archive),
        ("indexes/index.cdx".to_owned(), index.into_bytes()),
        (
            "pages/pages.jsonl".to_owned(),
            pages(captured, main, &created).into_bytes(),
        ),
    ];
    let package = package(captured, main, &created, &files);
    let package = serde_json::to_vec_pretty(&package).map_err(|error| no(&error))?;
    let digest = digest(&package, &created, sign)?;
    let digest = serde_json::to_vec_pretty(&digest).map_err(|error| no(&error))?;
    let own = [
        ("datapackage.json".to_owned(), package),
        ("datapackage-digest.json".to_owned(), digest),
    ];
    zip(captured.at, files.iter().chain(&own))
        .map(Some)
        .map_err(|error| no(&error))
}

fn pages(captured: &Captured, url: &str, created: &str) -> String {
    let text: String = captured.text.chars().take(TEXT).collect();
    let head = json!({ "format": "json-pages-1.0", "id": "pages", "title": "All Pages" });
    let page = json!({ "id": "1", "url": url, "ts": created, "title": captured.title, "text": text });
    format!("{head}\n{page}\n")
}

fn software() -> String {
    format!("Vaern {}", env!("CARGO_PKG_VERSION"))
}

fn package(captured: &Captured, url: &str, created: &str, files: &[(String, Vec<u8>)]) -> Value {
    let resource = |(path, bytes): &(String, Vec<u8>)| {
        let name = path.rsplit('/').next().unwrap_or(path);
        json!({ "name": name, "path": path, "hash": sha256(bytes), "bytes": bytes.len() })
    };
    json!({
        "profile": "data-package",
        "wacz_version": "1.1.1",
        "software": software(),
        "created": created,
        "title": captured.title,
        "mainPageUrl": url,
        "mainPageDate": created,
        "resources": files.iter().map(resource).collect::<Vec<_>>(),
    })
}

fn digest(
    package: &[u8],
    created: &str,
    sign: &dyn Fn(&str) -> Result<Signed, Unwritten>,
) -> Result<Value, Unwritten> {
    let hash = sha256(package);
    let Signed {
        signature,
        public_key,
    } = sign(&hash)?;
    // Exactly these six, and no other: section 2.2 of the format.
    let signed = json!({
        "hash": hash,
        "created": created,
        "software": software(),
        "version": "0.1.0",
        "signature": STANDARD.encode(signature),
        "publicKey": STANDARD.encode(public_key),
    });
    Ok(json!({ "path": "datapackage.json", "hash": hash, "signedData": signed }))
}

/// Everything stored as it is: what is large is packed already, and a reader can jump into it.
fn zip<'a>(
    at: Timestamp,
    files: impl Iterator<Item = &'a (String, Vec<u8>)>,
) -> zip::result::ZipResult<Vec<u8>> {
    let options = SimpleFileOptions::default()
        .compression_method(CompressionMethod::Stored)
        .last_modified_time(zip_time(at))
        .unix_permissions(0o644);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), options)?;
        zip.write_all(bytes)?;
    }
    Ok(zip.finish()?.into_inner())
}

fn zip_time(at: Timestamp) -> DateTime {
    let at = at.to_zoned(TimeZone::UTC);
    let small = |n: i8| u8::try_from(n).unwrap_or_default();
    DateTime::from_date_and_time(
        u16::try_from(at.year()).unwrap_or_default(),
        small(at.month()),
        small(at.day()),
        small(at.hour()),
        small(at.minute()),
        small(at.second()),
    )
    .unwrap_or_default()
}
