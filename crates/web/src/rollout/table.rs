//! The coverage for a spreadsheet: the numbers as CSV, and as XLSX with a chart; a manager's own people by name, for that manager
//! alone.

use super::coverage::{Named, Page, page};
use crate::ctx::Ctx;
use crate::page::{Fault, PageError};
use axum::extract::Path;
use axum::response::{IntoResponse, Response};
use domain::ids::UnitId;
use domain::rollout::coverage::Share;
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_TYPE};
use rust_xlsxwriter::{Chart, ChartType, Format, Workbook, XlsxError};

const HEADS: [&str; 5] = [
    "column-unit",
    "coverage-people",
    "coverage-read",
    "coverage-drilled",
    "coverage-overdue",
];

/// `GET /coverage/{unit}/table.csv`
pub async fn csv(ctx: Ctx, Path(unit): Path<String>) -> Result<Response, PageError> {
    let page = page(&ctx, &UnitId::new(unit), None).await?;
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: [String; 5]| out.write_record(fields).map_err(|error| broken(&error));
    write(HEADS.map(|head| ctx.l.t(head)))?;
    for (name, numbers) in rows(&page) {
        let [people, read, drilled, overdue] = numbers.map(|number| number.to_string());
        write([inert(&name), people, read, drilled, overdue])?;
    }
    let bytes = out.into_inner().map_err(|error| broken(&error))?;
    Ok(file("text/csv; charset=utf-8", "udbredelse.csv", bytes))
}

/// Of a manager's own people.
const NAMED: [&str; 4] = [
    "coverage-name",
    "coverage-read",
    "coverage-drilled",
    "coverage-overdue",
];

/// `GET /coverage/{unit}/people.csv`
pub async fn people(ctx: Ctx, Path(unit): Path<String>) -> Result<Response, PageError> {
    let page = page(&ctx, &UnitId::new(unit), None).await?;
    if page.people.is_empty() {
        return Err(Fault::NotFound.into());
    }
    let mut out = csv::Writer::from_writer(Vec::new());
    let mut write = |fields: [String; 4]| out.write_record(fields).map_err(|error| broken(&error));
    write(NAMED.map(|head| ctx.l.t(head)))?;
    for person in &page.people {
        let [read, drilled, late] = states(&ctx, person);
        write([inert(&person.name), read, drilled, late])?;
    }
    let bytes = out.into_inner().map_err(|error| broken(&error))?;
    Ok(file("text/csv; charset=utf-8", "medarbejdere.csv", bytes))
}

/// Whether they have read, have practised, and are late: yes or no.
fn states(ctx: &Ctx, person: &Named) -> [String; 3] {
    [person.read, person.drilled, person.late].map(|is| ctx.l.t(if is { "yes" } else { "no" }))
}

/// `GET /coverage/{unit}/table.xlsx`
pub async fn xlsx(ctx: Ctx, Path(unit): Path<String>) -> Result<Response, PageError> {
    let page = page(&ctx, &UnitId::new(unit), None).await?;
    let bytes = workbook(&ctx, &page).map_err(|error| broken(&error))?;
    let kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet";
    Ok(file(kind, "udbredelse.xlsx", bytes))
}

fn workbook(ctx: &Ctx, page: &Page) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let sheet = workbook.add_worksheet();
    let name = "Tal";
    sheet.set_name(name)?;
    let bold = Format::new().set_bold();
    for (column, head) in (0..).zip(HEADS) {
        sheet.write_with_format(0, column, ctx.l.t(head), &bold)?;
    }
    let mut last = 0;
    for (row, (unit, numbers)) in (1..).zip(rows(page)) {
        // As text: a unit's name is never a formula.
        sheet.write_string(row, 0, &unit)?;
        for (column, number) in (1..).zip(numbers) {
            sheet.write_number(row, column, number)?;
        }
        last = row;
    }
    sheet.set_column_width(0, 40)?;
    if last > 0 {
        let mut chart = Chart::new(ChartType::Bar);
        for column in 1..=3 {
            let series = chart.add_series();
            series
                .set_name((name, 0, column))
                .set_categories((name, 1, 0, last, 0))
                .set_values((name, 1, column, last, column));
        }
        chart.title().set_name(&ctx.l.t("coverage"));
        chart.set_alt_text(ctx.l.t("coverage-chart"));
        sheet.insert_chart(0, 6, &chart)?;
    }
    if !page.people.is_empty() {
        let sheet = workbook.add_worksheet();
        sheet.set_name("Navne")?;
        for (column, head) in (0..).zip(NAMED) {
            sheet.write_with_format(0, column, ctx.l.t(head), &bold)?;
        }
        for (row, person) in (1..).zip(&page.people) {
            sheet.write_string(row, 0, &person.name)?;
            for (column, state) in (1..).zip(states(ctx, person)) {
                sheet.write_string(row, column, state)?;
            }
        }
        sheet.set_column_width(0, 40)?;
    }
    workbook.save_to_buffer()
}

/// The lines of the page, the unit itself last; none where they would tell of single people.
fn rows(page: &Page) -> Vec<(String, [u32; 4])> {
    if page.hidden {
        return Vec::new();
    }
    let lines = page.parts.iter().chain([&page.share]);
    let row = lines.map(|line| {
        let Share {
            people,
            read,
            drilled,
            overdue,
        } = line.share;
        (line.name.clone(), [people, read, drilled, overdue])
    });
    row.collect()
}

fn file(kind: &'static str, name: &str, bytes: Vec<u8>) -> Response {
    let headers = [
        (CONTENT_TYPE, kind.to_owned()),
        (CONTENT_DISPOSITION, format!("attachment; filename=\"{name}\"")),
        (CACHE_CONTROL, "no-store".to_owned()),
    ];
    (headers, bytes).into_response()
}

fn broken(error: &dyn std::fmt::Display) -> PageError {
    tracing::error!(%error, "a table could not be written");
    Fault::Internal.into()
}

/// A name that a spreadsheet would take for a formula is marked as text.
fn inert(name: &str) -> String {
    match name.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        true => format!("'{name}"),
        false => name.to_owned(),
    }
}
