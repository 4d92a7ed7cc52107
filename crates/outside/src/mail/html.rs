//! HTML as the lines that a reader sees; nothing of it is ever rendered.

use mail_parser::decoders::html::html_to_text;

/// Stands where a block of the page begins or ends; no text has it.
const EDGE: char = '\u{1}';
/// Elements that begin a line (HTML standard, section 15.3, those with `display: block`, table rows and list items; checked
/// 2026-11-25).
const BLOCKS: [&str; 36] = [
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hr",
    "li",
    "main",
    "nav",
    "ol",
    "option",
    "p",
    "pre",
    "section",
    "table",
    "tr",
    "ul",
];
/// Elements beside which words don't touch.
const APART: [&str; 4] = ["button", "td", "th", "summary"];

/// The words of an HTML page or letter, line by line as they stand there; scripts, styles and what is hidden in comments are
/// not words.
pub fn lines(html: &str) -> String {
    let mut marked = String::with_capacity(html.len() + html.len() / 8);
    for (at, part) in html.split('<').enumerate() {
        if at > 0 {
            let name = part.strip_prefix('/').unwrap_or(part);
            let name = name.split(|sign: char| !sign.is_ascii_alphanumeric()).next();
            let name = name.unwrap_or_default().to_ascii_lowercase();
            if BLOCKS.contains(&name.as_str()) {
                marked.push(EDGE);
            } else if APART.contains(&name.as_str()) {
                marked.push(' ');
            }
            marked.push('<');
        }
        marked.extend(part.chars().filter(|sign| *sign != EDGE));
    }
    put_in_lines(&html_to_text(&marked))
}

/// What stands between two edges alone is one empty line; all else at an edge is a line's end.
fn put_in_lines(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(end) = rest.find(EDGE) {
        let (before, from) = rest.split_at(end);
        let line = before.trim_end();
        out.push_str(line);
        let words = from.find(|sign: char| sign != EDGE && !sign.is_whitespace());
        let (edge, after) = from.split_at(words.unwrap_or(from.len()));
        let inner = edge.trim_matches(|sign: char| sign != EDGE);
        if !out.is_empty() && !after.is_empty() {
            out.push_str(if inner.contains('\n') { "\n\n" } else { "\n" });
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::lines;

    #[test]
    fn a_block_is_a_line_and_a_break_of_its_own_is_an_empty_one() {
        for (html, text) in [
            ("<div>Bent</div><div>Skam jer</div>", "Bent\nSkam jer"),
            ("<div>a</div><div><br></div><div>b</div>", "a\n\nb"),
            ("<div>a<br></div><div>b</div>", "a\nb"),
            (
                "<ul><li>en</li>\n <li>to <b>og</b> tre</li></ul>",
                "en\nto og tre",
            ),
            ("a<br>b", "a\nb"),
            ("<p>a</p><p>b</p>", "a\n\nb"),
            ("<div><span>2 t.</span><button>Svar</button></div>", "2 t. Svar"),
            (
                "<head><title>x</title></head><body><script>if (1 < 2) { y() }</script>z</body>",
                "z",
            ),
            ("<!-- <div>nej</div> -->ja", "ja"),
            ("a \u{1} b", "a b"),
            ("", ""),
        ] {
            assert_eq!(lines(html).trim(), text, "{html}");
        }
    }
}
