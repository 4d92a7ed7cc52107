use super::*;
use crate::ids::UnitId;
use crate::language::Language;
use crate::organisation::Organisation;
use crate::vocabulary::Role;
use rstest::rstest;

const UNITS: &str = include_str!("../../../../examples/units.csv");
const PEOPLE: &str = include_str!("../../../../examples/people.csv");

const SMALL_UNITS: &str = "id,parent,name,kind\nby,,By Kommune,municipality\nskole,by,Skolen,institution\n";
const SMALL_PEOPLE: &str = "id,name,email,title,unit,roles\np1,Bodil Krag,bodil@by.example,Direktør,by,manager\np2,Mette Ravn,mette@by.example,Lærer,skole,manager\n";

fn read(units: &str, people: &str) -> Result<Imported, Vec<ImportError>> {
    import(units, "units.csv", people, "people.csv")
}

/// `file:line:field` of each error, and the problems.
fn wrong(units: &str, people: &str) -> (Vec<String>, Vec<ImportProblem>) {
    let errors = read(units, people).expect_err("something is wrong");
    let places = errors
        .iter()
        .map(|error| format!("{}:{}:{}", error.file, error.line, error.field));
    (
        places.collect(),
        errors.iter().map(|error| error.problem.clone()).collect(),
    )
}

/// The small municipality with one more line of units.
fn units_and(line: &str) -> String {
    format!("{SMALL_UNITS}{line}\n")
}

fn people_and(line: &str) -> String {
    format!("{SMALL_PEOPLE}{line}\n")
}

#[test]
fn fjordby_is_read_whole() {
    let read = read(UNITS, PEOPLE).expect("Fjordby is right");
    assert_eq!(
        (read.units.len(), read.people.len(), read.notes.len()),
        (15, 33, 0)
    );
    let fjordby = Organisation::new(read.units, read.people);
    let jens = fjordby
        .by_email("Jens.Roemer@fjordby.example")
        .expect("the head of HR");
    assert_eq!(
        (jens.name.as_str(), jens.title.as_str()),
        ("Jens Rømer", "HR-chef")
    );
    assert!(jens.has(Role::Hr) && jens.has(Role::Manager) && jens.active);
    let chain = |unit: &str| -> Vec<String> {
        let steps = fjordby.chain_of_command(&UnitId::new(unit));
        steps.iter().map(|step| step.person.to_string()).collect()
    };
    assert_eq!(chain("boern-myndighed"), ["p09", "p08", "p01"]);
    assert_eq!(chain("hr"), ["p04", "p02", "p01"]);
    assert_eq!(chain("fjordby"), ["p01"]);
    let root = &fjordby.path(&UnitId::new("hjemmepleje-vest"))[2];
    assert_eq!(
        (root.name.as_str(), root.parent.as_ref()),
        ("Fjordby Kommune", None)
    );
    assert_eq!(fjordby.subtree(&UnitId::new("fjordby")).len(), 15);
    let lawyers: Vec<&str> = fjordby
        .with_role(Role::LegalAdviser)
        .map(|person| person.name.as_str())
        .collect();
    assert_eq!(lawyers, ["Ida Nørgaard"]);
}

#[test]
fn a_spreadsheets_semicolons_byte_order_mark_crlf_and_empty_lines_change_nothing() {
    let plain = read(UNITS, PEOPLE).expect("Fjordby is right");
    let excel = |text: &str| {
        format!(
            "\u{feff}{};;;;;\r\n\r\n",
            text.replace(',', ";").replace('\n', "\r\n")
        )
    };
    let units = excel(UNITS).replace(";;;;;", ";;;");
    assert_eq!(
        read(&units, &excel(PEOPLE)).expect("the same municipality"),
        plain
    );
}

#[test]
fn columns_may_come_in_any_order_and_fields_be_quoted() {
    let units = "name,kind,id,parent\n\"Skole, nord\",\" x \",by,\n";
    let people =
        "unit,email,id,name,roles,title\nby, BODIL@By.Example ,p1,\"Bodil \"\"B\"\" Krag\",manager dpo,\n";
    let read = read(units, people).expect("it is right");
    assert_eq!(
        (read.units[0].name.as_str(), read.units[0].kind.as_str()),
        ("Skole, nord", "x")
    );
    assert_eq!(read.people[0].name, "Bodil \"B\" Krag");
    assert_eq!(read.people[0].email, "bodil@by.example");
    assert_eq!(read.people[0].title, "");
    assert_eq!(read.people[0].roles.len(), 2);
}

