//! Every wrong setting is refused by its name, with what is right; every right one is taken.

use super::*;
use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use tempfile::{TempDir, tempdir};

const KEY: &str = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";

/// An environment with these variables, and an empty data folder.
fn environment(variables: &[(&str, &str)]) -> (TempDir, Surroundings) {
    let data = tempdir().unwrap();
    let mut surroundings = Surroundings {
        flags: Flags {
            data: Some(data.path().to_owned()),
            ..Flags::default()
        },
        ..Surroundings::default()
    };
    for (name, value) in variables {
        surroundings
            .environment
            .insert(OsString::from(name), OsString::from(value));
    }
    (data, surroundings)
}

fn read(variables: &[(&str, &str)]) -> Result<Config, Faults> {
    Config::read(&environment(variables).1)
}

fn faults(variables: &[(&str, &str)]) -> Vec<String> {
    match read(variables) {
        Ok(_) => panic!("{variables:?} was taken"),
        Err(faults) => faults.iter().map(str::to_owned).collect(),
    }
}

fn write(path: &Path, text: &str, mode: u32) {
    std::fs::write(path, text).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

fn value<'c>(config: &'c Config, name: &str) -> (&'c str, &'c Source) {
    let found = config
        .in_force
        .iter()
        .find(|one| one.setting.name == name)
        .unwrap();
    (found.value.as_deref().unwrap_or("-"), &found.source)
}

#[test]
fn a_wrong_value_is_refused_by_its_name_and_with_what_is_right() {
    let wrong = [
        ("VAERN_LISTEN", "8080", "127.0.0.1:8080"),
        ("VAERN_LISTEN", "localhost:8080", "IP address"),
        ("VAERN_LISTEN", "127.0.0.1:80800", "port"),
        ("VAERN_PUBLIC_URL", "vaern.kommune.dk", "https://"),
        ("VAERN_PUBLIC_URL", "htps://vaern.kommune.dk", "https://"),
        ("VAERN_PUBLIC_URL", "https://", "https://"),
        (
            "VAERN_PUBLIC_URL",
            "https://vaern.kommune.dk/vaern",
            "without a path",
        ),
        (
            "VAERN_PUBLIC_URL",
            "https://a:b@vaern.kommune.dk",
            "name or a password",
        ),
        ("VAERN_DATABASE_URL", "mysql://localhost/vaern", "postgres://"),
        ("VAERN_DATABASE_URL", "postgres://", "postgres://"),
        ("VAERN_BLOBS", "https://s3.example/vaern", "s3://"),
        ("VAERN_BLOBS", "s3://vaern?pathstyle", "pathstyle"),
        ("VAERN_MASTER_KEY", "0001", "64 hexadecimal digits"),
        ("VAERN_LOG", "verbose", "a level"),
        ("VAERN_LOG", "garbage=x=y", "a level"),
        ("VAERN_LOG", "info,store", "a level"),
        ("VAERN_LOG_FORMAT", "xml", "plain or json"),
        ("VAERN_DAILY_AT", "25:00", "time of day"),
        ("VAERN_DAILY_AT", "night", "time of day"),
        ("VAERN_REVERIFY_BYTES", "0", "from 65536"),
        ("VAERN_REVERIFY_BYTES", "-1", "number of bytes"),
        ("VAERN_REVERIFY_BYTES", "lots", "number of bytes"),
        ("VAERN_REVERIFY_BYTES", "99999999999TiB", "number of bytes"),
        ("VAERN_TSA", "tsa.example", "https://tsa.example/tsr"),
        ("VAERN_TSA", "ftp://tsa.example/", "https://tsa.example/tsr"),
        ("VAERN_TSA_LOGIN", "vaern", "name:password"),
        ("VAERN_TSA_POLICY", "our policy", "1.2.3.4"),
        ("VAERN_WITNESS", "chromium", "begins with /"),
        ("VAERN_CLAMD", "banana", "host:port"),
        ("VAERN_CLAMD", "localhost:0", "host:port"),
        ("VAERN_LMTP", "2024", "host:port"),
        ("VAERN_LMTP", "127.0.0.1:99999", "host:port"),
        ("VAERN_LMTP", "lmtp.sock", "host:port"),
        ("VAERN_MAIL_ADDRESS", "ikke en adresse", "e-mail address"),
        ("VAERN_MAIL_ADDRESS", "chikane@", "e-mail address"),
        ("VAERN_MAIL_ADDRESS", "@kommune.dk", "e-mail address"),
        ("VAERN_IMAP", "mail.example/INBOX", "imaps://"),
        ("VAERN_IMAP", "pop3://mail.example/", "imaps://"),
        ("VAERN_IMAP_LOGIN", "vaern", "name:password"),
        ("VAERN_IMAP_EVERY", "0", "from 1 to 86400"),
        ("VAERN_IMAP_EVERY", "often", "from 1 to 86400"),
        ("VAERN_IMAP_EVERY", "2d", "from 1 to 86400"),
        ("VAERN_SMTP", "mail.example", "smtps://"),
        ("VAERN_SMTP", "https://mail.example", "smtps://"),
        ("VAERN_SMTP_LOGIN", ":secret", "name:password"),
        ("VAERN_MAIL_CHECKED_BY", "mx kommune dk", "without spaces"),
        ("VAERN_MAIL_MUST_PASS", "2", "yes or no"),
        ("VAERN_MAIL_MUST_PASS", "maybe", "yes or no"),
        ("VAERN_MAIL_DAILY", "many", "whole number"),
        ("VAERN_PUBLIC_GUIDE", "open", "yes or no"),
    ];
    for (name, value, right) in wrong {
        let faults = faults(&[(name, value)]);
        let named = faults.iter().find(|fault| fault.starts_with(name));
        let named = named.unwrap_or_else(|| panic!("{name}={value}: {faults:?}"));
        assert!(named.contains(right), "{name}={value}: {named}");
    }
}

