//! A mailbox that mail is fetched from (IMAP4rev1, RFC 3501, with UIDPLUS, RFC 4315; checked 2026-11-25). A message is removed from it only after
//! whoever takes it has said that it is kept.

use crate::tls;
use async_imap::{Client, Session};
use futures_util::TryStreamExt as _;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

/// For each step of the conversation.
const PATIENCE: Duration = Duration::from_secs(120);
/// The most messages of one round; the next round takes the next.
const ROUND: usize = 500;

/// Where the mailbox is, and how to get in.
#[derive(Clone)]
pub struct Mailbox {
    host: String,
    port: u16,
    folder: String,
    name: String,
    password: String,
    /// None on this machine itself.
    tls: Option<Arc<ClientConfig>>,
    /// The longest message, in bytes.
    limit: usize,
}

/// Why a mailbox can't be asked at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadMailbox {
    #[error("it is no address such as imaps://mail.example/INBOX")]
    Address,
    #[error("the login is not of the form name:password")]
    Login,
    #[error("name and password would go unencrypted: use imaps")]
    Unencrypted,
    #[error("this machine has no root certificates (Debian: ca-certificates)")]
    NoRoots,
}

/// Why a round ended early; what was taken before is taken.
#[derive(Debug, thiserror::Error)]
pub enum NoMailbox {
    #[error("nobody answers")]
    Unreachable(#[source] std::io::Error),
    #[error("no answer within two minutes")]
    Late,
    #[error("the mail server says no: {0}")]
    Refused(async_imap::error::Error),
}

/// How a round went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Emptied {
    /// Taken, and removed from the mailbox.
    pub taken: usize,
    /// Not taken just now; they are still there.
    pub left: usize,
    /// Longer than is taken; they are still there, for somebody to look at.
    pub too_long: usize,
}

/// A connection to the mail server.
enum Line {
    Plain(TcpStream),
    Encrypted(Box<TlsStream<TcpStream>>),
}

/// What the folder is opened for.
#[derive(Clone, Copy)]
enum Access {
    Emptying,
    /// Nothing in it changes (EXAMINE).
    Looking,
}

/// Takes one message; `true` if it is kept and may be removed from the mailbox.
pub type Taker = Arc<dyn Fn(Vec<u8>) -> Pin<Box<dyn Future<Output = bool> + Send>> + Send + Sync>;

impl Mailbox {
    /// `imaps://host[:993][/folder]`, or `imap://` on this machine itself; `login` is `name:password`; longer messages than `limit` bytes are
    /// left.
    ///
    /// # Errors
    /// [`BadMailbox`].
    pub fn parse(address: &str, login: &str, limit: usize) -> Result<Self, BadMailbox> {
        let uri: hyper::Uri = address.parse().map_err(|_| BadMailbox::Address)?;
        let host = uri.host().filter(|host| !host.is_empty());
        let host = host
            .ok_or(BadMailbox::Address)?
            .trim_matches(['[', ']'])
            .to_owned();
        let tls = match uri.scheme_str() {
            Some("imaps") => Some(tls::config().map_err(|tls::NoRoots| BadMailbox::NoRoots)?),
            Some("imap") if tls::is_at_home(&host) => None,
            Some("imap") => return Err(BadMailbox::Unencrypted),
            _ => return Err(BadMailbox::Address),
        };
        let (name, password) = login.split_once(':').ok_or(BadMailbox::Login)?;
        let folder = uri.path().trim_matches('/');
        Ok(Self {
            port: uri.port_u16().unwrap_or(if tls.is_some() { 993 } else { 143 }),
            folder: if folder.is_empty() { "INBOX" } else { folder }.to_owned(),
            name: name.to_owned(),
            password: password.to_owned(),
            tls,
            host,
            limit,
        })
    }

    /// Brings what lies in the mailbox to `taker`, oldest first, and removes what is kept.
    ///
    /// # Errors
    /// [`NoMailbox`].
    pub async fn empty(&self, taker: &Taker) -> Result<Emptied, NoMailbox> {
        let stream = self.connect().await?;
        match self.encrypt(stream).await? {
            Line::Plain(stream) => self.round(stream, taker).await,
            Line::Encrypted(stream) => self.round(*stream, taker).await,
        }
    }

    /// Signs in and opens the folder; every message is left as it is. Gives how many there are.
    ///
    /// # Errors
    /// [`NoMailbox`].
    pub async fn try_login(&self) -> Result<u32, NoMailbox> {
        let stream = self.connect().await?;
        match self.encrypt(stream).await? {
            Line::Plain(stream) => self.count(stream).await,
            Line::Encrypted(stream) => self.count(*stream).await,
        }
    }

    async fn connect(&self) -> Result<TcpStream, NoMailbox> {
        let connect = TcpStream::connect((self.host.as_str(), self.port));
        soon(connect).await?.map_err(NoMailbox::Unreachable)
    }

