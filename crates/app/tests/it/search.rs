//! Search through its jobs: what each finds, what nobody does, and the index after whatever may happen to it.

use crate::harness::*;
use crate::restart::restart;
use crate::say;
use app::testing::TestApp;
use app::{AppError, FoundCases, Place};
use domain::case::{Command, NewReport};
use domain::ids::CaseNumber;
use domain::procedure::DEFAULT;
use domain::vocabulary::Compartment;
use std::collections::BTreeSet;

const SCREENSHOT: &str = "01-threat-in-comment-thread/screenshot-1.png";

fn screenshot() -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    std::fs::read(folder.join(SCREENSHOT)).unwrap()
}

async fn search(test: &TestApp, person: &str, question: &str) -> FoundCases {
    test.app.keep_search().await.unwrap();
    test.app
        .search(&test.caller(person), question, 0, 10)
        .await
        .unwrap()
}

async fn found(test: &TestApp, person: &str, question: &str) -> Vec<CaseNumber> {
    let found = search(test, person, question).await;
    found.items.into_iter().map(|found| found.row.number).collect()
}

fn one(number: &CaseNumber) -> Vec<CaseNumber> {
    vec![number.clone()]
}

fn told(text: &str) -> NewReport {
    NewReport {
        text: text.into(),
        platform: "Instagram".into(),
        originator: "Jan Pødenphant".into(),
        ..about(METTE)
    }
}

async fn a_told_case(test: &TestApp) -> CaseNumber {
    tell(
        test,
        LONE,
        told("Hun bliver kaldt løgner i en kommentartråd"),
        &[],
    )
    .await
    .number
}

