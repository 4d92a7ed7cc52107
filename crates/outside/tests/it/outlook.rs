//! What Outlook packs in ways of its own, as it packs it and as somebody would who means harm: `.msg` and `winmail.dat`.

use outside::mail::{Mail, What, read, readable, readable_outlook};
use rstest::rstest;
use std::io::{Cursor, Write as _};

/// Delivered 2026-11-03T00:22:44Z, in steps of 100 ns since 1601.
const DELIVERED: u64 = (1_793_665_364 + 11_644_473_600) * 10_000_000;
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n og resten";

fn utf16(text: &str) -> Vec<u8> {
    text.encode_utf16().flat_map(u16::to_le_bytes).collect()
}

/// A compound file of these streams, with the folders that they lie in.
fn compound(version: cfb::Version, streams: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut file = cfb::CompoundFile::create_with_version(version, Cursor::new(Vec::new())).expect("a file");
    for (path, bytes) in streams {
        let folder = path.rsplit_once('/').expect("a path").0;
        file.create_storage_all(format!("{folder}/")).expect("a folder");
        let mut stream = file.create_stream(path).expect("a stream");
        stream.write_all(bytes).expect("room");
    }
    file.into_inner().into_inner()
}

/// The properties of fixed length: a header, then 16 bytes each.
fn fixed(folder: &str, before: usize, tag: u32, value: u64) -> (String, Vec<u8>) {
    let mut bytes = vec![0; before];
    bytes.extend(tag.to_le_bytes());
    bytes.extend([0; 4]);
    bytes.extend(value.to_le_bytes());
    (format!("{folder}/__properties_version1.0"), bytes)
}

fn stream(folder: &str, tag: &str, value: impl AsRef<[u8]>) -> (String, Vec<u8>) {
    (format!("{folder}/__substg1.0_{tag}"), value.as_ref().to_vec())
}

/// A message as Outlook saves it: each property a stream of its own.
pub fn outlook(version: cfb::Version, properties: &[(&str, &[u8])]) -> Vec<u8> {
    let mut streams = vec![
        fixed("", 32, 0x0E06_0040, DELIVERED),
        stream("/__attach_version1.0_#00000000", "3707001F", utf16("skærm.png")),
    ];
    streams.extend(properties.iter().map(|(id, value)| stream("", id, value)));
    compound(version, &streams)
}

#[rstest]
#[case::small_sectors(cfb::Version::V3)]
#[case::large_sectors(cfb::Version::V4)]
fn outlooks_own_file_is_read(#[case] version: cfb::Version) {
    let words = utf16("Jeg ved, hvor du bor.\r\nPas på.");
    let (from, subject) = (utf16("Jan P."), utf16("SV: Afgørelse"));
    let properties: [(&str, &[u8]); 5] = [
        ("0C1A001F", &from),
        ("5D01001E", b"jan@example.org"),
        ("0037001F", &subject),
        ("0E04001E", b"S\xf8ren"),
        ("1000001F", &words),
    ];
    let text = readable_outlook(&outlook(version, &properties)).expect("a message");
    let head =
        "From: Jan P. <jan@example.org>\nTo: Søren\nDate: 2026-11-03T00:22:44Z\nSubject: SV: Afgørelse\n\n";
    assert_eq!(
        text,
        format!("{head}Jeg ved, hvor du bor.\nPas på.\n\n[skærm.png]\n")
    );
    let html: [(&str, &[u8]); 1] = [("10130102", b"<p>Pas p\xe5</p><script>x()</script>")];
    let text = readable_outlook(&outlook(version, &html)).expect("a message");
    assert!(text.contains("Pas på") && !text.contains("x()"), "{text}");
}

#[rstest]
#[case::small_sectors(cfb::Version::V3)]
#[case::large_sectors(cfb::Version::V4)]
fn a_lying_outlook_file_is_not_read_and_harms_nobody(#[case] version: cfb::Version) {
    let words = utf16(&"lang tekst ".repeat(1_000));
    let file = outlook(version, &[("1000001F", &words)]);
    for cut in [0, 1, 40, 511, 512, 513, 1_500, file.len() / 2, file.len() - 1] {
        let _ = readable_outlook(&file[..cut]);
    }
    for at in (0..1_024).chain((1_024..file.len()).step_by(37)) {
        let mut twisted = file.clone();
        twisted[at] ^= 0xff;
        let _ = readable_outlook(&twisted);
    }
    assert_eq!(readable_outlook(b"slet ikke en"), None);
}

