//! Who is told what when a case changes: short notices on the start page, without content.

use crate::{App, AppError, Caller};
use domain::case::{CaseState, Entry, Event, PassOverReason};
use domain::ids::{CaseId, CaseNumber, PersonId};
use jiff::Timestamp;

/// One notice to one person.
#[derive(Clone, Debug, PartialEq)]
pub struct Notice {
    pub number: CaseNumber,
    pub kind: NoticeKind,
    pub at: Timestamp,
}

macro_rules! notice_kinds {
    ($($(#[$doc:meta])* $variant:ident = $text:literal),+ $(,)?) => {
        /// What a notice says; the name is its text key.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub enum NoticeKind { $($(#[$doc])* $variant),+ }

        impl NoticeKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The stable name.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            fn parse(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|kind| kind.name() == text)
            }
        }
    };
}

notice_kinds! {
    /// To the owner: a new case is yours.
    CaseYours = "case-yours",
    /// To the new owner: the case went on to you.
    PassedToYou = "passed-to-you",
    /// To the former owner: the case went on because you did not take it in time.
    PassedOnSilent = "passed-on-silent",
    /// To the former owner: the case went on because you are away.
    PassedOnAbsent = "passed-on-absent",
    /// To the legal adviser.
    ReviewYours = "review-yours",
    /// To whom a duty was handed.
    DutyYours = "duty-yours",
    /// To an invited helper.
    Invited = "invited",
    /// To target and reporter: somebody has the case now.
    Received = "received",
    /// To the owner: the review is there.
    Reviewed = "reviewed",
    /// To the owner: more was told, or more exhibits came.
    MoreTold = "more-told",
    /// To the owner: what is kept of an exhibit is not the file that came.
    ExhibitDamaged = "exhibit-damaged",
    /// To the owner: an exhibit that was told as damaged is the file that came.
    ExhibitWhole = "exhibit-whole",
    /// To target and reporter.
    Closed = "closed",
    /// To everybody with a part in it.
    Reopened = "reopened",
    /// To the reporter of a case that lives on in another.
    Joined = "joined",
}

/// Who is told what, after `entries` have turned `before` into `after`. Nobody is told of what they did themselves.
pub(crate) fn after(before: &CaseState, after: &CaseState, entries: &[Entry]) -> Vec<(PersonId, NoticeKind)> {
    let mut told: Vec<(PersonId, NoticeKind)> = Vec::new();
    let opened = entries
        .iter()
        .any(|entry| matches!(entry.event, Event::CaseOpened { .. }));
    for entry in entries {
        let mut tell = |person: &PersonId, kind: NoticeKind| {
            let notice = (person.clone(), kind);
            if entry.actor.person() != Some(person) && !told.contains(&notice) {
                told.push(notice);
            }
        };
        match &entry.event {
            Event::CaseOpened { owner, legal, .. } => {
                tell(owner, NoticeKind::CaseYours);
                legal
                    .iter()
                    .for_each(|legal| tell(legal, NoticeKind::ReviewYours));
            }
            Event::PassedOver { from, to, reason, .. } => {
                match reason {
                    PassOverReason::Silent => tell(from, NoticeKind::PassedOnSilent),
                    PassOverReason::Absent => tell(from, NoticeKind::PassedOnAbsent),
                    // Whoever a case concerns is not told of it by the system.
                    PassOverReason::Concerned => {}
                }
                if !opened && to != &before.owner {
                    tell(to, NoticeKind::PassedToYou);
                }
            }
            Event::LegalAssigned { person } => tell(person, NoticeKind::ReviewYours),
            Event::Delegated { person, .. } => tell(person, NoticeKind::DutyYours),
            Event::HelperInvited { person, .. } => tell(person, NoticeKind::Invited),
            Event::Received {} => concerned(after).for_each(|person| tell(person, NoticeKind::Received)),
            Event::Assessed { .. } => tell(&after.owner, NoticeKind::Reviewed),
            // The server's own capture is no news from anybody.
            Event::ExhibitSealed(exhibit) if exhibit.is_servers_own() => {}
            Event::Supplemented { .. } | Event::ExhibitSealed(_) | Event::ReportJoined { .. } if !opened => {
                tell(&after.owner, NoticeKind::MoreTold);
            }
            Event::ExhibitFoundDamaged { .. } => tell(&after.owner, NoticeKind::ExhibitDamaged),
            Event::ExhibitFoundWhole { .. } => tell(&after.owner, NoticeKind::ExhibitWhole),
            Event::Closed { .. } => concerned(after).for_each(|person| tell(person, NoticeKind::Closed)),
            Event::Reopened { .. } => {
                concerned(after).for_each(|person| tell(person, NoticeKind::Reopened));
                tell(&after.owner, NoticeKind::Reopened);
            }
            Event::JoinedInto { .. } => concerned(after).for_each(|person| tell(person, NoticeKind::Joined)),
            _ => {}
        }
    }
    told
}

/// The most notices that are shown at once.
const SHOWN: u64 = 20;

/// The targets and the reporters.
fn concerned(case: &CaseState) -> impl Iterator<Item = &PersonId> {
    let reporters = case.reports.iter().map(|(_, facts)| &facts.reporter);
    case.targets.iter().chain(reporters)
}

impl App {
    pub(crate) fn notice(
        &self,
        person: &PersonId,
        case: &CaseId,
        kind: NoticeKind,
        at: Timestamp,
    ) -> store::notices::Notice {
        store::notices::Notice {
            id: self.new_id(),
            person: person.clone(),
            case: Some(case.clone()),
            kind: kind.name().to_owned(),
            at,
            read_at: None,
        }
    }

    /// The caller's latest unread notices, newest first, at most 20. Opening the case, or acting on it, marks them read.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn notices(&self, caller: &Caller) -> Result<Vec<Notice>, AppError> {
        let mut read = self.store.db.read().await?;
        let mut left = store::notices::unread(&mut read, caller.id()?).await?.min(SHOWN);
        let (mut notices, mut before) = (Vec::new(), None);
        while left > 0 {
            let page = store::notices::of(&mut read, caller.id()?, before.as_ref(), 50).await?;
            for row in page
                .rows
                .into_iter()
                .filter(|row| row.read_at.is_none())
                .take(left as usize)
            {
                left -= 1;
                let (Some(case), Some(kind)) = (row.case, NoticeKind::parse(&row.kind)) else {
                    continue;
                };
                if let Some(found) = store::cases::by_id(&mut read, &self.store.keys, &case).await? {
                    notices.push(Notice {
                        number: found.number,
                        kind,
                        at: row.at,
                    });
                }
            }
            before = page.next;
            if before.is_none() {
                break;
            }
        }
        Ok(notices)
    }
}
