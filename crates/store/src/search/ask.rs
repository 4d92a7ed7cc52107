//! From a question to cases: every word must be found somewhere, whole, as the beginning of a longer word, or, in names,
//! with a letter or two wrong.

use std::collections::{BTreeMap, BTreeSet};

use domain::ids::{CaseId, PersonId};
use jiff::Timestamp;
use tantivy::collector::{Count, TopDocs};
use tantivy::query::{
    BooleanQuery, BoostQuery, ConstScoreQuery, EnableScoring, FuzzyTermQuery, Occur, Query, TermQuery,
};
use tantivy::schema::{Field, IndexRecordOption, Value as _};
use tantivy::{DocAddress, DocSet as _, Searcher, TantivyDocument, Term};

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

/// The ways to write one word of the question, in each field, and how much each counts.
type Ways = BTreeMap<(Field, String), f32>;

pub(super) fn find(
    searcher: &Searcher,
    fields: Fields,
    person: &PersonId,
    question: &str,
    from: usize,
    limit: usize,
) -> tantivy::Result<Found> {
    let asked = words::asked(question, WORDS);
    if asked.is_empty() {
        return Ok(Found::default());
    }
    let mut ways = Vec::new();
    for word in &asked {
        ways.push(ways_of(searcher, fields, word)?);
    }
    let theirs = Term::from_field_text(fields.reader, person.as_str());
    let theirs: Box<dyn Query> = Box::new(TermQuery::new(theirs, IndexRecordOption::Basic));
    let mut all: Vec<(Occur, Box<dyn Query>)> =
        vec![(Occur::Must, Box::new(ConstScoreQuery::new(theirs, 0.0)))];
    for ways in &ways {
        all.push((Occur::Must, Box::new(any_of(ways, None))));
    }
    let best = TopDocs::with_limit(limit.max(1))
        .and_offset(from)
        .order_by_score();
    let (best, all) = searcher.search(&BooleanQuery::new(all), &(best, Count))?;
    let mut places = Vec::new();
    for (field, place) in [
        (fields.words, Place::Case),
        (fields.exhibits, Place::Exhibit),
        (fields.names, Place::Name),
    ] {
        let any = ways
            .iter()
            .map(|ways| -> (Occur, Box<dyn Query>) { (Occur::Should, Box::new(any_of(ways, Some(field)))) });
        places.push((place, BooleanQuery::new(any.collect())));
    }
    let mut hits = Vec::new();
    for (_, at) in best {
        hits.push(hit(searcher, fields, at, &places)?);
    }
    Ok(Found { hits, all })
}

fn hit(
    searcher: &Searcher,
    fields: Fields,
    at: DocAddress,
    places: &[(Place, BooleanQuery)],
) -> tantivy::Result<Hit> {
    let document: TantivyDocument = searcher.doc(at)?;
    let case = document
        .get_first(fields.case)
        .and_then(|case| case.as_str())
        .unwrap_or_default();
    let mut found = BTreeSet::new();
    for (place, query) in places {
        let weight = query.weight(EnableScoring::disabled_from_searcher(searcher))?;
        let mut docs = weight.scorer(searcher.segment_reader(at.segment_ord), 1.0)?;
        if docs.doc() <= at.doc_id && docs.seek(at.doc_id) == at.doc_id {
            found.insert(*place);
        }
    }
    Ok(Hit {
        case: CaseId::new(case),
        changed_at: time(&document, fields.changed).unwrap_or(Timestamp::MIN),
        until: time(&document, fields.until),
        places: found,
    })
}

fn any_of(ways: &Ways, only: Option<Field>) -> BooleanQuery {
    let wanted = ways
        .iter()
        .filter(|((field, _), _)| only.is_none_or(|only| only == *field));
    let queries = wanted.map(|((field, word), counts)| -> (Occur, Box<dyn Query>) {
        let term = Term::from_field_text(*field, word);
        let one = TermQuery::new(term, IndexRecordOption::WithFreqs);
        (Occur::Should, Box::new(BoostQuery::new(Box::new(one), *counts)))
    });
    BooleanQuery::new(queries.collect())
}

fn ways_of(searcher: &Searcher, fields: Fields, word: &str) -> tantivy::Result<Ways> {
    let letters = word.chars().count();
    let wrong = match letters {
        TWO_WRONG.. => 2,
        ONE_WRONG.. => 1,
        _ => 0,
    };
    let stem = words::stem(word);
    let mut ways = Ways::new();
    let mut put = |field, word: String, counts: f32| {
        let known = ways.entry((field, word)).or_insert(counts);
        *known = known.max(counts);
    };
    if letters >= BEGINNING {
        for (field, start, counts) in [
            (fields.words, stem.as_str(), 0.4),
            (fields.exhibits, stem.as_str(), 0.3),
            (fields.names, word, 1.0),
        ] {
            beginning(searcher, field, start)?
                .into_iter()
                .for_each(|word| put(field, word, counts));
        }
    }
    // Numbers are right or wrong.
    if wrong > 0 && word.chars().all(char::is_alphabetic) {
        for near in near(searcher, fields.names, word, wrong)? {
            put(fields.names, near, 1.0);
        }
    }
    put(fields.words, stem.clone(), 1.0);
    put(fields.exhibits, stem, 0.7);
    put(fields.names, word.to_owned(), 3.0);
    Ok(ways)
}

/// Words of a field that begin so.
fn beginning(searcher: &Searcher, field: Field, start: &str) -> tantivy::Result<BTreeSet<String>> {
    let mut found = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().range().ge(start).into_stream()?;
        let mut count = 0;
        while count < WAYS && terms.advance() {
            count += 1;
            match std::str::from_utf8(terms.key()) {
                Ok(term) if term.starts_with(start) => found.insert(term.to_owned()),
                _ => break,
            };
        }
    }
    Ok(found)
}

/// Words of a field that differ by so many letters at most.
fn near(searcher: &Searcher, field: Field, word: &str, wrong: u8) -> tantivy::Result<BTreeSet<String>> {
    let query = FuzzyTermQuery::new(Term::from_field_text(field, word), wrong, true);
    let mut found = BTreeSet::new();
    for segment in searcher.segment_readers() {
        let inverted = segment.inverted_index(field)?;
        let mut terms = inverted.terms().search(query.automaton()?).into_stream()?;
        let mut count = 0;
        while count < WAYS && terms.advance() {
            count += 1;
            if let Ok(term) = std::str::from_utf8(terms.key()) {
                found.insert(term.to_owned());
            }
        }
    }
    Ok(found)
}
