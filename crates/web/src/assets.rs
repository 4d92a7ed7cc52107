//! Files that are part of the program: styles, fonts, icons and scripts, in memory, text also packed with gzip.

use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use flate2::Compression;
use flate2::write::GzEncoder;
use http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, ETAG, IF_NONE_MATCH, VARY,
};
use http::{HeaderMap, HeaderValue, StatusCode};
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::io::Write;
use std::sync::LazyLock;

macro_rules! files {
    ($($name:literal),+ $(,)?) => { &[$(($name, include_bytes!(concat!("../static/", $name)))),+] };
}

const FILES: &[(&str, &[u8])] = files![
    "boxes.js",
    "fonts.css",
    "guide.js",
    "icon-192.png",
    "icon-512.png",
    "icon-maskable-512.png",
    "icon.svg",
    "mark.js",
    "outbox/capture.js",
    "outbox/device.js",
    "outbox/page.js",
    "outbox/seal.js",
    "outbox/send.js",
    "outbox/worker.js",
    "own.css",
    "resume.js",
    "statements.js",
    "tus/LICENSE",
    "tus/tus.min.js",
    "upload.js",
    "dkfds/LICENSE.md",
    "dkfds/css/dkfds.min.css",
    "dkfds/fonts/IBMPlexSans/license.txt",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Bold-Latin1.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Bold-Latin2.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Bold-Pi.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Italic-Latin1.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Italic-Latin2.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Italic-Pi.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Regular-Latin1.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Regular-Latin2.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-Regular-Pi.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-SemiBold-Latin1.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-SemiBold-Latin2.woff2",
    "dkfds/fonts/IBMPlexSans/split/woff2/IBMPlexSans-SemiBold-Pi.woff2",
    "dkfds/img/svg-icons/arrow-back.svg",
    "dkfds/img/svg-icons/calendar-month.svg",
    "dkfds/img/svg-icons/check-white.svg",
    "dkfds/img/svg-icons/check.svg",
    "dkfds/img/svg-icons/chevron-down-gray-200.svg",
    "dkfds/img/svg-icons/chevron-down.svg",
    "dkfds/img/svg-icons/chevron-left.svg",
    "dkfds/img/svg-icons/chevron-right.svg",
    "dkfds/img/svg-icons/chevron-up.svg",
    "dkfds/img/svg-icons/close.svg",
    "dkfds/img/svg-icons/minus-white.svg",
    "dkfds/img/svg-icons/minus.svg",
    "dkfds/img/svg-icons/more-vert.svg",
    "dkfds/img/svg-icons/plus.svg",
    "noble/LICENSE",
    "noble/_md.js",
    "noble/_u64.js",
    "noble/sha2.js",
    "noble/utils.js",
];

/// Everything in one short word, so that a new program is a new address and an old one stays cached for good.
static VERSION: LazyLock<String> = LazyLock::new(|| {
    let mut hasher = DefaultHasher::new();
    FILES.hash(&mut hasher);
    format!("{:016x}", hasher.finish())[..10].to_owned()
});

struct File {
    media_type: &'static str,
    plain: &'static [u8],
    /// Where packing pays.
    packed: Option<Vec<u8>>,
}

static BY_NAME: LazyLock<HashMap<&'static str, File>> = LazyLock::new(|| {
    FILES
        .iter()
        .map(|(name, plain)| {
            (
                *name,
                File {
                    media_type: media_type(name),
                    plain,
                    packed: pack(name, plain),
                },
            )
        })
        .collect()
});

/// Where a page finds a file.
pub fn address(name: &str) -> String {
    format!("/static/{}/{name}", *VERSION)
}

/// `GET /worker.js`: the service worker, which must lie at the root to stand before the whole site. It names the version
/// of the static files, so that a new program is a new worker with a cache of its own.
pub async fn worker() -> Response {
    let script = format!(
        "import {{ start }} from \"{}\";\nstart(\"{}\");\n",
        address("outbox/worker.js"),
        *VERSION
    );
    (
        [
            (CONTENT_TYPE, "text/javascript; charset=utf-8"),
            (CACHE_CONTROL, "no-cache"),
        ],
        script,
    )
        .into_response()
}

/// `GET /static/{version}/{name}`, kept for good; without the version, asked for again each time.
pub async fn file(Path(path): Path<String>, headers: HeaderMap) -> Response {
    let versioned = path
        .strip_prefix(VERSION.as_str())
        .and_then(|rest| rest.strip_prefix('/'));
    let name = versioned.unwrap_or(&path);
    let Some(file) = BY_NAME.get(name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let cache = if versioned.is_some() {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let says = |name, text: &str| {
        headers
            .get(name)
            .and_then(|value| value.to_str().ok())
            .is_some_and(|value| value.contains(text))
    };
    let tag = format!("\"{}\"", *VERSION);
    let mut response = match &file.packed {
        _ if says(IF_NONE_MATCH, &tag) => StatusCode::NOT_MODIFIED.into_response(),
        Some(packed) if says(ACCEPT_ENCODING, "gzip") => {
            ([(CONTENT_ENCODING, "gzip")], packed.as_slice()).into_response()
        }
        _ => file.plain.into_response(),
    };
    let out = response.headers_mut();
    out.insert(CONTENT_TYPE, HeaderValue::from_static(file.media_type));
    out.insert(CACHE_CONTROL, HeaderValue::from_static(cache));
    out.insert(VARY, HeaderValue::from_static("accept-encoding"));
    out.extend(HeaderValue::from_str(&tag).map(|tag| (ETAG, tag)));
    response
}

fn media_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("css") => "text/css; charset=utf-8",
        Some("js") => "text/javascript; charset=utf-8",
        Some("png") => "image/png",
        Some("svg") => "image/svg+xml",
        Some("woff2") => "font/woff2",
        _ => "text/plain; charset=utf-8",
    }
}

fn pack(name: &str, plain: &[u8]) -> Option<Vec<u8>> {
    if name.ends_with("woff2") || name.ends_with("png") || plain.len() < 1_000 {
        return None;
    }
    let mut encoder = GzEncoder::new(Vec::new(), Compression::new(9));
    encoder.write_all(plain).ok()?;
    encoder.finish().ok()
}

/// Nothing here is for search engines.
pub async fn robots() -> &'static str {
    "User-agent: *\nDisallow: /\n"
}
