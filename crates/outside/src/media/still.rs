//! Pictures: decoded within limits, made small, read for words.

use std::fs::File;
use std::io::{BufReader, Cursor};
use std::path::{Path, PathBuf};

use image::codecs::jpeg::JpegEncoder;
use image::{DynamicImage, RgbImage};

use super::program::Fault;
use super::{Copies, Facts, Made, THUMBNAIL, fingerprint, recorded, words};
use crate::picture;

/// Who makes small pictures.
pub const BY: &str = "image";
/// JPEG's quality, of 100.
const QUALITY: u8 = 82;

/// A picture and what was made of it on the way.
pub struct Seen {
    pub thumbnail: Vec<u8>,
    pub width: u32,
    pub height: u32,
    pub fingerprint: Option<String>,
}

pub async fn copies(original: &Path, room: &Path) -> Copies {
    let (original, sheet) = (original.to_owned(), words::sheet(room));
    let read = tokio::task::spawn_blocking(move || read(&original, sheet)).await;
    // A decoder that panics is a picture made to break it.
    let (seen, sheet, recorded) = match read.unwrap_or(Err(Fault::Broken)) {
        Ok(read) => read,
        Err(fault) => return Copies::failed(fault, BY),
    };
    let text = match sheet {
        Ok(sheet) => words::recognise(&sheet, room).await,
        Err(fault) => Err(fault),
    };
    Copies {
        thumbnail: Made {
            what: Ok(seen.thumbnail),
            by: BY,
        },
        previews: Vec::new(),
        texts: vec![Made {
            what: text,
            by: words::BY,
        }],
        facts: Facts {
            width: Some(seen.width),
            height: Some(seen.height),
            recorded,
            fingerprint: seen.fingerprint,
            ..Facts::default()
        },
    }
}

type ReadPicture = (Seen, Result<words::Sheet, Fault>, Vec<(String, String)>);

fn read(original: &Path, sheet: PathBuf) -> Result<ReadPicture, Fault> {
    let open = || File::open(original).map_err(|_| Fault::Broken);
    let picture = picture::read(BufReader::new(open()?)).map_err(fault)?;
    let seen = see(&picture)?;
    let sheet = words::prepare(picture, sheet);
    Ok((seen, sheet, recorded::read(open()?)))
}

/// A picture that one of the programs made.
pub fn made(path: &Path) -> Result<DynamicImage, Fault> {
    let file = File::open(path).map_err(|_| Fault::Broken)?;
    picture::read(BufReader::new(file)).map_err(fault)
}

pub fn see(picture: &DynamicImage) -> Result<Seen, Fault> {
    Ok(Seen {
        thumbnail: small(picture, THUMBNAIL)?,
        width: picture.width(),
        height: picture.height(),
        fingerprint: fingerprint::of(picture),
    })
}

/// The picture as a JPEG of at most `longest` pixels a side: new pixels, and nothing besides them.
pub fn small(picture: &DynamicImage, longest: u32) -> Result<Vec<u8>, Fault> {
    let small: RgbImage = if picture.width().max(picture.height()) > longest {
        picture::flat(picture.thumbnail(longest, longest))
    } else {
        picture::flat(picture.clone())
    };
    let mut out = Cursor::new(Vec::new());
    let encoder = JpegEncoder::new_with_quality(&mut out, QUALITY);
    small.write_with_encoder(encoder).map_err(|_| Fault::Broken)?;
    Ok(out.into_inner())
}

pub(super) fn fault(unreadable: picture::Unreadable) -> Fault {
    match unreadable {
        picture::Unreadable::TooLarge => Fault::TooLarge,
        picture::Unreadable::Broken => Fault::Broken,
    }
}
