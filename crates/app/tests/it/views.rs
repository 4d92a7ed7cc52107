use crate::harness::*;
use app::Reading;
use app::testing::TestApp;
use domain::access::{Action, Relation};
use domain::case::Viewing;
use domain::ids::CaseNumber;
use domain::vocabulary::{Compartment, Role};

/// Everything that the data protection officer sees of this case, oldest first, in pages of two.
async fn log(test: &TestApp, number: Option<&CaseNumber>) -> Vec<Reading> {
    let (mut all, mut page) = (Vec::new(), None);
    loop {
        let part = test
            .app
            .access_log(&test.caller(DPO), number, page.as_deref(), 2)
            .await
            .unwrap();
        assert!(part.items.len() <= 2);
        all.extend(part.items);
        page = part.next;
        if page.is_none() {
            all.reverse();
            return all;
        }
    }
}

/// Who, what, which exhibit, as what.
type Brief<'a> = (&'a str, Option<Viewing>, Option<u32>, Option<Relation>);

fn brief(readings: &[Reading]) -> Vec<Brief<'_>> {
    readings
        .iter()
        .map(|found| (found.who.as_str(), found.what, found.exhibit, found.relation))
        .collect()
}

on_both! {
    async fn every_look_is_an_entry_with_who_what_and_in_which_part(test) {
        let number = a_case(&test).await;
        for what in [Viewing::Case, Viewing::Matter, Viewing::Care, Viewing::Journal] {
            test.app.case(&test.caller(VIBEKE), &number, what).await.unwrap();
        }
        test.app.case(&test.caller(LONE), &number, Viewing::Status).await.unwrap();
        test.app.exhibit(&test.caller(IDA), &number, 1).await.map(|_| ()).unwrap();
        test.app.exhibit(&test.caller(LONE), &number, 1).await.map(|_| ()).unwrap();
        test.app.case(&test.caller(DPO), &number, Viewing::AccessLog).await.unwrap();
        test.app.export(&test.caller(VIBEKE), &number, Compartment::Care).await.unwrap();
        let found = log(&test, Some(&number)).await;
        let owner = Some(Relation::Owner);
        assert_eq!(brief(&found), [
            (VIBEKE, Some(Viewing::Case), None, owner),
            (VIBEKE, Some(Viewing::Matter), None, owner),
            (VIBEKE, Some(Viewing::Care), None, owner),
            (VIBEKE, Some(Viewing::Journal), None, owner),
            (LONE, Some(Viewing::Status), None, Some(Relation::Reporter)),
            (IDA, Some(Viewing::Exhibit), Some(1), Some(Relation::LegalAdviser)),
            (LONE, Some(Viewing::Exhibit), Some(1), Some(Relation::Reporter)),
            (DPO, Some(Viewing::AccessLog), None, Some(Relation::Dpo)),
            (VIBEKE, None, None, None),
        ]);
        assert_eq!(found[8].exported, Some(Compartment::Care));
        assert!(found.iter().all(|reading| reading.number == number && reading.at == test.app.now()));
    }

    async fn who_finds_nothing_leaves_nothing(test) {
        let number = a_case(&test).await;
        for stranger in [SANNE, DORTHE, ADMIN, JENS] {
            let caller = test.caller(stranger);
            not_found(test.app.case(&caller, &number, Viewing::Case).await);
            not_found(test.app.exhibit(&caller, &number, 1).await.map(|_| ()));
            not_found(test.app.cover(&caller, &number, 1).await);
            not_found(test.app.export(&caller, &number, Compartment::Matter).await);
            not_found(test.app.access_log(&caller, Some(&number), None, 10).await);
            not_found(test.app.access_log(&caller, None, None, 10).await);
        }
        let dpo = test.caller(DPO);
        not_found(test.app.case(&dpo, &number, Viewing::Case).await);
        not_found(test.app.exhibit(&dpo, &number, 1).await.map(|_| ()));
        not_found(test.app.exhibit(&test.caller(VIBEKE), &number, 2).await.map(|_| ()));
        not_found(test.app.exhibit(&test.caller(METTE), &number, 1).await.map(|_| ()));
        forbidden(test.app.case(&test.caller(METTE), &number, Viewing::Matter).await);
        forbidden(test.app.case(&test.caller(IDA), &number, Viewing::Care).await);
        forbidden(test.app.export(&test.caller(IDA), &number, Compartment::Care).await);
        assert!(log(&test, None).await.is_empty());
    }

    async fn the_log_is_read_across_cases_by_the_officer_and_in_one_by_the_target(test) {
        let (one, two) = (a_case(&test).await, a_case(&test).await);
        for minute in 0..3 {
            test.at(&format!("2026-10-12T20:0{minute}:00+02:00"));
            view(&test, VIBEKE, &one).await;
            view(&test, VIBEKE, &two).await;
        }
        let all = log(&test, None).await;
        let times: Vec<_> = all.iter().map(|reading| reading.at).collect();
        assert!(all.len() == 6 && times.is_sorted());
        assert_eq!(all.iter().filter(|reading| reading.number == one).count(), 3);
        assert_eq!(log(&test, Some(&two)).await.len(), 3);
        let mette = test.caller(METTE);
        assert_eq!(test.app.access_log(&mette, Some(&one), None, 10).await.unwrap().items.len(), 3);
        forbidden(test.app.access_log(&test.caller(LONE), Some(&one), None, 10).await);
    }

    async fn what_each_is_shown_is_theirs_to_see(test) {
        let number = a_case(&test).await;
        let shown = |found: app::CaseView| -> Vec<String> {
            found.entries.iter().map(|entry| entry.event.name()).collect()
        };
        let status = test.app.case(&test.caller(METTE), &number, Viewing::Status).await.unwrap();
        assert!(!status.may(Action::ReadMatter) && status.may(Action::ReadAccessLog));
        assert!(!shown(status).contains(&"told".to_owned()));
        assert!(shown(view(&test, LONE, &number).await).contains(&"told".to_owned()));
        assert!(shown(view(&test, VIBEKE, &number).await).contains(&"exhibit-sealed".to_owned()));
    }

    async fn lists_show_each_their_own(test) {
        let number = a_case(&test).await;
        let all = app::CaseFilter::default();
        for (person, expected) in [(VIBEKE, 1), (LARS, 1), (IDA, 1), (LONE, 1), (METTE, 1), (SANNE, 0), (DPO, 0)] {
            let listed = test.app.cases(&test.caller(person), all, None, 10).await.unwrap();
            assert_eq!(listed.items.len(), expected, "{person}");
        }
        let owed = test.app.my_duties(&test.caller(VIBEKE), None, 1).await.unwrap();
        assert_eq!((owed.items[0].number.clone(), owed.items[0].late, owed.items.len()), (number, false, 1));
        let next = test.app.my_duties(&test.caller(VIBEKE), owed.next.as_deref(), 50).await.unwrap();
        assert!(next.items.len() >= 2 && next.next.is_none());
        test.at("2026-11-12T20:00:00+01:00");
        assert!(test.app.my_duties(&test.caller(IDA), None, 10).await.unwrap().items[0].late);
        assert!(test.caller(DPO).has(Role::Dpo));
        not_found(test.app.counts(&test.caller(VIBEKE)).await);
        assert_eq!(test.app.counts(&test.caller(ADMIN)).await.unwrap().open, 1);
    }

    async fn a_list_says_what_the_matter_says_to_its_readers_alone(test) {
        let number = a_case(&test).await;
        try_to(&test, VIBEKE, &number, crate::say::register("Ond omtale af Mette")).await.unwrap();
        let all = app::CaseFilter::default();
        for (person, reads) in [(VIBEKE, true), (LARS, true), (IDA, true), (LONE, false), (METTE, false)] {
            let listed = test.app.cases(&test.caller(person), all, None, 10).await.unwrap();
            assert_eq!(listed.items[0].title.is_some(), reads, "{person}");
        }
    }

    async fn a_cover_is_made_of_a_real_picture_and_not_recorded(test) {
        // One black pixel: a whole PNG (ISO/IEC 15948), its check sums made by hand.
        let real = hex::decode(
            "89504e470d0a1a0a0000000d49484452000000010000000108000000003a7e9b550000000a49444154789c63600000000200\
             0148afa4710000000049454e44ae426082",
        )
        .unwrap();
        let broken = png("ikke et helt billede");
        let sent: [(&str, &[u8]); 3] = [("a.png", &real), ("b.png", &broken), ("c.txt", b"tekst")];
        let number = tell(&test, LONE, about(METTE), &sent).await.number;
        let vibeke = test.caller(VIBEKE);
        assert!(test.app.cover(&vibeke, &number, 1).await.unwrap().is_some());
        assert_eq!(test.app.cover(&vibeke, &number, 2).await.unwrap(), None);
        assert_eq!(test.app.cover(&vibeke, &number, 3).await.unwrap(), None);
        assert!(log(&test, Some(&number)).await.is_empty());
    }
}