#[test]
fn a_secret_that_is_wrong_is_not_repeated() {
    for (name, value) in [
        ("VAERN_MASTER_KEY", "5up3rS3cret"),
        ("VAERN_SMTP_LOGIN", "5up3rS3cret"),
        ("VAERN_DATABASE_URL", "mysql://vaern:5up3rS3cret@db/vaern"),
    ] {
        let faults = faults(&[(name, value)]);
        assert!(!faults.concat().contains("5up3rS3cret"), "{faults:?}");
    }
}

#[test]
fn yes_and_no_are_understood_in_both_languages() {
    for yes in ["1", "true", "yes", "ja", "JA", "True"] {
        assert!(
            read(&[("VAERN_PUBLIC_GUIDE", yes)]).is_ok_and(|config| config.public_guide),
            "{yes}"
        );
        assert!(
            read(&[("VAERN_MAIL_MUST_PASS", yes)]).is_ok_and(|config| config.mail_must_pass),
            "{yes}"
        );
    }
    for no in ["0", "false", "no", "nej", ""] {
        assert!(
            read(&[("VAERN_PUBLIC_GUIDE", no)]).is_ok_and(|config| !config.public_guide),
            "{no}"
        );
    }
}

#[test]
fn lengths_of_time_and_sizes_may_have_units() {
    for (text, seconds) in [
        ("90", 90),
        ("90s", 90),
        ("5min", 300),
        ("2 h", 7200),
        ("1d", 86_400),
    ] {
        let config = read(&[("VAERN_IMAP_EVERY", text)]);
        let every = config.map(|config| config.imap_every.duration().as_secs());
        assert_eq!(every, Ok(seconds), "{text}");
    }
    for (text, bytes) in [("65536", 65_536), ("64KiB", 65_536), ("1 GiB", 1 << 30)] {
        let config = read(&[("VAERN_REVERIFY_BYTES", text)]);
        assert_eq!(config.map(|config| config.reverify_bytes.0), Ok(bytes), "{text}");
    }
}

