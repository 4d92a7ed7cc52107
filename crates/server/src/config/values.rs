//! What a setting may say: one type a kind of value, each with the text it is read from and the words that say what is right.

use proof::{MasterKey, SigningKey};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// A kind of value that a setting can have.
pub trait Value: Sized {
    /// What is right, for the reference and for refusals: "a number of seconds from 1 to 86400".
    fn kind() -> String;

    /// Whether it may come from a file of its own, and is never shown.
    const SECRET: bool = false;

    /// Reads it.
    ///
    /// # Errors
    /// What is wrong with it, to stand before ": it must be …"; empty if there is no more to say.
    fn parse(text: &str) -> Result<Self, String>;

    /// The value of a setting that nobody set and that has no default.
    fn absent() -> Option<Self> {
        None
    }

    /// The text as it may be shown to people and in logs.
    fn shown(text: &str) -> String {
        if Self::SECRET {
            "(set, not shown)".to_owned()
        } else {
            text.to_owned()
        }
    }
}

/// Nothing more to say than what is right.
fn wrong<E>(_: E) -> String {
    String::new()
}

impl<T: Value> Value for Option<T> {
    const SECRET: bool = T::SECRET;

    fn kind() -> String {
        T::kind()
    }

    fn parse(text: &str) -> Result<Self, String> {
        T::parse(text).map(Some)
    }

    fn absent() -> Option<Self> {
        Some(None)
    }

    fn shown(text: &str) -> String {
        T::shown(text)
    }
}

impl Value for bool {
    fn kind() -> String {
        "yes or no (1, true, yes, ja; 0, false, no, nej)".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text.to_lowercase().as_str() {
            "1" | "true" | "yes" | "ja" => Ok(true),
            "0" | "false" | "no" | "nej" => Ok(false),
            _ => Err(String::new()),
        }
    }
}

impl Value for PathBuf {
    fn kind() -> String {
        "a path".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        Ok(text.into())
    }
}

impl Value for SocketAddr {
    fn kind() -> String {
        "an IP address and a port, such as 127.0.0.1:8080 or [::1]:8080".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(wrong)
    }
}

impl Value for jiff::civil::Time {
    fn kind() -> String {
        "a time of day, such as 02:00".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        text.parse().map_err(wrong)
    }
}

/// The path of a program or file that must not depend on where the server was started.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AbsolutePath(PathBuf);

impl AbsolutePath {
    pub fn path(&self) -> &Path {
        &self.0
    }
}

impl Value for AbsolutePath {
    fn kind() -> String {
        "a path that begins with /".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let path = PathBuf::from(text);
        path.is_absolute().then_some(Self(path)).ok_or_else(String::new)
    }
}

/// A whole number within bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Whole<const LEAST: u64, const MOST: u64>(pub u64);

impl<const LEAST: u64, const MOST: u64> Value for Whole<LEAST, MOST> {
    fn kind() -> String {
        format!("a whole number from {LEAST} to {MOST}")
    }

    fn parse(text: &str) -> Result<Self, String> {
        within(text.parse().ok(), LEAST, MOST).map(Self)
    }
}

/// A length of time in whole seconds within bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seconds<const LEAST: u64, const MOST: u64>(u64);

impl<const LEAST: u64, const MOST: u64> Seconds<LEAST, MOST> {
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl<const LEAST: u64, const MOST: u64> Value for Seconds<LEAST, MOST> {
    fn kind() -> String {
        format!("a length of time from {LEAST} to {MOST} seconds, such as 60, 60s, 5min or 2h")
    }

    fn parse(text: &str) -> Result<Self, String> {
        let units = [("min", 60), ("s", 1), ("h", 3600), ("d", 86_400)];
        within(scaled(text, &units), LEAST, MOST).map(Self)
    }
}

/// A number of bytes within bounds, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bytes<const LEAST: u64, const MOST: u64>(pub u64);

impl<const LEAST: u64, const MOST: u64> Value for Bytes<LEAST, MOST> {
    fn kind() -> String {
        format!("a number of bytes from {LEAST} to {MOST}, such as 268435456 or 256MiB")
    }

