//! Letters in both languages: whole, and without a word of what was told.

use app::MailReceipt;
use app::dossier::Composer as _;
use domain::ids::CaseNumber;
use domain::language::Language;
use web::Words;

fn receipt(language: Language, added: bool, received: bool) -> MailReceipt {
    let now: jiff::Zoned = "2026-10-12T19:47:00+02:00[Europe/Copenhagen]"
        .parse()
        .expect("a time");
    MailReceipt {
        language,
        due: (!received).then(|| now.timestamp()),
        now,
        municipality: "Fjordby Kommune".into(),
        to: "Mette Ravn".into(),
        number: CaseNumber::parse("2026-0001").expect("a number"),
        owner: "Vibeke Holst".into(),
        received,
        exhibits: 3,
        added,
        link: Some("https://vaern.fjordby.example/cases/2026-0001".into()),
    }
}

#[test]
fn a_receipt_says_who_has_it_and_that_nothing_more_is_asked() {
    let written = Words.receipt(&receipt(Language::Da, false, false));
    assert_eq!(written.subject, "Vi har modtaget din e-mail (sag 2026-0001)");
    println!("{}", written.text);
    for part in [
        "Hej Mette Ravn\n",
        "Nu er det vores opgave",
        "Vibeke Holst tager imod sagen senest",
        "er blevet til 3 bilag",
        "Ring 112",
        "svar på denne e-mail",
        "https://vaern.fjordby.example/cases/2026-0001\n",
        "Fjordby Kommune\n",
    ] {
        assert!(written.text.contains(part), "{part}: {}", written.text);
    }
}

#[test]
fn every_receipt_is_whole_in_both_languages() {
    for language in [Language::Da, Language::En] {
        for (added, received) in [(false, false), (true, false), (true, true), (false, true)] {
            let written = Words.receipt(&receipt(language, added, received));
            let all = format!("{}{}", written.subject, written.text);
            assert!(!all.contains('⟦') && !all.contains('{'), "{all}");
            assert!(all.contains("2026-0001") && all.contains("Vibeke Holst"), "{all}");
        }
    }
}
