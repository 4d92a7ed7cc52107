//! Working copies through their job: of good files, of bad ones, for those who may see the exhibit.

use crate::harness::*;
use app::testing::TestApp;
use app::testing::clamd::{Clamd, MALWARE};
use app::{AppError, Copied, CopiesOf, Proposals, StoreReport};
use domain::case::{Command, Refusal, Viewing};
use domain::ids::CaseNumber;

const SCREENSHOT: &str = "01-threat-in-comment-thread/screenshot-1.png";

fn screenshot(name: &str) -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    std::fs::read(folder.join(name)).unwrap()
}

/// One black pixel: a whole PNG (ISO/IEC 15948), its check sums made by hand.
fn pixel() -> Vec<u8> {
    hex::decode(
        "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200\
         0148afa4710000000049454e44ae426082",
    )
    .unwrap()
}

/// A PNG whose header says 30,000 × 30,000 grey pixels, and one row behind it.
fn bomb() -> Vec<u8> {
    hex::decode(
        "89504e470d0a1a0a0000000d4948445200007530000075300800000000434ca7660000003449444154789cedc13101000000\
         c2a0f54f6d094fa000000000000000000000000000000000000000000000000000000000004e067531000138f7ab240000000049454e44ae426082",
    ).unwrap()
}

async fn made(test: &TestApp, files: &[(&str, &[u8])]) -> CaseNumber {
    let number = tell(test, LONE, about(METTE), files).await.number;
    test.app.run_slow_jobs().await.unwrap();
    number
}

async fn copies(test: &TestApp, number: &CaseNumber) -> Vec<CopiesOf> {
    view(test, VIBEKE, number).await.copies
}

fn failed(code: &str) -> Copied {
    Copied::Failed(code.into())
}

async fn readings(test: &TestApp, number: &CaseNumber) -> Vec<(Option<domain::case::Viewing>, Option<u32>)> {
    let page = test
        .app
        .access_log(&test.caller(VIBEKE), Some(number), None, 50)
        .await
        .unwrap();
    page.items
        .into_iter()
        .map(|seen| (seen.what, seen.exhibit))
        .collect()
}