on_both! {
    async fn each_finds_what_they_may_read_and_nobody_else_anything(test) {
        let number = a_told_case(&test).await;
        for person in [VIBEKE, LARS, IDA] {
            assert_eq!(found(&test, person, "løgn kommentartråden").await, one(&number), "{person}");
            assert_eq!(found(&test, person, "Podenphant instagram").await, one(&number), "{person}");
            assert_eq!(found(&test, person, number.as_str()).await, one(&number), "{person}");
        }
        // The one who told finds their own words, and not the facts of the case; the target neither.
        assert_eq!(found(&test, LONE, "løgner").await, one(&number));
        assert!(found(&test, LONE, "pødenphant").await.is_empty());
        assert!(found(&test, METTE, "løgner").await.is_empty());
        for person in [DPO, ADMIN, JENS, DORTHE, SANNE] {
            for question in ["løgner", "Mette", "pødenphant", number.as_str()] {
                let found = search(&test, person, question).await;
                assert_eq!((found.all, found.items.len()), (0, 0), "{person} {question}");
            }
        }
    }

    async fn what_is_written_later_is_found_and_by_those_alone_who_read_it(test) {
        let number = a_told_case(&test).await;
        let vibeke = test.caller(VIBEKE);
        assert!(found(&test, VIBEKE, "psykolog").await.is_empty());
        test.app.perform(&test.caller(VIBEKE), &number, say::receive(), None).await.unwrap();
        let care = Command::Care {
            talked_at: None,
            talk: "Vil gerne tale med en psykologisk rådgiver".into(),
            psychologist_offered: true,
            wishes: String::new(),
            with: String::new(),
        };
        test.app.perform(&vibeke, &number, care, None).await.unwrap();
        assert_eq!(found(&test, VIBEKE, "psykolog").await, one(&number));
        assert_eq!(found(&test, METTE, "rådgiveren").await, one(&number));
        assert!(found(&test, IDA, "psykolog").await.is_empty());
        assert!(found(&test, LONE, "psykolog").await.is_empty());
    }

    async fn a_case_that_has_changed_is_not_shown_by_what_it_was(test) {
        let number = a_told_case(&test).await;
        assert_eq!(found(&test, VIBEKE, "løgner").await, one(&number));
        test.at("2026-10-12T19:50:00+02:00");
        test.app.perform(&test.caller(VIBEKE), &number, say::receive(), None).await.unwrap();
        let stale = test.app.search(&test.caller(VIBEKE), "løgner", 0, 10).await.unwrap();
        assert!(stale.items.is_empty());
        assert_eq!(found(&test, VIBEKE, "løgner").await, [number]);
    }

    async fn a_helper_finds_until_their_time_is_up(test) {
        let number = a_told_case(&test).await;
        let invite = Command::Invite {
            person: ANDERS.into(),
            drawers: vec![Compartment::Matter],
            until: "2026-10-20".parse().unwrap(),
            reason: "Læser tråden igennem".into(),
        };
        test.app.perform(&test.caller(VIBEKE), &number, invite, None).await.unwrap();
        assert_eq!(found(&test, ANDERS, "pødenphant").await, one(&number));
        assert!(found(&test, ANDERS, "løgner").await.is_empty());
        test.at("2026-10-22T09:00:00+02:00");
        // Before the job has run, and after.
        let stale = test.app.search(&test.caller(ANDERS), "pødenphant", 0, 10).await.unwrap();
        assert!(stale.items.is_empty());
        assert!(found(&test, ANDERS, "pødenphant").await.is_empty());
        assert_eq!(found(&test, VIBEKE, "pødenphant").await, [number]);
    }

    async fn the_words_on_a_screenshot_are_found_once_they_are_read(test) {
        let png = screenshot();
        let number = tell(&test, LONE, about(METTE), &[("a.png", &png)]).await.number;
        assert!(found(&test, VIBEKE, "rådhuset").await.is_empty());
        test.app.run_slow_jobs().await.unwrap();
        let seen = search(&test, VIBEKE, "rådhus").await;
        assert_eq!(seen.items[0].row.number, number);
        assert_eq!(seen.items[0].places, BTreeSet::from([Place::Exhibit]));
        // Lone sent it; Mette did not.
        assert_eq!(found(&test, LONE, "rådhuset").await, [number]);
        assert!(found(&test, METTE, "rådhuset").await.is_empty());
    }

    async fn an_index_that_is_lost_is_made_again_whole_by_the_server_and_by_hand(test) {
        let mut numbers: Vec<CaseNumber> = Vec::new();
        for _ in 0..3 {
            numbers.push(a_told_case(&test).await);
        }
        test.app.keep_search().await.unwrap();
        std::fs::remove_dir_all(test.scratch.dir().join("search")).unwrap();
        let app = restart(&test, DEFAULT).await.unwrap();
        let lost = app.search(&app.caller_named(VIBEKE).unwrap(), "løgner", 0, 10).await.unwrap();
        assert_eq!(lost.all, 0);
        app.keep_search().await.unwrap();
        let again = app.search(&app.caller_named(VIBEKE).unwrap(), "løgner", 0, 10).await.unwrap();
        assert_eq!((again.all, again.rebuilding), (3, None));
        let mut told = Vec::new();
        assert_eq!(app.reindex(|done, all| told.push((done, all))).await.unwrap(), 3);
        assert_eq!(told.last(), Some(&(3, 3)));
        let again = app.search(&app.caller_named(VIBEKE).unwrap(), "løgner", 0, 2).await.unwrap();
        assert_eq!((again.items.len(), again.all, again.next), (2, 3, Some(2)));
        // Another process is told that this one writes, and can ask it to.
        let other = restart(&test, DEFAULT).await.unwrap();
        assert!(matches!(other.reindex(|_, _| ()).await, Err(AppError::Busy)));
        other.reindex_later().await.unwrap();
        assert_eq!(app.keep_search().await.unwrap(), 3);
    }

    async fn a_case_whose_keys_are_destroyed_leaves_no_word(test) {
        let number = a_told_case(&test).await;
        let other = tell(&test, LONE, about(METTE), &[]).await.number;
        assert_eq!(found(&test, VIBEKE, "pødenphant").await, one(&number));
        let id = view(&test, VIBEKE, &number).await.id;
        app::testing::destroy_keys(&test.app, &id).await;
        test.app.reindex(|_, _| ()).await.unwrap();
        assert!(!app::testing::vocabulary(&test.app).contains("pødenphant"));
        assert_eq!(found(&test, VIBEKE, "står").await, [other]);
    }
}
