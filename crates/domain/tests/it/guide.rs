//! The guide: what can't be published, and by whom.

use domain::case::Actor;
use domain::guide::*;
use domain::ids::PersonId;
use domain::language::Language::{self, Da, En};
use domain::procedure::{self, Procedure, Term};
use domain::vocabulary::{DutyKind, Role};
use jiff::Timestamp;
use rstest::rstest;
use std::collections::BTreeSet;

fn procedure() -> Procedure {
    Procedure::parse(procedure::DEFAULT).expect("a procedure")
}

fn duties() -> String {
    let names: Vec<&str> = DutyKind::ALL.iter().map(|duty| duty.name()).collect();
    names.join(",")
}

/// A guide of one chapter in which everything is as it should be, with `more` at the end of the Danish text.
fn guide(more: &str) -> Content {
    let text = |title: &str| {
        format!(
            "# {title} {{#start}}\n\n## Det første {{#first duty={} role=manager card=manager}}\n\nTekst.\n",
            duties()
        )
    };
    let mut content = Content::default();
    content
        .texts
        .insert(Key::new("01-start", Da), text("Begynd") + more);
    content.texts.insert(Key::new("01-start", En), text("Begin"));
    content.texts.insert(
        Key::new(VARIABLES, Da),
        "hr_phone = \"12 34 56 78\"\noffice = { da = \"Rådhuset\", en = \"Town Hall\" }\n".into(),
    );
    content.pictures.insert("phone.svg".into());
    content
}

fn faults(content: &Content) -> Vec<(usize, Problem)> {
    let found = check(content, &Variables::of(content, &procedure()));
    found
        .into_iter()
        .map(|fault| (fault.line, fault.problem))
        .collect()
}

#[test]
fn a_whole_guide_has_no_fault() {
    let more = "\nSe [det første](#first) og [kapitlet](#start), ring {{hr_phone}}, senest {{due.police}}.\n\n\
        ![En telefon](pictures/phone.svg)\n\n[Skriv](mailto:hr@eksempel.dk)\n";
    assert_eq!(faults(&guide(more)), []);
}

#[rstest]
#[case::script("<script>alert(1)</script>", Problem::Html("<script>alert(1)</script>".into()))]
#[case::tag_in_text("Se <br> her", Problem::Html("<br>".into()))]
#[case::comment("<!-- skjult -->", Problem::Html("<!-- skjult -->".into()))]
#[case::outside("![x](https://example.com/x.png)", Problem::OutsidePicture("https://example.com/x.png".into()))]
#[case::data("![x](data:image/svg+xml,x)", Problem::OutsidePicture("data:image/svg+xml,x".into()))]
#[case::up("![x](pictures/../../x.svg)", Problem::OutsidePicture("pictures/../../x.svg".into()))]
#[case::no_picture("![x](pictures/none.svg)", Problem::UnknownPicture("none.svg".into()))]
#[case::no_alt("![](pictures/phone.svg)", Problem::NoAlt("phone.svg".into()))]
#[case::broken("[x](#nowhere)", Problem::BrokenLink("nowhere".into()))]
#[case::scheme("[x](javascript:alert(1))", Problem::BadLink("javascript:alert(1)".into()))]
#[case::relative("[x](../secret)", Problem::BadLink("../secret".into()))]
#[case::variable("Ring {{nobody}}", Problem::UnknownVariable("nobody".into()))]
#[case::variable_in_link("[x](tel:{{nobody}})", Problem::UnknownVariable("nobody".into()))]
#[case::duty_term("{{due.nothing}}", Problem::UnknownVariable("due.nothing".into()))]
#[case::open("Ring {{hr_phone", Problem::OpenVariable)]
#[case::control("a\u{1}b", Problem::ControlCharacters)]
fn what_is_wrong_in_a_text_is_named_with_its_line(#[case] text: &str, #[case] problem: Problem) {
    // Line 6 is the line after the paragraph and an empty one.
    assert_eq!(faults(&guide(&format!("\n{text}\n")))[0], (7, problem));
}

