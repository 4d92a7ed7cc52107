//! From the work to the right paragraph: a duty's, a platform's, a device's.

use super::Place;
use crate::ctx::Ctx;
use app::guide::Guide;
use app::{AppError, CaseView};
use domain::guide::{Device, Platform, Section};
use domain::vocabulary::DutyKind;

/// A paragraph to go to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Howto {
    pub href: String,
    pub title: String,
    /// The stable name of the platform or device that it is for; empty otherwise.
    pub about: &'static str,
}

/// The guide as somebody comes to it.
#[derive(Clone, Debug)]
pub struct Shelf {
    guide: Guide,
    place: Place,
}

impl Shelf {
    /// The edition that a case quotes: the one in force when it began, in the terms of the case's own procedure.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn of_case(ctx: &Ctx, view: &CaseView) -> Result<Option<Self>, AppError> {
        let (begun, procedure) = (view.state.opened_at, &view.procedure.version);
        let guide = ctx.app.guide_at(begun, ctx.l.language, procedure).await?;
        Ok(guide.map(|guide| {
            let as_now = guide.current && *procedure == ctx.app.procedure().version;
            let place = if as_now {
                Place::current(&guide)
            } else {
                Place::edition(&guide, Some(procedure))
            };
            Self { guide, place }
        }))
    }

    /// The edition in force.
    ///
    /// # Errors
    /// Those of the store.
    pub async fn current(ctx: &Ctx) -> Result<Option<Self>, AppError> {
        let guide = ctx.app.guide(ctx.l.language).await?;
        Ok(guide.map(|guide| Self {
            place: Place::current(&guide),
            guide,
        }))
    }

    /// The paragraph that explains a duty.
    pub fn on(&self, duty: DutyKind) -> Option<Howto> {
        self.guide
            .book
            .on_duty(duty)
            .map(|section| self.howto(section, ""))
    }

    /// The how-to of each platform and each device that has one.
    pub fn screenshots(&self) -> (Vec<Howto>, Vec<Howto>) {
        let book = &self.guide.book;
        let platforms = Platform::ALL
            .iter()
            .filter_map(|platform| Some(self.howto(book.on_platform(*platform)?, platform.name())));
        let devices = Device::ALL
            .iter()
            .filter_map(|device| Some(self.howto(book.on_device(*device)?, device.name())));
        (platforms.collect(), devices.collect())
    }

    fn howto(&self, section: &Section, about: &'static str) -> Howto {
        Howto {
            href: self.place.of(&section.anchor),
            title: section.title.clone(),
            about,
        }
    }
}
