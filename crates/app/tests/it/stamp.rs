//! Time-stamps of a real `openssl ts` behind HTTP, honest and otherwise.

use crate::harness::*;
use app::testing::TestApp;
use app::testing::tsa::{Mood, Tsa};
use app::{StampRow, TimeAuthority};
use domain::case::Command;
use domain::ids::CaseNumber;
use domain::vocabulary::Compartment;
use jiff::SignedDuration;
use proof::stamp::Authorities;
use proof::testing::Key;
use proof::verify::{BagReport, verify_bag, verify_bag_trusting};
use std::io::Read as _;
use std::time::Duration;

async fn rows(test: &TestApp) -> Vec<StampRow> {
    let seen = test.app.operations(&test.caller(ADMIN), None).await.unwrap();
    seen.stamps.items
}

/// Makes a seal to be stamped, and asks whoever is to be asked.
async fn seal(test: &TestApp) {
    test.app.seal_to_be_stamped().await.unwrap();
    test.app.run_slow_jobs().await.unwrap();
}

async fn exported(test: &TestApp, number: &CaseNumber, tsa: &Tsa) -> (app::Bag, BagReport) {
    let bag = test
        .app
        .export(&test.caller(VIBEKE), number, Compartment::Matter)
        .await
        .unwrap();
    let trusted = Authorities::from_pem(&tsa.authority().root()).unwrap();
    let report = verify_bag_trusting(bag.open().unwrap(), Some(&trusted));
    (bag, report)
}

fn later(test: &TestApp, wait: SignedDuration) {
    test.clock.set(test.app.now() + wait);
}