    fn parse(text: &str) -> Result<Self, String> {
        let units = [
            ("KiB", 1 << 10),
            ("MiB", 1 << 20),
            ("GiB", 1 << 30),
            ("TiB", 1 << 40),
        ];
        within(scaled(text, &units), LEAST, MOST).map(Self)
    }
}

fn scaled(text: &str, units: &[(&str, u64)]) -> Option<u64> {
    let found = units
        .iter()
        .find_map(|(unit, times)| Some((text.strip_suffix(unit)?, *times)));
    let (number, times) = found.unwrap_or((text, 1));
    number.trim_end().parse::<u64>().ok()?.checked_mul(times)
}

fn within(number: Option<u64>, least: u64, most: u64) -> Result<u64, String> {
    number
        .filter(|number| (least..=most).contains(number))
        .ok_or_else(String::new)
}

/// A word without spaces, such as the name of a machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word(pub String);

impl Value for Word {
    fn kind() -> String {
        "a name without spaces".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let is_word = !text.contains(|c: char| c.is_whitespace() || c.is_control());
        is_word.then(|| Self(text.to_owned())).ok_or_else(String::new)
    }
}

/// An object identifier in dots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectIdentifier(pub String);

impl Value for ObjectIdentifier {
    fn kind() -> String {
        "an object identifier, such as 1.2.3.4".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let is_right = text.contains('.') && text.split('.').all(|number| number.parse::<u64>().is_ok());
        is_right.then(|| Self(text.to_owned())).ok_or_else(String::new)
    }
}

/// An e-mail address, in lower case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailAddress(pub String);

impl Value for EmailAddress {
    fn kind() -> String {
        "an e-mail address, such as chikane@kommune.example".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let is_odd = |c: char| c.is_whitespace() || c.is_control() || "<>()[],;:\\\"".contains(c);
        let (local, domain) = text.rsplit_once('@').ok_or_else(String::new)?;
        let labels_are_right = domain
            .split('.')
            .all(|label| !label.is_empty() && !label.starts_with('-') && !label.ends_with('-'));
        let is_right =
            !local.is_empty() && !local.contains('@') && labels_are_right && !text.contains(is_odd);
        is_right
            .then(|| Self(text.to_lowercase()))
            .ok_or_else(String::new)
    }
}

/// The address under which people reach Værn: scheme, host, and a port if it is not the scheme's own; no `/` at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl(String);

impl PublicUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers come by TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }

    /// Whether sessions would cross a network unencrypted.
    pub fn is_exposed(&self) -> bool {
        let host = self.0.parse::<http::Uri>().ok();
        let host = host.as_ref().and_then(http::Uri::host).unwrap_or_default();
        !self.is_https() && !is_loopback(host)
    }
}

impl Value for PublicUrl {
    fn kind() -> String {
        "an address such as https://vaern.kommune.example, without a path".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let uri = web_address(text)?;
        let authority = uri
            .authority()
            .map(http::uri::Authority::as_str)
            .unwrap_or_default();
        let scheme = uri.scheme_str().unwrap_or_default();
        let is_bare = uri.query().is_none() && matches!(uri.path(), "" | "/");
        is_bare
            .then(|| Self(format!("{scheme}://{authority}")))
            .ok_or_else(String::new)
    }
}

/// An address on the web.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WebAddress(pub String);

impl Value for WebAddress {
    fn kind() -> String {
        "an address such as https://tsa.example/tsr".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        web_address(text).map(|_| Self(text.to_owned()))
    }
}

fn web_address(text: &str) -> Result<http::Uri, String> {
    address_with(text, &["https", "http"])
}

/// An address with one of these schemes and a host, without name and password.
fn address_with(text: &str, schemes: &[&str]) -> Result<http::Uri, String> {
    let uri: http::Uri = text.parse().map_err(wrong)?;
    let authority = uri.authority().ok_or_else(String::new)?;
    if authority.as_str().contains('@') {
        return Err("it has a name or a password in it".into());
    }
    let is_right = uri.scheme_str().is_some_and(|scheme| schemes.contains(&scheme))
        && authority.host().contains(char::is_alphanumeric)
        && authority
            .port()
            .is_none_or(|port| port.as_str().parse::<u16>().is_ok_and(|port| port > 0));
    is_right.then_some(uri).ok_or_else(String::new)
}

