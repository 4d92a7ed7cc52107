//! Every command as a page: shown to those who may give it, done, or refused with everything typed still there.

use crate::contact::{DEMAND_HERE, letter_for};
use crate::helpers::{Answer, Client, TestApp};
use domain::case::CommandKind;
use domain::vocabulary::DutyKind;
use http::StatusCode;

pub async fn post(client: &Client, number: &str, command: &str, fields: &[(&str, &str)]) -> Answer {
    client
        .post_form(&format!("/cases/{number}/do/{command}"), fields)
        .await
}

pub async fn done(client: &Client, number: &str, command: &str, fields: &[(&str, &str)]) {
    let answer = post(client, number, command, fields).await;
    assert_eq!(
        answer.location(),
        format!("/cases/{number}?done={command}"),
        "{command}: {}",
        answer.text()
    );
    let page = client.get(answer.location()).await;
    assert!(!page.text().contains('⟦'), "{command}: a text is missing");
    assert!(
        command == "pass-over" || command == "join" || page.text().contains("alert-success"),
        "{command} says that it is done"
    );
}

const REGISTER: [(&str, &str); 9] = [
    ("title", "Opslag i lokal gruppe"),
    ("episode_at", "2026-10-12T19:00"),
    ("medium", "social-media"),
    ("form", "threat"),
    ("course", "Han skrev i en åben gruppe."),
    ("targets", "Mette Ravn"),
    ("originator", "Kenn Skovlund (part i sag)"),
    ("certainty", "known"),
    ("severity", "serious"),
];

pub fn review<'a>(outcome: &'a str, may: &'a str) -> Vec<(&'a str, &'a str)> {
    vec![
        ("grounds.said", "Jeg ved, hvor du bor."),
        ("grounds.about", "En navngiven medarbejder."),
        ("grounds.aim", "person"),
        ("grounds.truth", "unclear"),
        ("grounds.threat", "veiled"),
        ("grounds.counter_argument", "Kritikken af afgørelsen er lovlig."),
        ("grounds.conclusion", "Truslen vejer tungest."),
        ("outcome", outcome),
        ("contact.may", may),
        ("contact.by", "Lederen"),
        ("contact.reason", "Fordi."),
    ]
}

/// A case with everything done up to and with the legal review.
pub async fn reviewed(outcome: &str, may: &str) -> (TestApp, String, Client) {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let vibeke = app.as_("p09").await;
    done(&vibeke, &number, "receive", &[]).await;
    done(&vibeke, &number, "triage", &[("danger", "none")]).await;
    done(
        &vibeke,
        &number,
        "care",
        &[
            ("talked_at", "2026-10-12T19:40"),
            ("talk", "Talt."),
            ("psychologist_offered", "true"),
        ],
    )
    .await;
    done(&vibeke, &number, "register", &REGISTER).await;
    done(&app.as_("p03").await, &number, "review", &review(outcome, may)).await;
    (app, number, vibeke)
}

