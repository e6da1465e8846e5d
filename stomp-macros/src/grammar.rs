//! The destination grammar at the literals of the attributes.

use std::ops::Range;

use stomp_core::destination::{self, PatternError, Separator, join, variable_name};
use syn::LitStr;

use crate::diag::in_literal;

/// The pattern of a mapping, prefix of the controller included.
///
/// Which separator the application will have is not known here, nor what `${…}` stands for. The text is read as that
/// of an application with slashes; where that fails and it has dots that may separate, as that of one with dots. The
/// application joins and reads the parts anew.
#[derive(Debug, Clone)]
pub(crate) struct Pattern {
    parsed: destination::Pattern,
    pub(crate) prefix: String,
    pub(crate) destination: String,
    /// It may mean something else to the application: how it compares with others is left to its build.
    uncertain: bool,
}

impl Pattern {
    /// A destination, or a prefix, by itself.
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let destination = literal.value();
        refuse_spel(literal)?;
        let text = masked(&destination);
        if let Some(at) = colon_segment(&text) {
            let name = destination[at.start + 1..at.end].to_owned();
            let message =
                format!("`:{name}` is plain text here, no variable: write `{{{name}}}` or `<{name}>`");
            return Err(in_literal(literal, at, message));
        }
        let parsed = read(&text, |text, separator| {
            destination::Pattern::parse_mapping(text, separator)
        })
        .map_err(|error| in_literal(literal, error.at.clone(), error))?;
        Ok(Self {
            parsed,
            prefix: String::new(),
            uncertain: is_uncertain(&destination),
            destination,
        })
    }

    /// `prefix` and `tail`, both sound, in one.
    pub(crate) fn joined(prefix: &LitStr, tail: &LitStr) -> syn::Result<Self> {
        let (prefix, destination) = (prefix.value(), tail.value());
        let (first, second) = (masked(&prefix), masked(&destination));
        let joined = read(&format!("{first}{second}"), |apart, separator| {
            join_parts(&first, &second, separator).map_err(|(joined, why)| {
                let text = joined.as_deref().unwrap_or(apart);
                format!("with the prefix of the controller the destination is \"{text}\": {why}")
            })
        });
        Ok(Self {
            parsed: joined.map_err(|message| syn::Error::new(tail.span(), message))?,
            uncertain: is_uncertain(&prefix) || is_uncertain(&destination),
            prefix,
            destination,
        })
    }

    /// Is it the same in every application?
    pub(crate) fn is_certain(&self) -> bool {
        !self.uncertain
    }

    /// With variables in the spelling `{name}`; `${…}` as written.
    pub(crate) fn text(&self) -> String {
        if has_property(&self.prefix) || has_property(&self.destination) {
            let separator = self.parsed.separator().as_char();
            return match (&*self.prefix, &*self.destination) {
                (one, "") | ("", one) => one.to_owned(),
                (prefix, tail) => format!(
                    "{}{separator}{}",
                    prefix.trim_end_matches(separator),
                    tail.trim_start_matches(separator)
                ),
            };
        }
        self.parsed.as_str().to_owned()
    }

    /// The Rust names of the variables.
    pub(crate) fn variables(&self) -> impl Iterator<Item = &str> {
        self.parsed.variables()
    }

    /// Could a destination match both, with neither pattern more specific than the other? Two regular expressions may
    /// exclude each other, which nobody can tell. Of what means something else to another application only the very
    /// same texts are known to be the same.
    pub(crate) fn ambiguous_with(&self, other: &Self) -> bool {
        if !(self.is_certain() && other.is_certain()) {
            return (&self.prefix, &self.destination) == (&other.prefix, &other.destination);
        }
        let same = self.text() == other.text();
        let tied = self.parsed.overlaps(&other.parsed) && self.parsed.specificity(&other.parsed).is_eq();
        same || (tied && !(self.has_expression() && other.has_expression()))
    }

    fn has_expression(&self) -> bool {
        let mut rest = self.parsed.as_str();
        while let Some((_, inside)) = rest.split_once('{') {
            let name_end = inside
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '-')
                .unwrap_or(inside.len());
            if inside[name_end..].starts_with(':') {
                return true;
            }
            rest = &inside[name_end..];
        }
        false
    }
}

/// Reads a text with slashes, or with dots where it may be meant so. The error is that of the likelier reading.
fn read<T, E>(text: &str, parse: impl Fn(&str, Separator) -> Result<T, E>) -> Result<T, E> {
    let likelier = separator(text);
    let other = match likelier {
        Separator::Slash => Separator::Dot,
        Separator::Dot => Separator::Slash,
    };
    parse(text, likelier).or_else(|error| match is_uncertain(text) {
        true => parse(text, other).map_err(|_| error),
        false => Err(error),
    })
}

