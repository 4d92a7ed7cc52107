//! What the server itself saw where a link led. It is the word of our server on its own clock, of one look without signing in;
//! what the page, its address and its certificate say of themselves is recorded, not trusted.

use super::event::Exhibit;
use super::state::CaseState;
use crate::ids::PersonId;
use crate::reach::is_public_link;
use crate::seen::Seen;
use crate::vocabulary::words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The most of the addresses passed on the way that are kept.
pub const HOPS: usize = 20;
/// The longest title and name of a certificate that are kept, in characters.
pub const TEXT: usize = 300;

words!(
    /// Why there is nothing, or not all of it.
    Stopped {
        /// The address, or one that it led to, is not of the public Internet.
        NotPublic = "not-public",
        /// No such name.
        NoName = "no-name",
        /// No connection, or it broke off.
        NoAnswer = "no-answer",
        /// More than may be fetched.
        TooLarge = "too-large",
        /// It was not done in time.
        TooSlow = "too-slow",
        /// The browser could not show it, or gave up.
        NotShown = "not-shown",
        /// Packed in a way that was not asked for.
        Packed = "packed",
        /// Capturing it was given up after several tries.
        GivenUp = "given-up",
    }
);

/// One address that was passed on the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Hop {
    pub url: String,
    /// The answer that led on; none where the page itself did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// The certificate by which the page's server named itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Certificate {
    /// For whom it was asked.
    pub host: String,
    pub subject: String,
    pub issuer: String,
    #[schema(value_type = String, format = DateTime)]
    pub from: Timestamp,
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Lower-case hexadecimal SHA-256 of the certificate (DER).
    pub sha256: String,
    /// Whether it was valid for that host, and led to an authority that this machine trusts.
    pub trusted: bool,
}

/// One look at one link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Witnessed {
    /// The link as it was told.
    pub asked: String,
    /// When the look began, by the server's clock.
    pub at: Timestamp,
    pub seen: Seen,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Stopped>,
    /// The address that the browser came to, and the last answer's status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub title: String,
    /// The addresses on the way there, the link first; none if nothing led on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hops: Vec<Hop>,
    /// The network address that the page was fetched from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub certificate: Option<Certificate>,
    /// The exhibit that is the picture of the whole page, and the one that is the web archive.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub picture: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub archive: Option<u32>,
    /// Bytes that were fetched in all.
    pub bytes: u64,
    /// How many parts of the page were not fetched because their address is not public.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub refused: u32,
    /// The page went on beyond the picture.
    #[serde(default, skip_serializing_if = "is_false")]
    pub cut: bool,
    /// The browser, as it names itself.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub browser: String,
    /// Lower-case hexadecimal SHA-256 of the public key (DER) that signed the web archive.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub key: String,
}

impl Witnessed {
    /// A look of which nothing came.
    #[must_use]
    pub fn nothing(asked: &str, at: Timestamp, why: Stopped) -> Self {
        Self {
            asked: asked.to_owned(),
            at,
            seen: Seen::Unreached,
            stopped: Some(why),
            url: None,
            status: None,
            title: String::new(),
            hops: Vec::new(),
            address: None,
            certificate: None,
            picture: None,
            archive: None,
            bytes: 0,
            refused: 0,
            cut: false,
            browser: String::new(),
            key: String::new(),
        }
    }

    /// The same in another case, where the exhibits have these new numbers.
    pub(super) fn renumbered(&self, numbers: &BTreeMap<u32, u32>) -> Self {
        let new = |exhibit: Option<u32>| exhibit.and_then(|exhibit| numbers.get(&exhibit).copied());
        Self {
            picture: new(self.picture),
            archive: new(self.archive),
            ..self.clone()
        }
    }
}

/// Who stands as the sender of what the server captured itself: the name that a journal's header gives the system.
#[must_use]
pub fn server() -> PersonId {
    PersonId::new("system")
}

impl Exhibit {
    /// Whether the server captured it itself.
    #[must_use]
    pub fn is_servers_own(&self) -> bool {
        self.sent_by == server()
    }
}

impl CaseState {
    /// The links that the case has and the server has not looked at, each once, in the order in which they came: of the
    /// reports, and of the pages that the extension captured.
    #[must_use]
    pub fn unwitnessed(&self) -> Vec<String> {
        let told = self
            .reports
            .iter()
            .filter_map(|(_, facts)| facts.source_url.as_deref());
        let captured = self
            .exhibits
            .iter()
            .filter_map(|(_, exhibit)| exhibit.capture.as_ref());
        let mut links: Vec<String> = Vec::new();
        for link in told.chain(captured.map(|capture| capture.url.as_str())) {
            let known = self.witnessed.iter().any(|seen| seen.asked == link);
            if is_public_link(link) && !known && !links.iter().any(|other| other == link) {
                links.push(link.to_owned());
            }
        }
        links
    }

    /// The look that an exhibit comes from, if the server captured it itself.
    #[must_use]
    pub fn look_behind(&self, exhibit: u32) -> Option<&Witnessed> {
        let of = |seen: &&Witnessed| seen.picture == Some(exhibit) || seen.archive == Some(exhibit);
        self.witnessed.iter().find(of)
    }

    /// The server's own looks at the link that an exhibit is said to show.
    pub fn looks_at_its_link(&self, exhibit: u32) -> impl Iterator<Item = &Witnessed> {
        let links = self.links_of(exhibit);
        self.witnessed
            .iter()
            .filter(move |seen| links.contains(&seen.asked))
    }

    /// Whether an exhibit is said to show a link that the server never looks at, since it is none of the public Internet.
    #[must_use]
    pub fn has_closed_link(&self, exhibit: u32) -> bool {
        self.links_of(exhibit).iter().any(|link| !is_public_link(link))
    }

    /// The links that an exhibit is said to show, if somebody sent it.
    fn links_of(&self, exhibit: u32) -> Vec<String> {
        let found = self.exhibit(exhibit).filter(|exhibit| !exhibit.is_servers_own());
        let links = found.map(|exhibit| {
            let captured = exhibit.capture.as_ref().map(|capture| capture.url.clone());
            [captured, exhibit.source_url.clone()]
        });
        links.into_iter().flatten().flatten().collect()
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_false(b: &bool) -> bool {
    !*b
}
