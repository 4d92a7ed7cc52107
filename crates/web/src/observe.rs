//! What every request leaves behind: a number that it can be found by, a line in the log and counts. None of it says who asked, or of
//! what: a route is its template, never the address.

use app::App;
use axum::extract::{MatchedPath, Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use metrics::{counter, gauge, histogram};
use std::fmt;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument as _;

/// The header that carries the number, in and out.
static HEADER: HeaderName = HeaderName::from_static("x-request-id");
/// The longest number that is taken from a proxy.
const LONGEST: usize = 64;
/// What the route is called when there is none.
const UNMATCHED: &str = "unmatched";

/// The number of a request, by which its lines are found in the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(Arc<str>);

impl RequestId {
    /// That of a request; none if it did not come through [`observe`].
    pub fn of(request: &Request) -> Option<Self> {
        request.extensions().get::<Self>().cloned()
    }

    /// What a proxy before us has given it, if that is short and plain.
    fn given(headers: &HeaderMap) -> Option<Self> {
        let given = headers.get(&HEADER)?.to_str().ok()?;
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        let good = !given.is_empty() && given.len() <= LONGEST && given.bytes().all(plain);
        good.then(|| Self(given.into()))
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Numbers the request, counts it, and writes its line.
pub async fn observe(State(app): State<Arc<App>>, mut request: Request, next: Next) -> Response {
    let id = RequestId::given(request.headers()).unwrap_or_else(|| RequestId(app.new_request_id().into()));
    let method = method(request.method());
    let route = route(request.extensions().get::<MatchedPath>());
    request.extensions_mut().insert(id.clone());
    // Whatever is logged at all is logged with this.
    let span = tracing::error_span!("request", %id, method, route = %route);
    let (began, in_flight) = (Instant::now(), InFlight::begin());
    let mut response = next.run(request).instrument(span.clone()).await;
    drop(in_flight);
    let (took, status) = (began.elapsed(), response.status().as_u16());
    span.in_scope(|| {
        if response.status() == StatusCode::INSUFFICIENT_STORAGE {
            app.disk_is_full();
        }
        let took = took.as_millis();
        if app.logs_access() {
            tracing::info!(target: "vaern::access", status, took, "answered");
        } else {
            tracing::debug!(target: "vaern::access", status, took, "answered");
        }
    });
    let labels = [("method", method.to_owned()), ("route", route.to_string())];
    histogram!("vaern_http_request_duration_seconds", &labels).record(took.as_secs_f64());
    let [method, route] = labels;
    let labels = [method, route, ("status", status.to_string())];
    counter!("vaern_http_requests_total", &labels).increment(1);
    if let Ok(id) = HeaderValue::from_str(&id.0) {
        response.headers_mut().insert(HEADER.clone(), id);
    }
    response
}

/// Methods that mean something here; a client may make up others without end.
fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The route's template, so that no address is in a log or a label.
fn route(matched: Option<&MatchedPath>) -> Arc<str> {
    matched.map_or(UNMATCHED, MatchedPath::as_str).into()
}

/// A request that is being worked on, for as long as somebody waits for its answer.
struct InFlight;

impl InFlight {
    fn begin() -> Self {
        gauge!("vaern_http_requests_in_flight").increment(1.0);
        Self
    }
}

impl Drop for InFlight {
    fn drop(&mut self) {
        gauge!("vaern_http_requests_in_flight").decrement(1.0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_proxy_s_number_is_taken_only_if_it_is_short_and_plain() {
        let given = |text: &str| {
            let value = HeaderValue::from_bytes(text.as_bytes()).expect("a value");
            RequestId::given(&HeaderMap::from_iter([(HEADER.clone(), value)]))
        };
        assert_eq!(
            given("4bf92f3577b34da6-a.b_C")
                .map(|id| id.to_string())
                .as_deref(),
            Some("4bf92f3577b34da6-a.b_C")
        );
        for bad in ["", "mette ravn", "a\tb", "<b>", "æ", "a=b", &"a".repeat(65)] {
            assert_eq!(given(bad), None, "{bad:?}");
        }
    }
}
