use crate::harness::*;
use crate::say;
use app::testing::TestApp;
use app::{Daily, NoticeKind};
use domain::case::{Actor, Damage, Event};
use domain::ids::CaseNumber;
use jiff::SignedDuration;
use std::sync::Arc;

/// What the journal says was found wrong, or no longer wrong, and who wrote it.
async fn found(test: &TestApp, number: &CaseNumber) -> Vec<(u32, Option<Damage>)> {
    let entries = view(test, VIBEKE, number).await.entries;
    let checks = entries.iter().filter_map(|entry| {
        let check = match entry.event {
            Event::ExhibitFoundDamaged { exhibit, what } => (exhibit, Some(what)),
            Event::ExhibitFoundWhole { exhibit } => (exhibit, None),
            _ => return None,
        };
        assert_eq!(entry.actor, Actor::System);
        Some(check)
    });
    checks.collect()
}

async fn told(test: &TestApp, kind: NoticeKind) -> usize {
    let notices = test.app.notices(&test.caller(VIBEKE)).await.unwrap();
    notices.iter().filter(|notice| notice.kind == kind).count()
}

/// A round's exhibits that are damaged, that are whole again, and that could not be judged.
async fn round(test: &TestApp) -> (u64, u64, u64) {
    let round = test.app.reverify(|_| ()).await.unwrap();
    assert_eq!(round.is_whole(), (round.damaged, round.not_here) == (0, 0));
    (round.damaged, round.mended, round.not_here)
}

const MISSING: (u32, Option<Damage>) = (1, Some(Damage::Missing));
const ALTERED: (u32, Option<Damage>) = (1, Some(Damage::Altered));
const WHOLE: (u32, Option<Damage>) = (1, None);

