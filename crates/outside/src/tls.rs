//! Whom we believe when we talk over TLS: the machine's own root certificates; `SSL_CERT_FILE` names others.

use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::{ClientConfig, RootCertStore};

/// This machine has no root certificates (Debian: ca-certificates), or none that can be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoRoots;

/// The machine's own root certificates; none if it has none.
pub fn roots() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// How we talk over TLS, as a client.
///
/// # Errors
/// [`NoRoots`].
pub fn config() -> Result<Arc<ClientConfig>, NoRoots> {
    let roots = roots();
    if roots.is_empty() {
        return Err(NoRoots);
    }
    let versions = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|_: tokio_rustls::rustls::Error| NoRoots)?;
    Ok(Arc::new(
        versions.with_root_certificates(roots).with_no_client_auth(),
    ))
}

/// Whether a host is this machine itself: what is said to it goes over no network.
pub fn is_at_home(host: &str) -> bool {
    host == "localhost" || host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
}