    async fn encrypt(&self, stream: TcpStream) -> Result<Line, NoMailbox> {
        let Some(config) = &self.tls else {
            return Ok(Line::Plain(stream));
        };
        let unreachable = |error| NoMailbox::Unreachable(std::io::Error::other(error));
        let name = ServerName::try_from(self.host.clone()).map_err(unreachable)?;
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = soon(connector.connect(name, stream)).await?;
        let stream = stream.map_err(NoMailbox::Unreachable)?;
        Ok(Line::Encrypted(Box::new(stream)))
    }

    async fn count<S>(&self, stream: S) -> Result<u32, NoMailbox>
    where
        S: AsyncRead + AsyncWrite + Unpin + std::fmt::Debug + Send,
    {
        let (mut session, messages) = self.sign_in(stream, Access::Looking).await?;
        // What could be said is said; whether the other side says goodbye changes nothing.
        let _ = soon(session.logout()).await;
        Ok(messages)
    }

    /// Signs in and opens the folder. Gives how many messages are in it.
    async fn sign_in<S>(&self, stream: S, access: Access) -> Result<(Session<S>, u32), NoMailbox>
    where
        S: AsyncRead + AsyncWrite + Unpin + std::fmt::Debug + Send,
    {
        let mut client = Client::new(stream);
        let greeting = soon(client.read_response())
            .await?
            .map_err(NoMailbox::Unreachable)?;
        if greeting.is_none() {
            let gone = std::io::ErrorKind::UnexpectedEof;
            return Err(NoMailbox::Unreachable(gone.into()));
        }
        let login = soon(client.login(&self.name, &self.password)).await?;
        let mut session = login.map_err(|(error, _)| NoMailbox::Refused(error))?;
        let opened = match access {
            Access::Emptying => said(session.select(&self.folder)).await?,
            Access::Looking => said(session.examine(&self.folder)).await?,
        };
        Ok((session, opened.exists))
    }

    async fn round<S>(&self, stream: S, taker: &Taker) -> Result<Emptied, NoMailbox>
    where
        S: AsyncRead + AsyncWrite + Unpin + std::fmt::Debug + Send,
    {
        let (mut session, _) = self.sign_in(stream, Access::Emptying).await?;
        let mut uids: Vec<u32> = said(session.uid_search("UNDELETED")).await?.into_iter().collect();
        uids.sort_unstable();
        let mut emptied = Emptied::default();
        for uid in uids.into_iter().take(ROUND) {
            match self.one(&mut session, uid, taker).await? {
                Some(true) => emptied.taken += 1,
                Some(false) => emptied.left += 1,
                None => emptied.too_long += 1,
            }
        }
        // What could be said is said; whether the other side says goodbye changes nothing.
        let _ = soon(session.logout()).await;
        Ok(emptied)
    }

    /// One message: taken, not taken, or (`None`) too long to be.
    async fn one<S>(
        &self,
        session: &mut Session<S>,
        uid: u32,
        taker: &Taker,
    ) -> Result<Option<bool>, NoMailbox>
    where
        S: AsyncRead + AsyncWrite + Unpin + std::fmt::Debug + Send,
    {
        let uid = uid.to_string();
        let sizes: Vec<_> =
            said(async { session.uid_fetch(&uid, "RFC822.SIZE").await?.try_collect().await }).await?;
        let size = sizes
            .first()
            .and_then(|fetched: &async_imap::types::Fetch| fetched.size);
        if size.is_some_and(|size| size as usize > self.limit) {
            return Ok(None);
        }
        let bodies: Vec<_> =
            said(async { session.uid_fetch(&uid, "BODY.PEEK[]").await?.try_collect().await }).await?;
        let body = bodies
            .iter()
            .find_map(|fetched: &async_imap::types::Fetch| fetched.body());
        // Somebody else removed it meanwhile.
        let Some(message) = body.map(<[u8]>::to_vec) else {
            return Ok(Some(false));
        };
        drop(bodies);
        if !taker(message).await {
            return Ok(Some(false));
        }
        let _: Vec<_> = said(async {
            let marked = session.uid_store(&uid, "+FLAGS.SILENT (\\Deleted)").await?;
            marked.try_collect().await
        })
        .await?;
        let _: Vec<u32> = said(async { session.uid_expunge(&uid).await?.try_collect().await }).await?;
        Ok(Some(true))
    }
}

/// The host and the folder, without name and password.
impl std::fmt::Debug for Mailbox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}/{}", self.host, self.port, self.folder)
    }
}

async fn soon<T>(step: impl Future<Output = T>) -> Result<T, NoMailbox> {
    timeout(PATIENCE, step).await.map_err(|_| NoMailbox::Late)
}

async fn said<T>(step: impl Future<Output = async_imap::error::Result<T>>) -> Result<T, NoMailbox> {
    soon(step).await?.map_err(NoMailbox::Refused)
}