#[test]
fn an_unknown_name_is_refused_with_the_one_that_was_meant() {
    for (name, meant) in [
        ("VAERN_LISTN", "VAERN_LISTEN"),
        ("VAERN_DATABSE_URL", "VAERN_DATABASE_URL"),
        ("VAERN_MASTERKEY", "VAERN_MASTER_KEY"),
        ("VAERN_MASTER_KEY_FIL", "VAERN_MASTER_KEY_FILE"),
        ("VAERN_LISTEN_FILE", "VAERN_LISTEN"),
    ] {
        let faults = faults(&[(name, "x")]);
        assert_eq!(faults, [format!("{name} is no setting: did you mean {meant}?")]);
    }
    // Of others' names nothing is said.
    assert!(read(&[("VAERNEHJEM", "x"), ("PATH", "/bin")]).is_ok());
}

#[test]
fn all_that_is_wrong_is_told_at_once() {
    let wrong = [
        ("VAERN_LISTEN", "here"),
        ("VAERN_CLAMD", "banana"),
        ("VAERN_IMAP_EVERY", "0"),
    ];
    assert_eq!(faults(&wrong).len(), 3);
    let said = read(&wrong).err().unwrap().to_string();
    assert!(said.starts_with("3 settings are wrong\n  VAERN_"), "{said}");
}

#[test]
fn what_means_nothing_alone_names_what_it_needs() {
    for (name, value, needed) in [
        ("VAERN_TSA", "https://tsa.example/tsr", "VAERN_TSA_CERT"),
        ("VAERN_SMTP", "smtps://mail.example", "VAERN_MAIL_ADDRESS"),
        ("VAERN_IMAP", "imaps://mail.example/INBOX", "VAERN_IMAP_LOGIN"),
    ] {
        let faults = faults(&[(name, value)]);
        assert!(
            faults[0].starts_with(&format!("{name} needs {needed}")),
            "{faults:?}"
        );
    }
}

#[test]
fn the_file_says_the_same_in_small_letters_and_the_environment_and_the_command_line_win() {
    let (data, mut surroundings) = environment(&[("VAERN_IMAP_EVERY", "30s")]);
    let file = data.path().join("vaern.toml");
    write(
        &file,
        "imap_every = 45\nmail_daily = 7\npublic_guide = true\ndaily_at = 03:30:00\nlisten = \"127.0.0.1:9000\"\n",
        0o644,
    );
    surroundings.flags.listen = Some("127.0.0.1:9001".into());
    let config = Config::read(&surroundings).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(value(&config, "VAERN_IMAP_EVERY"), ("30s", &Source::Environment));
    assert_eq!(
        value(&config, "VAERN_LISTEN"),
        ("127.0.0.1:9001", &Source::CommandLine)
    );
    assert_eq!(value(&config, "VAERN_MAIL_DAILY"), ("7", &Source::File(file)));
    assert_eq!(value(&config, "VAERN_LOG"), ("info", &Source::Default));
    assert_eq!(value(&config, "VAERN_CLAMD"), ("-", &Source::Default));
    assert!(config.public_guide);
    assert_eq!(config.daily_at, jiff::civil::time(3, 30, 0, 0));
}

#[test]
fn a_file_with_faults_is_refused_with_its_path() {
    for (text, named) in [
        (
            "listn = \"127.0.0.1:1\"",
            "listn is no setting: did you mean listen?",
        ),
        ("VAERN_LISTEN = \"127.0.0.1:1\"", "did you mean listen?"),
        (
            "[mail]\naddress = \"a@b\"",
            "mail: it must be a text, a number, or true or false",
        ),
        ("listen = ", "TOML parse error at line 1"),
        ("imap_every = 0", "VAERN_IMAP_EVERY is \"0\": it must be"),
    ] {
        let (data, surroundings) = environment(&[]);
        let file = data.path().join("vaern.toml");
        write(&file, text, 0o640);
        let said = Config::read(&surroundings).err().expect(text).to_string();
        assert!(said.contains(named), "{text}: {said}");
        assert!(said.contains(&file.display().to_string()), "{text}: {said}");
    }
}

