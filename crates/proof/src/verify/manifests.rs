//! The bag as BagIt sees it (RFC 8493 §3), but strictly: the tag files must be what our writer writes.

use std::collections::HashMap;

use super::BagReport;
use super::archive::Found;
use crate::bag::{BAG_INFO, BAGIT, DECLARATION, MANIFEST, TAG_MANIFEST, manifest_line};

const TAGGED: [&str; 3] = [BAGIT, BAG_INFO, MANIFEST];

pub(super) fn check(files: &[Found], report: &mut BagReport) {
    let payload: Vec<&Found> = files
        .iter()
        .filter(|file| file.path.starts_with("data/"))
        .collect();
    let tags: Vec<&Found> = files
        .iter()
        .filter(|file| TAGGED.contains(&file.path.as_str()))
        .collect();
    report.part(|report| {
        for file in files.iter().filter(|file| !file.path.starts_with("data/")) {
            if file.path != TAG_MANIFEST && !TAGGED.contains(&file.path.as_str()) {
                report.fail(&file.path, "does not belong in the bag");
            }
        }
        for name in TAGGED.iter().chain([&TAG_MANIFEST]) {
            if !files.iter().any(|file| file.path == *name) {
                report.fail(*name, "is missing");
            }
        }
        compare(MANIFEST, &payload, files, report);
        compare(TAG_MANIFEST, &tags, files, report);
        if text(files, BAGIT).is_some_and(|it| it != DECLARATION.as_bytes()) {
            report.fail(BAGIT, "is not that of BagIt 1.0");
        }
        let bytes: u64 = payload.iter().map(|file| file.size).sum();
        let oxum = format!("\nPayload-Oxum: {bytes}.{}\n", payload.len());
        let oxum = oxum.as_bytes();
        if text(files, BAG_INFO).is_some_and(|it| !it.ends_with(oxum)) {
            report.fail(BAG_INFO, "does not end in the Payload-Oxum of these files");
        }
        format!("manifests: {} payload files match their SHA-256", payload.len())
    });
}

pub(super) fn text<'a>(files: &'a [Found], path: &str) -> Option<&'a [u8]> {
    files.iter().find(|file| file.path == path)?.text.as_deref()
}

/// Builds the manifest anew from the files; if it differs, finds out whose fault that is.
fn compare(manifest: &str, covered: &[&Found], files: &[Found], report: &mut BagReport) {
    let Some(given) = text(files, manifest) else {
        return;
    };
    let lines = covered.iter().map(|file| manifest_line(&file.hash, &file.path));
    if given == lines.collect::<String>().as_bytes() {
        return;
    }
    let before = report.failures.len();
    let given = String::from_utf8_lossy(given);
    let mut listed: HashMap<&str, &str> = given
        .lines()
        .filter_map(|line| line.split_once("  "))
        .map(|(hash, path)| (path, hash))
        .collect();
    for file in covered {
        let line = manifest_line(&file.hash, &file.path);
        let (hash, path) = line
            .trim_end_matches('\n')
            .split_once("  ")
            .expect("a manifest line has two parts");
        match listed.remove(path) {
            None => report.fail(&file.path, format!("is not listed in {manifest}")),
            Some(given) if given != hash => {
                report.fail(
                    &file.path,
                    format!("does not have the SHA-256 that {manifest} gives"),
                );
            }
            Some(_) => {}
        }
    }
    let mut missing: Vec<&str> = listed.into_keys().collect();
    missing.sort_unstable();
    for path in missing {
        let path = if path.is_empty() { manifest } else { path };
        report.fail(path, format!("is listed in {manifest} but missing"));
    }
    // What the manifest itself has wrong shows in the tag manifest; nothing stands above that one.
    if manifest == TAG_MANIFEST || report.failures.len() == before {
        report.fail(manifest, "is not written as the files require");
    }
}
