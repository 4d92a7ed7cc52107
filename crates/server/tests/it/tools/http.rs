//! A small HTTP client: one request a connection, answers read to the end.

use super::PATIENCE;
use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

const BOUNDARY: &str = "----vaern-test";

/// A form of a report and its files, as RFC 7578 writes it.
pub fn form(text: &str, files: &[(&str, &[u8])]) -> Vec<u8> {
    let report = serde_json::json!({ "text": text, "about": "me", "medium": "sms" });
    let head = |disposition: &str, kind: &str| {
        format!(
            "--{BOUNDARY}\r\nContent-Disposition: form-data; {disposition}\r\nContent-Type: {kind}\r\n\r\n"
        )
    };
    let mut body = head("name=\"report\"", "application/json").into_bytes();
    body.extend(report.to_string().bytes());
    for (name, bytes) in files {
        body.extend(b"\r\n");
        body.extend(
            head(
                &format!("name=\"exhibit\"; filename=\"{name}\""),
                "application/octet-stream",
            )
            .bytes(),
        );
        body.extend(*bytes);
    }
    body.extend(format!("\r\n--{BOUNDARY}--\r\n").bytes());
    body
}

/// What a request says before its body.
#[derive(Clone, Copy, Default)]
pub struct Head<'a> {
    pub method: &'a str,
    pub path: &'a str,
    /// None if empty.
    pub token: &'a str,
    pub idempotency_key: Option<&'a str>,
    /// The media type and the length in bytes of the body that follows.
    pub body: Option<(&'a str, usize)>,
}

/// The media type of a [`form`].
pub const FORM: &str = "multipart/form-data; boundary=----vaern-test";

/// One request on its way.
pub struct Line(TcpStream);

impl Line {
    /// Connects and sends the head of a request whose body, if it has one, is a [`form`].
    pub fn open(
        address: SocketAddr,
        method: &str,
        path: &str,
        token: &str,
        length: Option<usize>,
    ) -> io::Result<Self> {
        let head = Head {
            method,
            path,
            token,
            body: length.map(|length| (FORM, length)),
            ..Head::default()
        };
        Self::begin(address, &head)
    }

    /// Connects and sends a head.
    pub fn begin(address: SocketAddr, head: &Head<'_>) -> io::Result<Self> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let Head { method, path, .. } = head;
        // HTTP/1.0: the answer ends where the connection does, with no chunks to put together.
        let mut text = format!("{method} {path} HTTP/1.0\r\nHost: {address}\r\nAccept-Language: en\r\n");
        if !head.token.is_empty() {
            text += &format!("Authorization: Bearer {}\r\n", head.token);
        }
        if let Some(key) = head.idempotency_key {
            text += &format!("Idempotency-Key: {key}\r\n");
        }
        if let Some((kind, length)) = head.body {
            text += &format!("Content-Type: {kind}\r\nContent-Length: {length}\r\n");
        }
        stream.write_all((text + "\r\n").as_bytes())?;
        Ok(Self(stream))
    }

    pub fn send(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.0.write_all(bytes)
    }

    /// Reads the answer to its end.
    pub fn answer(&mut self) -> io::Result<Answer> {
        let mut bytes = Vec::new();
        self.0.read_to_end(&mut bytes)?;
        Answer::read(bytes).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// A whole answer.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    /// Its media type.
    pub kind: String,
    pub body: Vec<u8>,
}

impl Answer {
    fn read(mut bytes: Vec<u8>) -> Option<Self> {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n")?;
        let body = bytes.split_off(end + 4);
        let head = String::from_utf8(bytes).ok()?.to_ascii_lowercase();
        let field = |name: &str| {
            let mut lines = head.lines().filter_map(|line| line.split_once(": "));
            lines
                .find(|(found, _)| *found == name)
                .map(|(_, value)| value.trim().to_owned())
        };
        let whole = field("content-length").is_none_or(|length| length == body.len().to_string());
        let status = head.split(' ').nth(1)?.parse().ok()?;
        whole.then(|| Self {
            status,
            kind: field("content-type").unwrap_or_default(),
            body,
        })
    }

    pub fn json(&self) -> serde_json::Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The case that a receipt is for.
    pub fn case(&self) -> String {
        assert_eq!(self.status, 201, "{}", String::from_utf8_lossy(&self.body));
        self.json()["case"].as_str().expect("a case number").to_owned()
    }
}
