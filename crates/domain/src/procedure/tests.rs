use super::*;
use rstest::rstest;

fn default() -> Procedure {
    Procedure::parse(DEFAULT).expect("the default procedure is whole")
}

/// The default procedure with the first `old` replaced by `new`, and what is wrong with that.
fn wrong(old: &str, new: &str) -> ProcedureError {
    assert!(DEFAULT.contains(old), "the default procedure has {old:?}");
    Procedure::parse(&DEFAULT.replacen(old, new, 1)).expect_err("it is wrong")
}

/// The line of the default procedure, from 1, on which `text` first stands.
fn line_of(text: &str) -> usize {
    1 + DEFAULT
        .lines()
        .position(|line| line.contains(text))
        .expect("it is there")
}

#[rstest]
#[case(DutyKind::Receive, OwedBy::Manager, Clock::Report, "0wd", Some("1h"))]
#[case(DutyKind::Triage, OwedBy::Manager, Clock::Report, "1wd", Some("1h"))]
#[case(DutyKind::Care, OwedBy::Manager, Clock::Report, "1wd", None)]
#[case(DutyKind::Register, OwedBy::Manager, Clock::Report, "1wd", None)]
#[case(DutyKind::Review, OwedBy::LegalAdviser, Clock::Report, "1wd", Some("2h"))]
#[case(DutyKind::Police, OwedBy::ManagersManager, Clock::Episode, "72h", None)]
#[case(DutyKind::ContactSubstance, OwedBy::Manager, Clock::Review, "3wd", None)]
#[case(DutyKind::ContactBoundary, OwedBy::Manager, Clock::Review, "3wd", None)]
#[case(DutyKind::Removal, OwedBy::Communication, Clock::Review, "1wd", None)]
#[case(DutyKind::Injury, OwedBy::Hr, Clock::Absence, "14d", None)]
#[case(DutyKind::FollowUp1, OwedBy::Manager, Clock::Registration, "1w", None)]
#[case(DutyKind::FollowUp4, OwedBy::Manager, Clock::Registration, "4w", None)]
#[case(DutyKind::FollowUp12, OwedBy::Manager, Clock::Registration, "12w", None)]
#[case(DutyKind::ChasePolice, OwedBy::Manager, Clock::PoliceReport, "3m", None)]
#[case(DutyKind::Close, OwedBy::Manager, Clock::AllElseDone, "10wd", None)]
fn the_default_procedure_has_the_figures_of_the_design(
    #[case] duty: DutyKind,
    #[case] owed_by: OwedBy,
    #[case] clock: Clock,
    #[case] term: &str,
    #[case] acute: Option<&str>,
) {
    let procedure = default();
    let rule = procedure.rule(duty);
    assert_eq!((rule.duty, rule.owed_by, rule.clock), (duty, owed_by, clock));
    assert_eq!(rule.term.to_string(), term);
    assert_eq!(rule.acute.map(|term| term.to_string()).as_deref(), acute);
    assert_eq!(rule.term_for(true).to_string(), acute.unwrap_or(term));
    assert_eq!(rule.term_for(false).to_string(), term);
    let is_law = matches!(duty, DutyKind::Police | DutyKind::Injury);
    assert_eq!(rule.basis.kind == BasisKind::Law, is_law);
    assert_eq!(rule.basis.paragraph.is_some(), is_law);
    assert!(rule.basis.source.starts_with("https://"));
    assert_ne!(rule.basis.text(Language::Da), rule.basis.text(Language::En));
}

#[test]
fn the_default_procedure_knows_the_days_on_which_the_offices_are_closed() {
    let procedure = default();
    assert_eq!(procedure.rules().len(), DutyKind::ALL.len());
    assert_eq!(procedure.municipality, "Fjordby Kommune");
    assert_eq!(procedure.escalate_after, Term::Hours(1));
    let calendar = procedure.calendar();
    for day in ["2026-06-05", "2026-12-24", "2026-12-31", "2030-12-31"] {
        assert!(!calendar.is_working_day(day.parse().expect("a date")), "{day}");
    }
    assert!(calendar.is_working_day("2026-12-30".parse().expect("a date")));
}

