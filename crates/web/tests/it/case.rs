//! One case as each person meets it: its story, its drawers, its exhibits, its way out.

use crate::helpers::{Client, PNG, TestApp};
use http::StatusCode;

/// A case that Vibeke has taken, triaged and talked about, with every person who sees something of it.
async fn taken() -> (TestApp, String) {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let vibeke = app.as_("p09").await;
    app.inner.at("2026-10-12T20:05:00+02:00");
    done(&vibeke, &number, "receive", &[]).await;
    app.inner.at("2026-10-12T20:31:00+02:00");
    let plan = [
        ("danger", "possible"),
        ("at_work", "Sidder ikke alene."),
        ("at_home", "Familien ved besked."),
    ];
    done(&vibeke, &number, "triage", &plan).await;
    done(
        &vibeke,
        &number,
        "care",
        &[
            ("talked_at", "2026-10-12T20:20"),
            ("talk", "Hun er bange."),
            ("wishes", "Vil ikke anmelde."),
        ],
    )
    .await;
    (app, number)
}

async fn done(client: &Client, number: &str, command: &str, fields: &[(&str, &str)]) {
    let answer = client
        .post_form(&format!("/cases/{number}/do/{command}"), fields)
        .await;
    assert_eq!(
        answer.status,
        StatusCode::SEE_OTHER,
        "{command}: {}",
        answer.text()
    );
    assert_eq!(answer.location(), format!("/cases/{number}?done={command}"));
}

#[tokio::test]
async fn the_manager_finds_the_one_next_step_on_top_with_who_why_and_by_when() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let page = app.as_("p09").await.get(&format!("/cases/{number}")).await.text();
    assert!(page.contains("Næste skridt: Tag imod sagen"), "{page}");
    assert!(page.contains("Frist i dag kl. 20.47."));
    assert!(
        page.contains(&format!("action=\"/cases/{number}/do/receive\"")),
        "taken with one press"
    );
    assert!(page.contains("Norm i Fjordby Kommune") && page.contains("kontrolleret 23. nov."));
    assert!(
        page.contains(
            "<strong>Mette Ravn</strong> fortalte, hvad der er sket. Det haster. Ét bilag modtaget uændret."
        ),
        "{page}"
    );
    assert!(page.contains("<div class=\"words\">Han skriver, at han ved, hvor jeg bor.</div>"));
    assert!(page.contains("Bilag 1, dækket") && page.contains("Ét vidne"));
    assert!(
        !page.contains("/original"),
        "nothing is shown before it is asked for"
    );
}

#[tokio::test]
async fn a_late_step_is_red_and_late_for_ever() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    app.inner.at("2026-10-12T20:50:00+02:00");
    let vibeke = app.as_("p09").await;
    let page = vibeke.get(&format!("/cases/{number}")).await.text();
    assert!(
        page.contains("<span class=\"late\">Fristen var i dag kl. 20.47.</span>"),
        "{page}"
    );
    assert!(page.contains("<span class=\"pill red\">Forsinket</span>"));
    done(&vibeke, &number, "receive", &[]).await;
    let page = vibeke.get(&format!("/cases/{number}")).await.text();
    assert!(page.contains("<span class=\"late\">for sent</span>"), "{page}");
    assert!(page.contains("Vibeke Holst · efter 1 t. 3 min."));
}

#[tokio::test]
async fn each_drawer_opens_for_those_who_may_and_is_no_tab_for_others() {
    let (app, number) = taken().await;
    let drawers = ["matter", "care", "police", "journal", "access-log"];
    let open = |person: &'static str| match person {
        "p09" | "p08" => &["matter", "care", "police", "journal", "access-log"][..],
        "p03" => &["matter", "police", "journal"][..],
        "p10" => &["care", "access-log"][..],
        "p05" => &["access-log"][..],
        _ => &[][..],
    };
    for person in ["p09", "p08", "p03", "p10", "p05", "p11", "p13", "p06"] {
        let client = app.as_(person).await;
        for drawer in drawers {
            let answer = client.get(&format!("/cases/{number}?drawer={drawer}")).await;
            let may = open(person).contains(&drawer);
            assert_eq!(
                answer.status == StatusCode::OK,
                may,
                "{person} {drawer}: {}",
                answer.status
            );
            assert!(
                may || !answer.text().contains("Hun er bange"),
                "{person} {drawer}"
            );
            for other in drawers {
                let is_tab = answer
                    .text()
                    .contains(&format!("href=\"/cases/{number}?drawer={other}\""));
                assert!(
                    !is_tab || open(person).contains(&other),
                    "{person} is offered {other}"
                );
            }
        }
    }
}