/// A mail with one thing attached, as it stands.
fn attached(kind: &str, name: &str, bytes: &[u8]) -> Vec<u8> {
    let head = "From: a@fjordby.example\nSubject: x\nContent-Type: multipart/mixed; boundary=grænse\n\n";
    let part = format!(
        "--grænse\n\nSe her\n--grænse\nContent-Type: {kind}; name=\"{name}\"\nContent-Disposition: attachment\n\n"
    );
    let mut mail = format!("{head}{part}").into_bytes();
    mail.extend(bytes);
    mail.extend("\n--grænse--\n".bytes());
    mail
}

/// Each part's name, what it is, and how many letters it lies in.
fn told(mail: &Mail) -> Vec<(String, String, usize)> {
    let name = |what: &What| {
        let what = format!("{what:?}");
        what.split(['(', ' ']).next().expect("in a test").to_owned()
    };
    let told = |part: &outside::mail::Part| (part.name.clone(), name(&part.what), part.letters);
    mail.parts.iter().map(told).collect()
}

fn expected(parts: &[(&str, &str, usize)]) -> Vec<(String, String, usize)> {
    let owned = |(name, what, letters): &(&str, &str, usize)| ((*name).into(), (*what).into(), *letters);
    parts.iter().map(owned).collect()
}

/// A threat that lies in a letter that lies in a letter, pictures in both, as Outlook saves it.
fn letter_in_letter() -> Vec<u8> {
    let (first, second) = ("/__attach_version1.0_#00000000", "/__attach_version1.0_#00000001");
    let inner = format!("{second}/__substg1.0_3701000D");
    let innermost = format!("{inner}/__attach_version1.0_#00000000");
    let to = format!("{inner}/__recip_version1.0_#00000000");
    let streams = [
        fixed("", 32, 0x0E06_0040, DELIVERED),
        stream("", "001A001F", utf16("IPM.Note")),
        stream("", "0037001F", utf16("VS: Se her")),
        stream("", "1000001F", utf16("Den kom i nat")),
        stream(
            "",
            "007D001F",
            utf16("From: Mette <mette@fjordby.example>\r\nReceived: from [192.0.2.44] by mx\r\n"),
        ),
        stream(first, "3707001F", utf16("skærm.png")),
        stream(first, "37010102", PNG),
        stream(second, "3001001F", utf16("Vent du bare")),
        fixed(&inner, 24, 0x0039_0040, DELIVERED),
        stream(&inner, "0C1A001F", utf16("Jan P.")),
        stream(&inner, "0C1F001F", utf16("jan@example.org")),
        stream(&inner, "1000001F", utf16("Jeg ved, hvor du bor")),
        fixed(&to, 8, 0x0C15_0003, 1),
        stream(&to, "39FE001F", utf16("sara@fjordby.example")),
        stream(&innermost, "3704001F", utf16("BILLEDE.PNG")),
        stream(&innermost, "37010102", [PNG, b"2"].concat()),
    ];
    compound(cfb::Version::V3, &streams)
}