#[test]
fn a_unit_without_a_manager_is_a_note_that_names_it_and_where_its_cases_go() {
    let units = units_and("klasse,skole,7. b,team");
    let people = SMALL_PEOPLE.replace("skole,manager", "skole,");
    let read = read(&units, &people).expect("that is no error");
    let notes: Vec<String> = read.notes.iter().map(|note| note.message(Language::Da)).collect();
    assert_eq!(
        notes,
        [
            "units.csv, linje 3, felt id: enheden »Skolen« (skole) har ingen leder; dens sager går til lederen af by",
            "units.csv, linje 4, felt id: enheden »7. b« (klasse) har ingen leder; dens sager går til lederen af by",
        ]
    );
    assert!(read.notes[0].message(Language::En).contains("has no manager"));
}

#[rstest]
#[case("x,nowhere,X,team", "units.csv:4:parent", ImportProblem::UnknownParent("nowhere".into()))]
#[case("x,x,X,team", "units.csv:4:parent", ImportProblem::Circle(vec!["x".into()]))]
#[case("skole,by,X,team", "units.csv:4:id", ImportProblem::DuplicateUnit { id: "skole".into(), first_line: 3 })]
#[case(",by,X,team", "units.csv:4:id", ImportProblem::Empty)]
#[case("to ord,by,X,team", "units.csv:4:id", ImportProblem::InvalidId("to ord".into()))]
#[case("x,by,,team", "units.csv:4:name", ImportProblem::Empty)]
#[case("x,by,X\u{1b}[31m,team", "units.csv:4:name", ImportProblem::InvalidText)]
#[case("x,by,X", "units.csv:4:", ImportProblem::FieldCount { expected: 4, found: 3 })]
#[case("x,by,X,team,y", "units.csv:4:", ImportProblem::FieldCount { expected: 4, found: 5 })]
#[case("x,,X,team", "units.csv:4:parent", ImportProblem::SeveralRoots(vec!["by".into(), "x".into()]))]
fn a_wrong_unit_is_named_with_line_and_field(
    #[case] line: &str,
    #[case] place: &str,
    #[case] problem: ImportProblem,
) {
    assert_eq!(
        wrong(&units_and(line), SMALL_PEOPLE),
        (vec![place.to_owned()], vec![problem])
    );
}

#[rstest]
#[case("p1,X,x@by.example,,by,", "people.csv:4:id", ImportProblem::DuplicatePerson { id: "p1".into(), first_line: 2 })]
#[case(
    "p3,X,METTE@by.example,,by,", "people.csv:4:email",
    ImportProblem::DuplicateEmail { email: "mette@by.example".into(), first_line: 3 }
)]
#[case("p3,X,,,by,", "people.csv:4:email", ImportProblem::Empty)]
#[case("p3,X,x.by.example,,by,", "people.csv:4:email", ImportProblem::InvalidEmail("x.by.example".into()))]
#[case("p3,X,x@by,,by,", "people.csv:4:email", ImportProblem::InvalidEmail("x@by".into()))]
#[case("p3,X,x@y@by.example,,by,", "people.csv:4:email", ImportProblem::InvalidEmail("x@y@by.example".into()))]
#[case("p3,X,x@by..example,,by,", "people.csv:4:email", ImportProblem::InvalidEmail("x@by..example".into()))]
#[case("p3,X,x <x@by.example>,,by,", "people.csv:4:email", ImportProblem::InvalidEmail("x <x@by.example>".into()))]
#[case("p3,X,x@by.example,,nowhere,", "people.csv:4:unit", ImportProblem::UnknownUnit("nowhere".into()))]
#[case("p3,X,x@by.example,,,", "people.csv:4:unit", ImportProblem::Empty)]
#[case("p3,X,x@by.example,,by,chief hr", "people.csv:4:roles", ImportProblem::UnknownRole("chief".into()))]
#[case("p3,,x@by.example,,by,", "people.csv:4:name", ImportProblem::Empty)]
#[case(",X,x@by.example,,by,", "people.csv:4:id", ImportProblem::Empty)]
#[case(
    "p3,X,x@by.example,\"a\nb\",by,",
    "people.csv:4:title",
    ImportProblem::InvalidText
)]
#[case("p3,X,x@by.example", "people.csv:4:", ImportProblem::FieldCount { expected: 6, found: 3 })]
fn a_wrong_person_is_named_with_line_and_field(
    #[case] line: &str,
    #[case] place: &str,
    #[case] problem: ImportProblem,
) {
    assert_eq!(
        wrong(SMALL_UNITS, &people_and(line)),
        (vec![place.to_owned()], vec![problem])
    );
}

