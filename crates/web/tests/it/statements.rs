//! The table of statements through the router: added, assessed, undone, corrected, taken out, and hidden from who may not read.

use crate::api::Api;
use crate::commands::{done, post, reviewed};
use crate::helpers::{Client, TestApp};
use crate::pages::check;
use http::StatusCode;
use serde_json::{Value, json};

const LINES: &str =
    "Anna\t2 t.\tSkam jer\n\nBent\tI har lukket <b>vores</b> bibliotek\nVi ved, hvor du bor\nGå hjem";

fn table(number: &str) -> String {
    format!("/cases/{number}/statements")
}

fn one(number: &str, statement: u32) -> String {
    format!("/cases/{number}/statements/{statement}")
}

/// Four statements in Mette's case.
async fn marked() -> (TestApp, String, Client, Client) {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let (vibeke, ida) = (app.as_("p09").await, app.as_("p03").await);
    add(&vibeke, &number).await;
    (app, number, vibeke, ida)
}

async fn add(client: &Client, number: &str) {
    let answer = client
        .post_form(&table(number), &[("exhibit", "1"), ("lines", LINES)])
        .await;
    assert_eq!(
        answer.location(),
        format!("{}?done=mark-statements", table(number)),
        "{}",
        answer.text()
    );
}

async fn assess(client: &Client, number: &str, statement: u32, outcome: &str) -> crate::helpers::Answer {
    let fields = [
        ("deed", "assess-statement"),
        ("outcome", outcome),
        ("reason", "Går på personen"),
    ];
    client.post_form(&one(number, statement), &fields).await
}

#[tokio::test]
async fn pasted_lines_become_a_table_that_the_lawyer_works_through_without_javascript() {
    let (app, number, vibeke, ida) = marked().await;
    let page = ida.get(&table(&number)).await;
    check(&page, "da", "the table");
    let text = page.text();
    assert_eq!(text.matches("data-statement=").count(), 4);
    assert!(text.contains("0 af 4 vurderet") && text.contains("Anna · 2 t."));
    assert!(text.contains("I har lukket &#60;b&#62;vores&#60;/b&#62; bibliotek"));
    assert_eq!(text.matches("data-assess").count(), 4);
    assert_eq!(
        vibeke
            .get(&table(&number))
            .await
            .text()
            .matches("data-assess")
            .count(),
        0,
        "a manager does not assess"
    );

    let answer = assess(&ida, &number, 1, "rude-but-lawful").await;
    assert_eq!(
        answer.location(),
        format!("{}?done=assess-statement#s2", table(&number)),
        "on to the next: {}",
        answer.text()
    );
    assess(&ida, &number, 3, "possible-crime").await;
    let text = ida.get(&table(&number)).await.text();
    assert!(text.contains("2 af 4 vurderet"));
    let open = ida.get(&format!("{}?show=open", table(&number))).await;
    check(&open, "da", "only what is missing");
    assert!(open.text().contains("id=\"s2\"") && !open.text().contains("id=\"s3\""));
    let crime = ida
        .get(&format!("{}?show=possible-crime&exhibit=1", table(&number)))
        .await
        .text();
    assert!(crime.contains("id=\"s3\"") && !crime.contains("id=\"s2\""));

    let undo = ida
        .post_form(&one(&number, 3), &[("deed", "undo-statement-assessment")])
        .await;
    assert_eq!(
        undo.location(),
        format!("{}?done=undo-statement-assessment#s3", table(&number))
    );
    assert!(ida.get(&table(&number)).await.text().contains("1 af 4 vurderet"));
    let story = app.as_("p08").await.get(&format!("/cases/{number}")).await.text();
    assert!(
        story.contains("tilføjede 4 udsagn."),
        "a wave is one line: {story}"
    );
}

#[tokio::test]
async fn what_is_missing_is_said_and_nothing_typed_is_lost() {
    let (_app, number, vibeke, ida) = marked().await;
    let mute = [
        ("deed", "assess-statement"),
        ("outcome", "harassment"),
        ("reason", " "),
    ];
    let answer = ida.post_form(&one(&number, 1), &mute).await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&answer, "da", "no reason");
    assert!(answer.text().contains("Begrundelse: Skal udfyldes"));
    assert!(answer.text().contains("value=\"harassment\" selected"));
    let undecided = ida
        .post_form(&one(&number, 1), &[("deed", "assess-statement"), ("reason", "x")])
        .await;
    assert_eq!(undecided.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(undecided.text().contains("Udfald: Skal udfyldes"));

    let long = format!("Kort\n\n{}", "x".repeat(20_001));
    let answer = vibeke
        .post_form(&table(&number), &[("exhibit", "1"), ("lines", &long)])
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    check(&answer, "da", "a line too long");
    assert!(answer.text().contains("Linje 3: Er for langt") && answer.text().contains("\nKort\n"));
    for (exhibit, lines) in [("2", "x"), ("", "x"), ("1", " \n ")] {
        let answer = vibeke
            .post_form(&table(&number), &[("exhibit", exhibit), ("lines", lines)])
            .await;
        assert_eq!(
            answer.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{exhibit} {lines}"
        );
    }
}

