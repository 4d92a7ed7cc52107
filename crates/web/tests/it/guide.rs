//! The guide: read by everybody, written and approved by two, public only where that is chosen; nothing lost on the way.

use crate::helpers::{Client, TestApp};
use crate::pages::check;
use app::testing::Engine;
use domain::vocabulary::DutyKind;
use http::StatusCode;

const HR: &str = "p04";
const SAFETY: &str = "p07";

/// A chapter that explains every duty.
fn chapter(title: &str, more: &str) -> String {
    let duties: Vec<&str> = DutyKind::ALL.iter().map(|duty| duty.name()).collect();
    format!(
        "# {title} {{#start}}\n\n## Alt på én gang {{#first duty={} card=manager,employee}}\n\nSenest {{{{due.receive}}}}.\n\n\
         ## Facebook {{#facebook platform=facebook device=iphone}}\n\n- [ ] Hele tråden\n{more}",
        duties.join(",")
    )
}

async fn save(client: &Client, language: &str, base: &str, text: &str) -> crate::helpers::Answer {
    let fields = [("edition", "1"), ("base", base), ("text", text), ("deed", "save")];
    client
        .post_form(&format!("/guide/edit/text/01-start/{language}"), &fields)
        .await
}

/// HR writes the first edition, safety approves it, HR publishes it.
pub async fn published(app: &TestApp) -> (Client, Client) {
    let (hr, safety) = (app.as_(HR).await, app.as_(SAFETY).await);
    hr.post_form("/guide/edit/begin", &[]).await;
    for language in ["da", "en"] {
        let saved = save(&hr, language, "0", &chapter("Begynd her", "")).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text());
    }
    let approval = [
        ("edition", "1"),
        ("revision", "2"),
        ("size", "major"),
        ("reason", "Den første"),
    ];
    let approved = safety.post_form("/guide/edit/approval", &approval).await;
    assert_eq!(
        approved.location(),
        "/guide/edit/approval?done=guide-approved",
        "{}",
        approved.text()
    );
    let done = hr.post_form("/guide/edit/publish", &[("edition", "1")]).await;
    assert_eq!(done.location(), "/guide?done=guide-published");
    (hr, safety)
}

/// The next edition, in which one word is another, goes the same way.
pub async fn republished((hr, safety): (&Client, &Client), edition: &str, size: &str, word: &str) {
    hr.post_form("/guide/edit/begin", &[]).await;
    let text = chapter("Begynd her", "").replace("Senest", word);
    for language in ["da", "en"] {
        let fields = [
            ("edition", edition),
            ("base", "1"),
            ("text", text.as_str()),
            ("deed", "save"),
        ];
        hr.post_form(&format!("/guide/edit/text/01-start/{language}"), &fields)
            .await;
    }
    let approval = [
        ("edition", edition),
        ("revision", "2"),
        ("size", size),
        ("reason", "Ny frist"),
    ];
    safety.post_form("/guide/edit/approval", &approval).await;
    let done = hr.post_form("/guide/edit/publish", &[("edition", edition)]).await;
    assert_eq!(done.location(), "/guide?done=guide-published", "{}", done.text());
}

#[tokio::test]
async fn everybody_reads_what_two_have_written_and_approved_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let (hr, _) = published(&app).await;
        for language in ["da", "en"] {
            let reader = app.as_("p11").await;
            reader
                .post_form("/language", &[("language", language), ("back", "/")])
                .await;
            for path in [
                "/guide",
                "/guide?all=yes",
                "/guide/path",
                "/guide/first",
                "/guide/start",
                "/guide/facebook",
                "/guide/editions",
                "/guide/editions/1",
                "/guide/editions/1/first?procedure=2026-1",
                "/report",
            ] {
                let page = reader.get(path).await;
                assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
                check(&page, language, path);
            }
            for path in [
                "/guide/edit",
                "/guide/edit/approval",
                "/guide/edit/text/01-start/da",
                "/guide/nothing",
            ] {
                assert_eq!(reader.get(path).await.status, StatusCode::NOT_FOUND, "{path}");
            }
        }
        let page = app.as_("p11").await.get("/guide/first").await.text();
        assert!(page.contains("Senest the same working day."), "{page}");
        hr.post_form("/guide/edit/begin", &[]).await;
        for path in [
            "/guide/edit",
            "/guide/edit/approval",
            "/guide/edit/text/01-start/da",
            "/guide/edit/text/guide.toml/da",
            "/guide/editions/1/compare/2",
        ] {
            let page = hr.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text());
            check(&page, "da", path);
        }
    }
}

