//! Drills through the doors: passed, failed, somebody else's picture, for real after all, and never a case.

use crate::helpers::{Answer, Client, TestApp};
use crate::pages::check;
use app::testing::clamd::{Clamd, MALWARE};
use app::testing::post::{Sink, header};
use app::{Delivered, Delivery};
use domain::mail::Door;
use http::StatusCode;
use std::process::Command;

/// A picture of these words, as a screen would show them.
pub fn picture(words: &str) -> Vec<u8> {
    let room = tempfile::tempdir().expect("a folder");
    let (text, out) = (room.path().join("words.txt"), room.path().join("picture.png"));
    std::fs::write(&text, words).expect("the words");
    let drawn = format!(
        "drawtext=fontfile=/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf:textfile={}:fontsize=40:line_spacing=18:x=40:y=40:fontcolor=black",
        text.display()
    );
    let done = Command::new("ffmpeg")
        .args([
            "-loglevel",
            "error",
            "-f",
            "lavfi",
            "-i",
            "color=white:s=900x700:d=1",
            "-vf",
            &drawn,
            "-frames:v",
            "1",
        ])
        .arg(&out)
        .status();
    assert!(done.expect("ffmpeg").success());
    std::fs::read(out).expect("the picture")
}

/// The word on the made-up post.
async fn word(client: &Client) -> String {
    let page = client.get("/practise/post").await;
    assert_eq!(page.status, StatusCode::OK);
    let text = page.text();
    text.split("<p class=\"word\">")
        .nth(1)
        .expect("a word")
        .split('<')
        .next()
        .expect("its end")
        .to_owned()
}

pub async fn begun(app: &TestApp, person: &str) -> (Client, String) {
    let client = app.as_(person).await;
    let begun = client.post_form("/practise", &[]).await;
    assert_eq!(begun.location(), "/practise/post");
    let word = word(&client).await;
    (client, word)
}

pub async fn send(client: &Client, picture: &[u8]) {
    let fields = [("about", "me"), ("practise", "true")];
    let sent = client
        .post_multipart("/report", &fields, &[("billede.png", picture)])
        .await;
    assert_eq!(sent.location(), "/practise", "{}", sent.text());
}

fn whole(word: &str) -> String {
    format!(
        "snak.example/opslag/4711\nBent Opdigtet\n12. oktober 2026 kl. 19.47\nDagens ord:\n{word}\nDet her er det sidste svar i tråden"
    )
}

async fn no_case(app: &TestApp) {
    assert!(
        !app.inner.app.has_cases().await.unwrap_or(true),
        "a drill is never a case"
    );
}

#[tokio::test]
async fn a_picture_with_the_word_passes_and_one_without_gets_a_hint_on_both_engines() {
    for engine in app::testing::engines() {
        let app = TestApp::on(engine).await;
        let (mette, word) = begun(&app, "p10").await;
        check(&mette.get("/practise/post").await, "da", "/practise/post");
        let form = mette.get("/report").await;
        check(&form, "da", "/report with a drill");
        assert!(form.text().contains("Det her er min øvelse"));
        send(&mette, &picture("Noget helt andet")).await;
        assert!(
            mette
                .get("/practise")
                .await
                .text()
                .contains("Vi læser dit billede")
        );
        app.inner.app.run_slow_jobs().await.unwrap();
        let page = mette.get("/practise").await;
        check(&page, "da", "/practise failed");
        let text = page.text();
        assert!(
            text.contains("Vi kunne ikke finde ordet") && text.contains("adressen øverst"),
            "{text}"
        );
        send(&mette, &picture(&whole(&word))).await;
        app.inner.app.run_slow_jobs().await.unwrap();
        let page = mette.get("/practise").await;
        check(&page, "da", "/practise passed");
        let text = page.text();
        assert!(
            text.contains("Ordet er i billedet.") && !text.contains("Næste gang"),
            "{text}"
        );
        assert!(!mette.get("/").await.text().contains("Øv dig: tag"));
        assert!(
            !mette
                .get("/report")
                .await
                .text()
                .contains("Det her er min øvelse"),
            "it is over"
        );
        no_case(&app).await;
    }
}

#[tokio::test]
async fn somebody_elses_picture_does_not_pass() {
    let app = TestApp::new().await;
    let (_, word) = begun(&app, "p10").await;
    let (lone, _) = begun(&app, "p11").await;
    send(&lone, &picture(&whole(&word))).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    assert!(
        lone.get("/practise")
            .await
            .text()
            .contains("Vi kunne ikke finde ordet")
    );
}

