//! Every fixed word of the dossier, in one table.

use std::collections::BTreeMap;

use super::Language;

/// Key, Danish, English. `{n}`, `{of}` and `{drawer}` are filled in by the template.
const TABLE: &[(&str, &str, &str)] = &[
    ("dossier", "Dossier", "Dossier"),
    ("case", "Sag", "Case"),
    ("drawer", "Delmappe", "Drawer"),
    ("made", "Dannet", "Made"),
    ("page", "Side {n} af {of}", "Page {n} of {of}"),
    ("about", "Om dette dokument", "About this document"),
    (
        "what",
        "Dokumentet gengiver sagen, som den står i journalen: hvad der skete hvornår, de nummererede bilag, \
         vurderingen, kontakten til afsenderen og det, der skal til for at efterprøve det hele. Det hører til en \
         pakke, hvor originalerne ligger uændrede. Dokumentet er til at læse; originalerne er beviset.",
        "This document renders the case as it stands in the journal: what happened when, the numbered exhibits, \
         the assessment, the contact with the originator, and what it takes to check it all. It belongs to a bag \
         in which the originals lie unchanged. The document is for reading; the originals are the evidence.",
    ),
    (
        "whom",
        "Det er skrevet til dem, der behandler sagen, og til myndigheder, som får den forelagt. Det omfatter alene \
         delmappen »{drawer}«.",
        "It is written for those who handle the case and for authorities to whom it is put. It covers the drawer \
         “{drawer}” alone.",
    ),
    (
        "originator",
        "Afsenderen kan få adgang til at læse dette dokument.",
        "The originator may come to read this document.",
    ),
    ("contents", "Indhold", "Contents"),
    ("summary", "Sagen kort", "The case in brief"),
    ("chronology", "Forløb", "Chronology"),
    ("when", "Tidspunkt", "Time"),
    ("who", "Hvem", "Who"),
    ("what_happened", "Hvad", "What"),
    ("exhibits", "Bilag", "Exhibits"),
    ("exhibit", "Bilag {n}", "Exhibit {n}"),
    (
        "part",
        "Bilag {n}, del {part} af {of}",
        "Exhibit {n}, part {part} of {of}",
    ),
    (
        "picture_alt",
        "Billedet i bilag {n}",
        "The picture in exhibit {n}",
    ),
    ("part_alt", "del {part} af {of}", "part {part} of {of}"),
    ("name", "Navn", "Name"),
    ("kind", "Type", "Type"),
    ("size", "Størrelse", "Size"),
    ("sha256", "SHA-256", "SHA-256"),
    ("came", "Kom ind som", "Came as"),
    ("seen", "Set", "Seen"),
    ("received", "Modtaget", "Received"),
    ("source", "Kilde", "Source"),
    ("sent_by", "Indsendt af", "Sent in by"),
    ("corroboration", "Bekræftelse", "Corroboration"),
    ("text", "Læsbar tekst", "Readable text"),
    (
        "reduced",
        "Billedet er en gengivelse til læsning. Originalen ligger uændret i pakken.",
        "The picture is a rendering for reading. The original lies unchanged in the bag.",
    ),
    (
        "split",
        "Billedet er langt og derfor delt; delene overlapper lidt.",
        "The picture is long and therefore split; the parts overlap a little.",
    ),
    (
        "cut",
        "Billedet er for langt til at vises helt; her er begyndelsen. Resten ses i originalen i pakken.",
        "The picture is too long to be shown whole; this is its beginning. The rest is in the original in the bag.",
    ),
    (
        "unshown",
        "Billedet kan ikke vises her. Originalen ligger uændret i pakken og kan kendes på sin SHA-256.",
        "The picture can't be shown here. The original lies unchanged in the bag and is known by its SHA-256.",
    ),
    (
        "text_cut",
        "Teksten er længere end her vist. Den ligger hel i originalen i pakken.",
        "The text is longer than shown here. It is whole in the original in the bag.",
    ),
    (
        "replaced",
        "Tegnet \u{FFFD} står for et tegn, som dokumentets skrifttyper ikke har (for eksempel en emoji). Originalerne \
         og journalen i pakken har det rigtige tegn.",
        "The sign \u{FFFD} stands for a character that the fonts of this document lack (an emoji, for instance). The \
         originals and the journal in the bag have the right one.",
    ),
    ("assessment", "Vurdering", "Assessment"),
    (
        "no_assessment",
        "Der er ikke ført en vurdering til journalen.",
        "No assessment has been entered in the journal.",
    ),
    ("contacts", "Kontakt", "Contact"),
    (
        "no_contacts",
        "Der er ikke ført nogen kontakt til journalen.",
        "No contact has been entered in the journal.",
    ),
    (
        "no_chronology",
        "Journalen har ingen indførsler.",
        "The journal has no entries.",
    ),
    ("proof", "Bevis og efterprøvning", "Proof and how to check it"),
    (
        "proof_intro",
        "Hvert bilag er forseglet, da det kom ind, og hver journalindførsel bygger på den forrige. Derfor kan enhver \
         efterprøve pakken uden at stole på kommunens system.",
        "Each exhibit was sealed when it came in, and each journal entry builds on the one before. So anybody can \
         check the bag without trusting the municipality's system.",
    ),
    ("proof_values", "Denne pakkes værdier", "The values of this bag"),
    ("check", "Sådan efterprøves pakken", "How to check the bag"),
    (
        "check_unpack",
        "Pak zip-filen ud, og gå ind i den mappe, som den indeholder. Beregn filernes SHA-256 med et almindeligt \
         værktøj; hver fil skal melde OK:",
        "Unpack the zip file and go into the folder that it holds. Compute the files' SHA-256 with an ordinary \
         tool; each file must say OK:",
    ),
    (
        "check_bag",
        "Pakken følger BagIt 1.0 (RFC 8493). Kontrollér, at intet mangler, og at intet er kommet til:",
        "The bag follows BagIt 1.0 (RFC 8493). Check that nothing is missing and nothing was added:",
    ),
    (
        "check_vaern",
        "Kontrollér alt på én gang, også journalens kæde, seglet og underskriften. Det kræver ingen forbindelse til \
         kommunens system:",
        "Check everything at once, with the journal's chain, the seal and the signature. It needs no connection to \
         the municipality's system:",
    ),
    (
        "check_one",
        "Et enkelt bilag kan også kendes for sig: dets SHA-256 er den, der står ved bilaget i dette dokument.",
        "A single exhibit can also be known by itself: its SHA-256 is the one beside the exhibit in this document.",
    ),
    ("bag_file", "pakke.zip", "bag.zip"),
];

/// The labels in one language, by key.
pub(crate) fn of(language: Language) -> BTreeMap<&'static str, &'static str> {
    TABLE
        .iter()
        .map(|(key, danish, english)| match language {
            Language::Danish => (*key, *danish),
            Language::English => (*key, *english),
        })
        .collect()
}
