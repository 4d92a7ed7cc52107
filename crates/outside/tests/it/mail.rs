//! E-mails as people and their programs really send them, and as somebody would who means harm.

use outside::mail::{What, read, readable, split};
use rstest::rstest;

const FORWARDED: &[u8] = include_bytes!("../../../../examples/matters/04-threatening-email/forwarded.eml");
const ORIGINAL: &[u8] = include_bytes!("../../../../examples/matters/04-threatening-email/original.eml");

fn mail(head: &str, body: &str) -> Vec<u8> {
    format!("From: a@fjordby.example\nSubject: x\n{head}\n\n{body}").into_bytes()
}

#[test]
fn a_forwarded_threat_is_read_with_the_message_that_lies_in_it() {
    let text = readable(FORWARDED);
    assert!(
        text.starts_with("From: Sara Lindegaard <sara.lindegaard@fjordby.example>\n"),
        "{text}"
    );
    assert!(
        text.contains("Afgørelse om ophør"),
        "encoded words are read: {text}"
    );
    assert!(
        text.contains("Jeg synes ikke det er rart at sidde ved skranken"),
        "{text}"
    );
    assert!(
        text.contains("From: Jimmi Dahl"),
        "the inner message is there: {text}"
    );
    assert!(text.contains("så er det dig jeg kommer ned og besøger"), "{text}");
    assert!(
        !text.contains("script") && !text.contains("tracker"),
        "HTML is not shown: {text}"
    );
}

#[test]
fn what_a_letter_hands_on_keeps_its_own_header_and_its_bytes() {
    let outer = read(FORWARDED);
    assert_eq!(outer.head.message_id, "CA+forward-1@fjordby.example");
    let [part] = outer.parts.as_slice() else {
        panic!("{:?}", outer.parts)
    };
    let What::Letter(letter) = &part.what else {
        panic!("{part:?}")
    };
    assert_eq!(letter.0.from[0].address, "jimmi.dahl@example.net");
    assert_eq!(letter.0.to[0].address, "sara.lindegaard@fjordby.example");
    assert_eq!(letter.0.date.unwrap().to_string(), "2026-11-03T00:22:41Z");
    assert_eq!(letter.0.received.len(), 1);
    assert!(letter.0.received[0].contains("[192.0.2.44]"));
    assert_eq!(part.content().trim_ascii_end(), ORIGINAL.trim_ascii_end());
}

#[test]
fn what_is_no_mail_stands_as_it_is() {
    assert_eq!(readable(b"\xff\xfe\x00"), "\u{ff}\u{fe}");
    assert!(readable("blåbærgrød".as_bytes()).contains("blåbærgrød"));
    assert_eq!(readable(b""), "");
}

#[test]
fn raw_eight_bit_fields_are_read() {
    let read_mail = read(b"From: S\xf8ren <s@fjordby.example>\r\nSubject: Bl\xe5b\xe6r\r\n\r\nhej\r\n");
    assert_eq!(read_mail.head.from[0].to_string(), "Søren <s@fjordby.example>");
    assert_eq!(read_mail.head.subject, "Blåbær");
    assert_eq!(read("Subject: Blåbær\n\nhej".as_bytes()).head.subject, "Blåbær");
}

#[rstest]
#[case::latin("text/plain; charset=iso-8859-1", "8bit", b"bl\xe5b\xe6r", "blåbær")]
#[case::unknown_charset("text/plain; charset=klingon", "8bit", b"bl\xe5b\xe6r", "blåbær")]
#[case::quoted(
    "text/plain; charset=utf-8",
    "quoted-printable",
    b"bl=C3=A5b=C3=A6r",
    "blåbær"
)]
#[case::base64("text/plain; charset=utf-8", "base64", b"YmzDpWLDpnI=", "blåbær")]
#[case::not_base64("text/plain", "base64", b"slet ikke!", "slet ikke!")]
#[case::nul("text/plain", "8bit", b"f\0a\0re", "fare")]
#[case::unfolded("TEXT/PLAIN;\n charset=\"utf-8\"", "8bit", "blåbær".as_bytes(), "blåbær")]
fn words_are_unpacked(#[case] kind: &str, #[case] encoding: &str, #[case] body: &[u8], #[case] words: &str) {
    let mut bytes = mail(
        &format!("Content-Type: {kind}\nContent-Transfer-Encoding: {encoding}"),
        "",
    );
    bytes.extend_from_slice(body);
    assert_eq!(read(&bytes).words, words);
}

