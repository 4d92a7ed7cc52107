use super::*;
use jiff::civil::date;
use proptest::prelude::*;
use rstest::rstest;

/// Fjordby's calendar: constitution day, 24 and 31 December closed.
fn calendar() -> Calendar {
    Calendar::danish([])
        .with_yearly_closed(6, 5, "06-05")
        .with_yearly_closed(12, 24, "12-24")
        .with_yearly_closed(12, 31, "12-31")
}

/// A moment on the clocks of Copenhagen.
fn at(text: &str) -> Timestamp {
    format!("{text}[Europe/Copenhagen]")
        .parse::<Zoned>()
        .expect("a test's own time")
        .timestamp()
}

fn term(text: &str) -> Term {
    Term::parse(text).expect("a test's own term")
}

#[rstest]
#[case(1961, 4, 2)]
#[case(1818, 3, 22)] // The earliest there can be.
#[case(1943, 4, 25)] // The latest.
#[case(1954, 4, 18)] // The two corrections of the computus.
#[case(1981, 4, 19)]
#[case(2000, 4, 23)]
#[case(2008, 3, 23)]
#[case(2011, 4, 24)]
#[case(2023, 4, 9)]
#[case(2024, 3, 31)]
#[case(2025, 4, 20)]
#[case(2026, 4, 5)]
#[case(2027, 3, 28)]
#[case(2038, 4, 25)]
#[case(2049, 4, 18)]
#[case(2076, 4, 19)]
fn easter_is_on_its_known_day(#[case] year: i16, #[case] month: i8, #[case] day: i8) {
    assert_eq!(easter(year), Some(date(year, month, day)));
}

/// Danmarks Nationalbank's own list, nationalbanken.dk "Banklukkedage", checked 2026-11-23, without the bank's own days
/// and with the two Sundays that it has no need to name.
#[test]
fn the_holidays_of_2026_and_2027_are_those_that_the_national_bank_lists() {
    use Holiday::*;
    let expected = [
        (date(2026, 1, 1), NewYearsDay),
        (date(2026, 4, 2), MaundyThursday),
        (date(2026, 4, 3), GoodFriday),
        (date(2026, 4, 5), EasterSunday),
        (date(2026, 4, 6), EasterMonday),
        (date(2026, 5, 14), AscensionDay),
        (date(2026, 5, 24), WhitSunday),
        (date(2026, 5, 25), WhitMonday),
        (date(2026, 12, 25), ChristmasDay),
        (date(2026, 12, 26), SecondChristmasDay),
        (date(2027, 1, 1), NewYearsDay),
        (date(2027, 3, 25), MaundyThursday),
        (date(2027, 3, 26), GoodFriday),
        (date(2027, 3, 28), EasterSunday),
        (date(2027, 3, 29), EasterMonday),
        (date(2027, 5, 6), AscensionDay),
        (date(2027, 5, 16), WhitSunday),
        (date(2027, 5, 17), WhitMonday),
        (date(2027, 12, 25), ChristmasDay),
        (date(2027, 12, 26), SecondChristmasDay),
    ];
    let days = std::iter::successors(Some(date(2026, 1, 1)), |day| day.tomorrow().ok());
    let calendar = calendar();
    let found: Vec<_> = days
        .take_while(|day| day.year() < 2028)
        .filter_map(|day| Some((day, calendar.holiday(day)?)))
        .collect();
    assert_eq!(found, expected);
}

#[test]
fn store_bededag_is_a_holiday_to_2023_and_a_working_day_from_2024() {
    let calendar = calendar();
    assert_eq!(calendar.holiday(date(2023, 5, 5)), Some(Holiday::GreatPrayerDay));
    assert!(!calendar.is_working_day(date(2023, 5, 5)));
    assert_eq!(calendar.holiday(date(2024, 4, 26)), None);
    assert!(calendar.is_working_day(date(2024, 4, 26)));
}

#[test]
fn days_named_by_the_municipality_are_closed_without_being_holidays() {
    let calendar = Calendar::danish([(date(2027, 5, 7), "Klemmedag".to_owned())]).with_yearly_closed(
        6,
        5,
        "Grundlovsdag",
    );
    assert_eq!(
        calendar.closed(date(2026, 6, 5)),
        Some(Closed::Configured("Grundlovsdag"))
    );
    assert_eq!(
        calendar.closed(date(2029, 6, 5)),
        Some(Closed::Configured("Grundlovsdag"))
    );
    assert_eq!(
        calendar.closed(date(2028, 6, 5)),
        Some(Closed::Holiday(Holiday::WhitMonday)),
        "they coincide"
    );
    assert_eq!(
        calendar.closed(date(2027, 5, 7)),
        Some(Closed::Configured("Klemmedag"))
    );
    assert!(calendar.is_working_day(date(2026, 5, 7)));
    assert!(
        calendar.is_working_day(date(2026, 5, 1)),
        "1 May is a working day unless it is named"
    );
    assert_eq!(
        Calendar::danish([]).closed(date(2026, 11, 21)),
        Some(Closed::Weekend)
    );
}

