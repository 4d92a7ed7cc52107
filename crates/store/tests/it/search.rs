//! What is found, by whom, and that what is forgotten leaves no word.

use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;
use std::collections::BTreeSet;
use store::StoreError;
use store::search::{Leaf, Place, Search};
use tempfile::TempDir;

struct Library {
    search: Search,
    dir: TempDir,
}

fn library() -> Library {
    let dir = tempfile::tempdir().unwrap();
    let search = Search::open(dir.path()).unwrap();
    Library { search, dir }
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

fn leaf(readers: &[&str], words: &[&str], exhibits: &[&str], names: &[&str]) -> Leaf {
    Leaf {
        readers: readers.iter().map(|reader| PersonId::new(*reader)).collect(),
        words: texts(words),
        exhibits: texts(exhibits),
        names: texts(names),
        until: None,
    }
}

impl Library {
    fn put(&self, case: &str, leaves: &[Leaf]) {
        self.search
            .put(&CaseId::new(case), Timestamp::UNIX_EPOCH, "", leaves)
            .unwrap();
        self.search.commit().unwrap();
    }

    fn found(&self, person: &str, question: &str) -> Vec<String> {
        let found = self.search.find(&PersonId::new(person), question, 0, 20).unwrap();
        assert_eq!(found.all, found.hits.len());
        found
            .hits
            .into_iter()
            .map(|hit| hit.case.as_str().to_owned())
            .collect()
    }

    fn places(&self, person: &str, question: &str) -> BTreeSet<Place> {
        let found = self.search.find(&PersonId::new(person), question, 0, 20).unwrap();
        found.hits.into_iter().flat_map(|hit| hit.places).collect()
    }
}

fn two_cases() -> Library {
    let library = library();
    library.put(
        "a",
        &[leaf(
            &["vibeke", "lars"],
            &["Trusler mod sagsbehandleren på Facebook"],
            &["jeg ved hvor du bor, Mette"],
            &["Jan Pødenphant", "Mette Ågård"],
        )],
    );
    library.put(
        "b",
        &[
            leaf(
                &["vibeke"],
                &["Nedsættende opslag i en lokal gruppe"],
                &[],
                &["Søren Kjær"],
            ),
            leaf(&["lone"], &["Det stod i gruppen"], &[], &[]),
        ],
    );
    library
}

#[test]
fn a_case_is_found_by_any_form_of_its_words() {
    let library = two_cases();
    for question in [
        "trussel",
        "TRUSLEN",
        "sagsbehandler",
        "sagsbehandl",
        "facebook trusler",
    ] {
        assert_eq!(library.found("vibeke", question), ["a"], "{question}");
    }
    assert_eq!(library.found("vibeke", "grupper"), ["b"]);
    assert_eq!(library.found("vibeke", "opslagene og gruppen"), ["b"]);
    // All words, not any of them.
    assert!(library.found("vibeke", "trussel gruppe").is_empty());
    for nothing in ["", " … ", "zzzz", "-", "\"", "*", "a AND b", "words:trusl"] {
        assert!(library.found("vibeke", nothing).is_empty(), "{nothing}");
    }
}

#[test]
fn names_are_found_however_they_are_written_and_with_a_slip() {
    let library = two_cases();
    for (question, case) in [
        ("Aagaard", "a"),
        ("ågård", "a"),
        ("agård", "a"),
        ("Podenphant", "a"),
        ("Pødenfant", "a"),
        ("Pødnephant", "a"),
        ("soeren kjaer", "b"),
        ("Kjer", "b"),
        ("Sören", "b"),
    ] {
        assert_eq!(library.found("vibeke", question), [case], "{question}");
    }
    // A slip is a slip in a name alone.
    assert!(library.found("vibeke", "trussol").is_empty());
    assert!(library.found("vibeke", "Jens").is_empty());
}

#[test]
fn it_is_said_where_the_words_stand() {
    let library = two_cases();
    let only = |place| BTreeSet::from([place]);
    assert_eq!(library.places("lars", "trussel"), only(Place::Case));
    assert_eq!(library.places("lars", "bor"), only(Place::Exhibit));
    assert_eq!(library.places("lars", "pødenphant"), only(Place::Name));
    assert_eq!(
        library.places("lars", "mette"),
        BTreeSet::from([Place::Exhibit, Place::Name])
    );
}

#[test]
fn nobody_finds_in_what_they_do_not_read() {
    let library = two_cases();
    assert_eq!(library.found("lars", "trussel"), ["a"]);
    assert!(library.found("lars", "gruppe").is_empty());
    assert_eq!(library.found("lone", "gruppe"), ["b"]);
    assert!(library.found("lone", "nedsættende").is_empty());
    // An id that begins like another, or a question that tries to be one.
    assert!(library.found("vibek", "trussel").is_empty());
    assert!(library.found("sanne", "trussel reader:vibeke").is_empty());
}

#[test]
fn what_is_put_in_again_stands_instead() {
    let library = two_cases();
    library.put("a", &[leaf(&["lars"], &["Chikane"], &[], &[])]);
    assert!(library.found("vibeke", "trussel").is_empty());
    assert!(library.found("lars", "trussel").is_empty());
    assert_eq!(library.found("lars", "chikanen"), ["a"]);
}

#[test]
fn pages_follow_each_other_and_end() {
    let library = library();
    for case in 0..7 {
        library.put(&format!("c{case}"), &[leaf(&["vibeke"], &["Opslag"], &[], &[])]);
    }
    let page = |from| {
        library
            .search
            .find(&PersonId::new("vibeke"), "opslag", from, 3)
            .unwrap()
    };
    let mut seen = BTreeSet::new();
    for (from, rows) in [(0, 3), (3, 3), (6, 1), (9, 0)] {
        let found = page(from);
        assert_eq!((found.all, found.hits.len()), (7, rows));
        seen.extend(found.hits.into_iter().map(|hit| hit.case.as_str().to_owned()));
    }
    assert_eq!(seen.len(), 7);
}

#[test]
fn a_forgotten_case_leaves_no_word_in_any_file() {
    let library = two_cases();
    assert!(library.search.vocabulary().unwrap().contains("pødenphant"));
    library.search.forget(&CaseId::new("a")).unwrap();
    let left = library.search.vocabulary().unwrap();
    for word in ["pødenphant", "mette", "ågård", "bor", "trusl"] {
        assert!(!left.contains(word), "{word}");
    }
    assert!(left.contains("kjær"));
    assert_eq!(library.found("vibeke", "gruppe"), ["b"]);
    // The files that held them are gone.
    let room = library.dir.path().join("1");
    let files = std::fs::read_dir(room).unwrap().map(|file| file.unwrap().path());
    let dictionaries = files.filter(|path| path.extension().is_some_and(|kind| kind == "term"));
    assert_eq!(dictionaries.count(), library.search.parts());
}

#[test]
fn a_round_throws_out_what_it_did_not_meet() {
    let library = two_cases();
    let again = [leaf(&["vibeke"], &["Nedsættende opslag"], &[], &[])];
    library
        .search
        .put(&CaseId::new("b"), Timestamp::UNIX_EPOCH, "round1", &again)
        .unwrap();
    library.search.commit().unwrap();
    assert_eq!(library.found("vibeke", "trussel"), ["a"]);
    library.search.drop_others("round1").unwrap();
    assert!(library.found("vibeke", "trussel").is_empty());
    assert_eq!(library.found("vibeke", "nedsættende"), ["b"]);
    assert!(!library.search.vocabulary().unwrap().contains("pødenphant"));
}

#[test]
fn one_process_writes_and_others_are_told() {
    let library = two_cases();
    let other = Search::open(library.dir.path()).unwrap();
    let busy = other.put(&CaseId::new("c"), Timestamp::UNIX_EPOCH, "", &[]);
    assert!(matches!(busy, Err(StoreError::Busy)), "{busy:?}");
    // It reads what is there.
    assert!(!other.is_empty());
}

#[test]
fn it_is_still_there_after_a_restart_and_begun_anew_when_broken_or_old() {
    let Library { search, dir } = two_cases();
    drop(search);
    let search = Search::open(dir.path()).unwrap();
    assert!(!search.is_empty());
    drop(search);
    std::fs::write(dir.path().join("1/meta.json"), "{").unwrap();
    std::fs::create_dir(dir.path().join("0")).unwrap();
    let search = Search::open(dir.path()).unwrap();
    assert!(search.is_empty());
    assert!(!dir.path().join("0").exists());
}
