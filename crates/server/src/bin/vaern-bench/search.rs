//! The search index alone, with very many synthetic cases: how long it takes to build, how large it is, and how fast it
//! answers, always with the filter of who may read what. Making the cases up is not counted.

use crate::client::millis;
use anyhow::Context as _;
use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;
use rand::rngs::StdRng;
use rand::{RngExt as _, SeedableRng};
use std::path::Path;
use std::time::{Duration, Instant};
use store::search::{Leaf, Search};

/// Words of a case's text, and of its exhibits.
const WORDS: usize = 60;
const SEEN: usize = 40;
/// How many different words, family names and first names there are.
const VOCABULARY: usize = 40_000;
const FAMILIES: usize = 30_000;
const GIVEN: usize = 2_000;
const MANAGERS: usize = 3_000;
const LAWYERS: usize = 10;
/// Questions of each kind.
const ASKED: usize = 400;
/// Cases between two commits.
const TOGETHER: usize = 50_000;

/// A person who asks, and names in cases that they read.
struct Asker {
    name: &'static str,
    id: &'static str,
    known: Vec<String>,
}

/// How a question is made, of a name that is known or of any words.
type Question = fn(&mut Town, &str) -> String;

struct Town {
    words: Vec<String>,
    families: Vec<String>,
    given: Vec<String>,
    dice: StdRng,
}

impl Town {
    fn new() -> Self {
        let mut dice = StdRng::seed_from_u64(11);
        let mut made = |how_many: usize, syllables: usize| -> Vec<String> {
            (0..how_many).map(|_| word(&mut dice, syllables)).collect()
        };
        Self {
            words: made(VOCABULARY, 4),
            families: made(FAMILIES, 3),
            given: made(GIVEN, 2),
            dice,
        }
    }

    /// A word by Zipf's law, roughly: the first ones in every text, the last ones hardly anywhere.
    fn common(&mut self) -> String {
        let place = (self.words.len() as f64).powf(self.dice.random::<f64>()) as usize;
        self.words[place.min(self.words.len() - 1)].clone()
    }

    fn text(&mut self, words: usize) -> String {
        let words: Vec<String> = (0..words).map(|_| self.common()).collect();
        words.join(" ")
    }

    fn name(&mut self) -> String {
        let (given, family) = (
            self.dice.random_range(0..self.given.len()),
            self.dice.random_range(0..self.families.len()),
        );
        format!("{} {}", self.given[given], self.families[family])
    }

    /// Manager and lawyer, manager alone, and the one who told: as cases have them.
    fn leaves(&mut self, case: usize) -> [Leaf; 3] {
        let words = vec![self.text(WORDS)];
        let exhibits = vec![self.text(SEEN)];
        let names = vec![self.name(), self.name(), self.name()];
        let leaf = |reader: String| Leaf {
            readers: [PersonId::new(reader)].into(),
            words: words.clone(),
            exhibits: exhibits.clone(),
            names: names.clone(),
            until: None,
        };
        let told = Leaf {
            exhibits: Vec::new(),
            names: Vec::new(),
            ..leaf(format!("e{case}"))
        };
        [
            leaf(format!("m{}", case % MANAGERS)),
            leaf(format!("l{}", case % LAWYERS)),
            told,
        ]
    }
}

