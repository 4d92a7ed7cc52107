//! Web archive records (WARC 1.1, ISO 28500:2017) and their index (CDXJ 0.1.0), checked 2026-11-25. Each record is a gzip member of its own.
//!
//! Names of headers are in small letters, as HTTP does not tell them apart; where an answer came in chunks, it is written without.

use super::Captured;
use super::proxy::Exchange;
use domain::case::witnessed::Stopped;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use sha2::{Digest as _, Sha256};
use std::io::{self, Write as _};

/// The name under `archive/`.
pub const FILE: &str = "data.warc.gz";

/// The archive's bytes, and the lines of its index, sorted.
pub fn write(captured: &Captured) -> io::Result<(Vec<u8>, String)> {
    let mut file = Vec::new();
    let mut lines = Vec::new();
    record(&mut file, &info(captured))?;
    for (n, exchange) in captured.kept.exchanges.iter().enumerate() {
        let at = captured.at + SignedDuration::try_from(exchange.after).unwrap_or_default();
        let answer = Record {
            kind: "response",
            url: Some(&exchange.url),
            at,
            media_type: "application/http; msgtype=response",
            more: truncated(captured, exchange),
            block: [exchange.answer_head.as_slice(), &exchange.answer].concat(),
            payload: Some(&exchange.answer),
            place: n,
        };
        let offset = file.len();
        let digest = record(&mut file, &answer)?;
        lines.push(line(exchange, at, (offset, file.len() - offset), &digest));
        let question = Record {
            kind: "request",
            url: Some(&exchange.url),
            at,
            media_type: "application/http; msgtype=request",
            more: vec![("WARC-Concurrent-To", answer.id())],
            block: [exchange.question_head.as_slice(), &exchange.question].concat(),
            payload: None,
            place: n,
        };
        record(&mut file, &question)?;
    }
    for (n, (place, chain)) in captured.kept.chains.iter().enumerate() {
        let certificates = Record {
            kind: "resource",
            url: Some(&format!("urn:vaern:certificates:{place}")),
            at: captured.at,
            media_type: "application/pem-certificate-chain",
            more: Vec::new(),
            block: pem(&chain.ders).into_bytes(),
            payload: None,
            place: n,
        };
        record(&mut file, &certificates)?;
    }
    lines.sort();
    Ok((file, lines.concat()))
}

struct Record<'a> {
    kind: &'a str,
    url: Option<&'a str>,
    at: Timestamp,
    media_type: &'a str,
    more: Vec<(&'static str, String)>,
    block: Vec<u8>,
    payload: Option<&'a [u8]>,
    /// Its place among those of its kind, so that no two are the same.
    place: usize,
}

impl Record<'_> {
    /// A UUID (version 8, RFC 9562) made of what the record is, so that it is the same however often it is written.
    fn id(&self) -> String {
        let mut hash = Sha256::new();
        let place = format!("{}\n{}\n{:?}\n{}\n", self.kind, self.place, self.url, self.at);
        hash.update(place);
        hash.update(&self.block);
        let mut id = [0; 16];
        id.copy_from_slice(&hash.finalize()[..16]);
        id[6] = (id[6] & 0x0f) | 0x80;
        id[8] = (id[8] & 0x3f) | 0x80;
        let text = hex::encode(id);
        format!(
            "<urn:uuid:{}-{}-{}-{}-{}>",
            &text[..8],
            &text[8..12],
            &text[12..16],
            &text[16..20],
            &text[20..]
        )
    }
}

fn info(captured: &Captured) -> Record<'static> {
    let text = format!(
        "software: Vaern {}\r\nformat: WARC File Format 1.1\r\nconformsTo: \
         https://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\nrobots: ignore\r\n\
         http-header-user-agent: {}\r\n",
        env!("CARGO_PKG_VERSION"),
        captured.browser
    );
    Record {
        kind: "warcinfo",
        url: None,
        at: captured.at,
        media_type: "application/warc-fields",
        more: vec![("WARC-Filename", FILE.to_owned())],
        block: text.into_bytes(),
        payload: None,
        place: 0,
    }
}