fn alternative(plain: &str, html: &str) -> String {
    let body =
        format!("--b\nContent-Type: text/plain\n\n{plain}\n--b\nContent-Type: text/html\n\n{html}\n--b--\n");
    read(&mail("Content-Type: multipart/alternative; boundary=b", &body)).words
}

#[test]
fn of_two_ways_to_say_the_same_the_plain_one_is_read_unless_it_hides_something() {
    assert_eq!(
        alternative("Jeg ved, hvor du bor", "<p>Jeg ved, <b>hvor</b> du bor</p>"),
        "Jeg ved, hvor du bor"
    );
    let hidden = alternative(
        "Kræver HTML",
        "<p>Jeg ved, hvor du bor, og jeg kommer på fredag</p><script>evil()</script>",
    );
    assert!(
        hidden.contains("jeg kommer på fredag") && !hidden.contains("evil"),
        "{hidden}"
    );
    let only = read(&mail(
        "Content-Type: text/html",
        "<style>p{}</style><p>Pas p&aring;</p><img src=https://t.example/x>",
    ));
    assert_eq!(only.words.trim(), "Pas på");
}

fn kinds(bytes: &[u8]) -> Vec<(String, String)> {
    let name = |what: &What| {
        format!("{what:?}")
            .split(['(', ' '])
            .next()
            .expect("in a test")
            .to_owned()
    };
    let parts = read(bytes).parts;
    parts
        .iter()
        .map(|part| (part.name.clone(), name(&part.what)))
        .collect()
}

#[test]
fn what_lies_in_it_is_told_apart() {
    let part = |head: &str| format!("--b\n{head}\n\nindhold\n");
    let body = [
        part("Content-Type: text/plain"),
        part(
            "Content-Type: image/png; name=\"sk\u{e6}rm.png\"\nContent-ID: <1>\nContent-Disposition: inline",
        ),
        part("Content-Type: text/calendar; method=REQUEST"),
        part("Content-Type: application/ms-tnef; name=winmail.dat"),
        part("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m"),
        part("Content-Type: application/pkcs7-signature; name=smime.p7s"),
        part("Content-Type: text/plain; name=note.txt"),
        part(
            "Content-Type: application/octet-stream\nContent-Disposition: attachment;\n filename*=utf-8''bl%C3%A5.bin",
        ),
        "--b--\nhale".to_owned(),
    ];
    let bytes = mail("Content-Type: multipart/mixed; boundary=\"b\"", &body.concat());
    let expected = [
        ("skærm.png", "File"),
        ("-", "Calendar"),
        ("winmail.dat", "Unreadable"),
        ("smime.p7m", "Encrypted"),
        ("smime.p7s", "Signature"),
        ("note.txt", "File"),
        ("blå.bin", "File"),
    ];
    assert_eq!(
        kinds(&bytes),
        expected.map(|(name, what)| (name.to_owned(), what.to_owned()))
    );
    let read = read(&bytes);
    assert_eq!(read.words.trim(), "indhold");
    assert_eq!(read.parts[0].content().as_ref(), b"indhold");
}

#[test]
fn an_encrypted_mail_is_known_as_such() {
    let whole = mail(
        "Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m",
        "MIIB",
    );
    assert_eq!(kinds(&whole), [("smime.p7m".to_owned(), "Encrypted".to_owned())]);
    let body = "--b\nContent-Type: application/pgp-encrypted\n\nVersion: 1\n--b\n\nxyz\n--b--";
    let pgp = mail("Content-Type: multipart/encrypted; boundary=b", body);
    assert_eq!(kinds(&pgp), [("-".to_owned(), "Encrypted".to_owned())]);
}

