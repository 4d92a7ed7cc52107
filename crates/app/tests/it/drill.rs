//! Drills beside the cases: whole in the store, never opened when infected, and a report of exactly what was sent when it was for real.

use crate::harness::*;
use app::testing::TestApp;
use domain::drill::Way;

/// Mette begins a drill and sends these in as it.
async fn practised(test: &TestApp, files: &[(&str, &[u8])]) {
    let mette = test.caller(METTE);
    test.app.begin_drill(&mette).await.unwrap();
    let incoming = sent(test, METTE, files).await;
    test.app.try_drill(&mette, incoming, &[], Way::Page).await.unwrap();
}

async fn failures(test: &TestApp) -> Vec<String> {
    test.app.verify_store(|_, _| ()).await.unwrap().failures
}

on_both! {
    async fn a_store_with_what_is_kept_apart_from_the_cases_is_whole_and_one_changed_byte_of_it_is_named(test) {
        practised(&test, &[("skærm.png", &png("øvelse"))]).await;
        let drawn = files(&test).remove(0);
        let lone = test.caller(LONE);
        let begun = test.app.begin_upload(&lone, "film.mp4", 100).await.unwrap();
        let part = futures_util::stream::iter([Ok::<_, std::io::Error>(bytes::Bytes::from_static(b"begyndelsen"))]);
        test.app.add_to_upload(&lone, &begun.id, 0, part).await.unwrap();
        let script = domain::drill::case::Script { told: "Se her".into(), ..Default::default() };
        test.app.begin_case_drill(&test.caller(VIBEKE), &script).await.unwrap();
        let letter = b"From: x@example.net\r\nSubject: Hej\r\n\r\nHvem er I?";
        let delivery = app::Delivery { door: domain::mail::Door::Command, envelope: None, message: letter };
        test.app.take_mail(&delivery).await.unwrap();
        assert_eq!(failures(&test).await, Vec::<String>::new());

        flip(&drawn);
        let found = failures(&test).await;
        assert!(found.len() == 1 && found[0].starts_with("drill "), "{found:?}");
        std::fs::remove_file(&drawn).unwrap();
        let found = failures(&test).await;
        assert!(found.len() == 1 && found[0].starts_with("drill "), "{found:?}");
        let store = test.scratch.reopen().await;
        let sql = "UPDATE mails SET message = card";
        assert_eq!(store::testing::tamper(&store.db, sql).await.unwrap(), 1);
        let found = failures(&test).await;
        assert!(found.iter().any(|line| line.starts_with("e-mail ")), "{found:?}");
    }
}
