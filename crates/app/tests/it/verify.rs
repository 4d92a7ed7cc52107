use crate::harness::*;
use crate::perform::assessed;
use app::testing::TestApp;
use store::testing::tamper;

async fn failures(test: &TestApp) -> Vec<String> {
    test.app.verify_store(|_, _| ()).await.unwrap().failures
}

async fn tampered(test: &TestApp, sql: &'static str) -> Vec<String> {
    let store = test.scratch.reopen().await;
    assert_eq!(tamper(&store.db, sql).await.unwrap(), 1, "{sql}");
    failures(test).await
}

on_both! {
    async fn a_whole_store_is_counted(test) {
        let number = a_case(&test).await;
        assessed(&test, &number).await;
        tell(&test, LONE, about(METTE), &[]).await;
        test.app.seal().await.unwrap();
        let mut steps = Vec::new();
        let report = test.app.verify_store(|done, all| steps.push((done, all))).await.unwrap();
        assert_eq!((report.cases, report.exhibits, report.seals), (2, 1, 1));
        assert_eq!(report.bytes, png("et billede").len() as u64);
        assert_eq!((report.failures, steps), (Vec::new(), vec![(1, 2), (2, 2)]));
    }

    async fn one_changed_byte_of_an_exhibit_is_named(test) {
        a_case(&test).await;
        flip(&files(&test)[0]);
        let found = failures(&test).await;
        assert!(found.len() == 1 && found[0].contains("exhibit 1"), "{found:?}");
    }

    async fn a_lost_exhibit_and_a_foreign_file_are_named(test) {
        a_case(&test).await;
        let file = files(&test).remove(0);
        let foreign = file.with_file_name("fremmed");
        std::fs::rename(&file, &foreign).unwrap();
        let found = failures(&test).await;
        assert!(found.len() == 2 && found[0].contains("exhibit 1"), "{found:?}");
        assert!(found[1].contains("file fremmed: belongs to no exhibit"), "{found:?}");
        std::fs::rename(&foreign, &file).unwrap();
        assert_eq!(failures(&test).await, Vec::<String>::new());
    }

    async fn a_changed_entry_is_named(test) {
        a_case(&test).await;
        let found = tampered(&test, "UPDATE entries SET actor = 'p33' WHERE seq = 2").await;
        assert!(found.len() == 1 && found[0].contains("entry 2"), "{found:?}");
    }

    async fn an_entry_that_was_taken_away_is_named(test) {
        a_case(&test).await;
        let found = tampered(&test, "DELETE FROM entries WHERE seq = 3").await;
        assert!(found.len() == 1 && found[0].contains("entry 3"), "{found:?}");
    }

    async fn a_changed_content_is_named(test) {
        a_case(&test).await;
        let sql = "UPDATE entries SET sealed = (SELECT e.sealed FROM entries e WHERE e.seq = 1) WHERE seq = 2";
        let found = tampered(&test, sql).await;
        assert!(found.len() == 1 && found[0].contains("entry 2"), "{found:?}");
    }

    async fn a_changed_seal_is_named(test) {
        a_case(&test).await;
        test.app.seal().await.unwrap();
        let found = tampered(&test, "UPDATE seals SET size = 2").await;
        assert_eq!(found, ["seal 1: the signature does not hold"]);
    }

    async fn a_journal_that_is_not_the_sealed_one_is_named(test) {
        a_case(&test).await;
        test.app.seal().await.unwrap();
        let found = tampered(&test, "UPDATE seal_leaves SET seq = 1").await;
        assert!(found.iter().any(|line| line.contains("not the one that was sealed")), "{found:?}");
    }

    async fn what_is_written_meanwhile_is_no_damage(test) {
        let number = a_case(&test).await;
        let look = async {
            for _ in 0..30 {
                view(&test, VIBEKE, &number).await;
            }
        };
        let check = async {
            for _ in 0..10 {
                assert_eq!(failures(&test).await, Vec::<String>::new());
            }
        };
        tokio::join!(look, check);
    }
}