#[rstest]
#[case::no_boundary("Content-Type: multipart/mixed", "hej")]
#[case::boundary_that_never_comes("Content-Type: multipart/mixed; boundary=zzz", "hej")]
#[case::never_closed("Content-Type: multipart/mixed; boundary=b", "--b\n\nhej")]
#[case::prefix_of_another("Content-Type: multipart/mixed; boundary=b", "--bb\n--b\n\nhej\n--b--")]
#[case::nonsense_type("Content-Type: ;;;=", "hej")]
#[case::two_types("Content-Type: text/plain\nContent-Type: text/plain", "hej")]
#[case::no_colon("Uden kolon\nX", "hej")]
fn broken_mime_still_says_its_words(#[case] head: &str, #[case] body: &str) {
    assert_eq!(read(&mail(head, body)).words.trim(), "hej");
}

#[test]
fn a_digest_holds_letters() {
    let bytes = mail(
        "Content-Type: multipart/digest; boundary=b",
        "--b\n\nFrom: x@y.dk\nSubject: Et\n\nhej\n--b--",
    );
    assert_eq!(kinds(&bytes), [("Et".to_owned(), "Letter".to_owned())]);
}

fn nested(levels: usize) -> Vec<u8> {
    let mut bytes = b"From: a@b.dk\nSubject: x\n".to_vec();
    bytes.extend(b"Content-Type: message/rfc822\n\n".repeat(levels));
    bytes.extend(b"From: inderst@b.dk\n\nhej\n");
    bytes
}

#[test]
fn letters_in_letters_are_followed_so_far_and_no_further() {
    let hundred = read(&nested(100));
    assert_eq!(hundred.parts.len(), 21);
    assert!(matches!(hundred.parts[20].what, What::TooDeep));
    assert!(
        hundred.parts[20].content().ends_with(b"hej\n"),
        "what is not followed is there whole"
    );
    // Twenty million bytes of nothing but another level: a reader that nests what it finds overflows its stack here.
    assert_eq!(read(&nested(700_000)).parts.len(), 21);
    let mut multiparts = b"From: a@b.dk\nSubject: x\n".to_vec();
    for level in 0..3_000 {
        multiparts
            .extend(format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n").bytes());
    }
    assert!(matches!(read(&multiparts).parts[0].what, What::TooDeep));
}

#[test]
fn five_thousand_attachments_are_told_apart_and_more_are_counted() {
    let part = "--b\nContent-Type: image/png; name=a.png\n\nx\n";
    let many = |count: usize| {
        let body = format!("{}--b--\n", part.repeat(count));
        read(&mail("Content-Type: multipart/mixed; boundary=b", &body))
    };
    let read = many(5_000);
    assert_eq!((read.parts.len(), read.left_out), (5_000, 0));
    let read = many(12_000);
    assert_eq!((read.parts.len(), read.left_out), (10_000, 2_000));
}

#[test]
fn words_and_header_are_bounded() {
    let long = read(&mail("", &"å".repeat(3_000_000)));
    assert!(long.cut);
    assert_eq!(long.words.chars().count(), 1_000_000);
    let header = format!(
        "From: a@b.dk\nSubject: {}\n{}\n\nhej",
        "x".repeat(100_000),
        "X-A: b\n".repeat(200_000)
    );
    let read = read(header.as_bytes());
    assert_eq!(read.head.subject.chars().count(), 1_001);
    assert_eq!(read.words.trim(), "hej");
}

#[test]
fn signs_that_turn_or_steer_are_left_out() {
    let read = read("From: \"\u{202e}dk.eksempel\" <a@b.dk>\nSubject: a\u{1b}[31mb\n\nhej\u{8}".as_bytes());
    assert_eq!(read.head.from[0].name, "dk.eksempel");
    assert_eq!(read.head.subject, "a[31mb");
    assert_eq!(read.words, "hej");
}

#[rstest]
#[case::nothing("", false, false, false, false)]
#[case::no("Auto-Submitted: no", false, false, false, false)]
#[case::replied("Auto-Submitted: auto-replied (vacation)", true, false, false, false)]
#[case::outlook_old("X-Autoreply: yes", true, false, false, false)]
#[case::bulk("Precedence: bulk", false, true, false, false)]
#[case::list("List-Id: <nyt.example.com>", false, true, false, false)]
#[case::newsletter("List-Unsubscribe: <mailto:af@example.com>", false, true, false, false)]
#[case::report(
    "Content-Type: multipart/report; report-type=delivery-status; boundary=b",
    true,
    false,
    true,
    false
)]
#[case::own("X-Vaern-Receipt: 1", false, false, false, true)]
fn what_no_person_says_is_marked(
    #[case] head: &str,
    #[case] automatic: bool,
    #[case] list: bool,
    #[case] bounce: bool,
    #[case] own: bool,
) {
    let marks = read(&mail(head, "hej")).head.marks;
    assert_eq!(
        (marks.automatic, marks.list, marks.bounce, marks.own),
        (automatic, list, bounce, own)
    );
}

