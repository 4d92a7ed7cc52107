//! Pictures, archives and documents that are broken, or made to break whoever opens them: each with a clear word, its
//! original sealed where it is taken, and the worker alive.

use crate::harness::*;
use app::testing::TestApp;
use app::{Copied, FileFault};
use std::io::{Cursor, Write as _};
use zip::write::SimpleFileOptions;

/// What becomes of a file: refused at the door, or kept, with what is shown of it.
#[derive(Debug, PartialEq)]
enum Fate {
    Refused(FileFault),
    Shown,
    /// Kept, and a reason in place of a picture.
    Only(String),
    /// Kept, and of its kind nothing is ever shown.
    Kept,
}

async fn fate(test: &TestApp, name: &str, bytes: &[u8]) -> Fate {
    let told = try_tell(test, LONE, about(METTE), &[(name, bytes)]).await;
    let Ok(receipt) = told else {
        let (named, fault) = faults(told).remove(0);
        assert_eq!(named, name);
        return Fate::Refused(fault);
    };
    assert_eq!(
        receipt.exhibits[0].sha256,
        sha256(bytes),
        "the original is sealed as it came"
    );
    test.app.run_slow_jobs().await.unwrap();
    match view(test, VIBEKE, &receipt.number).await.copies[0]
        .picture
        .clone()
    {
        Copied::Ready => Fate::Shown,
        Copied::Failed(why) => Fate::Only(why),
        Copied::Never => Fate::Kept,
        other => panic!("{name}: {other:?}"),
    }
}

fn only(why: &str) -> Fate {
    Fate::Only(why.into())
}

/// PngSuite's broken pictures (http://www.schaik.com/pngsuite/, those that begin with x), as the crate `minipng` brings
/// them along; cargo puts it there, because it stands among what these tests need.
fn pngsuite(name: &str) -> Vec<u8> {
    let home = std::env::var_os("CARGO_HOME").map(std::path::PathBuf::from);
    let home =
        home.unwrap_or_else(|| std::path::Path::new(&std::env::var_os("HOME").unwrap()).join(".cargo"));
    let registries = std::fs::read_dir(home.join("registry/src")).unwrap();
    let file = |registry: std::fs::DirEntry| registry.path().join("minipng-1.0.0/test/pngsuite").join(name);
    let found = registries
        .map(|registry| file(registry.unwrap()))
        .find(|file| file.is_file());
    std::fs::read(found.unwrap_or_else(|| panic!("{name} is not there"))).unwrap()
}

/// An archive of one file of so many zero bytes.
fn zip_bomb(bytes: usize) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(zip::CompressionMethod::Deflated);
    archive.start_file("nul.txt", options).unwrap();
    let piece = vec![0; 1 << 20];
    (0..bytes >> 20).for_each(|_| archive.write_all(&piece).unwrap());
    archive.finish().unwrap().into_inner()
}

on_both! {
    async fn each_of_pngsuites_broken_pictures_is_refused_by_name_or_sealed_and_said_to_be_broken(test) {
        let not_one = || Fate::Refused(FileFault::UnknownType);
        let expected = [
            // The signature, known by its first four bytes: each that can go wrong, and line ends that somebody put right.
            ("xs1n0g01.png", not_one()),
            ("xs2n0g01.png", not_one()),
            ("xs4n0g01.png", not_one()),
            ("xs7n0g01.png", only("broken")),
            ("xcrn0g04.png", only("broken")),
            ("xlfn0g04.png", only("broken")),
            // The header's check sum, and that of the data.
            ("xhdn0g08.png", only("broken")),
            ("xcsn0g01.png", only("broken")),
            // No such kind of colour, no such depth.
            ("xc1n0g08.png", only("broken")),
            ("xc9n2c08.png", only("broken")),
            ("xd0n2c08.png", only("broken")),
            ("xd3n2c08.png", only("broken")),
            ("xd9n2c08.png", only("broken")),
            // No data at all.
            ("xdtn0g01.png", only("broken")),
        ];
        for (name, expected) in expected {
            let bytes = pngsuite(name);
            assert_eq!(fate(&test, name, &bytes).await, expected, "{name}");
        }
        // The worker is alive.
        assert_eq!(fate(&test, "god.png", &pngsuite("basn0g01.png")).await, Fate::Shown);
        assert_eq!(test.app.verify_store(|_, _| {}).await.unwrap().failures, Vec::<String>::new());
    }

    async fn an_archive_that_unpacks_to_a_gigabyte_is_sealed_and_never_unpacked(test) {
        let bomb = zip_bomb(1 << 30);
        assert!(bomb.len() < 2 << 20, "{}", bomb.len());
        assert_eq!(fate(&test, "arkiv.zip", &bomb).await, Fate::Kept);
        assert_eq!(fate(&test, "skærm.png", &bomb).await, Fate::Refused(FileFault::WrongContent { found: "application/zip" }));
        // It calls itself a web archive: kept as one, and nobody opens it either.
        let archive = [&bomb[..], b"datapackage.json"].concat();
        assert_eq!(fate(&test, "side.wacz", &archive).await, Fate::Kept);
    }

    async fn a_file_that_is_two_things_is_what_it_begins_with_and_nothing_else(test) {
        let picture = pngsuite("basn0g01.png");
        let archive = zip_bomb(1 << 20);
        // A picture to those who look at its beginning, an archive to those who look at its end.
        let both = [&picture[..], &archive].concat();
        assert_eq!(fate(&test, "skærm.png", &both).await, Fate::Shown);
        assert_eq!(fate(&test, "arkiv.zip", &both).await, Fate::Refused(FileFault::WrongContent { found: "image/png" }));
        // A page with a script to browsers that guess, a picture to us: what is shown is made anew and holds none of it.
        let page = [&picture[..], b"<html><script>alert(1)</script>"].concat();
        assert_eq!(fate(&test, "side.png", &page).await, Fate::Shown);
        let script = [b"<script>alert(1)</script>".as_slice(), &picture].concat();
        assert_eq!(fate(&test, "skærm.png", &script).await, Fate::Refused(FileFault::UnknownType));
    }
}
