//! Settings as an operator meets them: a wrong one is refused before anything is made, and the log is fit for files and machines.

use crate::tools::{Said, Server, import_fjordby, ok, run, text, vaern};
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::tempdir;

fn with(data: &Path, settings: &[(&str, &str)], args: &[&str]) -> Said {
    let output = vaern(data, args)
        .envs(settings.iter().copied())
        .output()
        .expect("the binary starts");
    Said {
        code: output.status.code(),
        out: String::from_utf8_lossy(&output.stdout).into_owned(),
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    }
}

#[test]
fn wrong_settings_end_every_command_before_anything_is_made() {
    let parent = tempdir().unwrap();
    let data = parent.path().join("data");
    let wrong = [
        ("VAERN_PUBLIC_URL", "vaern.kommune.dk"),
        ("VAERN_MAIL_MUST_PASS", "perhaps"),
        ("VAERN_DATABSE_URL", "postgres://db/vaern"),
        ("VAERN_LOG", "verbose"),
    ];
    for args in [
        &["serve"][..],
        &["seal"],
        &["token", "create", "--as", "a@b.example"],
        &["config", "show"],
    ] {
        let said = with(&data, &wrong, args);
        assert_eq!(said.code, Some(1), "{args:?}: {}", said.err);
        for (name, _) in wrong {
            // A mistyped name hides the values of others no more than they hide it.
            let named = said.err.contains(name) || said.err.contains("VAERN_DATABSE_URL is no setting");
            assert!(named, "{args:?}, {name}: {}", said.err);
        }
        assert!(!data.exists(), "{args:?}");
    }
    // A mail server's pipe brings the message again.
    let said = with(&data, &wrong[..1], &["intake-mail"]);
    assert_eq!(said.code, Some(75), "{}", said.err);
    // What no setting has a part in works all the same.
    for args in [&["config", "reference"][..], &["openapi"]] {
        assert_eq!(with(&data, &wrong, args).code, Some(0), "{args:?}");
    }
    assert!(!data.exists());
}

#[test]
fn the_data_folders_file_is_read_and_shown_without_its_secrets() {
    let data = tempdir().unwrap();
    let file = data.path().join("vaern.toml");
    std::fs::write(
        &file,
        "smtp = \"smtps://mail.example\"\nmail_address = \"chikane@fjordby.example\"\nsmtp_login = \"vaern:hemmelig\"\n",
    )
    .unwrap();
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o600)).unwrap();
    let shown = ok(data.path(), &["config", "show"]);
    let line = |name: &str| {
        let mut lines = shown
            .lines()
            .map(|line| line.split_whitespace().collect::<Vec<_>>().join(" "));
        lines.find(|line| line.starts_with(&format!("{name} "))).unwrap()
    };
    let from_file = format!("[{}]", file.display());
    assert_eq!(
        line("VAERN_SMTP"),
        format!("VAERN_SMTP smtps://mail.example {from_file}")
    );
    assert_eq!(
        line("VAERN_SMTP_LOGIN"),
        format!("VAERN_SMTP_LOGIN (set, not shown) {from_file}")
    );
    assert_eq!(line("VAERN_LOG"), "VAERN_LOG warn [environment]");
    assert_eq!(line("VAERN_IMAP_EVERY"), "VAERN_IMAP_EVERY 60 [default]");
    assert!(!shown.contains("hemmelig"), "{shown}");
}

/// What a server writes to its log from start to stop.
fn log_of(settings: &[(&str, &str)]) -> String {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let log = data.path().join("log.txt");
    let mut server = Server::start_logged(data.path(), settings, &log);
    server.kill();
    std::fs::read_to_string(&log).unwrap()
}

#[test]
fn a_log_in_a_file_has_no_colours_and_one_for_machines_is_json() {
    let plain = log_of(&[("VAERN_LOG", "info")]);
    assert!(
        plain.contains("INFO") && plain.contains("ready on http"),
        "{plain}"
    );
    assert!(!plain.contains('\u{1b}'), "{plain}");

    let json = log_of(&[("VAERN_LOG", "info"), ("VAERN_LOG_FORMAT", "json")]);
    let lines: Vec<serde_json::Value> = json
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    let ready = lines
        .iter()
        .find(|line| {
            line["fields"]["message"]
                .as_str()
                .is_some_and(|said| said.contains("ready on http"))
        })
        .unwrap_or_else(|| panic!("{json}"));
    assert_eq!(ready["level"], "INFO");
    assert_eq!(ready["fields"]["engine"], "sqlite");
    assert!(
        ready["timestamp"].is_string()
            && ready["target"]
                .as_str()
                .is_some_and(|target| target.starts_with("vaern")),
        "{ready}"
    );
}

#[test]
fn an_address_that_sends_passwords_in_clear_is_said_loudly() {
    let exposed = log_of(&[("VAERN_PUBLIC_URL", "http://vaern.fjordby.example")]);
    assert!(
        exposed.contains("WARN") && exposed.contains("unencrypted"),
        "{exposed}"
    );
    let at_home = log_of(&[("VAERN_PUBLIC_URL", "http://127.0.0.1:8080")]);
    assert!(!at_home.contains("unencrypted"), "{at_home}");
}

#[test]
fn a_named_file_that_is_not_there_is_an_error() {
    let data = tempdir().unwrap();
    let gone = data.path().join("gone.toml");
    let said = run(data.path(), &["--config", text(&gone), "seal"]);
    assert_eq!(said.code, Some(1));
    assert!(said.err.contains("gone.toml is not there"), "{}", said.err);
}
