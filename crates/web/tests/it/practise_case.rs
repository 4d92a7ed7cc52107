//! The managers' drill through the doors: begun, handled by the rules of a case, judged, and never a case.

use crate::helpers::{Answer, Client, TestApp};
use crate::pages::check;
use app::testing::Engine;
use http::StatusCode;

const HOME: &str = "/practise/case";
const MARK: &str = "Øvelse – ikke en sag.";

type Fields<'a> = &'a [(&'a str, &'a str)];

const CARE: Fields<'_> = &[
    ("talked_at", "2026-10-12T09:00"),
    ("talk", "Vi talte om pengene"),
    ("wishes", "Ikke borgerbetjening på torsdag"),
    ("psychologist_offered", "true"),
];
const REGISTER: Fields<'_> = &[
    ("title", "Opslag på snak.example"),
    ("episode_at", "2026-10-11T21:05"),
    ("medium", "social-media"),
    ("form", "smear"),
    ("course", "Tre opslag på en uge"),
    ("targets", "tilde.taenkt@snak.example"),
    ("originator", "Bent Opdigtet"),
    ("certainty", "presumed"),
    ("severity", "moderate"),
];
const CONTACT: Fields<'_> = &[
    ("purposes", "substance"),
    ("purposes", "boundary"),
    ("demand", "Påstanden om penge"),
    ("stop_by", "2026-10-20"),
    ("letter", "ØVELSE. Kære Bent"),
    ("channel", "letter"),
    ("at", "2026-10-12T09:00"),
    ("complaint_routes_explained", "true"),
];

/// Somebody who leads a unit, on a page of the drill; the clock is that of the test's town.
async fn begun(app: &TestApp) -> Client {
    app.inner
        .clock
        .set("2026-10-12T09:00:00Z".parse().expect("a time"));
    let vibeke = app.as_("p09").await;
    check(&vibeke.get(HOME).await, "da", "before it begins");
    assert_eq!(vibeke.post_form(HOME, &[]).await.location(), HOME);
    vibeke
}

async fn done(client: &Client, command: &str, fields: Fields<'_>) {
    let path = format!("{HOME}/do/{command}");
    let page = client.get(&path).await;
    check(&page, "da", &path);
    assert!(page.text().contains(MARK), "{path}");
    let sent = client.post_form(&path, fields).await;
    assert!(
        sent.location().starts_with(&format!("{HOME}?done=")),
        "{path}: {}",
        sent.text()
    );
    let page = client.get(sent.location()).await;
    check(&page, "da", sent.location());
    assert!(page.text().contains(MARK), "{path}");
}

async fn reviewed(client: &Client) {
    let sent = client.post_form(&format!("{HOME}/review"), &[]).await;
    assert_eq!(
        sent.location(),
        "/practise/case?done=practise-review",
        "{}",
        sent.text()
    );
}

async fn handled(client: &Client) {
    done(client, "receive", &[]).await;
    done(client, "triage", &[("danger", "none")]).await;
    done(client, "care", CARE).await;
    done(client, "register", REGISTER).await;
    reviewed(client).await;
    done(client, "contact", CONTACT).await;
}

async fn nothing_of_it_is_a_case(app: &TestApp, vibeke: &Client) {
    assert!(!app.inner.app.has_cases().await.expect("an answer"));
    for path in ["/cases?show=all", "/duties", "/cases/0-0000", "/cases/0000-0000"] {
        let text = vibeke.get(path).await.text();
        assert!(
            !text.contains("Tilde") && !text.contains("Opslag på snak.example"),
            "{path}"
        );
    }
    let start = vibeke.get("/").await.text();
    assert!(
        !start.contains("Tilde") && !start.contains("Du har fået en sag"),
        "{start}"
    );
    // The next real case has the first number.
    let number = app.case_of_mette().await;
    assert_eq!(number, "2026-0001");
}

