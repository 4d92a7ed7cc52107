//! The conversation with a mail server, line by line.

use outside::lmtp::{Door, Letter, Taken, talk};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};

const LIMIT: usize = 1_000;

/// Says all of it and gives what was answered, and what was taken.
async fn said(text: &str, taken: Taken, address: Option<&str>) -> (Vec<String>, Vec<Letter>) {
    let letters = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&letters);
    let door = Door {
        address: address.map(str::to_owned),
        limit: LIMIT,
        taker: Arc::new(move |letter| {
            kept.lock().expect("in a test").push(letter);
            Box::pin(async move { taken })
        }),
    };
    let (mut ours, theirs) = tokio::io::duplex(1 << 20);
    let server = tokio::spawn(talk(theirs, door));
    ours.write_all(text.as_bytes()).await.expect("in a test");
    ours.shutdown().await.expect("in a test");
    let mut answer = String::new();
    ours.read_to_string(&mut answer).await.expect("in a test");
    let _ = server.await.expect("in a test");
    let letters = letters.lock().expect("in a test").clone();
    let codes = answer
        .lines()
        .filter(|line| line.as_bytes().get(3) != Some(&b'-'));
    (codes.map(|line| line[..3].to_owned()).collect(), letters)
}

#[tokio::test]
async fn a_message_is_taken_dots_and_all_with_an_answer_for_each_recipient() {
    let text = "LHLO mx\r\nMAIL FROM:<a@b.dk> SIZE=30 BODY=8BITMIME\r\nRCPT TO:<x@y.dk>\r\nRCPT TO:<z@y.dk>\r\nDATA\r\n\
        Subject: x\r\n\r\n..punktum\r\n.\r\nQUIT\r\n";
    let (codes, letters) = said(text, Taken::Kept, None).await;
    assert_eq!(
        codes,
        ["220", "250", "250", "250", "250", "354", "250", "250", "221"]
    );
    assert_eq!(letters[0].sender, "a@b.dk");
    assert_eq!(letters[0].message, b"Subject: x\r\n\r\n.punktum\r\n");
}

#[tokio::test]
async fn smtp_gets_one_answer_and_the_null_sender_is_heard() {
    let text =
        "EHLO mx\r\nMAIL FROM:<>\r\nRCPT TO:<x@y.dk>\r\nRCPT TO:<z@y.dk>\r\nDATA\r\nx\r\n.\r\nQUIT\r\n";
    let (codes, letters) = said(text, Taken::Kept, None).await;
    assert_eq!(codes.len(), 8);
    assert_eq!(letters[0].sender, "");
}

#[tokio::test]
async fn what_is_not_kept_is_not_said_to_be() {
    for (taken, code) in [
        (Taken::Later, "451"),
        (Taken::Full, "452"),
        (Taken::Refused, "554"),
    ] {
        let text = "LHLO mx\r\nMAIL FROM:<a@b.dk>\r\nRCPT TO:<x@y.dk>\r\nDATA\r\nx\r\n.\r\n";
        assert_eq!(said(text, taken, None).await.0.last().unwrap(), code);
    }
}

#[tokio::test]
async fn a_line_end_that_is_none_does_not_end_a_message() {
    let text = "LHLO mx\r\nMAIL FROM:<a@b.dk>\r\nRCPT TO:<x@y.dk>\r\nDATA\r\nx\n.\r\nMAIL FROM:<evil@b.dk>\r\n.\n.\r\n.\r\n";
    let (_, letters) = said(text, Taken::Kept, None).await;
    assert_eq!(letters.len(), 1);
    let message = String::from_utf8_lossy(&letters[0].message).into_owned();
    assert!(message.contains("evil"), "still the same message: {message}");
}

#[tokio::test]
async fn too_long_is_said_at_once_or_at_the_end_and_the_next_is_taken() {
    let long = "x".repeat(70_000);
    let text = format!(
        "LHLO mx\r\nMAIL FROM:<a@b.dk> SIZE=1001\r\nMAIL FROM:<a@b.dk>\r\nRCPT TO:<x@y.dk>\r\nDATA\r\n{long}\r\n.\r\n\
         MAIL FROM:<a@b.dk>\r\nRCPT TO:<x@y.dk>\r\nDATA\r\nkort\r\n.\r\n"
    );
    let (codes, letters) = said(&text, Taken::Kept, None).await;
    assert_eq!(
        codes,
        [
            "220", "250", "552", "250", "250", "354", "552", "250", "250", "354", "250"
        ]
    );
    assert_eq!(letters.len(), 1);
}

#[tokio::test]
async fn out_of_turn_unknown_and_for_others_are_refused_without_harm() {
    let long = "y".repeat(9_000);
    let text = format!(
        "MAIL FROM:<a@b.dk>\r\nDATA\r\nLHLO mx\r\nRCPT TO:<x@y.dk>\r\nMAIL FROM:a@b.dk\r\nMAIL FROM:<a@b.dk>\r\nMAIL FROM:<c@b.dk>\r\n\
         DATA\r\nRCPT TO:<anden@y.dk>\r\nRCPT TO:<CHIKANE@y.dk>\r\nHVAD\r\n{long}\r\nNOOP\r\nRSET\r\nDATA\r\nVRFY x\r\n\0\r\n"
    );
    let (codes, letters) = said(&text, Taken::Kept, Some("chikane@y.dk")).await;
    assert_eq!(
        codes,
        [
            "220", "503", "503", "250", "503", "501", "250", "503", "503", "550", "250", "500", "500", "250",
            "250", "503", "252", "500"
        ]
    );
    assert!(letters.is_empty());
}

#[tokio::test]
async fn whoever_hangs_up_in_the_middle_has_handed_in_nothing() {
    let text = "LHLO mx\r\nMAIL FROM:<a@b.dk>\r\nRCPT TO:<x@y.dk>\r\nDATA\r\nhalvt\r\n";
    assert!(said(text, Taken::Kept, None).await.1.is_empty());
}
