//! An e-mail as text to read: its headers, its words, and the messages that lie in it. Nothing is run or fetched.

use mail_parser::{Address, Message, MessageParser, MimeHeaders, PartType};

/// Messages within messages are followed this deep.
const DEPTH: usize = 5;

/// The mail's From, To, Cc, Date and Subject, an empty line, and its text; forwarded messages follow, each after a line
/// of its own. What is no e-mail comes back as it stands.
pub fn readable(bytes: &[u8]) -> String {
    // The parser takes anything for a message; without a sender and a subject nobody would know it as one.
    let known = |message: &Message<'_>| {
        let sender = message.from().map(addresses).unwrap_or_default();
        !sender.is_empty() || message.subject().is_some_and(|subject| !subject.is_empty())
    };
    let Some(message) = MessageParser::default().parse(bytes).filter(known) else {
        return text(bytes);
    };
    let mut out = String::new();
    write(&message, DEPTH, &mut out);
    out
}

/// Bytes as text: UTF-8, or else every byte as its Latin-1 sign; nothing that steers a screen.
pub fn text(bytes: &[u8]) -> String {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.to_owned(),
        // A text cut in the middle of a sign is UTF-8 all the same.
        Err(error) if error.error_len().is_none() => String::from_utf8_lossy(bytes).into_owned(),
        Err(_) => bytes.iter().map(|byte| char::from(*byte)).collect(),
    };
    shown(&text)
}

fn shown(text: &str) -> String {
    text.replace("\r\n", "\n")
        .chars()
        .filter(|c| !c.is_control() || matches!(c, '\n' | '\t'))
        .collect()
}

fn write(message: &Message<'_>, depth: usize, out: &mut String) {
    let mut header = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|value| !value.is_empty()) {
            out.push_str(&format!("{name}: {}\n", shown(&value).replace('\n', " ")));
        }
    };
    header("From", message.from().map(addresses));
    header("To", message.to().map(addresses));
    header("Cc", message.cc().map(addresses));
    header("Date", message.date().map(mail_parser::DateTime::to_rfc822));
    header("Subject", message.subject().map(str::to_owned));
    out.push('\n');
    let body = message.body_text(0).map(|body| shown(&body)).unwrap_or_default();
    out.push_str(body.trim_end());
    out.push('\n');
    for part in message.attachments() {
        match &part.body {
            PartType::Message(inner) if depth > 0 => {
                out.push_str("\n----------\n\n");
                write(inner, depth - 1, out);
            }
            _ => {
                let name = part.attachment_name().unwrap_or("-");
                out.push_str(&format!("\n[{}]\n", shown(name)));
            }
        }
    }
}

fn addresses(address: &Address<'_>) -> String {
    let one = |addr: &mail_parser::Addr<'_>| match (addr.name(), addr.address()) {
        (Some(name), Some(address)) => format!("{name} <{address}>"),
        (name, address) => name.or(address).unwrap_or_default().to_owned(),
    };
    address
        .clone()
        .into_list()
        .iter()
        .map(one)
        .collect::<Vec<_>>()
        .join(", ")
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn a_forwarded_threat_is_read_with_the_message_that_lies_in_it() {
        let mail = include_bytes!("../../../examples/matters/04-threatening-email/forwarded.eml");
        let text = readable(mail);
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
        assert!(!text.contains("<script>"), "HTML is not shown: {text}");
    }

    #[test]
    fn what_is_no_mail_stands_as_it_is() {
        assert_eq!(readable(b"\xff\xfe\x00"), "\u{ff}\u{fe}");
        assert!(readable("blåbærgrød".as_bytes()).contains("blåbærgrød"));
    }
}
