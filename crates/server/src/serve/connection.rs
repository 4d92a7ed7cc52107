//! One connection's socket, with a limit for everything that it waits for, and what all of them together hold.

use super::limits::Limits;
use metrics::counter;
use std::collections::HashMap;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::sync::Notify;
use tokio::time::{Instant, Sleep};

/// What a connection waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Phase {
    /// The next request, after an answer.
    Idle,
    /// The rest of a request's headers.
    Head,
    /// An answer.
    Request,
}

/// What a connection does, known to its socket, its requests and the list of all.
#[derive(Debug)]
pub struct Activity {
    phase: Mutex<(Phase, Instant)>,
    closing: Notify,
    /// Whoever read while a request was worked on and so has no time limit: it looks again once the answer has gone.
    reader: Mutex<Option<Waker>>,
}

impl Activity {
    fn new() -> Self {
        Self {
            phase: Mutex::new((Phase::Head, Instant::now())),
            closing: Notify::new(),
            reader: Mutex::default(),
        }
    }

    fn reader(&self) -> MutexGuard<'_, Option<Waker>> {
        self.reader.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn phase(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.phase.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes came: after an answer they are the next request's.
    fn bytes_came(&self) {
        let mut phase = self.phase();
        if phase.0 == Phase::Idle {
            *phase = (Phase::Head, Instant::now());
        }
    }

    /// A request's headers are here; it lasts until the guard is dropped.
    pub fn request(self: &Arc<Self>) -> InRequest {
        *self.phase() = (Phase::Request, Instant::now());
        InRequest(Arc::clone(self))
    }

    /// When what is waited for must be here; none while a request is worked on.
    fn deadline(&self, limits: &Limits) -> Option<Instant> {
        let (phase, since) = *self.phase();
        match phase {
            Phase::Idle => Some(since + limits.idle),
            Phase::Head => Some(since + limits.head),
            Phase::Request => None,
        }
    }

    fn waits_for(&self) -> &'static str {
        match self.phase().0 {
            Phase::Idle => "idle",
            Phase::Head => "head",
            Phase::Request => "answer",
        }
    }

    /// Since when nothing is owed to this connection; none while a request is worked on.
    fn idle_since(&self) -> Option<Instant> {
        let (phase, since) = *self.phase();
        (phase != Phase::Request).then_some(since)
    }

    /// Whether it may be closed without taking an answer from anybody.
    pub fn owes_nothing(&self) -> bool {
        self.idle_since().is_some()
    }

    /// Ends when somebody else needs the place.
    pub async fn asked_to_close(&self) {
        self.closing.notified().await;
    }
}

/// A request is being answered.
#[derive(Debug)]
pub struct InRequest(Arc<Activity>);

impl Drop for InRequest {
    fn drop(&mut self) {
        *self.0.phase() = (Phase::Idle, Instant::now());
        if let Some(reader) = self.0.reader().take() {
            reader.wake();
        }
    }
}

/// All connections of one address, and how many there may be.
#[derive(Debug)]
pub struct Connections {
    most: usize,
    open: Mutex<(u64, HashMap<u64, Arc<Activity>>)>,
}

impl Connections {
    /// A list of at most so many.
    pub fn new(most: usize) -> Arc<Self> {
        let open = Mutex::default();
        Arc::new(Self { most, open })
    }

    fn open(&self) -> MutexGuard<'_, (u64, HashMap<u64, Arc<Activity>>)> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// How many there may be.
    pub fn most(&self) -> usize {
        self.most
    }

    /// How many are open.
    pub fn count(&self) -> usize {
        self.open().1.len()
    }

    /// Makes room where no more files may be open, by closing the idlest; gives whether there was any.
    pub fn close_idlest(&self) -> bool {
        close_idlest(&mut self.open().1)
    }

    /// A place for one more. When all are taken, the one that has waited longest without owing an answer is closed for it; there
    /// is none if all are being answered.
    pub fn enter(self: &Arc<Self>) -> Entrance {
        let mut open = self.open();
        let mut closed_another = false;
        if open.1.len() >= self.most {
            if !close_idlest(&mut open.1) {
                return Entrance::Full;
            }
            closed_another = true;
        }
        let (id, activity) = (open.0, Arc::new(Activity::new()));
        open.0 += 1;
        open.1.insert(id, Arc::clone(&activity));
        drop(open);
        let place = Place {
            connections: Arc::clone(self),
            id,
            activity,
        };
        Entrance::Entered {
            place,
            closed_another,
        }
    }
}

