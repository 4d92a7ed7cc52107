//! Which documents hold every word of a question, and how well.
//!
//! tantivy's own union of many terms reads 4,096 documents ahead of each that it is asked about, and it is asked about few: one
//! person's. So documents are gone through here, beginning with whatever fewest have, and the rest is sought in those alone.

use tantivy::fieldnorm::FieldNormReader;
use tantivy::index::SegmentReader;
use tantivy::postings::{Postings as _, SegmentPostings, TermInfo};
use tantivy::query::Bm25Weight;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{DocId, DocSet as _, Result, TERMINATED};

/// One way to write a word, in one segment.
pub(super) struct Way<'a> {
    pub field: Field,
    pub term: &'a TermInfo,
    /// How well a document fits that has it; none if that says nothing.
    pub weight: Option<&'a Bm25Weight>,
    /// What is kept of where it was found.
    pub mark: u8,
}

/// A document that has all.
#[derive(Clone, Copy, Debug)]
pub(super) struct Meeting {
    pub doc: DocId,
    pub score: f32,
    pub marks: u8,
}

/// The living documents of a segment that have at least one way of each word, in order.
pub(super) fn meet(segment: &SegmentReader, words: &[Vec<Way<'_>>]) -> Result<Vec<Meeting>> {
    let size = |word: &Vec<Way<'_>>| word.iter().map(|way| u64::from(way.term.doc_freq)).sum::<u64>();
    let mut order: Vec<&Vec<Way<'_>>> = words.iter().collect();
    order.sort_by_key(|word| size(word));
    let Some((fewest, others)) = order.split_first() else {
        return Ok(Vec::new());
    };
    let mut met = any_of(segment, fewest)?;
    for word in others {
        if met.is_empty() {
            break;
        }
        met = narrow(segment, met, word)?;
    }
    Ok(met)
}

/// How well a document fits by one way alone.
struct Scores<'a> {
    weight: Option<&'a Bm25Weight>,
    norms: Option<FieldNormReader>,
}

impl<'a> Scores<'a> {
    fn of(segment: &SegmentReader, way: &Way<'a>) -> Result<Self> {
        let norms = match way.weight {
            Some(_) => Some(segment.get_fieldnorms_reader(way.field)?),
            None => None,
        };
        Ok(Self {
            weight: way.weight,
            norms,
        })
    }

    fn score(&self, postings: &SegmentPostings) -> f32 {
        match (self.weight, &self.norms) {
            (Some(weight), Some(norms)) => {
                weight.score(norms.fieldnorm_id(postings.doc()), postings.term_freq())
            }
            _ => 0.0,
        }
    }
}

fn open(segment: &SegmentReader, way: &Way<'_>) -> Result<SegmentPostings> {
    let record = match way.weight {
        Some(_) => IndexRecordOption::WithFreqs,
        None => IndexRecordOption::Basic,
    };
    let inverted = segment.inverted_index(way.field)?;
    Ok(inverted.read_postings_from_terminfo(way.term, record)?)
}

/// Every living document that has one of these.
fn any_of(segment: &SegmentReader, word: &[Way<'_>]) -> Result<Vec<Meeting>> {
    let mut met: Vec<Meeting> = Vec::new();
    for way in word {
        let (mut postings, scores) = (open(segment, way)?, Scores::of(segment, way)?);
        while postings.doc() != TERMINATED {
            met.push(Meeting {
                doc: postings.doc(),
                score: scores.score(&postings),
                marks: way.mark,
            });
            postings.advance();
        }
    }
    if let Some(alive) = segment.alive_bitset() {
        met.retain(|meeting| alive.is_alive(meeting.doc));
    }
    if word.len() > 1 {
        met.sort_unstable_by_key(|meeting| meeting.doc);
        met.dedup_by(|next, kept| {
            let same = next.doc == kept.doc;
            if same {
                kept.score += next.score;
                kept.marks |= next.marks;
            }
            same
        });
    }
    Ok(met)
}

/// Those of the documents that have one of these too.
fn narrow(segment: &SegmentReader, mut met: Vec<Meeting>, word: &[Way<'_>]) -> Result<Vec<Meeting>> {
    let mut has = vec![false; met.len()];
    for way in word {
        let (mut postings, scores) = (open(segment, way)?, Scores::of(segment, way)?);
        let mut at = 0;
        while let Some(meeting) = met.get_mut(at) {
            let doc = match postings.doc() {
                doc if doc < meeting.doc => postings.seek(meeting.doc),
                doc => doc,
            };
            if doc == meeting.doc {
                meeting.score += scores.score(&postings);
                meeting.marks |= way.mark;
                has[at] = true;
                at += 1;
            } else if doc == TERMINATED {
                break;
            } else {
                // Whichever is behind jumps.
                at += 1 + met[at + 1..].partition_point(|meeting| meeting.doc < doc);
            }
        }
    }
    let mut has = has.into_iter();
    met.retain(|_| has.next().unwrap_or_default());
    Ok(met)
}
