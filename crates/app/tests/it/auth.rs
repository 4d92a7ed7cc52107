use crate::harness::*;
use app::testing::{PlainWords, TestApp};
use app::{Settings, SignInError};
use domain::case::Refusal;
use domain::ids::PersonId;
use domain::language::Language;
use std::sync::Arc;
use store::testing::engines;

const EMAIL: &str = "vibeke.holst@fjordby.example";
const RIGHT: &str = "en lang adgangskode";

async fn with_password(test: &TestApp) -> PersonId {
    let person = PersonId::new(VIBEKE);
    test.app.set_password(&person, RIGHT).await.unwrap();
    person
}

fn wrong<T: std::fmt::Debug>(answer: Result<T, SignInError>) {
    assert!(matches!(answer, Err(SignInError::Wrong)), "{answer:?}");
}

async fn who(test: &TestApp, secret: &str) -> Option<String> {
    let caller = test.app.session(secret).await.unwrap();
    caller.map(|caller| caller.id().unwrap().as_str().to_owned())
}

on_both! {
    async fn the_right_password_alone_signs_in(test) {
        wrong(test.app.sign_in(EMAIL, "").await);
        with_password(&test).await;
        wrong(test.app.sign_in(EMAIL, "en anden adgangskode").await);
        wrong(test.app.sign_in("nobody@fjordby.example", RIGHT).await);
        let one = test.app.sign_in(" Vibeke.HOLST@fjordby.example ", RIGHT).await.unwrap();
        let two = test.app.sign_in(EMAIL, RIGHT).await.unwrap();
        assert_ne!(one.secret, two.secret);
        assert_eq!(who(&test, &one.secret).await.as_deref(), Some(VIBEKE));
        assert_eq!(who(&test, "gættet").await, None);
        test.app.sign_out(&one.secret).await.unwrap();
        assert_eq!((who(&test, &one.secret).await, who(&test, &two.secret).await), (None, Some(VIBEKE.into())));
    }

    async fn a_password_is_long_and_changing_it_ends_every_session(test) {
        let person = with_password(&test).await;
        for bad in ["kort", "elleve tegn", &"x".repeat(1_001)] {
            let answer = test.app.set_password(&person, bad).await;
            assert_eq!(refusal(answer), Refusal::invalid("password", "password-length"));
        }
        let session = test.app.sign_in(EMAIL, RIGHT).await.unwrap();
        let vibeke = test.caller(VIBEKE);
        let answer = test.app.change_password(&vibeke, "forkert adgangskode", "en ny adgangskode").await;
        assert_eq!(refusal(answer), Refusal::invalid("old", "wrong-password"));
        let answer = test.app.change_password(&vibeke, RIGHT, "kort").await;
        assert_eq!(refusal(answer), Refusal::invalid("password", "password-length"));
        assert!(who(&test, &session.secret).await.is_some());
        test.app.change_password(&vibeke, RIGHT, "en ny adgangskode").await.unwrap();
        assert_eq!(who(&test, &session.secret).await, None);
        wrong(test.app.sign_in(EMAIL, RIGHT).await);
        test.app.sign_in(EMAIL, "en ny adgangskode").await.unwrap();
    }

    async fn too_many_tries_must_wait_and_then_may_again(test) {
        with_password(&test).await;
        let tries = (0..12).map(|_| test.app.sign_in(EMAIL, "forkert"));
        let answers = futures_util::future::join_all(tries).await;
        let blocked = answers.iter().filter(|answer| matches!(answer, Err(SignInError::TooMany { .. }))).count();
        assert_eq!(blocked, 4, "eight were compared, though all came at once");
        match test.app.sign_in(EMAIL, RIGHT).await {
            Err(SignInError::TooMany { until }) => test.clock.set(until - jiff::SignedDuration::from_secs(1)),
            other => panic!("{other:?}"),
        }
        assert!(matches!(test.app.sign_in(EMAIL, RIGHT).await, Err(SignInError::TooMany { .. })));
        wrong(test.app.sign_in("lone.kvist@fjordby.example", RIGHT).await);
        test.clock.set(test.app.now() + jiff::SignedDuration::from_secs(1));
        test.app.sign_in(EMAIL, RIGHT).await.unwrap();
        // A right one begins the count anew.
        for _ in 0..7 {
            wrong(test.app.sign_in(EMAIL, "forkert").await);
        }
        test.app.sign_in(EMAIL, RIGHT).await.unwrap();
        wrong(test.app.sign_in(EMAIL, "forkert").await);
    }

    async fn a_session_lives_as_long_as_it_is_used(test) {
        with_password(&test).await;
        let session = test.app.sign_in(EMAIL, RIGHT).await.unwrap();
        for time in ["2026-10-13T07:00:00+02:00", "2026-10-13T18:00:00+02:00"] {
            test.at(time);
            assert!(who(&test, &session.secret).await.is_some(), "{time}");
        }
        test.at("2026-10-14T06:00:01+02:00");
        assert_eq!(who(&test, &session.secret).await, None);
    }

    async fn a_token_opens_for_its_person(test) {
        let token = test.app.create_token("lone.kvist@fjordby.example").await.unwrap();
        let caller = test.app.bearer(&token).await.unwrap().unwrap();
        assert_eq!(caller.id().unwrap().as_str(), LONE);
        assert!(test.app.bearer("vaern_00").await.unwrap().is_none());
        let nobody = test.app.create_token("nobody@fjordby.example").await;
        assert_eq!(refusal(nobody), Refusal::invalid("person", "unknown-person"));
        test.app.set_language(&caller, Language::En).await.unwrap();
        assert_eq!(test.app.bearer(&token).await.unwrap().unwrap().language, Language::En);
    }

    async fn who_has_left_gets_in_no_more(test) {
        with_password(&test).await;
        let session = test.app.sign_in(EMAIL, RIGHT).await.unwrap();
        let token = test.app.create_token(EMAIL).await.unwrap();
        let units = include_str!("../../../../examples/units.csv");
        let people = include_str!("../../../../examples/people.csv");
        let without: String = people.lines().filter(|line| !line.starts_with("p09,")).flat_map(|line| [line, "\n"]).collect();
        let imported = domain::import::import(units, "units.csv", &without, "people.csv").unwrap();
        test.app.import(&imported).await.unwrap();
        assert_eq!(who(&test, &session.secret).await, None);
        assert!(test.app.bearer(&token).await.unwrap().is_none());
        wrong(test.app.sign_in(EMAIL, RIGHT).await);
        assert!(test.app.caller_named(VIBEKE).is_err());
    }

    async fn nobody_steps_in_outside_a_demonstration(test) {
        not_found(test.app.step_in(&PersonId::new(METTE)).await);
    }
}

#[tokio::test]
async fn in_a_demonstration_anybody_steps_in_as_anybody_who_is_there() {
    for engine in engines() {
        let settings = Settings {
            demonstration: true,
            ..Settings::default()
        };
        let test = TestApp::with(engine, Arc::new(PlainWords), settings).await;
        let session = test.app.step_in(&PersonId::new(METTE)).await.unwrap();
        assert_eq!(who(&test, &session.secret).await.as_deref(), Some(METTE));
        not_found(test.app.step_in(&PersonId::new("p99")).await);
    }
}