/// Closes the one that has waited longest without being owed an answer, if there is any.
fn close_idlest(open: &mut HashMap<u64, Arc<Activity>>) -> bool {
    let idle = open.iter().filter_map(|(id, one)| Some((one.idle_since()?, *id)));
    let idlest = idle.min().and_then(|(_, id)| open.remove(&id));
    idlest.inspect(|idlest| idlest.closing.notify_one()).is_some()
}

/// What somebody who connects finds.
#[derive(Debug)]
pub enum Entrance {
    Entered {
        place: Place,
        /// The idlest one has been closed to make room.
        closed_another: bool,
    },
    /// Everybody is being answered, and no more can be.
    Full,
}

/// A connection's place in the list, until it is dropped.
#[derive(Debug)]
pub struct Place {
    connections: Arc<Connections>,
    id: u64,
    pub activity: Arc<Activity>,
}

impl Drop for Place {
    fn drop(&mut self) {
        self.connections.open().1.remove(&self.id);
    }
}

/// Waiting that is paid for: it uses up a credit, which bytes earn back. So a stalled line is noticed when the credit is used up, a slow
/// one that keeps to the rate never, and nobody pays for the time in which it is our turn.
#[derive(Debug)]
pub struct Credit {
    most: Duration,
    rate: u32,
    left: Duration,
    since: Option<Instant>,
    timer: Option<Pin<Box<Sleep>>>,
}

impl Credit {
    /// A full credit.
    pub fn new(limits: &Limits) -> Self {
        Self {
            most: limits.stall,
            rate: limits.rate,
            left: limits.stall,
            since: None,
            timer: None,
        }
    }

    /// Bytes went through: what was waited is paid, what came is earned.
    pub fn moved(&mut self, bytes: usize) {
        let waited = self.since.take().map_or(Duration::ZERO, |since| since.elapsed());
        let bytes = u32::try_from(bytes).unwrap_or(u32::MAX);
        let earned = Duration::from_secs(1) * bytes / self.rate.max(1);
        self.left = (self.left.saturating_sub(waited) + earned).min(self.most);
    }

    /// The other side keeps us waiting: ready once there is no credit left.
    pub fn poll_used_up(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let since = *self.since.get_or_insert_with(Instant::now);
        poll_deadline(&mut self.timer, since + self.left, cx)
    }
}

fn poll_deadline(timer: &mut Option<Pin<Box<Sleep>>>, at: Instant, cx: &mut Context<'_>) -> Poll<()> {
    let timer = timer.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(at)));
    if timer.deadline() != at {
        timer.as_mut().reset(at);
    }
    timer.as_mut().poll(cx)
}

/// A socket that gives up when its other side does not keep to the limits: an error of kind [`io::ErrorKind::TimedOut`].
#[derive(Debug)]
pub struct TimedSocket<S> {
    socket: S,
    activity: Arc<Activity>,
    limits: Limits,
    read_timer: Option<Pin<Box<Sleep>>>,
    writing: Credit,
}

impl<S> TimedSocket<S> {
    pub fn new(socket: S, activity: Arc<Activity>, limits: Limits) -> Self {
        Self {
            socket,
            activity,
            limits,
            read_timer: None,
            writing: Credit::new(&limits),
        }
    }

    fn written(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match written {
            Poll::Ready(Ok(bytes)) => self.writing.moved(bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending if self.writing.poll_used_up(cx).is_ready() => {
                counter!("vaern_http_timeouts_total", "what" => "answer").increment(1);
                return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
            }
            Poll::Pending => {}
        }
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for TimedSocket<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.socket).poll_read(cx, buffer);
        if read.is_ready() {
            if buffer.filled().len() > before {
                self.activity.bytes_came();
            }
            return read;
        }
        // Registered before the look, so that an answer that goes in between wakes it.
        *self.activity.reader() = Some(cx.waker().clone());
        let Some(at) = self.activity.deadline(&self.limits) else {
            return Poll::Pending;
        };
        if poll_deadline(&mut self.read_timer, at, cx).is_pending() {
            return Poll::Pending;
        }
        counter!("vaern_http_timeouts_total", "what" => self.activity.waits_for()).increment(1);
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for TimedSocket<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write(cx, bytes);
        self.written(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.socket).poll_write_vectored(cx, bytes);
        self.written(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.socket.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.socket).poll_shutdown(cx)
    }
}