/// The pattern, or as far as it came and why not further.
fn join_parts(
    first: &str,
    second: &str,
    separator: Separator,
) -> Result<destination::Pattern, (Option<String>, String)> {
    let spelt = |text: &str| -> Result<String, PatternError> {
        match text {
            "" => Ok(String::new()),
            text => Ok(destination::Pattern::parse_mapping(text, separator)?
                .as_str()
                .to_owned()),
        }
    };
    let failed = |error: PatternError| (None, error.to_string());
    let (first, second) = (spelt(first).map_err(failed)?, spelt(second).map_err(failed)?);
    let joined = join(&first, &second, separator).map_err(|error| (None, error.to_string()))?;
    destination::Pattern::parse_mapping(&joined, separator).map_err(|error| (Some(joined), error.to_string()))
}

/// May it mean something else to an application than it does here? It has a `${…}`, or a dot outside of braces, which
/// separates in some.
fn is_uncertain(text: &str) -> bool {
    let mut depth = 0_usize;
    has_property(text)
        || text.chars().any(|letter| {
            match letter {
                '{' | '<' => depth += 1,
                '}' | '>' => depth = depth.saturating_sub(1),
                _ => {}
            }
            letter == '.' && depth == 0
        })
}

/// Is there a `${name}` that only the application can put in?
fn has_property(text: &str) -> bool {
    text.contains("${")
}

/// Spring evaluates `#{…}` as an expression. `#{name}` and `#{name:…}` are variables behind a `#` here.
fn refuse_spel(literal: &LitStr) -> syn::Result<()> {
    match spel(&literal.value()) {
        Some(at) => Err(in_literal(
            literal,
            at,
            "there are no expressions as in Spring's SpEL: `${name}` takes a property of the application, `{name}` a variable \
             of the destination",
        )),
        None => Ok(()),
    }
}

fn spel(text: &str) -> Option<Range<usize>> {
    let mut depth = 0_usize;
    let mut open = None;
    for (at, letter) in text.char_indices() {
        match letter {
            '{' => {
                if depth == 0 && text[..at].ends_with('#') {
                    open = Some(at);
                }
                depth += 1;
            }
            '}' => {
                depth = depth.saturating_sub(1);
                if let (0, Some(open)) = (depth, open.take_if(|_| depth == 0)) {
                    let is_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-');
                    let behind = text[open + 1..at].trim_start_matches(is_name);
                    if !(behind.is_empty() || behind.starts_with(':')) {
                        return Some(open - 1..at + 1);
                    }
                }
            }
            _ => {}
        }
    }
    None
}

/// The text with each `${…}` replaced by as many octets of no meaning, so that places stay what they are. One that is
/// never closed reaches to the end; the application refuses it.
fn masked(text: &str) -> String {
    let mut masked = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(open) = rest.find("${") {
        let mut depth = 0_usize;
        let close = rest[open + 1..].bytes().position(|octet| {
            match octet {
                b'{' => depth += 1,
                b'}' => depth -= 1,
                _ => {}
            }
            depth == 0
        });
        let end = close.map_or(rest.len(), |length| open + 1 + length + 1);
        masked.push_str(&rest[..open]);
        masked.extend(std::iter::repeat_n('x', end - open));
        rest = &rest[end..];
    }
    masked.push_str(rest);
    masked
}

/// A segment like `:room`: a variable to those who come from other routers, text to everybody else.
fn colon_segment(text: &str) -> Option<Range<usize>> {
    let separator = separator(text).as_char();
    let mut start = 0;
    text.split(separator).find_map(|segment| {
        let at = start..start + segment.len();
        start = at.end + separator.len_utf8();
        let name = segment.strip_prefix(':')?;
        let is_name = !name.is_empty()
            && name
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '_' | '-'));
        is_name.then_some(at)
    })
}

fn separator(text: &str) -> Separator {
    if text.contains('.') && !text.contains('/') {
        Separator::Dot
    } else {
        Separator::Slash
    }
}

/// The name that Rust has for a variable: `roomId` is `room_id`.
pub(crate) fn rust_name(variable: &str) -> String {
    variable_name(variable)
}

/// A reply destination.
pub(crate) struct Template {
    /// As written.
    pub(crate) text: String,
    pub(crate) variables: Vec<Placeholder>,
}

/// A variable in a reply destination.
pub(crate) struct Placeholder {
    /// Its Rust name.
    pub(crate) name: String,
    pub(crate) written: String,
    /// Where it stands in the literal, brackets included.
    pub(crate) at: Range<usize>,
}

impl Template {
    pub(crate) fn parse(literal: &LitStr) -> syn::Result<Self> {
        let text = literal.value();
        refuse_spel(literal)?;
        let known = masked(&text);
        read(&known, |text, separator| {
            destination::Template::parse(text, separator)
        })
        .map_err(|error| in_literal(literal, error.at.clone(), error))?;
        Ok(Self {
            variables: placeholders(&known),
            text,
        })
    }
}

