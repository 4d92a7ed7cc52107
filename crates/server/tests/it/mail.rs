//! E-mails through the program: given on the command line, and handed over by a mail server.

use crate::tools::{Server, example, import_fjordby, vaern};
use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Stdio;
use tempfile::tempdir;

fn matter() -> Vec<u8> {
    std::fs::read(example("matters/04-threatening-email/forwarded.eml")).expect("in a test")
}

/// What `vaern intake-mail` said of this message, and its exit code.
fn intake(data: &Path, message: &[u8]) -> (String, Option<i32>) {
    intake_with(data, message, &[])
}

/// The same with these settings.
pub fn intake_with(data: &Path, message: &[u8], settings: &[(&str, &str)]) -> (String, Option<i32>) {
    let mut child = vaern(data, &["intake-mail"])
        .envs(settings.iter().copied())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("in a test");
    // Whoever refuses a message need not read it.
    let _ = child.stdin.take().expect("in a test").write_all(message);
    let output = child.wait_with_output().expect("in a test");
    (
        String::from_utf8_lossy(&output.stdout).trim().to_owned(),
        output.status.code(),
    )
}

#[test]
fn a_message_on_standard_input_is_a_case_once_and_exit_codes_say_what_to_do_with_it() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let (said, code) = intake(data.path(), &matter());
    assert!(said.starts_with("report 20") && code == Some(0), "{said}");
    assert_eq!(intake(data.path(), &matter()), ("before".into(), Some(0)));
    let stranger = b"From: x@example.net\r\n\r\nhej";
    assert_eq!(
        intake(data.path(), stranger),
        ("waiting unknown-sender".into(), Some(0))
    );
    assert_eq!(intake(data.path(), b"").1, Some(65));
    let file = data.path().join("no-folder");
    std::fs::write(&file, "").unwrap();
    assert_eq!(
        intake(&file, stranger).1,
        Some(75),
        "the store can't be opened: bring it again"
    );
}

#[test]
fn a_mail_server_hands_over_and_hears_250_when_it_is_a_case() {
    let data = tempdir().unwrap();
    import_fjordby(data.path());
    let socket = data.path().join("lmtp");
    let settings = [
        ("VAERN_LMTP", socket.to_str().unwrap()),
        ("VAERN_MAIL_ADDRESS", "chikane@fjordby.example"),
    ];
    let _server = Server::start_with(data.path(), &settings);
    let line = UnixStream::connect(&socket).unwrap();
    let mut answers = BufReader::new(line.try_clone().unwrap())
        .lines()
        .map(Result::unwrap);
    let mut answer = move || {
        answers
            .find(|line| line.as_bytes().get(3) == Some(&b' '))
            .unwrap()
    };
    let mut line = line;
    let mut say = |text: &[u8]| {
        line.write_all(text).unwrap();
        line.write_all(b"\r\n").unwrap();
    };
    assert!(answer().starts_with("220"));
    for (command, code) in [
        ("LHLO mx.fjordby.example", "250"),
        ("MAIL FROM:<sara.lindegaard@fjordby.example>", "250"),
        ("RCPT TO:<anden@fjordby.example>", "550"),
        ("RCPT TO:<chikane@fjordby.example>", "250"),
        ("DATA", "354"),
    ] {
        say(command.as_bytes());
        assert!(answer().starts_with(code), "{command}");
    }
    let message = matter().trim_ascii_end().to_vec();
    say(&message);
    say(b".");
    assert!(answer().starts_with("250"));
    let same = [&message[..], b"\r\n"].concat();
    assert_eq!(
        intake(data.path(), &same).0,
        "before",
        "byte for byte what was handed over"
    );
}
