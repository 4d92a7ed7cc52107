//! The lists of the start page, in words.

use crate::ctx::Ctx;
use crate::guide::howto::{Howto, Shelf};
use crate::practise::practise_page;
use crate::text::L;
use app::{AppError, CaseFilter, CaseRow, DutyRow};
use domain::access::Relation;
use domain::case::Phase;
use domain::vocabulary::{DutyKind, Medium};
use jiff::Timestamp;
use std::collections::BTreeSet;

/// How many of each the start page shows.
const FEW: u32 = 8;

/// One duty that the reader owes.
pub struct DutyItem {
    pub href: String,
    pub number: String,
    pub what: String,
    /// The case in a few words.
    pub about: String,
    pub due: String,
    pub late: bool,
    pub acute: bool,
    /// The paragraph of the guide that explains it.
    pub howto: Option<Howto>,
}

/// What the reader has to read or practise of the guide.
pub struct GuideItem {
    pub href: &'static str,
    pub what: String,
    /// None if nobody has asked them to, or it can wait.
    pub due: Option<String>,
    pub late: bool,
}

/// What is asked of the reader and not done; what they have not practised stands there unasked too. Due is only what presses.
pub async fn guide(ctx: &Ctx) -> Result<Vec<GuideItem>, AppError> {
    let asked = ctx.app.my_asked(&ctx.caller).await?;
    let unread = asked
        .as_ref()
        .map(|asked| &asked.reading)
        .filter(|reading| !reading.read);
    let is_target = ctx.app.is_target_now(&ctx.caller).await?;
    let pressing = asked.clone().and_then(|asked| asked.pressing(is_target));
    let item = |href, what, due: Option<Timestamp>| GuideItem {
        href,
        what,
        due: due.map(|due| ctx.l.due(due, ctx.now)),
        late: due.is_some_and(|due| due < ctx.now),
    };
    let mut items = Vec::new();
    if let Some(reading) = unread {
        let number = reading.edition.to_string();
        let due = pressing.as_ref().map(|asked| asked.reading.due);
        items.push(item(
            "/guide/path",
            ctx.l.ta("start-guide-owed", &[("number", number)]),
            due,
        ));
    }
    for exercise in ctx.app.lacks_practice(&ctx.caller).await? {
        let mut owed = pressing.iter().flat_map(|asked| &asked.practice);
        let owed = owed.find(|owed| owed.exercise == exercise);
        let what = ctx.l.t(&format!("start-practise-{exercise}"));
        items.push(item(practise_page(exercise), what, owed.map(|owed| owed.due)));
    }
    Ok(items)
}

/// Something new.
pub struct NoticeItem {
    pub href: String,
    pub number: String,
    pub text: String,
    pub at: String,
}

/// A case that the reader told of, or that is about them.
pub struct ReportItem {
    pub href: String,
    pub number: String,
    /// Whether it is about the reader.
    pub about_me: bool,
    pub status: String,
    pub told: String,
}

/// What a case is called in a list: its registered title, else where it happened.
pub fn about(l: &L, title: Option<&str>, medium: Option<Medium>, platform: Option<&str>) -> String {
    if let Some(title) = title {
        return title.to_owned();
    }
    let medium = medium.map(|medium| l.t(&format!("medium-{medium}")));
    match (medium, platform) {
        (Some(medium), Some(platform)) => format!("{medium} · {platform}"),
        (Some(medium), None) => medium,
        (None, Some(platform)) => platform.to_owned(),
        (None, None) => l.t("case-not-registered"),
    }
}

impl DutyItem {
    /// One row of the list.
    pub fn of(ctx: &Ctx, row: &DutyRow, guide: Option<&Shelf>) -> Self {
        let l = &ctx.l;
        Self {
            href: format!("/cases/{}", row.number),
            number: row.number.to_string(),
            what: l.t(&format!("duty-{}", row.duty)),
            about: about(l, row.title.as_deref(), row.medium, row.platform.as_deref()),
            due: row.due.map_or_else(String::new, |due| l.due(due, ctx.now)),
            late: row.late,
            acute: row.acute && is_hurried(ctx, row.duty),
            howto: guide.and_then(|guide| guide.on(row.duty)),
        }
    }
}

/// Whether this duty has a shorter term in an acute case: only then is it the duty that is urgent.
pub fn is_hurried(ctx: &Ctx, duty: DutyKind) -> bool {
    ctx.app.procedure().rule(duty).acute.is_some()
}

/// The first duties, and whether there are more.
///
/// # Errors
/// Those of the store.
pub async fn duties(ctx: &Ctx) -> Result<(Vec<DutyItem>, bool), app::AppError> {
    let page = ctx.app.my_duties(&ctx.caller, None, FEW).await?;
    let guide = Shelf::current(ctx).await?;
    Ok((
        page.items
            .iter()
            .map(|row| DutyItem::of(ctx, row, guide.as_ref()))
            .collect(),
        page.next.is_some(),
    ))
}

/// What is new.
///
/// # Errors
/// Those of the store.
pub async fn notices(ctx: &Ctx) -> Result<Vec<NoticeItem>, app::AppError> {
    let notices = ctx.app.notices(&ctx.caller).await?;
    let item = |notice: app::Notice| NoticeItem {
        href: format!("/cases/{}", notice.number),
        number: notice.number.to_string(),
        text: ctx.l.t(&format!("notice-{}", notice.kind.name())),
        at: ctx.l.due(notice.at, ctx.now),
    };
    let mut seen = BTreeSet::new();
    let newest = notices
        .into_iter()
        .filter(|notice| seen.insert((notice.number.clone(), notice.kind)));
    Ok(newest.take(FEW as usize).map(item).collect())
}

/// What the reader told, or what is about them, latest change first.
///
/// # Errors
/// Those of the store.
pub async fn reports(ctx: &Ctx) -> Result<Vec<ReportItem>, app::AppError> {
    let mut rows: Vec<(CaseRow, bool)> = Vec::new();
    for relation in [Relation::Target, Relation::Reporter] {
        let filter = CaseFilter {
            relation: Some(relation),
            ..CaseFilter::default()
        };
        let page = ctx.app.cases(&ctx.caller, filter, None, FEW).await?;
        for row in page.items {
            if !rows.iter().any(|(known, _)| known.number == row.number) {
                rows.push((row, relation == Relation::Target));
            }
        }
    }
    rows.sort_by_key(|(row, _)| std::cmp::Reverse(row.changed_at));
    rows.truncate(FEW as usize);
    let item = |(row, about_me): (CaseRow, bool)| ReportItem {
        href: format!("/cases/{}", row.number),
        number: row.number.to_string(),
        about_me,
        status: status(ctx, &row),
        told: ctx.l.due(row.opened_at, ctx.now),
    };
    Ok(rows.into_iter().map(item).collect())
}

/// Where a case stands, in one sentence that says nothing of its content.
fn status(ctx: &Ctx, row: &CaseRow) -> String {
    match row.phase {
        Phase::Open => ctx.l.ta("report-open", &[("owner", ctx.name(&row.owner))]),
        Phase::Closed => ctx.l.t("report-closed"),
        Phase::Joined => ctx.l.t("report-joined"),
    }
}
