//! E-mails at the door: one way in for mail server, mailbox and command line (docs/adr/0009-mail.md).
//!
//! The message as it came is the exhibit; what lies in it becomes exhibits besides, as far as it is a kind of file that we
//! take. Only when that is committed is the mail taken: whoever brought it keeps it until then.

use crate::intake::Incoming;
use crate::kind::Sniffer;
use crate::query::Page;
use crate::{App, AppError, Caller, FILE_LIMIT, FILES_LIMIT, FileFault};
use domain::case::mailed::{Inside, Mailed, Part, Said};
use domain::case::{Arrival, NewReport, Refusal, field};
use domain::ids::{CaseNumber, PersonId};
use domain::mail::{Checks, Door, Doubt, Fate, Letter, NoCase, fate};
use domain::vocabulary::{Medium, Role};
use jiff::{SignedDuration, Timestamp};
use outside::mail::{Head, Mail, What, split};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store::Cursor;
use store::mails::{self, MailState};

/// The longest message that is taken: 50 MiB.
pub const MAIL_LIMIT: usize = 50 * 1024 * 1024;
/// Things in a mail that its facts name.
const NAMED: usize = 200;
/// Letters handed on that its facts name.
const LETTERS: usize = 20;
/// Waiting mails on one page.
const PAGE: u32 = 25;
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
}