#[test]
fn a_single_closed_day_is_closed_in_its_own_year_alone() {
    let text = DEFAULT.replacen(r#""12-31"]"#, r#""12-31", "2027-05-07", "02-29"]"#, 1);
    let calendar = Procedure::parse(&text).expect("it is right").calendar();
    assert!(!calendar.is_working_day("2027-05-07".parse().expect("a date")));
    assert!(calendar.is_working_day("2026-05-07".parse().expect("a date")));
    assert!(!calendar.is_working_day("2028-02-29".parse().expect("a date")));
}

#[rstest]
#[case("name = \"police\"", "name = \"police\"\ntarget_owes = true", "unknown field")]
#[case("version = \"2026-1\"", "verson = \"2026-1\"", "unknown field")]
#[case("opens = \"08:00\"", "", "missing field `opens`")]
#[case("term = \"72h\"", "", "missing field `term`")]
#[case("term = \"72h\"", "term = 72", "invalid type")]
#[case("term = \"72h\"", "term = \"72h", "invalid basic string")]
#[case("name = \"police\"", "name = \"police\"\nname = \"police\"", "duplicate key")]
fn bad_form_is_refused_in_the_parsers_words(#[case] old: &str, #[case] new: &str, #[case] words: &str) {
    let error = wrong(old, new);
    let ProcedureProblem::Form(message) = &error.problem else {
        panic!("not a matter of form: {error}")
    };
    assert!(message.contains(words), "{message}");
    let near = line_of(old);
    assert!(
        words.starts_with("missing") || (near..=near + 1).contains(&error.line),
        "{error} is not near {near}"
    );
}

#[test]
fn an_unknown_key_is_named_with_its_line() {
    let error = wrong("term = \"72h\"", "trem = \"72h\"");
    assert_eq!(
        (error.line, error.key.as_str()),
        (line_of("term = \"72h\""), "trem")
    );
}

#[rstest]
#[case("version = \"2026-1\"", "version = \" \"", "version", ProcedureProblem::Empty)]
#[case("valid_from = \"2026-01-01\"", "valid_from = \"1/1\"", "valid_from", ProcedureProblem::Date("1/1".into()))]
#[case("opens = \"08:00\"", "opens = \"kl. 8\"", "opens", ProcedureProblem::Hour("kl. 8".into()))]
#[case(
    "closes = \"16:00\"",
    "closes = \"08:00\"",
    "closes",
    ProcedureProblem::HoursBackwards
)]
#[case("closed = [\"06-05\"", "closed = [\"02-30\"", "closed", ProcedureProblem::ClosedDay("02-30".into()))]
#[case("term = \"72h\"", "term = \"3 days\"", "term", ProcedureProblem::Term("3 days".into()))]
#[case("acute = \"2h\"", "acute = \"2\"", "acute", ProcedureProblem::Term("2".into()))]
#[case("escalate_after = \"1h\"", "escalate_after = \"-1h\"", "escalate_after", ProcedureProblem::Term("-1h".into()))]
#[case(
    "clock = \"episode\"", "clock = \"registration\"", "clock",
    ProcedureProblem::Clock { duty: DutyKind::Police, clock: Clock::Registration }
)]
#[case(
    "owed_by = \"legal-adviser\"",
    "owed_by = \"manager\"",
    "owed_by",
    ProcedureProblem::Reviewer(OwedBy::Manager)
)]
#[case(
    "kind = \"law\"\nparagraph",
    "kind = \"law\"\n#",
    "paragraph",
    ProcedureProblem::LawWithoutParagraph
)]
#[case("da = \"Når en", "da = \"\" # \"Når en", "da", ProcedureProblem::Empty)]
#[case(
    "name = \"triage\"",
    "name = \"receive\"",
    "name",
    ProcedureProblem::DuplicateDuty(DutyKind::Receive)
)]
fn a_wrong_value_is_named_with_its_line_and_key(
    #[case] old: &str,
    #[case] new: &str,
    #[case] key: &str,
    #[case] problem: ProcedureProblem,
) {
    let error = wrong(old, new);
    let first_line = old.lines().next().expect("a line");
    let line = DEFAULT[..DEFAULT.find(old).expect("it is there")].lines().count()
        + usize::from(!first_line.is_empty());
    assert_eq!(
        error,
        ProcedureError {
            line: error.line,
            key: key.into(),
            problem
        }
    );
    assert!(
        (line - 1..=line).contains(&error.line),
        "{error} is not on line {line}"
    );
}

