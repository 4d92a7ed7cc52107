//! The two languages say the same things, nothing is missing, and nothing is left over.

use app::{FileFault, NoticeKind};
use domain::access::Relation;
use domain::case::{Refusal, Viewing};
use domain::vocabulary::{Compartment, DutyKind, Medium, Outcome, Role};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Key and text of every message of a language, by file.
fn texts(language: &str) -> BTreeMap<String, BTreeMap<String, String>> {
    let folder = root().join("locales").join(language);
    let files = fs::read_dir(folder)
        .expect("locales")
        .map(|file| file.expect("a file").path());
    let read = |path: PathBuf| {
        let name = path.file_stem().expect("a name").to_string_lossy().into_owned();
        (name, messages(&fs::read_to_string(&path).expect("text")))
    };
    files.map(read).collect()
}

fn messages(text: &str) -> BTreeMap<String, String> {
    let mut found: BTreeMap<String, String> = BTreeMap::new();
    let mut last = None;
    for line in text.lines().filter(|line| !line.starts_with('#')) {
        match line.split_once(" =") {
            Some((key, rest)) if line.starts_with(|c: char| c.is_ascii_lowercase()) => {
                let known = found.insert(key.to_owned(), rest.trim().to_owned());
                assert!(known.is_none(), "{key} is there twice");
                last = Some(key.to_owned());
            }
            _ => {
                let more = last.as_ref().and_then(|key| found.get_mut(key));
                more.into_iter()
                    .for_each(|text| text.push_str(&format!("\n{line}")));
            }
        }
    }
    found
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// All messages of a language, whichever file they stand in.
fn all(language: &str) -> BTreeMap<String, String> {
    let mut all = BTreeMap::new();
    for (file, messages) in texts(language) {
        for (key, text) in messages {
            assert!(
                all.insert(key.clone(), text).is_none(),
                "{language}/{file}.ftl says {key} again"
            );
        }
    }
    all
}

/// The sources and templates, which name the keys.
fn sources() -> String {
    fn read(folder: &Path, into: &mut String) {
        for entry in fs::read_dir(folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                read(&path, into);
            } else if path.extension().is_some_and(|end| end == "rs" || end == "html") {
                into.push_str(&fs::read_to_string(&path).expect("text"));
            }
        }
    }
    let mut text = String::new();
    read(&root().join("src"), &mut text);
    read(&root().join("templates"), &mut text);
    text
}

/// Every text between two double quotes.
fn quoted(source: &str) -> BTreeSet<&str> {
    source.lines().flat_map(|line| line.split('"').skip(1)).collect()
}

fn variables(text: &str) -> BTreeSet<&str> {
    let names = text.split('$').skip(1);
    names
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_')
                .next()
                .unwrap_or("")
        })
        .collect()
}

#[test]
fn both_languages_say_the_same_things_with_the_same_variables() {
    let (da, en) = (texts("da"), texts("en"));
    assert_eq!(
        da.keys().collect::<Vec<_>>(),
        en.keys().collect::<Vec<_>>(),
        "the same files"
    );
    for (file, danish) in &da {
        let english = &en[file];
        assert_eq!(
            danish.keys().collect::<Vec<_>>(),
            english.keys().collect::<Vec<_>>(),
            "{file}.ftl: the same keys in the same order of the alphabet"
        );
        for (key, text) in danish {
            assert_eq!(variables(text), variables(&english[key]), "{file}.ftl: {key}");
            assert!(
                !text.trim().is_empty() && !english[key].trim().is_empty(),
                "{file}.ftl: {key}"
            );
        }
    }
}

#[test]
fn every_key_that_is_asked_for_is_there() {
    let source = sources();
    let known = all("da");
    let mut asked = 0;
    for call in [".t(\"", ".ta(\"", ".tn(\""] {
        for key in source
            .split(call)
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
        {
            asked += 1;
            assert!(known.contains_key(key), "{call}{key}\") has no text");
        }
    }
    assert!(
        asked > 100,
        "{asked} keys: this test does not see the sources any more"
    );
}

#[test]
fn every_key_that_is_there_is_asked_for() {
    let source = sources();
    let quoted = quoted(&source);
    // `format!("duty-{kind}")` and `word("role", …)` ask for families of keys.
    let mut families: BTreeSet<String> = quoted
        .iter()
        .filter(|text| text.contains('{'))
        .map(|text| (*text).to_owned())
        .collect();
    families.extend(
        source
            .split("word(\"")
            .skip(1)
            .filter_map(|rest| Some(format!("{}-{{}}", rest.split('"').next()?))),
    );
    for key in all("da").keys() {
        let asked = quoted.contains(key.as_str()) || families.iter().any(|family| belongs(key, family));
        assert!(asked, "nothing asks for {key}");
    }
}

