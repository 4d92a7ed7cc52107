//! The guide's tree of text as HTML. Every word is escaped here; the tree has no way to say anything else.

use super::Place;
use askama::filters::{Html, escape};
use domain::guide::{Block, Inline, Item, Section, Target};

/// How blocks are shown.
pub struct Shown<'a> {
    pub place: &'a Place,
    /// By how much headings rise: on a paragraph's own page its `###` are of the second rank.
    pub up: u8,
    /// The beginning of the ids of items to tick, and how many there have been.
    pub tasks: String,
    count: usize,
}

impl<'a> Shown<'a> {
    /// Under a heading of the first rank (`up` 1), or of the second (0).
    pub fn new(place: &'a Place, up: u8, anchor: &str) -> Self {
        Self {
            place,
            up,
            tasks: format!("tick-{anchor}"),
            count: 0,
        }
    }

    /// The blocks as HTML.
    pub fn html(&mut self, blocks: &[Block]) -> String {
        let mut out = String::new();
        blocks.iter().for_each(|block| self.block(&mut out, block));
        out
    }

    /// A whole paragraph with its heading, of the second rank.
    pub fn section(&mut self, section: &Section) -> String {
        let mut out = String::from("<h2 id=\"");
        put(&mut out, &section.anchor);
        out.push_str("\">");
        put(&mut out, &section.title);
        out.push_str("</h2>\n");
        out + &self.html(&section.blocks)
    }

    fn block(&mut self, out: &mut String, block: &Block) {
        match block {
            Block::Heading { level, text } => {
                let rank = level.saturating_sub(self.up).clamp(2, 6);
                out.push_str(&format!("<h{rank}>"));
                self.inlines(out, text);
                out.push_str(&format!("</h{rank}>\n"));
            }
            Block::Paragraph { text } => {
                out.push_str("<p>");
                self.inlines(out, text);
                out.push_str("</p>\n");
            }
            Block::List { first, items } => self.list(out, *first, items),
            Block::Quote { blocks } => {
                out.push_str("<blockquote>\n");
                blocks.iter().for_each(|block| self.block(out, block));
                out.push_str("</blockquote>\n");
            }
            Block::Code { text } => {
                out.push_str("<pre class=\"words\">");
                put(out, text);
                out.push_str("</pre>\n");
            }
            Block::Rule => out.push_str("<hr>\n"),
            Block::Table { rows } => self.table(out, rows),
        }
    }

    fn list(&mut self, out: &mut String, first: Option<u64>, items: &[Item]) {
        let all_tasks = items.iter().all(|item| item.task);
        let (open, close) = match first {
            Some(1) => ("<ol>".to_owned(), "</ol>\n"),
            Some(first) => (format!("<ol start=\"{first}\">"), "</ol>\n"),
            None if all_tasks => ("<ul class=\"plain ticks\">".to_owned(), "</ul>\n"),
            None => ("<ul>".to_owned(), "</ul>\n"),
        };
        out.push_str(&open);
        for item in items {
            out.push_str("<li>");
            match item.blocks.as_slice() {
                [Block::Paragraph { text }, rest @ ..] if item.task => {
                    self.task(out, text);
                    rest.iter().for_each(|block| self.block(out, block));
                }
                [Block::Paragraph { text }, rest @ ..] => {
                    self.inlines(out, text);
                    rest.iter().for_each(|block| self.block(out, block));
                }
                blocks => blocks.iter().for_each(|block| self.block(out, block)),
            }
            out.push_str("</li>\n");
        }
        out.push_str(close);
    }

    fn task(&mut self, out: &mut String, text: &[Inline]) {
        self.count += 1;
        let id = format!("{}-{}", self.tasks, self.count);
        out.push_str(&format!(
            "<div class=\"form-group-checkbox\"><input class=\"form-checkbox\" type=\"checkbox\" id=\"{id}\"><label for=\"{id}\">"
        ));
        self.inlines(out, text);
        out.push_str("</label></div>");
    }

    fn table(&mut self, out: &mut String, rows: &[Vec<Vec<Inline>>]) {
        let Some((head, body)) = rows.split_first() else {
            return;
        };
        out.push_str("<div class=\"scroll\" tabindex=\"0\"><table class=\"st keep\"><thead><tr>");
        for cell in head {
            out.push_str("<th scope=\"col\">");
            self.inlines(out, cell);
            out.push_str("</th>");
        }
        out.push_str("</tr></thead><tbody>");
        for row in body {
            out.push_str("<tr>");
            for cell in row {
                out.push_str("<td>");
                self.inlines(out, cell);
                out.push_str("</td>");
            }
            out.push_str("</tr>");
        }
        out.push_str("</tbody></table></div>\n");
    }

    fn inlines(&mut self, out: &mut String, text: &[Inline]) {
        for piece in text {
            match piece {
                Inline::Text { text } => put(out, text),
                Inline::Code { text } => wrapped(out, "code", |out| put(out, text)),
                Inline::Emphasis { text } => wrapped(out, "em", |out| self.inlines(out, text)),
                Inline::Strong { text } => wrapped(out, "strong", |out| self.inlines(out, text)),
                Inline::Break => out.push_str("<br>"),
                Inline::Picture { name, alt } => {
                    out.push_str("<img class=\"shown\" loading=\"lazy\" src=\"");
                    put(out, &format!("{}{name}", self.place.pictures));
                    out.push_str("\" alt=\"");
                    put(out, alt);
                    out.push_str("\">");
                }
                Inline::Link { to, text } => {
                    let (href, rel) = match to {
                        Target::Anchor(anchor) => (self.place.of(anchor), ""),
                        Target::Web(url) => (url.clone(), " rel=\"noreferrer noopener\""),
                    };
                    out.push_str("<a href=\"");
                    put(out, &href);
                    out.push_str(&format!("\"{rel}>"));
                    self.inlines(out, text);
                    out.push_str("</a>");
                }
            }
        }
    }
}

fn wrapped(out: &mut String, tag: &str, inside: impl FnOnce(&mut String)) {
    out.push_str(&format!("<{tag}>"));
    inside(out);
    out.push_str(&format!("</{tag}>"));
}

fn put(out: &mut String, text: &str) {
    let Ok(escaped) = escape(text, Html);
    out.push_str(&escaped.to_string());
}
