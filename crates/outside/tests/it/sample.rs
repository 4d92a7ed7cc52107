//! Dossiers to test with, and what other programs say of them.

use std::path::{Path, PathBuf};
use std::process::Command;

use jiff::Timestamp;
use outside::{Dossier, DossierWriter, Exhibit, Language, Line, Section};

pub const HASH: &str = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08";

pub fn made_at() -> Timestamp {
    "2026-11-23T09:30:00Z".parse().expect("a timestamp")
}

/// A screenshot of the demonstration's matters, such as `01-threat-in-comment-thread/screenshot-1.png`.
pub fn screenshot(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../examples/matters")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
}

pub fn exhibit(number: u32, picture: Option<Vec<u8>>) -> Exhibit {
    Exhibit {
        number,
        name: format!("skærmbillede {number}.png"),
        kind: "PNG-billede".into(),
        size: "214 kB (214.311 byte)".into(),
        sha256: HASH.into(),
        came: "Indsat på siden".into(),
        seen: "22. november 2026 kl. 21.14, ifølge anmelderen".into(),
        received: "23. november 2026 kl. 08.02".into(),
        source: "https://social.example/grupper/borgere-i-ostby/indlaeg/4471".into(),
        sent_by: "Anmelderen".into(),
        corroboration: "Ét vidne".into(),
        picture,
        alt: "Kommentartråd fra en offentlig gruppe".into(),
        text: None,
    }
}

pub fn line(n: usize) -> Line {
    Line {
        when: format!("23. nov. 2026 kl. {:02}.{:02}", 8 + n / 60 % 12, n % 60),
        who: if n.is_multiple_of(3) {
            "Leder, Østby Bibliotek".into()
        } else {
            "Personalejurist".into()
        },
        what: format!("Indførsel {n}: sagen er modtaget, og den berørte medarbejder er kontaktet om støtte."),
    }
}

pub fn dossier(language: Language) -> Dossier {
    let section = |heading: &str, text: &str| Section {
        heading: heading.into(),
        paragraphs: text.split('|').map(Into::into).collect(),
    };
    Dossier {
        language,
        municipality: "Østby Kommune".into(),
        number: "2026-0001".into(),
        title: "Trussel i en kommentartråd".into(),
        drawer: "Sagen".into(),
        made: "23. november 2026 kl. 10.30".into(),
        facts: vec![
            ("Enhed".into(), "Østby Bibliotek".into()),
            ("Medie".into(), "Sociale medier".into()),
            ("Modtaget".into(), "23. november 2026 kl. 08.02".into()),
            ("Stade".into(), "Lukket 4. december 2026".into()),
        ],
        summary: vec![
            "En bruger skrev den 22. november 2026 to kommentarer om en navngiven medarbejder. Æ, ø og å."
                .into(),
            "Personalejuristen har vurderet dem hver for sig.".into(),
        ],
        assessment: vec![
            section(
                "Udsagn 1",
                "Udsagnet angår kommunens lukning af en filial.|Det er lovlig kritik.",
            ),
            section("Udsagn 2", "Udsagnet er rettet mod personen og truer med vold."),
        ],
        contacts: vec![section(
            "23. november 2026, telefon",
            "Afsenderen blev ringet op. Aftalt opfølgning på mail.",
        )],
        chronology: (1..=8).map(line).collect(),
        exhibits: vec![
            exhibit(
                1,
                Some(screenshot("01-threat-in-comment-thread/screenshot-1.png")),
            ),
            exhibit(
                2,
                Some(screenshot("01-threat-in-comment-thread/screenshot-2.png")),
            ),
            Exhibit {
                name: "besked.txt".into(),
                kind: "Ren tekst".into(),
                text: Some("Hej\n\nJeg ved, hvor du bor.\n\n-- \nSendt fra min telefon".into()),
                ..exhibit(3, None)
            },
        ],
        proof: vec![
            format!("Journalens hoved (indførsel 8):\n{HASH}"),
            format!("Seglets rod af 23. november 2026:\n{HASH}"),
        ],
    }
}

pub fn pdf(dossier: &Dossier) -> Vec<u8> {
    DossierWriter::new().render(dossier, made_at()).expect("rendered")
}

/// The words of a PDF as poppler reads them. `VAERN_KEEP=DIR` keeps the file to look at.
pub fn text(pdf: &[u8], name: &str) -> String {
    let (_dir, path) = file(pdf, name);
    let out = run(Command::new("pdftotext")
        .args(["-enc", "UTF-8", "-layout"])
        .arg(&path)
        .arg("-"));
    String::from_utf8(out).expect("UTF-8")
}

/// What a poppler or qpdf command says of a PDF; it must end well.
pub fn told(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let (_dir, path) = file(pdf, "told");
    String::from_utf8_lossy(&run(Command::new(program).args(arguments).arg(path))).into_owned()
}

fn file(pdf: &[u8], name: &str) -> (tempfile::TempDir, PathBuf) {
    let dir = tempfile::tempdir().expect("a folder");
    let path = dir.path().join("dossier.pdf");
    std::fs::write(&path, pdf).expect("written");
    if let Some(keep) = std::env::var_os("VAERN_KEEP") {
        std::fs::write(Path::new(&keep).join(format!("{name}.pdf")), pdf).expect("kept");
    }
    (dir, path)
}

fn run(command: &mut Command) -> Vec<u8> {
    let out = command
        .output()
        .unwrap_or_else(|e| panic!("{command:?}: {e} (apt install poppler-utils qpdf)"));
    let said = String::from_utf8_lossy(&out.stderr);
    assert!(
        out.status.success(),
        "{command:?}: {said}{}",
        String::from_utf8_lossy(&out.stdout)
    );
    out.stdout
}
