//! Heads of messages as they go on to a site and are kept, and the certificate that the browser is told to take.

use hyper::Uri;
use hyper::header::{self, HeaderMap, HeaderName, HeaderValue};
use rcgen::PublicKeyData as _;
use sha2::{Digest as _, Sha256};
use std::sync::Arc;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

/// Headers that are between two neighbours, and no part of what a site says or is asked (RFC 9110, section 7.6.1).
const BETWEEN: [&str; 9] = [
    "connection",
    "keep-alive",
    "proxy-connection",
    "proxy-authenticate",
    "proxy-authorization",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
];

/// A key and certificate for this one look, and the SHA-256 of its public key as Chromium's setting takes it.
pub fn certificate() -> Result<(TlsAcceptor, String), Box<dyn std::error::Error + Send + Sync>> {
    let made = rcgen::generate_simple_self_signed(["vaern.invalid".to_owned()])?;
    let public = made.signing_key.subject_public_key_info();
    let pin = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, Sha256::digest(public));
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(made.signing_key.serialize_der()));
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)?;
    Ok((TlsAcceptor::from(Arc::new(config)), pin))
}

pub fn path_of(uri: &Uri) -> Uri {
    let path = uri.path_and_query().map_or("/", |path| path.as_str());
    path.parse().unwrap_or_else(|_| Uri::from_static("/"))
}

pub fn towards_site(mut headers: HeaderMap) -> HeaderMap {
    strip(&mut headers);
    headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
    headers
}

pub fn strip(headers: &mut HeaderMap) {
    let named: Vec<HeaderName> = headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter_map(|name| name.trim().parse().ok())
        .collect();
    named.iter().for_each(|name| drop(headers.remove(name)));
    BETWEEN.iter().for_each(|name| drop(headers.remove(*name)));
}

pub fn head_of(line: &str, headers: &HeaderMap) -> Vec<u8> {
    let mut head = format!("{line}\r\n").into_bytes();
    for (name, value) in headers {
        head.extend_from_slice(name.as_str().as_bytes());
        head.extend_from_slice(b": ");
        head.extend_from_slice(value.as_bytes());
        head.extend_from_slice(b"\r\n");
    }
    head.extend_from_slice(b"\r\n");
    head
}
