//! Drills beside the cases: whole in the store, never opened when infected, and a report of exactly what was sent when it was for real.

use crate::harness::*;
use app::testing::TestApp;
use app::testing::clamd::{Clamd, MALWARE};
use app::{AppError, AttemptView, ClaimedFile, Delivered, Delivery, Incoming, Scanner};
use domain::case::{Arrival, Capture, CaseState, Event, NewReport, Verdict, Viewing};
use domain::drill::Way;
use domain::ids::CaseNumber;
use domain::mail::{Door, Doubt};
use domain::organisation::Person;
use domain::vocabulary::{Medium, Role};
use jiff::SignedDuration;

async fn begun(test: &TestApp) {
    test.app.begin_drill(&test.caller(METTE)).await.unwrap();
}

/// Mette sends these in as her drill.
async fn practised(test: &TestApp, files: &[(&str, &[u8])]) {
    let mut incoming = sent(test, METTE, files).await;
    let new = NewReport::default();
    assert!(tried(test, &mut incoming, &[], &new, None).await.unwrap());
}

async fn tried(
    test: &TestApp,
    incoming: &mut Incoming,
    claimed: &[ClaimedFile],
    new: &NewReport,
    key: Option<&str>,
) -> Result<bool, AppError> {
    let mette = test.caller(METTE);
    test.app.try_drill(&mette, incoming, claimed, new, key).await
}

/// What Mette has sent in, newest first.
async fn attempts(test: &TestApp) -> Vec<AttemptView> {
    let view = test.app.my_drill(&test.caller(METTE)).await.unwrap();
    view.unwrap().attempts
}

async fn serious(test: &TestApp, which: &AttemptView) -> CaseNumber {
    let mette = test.caller(METTE);
    let pressed = test.app.drill_is_serious(&mette, &which.drill, which.attempt);
    pressed.await.unwrap()
}

async fn failures(test: &TestApp) -> Vec<String> {
    test.app.verify_store(|_, _| ()).await.unwrap().failures
}

/// Files as a phone, the clipboard and our extension give them.
async fn many_ways(test: &TestApp) -> (Incoming, Vec<ClaimedFile>) {
    let mut incoming = test.app.begin_report(&test.caller(METTE));
    let files = [
        ("skærm.png", Arrival::Uploaded),
        ("klip.png", Arrival::Pasted),
        ("side.png", Arrival::Uploaded),
    ];
    for (name, arrival) in files {
        incoming.file(name, arrival).await.unwrap();
        if name == "side.png" {
            let capture = Capture {
                url: "https://snak.example/opslag/1#svar".into(),
                title: "Opslag".into(),
                at: test.app.now(),
                times: Vec::new(),
                more_times: 2,
                cut: true,
                missing: 1,
            };
            incoming.captured(capture).unwrap();
        }
        incoming.write(&png(name)).await.unwrap();
        incoming.end_file().await.unwrap();
    }
    (incoming, vec![claim("skærm.png", &png("skærm.png"))])
}

/// All that a form can say.
fn everything(test: &TestApp) -> NewReport {
    NewReport {
        text: "Han ved, hvor hun bor".into(),
        about: Some(LONE.into()),
        acute: true,
        not_to_manager: true,
        medium: Some(Medium::SocialMedia),
        platform: "Snak".into(),
        source_url: "https://snak.example/opslag/1".into(),
        first_seen: Some(test.app.now() - SignedDuration::from_hours(30)),
        originator: "Bent".into(),
        ..NewReport::default()
    }
}

/// What a case holds, without what is made by chance.
async fn told(test: &TestApp, number: &CaseNumber) -> Vec<String> {
    let mette = test.caller(METTE);
    let owner = test
        .app
        .case(&mette, number, Viewing::Status)
        .await
        .unwrap()
        .state
        .owner
        .clone();
    let view = view(test, owner.as_str(), number).await;
    let id = &view.state.reports[0].1.report;
    let events = view.entries.iter().filter_map(|entry| match entry.event.clone() {
        Event::CaseOpened { .. } => None,
        Event::ExhibitSealed(mut exhibit) => {
            exhibit.blob = domain::ids::BlobId::new("");
            Some(format!("{:?}", Event::ExhibitSealed(exhibit)))
        }
        other => Some(format!("{other:?}")),
    });
    events.map(|event| event.replace(id.as_str(), "")).collect()
}

async fn state(test: &TestApp, number: &CaseNumber) -> CaseState {
    view(test, VIBEKE, number).await.state
}

