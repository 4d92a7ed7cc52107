//! What the extension says of a page is kept as it was said, within bounds.

use crate::harness::{at, exhibit};
use domain::case::{Arrival, Capture, Event, Exhibit, PageTime, Refusal};
use rstest::rstest;

/// A page with one time of its own.
pub fn captured() -> Capture {
    Capture {
        url: "https://forum.example/traad/7?side=2#svar-3".into(),
        title: "Om kommunen".into(),
        at: at("2026-10-12 19:42"),
        times: vec![time("2026-10-12T08:00:00+02:00")],
        more_times: 0,
        cut: false,
        missing: 0,
    }
}

/// The picture of it, sealed.
pub fn sealed() -> Event {
    Event::ExhibitSealed(Exhibit {
        arrival: Arrival::Extension,
        capture: Some(captured()),
        ..exhibit(3, "p11")
    })
}

fn time(value: &str) -> PageTime {
    PageTime {
        mark: "time".into(),
        value: value.into(),
        text: "for 11 timer siden".into(),
    }
}

fn problem(change: impl FnOnce(&mut Capture)) -> Option<&'static str> {
    let mut capture = captured();
    change(&mut capture);
    match capture.checked() {
        Ok(_) => None,
        Err(Refusal::Invalid { field, problem }) => {
            assert_eq!(field, "exhibit");
            Some(problem)
        }
        Err(other) => panic!("{other:?}"),
    }
}

#[test]
fn what_is_in_order_is_kept_word_for_word() {
    assert_eq!(captured().checked(), Ok(captured()));
    assert_eq!(
        problem(|capture| capture.title.clear()),
        None,
        "pages have no title"
    );
    let many = |capture: &mut Capture| capture.times = vec![time("x"); 50];
    assert_eq!(problem(many), None);
}

#[rstest]
#[case::no_address(|capture: &mut Capture| capture.url.clear(), "not-a-web-address")]
#[case::a_file(|capture: &mut Capture| capture.url = "file:///C:/x.html".into(), "not-a-web-address")]
#[case::an_endless_title(|capture: &mut Capture| capture.title = "x".repeat(501), "too-long")]
#[case::a_bell(|capture: &mut Capture| capture.title = "x\u{7}".into(), "control-characters")]
#[case::an_endless_time(|capture: &mut Capture| capture.times[0].value = "x".repeat(201), "too-long")]
#[case::too_many_times(|capture: &mut Capture| capture.times = vec![time("x"); 51], "too-many")]
fn what_the_extension_would_never_say_is_refused(#[case] change: fn(&mut Capture), #[case] said: &str) {
    assert_eq!(problem(change), Some(said));
}
