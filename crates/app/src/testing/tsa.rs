//! A time-stamp authority on loopback: `openssl ts` behind a few lines of HTTP, which can be told to misbehave.

use crate::TimeAuthority;
use proof::testing::Authority;
pub use proof::testing::Key;
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};

/// How it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mood {
    Honest,
    /// Closes the connection without a word.
    Rude,
    /// Keeps it open without a word, until its mood changes.
    Silent,
    /// 503.
    Busy,
    /// A web page.
    Page,
    /// More than anybody reads.
    Chatty,
    /// A stamp over something else.
    OtherData,
    /// The same stamp as the first time.
    Replaying,
    /// A stamp that another authority gave.
    Impostor,
    /// A rejection as RFC 3161 has it.
    Refusing,
}

struct Inside {
    authority: Authority,
    impostor: Authority,
    mood: Mutex<Mood>,
    first: Mutex<Option<Vec<u8>>>,
    /// What it was asked, headers and all.
    asked: Mutex<Vec<String>>,
}

/// The server; its thread ends with the test's process.
pub struct Tsa {
    inside: Arc<Inside>,
    port: u16,
}

impl Tsa {
    /// Starts an honest one.
    pub fn start(key: Key) -> Self {
        let inside = Arc::new(Inside {
            authority: Authority::new(key),
            impostor: Authority::new(Key::Elliptic),
            mood: Mutex::new(Mood::Honest),
            first: Mutex::new(None),
            asked: Mutex::new(Vec::new()),
        });
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let served = Arc::clone(&inside);
        std::thread::spawn(move || {
            let mut silent = Vec::new();
            for stream in listener.incoming().flatten() {
                silent.extend(serve(&served, stream));
            }
        });
        Self { inside, port }
    }

    /// Changes how it answers.
    pub fn be(&self, mood: Mood) {
        *lock(&self.inside.mood) = mood;
    }

    /// Where it is asked.
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/tsr", self.port)
    }

    /// Its keys and certificates.
    pub fn authority(&self) -> &Authority {
        &self.inside.authority
    }

    /// What it was asked so far: the head of each request.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.inside.asked).clone()
    }

    /// For [`crate::App::with_authority`].
    pub fn trusted(&self) -> TimeAuthority {
        let root = self.inside.authority.root();
        let authority = TimeAuthority::new(&self.address(), Some("navn:kode"), &root, None);
        authority.expect("an authority")
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Gives the connection back if it is to stay open.
fn serve(inside: &Inside, mut stream: TcpStream) -> Option<TcpStream> {
    let (head, query) = read(&mut stream);
    lock(&inside.asked).push(head);
    let mood = *lock(&inside.mood);
    let stamp =
        |authority: &Authority, query: &[u8]| (200, "application/timestamp-reply", authority.answer(query));
    let (status, kind, body) = match mood {
        Mood::Rude => return None,
        Mood::Silent => return Some(stream),
        Mood::Busy => (503, "text/plain", b"travl".to_vec()),
        Mood::Page => (200, "text/html", b"<html>".to_vec()),
        Mood::Chatty => (200, "application/timestamp-reply", vec![0x30; 1_000_000]),
        Mood::Refusing => (
            200,
            "application/timestamp-reply",
            vec![0x30, 5, 0x30, 3, 2, 1, 2],
        ),
        Mood::Impostor => stamp(&inside.impostor, &query),
        Mood::OtherData => {
            let mut other = query;
            // The hash is the one string of 32 bytes.
            let at = other.windows(2).position(|two| two == [4, 32]).expect("a hash");
            other[at + 2] ^= 1;
            stamp(&inside.authority, &other)
        }
        Mood::Replaying => {
            let first = lock(&inside.first).clone();
            (
                200,
                "application/timestamp-reply",
                first.expect("an earlier answer"),
            )
        }
        Mood::Honest => stamp(&inside.authority, &query),
    };
    if mood == Mood::Honest {
        lock(&inside.first).get_or_insert_with(|| body.clone());
    }
    let head = format!(
        "HTTP/1.1 {status} x\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    // Whoever reads no further is free to go.
    let _ = stream
        .write_all(head.as_bytes())
        .and_then(|()| stream.write_all(&body));
    None
}

fn read(stream: &mut TcpStream) -> (String, Vec<u8>) {
    let mut bytes = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end {
            let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .and_then(|length| length.parse::<usize>().ok())
                .unwrap_or(0);
            if bytes.len() >= end + 4 + length {
                return (head, bytes.split_off(end + 4));
            }
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return (String::new(), Vec::new()),
            Ok(read) => bytes.extend_from_slice(&piece[..read]),
        }
    }
}
