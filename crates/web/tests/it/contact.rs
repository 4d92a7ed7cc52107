//! The legal review and what may follow from it: contact for the right purpose, in the right words, or none.

use crate::commands::{done, post, review, reviewed};
use crate::helpers::{Client, TestApp};
use http::StatusCode;

#[tokio::test]
async fn the_lawyer_writes_the_case_for_free_speech_or_nothing() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let ida = app.as_("p03").await;
    let page = ida.get(&format!("/cases/{number}/do/review")).await.text();
    assert!(
        page.contains("Han skriver, at han ved, hvor jeg bor.") && page.contains("Bilag 1, dækket"),
        "{page}"
    );
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}: {page}"));
    assert!(place("For ytringsfriheden") < place("name=\"grounds.conclusion\""));
    assert!(place("name=\"grounds.conclusion\"") < place("value=\"lawful-criticism\""));
    assert!(
        place("value=\"lawful-criticism\"") < place("value=\"possible-crime\""),
        "lawful ones first"
    );
    assert!(place("får borgeren aldrig at vide") > 0);
    let mut fields = review("harassment", "no");
    fields.retain(|(name, _)| *name != "grounds.counter_argument" && *name != "contact.reason");
    let refused = post(&ida, &number, "review", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("href=\"#f-grounds-counter-argument\"")
            && refused.text().contains("Truslen vejer tungest.")
    );
    fields.push(("grounds.counter_argument", "x"));
    assert!(
        post(&ida, &number, "review", &fields)
            .await
            .text()
            .contains("id=\"f-contact-reason-error\"")
    );
    fields.push(("contact.reason", "Politiet har bedt os vente."));
    done(&ida, &number, "review", &fields).await;
    assert!(
        ida.get(&format!("/cases/{number}/do/review"))
            .await
            .text()
            .contains("Sagen er vurderet")
    );
    let again = post(&ida, &number, "review", &fields).await;
    assert_eq!(again.status, StatusCode::CONFLICT);
}

/// Where the letter waits for the manager's words.
pub const DEMAND_HERE: &str = "[hvad der konkret er sket, og hvad der skal høre op]";

/// The letter as the page suggests it.
pub async fn letter_for(client: &Client, number: &str, purpose: &str) -> String {
    let page = client
        .get(&format!("/cases/{number}/do/contact?purpose={purpose}"))
        .await
        .text();
    let from = page
        .split("name=\"letter\"")
        .nth(1)
        .unwrap_or_else(|| panic!("{page}"));
    let letter = from
        .split_once('>')
        .and_then(|(_, rest)| rest.split_once("</textarea>"))
        .expect("a letter")
        .0;
    letter.trim_start().replace("&#38;", "&").to_owned()
}

#[tokio::test]
async fn the_letter_says_what_its_purpose_is_and_nothing_of_the_target() {
    let (_app, number, vibeke) = reviewed("possible-crime", "yes").await;
    let substance = letter_for(&vibeke, &number, "substance").await;
    assert!(
        substance.contains("Til Kenn Skovlund\n")
            && substance.contains("Ankestyrelsen")
            && substance.contains("Folketingets Ombudsmand"),
        "{substance}"
    );
    assert!(substance.contains("Vibeke Holst") && !substance.contains("høre op"));
    let boundary = letter_for(&vibeke, &number, "boundary").await;
    assert!(
        boundary.contains(DEMAND_HERE)
            && boundary.contains("senest den 19. oktober 2026")
            && !boundary.contains("Ankestyrelsen"),
        "{boundary}"
    );
    assert!(boundary.contains("Kritik af kommunen er stadig velkommen."));
    for letter in [substance, boundary, letter_for(&vibeke, &number, "both").await] {
        for private in ["Mette", "Ravn", "part i sag"] {
            assert!(!letter.contains(private), "{private}: {letter}");
        }
    }
}

