//! Statements marked in an exhibit: what was read in it is proposed, line by line with its place, and corrected by hand.

use super::{Wrong, give, marked_at, view};
use crate::boxes::{BoxTyped, EMPTY};
use crate::case::exhibits::href;
use crate::case::head::{number, title};
use crate::command::form::Posted;
use crate::ctx::Ctx;
use crate::page::{Fault, Frame, PageError, render, render_status};
use app::{AppError, CaseView, Proposals};
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::case::proposal::Read;
use domain::case::redaction::{Coverable, coverable};
use domain::case::statement::AT_ONCE;
use domain::case::{Command, Said};
use http::StatusCode;

/// Millionths in one per cent.
const PER_CENT: f64 = 10_000.0;

#[derive(Template)]
#[template(path = "statements/mark.html")]
struct MarkPage {
    frame: Frame,
    number: String,
    title: String,
    n: u32,
    href: String,
    /// The picture that is drawn on, where the exhibit is one.
    picture: Option<String>,
    /// Words of the picture with the middle of their boxes, in per cent.
    read: Vec<(String, f64, f64)>,
    rows: Vec<Row>,
    /// Proposals that come when these are done.
    more: Option<String>,
    found: bool,
    cut: bool,
    wrong: Option<String>,
}

/// One statement as it was proposed or typed.
#[derive(Clone, Debug, Default)]
struct Row {
    at: BoxTyped,
    line: String,
    author: String,
    said_at: String,
    text: String,
}

impl Row {
    fn of(said: &Said) -> Self {
        Self {
            at: said.region.map(BoxTyped::of).unwrap_or_default(),
            line: said.line.map(|line| line.to_string()).unwrap_or_default(),
            author: said.author.clone(),
            said_at: said.said_at.clone(),
            text: said.text.clone(),
        }
    }

    fn posted(posted: &Posted) -> Vec<Self> {
        let column = |name: &str| posted.all(name).into_iter();
        let words = column("author").zip(column("said_at")).zip(column("text"));
        BoxTyped::posted(posted)
            .into_iter()
            .zip(column("line"))
            .zip(words)
            .map(|((at, line), ((author, said_at), text))| Self {
                at,
                line,
                author,
                said_at,
                text,
            })
            .collect()
    }

    /// Without words nothing is marked.
    fn is_left_out(&self) -> bool {
        self.text.trim().is_empty()
    }

    fn said(&self) -> Result<Said, &'static str> {
        let region = (!self.at.is_empty()).then(|| self.at.region()).transpose()?;
        Ok(Said {
            text: self.text.clone(),
            author: self.author.clone(),
            said_at: self.said_at.clone(),
            region,
            line: self.line.parse().ok(),
        })
    }
}

/// The case, for those who may mark statements in this exhibit; for others there is no such page.
async fn asked(ctx: &Ctx, text: &str, n: u32) -> Result<CaseView, PageError> {
    let view = view(ctx, &number(text)?).await?;
    match marked_at(&view, n) {
        Some(_) => Ok(view),
        None => Err(Fault::NotFound.into()),
    }
}

async fn proposals(ctx: &Ctx, view: &CaseView, n: u32) -> Result<Proposals, PageError> {
    match ctx.app.proposals(&ctx.caller, &view.state.number, n).await {
        Err(AppError::Forbidden) => Err(Fault::NotFound.into()),
        read => Ok(read?),
    }
}

/// `GET /cases/{number}/exhibits/{n}/statements`
pub async fn show(ctx: Ctx, Path((text, n)): Path<(String, u32)>) -> Result<Response, PageError> {
    let view = asked(&ctx, &text, n).await?;
    let read = proposals(&ctx, &view, n).await?;
    let rows = read.all.iter().take(AT_ONCE).map(Row::of).collect();
    render(&page(&ctx, &view, n, &read, rows, None))
}

/// `POST /cases/{number}/exhibits/{n}/statements`: `page`, `x`, `y`, `w`, `h`, `line`, `author`, `said_at` and `text`, once for
/// each; those without a text are left out.
pub async fn add(
    ctx: Ctx,
    Path((text, n)): Path<(String, u32)>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let view = asked(&ctx, &text, n).await?;
    let rows = Row::posted(&Posted(pairs));
    let wrong = match marked(&rows) {
        Err((place, problem)) => at_row(&ctx, place, ctx.l.t(&format!("problem-{problem}"))),
        Ok(marked) => {
            let (places, statements): (Vec<usize>, Vec<Said>) = marked.into_iter().unzip();
            let command = Command::MarkStatements {
                exhibit: n,
                statements,
            };
            let Err(wrong) = give(&ctx, &view.state.number, command).await? else {
                let case = &view.state.number;
                let to = format!("/cases/{case}/statements?exhibit={n}&done=mark-statements");
                return Ok(Redirect::to(&to).into_response());
            };
            place_of(&wrong, &places).map_or(wrong.text.clone(), |place| at_row(&ctx, place, wrong.text))
        }
    };
    let read = proposals(&ctx, &view, n).await?;
    let page = page(&ctx, &view, n, &read, rows, Some(wrong));
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What is marked, each with the number of its row from 1; or the row whose box is none, and why.
fn marked(rows: &[Row]) -> Result<Vec<(usize, Said)>, (usize, &'static str)> {
    let full = (1..).zip(rows).filter(|(_, row)| !row.is_left_out());
    full.map(|(place, row)| match row.said() {
        Ok(said) => Ok((place, said)),
        Err(problem) => Err((place, problem)),
    })
    .collect()
}

/// The row that is meant, where one is.
fn place_of(wrong: &Wrong, places: &[usize]) -> Option<usize> {
    let rest = wrong.field.strip_prefix("statements.")?;
    let index: usize = rest.split('.').next()?.parse().ok()?;
    places.get(index).copied()
}

fn at_row(ctx: &Ctx, place: usize, problem: String) -> String {
    let args = [("number", place.to_string()), ("problem", problem)];
    ctx.l.ta("statements-wrong-mark", &args)
}

fn page(
    ctx: &Ctx,
    view: &CaseView,
    n: u32,
    read: &Proposals,
    mut rows: Vec<Row>,
    wrong: Option<String>,
) -> MarkPage {
    let href = href(&view.state.number, n);
    let media_type = view.state.exhibit(n).map(|exhibit| exhibit.media_type.as_str());
    let is_picture = media_type.and_then(coverable) == Some(Coverable::Picture);
    if rows.is_empty() {
        rows.resize(EMPTY, Row::default());
    }
    MarkPage {
        frame: Frame::of(ctx),
        number: view.state.number.to_string(),
        title: title(ctx, view),
        n,
        picture: is_picture.then(|| format!("{href}/original")),
        href,
        read: read.lines.iter().filter_map(middle).collect(),
        more: (read.all.len() > AT_ONCE).then(|| ctx.l.tn("statements-mark-more", read.all.len() - AT_ONCE)),
        found: !read.all.is_empty(),
        cut: read.cut,
        rows,
        wrong,
    }
}

/// A line's words and the middle of its box.
fn middle(line: &Read) -> Option<(String, f64, f64)> {
    let region = line.region?;
    let half = |from: u32, size: u32| (f64::from(from) + f64::from(size) / 2.0) / PER_CENT;
    Some((
        line.text.clone(),
        half(region.x, region.w),
        half(region.y, region.h),
    ))
}
