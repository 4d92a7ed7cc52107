use crate::harness::*;
use app::{ClaimedFile, FILE_LIMIT, FILES_LIMIT, FileFault};
use domain::case::Arrival;
use futures_util::TryStreamExt as _;

/// Reports what arrived and gives why it was refused; nothing may be left then.
async fn refused(
    test: &app::testing::TestApp,
    incoming: app::Incoming,
    claims: &[ClaimedFile],
) -> Vec<(String, FileFault)> {
    let found = faults(
        test.app
            .report(&test.caller(LONE), incoming, claims, about(METTE), None)
            .await,
    );
    assert_eq!(
        (cases(test).await, files(test).len()),
        (0, 0),
        "something was kept"
    );
    found
}

fn named(name: &str, fault: FileFault) -> (String, FileFault) {
    (name.into(), fault)
}

on_both! {
    async fn every_file_that_goes_in_comes_out_byte_for_byte(test) {
        let sizes = [1_usize, 6_999, 65_536, 200_000];
        let sent: Vec<Vec<u8>> = sizes.iter().map(|size| png(&"æ\u{0}".repeat(*size))).collect();
        let names = ["a.png", "a.png", "b.png", "æøå 😀.png"];
        let sending: Vec<(&str, &[u8])> = names.into_iter().zip(sent.iter().map(Vec::as_slice)).collect();
        let claims: Vec<ClaimedFile> = sending.iter().rev().map(|(name, bytes)| claim(name, bytes)).collect();
        let incoming = sent_with(&test, &sending).await;
        let receipt = test.app.report(&test.caller(LONE), incoming, &claims, about(METTE), None).await.unwrap();
        assert_eq!(receipt.exhibits.len(), sending.len());
        for ((exhibit, (name, bytes)), number) in receipt.exhibits.iter().zip(&sending).zip(1..) {
            assert_eq!((exhibit.number, exhibit.name.as_str(), exhibit.hashed_by_sender), (number, *name, true));
            let (shown, stream) = test.app.exhibit(&test.caller(VIBEKE), &receipt.number, number).await.unwrap();
            let parts: Vec<bytes::Bytes> = stream.try_collect().await.unwrap();
            assert!(parts.concat() == *bytes, "exhibit {number}");
            assert_eq!(shown.sha256, sha256(bytes));
        }
    }

    async fn what_lies_on_the_disk_is_ciphertext(test) {
        let mark = "HEMMELIGT-MÆRKE-1234";
        let picture = png(&mark.repeat(20_000));
        let told = domain::case::NewReport { text: mark.into(), originator: mark.into(), ..about(METTE) };
        tell(&test, LONE, told, &[("a.png", &picture)]).await;
        let mut found = vec![test.scratch.dir().to_owned()];
        let mut looked = 0;
        while let Some(path) = found.pop() {
            if path.is_dir() {
                found.extend(std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()));
                continue;
            }
            let bytes = std::fs::read(&path).unwrap();
            assert!(bytes.windows(mark.len()).all(|part| part != mark.as_bytes()), "{}", path.display());
            looked += 1;
        }
        assert!(looked >= 2, "exhibit and key at least");
    }

    async fn each_refused_file_is_named_with_its_fault(test) {
        let good = png("god");
        let mut incoming = sent_with(&test, &[
            ("../tom.png", b""),
            ("god.png", &good),
            ("tekst.png", b"ikke et billede"),
            ("prog.exe", b"MZ\x90\0\x03\0\0\0\x04\0\0\0\xff\xff\0\0"),
            ("anden.png", &good),
        ])
        .await;
        incoming.file("halv.png", Arrival::Api).await.unwrap();
        incoming.write(&good).await.unwrap();
        incoming.cut_off().await.unwrap();
        let claims = [
            ClaimedFile { name: "anden.png".into(), sha256: sha256(b"noget andet") },
            claim("borte.png", b"x"),
            claim("halv.png", b"y"),
            ClaimedFile { name: "uden-hash.png".into(), sha256: String::new() },
        ];
        assert_eq!(refused(&test, incoming, &claims).await, [
            named("tom.png", FileFault::Empty),
            named("tekst.png", FileFault::WrongContent { found: "text/plain" }),
            named("prog.exe", FileFault::UnknownType),
            named("halv.png", FileFault::CutOff),
            named("anden.png", FileFault::Mismatch),
            named("borte.png", FileFault::Missing),
            named("uden-hash.png", FileFault::Missing),
        ]);
    }

    async fn a_file_over_the_limit_is_refused_without_keeping_it(test) {
        let rest = vec![0; usize::try_from(FILE_LIMIT).unwrap()];
        let mut incoming = sent_with(&test, &[]).await;
        incoming.file("film.png", Arrival::Api).await.unwrap();
        incoming.write(&png("")).await.unwrap();
        for _ in 0..3 {
            incoming.write(&rest).await.unwrap();
        }
        assert_eq!(incoming.count(), 0);
        no_files_left(&test).await;
        assert_eq!(refused(&test, incoming, &[]).await, [named("film.png", FileFault::TooBig { limit: FILE_LIMIT })]);
    }

    async fn a_hundred_files_are_taken_and_one_more_refused(test) {
        let picture = png("x");
        let all = vec![("a.png", picture.as_slice()); FILES_LIMIT];
        assert_eq!(tell(&test, LONE, about(METTE), &all).await.exhibits.len(), FILES_LIMIT);
        let mut incoming = sent_with(&test, &all).await;
        send(&mut incoming, "b.png", &picture).await;
        let answer = test.app.report(&test.caller(LONE), incoming, &[], about(METTE), None).await;
        assert_eq!(faults(answer), [named("b.png", FileFault::TooMany { limit: FILES_LIMIT })]);
        assert_eq!((cases(&test).await, files(&test).len()), (1, FILES_LIMIT));
    }

    async fn names_lose_what_misleads_and_keep_the_rest(test) {
        let picture = png("x");
        let long = format!("{}.png", "å".repeat(300));
        let sending: Vec<(&str, &[u8])> = ["../../etc/passwd.png", "", "C:\\x\\Mit 😀.png", "..", long.as_str()]
            .into_iter()
            .map(|name| (name, picture.as_slice()))
            .collect();
        let claims: Vec<ClaimedFile> = sending.iter().map(|(name, bytes)| claim(name, bytes)).collect();
        let incoming = sent_with(&test, &sending).await;
        let receipt = test.app.report(&test.caller(LONE), incoming, &claims, about(METTE), None).await.unwrap();
        let names: Vec<&str> = receipt.exhibits.iter().map(|exhibit| exhibit.name.as_str()).collect();
        assert_eq!(names[..4], ["passwd.png", "fil-2", "Mit 😀.png", "fil-4"]);
        assert_eq!(names[4].chars().count(), 255);
        assert!(receipt.exhibits.iter().all(|exhibit| exhibit.hashed_by_sender));
    }

    async fn of_two_files_with_one_name_the_broken_one_alone_is_a_mismatch(test) {
        let (good, broken) = (png("god"), png("knækket"));
        let claims = [claim("image.png", &good), claim("image.png", b"som den var")];
        let incoming = sent_with(&test, &[("image.png", &broken), ("image.png", &good)]).await;
        assert_eq!(refused(&test, incoming, &claims).await, [named("image.png", FileFault::Mismatch)]);
        // One refused and one missing of the same name are two faults.
        let incoming = sent_with(&test, &[("image.png", b"")]).await;
        assert_eq!(refused(&test, incoming, &claims).await, [
            named("image.png", FileFault::Empty),
            named("image.png", FileFault::Missing),
        ]);
    }

    async fn a_file_is_known_by_its_hash_where_its_name_is_written_otherwise(test) {
        let picture = png("x");
        let incoming = sent_with(&test, &[("a%22b.png", &picture)]).await;
        let claims = [claim("a\"b.png", &picture)];
        let receipt = test.app.report(&test.caller(LONE), incoming, &claims, about(METTE), None).await.unwrap();
        assert!(receipt.exhibits[0].hashed_by_sender);
    }

    async fn what_is_not_used_is_removed(test) {
        let picture = png(&"x".repeat(100_000));
        let mut incoming = sent_with(&test, &[("a.png", &picture)]).await;
        incoming.file("halv.png", Arrival::Api).await.unwrap();
        incoming.write(&picture).await.unwrap();
        assert!(!files(&test).is_empty());
        incoming.discard().await;
        no_files_left(&test).await;
        let mut incoming = sent_with(&test, &[("a.png", &picture)]).await;
        incoming.file("halv.png", Arrival::Api).await.unwrap();
        incoming.write(&picture).await.unwrap();
        drop(incoming);
        no_files_left(&test).await;
    }

    async fn exhibits_are_added_to_a_case_by_who_may(test) {
        let number = a_case(&test).await;
        let (one, two) = (png("1"), png("2"));
        let added = add(&test, LONE, &number, &[("1.png", &one), ("2.png", &two)]).await.unwrap();
        assert_eq!(added.iter().map(|exhibit| exhibit.number).collect::<Vec<_>>(), [2, 3]);
        not_found(add(&test, SANNE, &number, &[]).await);
        not_found(add(&test, DPO, &number, &[]).await);
        let nothing = domain::case::Refusal::invalid("exhibit", "at-least-one");
        assert_eq!(refusal(add(&test, LONE, &number, &[]).await), nothing);
        assert_eq!(files(&test).len(), 3);
    }

    async fn who_lost_the_case_while_sending_adds_nothing_to_it(test) {
        let number = a_case(&test).await;
        let mut incoming = test.app.begin_exhibits(&test.caller(VIBEKE), &number).await.unwrap();
        send(&mut incoming, "a.png", &png("a")).await;
        let absent = domain::case::PassOverReason::Absent;
        try_to(&test, LARS, &number, domain::case::Command::PassOver { reason: absent }).await.unwrap();
        forbidden(test.app.add_exhibits(&test.caller(VIBEKE), incoming, &[]).await);
        assert_eq!(files(&test).len(), 1);
    }
}

async fn sent_with(test: &app::testing::TestApp, sending: &[(&str, &[u8])]) -> app::Incoming {
    sent(test, LONE, sending).await
}