/// Writes one record, and gives the SHA-256 of it uncompressed.
fn record(file: &mut Vec<u8>, record: &Record<'_>) -> io::Result<String> {
    let mut head = format!(
        "WARC/1.1\r\nWARC-Type: {}\r\nWARC-Record-ID: {}\r\n",
        record.kind,
        record.id()
    );
    head += &format!("WARC-Date: {}\r\n", record.at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"));
    if let Some(url) = record.url {
        head += &format!("WARC-Target-URI: {url}\r\n");
    }
    for (name, value) in &record.more {
        head += &format!("{name}: {value}\r\n");
    }
    if let Some(payload) = record.payload {
        head += &format!("WARC-Payload-Digest: {}\r\n", sha256(payload));
    }
    head += &format!(
        "WARC-Block-Digest: {}\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
        sha256(&record.block),
        record.media_type,
        record.block.len()
    );
    let mut hash = Sha256::new();
    let mut gzip = GzEncoder::new(file, Compression::default());
    for part in [head.as_bytes(), &record.block, b"\r\n\r\n"] {
        hash.update(part);
        gzip.write_all(part)?;
    }
    gzip.finish()?;
    Ok(format!("sha256:{}", hex::encode(hash.finalize())))
}

/// A label and the hash, as records and indexes have it.
pub fn sha256(bytes: &[u8]) -> String {
    format!("sha256:{}", hex::encode(Sha256::digest(bytes)))
}

fn truncated(captured: &Captured, exchange: &Exchange) -> Vec<(&'static str, String)> {
    let why = match (exchange.whole, captured.stopped) {
        (true, _) => return Vec::new(),
        (false, Some(Stopped::TooLarge)) => "length",
        (false, Some(Stopped::TooSlow)) => "time",
        (false, _) if exchange.packed => "unspecified",
        (false, _) => "disconnect",
    };
    vec![("WARC-Truncated", why.to_owned())]
}

fn line(exchange: &Exchange, at: Timestamp, (offset, length): (usize, usize), record: &str) -> String {
    let media_type = exchange.media_type.split(';').next().unwrap_or_default().trim();
    let told = json!({
        "url": exchange.url,
        "mime": media_type,
        "status": exchange.status.to_string(),
        "digest": sha256(&exchange.answer),
        "length": length.to_string(),
        "offset": offset.to_string(),
        "filename": FILE,
        "recordDigest": record,
    });
    format!("{} {} {told}\n", key(&exchange.url), at.strftime("%Y%m%d%H%M%S"))
}

/// An address as indexes sort it: the host's names turned round, small letters, the query's parts in order.
fn key(url: &str) -> String {
    let url = url.to_lowercase();
    let rest = url.split_once("://").map_or(url.as_str(), |(_, rest)| rest);
    let (place, path) = rest.split_at(rest.find(['/', '?']).unwrap_or(rest.len()));
    let (host, port) = match place.rsplit_once(':').filter(|(host, _)| !host.ends_with(':')) {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|digit| digit.is_ascii_digit()) => {
            (host, format!(":{port}"))
        }
        _ => (place, String::new()),
    };
    let host = host.strip_prefix("www.").unwrap_or(host);
    let turned: Vec<&str> = host.rsplit('.').collect();
    let path = match path.split_once('?') {
        Some((path, query)) => {
            let mut parts: Vec<&str> = query.split('&').collect();
            parts.sort_unstable();
            format!("{path}?{}", parts.join("&"))
        }
        None => path.to_owned(),
    };
    let path = if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    };
    format!("{}{port}){}", turned.join(","), path.replace(' ', "%20"))
}

fn pem(ders: &[Vec<u8>]) -> String {
    let one = |der: &Vec<u8>| {
        let text = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, der);
        let lines: Vec<&str> = (0..text.len())
            .step_by(64)
            .map(|at| &text[at..text.len().min(at + 64)])
            .collect();
        format!(
            "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n",
            lines.join("\n")
        )
    };
    ders.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::key;

    #[test]
    fn addresses_are_sorted_by_their_host_from_behind() {
        assert_eq!(
            key("https://www.Forum.example/Traad/7?b=2&a=1"),
            "example,forum)/traad/7?a=1&b=2"
        );
        assert_eq!(key("http://forum.example:8080/"), "example,forum:8080)/");
        assert_eq!(key("http://forum.example"), "example,forum)/");
        assert_eq!(key("http://forum.example?x"), "example,forum)/?x");
    }
}
