//! The one way out of the browser: a proxy on this machine that reads what goes through it, also inside TLS, with a certificate
//! that only this browser is told to take. It counts and keeps every byte, and shuts when there are too many or time is up.

use super::message::{certificate, head_of, path_of, strip, towards_site};
use super::upstream::{self, Chain, Site};
use super::{Browser, NoBrowser};
use bytes::Bytes;
use domain::case::witnessed::Stopped;
use futures_util::StreamExt as _;
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt as _, Empty, Full, Limited, StreamBody};
use hyper::body::{Body as _, Frame, Incoming};
use hyper::header;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio_rustls::TlsAcceptor;

/// The most that the browser may send in one request, in bytes.
const SENT: usize = 1024 * 1024;
/// The most requests of one look.
const EXCHANGES: usize = 5_000;
/// One question and its answer.
#[derive(Clone, Debug)]
pub struct Exchange {
    pub url: String,
    /// As they would stand on the line, up to the empty one.
    pub question_head: Vec<u8>,
    pub question: Bytes,
    pub answer_head: Vec<u8>,
    pub answer: Vec<u8>,
    pub status: u16,
    pub media_type: String,
    /// The answer came to its end.
    pub whole: bool,
    /// It was packed, and so not taken.
    pub packed: bool,
    /// How long after the look began the question was put.
    pub after: Duration,
    pub address: String,
}

/// What went through.
#[derive(Clone, Debug, Default)]
pub struct Kept {
    pub exchanges: Vec<Exchange>,
    /// By host and port.
    pub chains: BTreeMap<String, Chain>,
    /// Host and port of connections that were not made, and why.
    pub faults: Vec<(String, Stopped)>,
    /// Host and port of every connection that was asked for.
    asked: Vec<String>,
    pub bytes: u64,
}

impl Kept {
    pub fn hosts(&self) -> Vec<String> {
        let mut hosts: Vec<String> = Vec::new();
        for host in &self.asked {
            if !hosts.contains(host) {
                hosts.push(host.clone());
            }
        }
        hosts
    }
}

/// Why nothing goes through any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shut {
    /// The look is over.
    Done,
    Stopped(Stopped),
}

struct Shared {
    browser: Browser,
    begun: Instant,
    kept: Mutex<Kept>,
    shut: watch::Sender<Option<Shut>>,
    /// The page is on its way: before that only the browser itself asks for anything.
    admits: AtomicBool,
    /// Exchanges under way.
    flying: watch::Sender<usize>,
    tls: TlsAcceptor,
}

/// A running proxy; it ends when this is dropped.
pub struct Proxy {
    shared: Arc<Shared>,
    /// The port on 127.0.0.1.
    pub port: u16,
    /// SHA-256 of the public key of its certificate, as Chromium's setting takes it.
    pub pin: String,
    listening: tokio::task::JoinHandle<()>,
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.shut(Shut::Done);
        self.listening.abort();
    }
}

type Answer = Response<UnsyncBoxBody<Bytes, io::Error>>;

impl Proxy {
    /// Opens it; time runs from now.
    pub async fn open(browser: &Browser) -> Result<Self, NoBrowser> {
        let no = |error: &dyn std::fmt::Display| NoBrowser::NoProxy(error.to_string());
        let (tls, pin) = certificate().map_err(|error| NoBrowser::NoProxy(error.to_string()))?;
        let listener = TcpListener::bind(("127.0.0.1", 0))
            .await
            .map_err(|error| no(&error))?;
        let port = listener.local_addr().map_err(|error| no(&error))?.port();
        let shared = Arc::new(Shared {
            browser: browser.clone(),
            begun: Instant::now(),
            kept: Mutex::default(),
            shut: watch::Sender::new(None),
            admits: AtomicBool::new(false),
            flying: watch::Sender::new(0),
            tls,
        });
        let listening = tokio::spawn(listen(listener, Arc::clone(&shared)));
        Ok(Self {
            shared,
            port,
            pin,
            listening,
        })
    }

