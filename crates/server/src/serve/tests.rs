//! The HTTP server among clients that do not keep to anything, over real sockets, with limits that are short.

use super::accept::{Door, accept};
use super::connection::Connections;
use super::limits::Limits;
use super::shutdown::{Shutdown, Stage};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::routing::{get, post};
use http::StatusCode;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

const SHORT: Duration = Duration::from_millis(200);
/// Longer than any test takes.
const LONG: Duration = Duration::from_secs(600);

const PATIENT: Limits = Limits {
    head: LONG,
    idle: LONG,
    stall: LONG,
    rate: 1_000,
};

struct Server {
    address: SocketAddr,
    connections: Arc<Connections>,
    shutdown: Shutdown,
    /// Requests that came as far as their handler.
    begun: Arc<AtomicUsize>,
}

/// Serves `/`, `/take` (says how many bytes came, or that none more did), `/large` and `/never`.
async fn server(limits: Limits, most: usize) -> Server {
    let begun = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&begun);
    let router = Router::new()
        .route("/", get(async || "ok"))
        .route("/take", post(take))
        .route("/large", get(async || Body::from(vec![7; 64 << 20])))
        .route(
            "/never",
            get(async || std::future::pending::<&'static str>().await),
        )
        .layer(axum::middleware::map_request(move |request: Request| {
            counted.fetch_add(1, Ordering::AcqRel);
            std::future::ready(request)
        }));
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (address, shutdown) = (listener.local_addr().unwrap(), Shutdown::new());
    let connections = Connections::new(most);
    let door = Door {
        router,
        limits,
        connections: Arc::clone(&connections),
    };
    tokio::spawn(accept(listener, door, shutdown.guest()));
    Server {
        address,
        connections,
        shutdown,
        begun,
    }
}

async fn take(request: Request) -> (StatusCode, String) {
    match axum::body::to_bytes(request.into_body(), usize::MAX).await {
        Ok(bytes) => (StatusCode::OK, Bytes::len(&bytes).to_string()),
        Err(error) => (StatusCode::REQUEST_TIMEOUT, format!("{error:?}")),
    }
}

impl Server {
    async fn client(&self) -> TcpStream {
        TcpStream::connect(self.address).await.unwrap()
    }

    /// One request, answered and closed.
    async fn asked(&self, path: &str) -> String {
        let mut client = self.client().await;
        say(
            &mut client,
            &format!("GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"),
        )
        .await;
        to_the_end(&mut client).await
    }

    async fn until_begun(&self, count: usize) {
        while self.begun.load(Ordering::Acquire) != count {
            tokio::task::yield_now().await;
        }
    }

    async fn until_open(&self, count: usize) {
        while self.connections.count() != count {
            tokio::task::yield_now().await;
        }
    }
}

async fn say(client: &mut TcpStream, words: &str) {
    client.write_all(words.as_bytes()).await.unwrap();
}

/// What still comes until the other side closes, orderly or not.
async fn to_the_end(client: &mut TcpStream) -> String {
    let mut all = Vec::new();
    client.read_to_end(&mut all).await.ok();
    String::from_utf8_lossy(&all).into_owned()
}

/// What comes up to these words.
async fn until_said(client: &mut TcpStream, words: &str) {
    let mut all = Vec::new();
    while !String::from_utf8_lossy(&all).contains(words) {
        assert_ne!(
            client.read_buf(&mut all).await.unwrap(),
            0,
            "closed before {words}"
        );
    }
}

const KEEP: &str = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";

#[tokio::test]
async fn silence_and_half_headers_are_closed() {
    let server = server(
        Limits {
            head: SHORT,
            ..PATIENT
        },
        100,
    )
    .await;
    let mut silent = server.client().await;
    let mut half = server.client().await;
    say(&mut half, "GET / HTTP/1.1\r\nHost:").await;
    assert_eq!(to_the_end(&mut silent).await, "");
    assert_eq!(to_the_end(&mut half).await, "");
    // A header line every now and then does not help.
    let mut dripping = server.client().await;
    let mut closed = false;
    say(&mut dripping, "GET / HTTP/1.1\r\n").await;
    while !closed {
        closed = dripping.write_all(b"X-A: b\r\n").await.is_err();
        tokio::task::yield_now().await;
    }
    server.until_open(0).await;
}

#[tokio::test]
async fn an_idle_connection_is_closed() {
    let limits = Limits {
        idle: SHORT,
        ..PATIENT
    };
    let server = server(limits, 100).await;
    let mut idle = server.client().await;
    say(&mut idle, KEEP).await;
    until_said(&mut idle, "\r\n\r\nok").await;
    assert_eq!(to_the_end(&mut idle).await, "");
    server.until_open(0).await;
}

