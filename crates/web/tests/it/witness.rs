//! What the server saw where a link leads, as people read it: on the case, on both exhibits, and in what is offered.

use crate::helpers::{PNG, TestApp};
use crate::pages::check;
use app::testing::site;
use http::StatusCode;

const PAGES: &[(&str, u16, &str)] = &[
    (
        "/traad/7",
        200,
        "<title>Om kommunen</title><h1>Sagsbehandleren lyver</h1>",
    ),
    ("/slettet", 410, "<h1>Opslaget er slettet</h1>"),
];

async fn told(app: &TestApp, path: &str) -> String {
    told_of(app, &format!("{}{path}", site::serve(PAGES))).await
}

async fn told_of(app: &TestApp, link: &str) -> String {
    let mette = app.as_("p10").await;
    let fields = [("about", "me"), ("source_url", link)];
    let number = mette
        .post_multipart("/report", &fields, &[("a.png", PNG)])
        .await
        .number();
    app.inner.app.run_slow_jobs().await.expect("the jobs run");
    number
}

#[tokio::test]
async fn the_servers_look_stands_beside_the_exhibit_and_is_compared_by_a_person() {
    let app = TestApp::witnessed_by(site::browser()).await;
    let number = told(&app, "/traad/7").await;
    let vibeke = app.as_("p09").await;
    let case = vibeke.get(&format!("/cases/{number}")).await;
    check(&case, "da", "a case with a look");
    let case = case.text();
    for part in [
        "<strong>Værn</strong> så selv efter, hvor linket fører hen: siden kunne ses.",
        "Bilag 2 er et billede af hele siden, og bilag 3 er et webarkiv",
        "Serveren alene",
    ] {
        assert!(case.contains(part), "{part}: {case}");
    }
    let sent = vibeke.get(&format!("/cases/{number}/exhibits/1")).await;
    check(&sent, "da", "an exhibit with a look at its link");
    let sent = sent.text();
    let compare = format!("/cases/{number}/do/corroborate?exhibit=1");
    assert!(
        sent.contains("<h2>Hvad serveren selv så</h2>") && sent.contains(&compare),
        "{sent}"
    );
    let form = vibeke.get(&format!("{compare}&with=2")).await.text();
    for chosen in ["<option value=\"1\" selected>", "<option value=\"2\" selected>"] {
        assert!(form.contains(chosen), "{chosen}: {form}");
    }
    let own = vibeke.get(&format!("/cases/{number}/exhibits/2")).await;
    check(&own, "da", "the server's own picture");
    let own = own.text();
    for part in [
        "<h2>Serveren alene</h2>",
        "Hentet af serveren selv",
        "Om kommunen",
        "127.0.0.2",
        "det er billedet, der tæller",
    ] {
        assert!(own.contains(part), "{part}: {own}");
    }
    assert!(
        !own.contains("ifølge den der sendte det"),
        "nobody sent it: {own}"
    );
    let same = [("exhibit", "1"), ("with", "2"), ("note", "Samme opslag")];
    let address = format!("/cases/{number}/do/corroborate");
    assert_eq!(
        vibeke.post_form(&address, &same).await.status,
        StatusCode::SEE_OTHER
    );
    let sent = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(
        sent.contains("<h2>Ét vidne og serveren</h2>") && !sent.contains(&compare),
        "{sent}"
    );
    // Whoever told reads their own file, and not what the server made of the link.
    let mette = app.as_("p10").await;
    assert_eq!(
        mette.get(&format!("/cases/{number}/exhibits/2")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn where_the_server_met_something_else_it_says_so_and_bears_nothing_out() {
    let app = TestApp::witnessed_by(site::browser()).await;
    let number = told(&app, "/slettet").await;
    let vibeke = app.as_("p09").await;
    let sent = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(
        sent.contains("der står, at indholdet er slettet eller lukket"),
        "{sent}"
    );
    assert!(!sent.contains("do/corroborate"), "{sent}");
    let same = [("exhibit", "1"), ("with", "2"), ("note", "Samme opslag")];
    let refused = vibeke
        .post_form(&format!("/cases/{number}/do/corroborate"), &same)
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("Serveren mødte noget andet end siden."));
}

#[tokio::test]
async fn where_nothing_could_be_fetched_it_says_why() {
    let app = TestApp::witnessed_by(site::browser()).await;
    // Nobody listens there.
    let number = told_of(&app, "http://opslag.example:1/traad/7").await;
    let vibeke = app.as_("p09").await;
    for page in ["", "/exhibits/1"] {
        let page = vibeke.get(&format!("/cases/{number}{page}")).await.text();
        let why = "Der kom intet svar.";
        assert!(
            page.contains("siden kunne ikke hentes") && page.contains(why),
            "{page}"
        );
    }
}
