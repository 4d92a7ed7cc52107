//! What Typst may reach: the template, the data of one document, its pictures and three fonts. No disk, no network,
//! no clock.

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

/// Which document is set.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Template {
    Dossier,
    Guide,
    Card,
    Covered,
}

/// In the order of [`Template`]; the last is read by guide and card.
const TEMPLATES: [(&str, &str); 5] = [
    ("dossier.typ", include_str!("../dossier/template.typ")),
    ("guide.typ", include_str!("../guide/guide.typ")),
    ("card.typ", include_str!("../guide/card.typ")),
    ("covered.typ", include_str!("../media/covered.typ")),
    ("blocks.typ", include_str!("../guide/blocks.typ")),
];
const FONTS: [&[u8]; 3] = [
    include_bytes!("../../fonts/IBMPlexSans-Regular.ttf"),
    include_bytes!("../../fonts/IBMPlexSans-SemiBold.ttf"),
    include_bytes!("../../fonts/IBMPlexMono-Regular.ttf"),
];
/// How many of [`FONTS`], from the first, may be asked to show running text.
const RUNNING: usize = 2;

/// What is the same for every document: made at the first one, kept afterwards.
pub(crate) struct Kit {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    templates: Vec<Source>,
    data: FileId,
}

impl Kit {
    pub(crate) fn new() -> Self {
        let fonts: Vec<Font> = FONTS
            .iter()
            .filter_map(|bytes| Font::new(Bytes::new(*bytes), 0))
            .collect();
        // Tables with a header in each row are readable by ear only with these.
        let features = std::iter::once(Feature::A11yExtras).collect();
        Self {
            library: LazyHash::new(Library::builder().with_features(features).build()),
            book: LazyHash::new(FontBook::from_fonts(&fonts)),
            fonts,
            templates: TEMPLATES
                .iter()
                .map(|(name, text)| Source::new(id(name), (*text).to_owned()))
                .collect(),
            data: id("data.json"),
        }
    }

    /// The fonts that show running text.
    pub(crate) fn running(&self) -> Vec<&typst::text::FontInfo> {
        self.fonts.iter().take(RUNNING).map(Font::info).collect()
    }
}

/// One document being written.
pub(crate) struct Desk<'a> {
    kit: &'a Kit,
    template: Template,
    data: Bytes,
    pictures: Vec<(FileId, Bytes)>,
}

impl<'a> Desk<'a> {
    /// `data`: JSON for the template; `pictures`: pixels or files, reached by the template as `/pictures/0` and so on.
    pub(crate) fn new(kit: &'a Kit, template: Template, data: Vec<u8>, pictures: Vec<Vec<u8>>) -> Self {
        let pictures = pictures
            .into_iter()
            .enumerate()
            .map(|(n, rgb)| (id(&format!("pictures/{n}")), Bytes::new(rgb)));
        Self {
            kit,
            template,
            data: Bytes::new(data),
            pictures: pictures.collect(),
        }
    }
}

impl World for Desk<'_> {
    fn library(&self) -> &LazyHash<Library> {
        &self.kit.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &self.kit.book
    }

    fn main(&self) -> FileId {
        self.kit.templates[self.template as usize].id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let found = self.kit.templates.iter().find(|known| known.id() == id);
        found.cloned().ok_or(FileError::AccessDenied)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == self.kit.data {
            return Ok(self.data.clone());
        }
        let found = self.pictures.iter().find(|(known, _)| *known == id);
        found
            .map(|(_, bytes)| bytes.clone())
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.kit.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Typst keeps each path for ever (at most 65,535), so paths are few and the same in every document.
fn id(path: &str) -> FileId {
    let path = VirtualPath::new(path).expect("paths are written here and are valid");
    RootedPath::new(VirtualRoot::Project, path).intern()
}