#[test]
fn what_is_attached_to_outlooks_own_file_is_taken_out_also_from_letters_in_it() {
    let file = letter_in_letter();
    let mail = read(&attached("application/vnd.ms-outlook", "VS.msg", &file));
    assert_eq!(
        told(&mail),
        expected(&[
            ("VS.msg", "Outlook", 0),
            ("skærm.png", "File", 1),
            ("Vent du bare", "Letter", 1),
            ("BILLEDE.PNG", "File", 2),
        ])
    );
    assert_eq!(
        mail.parts[0].content(),
        file,
        "the file itself is there as it came"
    );
    assert_eq!(mail.parts[1].content(), PNG);
    assert_eq!(mail.parts[3].content(), [PNG, b"2"].concat());
    let (head, words) = mail.parts[0].letter().expect("a letter");
    assert_eq!(head.from[0].address, "mette@fjordby.example");
    assert_eq!(
        (head.received.len(), head.subject.as_str(), words.as_str()),
        (1, "VS: Se her", "Den kom i nat")
    );
    let (head, words) = mail.parts[2].letter().expect("a letter");
    assert_eq!(head.from[0].to_string(), "Jan P. <jan@example.org>");
    assert_eq!(head.to[0].address, "sara@fjordby.example");
    assert_eq!(head.date.expect("a time").to_string(), "2026-11-03T00:22:44Z");
    assert_eq!(words, "Jeg ved, hvor du bor");
    let text = readable_outlook(&file).expect("a message");
    assert!(
        text.contains("From: Jan P. <jan@example.org>\n") && text.contains("Jeg ved, hvor du bor"),
        "{text}"
    );
    assert_eq!(read(&attached("x/y", "VS.MSG", &file)).parts.len(), 4);
}

#[test]
fn what_only_calls_itself_an_outlook_file_is_a_file() {
    let mail = read(&attached("application/vnd.ms-outlook", "VS.msg", b"slet ikke"));
    assert_eq!(told(&mail), expected(&[("VS.msg", "File", 0)]));
    let cut = letter_in_letter();
    for length in (0..cut.len()).step_by(97) {
        let _ = read(&attached("application/vnd.ms-outlook", "VS.msg", &cut[..length]));
    }
}

#[test]
fn an_outlook_file_gives_no_more_than_it_can_hold() {
    // Every folder's stream is turned to the same sectors, as no honest writer does: a thousand times the file's length.
    let name = |n: u32| format!("/__attach_version1.0_#{n:08X}");
    let mut streams = vec![stream("", "1000001F", utf16("x"))];
    streams.push(stream(&name(0), "37010102", vec![7; 200_000]));
    streams.extend((1..1_000).map(|n| stream(&name(n), "37010102", vec![n as u8; 5_000])));
    let mut file = compound(cfb::Version::V3, &streams);
    let begins = first_sectors(&file);
    let (start, size) = begins[0];
    for (at, _) in &begins[1..] {
        file.copy_within(start..start + 12, *at);
    }
    assert_eq!((begins.len(), size), (1_000, 200_000));
    let mail = read(&attached("application/vnd.ms-outlook", "VS.msg", &file));
    let out: usize = mail.parts[1..].iter().map(|part| part.content().len()).sum();
    assert!(out <= file.len(), "{out} out of {}", file.len());
    let unreadable = mail
        .parts
        .iter()
        .filter(|part| matches!(part.what, What::Unreadable))
        .count();
    assert!(
        mail.parts.len() == 1_001 && unreadable > 900,
        "each is named: {unreadable}"
    );
}

/// Where the directory keeps the first sector of each stream of data, and its length ([MS-CFB] 2.6.1).
fn first_sectors(file: &[u8]) -> Vec<(usize, u64)> {
    let name = utf16("__substg1.0_37010102");
    let entries = (0..file.len() / 128)
        .map(|n| n * 128)
        .filter(|at| file[*at..].starts_with(&name));
    let size = |at: usize| u64::from_le_bytes(file[at + 120..at + 128].try_into().expect("eight"));
    let mut found: Vec<(usize, u64)> = entries.map(|at| (at + 116, size(at))).collect();
    found.sort_by_key(|(_, size)| std::cmp::Reverse(*size));
    found
}

pub const MESSAGE: u8 = 1;
const ATTACHMENT: u8 = 2;
const RENDERING: u32 = 0x0006_9002;
const TITLE: u32 = 0x0001_8010;
const DATA: u32 = 0x0006_800F;
pub const PROPERTIES: u32 = 0x0006_9003;
const OF_ATTACHMENT: u32 = 0x0006_9005;

pub fn attribute(level: u8, id: u32, data: &[u8]) -> Vec<u8> {
    let sum = data
        .iter()
        .fold(0_u16, |sum, byte| sum.wrapping_add(u16::from(*byte)));
    let length = u32::try_from(data.len()).expect("small");
    let head = [&[level][..], &id.to_le_bytes(), &length.to_le_bytes()].concat();
    [&head[..], data, &sum.to_le_bytes()].concat()
}

