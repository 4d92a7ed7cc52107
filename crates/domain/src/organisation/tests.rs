use super::*;

/// `id:unit:roles`, with `*` for somebody who has left.
fn person(text: &str) -> Person {
    let parts: Vec<&str> = text.split(':').collect();
    let id = parts[0].trim_start_matches('*');
    Person {
        id: PersonId::new(id),
        name: id.to_uppercase(),
        email: format!("{id}@fjordby.example"),
        title: String::new(),
        unit: UnitId::new(parts[1]),
        roles: parts[2]
            .split_whitespace()
            .map(|role| Role::parse(role).expect("a role"))
            .collect(),
        active: !text.starts_with('*'),
        deputy: None,
        away: None,
        since: None,
    }
}

/// root > area > team and root > other.
fn organisation(people: impl IntoIterator<Item = Person>) -> Organisation {
    let unit = |id: &str, parent: Option<&str>| Unit {
        id: UnitId::new(id),
        parent: parent.map(UnitId::new),
        name: id.to_owned(),
        kind: String::new(),
    };
    let units = vec![
        unit("root", None),
        unit("area", Some("root")),
        unit("team", Some("area")),
        unit("other", Some("root")),
    ];
    Organisation::new(units, people.into_iter().collect())
}

/// `boss@team` for a manager, `~boss@team` for a deputy.
fn chain(organisation: &Organisation, unit: &str) -> Vec<String> {
    let steps = organisation.chain_of_command(&UnitId::new(unit));
    steps
        .iter()
        .map(|step| {
            format!(
                "{}{}@{}",
                if step.as_deputy { "~" } else { "" },
                step.person,
                step.unit
            )
        })
        .collect()
}

fn naming(mut person: Person, deputy: &str) -> Person {
    person.deputy = Some(PersonId::new(deputy));
    person
}

fn ids(units: &[UnitId]) -> Vec<&str> {
    units.iter().map(UnitId::as_str).collect()
}

#[test]
fn a_case_climbs_from_the_manager_over_the_deputy_to_the_root() {
    let all = organisation([
        person("m1:team:manager"),
        person("d1:team:deputy"),
        person("m2:area:manager"),
        person("m3:root:manager"),
        person("e1:team:"),
    ]);
    assert_eq!(chain(&all, "team"), ["m1@team", "~d1@team", "m2@area", "m3@root"]);
    assert_eq!(chain(&all, "other"), ["m3@root"]);
    assert_eq!(chain(&all, "nowhere"), [""; 0]);
}

#[test]
fn a_deputy_that_the_manager_has_named_wins_over_the_units_deputy() {
    let all = organisation([
        naming(person("m1:team:manager"), "e9"),
        person("d1:team:deputy"),
        person("e9:other:"),
        person("m3:root:manager"),
    ]);
    assert_eq!(chain(&all, "team"), ["m1@team", "~e9@team", "m3@root"]);
}

#[test]
fn a_named_deputy_who_has_left_is_unknown_or_is_the_manager_counts_for_nothing() {
    for named in ["x1", "nobody", "m1"] {
        let all = organisation([
            naming(person("m1:team:manager"), named),
            person("*x1:team:"),
            person("d1:team:deputy"),
            person("m3:root:manager"),
        ]);
        assert_eq!(chain(&all, "team"), ["m1@team", "~d1@team", "m3@root"], "{named}");
    }
}

#[test]
fn each_person_is_in_the_chain_once_at_the_nearest_place() {
    let all = organisation([
        naming(person("m1:team:manager"), "m2"),
        naming(person("m2:area:manager"), "m1"),
        person("m3:root:manager deputy"),
    ]);
    assert_eq!(chain(&all, "team"), ["m1@team", "~m2@team", "m3@root"]);
}

#[test]
fn two_managers_come_before_the_deputy_that_they_share() {
    let all = organisation([
        person("m2:team:manager"),
        person("m1:team:manager"),
        person("d1:team:deputy"),
        person("m3:root:manager"),
    ]);
    assert_eq!(chain(&all, "team"), ["m1@team", "m2@team", "~d1@team", "m3@root"]);
}

#[test]
fn a_unit_without_a_manager_falls_to_its_deputy_and_then_to_the_parents_manager() {
    let all = organisation([
        person("*m1:team:manager"),
        person("d1:team:deputy"),
        person("m3:root:manager"),
    ]);
    assert_eq!(chain(&all, "team"), ["~d1@team", "m3@root"]);
    assert!(all.managers_of(&UnitId::new("team")).is_empty());
}

