//! From a question to cases: every word must be found somewhere, whole, as the beginning of a longer word, or, in names,
//! with a letter or two wrong.

use std::collections::BTreeMap;

use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;
use tantivy::postings::TermInfo;
use tantivy::query::{Bm25StatisticsProvider as _, Bm25Weight, FuzzyTermQuery};
use tantivy::schema::{Field, Value as _};
use tantivy::{DocAddress, Searcher, TantivyDocument, Term};

use super::meet::{Meeting, Way, meet};
use super::{Fields, Found, Hit, Place, time, words};

/// Words of a question that are looked for.
const WORDS: usize = 10;
/// Ways to write one word that are looked for in each field and file.
const WAYS: usize = 60;
/// Shorter words are no beginnings of others.
const BEGINNING: usize = 3;
/// Shorter names must be right, and those in between to a letter.
const ONE_WRONG: usize = 4;
const TWO_WRONG: usize = 8;

/// The ways to write one word of the question, in each field.
struct Ways {
    segments: usize,
    written: BTreeMap<(Field, String), Written>,
}

/// One of them: how much it counts, where it is in each segment, and how well documents fit that have it.
struct Written {
    counts: f32,
    terms: Vec<Option<TermInfo>>,
    weight: Option<Bm25Weight>,
}

impl Ways {
    /// One more way; known already, it counts for the more of both.
    fn put(&mut self, field: Field, word: &str, counts: f32) -> &mut Written {
        let written = self.written.entry((field, word.to_owned()));
        let written = written.or_insert_with(|| Written {
            counts,
            terms: vec![None; self.segments],
            weight: None,
        });
        written.counts = written.counts.max(counts);
        written
    }
}

pub(super) fn find(
    searcher: &Searcher,
    fields: Fields,
    person: &PersonId,
    question: &str,
    from: usize,
    limit: usize,
) -> tantivy::Result<Found> {
    let mut words = Vec::new();
    for word in words::asked(question, WORDS) {
        let mut ways = ways_of(searcher, fields, &word)?;
        weigh(searcher, &mut ways)?;
        words.push(ways);
    }
    if words.is_empty() {
        return Ok(Found::default());
    }
    let person = Term::from_field_text(fields.reader, person.as_str());
    let mut met = Vec::new();
    for (place, segment) in (0..).zip(searcher.segment_readers()) {
        let Some(theirs) = segment.inverted_index(fields.reader)?.get_term_info(&person)? else {
            continue;
        };
        let mut all: Vec<Vec<Way<'_>>> = words.iter().map(|ways| of_segment(fields, ways, place)).collect();
        all.push(vec![Way {
            field: fields.reader,
            term: &theirs,
            weight: None,
            mark: 0,
        }]);
        let here = meet(segment, &all)?.into_iter();
        met.extend(here.map(|meeting| (DocAddress::new(place, meeting.doc), meeting)));
    }
    let all = met.len();
    let best = best(met, from, limit).into_iter();
    let hits = best.map(|(at, meeting)| hit(searcher, fields, at, meeting.marks));
    Ok(Found {
        hits: hits.collect::<tantivy::Result<_>>()?,
        all,
    })
}

/// `limit` of them from the `from`th, the best first, and of equals the older.
fn best(mut met: Vec<(DocAddress, Meeting)>, from: usize, limit: usize) -> Vec<(DocAddress, Meeting)> {
    let better = |one: &(DocAddress, Meeting), other: &(DocAddress, Meeting)| {
        let score = other.1.score.total_cmp(&one.1.score);
        score.then_with(|| one.0.cmp(&other.0))
    };
    let until = from.saturating_add(limit);
    if until < met.len() {
        met.select_nth_unstable_by(until, better);
        met.truncate(until);
    }
    met.sort_unstable_by(better);
    met.drain(..from.min(met.len()));
    met
}

fn of_segment<'a>(fields: Fields, ways: &'a Ways, place: u32) -> Vec<Way<'a>> {
    let written = ways.written.iter().filter_map(|((field, _), written)| {
        Some(Way {
            field: *field,
            term: written.terms.get(place as usize)?.as_ref()?,
            weight: written.weight.as_ref(),
            mark: mark(fields, *field),
        })
    });
    written.collect()
}

fn mark(fields: Fields, field: Field) -> u8 {
    let places = places(fields).into_iter().zip([1, 2, 4]);
    places
        .filter(|((of, _), _)| *of == field)
        .map(|(_, mark)| mark)
        .sum()
}

fn places(fields: Fields) -> [(Field, Place); 3] {
    [
        (fields.words, Place::Case),
        (fields.exhibits, Place::Exhibit),
        (fields.names, Place::Name),
    ]
}

