//! How far an exhibit is borne out, as people read it.

use crate::helpers::{PNG, TestApp};
use http::StatusCode;

#[tokio::test]
async fn a_second_witness_is_recorded_by_hand_shown_with_both_exhibits_and_taken_back() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let vibeke = app.as_("p09").await;
    let (one, two) = (
        format!("/cases/{number}/exhibits/1"),
        format!("/cases/{number}/exhibits/2"),
    );
    assert!(vibeke.get(&one).await.text().contains("<h2>Ét vidne</h2>"));
    let other = [PNG, b"taget med en anden telefon"].concat();
    let sent = vibeke
        .post_multipart(&format!("/cases/{number}/exhibits"), &[], &[("min.png", &other)])
        .await;
    assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text());

    let address = format!("/cases/{number}/do/corroborate");
    let same = [("exhibit", "1"), ("with", "1"), ("note", "Samme")];
    let refused = vibeke.post_form(&address, &same).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("Det er den samme fil."),
        "{}",
        refused.text()
    );
    let told = [
        ("exhibit", "1"),
        ("with", "2"),
        ("note", "Samme opslag, to telefoner"),
    ];
    assert_eq!(
        vibeke.post_form(&address, &told).await.status,
        StatusCode::SEE_OTHER
    );
    for (page, other) in [(&one, 2), (&two, 1)] {
        let page = vibeke.get(page).await.text();
        assert!(page.contains("<h2>To uafhængige vidner</h2>"), "{page}");
        assert!(page.contains(&format!("Viser det samme som bilag {other}")));
    }

    let back = [("exhibit", "2"), ("with", "1"), ("reason", "Et andet opslag")];
    let address = format!("/cases/{number}/do/withdraw-corroboration");
    assert_eq!(
        vibeke.post_form(&address, &back).await.status,
        StatusCode::SEE_OTHER
    );
    assert!(vibeke.get(&one).await.text().contains("<h2>Ét vidne</h2>"));
}

#[tokio::test]
async fn it_is_offered_only_where_two_people_have_sent_something() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let page = app.as_("p09").await.get(&format!("/cases/{number}")).await.text();
    assert!(!page.contains("/do/corroborate"), "{page}");
}
