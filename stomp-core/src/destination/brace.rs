//! Where a variable ends.

/// Finds the end of variables in one segment.
///
/// Spring looks for them with the expression `\{((?:\{[^/]+?}|[^/{}]|\\[{}])+?)}`: braces nest one deep, so that
/// `{id:[0-9]{2}}` is one variable, and the nearest end wins. This is that search, written out: alternatives are
/// tried in the engine's order, and a place that led nowhere is never tried again, which bounds the work by the
/// square of the segment's length.
pub(super) struct Braces<'a> {
    octets: &'a [u8],
    tried: Vec<bool>,
}

/// What is still to be tried.
enum Choice {
    /// The variable's content goes on here.
    Content(usize),
    /// A nested pair of braces may end here or later.
    Nested(usize),
}

impl<'a> Braces<'a> {
    pub(super) fn new(segment: &'a str) -> Self {
        Self {
            octets: segment.as_bytes(),
            tried: Vec::new(),
        }
    }

    /// Behind the `}` of the variable whose `{` is at `open`; `None` if that brace is literal text.
    pub(super) fn end_of(&mut self, open: usize) -> Option<usize> {
        self.tried.resize(self.octets.len(), false);
        let mut choices = Vec::new();
        self.go_on(open + 1, &mut choices);
        while let Some(choice) = choices.pop() {
            match choice {
                Choice::Content(at) if self.octets.get(at) == Some(&b'}') => return Some(at + 1),
                Choice::Content(at) => {
                    if self
                        .tried
                        .get_mut(at)
                        .is_some_and(|tried| !std::mem::replace(tried, true))
                    {
                        self.go_on(at, &mut choices);
                    }
                }
                Choice::Nested(from) => {
                    if let Some(close) = self.next_close(from) {
                        choices.push(Choice::Nested(close + 1));
                        choices.push(Choice::Content(close + 1));
                    }
                }
            }
        }
        None
    }

    /// What the content can go on with at this place; what is to be tried first comes last.
    fn go_on(&self, at: usize, choices: &mut Vec<Choice>) {
        match self.octets.get(at) {
            // at least one character between the nested braces, which may be a closing one
            Some(b'{') => choices.push(Choice::Nested(at + 2)),
            Some(b'\\') => {
                if matches!(self.octets.get(at + 1), Some(b'{' | b'}')) {
                    choices.push(Choice::Content(at + 2));
                }
                choices.push(Choice::Content(at + 1));
            }
            Some(b'}') | None => {}
            Some(_) => choices.push(Choice::Content(at + 1)),
        }
    }

    fn next_close(&self, from: usize) -> Option<usize> {
        let rest = self.octets.get(from..)?;
        Some(from + rest.iter().position(|octet| *octet == b'}')?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn variable(segment: &str) -> Option<&str> {
        let open = segment.find('{')?;
        Some(&segment[open..Braces::new(segment).end_of(open)?])
    }

    #[test]
    fn a_variable_ends_at_the_nearest_brace_that_makes_sense() {
        let table = [
            ("a{x}b}", Some("{x}")),
            ("{id:[0-9]{2}}", Some("{id:[0-9]{2}}")),
            ("{a{b}{c}}", Some("{a{b}{c}}")),
            (r"{a\}b}", Some(r"{a\}")),
            (r"{a\{b}", Some(r"{a\{b}")),
            ("{ü😀}", Some("{ü😀}")),
            ("{a", None),
            ("{}", None),
            ("{{}", None),
            ("{a{b}", None),
            ("{{b}}", Some("{{b}}")),
        ];
        for (segment, expected) in table {
            assert_eq!(variable(segment), expected, "{segment}");
        }
    }

    /// Rows: ROUTE-53
    #[test]
    fn hostile_braces_take_bounded_work() {
        let mut segment = "{a".repeat(1000) + &"}".repeat(1000) + "{";
        segment.push_str(&r"\{".repeat(1000));
        let mut braces = Braces::new(&segment);
        for (open, _) in segment.match_indices('{') {
            braces.end_of(open);
        }
    }
}
