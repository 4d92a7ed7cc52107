//! Which of the programs are there that working copies are made with.

use super::program::run;
use std::path::Path;
use std::time::Duration;

/// How long a program may take to say who it is.
const LONGEST: Duration = Duration::from_secs(25);

/// A package of Debian, and what of it is missing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tool {
    /// What it is for: `words`, `documents` or `films`.
    pub purpose: &'static str,
    /// The package that brings what is missing; none if all is there.
    pub missing: Option<&'static str>,
}

/// Asks each program who it is, in `room`, a folder for what they may write.
pub async fn tools(room: &Path) -> Vec<Tool> {
    let missing = |is_there: bool, package: &'static str| (!is_there).then_some(package);
    // All at once: on a busy machine each takes its time to start.
    let (pages, text, films, facts, words) = tokio::join!(
        answers("pdftoppm", "-v", room),
        answers("pdftotext", "-v", room),
        answers("ffmpeg", "-version", room),
        answers("ffprobe", "-version", room),
        languages(room),
    );
    vec![
        Tool {
            purpose: "words",
            missing: words,
        },
        Tool {
            purpose: "documents",
            missing: missing(pages && text, "poppler-utils"),
        },
        Tool {
            purpose: "films",
            missing: missing(films && facts, "ffmpeg"),
        },
    ]
}

async fn answers(program: &str, option: &str, room: &Path) -> bool {
    let answer = run(program, [option], room, LONGEST).await;
    answer.is_ok_and(|answer| answer.succeeded)
}

/// The package with the first of Tesseract and its languages that is missing.
async fn languages(room: &Path) -> Option<&'static str> {
    let Ok(answer) = run("tesseract", ["--list-langs"], room, LONGEST).await else {
        return Some("tesseract-ocr");
    };
    let listed = String::from_utf8_lossy(&answer.out);
    let knows = |language: &str| listed.lines().any(|line| line.trim() == language);
    let languages = [("dan", "tesseract-ocr-dan"), ("eng", "tesseract-ocr-eng")];
    let missing = languages.into_iter().find(|(language, _)| !knows(language));
    missing.map(|(_, package)| package)
}