fn letter(subject: &str, from: &str) -> Vec<u8> {
    format!(
        "From: Mette <mette.ravn@fjordby.example>\r\nReceived: from gade.example by post.fjordby.example\r\nSubject: {subject}\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nSe her\r\n--x\r\nContent-Type: message/rfc822\r\n\r\n\
         From: {from} <bent@example.net>\r\nSubject: Til dig\r\n\r\nJeg ved, hvor du bor\r\n--x--\r\n"
    )
    .into_bytes()
}

async fn mailed(test: &TestApp, message: &[u8]) -> Result<Delivered, AppError> {
    let delivery = Delivery {
        door: Door::Lmtp,
        envelope: Some("mette.ravn@fjordby.example"),
        message,
    };
    test.app.take_mail(&delivery).await
}

on_both! {
    async fn a_store_with_what_is_kept_apart_from_the_cases_is_whole_and_one_changed_byte_of_it_is_named(test) {
        begun(&test).await;
        practised(&test, &[("skærm.png", &png("øvelse"))]).await;
        let drawn = files(&test).remove(0);
        let lone = test.caller(LONE);
        let begun = test.app.begin_upload(&lone, "film.mp4", 100).await.unwrap();
        let part = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"begyndelsen"))]);
        test.app.add_to_upload(&lone, &begun.id, 0, part).await.unwrap();
        let script = domain::drill::case::Script { told: "Se her".into(), ..Default::default() };
        test.app.begin_case_drill(&test.caller(VIBEKE), &script).await.unwrap();
        mailed(&test, b"From: x@example.net\r\nSubject: Hej\r\n\r\nHvem er I?").await.unwrap();
        assert_eq!(failures(&test).await, Vec::<String>::new());

        flip(&drawn);
        let found = failures(&test).await;
        assert!(found.len() == 1 && found[0].starts_with("drill "), "{found:?}");
        std::fs::remove_file(&drawn).unwrap();
        let found = failures(&test).await;
        assert!(found.len() == 1 && found[0].starts_with("drill "), "{found:?}");
        let store = test.scratch.reopen().await;
        for (sql, what) in [
            ("UPDATE mails SET message = card", "e-mail "),
            ("UPDATE case_drills SET entries = (SELECT card FROM mails)", "a manager's drill: "),
            ("UPDATE drill_attempts SET sent = (SELECT card FROM mails)", "drill "),
        ] {
            let before = failures(&test).await;
            assert_eq!(store::testing::tamper(&store.db, sql).await.unwrap(), 1);
            let found = failures(&test).await;
            assert!(found.len() == before.len() + 1 && found.iter().any(|line| line.starts_with(what)), "{found:?}");
        }
    }

    async fn one_press_makes_the_report_that_it_would_have_been_without_the_box(test) {
        let new = everything(&test);
        let (incoming, claimed) = many_ways(&test).await;
        let plain = test.app.report(&test.caller(METTE), incoming, &claimed, new.clone(), None).await.unwrap().number;
        begun(&test).await;
        let (mut incoming, claimed) = many_ways(&test).await;
        assert!(tried(&test, &mut incoming, &claimed, &new, None).await.unwrap());
        incoming.discard().await;
        let found = attempts(&test).await;
        assert_eq!((found[0].way, found[0].files.as_slice()), (Way::Page, ["skærm.png", "klip.png", "side.png"].map(str::to_owned).as_slice()));
        let number = serious(&test, &found[0]).await;
        assert_ne!(number, plain);
        assert_eq!(told(&test, &number).await, told(&test, &plain).await);
        assert_eq!(attempts(&test).await[0].became.as_ref(), Some(&number));
        assert_eq!(serious(&test, &found[0]).await, number, "the same press twice is one report");
        assert_eq!(failures(&test).await, Vec::<String>::new());
        // Another's drill is nobody else's to press.
        not_found(test.app.drill_is_serious(&test.caller(LONE), &found[0].drill, 1).await);
    }

    async fn what_comes_after_a_press_is_a_report_of_its_own_however_many_files_there_are(test) {
        begun(&test).await;
        let pictures: Vec<(String, Vec<u8>)> = (0..60).map(|n| (format!("{n}.png"), png(&format!("{n}")))).collect();
        let sixty: Vec<(&str, &[u8])> = pictures.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
        practised(&test, &sixty).await;
        let first = serious(&test, &attempts(&test).await[0]).await;
        practised(&test, &sixty).await;
        let found = attempts(&test).await;
        let second = serious(&test, &found[0]).await;
        assert_ne!(first, second);
        for number in [&first, &second] {
            assert_eq!(state(&test, number).await.exhibits.len(), 60);
        }
        assert_eq!([serious(&test, &found[0]).await, serious(&test, &found[1]).await], [second, first]);
    }

    async fn an_earlier_drill_keeps_its_pictures_and_its_press_for_thirty_days(test) {
        begun(&test).await;
        practised(&test, &[("første.png", &png("et"))]).await;
        test.clock.set(test.app.now() + SignedDuration::from_hours(25));
        begun(&test).await;
        practised(&test, &[("anden.png", &png("to"))]).await;
        let found = attempts(&test).await;
        assert_eq!(found.iter().map(|kept| kept.files[0].as_str()).collect::<Vec<_>>(), ["anden.png", "første.png"]);
        let number = serious(&test, &found[1]).await;
        assert_eq!(state(&test, &number).await.exhibits[0].1.name, "første.png");
        test.clock.set(test.app.now() + SignedDuration::from_hours(24 * 31));
        test.app.run_slow_jobs().await.unwrap();
        assert!(test.app.my_drill(&test.caller(METTE)).await.unwrap().is_none());
        not_found(test.app.drill_is_serious(&test.caller(METTE), &found[0].drill, 1).await);
        assert_eq!((test.app.stray_files().await, failures(&test).await), (0, Vec::new()));
    }

    async fn what_came_before_all_of_it_was_kept_becomes_a_report_of_its_files(test) {
        begun(&test).await;
        practised(&test, &[("skærm.png", &png("før"))]).await;
        let store = test.scratch.reopen().await;
        let sql = "UPDATE drill_attempts SET sent = NULL";
        assert_eq!(store::testing::tamper(&store.db, sql).await.unwrap(), 1);
        let number = serious(&test, &attempts(&test).await[0]).await;
        assert_eq!(state(&test, &number).await.exhibits[0].1.name, "skærm.png");
    }

    async fn what_could_be_no_report_is_said_at_once_and_nothing_of_it_stays(test) {
        begun(&test).await;
        let mut incoming = sent(&test, METTE, &[("a.png", &png("a"))]).await;
        let nobody = NewReport { about: Some("ingen".into()), ..NewReport::default() };
        refusal(tried(&test, &mut incoming, &[], &nobody, None).await);
        incoming.discard().await;
        assert_eq!((files(&test).len(), attempts(&test).await.len()), (0, 0));
    }

    async fn the_same_key_is_the_same_sending_also_when_the_drill_has_ended_meanwhile(test) {
        begun(&test).await;
        let new = NewReport { text: "Se her".into(), ..NewReport::default() };
        let once = async |test: &TestApp| {
            let mut incoming = sent(test, METTE, &[("a.png", &png("a"))]).await;
            tried(test, &mut incoming, &[], &new, Some("fra-udbakken")).await.unwrap()
        };
        assert!(once(&test).await && once(&test).await);
        assert_eq!(attempts(&test).await.len(), 1);
        test.clock.set(test.app.now() + SignedDuration::from_hours(25));
        assert!(once(&test).await, "an answer that was lost on the way is given again, and no case is made");
        // A report with that key came first: it is given again as what it was.
        let mut incoming = sent(&test, METTE, &[("b.png", &png("b"))]).await;
        assert!(!tried(&test, &mut incoming, &[], &new, Some("en-anden")).await.unwrap(), "the drill is over");
        let told = test.app.report(&test.caller(METTE), incoming, &[], new.clone(), Some("en-anden")).await.unwrap();
        begun(&test).await;
        let mut incoming = sent(&test, METTE, &[("b.png", &png("b"))]).await;
        assert!(!tried(&test, &mut incoming, &[], &new, Some("en-anden")).await.unwrap());
        let again = test.app.report(&test.caller(METTE), incoming, &[], new.clone(), Some("en-anden")).await.unwrap();
        assert_eq!(again, told);
    }

    async fn a_mail_that_was_for_real_becomes_a_report_with_all_that_is_known_of_its_way(test) {
        begun(&test).await;
        let message = letter("DRILL", "Bent");
        assert_eq!(mailed(&test, &message).await.unwrap(), Delivered::Drill);
        assert_eq!(mailed(&test, &message).await.unwrap(), Delivered::Before);
        let found = attempts(&test).await;
        assert_eq!((found.len(), found[0].way), (1, Way::Email));
        test.clock.set(test.app.now() + SignedDuration::from_hours(3));
        let number = serious(&test, &found[0]).await;
        let state = state(&test, &number).await;
        let mailed_facts = &state.mailed[&1];
        assert_eq!((mailed_facts.door, mailed_facts.envelope.as_deref()), (Door::Lmtp, Some("mette.ravn@fjordby.example")));
        assert!(mailed_facts.said.received[0].contains("gade.example"), "{mailed_facts:?}");
        assert_eq!((mailed_facts.said.subject.as_str(), mailed_facts.hands_on[0].from.as_str()), ("DRILL", "Bent <bent@example.net>"));
        assert_eq!(mailed_facts.came_at, test.app.now() - SignedDuration::from_hours(3));
        assert_eq!(mailed_facts.inside[0].exhibit, Some(2));
        assert_eq!(state.exhibits[0].1.sha256, sha256(&message));
        assert!(state.exhibits.iter().all(|(_, exhibit)| exhibit.arrival == Arrival::Email));
        assert_eq!((state.reports[0].1.medium, state.reports[0].1.originator.as_deref()), (Some(Medium::Email), Some("Bent <bent@example.net>")));
        assert_eq!(mailed(&test, &message).await.unwrap(), Delivered::Before);
        assert_eq!(serious(&test, &found[0]).await, number);
    }

    async fn a_marked_mail_that_can_be_no_drill_goes_the_way_of_any_mail(test) {
        begun(&test).await;
        // Nobody is there who could have the case, so it can be neither: somebody has to look.
        let all = test.app.organisation();
        let leads = |person: &&Person| [Role::Manager, Role::Hr].iter().any(|role| person.has(*role));
        for person in all.people().iter().filter(leads) {
            let days = ("2026-10-01".parse().unwrap(), "2026-10-12".parse().unwrap());
            test.app.set_away(&test.caller(person.id.as_str()), Some(days)).await.unwrap();
        }
        assert_eq!(mailed(&test, &letter("DRILL", "Bent")).await.unwrap(), Delivered::Waiting(Doubt::Unreadable));
        assert!(attempts(&test).await.is_empty());
        for person in all.people().iter().filter(leads) {
            test.app.set_away(&test.caller(person.id.as_str()), None).await.unwrap();
        }
        test.clock.set(test.app.now() + SignedDuration::from_hours(25));
        let over = mailed(&test, &letter("DRILL", "Bo")).await.unwrap();
        assert!(matches!(over, Delivered::Report(_)), "the drill is over: {over:?}");
    }

    async fn an_infected_file_stays_infected_in_the_report_that_it_becomes(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        begun(&test).await;
        practised(&test, &[("god.png", &png("god")), ("ond.png", &png(MALWARE))]).await;
        let found = attempts(&test).await;
        assert_eq!(found[0].infected, ["ond.png"]);
        // Also when the scanner is down by then.
        drop(clamd);
        let number = serious(&test, &found[0]).await;
        let state = state(&test, &number).await;
        assert_eq!((state.scans[&1], state.scans[&2]), (Verdict::Unchecked, Verdict::Infected));
    }

    async fn what_the_scanner_could_not_be_asked_about_is_asked_about_before_it_is_read(test) {
        let room = tempfile::tempdir().unwrap();
        let test = test.scanned_by(Scanner::Socket(app::testing::clamd::socket(room.path())));
        begun(&test).await;
        practised(&test, &[("ond.png", &png(MALWARE))]).await;
        assert!(attempts(&test).await[0].infected.is_empty());
        let _clamd = Clamd::start_in(room);
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(attempts(&test).await[0].infected, ["ond.png"]);
    }

    async fn a_mail_that_waits_is_scanned_when_it_comes_or_before_it_is_shown_and_an_infected_one_is_shown_to_nobody(test) {
        let room = tempfile::tempdir().unwrap();
        let test = test.scanned_by(Scanner::Socket(app::testing::clamd::socket(room.path())));
        mailed(&test, b"From: x@example.net\r\nSubject: nede\r\n\r\nscanneren er nede").await.unwrap();
        let _clamd = Clamd::start_in(room);
        let bad = format!("From: x@example.net\r\nSubject: ond\r\n\r\n{MALWARE}");
        mailed(&test, bad.as_bytes()).await.unwrap();
        mailed(&test, b"From: x@example.net\r\nSubject: god\r\n\r\nHej").await.unwrap();
        let jens = test.caller(JENS);
        for row in test.app.mails(&jens, "waiting", None).await.unwrap().items {
            assert_eq!(row.card.scan == Some(Verdict::Unchecked), row.card.subject == "nede");
            let (row, text) = test.app.mail(&jens, &row.id).await.unwrap();
            let (verdict, shown) = match row.card.subject.as_str() {
                "ond" => (Verdict::Infected, false),
                _ => (Verdict::Clean, true),
            };
            assert_eq!((row.card.scan, matches!(text, app::MailText::Text(_))), (Some(verdict), shown), "{}", row.card.subject);
        }
    }
}
