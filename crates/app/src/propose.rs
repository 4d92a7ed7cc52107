//! Statements proposed from what was read in an exhibit: recognised in a picture, or standing in a text. A person decides.

use crate::query::readable;
use crate::{App, AppError, Caller, PageText};
use domain::access::Action;
use domain::case::proposal::{Read, proposed};
use domain::case::redaction::{Coverable, coverable};
use domain::case::statement::PARTS;
use domain::case::{CommandKind, Refusal, Region, Said};
use domain::ids::CaseNumber;
use outside::media::{Line, Text};

/// What an exhibit's lines may hold.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Proposals {
    /// Without those that are statements already.
    pub all: Vec<Said>,
    /// The lines themselves, those in a picture with their boxes.
    pub lines: Vec<Read>,
    /// There is more of the exhibit than was read.
    pub cut: bool,
}

impl App {
    /// The statements that the lines of an exhibit may hold, for those who may mark them; none where nothing was read. That
    /// somebody read them is recorded, as for the exhibit itself.
    ///
    /// # Errors
    /// [`AppError::NotFound`] if there is no such exhibit for the caller, [`AppError::Forbidden`] if they may not mark
    /// statements, [`AppError::Refused`] for an infected one.
    pub async fn proposals(
        &self,
        caller: &Caller,
        number: &CaseNumber,
        exhibit: u32,
    ) -> Result<Proposals, AppError> {
        let action = Action::Do(CommandKind::MarkStatements);
        let (view, _) = self.permitted_view(caller, number, action).await?;
        let found = readable(&view, exhibit)?;
        if view.state.is_infected(exhibit) {
            return Err(Refusal::ExhibitWithheld.into());
        }
        let how = coverable(&found.media_type);
        let (lines, cut) = if how == Some(Coverable::Text) {
            let plain = self.plain_text(caller, number, exhibit).await?;
            let line = |text: &str| Read {
                text: text.to_owned(),
                region: None,
            };
            let lines = plain.text.unwrap_or_default().lines().map(line).collect();
            (lines, plain.cut)
        } else {
            let lines = match self.words(caller, number, exhibit).await {
                Ok(pages) => {
                    let boxed = how == Some(Coverable::Picture);
                    pages.iter().flat_map(|page| lines_of(page, boxed)).collect()
                }
                Err(AppError::NotFound) => Vec::new(),
                Err(other) => return Err(other),
            };
            (lines, false)
        };
        let mut all = proposed(&lines);
        let known = view.state.statements.iter();
        let known: Vec<_> = known.filter(|known| known.exhibit == exhibit).collect();
        all.retain(|said| !known.iter().any(|known| is_same(&known.said, said)));
        Ok(Proposals { all, lines, cut })
    }
}

/// Marked from the same lines, whatever was made of them since.
fn is_same(known: &Said, said: &Said) -> bool {
    known.line.is_some() && known.line == said.line
}

/// The lines of a page; a statement can keep the boxes of a picture's, and doesn't say on which page of a document one lies.
fn lines_of(page: &PageText, boxed: bool) -> Vec<Read> {
    let Ok(text) = &page.text else {
        return Vec::new();
    };
    let read = |line: &Line| Read {
        text: line.text.clone(),
        region: line.at.filter(|_| boxed).and_then(|at| region(at, text)),
    };
    text.lines.iter().map(read).collect()
}

/// A box in pixels as parts of the sides, rounded outwards.
fn region([x, y, w, h]: [u32; 4], of: &Text) -> Option<Region> {
    let parts = u64::from(PARTS);
    let span = |from: u32, size: u32, side: u32| {
        let (from, end, side) = (
            u64::from(from),
            u64::from(from) + u64::from(size),
            u64::from(side),
        );
        let from = (from * parts).checked_div(side)?.min(parts - 1);
        let end = (end * parts).div_ceil(side).clamp(from + 1, parts);
        Some((u32::try_from(from).ok()?, u32::try_from(end - from).ok()?))
    };
    let ((x, w), (y, h)) = (span(x, w, of.width)?, span(y, h, of.height)?);
    Some(Region { x, y, w, h })
}

#[cfg(test)]
mod tests {
    use super::region;
    use domain::case::Region;
    use outside::media::Text;

    #[test]
    fn a_box_in_pixels_becomes_parts_and_stays_inside() {
        let of = |width, height| Text {
            width,
            height,
            ..Text::default()
        };
        let whole = Region {
            x: 0,
            y: 0,
            w: 1_000_000,
            h: 1_000_000,
        };
        assert_eq!(region([0, 0, 3, 7], &of(3, 7)), Some(whole));
        assert_eq!(region([0, 0, 9, 9], &of(3, 7)), Some(whole));
        let third = Region {
            x: 333_333,
            y: 0,
            w: 333_334,
            h: 1_000_000,
        };
        assert_eq!(region([1, 0, 1, 7], &of(3, 7)), Some(third));
        assert_eq!(region([1, 0, 1, 7], &of(0, 0)), None);
    }
}
