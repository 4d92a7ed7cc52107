//! The commands that do one thing and end.

use crate::tools::{Server, blob_files, example, import_fjordby, ok, run, text, token};
use std::fs::Permissions;
use std::os::unix::fs::PermissionsExt;
use tempfile::tempdir;

#[test]
fn the_same_organisation_twice_changes_nothing_the_second_time() {
    let data = tempdir().unwrap();
    let first = import_fjordby(data.path());
    assert_eq!(
        first,
        "units: 15 added, 0 changed, 0 unchanged, 0 left\npeople: 33 added, 0 changed, 0 unchanged, 0 left\n"
    );
    let second = import_fjordby(data.path());
    assert_eq!(
        second,
        "units: 0 added, 0 changed, 15 unchanged, 0 left\npeople: 0 added, 0 changed, 33 unchanged, 0 left\n"
    );
}

#[test]
fn an_organisation_with_errors_is_refused_whole_and_each_is_named_by_file_line_and_field() {
    let data = tempdir().unwrap();
    let units = data.path().join("units.csv");
    let people = data.path().join("people.csv");
    let changed = |name: &str, from: &str, to: &str| {
        let good = std::fs::read_to_string(example(name)).unwrap();
        assert!(good.contains(from), "{name} has no {from}");
        good.replacen(from, to, 1)
    };
    std::fs::write(
        &units,
        changed("units.csv", "aaloekke,aeldre,", "aaloekke,aelder,"),
    )
    .unwrap();
    let bad_role = changed(
        "people.csv",
        "soendre-skole,shop-steward",
        "soendre-skole,shop-stewart",
    );
    std::fs::write(&people, bad_role.replacen("niels.bruun@", "MAJA.poulsen@", 1)).unwrap();

    let said = run(data.path(), &["org", "import", text(&units), text(&people)]);
    assert_eq!(said.code, Some(1));
    assert_eq!(said.out, "");
    let names = |file: &str, line: u32, field: &str, value: &str| {
        let place = format!("{file}, line {line}, field {field}: ");
        assert!(
            said.err
                .lines()
                .any(|line| line.starts_with(&place) && line.contains(value)),
            "{place}: {}",
            said.err
        );
    };
    names(text(&units), 12, "parent", "aelder");
    names(text(&people), 16, "roles", "shop-stewart");
    names(text(&people), 31, "email", "maja.poulsen@fjordby.example");
    // Not even the lines that were right.
    let nobody = run(
        data.path(),
        &["token", "create", "--as", "mette.ravn@fjordby.example"],
    );
    assert_eq!(nobody.code, Some(1));
}

#[test]
fn a_token_is_printed_alone_and_acts_as_its_person() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let printed = ok(
        data.path(),
        &["token", "create", "--as", "mette.ravn@fjordby.example"],
    );
    assert_eq!(printed.lines().count(), 1, "{printed:?}");
    let token = printed.trim_end_matches('\n');
    assert!(
        token.len() > 30 && token.bytes().all(|byte| byte.is_ascii_graphic()),
        "{printed:?}"
    );

    let server = Server::start(data.path());
    let me = server.get("/api/v1/me", token).unwrap();
    assert_eq!(me.json()["email"], "mette.ravn@fjordby.example");
    assert_eq!(server.get("/api/v1/me", "vaern_made-up").unwrap().status, 401);

    let nobody = run(
        data.path(),
        &["token", "create", "--as", "nobody@fjordby.example"],
    );
    assert_eq!((nobody.code, nobody.out.as_str()), (Some(1), ""));
    assert!(nobody.err.contains("nobody@fjordby.example"), "{}", nobody.err);
}

#[test]
fn keys_are_made_for_the_operator_alone_and_refused_once_others_can_read_them() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    for name in ["master.key", "signing.key"] {
        let key = data.path().join("keys").join(name);
        let mode = std::fs::metadata(&key).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode, 0o600, "{name}");
        for open in [0o640, 0o604] {
            std::fs::set_permissions(&key, Permissions::from_mode(open)).unwrap();
            let said = run(data.path(), &["seal"]);
            assert_eq!(said.code, Some(1), "{name} {open:o}");
            assert!(
                said.err.contains(name) && said.err.contains("chmod 600"),
                "{}",
                said.err
            );
        }
        std::fs::set_permissions(&key, Permissions::from_mode(0o600)).unwrap();
        ok(data.path(), &["seal"]);
    }
}

