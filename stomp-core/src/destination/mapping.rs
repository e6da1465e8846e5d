//! The strict spelling of mappings: what a programmer writes, where a mistake should not wait for a destination.

use std::ops::Range;

use super::{
    Pattern, Separator,
    error::{PatternError, PatternErrorKind},
    expression::{self, Expression},
    name::{is_name, variable_name},
    pattern::{Kind, segments_of},
    segment::{self, Matcher, Names, Part},
};

/// A stretch of a mapping.
#[derive(Debug)]
pub(super) enum Item<'a> {
    /// Text and wildcards.
    Text(Range<usize>),
    Variable(Variable<'a>),
}

/// A variable as it is written.
#[derive(Debug)]
pub(super) struct Variable<'a> {
    pub(super) name: &'a str,
    pub(super) expression: Option<&'a str>,
    pub(super) is_rest: bool,
    /// With its brackets.
    pub(super) outside: Range<usize>,
    /// Without them.
    pub(super) inside: Range<usize>,
}

/// Reads a mapping.
pub(super) fn parse(text: &str, separator: Separator) -> Result<Pattern, PatternError> {
    segments_of(text, separator)?;
    let items = scan(text, separator)?;
    let mut names = Vec::new();
    for item in &items {
        if let Item::Variable(variable) = item {
            declare(variable, &mut names)?;
            check_expression(variable)?;
        }
    }
    check_rest(text, separator, &items)?;
    let spelt = in_springs_spelling(text, separator, &items);
    // only limits of whole segments are left to fail, and they have no narrower place
    build(&spelt, separator, &names).map_err(|error| PatternError {
        at: 0..text.len(),
        ..error
    })
}

/// Cuts a mapping at its variables.
pub(super) fn scan(text: &str, separator: Separator) -> Result<Vec<Item<'_>>, PatternError> {
    let mut items = Vec::new();
    let (mut from, mut at) = (0, 0);
    while let Some(found) = text[at..].find(['{', '}', '<', '>', separator.as_char()]) {
        let special = at + found;
        match text.as_bytes()[special] {
            open @ (b'{' | b'<') => {
                let variable = variable(text, special, open, separator)?;
                if from < special {
                    items.push(Item::Text(from..special));
                }
                (from, at) = (variable.outside.end, variable.outside.end);
                items.push(Item::Variable(variable));
            }
            close @ (b'}' | b'>') => {
                return fail(
                    special..special + 1,
                    PatternErrorKind::Unopened(char::from(close)),
                );
            }
            octet => {
                at = special + 1;
                if text.as_bytes().get(at) == Some(&octet) {
                    return fail(special..at + 1, PatternErrorKind::EmptySegment);
                }
            }
        }
    }
    if from < text.len() {
        items.push(Item::Text(from..text.len()));
    }
    Ok(items)
}

fn variable(
    text: &str,
    open: usize,
    bracket: u8,
    separator: Separator,
) -> Result<Variable<'_>, PatternError> {
    let Some(close) = closing(text, open, bracket) else {
        let segment = text[open..]
            .find(separator.as_char())
            .map_or(text.len(), |length| open + length);
        return fail(open..segment, PatternErrorKind::Unclosed(char::from(bracket)));
    };
    let inside = open + 1..close;
    let content = &text[inside.clone()];
    if content.contains(separator.as_char()) {
        return fail(inside, PatternErrorKind::SeparatorInVariable(separator.as_char()));
    }
    let rest = match bracket {
        b'{' => content.strip_prefix('*'),
        _ => content.strip_suffix(".."),
    };
    let (name, expression) = match content.split_once(':') {
        Some((name, expression)) if rest.is_none() => (name, Some(expression)),
        _ => (rest.unwrap_or(content), None),
    };
    Ok(Variable {
        name,
        expression,
        is_rest: rest.is_some(),
        outside: open..close + 1,
        inside,
    })
}

