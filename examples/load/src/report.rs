//! What a run found: a table for people, JSON for programs.

use std::fmt::{self, Write as _};

use serde::{Serialize, Serializer};

use crate::stats::Spread;

/// The figures of one run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    /// What was measured.
    pub(crate) scenario: &'static str,
    /// The settings that matter for the figures.
    #[serde(serialize_with = "as_map")]
    pub(crate) settings: Vec<(String, String)>,
    /// What was found.
    pub(crate) figures: Vec<Figure>,
}

/// One figure.
#[derive(Debug, Serialize)]
pub(crate) struct Figure {
    /// What it is.
    pub(crate) name: String,
    /// Over all rounds; a figure that is measured once is a round alone.
    #[serde(flatten)]
    pub(crate) spread: Spread,
    /// Its unit.
    pub(crate) unit: &'static str,
    /// What the median must not exceed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bound: Option<f64>,
}

impl Report {
    /// An empty report.
    pub(crate) fn new(scenario: &'static str) -> Self {
        Self {
            scenario,
            settings: Vec::new(),
            figures: Vec::new(),
        }
    }

    /// Notes a setting.
    pub(crate) fn setting(&mut self, name: &str, value: impl fmt::Display) {
        self.settings.push((name.to_owned(), value.to_string()));
    }

    /// Adds a figure of several rounds; without rounds there is none.
    pub(crate) fn rounds(&mut self, name: impl Into<String>, unit: &'static str, values: &[f64]) {
        self.push(name, unit, values, None);
    }

    /// Adds a figure of several rounds whose median must not exceed `bound`.
    pub(crate) fn bounded(
        &mut self,
        name: impl Into<String>,
        unit: &'static str,
        values: &[f64],
        bound: f64,
    ) {
        self.push(name, unit, values, Some(bound));
    }

    fn push(&mut self, name: impl Into<String>, unit: &'static str, values: &[f64], bound: Option<f64>) {
        if let Some(spread) = Spread::of(values) {
            self.figures.push(Figure {
                name: name.into(),
                spread,
                unit,
                bound,
            });
        }
    }

    /// Prints the report to standard output.
    pub(crate) fn print(&self, json: bool) {
        if json {
            println!(
                "{}",
                serde_json::to_string_pretty(self).expect("numbers and strings serialise")
            );
        } else {
            print!("{}", self.table());
        }
    }

    fn table(&self) -> String {
        let mut rows = vec![["", "median", "min", "max", "unit", "bound", ""].map(str::to_owned)];
        rows.extend(self.figures.iter().map(Figure::row));
        let width = |column: usize| {
            rows.iter()
                .map(|row| row[column].chars().count())
                .max()
                .unwrap_or(0)
        };
        let widths: [usize; 7] = std::array::from_fn(width);
        let mut out = format!("{}\n", self.scenario);
        for (name, value) in &self.settings {
            let _ = writeln!(out, "  {name}: {value}");
        }
        out.push('\n');
        for row in rows {
            let mut line = String::new();
            for (column, (cell, width)) in row.iter().zip(widths).enumerate() {
                let _ = match column {
                    0 | 4 | 6 => write!(line, "{cell:<width$}  "),
                    _ => write!(line, "{cell:>width$}  "),
                };
            }
            out.push_str(line.trim_end());
            out.push('\n');
        }
        out
    }
}

impl Figure {
    fn row(&self) -> [String; 7] {
        let alone = self.spread.rounds == 1;
        let side = |value| if alone { String::new() } else { number(value) };
        let verdict = match self.bound {
            Some(bound) if self.spread.median <= bound => "ok",
            Some(_) => "MISSED",
            None => "",
        };
        [
            self.name.clone(),
            number(self.spread.median),
            side(self.spread.min),
            side(self.spread.max),
            self.unit.to_owned(),
            self.bound
                .map(|bound| format!("≤ {}", number(bound)))
                .unwrap_or_default(),
            verdict.to_owned(),
        ]
    }
}

fn as_map<S: Serializer>(settings: &[(String, String)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(settings.iter().map(|(name, value)| (name, value)))
}

/// Four digits that mean something, and no more.
fn number(value: f64) -> String {
    match value.abs() {
        size if size >= 1000.0 => format!("{value:.0}"),
        size if size >= 100.0 => format!("{value:.1}"),
        size if size >= 10.0 => format!("{value:.2}"),
        _ => format!("{value:.3}"),
    }
}

/// Tells how far a run is, on standard error.
pub(crate) fn progress(text: &str) {
    eprintln!("load: {text}");
}

#[cfg(test)]
mod tests {
    use super::Report;

    fn sample() -> Report {
        let mut report = Report::new("fan-out");
        report.setting("subscribers", 1000);
        report.rounds("server, per delivery", "ns", &[4100.4, 3900.0, 4000.0]);
        report.bounded("× floor", "", &[1.2], 1.25);
        report.bounded("× floor, bursts", "", &[1.5], 1.45);
        report.rounds("nothing was measured", "ns", &[]);
        report
    }

    #[test]
    fn a_table_is_aligned_and_says_what_was_missed() {
        let expected = [
            "fan-out",
            "  subscribers: 1000",
            "",
            "                      median   min   max  unit    bound",
            "server, per delivery    4000  3900  4100  ns",
            "× floor                1.200                    ≤ 1.250  ok",
            "× floor, bursts        1.500                    ≤ 1.450  MISSED",
        ];
        assert_eq!(sample().table().lines().collect::<Vec<_>>(), expected);
    }

    #[test]
    fn json_has_the_same_figures() {
        let value = serde_json::to_value(sample()).unwrap();
        assert_eq!(value["settings"]["subscribers"], "1000");
        assert_eq!(value["figures"][0]["median"], 4000.0);
        assert_eq!(value["figures"][1]["bound"], 1.25);
        assert_eq!(value["figures"][0]["rounds"], 3);
        assert_eq!(value["figures"].as_array().unwrap().len(), 3);
    }
}
