//! Working copies as a reader meets them: a cover, a page at a time, the words without the picture.

use crate::helpers::{Client, PNG, TestApp};
use http::StatusCode;

fn screenshot() -> Vec<u8> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/matters");
    std::fs::read(folder.join("01-threat-in-comment-thread/screenshot-1.png")).expect("a screenshot")
}

/// A PDF that `pdftoppm` mends: its table of places is left out.
pub fn pdf() -> Vec<u8> {
    let mut out = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n".to_vec();
    out.extend_from_slice(b"2 0 obj<</Type/Pages/Kids[4 0 R 5 0 R]/Count 2>>endobj\n");
    out.extend_from_slice(
        b"3 0 obj<</Length 37>>stream\nBT /F1 24 Tf 60 700 Td (Letter) Tj ET \nendstream endobj\n",
    );
    for page in [4, 5] {
        let font = "<</Font<</F1<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>>>>>";
        let page = format!(
            "{page} 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 3 0 R/Resources{font}>>endobj\n"
        );
        out.extend_from_slice(page.as_bytes());
    }
    out.extend_from_slice(b"trailer<</Root 1 0 R/Size 6>>\n%%EOF\n");
    out
}

/// A case of Mette's with these files, its copies made; its number and its owner's browser.
async fn case(app: &TestApp, files: &[(&str, &[u8])]) -> (String, Client) {
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let number = mette.post_multipart("/report", &told, files).await.number();
    app.inner.app.run_slow_jobs().await.expect("copies");
    (number, app.as_("p09").await)
}

#[tokio::test]
async fn the_words_can_be_read_without_the_picture_by_those_who_may_see_it() {
    let app = TestApp::new().await;
    let (number, vibeke) = case(&app, &[("a.png", &screenshot())]).await;
    let overview = vibeke.get(&format!("/cases/{number}")).await.text();
    let words = format!("/cases/{number}/exhibits/1?as=text");
    assert!(overview.contains(&format!("href=\"{words}\"")), "{overview}");
    assert!(!overview.contains("rådhuset"), "not in the list");
    let page = vibeke.get(&words).await;
    assert_eq!(
        (page.status, page.header("cache-control")),
        (StatusCode::OK, "no-store")
    );
    let page = page.text();
    assert!(
        page.contains("rådhuset") && page.contains("genkendt af en maskine"),
        "{page}"
    );
    assert!(!page.contains("<img"), "no picture");
    let log = vibeke
        .get(&format!("/cases/{number}?drawer=access-log"))
        .await
        .text();
    assert!(log.contains("Åbnede bilag 1"), "{log}");
    for stranger in ["p11", "p13", "p05", "p06"] {
        let stranger = app.as_(stranger).await;
        assert_eq!(stranger.get(&words).await.status, StatusCode::NOT_FOUND);
    }
}

#[tokio::test]
async fn a_document_is_shown_a_page_at_a_time() {
    let app = TestApp::new().await;
    let (number, vibeke) = case(&app, &[("brev.pdf", &pdf())]).await;
    let page = vibeke
        .get(&format!("/cases/{number}/exhibits/1?page=2"))
        .await
        .text();
    let picture = format!("/cases/{number}/exhibits/1/pages/2");
    assert!(page.contains(&format!("src=\"{picture}\"")), "{page}");
    assert!(
        page.contains("exhibits/1?page=1\"") && !page.contains("exhibits/1/pages/1\""),
        "{page}"
    );
    let picture = vibeke.get(&picture).await;
    assert_eq!(
        (picture.status, picture.header("content-type")),
        (StatusCode::OK, "image/jpeg")
    );
    assert_eq!(picture.header("cache-control"), "no-store");
    assert_eq!(
        picture.header("content-security-policy"),
        "default-src 'none'; sandbox"
    );
    for none in ["0", "3", "x"] {
        let none = vibeke
            .get(&format!("/cases/{number}/exhibits/1/pages/{none}"))
            .await;
        assert!(none.status.is_client_error(), "{}", none.status);
    }
    assert_eq!(
        vibeke
            .get(&format!("/cases/{number}/exhibits/1/cover"))
            .await
            .status,
        StatusCode::OK
    );
    for stranger in ["p11", "p13", "p05", "p06"] {
        let page = format!("/cases/{number}/exhibits/1/pages/1");
        assert_eq!(
            app.as_(stranger).await.get(&page).await.status,
            StatusCode::NOT_FOUND
        );
    }
}

#[tokio::test]
async fn what_cannot_be_shown_or_not_yet_says_so_in_words() {
    let app = TestApp::new().await;
    let heic = b"\0\0\0\x18ftypheic\0\0\0\0mif1heic".as_slice();
    let (number, vibeke) = case(&app, &[("a.heic", heic), ("b.png", &PNG[..40])]).await;
    let heic = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(heic.contains("kan ikke vises her. Originalen er gemt"), "{heic}");
    let broken = vibeke.get(&format!("/cases/{number}/exhibits/2")).await.text();
    assert!(
        broken.contains("Filen er beskadiget") && !broken.contains("<img"),
        "{broken}"
    );
    let mette = app.as_("p10").await;
    let told = [("about", "me"), ("text", "Se her.")];
    let number = mette
        .post_multipart("/report", &told, &[("a.png", PNG)])
        .await
        .number();
    let waiting = vibeke.get(&format!("/cases/{number}/exhibits/1")).await.text();
    assert!(waiting.contains("ved at lave en visning"), "{waiting}");
}

#[tokio::test]
async fn a_picture_that_is_there_already_is_pointed_out() {
    let app = TestApp::new().await;
    let picture = screenshot();
    let (number, vibeke) = case(&app, &[("a.png", &picture), ("igen.png", &picture)]).await;
    let overview = vibeke.get(&format!("/cases/{number}")).await.text();
    assert!(
        overview.contains("Ligner bilag 2") && overview.contains("Ligner bilag 1"),
        "{overview}"
    );
    let second = vibeke.get(&format!("/cases/{number}/exhibits/2")).await.text();
    assert!(
        second.contains("ligner et, der er i sagen i forvejen") && second.contains("Se bilag 1"),
        "{second}"
    );
}