/// The server may still be finishing its answer when the next request's first half comes: closed by one limit or the other.
#[tokio::test]
async fn half_the_next_request_is_closed() {
    let limits = Limits {
        head: SHORT,
        idle: SHORT,
        ..PATIENT
    };
    let server = server(limits, 100).await;
    let mut half = server.client().await;
    say(&mut half, KEEP).await;
    until_said(&mut half, "\r\n\r\nok").await;
    say(&mut half, "GET / HTTP/1.1\r\nHost:").await;
    assert_eq!(to_the_end(&mut half).await, "");
    server.until_open(0).await;
}

#[tokio::test]
async fn a_stalled_body_is_an_error_to_its_handler_and_answered() {
    let limits = Limits {
        stall: SHORT,
        ..PATIENT
    };
    let server = server(limits, 100).await;
    let mut stalled = server.client().await;
    say(
        &mut stalled,
        "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000\r\n\r\nabc",
    )
    .await;
    let answer = to_the_end(&mut stalled).await;
    assert!(
        answer.starts_with("HTTP/1.1 408 ") && answer.contains("Stalled"),
        "{answer}"
    );
    server.until_open(0).await;
}

#[tokio::test]
async fn a_slow_body_that_keeps_to_the_rate_takes_as_long_as_it_takes() {
    let limits = Limits {
        stall: SHORT,
        rate: 1_000,
        ..PATIENT
    };
    let server = server(limits, 100).await;
    let mut slow = server.client().await;
    say(
        &mut slow,
        "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 4000\r\n\r\n",
    )
    .await;
    let began = std::time::Instant::now();
    // 200 bytes earn as much time as the credit is long, so each comes well before the end of it.
    for _ in 0..20 {
        say(&mut slow, &"x".repeat(200)).await;
        tokio::time::sleep(SHORT / 4).await;
    }
    assert!(began.elapsed() > SHORT * 2, "longer than a stall");
    until_said(&mut slow, "4000").await;
}

#[tokio::test]
async fn whoever_does_not_read_the_answer_is_let_go() {
    let limits = Limits {
        stall: SHORT,
        ..PATIENT
    };
    let server = server(limits, 100).await;
    let mut deaf = server.client().await;
    say(&mut deaf, "GET /large HTTP/1.1\r\nHost: x\r\n\r\n").await;
    server.until_open(1).await;
    server.until_open(0).await;
    assert!(to_the_end(&mut deaf).await.len() < 64 << 20);
}

#[tokio::test]
async fn when_all_places_are_taken_the_idlest_makes_room() {
    let server = server(PATIENT, 4).await;
    let mut idle = server.client().await;
    server.until_open(1).await;
    let mut others = Vec::new();
    for open in 2..=4 {
        others.push(server.client().await);
        server.until_open(open).await;
    }
    assert!(server.asked("/").await.ends_with("ok"));
    assert_eq!(to_the_end(&mut idle).await, "");
    server.until_open(3).await;
    for other in &mut others {
        say(other, KEEP).await;
        until_said(other, "\r\n\r\nok").await;
    }
}

#[tokio::test]
async fn when_everybody_is_being_answered_others_hear_that_it_is_busy() {
    let server = server(PATIENT, 2).await;
    let mut waiting = Vec::new();
    for begun in 1..=2 {
        let mut client = server.client().await;
        say(&mut client, "GET /never HTTP/1.1\r\nHost: x\r\n\r\n").await;
        server.until_begun(begun).await;
        waiting.push(client);
    }
    // Whoever is turned away before having asked reads the answer in peace.
    let mut third = server.client().await;
    let answer = to_the_end(&mut third).await;
    assert!(
        answer.starts_with("HTTP/1.1 503 ") && answer.contains("Retry-After: 1"),
        "{answer}"
    );
    let (_, words) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        answer.contains(&format!("Content-Length: {}\r\n", words.len())),
        "{answer}"
    );
    assert_eq!(server.connections.count(), 2);
}

#[tokio::test]
async fn draining_finishes_what_has_begun_and_leaves_the_rest() {
    let server = server(PATIENT, 100).await;
    let mut idle = server.client().await;
    say(&mut idle, KEEP).await;
    until_said(&mut idle, "\r\n\r\nok").await;
    let mut silent = server.client().await;
    let mut sending = server.client().await;
    say(
        &mut sending,
        "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc",
    )
    .await;
    server.until_open(3).await;
    server.until_begun(2).await;
    server.shutdown.go_to(Stage::Draining);
    assert_eq!(to_the_end(&mut idle).await, "");
    assert_eq!(to_the_end(&mut silent).await, "");
    say(&mut sending, "def").await;
    let answer = to_the_end(&mut sending).await;
    assert!(answer.ends_with("\r\n\r\n6"), "{answer}");
    server.shutdown.all_done().await;
}

#[tokio::test]
async fn what_is_never_finished_is_cut_off() {
    let server = server(PATIENT, 100).await;
    let mut stalled = server.client().await;
    say(
        &mut stalled,
        "POST /take HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\nabc",
    )
    .await;
    server.until_begun(1).await;
    server.shutdown.go_to(Stage::Cut);
    assert_eq!(to_the_end(&mut stalled).await, "");
    server.until_open(0).await;
}