#[test]
fn a_named_file_must_be_there_and_the_packages_is_for_its_own_data_folder() {
    let (data, mut surroundings) = environment(&[]);
    let packaged = data.path().join("packaged.toml");
    write(
        &packaged,
        &format!("data = \"{}\"\nmail_daily = 9\n", data.path().display()),
        0o640,
    );
    surroundings.packaged = Some(packaged.clone());
    let daily = |surroundings: &Surroundings| Config::read(surroundings).map(|config| config.mail_daily.0);
    // The data folder is named by the command line, and the package's file is of this folder.
    assert_eq!(daily(&surroundings), Ok(9));
    // Another folder has nothing to do with it.
    let other = tempdir().unwrap();
    surroundings.flags.data = Some(other.path().to_owned());
    assert_eq!(daily(&surroundings), Ok(20));
    // Without any folder named the package's file says which it is.
    surroundings.flags.data = None;
    let config = Config::read(&surroundings).unwrap_or_else(|faults| panic!("{faults}"));
    assert_eq!(config.data, data.path());
    // A named file counts in place of it, and must be there.
    surroundings.flags.config = Some(data.path().join("gone.toml"));
    let said = Config::read(&surroundings).err().unwrap().to_string();
    assert!(said.contains("gone.toml is not there"), "{said}");
    surroundings.flags.config = None;
    surroundings
        .environment
        .insert("VAERN_CONFIG".into(), packaged.into());
    assert_eq!(daily(&surroundings), Ok(9));
}

#[test]
fn secrets_come_from_files_of_their_own_too_and_are_never_shown() {
    let (data, mut surroundings) = environment(&[]);
    let file = data.path().join("key");
    write(&file, &format!("{KEY}\n"), 0o600);
    let path = file.display().to_string();
    surroundings
        .environment
        .insert("VAERN_MASTER_KEY_FILE".into(), file.clone().into());
    let config = Config::read(&surroundings).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(config.master_key.is_some());
    assert_eq!(
        value(&config, "VAERN_MASTER_KEY"),
        ("(set, not shown)", &Source::File(file.clone()))
    );
    assert!(!config.show().contains(KEY));

    // Both at once, an empty one, and one that everybody can read are refused.
    surroundings
        .environment
        .insert("VAERN_MASTER_KEY".into(), KEY.into());
    let said = Config::read(&surroundings).err().unwrap().to_string();
    assert!(said.contains("both set"), "{said}");
    surroundings
        .environment
        .remove(&OsString::from("VAERN_MASTER_KEY"));
    write(&file, &format!("{KEY}\n"), 0o604);
    let said = Config::read(&surroundings).err().unwrap().to_string();
    assert!(said.contains(&format!("chmod 600 {path}")), "{said}");
    write(&file, "\n", 0o600);
    let said = Config::read(&surroundings).err().unwrap().to_string();
    assert!(said.contains("it is empty"), "{said}");
}

#[test]
fn a_secret_may_be_a_credential_of_systemd_or_be_named_by_the_file_of_settings() {
    let (data, mut surroundings) = environment(&[
        ("VAERN_SMTP", "smtps://mail.example"),
        ("VAERN_MAIL_ADDRESS", "a@b.example"),
    ]);
    let credentials = tempdir().unwrap();
    write(&credentials.path().join("smtp_login"), "vaern:hemmelig", 0o400);
    surroundings
        .environment
        .insert("CREDENTIALS_DIRECTORY".into(), credentials.path().into());
    let config = Config::read(&surroundings).unwrap_or_else(|faults| panic!("{faults}"));
    let login = config.smtp_login.as_ref().map(Login::as_str);
    assert_eq!(login, Some("vaern:hemmelig"));
    // A folder that is loaded as a whole gives its name to each file.
    let names = ["smtp_login", "vaern_smtp_login"].map(|name| credentials.path().join(name));
    std::fs::rename(&names[0], &names[1]).unwrap();
    let config = Config::read(&surroundings).unwrap_or_else(|faults| panic!("{faults}"));
    assert!(config.smtp_login.is_some());

    surroundings
        .environment
        .remove(&OsString::from("CREDENTIALS_DIRECTORY"));
    let own = data.path().join("login");
    write(&own, "vaern:andet\n", 0o600);
    let file = data.path().join("vaern.toml");
    write(
        &file,
        &format!("smtp_login_file = \"{}\"\n", own.display()),
        0o644,
    );
    let config = Config::read(&surroundings).unwrap_or_else(|faults| panic!("{faults}"));
    let login = config.smtp_login.as_ref().map(Login::as_str);
    assert_eq!(login, Some("vaern:andet"));

    // In the file itself only as long as not everybody reads it.
    write(&file, "smtp_login = \"vaern:tredje\"\n", 0o644);
    let said = Config::read(&surroundings).err().unwrap().to_string();
    assert!(said.contains("chmod 640") && !said.contains("tredje"), "{said}");
    write(&file, "smtp_login = \"vaern:tredje\"\n", 0o640);
    assert!(Config::read(&surroundings).is_ok());
}