fn word(dice: &mut StdRng, syllables: usize) -> String {
    const BEFORE: [&str; 16] = [
        "b", "d", "f", "g", "h", "k", "l", "m", "n", "p", "r", "s", "t", "v", "st", "kr",
    ];
    const VOWELS: [&str; 9] = ["a", "e", "i", "o", "u", "y", "æ", "ø", "å"];
    const AFTER: [&str; 6] = ["", "n", "r", "l", "s", "t"];
    let mut pick = |from: &[&'static str]| from[dice.random_range(0..from.len())];
    (0..syllables)
        .map(|_| [pick(&BEFORE), pick(&VOWELS), pick(&AFTER)].concat())
        .collect()
}

/// Builds an index of so many cases, asks it, and prints both.
pub fn print(scratch: &Path, cases: usize) -> anyhow::Result<()> {
    let folder = scratch.join(format!("search-{cases}"));
    let mut town = Town::new();
    let search = Search::open(&folder)?;
    let mut built = Duration::ZERO;
    let asker = |name, id| Asker {
        name,
        id,
        known: Vec::new(),
    };
    let mut askers = [asker("a manager", "m7"), asker("a lawyer", "l3")];
    for case in 0..cases {
        let id = CaseId::new(format!("00000000-0000-4000-8000-{case:012}"));
        let leaves = town.leaves(case);
        for (asker, leaf) in askers.iter_mut().zip(&leaves) {
            if leaf.readers.contains(&PersonId::new(asker.id)) {
                asker.known.push(leaf.names[0].clone());
            }
        }
        let started = Instant::now();
        search.put(&id, Timestamp::UNIX_EPOCH, "1", &leaves)?;
        if case % TOGETHER == TOGETHER - 1 || case == cases - 1 {
            search.commit()?;
        }
        built += started.elapsed();
    }
    println!(
        "Search, {cases} synthetic cases: built in {:.0} s ({:.0} cases/s), {:.0} MB on disk",
        built.as_secs_f64(),
        cases as f64 / built.as_secs_f64(),
        size(&folder)? as f64 / 1e6
    );
    println!(
        "  {:<34} {:>9} {:>9} {:>9} {:>9}",
        "question", "p50", "p99", "CPU each", "found"
    );
    for asker in &askers {
        ask(&search, &mut town, asker)?;
    }
    drop(search);
    std::fs::remove_dir_all(&folder).context("the index")?;
    Ok(())
}

/// Asks as one person, [`ASKED`] questions of each kind.
fn ask(search: &Search, town: &mut Town, asker: &Asker) -> anyhow::Result<()> {
    let kinds: [(&str, Question); 5] = [
        ("one word", |town, _| town.common()),
        ("two words", |town, _| town.text(2)),
        ("a first name", |_, name| {
            name.split(' ').next().unwrap_or_default().to_owned()
        }),
        ("a name", |_, name| name.to_owned()),
        ("a name with a slip", slip),
    ];
    for (kind, make) in kinds {
        let mut questions = Vec::new();
        for _ in 0..ASKED {
            let known = &asker.known[town.dice.random_range(0..asker.known.len())];
            questions.push(make(town, known));
        }
        row(
            search,
            &format!("{kind}, as {}", asker.name),
            asker.id,
            &questions,
        )?;
    }
    Ok(())
}

/// A family name with one letter gone.
fn slip(town: &mut Town, name: &str) -> String {
    let family = name.rsplit(' ').next().unwrap_or_default();
    let mut letters: Vec<char> = family.chars().collect();
    let place = 1 + town.dice.random_range(0..letters.len() - 1);
    letters.remove(place);
    letters.into_iter().collect()
}

fn row(search: &Search, name: &str, person: &str, questions: &[String]) -> anyhow::Result<()> {
    let person = PersonId::new(person);
    let (mut times, mut found) = (Vec::new(), 0);
    let cpu = on_processor()?;
    for question in questions {
        let started = Instant::now();
        found += search.find(&person, question, 0, 25)?.all;
        times.push(millis(started.elapsed()));
    }
    let asked = questions.len() as f64;
    let cpu = millis(on_processor()? - cpu) / asked;
    times.sort_by(f64::total_cmp);
    let at = |share: f64| times[((times.len() - 1) as f64 * share) as usize];
    println!(
        "  {name:<34} {:>9.2} {:>9.2} {cpu:>9.2} {:>9.1}",
        at(0.5),
        at(0.99),
        found as f64 / asked
    );
    Ok(())
}

/// How long this thread has run, whatever else the machine was busy with.
fn on_processor() -> anyhow::Result<Duration> {
    let said = std::fs::read_to_string("/proc/thread-self/schedstat")?;
    let ran = said.split(' ').next().context("schedstat")?;
    Ok(Duration::from_nanos(ran.parse()?))
}

fn size(folder: &Path) -> anyhow::Result<u64> {
    let mut bytes = 0;
    for entry in std::fs::read_dir(folder)? {
        let entry = entry?;
        let kind = entry.metadata()?;
        bytes += if kind.is_dir() {
            size(&entry.path())?
        } else {
            kind.len()
        };
    }
    Ok(bytes)
}