#[test]
fn another_master_key_opens_nothing_and_says_so() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    std::fs::write(
        data.path().join("keys/master.key"),
        format!("{}\n", "5a".repeat(32)),
    )
    .unwrap();
    let said = run(
        data.path(),
        &["token", "create", "--as", "mette.ravn@fjordby.example"],
    );
    assert_eq!((said.code, said.out.as_str()), (Some(1), ""));
    assert!(said.err.contains("master key"), "{}", said.err);
}

#[test]
fn what_is_not_there_is_named() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let bag = data.path().join("bag.zip");
    let wrong: [(&[&str], &str); 4] = [
        (
            &["export", "2026-0042", "--drawer", "matter", "-o", text(&bag)],
            "2026-0042",
        ),
        (&["export", "42", "--drawer", "matter", "-o", text(&bag)], "42"),
        (&["verify", text(&bag)], "bag.zip"),
        (&["org", "import", text(&bag), text(&bag)], "bag.zip"),
    ];
    for (args, named) in wrong {
        let said = run(data.path(), args);
        assert_eq!(said.code, Some(1), "{args:?}");
        assert!(said.err.contains(named), "{args:?}: {}", said.err);
    }
    assert!(!bag.exists());
    // A drawer that there is not is a mistake in the command itself.
    let said = run(
        data.path(),
        &["export", "2026-0001", "--drawer", "desk", "-o", text(&bag)],
    );
    assert_eq!(said.code, Some(2));
    assert!(said.err.contains("matter, care, police"), "{}", said.err);
}

#[test]
fn a_token_of_somebody_who_has_left_opens_nothing() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let maja = token(data.path(), "maja.poulsen@fjordby.example");
    let people = data.path().join("people.csv");
    let all = std::fs::read_to_string(example("people.csv")).unwrap();
    let left: Vec<&str> = all
        .lines()
        .filter(|line| !line.contains("maja.poulsen@"))
        .collect();
    std::fs::write(&people, left.join("\n") + "\n").unwrap();

    let server = Server::start(data.path());
    assert_eq!(server.get("/api/v1/me", &maja).unwrap().status, 200);
    let counts = ok(
        data.path(),
        &["org", "import", text(&example("units.csv")), text(&people)],
    );
    assert!(
        counts.ends_with("people: 0 added, 0 changed, 32 unchanged, 1 left\n"),
        "{counts}"
    );
    // The running server hears of it without being told.
    assert_eq!(server.get("/api/v1/me", &maja).unwrap().status, 401);
}

#[test]
fn reverify_finds_a_flipped_byte_and_later_that_it_is_mended_and_says_so() {
    let data = tempdir().unwrap();
    ok(data.path(), &["demo", "--fill-only"]);
    let whole = ok(data.path(), &["reverify"]);
    assert!(
        whole.starts_with("14 exhibits, ") && whole.contains(" 0 damaged"),
        "{whole}"
    );
    let file = blob_files(data.path()).remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[40] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let damaged = run(data.path(), &["reverify"]);
    assert_eq!(damaged.code, Some(1));
    assert!(damaged.out.contains(" 1 damaged"), "{}", damaged.out);
    assert!(
        damaged.err.contains(file.file_name().unwrap().to_str().unwrap()),
        "{}",
        damaged.err
    );
    bytes[40] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let mended = ok(data.path(), &["reverify"]);
    assert!(mended.contains(" 0 damaged, 1 mended,"), "{mended}");
    let again = ok(data.path(), &["reverify"]);
    assert!(again.contains(" 0 damaged, 0 mended,"), "{again}");
}

#[test]
fn the_guide_that_comes_along_is_taken_whole_and_the_same_folder_again_changes_nothing() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let folder = example("guide");
    // Names and numbers in one file, the texts in two languages, and the drawings.
    let files = |part: &str| std::fs::read_dir(folder.join(part)).unwrap().count();
    let all = 1 + files("da") + files("en") + files("pictures");
    let first = ok(data.path(), &["guide", "import", text(&folder)]);
    assert!(
        all >= 38 && first.contains(&format!("{all} changed")) && first.contains("0 to put right"),
        "{first}"
    );
    let again = ok(data.path(), &["guide", "import", text(&folder)]);
    assert!(again.contains(&format!("0 changed, {all} unchanged")), "{again}");
}
