//! Taking connections and answering what they ask, each within its limits.

use super::body::{HoldingBody, PacedBody};
use super::connection::{Activity, Connections, Entrance, Place, TimedSocket};
use super::limits::Limits;
use super::shutdown::{Guest, Stage};
use app::Quiet;
use axum::Router;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use rustix::io::Errno;
use rustix::net::sockopt;
use std::convert::Infallible;
use std::io::{self, Write as _};
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt as _;
use web::{Held, Stalled};

/// How long to wait after a connection could not be taken, as when no more files may be open.
const AFTER_ERROR: Duration = Duration::from_millis(200);
/// When the system asks a silent other side whether it is still there, how often, and how many times in vain.
const KEEPALIVE: (Duration, Duration, u32) = (Duration::from_secs(60), Duration::from_secs(15), 4);

/// What is answered when nobody can be let in.
const FULL: &[u8] =
    b"HTTP/1.1 503 Service Unavailable\r\nConnection: close\r\nRetry-After: 1\r\nCache-Control: no-store\r\n\
    Content-Type: text/plain; charset=utf-8\r\nContent-Length: 72\r\n\r\n\
    Der er travlt. Pr\xc3\xb8v igen om lidt. \xc2\xb7 Busy just now. Try again shortly.\n";

/// What is served on one address, and how.
#[derive(Clone)]
pub struct Door {
    pub router: Router,
    pub limits: Limits,
    pub connections: Arc<Connections>,
}

/// Serves until the server no longer takes connections; those that are open go on until they are done or cut off.
pub async fn accept(listener: TcpListener, door: Door, guest: Guest) {
    let (full, troubled) = (Quiet::default(), Quiet::default());
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = guest.reached(Stage::Draining) => return,
        };
        match accepted {
            Ok((stream, _)) => enter(stream, &door, &guest, &full).await,
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                turned_away("error");
                if is_out_of_files(&error) {
                    door.connections.close_idlest();
                }
                if let Some(times) = troubled.once_a_minute() {
                    tracing::error!(%error, times, open = door.connections.count(), "connections can't be taken");
                }
                tokio::time::sleep(AFTER_ERROR).await;
            }
        }
    }
}

async fn enter(stream: TcpStream, door: &Door, guest: &Guest, full: &Quiet) {
    match door.connections.enter() {
        Entrance::Entered {
            place,
            closed_another,
        } => {
            tokio::spawn(serve(stream, place, door.clone(), guest.clone()));
            if closed_another {
                turned_away("idle");
                if let Some(times) = full.once_a_minute() {
                    tracing::warn!(
                        times,
                        open = door.connections.count(),
                        "as many connections as there may be (VAERN_CONNECTIONS): idle ones are closed for new ones"
                    );
                }
                // Its socket is closed before the next one is taken.
                tokio::task::yield_now().await;
            }
        }
        Entrance::Full => {
            turned_away("full");
            if let Some(times) = full.once_a_minute() {
                tracing::error!(
                    times,
                    open = door.connections.count(),
                    "all connections are being answered (VAERN_CONNECTIONS): others are turned away with 503"
                );
            }
            refuse(stream);
        }
    }
}

fn turned_away(how: &'static str) {
    metrics::counter!("vaern_http_connections_turned_away_total", "how" => how).increment(1);
}

/// Says so without waiting for anything: a socket that has just been connected takes as much as this.
fn refuse(stream: TcpStream) {
    let said = stream.into_std().and_then(|mut stream| {
        stream.write_all(FULL)?;
        stream.shutdown(std::net::Shutdown::Write)
    });
    // Whoever has gone already needs no answer.
    drop(said);
}

/// Errors that say something of one connection alone.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionRefused
            | io::ErrorKind::ConnectionAborted
            | io::ErrorKind::ConnectionReset
            | io::ErrorKind::Interrupted
    )
}

/// No more files may be open, in this process or on the machine.
fn is_out_of_files(error: &io::Error) -> bool {
    let code = error.raw_os_error();
    [Errno::MFILE, Errno::NFILE]
        .iter()
        .any(|errno| code == Some(errno.raw_os_error()))
}

/// Has the system notice that the other side is gone.
fn keep_alive(stream: &TcpStream) -> io::Result<()> {
    let (idle, between, times) = KEEPALIVE;
    stream.set_nodelay(true)?;
    sockopt::set_socket_keepalive(stream, true)?;
    sockopt::set_tcp_keepidle(stream, idle)?;
    sockopt::set_tcp_keepintvl(stream, between)?;
    Ok(sockopt::set_tcp_keepcnt(stream, times)?)
}

/// Answers one connection's requests, one after the other.
async fn serve(stream: TcpStream, place: Place, door: Door, guest: Guest) {
    if let Err(error) = keep_alive(&stream) {
        tracing::debug!(%error, "a connection without keepalive");
    }
    let activity = Arc::clone(&place.activity);
    let socket = TimedSocket::new(stream, Arc::clone(&activity), door.limits);
    let service = service_fn(|request| {
        let (router, limits) = (door.router.clone(), door.limits);
        answer(request, router, limits, Arc::clone(&activity), guest.clone())
    });
    let mut builder = http1::Builder::new();
    // Our socket has limits of its own, which tell waiting for headers from waiting for a request.
    builder.timer(TokioTimer::new()).header_read_timeout(None);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(socket), service));
    let mut draining = false;
    loop {
        tokio::select! {
            ended = connection.as_mut() => {
                if let Err(error) = ended {
                    tracing::debug!(%error, "a connection ended");
                }
                return;
            }
            () = guest.reached(Stage::Draining), if !draining => {
                draining = true;
                connection.as_mut().graceful_shutdown();
                // Half a request can be sent again.
                if activity.owes_nothing() {
                    return;
                }
            }
            () = activity.asked_to_close() => if activity.owes_nothing() { return },
            () = guest.reached(Stage::Cut) => return,
        }
    }
}

async fn answer(
    request: http::Request<Incoming>,
    router: Router,
    limits: Limits,
    activity: Arc<Activity>,
    guest: Guest,
) -> Result<http::Response<HoldingBody<axum::body::Body, impl Send + Unpin>>, Infallible> {
    let in_request = activity.request();
    let stalled = Stalled::default();
    let mut request = request.map(|body| PacedBody::new(body, &limits, stalled.clone()));
    request.extensions_mut().insert(stalled);
    request.extensions_mut().insert(Held::new(guest.clone()));
    let response = router.oneshot(request).await?;
    Ok(response.map(|body| HoldingBody::new(body, (in_request, guest))))
}