#[tokio::test]
async fn care_is_told_in_full_in_its_own_drawer_and_marked_in_the_story() {
    let (app, number) = taken().await;
    let vibeke = app.as_("p09").await;
    let story = vibeke.get(&format!("/cases/{number}")).await.text();
    assert!(story.contains("talte med den berørte medarbejder mandag 12. okt. kl. 20.20. <span class=\"norm\">(Omsorg)</span>"), "{story}");
    let care = vibeke.get(&format!("/cases/{number}?drawer=care")).await.text();
    assert!(
        care.contains("<dt>På arbejdet</dt><dd>Sidder ikke alene.</dd>")
            && care.contains("<dd>Vil ikke anmelde.</dd>")
    );
    assert!(!care.contains("tog imod sagen"), "of the matter alone");
    let lawyer = app.as_("p03").await.get(&format!("/cases/{number}")).await.text();
    assert!(
        !lawyer.contains("Hun er bange") && !lawyer.contains("Sidder ikke alene"),
        "care is not the lawyer's"
    );
}

#[tokio::test]
async fn the_target_reads_that_it_is_our_task_now_and_owes_nothing() {
    let (app, number) = taken().await;
    let page = app.as_("p10").await.get(&format!("/cases/{number}")).await.text();
    assert!(
        page.contains("<h1>Nu er det vores opgave</h1>") && page.contains("Vibeke Holst har sagen"),
        "{page}"
    );
    assert!(page.contains("Ingenting. Svar ikke afsenderen. Du behøver ikke se på det igen."));
    assert!(page.contains("Vibeke Holst har taget imod sagen"));
    assert!(
        page.contains("Han skriver, at han ved, hvor jeg bor."),
        "their own words"
    );
    for other in ["do/triage", "do/register", "do/close", "export", "Facebook"] {
        assert!(!page.contains(other), "{other}");
    }
    assert!(page.contains("do/supplement") && page.contains(&format!("/cases/{number}/exhibits\"")));
}

#[tokio::test]
async fn a_colleague_who_told_sees_where_it_stands_and_nothing_of_health() {
    let app = TestApp::new().await;
    let lone = app.as_("p11").await;
    let fields = [
        ("about", "colleague"),
        ("colleague", "Mette Ravn"),
        ("text", "Se det her."),
    ];
    let number = lone
        .post_multipart("/report", &fields, &[("x.png", PNG)])
        .await
        .number();
    let vibeke = app.as_("p09").await;
    done(&vibeke, &number, "receive", &[]).await;
    done(&vibeke, &number, "record-absence", &[("from", "2026-10-12")]).await;
    let page = lone.get(&format!("/cases/{number}")).await.text();
    assert!(
        page.contains("Du har gjort det rigtige") && page.contains("Modtag sagen"),
        "{page}"
    );
    for hidden in ["arbejdsskade", "Omsorg", "Beslut om politi", "?drawer="] {
        assert!(!page.contains(hidden), "{hidden}: {page}");
    }
    let target = app.as_("p10").await.get(&format!("/cases/{number}")).await.text();
    assert!(target.contains("Anmeld arbejdsskade"), "the target may know");
    assert!(!target.contains("Se det her."), "not what others told");
}