/// Which sending each button of the page is for, from the top.
async fn sendings(client: &Client) -> Vec<(String, String)> {
    let page = client.get("/practise").await.text();
    let value = |part: &str| part.split('"').next().expect("a value").to_owned();
    let drills = page.split("name=\"drill\" value=\"").skip(1).map(value);
    let attempts = page.split("name=\"attempt\" value=\"").skip(1).map(value);
    drills.zip(attempts).collect()
}

async fn press(client: &Client, (drill, attempt): &(String, String)) -> Answer {
    let fields = [("drill", drill.as_str()), ("attempt", attempt.as_str())];
    client.post_form("/practise/serious", &fields).await
}

#[tokio::test]
async fn what_was_for_real_becomes_the_report_that_was_written_with_one_press_for_each_sending() {
    let app = TestApp::new().await;
    let (mette, _) = begun(&app, "p10").await;
    let fields = [
        ("about", "colleague"),
        ("colleague", "lone.kvist@fjordby.example"),
        ("text", "Han truer hende"),
        ("acute", "true"),
        ("not_to_manager", "true"),
        ("source_url", "https://snak.example/7"),
        ("originator", "Bent"),
        ("practise", "true"),
    ];
    let threat = picture("Jeg ved hvor du bor");
    let sent = mette
        .post_multipart("/report", &fields, &[("trussel.png", &threat)])
        .await;
    assert_eq!(sent.location(), "/practise", "{}", sent.text());
    app.inner.app.run_slow_jobs().await.unwrap();
    let page = mette.get("/practise").await.text();
    let (offer, how) = (page.find("Var det et rigtigt opslag?"), page.find("Prøv igen:"));
    assert!(offer.is_some() && offer < how, "the first offer: {page}");
    assert!(page.contains("trussel.png"));
    let first = sendings(&mette).await.remove(0);
    assert_eq!(press(&mette, &first).await.location(), "/cases/2026-0001/receipt");
    assert_eq!(
        press(&mette, &first).await.location(),
        "/cases/2026-0001/receipt",
        "the same press twice is one report"
    );
    // Vibeke, their manager, was not to have it: the one above her has.
    assert_eq!(
        app.as_("p09").await.get("/cases/2026-0001").await.status,
        StatusCode::NOT_FOUND
    );
    let case = app.as_("p08").await.get("/cases/2026-0001").await.text();
    for said in ["Han truer hende", "Bent", "Lone Kvist"] {
        assert!(case.contains(said), "{said}: {case}");
    }
    let page = mette.get("/practise").await;
    check(&page, "da", "/practise with what became a report");
    assert!(page.text().contains("Blev til henvendelse 2026-0001"));
    // What comes after the press is a report of its own.
    send(&mette, &picture("Og hvor dine børn går i skole")).await;
    let second = sendings(&mette).await.remove(0);
    assert_eq!(
        press(&mette, &second).await.location(),
        "/cases/2026-0002/receipt"
    );
    for nothing in [&[][..], &[("drill", "x"), ("attempt", "1")]] {
        let answer = mette.post_form("/practise/serious", nothing).await;
        assert!(answer.status.is_client_error(), "{}", answer.status);
    }
    let lone = app.as_("p11").await;
    assert_eq!(press(&lone, &second).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_new_drill_hides_nothing_of_an_earlier_one() {
    let app = TestApp::new().await;
    let (mette, _) = begun(&app, "p10").await;
    send(&mette, &picture("Jeg ved hvor du bor")).await;
    app.inner
        .clock
        .set(app.inner.app.now() + jiff::SignedDuration::from_hours(2));
    mette.post_form("/practise", &[]).await;
    let earlier = sendings(&mette).await;
    assert_eq!(earlier.len(), 1, "the button is there still");
    assert!(mette.get("/practise").await.text().contains("billede.png"));
    assert_eq!(
        press(&mette, &earlier[0]).await.location(),
        "/cases/2026-0001/receipt"
    );
}

#[tokio::test]
async fn a_file_in_which_malware_was_found_is_not_opened_and_the_answer_says_so() {
    let clamd = Clamd::start();
    let app = TestApp::scanned_by(clamd.scanner()).await;
    let (mette, word) = begun(&app, "p10").await;
    // The word is in the picture, so that it would pass if anything opened it.
    let bad = [picture(&whole(&word)).as_slice(), MALWARE.as_bytes()].concat();
    send(&mette, &bad).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    let page = mette.get("/practise").await;
    check(&page, "da", "/practise infected");
    let text = page.text();
    assert!(
        text.contains("Vi har ikke åbnet billede.png, for der er skadelig kode i."),
        "{text}"
    );
    assert!(!text.contains("Ordet er i billedet") && !text.contains("kunne ikke finde ordet"));
    mette.post_form("/language", &[("language", "en")]).await;
    let page = mette.get("/practise").await;
    check(&page, "en", "/practise infected");
    assert!(
        page.text()
            .contains("We have not opened billede.png, since there is malware in it.")
    );
}

#[tokio::test]
async fn a_scanner_that_is_down_keeps_no_drill_from_being_read_as_it_keeps_no_exhibit() {
    let room = tempfile::tempdir().expect("a folder");
    let nobody = app::Scanner::Socket(app::testing::clamd::socket(room.path()));
    let app = TestApp::scanned_by(nobody).await;
    let (mette, word) = begun(&app, "p10").await;
    send(&mette, &picture(&whole(&word))).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    assert!(
        mette
            .get("/practise")
            .await
            .text()
            .contains("Ordet er i billedet.")
    );
}

#[tokio::test]
async fn only_the_practice_pages_own_link_ticks_the_box() {
    let app = TestApp::new().await;
    let (mette, _) = begun(&app, "p10").await;
    let ticked = "name=\"practise\" value=\"true\" aria-describedby=\"practise-what\" checked";
    for path in ["/report", "/report?shared=1", "/report?shared=nothing"] {
        let form = mette.get(path).await.text();
        assert!(
            form.contains("Det her er min øvelse") && !form.contains(ticked),
            "{path}: {form}"
        );
    }
    for path in ["/practise", "/practise/post"] {
        let page = mette.get(path).await.text();
        assert!(page.contains("href=\"/report?drill=1\""), "{path}");
    }
    assert!(mette.get("/report?drill=1").await.text().contains(ticked));
    // What was typed stays as it was, the box too.
    for (practise, stays) in [("true", true), ("", false)] {
        let fields = [("about", "me"), ("practise", practise)];
        let again = mette.post_multipart("/report", &fields, &[]).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert_eq!(again.text().contains(ticked), stays);
    }
}

#[tokio::test]
async fn without_the_box_or_without_a_drill_it_is_a_report_like_any_other() {
    let app = TestApp::new().await;
    let (mette, _) = begun(&app, "p10").await;
    let fields = [("about", "me"), ("text", "Det er alvor")];
    assert_eq!(
        mette.post_multipart("/report", &fields, &[]).await.location(),
        "/cases/2026-0001/receipt"
    );
    // The box of a drill that nobody began.
    let lone = app.as_("p11").await;
    let fields = [("about", "me"), ("text", "Det er alvor"), ("practise", "true")];
    assert_eq!(
        lone.post_multipart("/report", &fields, &[]).await.location(),
        "/cases/2026-0002/receipt"
    );
}

#[tokio::test]
async fn by_email_a_marked_picture_is_a_drill_and_the_answer_says_how_it_went() {
    let sink = Sink::start().await;
    let app = TestApp::writing_by(app::testing::Engine::Sqlite, sink.writing()).await;
    let (mette, word) = begun(&app, "p10").await;
    for (text, subject) in [("Ingenting", "Øvelse"), (whole(&word).as_str(), "Drill")] {
        assert_eq!(mailed(&app, subject, &picture(text)).await, Delivered::Drill);
        app.inner.app.run_slow_jobs().await.unwrap();
    }
    let came = sink.came();
    assert_eq!(came.len(), 2);
    let texts: Vec<String> = came
        .iter()
        .map(|letter| app::mail::readable(letter.as_bytes()))
        .collect();
    assert!(
        texts[0].contains("Vi kunne ikke finde ordet") && texts[0].contains("Var det alvor?"),
        "{}",
        texts[0]
    );
    assert!(texts[1].contains("Ordet er i billedet"), "{}", texts[1]);
    assert_eq!(header(&came[1], "Auto-Submitted"), "auto-generated");
    assert!(
        mette
            .get("/practise")
            .await
            .text()
            .contains("Ordet er i billedet.")
    );
    no_case(&app).await;
    // Passed: the next one is a report, marked or not. Rather a case too much.
    let next = mailed(&app, "Øvelse", &picture("Jeg ved hvor du bor")).await;
    assert!(matches!(next, Delivered::Report(_)), "{next:?}");
}

#[tokio::test]
async fn a_failed_and_a_passed_drill_are_said_in_english_too_by_page_and_by_mail() {
    let sink = Sink::start().await;
    let app = TestApp::writing_by(app::testing::Engine::Sqlite, sink.writing()).await;
    let (mette, word) = begun(&app, "p10").await;
    mette.post_form("/language", &[("language", "en")]).await;
    send(&mette, &picture("Nothing")).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    let page = mette.get("/practise").await;
    check(&page, "en", "/practise failed");
    for said in [
        "We could not find the word in the picture.",
        "Was it a real post?",
        "the address at the top",
    ] {
        assert!(page.text().contains(said), "{said}: {}", page.text());
    }
    for (text, subject) in [("Nothing at all", "Drill"), (whole(&word).as_str(), "DRILL")] {
        assert_eq!(mailed(&app, subject, &picture(text)).await, Delivered::Drill);
        app.inner.app.run_slow_jobs().await.unwrap();
    }
    let came = sink.came();
    let texts: Vec<String> = came
        .iter()
        .map(|letter| app::mail::readable(letter.as_bytes()))
        .collect();
    assert_eq!(texts.len(), 2);
    assert!(
        texts[0].contains("We could not find the word") && texts[0].contains("Was it for real?"),
        "{}",
        texts[0]
    );
    assert!(
        texts[1].contains("The word is in the picture, and you have finished the drill."),
        "{}",
        texts[1]
    );
    app.inner
        .clock
        .set(app.inner.app.now() + jiff::SignedDuration::from_mins(5));
    mette.post_form("/practise", &[]).await;
    let word = self::word(&mette).await;
    send(&mette, &picture(&whole(&word))).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    let page = mette.get("/practise").await;
    check(&page, "en", "/practise passed");
    assert!(page.text().contains("There you are. The word is in the picture."));
}

#[tokio::test]
async fn the_answer_by_mail_says_that_an_infected_picture_was_not_opened() {
    let (clamd, sink) = (Clamd::start(), Sink::start().await);
    let app = TestApp::scanned_and_writing_by(clamd.scanner(), sink.writing()).await;
    let (mette, word) = begun(&app, "p10").await;
    let bad = [picture(&whole(&word)).as_slice(), MALWARE.as_bytes()].concat();
    assert_eq!(mailed(&app, "Øvelse", &bad).await, Delivered::Drill);
    app.inner.app.run_slow_jobs().await.unwrap();
    let text = app::mail::readable(sink.came()[0].as_bytes());
    assert!(
        text.contains("Vi har ikke åbnet") && text.contains("skaerm.png, for der er skadelig kode i."),
        "{text}"
    );
    assert!(!text.contains("kunne ikke finde ordet"));
    mette.post_form("/language", &[("language", "en")]).await;
    assert_eq!(mailed(&app, "Drill", &bad).await, Delivered::Drill);
    app.inner.app.run_slow_jobs().await.unwrap();
    let text = app::mail::readable(sink.came()[1].as_bytes());
    assert!(
        text.contains("We have not opened") && text.contains("skaerm.png, since there is malware in it."),
        "{text}"
    );
}

async fn mailed(app: &TestApp, subject: &str, picture: &[u8]) -> Delivered {
    use base64::Engine as _;
    let subject = base64::engine::general_purpose::STANDARD.encode(subject);
    let picture = base64::engine::general_purpose::STANDARD.encode(picture);
    let message = format!(
        "From: mette.ravn@fjordby.example\r\nSubject: =?utf-8?B?{subject}?=\r\nMIME-Version: 1.0\r\n\
         Content-Type: multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\nHer\r\n--x\r\n\
         Content-Type: image/png\r\nContent-Disposition: attachment; filename=skaerm.png\r\nContent-Transfer-Encoding: base64\r\n\r\n{picture}\r\n--x--\r\n"
    );
    let delivery = Delivery {
        door: Door::Command,
        envelope: None,
        message: message.as_bytes(),
    };
    app.inner.app.take_mail(&delivery).await.expect("taken")
}

#[tokio::test]
async fn pictures_go_after_thirty_days_and_the_result_stays() {
    let app = TestApp::new().await;
    let (mette, word) = begun(&app, "p10").await;
    send(&mette, &picture(&whole(&word))).await;
    app.inner.app.run_slow_jobs().await.unwrap();
    let sending = sendings(&mette).await.remove(0);
    app.inner
        .clock
        .set(app.inner.app.now() + jiff::SignedDuration::from_hours(24 * 31));
    app.inner.app.run_slow_jobs().await.unwrap();
    let mette = app.as_("p10").await;
    let page = mette.get("/practise").await.text();
    assert!(
        page.contains("Ordet er i billedet.") && !page.contains("sendt ind som øvelse"),
        "{page}"
    );
    assert_eq!(press(&mette, &sending).await.status, StatusCode::NOT_FOUND);
    assert_eq!(app.inner.app.stray_files().await, 0, "no file is left behind");
}
