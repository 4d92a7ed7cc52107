//! From a message to what it becomes: words, facts, and files.

use super::Delivery;
use crate::intake::Incoming;
use crate::kind::Sniffer;
use crate::{App, AppError, FILE_LIMIT, FILES_LIMIT, FileFault};
use domain::case::mailed::{Inside, Mailed, Part, Said};
use domain::case::{Arrival, NewReport, field};
use domain::mail::Checks;
use domain::vocabulary::Medium;
use outside::mail::{Head, Mail, What, split};

/// Things in a mail that its facts name.
const NAMED: usize = 200;
/// Letters handed on that its facts name.
const LETTERS: usize = 20;

impl App {
    pub(super) fn mail_facts(&self, delivery: &Delivery<'_>, mail: &Mail, inside: Vec<Part>) -> Mailed {
        let more = mail.left_out + inside.len().saturating_sub(NAMED);
        let letters = mail.parts.iter().filter_map(outside::mail::Part::letter);
        let mut hands_on: Vec<Said> = letters.map(|(head, _)| said(head)).take(LETTERS).collect();
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
        let (checks, checked_by) = self.mail_checks(mail).unwrap_or((Checks::NONE, ""));
        Mailed {
            exhibit: 0,
            door: delivery.door,
            came_at: self.now(),
            envelope: delivery.envelope.map(str::to_owned),
            said: said(&mail.head),
            dkim: checks.dkim,
            spf: checks.spf,
            dmarc: checks.dmarc,
            checked_by: checked_by.to_owned(),
            hands_on,
            inside: inside.into_iter().take(NAMED).collect(),
            more_inside: more as u64,
        }
    }
}

/// What the sender tells: their own words; the rest is in the exhibits.
pub(super) fn new_report(mail: &Mail, about_me: bool) -> NewReport {
    let (own, quoted) = split(&mail.words);
    let letter = mail.parts.iter().find_map(outside::mail::Part::letter);
    let from = letter
        .and_then(|(head, _)| head.from.first())
        .map(ToString::to_string);
    let originator = from.or(quoted.map(|quoted| quoted.from)).unwrap_or_default();
    let text = match own.trim() {
        "" => mail.head.subject.as_str(),
        own => own,
    };
    NewReport {
        text: shortened(text),
        about_me,
        medium: (!originator.is_empty()).then_some(Medium::Email),
        originator: originator.chars().take(field::SHORT).collect(),
        ..NewReport::default()
    }
}

/// What the sender themselves says in an answer, without what it quotes; none if nothing.
pub(super) fn own_words(mail: &Mail) -> Option<String> {
    let (own, _) = split(&mail.words);
    let own = own.trim();
    (!own.is_empty()).then(|| shortened(own))
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
pub(super) fn forwarded_to(mail: &Mail) -> Vec<String> {
    let letters = mail.parts.iter().filter_map(outside::mail::Part::letter);
    let letters = letters.map(|(head, _)| head.to.iter().chain(&head.cc));
    let mut to: Vec<String> = letters.flatten().map(|to| to.address.to_lowercase()).collect();
    to.extend(split(&mail.words).1.into_iter().flat_map(|quoted| quoted.to));
    to
}

/// The message itself as the first file, then what lies in it and is a kind of file that we take. Gives what became of each
/// thing, with its file's place in place of an exhibit's number.
pub(super) async fn unpack(
    mail: &Mail,
    message: &[u8],
    incoming: &mut Incoming,
) -> Result<Vec<Part>, AppError> {
    incoming.letter("e-mail.eml", Arrival::Email).await?;
    write(incoming, message).await?;
    let mut inside = Vec::new();
    for part in &mail.parts {
        let place = u32::try_from(incoming.count()).unwrap_or(u32::MAX);
        let fate = match &part.what {
            What::Encrypted => Inside::Encrypted,
            What::Signature => Inside::Signature,
            What::Calendar => Inside::Calendar,
            What::Winmail => Inside::Unwrapped,
            What::BrokenWinmail => Inside::BrokenWinmail,
            What::WinmailLetter(_) => Inside::WinmailLetter,
            What::Unreadable => Inside::Unreadable,
            What::TooDeep => Inside::TooDeep,
            What::Letter(_) if part.letters > 0 => Inside::InThatLetter,
            What::File | What::Outlook(_) | What::Letter(_) => take(part, incoming).await?,
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