/// Whether `key` is what `family` can make: its fixed pieces in order, anything of a key's letters where it has braces.
fn belongs(key: &str, family: &str) -> bool {
    let pieces: Vec<&str> = family
        .split('{')
        .map(|piece| piece.split_once('}').map_or(piece, |(_, rest)| rest))
        .collect();
    let letters = |piece: &&str| {
        piece
            .bytes()
            .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    let told = pieces.iter().map(|piece| piece.len()).sum::<usize>();
    let (Some(first), Some(last)) = (pieces.first(), pieces.last()) else {
        return false;
    };
    if told < 2 || !pieces.iter().all(letters) || !key.starts_with(first) || !key.ends_with(last) {
        return false;
    }
    let mut rest = key;
    pieces.iter().all(|piece| {
        rest.find(piece)
            .map(|at| rest = &rest[at + piece.len()..])
            .is_some()
    })
}

#[test]
fn every_value_has_a_word() {
    let known = all("da");
    let mut wanted: Vec<String> = Vec::new();
    let mut put =
        |family: &str, names: &[&str]| wanted.extend(names.iter().map(|name| format!("{family}-{name}")));
    macro_rules! names {
        ($list:ty) => {
            &<$list>::ALL
                .iter()
                .map(|value| value.name())
                .collect::<Vec<_>>()
        };
    }
    put("duty", names!(DutyKind));
    put("outcome", names!(Outcome));
    put("role", names!(Role));
    put("medium", names!(Medium));
    put("drawer", names!(Compartment));
    put("relation", names!(Relation));
    put("viewing", names!(Viewing));
    put("notice", names!(NoticeKind));
    put("phase", &["open", "closed", "joined"]);
    put("refusal", Refusal::CODES);
    put("refusal", domain::guide::Refused::CODES);
    put("guide", domain::guide::PictureFault::CODES);
    put("reader", names!(domain::guide::Reader));
    put("guide-state", names!(domain::guide::EditionState));
    put("guide-size", names!(domain::guide::Size));
    put("job", &app::JOBS);
    put("stamp", &["waiting", "stamped", "overtaken"]);
    app::STAMP_FAULTS
        .iter()
        .for_each(|codes| put("stamp-fault", codes));
    put("mail-why", names!(domain::mail::Doubt));
    put("mail-why", names!(domain::mail::NoCase));
    put("practise-missing", names!(domain::drill::Part));
    for family in ["start-practise", "calendar-practice"] {
        put(family, names!(domain::drill::Exercise));
    }
    for exercise in domain::drill::Exercise::ALL {
        put(&format!("letter-reminder-{exercise}"), &["due", "late", "how"]);
    }
    put("seen", names!(domain::seen::Seen));
    put("stopped", names!(domain::case::witnessed::Stopped));
    put("grade", names!(domain::case::Grade));
    put("arrival", names!(domain::case::Arrival));
    put("practise-step", names!(domain::drill::case::Step));
    put("practise-missed", names!(domain::drill::case::Missed));
    let practised = domain::drill::case::COMMANDS.map(|command| command.name());
    put("practise-cue", &practised);
    put("mail-door", names!(domain::mail::Door));
    put("mail-check", names!(domain::mail::Check));
    put("problem", Refusal::PROBLEMS);
    put("file", FileFault::CODES);
    put("copies-failed", app::media::Fault::CODES);
    let missing: Vec<&String> = wanted.iter().filter(|key| !known.contains_key(*key)).collect();
    assert!(missing.is_empty(), "no text for {missing:?}");
}

#[test]
fn danish_screens_speak_danish() {
    const ENGLISH: [&str; 26] = [
        "the",
        "and",
        "with",
        "your",
        "case",
        "file",
        "files",
        "upload",
        "download",
        "login",
        "log-in",
        "logout",
        "dashboard",
        "settings",
        "submit",
        "report",
        "please",
        "error",
        "cookie",
        "screenshot",
        "deadline",
        "password",
        "user",
        "click",
        "online",
        "status page",
    ];
    // Words that the design says never to use of anybody.
    const NEVER: [&str; 4] = ["gerningsmand", "offer", "offeret", "krænker"];
    for (key, text) in all("da") {
        let lower = text.to_lowercase();
        let words: BTreeSet<&str> = lower.split(|c: char| !c.is_alphanumeric() && c != '-').collect();
        for word in ENGLISH.iter().chain(&NEVER) {
            assert!(!words.contains(word), "{key} says “{word}”: {text}");
        }
    }
}