/// Where the variable that opens at `open` closes. Braces within an expression come in pairs or behind a backslash.
fn closing(text: &str, open: usize, bracket: u8) -> Option<usize> {
    if bracket == b'<' {
        return text[open..].find('>').map(|length| open + length);
    }
    let (mut depth, mut escaped) = (0_usize, false);
    for (at, octet) in text.bytes().enumerate().skip(open) {
        match octet {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

fn declare<'a>(variable: &Variable<'a>, names: &mut Vec<&'a str>) -> Result<(), PatternError> {
    let (name, at) = (variable.name, variable.inside.clone());
    if name.is_empty() {
        return fail(variable.outside.clone(), PatternErrorKind::EmptyName);
    }
    if !is_name(name) {
        return fail(at, PatternErrorKind::BadName(name.to_owned()));
    }
    let folded = variable_name(name);
    if let Some(known) = names.iter().find(|known| variable_name(known) == folded) {
        let kind = PatternErrorKind::Duplicate((*known).to_owned(), name.to_owned());
        return fail(at, kind);
    }
    names.push(name);
    Ok(())
}

/// Compiles an expression by itself, so that the error is at the right variable.
fn check_expression(variable: &Variable<'_>) -> Result<(), PatternError> {
    let Some(expression) = variable.expression else {
        return Ok(());
    };
    if expression::is_unsupported(expression) {
        return fail(variable.inside.clone(), PatternErrorKind::UnsupportedExpression);
    }
    match Expression::compile(&format!("({})", expression::translate(expression)), vec![0]) {
        Ok(_) => Ok(()),
        Err(kind) => fail(variable.inside.clone(), kind),
    }
}

/// `{*rest}` must be all of the last segment, and the only thing that spans segments.
fn check_rest(text: &str, separator: Separator, items: &[Item<'_>]) -> Result<(), PatternError> {
    let rests = items.iter().filter_map(|item| match item {
        Item::Variable(variable) if variable.is_rest => Some(variable),
        _ => None,
    });
    for rest in rests {
        let before = &text[..rest.outside.start];
        let is_segment = before.is_empty() || before.ends_with(separator.as_char());
        if !is_segment || rest.outside.end != text.len() {
            return fail(rest.inside.clone(), PatternErrorKind::RestNotLast);
        }
        if before.split(separator.as_char()).any(|segment| segment == "**") {
            return fail(rest.inside.clone(), PatternErrorKind::RestBesideDoubleStar);
        }
    }
    Ok(())
}

fn in_springs_spelling(text: &str, separator: Separator, items: &[Item<'_>]) -> String {
    let mut spelt = String::with_capacity(text.len() + 1);
    if separator == Separator::Slash && !text.is_empty() && !text.starts_with('/') {
        spelt.push('/');
    }
    for item in items {
        match item {
            Item::Text(at) => spelt.push_str(&text[at.clone()]),
            Item::Variable(variable) => {
                spelt.push_str(if variable.is_rest { "{*" } else { "{" });
                spelt.push_str(variable.name);
                if let Some(expression) = variable.expression {
                    spelt.extend([":", expression]);
                }
                spelt.push('}');
            }
        }
    }
    spelt
}

/// Reads the checked text as any other pattern is read, the rest variable aside.
fn build(text: &str, separator: Separator, declared: &[&str]) -> Result<Pattern, PatternError> {
    let mut names = Names::default();
    let mut parts = Vec::new();
    for at in segments_of(text, separator)? {
        let rest = text[at.clone()]
            .strip_prefix("{*")
            .and_then(|rest| rest.strip_suffix('}'));
        parts.push(match rest {
            Some(name) => Part {
                at,
                matcher: Matcher::Rest(names.declare(name)),
            },
            None => segment::read(text, at, &mut names)?,
        });
    }
    if !names.0.iter().map(|name| &**name).eq(declared.iter().copied()) {
        let why = "Spring would end the variable at another brace; write braces in pairs".to_owned();
        return fail(0..text.len(), PatternErrorKind::Expression(why));
    }
    for name in &mut names.0 {
        *name = variable_name(name).into();
    }
    Ok(Pattern::new(text, separator, Kind::Mapping, parts.into(), names))
}

fn fail<T>(at: Range<usize>, kind: PatternErrorKind) -> Result<T, PatternError> {
    Err(PatternError { at, kind })
}