    /// Lets through what is asked for from now on.
    pub fn admit(&self) {
        self.shared.admits.store(true, Ordering::Relaxed);
    }

    /// Lets nothing through any more; what is under way breaks off.
    pub fn shut(&self, why: Shut) {
        self.shared.shut(why);
    }

    /// Why it shut, if it did.
    pub fn is_shut(&self) -> Option<Shut> {
        *self.shared.shut.borrow()
    }

    /// Waits until it is shut.
    pub async fn until_shut(&self) {
        let mut shut = self.shared.shut.subscribe();
        // It fails only if the sender is gone, which is here.
        let _ = shut.wait_for(Option::is_some).await;
    }

    /// Waits until nothing has been under way for so long.
    pub async fn quiet(&self, long: Duration) {
        let mut flying = self.shared.flying.subscribe();
        loop {
            if *flying.borrow_and_update() > 0 {
                if flying.changed().await.is_err() {
                    return;
                }
            } else if tokio::time::timeout(long, flying.changed()).await.is_err() {
                return;
            }
        }
    }

    /// What went through so far, taken out.
    pub fn take(&self) -> Kept {
        std::mem::take(&mut *self.shared.kept())
    }
}

impl Shared {
    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn shut(&self, why: Shut) {
        self.shut
            .send_if_modified(|shut| shut.is_none().then(|| *shut = Some(why)).is_some());
    }

    /// Counts bytes that came; how many of them still fit.
    fn count(&self, came: usize) -> usize {
        let limit = self.browser.limits.bytes;
        let mut kept = self.kept();
        let room = limit.saturating_sub(kept.bytes);
        let fits = usize::try_from(room).unwrap_or(usize::MAX).min(came);
        kept.bytes += fits as u64;
        drop(kept);
        if fits < came {
            self.shut(Shut::Stopped(Stopped::TooLarge));
        }
        fits
    }

    async fn connect(&self, host: &str, port: u16, tls: bool) -> io::Result<Site> {
        let place = format!("{host}:{port}");
        if self.shut.borrow().is_some() || !self.admits.load(Ordering::Relaxed) || is_its_own(host) {
            return Err(broken_off());
        }
        self.kept().asked.push(place.clone());
        let mut shut = self.shut.subscribe();
        let connecting = upstream::connect(&self.browser.reach, host, port, tls);
        let connected = tokio::select! {
            connected = connecting => connected,
            _ = shut.wait_for(Option::is_some) => return Err(broken_off()),
        };
        let mut kept = self.kept();
        match connected {
            Ok(site) => {
                if let Some(chain) = &site.chain {
                    kept.chains.entry(place).or_insert_with(|| chain.clone());
                }
                Ok(site)
            }
            Err(why) => {
                kept.faults.push((place, why));
                Err(broken_off())
            }
        }
    }
}

/// Services that Chromium asks of its own accord, whatever it is told, and that no page lies at; the first is where it is told
/// that it signs in, which it would ask of Google otherwise.
fn is_its_own(host: &str) -> bool {
    matches!(
        host,
        "vaern.invalid"
            | "update.googleapis.com"
            | "optimizationguide-pa.googleapis.com"
            | "safebrowsing.googleapis.com"
            | "content-autofill.googleapis.com"
            | "clients2.google.com"
            | "edgedl.me.gvt1.com"
            | "redirector.gvt1.com"
    )
}

fn broken_off() -> io::Error {
    io::Error::other("broken off")
}

/// One exchange under way.
struct Flying(Arc<Shared>);

impl Flying {
    fn up(shared: &Arc<Shared>) -> Self {
        shared.flying.send_modify(|flying| *flying += 1);
        Self(Arc::clone(shared))
    }
}

impl Drop for Flying {
    fn drop(&mut self) {
        self.0
            .flying
            .send_modify(|flying| *flying = flying.saturating_sub(1));
    }
}

