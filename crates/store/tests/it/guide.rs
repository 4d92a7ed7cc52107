use domain::case::Actor;
use domain::guide::{Approval, EditionState, Key, Size};
use domain::language::Language;
use store::StoreError;
use store::guide::{self, Picture, Text};

use crate::*;

fn key(name: &str) -> Key {
    Key::new(name, Language::Da)
}

fn text(name: &str, version: u64, text: Option<&str>) -> Text {
    Text {
        key: key(name),
        version,
        text: text.map(str::to_owned),
        by: Actor::Operator,
        at: at(1),
    }
}

#[tokio::test]
async fn a_new_edition_begins_with_the_latest_texts_and_pictures_of_the_one_before() {
    on_both(|store, _scratch| async move {
        let picture = Picture {
            media_type: "image/svg+xml".into(),
            bytes: b"<svg/>".to_vec(),
        };
        let mut tx = store.db.begin().await.unwrap();
        guide::begin(&mut tx, 1, &Actor::Operator, at(0)).await.unwrap();
        for (name, version, said) in [
            ("01-a", 1, Some("x")),
            ("01-a", 2, Some("y")),
            ("02-b", 1, Some("z")),
        ] {
            guide::add_text(&mut tx, 1, &text(name, version, said))
                .await
                .unwrap();
        }
        guide::add_text(&mut tx, 1, &text("02-b", 2, None)).await.unwrap();
        guide::put_picture(&mut tx, 1, "a.svg", "aa", &picture)
            .await
            .unwrap();
        guide::lock(&mut tx).await.unwrap();
        guide::begin(&mut tx, 2, &Actor::Person(person("p01")), at(5))
            .await
            .unwrap();
        guide::add_text(&mut tx, 2, &text("01-a", 2, Some("new")))
            .await
            .unwrap();
        assert!(guide::drop_picture(&mut tx, 1, "a.svg").await.unwrap());
        tx.commit().await.unwrap();
        let mut read = store.db.read().await.unwrap();
        let first = guide::content(&mut read, 1).await.unwrap();
        let second = guide::content(&mut read, 2).await.unwrap();
        assert_eq!(
            first.texts.into_iter().collect::<Vec<_>>(),
            [(key("01-a"), "y".to_owned())]
        );
        assert_eq!(
            second.texts.into_iter().collect::<Vec<_>>(),
            [(key("01-a"), "new".to_owned())]
        );
        assert_eq!(
            guide::picture(&mut read, 2, "a.svg").await.unwrap(),
            Some(picture)
        );
        assert_eq!(guide::picture(&mut read, 1, "a.svg").await.unwrap(), None);
        assert_eq!(
            guide::text(&mut read, 1, &key("01-a"), Some(1))
                .await
                .unwrap()
                .unwrap()
                .text
                .as_deref(),
            Some("x")
        );
        assert_eq!(
            guide::text(&mut read, 1, &key("01-a"), None)
                .await
                .unwrap()
                .unwrap()
                .version,
            2
        );
        assert_eq!(
            guide::texts(&mut read, 1).await.unwrap().len(),
            2,
            "one of them taken out"
        );
    })
    .await;
}

#[tokio::test]
async fn an_edition_comes_back_as_it_was_put_and_a_version_is_written_once() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        guide::begin(&mut tx, 1, &Actor::Operator, at(0)).await.unwrap();
        let mut edition = guide::editions(&mut tx).await.unwrap().remove(0);
        assert_eq!((edition.state, edition.revision), (EditionState::Draft, 0));
        edition.state = EditionState::Published;
        edition.revision = 3;
        edition.approved = Some(Approval {
            by: person("p04"),
            at: at(2),
            size: Size::Major,
            reason: "første".into(),
        });
        edition.published = Some((Actor::Operator, at(3)));
        edition.procedure = Some("2026-1".into());
        guide::put(&mut tx, &edition).await.unwrap();
        assert_eq!(guide::editions(&mut tx).await.unwrap(), [edition]);
        guide::add_text(&mut tx, 1, &text("01-a", 1, Some("x")))
            .await
            .unwrap();
        let twice = guide::add_text(&mut tx, 1, &text("01-a", 1, Some("y")))
            .await
            .unwrap_err();
        assert!(
            matches!(&twice, StoreError::Unique { what } if what == "guide_texts"),
            "{twice:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn that_somebody_checked_their_profiles_is_kept_and_forgotten() {
    on_both(|store, _scratch| async move {
        let mut tx = store.db.begin().await.unwrap();
        let (units, people) = (
            vec![domain::organisation::Unit {
                id: UnitId::new("zoo"),
                parent: None,
                name: "Zoo".into(),
                kind: String::new(),
            }],
            vec![domain::organisation::Person {
                id: person("p01"),
                name: "Navn".into(),
                email: "p01@eksempel.dk".into(),
                title: String::new(),
                unit: UnitId::new("zoo"),
                roles: Default::default(),
                active: true,
                deputy: None,
                away: None,
                since: None,
            }],
        );
        store::people::import(&mut tx, &units, &people, at(0))
            .await
            .unwrap();
        for when in [Some(at(1)), Some(at(2)), None] {
            guide::set_self_checked(&mut tx, &person("p01"), when)
                .await
                .unwrap();
            assert_eq!(guide::self_checked(&mut tx, &person("p01")).await.unwrap(), when);
        }
    })
    .await;
}
