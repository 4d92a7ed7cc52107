//! A mailbox on a real Dovecot: what is taken leaves it, what is not stays.

use app::testing::dovecot::{Dovecot, LOGIN};
use app::testing::{Engine, TestApp};
use app::{Emptied, Mailbox, NoMailbox};
use domain::mail::Door;
use std::sync::{Arc, Mutex};

const FORWARDED: &[u8] = include_bytes!("../../../../examples/matters/04-threatening-email/forwarded.eml");

#[tokio::test]
async fn what_lies_in_the_mailbox_becomes_cases_and_leaves_it_after_the_commit() {
    let dovecot = Dovecot::start();
    let test = TestApp::new(Engine::Sqlite).await;
    let mailbox = Mailbox::parse(&dovecot.address(), LOGIN, app::MAIL_LIMIT).unwrap();
    let nothing = test.app.fetch_mails(&mailbox).await.unwrap();
    assert_eq!(nothing, Emptied::default());
    dovecot.lay("1", FORWARDED);
    dovecot.lay("2", b"From: ukendt@example.org\r\nSubject: Hej\r\n\r\nHej\r\n");
    let emptied = test.app.fetch_mails(&mailbox).await.unwrap();
    assert_eq!((emptied.taken, emptied.left, dovecot.count()), (2, 0, 0));
    let hr = test.caller("jens.roemer@fjordby.example");
    let waiting = test.app.mails(&hr, "waiting", None).await.unwrap().items;
    assert_eq!((waiting.len(), waiting[0].door), (1, Door::Imap));
    assert!(test.app.has_cases().await.unwrap());
    // The same once more: it came before, and is not a case again.
    dovecot.lay("3", FORWARDED);
    assert_eq!(test.app.fetch_mails(&mailbox).await.unwrap().taken, 1);
    assert_eq!(dovecot.count(), 0);
}

#[tokio::test]
async fn what_is_not_taken_stays_and_what_is_too_long_is_not_even_fetched() {
    let dovecot = Dovecot::start();
    let mailbox = Mailbox::parse(&dovecot.address(), LOGIN, 200).unwrap();
    for (name, text) in [("1", "kort"), ("2", "nej"), ("3", &"x".repeat(500))] {
        dovecot.lay(name, format!("Subject: x\r\n\r\n{text}\r\n").as_bytes());
    }
    let seen: Arc<Mutex<Vec<Vec<u8>>>> = Arc::default();
    let shown = Arc::clone(&seen);
    let taker: outside::mailbox::Taker = Arc::new(move |message: Vec<u8>| {
        let takes = !message.windows(3).any(|bytes| bytes == b"nej");
        shown.lock().unwrap().push(message);
        Box::pin(async move { takes })
    });
    let emptied = mailbox.empty(&taker).await.unwrap();
    assert_eq!((emptied.taken, emptied.left, emptied.too_long), (1, 1, 1));
    assert_eq!((seen.lock().unwrap().len(), dovecot.count()), (2, 2));
    assert_eq!(
        seen.lock().unwrap()[0],
        b"Subject: x\r\n\r\nkort\r\n",
        "byte for byte"
    );
}

#[tokio::test]
async fn a_wrong_password_and_nobody_there_are_said() {
    let dovecot = Dovecot::start();
    let test = TestApp::new(Engine::Sqlite).await;
    let wrong = Mailbox::parse(&dovecot.address(), "chikane:forkert", 100).unwrap();
    let refused = test.app.fetch_mails(&wrong).await;
    assert!(matches!(refused, Err(NoMailbox::Refused(_))), "{refused:?}");
    let address = dovecot.address();
    drop(dovecot);
    let gone = Mailbox::parse(&address, LOGIN, 100).unwrap();
    let unreachable = test.app.fetch_mails(&gone).await;
    assert!(
        matches!(unreachable, Err(NoMailbox::Unreachable(_))),
        "{unreachable:?}"
    );
}

#[test]
fn an_address_without_tls_is_only_for_this_machine() {
    use outside::mailbox::BadMailbox;
    let parse = |address: &str, login: &str| Mailbox::parse(address, login, 1).map(drop);
    assert_eq!(
        parse("imap://mail.example/INBOX", "a:b"),
        Err(BadMailbox::Unencrypted)
    );
    assert_eq!(parse("mail.example", "a:b"), Err(BadMailbox::Address));
    assert_eq!(parse("imap://localhost", "a"), Err(BadMailbox::Login));
    assert_eq!(parse("imap://[::1]:143/Chikane", "a:b:c"), Ok(()));
}
