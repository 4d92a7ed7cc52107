//! What is known of an exhibit that came by e-mail: what the letter says of itself, which doors it passed, what the checks
//! of its sender came to, and what lies in it. Recorded, not trusted.

use crate::mail::{Check, Checks, Door};
use crate::vocabulary::words;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

words!(
    /// What became of something that lies in an e-mail. Whatever it is, it stays in the sealed original too.
    Inside {
        /// An exhibit of its own besides.
        Exhibit = "exhibit",
        /// Not a kind of file that we take by itself.
        UnknownKind = "unknown-kind",
        /// Its content is not what its name says.
        WrongContent = "wrong-content",
        Empty = "empty",
        TooBig = "too-big",
        /// One more than are taken out of one mail.
        OverLimit = "over-limit",
        /// Encrypted for somebody: nobody can read it here.
        Encrypted = "encrypted",
        /// A signature over the rest.
        Signature = "signature",
        /// An invitation.
        Calendar = "calendar",
        /// Outlook's own wrapping (`winmail.dat`), from before it was looked into.
        Winmail = "winmail",
        /// Outlook's own wrapping; what lies in it is named after it.
        Unwrapped = "unwrapped",
        /// The same, damaged: not all of it came out.
        BrokenWinmail = "broken-winmail",
        /// A letter in Outlook's own wrapping.
        WinmailLetter = "winmail-letter",
        /// Not what it should be: nothing came out.
        Unreadable = "unreadable",
        /// Letters within letters, deeper than is followed.
        TooDeep = "too-deep",
        /// A letter in a letter that is an exhibit itself.
        InThatLetter = "in-that-letter",
    }
);

/// One thing that lies in an e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Part {
    pub name: String,
    pub media_type: String,
    pub fate: Inside,
    /// The exhibit that it became.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exhibit: Option<u32>,
}

/// What a letter says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Said {
    pub from: String,
    pub to: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<Timestamp>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub subject: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub message_id: String,
    /// The servers that it passed, the last first, each as it wrote itself down.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub received: Vec<String>,
}

/// How an exhibit came by e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mailed {
    pub exhibit: u32,
    pub door: Door,
    /// When it stood at the door.
    pub came_at: Timestamp,
    /// The envelope's sender; empty for the null sender, none if the door did not know it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub envelope: Option<String>,
    pub said: Said,
    pub dkim: Check,
    pub spf: Check,
    pub dmarc: Check,
    /// Whose word the checks are: a mail server's name, or `vaern`; empty if nothing was checked.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub checked_by: String,
    /// The letters that it hands on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub hands_on: Vec<Said>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub inside: Vec<Part>,
    /// How many more things lie in it than are named here.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_inside: u64,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks for a reference")]
fn is_zero(count: &u64) -> bool {
    *count == 0
}

impl Mailed {
    /// What the checks came to.
    pub fn checks(&self) -> Checks {
        Checks {
            dkim: self.dkim,
            spf: self.spf,
            dmarc: self.dmarc,
        }
    }

    /// The same in another case, where the exhibits have these new numbers; none if its own exhibit did not come along.
    pub(super) fn renumbered(&self, numbers: &BTreeMap<u32, u32>) -> Option<Self> {
        let mut moved = self.clone();
        moved.exhibit = *numbers.get(&self.exhibit)?;
        for part in &mut moved.inside {
            part.exhibit = part.exhibit.and_then(|exhibit| numbers.get(&exhibit).copied());
        }
        Some(moved)
    }
}
