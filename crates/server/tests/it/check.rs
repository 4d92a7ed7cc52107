//! `vaern check`: a line for each thing it needs, good or wrong, and nothing made.

use crate::tools::{Server, import_fjordby, run, text, vaern};
use std::collections::BTreeMap;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// What it said of each thing, with whether that was good, and its exit code.
struct Checked {
    code: Option<i32>,
    lines: Vec<(bool, String)>,
}

impl Checked {
    fn of(data: &Path, settings: &[(&str, &str)]) -> Self {
        let output = vaern(data, &["check"])
            .envs(settings.iter().copied())
            .env("PATH", "/usr/bin:/bin")
            .output()
            .expect("the binary starts");
        let out = String::from_utf8(output.stdout).expect("UTF-8");
        let line = |line: &str| match line.split_at(6) {
            ("good  ", rest) => (true, rest.to_owned()),
            ("WRONG ", rest) => (false, rest.to_owned()),
            _ => panic!("neither good nor wrong: {line}"),
        };
        Self {
            code: output.status.code(),
            lines: out.lines().map(line).collect(),
        }
    }

    /// The lines about one thing.
    fn about(&self, what: &str) -> Vec<&(bool, String)> {
        let named = format!("{what}: ");
        let lines = self.lines.iter().filter(|(_, line)| line.starts_with(&named));
        lines.collect()
    }

    /// That this is wrong, and that the line says so.
    fn wrong(&self, what: &str, says: &str) {
        let lines = self.about(what);
        let found = lines
            .iter()
            .any(|(is_good, line)| !is_good && line.contains(says));
        assert!(found, "{what} is not wrong with {says}: {:?}", self.lines);
        assert_eq!(self.code, Some(1));
    }

    fn good(&self, what: &str, says: &str) {
        let lines = self.about(what);
        let found = lines
            .iter()
            .any(|(is_good, line)| *is_good && line.contains(says));
        assert!(found, "{what} is not good with {says}: {:?}", self.lines);
    }
}

/// A whole store, in a folder of its own, and an address that is free for its server.
fn store() -> (TempDir, String) {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o700)).unwrap();
    (data, free())
}

fn free() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().to_string()
}

/// Every file below a folder, with what changes when it is written.
fn tree(folder: &Path) -> BTreeMap<PathBuf, (u64, i64, i64)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            let facts = path.metadata().unwrap();
            if facts.is_dir() {
                // A probe that came and went leaves its folder with a newer time.
                folders.push(path);
                continue;
            }
            // In it SQLite's readers say that they read.
            if path.to_string_lossy().ends_with("-shm") {
                continue;
            }
            found.insert(path, (facts.size(), facts.mtime(), facts.mtime_nsec()));
        }
    }
    found
}

#[test]
fn a_whole_store_is_good_and_left_as_it_is() {
    let (data, listen) = store();
    let before = tree(data.path());
    let checked = Checked::of(data.path(), &[("VAERN_LISTEN", &listen)]);
    assert!(
        checked.lines.iter().all(|(is_good, _)| *is_good),
        "{:?}",
        checked.lines
    );
    assert_eq!(checked.code, Some(0));
    checked.good("server", "is free for it");
    for about in [
        "settings",
        "folder",
        "disk",
        "clock",
        "procedure",
        "programs",
        "mail out",
        "mailbox",
    ] {
        assert!(!checked.about(about).is_empty(), "{about}");
    }
    assert_eq!(tree(data.path()), before);
}

#[test]
fn beside_a_running_server_it_says_that_one_answers() {
    let (data, _) = store();
    let server = Server::start(data.path());
    let checked = Checked::of(data.path(), &[("VAERN_LISTEN", &server.address.to_string())]);
    checked.good("server", "one answers");
    assert_eq!(checked.code, Some(0), "{:?}", checked.lines);
}

#[test]
fn a_wrong_path_is_an_error_and_stays_one() {
    let parent = tempdir().unwrap();
    let data = parent.path().join("typing-error");
    let checked = Checked::of(&data, &[("VAERN_LISTEN", &free())]);
    checked.wrong("folder", "is not there");
    assert!(!data.exists());
}

