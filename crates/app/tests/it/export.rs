use crate::harness::*;
use crate::perform::assessed;
use crate::say;
use app::testing::TestApp;
use app::{Bag, Caller};
use domain::ids::CaseNumber;
use domain::vocabulary::Compartment;
use proof::verify::verify_bag;

const TOLD: &str = "MARKOER-FORTALT";
const TALK: &str = "MARKOER-SAMTALE";
const NOTE: &str = "MARKOER-JURISTENS-NOTE";
const POLICE: &str = "MARKOER-POLITI";
const TITLE: &str = "MARKOER-TITEL";
const PICTURE: &str = "MARKOER-BILLEDE";

/// A case with something findable in every drawer.
async fn marked(test: &TestApp) -> CaseNumber {
    let picture = png(PICTURE);
    let new = domain::case::NewReport {
        text: TOLD.into(),
        ..about(METTE)
    };
    let number = tell(
        test,
        LONE,
        new,
        &[("Mettes skærm.png", &picture), ("b.txt", b"en sms")],
    )
    .await
    .number;
    try_to(test, IDA, &number, say::note_legal(NOTE)).await.unwrap();
    try_to(test, VIBEKE, &number, say::care(TALK)).await.unwrap();
    try_to(test, VIBEKE, &number, say::register(TITLE)).await.unwrap();
    try_to(test, LARS, &number, say::no_police(POLICE)).await.unwrap();
    view(test, VIBEKE, &number).await;
    number
}

fn bytes(bag: &Bag) -> Vec<u8> {
    let mut bytes = Vec::new();
    std::io::Read::read_to_end(&mut bag.open().unwrap(), &mut bytes).unwrap();
    bytes
}

fn has(bytes: &[u8], mark: &str) -> bool {
    bytes.windows(mark.len()).any(|part| part == mark.as_bytes())
}

async fn export(test: &TestApp, caller: &Caller, number: &CaseNumber, drawer: Compartment) -> Bag {
    test.app.export(caller, number, drawer).await.unwrap()
}

on_both! {
    async fn each_drawers_bag_holds_and_holds_that_drawer_alone(test) {
        let number = marked(&test).await;
        let inside = [
            (Compartment::Matter, vec![TITLE, PICTURE]),
            (Compartment::Care, vec![TOLD, TALK]),
            (Compartment::Police, vec![POLICE]),
        ];
        for (drawer, expected) in inside {
            let bag = export(&test, &test.caller(VIBEKE), &number, drawer).await;
            let report = verify_bag(bag.open().unwrap());
            assert!(report.holds(), "{drawer}: {:?}", report.failures);
            assert_eq!(report.number.as_deref(), Some(number.as_str()));
            assert_eq!(report.public_key_fingerprint, Some(test.app.fingerprint()));
            let bytes = bytes(&bag);
            assert_eq!(bag.bytes, bytes.len() as u64);
            for mark in [TOLD, TALK, NOTE, POLICE, TITLE, PICTURE] {
                assert_eq!(has(&bytes, mark), expected.contains(&mark), "{mark} in {drawer}");
            }
            // No reading, and no name of a person in a file's name.
            assert!(!has(&bytes, "\"viewed\"") && !has(&bytes, "\"exported\""));
            assert!(has(&bytes, "data/originals/bilag-001.png") == (drawer == Compartment::Matter));
            assert!(!has(&bytes, "data/originals/Mettes"));
            assert_eq!(bag.name, format!("vaern-{number}-{drawer}.zip"));
            // The composer's name for who did it (PlainWords: the id).
            let actor = if drawer == Compartment::Police { LARS } else { VIBEKE };
            assert!(has(&bytes, &format!("\"actor_name\":\"{actor}\"")), "{drawer}");
        }
    }

    async fn the_command_line_exports_what_it_may_not_see(test) {
        let number = marked(&test).await;
        let bag = export(&test, &Caller::operator(), &number, Compartment::Matter).await;
        assert!(verify_bag(bag.open().unwrap()).holds());
        not_found(test.app.case(&Caller::operator(), &number, domain::case::Viewing::Case).await);
        not_found(test.app.export(&Caller::operator(), &CaseNumber::new(2026, 9), Compartment::Matter).await);
        let log = test.app.access_log(&test.caller(DPO), Some(&number), None, 10).await.unwrap();
        assert_eq!((log.items[0].who.as_str(), log.items[0].exported), ("operator", Some(Compartment::Matter)));
    }

    async fn a_changed_exhibit_stops_the_export_loudly(test) {
        let number = marked(&test).await;
        files(&test).iter().for_each(|file| flip(file));
        let answer = test.app.export(&test.caller(VIBEKE), &number, Compartment::Matter).await;
        assert!(matches!(answer, Err(app::AppError::Internal(_))), "{answer:?}");
        // The other drawers have no part in it.
        let care = export(&test, &test.caller(VIBEKE), &number, Compartment::Care).await;
        assert!(verify_bag(care.open().unwrap()).holds());
    }

    async fn many_exports_and_seals_at_once_all_hold(test) {
        let (one, two) = (marked(&test).await, marked(&test).await);
        let vibeke = test.caller(VIBEKE);
        let exports = [&one, &two, &one, &two].map(|number| test.app.export(&vibeke, number, Compartment::Matter));
        let more = async {
            for _ in 0..4 {
                test.app.seal().await.unwrap();
                tell(&test, LONE, about(METTE), &[]).await;
            }
        };
        let (bags, ()) = tokio::join!(futures_util::future::join_all(exports), more);
        for bag in bags {
            let report = verify_bag(bag.unwrap().open().unwrap());
            assert!(report.holds(), "{:?}", report.failures);
        }
        let report = test.app.verify_store(|_, _| ()).await.unwrap();
        assert_eq!((report.seals, report.failures), (8, Vec::new()));
    }

    async fn a_case_is_sealed_again_where_it_has_moved(test) {
        let empty = test.app.seal().await.unwrap();
        assert_eq!((empty.seal.size, empty.fingerprint), (0, test.app.fingerprint()));
        let number = a_case(&test).await;
        let (one, two) = (test.app.seal().await.unwrap(), test.app.seal().await.unwrap());
        assert!(one.seal.verify() && one.seal.root == two.seal.root && one.seal.size == 1);
        assessed(&test, &number).await;
        assert_ne!(test.app.seal().await.unwrap().seal.root, one.seal.root);
        let report = test.app.verify_store(|_, _| ()).await.unwrap();
        assert_eq!((report.seals, report.failures), (4, Vec::new()));
    }
}