#[tokio::test]
async fn a_manager_handles_a_made_up_case_and_it_is_no_case_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let vibeke = begun(&app).await;
        let page = vibeke.get(HOME).await;
        check(&page, "da", "begun");
        let text = page.text();
        for words in [
            MARK,
            "Tilde Tænkt",
            "Bent Opdigtet",
            "Øvelsens fem trin",
            "Tag imod sagen",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(vibeke.get("/").await.text().contains("Øv dig som leder"));
        handled(&vibeke).await;
        let page = vibeke.get(HOME).await;
        check(&page, "da", "passed");
        let text = page.text();
        for words in [
            MARK,
            "Øvelsen er gennemført.",
            "Du fik det hele med, og i en god rækkefølge.",
            "Opfølgning",
        ] {
            assert!(text.contains(words), "{words}: {text}");
        }
        assert!(
            !vibeke.get("/").await.text().contains("Øv dig som leder"),
            "it is done"
        );
        nothing_of_it_is_a_case(&app, &vibeke).await;
    }
}

#[tokio::test]
async fn what_was_done_in_a_poor_order_is_said_and_passes() {
    let app = TestApp::new().await;
    let vibeke = begun(&app).await;
    done(&vibeke, "register", REGISTER).await;
    reviewed(&vibeke).await;
    done(&vibeke, "contact", CONTACT).await;
    let care = [("talked_at", "2026-10-12T09:00"), ("talk", "Kort")];
    done(&vibeke, "care", &care).await;
    done(&vibeke, "receive", &[]).await;
    let text = vibeke.get(HOME).await.text();
    for words in [
        "Øvelsen er gennemført.",
        "før du havde talt med medarbejderen",
        "Du tilbød ikke psykologhjælp",
        "hvad medarbejderen ønsker",
        "om nogen er i fare",
        "Du tog ikke imod sagen som det første",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let order: Vec<usize> = [
        "Registrer sagen",
        "Kontakt afsenderen, både",
        "Tal med medarbejderen",
    ]
    .iter()
    .map(|step| text.find(step).unwrap())
    .collect();
    assert!(order.is_sorted(), "{order:?}");
}

#[tokio::test]
async fn the_rules_are_those_of_a_case() {
    let app = TestApp::new().await;
    let vibeke = begun(&app).await;
    let contact = format!("{HOME}/do/contact");
    let early = vibeke.get(&contact).await;
    check(&early, "da", "contact before the review");
    assert!(
        early
            .text()
            .contains("Personalejuristen har ikke vurderet sagen endnu")
    );
    let refused = vibeke.post_form(&contact, CONTACT).await;
    assert!(
        matches!(
            refused.status,
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
        ),
        "{}",
        refused.status
    );
    assert_eq!(
        vibeke.post_form(&format!("{HOME}/review"), &[]).await.status,
        StatusCode::NOT_FOUND
    );
    // A real colleague is nobody there, and what was typed stays.
    let mut fields = REGISTER.to_vec();
    fields[5] = ("targets", "mette.ravn@fjordby.example");
    let answer = vibeke.post_form(&format!("{HOME}/do/register"), &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Tre opslag på en uge") && answer.text().contains(MARK));
    done(&vibeke, "register", REGISTER).await;
    reviewed(&vibeke).await;
    let page = vibeke.get(&contact).await.text();
    assert!(page.contains("Juristens vurdering: Chikane"), "{page}");
    assert!(
        page.contains("ØVELSE: Brevet her er en øvelse og må ikke sendes."),
        "{page}"
    );
    let unexplained: Vec<_> = CONTACT
        .iter()
        .copied()
        .filter(|(name, _)| *name != "complaint_routes_explained")
        .collect();
    let answer = vibeke.post_form(&contact, &unexplained).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn who_leads_no_unit_is_not_offered_it() {
    let app = TestApp::new().await;
    for person in ["p10", "p03", "p05", "p06"] {
        let client = app.as_(person).await;
        for path in [
            HOME.to_owned(),
            format!("{HOME}/do/receive"),
            format!("{HOME}/do/register"),
        ] {
            let answer = client.get(&path).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path} as {person}");
            assert!(!answer.text().contains(MARK), "{path} as {person}");
        }
        for path in [
            HOME.to_owned(),
            format!("{HOME}/review"),
            format!("{HOME}/do/receive"),
        ] {
            assert_eq!(
                client.post_form(&path, &[]).await.status,
                StatusCode::NOT_FOUND,
                "{path} as {person}"
            );
        }
        for path in ["/", "/practise"] {
            assert!(
                !client.get(path).await.text().contains(HOME),
                "{path} as {person}"
            );
        }
    }
}

#[tokio::test]
async fn a_drill_is_its_own_managers_and_what_is_not_practised_is_not_there() {
    let app = TestApp::new().await;
    let vibeke = begun(&app).await;
    done(&vibeke, "receive", &[]).await;
    let lars = app.as_("p08").await;
    assert!(
        !lars.get(HOME).await.text().contains("Tilde"),
        "another manager has begun none"
    );
    let nothing = lars.post_form(&format!("{HOME}/do/receive"), &[]).await;
    assert_eq!(nothing.status, StatusCode::NOT_FOUND);
    assert_eq!(lars.get(&format!("{HOME}/do/receive")).await.location(), HOME);
    for command in [
        "close",
        "waive",
        "pass-over",
        "decide-police",
        "review",
        "no-such",
    ] {
        let path = format!("{HOME}/do/{command}");
        assert_eq!(vibeke.get(&path).await.status, StatusCode::NOT_FOUND, "{command}");
        assert_eq!(
            vibeke.post_form(&path, &[]).await.status,
            StatusCode::NOT_FOUND,
            "{command}"
        );
    }
}

#[tokio::test]
async fn after_a_day_it_is_over_and_after_thirty_only_the_result_is_left() {
    let app = TestApp::new().await;
    let vibeke = begun(&app).await;
    let later = |hours| jiff::SignedDuration::from_hours(hours);
    app.inner.clock.set(app.inner.app.now() + later(25));
    let vibeke_later = app.as_("p09").await;
    let text = vibeke_later.get(HOME).await.text();
    assert!(text.contains("Du nåede ikke at gøre øvelsen færdig"), "{text}");
    let late = vibeke_later.post_form(&format!("{HOME}/do/receive"), &[]).await;
    assert_eq!(late.status, StatusCode::NOT_FOUND);
    drop(vibeke);
    let vibeke = begun_again(&app).await;
    handled(&vibeke).await;
    app.inner.clock.set(app.inner.app.now() + later(24 * 31));
    app.inner.app.run_slow_jobs().await.unwrap();
    let vibeke = app.as_("p09").await;
    let page = vibeke.get(HOME).await;
    check(&page, "da", "forgotten");
    let text = page.text();
    assert!(
        text.contains("Øvelsen er gennemført.") && !text.contains("rækkefølge</h2>"),
        "{text}"
    );
    assert!(
        !vibeke.get("/").await.text().contains("Øv dig som leder"),
        "the result stays"
    );
    app.inner.clock.set(app.inner.app.now() + later(24 * 366));
    let vibeke = app.as_("p09").await;
    assert!(
        vibeke.get("/").await.text().contains("Øv dig som leder"),
        "once a year"
    );
}

async fn begun_again(app: &TestApp) -> Client {
    app.inner
        .clock
        .set("2026-10-13T12:00:00Z".parse().expect("a time"));
    let vibeke = app.as_("p09").await;
    vibeke.post_form(HOME, &[]).await;
    vibeke
}

#[tokio::test]
async fn the_same_in_english() {
    let app = TestApp::on(Engine::Sqlite).await;
    app.inner
        .clock
        .set("2026-10-12T09:00:00Z".parse().expect("a time"));
    let vibeke = app.as_("p09").await;
    vibeke
        .post_form("/language", &[("language", "en"), ("back", "/")])
        .await;
    check(&vibeke.get(HOME).await, "en", "before");
    vibeke.post_form(HOME, &[]).await;
    let page = vibeke.get(HOME).await;
    check(&page, "en", "begun");
    assert!(page.text().contains("Drill – not a case.") && page.text().contains("my hedge"));
    for command in ["receive", "triage", "care", "register", "contact"] {
        let page: Answer = vibeke.get(&format!("{HOME}/do/{command}")).await;
        check(&page, "en", command);
    }
}
