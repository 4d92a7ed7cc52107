use crate::harness::*;
use crate::say;
use app::NoticeKind;
use domain::case::{Arrival, NewReport, Phase, Refusal, Viewing};
use futures_util::TryStreamExt as _;

on_both! {
    async fn a_second_report_comes_into_the_first_with_everything(test) {
        let a = a_case(&test).await;
        let (one, two) = (png(&"1".repeat(90_000)), png("2"));
        let told = tell(&test, ANDERS, about(METTE), &[("1.png", &one), ("2.png", &two)]).await;
        let b = told.number;
        let joined = try_to(&test, VIBEKE, &b, say::join(a.as_str())).await.unwrap();
        assert_eq!((joined.number.clone(), joined.state.phase), (b.clone(), Phase::Joined));
        let receiving = view(&test, VIBEKE, &a).await;
        let exhibits: Vec<_> = receiving.state.exhibits.iter().map(|(_, exhibit)| exhibit).collect();
        let numbers: Vec<u32> = exhibits.iter().map(|exhibit| exhibit.number).collect();
        assert_eq!(numbers, [1, 2, 3]);
        assert_eq!((exhibits[1].sha256.clone(), exhibits[1].arrival), (sha256(&one), Arrival::JoinedCase));
        assert_eq!(exhibits[2].sha256, sha256(&two));
        for (place, bytes) in [(2, &one), (3, &two)] {
            let (_, stream) = test.app.exhibit(&test.caller(VIBEKE), &a, place).await.unwrap();
            let parts: Vec<bytes::Bytes> = stream.try_collect().await.unwrap();
            assert!(parts.concat() == *bytes, "exhibit {place}");
        }
        let reporters: Vec<&str> =
            receiving.state.reports.iter().map(|(_, facts)| facts.reporter.as_str()).collect();
        assert_eq!(reporters, [LONE, ANDERS]);
        test.app.case(&test.caller(ANDERS), &a, Viewing::Status).await.unwrap();
        let notices = test.app.notices(&test.caller(ANDERS)).await.unwrap();
        assert!(notices.iter().any(|notice| notice.kind == NoticeKind::Joined && notice.number == b));
        assert_eq!(refusal(try_to(&test, VIBEKE, &b, say::receive()).await), Refusal::CaseJoined);
        assert_eq!(files(&test).len(), 5);
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
        let counts = test.app.counts(&test.caller(DPO)).await.unwrap();
        assert_eq!((counts.open, counts.joined), (1, 1));
    }

    async fn what_cannot_be_joined_is_refused_and_leaves_nothing(test) {
        let picture = png("x");
        let a = a_case(&test).await;
        let away = NewReport { unit: Some("soendre-skole".into()), about: None, ..about("") };
        let elsewhere = tell(&test, SANNE, away, &[("s.png", &picture)]).await.number;
        let unknown = Refusal::invalid("into", "unknown-case");
        for into in [elsewhere.as_str(), "2026-0099", "noget andet"] {
            assert_eq!(refusal(try_to(&test, VIBEKE, &a, say::join(into)).await), unknown, "{into}");
        }
        assert_eq!(refusal(try_to(&test, VIBEKE, &a, say::join(a.as_str())).await), Refusal::SameCase);
        not_found(try_to(&test, VIBEKE, &elsewhere, say::join(a.as_str())).await);
        forbidden(try_to(&test, LONE, &a, say::join(a.as_str())).await);
        // Whoever owns the receiving case is what the other is about.
        let of_vibeke = tell(&test, LONE, about(VIBEKE), &[("v.png", &picture)]).await.number;
        let owes = Refusal::TargetOwesNothing;
        assert_eq!(refusal(try_to(&test, LARS, &of_vibeke, say::join(a.as_str())).await), owes);
        assert_eq!(files(&test).len(), 3);
        assert_eq!(view(&test, VIBEKE, &a).await.state.exhibits.len(), 1);
    }

    async fn joined_twice_at_once_or_with_the_same_key_it_is_joined_once(test) {
        let (a, b) = (a_case(&test).await, a_case(&test).await);
        let vibeke = test.caller(VIBEKE);
        let (one, two) = tokio::join!(
            test.app.perform(&vibeke, &b, say::join(a.as_str()), Some("k")),
            test.app.perform(&vibeke, &b, say::join(a.as_str()), Some("k")),
        );
        assert_eq!(one.unwrap().events, two.unwrap().events);
        let third = test.app.perform(&vibeke, &b, say::join(a.as_str()), Some("k")).await.unwrap();
        assert_eq!(names(&third), ["joined-into"]);
        assert_eq!(refusal(try_to(&test, VIBEKE, &b, say::join(a.as_str())).await), Refusal::CaseJoined);
        assert_eq!(files(&test).len(), 3);
    }

    async fn joined_into_each_other_at_once_one_wins(test) {
        let (a, b) = (a_case(&test).await, a_case(&test).await);
        let (one, two) = tokio::join!(
            try_to(&test, VIBEKE, &a, say::join(b.as_str())),
            try_to(&test, LARS, &b, say::join(a.as_str())),
        );
        assert!(one.is_ok() != two.is_ok(), "{one:?} {two:?}");
        assert_eq!(refusal(if one.is_ok() { two } else { one }), Refusal::CaseJoined);
        assert_eq!(files(&test).len(), 3);
        assert_eq!(test.app.verify_store(|_, _| ()).await.unwrap().failures, Vec::<String>::new());
    }
}
