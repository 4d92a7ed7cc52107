//! What the server sees where a case's link leads is recorded once, and its files are sealed like any other.

use crate::harness::*;
use app::testing::{TestApp, site};
use domain::case::witnessed::{Stopped, server};
use domain::case::{Arrival, CaseState, Command, Exhibit, Grade, NewReport};
use domain::ids::CaseNumber;
use domain::seen::Seen;

const PAGES: &[(&str, u16, &str)] = &[
    (
        "/traad/7",
        200,
        "<title>Om kommunen</title><h1>Sagsbehandleren lyver</h1>",
    ),
    ("/slettet", 410, "<h1>Opslaget er slettet</h1>"),
];

async fn told(test: &TestApp, link: &str) -> CaseNumber {
    let new = NewReport {
        source_url: link.to_owned(),
        ..about(METTE)
    };
    tell(test, LONE, new, &[("skærm.png", &png("fra Lone"))])
        .await
        .number
}

async fn state(test: &TestApp, number: &CaseNumber) -> CaseState {
    view(test, VIBEKE, number).await.state
}

on_both! {
    async fn a_reports_link_is_looked_at_and_what_was_kept_is_two_exhibits(test) {
        let test = test.witnessed_by(site::browser());
        let link = format!("{}/traad/7", site::serve(PAGES));
        let number = told(&test, &link).await;
        assert!(state(&test, &number).await.witnessed.is_empty(), "not while somebody waits");
        test.app.run_slow_jobs().await.unwrap();
        let case = state(&test, &number).await;
        let look = &case.witnessed[0];
        assert_eq!((look.asked.as_str(), look.seen, look.status), (link.as_str(), Seen::Page, Some(200)));
        assert_eq!((look.picture, look.archive, look.stopped), (Some(2), Some(3), None));
        assert_eq!((look.at, look.title.as_str(), look.key.len()), (test.app.now(), "Om kommunen", 64));
        for (exhibit, media_type) in [(2, "image/png"), (3, "application/wacz")] {
            let exhibit = case.exhibit(exhibit).unwrap();
            assert_eq!((exhibit.media_type.as_str(), exhibit.arrival), (media_type, Arrival::Server));
            assert_eq!((&exhibit.sent_by, exhibit.source_url.as_ref()), (&server(), Some(&link)));
            assert!(exhibit.is_servers_own() && !exhibit.hashed_by_sender && exhibit.report.is_none());
        }
        assert_eq!((case.grade(1), case.grade(2)), (Grade::OneWitness, Grade::ServerAlone));
        let same = Command::Corroborate { exhibit: 1, with: 2, note: "Samme opslag".into() };
        let case = test.app.perform(&test.caller(VIBEKE), &number, same, None).await.unwrap().state;
        assert_eq!(case.grade(1), Grade::WitnessAndServer);
        assert_eq!(test.app.run_slow_jobs().await.unwrap(), 0);
        let report = test.app.verify_store(|_, _| ()).await.unwrap();
        assert!(report.failures.is_empty(), "{:?}", report.failures);
    }

    async fn two_workers_at_once_leave_one_look_and_no_stray_file(test) {
        let test = test.witnessed_by(site::browser());
        let number = told(&test, &format!("{}/slettet", site::serve(PAGES))).await;
        // What comes while the link has not been looked at asks for a look once more.
        add(&test, VIBEKE, &number, &[("to.png", &png("nummer to"))]).await.unwrap();
        let (one, other) = tokio::join!(test.app.run_slow_jobs(), test.app.run_slow_jobs());
        one.unwrap();
        other.unwrap();
        let case = state(&test, &number).await;
        assert_eq!(case.witnessed.len(), 1);
        assert_eq!((case.witnessed[0].seen, case.witnessed[0].picture), (Seen::Removed, Some(3)));
        let own = case.exhibits.iter().filter(|(_, exhibit)| Exhibit::is_servers_own(exhibit));
        assert_eq!((case.exhibits.len(), own.count()), (4, 2));
        assert_eq!(test.app.stray_files().await, 0);
    }

    async fn without_a_browser_or_a_public_link_nobody_looks(test) {
        let number = told(&test, "https://opslag.example/traad/7").await;
        test.app.run_slow_jobs().await.unwrap();
        assert!(state(&test, &number).await.witnessed.is_empty());
        let test = test.witnessed_by(site::browser());
        let number = told(&test, "http://10.1.2.3/intranet").await;
        test.app.run_slow_jobs().await.unwrap();
        assert!(state(&test, &number).await.witnessed.is_empty());
    }

    async fn a_browser_that_does_not_start_is_tried_again_and_then_given_up(test) {
        let nobody = app::Browser::new(std::path::Path::new("/bin/false")).unwrap();
        let test = test.witnessed_by(nobody);
        let number = told(&test, "https://opslag.example/traad/7").await;
        for _ in 0..4 {
            assert!(state(&test, &number).await.witnessed.is_empty());
            test.app.run_slow_jobs().await.unwrap();
            test.clock.set(test.app.now() + jiff::SignedDuration::from_hours(7));
        }
        let look = &state(&test, &number).await.witnessed[0];
        assert_eq!((look.seen, look.stopped), (Seen::Unreached, Some(Stopped::GivenUp)));
        assert!(look.picture.is_none() && look.archive.is_none());
    }
}
