//! What the package brings: a unit that is hardened, a file of settings that is right, and examples that proxies understand.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use tempfile::tempdir;

fn packaging(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../packaging")
        .join(name)
}

/// Runs a program of Debian's; `None` if it is not installed here.
fn program(name: &str, args: &[&str]) -> Option<Output> {
    match Command::new(name).args(args).output() {
        Ok(output) => Some(output),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            eprintln!("not tested, {name} is not installed here");
            None
        }
        Err(error) => panic!("{name}: {error}"),
    }
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr].concat();
    String::from_utf8_lossy(&both).into_owned()
}

#[test]
fn the_unit_is_understood_and_rated_under_two() {
    // A unit is checked with a program that is there.
    let room = tempdir().unwrap();
    let unit = room.path().join("vaern.service");
    let text = std::fs::read_to_string(packaging("vaern.service")).unwrap();
    std::fs::write(&unit, text.replace("/usr/bin/vaern", "/bin/true")).unwrap();
    let unit = unit.to_str().unwrap();
    let Some(verified) = program("systemd-analyze", &["verify", "--man=no", unit]) else {
        return;
    };
    let said_of_it = said(&verified);
    assert!(
        verified.status.success() && !said_of_it.contains("vaern.service:"),
        "{said_of_it}"
    );
    // In tenths: at most 1.9.
    let rated = program(
        "systemd-analyze",
        &["security", "--offline=true", "--threshold=19", unit],
    );
    let rated = rated.expect("it was there before");
    assert!(rated.status.success(), "{}", said(&rated));
}

#[test]
fn the_settings_that_come_along_are_right_also_with_every_comment_taken_away() {
    let room = tempdir().unwrap();
    let text = std::fs::read_to_string(packaging("vaern.toml")).unwrap();
    let all: String = text
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(setting) if !setting.starts_with(' ') => format!("{setting}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    for (name, text) in [("as-it-is.toml", &text), ("all.toml", &all)] {
        let file = room.path().join(name);
        std::fs::write(&file, text).unwrap();
        let shown = Command::new(env!("CARGO_BIN_EXE_vaern"))
            .env_clear()
            .arg("--config")
            .arg(&file)
            .args(["config", "show"])
            .output()
            .unwrap();
        let shown = (shown.status.success(), said(&shown));
        assert!(
            shown.0 && shown.1.contains("/var/lib/vaern"),
            "{name}: {}",
            shown.1
        );
    }
    assert!(all.contains("\nsmtp = "), "{all}");
}

#[test]
fn nginx_understands_its_example() {
    let room = tempdir().unwrap();
    let place = room.path().to_str().unwrap();
    let made = program(
        "openssl",
        &[
            "req",
            "-x509",
            "-newkey",
            "rsa:2048",
            "-nodes",
            "-days",
            "2",
            "-subj",
            "/CN=vaern.kommune.example",
            "-keyout",
            &format!("{place}/privkey.pem"),
            "-out",
            &format!("{place}/fullchain.pem"),
        ],
    );
    assert!(made.expect("openssl").status.success());
    let example = std::fs::read_to_string(packaging("nginx.conf")).unwrap();
    let here = example
        .replace("/etc/ssl/vaern", place)
        .replace("/var/log/nginx", place);
    let whole = format!("error_log stderr;\npid {place}/pid;\nevents {{}}\nhttp {{\n{here}\n}}\n");
    let file = room.path().join("nginx.conf");
    std::fs::write(&file, whole).unwrap();
    let arguments = ["-t", "-p", place, "-c", file.to_str().unwrap()];
    let Some(tested) = program("/usr/sbin/nginx", &arguments) else {
        return;
    };
    assert!(tested.status.success(), "{}", said(&tested));
    // A report must get through, and what is searched for stays out of the log.
    assert!(example.contains("client_max_body_size 21g;") && !example.contains("$request "));
}

#[test]
fn caddy_understands_its_example() {
    let file = packaging("Caddyfile");
    let file = file.to_str().unwrap();
    let arguments = ["validate", "--adapter", "caddyfile", "--config", file];
    let Some(validated) = program("caddy", &arguments) else {
        return;
    };
    assert!(validated.status.success(), "{}", said(&validated));
}
