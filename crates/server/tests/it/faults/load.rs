//! Clients that report, read, search and give commands while something is done to the server, and the ledger of what
//! they were promised.
//!
//! Each client does one thing after another and tries again with the same idempotency key until it is answered, as the
//! pages' outbox does. What was acknowledged with 201 is in the ledger.

use super::site::Tokens;
use crate::tools::{Answer, FORM, Head, Line, form};
use image::{ImageFormat, RgbImage};
use sha2::{Digest, Sha256};
use std::io::{self, Cursor};
use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use testbed::process::until;

/// How long a client tries before it says that trying again does not help.
const PATIENCE: Duration = Duration::from_secs(150);
/// What a client waits before it tries again.
const PAUSE: Duration = Duration::from_millis(100);
/// Width and height of the pictures, in pixels: some 30 kB, since noise does not compress.
const SIDE: u32 = 100;

/// A report that got its receipt.
#[derive(Clone, Debug)]
pub struct Acknowledged {
    pub case: String,
    /// Which report it was: its words and its picture are made from this number.
    pub which: u32,
    /// The SHA-256 of its picture, if it had one.
    pub sha256: Option<String>,
}

/// What the clients were promised and what they met.
#[derive(Default)]
pub struct Ledger {
    acknowledged: Mutex<Vec<Acknowledged>>,
    requests: AtomicUsize,
    errors: AtomicUsize,
    cured: AtomicUsize,
    /// Answers that trying again did not cure, or that no fault explains.
    uncured: Mutex<Vec<String>>,
}

/// Clients under way.
pub struct Load {
    shared: Arc<Shared>,
    clients: Vec<JoinHandle<()>>,
}

struct Shared {
    nodes: Vec<SocketAddr>,
    tokens: Tokens,
    ledger: Ledger,
    ends: AtomicBool,
}

/// The words of a report.
pub fn words(which: u32) -> String {
    format!("Henvendelse nummer {which}. Opdigtet.")
}

/// A PNG of noise, another for each number.
pub fn noise(which: u32) -> Vec<u8> {
    let mut state = u64::from(which).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    let picture = RgbImage::from_fn(SIDE, SIDE, |_, _| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let [red, green, blue, ..] = state.to_le_bytes();
        image::Rgb([red, green, blue])
    });
    let mut png = Cursor::new(Vec::new());
    picture.write_to(&mut png, ImageFormat::Png).expect("a PNG");
    png.into_inner()
}

/// The SHA-256 of bytes, in hexadecimal.
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

impl Load {
    /// Starts so many clients against these nodes; each begins at another node and goes to the next when one fails it.
    pub fn start(nodes: &[SocketAddr], tokens: &Tokens, clients: u32) -> Self {
        let shared = Arc::new(Shared {
            nodes: nodes.to_vec(),
            tokens: tokens.clone(),
            ledger: Ledger::default(),
            ends: AtomicBool::new(false),
        });
        let clients = (0..clients).map(|number| {
            let shared = Arc::clone(&shared);
            std::thread::spawn(move || Client::new(number, &shared).work())
        });
        Self {
            clients: clients.collect(),
            shared,
        }
    }

    /// How many reports are acknowledged so far.
    pub fn acknowledged(&self) -> usize {
        self.shared.ledger.acknowledged.lock().expect("the ledger").len()
    }

    /// The reports that are acknowledged so far.
    pub fn reports(&self) -> Vec<Acknowledged> {
        self.shared.ledger.reports()
    }

    /// How many attempts have failed so far.
    pub fn errors(&self) -> usize {
        self.shared.ledger.errors()
    }

    /// Waits until so many more reports are acknowledged.
    pub fn goes_on(&self, reports: usize) {
        let before = self.acknowledged();
        // A busy machine is no fault: it is enough that one comes after the other.
        for more in 1..=reports {
            until("reports go on", || self.acknowledged() >= before + more);
        }
    }

    /// Lets the load go on for a while: what is measured is what happens meanwhile.
    pub fn runs_for(&self, time: Duration) {
        let began = Instant::now();
        while began.elapsed() < time {
            std::thread::sleep(PAUSE);
        }
    }

    /// Lets each client finish what it is at, and gives the ledger.
    pub fn finish(self) -> Ledger {
        self.shared.ends.store(true, Ordering::Release);
        for client in self.clients {
            client.join().expect("a client");
        }
        let shared = Arc::into_inner(self.shared).expect("all clients have ended");
        shared.ledger
    }
}

impl Ledger {
    /// All that was acknowledged.
    pub fn reports(&self) -> Vec<Acknowledged> {
        self.acknowledged.lock().expect("the ledger").clone()
    }

    pub fn requests(&self) -> usize {
        self.requests.load(Ordering::Relaxed)
    }

    /// Attempts that failed: no answer, or one of 500 and above.
    pub fn errors(&self) -> usize {
        self.errors.load(Ordering::Relaxed)
    }

    /// How many of them were followed by a right answer to the same request.
    pub fn cured(&self) -> usize {
        self.cured.load(Ordering::Relaxed)
    }

    /// What trying again did not cure, in words.
    pub fn uncured(&self) -> Vec<String> {
        self.uncured.lock().expect("the ledger").clone()
    }
}

struct Client<'a> {
    number: u32,
    shared: &'a Shared,
    /// The node that it asks, as a place among them.
    node: usize,
    own: Vec<Acknowledged>,
}