#[rstest]
#[case::no_anchor("## Uden navn", Problem::NoAnchor("Uden navn".into()))]
#[case::taken_anchor("## X {#editions}", Problem::TakenAnchor("editions".into()))]
#[case::bad_anchor("## X {#Æble}", Problem::BadAnchor("Æble".into()))]
#[case::again("## X {#first}", Problem::SameAnchor { anchor: "first".into(), other: "01-start".into() })]
#[case::attribute("## X {#x who=me}", Problem::UnknownAttribute("who=me".into()))]
#[case::role("## X {#x role=boss}", Problem::UnknownReader("boss".into()))]
#[case::duty("## X {#x duty=recieve}", Problem::UnknownDuty("recieve".into()))]
#[case::platform("## X {#x platform=myspace}", Problem::UnknownPlatform("myspace".into()))]
#[case::device("## X {#x device=nokia}", Problem::UnknownDevice("nokia".into()))]
#[case::second_title("# Anden {#x}", Problem::SecondTitle)]
#[case::only_here("## X {#x}", Problem::OnlyHere("x".into()))]
fn what_is_wrong_in_a_heading_is_named(#[case] heading: &str, #[case] problem: Problem) {
    let found = faults(&guide(&format!("\n{heading}\n\nTekst.\n")));
    assert!(found.contains(&(7, problem)), "{found:?}");
}

#[test]
fn a_chapter_without_a_title_a_duty_without_a_paragraph_and_a_guide_without_chapters_are_named() {
    let mut content = guide("");
    content.texts.insert(Key::new("02-x", Da), "Kun tekst\n".into());
    assert!(faults(&content).contains(&(1, Problem::NoTitle)));
    let mut content = guide("");
    for text in content.texts.values_mut() {
        *text = text.replace(",close", "");
    }
    assert_eq!(faults(&content).len(), 2, "in each language");
    assert_eq!(
        faults(&content)[0],
        (0, Problem::DutyUnexplained(DutyKind::Close))
    );
    assert!(faults(&Content::default()).contains(&(0, Problem::Empty)));
}

#[test]
fn languages_must_agree_on_what_a_paragraph_is_for() {
    let mut content = guide("");
    let english = content.texts.get_mut(&Key::new("01-start", En)).expect("a text");
    *english = english.replace("role=manager", "role=hr");
    assert_eq!(faults(&content), [(3, Problem::OtherAttributes("first".into()))]);
}

#[test]
fn two_megabytes_are_refused_unread_and_nesting_has_a_bottom() {
    let mut content = guide("");
    content.texts.insert(Key::new("02-x", Da), "a ".repeat(1_000_000));
    assert!(faults(&content).contains(&(0, Problem::TooLarge(2_000_000))));
    let deep = format!("\n{} x\n", "> ".repeat(50_000));
    assert!(
        faults(&guide(&deep))
            .iter()
            .any(|(_, problem)| *problem == Problem::TooDeep)
    );
    let stars = format!("\n{}x{}\n", "*".repeat(60_000), "*".repeat(60_000));
    assert!(
        faults(&guide(&stars))
            .iter()
            .any(|(_, problem)| *problem == Problem::TooDeep)
    );
}

#[test]
fn bad_names_and_numbers_are_named_with_their_line() {
    let mut content = guide("");
    content
        .texts
        .insert(Key::new(VARIABLES, Da), "a = \"x\"\nb = \n".into());
    let found = check(&content, &Variables::of(&content, &procedure()));
    let shown = found[0].message(Da);
    assert!(shown.starts_with("guide.toml, linje 2: "), "{shown}");
}

#[test]
fn every_fault_says_where_and_what_in_both_languages() {
    let fault = Fault {
        text: Da,
        chapter: "03-at-ske".into(),
        line: 12,
        problem: Problem::BrokenLink("x".into()),
    };
    assert_eq!(
        fault.message(Da),
        "da/03-at-ske.md, linje 12: Linket til »#x« fører ingen steder hen"
    );
    assert_eq!(
        fault.message(En),
        "da/03-at-ske.md, line 12: The link to “#x” leads nowhere"
    );
}

#[test]
fn terms_and_names_are_filled_in_from_the_procedure_and_the_municipality() {
    let content = guide(
        "\nSenest {{due.receive}}, ved fare {{due.receive.acute}}; {{due.police}}. {{hr_phone}}, {{office}} i {{municipality}}\n",
    );
    let book = content.book(Da, &Variables::of(&content, &procedure()));
    let (_, section) = book.section("first").expect("a paragraph");
    let Some(Block::Paragraph { text }) = section.blocks.last() else {
        panic!("{section:?}")
    };
    assert_eq!(
        plain(text),
        "Senest samme arbejdsdag, ved fare 1 time; 72 timer. 12 34 56 78, Rådhuset i Fjordby Kommune"
    );
    let variables = Variables::of(&content, &procedure());
    assert_eq!(variables.get("office", En), Some("Town Hall"));
}