#[tokio::test]
async fn a_letter_with_gaps_is_filled_shown_again_and_only_then_saved() {
    let (_app, number, vibeke) = reviewed("possible-crime", "yes").await;
    let letter = letter_for(&vibeke, &number, "boundary").await;
    let mut fields = vec![
        ("purposes", "boundary"),
        ("demand", "Opslaget om bopælen."),
        ("stop_by", "2026-10-20"),
        ("channel", "letter"),
        ("at", "2026-10-12T19:46"),
        ("letter", letter.as_str()),
    ];
    let answer = post(&vibeke, &number, "contact", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text().contains("Læs det igennem")
            && answer
                .text()
                .contains("Det drejer sig om:\n\nOpslaget om bopælen."),
        "{}",
        answer.text()
    );
    fields.push(("rewrite", "1"));
    let anew = post(&vibeke, &number, "contact", &fields).await;
    assert_eq!(anew.status, StatusCode::OK);
    assert!(
        anew.text().contains("senest den 20. oktober 2026"),
        "{}",
        anew.text()
    );
    fields.pop();
    let whole = letter.replace(DEMAND_HERE, "Opslaget om bopælen.");
    fields[5] = ("letter", &whole);
    done(&vibeke, &number, "contact", &fields).await;
    let page = vibeke.get(&format!("/cases/{number}")).await.text();
    let link = page
        .split("href=\"")
        .find(|rest| rest.contains("/letters/"))
        .and_then(|rest| rest.split('"').next());
    let printed = vibeke.get(link.expect("a letter")).await.text();
    assert!(
        printed.contains("<div class=\"letter\" lang=\"da\">Fjordby Kommune")
            && printed.contains("Opslaget om bopælen."),
        "{printed}"
    );
}

#[tokio::test]
async fn lawful_speech_is_never_told_to_stop() {
    let (_app, number, vibeke) = reviewed("lawful-criticism", "yes").await;
    let page = vibeke
        .get(&format!("/cases/{number}/do/contact?purpose=boundary"))
        .await
        .text();
    assert!(
        page.contains("Juristen har vurderet, at det er lovligt.") && !page.contains("value=\"boundary\""),
        "{page}"
    );
    assert!(!page.contains("name=\"demand\"") && !page.contains("DET HER KAN VI IKKE ACCEPTERE"));
    let fields = [
        ("purposes", "boundary"),
        ("channel", "phone"),
        ("note", "x"),
        ("at", "2026-10-12T19:46"),
    ];
    assert_eq!(
        post(&vibeke, &number, "contact", &fields).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
}

#[tokio::test]
async fn where_contact_is_not_allowed_the_page_says_why_and_asks_nothing() {
    let (_app, number, vibeke) = reviewed("harassment", "no").await;
    let page = vibeke.get(&format!("/cases/{number}/do/contact")).await.text();
    assert!(
        page.contains("afsenderen ikke må kontaktes")
            && page.contains("Fordi.")
            && !page.contains("<textarea"),
        "{page}"
    );
    assert!(
        !vibeke
            .get(&format!("/cases/{number}"))
            .await
            .text()
            .contains("do/contact"),
        "no dead button"
    );
}

#[tokio::test]
async fn to_a_child_only_through_the_guardian() {
    let (_app, number, vibeke) = reviewed("harassment", "through-guardian").await;
    let page = vibeke.get(&format!("/cases/{number}/do/contact")).await.text();
    assert!(
        page.contains("forældremyndigheden over Kenn Skovlund") && page.contains("name=\"through_guardian\""),
        "{page}"
    );
    let fields = [
        ("purposes", "substance"),
        ("channel", "phone"),
        ("note", "Talt."),
        ("at", "2026-10-12T19:46"),
        ("complaint_routes_explained", "true"),
    ];
    let refused = post(&vibeke, &number, "contact", &fields).await;
    assert!(
        refused.text().contains("href=\"#f-through-guardian\""),
        "{}",
        refused.text()
    );
    let mut fields = fields.to_vec();
    fields.push(("through_guardian", "true"));
    fields.push(("letter", "Et brev, der aldrig blev sendt."));
    done(&vibeke, &number, "contact", &fields).await;
    let story = vibeke.get(&format!("/cases/{number}?drawer=matter")).await.text();
    assert!(
        story.contains("kontaktede afsenderen ved telefon") && !story.contains("/letters/"),
        "{story}"
    );
}