#[rstest]
#[case("owed_by = \"managers-manager\"", "owed_by = \"target\"", "owed_by")]
#[case("clock = \"episode\"", "clock = \"full-moon\"", "clock")]
#[case("name = \"police\"", "name = \"polis\"", "name")]
#[case("kind = \"law\"", "kind = \"lore\"", "kind")]
#[case("also_by = [\"manager\"]", "also_by = [\"reporter\"]", "also_by")]
#[case("waivable_by = [\"hr\"]", "waivable_by = [\"target\"]", "waivable_by")]
fn an_unknown_word_is_refused_with_the_words_that_there_are(
    #[case] old: &str,
    #[case] new: &str,
    #[case] key: &str,
) {
    let error = wrong(old, new);
    assert!(matches!(&error.problem, ProcedureProblem::Word(_, _)), "{error}");
    assert_eq!((error.key.as_str(), error.line), (key, line_of(old)));
    assert!(error.to_string().contains("is not one of"), "{error}");
}

/// The text of one duty in the default procedure.
fn block(duty: DutyKind) -> String {
    let header = format!("[[duty]]\nname = \"{duty}\"");
    let start = DEFAULT.find(&header).expect("the duty is there");
    let end = DEFAULT[start + 1..]
        .find("[[duty]]")
        .map_or(DEFAULT.len(), |length| start + 1 + length);
    DEFAULT[start..end].to_owned()
}

#[test]
fn each_missing_duty_is_missed() {
    for duty in DutyKind::ALL {
        let error = Procedure::parse(&DEFAULT.replace(&block(*duty), "")).expect_err("one is missing");
        assert_eq!(error.problem, ProcedureProblem::MissingDuty(*duty));
    }
}

#[test]
fn no_procedure_can_make_these_duties_waivable_and_the_default_lets_the_others_be_waived() {
    use DutyKind::*;
    for duty in [Receive, Triage, Care, Register, Review, Police, Close] {
        let text = block(duty);
        let changed = text.replace("waivable_by = []", "waivable_by = [\"hr\"]");
        assert_ne!(text, changed);
        let error = Procedure::parse(&DEFAULT.replace(&text, &changed)).expect_err("it can't be waived");
        assert_eq!(error.problem, ProcedureProblem::NeverWaivable(duty));
        assert!(default().rule(duty).waivable_by.is_empty());
    }
    for rule in default().rules().iter().filter(|rule| can_be_waivable(rule.duty)) {
        assert!(!rule.waivable_by.is_empty(), "{}", rule.duty);
    }
}

#[test]
fn every_clock_of_the_default_procedure_is_one_that_the_duty_can_have() {
    for rule in default().rules() {
        let possible = Clock::ALL
            .iter()
            .filter(|clock| can_start(rule.duty, **clock))
            .count();
        assert!(can_start(rule.duty, rule.clock) && possible <= 2, "{}", rule.duty);
    }
}

#[test]
fn too_many_closed_days_are_refused() {
    let all: Vec<String> = (1..=31)
        .flat_map(|day| [format!("\"01-{day:02}\""), format!("\"03-{day:02}\"")])
        .collect();
    let error = wrong(
        "closed = [\"06-05\", \"12-24\", \"12-31\"]",
        &format!("closed = [{}]", all.join(", ")),
    );
    assert_eq!(error.problem, ProcedureProblem::TooManyClosedDays);
}

#[test]
fn a_term_is_written_as_it_is_read() {
    for text in ["1h", "72h", "14d", "4w", "3m", "0wd", "1wd", "9999d"] {
        assert_eq!(
            Term::parse(text).map(|term| term.to_string()).as_deref(),
            Some(text)
        );
    }
    for text in [
        "",
        "h",
        "72",
        "72 h",
        "-1h",
        "1.5d",
        "10000d",
        "99999999999h",
        "1H",
        "1wdx",
        "١h",
    ] {
        assert_eq!(Term::parse(text), None, "{text:?}");
    }
}

#[test]
fn an_empty_file_is_refused() {
    let error = Procedure::parse("").expect_err("nothing is there");
    assert_eq!(error.line, 1);
}
