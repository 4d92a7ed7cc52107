//! Towards the site: a name is resolved here, each address judged, and the address that was judged is the one connected to.

use super::Reach;
use domain::case::witnessed::Stopped;
use http_body_util::Full;
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::WebPkiServerVerifier;
use tokio_rustls::rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// How long one address may take to answer.
const PATIENCE: Duration = Duration::from_secs(15);
/// The most addresses of one name that are tried.
const TRIED: usize = 4;

/// A connection to a site that takes one request after the other.
pub struct Site {
    pub sender: SendRequest<Full<Bytes>>,
    pub address: SocketAddr,
    pub chain: Option<Chain>,
}

/// The certificates by which a site named itself, its own first.
#[derive(Clone, Debug)]
pub struct Chain {
    pub ders: Vec<Vec<u8>>,
    pub trusted: bool,
}

/// Connects to a site.
///
/// # Errors
/// [`Stopped::NoName`], [`Stopped::NotPublic`] if none of its addresses may be reached, [`Stopped::NoAnswer`].
pub async fn connect(reach: &Reach, host: &str, port: u16, tls: bool) -> Result<Site, Stopped> {
    let named = (reach.names)(host.to_owned(), port)
        .await
        .map_err(|_| Stopped::NoName)?;
    if named.is_empty() {
        return Err(Stopped::NoName);
    }
    let allowed: Vec<SocketAddr> = named
        .into_iter()
        .filter(|address| (reach.may)(address.ip()))
        .collect();
    if allowed.is_empty() {
        return Err(Stopped::NotPublic);
    }
    for address in allowed.into_iter().take(TRIED) {
        let connecting = TcpStream::connect(address);
        let Ok(Ok(stream)) = tokio::time::timeout(PATIENCE, connecting).await else {
            continue;
        };
        let talking = talk(reach, stream, address, host, tls);
        if let Ok(Some(site)) = tokio::time::timeout(PATIENCE, talking).await {
            return Ok(site);
        }
    }
    Err(Stopped::NoAnswer)
}

async fn talk(reach: &Reach, stream: TcpStream, address: SocketAddr, host: &str, tls: bool) -> Option<Site> {
    if !tls {
        let sender = shake_hands(stream).await?;
        return Some(Site {
            sender,
            address,
            chain: None,
        });
    }
    let remembering = Arc::new(Remembering::new(reach)?);
    let config = ClientConfig::builder_with_provider(Arc::clone(&remembering.provider))
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::clone(&remembering) as Arc<dyn ServerCertVerifier>)
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .ok()?;
    let sender = shake_hands(stream).await?;
    let chain = remembering
        .seen
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .take();
    Some(Site {
        sender,
        address,
        chain,
    })
}

async fn shake_hands<S>(stream: S) -> Option<SendRequest<Full<Bytes>>>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
        .await
        .ok()?;
    tokio::spawn(connection);
    Some(sender)
}

/// Lets every certificate pass, and remembers it with what is thought of it: a page is evidence also where its certificate has
/// run out, as long as that is said. Signatures of the handshake are checked as ever, so that it is the server's own.
#[derive(Debug)]
struct Remembering {
    provider: Arc<CryptoProvider>,
    /// None where this machine trusts nobody.
    inner: Option<Arc<WebPkiServerVerifier>>,
    seen: Mutex<Option<Chain>>,
}

impl Remembering {
    fn new(reach: &Reach) -> Option<Self> {
        let provider = Arc::new(ring::default_provider());
        let inner = if reach.roots.is_empty() {
            None
        } else {
            let roots = Arc::new(reach.roots.clone());
            let builder = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider));
            Some(builder.build().ok()?)
        };
        Some(Self {
            provider,
            inner,
            seen: Mutex::default(),
        })
    }
}

impl ServerCertVerifier for Remembering {
    fn verify_server_cert(
        &self,
        own: &CertificateDer<'_>,
        others: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let judged = self
            .inner
            .as_ref()
            .map(|inner| inner.verify_server_cert(own, others, name, ocsp, now));
        let ders = std::iter::once(own)
            .chain(others)
            .map(|der| der.to_vec())
            .collect();
        let chain = Chain {
            ders,
            trusted: judged.is_some_and(|judged| judged.is_ok()),
        };
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some(chain);
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(
            message,
            cert,
            dss,
            &self.provider.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