#[rstest]
// The same working day: Thursday in hours, at closing time, at night; a Saturday; Maundy Thursday.
#[case("2026-11-19T10:00", "0wd", "2026-11-19T16:00")]
#[case("2026-11-19T05:00", "0wd", "2026-11-19T16:00")]
#[case("2026-11-19T15:59:59", "0wd", "2026-11-19T16:00")]
#[case("2026-11-19T16:00", "0wd", "2026-11-20T16:00")]
#[case("2026-11-20T20:00", "0wd", "2026-11-23T16:00")]
#[case("2026-11-21T09:00", "0wd", "2026-11-23T16:00")]
#[case("2026-04-02T09:00", "0wd", "2026-04-07T16:00")]
// The next: from Friday, whatever the hour, and from Saturday it is Monday.
#[case("2026-11-20T10:00", "1wd", "2026-11-23T16:00")]
#[case("2026-11-20T20:00", "1wd", "2026-11-23T16:00")]
#[case("2026-11-21T09:00", "1wd", "2026-11-23T16:00")]
#[case("2026-11-23T00:00", "1wd", "2026-11-24T16:00")]
// Over Christmas and New Year: 24, 25, 26 (Saturday), 27 (Sunday), 31 and 1 January are closed.
#[case("2026-12-23T10:00", "1wd", "2026-12-28T16:00")]
#[case("2026-12-23T10:00", "3wd", "2026-12-30T16:00")]
#[case("2026-12-23T10:00", "4wd", "2027-01-04T16:00")]
#[case("2026-11-02T10:00", "10wd", "2026-11-16T16:00")]
// Real hours, also over the nights when the clock changes (29 March and 25 October 2026).
#[case("2026-11-20T10:15", "1h", "2026-11-20T11:15")]
#[case("2026-03-28T10:00", "72h", "2026-03-31T11:00")]
#[case("2026-10-24T10:00", "72h", "2026-10-27T09:00")]
// Days to the end of the last, weekend or not, and never moved by the clock.
#[case("2026-11-02T00:00", "14d", "2026-11-16T23:59:59")]
#[case("2026-11-07T15:00", "14d", "2026-11-21T23:59:59")]
#[case("2026-10-20T23:59:59", "14d", "2026-11-03T23:59:59")]
#[case("2026-11-02T12:00", "0d", "2026-11-02T23:59:59")]
// Weeks and months to closing time, moved on when that day is closed.
#[case("2026-11-18T10:00", "1w", "2026-11-25T16:00")]
#[case("2026-11-21T10:00", "1w", "2026-11-30T16:00")]
#[case("2026-03-05T18:00", "4w", "2026-04-07T16:00")]
#[case("2026-01-31T10:00", "1m", "2026-03-02T16:00")] // 28 February 2026 is a Saturday.
#[case("2028-01-31T10:00", "1m", "2028-02-29T16:00")]
#[case("2026-11-23T10:00", "3m", "2027-02-23T16:00")]
#[case("2026-11-23T20:00", "0w", "2026-11-24T16:00")]
fn a_term_ends_where_the_procedure_says(#[case] start: &str, #[case] length: &str, #[case] due: &str) {
    let calendar = calendar();
    let found = calendar.local(calendar.due(at(start), term(length)));
    assert_eq!(found.timestamp(), at(due), "{start} + {length} gave {found}");
}

#[rstest]
#[case("2026-11-20T10:00", "2026-11-20T10:00")]
#[case("2026-11-20T08:00", "2026-11-20T08:00")]
#[case("2026-11-20T07:59:59", "2026-11-20T08:00")]
#[case("2026-11-20T15:59:59", "2026-11-20T15:59:59")]
#[case("2026-11-20T16:00", "2026-11-23T08:00")]
#[case("2026-04-02T12:00", "2026-04-07T08:00")]
fn the_offices_next_open(#[case] now: &str, #[case] open: &str) {
    assert_eq!(calendar().next_open(at(now)), at(open));
}