/// A list of properties of one value, by their tags.
pub fn list(properties: &[(u32, Vec<u8>)]) -> Vec<u8> {
    let mut bytes = u32::try_from(properties.len())
        .expect("few")
        .to_le_bytes()
        .to_vec();
    for (tag, value) in properties {
        bytes.extend(tag.to_le_bytes());
        if matches!(tag & 0xffff, 0x000D | 0x001E | 0x001F | 0x0102) {
            bytes.extend(1_u32.to_le_bytes());
            bytes.extend(u32::try_from(value.len()).expect("small").to_le_bytes());
        }
        bytes.extend(value);
        bytes.resize(bytes.len().next_multiple_of(4), 0);
    }
    bytes
}

pub fn wrapping(attributes: &[Vec<u8>]) -> Vec<u8> {
    [&0x223E_9F78_u32.to_le_bytes()[..], &[1, 0], &attributes.concat()].concat()
}

/// An attachment as Outlook wraps it: a short name of old, and a long one among the properties.
fn wrapped(name: &str, content: &[u8]) -> Vec<u8> {
    let long = list(&[
        (0x0FFE_0003, vec![7, 0, 0, 0]),
        (0x3707_001F, utf16(&format!("{name}\0"))),
    ]);
    [
        attribute(ATTACHMENT, RENDERING, &[0; 14]),
        attribute(ATTACHMENT, TITLE, b"KORT~1.PNG\0"),
        attribute(ATTACHMENT, DATA, content),
        attribute(ATTACHMENT, OF_ATTACHMENT, &long),
    ]
    .concat()
}

/// Another message, wrapped the same way, as an attachment.
fn wrapped_message(name: &str, message: &[u8]) -> Vec<u8> {
    let object = [&[7, 3, 2, 0, 0, 0, 0, 0, 0xC0, 0, 0, 0, 0, 0, 0, 0x46], message].concat();
    let properties = list(&[(0x3001_001F, utf16(name)), (0x3701_000D, object)]);
    [
        attribute(ATTACHMENT, RENDERING, &[0; 14]),
        attribute(ATTACHMENT, OF_ATTACHMENT, &properties),
    ]
    .concat()
}

fn winmail(bytes: &[u8]) -> Mail {
    read(&attached("application/ms-tnef", "winmail.dat", bytes))
}

/// The threat, wrapped.
fn threat() -> Vec<u8> {
    // A named property of several values stands before the others.
    let mut named = 5_u32.to_le_bytes().to_vec();
    named.extend(0x8001_101F_u32.to_le_bytes());
    named.extend([9; 16]);
    named.extend([1_u32.to_le_bytes(), 6_u32.to_le_bytes()].concat());
    named.extend([&utf16("abc")[..], &[0, 0]].concat());
    named.extend(2_u32.to_le_bytes());
    for _ in 0..2 {
        named.extend([&2_u32.to_le_bytes()[..], &utf16("x"), &[0, 0]].concat());
    }
    let rest = list(&[
        (0x0C1A_001F, utf16("Jan P.")),
        (0x0C1F_001E, b"jan@example.org\0".to_vec()),
        (0x0039_0040, DELIVERED.to_le_bytes().to_vec()),
        (0x1000_001E, b"Jeg ved, hvor du bor. Bl\xe5b\xe6r \x80".to_vec()),
    ]);
    named.extend(&rest[4..]);
    let to = list(&[
        (0x0C15_0003, vec![1, 0, 0, 0]),
        (0x39FE_001F, utf16("sara@fjordby.example")),
    ]);
    wrapping(&[
        attribute(MESSAGE, 0x0008_9006, &[0, 0, 1, 0]),
        attribute(MESSAGE, 0x0006_9007, &[0xE4, 4, 0, 0, 0, 0, 0, 0]),
        attribute(MESSAGE, 0x0001_8004, b"Afg\xf8relse\0"),
        attribute(MESSAGE, 0x0006_9004, &[&1_u32.to_le_bytes()[..], &to].concat()),
        attribute(MESSAGE, PROPERTIES, &named),
        wrapped("billede.png", PNG),
    ])
}