#[tokio::test]
async fn a_manager_corrects_and_takes_out_what_is_not_assessed() {
    let (_app, number, vibeke, ida) = marked().await;
    let corrected = [
        ("deed", "correct-statement"),
        ("text", "Skam jer!"),
        ("author", "Anna"),
        ("said_at", "2 t."),
    ];
    let answer = vibeke.post_form(&one(&number, 1), &corrected).await;
    assert!(
        answer.location().ends_with("done=correct-statement#s1"),
        "{}",
        answer.text()
    );
    let out = [("deed", "withdraw-statement"), ("why", "Læst to gange")];
    let answer = vibeke.post_form(&one(&number, 4), &out).await;
    assert!(
        answer.location().ends_with("done=withdraw-statement#s4"),
        "{}",
        answer.text()
    );
    let text = ida.get(&table(&number)).await.text();
    assert!(text.contains("Skam jer!") && text.contains("0 af 3 vurderet") && !text.contains("id=\"s4\""));
    let out = ida.get(&format!("{}?show=withdrawn", table(&number))).await;
    check(&out, "da", "what is taken out");
    assert!(out.text().contains("Læst to gange"));
    check(&ida.get(&one(&number, 4)).await, "da", "a statement taken out");
    let answer = assess(&ida, &number, 4, "harassment").await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Udsagnet er taget ud"));

    assess(&ida, &number, 1, "harassment").await;
    let answer = vibeke
        .post_form(
            &one(&number, 1),
            &[("deed", "correct-statement"), ("text", "Andet")],
        )
        .await;
    assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(answer.text().contains("Juristen skal først fortryde vurderingen"));
}