impl App {
    /// Takes a message: a report by the employee who sent it, something that waits for HR, or no case. Nothing is lost: what is
    /// not a case is kept, sealed, for thirty days.
    ///
    /// # Errors
    /// Those of the store: then it was not taken, and whoever brought it must keep it. [`AppError::Refused`] for `message` if
    /// it is empty or longer than [`MAIL_LIMIT`].
    pub async fn take_mail(&self, delivery: &Delivery<'_>) -> Result<Delivered, AppError> {
        match delivery.message.len() {
            0 => return Err(Refusal::invalid("message", "required").into()),
            length if length > MAIL_LIMIT => return Err(Refusal::invalid("message", "too-long").into()),
            _ => {}
        }
        let id = hex::encode(Sha256::digest(delivery.message));
        let mail = outside::mail::read(delivery.message);
        let decided = self.decide_mail(delivery, &id, &mail).await?;
        let taken = match decided {
            None => return Ok(Delivered::Before),
            Some(
                Fate::Report { reporter, about_me }
                | Fate::Answer {
                    reporter, about_me, ..
                },
            ) => {
                self.report_mail(delivery, &id, &mail, &reporter, about_me, None)
                    .await
            }
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
        let envelope = delivery.envelope.map(|sender| sender.trim().to_lowercase());
        let forwarded_to = forwarded_to(mail);
        let letter = Letter {
            from: &from,
            envelope: envelope.as_deref().or(mail.head.return_path.as_deref()),
            marks: mail.head.marks,
            checks: Checks::NONE,
            answers: &[],
            forwarded_to: &forwarded_to,
            today,
        };
        Ok(Some(fate(&letter, &self.mail_policy, &organisation)))
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
            mailed: self.facts(delivery, mail, inside),
            id: id.to_owned(),
            let_in_by,
        });
        let new = new_report(mail, about_me);
        let receipt = self.report(&caller, incoming, &[], new, None).await?;
        Ok(Delivered::Report(receipt.number))
    }

    fn facts(&self, delivery: &Delivery<'_>, mail: &Mail, inside: Vec<Part>) -> Mailed {
        let more = mail.left_out + inside.len().saturating_sub(NAMED);
        let letters = mail.parts.iter().filter_map(|part| match &part.what {
            What::Letter(letter) => Some(said(&letter.0)),
            _ => None,
        });
        let mut hands_on: Vec<Said> = letters.take(LETTERS).collect();
        if hands_on.is_empty()
            && let Some(quoted) = split(&mail.words).1
        {
            hands_on.push(Said {
                from: quoted.from,
                to: quoted.to.join(", "),
                subject: quoted.subject,
                ..Said::default()
            });
        }
        let checks = Checks::NONE;
        Mailed {
            exhibit: 0,
            door: delivery.door,
            came_at: self.now(),
            envelope: delivery.envelope.map(str::to_owned),
            said: said(&mail.head),
            dkim: checks.dkim,
            spf: checks.spf,
            dmarc: checks.dmarc,
            checked_by: String::new(),
            hands_on,
            inside: inside.into_iter().take(NAMED).collect(),
            more_inside: more as u64,
        }
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
            Delivered::Report(_) | Delivered::Before => return Ok(became),
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

    /// Mails in a state (`waiting`, `no-case`, `discarded`), newest first, for HR; `after` is where the list goes on.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, and for another word.
    pub async fn mails(
        &self,
        caller: &Caller,
        state: &str,
        after: Option<&str>,
    ) -> Result<Page<MailRow>, AppError> {
        sorts_mail(caller)?;
        let state = MailState::parse(state).filter(|state| *state != MailState::Taken);
        let cursor = after.and_then(Cursor::parse);
        let mut read = self.store.db.read().await?;
        let state = state.ok_or(AppError::NotFound)?;
        let page = mails::list(&mut read, &self.store.keys, state, cursor.as_ref(), PAGE).await?;
        Ok(Page {
            items: page.rows.into_iter().map(row).collect(),
            next: page.next.map(|next| next.to_string()),
        })
    }

    /// How many mails wait for HR.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR.
    pub async fn mails_waiting(&self, caller: &Caller) -> Result<u64, AppError> {
        sorts_mail(caller)?;
        Ok(mails::count(&mut self.store.db.read().await?, MailState::Waiting).await?)
    }

    /// One mail that is in no case, and what it says as text; no text once it is discarded.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, and if there is none.
    pub async fn mail(&self, caller: &Caller, id: &str) -> Result<(MailRow, Option<String>), AppError> {
        sorts_mail(caller)?;
        let mut read = self.store.db.read().await?;
        let found = mails::get(&mut read, &self.store.keys, id).await?;
        let found = found.filter(|mail| mail.state != MailState::Taken);
        let message = mails::message(&mut read, &self.store.keys, id).await?;
        let text = message.map(|message| outside::mail::readable(&message));
        Ok((row(found.ok_or(AppError::NotFound)?), text))
    }

    /// HR says whose report a mail is: it becomes a case as if that employee had told it.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, or if it was decided before; [`AppError::Refused`] for `person`.
    pub async fn let_mail_in(
        &self,
        caller: &Caller,
        id: &str,
        person: &str,
        about_them: bool,
    ) -> Result<CaseNumber, AppError> {
        sorts_mail(caller)?;
        let organisation = self.organisation();
        let reporter = organisation
            .find(person)
            .ok_or(Refusal::invalid("person", "unknown-person"))?;
        let mut read = self.store.db.read().await?;
        let kept = mails::get(&mut read, &self.store.keys, id)
            .await?
            .ok_or(AppError::NotFound)?;
        let message = mails::message(&mut read, &self.store.keys, id).await?;
        drop(read);
        let message = message.ok_or(AppError::NotFound)?;
        let card: MailCard = serde_json::from_slice(&kept.card).unwrap_or_default();
        let delivery = Delivery {
            door: kept.door,
            envelope: card.envelope.as_deref(),
            message: &message,
        };
        let mail = outside::mail::read(&message);
        let by = Some(caller.id()?.clone());
        match self
            .report_mail(&delivery, id, &mail, &reporter.id, about_them, by)
            .await?
        {
            Delivered::Report(number) => Ok(number),
            _ => Err(AppError::NotFound),
        }
    }

    /// HR says that a waiting mail is not for us, and why.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for others than HR, or if it was decided before; [`AppError::Refused`] for `reason`.
    pub async fn discard_mail(&self, caller: &Caller, id: &str, reason: &str) -> Result<(), AppError> {
        sorts_mail(caller)?;
        let reason = field::required("reason", reason)?;
        let mut tx = self.store.db.begin().await?;
        let by = (caller.id()?, self.now());
        if !mails::discard(&mut tx, &self.store.keys, id, by, &reason, &mut self.dice()).await? {
            return Err(AppError::NotFound);
        }
        Ok(tx.commit().await?)
    }

    /// Forgets what has been no case, or discarded, for thirty days.
    pub(crate) async fn forget_mails(&self) -> Result<(), AppError> {
        let mut tx = self.store.db.begin().await?;
        mails::purge(&mut tx, self.now() - KEPT).await?;
        Ok(tx.commit().await?)
    }

    /// In the transaction that makes a mail part of a case: it is taken, and never again.
    pub(crate) async fn mail_taken(&self, tx: &mut store::Tx, taken: &TakenMail) -> Result<(), AppError> {
        let TakenMail { row, let_in_by } = taken;
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
        })
    }
}

fn sorts_mail(caller: &Caller) -> Result<(), AppError> {
    caller.has(Role::Hr).then_some(()).ok_or(AppError::NotFound)
}

fn row(mail: mails::Mail) -> MailRow {
    MailRow {
        id: mail.id,
        at: mail.at,
        door: mail.door,
        state: mail.state.name(),
        reason: mail.reason.unwrap_or_default(),
        card: serde_json::from_slice(&mail.card).unwrap_or_default(),
        decided: mail.decided,
        decision: mail.decision,
    }
}