#[test]
fn other_keys_and_files_that_are_gone_are_wrong() {
    let (data, listen) = store();
    let settings = [("VAERN_LISTEN", listen.as_str())];
    let key = data.path().join("keys/master.key");
    let (own, other) = (std::fs::read(&key).unwrap(), format!("{}\n", "5a".repeat(32)));
    std::fs::write(&key, other).unwrap();
    Checked::of(data.path(), &settings).wrong("keys", "master key");
    std::fs::write(&key, own).unwrap();
    std::fs::rename(
        data.path().join("keys/signing.key"),
        data.path().join("signing.key"),
    )
    .unwrap();
    Checked::of(data.path(), &settings).wrong("keys", "new-signing-key");
    assert!(!data.path().join("keys/signing.key").exists());
    std::fs::rename(
        data.path().join("signing.key"),
        data.path().join("keys/signing.key"),
    )
    .unwrap();
    std::fs::remove_file(data.path().join("blobs/INSTALLATION")).unwrap();
    let checked = Checked::of(data.path(), &settings);
    assert!(
        checked.about("installation").iter().any(|(is_good, _)| !is_good),
        "{:?}",
        checked.lines
    );
}

#[test]
fn what_others_can_look_into_is_wrong() {
    let (data, listen) = store();
    std::fs::set_permissions(data.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
    let checked = Checked::of(data.path(), &[("VAERN_LISTEN", &listen)]);
    checked.wrong("folder", &format!("chmod 700 {}", data.path().display()));
}

#[test]
fn a_broken_procedure_and_wrong_settings_are_named() {
    let (data, listen) = store();
    std::fs::write(data.path().join("procedure.toml"), "version = ").unwrap();
    let checked = Checked::of(data.path(), &[("VAERN_LISTEN", &listen)]);
    checked.wrong("procedure", "procedure.toml");
    let checked = Checked::of(
        data.path(),
        &[("VAERN_LISTN", &listen), ("VAERN_CLAMD", "banana")],
    );
    checked.wrong("settings", "did you mean VAERN_LISTEN");
}

#[test]
fn neighbours_that_are_away_are_wrong_and_name_their_setting() {
    let (data, listen) = store();
    let (away, other) = (free(), TcpListener::bind("127.0.0.1:0").unwrap());
    let taken = other.local_addr().unwrap().to_string();
    // Whoever listens there hangs up at once: no mail listener of ours.
    let hang_up = std::thread::spawn(move || drop(other.accept()));
    let pem = data.path().join("not-pem");
    std::fs::write(&pem, "no certificate").unwrap();
    let (smtp, imap) = (format!("smtp://{away}"), format!("imap://{away}/INBOX"));
    let settings = [
        ("VAERN_LISTEN", listen.as_str()),
        ("VAERN_PUBLIC_URL", "http://vaern.fjordby.example"),
        ("VAERN_SMTP", &smtp),
        ("VAERN_MAIL_ADDRESS", "chikane@fjordby.example"),
        ("VAERN_IMAP", &imap),
        ("VAERN_IMAP_LOGIN", "vaern:hemmelig"),
        ("VAERN_CLAMD", &away),
        ("VAERN_LMTP", &taken),
        ("VAERN_TSA", "http://127.0.0.1:9/"),
        ("VAERN_TSA_CERT", text(&pem)),
        ("VAERN_WITNESS", "/bin/false"),
    ];
    let checked = Checked::of(data.path(), &settings);
    hang_up.join().unwrap();
    checked.wrong("mail out", "VAERN_SMTP");
    checked.wrong("mailbox", "VAERN_IMAP");
    checked.wrong("malware scanner", "VAERN_CLAMD");
    checked.wrong("mail in", "VAERN_LMTP");
    checked.wrong("time-stamps", "VAERN_TSA");
    checked.wrong("browser", "VAERN_WITNESS");
    checked.wrong("public address", "unencrypted");
    assert!(
        !checked.lines.iter().any(|(_, line)| line.contains("hemmelig")),
        "{:?}",
        checked.lines
    );
}

#[test]
fn a_neighbour_that_never_answers_is_late_and_the_check_ends() {
    let (data, listen) = store();
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let smtp = format!("smtp://{}", silent.local_addr().unwrap());
    let settings = [
        ("VAERN_LISTEN", listen.as_str()),
        ("VAERN_SMTP", &smtp),
        ("VAERN_MAIL_ADDRESS", "chikane@fjordby.example"),
    ];
    Checked::of(data.path(), &settings).wrong("mail out", "no answer");
}

#[test]
fn check_is_among_the_commands() {
    let data = tempdir().unwrap();
    assert!(run(data.path(), &["--help"]).out.contains("check"));
}
