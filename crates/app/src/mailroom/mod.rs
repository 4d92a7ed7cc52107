//! E-mails at the door: one way in for mail server, mailbox and command line (docs/adr/0009-mail.md).
//!
//! The message as it came is the exhibit; what lies in it becomes exhibits besides, as far as it is a kind of file that we
//! take. Only when that is committed is the mail taken: whoever brought it keeps it until then.

mod fetch;
mod receipt;
mod sort;
mod unpack;

pub use fetch::Fetched;
pub(crate) use receipt::RECEIPT;
pub use receipt::{MailReceipt, Writing, Written};

use crate::intake::Incoming;
use crate::{App, AppError};
use domain::case::mailed::Mailed;
use domain::case::{Refusal, Verdict};
use domain::ids::{CaseNumber, PersonId};
use domain::mail::{Checks, Door, Doubt, Fate, Letter, NoCase, fate};
use jiff::{SignedDuration, Timestamp};
use outside::mail::Mail;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::mails::{self, MailState};
use unpack::{forwarded_to, new_report, own_words, unpack};

/// The longest message that is taken: 50 MiB.
pub const MAIL_LIMIT: usize = 50 * 1024 * 1024;
/// How long what is no case, or was discarded, can still be looked up.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 30);

/// A message at the door.
pub struct Delivery<'a> {
    pub door: Door,
    /// The envelope's sender; empty for the null sender, none if the door does not know it.
    pub envelope: Option<&'a str>,
    pub message: &'a [u8],
}

/// What became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivered {
    Report(CaseNumber),
    /// More to a case that the sender had told.
    Added(CaseNumber),
    /// The pictures of a drill.
    Drill,
    Waiting(Doubt),
    NoCase(NoCase),
    /// It came before, and nothing was done twice.
    Before,
}

/// What the list shows of a mail that is in no case.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailCard {
    pub from: String,
    pub subject: String,
    pub date: Option<Timestamp>,
    /// The envelope's sender, if the door knew it.
    #[serde(default)]
    pub envelope: Option<String>,
    /// What the malware scanner said when it came, if one is configured.
    #[serde(default)]
    pub scan: Option<Verdict>,
}

/// What somebody who sorts mail may read of one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MailText {
    /// It is in no case any more, or was discarded.
    Gone,
    /// Malware was found in it: nobody reads it before it is an exhibit, which a second person releases.
    Withheld,
    Text(String),
}

/// A mail that is in no case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailRow {
    /// SHA-256 of the message, lower-case hexadecimal.
    pub id: String,
    pub at: Timestamp,
    pub door: Door,
    /// `waiting`, `no-case` or `discarded`.
    pub state: &'static str,
    /// The code of why.
    pub reason: String,
    pub card: MailCard,
    pub decided: Option<(PersonId, Timestamp)>,
    /// Why HR discarded it.
    pub decision: Option<String>,
}

/// What a mail brings along into a case: its facts, with the places of its files in place of exhibits' numbers.
pub(crate) struct Slip {
    pub mailed: Mailed,
    id: String,
    /// HR, who let it in.
    let_in_by: Option<PersonId>,
    /// What an answer to a receipt says.
    pub words: Option<String>,
}

impl Slip {
    /// Of a mail that nobody had to let in.
    pub(crate) fn again(id: String, mailed: Mailed) -> Self {
        Self {
            mailed,
            id,
            let_in_by: None,
            words: None,
        }
    }

    /// Its hash and its facts.
    pub(crate) fn facts(&self) -> (String, Mailed) {
        (self.id.clone(), self.mailed.clone())
    }
}

impl App {
    /// Takes a message: a report by the employee who sent it, something that waits for HR, or no case. Nothing is lost: what is
    /// not a case is kept, sealed, for thirty days.
    ///
    /// # Errors
    /// Those of the store: then it was not taken, and whoever brought it must keep it. [`AppError::Refused`] for `message` if
    /// it is empty or longer than [`MAIL_LIMIT`].
    pub async fn take_mail(&self, delivery: &Delivery<'_>) -> Result<Delivered, AppError> {
        let delivered = self.deliver_mail(delivery).await?;
        crate::counts::mail_in(&delivered);
        Ok(delivered)
    }

