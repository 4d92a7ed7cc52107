//! What becomes of an e-mail: a report, more to a case, something for HR to look at, or no case at all.
//!
//! An e-mail's sender is what the e-mail says, so it opens a case by itself only where nothing speaks against it
//! (docs/adr/0009-mail.md).

use crate::ids::{CaseNumber, PersonId};
use crate::organisation::Organisation;
use crate::vocabulary::words;

words!(
    /// The door that an e-mail came through.
    Door {
        /// Delivered by the municipality's mail server.
        Lmtp = "lmtp",
        /// Fetched from a mailbox.
        Imap = "imap",
        /// Given to `vaern intake-mail`.
        Command = "command",
    }
);

words!(
    /// What a check of the sender came to (RFC 7601's words, shortened; checked 2026-11-25).
    Check {
        Pass = "pass",
        Fail = "fail",
        /// There was nothing to check: no signature, no policy.
        None = "none",
        /// The answer was not to be had just then.
        Error = "error",
        NotChecked = "not-checked",
    }
);

words!(
    /// Why an e-mail makes no case.
    NoCase {
        /// From nobody: a report of a mail that could not be delivered.
        Bounce = "bounce",
        /// Answered by a machine: out of office, a receipt.
        AutoReply = "auto-reply",
        /// A newsletter or a mailing list.
        List = "list",
        /// Our own receipt, come back.
        Own = "own",
    }
);

words!(
    /// Why an e-mail waits for HR.
    Doubt {
        /// No employee has this address.
        UnknownSender = "unknown-sender",
        /// No sender, or several.
        NoOneSender = "no-one-sender",
        /// It says that it is from an employee, and the check of the sender says that it is not.
        FailedCheck = "failed-check",
        /// The municipality wants a passed check, and there is none.
        Unproved = "unproved",
        /// The envelope names another sender than the letter.
        OtherEnvelope = "other-envelope",
        /// The sender has sent more today than is taken without somebody looking.
        TooMany = "too-many",
        /// It answers a receipt of a case that is closed or joined to another.
        ClosedCase = "closed-case",
        /// It could not be read.
        Unreadable = "unreadable",
    }
);

/// What the checks of the sender came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Checks {
    pub dkim: Check,
    pub spf: Check,
    pub dmarc: Check,
}

impl Checks {
    /// Nothing was checked.
    pub const NONE: Self = Self {
        dkim: Check::NotChecked,
        spf: Check::NotChecked,
        dmarc: Check::NotChecked,
    };

    /// Whether they speak for the sender, against, or neither. DMARC speaks for the address that people see, so it decides
    /// where it says anything; a lone DKIM or SPF failure decides only without it.
    pub fn verdict(&self) -> Check {
        match self.dmarc {
            Check::Pass | Check::Fail => self.dmarc,
            _ if [self.dkim, self.spf].contains(&Check::Fail) => Check::Fail,
            _ => Check::None,
        }
    }
}

/// What a mail says of itself that no person says of theirs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks {
    /// `Auto-Submitted` other than `no` (RFC 3834), or its older likes.
    pub automatic: bool,
    /// `List-Id` and its likes (RFC 2919, RFC 2369), or `Precedence: bulk`, `list`, `junk`.
    pub list: bool,
    /// A delivery report (RFC 6522), or from the mailer daemon.
    pub bounce: bool,
    /// It carries our own receipt's mark.
    pub own: bool,
}

/// What is known of a mail when it is decided what becomes of it.
#[derive(Clone, Debug)]
pub struct Letter<'a> {
    /// Every address of every From field, in lower case.
    pub from: &'a [String],
    /// The envelope's sender in lower case, empty for the null sender; none if the door does not know it.
    pub envelope: Option<&'a str>,
    pub marks: Marks,
    pub checks: Checks,
    /// The cases whose receipts it refers to.
    pub answers: &'a [CaseNumber],
    /// The addresses to which what is forwarded in it was sent, in lower case.
    pub forwarded_to: &'a [String],
    /// How many mails of this sender were taken in the last 24 hours.
    pub today: u64,
}

/// What the municipality asks of mails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Policy {
    /// Mails that one sender may send in 24 hours before HR looks.
    pub daily: u64,
    /// A mail opens a case only if the check of its sender was passed.
    pub must_pass: bool,
}

impl Default for Policy {
    /// Twenty a day; what nothing speaks against is taken.
    fn default() -> Self {
        Self {
            daily: 20,
            must_pass: false,
        }
    }
}

/// What becomes of a mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// A report by this employee; `about_me`: of what was sent to themselves.
    Report {
        reporter: PersonId,
        about_me: bool,
    },
    /// More to a case, if the sender reported it; otherwise a report.
    Answer {
        reporter: PersonId,
        cases: Vec<CaseNumber>,
        about_me: bool,
    },
    Doubt(Doubt),
    NoCase(NoCase),
}

/// Decides what becomes of a mail.
pub fn fate(letter: &Letter<'_>, policy: &Policy, organisation: &Organisation) -> Fate {
    if let Some(why) = no_case(letter) {
        return Fate::NoCase(why);
    }
    let [from] = letter.from else {
        return Fate::Doubt(Doubt::NoOneSender);
    };
    let Some(person) = organisation.by_email(from) else {
        return Fate::Doubt(Doubt::UnknownSender);
    };
    if letter
        .envelope
        .is_some_and(|envelope| !envelope.eq_ignore_ascii_case(from))
    {
        return Fate::Doubt(Doubt::OtherEnvelope);
    }
    match letter.checks.verdict() {
        Check::Fail => return Fate::Doubt(Doubt::FailedCheck),
        Check::Pass => {}
        _ if policy.must_pass => return Fate::Doubt(Doubt::Unproved),
        _ => {}
    }
    if letter.today >= policy.daily {
        return Fate::Doubt(Doubt::TooMany);
    }
    // What somebody hands on that was sent to themselves is aimed at them. To whomever else it was sent, nobody but the
    // sender knows whom it is aimed at: the manager asks.
    let about_me = letter
        .forwarded_to
        .iter()
        .any(|to| to.eq_ignore_ascii_case(&person.email));
    let reporter = person.id.clone();
    if letter.answers.is_empty() {
        Fate::Report { reporter, about_me }
    } else {
        Fate::Answer {
            reporter,
            cases: letter.answers.to_vec(),
            about_me,
        }
    }
}

fn no_case(letter: &Letter<'_>) -> Option<NoCase> {
    let daemon = letter.from.iter().any(|from| {
        let name = from.split('@').next().unwrap_or_default();
        matches!(name, "mailer-daemon" | "postmaster" | "double-bounce")
    });
    let marks = letter.marks;
    if marks.own {
        Some(NoCase::Own)
    } else if marks.bounce || daemon || letter.envelope == Some("") {
        Some(NoCase::Bounce)
    } else if marks.automatic {
        Some(NoCase::AutoReply)
    } else {
        marks.list.then_some(NoCase::List)
    }
}