#[test]
fn a_day_begins_at_midnight_in_copenhagen_in_summer_and_winter() {
    let calendar = calendar();
    assert_eq!(calendar.start_of(date(2026, 7, 1)), at("2026-07-01T00:00"));
    assert_eq!(
        calendar.start_of(date(2026, 7, 1)).to_string(),
        "2026-06-30T22:00:00Z"
    );
    assert_eq!(
        calendar.start_of(date(2026, 12, 1)).to_string(),
        "2026-11-30T23:00:00Z"
    );
}

#[test]
fn other_hours_of_work_are_kept() {
    let calendar = calendar().with_hours(Time::constant(9, 0, 0, 0), Time::constant(15, 30, 0, 0));
    assert_eq!(
        calendar.due(at("2026-11-20T10:00"), term("1wd")),
        at("2026-11-23T15:30")
    );
    assert_eq!(calendar.next_open(at("2026-11-20T08:30")), at("2026-11-20T09:00"));
}

#[test]
fn the_end_of_time_is_no_panic() {
    let calendar = calendar();
    for length in [
        Term::Hours(u32::MAX),
        Term::Days(u32::MAX),
        Term::Weeks(u32::MAX),
        Term::Months(u32::MAX),
    ] {
        assert!(
            calendar.due(at("2026-11-20T10:00"), length) > at("2026-11-20T10:00"),
            "{length}"
        );
        calendar.due(Timestamp::MAX, length);
    }
    calendar.due(Timestamp::MAX, Term::WorkingDays(3));
    calendar.due(Timestamp::MIN, Term::WorkingDays(3));
    calendar.next_open(Timestamp::MAX);
    assert_eq!(easter(0), None);
}

fn any_term() -> impl Strategy<Value = Term> {
    prop_oneof![
        (0u32..2_000).prop_map(Term::Hours),
        (0u32..400).prop_map(Term::Days),
        (0u32..60).prop_map(Term::Weeks),
        (0u32..40).prop_map(Term::Months),
        (0u32..60).prop_map(Term::WorkingDays),
    ]
}

/// Seconds from 1990 to 2100, a good part of them near the turns of the clock.
fn any_moment() -> impl Strategy<Value = Timestamp> {
    let seconds = prop_oneof![631_152_000i64..4_102_444_800, 1_774_740_000i64..1_774_760_000];
    seconds.prop_map(|seconds| Timestamp::from_second(seconds).expect("within the calendar"))
}

proptest! {
    #[test]
    fn nothing_is_due_before_it_starts(start in any_moment(), term in any_term()) {
        prop_assert!(calendar().due(start, term) >= start);
    }

    #[test]
    fn a_later_start_is_never_due_earlier(start in any_moment(), later in 0i64..2_000_000, term in any_term()) {
        let calendar = calendar();
        let second = start + SignedDuration::from_secs(later);
        prop_assert!(calendar.due(start, term) <= calendar.due(second, term));
    }

    #[test]
    fn working_days_weeks_and_months_end_at_closing_time_of_a_working_day(start in any_moment(), term in any_term()) {
        let calendar = calendar();
        let due = calendar.local(calendar.due(start, term));
        if !matches!(term, Term::Hours(_) | Term::Days(_)) {
            prop_assert!(calendar.is_working_day(due.date()));
            prop_assert_eq!(due.time(), Time::constant(16, 0, 0, 0));
        }
    }

    #[test]
    fn one_more_working_day_is_one_working_day_later(start in any_moment(), days in 1u32..60) {
        let calendar = calendar();
        let first = calendar.local(calendar.due(start, Term::WorkingDays(days))).date();
        let second = calendar.local(calendar.due(start, Term::WorkingDays(days + 1))).date();
        let between = std::iter::successors(first.tomorrow().ok(), |day| day.tomorrow().ok());
        prop_assert_eq!(between.take_while(|day| *day <= second).filter(|day| calendar.is_working_day(*day)).count(), 1);
    }

    #[test]
    fn the_offices_are_open_when_they_next_open(now in any_moment()) {
        let calendar = calendar();
        let open = calendar.next_open(now);
        prop_assert!(open >= now);
        prop_assert_eq!(calendar.next_open(open), open);
    }

    #[test]
    fn easter_is_a_sunday_between_22_march_and_25_april(year in 1i16..9_999) {
        let day = easter(year).expect("a year with Easter");
        prop_assert_eq!(day.weekday(), Weekday::Sunday);
        prop_assert!(day >= date(year, 3, 22) && day <= date(year, 4, 25));
    }
}