fn hit(searcher: &Searcher, fields: Fields, at: DocAddress, marks: u8) -> tantivy::Result<Hit> {
    let document: TantivyDocument = searcher.doc(at)?;
    let case = document
        .get_first(fields.case)
        .and_then(|case| case.as_str())
        .unwrap_or_default();
    let marked = places(fields).into_iter();
    let marked = marked.filter(|(field, _)| marks & mark(fields, *field) != 0);
    Ok(Hit {
        case: CaseId::new(case),
        changed_at: time(&document, fields.changed).unwrap_or(Timestamp::MIN),
        until: time(&document, fields.until),
        places: marked.map(|(_, place)| place).collect(),
    })
}

/// How well a document fits that has one of these: by how rare it is in the whole index (BM25).
fn weigh(searcher: &Searcher, ways: &mut Ways) -> tantivy::Result<()> {
    let documents = searcher.total_num_docs()?;
    let mut lengths: BTreeMap<Field, f32> = BTreeMap::new();
    for ((field, _), written) in &mut ways.written {
        let length = match lengths.get(field) {
            Some(length) => *length,
            None => {
                let length = searcher.total_num_tokens(*field)? as f32 / documents as f32;
                *lengths.entry(*field).or_insert(length)
            }
        };
        let have = written.terms.iter().flatten();
        let have = have.map(|term| u64::from(term.doc_freq)).sum();
        let weight = Bm25Weight::for_one_term_without_explain(have, documents, length);
        written.weight = Some(weight.boost_by(written.counts));
    }
    Ok(())
}

fn ways_of(searcher: &Searcher, fields: Fields, word: &str) -> tantivy::Result<Ways> {
    let letters = word.chars().count();
    let wrong = match letters {
        TWO_WRONG.. => 2,
        ONE_WRONG.. => 1,
        _ => 0,
    };
    let stem = words::stem(word);
    let mut ways = Ways {
        segments: searcher.segment_readers().len(),
        written: BTreeMap::new(),
    };
    let mut is_cut = false;
    if letters >= BEGINNING {
        for (field, start, counts) in [
            (fields.words, stem.as_str(), 0.4),
            (fields.exhibits, stem.as_str(), 0.3),
            (fields.names, word, 1.0),
        ] {
            is_cut |= beginning(searcher, field, start, |place, word, term| {
                ways.put(field, word, counts).terms[place] = Some(term.clone());
            })?;
        }
    }
    // Numbers are right or wrong.
    if wrong > 0 && word.chars().all(char::is_alphabetic) {
        is_cut |= near(searcher, fields.names, word, wrong, |place, word, term| {
            ways.put(fields.names, word, 1.0).terms[place] = Some(term.clone());
        })?;
    }
    if is_cut {
        // What one segment showed may be in another, beyond where that was cut.
        look_up(searcher, &mut ways)?;
    }
    let mut exact = Ways {
        segments: ways.segments,
        written: BTreeMap::new(),
    };
    exact.put(fields.words, &stem, 1.0);
    exact.put(fields.exhibits, &stem, 0.7);
    exact.put(fields.names, word, 3.0);
    look_up(searcher, &mut exact)?;
    ways.written.extend(exact.written);
    Ok(ways)
}

/// Finds each way in each segment where it was not seen.
fn look_up(searcher: &Searcher, ways: &mut Ways) -> tantivy::Result<()> {
    for ((field, word), written) in &mut ways.written {
        for (term, segment) in written.terms.iter_mut().zip(searcher.segment_readers()) {
            if term.is_none() {
                *term = segment.inverted_index(*field)?.terms().get(word)?;
            }
        }
    }
    Ok(())
}

/// Words of a field that begin so, by segment; whether there are more.
fn beginning(
    searcher: &Searcher,
    field: Field,
    start: &str,
    mut put: impl FnMut(usize, &str, &TermInfo),
) -> tantivy::Result<bool> {
    let mut is_cut = false;
    for (place, segment) in searcher.segment_readers().iter().enumerate() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().range().ge(start).into_stream()?;
        let mut count = 0;
        while terms.advance() {
            match std::str::from_utf8(terms.key()) {
                Ok(term) if term.starts_with(start) && count < WAYS => put(place, term, terms.value()),
                Ok(term) if term.starts_with(start) => {
                    is_cut = true;
                    break;
                }
                _ => break,
            }
            count += 1;
        }
    }
    Ok(is_cut)
}

/// Words of a field that differ by so many letters at most, by segment; whether there are more.
fn near(
    searcher: &Searcher,
    field: Field,
    word: &str,
    wrong: u8,
    mut put: impl FnMut(usize, &str, &TermInfo),
) -> tantivy::Result<bool> {
    let query = FuzzyTermQuery::new(Term::from_field_text(field, word), wrong, true);
    let automaton = query.automaton()?;
    let mut is_cut = false;
    for (place, segment) in searcher.segment_readers().iter().enumerate() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().search(&automaton).into_stream()?;
        let mut count = 0;
        while terms.advance() {
            if count == WAYS {
                is_cut = true;
                break;
            }
            count += 1;
            if let Ok(term) = std::str::from_utf8(terms.key()) {
                put(place, term, terms.value());
            }
        }
    }
    Ok(is_cut)
}