#[test]
fn an_employee_in_two_units_is_refused_and_told_to_stand_once_in_their_own() {
    let errors = read(
        SMALL_UNITS,
        &people_and("p2,Mette Ravn,mette@by.example,Vikar,by,"),
    );
    let errors = errors.expect_err("the same person, in a second unit");
    let twice = errors.iter().find(|error| error.field == "id").expect("named");
    let said = |language| twice.message(language);
    assert_eq!(
        said(Language::Da),
        "people.csv, linje 4, felt id: personen »p2« er der allerede i linje 3; hver person står én gang, i sin egen enhed"
    );
    assert_eq!(
        said(Language::En),
        "people.csv, line 4, field id: the person “p2” is already in line 3; each person stands once, in their own unit"
    );
    // Not by another id, and not by two units in one line either.
    let (places, _) = wrong(
        SMALL_UNITS,
        &people_and("p9,Mette Ravn,Mette@by.example,Vikar,by,"),
    );
    assert_eq!(places, ["people.csv:4:email"]);
    let (places, problems) = wrong(SMALL_UNITS, &people_and("p3,X,x@by.example,,skole by,"));
    assert_eq!(places, ["people.csv:4:unit"]);
    assert_eq!(problems, [ImportProblem::UnknownUnit("skole by".into())]);
}

#[test]
fn each_circle_is_said_once_with_its_members_at_the_first_of_them() {
    let units = units_and("leads,b,Leads in,team\nc,a,C,team\nb,c,B,team\na,b,A,team\nx,y,X,\ny,x,Y,");
    let (places, problems) = wrong(&units, SMALL_PEOPLE);
    assert_eq!(places, ["units.csv:5:parent", "units.csv:8:parent"]);
    let circle =
        |members: &[&str]| ImportProblem::Circle(members.iter().map(|id| (*id).to_owned()).collect());
    assert_eq!(problems, [circle(&["c", "a", "b"]), circle(&["x", "y"])]);
    assert_eq!(
        problems[0].message(Language::Da),
        "enhederne ligger under hinanden i ring: c → a → b → c"
    );
}

#[test]
fn a_root_that_nobody_leads_is_an_error() {
    let people = SMALL_PEOPLE.replace("by,manager", "by,");
    assert_eq!(
        wrong(SMALL_UNITS, &people),
        (
            vec!["units.csv:2:id".to_owned()],
            vec![ImportProblem::RootWithoutManager("by".into())]
        )
    );
}

#[test]
fn a_file_of_no_units_has_no_root() {
    let (places, problems) = wrong("id,parent,name,kind\n", "id,name,email,title,unit,roles\n");
    assert_eq!(
        (places, problems),
        (vec!["units.csv:1:parent".to_owned()], vec![ImportProblem::NoRoot])
    );
}

#[test]
fn the_columns_must_be_the_columns() {
    let people = "id,name,email,title,unit,roles\n";
    let (places, problems) = wrong("id,parent,navn,kind,id\nby,,By,x,y\n", people);
    assert_eq!(places, ["units.csv:1:navn", "units.csv:1:id", "units.csv:1:name"]);
    use ImportProblem::{DuplicateColumn, MissingColumn, UnknownColumn};
    assert_eq!(problems, [UnknownColumn, DuplicateColumn, MissingColumn]);
    let (places, problems) = wrong(SMALL_UNITS, "");
    assert_eq!(places.len(), 6);
    assert!(problems.iter().all(|problem| *problem == MissingColumn));
}