on_both! {
    async fn a_flipped_byte_on_disk_is_found_and_named_once(test) {
        let number = a_case(&test).await;
        flip(&files(&test)[0]);
        let round = test.app.reverify(|_| ()).await.unwrap();
        assert_eq!((round.exhibits, round.damaged, round.bytes, round.is_whole()), (1, 1, 0, false));
        assert_eq!(told(&test, NoticeKind::ExhibitDamaged).await, 1);
        assert_eq!(found(&test, &number).await, [ALTERED]);
        let again = test.app.reverify(|_| ()).await.unwrap();
        assert_eq!(again.damaged, 1);
        assert_eq!(found(&test, &number).await, [ALTERED]);
        std::fs::remove_file(&files(&test)[0]).unwrap();
        test.app.reverify(|_| ()).await.unwrap();
        assert_eq!(found(&test, &number).await, [ALTERED, MISSING]);
    }

    async fn what_is_not_here_is_an_operators_error_and_no_entry(test) {
        let number = a_case(&test).await;
        let (folder, away) = (test.scratch.dir().join("blobs"), test.scratch.dir().join("away"));
        // As where a disk is not mounted.
        std::fs::rename(&folder, &away).unwrap();
        std::fs::create_dir(&folder).unwrap();
        let round = test.app.reverify(|_| ()).await.unwrap();
        assert_eq!((round.not_here, round.damaged, round.is_whole()), (1, 0, false));
        assert_eq!(told(&test, NoticeKind::ExhibitDamaged).await, 0);
        assert_eq!(found(&test, &number).await, []);
        std::fs::remove_dir_all(&folder).unwrap();
        std::fs::rename(&away, &folder).unwrap();
        assert!(test.app.reverify(|_| ()).await.unwrap().is_whole());
        // Where the files are ours, one that is gone is gone.
        std::fs::remove_file(&files(&test)[0]).unwrap();
        test.app.reverify(|_| ()).await.unwrap();
        assert_eq!(found(&test, &number).await, [MISSING]);
    }

    async fn a_damage_is_taken_back_by_an_entry_once_the_file_is_back_and_told_again_when_it_goes(test) {
        let number = a_case(&test).await;
        let (file, away) = (files(&test).remove(0), test.scratch.dir().join("away"));
        std::fs::rename(&file, &away).unwrap();
        assert_eq!(round(&test).await, (1, 0, 0));
        assert_eq!(told(&test, NoticeKind::ExhibitDamaged).await, 1);
        assert_eq!(told(&test, NoticeKind::ExhibitWhole).await, 0);
        assert_eq!(found(&test, &number).await, [MISSING]);
        std::fs::rename(&away, &file).unwrap();
        for mended in [1, 0] {
            assert_eq!(round(&test).await, (0, mended, 0));
        }
        assert_eq!(told(&test, NoticeKind::ExhibitWhole).await, 1);
        assert_eq!(found(&test, &number).await, [MISSING, WHOLE]);
        std::fs::rename(&file, &away).unwrap();
        assert_eq!(round(&test).await, (1, 0, 0));
        // Who opened the case has read what was told before.
        assert_eq!(told(&test, NoticeKind::ExhibitDamaged).await, 1);
        assert_eq!(told(&test, NoticeKind::ExhibitWhole).await, 0);
        assert_eq!(found(&test, &number).await, [MISSING, WHOLE, MISSING]);
    }

    async fn nothing_is_taken_back_on_the_word_of_files_that_are_not_ours(test) {
        let number = a_case(&test).await;
        let file = files(&test).remove(0);
        flip(&file);
        assert_eq!(round(&test).await, (1, 0, 0));
        flip(&file);
        // The same bytes, but in a folder that says nothing of whose it is.
        let (marker, away) = (test.scratch.dir().join("blobs/INSTALLATION"), test.scratch.dir().join("away"));
        std::fs::rename(&marker, &away).unwrap();
        assert_eq!(round(&test).await, (0, 0, 1));
        assert_eq!(found(&test, &number).await, [ALTERED]);
        std::fs::rename(&away, &marker).unwrap();
        assert_eq!(round(&test).await, (0, 1, 0));
        assert_eq!(found(&test, &number).await, [ALTERED, WHOLE]);
    }

    async fn whole_files_are_counted_and_nobody_is_told(test) {
        let number = a_case(&test).await;
        add(&test, VIBEKE, &number, &[("b.png", &png("b")), ("c.png", &png("c"))]).await.unwrap();
        let mut told_of = 0;
        let round = test.app.reverify(|_| told_of += 1).await.unwrap();
        let bytes = [png("et billede"), png("b"), png("c")].iter().map(Vec::len).sum::<usize>();
        assert_eq!((round.exhibits, round.bytes, round.is_whole()), (3, bytes as u64, true));
        assert_eq!((round.finished, told_of), (Some(test.app.now()), 1));
        assert_eq!(found(&test, &number).await, []);
        assert_eq!(test.app.last_round().await.unwrap(), Some(round));
    }

    async fn a_round_goes_on_a_piece_a_minute_and_begins_again_the_next_day(test) {
        // So little a minute that each piece is one exhibit.
        let daily = Daily { bytes: 1, ..Daily::default() };
        let app = Arc::into_inner(test.app).unwrap().with_daily(daily);
        let test = TestApp { app: Arc::new(app), ..test };
        let number = a_case(&test).await;
        add(&test, VIBEKE, &number, &[("b.png", &png("b")), ("c.png", &png("c"))]).await.unwrap();
        try_to(&test, VIBEKE, &number, say::receive()).await.unwrap();
        for _ in 0..2 {
            test.app.plan_daily().await.unwrap();
        }
        test.at("2026-10-13T01:59:59+02:00");
        test.app.run_jobs().await.unwrap();
        assert_eq!(test.app.last_round().await.unwrap(), None);
        test.at("2026-10-13T02:00:02+02:00");
        let mut seen = Vec::new();
        for _ in 0..5 {
            test.app.run_jobs().await.unwrap();
            let round = test.app.last_round().await.unwrap().unwrap();
            seen.push((round.exhibits, round.finished.is_some()));
            test.clock.set(test.app.now() + SignedDuration::from_secs(62));
        }
        assert_eq!(seen[0], (1, false));
        assert_eq!(seen[4], (3, true));
        assert!(seen.is_sorted(), "{seen:?}");
        // The seal was made in the same night, once.
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().seals, 1);
        test.at("2026-10-14T02:00:02+02:00");
        for file in files(&test) {
            flip(&file);
        }
        for _ in 0..5 {
            test.app.run_jobs().await.unwrap();
            test.clock.set(test.app.now() + SignedDuration::from_secs(62));
        }
        let round = test.app.last_round().await.unwrap().unwrap();
        assert_eq!((round.damaged, round.finished.is_some()), (3, true));
        assert_eq!(found(&test, &number).await.len(), 3);
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().seals, 2);
    }
}