#[test]
fn the_envelope_and_the_references_are_read() {
    let head = "Return-Path: <>\nIn-Reply-To: <a@b>\nReferences: <c@d>\n <e@f>\nMessage-ID: <m@b.dk>";
    let head = read(&mail(head, "")).head;
    assert_eq!(head.return_path.as_deref(), Some(""));
    assert_eq!(head.refers_to, ["a@b", "c@d", "e@f"]);
    assert_eq!(head.message_id, "m@b.dk");
    let twice = read(b"From: a@b.dk\nFrom: c@d.dk, e@f.dk\n\n").head.from;
    assert_eq!(twice.len(), 3, "a mail with two senders shows both");
}

#[rstest]
#[case::outlook(
    "\n________________________________\nFra: Jan P. <jan@example.org>\nSendt: 3. november 2026 01:22\nTil: Mette Ravn <Mette.Ravn@fjordby.example>\nEmne: SV: Afgørelse\n\nVent du bare"
)]
#[case::outlook_bare(
    "\nFrom: Jan P. <jan@example.org>\nSent: Tuesday\nTo: Mette Ravn <mette.ravn@fjordby.example>\nSubject: SV: Afgørelse\n\nVent du bare"
)]
#[case::outlook_old(
    "\n-----Oprindelig meddelelse-----\nFra: Jan P. <jan@example.org>\nTil: 'mette.ravn@fjordby.example' <mette.ravn@fjordby.example>\nEmne: SV: Afgørelse"
)]
#[case::gmail(
    "\n---------- Forwarded message ---------\nFra: Jan P. <jan@example.org>\nDate: tirs. 3. nov. 2026\nSubject: SV: Afgørelse\nTo: <mette.ravn@fjordby.example>\n\n\nVent"
)]
#[case::apple(
    "\nStart på videresendt besked:\n\n> Fra: Jan P. <jan@example.org>\n> Dato: 3. november 2026\n> Til: mette.ravn@fjordby.example\n> Emne: SV: Afgørelse\n> \n> Vent"
)]
#[case::thunderbird(
    "\n-------- Videresendt meddelelse --------\nEmne: \tSV: Afgørelse\nDato: \tTue\nFra: \tJan P. <jan@example.org>\nTil: \tmette.ravn@fjordby.example\n\nVent"
)]
fn an_inline_forward_ends_the_senders_own_words(#[case] forward: &str) {
    let words = format!("Hej\nDen her kom i nat.\n{forward}");
    let (own, quoted) = split(&words);
    assert_eq!(own, "Hej\nDen her kom i nat.");
    let quoted = quoted.expect("a forward");
    assert_eq!(quoted.from, "Jan P. <jan@example.org>");
    assert!(
        quoted.to.contains(&"mette.ravn@fjordby.example".to_owned()),
        "{quoted:?}"
    );
    assert_eq!(quoted.subject, "SV: Afgørelse");
}

#[test]
fn words_that_only_look_a_little_like_a_forward_are_the_senders_own() {
    for words in [
        "Han skrev: pas på\nFra: nu af er det slut",
        "Original message",
        "Til: alle",
    ] {
        assert_eq!(split(words), (words, None));
    }
}