#[test]
fn people_are_found_by_address_in_any_case_and_by_id_while_they_work_here() {
    let all = organisation([person("m1:team:manager"), person("*x1:team:dpo")]);
    let name = |found: Option<&Person>| found.map(|person| person.name.clone());
    assert_eq!(name(all.by_email(" M1@Fjordby.EXAMPLE ")).as_deref(), Some("M1"));
    assert_eq!(name(all.find("m1")).as_deref(), Some("M1"));
    assert_eq!(name(all.find("M1@fjordby.example")).as_deref(), Some("M1"));
    assert_eq!(name(all.by_email("x1@fjordby.example")), None);
    assert_eq!(name(all.find("x1")), None);
    assert_eq!(name(all.find("")), None);
    assert_eq!(name(all.person(&PersonId::new("x1"))).as_deref(), Some("X1"));
    assert_eq!(all.with_role(Role::Dpo).count(), 0);
}

#[test]
fn people_with_a_role_come_in_the_order_of_their_ids() {
    let all = organisation([person("b:team:hr"), person("c:root:hr dpo"), person("a:other:hr")]);
    let hr: Vec<&str> = all.with_role(Role::Hr).map(|person| person.id.as_str()).collect();
    assert_eq!(hr, ["a", "b", "c"]);
    assert_eq!(all.with_role(Role::Admin).count(), 0);
}

#[test]
fn the_tree_is_walked_up_and_down() {
    let all = organisation([]);
    let up: Vec<&str> = all
        .path(&UnitId::new("team"))
        .iter()
        .map(|unit| unit.id.as_str())
        .collect();
    assert_eq!(up, ["team", "area", "root"]);
    assert_eq!(
        ids(&all.subtree(&UnitId::new("root"))),
        ["root", "area", "other", "team"]
    );
    assert_eq!(ids(&all.subtree(&UnitId::new("area"))), ["area", "team"]);
    assert!(all.subtree(&UnitId::new("nowhere")).is_empty());
}

#[test]
fn a_circle_that_no_import_lets_in_ends_all_the_same() {
    let unit = |id: &str, parent: &str| Unit {
        id: UnitId::new(id),
        parent: Some(UnitId::new(parent)),
        name: String::new(),
        kind: String::new(),
    };
    let all = Organisation::new(vec![unit("a", "b"), unit("b", "a")], vec![person("m1:a:manager")]);
    assert_eq!(chain(&all, "b"), ["m1@a"]);
    assert!(all.subtree(&UnitId::new("a")).len() <= 3);
}

#[test]
fn somebody_is_away_from_the_first_moment_up_to_the_last() {
    let second = |n| Timestamp::from_second(n).expect("a moment");
    let mut m1 = person("m1:team:manager");
    m1.away = Some(Away {
        from: second(100),
        until: second(200),
    });
    let all = organisation([m1, person("m2:team:manager")]);
    let away: Vec<bool> = [99, 100, 199, 200]
        .iter()
        .map(|n| all.is_away(&PersonId::new("m1"), second(*n)))
        .collect();
    assert_eq!(away, [false, true, true, false]);
    assert!(!all.is_away(&PersonId::new("m2"), second(150)));
    assert!(!all.is_away(&PersonId::new("nobody"), second(150)));
}

/// 40,000 people in 2,000 units, where every look-up in a list would make this take minutes.
#[test]
fn a_large_municipality_is_looked_up_without_searching() {
    let units: Vec<Unit> = (0..2_000)
        .map(|n: u32| Unit {
            id: UnitId::new(format!("u{n}")),
            parent: (n > 0).then(|| UnitId::new(format!("u{}", (n - 1) / 4))),
            name: format!("Unit {n}"),
            kind: String::new(),
        })
        .collect();
    let people = (0..40_000).map(|n| {
        person(&format!(
            "p{n}:u{}:{}",
            n % 2_000,
            if n < 2_000 { "manager" } else { "" }
        ))
    });
    let all = Organisation::new(units, people.collect());
    for n in 0..40_000 {
        let person = all.find(&format!("P{n}@fjordby.example")).expect("they are here");
        let steps = all.chain_of_command(&person.unit);
        assert_eq!(steps.last().map(|step| step.person.as_str()), Some("p0"));
    }
}