#[rstest]
#[case("a,b,A,\nb,a,B,", ImportProblem::Circle(vec!["a".into(), "b".into()]))]
#[case("a,b,A,", ImportProblem::UnknownParent("b".into()))]
fn no_root_is_missed_where_something_else_explains_it(#[case] units: &str, #[case] problem: ImportProblem) {
    let (_, problems) = wrong(
        &format!("id,parent,name,kind\n{units}\n"),
        "id,name,email,title,unit,roles\n",
    );
    assert_eq!(problems, [problem]);
}

#[test]
fn everything_that_is_wrong_in_both_files_is_said_at_once_in_order() {
    let units = units_and("x,nowhere,,team\nskole,by,Igen,team");
    let people = people_and("p3,X,x,,nowhere,chief\np1,,y@by.example,,by,boss");
    let (places, _) = wrong(&units, &people);
    assert_eq!(
        places,
        [
            "units.csv:4:name",
            "units.csv:4:parent",
            "units.csv:5:id",
            "people.csv:4:email",
            "people.csv:4:unit",
            "people.csv:4:roles",
            "people.csv:5:name",
            "people.csv:5:id",
            "people.csv:5:roles",
        ]
    );
}

#[test]
fn lines_are_counted_as_an_editor_counts_them() {
    let people = "id,name,email,title,unit,roles\r\n\r\np1,B,b@by.example,\"D\",by,manager\r\n\r\n\r\np2,X,x,,by,\r\n\"p3\",Y,y,,by,\r\n";
    let (places, _) = wrong("id,parent,name,kind\r\nby,,By,\r\n", people);
    assert_eq!(places, ["people.csv:6:email", "people.csv:7:email"]);
}

#[test]
fn a_message_gives_the_place_and_the_problem_in_both_languages() {
    let errors = read(SMALL_UNITS, &people_and("p3,X,x@by.example,,by,chief")).expect_err("no such role");
    assert_eq!(
        errors[0].message(Language::Da),
        "people.csv, linje 4, felt roles: »chief« er ikke en rolle; rollerne er manager, deputy, legal-adviser, hr, dpo, \
         admin, communication, safety, safety-representative, shop-steward"
    );
    assert!(
        errors[0]
            .to_string()
            .starts_with("people.csv, line 4, field roles: “chief” is not a role")
    );
}

#[test]
fn a_message_repeats_no_terminal_codes_and_no_endless_values() {
    let long = "x".repeat(5_000);
    let errors = read(
        SMALL_UNITS,
        &people_and(&format!("p3,X,\u{1b}]0;{long},,by,{long}")),
    )
    .expect_err("wrong");
    for error in errors {
        for language in Language::ALL {
            let message = error.message(*language);
            assert!(
                message.chars().count() < 300 && !message.contains('\u{1b}'),
                "{message}"
            );
        }
    }
}

#[test]
fn every_problem_has_a_sentence_in_each_language() {
    let id = || "»x«".to_owned();
    let problems = [
        ImportProblem::MissingColumn,
        ImportProblem::UnknownColumn,
        ImportProblem::DuplicateColumn,
        ImportProblem::FieldCount {
            expected: 4,
            found: 3,
        },
        ImportProblem::Unreadable(id()),
        ImportProblem::Empty,
        ImportProblem::InvalidId(id()),
        ImportProblem::InvalidText,
        ImportProblem::UnknownParent(id()),
        ImportProblem::Circle(vec![id()]),
        ImportProblem::DuplicateUnit {
            id: id(),
            first_line: 2,
        },
        ImportProblem::DuplicatePerson {
            id: id(),
            first_line: 2,
        },
        ImportProblem::DuplicateEmail {
            email: id(),
            first_line: 2,
        },
        ImportProblem::InvalidEmail(id()),
        ImportProblem::UnknownUnit(id()),
        ImportProblem::UnknownRole(id()),
        ImportProblem::NoRoot,
        ImportProblem::SeveralRoots(vec![id()]),
        ImportProblem::RootWithoutManager(id()),
    ];
    for problem in problems {
        let (danish, english) = (problem.message(Language::Da), problem.message(Language::En));
        assert!(!danish.is_empty() && danish != english, "{danish}");
    }
}
