//! Malware, with a real clamd that knows one signature of our own.

use crate::harness::*;
use app::Scanner;
use app::testing::TestApp;
use app::testing::clamd::{Clamd, MALWARE, socket};
use domain::case::{Command, Event, Refusal, Verdict};
use domain::ids::CaseNumber;
use domain::vocabulary::Compartment;
use futures_util::TryStreamExt as _;

/// Lone tells of Mette with a clean picture and an infected one.
async fn infected(test: &TestApp) -> CaseNumber {
    let (good, bad) = (png("god"), png(&format!("xx {MALWARE} yy")));
    tell(test, LONE, about(METTE), &[("god.png", &good), ("ond.png", &bad)])
        .await
        .number
}

async fn taken(
    test: &TestApp,
    person: &str,
    number: &CaseNumber,
    place: u32,
) -> Result<usize, app::AppError> {
    let (_, stream) = test.app.exhibit(&test.caller(person), number, place).await?;
    let parts: Vec<bytes::Bytes> = stream.try_collect().await.unwrap();
    Ok(parts.concat().len())
}

async fn verdicts(test: &TestApp, number: &CaseNumber) -> Vec<(u32, Verdict, String)> {
    let view = case_of(test, number).await;
    let scans = view.entries.iter().filter_map(|entry| match &entry.event {
        Event::ExhibitScanned {
            exhibit,
            verdict,
            found,
            ..
        } => Some((*exhibit, *verdict, found.clone())),
        _ => None,
    });
    scans.collect()
}

async fn case_of(test: &TestApp, number: &CaseNumber) -> app::CaseView {
    let looking = domain::case::Viewing::Case;
    test.app
        .case(&test.caller(VIBEKE), number, looking)
        .await
        .unwrap()
}

fn release(exhibit: u32) -> Command {
    Command::ReleaseExhibit {
        exhibit,
        reason: "Politiet skal have filen".into(),
    }
}

on_both! {
    async fn an_infected_file_is_sealed_shown_to_nobody_and_handed_out_only_by_two(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        let number = infected(&test).await;
        assert_eq!(verdicts(&test, &number).await, [
            (1, Verdict::Clean, String::new()),
            (2, Verdict::Infected, "Vaern.Test.Signature.UNOFFICIAL".to_owned()),
        ]);
        taken(&test, VIBEKE, &number, 1).await.unwrap();
        for person in [VIBEKE, IDA, LONE] {
            assert_eq!(refusal(taken(&test, person, &number, 2).await), Refusal::ExhibitWithheld);
        }
        assert!(test.app.cover(&test.caller(VIBEKE), &number, 2).await.unwrap().is_none());
        let export = test.app.export(&test.caller(VIBEKE), &number, Compartment::Matter).await;
        assert_eq!(refusal(export), Refusal::ExhibitWithheld);

        try_to(&test, VIBEKE, &number, release(2)).await.unwrap();
        assert_eq!(refusal(taken(&test, VIBEKE, &number, 2).await), Refusal::ExhibitWithheld);
        assert!(taken(&test, IDA, &number, 2).await.unwrap() > MALWARE.len());
        test.app.export(&test.caller(IDA), &number, Compartment::Matter).await.unwrap();
    }

    async fn a_scanner_that_is_down_keeps_no_evidence_out_and_is_asked_again(test) {
        let dir = tempfile::tempdir().unwrap();
        let test = test.scanned_by(Scanner::Socket(socket(dir.path())));
        let number = infected(&test).await;
        assert_eq!(verdicts(&test, &number).await, [
            (1, Verdict::Unchecked, "unreachable".to_owned()),
            (2, Verdict::Unchecked, "unreachable".to_owned()),
        ]);
        assert!(taken(&test, VIBEKE, &number, 2).await.is_ok());
        test.at("2026-10-12T19:48:00+02:00");
        test.app.run_jobs().await.unwrap();
        assert_eq!(verdicts(&test, &number).await.len(), 2, "still down: nothing is recorded twice");

        let _clamd = Clamd::start_in(dir);
        test.at("2026-10-12T20:00:00+02:00");
        test.app.run_jobs().await.unwrap();
        let mut found = verdicts(&test, &number).await.split_off(2);
        found.sort();
        assert_eq!(found, [
            (1, Verdict::Clean, String::new()),
            (2, Verdict::Infected, "Vaern.Test.Signature.UNOFFICIAL".to_owned()),
        ]);
        assert_eq!(refusal(taken(&test, VIBEKE, &number, 2).await), Refusal::ExhibitWithheld);
        test.at("2026-10-12T23:00:00+02:00");
        test.app.run_jobs().await.unwrap();
        assert_eq!(verdicts(&test, &number).await.len(), 4, "asked no more");
    }

    async fn a_file_that_the_scanner_refuses_for_its_size_is_taken_and_said_to_be_unchecked(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        let large = png(&"stor".repeat(2_000_000));
        let number = tell(&test, LONE, about(METTE), &[("stor.png", &large)]).await.number;
        assert_eq!(verdicts(&test, &number).await, [(1, Verdict::Unchecked, "refused".to_owned())]);
        assert_eq!(taken(&test, VIBEKE, &number, 1).await.unwrap(), large.len());
    }

    async fn what_was_found_goes_along_to_the_case_it_is_joined_to(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        let into = a_case(&test).await;
        let number = infected(&test).await;
        try_to(&test, VIBEKE, &number, crate::say::join(into.as_str())).await.unwrap();
        assert_eq!(refusal(taken(&test, VIBEKE, &into, 3).await), Refusal::ExhibitWithheld);
        assert!(taken(&test, VIBEKE, &into, 2).await.is_ok());
    }

    async fn without_a_scanner_nothing_is_said_of_malware(test) {
        let number = infected(&test).await;
        assert_eq!(verdicts(&test, &number).await, []);
        assert!(taken(&test, VIBEKE, &number, 2).await.is_ok());
    }
}