#[tokio::test]
async fn who_may_not_read_the_matter_finds_no_statements() {
    let (app, number, vibeke, _) = marked().await;
    for person in ["p10", "p04", "p05", "p06", "p13"] {
        let client = app.as_(person).await;
        for path in [table(&number), one(&number, 1)] {
            assert_eq!(
                client.get(&path).await.status,
                StatusCode::NOT_FOUND,
                "{person} {path}"
            );
        }
        let answer = client
            .post_form(&table(&number), &[("exhibit", "1"), ("lines", "x")])
            .await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} adds");
        let answer = assess(&client, &number, 1, "harassment").await;
        assert_eq!(answer.status, StatusCode::NOT_FOUND, "{person} assesses");
        let api = Api::of(&app, person).await;
        assert_eq!(
            api.get(&table(&number)).await.status,
            StatusCode::NOT_FOUND,
            "{person} by the API"
        );
    }
    let answer = assess(&vibeke, &number, 1, "harassment").await;
    assert_eq!(
        answer.status,
        StatusCode::NOT_FOUND,
        "the lawyer's work is not the manager's"
    );
    for not in ["0", "9", "x", "1x"] {
        assert_eq!(
            vibeke.get(&format!("{}/{not}", table(&number))).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn the_api_lists_statements_in_pages_with_their_assessment() {
    let (app, number, _, _) = marked().await;
    let lawyer = Api::of(&app, "p03").await;
    let marked = lawyer
        .command(
            &number,
            json!({"type": "mark-statement", "exhibit": 1, "text": "Skam",
                "region": {"x": 0, "y": 10, "w": 1_000_000, "h": 20}, "line": 4}),
        )
        .await;
    assert_eq!(
        marked.json()["events"],
        json!(["statement-marked"]),
        "{}",
        marked.text()
    );
    let assessed = json!({"type": "assess-statement", "statement": 2, "outcome": "lawful-criticism", "reason": "Kritik"});
    assert_eq!(lawyer.command(&number, assessed).await.status, StatusCode::OK);
    let mut numbers: Vec<Value> = Vec::new();
    let mut page = String::new();
    loop {
        let list = lawyer
            .get(&format!("{}?limit=2{page}", table(&number)))
            .await
            .json();
        let items = list["items"].as_array().expect("items").clone();
        assert!(items.len() <= 2);
        numbers.extend(items);
        match list["next"].as_str() {
            Some(next) => page = format!("&page={next}"),
            None => break,
        }
    }
    let found: Vec<_> = numbers.iter().map(|item| item["number"].as_u64()).collect();
    assert_eq!(found, [Some(1), Some(2), Some(3), Some(4), Some(5)]);
    assert_eq!(numbers[1]["outcome"], "lawful-criticism");
    assert_eq!(numbers[1]["assessed_by"], "Ida Nørgaard");
    assert_eq!(
        (&numbers[0]["author"], &numbers[0]["outcome"]),
        (&json!("Anna"), &Value::Null)
    );
    assert_eq!(numbers[4]["region"]["w"], 1_000_000);
    let wrong = lawyer.get(&format!("{}?page=x", table(&number))).await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
}

#[tokio::test]
async fn a_removal_is_about_statements_that_cross_the_line() {
    let (app, number, vibeke) = reviewed("harassment", "yes").await;
    let ida = app.as_("p03").await;
    add(&vibeke, &number).await;
    assess(&ida, &number, 1, "rude-but-lawful").await;
    assess(&ida, &number, 3, "possible-crime").await;
    let asked = vibeke.get(&format!("/cases/{number}/do/request-removal")).await;
    check(&asked, "da", "the removal");
    assert!(asked.text().contains("Udsagn 3") && !asked.text().contains("Udsagn 1<"));
    let fields = [("to", "Facebook"), ("what", "Kommentaren")];
    let lawful = [&fields[..], &[("statements", "1")]].concat();
    assert_eq!(
        post(&vibeke, &number, "request-removal", &lawful).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    done(
        &vibeke,
        &number,
        "request-removal",
        &[&fields[..], &[("statements", "3")]].concat(),
    )
    .await;
    let drawer = vibeke.get(&format!("/cases/{number}?drawer=matter")).await.text();
    assert!(drawer.contains("<dt>Udsagn</dt><dd>3</dd>"), "{drawer}");
    let contact = vibeke
        .get(&format!("/cases/{number}/do/contact?purpose=boundary"))
        .await;
    check(&contact, "da", "the contact");
    assert!(contact.text().contains("Hvilke udsagn skal høre op?"));
    let review = ida.get(&format!("/cases/{number}/do/review")).await;
    check(&review, "da", "the review");
    assert!(
        review.text().contains("<dt>Muligt strafbart</dt><dd>1</dd>")
            && review.text().contains("<dt>Ikke vurderet</dt><dd>2</dd>")
    );
}

#[tokio::test]
async fn the_journal_of_a_wave_goes_on_and_the_table_is_cut_at_two_hundred() {
    let (_app, number, vibeke, _) = marked().await;
    let many: Vec<String> = (5..=210).map(|n| format!("Kommentar {n}")).collect();
    let answer = vibeke
        .post_form(
            &table(&number),
            &[("exhibit", "1"), ("lines", &many.join("\r\n"))],
        )
        .await;
    assert!(answer.location().contains("done="), "{}", answer.text());
    let first = vibeke.get(&table(&number)).await;
    check(&first, "da", "the first page");
    assert_eq!(first.text().matches("data-statement=").count(), 200);
    let second = vibeke.get(&format!("{}?page=2", table(&number))).await;
    check(&second, "da", "the second page");
    assert_eq!(second.text().matches("data-statement=").count(), 10);
    assert!(second.text().contains("Kommentar 210") && second.text().contains("0 af 210 vurderet"));
}

fn wave() -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    std::fs::read(folder.join("09-wave-against-library-closure/screenshot-1.png")).expect("a screenshot")
}

fn marking(number: &str) -> String {
    format!("/cases/{number}/exhibits/1/statements")
}

/// The fields of a form's markings, in their order.
fn fields(page: &str) -> Vec<(String, String)> {
    let mut all = Vec::new();
    for tag in page.split('<').filter(|tag| tag.contains(" name=\"")) {
        let attribute = |name: &str| {
            let (_, rest) = tag.split_once(&format!(" {name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let value = match tag.starts_with("textarea") {
            true => tag.split_once(">\n").map(|(_, text)| text.to_owned()),
            false => attribute("value"),
        };
        all.push((attribute("name").expect("a name"), value.unwrap_or_default()));
    }
    all
}

#[tokio::test]
async fn what_was_read_in_an_exhibit_is_corrected_and_marked_with_its_place() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let number = mette
        .post_multipart("/report", &told, &[("a.png", &*wave())])
        .await
        .number();
    let vibeke = app.as_("p09").await;
    let waiting = vibeke.get(&marking(&number)).await;
    check(&waiting, "da", "markings before anything was read");
    assert!(waiting.text().contains("Der er ikke læst nogen tekst"));
    app.inner.app.run_slow_jobs().await.expect("copies");
    let exhibit = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(exhibit.contains(&format!("href=\"{}\"", marking(&number))));
    let page = vibeke.get(&marking(&number)).await;
    check(&page, "da", "markings");
    let text = page.text();
    assert!(text.contains("Håber Karin falder ned ad trappen"), "{text}");
    let form = text
        .split("<form")
        .find(|form| form.contains("id=\"boxes\""))
        .expect("the form");
    let mut all = fields(form);
    let rows = all.iter().filter(|(name, _)| name == "text").count();
    assert!(rows >= 10, "{all:?}");
    // The first is dropped, the second put right; and one with a box that lies outside is named by its number.
    let at = |all: &[(String, String)], name: &str, row: usize| {
        let places = all.iter().enumerate().filter(|(_, (own, _))| own == name);
        places.map(|(place, _)| place).nth(row).expect("a field")
    };
    let place = at(&all, "text", 0);
    all[place].1.clear();
    let place = at(&all, "text", 1);
    all[place].1 = "Rettet i hånden".to_owned();
    let mut outside = all.clone();
    let place = at(&outside, "x", 3);
    outside[place].1 = "99,9".to_owned();
    let send = async |all: &[(String, String)]| {
        let all: Vec<(&str, &str)> = all
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str()))
            .collect();
        vibeke.post_form(&marking(&number), &all).await
    };
    let refused = send(&outside).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.text().contains("Markering 4: Ligger uden for billedet"),
        "{}",
        refused.text()
    );
    assert!(refused.text().contains("Rettet i hånden"), "what was typed stays");
    let made = send(&all).await;
    let table = format!("/cases/{number}/statements?exhibit=1&done=mark-statements");
    assert_eq!(made.location(), table, "{}", made.text());
    let shown = vibeke.get(&table).await.text();
    assert_eq!(shown.matches("data-statement=").count(), rows - 1);
    assert!(
        shown.contains("Rettet i hånden") && shown.contains("Dennis · 20 t."),
        "{shown}"
    );
    // Each knows where it stands.
    let lawyer = Api::of(&app, "p03").await;
    let kept = lawyer.get(&format!("/cases/{number}/statements")).await.json();
    let items = kept["items"].as_array().expect("statements");
    assert!(
        items
            .iter()
            .all(|item| item["region"]["h"].as_u64() > Some(0) && item["line"].as_u64() > Some(0)),
        "{kept}"
    );
}

