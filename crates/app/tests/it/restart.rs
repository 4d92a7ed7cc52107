use crate::harness::*;
use crate::perform::assessed;
use crate::say;
use app::testing::{PlainWords, TestApp};
use app::{App, AppError, Collected, Collection, Parts, Settings};
use domain::case::Refusal;
use domain::procedure::DEFAULT;
use domain::vocabulary::DutyKind;
use proof::SigningKey;
use rand::SeedableRng;
use std::sync::Arc;

/// The same data folder and database, opened by another process.
pub async fn restart(test: &TestApp, procedure: &str) -> Result<App, AppError> {
    let mut dice = rand::rngs::StdRng::seed_from_u64(99);
    let signing =
        SigningKey::open_or_create(&test.scratch.dir().join("keys/signing.key"), &mut dice).unwrap();
    let parts = Parts {
        store: test.scratch.reopen().await,
        signing,
        clock: test.clock.clone(),
        dice,
        procedure: procedure.to_owned(),
        composer: Arc::new(PlainWords),
        settings: Settings::default(),
    };
    App::open(parts).await
}

fn newer() -> String {
    let newer = DEFAULT.replace("version = \"2026-1\"", "version = \"2026-2\"");
    let newer = newer.replace("escalate_after = \"1h\"", "escalate_after = \"5h\"");
    assert_ne!(newer, DEFAULT);
    newer
}

on_both! {
    async fn everything_is_there_after_a_restart(test) {
        let number = a_case(&test).await;
        assessed(&test, &number).await;
        let token = test.app.create_token("lone.kvist@fjordby.example").await.unwrap();
        let before = view(&test, VIBEKE, &number).await;
        let key = test.app.fingerprint();
        let app = restart(&test, DEFAULT).await.unwrap();
        let vibeke = app.caller_named(VIBEKE).unwrap();
        let after = app.case(&vibeke, &number, domain::case::Viewing::Case).await.unwrap();
        assert_eq!((after.state, after.entries, after.duties), (before.state, before.entries, before.duties));
        assert_eq!(app.fingerprint(), key);
        assert!(app.ready().await && app.has_cases().await.unwrap());
        assert!(app.bearer(&token).await.unwrap().is_some());
        assert_eq!(app.stray_files().await, 0);
        assert_eq!(app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
        let done = app.perform(&vibeke, &number, say::receive(), None).await;
        assert_eq!(refusal(done), Refusal::AlreadyDone(DutyKind::Receive));
    }

    async fn what_a_crash_left_under_way_stays_at_the_next_start_and_is_collected_after_a_day(test) {
        let number = a_case(&test).await;
        let mut incoming = sent(&test, LONE, &[("a.png", &png("a"))]).await;
        incoming.file("b.png", domain::case::Arrival::Api).await.unwrap();
        incoming.write(&png("b")).await.unwrap();
        // As after `kill -9`: nothing is dropped.
        std::mem::forget(incoming);
        assert_eq!(files(&test).len(), 3);
        let app = restart(&test, DEFAULT).await.unwrap();
        assert_eq!(app.collect_files(true).await.unwrap(), Collected::Done(Collection::default()));
        assert_eq!(files(&test).len(), 3, "nothing goes at a start");
        assert_eq!(app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
        test.clock.set(app.now() + jiff::SignedDuration::from_hours(25));
        let Collected::Stopped(alarm) = app.collect_files(false).await.unwrap() else { panic!("one of two is too many") };
        assert_eq!((alarm.files, alarm.owned), (1, 1));
        assert_eq!(app.collection_alarm().await.unwrap(), Some(alarm));
        let Collected::Done(done) = app.collect_files(true).await.unwrap() else { panic!("somebody has looked") };
        assert_eq!(done.binned.len(), 2);
        assert_eq!(app.bin().await.unwrap().len(), 2);
        assert_eq!((app.collection_alarm().await.unwrap(), app.stray_files().await), (None, 0));
        assert_eq!(app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
        assert_eq!(view(&test, VIBEKE, &number).await.state.exhibits.len(), 1);
    }

    async fn one_version_of_the_procedure_has_one_text(test) {
        let other = DEFAULT.replace("escalate_after = \"1h\"", "escalate_after = \"5h\"");
        let refused = restart(&test, &other).await.map(|_| ()).unwrap_err();
        assert!(refused.to_string().contains("another text"), "{refused}");
        assert!(restart(&test, "version = 1").await.is_err());
        restart(&test, DEFAULT).await.unwrap();
    }

    async fn a_case_keeps_the_procedure_that_it_began_under(test) {
        let old = a_case(&test).await;
        let app = restart(&test, &newer()).await.unwrap();
        assert_eq!(app.procedure().version, "2026-2");
        let vibeke = app.caller_named(VIBEKE).unwrap();
        let seen = app.case(&vibeke, &old, domain::case::Viewing::Case).await.unwrap();
        assert_eq!(seen.procedure.version, "2026-1");
        let lone = app.caller_named(LONE).unwrap();
        let new = app.report(&lone, app.begin_report(&lone), &[], about(METTE), None).await.unwrap().number;
        let seen = app.case(&vibeke, &new, domain::case::Viewing::Case).await.unwrap();
        assert_eq!(seen.procedure.version, "2026-2");
        // Back to the first text, the second is still known for its case.
        let app = restart(&test, DEFAULT).await.unwrap();
        let seen = app.case(&vibeke, &new, domain::case::Viewing::Case).await.unwrap();
        assert_eq!((seen.procedure.version.as_str(), app.procedure().version.as_str()), ("2026-2", "2026-1"));
    }

    async fn an_organisation_imported_elsewhere_is_seen(test) {
        let elsewhere = restart(&test, DEFAULT).await.unwrap();
        let units = include_str!("../../../../examples/units.csv");
        let people = include_str!("../../../../examples/people.csv");
        let renamed = people.replace("Lone Kvist", "Lone Kvist Holm");
        let imported = domain::import::import(units, "units.csv", &renamed, "people.csv").unwrap();
        elsewhere.import(&imported).await.unwrap();
        test.app.run_jobs().await.unwrap();
        assert_eq!(test.caller(LONE).person.unwrap().name, "Lone Kvist Holm");
    }
}
