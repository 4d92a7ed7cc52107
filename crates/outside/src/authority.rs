//! Asking a time-stamp authority over HTTP or HTTPS (RFC 3161 §3.4, checked 2026-11-25). What it answers is bytes here;
//! whether they are to be believed is `proof`'s to say.

use crate::tls;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http_body_util::{BodyExt as _, Full, LengthLimitError, Limited};
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HOST, HeaderValue};
use hyper::http::uri::{Authority as Place, PathAndQuery, Scheme};
use hyper::{Request, Uri};
use hyper_util::rt::TokioIo;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// From the first step of connecting to the last byte of the answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// Where an authority is asked.
#[derive(Clone, Debug)]
pub struct Endpoint {
    host: String,
    port: u16,
    place: Place,
    path: PathAndQuery,
    basic: Option<HeaderValue>,
    /// None for plain HTTP.
    tls: Option<Arc<ClientConfig>>,
    patience: Duration,
    limit: usize,
}

/// Why an address can't be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadEndpoint {
    #[error("it is no address such as https://tsa.example/tsr")]
    Address,
    #[error("a name and password would go unencrypted: use https")]
    Unencrypted,
    #[error("this machine has no root certificates (Debian: ca-certificates)")]
    NoRoots,
}

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoAnswer {
    /// No connection, or it broke off.
    Unreachable,
    /// Not within twenty seconds.
    Late,
    /// HTTP with a status other than 200.
    Status(u16),
    /// HTTP, but of another media type than `application/timestamp-reply`.
    OtherType,
    TooLarge,
}

impl NoAnswer {
    /// The stable code: kept with a failed try, and the text key of its words; of a status also the number.
    pub fn code(self) -> String {
        match self {
            Self::Unreachable => "unreachable".into(),
            Self::Late => "late".into(),
            Self::Status(status) => format!("http-{status}"),
            Self::OtherType => "other-type".into(),
            Self::TooLarge => "too-large".into(),
        }
    }

    /// Every code but those of statuses, for the test that each has words in every language.
    pub const CODES: [&'static str; 4] = ["unreachable", "late", "other-type", "too-large"];
}

impl Endpoint {
    /// From an address, and `name:password` if the authority wants them; answers of more than `limit` bytes are not read.
    ///
    /// # Errors
    /// [`BadEndpoint`].
    pub fn parse(address: &str, basic: Option<&str>, limit: usize) -> Result<Self, BadEndpoint> {
        let uri: Uri = address.parse().map_err(|_| BadEndpoint::Address)?;
        let is_tls = match uri.scheme() {
            Some(scheme) if *scheme == Scheme::HTTPS => true,
            Some(scheme) if *scheme == Scheme::HTTP => false,
            _ => return Err(BadEndpoint::Address),
        };
        let place = uri.authority().ok_or(BadEndpoint::Address)?.clone();
        if place.as_str().contains('@') || place.host().is_empty() {
            return Err(BadEndpoint::Address);
        }
        let host = place.host().trim_matches(['[', ']']).to_owned();
        if basic.is_some() && !is_tls && !tls::is_at_home(&host) {
            return Err(BadEndpoint::Unencrypted);
        }
        let basic = basic.map(|pair| format!("Basic {}", STANDARD.encode(pair)).parse());
        Ok(Self {
            port: place.port_u16().unwrap_or(if is_tls { 443 } else { 80 }),
            path: uri
                .path_and_query()
                .cloned()
                .unwrap_or_else(|| PathAndQuery::from_static("/")),
            basic: basic.transpose().map_err(|_| BadEndpoint::Address)?,
            tls: is_tls
                .then(|| tls::config().map_err(|tls::NoRoots| BadEndpoint::NoRoots))
                .transpose()?,
            patience: PATIENCE,
            host,
            place,
            limit,
        })
    }

