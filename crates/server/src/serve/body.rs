//! What a request brings, at the least rate that is waited for.

use super::connection::Credit;
use super::limits::Limits;
use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use web::Stalled;

/// A body that ends with an error when its sender stalls.
#[derive(Debug)]
pub struct PacedBody<B> {
    body: B,
    credit: Credit,
    stalled: Stalled,
}

/// Why a body ended before its end.
#[derive(Debug, thiserror::Error)]
pub enum BodyError<E> {
    #[error("the sender stalled")]
    Stalled,
    #[error(transparent)]
    Broken(E),
}

impl<B> PacedBody<B> {
    /// Paces this body; that it stalled is said by `stalled` too, to whoever answers.
    pub fn new(body: B, limits: &Limits, stalled: Stalled) -> Self {
        let credit = Credit::new(limits);
        Self {
            body,
            credit,
            stalled,
        }
    }
}

impl<B: Body<Data = Bytes> + Unpin> Body for PacedBody<B> {
    type Data = Bytes;
    type Error = BodyError<B::Error>;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        match Pin::new(&mut self.body).poll_frame(cx) {
            Poll::Ready(frame) => {
                let bytes = match &frame {
                    Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
                    _ => 0,
                };
                self.credit.moved(bytes);
                Poll::Ready(frame.map(|frame| frame.map_err(BodyError::Broken)))
            }
            Poll::Pending => {
                ready!(self.credit.poll_used_up(cx));
                self.stalled.set();
                metrics::counter!("vaern_http_timeouts_total", "what" => "body").increment(1);
                Poll::Ready(Some(Err(BodyError::Stalled)))
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// An answer on its way: what it holds is let go when it has been sent, or can't be.
#[derive(Debug)]
pub struct HoldingBody<B, H> {
    body: B,
    _held: H,
}

impl<B, H> HoldingBody<B, H> {
    pub fn new(body: B, held: H) -> Self {
        Self { body, _held: held }
    }
}

impl<B: Body + Unpin, H: Unpin> Body for HoldingBody<B, H> {
    type Data = B::Data;
    type Error = B::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<B::Data>, B::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
