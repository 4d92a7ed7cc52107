//! E-mails at the door: what becomes a case, what waits, what is no case, and that nothing is lost or done twice.

use crate::harness::*;
use app::testing::TestApp;
use app::{AppError, Delivered, Delivery, MailText};
use domain::case::mailed::Inside;
use domain::case::{Arrival, Viewing};
use domain::ids::CaseNumber;
use domain::mail::{Door, Doubt, NoCase, Policy};
use domain::vocabulary::{Compartment, Medium};
use std::fmt::Write as _;

const FORWARDED: &[u8] = include_bytes!("../../../../examples/matters/04-threatening-email/forwarded.eml");
const SARA: &str = "sara.lindegaard@fjordby.example";

async fn take(test: &TestApp, message: &[u8]) -> Delivered {
    let delivery = Delivery {
        door: Door::Command,
        envelope: None,
        message,
    };
    test.app.take_mail(&delivery).await.unwrap()
}

async fn reported(test: &TestApp, message: &[u8]) -> CaseNumber {
    match take(test, message).await {
        Delivered::Report(number) => number,
        other => panic!("{other:?}"),
    }
}

/// Outlook's wrapping of one attachment ([MS-OXTNEF]): where it begins, its name, its bytes, each with its sum.
fn winmail(name: &str, content: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0x78, 0x9F, 0x3E, 0x22, 1, 0];
    for (id, data) in [
        (0x0006_9002_u32, &[0; 14][..]),
        (0x0001_8010, name.as_bytes()),
        (0x0006_800F, content),
    ] {
        let sum = data
            .iter()
            .fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
        bytes.push(2);
        bytes.extend(id.to_le_bytes());
        bytes.extend(u32::try_from(data.len()).unwrap().to_le_bytes());
        bytes.extend(data);
        bytes.extend(sum.to_le_bytes());
    }
    bytes
}

fn from_mette(more: &str) -> Vec<u8> {
    format!("From: Mette <mette.ravn@fjordby.example>\r\nSubject: Igen\r\n{more}").into_bytes()
}

