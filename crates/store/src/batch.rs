//! Many rows in few statements: each statement is a trip to the database, a row more in it is nearly free.

/// Rows for a statement that inserts `small` rows, or for one that inserts `large` and is given more: `run` gets
/// exactly as many as its statement takes, since the last is repeated to fill up. The statements therefore end in
/// `ON CONFLICT DO NOTHING`, and the rows must be different ones.
pub(crate) struct Padded<'a, T> {
    rows: &'a [T],
    small: usize,
    large: usize,
}

impl<'a, T> Padded<'a, T> {
    pub(crate) fn new(rows: &'a [T], small: usize, large: usize) -> Self {
        Self { rows, small, large }
    }
}

impl<'a, T> Iterator for Padded<'a, T> {
    /// How many rows the statement takes, and those rows.
    type Item = (usize, Vec<&'a T>);

    fn next(&mut self) -> Option<Self::Item> {
        let size = if self.rows.len() <= self.small {
            self.small
        } else {
            self.large
        };
        let (now, rest) = self.rows.split_at(self.rows.len().min(size));
        let last = now.last()?;
        self.rows = rest;
        let filled = now.iter().chain(std::iter::repeat(last)).take(size).collect();
        Some((size, filled))
    }
}
