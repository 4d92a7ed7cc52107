//! Redacted copies as those above use them: made, recorded, sealed, handed out, and kept from whoever may not.

use crate::harness::*;
use app::AppError;
use app::testing::TestApp;
use app::testing::clamd::{Clamd, MALWARE};
use domain::case::redaction::{Covers, Order, Patch};
use domain::case::{Command, Recipient, Refusal, Region, Viewing};
use domain::ids::CaseNumber;

fn matter(file: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    std::fs::read(folder.join(file)).unwrap()
}

fn screenshot() -> Vec<u8> {
    matter("01-threat-in-comment-thread/screenshot-1.png")
}

fn order(exhibit: u32) -> Order {
    let region = Region {
        x: 100_000,
        y: 100_000,
        w: 300_000,
        h: 50_000,
    };
    Order {
        exhibit,
        recipient: Recipient::AccessRequest,
        name: "J.nr. 26/114".into(),
        reason: "Navne på andre".into(),
        covers: Covers::Boxes(vec![Patch { page: 0, region }]),
    }
}

/// The same of a text.
fn passages(exhibit: u32, all: &[&str]) -> Order {
    let covers = Covers::Passages(all.iter().map(|one| (*one).to_owned()).collect());
    Order {
        covers,
        ..order(exhibit)
    }
}

async fn redact(
    test: &TestApp,
    who: &str,
    number: &CaseNumber,
    order: &Order,
) -> Result<domain::case::Redacted, AppError> {
    test.app.redact(&test.caller(who), number, order).await
}

