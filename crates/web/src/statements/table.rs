//! The table of statements, and the form that adds many at once.

use super::{Wrong, can_mark, give, marked_at, view};
use crate::case::exhibits::{Card, cards};
use crate::case::head::{Head, Tab, number, tabs};
use crate::command::form::Posted;
use crate::ctx::Ctx;
use crate::page::{Frame, PageError, render, render_status};
use app::CaseView;
use askama::Template;
use axum::Form as Body;
use axum::extract::Path;
use axum::response::{IntoResponse, Redirect, Response};
use domain::access::Action;
use domain::case::{Command, CommandKind, Phase, Said, Statement};
use domain::vocabulary::Outcome;
use http::StatusCode;

/// Statements on one page.
const PAGE: usize = 200;

#[derive(Template)]
#[template(path = "statements/table.html")]
struct TablePage {
    frame: Frame,
    head: Head,
    tabs: Vec<Tab>,
    rows: Vec<Row>,
    filters: Vec<Filter>,
    /// Numbers of the pages with their addresses, the current one marked.
    pages: Vec<(usize, String, bool)>,
    all: usize,
    assessed: usize,
    outcomes: Vec<(&'static str, String)>,
    can_assess: bool,
    can_mark: bool,
    adding: Adding,
}

/// One statement in the table.
struct Row {
    number: u32,
    exhibit: u32,
    /// Author and time as shown.
    shown: String,
    text: String,
    /// Stable name and word.
    outcome: Option<(&'static str, String)>,
    reason: String,
    withdrawn: Option<String>,
}

impl Row {
    /// Whether this is its outcome.
    fn is(&self, outcome: &str) -> bool {
        self.outcome.as_ref().is_some_and(|(own, _)| *own == outcome)
    }
}

/// A choice of rows, with how many there are.
struct Filter {
    href: String,
    label: String,
    count: usize,
    current: bool,
}

/// The form that adds statements, with what was typed and what is wrong with it.
#[derive(Default)]
struct Adding {
    open: bool,
    exhibits: Vec<(u32, bool)>,
    /// Exhibits that statements can be marked in: number and address.
    marked_at: Vec<(u32, String)>,
    lines: String,
    wrong: Option<String>,
    cards: Vec<Card>,
}

/// Which rows are asked for.
#[derive(Clone, Copy, PartialEq)]
enum Show {
    All,
    Open,
    Outcome(Outcome),
    Withdrawn,
}

impl Show {
    fn every() -> impl Iterator<Item = Self> {
        let outcomes = Outcome::ALL.iter().map(|outcome| Self::Outcome(*outcome));
        [Self::All, Self::Open]
            .into_iter()
            .chain(outcomes)
            .chain([Self::Withdrawn])
    }

    fn name(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Open => "open",
            Self::Outcome(outcome) => outcome.name(),
            Self::Withdrawn => "withdrawn",
        }
    }

    fn holds(self, statement: &Statement) -> bool {
        let outcome = statement.assessed.as_ref().map(|assessed| assessed.outcome);
        match (self, statement.withdrawn.is_some()) {
            (Self::Withdrawn, withdrawn) => withdrawn,
            (_, true) => false,
            (Self::All, _) => true,
            (Self::Open, _) => outcome.is_none(),
            (Self::Outcome(wanted), _) => outcome == Some(wanted),
        }
    }
}

/// What the address asks for.
struct Asked {
    show: Show,
    exhibit: Option<u32>,
    page: usize,
}

impl Asked {
    fn of(ctx: &Ctx) -> Self {
        let number = |name: &str| ctx.query(name).and_then(|text| text.parse::<u32>().ok());
        let show = ctx.query("show").unwrap_or_default();
        Self {
            show: Show::every()
                .find(|known| known.name() == show)
                .unwrap_or(Show::All),
            exhibit: number("exhibit"),
            page: number("page").map_or(1, |page| page.max(1) as usize),
        }
    }

