//! How long a dossier of 200 journal lines and 3 phone screenshots takes: `cargo run --release -p outside --example time`.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use outside::{Dossier, DossierWriter, Exhibit, Language, Line, Section};

const RUNS: usize = 15;

fn main() {
    let folder = std::env::args()
        .nth(1)
        .unwrap_or_else(|| concat!(env!("CARGO_MANIFEST_DIR"), "/../../examples/matters").into());
    let names = [
        "01-threat-in-comment-thread",
        "03-night-messages-to-private-profile",
        "10-sms-series",
    ];
    let pictures =
        names.map(|name| std::fs::read(format!("{folder}/{name}/screenshot-1.png")).expect("a screenshot"));
    let writer = DossierWriter::new();
    let before = memory("VmRSS:");
    let (cold, pdf) = timed(&writer, &dossier(&pictures, 200, 0));
    println!(
        "first dossier: {cold:.1?}, {} kB; memory {before} before, {} after",
        pdf.len() / 1000,
        memory("VmRSS:")
    );
    for (what, pictures, lines) in [
        ("200 lines, 3 screenshots", &pictures[..], 200),
        ("200 lines", &[], 200),
        ("3 screenshots", &pictures, 0),
    ] {
        let before = processor_time();
        // Each run has other text, so nothing can come from the memory of the run before.
        let mut warm: Vec<Duration> = (1..=RUNS)
            .map(|run| timed(&writer, &dossier(pictures, lines, run)).0)
            .collect();
        let used = (processor_time() - before) / u32::try_from(RUNS).expect("few");
        warm.sort();
        println!(
            "{what}: median {:.1?}, {:.1?} to {:.1?}; processor {used:.1?}",
            warm[RUNS / 2],
            warm[0],
            warm[RUNS - 1]
        );
    }
    println!(
        "memory {} at the end, {} at the most",
        memory("VmRSS:"),
        memory("VmHWM:")
    );
    if let Some(to) = std::env::args().nth(2) {
        std::fs::write(to, pdf).expect("written");
    }
}

/// One figure of proc(5) `status`.
fn memory(name: &str) -> String {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status
        .lines()
        .find(|line| line.starts_with(name))
        .expect("a figure of this name");
    line.trim_start_matches(name).trim().to_owned()
}

/// What all threads of this process have used (proc(5): fields 14 and 15 of `stat`, in hundredths of a second).
fn processor_time() -> Duration {
    let stat = std::fs::read_to_string("/proc/self/stat").expect("Linux");
    let fields = stat
        .rsplit(") ")
        .next()
        .expect("a name in brackets")
        .split(' ')
        .skip(11)
        .take(2);
    Duration::from_millis(
        fields
            .map(|ticks| 10 * ticks.parse::<u64>().expect("a number"))
            .sum(),
    )
}

fn timed(writer: &DossierWriter, dossier: &Dossier) -> (Duration, Vec<u8>) {
    let start = Instant::now();
    let pdf = writer.render(dossier, Timestamp::UNIX_EPOCH).expect("rendered");
    (start.elapsed(), pdf)
}

fn dossier(pictures: &[Vec<u8>], lines: usize, run: usize) -> Dossier {
    let line = |n| Line {
        when: format!("23. november 2026 kl. {:02}.{:02}", n / 60 + 8, n % 60),
        who: "Leder, Østby Bibliotek".into(),
        what: format!(
            "Indførsel {n} af kørsel {run}: sagen er modtaget, og medarbejderen er kontaktet om støtte."
        ),
    };
    let exhibit = |(number, picture): (u32, &Vec<u8>)| Exhibit {
        number,
        name: format!("skærmbillede-{number}.png"),
        kind: "PNG-billede".into(),
        size: format!("{} byte", picture.len()),
        sha256: format!("{run:064x}"),
        came: "Indsat på siden".into(),
        seen: "22. november 2026 kl. 21.14, ifølge anmelderen".into(),
        received: "23. november 2026 kl. 08.02".into(),
        source: "https://social.example/grupper/borgere/4471".into(),
        sent_by: "Anmelderen".into(),
        corroboration: "Ét vidne".into(),
        picture: Some(picture.clone()),
        alt: "Kommentartråd".into(),
        text: None,
    };
    let paragraph =
        "Udsagnet er rettet mod personen og ikke mod den afgørelse, som det udspringer af. ".repeat(6);
    Dossier {
        language: Language::Danish,
        municipality: "Østby Kommune".into(),
        number: format!("2026-{run:04}"),
        title: "Trussel i en kommentartråd".into(),
        drawer: "Sagen".into(),
        made: "23. november 2026 kl. 10.30".into(),
        facts: vec![("Enhed".into(), "Østby Bibliotek".into())],
        summary: vec![paragraph.clone()],
        assessment: vec![Section {
            heading: "Udsagn 1".into(),
            paragraphs: vec![paragraph.clone(), paragraph.clone()],
        }],
        contacts: vec![Section {
            heading: "Samtale".into(),
            paragraphs: vec![paragraph],
        }],
        chronology: (1..=lines).map(line).collect(),
        exhibits: (1..).zip(pictures).map(exhibit).collect(),
        proof: vec![format!("Journalens hoved: {run:064x}")],
    }
}
