//! PDF: pages by `pdftoppm`, words by `pdftotext` (Debian's `poppler-utils`). Neither runs a document's scripts.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::program::{Answer, Fault, run};
use super::{Copies, Facts, Made, PAGES, PREVIEW, still, words};

const BY: &str = "pdftoppm";
const WORDS_BY: &str = "pdftotext";
const LONGEST: Duration = Duration::from_secs(60);
/// Pages without words of their own that are read off their pixels.
const SCANNED_PAGES: usize = 5;

pub async fn copies(original: &Path, room: &Path) -> Copies {
    let pages = match pages(original, room, PREVIEW, "-jpeg").await {
        Ok(pages) => pages,
        Err(fault) => return Copies::failed(fault, BY),
    };
    let mut previews = Vec::new();
    let mut first = Err(Fault::Broken);
    for (place, page) in pages.iter().enumerate() {
        let page = page.clone();
        let read = tokio::task::spawn_blocking(move || {
            let picture = still::made(&page)?;
            Ok((still::small(&picture, PREVIEW)?, still::see(&picture)?))
        });
        let (preview, seen) = match read.await.unwrap_or(Err(Fault::Broken)) {
            Ok((preview, seen)) => (Ok(preview), Ok(seen)),
            Err(fault) => (Err(fault), Err(fault)),
        };
        if place == 0 {
            first = seen;
        }
        previews.push(Made {
            what: preview,
            by: BY,
        });
    }
    let texts = texts(original, &pages, room).await;
    let fingerprint = first.as_ref().ok().and_then(|seen| seen.fingerprint.clone());
    Copies {
        thumbnail: Made {
            what: first.map(|seen| seen.thumbnail),
            by: BY,
        },
        previews,
        texts,
        facts: Facts {
            pages: count(original, room).await,
            fingerprint,
            ..Facts::default()
        },
    }
}

/// The first pages as pictures (`-jpeg` or `-png`) of at most `size` pixels a side, in their order.
pub(super) async fn pages(
    original: &Path,
    room: &Path,
    size: u32,
    kind: &str,
) -> Result<Vec<PathBuf>, Fault> {
    let (last, size) = (PAGES.to_string(), size.to_string());
    let mut arguments = [kind, "-f", "1", "-l", &last, "-scale-to", &size]
        .map(Into::into)
        .to_vec();
    arguments.extend([
        original.as_os_str().to_owned(),
        room.join("page").into_os_string(),
    ]);
    let answer = run("pdftoppm", arguments, room, LONGEST).await?;
    let folder = std::fs::read_dir(room).map_err(|_| Fault::Broken)?;
    let mut pages: Vec<PathBuf> = folder
        .filter_map(|file| Some(file.ok()?.path()))
        .filter(|path| {
            path.extension()
                .is_some_and(|ending| ending == "jpg" || ending == "png")
        })
        .collect();
    // Numbered with as many digits as the last one has.
    pages.sort();
    if pages.is_empty() {
        Err(fault(&answer))
    } else {
        Ok(pages)
    }
}

fn fault(answer: &Answer) -> Fault {
    if answer.err.contains("Incorrect password") {
        Fault::Locked
    } else {
        Fault::Broken
    }
}

/// How many pages the document says it has.
pub(super) async fn count(original: &Path, room: &Path) -> Option<u32> {
    let answer = run("pdfinfo", [original], room, LONGEST).await.ok()?;
    let said = String::from_utf8_lossy(&answer.out).into_owned();
    said.lines()
        .find_map(|line| line.strip_prefix("Pages:")?.trim().parse().ok())
}

async fn texts(original: &Path, pages: &[PathBuf], room: &Path) -> Vec<Made<words::Text>> {
    let last = PAGES.to_string();
    let mut arguments = ["-enc", "UTF-8", "-f", "1", "-l", &last].map(Into::into).to_vec();
    arguments.extend([original.as_os_str().to_owned(), "-".into()]);
    let stood = match run(WORDS_BY, arguments, room, LONGEST).await {
        Ok(answer) => String::from_utf8_lossy(&answer.out).into_owned(),
        Err(_) => String::new(),
    };
    // Each page ends in a form feed.
    let mut stood = stood.split('\u{c}').map(words::stood);
    let (mut texts, mut scanned) = (Vec::new(), 0);
    for page in pages {
        let text = stood.next().unwrap_or_default();
        if !text.lines.is_empty() || scanned == SCANNED_PAGES {
            texts.push(Made {
                what: Ok(text),
                by: WORDS_BY,
            });
            continue;
        }
        scanned += 1;
        let (page, sheet) = (page.clone(), words::sheet(room));
        let sheet = tokio::task::spawn_blocking(move || words::prepare(still::made(&page)?, sheet)).await;
        let what = match sheet.unwrap_or(Err(Fault::Broken)) {
            Ok(sheet) => words::recognise(&sheet, room).await,
            Err(fault) => Err(fault),
        };
        texts.push(Made { what, by: words::BY });
    }
    texts
}