async fn listen(listener: TcpListener, shared: Arc<Shared>) {
    while let Ok((stream, _)) = listener.accept().await {
        let shared = Arc::clone(&shared);
        tokio::spawn(async move {
            let outer = Arc::clone(&shared);
            let service = service_fn(move |request| from_browser(Arc::clone(&outer), request));
            let serving = hyper::server::conn::http1::Builder::new()
                .serve_connection(TokioIo::new(stream), service)
                .with_upgrades();
            // That the browser went away is no news.
            let _ = serving.await;
        });
    }
}

/// A tunnel that is asked for, or a plain question.
async fn from_browser(shared: Arc<Shared>, request: Request<Incoming>) -> io::Result<Answer> {
    if request.method() != Method::CONNECT {
        let flying = Flying::up(&shared);
        let uri = request.uri().clone();
        let host = uri
            .host()
            .filter(|_| uri.scheme_str() == Some("http"))
            .ok_or_else(broken_off)?;
        let host = host.trim_matches(['[', ']']).to_owned();
        let mut site = shared.connect(&host, uri.port_u16().unwrap_or(80), false).await?;
        return ask(&shared, flying, &mut site, uri.to_string(), request).await;
    }
    let place = request.uri().authority().ok_or_else(broken_off)?.clone();
    let (host, port) = (
        place.host().trim_matches(['[', ']']).to_owned(),
        place.port_u16().unwrap_or(443),
    );
    let connecting = Flying::up(&shared);
    let Ok(site) = shared.connect(&host, port, true).await else {
        return Ok(empty(StatusCode::BAD_GATEWAY));
    };
    tokio::spawn(async move {
        let Ok(upgraded) = hyper::upgrade::on(request).await else {
            return;
        };
        let Ok(stream) = shared.tls.accept(TokioIo::new(upgraded)).await else {
            return;
        };
        drop(connecting);
        let origin = if port == 443 {
            format!("https://{}", place.host())
        } else {
            format!("https://{}:{port}", place.host())
        };
        let tunnel = Arc::new(Tunnel {
            shared,
            host,
            port,
            origin,
            site: tokio::sync::Mutex::new(Some(site)),
        });
        let service = service_fn(move |request| in_tunnel(Arc::clone(&tunnel), request));
        let serving =
            hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), service);
        let _ = serving.await;
    });
    Ok(empty(StatusCode::OK))
}

/// A TLS connection of the browser, and ours that belongs to it.
struct Tunnel {
    shared: Arc<Shared>,
    host: String,
    port: u16,
    origin: String,
    site: tokio::sync::Mutex<Option<Site>>,
}

async fn in_tunnel(tunnel: Arc<Tunnel>, request: Request<Incoming>) -> io::Result<Answer> {
    let flying = Flying::up(&tunnel.shared);
    let mut site = tunnel.site.lock().await;
    let is_open = match site.as_mut() {
        Some(site) => site.sender.ready().await.is_ok(),
        None => false,
    };
    if !is_open {
        // Asked and judged anew, as every connection.
        *site = Some(tunnel.shared.connect(&tunnel.host, tunnel.port, true).await?);
    }
    let site = site.as_mut().ok_or_else(broken_off)?;
    let path = request.uri().path_and_query().map_or("/", |path| path.as_str());
    let url = format!("{}{path}", tunnel.origin);
    ask(&tunnel.shared, flying, site, url, request).await
}