impl<'a> Client<'a> {
    fn new(number: u32, shared: &'a Shared) -> Self {
        Self {
            number,
            shared,
            node: number as usize,
            own: Vec::new(),
        }
    }

    fn work(mut self) {
        let mut turn = 0;
        while !self.shared.ends.load(Ordering::Acquire) {
            let which = self.number * 100_000 + turn;
            match turn % 8 {
                5 => self.read(),
                6 => self.receive(which),
                7 => self.open_one(turn),
                4 => self.report(which, false),
                _ => self.report(which, true),
            }
            turn += 1;
        }
    }

    /// Sends a report, with or without a picture.
    fn report(&mut self, which: u32, with_picture: bool) {
        let picture = with_picture.then(|| noise(which));
        let name = format!("skærm-{which}.png");
        let files: Vec<(&str, &[u8])> = picture.iter().map(|bytes| (name.as_str(), &bytes[..])).collect();
        let body = form(&words(which), &files);
        let key = format!("report-{which}");
        let token = &self.shared.tokens.reporter;
        let Some(answer) = self.ask("POST", "/api/v1/reports", token, Some(&key), &body, FORM) else {
            return;
        };
        let receipt = answer.json();
        let (Some(case), 201) = (receipt["case"].as_str(), answer.status) else {
            return self.complain(&format!("report {which}"), &answer);
        };
        let report = Acknowledged {
            case: case.to_owned(),
            which,
            sha256: picture.as_deref().map(sha256),
        };
        let recorded = receipt["exhibits"][0]["sha256"].as_str();
        if recorded != report.sha256.as_deref() {
            self.complain(&format!("the receipt of report {which}"), &answer);
        }
        self.own.push(report.clone());
        self.shared
            .ledger
            .acknowledged
            .lock()
            .expect("the ledger")
            .push(report);
    }

    /// Lists, searches.
    fn read(&mut self) {
        let token = &self.shared.tokens.manager;
        for path in ["/api/v1/cases", "/api/v1/duties", "/api/v1/search?q=henvendelse"] {
            self.expect_ok("GET", path, token, None, b"");
        }
    }

    /// The manager receives the latest case of this client.
    fn receive(&mut self, which: u32) {
        let Some(latest) = self.own.last() else { return };
        let path = format!("/api/v1/cases/{}/commands", latest.case);
        let key = format!("receive-{which}");
        let token = &self.shared.tokens.manager;
        self.expect_ok("POST", &path, token, Some(&key), br#"{"type":"receive"}"#);
    }

    /// Reads a picture back.
    fn open_one(&mut self, turn: u32) {
        let own = &self.own;
        let place = (turn as usize).wrapping_mul(7919) % own.len().max(1);
        let Some(report) = own.get(place).filter(|report| report.sha256.is_some()).cloned() else {
            return;
        };
        let path = format!("/api/v1/cases/{}/exhibits/1/original", report.case);
        let token = &self.shared.tokens.reporter;
        let Some(answer) = self.expect_ok("GET", &path, token, None, b"") else {
            return;
        };
        if Some(sha256(&answer.body)) != report.sha256 {
            self.complain(&format!("{path}: other bytes than were sent"), &answer);
        }
    }

    fn expect_ok(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        key: Option<&str>,
        body: &[u8],
    ) -> Option<Answer> {
        let answer = self.ask(method, path, token, key, body, "application/json")?;
        if answer.status != 200 {
            self.complain(&format!("{method} {path}"), &answer);
            return None;
        }
        Some(answer)
    }

    /// Asks until an answer comes that trying again would not change; nothing if none comes in time.
    fn ask(
        &mut self,
        method: &str,
        path: &str,
        token: &str,
        key: Option<&str>,
        body: &[u8],
        kind: &str,
    ) -> Option<Answer> {
        let head = Head {
            method,
            path,
            token,
            idempotency_key: key,
            body: (method == "POST").then_some((kind, body.len())),
        };
        let (began, mut failed) = (Instant::now(), 0);
        let ledger = &self.shared.ledger;
        loop {
            ledger.requests.fetch_add(1, Ordering::Relaxed);
            let answer = send(self.node(), &head, body);
            let why = match answer {
                Ok(answer) if answer.status < 500 && answer.status != 429 => {
                    ledger.cured.fetch_add(failed, Ordering::Relaxed);
                    return Some(answer);
                }
                Ok(answer) => format!("{} {}", answer.status, String::from_utf8_lossy(&answer.body)),
                Err(error) => error.to_string(),
            };
            failed += 1;
            ledger.errors.fetch_add(1, Ordering::Relaxed);
            if began.elapsed() > PATIENCE {
                let what = format!("{method} {path}: {failed} times: {why}");
                ledger.uncured.lock().expect("the ledger").push(what);
                return None;
            }
            self.node += 1;
            std::thread::sleep(PAUSE);
        }
    }

    fn node(&self) -> SocketAddr {
        let nodes = &self.shared.nodes;
        nodes[self.node % nodes.len()]
    }

    fn complain(&self, what: &str, answer: &Answer) {
        let body = String::from_utf8_lossy(&answer.body);
        let body: String = body.chars().take(300).collect();
        let text = format!("{what}: {} {body}", answer.status);
        self.shared.ledger.uncured.lock().expect("the ledger").push(text);
    }
}

fn send(address: SocketAddr, head: &Head<'_>, body: &[u8]) -> io::Result<Answer> {
    let mut line = Line::begin(address, head)?;
    line.send(body)?;
    line.answer()
}