#[rstest]
#[case(Term::Hours(2), "2 timer", "2 hours")]
#[case(Term::Days(14), "14 dage", "14 days")]
#[case(Term::Weeks(1), "1 uge", "1 week")]
#[case(Term::Months(3), "3 måneder", "3 months")]
#[case(Term::WorkingDays(1), "1 arbejdsdag", "1 working day")]
#[case(Term::WorkingDays(0), "samme arbejdsdag", "the same working day")]
fn terms_in_words(#[case] term: Term, #[case] da: &str, #[case] en: &str) {
    assert_eq!(
        (term_in_words(term, Da).as_str(), term_in_words(term, En).as_str()),
        (da, en)
    );
}

#[test]
fn duties_platforms_and_cards_find_their_paragraphs() {
    let more = "\n## Facebook på telefon {#facebook platform=facebook,messenger device=iphone}\n\n- [ ] a\n- [ ] b\n";
    let content = guide(more);
    let book = content.book(Da, &Variables::default());
    assert_eq!(book.on_duty(DutyKind::Care).expect("one").anchor, "first");
    assert_eq!(
        book.on_platform(Platform::Messenger).expect("one").anchor,
        "facebook"
    );
    assert_eq!(book.on_device(Device::Iphone).expect("one").anchor, "facebook");
    assert_eq!(book.card(Reader::Manager).len(), 1);
    assert_eq!(book.section("facebook").expect("one").1.blocks[0].tasks(), 2);
    assert_eq!(book.chapter("start").expect("one").title, "Begynd");
}

#[rstest]
#[case("Facebook Messenger", Some(Platform::Messenger))]
#[case(" FB ", Some(Platform::Facebook))]
#[case("Twitter", Some(Platform::X))]
#[case("Google anmeldelser", Some(Platform::GoogleReviews))]
#[case("Xbox", None)]
#[case("", None)]
fn platforms_are_known_by_peoples_own_words(#[case] said: &str, #[case] platform: Option<Platform>) {
    assert_eq!(Platform::named(said), platform);
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a time")
}

fn person(id: &str) -> Actor {
    Actor::Person(PersonId::new(id))
}

fn draft() -> Edition {
    Edition {
        number: 1,
        state: EditionState::Draft,
        revision: 4,
        changed_by: person("p04"),
        changed_at: at(0),
        approved: None,
        published: None,
        procedure: None,
    }
}

fn by(id: &str, reason: &str) -> Approval {
    Approval {
        by: PersonId::new(id),
        at: at(1),
        size: Size::Major,
        reason: reason.into(),
    }
}

fn approved() -> Edition {
    approve(&draft(), 4, &guide(""), &procedure(), by("p07", "Første udgave")).expect("approved")
}

#[test]
fn a_draft_is_approved_by_another_and_then_published() {
    let edition = approved();
    assert_eq!(edition.state, EditionState::Approved);
    let edition = publish(&edition, &guide(""), &procedure(), &person("p04"), at(2)).expect("published");
    assert_eq!(edition.state, EditionState::Published);
    assert_eq!(edition.procedure.as_deref(), Some("2026-1"));
    assert_eq!(edition.published, Some((person("p04"), at(2))));
}

#[test]
fn nothing_is_published_without_an_approver_nor_approved_by_who_wrote_it() {
    let (content, procedure) = (guide(""), procedure());
    assert_eq!(
        publish(&draft(), &content, &procedure, &person("p07"), at(2)),
        Err(Refused::NotApproved)
    );
    assert_eq!(
        approve(&draft(), 4, &content, &procedure, by("p04", "x")),
        Err(Refused::OwnWork)
    );
    assert_eq!(
        approve(&draft(), 3, &content, &procedure, by("p07", "x")),
        Err(Refused::Changed)
    );
    let no_reason = approve(&draft(), 4, &content, &procedure, by("p07", " "));
    assert!(
        matches!(
            no_reason,
            Err(Refused::Field {
                field: "reason",
                problem: "required"
            })
        ),
        "{no_reason:?}"
    );
}

