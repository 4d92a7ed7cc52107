//! The municipality's own guide: chapters of Markdown with paragraphs that duties, roles and platforms point to; in
//! editions that are drafted, approved by somebody else than who wrote last, published, and readable for ever.
//!
//! The form of a chapter (`examples/guide/`): first line `# Title {#slug}`, then paragraphs
//! `## Title {#anchor role=manager duty=receive platform=facebook device=iphone card=manager}`. CommonMark 0.31
//! (<https://spec.commonmark.org/0.31.2/>, checked 2026-11-25) with tables and task lists, without HTML, and with no picture
//! from elsewhere. Anchors are the same in both languages. `{{name}}` stands for a name or number of `guide.toml`,
//! `{{due.receive}}` and `{{due.receive.acute}}` for the procedure's terms in words, so that text and clocks can't disagree.

mod check;
mod edition;
mod fault;
mod fill;
mod picture;
mod read;
mod text;

pub use check::{Book, Content, Key, check};
pub use edition::{
    Approval, Edition, EditionState, Refused, Size, approve, in_force, may_edit, publish, save,
};
pub use fault::{Fault, Problem};
pub use fill::{Variables, term_in_words};
pub use picture::{PictureFault, picture};
pub use read::{Chapter, Section, chapter};
pub use text::{Block, Inline, Item, Target, plain};

use crate::organisation::{Organisation, Person};
use crate::vocabulary::{Role, words};
use std::collections::BTreeSet;

/// The most bytes of one chapter in one language: 200 kB, about a hundred pages.
pub const CHAPTER_LIMIT: usize = 200_000;
/// The most bytes of one picture.
pub const PICTURE_LIMIT: usize = 500_000;
/// The name under which names and numbers are kept beside the chapters.
pub const VARIABLES: &str = "guide.toml";

words!(
    /// Whom a paragraph is written for. Everybody is an employee.
    Reader {
        Employee = "employee",
        Manager = "manager",
        ManagersManager = "managers-manager",
        LegalAdviser = "legal-adviser",
        SafetyRepresentative = "safety-representative",
        ShopSteward = "shop-steward",
        Hr = "hr",
        Communication = "communication",
    }
);

words!(
    /// A platform that a how-to is for.
    Platform {
        Facebook = "facebook",
        Messenger = "messenger",
        Instagram = "instagram",
        Snapchat = "snapchat",
        Tiktok = "tiktok",
        Youtube = "youtube",
        X = "x",
        Linkedin = "linkedin",
        GoogleReviews = "google-reviews",
        Sms = "sms",
        Email = "email",
    }
);

words!(
    /// A device that a how-to is for.
    Device {
        Iphone = "iphone",
        Android = "android",
        Windows = "windows",
        Mac = "mac",
    }
);

impl Platform {
    /// The words by which people call the platforms, in the order in which they are looked for: "Facebook Messenger" is
    /// Messenger. Those of up to two letters must be the whole of what was written.
    pub const WORDS: [(Self, &'static [&'static str]); 11] = [
        (Self::Messenger, &["messenger"]),
        (Self::Facebook, &["facebook", "fb"]),
        (Self::Instagram, &["instagram", "insta", "ig"]),
        (Self::Snapchat, &["snapchat", "snap"]),
        (Self::Tiktok, &["tiktok", "tik tok"]),
        (Self::Youtube, &["youtube", "you tube"]),
        (Self::X, &["twitter", "x.com", "x"]),
        (Self::Linkedin, &["linkedin"]),
        (Self::GoogleReviews, &["google"]),
        (
            Self::Sms,
            &["sms", "imessage", "mms", "tekstbesked", "text message"],
        ),
        (Self::Email, &["mail", "outlook"]),
    ];

    /// The platform that somebody's own word for it means; `None` if it is another.
    pub fn named(text: &str) -> Option<Self> {
        let text = text.trim().to_lowercase();
        let meant = |word: &str| text == word || (word.len() > 2 && text.contains(word));
        let mut known = Self::WORDS.iter();
        known
            .find(|(_, words)| words.iter().any(|word| meant(word)))
            .map(|(platform, _)| *platform)
    }
}

/// What somebody reads the guide as: an employee, and whatever else their roles make them.
pub fn readers(person: &Person, organisation: &Organisation) -> BTreeSet<Reader> {
    let mut readers = BTreeSet::from([Reader::Employee]);
    for role in &person.roles {
        readers.extend(match role {
            Role::Manager | Role::Deputy => Some(Reader::Manager),
            Role::LegalAdviser => Some(Reader::LegalAdviser),
            Role::Hr => Some(Reader::Hr),
            Role::Communication => Some(Reader::Communication),
            Role::Safety | Role::SafetyRepresentative => Some(Reader::SafetyRepresentative),
            Role::ShopSteward => Some(Reader::ShopSteward),
            Role::Dpo | Role::Admin => None,
        });
    }
    let leads_leaders = person.has(Role::Manager)
        && organisation.units().iter().any(|unit| {
            unit.parent.as_ref() == Some(&person.unit) && !organisation.managers_of(&unit.id).is_empty()
        });
    if leads_leaders {
        readers.insert(Reader::ManagersManager);
    }
    readers
}
