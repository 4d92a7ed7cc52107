//! What is wrong with the settings, and what the right name would have been.

use std::fmt;

/// Everything that is wrong, told at once.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<String>);

impl Faults {
    /// One fault, in a sentence that begins with the setting's name.
    pub fn of(fault: String) -> Self {
        Self(vec![fault])
    }

    pub fn add(&mut self, fault: String) {
        self.0.push(fault);
    }

    /// Goes on only if nothing was wrong.
    ///
    /// # Errors
    /// These faults.
    pub fn none(&mut self) -> Result<(), Self> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(std::mem::take(self))
        }
    }

    pub fn iter(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(String::as_str)
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let [one] = self.0.as_slice() {
            return f.write_str(one);
        }
        write!(f, "{} settings are wrong", self.0.len())?;
        self.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
    }
}

impl std::error::Error for Faults {}

/// The name that was probably meant: the one with the fewest letters to change.
pub fn nearest<'a>(name: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known.min_by_key(|known| distance(name, known))
}

/// How many letters must be put in, taken out or changed (Levenshtein).
fn distance(from: &str, to: &str) -> usize {
    let to: Vec<char> = to.chars().collect();
    let mut row: Vec<usize> = (0..=to.len()).collect();
    for (line, letter) in from.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = line + 1;
        for (column, other) in to.iter().enumerate() {
            let changed = diagonal + usize::from(letter != *other);
            diagonal = row[column + 1];
            row[column + 1] = changed.min(diagonal + 1).min(row[column] + 1);
        }
    }
    row[to.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_count_the_letters_to_change() {
        for (from, to, letters) in [
            ("", "", 0),
            ("abc", "", 3),
            ("listn", "listen", 1),
            ("kitten", "sitting", 3),
        ] {
            assert_eq!(distance(from, to), letters, "{from} {to}");
            assert_eq!(distance(to, from), letters, "{to} {from}");
        }
        let known = ["VAERN_LISTEN", "VAERN_LMTP", "VAERN_DATABASE_URL"];
        assert_eq!(
            nearest("VAERN_DATABSE_URL", known.into_iter()),
            Some("VAERN_DATABASE_URL")
        );
    }
}