#[test]
fn faults_stop_approval_and_a_procedure_that_changed_stops_publication() {
    let broken = guide("\n[x](#nowhere)\n");
    let refused = approve(&draft(), 4, &broken, &procedure(), by("p07", "x"));
    assert!(
        matches!(&refused, Err(Refused::Faults(faults)) if faults.len() == 1),
        "{refused:?}"
    );
    let refused = publish(&approved(), &broken, &procedure(), &person("p07"), at(2));
    assert!(matches!(refused, Err(Refused::Faults(_))));
}

#[test]
fn a_change_takes_the_approval_back_and_nothing_changes_what_is_published() {
    let changed = save(&approved(), &person("p07"), at(3)).expect("saved");
    assert_eq!(
        (changed.state, changed.revision, changed.approved),
        (EditionState::Draft, 5, None)
    );
    let published = publish(&approved(), &guide(""), &procedure(), &person("p04"), at(2)).expect("published");
    assert_eq!(save(&published, &person("p04"), at(3)), Err(Refused::Published));
    assert_eq!(
        approve(&published, 4, &guide(""), &procedure(), by("p07", "x")),
        Err(Refused::Published)
    );
    assert_eq!(
        publish(&published, &guide(""), &procedure(), &person("p04"), at(3)),
        Err(Refused::Published)
    );
}

#[test]
fn the_edition_in_force_is_the_last_that_was_published_by_then() {
    let published = |number, at| Edition {
        number,
        state: EditionState::Published,
        published: Some((Actor::Operator, at)),
        ..draft()
    };
    let all = [
        published(1, at(10)),
        published(2, at(20)),
        Edition { number: 3, ..draft() },
    ];
    let number = |when| in_force(&all, when).map(|edition| edition.number);
    assert_eq!(
        [number(at(9)), number(at(10)), number(at(19)), number(at(99))],
        [None, Some(1), Some(1), Some(2)]
    );
}

#[test]
fn hr_and_safety_may_edit_and_nobody_else() {
    let may: Vec<&Role> = Role::ALL
        .iter()
        .filter(|role| may_edit(&[**role].into()))
        .collect();
    assert_eq!(may, [&Role::Hr, &Role::Safety]);
    assert_eq!(Language::ALL.len(), 2);
}

const DRAWING: &str =
    r##"<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 10 10"><use href="#a"/></svg>"##;

#[rstest]
#[case::drawing("a.svg", DRAWING.as_bytes(), Ok("image/svg+xml"))]
#[case::png("a.png", b"\x89PNG\r\n\x1a\n", Ok("image/png"))]
#[case::lie("a.png", DRAWING.as_bytes(), Err(PictureFault::Content))]
#[case::gif("a.gif", b"GIF89a", Err(PictureFault::Name))]
#[case::path("../a.svg", DRAWING.as_bytes(), Err(PictureFault::Name))]
#[case::script("a.svg", b"<svg><script>alert(1)</script></svg>", Err(PictureFault::Active))]
#[case::event("a.svg", b"<svg onload=\"alert(1)\"></svg>", Err(PictureFault::Active))]
#[case::event_in_slashes("a.svg", b"<svg/onload=alert(1)></svg>", Err(PictureFault::Active))]
#[case::elsewhere(
    "a.svg",
    b"<svg><image href='https://example.com/x.png'/></svg>",
    Err(PictureFault::Active)
)]
#[case::beside(
    "a.svg",
    b"<svg><image xlink:href = \"x.png\"/></svg>",
    Err(PictureFault::Active)
)]
#[case::entity(
    "a.svg",
    b"<!DOCTYPE svg [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><svg>&x;</svg>",
    Err(PictureFault::Active)
)]
#[case::not_one("a.svg", b"hello", Err(PictureFault::Content))]
fn only_pictures_that_just_are_pictures_are_taken(
    #[case] name: &str,
    #[case] bytes: &[u8],
    #[case] expected: Result<&str, PictureFault>,
) {
    assert_eq!(picture(name, bytes), expected);
    let large = DRAWING.replace("<use", &format!("{}<use", " ".repeat(PICTURE_LIMIT)));
    assert_eq!(picture("a.svg", large.as_bytes()), Err(PictureFault::TooLarge));
}

/// The guide that comes along, as it is read: the first line of each chapter's file in both languages.
fn own_chapters(language: &str) -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/guide/").to_owned() + language;
    let mut found: Vec<_> = std::fs::read_dir(folder)
        .unwrap()
        .map(|file| {
            let path = file.unwrap().path();
            let name = path.file_stem().unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).unwrap())
        })
        .collect();
    found.sort();
    found
}

