use crate::harness::*;
use crate::perform::closed;
use crate::say;
use app::NoticeKind::{self, *};
use app::testing::TestApp;
use domain::case::Viewing;

async fn kinds(test: &TestApp, person: &str) -> Vec<NoticeKind> {
    let notices = test.app.notices(&test.caller(person)).await.unwrap();
    let mut kinds: Vec<NoticeKind> = notices.into_iter().map(|notice| notice.kind).collect();
    kinds.sort();
    kinds
}

on_both! {
    async fn everybody_hears_what_concerns_them_and_nobody_of_their_own_deeds(test) {
        let number = a_case(&test).await;
        assert_eq!(kinds(&test, VIBEKE).await, [CaseYours]);
        assert_eq!(kinds(&test, IDA).await, [ReviewYours]);
        assert!(kinds(&test, LONE).await.is_empty() && kinds(&test, METTE).await.is_empty());
        add(&test, LONE, &number, &[("b.png", &png("b"))]).await.unwrap();
        assert_eq!(kinds(&test, VIBEKE).await, [CaseYours, MoreTold]);
        add(&test, VIBEKE, &number, &[("c.png", &png("c"))]).await.unwrap();
        assert_eq!(kinds(&test, VIBEKE).await, [CaseYours, MoreTold]);
        closed(&test, &number).await;
        assert_eq!(kinds(&test, LONE).await, [Received, Closed]);
        assert_eq!(kinds(&test, METTE).await, [Received, Closed]);
        // She has handled the case since: there is nothing in it that she has not met.
        assert!(kinds(&test, VIBEKE).await.is_empty());
        assert!(kinds(&test, SANNE).await.is_empty());
    }

    async fn opening_the_case_marks_them_read_for_who_opened_it(test) {
        let number = a_case(&test).await;
        try_to(&test, VIBEKE, &number, say::receive()).await.unwrap();
        let other = a_case(&test).await;
        test.app.case(&test.caller(METTE), &number, Viewing::Status).await.unwrap();
        assert_eq!((kinds(&test, METTE).await, kinds(&test, LONE).await), (vec![], vec![Received]));
        view(&test, VIBEKE, &number).await;
        let left = test.app.notices(&test.caller(VIBEKE)).await.unwrap();
        assert_eq!(left.iter().map(|notice| &notice.number).collect::<Vec<_>>(), [&other]);
        assert_eq!(left[0].at, test.app.now());
    }

    async fn an_old_unread_notice_is_not_hidden_by_many_read_ones(test) {
        let first = a_case(&test).await;
        for minute in 0..55 {
            test.at(&format!("2026-10-12T20:{minute:02}:00+02:00"));
            let number = tell(&test, LONE, about(METTE), &[]).await.number;
            view(&test, VIBEKE, &number).await;
        }
        let left = test.app.notices(&test.caller(VIBEKE)).await.unwrap();
        assert_eq!(left.iter().map(|notice| &notice.number).collect::<Vec<_>>(), [&first]);
        // And no more than twenty at once.
        assert_eq!(test.app.notices(&test.caller(IDA)).await.unwrap().len(), 20);
    }
}
