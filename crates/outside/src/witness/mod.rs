//! The server as a witness: what a headless Chromium sees where a link leads, and every byte that it was given.
//!
//! Chromium runs in a throw-away profile, never as root, and reaches nothing but the proxy here ([`proxy`]): which resolves names
//! itself, connects to public addresses alone, counts and keeps the bytes, and ends everything when there are too many or it
//! takes too long (docs/adr/0011-witness.md). What it kept becomes a web archive ([`wacz`]).

mod chromium;
mod look;
mod message;
mod proxy;
mod upstream;
mod wacz;
mod warc;

use domain::case::witnessed::{Certificate, Hop, Stopped};
use domain::reach::is_public;
use domain::seen::Seen;
use jiff::Timestamp;
use std::future::Future;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_rustls::rustls::RootCertStore;

pub use wacz::{Signed, Unwritten};

/// The most bytes that are fetched for one link: 50 MB.
const BYTES: u64 = 50_000_000;
/// The longest that is fetched for one link.
const TIME: Duration = Duration::from_secs(60);

/// Addresses of a name, as far as they are known.
pub type Addresses = Pin<Box<dyn Future<Output = io::Result<Vec<SocketAddr>>> + Send>>;
/// Who resolves names: host and port to addresses.
pub type Names = Arc<dyn Fn(String, u16) -> Addresses + Send + Sync>;

/// Where captures may go: who resolves names, which addresses may be connected to, and which certificates are trusted.
#[derive(Clone)]
pub struct Reach {
    names: Names,
    may: fn(IpAddr) -> bool,
    roots: RootCertStore,
}

impl Reach {
    /// The public Internet, and nothing else.
    #[must_use]
    pub fn public() -> Self {
        let names: Names = Arc::new(|host: String, port| {
            Box::pin(async move { Ok(tokio::net::lookup_host((host, port)).await?.collect()) })
        });
        Self {
            names,
            may: is_public,
            roots: crate::tls::roots(),
        }
    }

    /// Somewhere else, for tests, where no certificate is trusted: there is no setting that leads here.
    #[must_use]
    pub fn elsewhere(names: Names, may: fn(IpAddr) -> bool) -> Self {
        let roots = RootCertStore::empty();
        Self { names, may, roots }
    }

    /// The same, trusting these.
    #[must_use]
    pub fn trusting(self, roots: RootCertStore) -> Self {
        Self { roots, ..self }
    }
}

/// How much is fetched at most.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub bytes: u64,
    pub time: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            bytes: BYTES,
            time: TIME,
        }
    }
}

/// Why there is no browser.
#[derive(Debug, thiserror::Error)]
pub enum NoBrowser {
    #[error("{0} is no program that can be run")]
    NoProgram(PathBuf),
    #[error("the browser did not start: {0}")]
    NotStarted(String),
    #[error("the proxy for the browser could not be opened: {0}")]
    NoProxy(String),
}

/// A Chromium that looks at links.
#[derive(Clone)]
pub struct Browser {
    program: PathBuf,
    reach: Reach,
    limits: Limits,
}

impl Browser {
    /// The program at this path, on the public Internet.
    ///
    /// # Errors
    /// [`NoBrowser::NoProgram`] if no file is there, or it can't be run.
    pub fn new(program: &Path) -> Result<Self, NoBrowser> {
        use std::os::unix::fs::PermissionsExt as _;
        let found = std::fs::metadata(program);
        let runs = found.is_ok_and(|file| file.is_file() && file.permissions().mode() & 0o111 != 0);
        if !program.is_absolute() || !runs {
            return Err(NoBrowser::NoProgram(program.to_owned()));
        }
        Ok(Self {
            program: program.to_owned(),
            reach: Reach::public(),
            limits: Limits::default(),
        })
    }

    /// The same with another reach and other limits, for tests.
    #[must_use]
    pub fn reaching(self, reach: Reach, limits: Limits) -> Self {
        Self {
            reach,
            limits,
            ..self
        }
    }

    /// The program's path.
    #[must_use]
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Looks at a link once. `room` is an empty folder that is thrown away afterwards; `at` is now.
    ///
    /// # Errors
    /// [`NoBrowser`] if there was no look at all. That nothing was found is no error.
    pub async fn capture(&self, link: &str, at: Timestamp, room: &Path) -> Result<Captured, NoBrowser> {
        look::look(self, link, at, room).await
    }
}

/// What was seen and kept.
#[derive(Clone, Debug)]
pub struct Captured {
    pub seen: Seen,
    pub stopped: Option<Stopped>,
    /// The address that the browser came to.
    pub url: Option<String>,
    pub status: Option<u16>,
    pub title: String,
    /// The words that can be seen, at most 100,000 characters.
    pub text: String,
    pub hops: Vec<Hop>,
    /// The network address of the page's server.
    pub address: Option<String>,
    pub certificate: Option<Certificate>,
    /// The whole page as PNG.
    pub picture: Option<Vec<u8>>,
    /// The page went on beyond the picture.
    pub cut: bool,
    /// Bytes that were fetched.
    pub bytes: u64,
    /// How many connections were not made because the address is not public.
    pub refused: u32,
    /// The browser as it names itself.
    pub browser: String,
    pub at: Timestamp,
    kept: proxy::Kept,
}

impl Captured {
    /// Every host that was asked, with its port, in the order of asking.
    #[must_use]
    pub fn hosts(&self) -> Vec<String> {
        self.kept.hosts()
    }

    /// The web archive of what was fetched (WACZ 1.1.1); none if nothing was. `sign` signs the text that it is given.
    ///
    /// # Errors
    /// [`Unwritten`] if it can't be signed.
    pub fn archive(
        &self,
        sign: &dyn Fn(&str) -> Result<Signed, Unwritten>,
    ) -> Result<Option<Vec<u8>>, Unwritten> {
        wacz::write(self, sign)
    }
}