#[test]
fn what_lies_in_a_winmail_is_told_as_if_it_were_attached_to_the_mail() {
    let bytes = wrapping(&[
        attribute(MESSAGE, 0x0002_800C, b"Se her\0"),
        wrapped("skærm.png", PNG),
        wrapped_message("Vent du bare", &threat()),
        wrapped("brev.msg", &letter_in_letter()),
        wrapped("tom.txt", b""),
    ]);
    let mail = winmail(&bytes);
    assert_eq!(
        told(&mail),
        expected(&[
            ("winmail.dat", "Winmail", 0),
            ("skærm.png", "File", 0),
            ("Vent du bare", "WinmailLetter", 0),
            ("billede.png", "File", 1),
            ("brev.msg", "Outlook", 0),
            ("skærm.png", "File", 1),
            ("Vent du bare", "Letter", 1),
            ("BILLEDE.PNG", "File", 2),
            ("tom.txt", "File", 0),
        ])
    );
    assert_eq!(
        mail.parts[0].content(),
        bytes,
        "the wrapping itself is there as it came"
    );
    assert_eq!(mail.parts[1].content(), PNG);
    assert_eq!(mail.words, "Se her", "what it says again is not said twice");
    let (head, words) = mail.parts[2].letter().expect("a letter");
    assert_eq!(head.from[0].to_string(), "Jan P. <jan@example.org>");
    assert_eq!(head.to[0].address, "sara@fjordby.example");
    assert_eq!(
        (head.subject.as_str(), words.as_str()),
        ("Afgørelse", "Jeg ved, hvor du bor. Blåbær €")
    );
    assert_eq!(head.date.expect("a time").to_string(), "2026-11-03T00:22:44Z");
}

#[test]
fn a_mail_that_says_nothing_but_in_its_wrapping_is_read_there() {
    let head = b"From: a@fjordby.example\nSubject: x\nContent-Type: application/ms-tnef\n\n";
    let mail = read(&[head, &threat()[..]].concat());
    assert_eq!(mail.words, "Jeg ved, hvor du bor. Blåbær €");
    assert!(readable(&[head, &threat()[..]].concat()).contains("[billede.png]"));
    let html = b"<p>Jeg ved, hvor du bor, og jeg kommer p\xc3\xa5 fredag</p><script>x()</script>".to_vec();
    let hidden = winmail(&wrapping(&[attribute(
        MESSAGE,
        PROPERTIES,
        &list(&[(0x1013_0102, html)]),
    )]));
    assert!(
        hidden.words.contains("jeg kommer på fredag") && !hidden.words.contains("x()"),
        "{}",
        hidden.words
    );
}

#[rstest]
#[case::cut_in_the_picture(|bytes: &mut Vec<u8>| bytes.truncate(bytes.len() - 90))]
#[case::wrong_sum(|bytes: &mut Vec<u8>| *bytes.last_mut().unwrap() ^= 1)]
#[case::something_after(|bytes: &mut Vec<u8>| bytes.extend(b"og mere"))]
#[case::lying_length(|bytes: &mut Vec<u8>| bytes.extend([2, 0x0F, 0x80, 6, 0, 0xff, 0xff, 0xff, 0xff, 1]))]
#[case::no_such_type(|bytes: &mut Vec<u8>| bytes.extend(attribute(MESSAGE, PROPERTIES, &[1, 0, 0, 0, 0x77, 0, 1, 0])))]
#[case::lying_count(|bytes: &mut Vec<u8>| bytes.extend(attribute(MESSAGE, PROPERTIES, &[0xff; 4])))]
#[case::endless_nothings(|bytes: &mut Vec<u8>| bytes.extend(attribute(MESSAGE, PROPERTIES, &[1, 0, 0, 0, 1, 0x10, 1, 0, 0xff, 0xff, 0xff, 0xff])))]
#[case::lying_property(|bytes: &mut Vec<u8>| bytes.extend(attribute(ATTACHMENT, OF_ATTACHMENT, &[1, 0, 0, 0, 2, 1, 1, 0x37, 1, 0, 0, 0, 0xff, 0xff, 0xff, 0x7f])))]
fn a_damaged_wrapping_says_so_and_gives_what_is_there(#[case] damage: fn(&mut Vec<u8>)) {
    let mut bytes = wrapping(&[wrapped("skærm.png", PNG)]);
    assert_eq!(told(&winmail(&bytes))[0].1, "Winmail");
    damage(&mut bytes);
    let told = told(&winmail(&bytes));
    assert_eq!(
        (told[0].1.as_str(), told[1].1.as_str()),
        ("BrokenWinmail", "File"),
        "{told:?}"
    );
}

