//! Replays golden data: what Spring's own `AntPathMatcher` answers.
//!
//! A row has six columns, separated by tabs: kind, separator, pattern, second pattern, path, answer. The kinds are
//! `M` (does it match, and with which variables), `C` (which pattern is more specific), `J` (how two patterns join)
//! and `P` (is a text a pattern). An answer of `!` means that Spring raises an error.

mod answer;
mod rule;

use std::{
    collections::BTreeMap,
    fmt,
    io::{self, BufRead},
};

pub use self::rule::{RULES, Rule};

/// One row of golden data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row<'a> {
    /// `M`, `C`, `J` or `P`.
    pub kind: &'a str,
    /// `/` or `.`.
    pub separator: &'a str,
    /// The pattern, the first of two, or the text.
    pub first: &'a str,
    /// The second pattern of `C` and `J`.
    pub second: &'a str,
    /// The path of `M` and `C`.
    pub path: &'a str,
    /// What Spring answers.
    pub answer: &'a str,
}

impl<'a> Row<'a> {
    fn read(line: &'a str) -> Option<Self> {
        let mut columns = line.split('\t');
        let mut next = || columns.next();
        let row = Self {
            kind: next()?,
            separator: next()?,
            first: next()?,
            second: next()?,
            path: next()?,
            answer: next()?,
        };
        columns.next().is_none().then_some(row)
    }
}

/// A row that this project answers differently, without a rule that says why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mismatch {
    /// The number of the line, from 1.
    pub line: usize,
    /// The line.
    pub row: String,
    /// What this project answers.
    pub ours: String,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}: {:?}, ours: {}", self.line, self.row, self.ours)
    }
}

/// What a replay found.
#[derive(Debug, Default)]
pub struct Report {
    /// How many rows there are of each kind.
    pub rows: BTreeMap<String, usize>,
    /// How many rows each rule explains, by the rule's name.
    pub explained: BTreeMap<&'static str, usize>,
    /// The rows that nothing explains.
    pub mismatches: Vec<Mismatch>,
}

impl Report {
    /// The rules that no row uses.
    pub fn unused_rules(&self) -> impl Iterator<Item = &'static Rule> + '_ {
        RULES
            .iter()
            .filter(|rule| !self.explained.contains_key(rule.name))
    }
}

/// Replays golden data. A row that cannot be read, or is of an unknown kind, counts as a mismatch.
///
/// # Errors
///
/// What the reader raises, text that is not UTF-8 included.
pub fn check(reader: impl BufRead) -> io::Result<Report> {
    let mut report = Report::default();
    for (index, line) in reader.split(b'\n').enumerate() {
        let line = String::from_utf8(line?).map_err(io::Error::other)?;
        report.replay(index + 1, &line);
    }
    Ok(report)
}

impl Report {
    fn replay(&mut self, number: usize, line: &str) {
        let Some(row) = Row::read(line) else {
            return self.mismatch(number, line, "not six columns".to_owned());
        };
        let Some(ours) = answer::answer(&row) else {
            return self.mismatch(number, line, "unknown kind or separator".to_owned());
        };
        *self.rows.entry(row.kind.to_owned()).or_default() += 1;
        if ours == row.answer {
            return;
        }
        match RULES.iter().find(|rule| (rule.applies)(&row, &ours)) {
            Some(rule) => *self.explained.entry(rule.name).or_default() += 1,
            None => self.mismatch(number, line, ours),
        }
    }

    fn mismatch(&mut self, line: usize, row: &str, ours: String) {
        self.mismatches.push(Mismatch {
            line,
            row: row.to_owned(),
            ours,
        });
    }
}