    fn here(&self, statement: &Statement) -> bool {
        self.exhibit.is_none_or(|exhibit| exhibit == statement.exhibit)
    }

    fn href(&self, case: &impl std::fmt::Display, show: Show, page: usize) -> String {
        let exhibit = self.exhibit.map(|exhibit| format!("&exhibit={exhibit}"));
        let page = (page > 1).then(|| format!("&page={page}"));
        let (exhibit, page) = (exhibit.unwrap_or_default(), page.unwrap_or_default());
        format!("/cases/{case}/statements?show={}{exhibit}{page}", show.name())
    }
}

/// `GET /cases/{number}/statements`, with `?show=`, `?exhibit=` and `?page=`.
pub async fn show(ctx: Ctx, Path(text): Path<String>) -> Result<Response, PageError> {
    let view = view(&ctx, &number(&text)?).await?;
    let asked = Asked::of(&ctx);
    let adding = Adding {
        open: ctx.query("add").is_some() || view.state.statements.is_empty(),
        exhibits: exhibits(&view, asked.exhibit),
        ..Adding::default()
    };
    render(&page(&ctx, &view, &asked, adding))
}

fn exhibits(view: &CaseView, chosen: Option<u32>) -> Vec<(u32, bool)> {
    let exhibits = view.state.exhibits.iter().map(|(_, exhibit)| exhibit.number);
    exhibits.map(|number| (number, Some(number) == chosen)).collect()
}

fn page(ctx: &Ctx, view: &CaseView, asked: &Asked, adding: Adding) -> TablePage {
    let (l, case) = (&ctx.l, &view.state);
    let here: Vec<&Statement> = case
        .statements
        .iter()
        .filter(|statement| asked.here(statement))
        .collect();
    let count = |show: Show| here.iter().filter(|statement| show.holds(statement)).count();
    let filter = |show: Show| Filter {
        href: asked.href(&case.number, show, 1),
        label: l.t(&format!("statements-show-{}", show.name())),
        count: count(show),
        current: show == asked.show,
    };
    let last = count(asked.show).div_ceil(PAGE).max(1);
    let current = asked.page.min(last);
    let rows = here.iter().filter(|statement| asked.show.holds(statement));
    let all = count(Show::All);
    TablePage {
        frame: Frame::of(ctx),
        head: Head::of(ctx, view),
        tabs: tabs(ctx, view, "statements"),
        rows: rows
            .skip((current - 1) * PAGE)
            .take(PAGE)
            .map(|statement| row(ctx, statement))
            .collect(),
        filters: Show::every()
            .map(filter)
            .filter(|filter| filter.count > 0 || filter.current)
            .collect(),
        pages: (1..=last)
            .filter(|_| last > 1)
            .map(|page| (page, asked.href(&case.number, asked.show, page), page == current))
            .collect(),
        all,
        assessed: all - count(Show::Open),
        outcomes: Outcome::ALL
            .iter()
            .map(|outcome| (outcome.name(), l.t(&format!("outcome-{outcome}"))))
            .collect(),
        can_assess: case.phase == Phase::Open && view.may(Action::Do(CommandKind::AssessStatement)),
        can_mark: can_mark(view) && !case.exhibits.is_empty(),
        adding: Adding {
            marked_at: adding
                .exhibits
                .iter()
                .filter_map(|(number, _)| Some((*number, marked_at(view, *number)?)))
                .collect(),
            cards: cards(ctx, view),
            ..adding
        },
    }
}

fn row(ctx: &Ctx, statement: &Statement) -> Row {
    let said = &statement.said;
    let shown = [said.author.as_str(), said.said_at.as_str()];
    let shown: Vec<&str> = shown.into_iter().filter(|text| !text.is_empty()).collect();
    let assessed = statement.assessed.as_ref();
    Row {
        number: statement.number,
        exhibit: statement.exhibit,
        shown: shown.join(" · "),
        text: said.text.clone(),
        outcome: assessed.map(|assessed| {
            let word = ctx.l.t(&format!("outcome-{}", assessed.outcome));
            (assessed.outcome.name(), word)
        }),
        reason: assessed
            .map(|assessed| assessed.reason.clone())
            .unwrap_or_default(),
        withdrawn: statement.withdrawn.clone(),
    }
}

/// `POST /cases/{number}/statements`: one statement a line, `text`, `author<TAB>text` or `author<TAB>time<TAB>text`.
pub async fn add(
    ctx: Ctx,
    Path(text): Path<String>,
    Body(pairs): Body<Vec<(String, String)>>,
) -> Result<Response, PageError> {
    let number = number(&text)?;
    let posted = Posted(pairs);
    let lines = posted.get("lines").unwrap_or_default();
    let exhibit = posted.get("exhibit").and_then(|exhibit| exhibit.parse().ok());
    let (places, statements): (Vec<usize>, Vec<Said>) = read(lines).into_iter().unzip();
    let command = Command::MarkStatements {
        exhibit: exhibit.unwrap_or_default(),
        statements,
    };
    let Err(wrong) = give(&ctx, &number, command).await? else {
        let to = format!("/cases/{number}/statements?done=mark-statements");
        return Ok(Redirect::to(&to).into_response());
    };
    let view = view(&ctx, &number).await?;
    let adding = Adding {
        open: true,
        exhibits: exhibits(&view, exhibit),
        lines: lines.to_owned(),
        wrong: Some(at_line(&ctx, wrong, &places)),
        ..Adding::default()
    };
    let page = page(&ctx, &view, &Asked::of(&ctx), adding);
    render_status(StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The statements that stand in the lines, each with the number of its line; empty lines say nothing.
fn read(lines: &str) -> Vec<(usize, Said)> {
    let full = (1..)
        .zip(lines.lines())
        .filter(|(_, line)| !line.trim().is_empty());
    let said = |line: &str| {
        let mut parts = line.splitn(3, '\t').map(|part| part.trim().to_owned());
        let (first, second, third) = (parts.next().unwrap_or_default(), parts.next(), parts.next());
        match (second, third) {
            (Some(said_at), Some(text)) => Said {
                text,
                author: first,
                said_at,
                ..Said::default()
            },
            (Some(text), None) => Said {
                text,
                author: first,
                ..Said::default()
            },
            (None, _) => Said {
                text: first,
                ..Said::default()
            },
        }
    };
    full.map(|(place, line)| (place, said(line))).collect()
}

/// Says which line is meant, where one is.
fn at_line(ctx: &Ctx, wrong: Wrong, places: &[usize]) -> String {
    let index = wrong
        .field
        .strip_prefix("statements.")
        .and_then(|rest| rest.split('.').next()?.parse::<usize>().ok());
    match index.and_then(|index| places.get(index)) {
        Some(line) => ctx.l.ta(
            "statements-wrong-line",
            &[("line", line.to_string()), ("problem", wrong.text)],
        ),
        None => wrong.text,
    }
}

#[cfg(test)]
mod tests {
    use super::read;

    #[test]
    fn a_line_is_a_text_or_an_author_a_time_and_a_text() {
        let read = read("Skam jer\r\n\n Bent L. \tSludder\nBente\ti går 21.04\tEn\ttil\n\t\tIngen\n");
        let told: Vec<_> = read
            .iter()
            .map(|(line, said)| {
                (
                    *line,
                    said.author.as_str(),
                    said.said_at.as_str(),
                    said.text.as_str(),
                )
            })
            .collect();
        assert_eq!(
            told,
            [
                (1, "", "", "Skam jer"),
                (3, "Bent L.", "", "Sludder"),
                (4, "Bente", "i går 21.04", "En\ttil"),
                (5, "", "", "Ingen"),
            ]
        );
    }
}
