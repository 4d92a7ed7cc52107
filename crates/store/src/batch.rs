//! Many rows in few statements: each statement is a trip to the database, a row more in it is nearly free.

/// Cuts `rows` into pieces whose lengths are among `sizes` (descending, ending in 1), the largest first.
pub(crate) fn pieces<'a, T>(mut rows: &'a [T], sizes: &'static [usize]) -> impl Iterator<Item = &'a [T]> {
    std::iter::from_fn(move || {
        let size = *sizes.iter().find(|size| **size <= rows.len())?;
        let (piece, rest) = rows.split_at(size);
        rows = rest;
        Some(piece)
    })
}
