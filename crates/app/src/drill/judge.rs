//! Reading the pictures of a drill, and saying how it went.

use super::sent::{Sent, SentScan, of_attempt};
use super::{DrillLetter, TOLD, TRIES};
use crate::{App, AppError};
use domain::drill::{self, Way};
use domain::language::Language;
use futures_util::TryStreamExt as _;
use outside::media;
use outside::post::Note;
use store::drills::{self, DrillFile};
use store::jobs::{self, Job, Lane};
use tokio::io::AsyncWriteExt as _;

impl App {
    /// The job: reads the pictures of an attempt, and says whether the word is in one of them. What is infected is never opened; what
    /// no scanner has seen is asked about once more, and otherwise read as an exhibit would be.
    pub(crate) async fn judge_drill(&self, payload: &str) -> Result<(), AppError> {
        let mut parts = payload.split(' ');
        let (Some(id), Some(attempt), Some(way)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(anyhow::anyhow!("a drill, its attempt and its way").into());
        };
        let way = Way::parse(way).unwrap_or(Way::Page);
        let attempt: u64 = attempt.parse().unwrap_or(0);
        let (mut read, ring) = (self.store.db.read().await?, &self.store.keys);
        let drill = drills::get(&mut read, id).await?;
        let (Some(drill), Some(kept)) = (drill, drills::attempt(&mut read, ring, id, attempt).await?) else {
            return Ok(());
        };
        let files = drills::files(&mut read, ring, id).await?;
        drop(read);
        let mut sent = Sent::read(&kept)?;
        let mut text = String::new();
        let mut asked = Vec::new();
        for (place, file) in of_attempt(files, attempt).enumerate() {
            let mut facts = sent.file(place);
            if facts.is_unseen() {
                facts.scan = self.scanned_now(&file).await?.or(facts.scan);
            }
            if !facts.is_infected() {
                text += &self.words_in(&file).await?;
                text.push('\n');
            }
            asked.push(facts);
        }
        sent.files = asked;
        let judged = drill::judge(&drill.word, &text);
        let (json, mut dice) = (sent.json()?, self.dice());
        let mut tx = self.store.db.begin().await?;
        drills::keep_sent(&mut tx, ring, (id, attempt), &json, &mut dice).await?;
        drills::judge(&mut tx, (id, attempt), way, &judged, self.now()).await?;
        if way == Way::Email && self.writing.is_some() {
            let job = format!("{TOLD}-{id}-{attempt}");
            let payload = format!("{id} {attempt}");
            jobs::enqueue_in(&mut tx, Lane::Letters, &job, TOLD, &payload, self.now()).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What the scanner says now; none without one.
    async fn scanned_now(&self, file: &DrillFile) -> Result<Option<SentScan>, AppError> {
        let Some(scanner) = &self.scanner else {
            return Ok(None);
        };
        let key = self.store.keys.of_uploads();
        let plain = self.store.blobs.open_stream(&file.blob, key).await?;
        let scan = scanner.scan(plain.map_err(std::io::Error::other)).await;
        Ok(Some(SentScan::from(&scan)))
    }

    async fn words_in(&self, file: &DrillFile) -> Result<String, AppError> {
        if !media::is_copied(&file.media_type) {
            return Ok(String::new());
        }
        let internal = |error: std::io::Error| AppError::Internal(error.into());
        let room = self.room()?;
        let original = room.path().join("original");
        let mut out = tokio::fs::File::create(&original).await.map_err(internal)?;
        let key = self.store.keys.of_uploads();
        let mut plain = self.store.blobs.open_stream(&file.blob, key).await?;
        while let Some(bytes) = plain.try_next().await? {
            out.write_all(&bytes).await.map_err(internal)?;
        }
        out.flush().await.map_err(internal)?;
        let copies = media::copies(&original, &file.media_type, room.path()).await;
        let texts = copies.texts.into_iter().filter_map(|made| made.what.ok());
        Ok(texts.map(|text| text.plain()).collect::<Vec<_>>().join("\n"))
    }

    /// The job: says by e-mail how it went.
    pub(crate) async fn tell_drill(&self, job: &Job) -> Result<(), AppError> {
        let Some(writing) = &self.writing else {
            return Ok(());
        };
        let (id, attempt) = job.payload.split_once(' ').unwrap_or((&job.payload, ""));
        let mut read = self.store.db.read().await?;
        let Some(drill) = drills::get(&mut read, id).await? else {
            return Ok(());
        };
        let language = store::people::language(&mut read, &drill.person).await?;
        let organisation = self.organisation();
        let Some(person) = organisation.person(&drill.person).filter(|person| person.active) else {
            return Ok(());
        };
        let caller = self.caller_named(person.id.as_str())?;
        let attempts = self.my_attempts(&mut read, &caller).await?;
        drop(read);
        let this = attempts
            .into_iter()
            .find(|kept| kept.drill == id && kept.attempt.to_string() == attempt);
        let written = self.composer.drill(&DrillLetter {
            language: language
                .as_deref()
                .and_then(Language::parse)
                .unwrap_or(Language::Da),
            now: self.calendar().local(self.now()),
            municipality: self.procedure().municipality.clone(),
            to: person.name.clone(),
            passed: drill.passed_at.is_some(),
            missing: drill.missing.clone(),
            infected: this.map(|this| this.infected).unwrap_or_default(),
            link: writing.home.as_ref().map(|home| format!("{home}/practise")),
        });
        let note = Note {
            to: (&person.email, &person.name),
            subject: &written.subject,
            text: &written.text,
            at: self.now(),
            id: &job.id,
            answers: None,
        };
        writing.hand_over(&note, job, TRIES).await.map(drop)
    }
}