#[tokio::test]
async fn a_case_goes_from_report_to_closed_by_its_pages_alone() {
    let (app, number, vibeke) = reviewed("possible-crime", "yes").await;
    let lars = app.as_("p08").await;
    let decision = [
        ("target_heard", "true"),
        ("wish", "Anmeld."),
        ("decision", "report"),
    ];
    done(&lars, &number, "decide-police", &decision).await;
    done(
        &lars,
        &number,
        "report-police",
        &[("at", "2026-10-12T19:45"), ("reference", "0100-1")],
    )
    .await;
    let letter = letter_for(&vibeke, &number, "both")
        .await
        .replace(DEMAND_HERE, "Truslen om bopælen.");
    let contact = [
        ("purposes", "substance"),
        ("purposes", "boundary"),
        ("demand", "Truslen om bopælen."),
        ("stop_by", "2026-10-14"),
        ("letter", letter.as_str()),
        ("channel", "letter"),
        ("at", "2026-10-12T19:46"),
        ("complaint_routes_explained", "true"),
    ];
    done(&vibeke, &number, "contact", &contact).await;
    done(
        &vibeke,
        &number,
        "request-removal",
        &[("to", "Gruppens administrator"), ("what", "Opslaget.")],
    )
    .await;
    app.inner.at("2027-01-20T10:00:00+01:00");
    let vibeke = app.as_("p09").await;
    done(&vibeke, &number, "observe-contact", &[("result", "stopped")]).await;
    done(&vibeke, &number, "observe-removal", &[("result", "removed")]).await;
    done(
        &vibeke,
        &number,
        "record-absence",
        &[("from", "2026-10-13"), ("treatment", "true")],
    )
    .await;
    done(
        &app.as_("p04").await,
        &number,
        "hand-over-injury",
        &[("reference", "EASY-1")],
    )
    .await;
    for week in ["1", "4", "12"] {
        let form = vibeke
            .get(&format!("/cases/{number}/do/follow-up?week={week}"))
            .await
            .text();
        assert!(
            form.contains(&format!("name=\"week\" value=\"{week}\"")),
            "{form}"
        );
        done(
            &vibeke,
            &number,
            "follow-up",
            &[("week", week), ("talk", "Det går bedre.")],
        )
        .await;
    }
    let early = vibeke.get(&format!("/cases/{number}/do/close")).await.text();
    assert!(
        early.contains("Sagen kan ikke lukkes endnu")
            && early.contains("Spørg politiet")
            && !early.contains("<textarea")
    );
    done(
        &vibeke,
        &number,
        "chase-police",
        &[("answer", "De er færdige."), ("concluded", "true")],
    )
    .await;
    let end = [
        ("outcome", "Opslaget er fjernet."),
        ("learning", "Svar hurtigere."),
        ("told_target", "true"),
        ("told_reporter", "true"),
    ];
    done(&vibeke, &number, "close", &end).await;
    let page = vibeke.get(&format!("/cases/{number}")).await.text();
    assert!(
        page.contains("Sagen er lukket") && page.contains("lukkede sagen."),
        "{page}"
    );
    assert!(!page.contains("do/register") && page.contains("do/reopen"));
    done(&vibeke, &number, "reopen", &[("reason", "Han skriver igen.")]).await;
    assert!(
        vibeke
            .get(&format!("/cases/{number}"))
            .await
            .text()
            .contains("åbnede sagen igen.")
    );
}

#[tokio::test]
async fn who_takes_part_is_changed_by_pages_too() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let vibeke = app.as_("p09").await;
    done(&vibeke, &number, "receive", &[]).await;
    done(
        &vibeke,
        &number,
        "assign-legal",
        &[("person", "ida.noergaard@fjordby.example")],
    )
    .await;
    done(
        &vibeke,
        &number,
        "delegate",
        &[
            ("duty", "follow-up-1"),
            ("person", "Karen Lyng"),
            ("reason", "Kender hende."),
        ],
    )
    .await;
    let until = [
        ("person", "anders.boegh@fjordby.example"),
        ("drawers", "care"),
        ("until", "2026-11-12"),
        ("reason", "AMR"),
    ];
    done(&vibeke, &number, "invite", &until).await;
    done(
        &app.as_("p03").await,
        &number,
        "note-legal",
        &[("text", "Se § 119.")],
    )
    .await;
    let helper = app.as_("p12").await;
    assert_eq!(
        helper.get(&format!("/cases/{number}?drawer=care")).await.status,
        StatusCode::OK
    );
    assert_ne!(
        helper.get(&format!("/cases/{number}?drawer=matter")).await.status,
        StatusCode::OK
    );
    assert!(
        !vibeke
            .get(&format!("/cases/{number}"))
            .await
            .text()
            .contains("Se § 119."),
        "the lawyer's own"
    );
    let second = app.case_of_mette().await;
    done(&vibeke, &second, "join", &[("into", &number)]).await;
    assert!(
        vibeke
            .get(&format!("/cases/{second}"))
            .await
            .text()
            .contains("Sagen fortsætter et andet sted")
    );
    done(&vibeke, &number, "pass-over", &[("reason", "absent")]).await;
    assert!(
        app.as_("p08")
            .await
            .get(&format!("/cases/{number}"))
            .await
            .text()
            .contains("sendte sagen videre fra Vibeke Holst til Lars Thygesen")
    );
}

