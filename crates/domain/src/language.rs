//! The two languages of the screen.

use crate::vocabulary::words;

words!(
    /// A language that every text for people is written in. Danish comes first.
    Language {
        Da = "da",
        En = "en",
    }
);

impl Language {
    /// The BCP 47 code, as in `lang="da"`; the same text as [`Language::name`].
    pub fn code(self) -> &'static str {
        self.name()
    }
}