/// The brackets of a sound template: they are balanced and not nested.
fn placeholders(text: &str) -> Vec<Placeholder> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(open) = text[from..].find(['{', '<']).map(|open| from + open) {
        let Some(close) = text[open..].find(['}', '>']).map(|close| open + close) else {
            break;
        };
        let written = &text[open + 1..close];
        let name = variable_name(written);
        found.push(Placeholder {
            name,
            written: written.to_owned(),
            at: open..close + 1,
        });
        from = close + 1;
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pattern(text: &str) -> Pattern {
        Pattern::parse(&LitStr::new(text, proc_macro2::Span::call_site())).unwrap()
    }

    #[test]
    fn expressions_that_may_exclude_each_other_are_not_ambiguous() {
        let ambiguous = |a, b| pattern(a).ambiguous_with(&pattern(b));
        assert!(!ambiguous("/x/{id:[0-9]+}", "/x/{name:[a-z]+}"));
        assert!(ambiguous("/x/{id:[0-9]+}", "/x/{name}"));
        assert!(ambiguous("/x/{id:[0-9]+}", "/x/{id:[0-9]+}"));
        assert!(ambiguous("/{a}/y", "/x/{b}"));
        assert!(!ambiguous("/x/{a}", "/x/*"));
        assert!(!ambiguous("/x/{a}", "/x/y"));
    }

    #[test]
    fn a_colon_makes_no_variable_and_is_found() {
        assert_eq!(colon_segment("/chat/:room/x"), Some(6..11));
        assert_eq!(colon_segment("chat.:room"), Some(5..10));
        for sound in ["/chat/{id:[a-z]+}", "/a:b/c", "/:", "/at/12:30", "/:{id}"] {
            assert_eq!(colon_segment(sound), None, "{sound}");
        }
        assert_eq!(pattern("/chat/{name::room}").text(), "/chat/{name::room}");
    }

    #[test]
    fn dots_without_slashes_separate() {
        assert_eq!(pattern("price.stock.<ticker>").text(), "price.stock.{ticker}");
        assert_eq!(pattern("price").text(), "/price");
        assert_eq!(pattern("/a.b").text(), "/a.b");
    }

    #[test]
    fn what_only_the_application_knows_is_left_to_it() {
        for text in ["a.b", "/a.{x}", "/${a}/b", "{x}.<y>"] {
            assert!(!pattern(text).is_certain(), "{text}");
        }
        for text in ["/a/b", "/{x:[0-9.]+}", "/<rest..>"] {
            assert!(pattern(text).is_certain(), "{text}");
        }
        let ambiguous = |a, b| pattern(a).ambiguous_with(&pattern(b));
        assert!(!ambiguous("/{x}.y", "/x.{y}"), "one segment or two");
        assert!(!ambiguous("/${a}", "/{x}"));
        assert!(ambiguous("red.{x}", "red.{x}"), "whatever it means");
    }

    #[test]
    fn one_sound_reading_is_enough_where_dots_may_separate() {
        // the slash is a letter to who separates with dots, the dot one to who separates with slashes
        assert_eq!(pattern("a.{x:b/c}").variables().collect::<Vec<_>>(), ["x"]);
        assert_eq!(pattern("file.{x:[a.b]}").variables().collect::<Vec<_>>(), ["x"]);
        let literal = |text| LitStr::new(text, proc_macro2::Span::call_site());
        assert!(Pattern::parse(&literal("a.{x:(y)}")).is_err(), "wrong in both");
        assert!(Pattern::parse(&literal("/{x:b/c}")).is_err());
    }

    #[test]
    fn properties_leave_everything_else_in_its_place() {
        assert_eq!(masked("/a/${b:{c}}/{d}"), "/a/xxxxxxxx/{d}");
        assert_eq!(masked("/a/${b"), "/a/xxx");
        let found = pattern("/${root}/{room:${letters}}");
        assert_eq!(found.variables().collect::<Vec<_>>(), ["room"]);
        assert_eq!(found.text(), "/${root}/{room:${letters}}");
        let literal = |text| LitStr::new(text, proc_macro2::Span::call_site());
        let joined = Pattern::joined(&literal("/${root}"), &literal("/{x}")).unwrap();
        assert_eq!(joined.text(), "/${root}/{x}");
        let template = Template::parse(&literal("/topic/${root}/{x}")).unwrap();
        assert_eq!(template.variables.len(), 1);
        assert_eq!(template.text, "/topic/${root}/{x}");
    }

    #[test]
    fn expressions_of_spring_are_seen() {
        assert_eq!(spel("/topic/#{T(x).y}/z"), Some(7..16));
        assert_eq!(spel("/#{@bean.of({1})}"), Some(1..17));
        for sound in [
            "/#{room}",
            "/#{id:[0-9]+}",
            "/{x:#{2}}",
            "/${a:#{b.c}}",
            "/#",
            "/#{a.b",
        ] {
            assert_eq!(spel(sound), None, "{sound}");
        }
    }

    #[test]
    fn placeholders_know_their_places() {
        let found = placeholders("/topic/{roomId}.<user-name>");
        let seen: Vec<_> = found
            .iter()
            .map(|one| (one.name.as_str(), one.at.clone()))
            .collect();
        assert_eq!(seen, [("room_id", 7..15), ("user_name", 16..27)]);
    }
}