#[tokio::test]
async fn every_fault_is_named_at_its_field_and_nothing_typed_is_lost() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let vibeke = app.as_("p09").await;
    let answer = post(
        &vibeke,
        &number,
        "register",
        &[
            ("title", "Min overskrift"),
            ("episode_at", "i går"),
            ("targets", "Mette Ravn\nHr. Ingen"),
            ("medium", "brevdue"),
        ],
    )
    .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    let page = answer.text();
    assert!(
        page.contains("value=\"Min overskrift\"") && page.contains("Mette Ravn\nHr. Ingen"),
        "{page}"
    );
    for (anchor, message) in [
        ("f-episode-at", "Kan ikke læses som dag og klokkeslæt"),
        ("f-medium", "Er ikke en af mulighederne"),
        ("f-form-0", "Skal udfyldes"),
        ("f-course", "Skal udfyldes"),
    ] {
        assert!(
            page.contains(&format!("href=\"#{anchor}\"")) && page.contains(message),
            "{anchor}: {page}"
        );
        assert!(
            page.contains(&format!("id=\"{anchor}\"")),
            "the link leads somewhere: {anchor}"
        );
    }
    let mut fields = REGISTER.to_vec();
    fields[5] = ("targets", "Hr. Ingen");
    let answer = post(&vibeke, &number, "register", &fields).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        answer.text().contains("id=\"f-targets-error\""),
        "{}",
        answer.text()
    );
    fields[5] = ("targets", "Mette Ravn");
    fields[1] = ("episode_at", "2030-01-01T10:00");
    assert!(
        post(&vibeke, &number, "register", &fields)
            .await
            .text()
            .contains("Ligger i fremtiden")
    );
    let future = post(&vibeke, &number, "record-absence", &[("from", "2030-01-01")])
        .await
        .text();
    assert!(future.contains("id=\"f-from-error\""), "{future}");
    let danger = post(&vibeke, &number, "triage", &[("danger", "acute")])
        .await
        .text();
    assert!(
        danger.contains("id=\"f-at-work-error\""),
        "a danger needs a plan: {danger}"
    );
}

#[tokio::test]
async fn what_is_refused_says_why() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let vibeke = app.as_("p09").await;
    let close = [
        ("outcome", "x"),
        ("learning", "x"),
        ("told_target", "true"),
        ("told_reporter", "true"),
    ];
    let contact = [("purposes", "substance"), ("channel", "phone"), ("note", "x")];
    done(&vibeke, &number, "receive", &[]).await;
    for (command, fields, words) in [
        ("receive", &[][..], "Det er allerede gjort. En anden kom først"),
        ("close", &close[..], "Sagen kan ikke lukkes endnu"),
        (
            "observe-contact",
            &[("result", "stopped")][..],
            "Personalejuristen har ikke vurderet sagen endnu",
        ),
        (
            "request-removal",
            &[("to", "x"), ("what", "x")][..],
            "Personalejuristen har ikke vurderet sagen endnu",
        ),
        ("chase-police", &[("answer", "x")][..], "ikke meldt til politiet"),
        (
            "report-police",
            &[("at", "2026-10-12T19:00"), ("reference", "x")][..],
            "ikke meldt til politiet",
        ),
        ("reopen", &[("reason", "x")][..], "Sagen er åben"),
        (
            "join",
            &[("into", number.as_str())][..],
            "En sag kan ikke lægges sammen med sig selv",
        ),
        (
            "hand-over-injury",
            &[("reference", "x")][..],
            "Pligten gælder ikke i denne sag",
        ),
        (
            "delegate",
            &[("duty", "care"), ("person", "Mette Ravn")][..],
            "skal ikke have opgaver i sagen",
        ),
    ] {
        let answer = post(&vibeke, &number, command, fields).await;
        assert_eq!(
            answer.status,
            StatusCode::CONFLICT,
            "{command}: {}",
            answer.text()
        );
        assert!(answer.text().contains(words), "{command}: {}", answer.text());
    }
    let answer = post(&vibeke, &number, "contact", &contact).await;
    assert_eq!(
        answer.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "there is no purpose to choose yet"
    );
    assert!(
        answer
            .text()
            .contains("Afsenderen må først kontaktes, når det er sket")
    );
}

