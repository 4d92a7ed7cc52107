//! Why a store is not opened, and what to do, in both languages.

use domain::language::Language;

use crate::error::StoreError;

/// Why a database and files are not opened together. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// Neither database nor files.
    NothingHere { place: String },
    /// Files, or a data folder that has served an installation, beside a database with nothing in it.
    NoDatabase {
        /// Whose files they are, if they say it.
        id: Option<String>,
        database: String,
        place: String,
    },
    /// A database that has had files, and none are there.
    NoFiles { id: String, place: String },
    /// Files that don't say whose they are beside a database that knows that they should.
    FilesUnmarked { id: String, place: String },
    /// Two installations.
    OtherFiles {
        database: String,
        files: String,
        place: String,
    },
    /// The data folder of another installation than the database.
    OtherFolder {
        database: String,
        folder: String,
        place: String,
        address: String,
    },
    /// The counter in the database is behind that beside the files.
    OlderDatabase {
        database: u64,
        files: u64,
        place: String,
    },
    /// Neither says whose it is, and they don't look as if they belonged together.
    FilesDoNotFit {
        /// Files that were looked for.
        named: usize,
        /// How many of them are there.
        there: usize,
        place: String,
    },
    /// The file that says whose files these are can't be read.
    Unreadable { place: String },
    /// An SQLite log without its database.
    LoneLog { place: String },
}

impl From<Refusal> for StoreError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(&self.message(Language::En))
    }
}

impl Refusal {
    /// What is wrong and what to do.
    #[must_use]
    pub fn message(&self, language: Language) -> String {
        match language {
            Language::Da => self.danish(),
            Language::En => self.english(),
        }
    }

    fn english(&self) -> String {
        match self {
            Self::NothingHere { place } => format!(
                "{place}: there is no store here. Check the path and VAERN_DATABASE_URL; `vaern init` makes a new store."
            ),
            Self::NoDatabase { id, database, place } => {
                let whose = id
                    .as_ref()
                    .map(|id| format!(" of installation {id}"))
                    .unwrap_or_default();
                format!(
                    "{place} holds files{whose}, but the database ({database}) is missing or empty. Nothing was changed. Check \
                     VAERN_DATABASE_URL, or put the newest database back, with the file vaern.sqlite-wal beside it if there is one."
                )
            }
            Self::NoFiles { id, place } => format!(
                "The database is that of installation {id}, but its files are not in {place}. Nothing was changed. Check that \
                 the disk is mounted and VAERN_BLOBS; servers that share a database must share its files."
            ),
            Self::FilesUnmarked { id, place } => format!(
                "The database is that of installation {id}, but the file INSTALLATION is missing among the files in {place}, so \
                 they may be those of another. Nothing was changed. Check the path; if you put them there on purpose, say `vaern \
                 accept-restored`."
            ),
            Self::OtherFiles {
                database,
                files,
                place,
            } => format!(
                "The database is that of installation {database}, but the files in {place} are those of installation {files}. \
                 Nothing was changed. Check VAERN_DATABASE_URL, VAERN_BLOBS and the data folder."
            ),
            Self::OtherFolder {
                database,
                folder,
                place,
                address,
            } => format!(
                "{place} is the data folder of installation {folder}, but the database ({address}) is that of installation \
                 {database}. Nothing was changed. Check VAERN_DATABASE_URL and the data folder."
            ),
            Self::OlderDatabase {
                database,
                files,
                place,
            } => format!(
                "The database is older than the one that last ran with the files in {place} (count {database} against {files}): \
                 cases may be missing in it. Nothing was changed. Use the newest database, with the file vaern.sqlite-wal \
                 beside it if there is one; if you restored a backup on purpose, say `vaern accept-restored`."
            ),
            Self::FilesDoNotFit { named, there, place } => format!(
                "The files in {place} don't look like those of the database: of {named} that it names and that were looked for, \
                 {there} are there. Nothing was changed. Check VAERN_DATABASE_URL, VAERN_BLOBS and the data folder."
            ),
            Self::Unreadable { place } => format!(
                "{place} says whose files these are, and can't be read. Nothing was changed. Put that file back from your backup."
            ),
            Self::LoneLog { place } => format!(
                "{place} lies there without its database, the file vaern.sqlite, and holds some of it. Nothing was changed. Put \
                 vaern.sqlite back beside it."
            ),
        }
    }

    fn danish(&self) -> String {
        match self {
            Self::NothingHere { place } => format!(
                "{place}: her er ingen data. Kontrollér stien og VAERN_DATABASE_URL; `vaern init` opretter en ny installation."
            ),
            Self::NoDatabase { id, database, place } => {
                let whose = id
                    .as_ref()
                    .map(|id| format!(" fra installation {id}"))
                    .unwrap_or_default();
                format!(
                    "{place} indeholder filer{whose}, men databasen ({database}) mangler eller er tom. Intet er ændret. \
                     Kontrollér VAERN_DATABASE_URL, eller læg den nyeste database tilbage, med filen vaern.sqlite-wal ved siden \
                     af, hvis den findes."
                )
            }
            Self::NoFiles { id, place } => format!(
                "Databasen hører til installation {id}, men dens filer er ikke i {place}. Intet er ændret. Kontrollér, at \
                 disken er monteret, og VAERN_BLOBS; servere, der deler database, skal også dele filer."
            ),
            Self::FilesUnmarked { id, place } => format!(
                "Databasen hører til installation {id}, men filen INSTALLATION mangler blandt filerne i {place}, så de kan høre \
                 til en anden. Intet er ændret. Kontrollér stien; har du selv lagt dem der, så brug `vaern accept-restored`."
            ),
            Self::OtherFiles {
                database,
                files,
                place,
            } => format!(
                "Databasen hører til installation {database}, men filerne i {place} hører til installation {files}. Intet er \
                 ændret. Kontrollér VAERN_DATABASE_URL, VAERN_BLOBS og datamappen."
            ),
            Self::OtherFolder {
                database,
                folder,
                place,
                address,
            } => format!(
                "{place} er datamappe for installation {folder}, men databasen ({address}) hører til installation {database}. \
                 Intet er ændret. Kontrollér VAERN_DATABASE_URL og datamappen."
            ),
            Self::OlderDatabase {
                database,
                files,
                place,
            } => format!(
                "Databasen er ældre end den, der sidst kørte med filerne i {place} (tæller {database} mod {files}): der kan \
                 mangle sager i den. Intet er ændret. Brug den nyeste database, med filen vaern.sqlite-wal ved siden af, hvis den \
                 findes; har du med vilje lagt en sikkerhedskopi tilbage, så brug `vaern accept-restored`."
            ),
            Self::FilesDoNotFit { named, there, place } => format!(
                "Filerne i {place} ligner ikke databasens: af {named}, som den nævner, og som der blev ledt efter, er {there} \
                 der. Intet er ændret. Kontrollér VAERN_DATABASE_URL, VAERN_BLOBS og datamappen."
            ),
            Self::Unreadable { place } => format!(
                "{place} fortæller, hvis filer det er, men kan ikke læses. Intet er ændret. Læg den fil tilbage fra din \
                 sikkerhedskopi."
            ),
            Self::LoneLog { place } => format!(
                "{place} ligger uden sin database, filen vaern.sqlite, og indeholder en del af den. Intet er ændret. Læg \
                 vaern.sqlite tilbage ved siden af."
            ),
        }
    }
}
