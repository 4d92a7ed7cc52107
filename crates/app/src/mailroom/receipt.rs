//! Receipts by e-mail: to the employee's own address in the organisation alone, whoever wrote (docs/adr/0009-mail.md).

use crate::{App, AppError, Caller, counts};
use domain::duties::Duty;
use domain::ids::CaseNumber;
use domain::language::Language;
use domain::organisation::Person;
use domain::vocabulary::DutyKind;
use jiff::Timestamp;
use jiff::Zoned;
use outside::post::{NotSent, Note, Post};
use store::jobs::{self, Job, Lane};
use store::{KeyRing, Tx, mails};

/// The job's name; its payload is the hash of the mail that was taken.
pub(crate) const RECEIPT: &str = "receipt";
/// What the Message-ID of a receipt begins with; the hash of the mail follows.
const PREFIX: &str = "receipt.";
/// After so many tries it is given up: they can see it on the start page.
const TRIES: u32 = 11;

/// How people are written to.
#[derive(Clone, Debug)]
pub struct Writing {
    pub post: Post,
    /// The address of Værn without a `/` at the end, if it is known.
    pub home: Option<String>,
}

impl Writing {
    /// Hands a letter over; `true` if it was taken. What the mail server never takes, or not in so many tries, is given up: that is no
    /// failure of a job, but said in the log.
    ///
    /// # Errors
    /// While it is worth another try.
    pub(crate) async fn hand_over(&self, note: &Note<'_>, job: &Job, tries: u32) -> Result<bool, AppError> {
        match self.post.send(note).await {
            Ok(()) => {
                counts::mail_out("sent");
                Ok(true)
            }
            Err(error @ NotSent::Later(_)) if job.attempts < tries => {
                counts::mail_out("later");
                Err(anyhow::Error::from(error).into())
            }
            Err(error) => {
                counts::mail_out("given-up");
                tracing::error!(%error, job = job.name, "a letter can't be sent, and is given up");
                Ok(false)
            }
        }
    }
}

/// What a receipt tells.
#[derive(Clone, Debug)]
pub struct MailReceipt {
    pub language: Language,
    /// In the municipality's time.
    pub now: Zoned,
    pub municipality: String,
    pub to: String,
    pub number: CaseNumber,
    pub owner: String,
    /// The owner has taken it.
    pub received: bool,
    /// By when the owner takes it, if they have not.
    pub due: Option<Timestamp>,
    /// How many files came of the mail, itself among them.
    pub exhibits: usize,
    /// It was added to a case that was there.
    pub added: bool,
    /// Where it can be followed.
    pub link: Option<String>,
}

/// A letter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Written {
    pub subject: String,
    /// Plain text, lines ended by `\n`.
    pub text: String,
}

/// The hash of the mail whose receipt has this Message-ID.
pub(super) fn mail_of(message_id: &str) -> Option<&str> {
    let (local, _) = message_id.strip_prefix(PREFIX)?.split_once('@')?;
    (local.len() == 64 && local.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(local)
}

/// The case that this mail became (part of).
pub(super) async fn case_of(
    read: &mut impl store::Ask,
    keys: &KeyRing,
    mail: &str,
) -> Result<Option<CaseNumber>, AppError> {
    let found = mails::get(read, keys, mail).await?;
    let Some(case) = found.and_then(|mail| mail.case) else {
        return Ok(None);
    };
    let row = store::cases::by_id(read, keys, &case).await?;
    Ok(row.map(|row| row.number))
}

impl App {
    /// In the transaction that takes a mail: its receipt is to be sent.
    pub(super) async fn receipt_later(&self, tx: &mut Tx, mail: &str) -> Result<(), AppError> {
        if self.writing.is_some() {
            let job = format!("{RECEIPT}-{mail}");
            jobs::enqueue_in(tx, Lane::Letters, &job, RECEIPT, mail, self.now()).await?;
        }
        Ok(())
    }

    /// The job: sends it.
    pub(crate) async fn send_receipt(&self, job: &Job) -> Result<(), AppError> {
        let mail = job.payload.as_str();
        let Some(writing) = &self.writing else {
            return Ok(());
        };
        let Some((person, receipt, answers)) = self.mail_receipt(mail, writing).await? else {
            return Ok(());
        };
        let written = self.composer.receipt(&receipt);
        let id = format!("{PREFIX}{mail}");
        let note = Note {
            to: (&person.email, &person.name),
            subject: &written.subject,
            text: &written.text,
            at: self.now(),
            id: &id,
            answers: answers.as_deref(),
        };
        writing.hand_over(&note, job, TRIES).await.map(drop)
    }

    /// To whom, what, and which message it answers; `None` if there is nobody to write to any more.
    async fn mail_receipt(
        &self,
        id: &str,
        writing: &Writing,
    ) -> Result<Option<(Person, MailReceipt, Option<String>)>, AppError> {
        let mut read = self.store.db.read().await?;
        let found = mails::get(&mut read, &self.store.keys, id).await?;
        let number = case_of(&mut read, &self.store.keys, id).await?;
        let by = found.and_then(|mail| mail.person);
        let (Some(by), Some(number)) = (by, number) else {
            return Ok(None);
        };
        let language = store::people::language(&mut read, &by).await?;
        drop(read);
        let organisation = self.organisation();
        let Some(person) = organisation.person(&by).filter(|person| person.active) else {
            return Ok(None);
        };
        // As the system: nobody reads anything here but what the receipt on the page says too.
        let (view, _, _) = self.look(&Caller::system(), &number).await?;
        let state = &view.state;
        let sealed = state.exhibits.iter().find(|(_, exhibit)| exhibit.sha256 == id);
        let sealed = sealed.map(|(_, exhibit)| exhibit);
        let mailed = sealed.and_then(|exhibit| state.mailed.get(&exhibit.number));
        let inside = mailed.iter().flat_map(|mailed| &mailed.inside);
        let exhibits = 1 + inside.filter(|part| part.exhibit.is_some()).count();
        let receive = view.duties.iter().find(|duty| duty.kind == DutyKind::Receive);
        let owner = organisation.person(&state.owner);
        let receipt = MailReceipt {
            language: language
                .as_deref()
                .and_then(Language::parse)
                .unwrap_or(Language::Da),
            now: self.calendar().local(self.now()),
            municipality: view.procedure.municipality.clone(),
            to: person.name.clone(),
            owner: owner.map_or_else(String::new, |owner| owner.name.clone()),
            received: !receive.is_some_and(Duty::is_owed),
            due: receive.filter(|duty| duty.is_owed()).and_then(|duty| duty.due),
            exhibits,
            added: sealed.is_some_and(|exhibit| exhibit.report.is_none()),
            link: writing.home.as_ref().map(|home| format!("{home}/cases/{number}")),
            number,
        };
        let answers = mailed.map(|mailed| mailed.said.message_id.clone());
        Ok(Some((
            person.clone(),
            receipt,
            answers.filter(|id| !id.is_empty()),
        )))
    }
}
