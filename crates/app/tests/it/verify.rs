use crate::harness::*;
use crate::perform::assessed;
use app::testing::TestApp;
use store::testing::tamper;

async fn failures(test: &TestApp) -> Vec<String> {
    test.app.verify_store(|_, _| ()).await.unwrap().failures
}

/// Sets when a file was last written.
fn written_at(file: &std::path::Path, at: jiff::Timestamp) {
    let file = std::fs::File::options().write(true).open(file).unwrap();
    file.set_modified(at.into()).unwrap();
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
        written_at(&foreign, test.app.now());
        let found = failures(&test).await;
        assert!(found.len() == 2 && found[0].contains("exhibit 1"), "{found:?}");
        assert!(found[1].contains("file fremmed: belongs to no exhibit"), "{found:?}");
        std::fs::rename(&foreign, &file).unwrap();
        assert_eq!(failures(&test).await, Vec::<String>::new());
    }

    async fn a_file_that_came_after_the_database_was_copied_is_a_note_and_an_older_one_a_fault(test) {
        a_case(&test).await;
        let foreign = files(&test)[0].with_file_name("fremmed");
        std::fs::write(&foreign, "x").unwrap();
        let now = test.app.now();
        written_at(&foreign, now + jiff::SignedDuration::from_hours(1));
        let report = test.app.verify_store(|_, _| ()).await.unwrap();
        assert_eq!(report.failures, Vec::<String>::new());
        assert!(report.notes.len() == 1 && report.notes[0].contains("file fremmed: came after"), "{report:?}");
        written_at(&foreign, now - jiff::SignedDuration::from_hours(1));
        let report = test.app.verify_store(|_, _| ()).await.unwrap();
        assert_eq!((report.failures.len(), report.notes.len()), (1, 0), "{report:?}");
    }

    async fn what_lists_say_otherwise_than_the_journal_is_named_and_made_again(test) {
        a_case(&test).await;
        let store = test.scratch.reopen().await;
        let changes = [
            ("UPDATE cases SET owner = 'p33'", "owner"),
            ("UPDATE cases SET next_due = 5", "next deadline"),
            ("UPDATE cases SET card = NULL", "card"),
            ("INSERT INTO case_people SELECT id, 'p33', '', state, changed_at, next_due FROM cases", "p33 may see it"),
            ("DELETE FROM case_people WHERE relation <> ''", "is missing in lists"),
            ("UPDATE case_duties SET owner = 'p33'", "duties"),
            ("DELETE FROM case_duties", "duties"),
        ];
        for (sql, named) in changes {
            assert!(tamper(&store.db, sql).await.unwrap() > 0, "{sql}");
            let found = failures(&test).await;
            assert!(found.iter().any(|line| line.contains(named)), "{sql}: {found:?}");
            let rebuilt = test.app.rebuild(|_, _| ()).await.unwrap();
            assert_eq!((rebuilt.cases, rebuilt.changed, rebuilt.failures.len()), (1, 1, 0), "{sql}");
            assert_eq!(failures(&test).await, Vec::<String>::new(), "{sql}");
        }
        let again = test.app.rebuild(|_, _| ()).await.unwrap();
        assert_eq!(again.changed, 0, "what is right is left as it is");
    }

    async fn a_case_that_was_taken_away_whole_is_missed(test) {
        a_case(&test).await;
        let store = test.scratch.reopen().await;
        for sql in ["case_people", "case_duties", "case_keys", "entries", "blobs"].map(|table| match table {
            "case_people" => "DELETE FROM case_people",
            "case_duties" => "DELETE FROM case_duties",
            "case_keys" => "DELETE FROM case_keys",
            "entries" => "DELETE FROM entries",
            _ => "DELETE FROM blobs",
        }) {
            tamper(&store.db, sql).await.unwrap();
        }
        tamper(&store.db, "DELETE FROM cases").await.unwrap();
        let found = failures(&test).await;
        assert!(found.iter().any(|line| line.contains("-0001: its number was given out")), "{found:?}");
    }

    async fn a_file_that_only_the_database_gives_to_a_case_is_named(test) {
        a_case(&test).await;
        let sql = "INSERT INTO blobs SELECT 'strange', case_id, compartment, bytes, at FROM blobs";
        let found = tampered(&test, sql).await;
        assert!(found.iter().any(|line| line.contains("the file strange")), "{found:?}");
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