on_both! {
    async fn a_forwarded_threat_becomes_a_case_of_the_employee_with_both_letters_byte_for_byte(test) {
        let number = reported(&test, FORWARDED).await;
        let sara = test.caller(SARA);
        let owner = test.app.case(&sara, &number, Viewing::Status).await.unwrap().state.owner.clone();
        let view = view(&test, owner.as_str(), &number).await;
        let state = &view.state;
        assert_eq!(state.targets.iter().map(|id| id.as_str()).collect::<Vec<_>>(), [sara.id().unwrap().as_str()]);
        let facts = &state.reports[0].1;
        assert_eq!((facts.medium, facts.originator.as_deref()), (Some(Medium::Email), Some("Jimmi Dahl <jimmi.dahl@example.net>")));
        let exhibits: Vec<_> = state.exhibits.iter().map(|(_, exhibit)| exhibit).collect();
        assert_eq!(exhibits.len(), 2);
        assert_eq!((exhibits[0].sha256.as_str(), exhibits[0].arrival), (sha256(FORWARDED).as_str(), Arrival::Email));
        assert!(exhibits.iter().all(|exhibit| exhibit.media_type == "message/rfc822"));
        let mailed = &state.mailed[&1];
        assert_eq!((mailed.inside.len(), mailed.inside[0].fate, mailed.inside[0].exhibit), (1, Inside::Exhibit, Some(2)));
        assert_eq!(mailed.hands_on[0].from, "Jimmi Dahl <jimmi.dahl@example.net>");
        assert!(mailed.hands_on[0].received[0].contains("192.0.2.44"));
        let bag = test.app.export(&test.caller(owner.as_str()), &number, Compartment::Matter).await.unwrap();
        assert!(proof::verify::verify_bag(bag.open().unwrap()).holds());
    }

    async fn the_same_message_is_one_case_however_often_and_through_whichever_door_it_comes(test) {
        reported(&test, FORWARDED).await;
        assert_eq!(take(&test, FORWARDED).await, Delivered::Before);
        let (a, b) = (from_mette("\r\nNy besked"), from_mette("\r\nNy besked"));
        let delivery = |message| Delivery { door: Door::Lmtp, envelope: Some("mette.ravn@fjordby.example"), message };
        let (a, b) = (delivery(&a), delivery(&b));
        let both = tokio::join!(test.app.take_mail(&a), test.app.take_mail(&b));
        let cases = [both.0.unwrap(), both.1.unwrap()];
        assert_eq!(cases.iter().filter(|one| **one == Delivered::Before).count(), 1, "{cases:?}");
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
    }

    async fn what_is_no_file_of_ours_stays_in_the_original_and_is_named(test) {
        let picture = png("vedhæftet");
        let mut message = from_mette("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\n\r\nSe her\r\n").to_vec();
        let part = |kind: &str, name: &str| format!("--x\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment\r\n\r\n");
        message.extend(part("image/png", "skærm.png").bytes());
        message.extend(&picture);
        message.extend(b"\r\n");
        for (kind, name, content) in [
            ("application/x-msdownload", "program.exe", "MZ\u{1}\u{2}"),
            ("image/png", "tekst.png", "bare tekst"),
            ("text/calendar", "møde.ics", "BEGIN:VCALENDAR"),
            ("application/ms-tnef", "winmail.dat", "x"),
            ("application/pkcs7-mime", "smime.p7m", "x"),
        ] {
            message.extend(part(kind, name).bytes());
            message.extend(content.bytes());
            message.extend(b"\r\n");
        }
        message.extend(b"--x--\r\n");
        let number = reported(&test, &message).await;
        let view = view(&test, VIBEKE, &number).await;
        let fates: Vec<Inside> = view.state.mailed[&1].inside.iter().map(|part| part.fate).collect();
        assert_eq!(fates, [Inside::Exhibit, Inside::UnknownKind, Inside::WrongContent, Inside::Calendar, Inside::Unreadable, Inside::Encrypted]);
        let sums: Vec<&str> = view.state.exhibits.iter().map(|(_, exhibit)| exhibit.sha256.as_str()).collect();
        assert_eq!(sums, [sha256(&message).as_str(), sha256(&picture).as_str()]);
        assert!(view.state.targets.is_empty(), "the manager asks whom it is aimed at");
    }

    async fn what_outlook_packs_in_its_own_ways_becomes_exhibits_like_any_attachment(test) {
        let picture = png("pakket ind");
        let file = include_bytes!("../../../../fuzz/seeds/msg/letter-in-letter.msg");
        let mut message = from_mette("MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=x\r\n\r\n").to_vec();
        for (kind, name, content) in [
            ("application/ms-tnef", "winmail.dat", winmail("skærm.png", &picture)),
            ("application/vnd.ms-outlook", "VS Vent du bare.msg", file.to_vec()),
        ] {
            message.extend(format!("--x\r\nContent-Type: {kind}; name=\"{name}\"\r\nContent-Disposition: attachment\r\n\r\n").bytes());
            message.extend(&content);
            message.extend(b"\r\n");
        }
        message.extend(b"--x--\r\n");
        let number = reported(&test, &message).await;
        let view = view(&test, VIBEKE, &number).await;
        let mailed = &view.state.mailed[&1];
        let fates: Vec<_> = mailed.inside.iter().map(|part| (part.name.as_str(), part.fate, part.exhibit)).collect();
        assert_eq!(fates, [
            ("winmail.dat", Inside::Unwrapped, None),
            ("skærm.png", Inside::Exhibit, Some(2)),
            ("VS Vent du bare.msg", Inside::Exhibit, Some(3)),
            ("skærm.png", Inside::Exhibit, Some(4)),
            ("Vent du bare", Inside::InThatLetter, None),
            ("BILLEDE.PNG", Inside::Exhibit, Some(5)),
        ]);
        let sums: Vec<&str> = view.state.exhibits.iter().map(|(_, exhibit)| exhibit.sha256.as_str()).collect();
        assert_eq!(sums[..3], [sha256(&message).as_str(), sha256(&picture).as_str(), sha256(file).as_str()]);
        assert_eq!(mailed.hands_on[1].from, "Jan P. <jan@example.org>");
    }

    async fn strangers_wait_machines_make_no_case_and_too_many_of_one_day_wait_too(test) {
        let stranger = b"From: nogen@example.net\r\nSubject: Hej\r\n\r\nx";
        assert_eq!(take(&test, stranger).await, Delivered::Waiting(Doubt::UnknownSender));
        let delivery = |envelope, message| Delivery { door: Door::Lmtp, envelope, message };
        let letter = from_mette("\r\nhej");
        let bounce = test.app.take_mail(&delivery(Some(""), &letter)).await.unwrap();
        assert_eq!(bounce, Delivered::NoCase(NoCase::Bounce));
        assert_eq!(take(&test, &from_mette("Auto-Submitted: auto-replied\r\n\r\nvæk")).await, Delivered::NoCase(NoCase::AutoReply));
        assert_eq!(take(&test, &from_mette("List-Id: <nyt.example>\r\n\r\nnyt")).await, Delivered::NoCase(NoCase::List));
        for n in 0..Policy::default().daily {
            reported(&test, &from_mette(&format!("\r\nnr. {n}"))).await;
        }
        assert_eq!(take(&test, &from_mette("\r\nén for mange")).await, Delivered::Waiting(Doubt::TooMany));
        let jens = test.caller(JENS);
        assert_eq!(test.app.mails_waiting(&jens).await.unwrap(), 2);
        assert_eq!(test.app.mails(&jens, "no-case", None).await.unwrap().items.len(), 3);
    }

    async fn hr_lets_a_mail_in_or_says_why_not_and_only_once(test) {
        let stranger = b"From: mette privat <m@example.net>\r\nSubject: Fra min egen telefon\r\n\r\nHan skrev igen";
        take(&test, stranger).await;
        take(&test, b"From: x@example.net\r\nSubject: Reklame\r\n\r\nK\xc3\xb8b").await;
        for person in [METTE, VIBEKE, IDA, DPO, ADMIN] {
            let caller = test.caller(person);
            assert!(matches!(test.app.mails(&caller, "waiting", None).await, Err(AppError::NotFound)));
            assert!(matches!(test.app.mail(&caller, "x").await, Err(AppError::NotFound)));
            assert!(matches!(test.app.let_mail_in(&caller, "x", METTE, true).await, Err(AppError::NotFound)));
            assert!(matches!(test.app.discard_mail(&caller, "x", "y").await, Err(AppError::NotFound)));
        }
        let jens = test.caller(JENS);
        let waiting = test.app.mails(&jens, "waiting", None).await.unwrap().items;
        let of = |subject: &str| waiting.iter().find(|mail| mail.card.subject == subject).unwrap().id.clone();
        let (mine, ad) = (of("Fra min egen telefon"), of("Reklame"));
        let (_, text) = test.app.mail(&jens, &mine).await.unwrap();
        assert!(matches!(text, MailText::Text(text) if text.contains("Han skrev igen")));
        assert!(test.app.let_mail_in(&jens, &mine, "ingen", true).await.is_err());
        let number = test.app.let_mail_in(&jens, &mine, METTE, true).await.unwrap();
        let state = view(&test, VIBEKE, &number).await.state;
        assert_eq!(state.exhibits[0].1.sha256, sha256(stranger));
        assert!(state.targets.iter().any(|target| target.as_str() == METTE));
        assert!(matches!(test.app.let_mail_in(&jens, &mine, METTE, true).await, Err(AppError::NotFound)));
        assert!(test.app.discard_mail(&jens, &ad, " ").await.is_err(), "a reason is needed");
        test.app.discard_mail(&jens, &ad, "Reklame").await.unwrap();
        assert!(matches!(test.app.discard_mail(&jens, &ad, "Reklame").await, Err(AppError::NotFound)));
        assert_eq!(test.app.mails_waiting(&jens).await.unwrap(), 0);
        assert_eq!(test.app.mail(&jens, &ad).await.unwrap().1, MailText::Gone);
    }

    async fn bad_mail_is_a_case_or_waits_and_the_door_stays_open(test) {
        // A hundred letters in one another.
        let mut deep = String::new();
        for n in 0..100 {
            write!(deep, "Content-Type: multipart/mixed; boundary=b{n}\r\n\r\n--b{n}\r\nContent-Type: message/rfc822\r\n\r\nSubject: {n}\r\n").unwrap();
        }
        let number = reported(&test, &from_mette(&deep)).await;
        let inside = view(&test, VIBEKE, &number).await.state.mailed[&1].inside.clone();
        assert!(inside.iter().any(|part| part.fate == Inside::TooDeep), "{inside:?}");
        // Five thousand files.
        let mut many = String::from("Content-Type: multipart/mixed; boundary=x\r\n\r\n");
        for n in 0..5_000 {
            write!(many, "--x\r\nContent-Disposition: attachment; filename=\"{n}.txt\"\r\n\r\nnr. {n}\r\n").unwrap();
        }
        let number = reported(&test, &from_mette(&many)).await;
        let state = view(&test, VIBEKE, &number).await.state;
        assert_eq!(state.exhibits.len(), app::FILES_LIMIT);
        let mailed = &state.mailed[&1];
        assert_eq!(mailed.inside.len() as u64 + mailed.more_inside, 5_000, "none is lost sight of");
        for odd in [&b"From: mette.ravn@fjordby.example\r\n\r\n\0\0\0"[..], b"\0\xff", b"\r\n\r\n", b"From: @@@\r\n<<<"] {
            assert!(!matches!(take(&test, odd).await, Delivered::Before), "{odd:?}");
        }
        let empty = Delivery { door: Door::Lmtp, envelope: None, message: b"" };
        assert!(matches!(test.app.take_mail(&empty).await, Err(AppError::Refused(_))));
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
    }
}
