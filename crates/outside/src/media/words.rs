//! Words in pictures: Tesseract (Debian's `tesseract-ocr`, `-dan`, `-eng`), told to answer in its TSV format (tesseract(1),
//! checked 2026-11-24: level, page, block, paragraph, line, word, left, top, width, height, confidence, text).

use std::path::{Path, PathBuf};
use std::time::Duration;

use image::{DynamicImage, ImageFormat};
use serde::{Deserialize, Serialize};

use super::program::{Fault, run};

/// Who reads.
pub const BY: &str = "tesseract dan+eng";
/// How long one picture may take.
const LONGEST: Duration = Duration::from_secs(120);
/// The most pixels that are read for words; larger pictures are made smaller first.
const MOST_PIXELS: f64 = 20_000_000.0;
/// Tesseract takes no side longer than 32,767 pixels.
const LONGEST_SIDE: f64 = 32_000.0;
/// Words that it is less sure of than this, of 100, are left out: they are specks and icons.
const LEAST_SURE: f32 = 30.0;
/// The most lines that are kept.
const MOST_LINES: usize = 5_000;
const WORD: &str = "5";

/// The words of one picture or page.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Text {
    /// Size of what was read, in the original's pixels; 0 where lines have no boxes.
    pub width: u32,
    pub height: u32,
    /// Read off the pixels by a machine, which errs; otherwise it stood in the file as text.
    pub recognised: bool,
    pub lines: Vec<Line>,
}

/// One line of words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Line {
    pub text: String,
    /// Left, top, width, height in the original's pixels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<[u32; 4]>,
    /// How sure the machine is, of 100: of the line's least sure word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sure: Option<u8>,
}

impl Text {
    /// The text alone, a line a line.
    #[must_use]
    pub fn plain(&self) -> String {
        let lines: Vec<&str> = self.lines.iter().map(|line| line.text.as_str()).collect();
        lines.join("\n")
    }
}

/// A picture laid ready to be read.
pub struct Sheet {
    path: PathBuf,
    width: u32,
    height: u32,
    /// What one of its pixels is in the original's.
    scale: f64,
}

/// Where the next sheet lies.
pub fn sheet(room: &Path) -> PathBuf {
    room.join("sheet.png")
}

/// Lays a picture ready: our own grey pixels, so that Tesseract never sees what somebody else encoded.
pub fn prepare(picture: DynamicImage, path: PathBuf) -> Result<Sheet, Fault> {
    let (width, height) = (picture.width(), picture.height());
    let (w, h) = (f64::from(width), f64::from(height));
    let scale = (w * h / MOST_PIXELS).sqrt().max(w.max(h) / LONGEST_SIDE).max(1.0);
    let picture = if scale > 1.0 {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "smaller than a u32"
        )]
        let side = |side: f64| ((side / scale) as u32).max(1);
        picture.thumbnail_exact(side(w), side(h))
    } else {
        picture
    };
    let grey = DynamicImage::ImageLuma8(DynamicImage::from(crate::picture::flat(picture)).into_luma8());
    grey.save_with_format(&path, ImageFormat::Png)
        .map_err(|_| Fault::Broken)?;
    Ok(Sheet {
        path,
        width,
        height,
        scale,
    })
}

/// Reads a sheet.
pub async fn recognise(sheet: &Sheet, room: &Path) -> Result<Text, Fault> {
    let arguments = [
        sheet.path.as_os_str(),
        "stdout".as_ref(),
        "-l".as_ref(),
        "dan+eng".as_ref(),
        "tsv".as_ref(),
    ];
    let answer = run("tesseract", arguments, room, LONGEST).await?;
    if !answer.succeeded {
        // The program is there and its languages are not.
        let languages = answer.err.contains("traineddata") || answer.err.contains("languages");
        return Err(if languages {
            Fault::NoProgram
        } else {
            Fault::Broken
        });
    }
    Ok(Text {
        width: sheet.width,
        height: sheet.height,
        recognised: true,
        lines: lines(&String::from_utf8_lossy(&answer.out), sheet.scale),
    })
}

/// Words put together to lines.
fn lines(tsv: &str, scale: f64) -> Vec<Line> {
    let mut lines: Vec<(Vec<&str>, Line)> = Vec::new();
    for row in tsv.lines() {
        let cells: Vec<&str> = row.splitn(12, '\t').collect();
        let [WORD, place @ .., left, top, width, height, sure, word] = cells.as_slice() else {
            continue;
        };
        let (word, sure) = (word.trim(), sure.parse().unwrap_or(0.0));
        if word.is_empty() || sure < LEAST_SURE {
            continue;
        }
        let numbers = [left, top, width, height].map(|cell| cell.parse::<f64>().unwrap_or(0.0) * scale);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place in a picture; `as` saturates"
        )]
        let (at, sure) = (numbers.map(|number| number as u32), sure as u8);
        // Page, block, paragraph and line, without the word's own place.
        let place = place.split_last().map_or(place, |(_, line)| line).to_vec();
        let full = lines.len() == MOST_LINES;
        match lines.last_mut().filter(|(last, _)| *last == place) {
            Some((_, line)) => {
                line.text.push(' ');
                line.text.push_str(word);
                line.at = line.at.map(|known| around(known, at));
                line.sure = line.sure.map(|known| known.min(sure));
            }
            None if !full => lines.push((
                place,
                Line {
                    text: word.to_owned(),
                    at: Some(at),
                    sure: Some(sure),
                },
            )),
            None => break,
        }
    }
    lines.into_iter().map(|(_, line)| line).collect()
}

fn around(one: [u32; 4], other: [u32; 4]) -> [u32; 4] {
    let (left, top) = (one[0].min(other[0]), one[1].min(other[1]));
    let end = |at: usize| (one[at].saturating_add(one[at + 2])).max(other[at].saturating_add(other[at + 2]));
    [left, top, end(0) - left, end(1) - top]
}

/// The text that stood in a file, page by page.
pub fn stood(page: &str) -> Text {
    let lines = page
        .lines()
        .map(str::trim_end)
        .filter(|line| !line.trim().is_empty())
        .take(MOST_LINES);
    let line = |text: &str| Line {
        text: text.to_owned(),
        at: None,
        sure: None,
    };
    Text {
        lines: lines.map(line).collect(),
        ..Text::default()
    }
}

#[cfg(test)]
mod tests {
    use super::{Line, lines};

    #[test]
    fn words_become_lines_with_their_boxes() {
        let tsv = "level\tpage_num\tblock_num\tpar_num\tline_num\tword_num\tleft\ttop\twidth\theight\tconf\ttext\n\
            5\t1\t1\t1\t1\t1\t10\t20\t30\t10\t96.5\tBlå\n5\t1\t1\t1\t1\t2\t50\t18\t30\t14\t91.0\tbåd\n\
            5\t1\t1\t1\t1\t3\t90\t18\t3\t3\t12.0\t~\n5\t1\t1\t1\t2\t1\t10\t40\t9\t9\t80.0\tNæste\n4\t1\t1\t1\t2\t0\t1\t1\t1\t1\t-1\t\n";
        let line = |text: &str, at, sure| Line {
            text: text.into(),
            at: Some(at),
            sure: Some(sure),
        };
        assert_eq!(
            lines(tsv, 1.0),
            [
                line("Blå båd", [10, 18, 70, 14], 91),
                line("Næste", [10, 40, 9, 9], 80)
            ]
        );
        assert_eq!(lines(tsv, 2.0)[1].at, Some([20, 80, 18, 18]));
    }
}