#[test]
fn the_guide_that_comes_along_speaks_danish_without_english_words_and_blames_nobody() {
    // "gerningsmand" stands once, where it says that we don't use it.
    const NEVER: [&str; 22] = [
        "the",
        "and",
        "with",
        "your",
        "case",
        "report",
        "screenshot",
        "screenshots",
        "post",
        "posts",
        "account",
        "user",
        "online",
        "offline",
        "upload",
        "download",
        "login",
        "settings",
        "todo",
        "lorem",
        "offeret",
        "krænkeren",
    ];
    for (name, text) in own_chapters("da") {
        let words = text.to_lowercase();
        let words: BTreeSet<&str> = words.split(|c: char| !c.is_alphanumeric()).collect();
        for never in NEVER {
            assert!(!words.contains(never), "{name} says “{never}”");
        }
    }
}

/// How the four things that have to be in a picture are called, in each language.
const IN_THE_PICTURE: [(&str, [&str; 4]); 2] = [
    (
        "da",
        [
            "**Profilen:**",
            "**Adressen:**",
            "**Hele tråden:**",
            "**Tidspunktet:**",
        ],
    ),
    (
        "en",
        [
            "**The profile:**",
            "**The address:**",
            "**The whole thread:**",
            "**The time:**",
        ],
    ),
];

#[test]
fn every_place_and_every_device_has_a_drawing_and_every_place_says_where_the_four_things_are() {
    for (code, four) in IN_THE_PICTURE {
        let chapters = own_chapters(code);
        let (_, text) = chapters.iter().find(|(name, _)| name.starts_with("07")).unwrap();
        let paragraphs: Vec<&str> = text.split("\n## ").collect();
        let of = |word: String| {
            let found = paragraphs
                .iter()
                .find(|text| text.lines().next().unwrap().contains(&word));
            found
                .copied()
                .unwrap_or_else(|| panic!("{code}: nothing on {word}"))
        };
        let mut drawings = BTreeSet::new();
        for platform in Platform::ALL {
            let text = of(format!("platform={platform}}}"));
            // An e-mail is sent on, not pictured.
            if *platform != Platform::Email {
                let at: Vec<_> = four.iter().map(|word| text.find(word)).collect();
                assert!(at.is_sorted() && at[0].is_some(), "{code}: {platform}: {at:?}");
            }
            let drawing = text
                .split("](pictures/")
                .nth(1)
                .unwrap()
                .split(')')
                .next()
                .unwrap();
            assert!(
                drawings.insert(drawing),
                "{code}: {platform} has another's drawing"
            );
            let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/guide/pictures/");
            assert!(std::fs::exists(folder.to_owned() + drawing).unwrap(), "{drawing}");
        }
        for device in Device::ALL {
            assert!(
                of(format!("device={device}}}")).contains("](pictures/"),
                "{code}: {device}"
            );
        }
    }
}

#[test]
fn each_role_has_a_card_and_a_path_of_its_own_in_the_guide_that_comes_along() {
    let texts = ["da", "en"].into_iter().flat_map(|code| {
        let language = Language::parse(code).unwrap();
        own_chapters(code)
            .into_iter()
            .map(move |(name, text)| (Key::new(name, language), text))
    });
    let content = Content {
        texts: texts.collect(),
        pictures: BTreeSet::new(),
    };
    for language in [Language::Da, Language::En] {
        let book = content.book(language, &Variables::default());
        for reader in Reader::ALL.iter().copied() {
            assert!(!book.card(reader).is_empty(), "{reader} in {language:?}");
        }
        let manager = BTreeSet::from([Reader::Employee, Reader::Manager]);
        let path: Vec<_> = book
            .path(&manager)
            .iter()
            .map(|(_, section)| section.anchor.clone())
            .collect();
        assert!(
            path.contains(&"foerste-timer".to_owned()),
            "a manager reads the manager's: {path:?}"
        );
        let employee = BTreeSet::from([Reader::Employee]);
        let path: Vec<_> = book
            .path(&employee)
            .iter()
            .map(|(_, section)| section.anchor.clone())
            .collect();
        assert_eq!(path, ["fare", "dig", "kollega", "fire-ting"]);
    }
}
