//! Redacted copies: an exhibit with names, faces or numbers covered, made for somebody and for a reason. The exhibit itself
//! is never touched, and the copy is new pixels or new text, so there is nothing under what is covered.

use super::event::Event;
use super::scan::Verdict;
use super::state::{CaseState, Deed, Phase};
use super::statement::Region;
use super::{Refusal, field};
use crate::ids::BlobId;
use crate::vocabulary::words;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// The most boxes or passages of one copy.
pub const COVERS: usize = 200;
/// The shortest passage, in characters: a single letter would take the text apart.
const SHORTEST: usize = 2;

words!(
    /// For whom a copy is made.
    Recipient {
        Police = "police",
        Platform = "platform",
        /// Somebody who has asked for access to the file (aktindsigt).
        AccessRequest = "access-request",
        /// Somebody else, who is named.
        Other = "other",
    }
);

words!(
    /// How an exhibit is covered.
    Coverable {
        /// Boxes on the one picture that it is.
        Picture = "picture",
        /// Boxes on pages.
        Pages = "pages",
        /// Passages of a text.
        Text = "text",
    }
);

/// A box on a page: 0 for a picture, from 1 in a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Patch {
    pub page: u32,
    pub region: Region,
}

/// What is covered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Covers {
    Boxes(Vec<Patch>),
    /// Words as they stand in the text; everywhere they stand.
    Passages(Vec<String>),
}

/// A copy that somebody asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    pub exhibit: u32,
    pub recipient: Recipient,
    /// Who, by name or reference; must be said of somebody [`Recipient::Other`].
    pub name: String,
    pub reason: String,
    pub covers: Covers,
}

/// A copy as it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Redacted {
    /// Dense from 1 in the case.
    pub number: u32,
    pub exhibit: u32,
    pub recipient: Recipient,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    pub reason: String,
    /// How many boxes or passages were covered.
    pub covers: u32,
    pub media_type: String,
    pub bytes: u64,
    /// Of the copy, in hexadecimal.
    pub sha256: String,
    #[schema(value_type = String)]
    pub blob: BlobId,
}

/// How files of this type are covered; `None` for those that can't be.
pub fn coverable(media_type: &str) -> Option<Coverable> {
    match media_type {
        "image/png" | "image/jpeg" | "image/webp" | "image/gif" => Some(Coverable::Picture),
        "application/pdf" => Some(Coverable::Pages),
        // A saved page (MHTML) is read as text too.
        "text/plain" | "message/rfc822" | "multipart/related" | "application/vnd.ms-outlook" => {
            Some(Coverable::Text)
        }
        _ => None,
    }
}

impl CaseState {
    /// The number of the next copy.
    pub fn next_redaction(&self) -> u32 {
        self.redactions.last().map_or(1, |(_, last)| last.number + 1)
    }

    /// The copies of one exhibit, oldest first.
    pub fn redactions_of(&self, exhibit: u32) -> impl Iterator<Item = &(Deed, Redacted)> {
        let of = move |(_, made): &&(Deed, Redacted)| made.exhibit == exhibit;
        self.redactions.iter().filter(of)
    }

    /// How this exhibit can be covered now; an infected one never.
    pub fn coverable(&self, exhibit: u32) -> Option<Coverable> {
        let found = self.exhibit(exhibit)?;
        if self.scans.get(&exhibit) == Some(&Verdict::Infected) || self.phase == Phase::Joined {
            return None;
        }
        coverable(&found.media_type)
    }
}

/// Checks an order before any work is done. Also a closed case's exhibits are asked for, so a closed case may.
///
/// # Errors
/// A [`Refusal`]: `boxes.N` (from 0) names the box that lies outside.
pub fn ordered(case: &CaseState, order: &Order) -> Result<Order, Refusal> {
    if case.phase == Phase::Joined {
        return Err(Refusal::CaseJoined);
    }
    let exhibit = case
        .exhibit(order.exhibit)
        .ok_or(Refusal::invalid("exhibit", "unknown-exhibit"))?;
    if case.is_infected(order.exhibit) {
        return Err(Refusal::ExhibitWithheld);
    }
    let covers = match (coverable(&exhibit.media_type), &order.covers) {
        (Some(Coverable::Picture), Covers::Boxes(boxes)) => boxes_on(boxes, |page| page == 0)?,
        (Some(Coverable::Pages), Covers::Boxes(boxes)) => boxes_on(boxes, |page| page > 0)?,
        (Some(Coverable::Text), Covers::Passages(passages)) => passages_in(passages)?,
        _ => return Err(Refusal::invalid("exhibit", "not-coverable")),
    };
    let name = match order.recipient {
        Recipient::Other => field::required_line("name", &order.name)?,
        _ => field::line("name", &order.name)?,
    };
    Ok(Order {
        name,
        reason: field::required("reason", &order.reason)?,
        covers,
        ..order.clone()
    })
}

/// The boxes in their order, each once; they may overlap.
fn boxes_on(boxes: &[Patch], is_page: impl Fn(u32) -> bool) -> Result<Covers, Refusal> {
    counted("boxes", boxes.len())?;
    let mut kept: Vec<Patch> = Vec::new();
    for (at, patch) in boxes.iter().enumerate() {
        let outside = |_| Refusal::invalid(format!("boxes.{at}"), "outside-exhibit");
        patch.region.checked().map_err(outside)?;
        if !is_page(patch.page) {
            return Err(Refusal::invalid(format!("boxes.{at}"), "no-such-page"));
        }
        if !kept.contains(patch) {
            kept.push(*patch);
        }
    }
    Ok(Covers::Boxes(kept))
}

fn passages_in(passages: &[String]) -> Result<Covers, Refusal> {
    counted("passages", passages.len())?;
    let mut kept: Vec<String> = Vec::new();
    for (at, passage) in passages.iter().enumerate() {
        let invalid = |problem| Refusal::invalid(format!("passages.{at}"), problem);
        let passage = field::line("passages", passage).map_err(|_| invalid("too-long"))?;
        if passage.chars().count() < SHORTEST {
            return Err(invalid("too-short"));
        }
        if !kept.contains(&passage) {
            kept.push(passage);
        }
    }
    Ok(Covers::Passages(kept))
}

fn counted(field: &'static str, count: usize) -> Result<(), Refusal> {
    match count {
        0 => Err(Refusal::invalid(field, "at-least-one")),
        some if some > COVERS => Err(Refusal::invalid(field, "too-many")),
        _ => Ok(()),
    }
}

impl Covers {
    /// How many boxes or passages.
    pub fn count(&self) -> usize {
        match self {
            Self::Boxes(boxes) => boxes.len(),
            Self::Passages(passages) => passages.len(),
        }
    }
}

/// What is recorded of a copy that was made of an order, which is checked once more: much may have happened meanwhile.
///
/// # Errors
/// As [`ordered`].
pub fn redacted(case: &CaseState, order: &Order, copy: CopyFile) -> Result<Event, Refusal> {
    let order = ordered(case, order)?;
    Ok(Event::ExhibitRedacted(Box::new(Redacted {
        number: case.next_redaction(),
        exhibit: order.exhibit,
        recipient: order.recipient,
        covers: u32::try_from(order.covers.count()).unwrap_or(u32::MAX),
        name: order.name,
        reason: order.reason,
        media_type: copy.media_type,
        bytes: copy.bytes,
        sha256: copy.sha256,
        blob: copy.blob,
    })))
}

/// The file that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopyFile {
    pub media_type: String,
    pub bytes: u64,
    /// In hexadecimal.
    pub sha256: String,
    pub blob: BlobId,
}