/// Puts one question to a site, and hands on what it answers while keeping it.
async fn ask(
    shared: &Arc<Shared>,
    flying: Flying,
    site: &mut Site,
    url: String,
    request: Request<Incoming>,
) -> io::Result<Answer> {
    let after = shared.begun.elapsed();
    let (head, body) = request.into_parts();
    let question = Limited::new(body, SENT)
        .collect()
        .await
        .map_err(|_| broken_off())?
        .to_bytes();
    let mut asked = Request::new(Full::new(question.clone()));
    *asked.method_mut() = head.method.clone();
    *asked.uri_mut() = path_of(&head.uri);
    *asked.headers_mut() = towards_site(head.headers);
    let question_head = head_of(
        &format!("{} {} HTTP/1.1", head.method, asked.uri()),
        asked.headers(),
    );

    let mut shut = shared.shut.subscribe();
    let answer = tokio::select! {
        answer = site.sender.send_request(asked) => answer.map_err(|_| broken_off())?,
        _ = shut.wait_for(Option::is_some) => return Err(broken_off()),
    };
    let (mut answered, body) = answer.into_parts();
    let line = format!(
        "HTTP/1.1 {} {}",
        answered.status.as_u16(),
        answered.status.canonical_reason().unwrap_or_default()
    );
    let is_packed = answered
        .headers
        .get_all(header::CONTENT_ENCODING)
        .iter()
        .any(|packing| !packing.as_bytes().eq_ignore_ascii_case(b"identity"));
    strip(&mut answered.headers);
    let answer_head = head_of(&line, &answered.headers);
    if shared.count(answer_head.len()) < answer_head.len() {
        return Err(broken_off());
    }
    let media_type = answered.headers.get(header::CONTENT_TYPE);
    let media_type = media_type
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    let exchange = Exchange {
        url,
        question_head,
        question,
        answer_head,
        answer: Vec::new(),
        status: answered.status.as_u16(),
        media_type,
        whole: body.is_end_stream(),
        packed: is_packed,
        after,
        address: site.address.ip().to_string(),
    };
    let place = keep(shared, exchange)?;
    if is_packed {
        // What it unpacks to can't be bounded before it is unpacked, and it was asked not to be packed.
        return Err(broken_off());
    }
    let body = handed_on(Arc::clone(shared), flying, place, body);
    Ok(Response::from_parts(answered, body))
}

fn keep(shared: &Shared, exchange: Exchange) -> io::Result<usize> {
    let mut kept = shared.kept();
    if kept.exchanges.len() >= EXCHANGES {
        drop(kept);
        shared.shut(Shut::Stopped(Stopped::TooLarge));
        return Err(broken_off());
    }
    kept.exchanges.push(exchange);
    Ok(kept.exchanges.len() - 1)
}

/// The body, kept as it passes; it breaks off when the proxy shuts.
fn handed_on(
    shared: Arc<Shared>,
    flying: Flying,
    place: usize,
    body: Incoming,
) -> UnsyncBoxBody<Bytes, io::Error> {
    let shut = shared.shut.subscribe();
    let passing = (shared, flying, body, shut);
    let frames = futures_util::stream::unfold(Some(passing), move |passing| async move {
        let (shared, flying, mut body, mut shut) = passing?;
        let frame = tokio::select! {
            frame = body.frame() => frame,
            _ = shut.wait_for(Option::is_some) => Some(Ok(Frame::data(Bytes::new()))),
        };
        let is_shut = shared.shut.borrow().is_some();
        match frame {
            _ if is_shut => Some((Err(broken_off()), None)),
            None => {
                if let Some(exchange) = shared.kept().exchanges.get_mut(place) {
                    exchange.whole = true;
                }
                None
            }
            Some(Err(_)) => Some((Err(broken_off()), None)),
            Some(Ok(frame)) => {
                let Some(data) = frame.data_ref() else {
                    return Some((Ok(Frame::data(Bytes::new())), Some((shared, flying, body, shut))));
                };
                let fits = shared.count(data.len());
                if let Some(exchange) = shared.kept().exchanges.get_mut(place) {
                    exchange.answer.extend_from_slice(&data[..fits]);
                    // Nobody asks for the end of what says its length.
                    exchange.whole = body.is_end_stream() && fits == data.len();
                }
                Some((Ok(frame), Some((shared, flying, body, shut))))
            }
        }
    });
    StreamBody::new(frames.boxed()).boxed_unsync()
}

fn empty(status: StatusCode) -> Answer {
    let mut answer = Response::new(Empty::new().map_err(|never| match never {}).boxed_unsync());
    *answer.status_mut() = status;
    answer
}
