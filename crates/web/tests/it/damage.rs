//! A damaged exhibit as its manager meets it, and that it is whole again: told on the start page and in the case, both kept.

use crate::helpers::TestApp;
use crate::pages::check;

#[tokio::test]
async fn a_damage_and_its_end_are_told_in_the_case_and_on_the_start_page() {
    let app = TestApp::new().await;
    let number = app.case_of_mette().await;
    let folder = app.inner.scratch.dir().join("blobs");
    let away = app.inner.scratch.dir().join("away");
    let file = walk(&folder);
    std::fs::rename(&file, &away).unwrap();
    app.inner.app.reverify(|_| ()).await.unwrap();
    let vibeke = app.as_("p09").await;
    let start = vibeke.get("/").await.text();
    assert!(start.contains("Et bilag i sagen er beskadiget."), "{start}");
    assert!(!start.contains("er i orden igen"), "{start}");

    std::fs::rename(&away, &file).unwrap();
    app.inner.app.reverify(|_| ()).await.unwrap();
    let said = [
        (
            "da",
            "Et bilag, der var meldt beskadiget, er i orden igen.",
            ["filen til bilag 1 er væk.", "bilag 1 er i orden igen."],
            "Filen er præcis den, der blev modtaget.",
        ),
        (
            "en",
            "An exhibit that was reported damaged is whole again.",
            ["the file of exhibit 1 is gone.", "exhibit 1 is whole again."],
            "The file is exactly the one that was received.",
        ),
    ];
    let speak = |language| {
        let form = [("language", language), ("back", "/")];
        let vibeke = vibeke.clone();
        async move { vibeke.post_form("/language", &form).await }
    };
    for (language, notice, _, _) in said {
        speak(language).await;
        let start = vibeke.get("/").await;
        check(&start, language, "/");
        assert!(start.text().contains(notice), "{}", start.text());
    }
    for (language, _, story, lead) in said {
        speak(language).await;
        let journal = format!("/cases/{number}?drawer=journal");
        for path in [format!("/cases/{number}"), journal] {
            let page = vibeke.get(&path).await;
            check(&page, language, &path);
            for part in story {
                assert!(page.text().contains(part), "{path}: {part}: {}", page.text());
            }
            // What it means stands in the story; the journal has the lines alone.
            assert_eq!(page.text().contains(lead), !path.contains("journal"), "{path}");
        }
    }
}

/// The only file in the folders of this one.
fn walk(folder: &std::path::Path) -> std::path::PathBuf {
    let mut files = std::fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.is_dir())
        .flat_map(|folder| std::fs::read_dir(folder).expect("a folder"))
        .map(|entry| entry.expect("an entry").path());
    let file = files.next().expect("a file");
    assert_eq!(files.next(), None);
    file
}
