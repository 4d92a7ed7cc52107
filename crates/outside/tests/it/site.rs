//! Web sites of a test's own, each on a thread, and who they are called.

use outside::witness::Names;
use sha2::{Digest as _, Sha256};
use std::collections::{HashMap, VecDeque};
use std::io::{BufRead as _, BufReader, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::sync::{Arc, Mutex};
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};

/// A running site.
pub struct Site {
    pub port: u16,
    scheme: &'static str,
    asked: Arc<Mutex<Vec<String>>>,
}

/// A certificate of its own for one host.
pub struct Tls {
    certificate: CertificateDer<'static>,
    key: Vec<u8>,
}

impl Tls {
    pub fn for_host(host: &str) -> Self {
        let made = rcgen::generate_simple_self_signed([host.to_owned()]).unwrap();
        Self {
            certificate: made.cert.der().clone(),
            key: made.signing_key.serialize_der(),
        }
    }

    pub fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.clone()).unwrap();
        roots
    }

    pub fn sha256(&self) -> String {
        hex::encode(Sha256::digest(&self.certificate))
    }

    fn config(&self) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(self.key.clone()));
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key);
        Arc::new(config.unwrap())
    }
}

/// A page with this inside.
pub fn page(inside: &str) -> Vec<u8> {
    let html = format!("<!doctype html><meta charset=utf-8>{inside}");
    let head = "HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length:";
    format!("{head} {}\r\n\r\n{html}", html.len()).into_bytes()
}

/// Who is called what: each time a name is asked for it gives the next of its addresses, and the last for ever.
pub fn names(told: &[(&str, &[IpAddr])]) -> Names {
    let mut known: HashMap<String, VecDeque<Vec<IpAddr>>> = HashMap::new();
    for (name, addresses) in told {
        known
            .entry((*name).to_owned())
            .or_default()
            .push_back(addresses.to_vec());
    }
    let known = Mutex::new(known);
    Arc::new(move |host: String, port| {
        let found = match (host.parse::<IpAddr>(), host.as_str()) {
            (Ok(address), _) => vec![address],
            (_, "localhost" | "0" | "127.1") => vec![IpAddr::from([127, 0, 0, 1])],
            _ => {
                let mut known = known.lock().unwrap();
                match known.get_mut(&host) {
                    Some(turns) if turns.len() > 1 => turns.pop_front().unwrap(),
                    Some(turns) => turns[0].clone(),
                    None => Vec::new(),
                }
            }
        };
        let found: Vec<SocketAddr> = found
            .into_iter()
            .map(|address| SocketAddr::new(address, port))
            .collect();
        Box::pin(async move { Ok(found) })
    })
}

impl Site {
    /// Answers each path with the bytes that `answer` gives.
    pub fn serve(at: IpAddr, answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        Self::run(at, None, move |path, stream| {
            let _ = stream.write_all(&answer(path));
            false
        })
    }

    /// The same over TLS.
    pub fn serve_tls(
        at: IpAddr,
        tls: &Tls,
        answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::run(at, Some(tls.config()), move |path, stream| {
            stream.write_all(&answer(path)).is_ok()
        })
    }

    /// Begins to answer, and goes on with a word at a time for as long as somebody listens.
    pub fn drip(at: IpAddr, beginning: &'static str, word: &'static str) -> Self {
        Self::run(at, None, move |_, stream| {
            let mut goes_on = stream.write_all(beginning.as_bytes()).is_ok();
            while goes_on {
                std::thread::park_timeout(std::time::Duration::from_millis(100));
                goes_on = stream.write_all(word.as_bytes()).is_ok();
            }
            false
        })
    }

    /// Answers with the same piece over and over, as fast as it is taken.
    pub fn flood(at: IpAddr, head: &'static str, piece: &'static [u8]) -> Self {
        Self::run(at, None, move |_, stream| {
            let mut goes_on = stream.write_all(head.as_bytes()).is_ok();
            while goes_on {
                goes_on = stream.write_all(piece).is_ok();
            }
            false
        })
    }

    fn run(
        at: IpAddr,
        tls: Option<Arc<ServerConfig>>,
        answer: impl Fn(&str, &mut dyn Write) -> bool + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((at, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (noted, answer) = (Arc::clone(&asked), Arc::new(answer));
        let scheme = if tls.is_some() { "https" } else { "http" };
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (noted, answer, tls) = (Arc::clone(&noted), Arc::clone(&answer), tls.clone());
                std::thread::spawn(move || match tls {
                    None => talk(stream, &noted, &*answer),
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        talk(StreamOwned::new(connection, stream), &noted, &*answer);
                    }
                });
            }
        });
        Self { port, scheme, asked }
    }

    /// The address of a path, by this name.
    pub fn link(&self, host: &str, path: &str) -> String {
        format!("{}://{host}:{}{path}", self.scheme, self.port)
    }

    pub fn was_asked(&self, path: &str) -> bool {
        self.asked.lock().unwrap().iter().any(|asked| asked == path)
    }
}

/// One question after the other, as long as the answers leave the connection open.
fn talk(
    stream: impl Read + Write,
    asked: &Mutex<Vec<String>>,
    answer: &dyn Fn(&str, &mut dyn Write) -> bool,
) {
    let mut stream = BufReader::new(stream);
    loop {
        let mut first = String::new();
        if stream.read_line(&mut first).unwrap_or(0) == 0 {
            return;
        }
        let mut line = String::new();
        while line != "\r\n" {
            line.clear();
            if stream.read_line(&mut line).unwrap_or(0) == 0 {
                return;
            }
        }
        let path = first.split(' ').nth(1).unwrap_or("/").to_owned();
        asked.lock().unwrap().push(path.clone());
        if !answer(&path, stream.get_mut()) || stream.get_mut().flush().is_err() {
            return;
        }
    }
}