#[tokio::test]
async fn a_saved_page_and_a_message_are_read_line_by_line() {
    let app = TestApp::new().await;
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let page = b"From: <Saved by Blink>\r\nSnapshot-Content-Location: https://snak.example/1\r\nSubject: Snak\r\n\
        MIME-Version: 1.0\r\nContent-Type: multipart/related; type=\"text/html\"; boundary=\"b\"\r\n\r\n--b\r\n\
        Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n\
        <html><head><style>div { color: red }</style></head><body><div>Bent</div><div>Skam jer</div><div><span>2 t.</span>\
        <button>Svar</button></div><div>Anna</div><div>G\xc3\xa5 hjem</div><div><span>1 d.</span><button>Svar</button></div></body></html>\r\n--b--\r\n";
    let number = mette
        .post_multipart("/report", &told, &[("side.mhtml", page.as_slice())])
        .await
        .number();
    let vibeke = app.as_("p09").await;
    let shown = vibeke.get(&marking(&number)).await;
    check(&shown, "da", "markings of a saved page");
    let text = shown.text();
    for part in [
        "Skam jer</textarea>",
        "Gå hjem</textarea>",
        "value=\"Anna\"",
        "value=\"1 d.\"",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(
        !text.contains("class=\"pane\"") && !text.contains("color: red"),
        "{text}"
    );
    // Only those who may mark, and only while the case is open.
    for stranger in ["p10", "p11", "p13", "p05", "p06"] {
        let stranger = app.as_(stranger).await;
        assert_eq!(
            stranger.get(&marking(&number)).await.status,
            StatusCode::NOT_FOUND
        );
        let sent = stranger.post_form(&marking(&number), &[("text", "x")]).await;
        assert_eq!(sent.status, StatusCode::NOT_FOUND);
    }
}