on_both! {
    async fn the_daily_seal_is_stamped_and_a_bag_carries_it_for_openssl_to_verify(test) {
        let tsa = Tsa::start(Key::Rsa);
        let test = test.stamped_by(tsa.trusted());
        let number = a_case(&test).await;
        // Taken: else the jobs of that hour would move it up to somebody else.
        test.app.perform(&test.caller(VIBEKE), &number, Command::Receive {}, None).await.unwrap();
        test.at_machine_time();
        test.app.plan_daily().await.unwrap();
        let soon = test.app.operations(&test.caller(ADMIN), None).await.unwrap().next_seal.unwrap();
        // The job runs at its hour; the authority, which has the machine's clock, answers by that.
        test.clock.set(soon + SignedDuration::from_secs(2));
        test.app.run_jobs().await.unwrap();
        test.at_machine_time();
        seal(&test).await;
        let asked = tsa.asked();
        assert!(asked[0].contains("content-type: application/timestamp-query"), "{asked:?}");
        assert!(asked[0].contains("authorization: basic bmf2bjprb2rl"), "{asked:?}");
        let made = rows(&test).await;
        assert_eq!((made[0].state, made[0].failures), ("stamped", 0));
        assert!(made[0].authority.as_deref().unwrap().contains("CN=Tidsstempler"));
        assert_eq!(made[1].state, "overtaken");

        add(&test, VIBEKE, &number, &[("b.png", &png("b"))]).await.unwrap();
        let (bag, report) = exported(&test, &number, &tsa).await;
        assert_eq!(report.failures, []);
        assert_eq!(report.stamps.len(), 1);
        // Up to what there was when it was stamped; what came later waits for the next.
        assert!(report.stamps[0].up_to < report.head.unwrap().seq && report.stamps[0].is_trusted);
        let untrusting = verify_bag(bag.open().unwrap());
        assert!(untrusting.holds() && !untrusting.stamps[0].is_trusted);
        let folder = tempfile::tempdir().unwrap();
        let mut zip = zip::ZipArchive::new(bag.open().unwrap()).unwrap();
        for kind in ["txt", "tsr"] {
            let name = format!("vaern-{number}-matter/data/proof/stamps/{:06}.{kind}", made[0].seal);
            let mut bytes = Vec::new();
            zip.by_name(&name).unwrap().read_to_end(&mut bytes).unwrap();
            std::fs::write(folder.path().join(kind), bytes).unwrap();
        }
        let (text, token) = (folder.path().join("txt"), folder.path().join("tsr"));
        assert!(tsa.authority().openssl_takes(&text, &token));

        seal(&test).await;
        let (_, report) = exported(&test, &number, &tsa).await;
        assert_eq!((report.failures, report.stamps.len()), (vec![], 2));
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
    }

    async fn whatever_the_authority_does_the_seal_is_made_and_the_reason_shown(test) {
        let tsa = Tsa::start(Key::Elliptic);
        let trusted = tsa.trusted();
        let test = test.stamped_by(trusted);
        let number = a_case(&test).await;
        test.at_machine_time();
        seal(&test).await;
        let moods = [
            (Mood::Rude, "unreachable"),
            (Mood::Busy, "http-503"),
            (Mood::Page, "other-type"),
            (Mood::Chatty, "too-large"),
            (Mood::Refusing, "refused"),
            (Mood::OtherData, "wrong-imprint"),
            (Mood::Replaying, "wrong-nonce"),
            (Mood::Impostor, "untrusted"),
        ];
        for (mood, fault) in moods {
            tsa.be(mood);
            seal(&test).await;
            let row = rows(&test).await.remove(0);
            assert_eq!((row.state, row.failures, row.fault.as_deref()), ("waiting", 1, Some(fault)), "{mood:?}");
            assert_eq!(row.next_at, Some(test.app.now() + SignedDuration::from_mins(1)));
        }
        let (_, report) = exported(&test, &number, &tsa).await;
        assert_eq!((report.failures, report.stamps.len()), (vec![], 1));
    }

    async fn an_authority_whose_clock_is_off_is_not_believed(test) {
        let tsa = Tsa::start(Key::Elliptic);
        let test = test.stamped_by(tsa.trusted());
        a_case(&test).await;
        test.at_machine_time();
        later(&test, SignedDuration::from_mins(-10));
        seal(&test).await;
        assert_eq!(rows(&test).await[0].fault.as_deref(), Some("wrong-time"));
    }

    async fn a_stamp_replayed_over_the_same_root_is_not_believed(test) {
        let tsa = Tsa::start(Key::Elliptic);
        let test = test.stamped_by(tsa.trusted());
        test.at_machine_time();
        // No case, same time: the same text, asked with another nonce.
        seal(&test).await;
        tsa.be(Mood::Replaying);
        seal(&test).await;
        assert_eq!(rows(&test).await[0].fault.as_deref(), Some("wrong-nonce"));
    }

    async fn it_is_asked_again_ever_more_rarely_until_it_answers(test) {
        let tsa = Tsa::start(Key::Elliptic);
        let test = test.stamped_by(tsa.trusted());
        let number = a_case(&test).await;
        test.at_machine_time();
        tsa.be(Mood::Busy);
        seal(&test).await;
        assert_eq!(tsa.asked().len(), 1);
        for minutes in [1, 2] {
            later(&test, SignedDuration::from_secs(minutes * 60 - 1));
            test.app.run_slow_jobs().await.unwrap();
            let before = tsa.asked().len();
            later(&test, SignedDuration::from_secs(1));
            test.app.run_slow_jobs().await.unwrap();
            assert_eq!(tsa.asked().len(), before + 1);
        }
        assert_eq!(rows(&test).await[0].failures, 3);
        tsa.be(Mood::Honest);
        test.app.ask_again(&test.caller(ADMIN), rows(&test).await[0].seal).await.unwrap();
        test.app.run_slow_jobs().await.unwrap();
        let row = rows(&test).await.remove(0);
        assert_eq!((row.state, row.failures, row.fault), ("stamped", 3, None));
        let asked = tsa.asked().len();
        later(&test, SignedDuration::from_hours(48));
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(tsa.asked().len(), asked, "what is stamped is not asked for again");
        not_found(test.app.ask_again(&test.caller(ADMIN), row.seal).await);
        let view = view(&test, VIBEKE, &number).await;
        let proved = test.app.proved(&view).await.unwrap();
        assert!(proved.len() == 1 && proved[0].up_to > 0);
        let seen = test.app.operations(&test.caller(ADMIN), None).await.unwrap();
        assert_eq!((seen.stamped, seen.unanswered), (1, 3));
    }

    async fn a_silent_authority_is_late(test) {
        let tsa = Tsa::start(Key::Elliptic);
        tsa.be(Mood::Silent);
        let test = test.stamped_by(tsa.trusted().waiting(Duration::from_millis(50)));
        test.at_machine_time();
        seal(&test).await;
        assert_eq!(rows(&test).await[0].fault.as_deref(), Some("late"));
    }

    async fn without_an_authority_there_are_seals_alone(test) {
        let number = a_case(&test).await;
        seal(&test).await;
        assert_eq!(rows(&test).await, []);
        let bag = test.app.export(&test.caller(VIBEKE), &number, Compartment::Matter).await.unwrap();
        let report = verify_bag(bag.open().unwrap());
        assert_eq!((report.failures, report.stamps), (vec![], vec![]));
        let seen = test.app.operations(&test.caller(ADMIN), None).await.unwrap();
        assert_eq!((seen.authority, seen.stamped), (None, 0));
    }

    async fn operations_are_for_the_administrator_alone_and_a_job_given_up_can_begin_anew(test) {
        for person in [IDA, JENS, DPO, LARS, VIBEKE, METTE, LONE] {
            let caller = test.caller(person);
            not_found(test.app.operations(&caller, None).await);
            not_found(test.app.retry_job(&caller, "x").await);
            not_found(test.app.ask_again(&caller, 1).await);
        }
        let admin = test.caller(ADMIN);
        not_found(test.app.retry_job(&admin, "x").await);
        let mut tx = test.scratch.reopen().await.db.begin().await.unwrap();
        store::jobs::enqueue(&mut tx, "odd", "odd-job", "{}", test.app.now()).await.unwrap();
        tx.commit().await.unwrap();
        for _ in 0..store::jobs::ATTEMPTS {
            later(&test, SignedDuration::from_hours(1));
            test.app.run_jobs().await.unwrap();
        }
        let seen = test.app.operations(&admin, None).await.unwrap();
        assert_eq!(seen.failed.len(), 1);
        assert_eq!((seen.failed[0].id.as_str(), seen.failed[0].tries), ("odd", 10));
        assert!(seen.failed[0].error.contains("no job is called odd-job"), "{:?}", seen.failed);
        test.app.retry_job(&admin, "odd").await.unwrap();
        let seen = test.app.operations(&admin, None).await.unwrap();
        assert!(seen.failed.is_empty());
        assert_eq!((seen.jobs[0].name.as_str(), seen.jobs[0].state, seen.jobs[0].tries), ("odd-job", "waiting", 0));
    }
}

#[test]
fn a_configuration_that_cannot_be_used_is_refused() {
    let authority = proof::testing::Authority::new(Key::Elliptic);
    let root = authority.root();
    let with = |address, basic, root: &[u8], policy| TimeAuthority::new(address, basic, root, policy).is_ok();
    assert!(with("http://tsa.example/", None, &root, Some("1.2.3.4")));
    assert!(!with("tsa.example", None, &root, None));
    assert!(!with("http://tsa.example/", Some("a:b"), &root, None));
    assert!(!with("http://tsa.example/", None, b"", None));
    assert!(!with("http://tsa.example/", None, &root, Some("tre")));
}