#[test]
fn no_wrapping_harms_anybody_wherever_it_is_cut_or_twisted() {
    let bytes = wrapping(&[wrapped("skærm.png", PNG), wrapped_message("x", &threat())]);
    for cut in 0..bytes.len() {
        let told = told(&winmail(&bytes[..cut]));
        assert!(
            told.len() <= 4 && (cut >= 4 || told[0].1 == "Unreadable"),
            "cut at {cut}: {told:?}"
        );
    }
    for at in 0..bytes.len() {
        let mut twisted = bytes.clone();
        twisted[at] ^= 0xff;
        let out: usize = winmail(&twisted).parts[1..]
            .iter()
            .map(|part| part.content().len())
            .sum();
        assert!(out <= 2 * bytes.len(), "twisted at {at}");
    }
}

#[test]
fn five_thousand_wrapped_attachments_are_told_apart_and_more_are_counted() {
    let many = |count: usize| winmail(&wrapping(&vec![wrapped("a.png", PNG); count]));
    let mail = many(5_000);
    assert_eq!((mail.parts.len(), mail.left_out), (5_001, 0));
    assert!(
        mail.parts[1..]
            .iter()
            .all(|part| part.name == "a.png" && part.content() == PNG)
    );
    let mail = many(12_000);
    assert_eq!((mail.parts.len(), mail.left_out), (10_000, 2_001));
}

#[test]
fn of_five_thousand_attachments_of_an_outlook_file_those_not_looked_at_are_counted() {
    let name = |n: u32| format!("/__attach_version1.0_#{n:08X}");
    // Not in their order: the writer would make one long chain of them.
    let order = (0..8_192_u32)
        .map(|n| n.reverse_bits() >> 19)
        .filter(|n| *n < 5_000);
    let streams: Vec<_> = order.map(|n| stream(&name(n), "37010102", PNG)).collect();
    let file = compound(cfb::Version::V3, &streams);
    let mail = read(&attached("application/octet-stream", "VS.msg", &file));
    assert_eq!((mail.parts.len(), mail.left_out), (501, 4_500));
    assert!(mail.parts[1..].iter().all(|part| part.content() == PNG));
}

#[test]
fn wrappings_in_wrappings_are_followed_so_far_and_no_further() {
    let mut bytes = wrapping(&[wrapped("inderst.png", PNG)]);
    for _ in 0..100 {
        bytes = wrapping(&[wrapped_message("indeni", &bytes)]);
    }
    let mail = winmail(&bytes);
    assert_eq!(mail.parts.len(), 20);
    assert!(matches!(mail.parts[19].what, What::TooDeep));
    let deepest = mail.parts[19].content();
    assert!(
        deepest.windows(PNG.len()).any(|found| found == PNG),
        "what is not followed is there whole"
    );
    let mut folder = String::new();
    let mut streams = Vec::new();
    for _ in 0..100 {
        folder.push_str("/__attach_version1.0_#00000000");
        streams.push(stream(&folder, "3001001F", utf16("indeni")));
        folder.push_str("/__substg1.0_3701000D");
    }
    streams.push(stream(&folder, "1000001F", utf16("inderst")));
    let mail = read(&attached(
        "application/octet-stream",
        "VS.msg",
        &compound(cfb::Version::V3, &streams),
    ));
    assert!(matches!(mail.parts.last().expect("parts").what, What::TooDeep));
    assert!(mail.parts.len() <= 21, "{}", mail.parts.len());
}