on_both! {
    async fn a_screenshot_gets_a_small_picture_and_its_words_which_only_readers_get(test) {
        let png = screenshot(SCREENSHOT);
        let number = tell(&test, LONE, about(METTE), &[("a.png", &png)]).await.number;
        assert_eq!(copies(&test, &number).await[0].picture, Copied::UnderWay);
        let vibeke = test.caller(VIBEKE);
        not_found(test.app.preview(&vibeke, &number, 1, 0).await);
        assert_eq!(test.app.run_slow_jobs().await.unwrap(), 1);
        let of = copies(&test, &number).await;
        assert_eq!((&of[0].picture, &of[0].text, of[0].facts.width), (&Copied::Ready, &Copied::Ready, Some(1170)));
        let small = test.app.preview(&vibeke, &number, 1, 0).await.unwrap();
        assert!(small.starts_with(&[0xFF, 0xD8, 0xFF]) && small.len() < 40_000);
        let words = test.app.words(&vibeke, &number, 1).await.unwrap();
        assert!(words[0].text.as_ref().unwrap().plain().contains("rådhuset"), "{words:?}");
        assert!(test.app.cover(&vibeke, &number, 1).await.unwrap().is_some());
        let seen = (Some(domain::case::Viewing::Exhibit), Some(1));
        assert_eq!(readings(&test, &number).await.iter().filter(|reading| **reading == seen).count(), 2);
        // Nothing lies about in clear, and what was made survives the sweep.
        assert!(files(&test).iter().all(|file| !std::fs::read(file).unwrap().starts_with(&[0xFF, 0xD8])));
        assert_eq!(test.app.stray_files().await, 0);
        for stranger in [DORTHE, DPO, ADMIN] {
            let stranger = test.caller(stranger);
            not_found(test.app.preview(&stranger, &number, 1, 0).await);
            not_found(test.app.words(&stranger, &number, 1).await);
        }
    }

    async fn bad_files_are_kept_with_a_reason_and_the_worker_lives(test) {
        let png = pixel();
        let (bomb, half) = (bomb(), &png[..50]);
        let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice();
        let zip = b"PK\x03\x04\x14\0\0\0\x08\0bombe".as_slice();
        let pdf = b"%PDF-1.7 and nothing else".as_slice();
        let sent = [
            ("a.png", bomb.as_slice()), ("b.png", half), ("c.heic", heic), ("d.zip", zip), ("e.pdf", pdf), ("f.png", &png),
        ];
        let number = made(&test, &sent).await;
        let stand: Vec<Copied> = copies(&test, &number).await.into_iter().map(|of| of.picture).collect();
        let expected = [
            failed("too-large"), failed("broken"), failed("no-decoder"), Copied::Never, failed("broken"), Copied::Ready,
        ];
        assert_eq!(stand, expected);
        let vibeke = test.caller(VIBEKE);
        not_found(test.app.preview(&vibeke, &number, 1, 0).await);
        not_found(test.app.words(&vibeke, &number, 1).await);
        assert_eq!(test.app.cover(&vibeke, &number, 1).await.unwrap(), None);
        // Each original is there as it came.
        let report = test.app.verify_store(|_, _| {}).await.unwrap();
        assert_eq!((report.exhibits, report.failures), (6, vec![]));
    }

    async fn a_picture_that_is_there_already_is_pointed_out_and_nothing_is_merged(test) {
        let (png, other) = (screenshot(SCREENSHOT), screenshot("09-wave-against-library-closure/screenshot-1.png"));
        let number = made(&test, &[("a.png", &png), ("b.png", &other), ("c.png", &png)]).await;
        let alike: Vec<Vec<u32>> = copies(&test, &number).await.into_iter().map(|of| of.alike).collect();
        assert_eq!(alike, [vec![3], vec![], vec![1]]);
        // In another case nothing is said.
        let elsewhere = made(&test, &[("a.png", &png)]).await;
        assert_eq!(copies(&test, &elsewhere).await[0].alike, [0; 0]);
    }

    async fn a_file_that_no_worker_survives_is_given_up(test) {
        let number = tell(&test, LONE, about(METTE), &[("a.png", &pixel())]).await.number;
        // The original is out of reach: each try fails.
        let file = files(&test).remove(0);
        let hidden = test.scratch.dir().join("hidden");
        std::fs::rename(&file, &hidden).unwrap();
        for _ in 0..3 {
            assert_eq!(test.app.run_slow_jobs().await.unwrap(), 1);
            test.clock.set(test.app.now() + jiff::SignedDuration::from_hours(7));
        }
        assert_eq!(copies(&test, &number).await[0].picture, Copied::UnderWay);
        test.app.run_slow_jobs().await.unwrap();
        assert_eq!(copies(&test, &number).await[0].picture, failed("given-up"));
        test.clock.set(test.app.now() + jiff::SignedDuration::from_hours(7));
        assert_eq!(test.app.run_slow_jobs().await.unwrap(), 0);
    }

    async fn a_damaged_copy_is_named_and_the_exhibit_is_whole(test) {
        let before = files(&test);
        let number = tell(&test, LONE, about(METTE), &[("a.png", &pixel())]).await.number;
        let originals = files(&test);
        test.app.run_slow_jobs().await.unwrap();
        for copy in files(&test).iter().filter(|file| !originals.contains(file) && !before.contains(file)) {
            flip(copy);
        }
        let StoreReport { failures, .. } = test.app.verify_store(|_, _| {}).await.unwrap();
        assert!(failures.len() == 2 && failures[0].contains("of exhibit 1"), "{failures:?}");
        assert!(test.app.exhibit(&test.caller(VIBEKE), &number, 1).await.is_ok());
    }

    async fn joining_makes_copies_in_the_case_that_stays(test) {
        let number = made(&test, &[("a.png", &pixel())]).await;
        let other = made(&test, &[("b.png", &pixel())]).await;
        let join = domain::case::Command::Join { into: number.as_str().to_owned() };
        try_to(&test, VIBEKE, &other, join).await.unwrap();
        assert_eq!(test.app.run_slow_jobs().await.unwrap(), 1);
        let stand: Vec<Copied> = copies(&test, &number).await.into_iter().map(|of| of.picture).collect();
        assert_eq!(stand, [Copied::Ready, Copied::Ready]);
    }

    async fn an_infected_file_is_never_opened(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        let bad = [pixel(), MALWARE.as_bytes().to_vec()].concat();
        let number = made(&test, &[("god.png", &pixel()), ("ond.png", &bad)]).await;
        let stand: Vec<Copied> = copies(&test, &number).await.into_iter().map(|of| of.picture).collect();
        assert_eq!(stand, [Copied::Ready, Copied::Never]);
        let vibeke = test.caller(VIBEKE);
        not_found(test.app.preview(&vibeke, &number, 2, 0).await);
        not_found(test.app.words(&vibeke, &number, 2).await);
        assert_eq!(test.app.cover(&vibeke, &number, 2).await.unwrap(), None);
    }

    async fn what_was_read_in_a_wave_is_proposed_until_it_is_marked(test) {
        let wave = screenshot("09-wave-against-library-closure/screenshot-1.png");
        let number = tell(&test, LONE, about(METTE), &[("a.png", &wave)]).await.number;
        let of = async |who: &str| test.app.proposals(&test.caller(who), &number, 1).await;
        assert_eq!(of(VIBEKE).await.unwrap(), Proposals::default(), "nothing was read yet");
        test.app.run_slow_jobs().await.unwrap();
        let read = of(VIBEKE).await.unwrap();
        let found = |author: &str| read.all.iter().find(|said| said.author == author).unwrap_or_else(|| panic!("{author}: {read:?}"));
        assert!(read.all.len() >= 10 && read.lines.len() >= 30, "{read:?}");
        let dennis = found("Dennis");
        assert_eq!((dennis.text.as_str(), dennis.said_at.as_str()), ("Stem dem ud til næste valg!", "20 t."));
        let (above, here) = (found("Laila").region.unwrap(), dennis.region.unwrap());
        assert!(above.y + above.h <= here.y && here.h < 50_000, "{above:?} {here:?}");
        // Marked as it stands, it is proposed no more, and the rest still is.
        let command = Command::MarkStatements { exhibit: 1, statements: vec![dennis.clone()] };
        try_to(&test, VIBEKE, &number, command).await.unwrap();
        let rest = of(IDA).await.unwrap().all;
        assert_eq!(rest.len(), read.all.len() - 1);
        assert!(rest.iter().all(|said| said.author != "Dennis"));
        let log = test.app.access_log(&test.caller(VIBEKE), Some(&number), None, 50).await.unwrap();
        assert!(log.items.iter().any(|seen| seen.what == Some(Viewing::Exhibit) && seen.who == IDA));
        for other in [METTE, LONE, DORTHE, DPO, ADMIN] {
            assert!(matches!(of(other).await, Err(AppError::NotFound | AppError::Forbidden)));
        }
        not_found(test.app.proposals(&test.caller(VIBEKE), &number, 2).await);
    }

    async fn an_infected_text_is_not_read_for_statements(test) {
        let clamd = Clamd::start();
        let test = test.scanned_by(clamd.scanner());
        let number = tell(&test, LONE, about(METTE), &[("a.txt", MALWARE.as_bytes())]).await.number;
        let read = test.app.proposals(&test.caller(VIBEKE), &number, 1).await;
        assert_eq!(refusal(read), Refusal::ExhibitWithheld);
    }
}