/// Whether what is said to this host stays on this machine.
fn is_loopback(host: &str) -> bool {
    let host = host.trim_matches(['[', ']']);
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// A mail server that sends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SmtpAddress(pub String);

impl Value for SmtpAddress {
    fn kind() -> String {
        "an address such as smtps://mail.example:465 or smtp://mail.example:587".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        address_with(text, &["smtp", "smtps"]).map(|_| Self(text.to_owned()))
    }
}

/// A mailbox.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImapAddress(pub String);

impl Value for ImapAddress {
    fn kind() -> String {
        "an address such as imaps://mail.example/INBOX".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        address_with(text, &["imap", "imaps"]).map(|_| Self(text.to_owned()))
    }
}

/// `host:port`, or the path of a socket.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostOrSocket(pub String);

impl Value for HostOrSocket {
    fn kind() -> String {
        "host:port, or the path of a socket that begins with /".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let path = text.strip_prefix("unix:").unwrap_or(text);
        if path.starts_with('/') {
            return Ok(Self(path.to_owned()));
        }
        let (host, port) = text.rsplit_once(':').ok_or_else(String::new)?;
        let is_port = port.parse::<u16>().is_ok_and(|port| port > 0);
        let is_host = !host.is_empty() && !host.contains(|c: char| c.is_whitespace() || c == '/');
        let is_plain = !host.contains(':') || (host.starts_with('[') && host.ends_with(']'));
        (is_port && is_host && is_plain)
            .then(|| Self(text.to_owned()))
            .ok_or_else(String::new)
    }
}

/// `name:password`.
#[derive(Clone, PartialEq, Eq)]
pub struct Login(String);

impl Login {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for Login {
    const SECRET: bool = true;

    fn kind() -> String {
        "name:password".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let has_both = text.split_once(':').is_some_and(|(name, _)| !name.is_empty());
        has_both.then(|| Self(text.to_owned())).ok_or_else(String::new)
    }
}

/// The master key, as text.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKeyText(zeroize::Zeroizing<String>);

impl MasterKeyText {
    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key itself.
    ///
    /// # Errors
    /// [`proof::KeyError::NotHex`], which reading the setting has ruled out.
    pub fn key(&self) -> Result<MasterKey, proof::KeyError> {
        MasterKey::from_hex(&self.0)
    }
}

impl Value for MasterKeyText {
    const SECRET: bool = true;

    fn kind() -> String {
        "a key: 64 hexadecimal digits, lower case".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        MasterKey::from_hex(text).map_err(wrong)?;
        Ok(Self(text.to_owned().into()))
    }
}

/// The key that signs seals, as text.
#[derive(Clone, PartialEq, Eq)]
pub struct SigningKeyText(zeroize::Zeroizing<String>);

impl SigningKeyText {
    /// The key itself.
    ///
    /// # Errors
    /// [`proof::KeyError::NotHex`], which reading the setting has ruled out.
    pub fn key(&self) -> Result<SigningKey, proof::KeyError> {
        SigningKey::from_hex(&self.0)
    }
}

impl Value for SigningKeyText {
    const SECRET: bool = true;

    fn kind() -> String {
        MasterKeyText::kind()
    }

    fn parse(text: &str) -> Result<Self, String> {
        SigningKey::from_hex(text).map_err(wrong)?;
        Ok(Self(text.to_owned().into()))
    }
}

/// The address of a PostgreSQL database. It may hold a password.
#[derive(Clone, PartialEq, Eq)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl Value for DatabaseUrl {
    const SECRET: bool = true;

    fn kind() -> String {
        "an address such as postgres://user:password@host:5432/vaern".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        let rest = text
            .strip_prefix("postgres://")
            .or_else(|| text.strip_prefix("postgresql://"));
        let is_right = rest.is_some_and(|rest| {
            rest.contains(|c: char| c.is_alphanumeric()) && !rest.contains(char::is_whitespace)
        });
        is_right.then(|| Self(text.to_owned())).ok_or_else(String::new)
    }

    /// The address without its password.
    fn shown(text: &str) -> String {
        let (scheme, rest) = text.split_once("://").unwrap_or(("postgres", text));
        let (before_query, _) = rest.split_once('?').unwrap_or((rest, ""));
        let (user, place) = before_query.rsplit_once('@').unwrap_or(("", before_query));
        let user = user.split_once(':').map_or(user, |(user, _)| user);
        match user {
            "" => format!("{scheme}://{place}"),
            user => format!("{scheme}://{user}@{place}"),
        }
    }
}

/// What goes into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogFilter(String);

impl LogFilter {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const LEVELS: [&str; 6] = ["off", "error", "warn", "info", "debug", "trace"];

impl Value for LogFilter {
    fn kind() -> String {
        "a level (error, warn, info, debug or trace), or several targets with theirs, such as info,store=debug".into()
    }

    /// A bare word that is no level would be a target: `verbose` would silence everything, errors too.
    fn parse(text: &str) -> Result<Self, String> {
        let is_level = |word: &str| LEVELS.contains(&word.trim().to_ascii_lowercase().as_str());
        let names_levels = text.split(',').all(|directive| {
            directive
                .rsplit_once('=')
                .map_or_else(|| is_level(directive), |(_, level)| is_level(level))
        });
        let is_known = tracing_subscriber::EnvFilter::builder().parse(text).is_ok();
        (names_levels && is_known)
            .then(|| Self(text.to_owned()))
            .ok_or_else(String::new)
    }
}

/// When tables that an older program made are changed to what this one knows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Migrate {
    /// By the first command that opens the store.
    AtStart,
    /// By `vaern migrate` alone.
    ByHand,
}

impl Value for Migrate {
    fn kind() -> String {
        "at-start or by-hand".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "at-start" => Ok(Self::AtStart),
            "by-hand" => Ok(Self::ByHand),
            _ => Err(String::new()),
        }
    }
}

/// How lines of the log look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFormat {
    Plain,
    Json,
}

impl Value for LogFormat {
    fn kind() -> String {
        "plain or json".into()
    }

    fn parse(text: &str) -> Result<Self, String> {
        match text {
            "plain" => Ok(Self::Plain),
            "json" => Ok(Self::Json),
            _ => Err(String::new()),
        }
    }
}
