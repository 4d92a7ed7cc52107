//! E-mails out, through the municipality's own mail server (RFC 5321; RFC 3834 for answers of a machine; checked 2026-11-25).

use crate::tls::is_at_home;
use jiff::Timestamp;
use lettre::address::{Address, Envelope};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, Message, SinglePart};
use lettre::transport::smtp::authentication::Credentials;
use lettre::{AsyncSmtpTransport, AsyncTransport as _, Tokio1Executor};
use std::time::Duration;

/// From the first step of connecting to the last answer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A mail server that takes our mail, and whose mail it is.
#[derive(Clone, Debug)]
pub struct Post {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
}

/// Why no mail can go out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadPost {
    #[error("it is no address such as smtps://mail.example:465 or smtp://mail.example:587")]
    Server,
    #[error("the login is not of the form name:password")]
    Login,
    #[error("the sender is no e-mail address")]
    Sender,
}

/// Why a mail was not handed over.
#[derive(Debug, thiserror::Error)]
pub enum NotSent {
    /// It never will be.
    #[error("the mail server refused it: {0}")]
    Refused(String),
    /// It may be, later.
    #[error("the mail server did not take it: {0}")]
    Later(String),
}

/// What a machine writes to a person.
#[derive(Clone, Debug)]
pub struct Note<'a> {
    /// The address, and what they are called.
    pub to: (&'a str, &'a str),
    pub subject: &'a str,
    /// Plain text, lines ended by `\n`.
    pub text: &'a str,
    pub at: Timestamp,
    /// Before the `@` of its Message-ID: the same note has the same, however often it is sent.
    pub id: &'a str,
    /// The Message-ID that it answers, without brackets.
    pub answers: Option<&'a str>,
}

impl Post {
    /// `smtps://host[:465]` speaks TLS from the first byte, `smtp://host[:587]` turns to it before anything is said; without TLS goes only
    /// what stays on this machine. `login` is `name:password`.
    ///
    /// # Errors
    /// [`BadPost`].
    pub fn new(server: &str, login: Option<&str>, from: &str) -> Result<Self, BadPost> {
        let uri: hyper::Uri = server.parse().map_err(|_| BadPost::Server)?;
        let host = uri
            .host()
            .filter(|host| !host.is_empty())
            .ok_or(BadPost::Server)?;
        let host = host.trim_matches(['[', ']']);
        let mut builder = match uri.scheme_str() {
            Some("smtps") => AsyncSmtpTransport::<Tokio1Executor>::relay(host),
            Some("smtp") if is_at_home(host) => {
                Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host))
            }
            Some("smtp") => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(host),
            _ => return Err(BadPost::Server),
        }
        .map_err(|_| BadPost::Server)?;
        if let Some(port) = uri.port_u16() {
            builder = builder.port(port);
        }
        if let Some(login) = login {
            let (name, password) = login.split_once(':').ok_or(BadPost::Login)?;
            builder = builder.credentials(Credentials::new(name.to_owned(), password.to_owned()));
        }
        let address = from.parse::<Address>().map_err(|_| BadPost::Sender)?;
        Ok(Self {
            transport: builder.timeout(Some(PATIENCE)).build(),
            from: Mailbox::new(Some("Værn".to_owned()), address),
        })
    }

    /// Hands a note over to the mail server. The envelope names no sender, so that nothing comes back of what can't be delivered
    /// and no two machines answer each other for ever.
    ///
    /// # Errors
    /// [`NotSent`].
    pub async fn send(&self, note: &Note<'_>) -> Result<(), NotSent> {
        let refused = |error: &dyn std::fmt::Display| NotSent::Refused(error.to_string());
        let to: Address = note.to.0.parse().map_err(|error| refused(&error))?;
        let envelope = Envelope::new(None, vec![to.clone()]).map_err(|error| refused(&error))?;
        let message = self.message(note, to).map_err(|error| refused(&error))?;
        let sent = self.transport.send_raw(&envelope, &message.formatted()).await;
        sent.map(drop).map_err(|error| {
            if error.is_permanent() {
                NotSent::Refused(error.to_string())
            } else {
                NotSent::Later(error.to_string())
            }
        })
    }

    /// Connects, turns to TLS, signs in, and hands nothing over.
    ///
    /// # Errors
    /// [`NotSent`] if any of that fails.
    pub async fn try_connection(&self) -> Result<(), NotSent> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(NotSent::Later("it is not ready".into())),
            Err(error) if error.is_permanent() => Err(NotSent::Refused(error.to_string())),
            Err(error) => Err(NotSent::Later(error.to_string())),
        }
    }

    fn message(&self, note: &Note<'_>, to: Address) -> Result<Message, lettre::error::Error> {
        let raw = |name: &'static str, value: &str| {
            HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
        };
        let kind = if note.answers.is_some() {
            "auto-replied"
        } else {
            "auto-generated"
        };
        let id = format!("<{}@{}>", note.id, self.from.email.domain());
        let mut builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(Some(note.to.1.to_owned()), to))
            .subject(note.subject)
            .date(note.at.into())
            .message_id(Some(id))
            .raw_header(raw("Auto-Submitted", kind))
            .raw_header(raw("X-Vaern-Receipt", "1"));
        if let Some(answers) = note.answers {
            let answers = format!("<{answers}>");
            builder = builder.in_reply_to(answers.clone()).references(answers);
        }
        builder.singlepart(SinglePart::plain(note.text.replace('\n', "\r\n")))
    }
}
