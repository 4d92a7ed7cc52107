use crate::harness::*;
use crate::say;
use app::NoticeKind;
use domain::case::{NewReport, Refusal, Viewing};
use domain::vocabulary::DutyKind;

on_both! {
    async fn a_report_has_number_owner_clocks_and_receipt(test) {
        let picture = png("a");
        let receipt = tell(&test, LONE, about("METTE.ravn@fjordby.example"), &[("a.png", &picture)]).await;
        assert_eq!(receipt.number.as_str(), "2026-0001");
        assert_eq!(receipt.owner.as_str(), VIBEKE);
        let exhibit = &receipt.exhibits[0];
        assert_eq!((exhibit.number, exhibit.name.as_str(), exhibit.bytes), (1, "a.png", picture.len() as u64));
        assert_eq!((exhibit.sha256.clone(), exhibit.hashed_by_sender), (sha256(&picture), false));
        let dues: Vec<_> = receipt.next.iter().map(|next| next.due).collect();
        assert!(dues.is_sorted() && dues.iter().all(|due| *due > test.app.now()));
        for duty in [DutyKind::Receive, DutyKind::Triage, DutyKind::Care, DutyKind::Review, DutyKind::Police] {
            assert!(receipt.next.iter().any(|next| next.duty == duty), "{duty}");
        }
        let review = receipt.next.iter().find(|next| next.duty == DutyKind::Review).unwrap();
        assert_eq!(review.owner.as_str(), IDA);
        assert_eq!(tell(&test, LONE, about(METTE), &[]).await.number.as_str(), "2026-0002");
        // New year in Fjordby, still the old one in UTC.
        test.at("2027-01-01T00:30:00+01:00");
        assert_eq!(tell(&test, LONE, about(METTE), &[]).await.number.as_str(), "2027-0001");
    }

    async fn it_may_be_about_me_a_unit_or_nobody_named(test) {
        let me = NewReport { about: None, about_me: true, ..about("") };
        let mine = tell(&test, METTE, me, &[]).await;
        assert_eq!(mine.owner.as_str(), VIBEKE);
        let targets: Vec<String> =
            view(&test, VIBEKE, &mine.number).await.state.targets.iter().map(|id| id.as_str().into()).collect();
        assert_eq!(targets, [METTE]);
        let school = NewReport { about: None, unit: Some("soendre-skole".into()), ..about("") };
        assert_eq!(tell(&test, LONE, school, &[]).await.owner.as_str(), DORTHE);
        let nobody = NewReport { about: None, ..about("") };
        assert_eq!(tell(&test, SANNE, nobody, &[]).await.owner.as_str(), DORTHE);
    }

    async fn a_manager_whom_the_reporter_asks_to_leave_out_knows_nothing(test) {
        let receipt = tell(&test, LONE, NewReport { not_to_manager: true, ..about(METTE) }, &[]).await;
        assert_eq!(receipt.owner.as_str(), LARS);
        let vibeke = test.caller(VIBEKE);
        not_found(test.app.case(&vibeke, &receipt.number, Viewing::Case).await);
        not_found(try_to(&test, VIBEKE, &receipt.number, say::receive()).await);
        not_found(test.app.begin_exhibits(&vibeke, &receipt.number).await.map(|_| ()));
        assert_eq!(test.app.notices(&vibeke).await.unwrap(), []);
        assert!(test.app.cases(&vibeke, app::CaseFilter::default(), None, 10).await.unwrap().items.is_empty());
        assert!(test.app.my_duties(&vibeke, None, 10).await.unwrap().items.is_empty());
    }

    async fn a_manager_who_is_away_is_stood_in_for(test) {
        let vibeke = test.caller(VIBEKE);
        test.app.set_deputy(&vibeke, Some("anders.boegh@fjordby.example")).await.unwrap();
        let days = ("2026-10-12".parse().unwrap(), "2026-10-12".parse().unwrap());
        test.app.set_away(&vibeke, Some(days)).await.unwrap();
        let receipt = tell(&test, LONE, about(METTE), &[]).await;
        assert_eq!(receipt.owner.as_str(), ANDERS);
        let kinds = |notices: Vec<app::Notice>| notices.into_iter().map(|notice| notice.kind).collect::<Vec<_>>();
        assert_eq!(kinds(test.app.notices(&vibeke).await.unwrap()), [NoticeKind::PassedOnAbsent]);
        assert_eq!(kinds(test.app.notices(&test.caller(ANDERS)).await.unwrap()), [NoticeKind::CaseYours]);
        test.at("2026-10-13T00:00:00+02:00");
        assert_eq!(tell(&test, LONE, about(METTE), &[]).await.owner.as_str(), VIBEKE);
        let days = ("2026-10-01".parse().unwrap(), "2026-10-02".parse().unwrap());
        assert_eq!(refusal(test.app.set_away(&vibeke, Some(days)).await), Refusal::invalid("until", "in-the-past"));
        let unknown = Refusal::invalid("deputy", "unknown-person");
        assert_eq!(refusal(test.app.set_deputy(&vibeke, Some(VIBEKE)).await), unknown);
    }

    async fn a_manager_whom_it_is_about_is_a_party_and_nothing_else(test) {
        let receipt = tell(&test, LONE, about(VIBEKE), &[]).await;
        assert_eq!(receipt.owner.as_str(), LARS);
        test.app.case(&test.caller(VIBEKE), &receipt.number, Viewing::Status).await.unwrap();
        forbidden(try_to(&test, VIBEKE, &receipt.number, say::receive()).await);
        forbidden(test.app.case(&test.caller(VIBEKE), &receipt.number, Viewing::Matter).await);
    }

    async fn what_cannot_be_a_report_is_refused_by_field_and_leaves_nothing(test) {
        let tomorrow = "2026-10-13T19:47:00+02:00".parse().unwrap();
        let wrong = [
            (about("nobody@fjordby.example"), "about", "unknown-person"),
            (NewReport { first_seen: Some(tomorrow), ..about(METTE) }, "first_seen", "in-the-future"),
            (NewReport { about: None, unit: Some("hr2".into()), ..about("") }, "unit", "unknown-unit"),
            (NewReport { source_url: "javascript:x".into(), ..about(METTE) }, "source_url", "not-a-web-address"),
            (NewReport { text: "x".repeat(20_001), ..about(METTE) }, "text", "too-long"),
        ];
        for (new, field, problem) in wrong {
            let picture = png(field);
            let answer = try_tell(&test, LONE, new, &[("a.png", &picture)]).await;
            assert_eq!(refusal(answer), Refusal::invalid(field, problem));
        }
        let empty = NewReport { text: " \r\n ".into(), ..about(METTE) };
        assert_eq!(refusal(try_tell(&test, LONE, empty, &[]).await), Refusal::invalid("text", "text-or-file"));
        assert_eq!((cases(&test).await, files(&test).len()), (0, 0));
        assert_eq!(test.app.next_job().await.unwrap(), None);
    }

    async fn words_alone_or_a_file_alone_are_enough(test) {
        assert!(tell(&test, LONE, about(METTE), &[]).await.exhibits.is_empty());
        let picture = png("x");
        let silent = NewReport { text: String::new(), ..about(METTE) };
        let receipt = tell(&test, LONE, silent, &[("a.png", &picture)]).await;
        assert_eq!(receipt.exhibits.len(), 1);
        let told = view(&test, VIBEKE, &receipt.number).await.entries;
        assert!(told.iter().all(|entry| entry.event.name() != "told"));
    }
}
