//! Pictures of the guide's own. They are served so that nothing in them can run; what would want to is refused all the same.

use super::PICTURE_LIMIT;
use super::read::is_file_name;

/// Why a picture is not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PictureFault {
    /// Not letters, digits, hyphens and one of the endings svg, png, jpg and jpeg.
    Name,
    TooLarge,
    /// The content is not what the ending says.
    Content,
    /// A drawing with a script, an event, another document inside, or something from elsewhere.
    Active,
}

impl PictureFault {
    /// The stable code: the text key of the message.
    pub fn code(self) -> &'static str {
        match self {
            Self::Name => "picture-name",
            Self::TooLarge => "picture-too-large",
            Self::Content => "picture-content",
            Self::Active => "picture-active",
        }
    }

    /// Every code, for the test that each has a message in every language.
    pub const CODES: &'static [&'static str] = &[
        "picture-name",
        "picture-too-large",
        "picture-content",
        "picture-active",
    ];
}

/// What can be in a drawing that only draws does not need.
const ACTIVE: &[&str] = &[
    "<script",
    "<foreignobject",
    "<iframe",
    "<object",
    "<embed",
    "<audio",
    "<video",
    "<animate",
    "<set",
    "<handler",
    "<!doctype",
    "<!entity",
    "<?xml-stylesheet",
    "javascript:",
    "@import",
    "data:",
    "http://",
    "https://",
    "file:",
];
/// Names of namespaces, which look like addresses and are never fetched.
const NAMESPACES: &[&str] = &[
    "http://www.w3.org/2000/svg",
    "http://www.w3.org/1999/xlink",
    "http://www.w3.org/XML/1998/namespace",
];

/// The media type of a picture that can be taken (SVG 1.1, PNG or JPEG, by content; formats checked 2026-11-25).
///
/// # Errors
/// Why it can't.
pub fn picture(name: &str, bytes: &[u8]) -> Result<&'static str, PictureFault> {
    if !is_file_name(name) {
        return Err(PictureFault::Name);
    }
    if bytes.len() > PICTURE_LIMIT {
        return Err(PictureFault::TooLarge);
    }
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    match ending {
        "png" if bytes.starts_with(b"\x89PNG\r\n\x1a\n") => Ok("image/png"),
        "jpg" | "jpeg" if bytes.starts_with(b"\xff\xd8\xff") => Ok("image/jpeg"),
        "svg" => drawing(bytes),
        _ => Err(PictureFault::Content),
    }
}

fn drawing(bytes: &[u8]) -> Result<&'static str, PictureFault> {
    let text = std::str::from_utf8(bytes).map_err(|_| PictureFault::Content)?;
    if !text.contains("<svg") || !text.trim_end().ends_with("</svg>") || text.contains('\0') {
        return Err(PictureFault::Content);
    }
    let mut bare = text.to_owned();
    NAMESPACES.iter().for_each(|name| bare = bare.replace(name, ""));
    let bare = bare.to_ascii_lowercase();
    let words = bare.split(|c: char| c.is_ascii_whitespace() || "<>\"'/".contains(c));
    let event = |word: &str| {
        word.len() > 2
            && word.starts_with("on")
            && word
                .split('=')
                .next()
                .is_some_and(|name| word.contains('=') && name.bytes().all(|byte| byte.is_ascii_lowercase()))
    };
    let outside = bare.split("href").skip(1).any(|rest| {
        let value = rest.trim_start().strip_prefix('=').map(str::trim_start);
        value.is_some_and(|value| !value.starts_with("\"#") && !value.starts_with("'#"))
    });
    if ACTIVE.iter().any(|word| bare.contains(word)) || outside || words.into_iter().any(event) {
        return Err(PictureFault::Active);
    }
    Ok("image/svg+xml")
}