    /// Waits this long at most.
    #[must_use]
    pub fn waiting(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Asks one question.
    ///
    /// # Errors
    /// [`NoAnswer`].
    pub async fn ask(&self, query: Vec<u8>) -> Result<Vec<u8>, NoAnswer> {
        match tokio::time::timeout(self.patience, self.connect_and_send(query)).await {
            Ok(answer) => answer,
            Err(_) => Err(NoAnswer::Late),
        }
    }

    async fn connect_and_send(&self, query: Vec<u8>) -> Result<Vec<u8>, NoAnswer> {
        let connected = TcpStream::connect((self.host.as_str(), self.port)).await;
        let stream = connected.map_err(unreachable)?;
        match &self.tls {
            None => self.send(stream, query).await,
            Some(config) => {
                let name = ServerName::try_from(self.host.clone()).map_err(unreachable)?;
                let connector = TlsConnector::from(Arc::clone(config));
                let stream = connector.connect(name, stream).await.map_err(unreachable)?;
                self.send(stream, query).await
            }
        }
    }

    async fn send<S>(&self, stream: S, query: Vec<u8>) -> Result<Vec<u8>, NoAnswer>
    where
        S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
    {
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(unreachable)?;
        let driven = tokio::spawn(connection);
        let answer = async {
            let mut request = Request::post(self.path.as_str())
                .header(HOST, self.place.as_str())
                .header(CONTENT_TYPE, "application/timestamp-query");
            if let Some(basic) = &self.basic {
                request = request.header(AUTHORIZATION, basic);
            }
            let request = request.body(Full::new(Bytes::from(query))).map_err(unreachable)?;
            let response = sender.send_request(request).await.map_err(unreachable)?;
            if response.status() != 200 {
                return Err(NoAnswer::Status(response.status().as_u16()));
            }
            let kind = response.headers().get(CONTENT_TYPE);
            let kind = kind.and_then(|kind| kind.to_str().ok()).unwrap_or_default();
            if !kind
                .to_ascii_lowercase()
                .starts_with("application/timestamp-reply")
            {
                return Err(NoAnswer::OtherType);
            }
            let body = Limited::new(response.into_body(), self.limit).collect().await;
            body.map(|body| body.to_bytes().into()).map_err(|error| {
                if error.is::<LengthLimitError>() {
                    NoAnswer::TooLarge
                } else {
                    NoAnswer::Unreachable
                }
            })
        };
        let answer = answer.await;
        driven.abort();
        answer
    }
}

/// The address, without name and password.
impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let scheme = if self.tls.is_some() { "https" } else { "http" };
        write!(f, "{scheme}://{}{}", self.place, self.path)
    }
}

fn unreachable<E>(_: E) -> NoAnswer {
    NoAnswer::Unreachable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(address: &str, basic: Option<&str>) -> Result<Endpoint, BadEndpoint> {
        Endpoint::parse(address, basic, 1000)
    }

    #[test]
    fn addresses_are_taken_apart_and_bad_ones_refused() {
        let plain = parse("http://tsa.example/tsr?x=1", None).unwrap();
        assert_eq!((plain.host.as_str(), plain.port), ("tsa.example", 80));
        assert_eq!(plain.path.as_str(), "/tsr?x=1");
        assert!(plain.tls.is_none());
        let six = parse("http://[::1]:318", Some("a:b")).unwrap();
        assert_eq!(
            (six.host.as_str(), six.port, six.path.as_str()),
            ("::1", 318, "/")
        );
        for bad in [
            "",
            "tsa.example",
            "ftp://tsa.example/",
            "/tsr",
            "http://",
            "http://a:b@tsa.example/",
        ] {
            assert_eq!(parse(bad, None).unwrap_err(), BadEndpoint::Address, "{bad}");
        }
        let open = parse("http://tsa.example/", Some("a:b"));
        assert_eq!(open.unwrap_err(), BadEndpoint::Unencrypted);
    }

    #[tokio::test]
    async fn nobody_at_the_address_is_unreachable() {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let endpoint = parse(&format!("http://127.0.0.1:{port}/"), None).unwrap();
        assert_eq!(endpoint.ask(vec![1]).await, Err(NoAnswer::Unreachable));
    }
}