    async fn deliver_mail(&self, delivery: &Delivery<'_>) -> Result<Delivered, AppError> {
        match delivery.message.len() {
            0 => return Err(Refusal::invalid("message", "required").into()),
            length if length > MAIL_LIMIT => return Err(Refusal::invalid("message", "too-long").into()),
            _ => {}
        }
        let id = hex::encode(Sha256::digest(delivery.message));
        let mail = outside::mail::read(delivery.message);
        let decided = self.decide_mail(delivery, &id, &mail).await?;
        if let Some(
            Fate::Report { reporter, about_me }
            | Fate::Answer {
                reporter, about_me, ..
            },
        ) = &decided
            && domain::drill::is_marked(&mail.head.subject)
        {
            match self.drill_mail(delivery, &id, &mail, reporter, *about_me).await {
                Ok(true) => return Ok(Delivered::Drill),
                Err(error) if error.is_taken() => return Ok(Delivered::Before),
                // As no drill it goes the way of any mail: a report, or something that waits for HR.
                Ok(false) | Err(AppError::NotFound | AppError::Refused(_) | AppError::Files(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let taken = match decided {
            None => return Ok(Delivered::Before),
            Some(Fate::Report { reporter, about_me }) => {
                self.report_mail(delivery, &id, &mail, &reporter, about_me, None)
                    .await
            }
            Some(Fate::Answer {
                reporter,
                cases,
                about_me,
            }) => match self.add_mail(delivery, &id, &mail, &reporter, &cases).await {
                Ok(None) => {
                    self.report_mail(delivery, &id, &mail, &reporter, about_me, None)
                        .await
                }
                Ok(Some(added)) => Ok(added),
                Err(AppError::Refused(Refusal::CaseClosed | Refusal::CaseJoined)) => {
                    let why = Delivered::Waiting(Doubt::ClosedCase);
                    self.keep_mail(delivery, &id, &mail, why).await
                }
                Err(error) => Err(error),
            },
            Some(Fate::Doubt(why)) => {
                self.keep_mail(delivery, &id, &mail, Delivered::Waiting(why))
                    .await
            }
            Some(Fate::NoCase(why)) => self.keep_mail(delivery, &id, &mail, Delivered::NoCase(why)).await,
        };
        match taken {
            // Delivered twice at the same moment: the other one was first.
            Err(error) if error.is_taken() => Ok(Delivered::Before),
            // Nothing that the sender could mend: somebody has to look.
            Err(AppError::Refused(_) | AppError::Files(_)) => {
                let why = Delivered::Waiting(Doubt::Unreadable);
                self.keep_mail(delivery, &id, &mail, why).await
            }
            taken => taken,
        }
    }

    async fn decide_mail(
        &self,
        delivery: &Delivery<'_>,
        id: &str,
        mail: &Mail,
    ) -> Result<Option<Fate>, AppError> {
        let mut read = self.store.db.read().await?;
        if mails::get(&mut read, &self.store.keys, id).await?.is_some() {
            return Ok(None);
        }
        let organisation = self.organisation();
        let from: Vec<String> = mail
            .head
            .from
            .iter()
            .map(|from| from.address.to_lowercase())
            .collect();
        let sender = from.first().and_then(|from| organisation.by_email(from));
        let today = match sender {
            Some(person) => {
                let since = self.now() - SignedDuration::from_hours(24);
                mails::since(&mut read, &person.id, since).await?
            }
            None => 0,
        };
        let mut answers = Vec::new();
        for receipt in mail.head.refers_to.iter().filter_map(|id| receipt::mail_of(id)) {
            if let Some(case) = receipt::case_of(&mut read, &self.store.keys, receipt).await? {
                answers.push(case);
            }
        }
        answers.dedup();
        let envelope = delivery.envelope.map(|sender| sender.trim().to_lowercase());
        let forwarded_to = forwarded_to(mail);
        let letter = Letter {
            from: &from,
            envelope: envelope.as_deref().or(mail.head.return_path.as_deref()),
            marks: mail.head.marks,
            checks: self.mail_checks(mail).map_or(Checks::NONE, |(checks, _)| checks),
            answers: &answers,
            forwarded_to: &forwarded_to,
            today,
        };
        Ok(Some(fate(&letter, &self.mail_policy, &organisation)))
    }

    /// What the mail server that is believed found out of the sender, and its name.
    fn mail_checks(&self, mail: &Mail) -> Option<(Checks, &str)> {
        let server = self.mail_checked_by.as_deref()?;
        let checks = outside::mail::verdicts(&mail.head.verdicts, server)?;
        Some((checks, server))
    }

    /// Makes the mail a report of this employee, as if they had told it here.
    async fn report_mail(
        &self,
        delivery: &Delivery<'_>,
        id: &str,
        mail: &Mail,
        reporter: &PersonId,
        about_me: bool,
        let_in_by: Option<PersonId>,
    ) -> Result<Delivered, AppError> {
        let caller = self.caller_named(reporter.as_str())?;
        let mut incoming = self.begin_report(&caller);
        let inside = unpack(mail, delivery.message, &mut incoming).await?;
        incoming.slip = Some(Slip {
            mailed: self.mail_facts(delivery, mail, inside),
            id: id.to_owned(),
            let_in_by,
            words: None,
        });
        let new = new_report(mail, about_me);
        let receipt = self.report(&caller, incoming, &[], new, None).await?;
        Ok(Delivered::Report(receipt.number))
    }

    /// Takes the mail for the sender's drill, if they have one that is open; `false` if not.
    async fn drill_mail(
        &self,
        delivery: &Delivery<'_>,
        id: &str,
        mail: &Mail,
        sender: &PersonId,
        about_me: bool,
    ) -> Result<bool, AppError> {
        let caller = self.caller_named(sender.as_str())?;
        if !self.practises(&caller).await? {
            return Ok(false);
        }
        let mut incoming = self.begin_report(&caller);
        let inside = unpack(mail, delivery.message, &mut incoming).await?;
        incoming.slip = Some(Slip::again(
            id.to_owned(),
            self.mail_facts(delivery, mail, inside),
        ));
        let new = new_report(mail, about_me);
        let done = self.try_drill(&caller, &mut incoming, &[], &new, None).await;
        incoming.discard().await;
        done
    }

    /// In the transaction that keeps a mail as a drill: it is taken, and never again.
    pub(crate) async fn mail_practised(&self, tx: &mut store::Tx, taken: &TakenMail) -> Result<(), AppError> {
        Ok(mails::add(tx, &self.store.keys, &taken.row, None, &mut self.dice()).await?)
    }

    /// Adds the mail to the first of these cases that the sender may add to; `None` if there is none.
    async fn add_mail(
        &self,
        delivery: &Delivery<'_>,
        id: &str,
        mail: &Mail,
        reporter: &PersonId,
        cases: &[CaseNumber],
    ) -> Result<Option<Delivered>, AppError> {
        let caller = self.caller_named(reporter.as_str())?;
        for number in cases {
            let mut incoming = match self.begin_exhibits(&caller, number).await {
                Ok(incoming) => incoming,
                Err(AppError::NotFound | AppError::Forbidden) => continue,
                Err(error) => return Err(error),
            };
            let inside = unpack(mail, delivery.message, &mut incoming).await?;
            incoming.slip = Some(Slip {
                mailed: self.mail_facts(delivery, mail, inside),
                id: id.to_owned(),
                let_in_by: None,
                words: own_words(mail),
            });
            self.add_exhibits(&caller, incoming, &[]).await?;
            return Ok(Some(Delivered::Added(number.clone())));
        }
        Ok(None)
    }

    async fn keep_mail(
        &self,
        delivery: &Delivery<'_>,
        id: &str,
        mail: &Mail,
        became: Delivered,
    ) -> Result<Delivered, AppError> {
        let (state, reason) = match &became {
            Delivered::Waiting(why) => (MailState::Waiting, why.name()),
            Delivered::NoCase(why) => (MailState::NoCase, why.name()),
            Delivered::Report(_) | Delivered::Added(_) | Delivered::Drill | Delivered::Before => {
                return Ok(became);
            }
        };
        let card = MailCard {
            from: mail
                .head
                .from
                .first()
                .map(ToString::to_string)
                .unwrap_or_default(),
            subject: mail.head.subject.clone(),
            date: mail.head.date,
            envelope: delivery.envelope.map(str::to_owned),
            scan: self.scan_mail(delivery.message).await,
        };
        let kept = mails::Mail {
            id: id.to_owned(),
            at: self.now(),
            door: delivery.door,
            state,
            reason: Some(reason.to_owned()),
            person: None,
            case: None,
            card: serde_json::to_vec(&card).map_err(|error| AppError::Internal(error.into()))?,
            decided: None,
            decision: None,
        };
        let mut tx = self.store.db.begin().await?;
        mails::add(
            &mut tx,
            &self.store.keys,
            &kept,
            Some(delivery.message),
            &mut self.dice(),
        )
        .await?;
        tx.commit().await?;
        Ok(became)
    }

    /// What the scanner says of a message that becomes no exhibit yet; none without one.
    async fn scan_mail(&self, message: &[u8]) -> Option<Verdict> {
        let mut scanning = self.scanner.as_ref()?.begin();
        for piece in message.chunks(256 * 1024) {
            scanning.write(piece).await;
        }
        Some(crate::scan::said(&scanning.finish().await).0)
    }

    /// Forgets what has been no case, or discarded, for thirty days.
    pub(crate) async fn forget_mails(&self) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        mails::purge(&mut tx, self.now() - KEPT).await?;
        Ok(tx.commit().await?)
    }

    /// In the transaction that makes a mail part of a case: it is taken, and never again.
    pub(crate) async fn mail_taken(&self, tx: &mut store::Tx, taken: &TakenMail) -> Result<(), AppError> {
        let TakenMail {
            row,
            let_in_by,
            practised,
        } = taken;
        self.receipt_later(tx, &row.id).await?;
        if let (true, Some(case)) = (practised, &row.case) {
            return match mails::became(tx, &row.id, case).await? {
                true => Ok(()),
                false => Err(AppError::NotFound),
            };
        }
        let (Some(hr), Some(by), Some(case)) = (let_in_by, &row.person, &row.case) else {
            return Ok(mails::add(tx, &self.store.keys, row, None, &mut self.dice()).await?);
        };
        match mails::let_in(tx, &row.id, by, case, (hr, row.at)).await? {
            true => Ok(()),
            false => Err(AppError::NotFound),
        }
    }
}

/// What is put down of a mail that becomes part of a case.
pub(crate) struct TakenMail {
    row: mails::Mail,
    let_in_by: Option<PersonId>,
    /// It was taken as a drill before.
    practised: bool,
}

impl TakenMail {
    /// Of the mail that these files came in, if they came in one.
    pub fn of(incoming: &Incoming, by: &PersonId, at: Timestamp) -> Option<Self> {
        let slip = incoming.slip.as_ref()?;
        let row = mails::Mail {
            id: slip.id.clone(),
            at,
            door: slip.mailed.door,
            state: MailState::Taken,
            reason: None,
            person: Some(by.clone()),
            case: Some(incoming.case.clone()),
            card: Vec::new(),
            decided: None,
            decision: None,
        };
        Some(Self {
            row,
            let_in_by: slip.let_in_by.clone(),
            practised: incoming.drill.is_some(),
        })
    }

    /// Of the mail that these files of a drill came in: it is in no case.
    pub fn practised(incoming: &Incoming, by: &PersonId, at: Timestamp) -> Option<Self> {
        let mut taken = Self::of(incoming, by, at)?;
        taken.row.case = None;
        Some(taken)
    }
}
