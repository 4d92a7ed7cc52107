//! What Værn writes to people by e-mail, in the language that each of them reads.

use crate::practise::practise_page;
use crate::text::L;
use app::{DrillLetter, MailReceipt, Reminder, Written};
use jiff::Timestamp;

/// The receipt of an e-mail that was taken. It names nobody but the manager, and says nothing of what was told: mailboxes are read by
/// others too.
pub fn receipt(receipt: &MailReceipt) -> Written {
    let l = L::new(receipt.language, &receipt.now);
    let number = receipt.number.as_str();
    let subject = l.ta("letter-receipt-subject", &[("number", number)]);
    let thanks = match receipt.added {
        true => l.ta("letter-receipt-added", &[("number", number)]),
        false => l.ta("letter-receipt-new", &[("number", number)]),
    };
    let owner = receipt.owner.as_str();
    let next = match receipt.due {
        _ if receipt.received => l.ta("receipt-taken", &[("owner", owner)]),
        Some(due) => l.ta("receipt-takes-it", &[("owner", owner), ("when", &l.at(due))]),
        None => l.ta("receipt-owner", &[("owner", owner)]),
    };
    let kept = l.tn(
        "letter-receipt-kept",
        i64::try_from(receipt.exhibits).unwrap_or(i64::MAX),
    );
    let mut parts = vec![
        l.ta("letter-hello", &[("name", receipt.to.as_str())]),
        thanks,
        format!("{next} {kept}"),
        l.t("letter-receipt-nothing"),
        format!("{} {}", l.t("danger-question"), l.t("danger-call")),
        l.t("letter-receipt-more"),
    ];
    if let Some(link) = &receipt.link {
        parts.push(format!("{}\n{link}", l.t("letter-receipt-follow")));
    }
    parts.push(l.ta("letter-from", &[("municipality", receipt.municipality.as_str())]));
    Written {
        subject,
        text: parts.join("\n\n") + "\n",
    }
}

/// The reminder to read the guide and to practise, whatever of it is owed; it says who asked for it and how often it comes.
pub fn reminder(reminder: &Reminder) -> Written {
    let l = L::new(reminder.language, &reminder.now);
    let (reading, practice) = (&reminder.asked.reading, &reminder.asked.practice);
    let mut parts = vec![l.ta("letter-hello", &[("name", reminder.to.as_str())])];
    let mut owed = |what: &str, due: Timestamp, page: &str| {
        let when = if due < reminder.now.timestamp() {
            "late"
        } else {
            "due"
        };
        let due = l.at(due);
        parts.push(l.ta(
            &format!("letter-reminder-{what}-{when}"),
            &[("due", due.as_str())],
        ));
        parts.push(l.t(&format!("letter-reminder-{what}-how")));
        parts.extend(reminder.home.as_ref().map(|home| format!("{home}{page}")));
    };
    if !reading.read {
        owed("guide", reading.due, "/guide/path");
    }
    for practice in practice {
        owed(
            practice.exercise.name(),
            practice.due,
            practise_page(practice.exercise),
        );
    }
    parts.push(l.ta("letter-reminder-why", &[("by", reminder.by.as_str())]));
    parts.push(l.ta("letter-from", &[("municipality", reminder.municipality.as_str())]));
    let subject = match (reading.read, practice.is_empty()) {
        (true, _) => "letter-reminder-subject-practice",
        (false, true) => "letter-reminder-subject-guide",
        (false, false) => "letter-reminder-subject-both",
    };
    Written {
        subject: l.t(subject),
        text: parts.join("\n\n") + "\n",
    }
}

/// How a drill that came by e-mail went.
pub fn drill(letter: &DrillLetter) -> Written {
    let l = L::new(letter.language, &letter.now);
    let infected = !letter.passed && !letter.infected.is_empty();
    let (subject, what) = if letter.passed {
        (l.t("letter-drill-passed-subject"), l.t("letter-drill-passed"))
    } else if infected {
        let names = l.ta("practise-infected", &[("names", letter.infected.join(", "))]);
        let what = format!("{names} {}", l.t("practise-infected-what"));
        (l.t("letter-drill-failed-subject"), what)
    } else {
        (l.t("letter-drill-failed-subject"), l.t("letter-drill-failed"))
    };
    let mut parts = vec![l.ta("letter-hello", &[("name", letter.to.as_str())]), what];
    let missing: Vec<String> = letter
        .missing
        .iter()
        .map(|part| l.t(&format!("practise-missing-{part}")))
        .collect();
    if !missing.is_empty() && !infected {
        parts.push(l.ta("letter-drill-missing", &[("parts", missing.join(", "))]));
    }
    parts.push(l.t("letter-drill-serious"));
    parts.extend(letter.link.clone());
    parts.push(l.ta("letter-from", &[("municipality", letter.municipality.as_str())]));
    Written {
        subject,
        text: parts.join("\n\n") + "\n",
    }
}