#[tokio::test]
async fn who_looked_is_there_for_the_target_to_see() {
    let (app, number) = taken().await;
    app.as_("p03")
        .await
        .get(&format!("/cases/{number}/exhibits/1/original"))
        .await;
    let log = app
        .as_("p10")
        .await
        .get(&format!("/cases/{number}?drawer=access-log"))
        .await
        .text();
    assert!(
        log.contains("Ida Nørgaard") && log.contains("Åbnede bilag 1") && log.contains("Personalejurist"),
        "{log}"
    );
    let dpo = app
        .as_("p05")
        .await
        .get(&format!("/cases/{number}?drawer=access-log"))
        .await
        .text();
    assert!(
        dpo.contains("Ida Nørgaard") && !dpo.contains("Haster"),
        "who looked, and no more: {dpo}"
    );
    assert_eq!(
        app.as_("p05").await.get(&format!("/cases/{number}")).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn the_journal_goes_on_in_pages_newest_first() {
    let (app, number) = taken().await;
    let mette = app.as_("p10").await;
    for n in 0..60 {
        done(
            &mette,
            &number,
            "supplement",
            &[("text", &format!("Nummer {n}."))],
        )
        .await;
    }
    let vibeke = app.as_("p09").await;
    let first = vibeke
        .get(&format!("/cases/{number}?drawer=journal"))
        .await
        .text();
    let second = vibeke
        .get(&format!("/cases/{number}?drawer=journal&page=2"))
        .await
        .text();
    assert_eq!(first.matches("fortalte mere:").count(), 50);
    assert_eq!(second.matches("fortalte mere:").count(), 10);
    assert!(second.contains("tog imod sagen") && second.contains("aria-current=\"page\">2</a>"));
}

#[tokio::test]
async fn an_exhibit_is_shown_on_purpose_with_what_is_known_of_it() {
    let (app, number) = taken().await;
    let vibeke = app.as_("p09").await;
    let page = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(
        page.contains(&format!("src=\"/cases/{number}/exhibits/1/original\"")),
        "{page}"
    );
    assert!(page.contains("skærm.png") && page.contains("9b9deac0 a83b1fcc"));
    assert!(page.contains("Ét vidne") && page.contains("Den viser ikke, hvad der skete før"));
    let original = vibeke.get(&format!("/cases/{number}/exhibits/1/original")).await;
    assert_eq!(original.body, PNG, "byte for byte");
    assert_eq!(original.header("content-type"), "image/png");
    assert_eq!(
        original.header("content-disposition"),
        "inline; filename=\"bilag-001.png\""
    );
    assert_eq!(
        original.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    assert_eq!(original.header("x-content-type-options"), "nosniff");
    let cover = vibeke.get(&format!("/cases/{number}/exhibits/1/cover")).await;
    assert_eq!(
        (cover.status, cover.header("content-type")),
        (StatusCode::OK, "image/png")
    );
    assert_ne!(cover.body, PNG);
    assert_eq!(
        vibeke.get(&format!("/cases/{number}/exhibits/2")).await.status,
        StatusCode::NOT_FOUND
    );
    for stranger in ["p11", "p13", "p05", "p06"] {
        let stranger = app.as_(stranger).await;
        for path in ["", "/original", "/cover"] {
            let answer = stranger.get(&format!("/cases/{number}/exhibits/1{path}")).await;
            assert_eq!(answer.status, StatusCode::NOT_FOUND, "{path}");
        }
    }
}

#[tokio::test]
async fn a_mail_is_shown_as_text_and_what_it_carries_never_runs() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let mail = b"From: A <a@example.net>\r\nSubject: =?utf-8?q?Afg=C3=B8relse?=\r\nDate: Tue, 3 Nov 2026 01:22:41 +0100\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nN=C3=A5r <script>alert(1)</script>\r\n";
    let answer = mette
        .post_multipart(
            "/report",
            &[("about", "me"), ("text", "E-mail.")],
            &[("brev.eml", mail)],
        )
        .await;
    let number = answer.number();
    let page = app
        .as_("p09")
        .await
        .get(&format!("/cases/{number}/exhibits/1"))
        .await
        .text();
    assert!(
        page.contains("Subject: Afgørelse") && page.contains("Når &#60;script&#62;"),
        "{page}"
    );
    let original = app
        .as_("p09")
        .await
        .get(&format!("/cases/{number}/exhibits/1/original"))
        .await;
    assert_eq!(
        original.header("content-disposition"),
        "attachment; filename=\"bilag-001.eml\""
    );
    assert_eq!(original.body, &mail[..]);
}

#[tokio::test]
async fn more_exhibits_come_in_by_the_same_door_all_or_none() {
    let (app, number) = taken().await;
    let mette = app.as_("p10").await;
    let path = format!("/cases/{number}/exhibits");
    let form = mette.get(&path).await.text();
    assert!(form.contains("data-upload") && form.contains("name=\"exhibit\""));
    let refused = mette
        .post_multipart(&path, &[], &[("god.png", PNG), ("tom.png", b"")])
        .await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.text().contains("tom.png er tom."), "{}", refused.text());
    let script = mette.post_by_script(&path, &[], &[("tom.png", b"")]).await;
    assert_eq!(script.json()["errors"][0]["message"], "tom.png er tom.");
    assert_eq!(
        mette.post_multipart(&path, &[], &[]).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let sent = mette
        .post_by_script(&path, &[], &[("to.png", PNG), ("tre.png", PNG)])
        .await;
    assert_eq!(
        sent.json()["location"],
        format!("/cases/{number}?done=add-exhibits")
    );
    let page = app.as_("p09").await.get(&format!("/cases/{number}")).await.text();
    assert!(
        page.contains("Bilag 3, dækket") && !page.contains("Bilag 4"),
        "{page}"
    );
    assert!(
        page.contains("tilføjede bilag. 2 bilag modtaget uændret."),
        "{page}"
    );
    for stranger in ["p11", "p05"] {
        assert_eq!(
            app.as_(stranger).await.get(&path).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn a_drawer_goes_out_as_a_bag_and_no_name_is_in_its_name() {
    let (app, number) = taken().await;
    let path = format!("/cases/{number}/export");
    let vibeke = app.as_("p09").await;
    let page = vibeke.get(&path).await.text();
    assert!(
        page.contains("value=\"matter\"")
            && page.contains("value=\"care\"")
            && page.contains("value=\"police\"")
    );
    let bag = vibeke.post_form(&path, &[("drawer", "matter")]).await;
    assert_eq!(bag.status, StatusCode::OK, "{}", bag.text());
    assert!(bag.body.starts_with(b"PK"), "a zip");
    assert_eq!(bag.header("content-type"), "application/zip");
    let name = bag.header("content-disposition");
    assert!(
        name.starts_with("attachment; filename=\"") && name.contains(&number) && name.is_ascii(),
        "{name}"
    );
    assert_eq!(bag.header("content-length"), bag.body.len().to_string());
    let lawyer = app.as_("p03").await;
    assert!(!lawyer.get(&path).await.text().contains("value=\"care\""));
    assert_ne!(
        lawyer.post_form(&path, &[("drawer", "care")]).await.status,
        StatusCode::OK
    );
    assert_eq!(
        vibeke.post_form(&path, &[("drawer", "alt")]).await.status,
        StatusCode::BAD_REQUEST
    );
    assert_eq!(
        app.as_("p11").await.get(&path).await.status,
        StatusCode::NOT_FOUND
    );
}

#[tokio::test]
async fn what_anybody_writes_is_text_on_every_page() {
    let (app, number) = taken().await;
    let evil = "<script>alert(1)</script>'\"; DROP TABLE entries;--";
    let vibeke = app.as_("p09").await;
    done(&app.as_("p10").await, &number, "supplement", &[("text", evil)]).await;
    let fields = [
        ("title", evil),
        ("episode_at", "2026-10-12T19:00"),
        ("medium", "social-media"),
        ("form", "threat"),
        ("course", evil),
        ("targets", "Mette Ravn"),
        ("originator", evil),
        ("certainty", "known"),
        ("relation", evil),
        ("severity", "serious"),
        ("measures", evil),
    ];
    done(&vibeke, &number, "register", &fields).await;
    for rest in [
        "",
        "?drawer=matter",
        "?drawer=care",
        "?drawer=journal",
        "/do/review",
        "/export",
        "/exhibits/1",
        "/do/close",
    ] {
        let client = if rest == "/do/review" {
            app.as_("p03").await
        } else {
            vibeke.clone()
        };
        let page = client.get(&format!("/cases/{number}{rest}")).await;
        assert_eq!(page.status, StatusCode::OK, "{rest}");
        assert!(!page.text().contains("<script>alert"), "{rest}");
        assert!(!page.text().contains('⟦'), "{rest}: a text is missing");
    }
    assert!(
        vibeke
            .get(&format!("/cases/{number}"))
            .await
            .text()
            .contains("&#60;script&#62;alert(1)")
    );
}
