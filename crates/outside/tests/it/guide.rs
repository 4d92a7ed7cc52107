//! The guide on paper.

use std::collections::BTreeMap;

use domain::guide::{Variables, chapter};
use domain::language::Language as Speaks;
use outside::guide::{Chapter, GuidePaper, Labels, Section};
use outside::paper::Language;

const TEXT: &str = r#"# Når det sker {#at-ske}

Indledning med **vægt** og *tryk*.

## Det første {#first card=manager}

1. Tag et billede
2. Send det

- [ ] Et hak
- [ ] Et til

> Citat med [et link](#second) og [et andet](https://eksempel.dk/a?b=c).

![En telefon](pictures/phone.svg)

| Frist | Pligt |
|---|---|
| 72 timer | Politi |

```
kode #set page() $x$
```

## Det næste {#second}

### Mere

Tegn: æøå “citat” 😀 #not-typst @neither \* [x]

---

Slut.
"#;

const PHONE: &str = r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 200 100"><rect x="5" y="5" width="90" height="90" rx="8" fill="#eef5fc" stroke="#0059b3"/><text x="20" y="50" font-family="sans-serif" font-size="12">Skærm æøå</text></svg>"##;

fn paper(more: &str, picture: &str) -> GuidePaper {
    let (read, faults) = chapter(Speaks::Da, "01-at-ske", &format!("{TEXT}{more}"));
    assert_eq!(faults, []);
    let read = Variables::default().fill(read, Speaks::Da);
    let section = |section: domain::guide::Section| Section {
        anchor: section.anchor,
        title: section.title,
        blocks: section.blocks,
    };
    GuidePaper {
        language: Language::Danish,
        municipality: "Fjordby Kommune".into(),
        title: "Vejledning om digital chikane".into(),
        edition: "Udgave 1, udgivet 3. nov.".into(),
        words: Labels {
            contents: "Indhold".into(),
            page: "Side {n} af {of}".into(),
        },
        chapters: vec![Chapter {
            anchor: read.slug,
            title: read.title,
            intro: read.intro,
            sections: read.sections.into_iter().map(section).collect(),
        }],
        pictures: BTreeMap::from([("phone.svg".to_owned(), picture.as_bytes().to_vec())]),
    }
}

fn noon() -> jiff::Timestamp {
    "2026-11-25T12:00:00Z".parse().expect("a time")
}

/// What a program of Debian says of the file.
fn says(pdf: &[u8], program: &str, arguments: &[&str]) -> String {
    let dir = tempfile::tempdir().expect("a folder");
    let file = dir.path().join("guide.pdf");
    std::fs::write(&file, pdf).expect("written");
    let mut all: Vec<&str> = arguments.to_vec();
    all.push(file.to_str().expect("a path"));
    if program == "pdftotext" {
        all.push("-");
    }
    let out = std::process::Command::new(program)
        .args(all)
        .output()
        .expect("the program runs");
    String::from_utf8_lossy(&[out.stdout, out.stderr].concat()).into_owned()
}

fn shown(pdf: &[u8], name: &str) {
    if let Some(folder) = std::env::var_os("VAERN_SHOW") {
        std::fs::write(std::path::Path::new(&folder).join(name), pdf).expect("written");
    }
}

#[test]
fn the_guide_is_tagged_a4_says_every_word_and_is_the_same_twice() {
    let paper = paper("", PHONE);
    let (pdf, pages) = paper.render(noon()).expect("a guide");
    shown(&pdf, "guide.pdf");
    assert_eq!(pages, 3);
    let facts = says(&pdf, "pdfinfo", &[]);
    assert!(
        facts.contains("Tagged:          yes") && facts.contains("(A4)"),
        "{facts}"
    );
    let text = says(&pdf, "pdftotext", &["-layout"]);
    for word in [
        "Når det sker",
        "vægt",
        "1. Tag et billede",
        "72 timer",
        "kode #set page() $x$",
        "#not-typst",
        "Et til",
        "Slut.",
    ] {
        assert!(text.contains(word), "{word}: {text}");
    }
    let structure = says(&pdf, "pdfinfo", &["-struct"]);
    for tag in ["H1", "H2", "L", "Table", "Figure", "Link"] {
        assert!(
            structure.lines().any(|line| line.trim().starts_with(tag)),
            "{tag}: {structure}"
        );
    }
    assert!(says(&pdf, "qpdf", &["--check"]).contains("No syntax or stream encoding errors"));
    assert_eq!(paper.render(noon()).expect("a guide").0, pdf);
}

#[test]
fn a_card_is_one_page_however_much_stands_on_it_within_reason() {
    let (pdf, pages) = paper("", PHONE).card(noon()).expect("a card");
    shown(&pdf, "card.pdf");
    assert_eq!(pages, 1);
    let (small, pages) = paper(&"Flere ord på kortet, som fylder mere.\n\n".repeat(60), PHONE)
        .card(noon())
        .expect("a card");
    shown(&small, "card-full.pdf");
    assert_eq!(pages, 1);
}

#[test]
fn a_drawing_that_cannot_be_read_is_told_by_its_words() {
    let (pdf, _) = paper("", "<svg><broken</svg>").render(noon()).expect("a guide");
    assert!(says(&pdf, "pdftotext", &[]).contains("En telefon"));
}
