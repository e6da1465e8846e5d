//! What was said so far: what a failed expectation shows.

use std::{collections::VecDeque, fmt, panic::Location};

use super::Frame;

/// Lines that are kept: enough to see what led to a failure.
const MOST: usize = 100;

/// The conversation of one client, a line for each frame.
#[derive(Debug, Default)]
pub(super) struct Transcript {
    lines: VecDeque<String>,
    left_out: usize,
}

impl Transcript {
    pub(super) fn sent(&mut self, frame: &stomp_core::Frame) {
        self.line(format!("> {}", Frame(frame.clone())));
    }

    pub(super) fn received(&mut self, frame: &Frame) {
        self.line(format!("< {frame}"));
    }

    pub(super) fn note(&mut self, what: &str) {
        self.line(format!("  ({what})"));
    }

    /// Fails the test: `awaited` is what a line of the test waited for, `came` what happened instead.
    pub(super) fn fail(&self, at: &Location<'_>, awaited: &str, came: &str) -> ! {
        panic!("{awaited} was awaited at {at}, and {came}; the conversation so far:\n{self}")
    }

    fn line(&mut self, line: String) {
        if self.lines.len() == MOST {
            self.lines.pop_front();
            self.left_out += 1;
        }
        self.lines.push_back(line);
    }
}

impl fmt::Display for Transcript {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.left_out > 0 {
            writeln!(f, "  ({} lines are left out)", self.left_out)?;
        }
        for line in &self.lines {
            writeln!(f, "  {line}")?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn old_lines_are_left_out_and_counted() {
        let mut transcript = Transcript::default();
        for n in 0..=MOST {
            transcript.note(&n.to_string());
        }
        let shown = transcript.to_string();
        assert!(
            shown.starts_with("  (1 lines are left out)\n    (1)\n"),
            "{shown}"
        );
        assert!(shown.ends_with("    (100)\n"), "{shown}");
    }
}