/// What the sender tells: their own words; the rest is in the exhibits.
fn new_report(mail: &Mail, about_me: bool) -> NewReport {
    let (own, quoted) = split(&mail.words);
    let letter = mail.parts.iter().find_map(|part| match &part.what {
        What::Letter(letter) => Some(&letter.0),
        _ => None,
    });
    let from = letter.and_then(|head| head.from.first()).map(ToString::to_string);
    let originator = from.or(quoted.map(|quoted| quoted.from)).unwrap_or_default();
    let text = if own.trim().is_empty() {
        mail.head.subject.as_str()
    } else {
        own.trim()
    };
    NewReport {
        text: shortened(text),
        about_me,
        medium: (!originator.is_empty()).then_some(Medium::Email),
        originator: originator.chars().take(field::SHORT).collect(),
        ..NewReport::default()
    }
}

/// As long as a report's text may be; the whole of it is in the sealed original.
fn shortened(text: &str) -> String {
    match text.char_indices().nth(field::LONG - 1) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

fn said(head: &Head) -> Said {
    let list = |people: &[outside::mail::Address]| {
        let people: Vec<String> = people.iter().map(ToString::to_string).collect();
        people.join(", ")
    };
    Said {
        from: list(&head.from),
        to: list(&head.to),
        date: head.date,
        subject: head.subject.clone(),
        message_id: head.message_id.clone(),
        received: head.received.clone(),
    }
}

/// To whom what the mail hands on was sent, in lower case.
fn forwarded_to(mail: &Mail) -> Vec<String> {
    let letters = mail.parts.iter().filter_map(|part| match &part.what {
        What::Letter(letter) => Some(letter.0.to.iter().chain(&letter.0.cc)),
        _ => None,
    });
    let mut to: Vec<String> = letters.flatten().map(|to| to.address.to_lowercase()).collect();
    to.extend(split(&mail.words).1.into_iter().flat_map(|quoted| quoted.to));
    to
}

/// The message itself as the first file, then what lies in it and is a kind of file that we take. Gives what became of each
/// thing, with its file's place in place of an exhibit's number.
async fn unpack(mail: &Mail, message: &[u8], incoming: &mut Incoming) -> Result<Vec<Part>, AppError> {
    incoming.letter("e-mail.eml", Arrival::Email).await?;
    write(incoming, message).await?;
    let mut inside = Vec::new();
    for part in &mail.parts {
        let place = u32::try_from(incoming.count()).unwrap_or(u32::MAX);
        let fate = match &part.what {
            What::Encrypted => Inside::Encrypted,
            What::Signature => Inside::Signature,
            What::Calendar => Inside::Calendar,
            What::Winmail => Inside::Winmail,
            What::TooDeep => Inside::TooDeep,
            What::Letter(_) if part.letters > 0 => Inside::InThatLetter,
            What::File | What::Letter(_) => take(part, incoming).await?,
        };
        inside.push(Part {
            name: part.name.clone(),
            media_type: part.media_type.clone(),
            fate,
            exhibit: (fate == Inside::Exhibit).then_some(place),
        });
    }
    Ok(inside)
}

async fn take(part: &outside::mail::Part, incoming: &mut Incoming) -> Result<Inside, AppError> {
    if incoming.count() >= FILES_LIMIT {
        return Ok(Inside::OverLimit);
    }
    let content = part.content();
    if content.is_empty() {
        return Ok(Inside::Empty);
    }
    if content.len() as u64 > FILE_LIMIT {
        return Ok(Inside::TooBig);
    }
    if matches!(part.what, What::Letter(_)) {
        incoming
            .letter(&format!("{}.eml", part.name), Arrival::Email)
            .await?;
        write(incoming, &content).await?;
        return Ok(Inside::Exhibit);
    }
    let mut sniffer = Sniffer::default();
    content.chunks(64 * 1024).for_each(|chunk| sniffer.push(chunk));
    match sniffer.finish(&part.name) {
        Ok(_) => {}
        Err(FileFault::WrongContent { .. }) => return Ok(Inside::WrongContent),
        Err(_) => return Ok(Inside::UnknownKind),
    }
    incoming.file(&part.name, Arrival::Email).await?;
    write(incoming, &content).await?;
    Ok(Inside::Exhibit)
}

async fn write(incoming: &mut Incoming, bytes: &[u8]) -> Result<(), AppError> {
    for chunk in bytes.chunks(256 * 1024) {
        incoming.write(chunk).await?;
    }
    incoming.end_file().await
}
