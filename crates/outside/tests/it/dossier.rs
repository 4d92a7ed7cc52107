//! A dossier as its readers get it.

use outside::{DossierWriter, Language};

use crate::sample::{dossier, line, made_at, pdf, screenshot, text, told};

fn has(pdf: &[u8], what: &str) -> bool {
    pdf.windows(what.len()).any(|window| window == what.as_bytes())
}

#[test]
fn a_danish_dossier_says_everything_in_danish() {
    let text = text(&pdf(&dossier(Language::Danish)), "danish");
    for words in [
        "Østby Kommune",
        "Dossier 2026-0001",
        "Trussel i en kommentartråd",
        "Æ, ø og å",
        "Afsenderen kan få adgang til at læse dette dokument",
        "Bilag 1",
        "Bilag 2",
        "Bilag 3",
        "9f86d081 884c7d65",
        "Ét vidne",
        "Jeg ved, hvor du bor.",
        "Udsagnet er rettet mod personen",
        "Afsenderen blev ringet op",
        "sha256sum -c manifest-sha256.txt",
        "bagit.py --validate .",
        "vaern verify pakke.zip",
        "Side 2 af",
    ] {
        assert!(text.contains(words), "{words:?} is missing in:\n{text}");
    }
    assert!(!text.contains('\u{FFFD}'), "{text}");
    assert!(!text.contains('{'), "an unfilled place in:\n{text}");
}

#[test]
fn an_english_dossier_has_english_labels() {
    let pdf = pdf(&dossier(Language::English));
    let text = text(&pdf, "english");
    for words in [
        "Exhibit 1",
        "Chronology",
        "The originator may come to read",
        "Page 2 of",
        "bag.zip",
        "Readable text",
    ] {
        assert!(text.contains(words), "{words:?} is missing in:\n{text}");
    }
    assert!(!text.contains("Bilag"), "{text}");
    assert!(told("pdfinfo", &["-meta"], &pdf).contains("<rdf:li>en</rdf:li>"));
}

#[test]
fn the_file_declares_archival_and_accessible_pdf() {
    let pdf = pdf(&dossier(Language::Danish));
    assert!(has(&pdf, "<pdfaid:part>2</pdfaid:part>"));
    assert!(has(&pdf, "<pdfaid:conformance>A</pdfaid:conformance>"));
    assert!(has(&pdf, "<pdfuaid:part>1</pdfuaid:part>"));
    assert!(told("pdfinfo", &["-meta"], &pdf).contains("<rdf:li>da</rdf:li>"));
    let info = told("pdfinfo", &[], &pdf);
    assert!(info.contains("Tagged:          yes"), "{info}");
    assert!(info.contains("JavaScript:      no"), "{info}");
    assert!(info.contains("A4"), "{info}");
    told("qpdf", &["--check"], &pdf);
    let fonts = told("pdffonts", &[], &pdf);
    let embedded = fonts
        .lines()
        .skip(2)
        .filter(|line| line.contains("yes yes yes"))
        .count();
    assert_eq!(embedded, 3, "{fonts}");
}

#[test]
fn the_structure_tells_tables_pictures_and_headings() {
    let structure = told("pdfinfo", &["-struct"], &pdf(&dossier(Language::Danish)));
    for tag in ["Table", "TH", "TD", "Figure", "H1", "H2", "TOC"] {
        assert!(
            structure.lines().any(|line| line.trim().starts_with(tag)),
            "no {tag} in:\n{structure}"
        );
    }
}

#[test]
fn the_metadata_names_the_number_and_no_person() {
    let mut dossier = dossier(Language::Danish);
    dossier.title = "Sag om Karen Testesen".into();
    let pdf = pdf(&dossier);
    let info = told("pdfinfo", &[], &pdf);
    assert!(info.contains("Title:           Dossier 2026-0001\n"), "{info}");
    assert!(!info.contains("Author"), "{info}");
    assert!(!told("pdfinfo", &["-meta"], &pdf).contains("Testesen"));
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let dossier = dossier(Language::Danish);
    let writer = DossierWriter::new();
    let first = writer.render(&dossier, made_at()).expect("rendered");
    assert!(first == writer.render(&dossier, made_at()).expect("rendered again"));
    assert!(
        first
            == DossierWriter::new()
                .render(&dossier, made_at())
                .expect("by another writer")
    );
}

#[test]
fn a_long_chronology_repeats_its_header() {
    let mut dossier = dossier(Language::Danish);
    dossier.chronology = (1..=200).map(line).collect();
    let text = text(&pdf(&dossier), "long");
    assert!(text.contains("Indførsel 200:"));
    let headers = text
        .lines()
        .filter(|line| line.contains("Tidspunkt") && line.contains("Hvad"))
        .count();
    assert!(headers >= 5, "{headers} headers");
}

#[test]
fn each_exhibit_starts_on_its_own_page() {
    let text = text(&pdf(&dossier(Language::Danish)), "pages");
    for number in 1..=3 {
        let heading = format!("Bilag {number}");
        let starts = text
            .split('\u{c}')
            .filter(|page| page.lines().skip(1).any(|line| line.trim() == heading));
        assert!(starts.count() >= 1, "{heading} heads no page of:\n{text}");
    }
}

#[test]
fn a_dossier_with_nothing_in_it_says_so() {
    let mut dossier = dossier(Language::Danish);
    dossier.chronology.clear();
    dossier.assessment.clear();
    dossier.contacts.clear();
    dossier.exhibits.clear();
    dossier.summary.clear();
    dossier.proof.clear();
    dossier.facts.clear();
    let text = text(&pdf(&dossier), "empty");
    for words in [
        "ikke ført en vurdering",
        "ikke ført nogen kontakt",
        "ingen indførsler",
    ] {
        assert!(text.contains(words), "{words:?} is missing in:\n{text}");
    }
}

#[test]
fn every_shared_screenshot_can_be_shown() {
    let names = [
        "02-lawful-criticism-in-review/screenshot-1.png",
        "03-night-messages-to-private-profile/screenshot-2.png",
        "07-home-address-posted/screenshot-1.png",
        "09-wave-against-library-closure/screenshot-1.png",
    ];
    let mut dossier = dossier(Language::Danish);
    let pictures = names.iter().map(|name| Some(screenshot(name)));
    dossier.exhibits = (1..)
        .zip(pictures)
        .map(|(n, picture)| crate::sample::exhibit(n, picture))
        .collect();
    let pdf = pdf(&dossier);
    let images = told("pdfimages", &["-list"], &pdf);
    assert_eq!(images.lines().skip(2).count(), names.len(), "{images}");
    assert!(!text(&pdf, "shared").contains("kan ikke vises"));
}