#[tokio::test]
async fn of_two_who_do_the_same_duty_one_wins_and_the_other_is_told() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let (vibeke, lars) = (app.as_("p09").await, app.as_("p08").await);
    let (first, second) = tokio::join!(
        post(&vibeke, &number, "receive", &[]),
        post(&lars, &number, "receive", &[])
    );
    let mut statuses = [first.status, second.status];
    statuses.sort();
    assert_eq!(statuses, [StatusCode::SEE_OTHER, StatusCode::CONFLICT]);
    let told = if first.status == StatusCode::CONFLICT {
        first
    } else {
        second
    };
    assert!(told.text().contains("En anden kom først"));
}

#[tokio::test]
async fn a_person_without_the_right_finds_no_such_page() {
    let (app, number, _) = reviewed("harassment", "yes").await;
    for person in ["p10", "p11", "p13", "p05", "p06", "p04"] {
        let client = app.as_(person).await;
        for kind in CommandKind::ALL {
            let may = person == "p10" && matches!(kind, CommandKind::Supplement | CommandKind::AddExhibits);
            let answer = client.get(&format!("/cases/{number}/do/{kind}")).await;
            assert_eq!(answer.status != StatusCode::NOT_FOUND, may, "{person} {kind}");
            if !may {
                assert_eq!(
                    post(&client, &number, kind.name(), &[]).await.status,
                    StatusCode::NOT_FOUND,
                    "{person} {kind}"
                );
            }
        }
    }
    let owner = app.as_("p09").await;
    for not in ["review", "note-legal", "decide-police", "findes-ikke"] {
        assert_eq!(
            owner.get(&format!("/cases/{number}/do/{not}")).await.status,
            StatusCode::NOT_FOUND,
            "{not}"
        );
    }
}

#[tokio::test]
async fn every_button_leads_to_a_page_that_can_be_sent() {
    let (app, number, _) = reviewed("harassment", "yes").await;
    for person in ["p09", "p08", "p03", "p10"] {
        let client = app.as_(person).await;
        let page = client.get(&format!("/cases/{number}")).await.text();
        let links = page
            .split("href=\"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        let mut seen = 0;
        for link in links.filter(|link| link.starts_with(&format!("/cases/{number}"))) {
            let link = link.replace("&#38;", "&");
            let answer = client.get(&link).await;
            assert!(
                answer.status.is_success() || answer.status.is_redirection(),
                "{person} {link}: {}",
                answer.status
            );
            assert!(!answer.text().contains('⟦'), "{person} {link}: a text is missing");
            if link.contains("/do/") && !link.contains("add-exhibits") {
                seen += 1;
                assert!(
                    answer.text().contains("<form method=\"post\" action=\"/cases/"),
                    "{person} {link} can't be sent"
                );
            }
        }
        assert!(seen > 0, "{person}");
    }
}

#[tokio::test]
async fn a_duty_is_waived_only_by_whom_the_procedure_names() {
    let (app, number, vibeke) = reviewed("harassment", "yes").await;
    let lars = app.as_("p08").await;
    let own = vibeke.get(&format!("/cases/{number}/do/waive")).await.text();
    assert!(
        own.contains("value=\"removal\"") && !own.contains("value=\"contact-substance\""),
        "{own}"
    );
    let refused = post(
        &vibeke,
        &number,
        "waive",
        &[("duty", "follow-up-12"), ("reason", "x")],
    )
    .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    done(
        &lars,
        &number,
        "waive",
        &[("duty", DutyKind::FollowUp12.name()), ("reason", "Hun er rejst.")],
    )
    .await;
    let page = lars.get(&format!("/cases/{number}")).await.text();
    assert!(
        page.contains("fraveget af Lars Thygesen") && page.contains("Hun er rejst."),
        "{page}"
    );
}