#[test]
fn the_database_is_shown_without_its_password() {
    let url = "postgres://vaern:hemmelig@db.kommune.example:5432/vaern?sslmode=verify-full&password=ogsaa";
    let config = read(&[("VAERN_DATABASE_URL", url)]).unwrap_or_else(|faults| panic!("{faults}"));
    let (shown, _) = value(&config, "VAERN_DATABASE_URL");
    assert_eq!(shown, "postgres://vaern@db.kommune.example:5432/vaern");
}

#[test]
fn two_nodes_that_are_set_alike_have_one_digest() {
    let digest = |variables: &[(&str, &str)]| read(variables).map(|config| config.digest());
    let plain = digest(&[]);
    assert_eq!(plain.as_ref().map(String::len), Ok(16));
    // Where a node listens and what it logs is its own.
    assert_eq!(
        digest(&[("VAERN_LISTEN", "127.0.0.1:9"), ("VAERN_LOG", "debug")]),
        plain
    );
    assert_ne!(digest(&[("VAERN_MAIL_DAILY", "21")]), plain);
    let first = digest(&[("VAERN_MASTER_KEY", KEY)]);
    assert_ne!(first, plain);
    assert_eq!(digest(&[("VAERN_MASTER_KEY", &KEY.replace('0', "f"))]), first);
}

#[test]
fn addresses_tell_whether_sessions_would_cross_a_network_unencrypted() {
    for (url, is_exposed) in [
        ("https://vaern.kommune.example", false),
        ("http://127.0.0.1:8080", false),
        ("http://[::1]:8080", false),
        ("http://localhost:8080/", false),
        ("http://vaern.kommune.example", true),
    ] {
        let config = read(&[("VAERN_PUBLIC_URL", url)]).unwrap_or_else(|faults| panic!("{faults}"));
        let public = config.public_url.unwrap();
        assert_eq!(public.is_exposed(), is_exposed, "{url}");
        assert!(!public.as_str().ends_with('/'), "{url}");
    }
}

#[test]
fn the_reference_names_every_setting_once_and_is_committed() {
    let page = reference();
    for setting in table::SETTINGS {
        let row = format!("| `{}` |", setting.name);
        assert_eq!(page.matches(&row).count(), 1, "{}", setting.name);
        assert!(
            setting.name.starts_with("VAERN_") && setting.about.trim().ends_with('.'),
            "{}",
            setting.name
        );
    }
    let committed = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/configuration.md");
    let committed = std::fs::read_to_string(committed).unwrap_or_default();
    assert!(
        committed == page,
        "docs/configuration.md is stale: run make configuration"
    );
}

#[test]
fn the_environment_is_read_in_one_place() {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut folders = vec![source];
    let mut readers = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let reads = ["env::var", "env::vars", "option_env!"].map(|word| text.contains(word));
            if reads.contains(&true) && !path.ends_with("config/tests.rs") {
                readers.push(path);
            }
        }
    }
    assert!(
        readers.iter().all(|path| path.ends_with("config/sources.rs")),
        "read it as a setting (config/table.rs): {readers:?}"
    );
}
