//! What stands in the place of a page is told from a page.

use domain::seen::{Look, Seen, seen};
use rstest::rstest;

const ASKED: &str = "https://forum.example/traad/7";

fn look() -> Look<'static> {
    Look {
        asked: ASKED,
        url: ASKED,
        status: Some(200),
        is_page: true,
        title: "Om kommunen",
        text: "Sagsbehandleren i Fjordby er en løgner. Skriv selv til hende!",
        ..Look::default()
    }
}

#[test]
fn a_page_is_a_page() {
    assert_eq!(seen(&look()), Seen::Page);
}

#[rstest]
#[case(None, Seen::Unreached)]
#[case(Some(404), Seen::NotFound)]
#[case(Some(410), Seen::Removed)]
#[case(Some(451), Seen::Removed)]
#[case(Some(401), Seen::LoginWall)]
#[case(Some(403), Seen::Refused)]
#[case(Some(429), Seen::Refused)]
#[case(Some(999), Seen::Failed)]
#[case(Some(500), Seen::Failed)]
#[case(Some(503), Seen::Failed)]
fn the_status_says_it(#[case] status: Option<u16>, #[case] what: Seen) {
    assert_eq!(seen(&Look { status, ..look() }), what);
}

#[rstest]
#[case("https://www.facebook.com/login/?next=x", Seen::LoginWall)]
#[case("https://www.linkedin.com/authwall?trk=x", Seen::LoginWall)]
#[case("https://www.instagram.com/accounts/login/?next=x", Seen::LoginWall)]
#[case("https://x.com/i/flow/login", Seen::LoginWall)]
#[case("https://forum.example/login.php?til=traad", Seen::LoginWall)]
#[case("https://login.forum.example/", Seen::LoginWall)]
#[case("https://consent.youtube.com/m?continue=x", Seen::Consent)]
#[case("https://forum.example/consent/?til=traad", Seen::Consent)]
#[case("https://forum.example/loginproblemer/7", Seen::Page)]
fn the_address_that_it_led_to_says_it(#[case] url: &str, #[case] what: Seen) {
    assert_eq!(seen(&Look { url, ..look() }), what, "{url}");
}

#[test]
fn whoever_asked_for_a_login_page_got_the_page() {
    let url = "https://forum.example/login";
    assert_eq!(
        seen(&Look {
            asked: url,
            url,
            ..look()
        }),
        Seen::Page
    );
}

#[rstest]
#[case("Du skal logge ind for at se opslaget", Seen::LoginWall)]
#[case("LOG\u{a0}IND   eller opret en konto for at se mere", Seen::LoginWall)]
#[case("This content isn\u{2019}t available right now", Seen::Removed)]
#[case("Dette indhold er ikke tilgængeligt lige nu", Seen::Removed)]
#[case("Opslaget er blevet slettet af forfatteren", Seen::Removed)]
#[case("Siden findes ikke", Seen::NotFound)]
#[case("Checking your browser before you go on", Seen::Refused)]
#[case("Før du fortsætter til siden", Seen::Consent)]
fn few_words_say_it(#[case] text: &str, #[case] what: Seen) {
    assert_eq!(seen(&Look { text, ..look() }), what, "{text}");
}

#[test]
fn many_words_with_such_a_sentence_among_them_are_a_page() {
    let text = format!(
        "{}. Du skal logge ind for at svare. Et svar er blevet slettet.",
        "Hun lyver altid ".repeat(100)
    );
    assert_eq!(
        seen(&Look {
            text: &text,
            ..look()
        }),
        Seen::Page
    );
    let title = "Opslaget er blevet slettet";
    assert_eq!(
        seen(&Look {
            title,
            text: &text,
            ..look()
        }),
        Seen::Removed
    );
}

#[test]
fn what_lies_over_the_page_says_it_also_over_many_words() {
    let text = "Hun lyver altid ".repeat(200);
    let over = |over| {
        seen(&Look {
            text: &text,
            over,
            ..look()
        })
    };
    assert_eq!(over("Vi bruger cookies. Accepter alle / Afvis"), Seen::CookieWall);
    assert_eq!(
        over("Log ind eller opret en konto for at se mere fra Jimmi"),
        Seen::LoginWall
    );
    assert_eq!(over("Tilmeld dig nyhedsbrevet"), Seen::Page);
}

#[test]
fn a_password_field_makes_a_wall_of_few_words_and_of_a_forbidden_page() {
    let text = "Brugernavn Adgangskode Fortsæt";
    assert_eq!(
        seen(&Look {
            text,
            password: true,
            ..look()
        }),
        Seen::LoginWall
    );
    assert_eq!(
        seen(&Look {
            status: Some(403),
            password: true,
            ..look()
        }),
        Seen::LoginWall
    );
    let long = "Hun lyver altid ".repeat(200);
    assert_eq!(
        seen(&Look {
            text: &long,
            password: true,
            ..look()
        }),
        Seen::Page
    );
}

#[test]
fn what_is_no_page_is_a_file_and_a_missing_one_is_missing() {
    let file = Look {
        is_page: false,
        text: "",
        ..look()
    };
    assert_eq!(seen(&file), Seen::File);
    assert_eq!(
        seen(&Look {
            status: Some(404),
            ..file
        }),
        Seen::NotFound
    );
}

#[test]
fn only_what_can_be_on_the_picture_can_bear_anything_out() {
    let may: Vec<Seen> = Seen::ALL
        .iter()
        .copied()
        .filter(|seen| seen.may_show_it())
        .collect();
    assert_eq!(may, [Seen::Page, Seen::File, Seen::LoginWall, Seen::CookieWall]);
}