#[tokio::test]
async fn two_editors_at_once_see_both_texts_and_lose_none() {
    let app = TestApp::on(Engine::Sqlite).await;
    let (hr, safety) = published(&app).await;
    hr.post_form("/guide/edit/begin", &[]).await;
    let write = async |client: &Client, base: &str, text: &str| {
        let fields = [("edition", "2"), ("base", base), ("text", text), ("deed", "save")];
        client.post_form("/guide/edit/text/01-start/da", &fields).await
    };
    let first = write(&hr, "1", &chapter("HR's titel", "")).await;
    assert_eq!(first.status, StatusCode::SEE_OTHER);
    let second = write(&safety, "1", &chapter("AMR's titel", "")).await;
    assert_eq!(second.status, StatusCode::CONFLICT);
    let page = second.text();
    check(&second, "da", "the conflict");
    assert!(
        page.contains("<del># HR&#39;s titel") && page.contains("<ins># AMR&#39;s titel"),
        "{page}"
    );
    assert!(page.contains("name=\"base\" value=\"2\""), "{page}");
    let both = write(&safety, "2", &chapter("Begges titel", "")).await;
    assert_eq!(both.status, StatusCode::SEE_OTHER);
}

#[tokio::test]
async fn nothing_is_published_without_another_to_approve_it_or_with_faults() {
    let app = TestApp::on(Engine::Sqlite).await;
    let (hr, safety) = published(&app).await;
    hr.post_form("/guide/edit/begin", &[]).await;
    let refused = hr.post_form("/guide/edit/publish", &[("edition", "2")]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    assert!(
        refused
            .text()
            .contains("Udgaven skal godkendes, før den kan udgives.")
    );
    let bad = chapter(
        "Titel",
        "\n<script>alert(1)</script>\n\n[x](#nowhere)\n\n![x](https://example.com/a.png)\n",
    );
    let fields = [
        ("edition", "2"),
        ("base", "1"),
        ("text", bad.as_str()),
        ("deed", "save"),
    ];
    hr.post_form("/guide/edit/text/01-start/da", &fields).await;
    let approval = [
        ("edition", "2"),
        ("revision", "1"),
        ("size", "minor"),
        ("reason", "x"),
    ];
    let own = hr.post_form("/guide/edit/approval", &approval).await;
    assert_eq!(own.status, StatusCode::CONFLICT);
    let refused = safety.post_form("/guide/edit/approval", &approval).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    let page = refused.text();
    for fault in [
        "linje 11: HTML kan ikke bruges",
        "linje 13: Linket til »#nowhere«",
        "linje 15: Billedet »https",
    ] {
        assert!(page.contains(fault), "{fault}: {page}");
    }
    let preview = [
        ("edition", "2"),
        ("base", "2"),
        ("text", bad.as_str()),
        ("deed", "preview"),
    ];
    let page = hr.post_form("/guide/edit/text/01-start/da", &preview).await;
    check(&page, "da", "the preview");
    assert!(!page.text().contains("<script>alert"), "escaped or left out");
    let long = "a ".repeat(1_000_000);
    let fields = [
        ("edition", "2"),
        ("base", "2"),
        ("text", long.as_str()),
        ("deed", "save"),
    ];
    let refused = hr.post_form("/guide/edit/text/01-start/da", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("højst 200 kB") && refused.text().len() > 2_000_000,
        "their text comes back"
    );
}

#[tokio::test]
async fn a_duty_and_a_report_lead_to_the_paragraph() {
    let app = TestApp::on(Engine::Sqlite).await;
    published(&app).await;
    let number = app.case_of_mette().await;
    let owner = app.as_("p09").await;
    for path in [
        "/duties".to_owned(),
        format!("/cases/{number}"),
        format!("/cases/{number}/do/triage"),
    ] {
        let page = owner.get(&path).await.text();
        assert!(page.contains("href=\"/guide/first\""), "{path}: {page}");
    }
    let form = owner.get("/report").await.text();
    assert!(
        form.contains("data-platform=\"facebook\"") && form.contains("href=\"/guide/facebook\""),
        "{form}"
    );
    let guide = owner.get("/guide/first").await.text();
    assert!(
        guide.contains("Modtag sagen") && guide.contains("samme arbejdsdag; når det haster: 1 time"),
        "{guide}"
    );
}

#[tokio::test]
async fn a_case_quotes_the_edition_that_was_in_force_when_it_began() {
    let app = TestApp::on(Engine::Sqlite).await;
    let (hr, safety) = published(&app).await;
    let older = app.case_of_mette().await;
    let later = app.inner.app.now() + jiff::SignedDuration::from_hours(1);
    app.inner.clock.set(later);
    republished((&hr, &safety), "2", "major", "Allersenest").await;
    let newer = app.case_of_mette().await;

    let owner = app.as_("p09").await;
    let link_of = async |path: String| {
        let page = owner.get(&path).await.text();
        let links = page.split("href=\"").filter(|link| link.starts_with("/guide/"));
        let to = links.filter_map(|link| link.split('"').next());
        let found = to.map(str::to_owned).find(|to| to.contains("/first"));
        found.unwrap_or_else(|| panic!("{path}: {page}"))
    };
    for page in ["", "/do/triage"] {
        let quoted = link_of(format!("/cases/{older}{page}")).await;
        assert!(
            quoted.starts_with("/guide/editions/1/first?procedure="),
            "{quoted}"
        );
        let read = owner.get(&quoted).await.text();
        assert!(
            read.contains("Senest samme arbejdsdag") && !read.contains("Allersenest"),
            "{read}"
        );
        assert!(
            read.contains("Dette er en ældre udgave af vejledningen."),
            "{read}"
        );
        let quoted = link_of(format!("/cases/{newer}{page}")).await;
        assert_eq!(quoted, "/guide/first");
        assert!(
            owner
                .get(&quoted)
                .await
                .text()
                .contains("Allersenest samme arbejdsdag")
        );
    }
}

#[tokio::test]
async fn paper_and_the_self_check() {
    let app = TestApp::on(Engine::Sqlite).await;
    published(&app).await;
    let reader = app.as_("p11").await;
    for file in ["guide-1.pdf", "card-manager.pdf"] {
        let pdf = reader.get(&format!("/guide/print/{file}")).await;
        assert_eq!(
            (pdf.status, &pdf.body[..5]),
            (StatusCode::OK, &b"%PDF-"[..]),
            "{file}"
        );
    }
    assert_eq!(
        reader.get("/guide/print/card-hr.pdf").await.status,
        StatusCode::NOT_FOUND
    );
    reader
        .post_form("/guide/self-check", &[("back", "facebook")])
        .await;
    assert!(
        reader
            .get("/guide/facebook")
            .await
            .text()
            .contains("Du gennemgik dine profiler 12. okt.")
    );
    reader
        .post_form("/guide/self-check", &[("back", "facebook"), ("forget", "yes")])
        .await;
    assert!(
        !reader
            .get("/guide/facebook")
            .await
            .text()
            .contains("Du gennemgik")
    );
}

#[tokio::test]
async fn outsiders_read_it_only_where_the_municipality_wants_that() {
    let app = TestApp::on(Engine::Sqlite).await;
    published(&app).await;
    assert_eq!(
        app.nobody().get("/public/guide").await.status,
        StatusCode::NOT_FOUND
    );
    let app = TestApp::with_public_guide().await;
    published(&app).await;
    for path in ["/public/guide", "/public/guide/first", "/public/guide/start"] {
        let page = app.nobody().get(path).await;
        assert_eq!(page.status, StatusCode::OK, "{path}");
        check(&page, "da", path);
        assert!(
            !page.text().contains("/guide/edit") && !page.text().contains("\"/guide"),
            "{path}"
        );
    }
}

#[tokio::test]
async fn the_api_gives_the_guide_in_force_filled_in() {
    let app = TestApp::on(Engine::Sqlite).await;
    let reader = app.as_("p11").await;
    assert_eq!(reader.get("/api/v1/guide").await.status, StatusCode::NOT_FOUND);
    published(&app).await;
    assert_eq!(
        app.nobody().get("/api/v1/guide").await.status,
        StatusCode::UNAUTHORIZED
    );
    let guide = reader.get("/api/v1/guide").await.json();
    assert_eq!(
        (guide["edition"].as_u64(), guide["size"].as_str()),
        (Some(1), Some("major"))
    );
    let first = &guide["chapters"][0]["paragraphs"][0];
    assert_eq!(first["html"], "<p>Senest samme arbejdsdag.</p>\n");
    assert_eq!(first["duties"].as_array().map(Vec::len), Some(15));
    let refused = reader.get("/api/v1/guide?language=de").await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
}
