//! `GET /guide/editions/{number}/compare/{other}`: what two editions say, side by side.

use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render};
use askama::Template;
use axum::extract::Path;
use axum::response::Response;
use domain::guide::{Content, Key};
use domain::language::Language;
use similar::{DiffOp, TextDiff};
use std::collections::BTreeSet;
use std::time::Duration;

/// One line on each side; none where the other side has one more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub before: Option<String>,
    pub after: Option<String>,
    pub changed: bool,
    /// Lines that are the same were left out before this one.
    pub gap: bool,
}

/// Lines around a change that are shown with it.
const AROUND: usize = 2;
/// After so long a difference is told more coarsely, never wrongly.
const PATIENCE: Duration = Duration::from_millis(300);

/// Two texts beside each other; empty if they say the same.
pub fn rows(before: &str, after: &str) -> Vec<Row> {
    let diff = TextDiff::configure().timeout(PATIENCE).diff_lines(before, after);
    let (old, new) = (diff.old_slices(), diff.new_slices());
    let line = |all: &[&str], at: usize| all.get(at).map(|line| line.trim_end_matches('\n').to_owned());
    let mut rows = Vec::new();
    for group in diff.grouped_ops(AROUND) {
        let mut gap = group
            .first()
            .is_some_and(|op| op.old_range().start > 0 || op.new_range().start > 0);
        for op in group {
            let changed = !matches!(op, DiffOp::Equal { .. });
            let (old_range, new_range) = (op.old_range(), op.new_range());
            for at in 0..old_range.len().max(new_range.len()) {
                let before = (at < old_range.len())
                    .then(|| line(old, old_range.start + at))
                    .flatten();
                let after = (at < new_range.len())
                    .then(|| line(new, new_range.start + at))
                    .flatten();
                let gap = std::mem::take(&mut gap);
                rows.push(Row {
                    before,
                    after,
                    changed,
                    gap,
                });
            }
        }
    }
    rows
}

/// A text that is not the same in both editions.
pub struct Differs {
    pub name: String,
    pub language: Language,
    pub rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "guide/compare.html")]
struct Page {
    frame: Frame,
    before: String,
    after: String,
    texts: Vec<Differs>,
    pictures_in: Vec<String>,
    pictures_out: Vec<String>,
}

/// Every text that differs, by name and language.
fn differing(before: &Content, after: &Content) -> Vec<Differs> {
    let keys: BTreeSet<&Key> = before.texts.keys().chain(after.texts.keys()).collect();
    let differs = keys.into_iter().filter_map(|key| {
        let text = |content: &Content| content.texts.get(key).cloned().unwrap_or_default();
        let rows = rows(&text(before), &text(after));
        (!rows.is_empty()).then(|| Differs {
            name: key.name.clone(),
            language: key.language,
            rows,
        })
    });
    differs.collect()
}

pub async fn show(ctx: Ctx, Path((number, other)): Path<(u64, u64)>) -> Result<Response, PageError> {
    let [(before, old), (after, new)] = ctx.app.guide_contents(&ctx.caller, [number, other]).await?;
    let only_in =
        |here: &Content, there: &Content| here.pictures.difference(&there.pictures).cloned().collect();
    render(&Page {
        before: super::contents::edition_line(&ctx.l, &before),
        after: super::contents::edition_line(&ctx.l, &after),
        texts: differing(&old, &new),
        pictures_in: only_in(&new, &old),
        pictures_out: only_in(&old, &new),
        frame: Frame::of(&ctx),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_stand_beside_each_other_and_what_is_the_same_is_left_out() {
        let before = "a\nb\nc\nd\ne\nf\ng\n";
        let found = rows(before, "a\nb\nc\nd\ne\nX\ng\nh\n");
        let texts: Vec<_> = found
            .iter()
            .map(|row| (row.before.as_deref(), row.after.as_deref(), row.changed))
            .collect();
        assert_eq!(
            texts,
            [
                (Some("d"), Some("d"), false),
                (Some("e"), Some("e"), false),
                (Some("f"), Some("X"), true),
                (Some("g"), Some("g"), false),
                (None, Some("h"), true),
            ]
        );
        assert!(found[0].gap && !found[1].gap);
        assert_eq!(rows(before, before), []);
        assert_eq!(rows("", "x\n").len(), 1);
    }
}
