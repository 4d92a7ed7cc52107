//! What becomes of an e-mail, rule by rule.

use crate::harness::{LONE, METTE, World, id};
use domain::ids::CaseNumber;
use domain::mail::{Check, Checks, Doubt, Fate, Letter, Marks, NoCase, Policy, fate};
use rstest::rstest;

const ADDRESS: &str = "mette.ravn@fjordby.example";

/// For as long as the tests run.
fn kept(texts: &[&str]) -> &'static [String] {
    Vec::leak(texts.iter().map(|text| (*text).to_owned()).collect())
}

/// A mail of Mette's that nothing speaks against; `change` makes it another.
fn decided(change: impl FnOnce(&mut Letter<'static>)) -> Fate {
    under(&Policy::default(), change)
}

fn under(policy: &Policy, change: impl FnOnce(&mut Letter<'static>)) -> Fate {
    let mut letter = Letter {
        from: kept(&[ADDRESS]),
        envelope: Some(ADDRESS),
        marks: Marks::default(),
        checks: Checks::NONE,
        answers: &[],
        forwarded_to: &[],
        today: 0,
    };
    change(&mut letter);
    fate(&letter, policy, &World::fjordby().organisation)
}

fn report(person: &str, about_me: bool) -> Fate {
    Fate::Report {
        reporter: id(person),
        about_me,
    }
}

#[test]
fn a_mail_of_an_employee_is_a_report() {
    assert_eq!(decided(|_| {}), report(METTE, false));
    assert_eq!(decided(|letter| letter.envelope = None), report(METTE, false));
    let shouted = kept(&["METTE.RAVN@FJORDBY.EXAMPLE"]);
    assert_eq!(decided(|letter| letter.from = shouted), report(METTE, false));
}

#[test]
fn what_was_sent_to_the_one_who_forwards_it_is_aimed_at_them() {
    let to_mette = kept(&["andre@example.org", ADDRESS]);
    assert_eq!(
        decided(|letter| letter.forwarded_to = to_mette),
        report(METTE, true)
    );
    let from_lone = decided(|letter| {
        letter.from = kept(&["lone.kvist@fjordby.example"]);
        letter.envelope = None;
        letter.forwarded_to = to_mette;
    });
    assert_eq!(
        from_lone,
        report(LONE, false),
        "a colleague's is not the sender's, and nobody is guessed"
    );
}

#[rstest]
#[case::nobody_here(&["jimmi.dahl@example.net"], Doubt::UnknownSender)]
#[case::nobody(&[], Doubt::NoOneSender)]
#[case::two(&[ADDRESS, "lone.kvist@fjordby.example"], Doubt::NoOneSender)]
fn who_is_not_one_employee_waits(#[case] from: &[&str], #[case] why: Doubt) {
    let decided = decided(|letter| {
        letter.from = kept(from);
        letter.envelope = letter.from.first().map(String::as_str);
    });
    assert_eq!(decided, Fate::Doubt(why));
}

#[test]
fn a_letter_in_another_envelope_waits() {
    let other = decided(|letter| letter.envelope = Some("jimmi.dahl@example.net"));
    assert_eq!(other, Fate::Doubt(Doubt::OtherEnvelope));
}

#[rstest]
#[case::dmarc_fails(Check::Pass, Check::Pass, Check::Fail, Some(Doubt::FailedCheck))]
#[case::dmarc_outweighs(Check::Fail, Check::Fail, Check::Pass, None)]
#[case::a_broken_signature(Check::Fail, Check::NotChecked, Check::None, Some(Doubt::FailedCheck))]
#[case::sent_from_elsewhere(Check::None, Check::Fail, Check::NotChecked, Some(Doubt::FailedCheck))]
#[case::the_names_did_not_answer(Check::Error, Check::Error, Check::Error, None)]
#[case::nothing_to_check(Check::None, Check::None, Check::None, None)]
fn who_fails_the_check_waits(
    #[case] dkim: Check,
    #[case] spf: Check,
    #[case] dmarc: Check,
    #[case] why: Option<Doubt>,
) {
    let checks = Checks { dkim, spf, dmarc };
    let expected = why.map_or_else(|| report(METTE, false), Fate::Doubt);
    assert_eq!(decided(|letter| letter.checks = checks), expected);
}

#[test]
fn a_municipality_may_ask_for_proof() {
    let strict = Policy {
        must_pass: true,
        ..Policy::default()
    };
    assert_eq!(under(&strict, |_| {}), Fate::Doubt(Doubt::Unproved));
    let passed = Checks {
        dmarc: Check::Pass,
        ..Checks::NONE
    };
    assert_eq!(
        under(&strict, |letter| letter.checks = passed),
        report(METTE, false)
    );
}

#[test]
fn more_than_the_days_limit_waits() {
    assert_eq!(decided(|letter| letter.today = 19), report(METTE, false));
    assert_eq!(decided(|letter| letter.today = 20), Fate::Doubt(Doubt::TooMany));
}

#[rstest]
#[case::out_of_office(Marks { automatic: true, ..Marks::default() }, NoCase::AutoReply)]
#[case::newsletter(Marks { list: true, ..Marks::default() }, NoCase::List)]
#[case::delivery_report(Marks { bounce: true, automatic: true, ..Marks::default() }, NoCase::Bounce)]
#[case::our_own(Marks { own: true, bounce: true, ..Marks::default() }, NoCase::Own)]
fn what_no_person_says_makes_no_case(#[case] marks: Marks, #[case] why: NoCase) {
    assert_eq!(decided(|letter| letter.marks = marks), Fate::NoCase(why));
    let from_outside = decided(|letter| {
        letter.marks = marks;
        letter.from = kept(&["nyt@example.com"]);
    });
    assert_eq!(from_outside, Fate::NoCase(why), "nor does it wait for HR");
}

#[test]
fn nobodys_envelope_and_the_mailer_daemon_make_no_case() {
    let bounce = Fate::NoCase(NoCase::Bounce);
    assert_eq!(decided(|letter| letter.envelope = Some("")), bounce);
    let daemon = kept(&["mailer-daemon@fjordby.example"]);
    assert_eq!(decided(|letter| letter.from = daemon), bounce);
}

#[test]
fn an_answer_to_a_receipt_names_its_case() {
    let cases: &'static [CaseNumber] = Vec::leak(vec![CaseNumber::new(2026, 7)]);
    let answer = Fate::Answer {
        reporter: id(METTE),
        cases: cases.to_vec(),
        about_me: false,
    };
    assert_eq!(decided(|letter| letter.answers = cases), answer);
    let spoofed = decided(|letter| {
        letter.answers = cases;
        letter.checks.dmarc = Check::Fail;
    });
    assert_eq!(
        spoofed,
        Fate::Doubt(Doubt::FailedCheck),
        "a number proves nothing of who writes"
    );
}