on_both! {
    async fn a_copy_is_recorded_sealed_and_handed_out_to_those_who_read_the_exhibit(test) {
        let png = screenshot();
        let number = tell(&test, LONE, about(METTE), &[("a.png", &png)]).await.number;
        let made = redact(&test, VIBEKE, &number, &order(1)).await.unwrap();
        assert_eq!((made.number, made.covers, made.media_type.as_str()), (1, 1, "image/png"));
        let (told, bytes) = test.app.redacted_copy(&test.caller(IDA), &number, 1, 1).await.unwrap();
        assert_eq!((&told, sha256(&bytes)), (&made, made.sha256.clone()));
        assert!(bytes.starts_with(b"\x89PNG"));
        let log = test.app.access_log(&test.caller(VIBEKE), Some(&number), None, 50).await.unwrap();
        assert!(log.items.iter().any(|seen| seen.what == Some(Viewing::RedactedCopy) && seen.exhibit == Some(1) && seen.who == IDA));
        // The exhibit is as it came, the copy survives the sweep, and nothing lies about in clear.
        let report = test.app.verify_store(|_, _| {}).await.unwrap();
        assert_eq!((report.exhibits, report.failures), (1, vec![]));
        assert_eq!(test.app.stray_files().await, 0);
        assert!(files(&test).iter().all(|file| !std::fs::read(file).unwrap().starts_with(b"\x89PNG")));
        // Whoever sent the original neither makes a copy nor learns whom one is for; strangers find nothing.
        for other in [LONE, METTE, DORTHE, DPO, ADMIN] {
            assert!(matches!(redact(&test, other, &number, &order(1)).await, Err(AppError::NotFound | AppError::Forbidden)));
            not_found(test.app.redacted_copy(&test.caller(other), &number, 1, 1).await);
        }
        not_found(test.app.redacted_copy(&test.caller(IDA), &number, 1, 2).await);
        not_found(test.app.redacted_copy(&test.caller(IDA), &number, 2, 1).await);
    }

    async fn what_cannot_be_read_or_is_refused_leaves_nothing(test) {
        let broken = png("ikke et billede");
        let number = tell(&test, LONE, about(METTE), &[("a.png", &broken)]).await.number;
        let before = files(&test).len();
        let refused = |problem| Refusal::invalid("exhibit", problem);
        assert_eq!(refusal(redact(&test, VIBEKE, &number, &order(1)).await), refused("broken"));
        let none = Order { covers: Covers::Boxes(vec![]), ..order(1) };
        assert_eq!(refusal(redact(&test, VIBEKE, &number, &none).await), Refusal::invalid("boxes", "at-least-one"));
        not_found(redact(&test, VIBEKE, &number, &order(7)).await);
        assert_eq!(files(&test).len(), before);
        assert_eq!(view(&test, VIBEKE, &number).await.state.redactions, []);
    }

    async fn a_damaged_copy_is_named(test) {
        let number = tell(&test, LONE, about(METTE), &[("a.png", &screenshot())]).await.number;
        let before = files(&test);
        redact(&test, VIBEKE, &number, &order(1)).await.unwrap();
        files(&test).iter().filter(|file| !before.contains(file)).for_each(|file| flip(file));
        let report = test.app.verify_store(|_, _| {}).await.unwrap();
        assert!(report.failures.len() == 1 && report.failures[0].contains("redacted copy 1"), "{:?}", report.failures);
    }

    async fn an_infected_exhibit_is_never_copied_and_a_joined_case_keeps_its_own(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        let bad = [screenshot(), MALWARE.as_bytes().to_vec()].concat();
        let number = tell(&test, LONE, about(METTE), &[("ond.png", &bad)]).await.number;
        assert_eq!(refusal(redact(&test, VIBEKE, &number, &order(1)).await), Refusal::ExhibitWithheld);
        let other = tell(&test, LONE, about(METTE), &[("b.png", &screenshot())]).await.number;
        redact(&test, VIBEKE, &other, &order(1)).await.unwrap();
        try_to(&test, VIBEKE, &other, Command::Join { into: number.as_str().to_owned() }).await.unwrap();
        assert!(test.app.redacted_copy(&test.caller(VIBEKE), &other, 1, 1).await.is_ok());
        assert_eq!(refusal(redact(&test, VIBEKE, &other, &order(1)).await), Refusal::CaseJoined);
    }

    async fn a_message_is_covered_in_words_everywhere_they_stand(test) {
        let message = matter("04-threatening-email/forwarded.eml");
        let number = tell(&test, LONE, about(METTE), &[("brev.eml", &message)]).await.number;
        let read = test.app.plain_text(&test.caller(VIBEKE), &number, 1).await.unwrap();
        let text = read.text.unwrap();
        assert!(!read.cut && text.contains("Sara") && text.contains("husleje"), "{text}");
        let asked = passages(1, &["SARA", "jimmi.dahl@example.net"]);
        let made = redact(&test, VIBEKE, &number, &asked).await.unwrap();
        assert_eq!((made.covers, made.media_type.as_str()), (2, "text/plain"));
        let (_, copy) = test.app.redacted_copy(&test.caller(IDA), &number, 1, 1).await.unwrap();
        let copy = String::from_utf8(copy).unwrap();
        assert!(copy.contains("husleje") && copy.contains("█████"), "{copy}");
        let small = copy.to_lowercase();
        assert!(!small.contains("sara") && !small.contains("jimmi.dahl@"), "{copy}");
        // Reading it is reading the exhibit, and who may not finds nothing.
        let log = test.app.access_log(&test.caller(VIBEKE), Some(&number), None, 50).await.unwrap();
        assert!(log.items.iter().any(|seen| seen.what == Some(Viewing::Exhibit) && seen.who == VIBEKE));
        for other in [DORTHE, DPO, ADMIN] {
            not_found(test.app.plain_text(&test.caller(other), &number, 1).await);
        }
        // What stands nowhere is named, and nothing is made.
        let missing = passages(1, &["Sara", "Mette Ravn"]);
        assert_eq!(refusal(redact(&test, VIBEKE, &number, &missing).await), Refusal::invalid("passages.1", "not-in-text"));
        assert_eq!(refusal(redact(&test, VIBEKE, &number, &order(1)).await), Refusal::invalid("exhibit", "not-coverable"));
        assert_eq!(view(&test, VIBEKE, &number).await.state.redactions.len(), 1);
    }

    async fn a_text_too_long_to_read_whole_is_not_covered_in_part(test) {
        let long = "Mette Ravn bor her.\n".repeat(900_000);
        let number = tell(&test, LONE, about(METTE), &[("lang.txt", long.as_bytes())]).await.number;
        assert!(test.app.plain_text(&test.caller(VIBEKE), &number, 1).await.unwrap().cut);
        assert!(test.app.proposals(&test.caller(VIBEKE), &number, 1).await.unwrap().cut, "and nobody takes the beginning for all of it");
        let asked = passages(1, &["Mette Ravn"]);
        assert_eq!(refusal(redact(&test, VIBEKE, &number, &asked).await), Refusal::invalid("exhibit", "too-large"));
    }
}
