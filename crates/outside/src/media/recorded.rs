//! What a picture says of itself (Exif 2.32, checked 2026-11-24). Anybody can write anything there: recorded, not trusted.

use std::io::{BufReader, Read, Seek};

use exif::{In, Tag};

/// The longest text that is kept, in characters.
const LONGEST: usize = 200;

/// Stable names and what the file says. Of the place only that it is there: it may be somebody's home.
pub fn read(file: impl Read + Seek) -> Vec<(String, String)> {
    let Ok(found) = exif::Reader::new().read_from_container(&mut BufReader::new(file)) else {
        return Vec::new();
    };
    let text = |tag: Tag| {
        let shown = found.get_field(tag, In::PRIMARY)?.display_value().to_string();
        let plain: String = shown
            .chars()
            .filter(|c| !c.is_control() && *c != '"')
            .take(LONGEST)
            .collect();
        (!plain.trim().is_empty()).then(|| plain.trim().to_owned())
    };
    let device = [text(Tag::Make), text(Tag::Model)]
        .into_iter()
        .flatten()
        .collect::<Vec<_>>()
        .join(" ");
    let place = found
        .get_field(Tag::GPSLatitude, In::PRIMARY)
        .map(|_| String::new());
    let all = [
        ("taken", text(Tag::DateTimeOriginal)),
        ("device", Some(device).filter(|device| !device.is_empty())),
        ("program", text(Tag::Software)),
        ("place", place),
    ];
    all.into_iter()
        .filter_map(|(name, said)| Some((name.to_owned(), said?)))
        .collect()
}
