//! What a migration does, in words, and whether a program that doesn't know it can go on beside it.
//!
//! Additive is what an older program's statements don't notice: a new table, an index, a column that may be left out, rows in a
//! table that is new itself. Everything else is not, also what isn't understood here.

use std::collections::BTreeSet;

/// What a migration would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SchemaChange {
    pub version: i64,
    pub name: String,
    /// One line a statement.
    pub effects: Vec<String>,
    /// Whether programs of the version before can go on working while and after it is done.
    pub is_additive: bool,
}

impl SchemaChange {
    /// Reads a migration's text.
    #[must_use]
    pub fn read(version: i64, name: &str, sql: &str) -> Self {
        let mut made = BTreeSet::new();
        let mut change = Self {
            version,
            name: name.to_owned(),
            effects: Vec::new(),
            is_additive: true,
        };
        for statement in statements(sql) {
            let (effect, is_additive) = effect(&statement, &mut made);
            change.effects.push(effect);
            change.is_additive &= is_additive;
        }
        change
    }
}

/// The statements of a text as words, without comments. Migrations have no semicolon inside a literal; one that had would be read
/// as two statements of which the second is not understood, and so be not additive.
fn statements(sql: &str) -> Vec<Vec<String>> {
    let without_comments: Vec<&str> = sql
        .lines()
        .map(|line| line.split_once("--").map_or(line, |(before, _)| before))
        .collect();
    let text = without_comments.join(" ").replace('(', " ( ").replace(')', " ) ");
    text.split(';')
        .map(|statement| statement.split_whitespace().map(str::to_owned).collect())
        .filter(|words: &Vec<String>| !words.is_empty())
        .collect()
}

fn effect(words: &[String], made: &mut BTreeSet<String>) -> (String, bool) {
    let upper: Vec<String> = words.iter().map(|word| word.to_ascii_uppercase()).collect();
    let upper: Vec<&str> = upper.iter().map(String::as_str).collect();
    let name = |at: usize| words.get(at).cloned().unwrap_or_default();
    match upper.as_slice() {
        ["CREATE", "TABLE", "IF", "NOT", "EXISTS", ..] | ["CREATE", "TABLE", "(", ..] => {
            not_understood(words)
        }
        ["CREATE", "TABLE", ..] => {
            made.insert(name(2));
            (format!("makes the table {}", name(2)), true)
        }
        ["CREATE", "INDEX", _, "ON", ..] => (format!("makes an index of {}", name(4)), true),
        // Rows that an older program writes could break it, but not where it knows no such table.
        ["CREATE", "UNIQUE", "INDEX", _, "ON", ..] => {
            let table = name(5);
            let known = made.contains(&table);
            (format!("makes values of {table} unique"), known)
        }
        ["ALTER", "TABLE", _, "ADD", "COLUMN", rest @ ..] => {
            let optional = !rest.windows(2).any(|pair| pair == ["NOT", "NULL"]) || rest.contains(&"DEFAULT");
            let plain = !rest.contains(&"UNIQUE") && !rest.contains(&"CHECK") && !rest.contains(&"PRIMARY");
            (format!("adds {} to {}", name(5), name(2)), optional && plain)
        }
        ["INSERT", "INTO", ..] => (format!("writes rows into {}", name(2)), made.contains(&name(2))),
        _ => not_understood(words),
    }
}

fn not_understood(words: &[String]) -> (String, bool) {
    let shown: Vec<&str> = words.iter().take(6).map(String::as_str).collect();
    (format!("changes what is there: {} …", shown.join(" ")), false)
}

#[cfg(test)]
mod tests {
    use super::SchemaChange;

    fn additive(sql: &str) -> bool {
        SchemaChange::read(1, "made up", sql).is_additive
    }

    #[test]
    fn every_migration_of_ours_leaves_an_older_program_working() {
        for migration in super::super::migrate::MIGRATIONS.iter() {
            let change =
                SchemaChange::read(migration.version, &migration.description, migration.sql.as_str());
            assert!(
                change.is_additive,
                "migration {} is not additive: {:#?}\nAn older node writes on beside it in a rolling upgrade: expand first, \
                 contract a version later",
                change.version, change.effects
            );
            assert!(!change.effects.is_empty());
        }
    }

    #[test]
    fn what_an_older_program_would_notice_is_not_additive() {
        let not = [
            "DROP TABLE jobs",
            "ALTER TABLE jobs DROP COLUMN lane",
            "ALTER TABLE jobs RENAME COLUMN lane TO queue",
            "ALTER TABLE jobs ADD COLUMN node TEXT NOT NULL",
            "ALTER TABLE jobs ADD COLUMN node TEXT UNIQUE",
            "CREATE UNIQUE INDEX one ON jobs (name)",
            "UPDATE jobs SET lane = 'slow'",
            "DELETE FROM jobs",
            "INSERT INTO jobs (id) VALUES ('x')",
            "CREATE TABLE ( x TEXT )",
            "something else",
        ];
        for sql in not {
            assert!(!additive(sql), "{sql}");
            // Also after what is.
            assert!(
                !additive(&format!("CREATE TABLE new (id TEXT);\n{sql};")),
                "{sql}"
            );
        }
    }

    #[test]
    fn what_it_would_not_notice_is() {
        let sql = "-- A comment; with a semicolon.\nCREATE TABLE new (\n id TEXT PRIMARY KEY, -- why\n at BIGINT NOT NULL\n);\n\
                   CREATE UNIQUE INDEX new_at ON new (at);\nCREATE INDEX jobs_at ON jobs(run_at);\n\
                   ALTER TABLE jobs ADD COLUMN node TEXT;\nALTER TABLE jobs ADD COLUMN lane TEXT NOT NULL DEFAULT '';\n\
                   INSERT INTO new (id, at) SELECT id, run_at FROM jobs;";
        let change = SchemaChange::read(30, "new", sql);
        assert!(change.is_additive, "{:#?}", change.effects);
        assert_eq!(
            change.effects,
            [
                "makes the table new",
                "makes values of new unique",
                "makes an index of jobs",
                "adds node to jobs",
                "adds lane to jobs",
                "writes rows into new",
            ]
        );
    }
}
