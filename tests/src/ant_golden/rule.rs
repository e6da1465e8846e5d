//! Where this project answers differently on purpose.

use std::fmt;

use stomp_core::destination::{Pattern, PatternErrorKind};

use super::{Row, answer::separator};

/// A difference on purpose.
pub struct Rule {
    /// A short name.
    pub name: &'static str,
    /// Why the difference is wanted.
    pub reason: &'static str,
    /// Whether the rule explains this row, given this project's answer.
    pub(super) applies: fn(&Row<'_>, &str) -> bool,
}

impl fmt::Debug for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name, self.reason)
    }
}

/// All differences on purpose. One that no row of the golden data uses fails the test.
pub const RULES: &[Rule] = &[Rule {
    name: "broken patterns are refused at once",
    reason: "Spring compiles an expression when a path first gets to its segment, so a subscription with a \
             broken one is accepted and fails later, at other people's messages. `Pattern::parse` refuses it, \
             also for the paths that would not get that far.",
    applies: |row, ours| row.kind == "M" && row.answer == "-" && ours == "!" && is_broken(row),
}];

/// Whether the pattern is refused for a reason that is an error in Spring as well.
fn is_broken(row: &Row<'_>) -> bool {
    let Some(separator) = separator(row) else {
        return false;
    };
    Pattern::parse(row.first, separator).is_err_and(|error| {
        matches!(
            error.kind,
            PatternErrorKind::Expression(_)
                | PatternErrorKind::CapturingGroup
                | PatternErrorKind::RestNotAllowed
        )
    })
}
