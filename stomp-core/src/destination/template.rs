//! Reply destinations with variables to fill in.

use std::{fmt, ops::Range};

use super::{
    Separator,
    error::{PatternError, PatternErrorKind},
    mapping::{self, Item, Variable},
    name::{is_name, variable_name},
};

/// A destination to be completed from the variables of a mapping: `/topic/chat/{room}`, or `/topic/chat/<room>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Template {
    text: Box<str>,
    pieces: Box<[Piece]>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Text(Box<str>),
    /// By its Rust name.
    Variable(Box<str>),
}

/// A template that could not be completed.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ExpandError {
    /// Nobody knows a value for the variable of this name.
    Missing(String),
    /// The value for the variable of this name has a control character.
    ControlCharacter(String),
}

impl fmt::Display for ExpandError {
    /// Names come from the program, values from peers: only names are shown.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(name) => write!(f, "no value for the variable `{name}`"),
            Self::ControlCharacter(name) => {
                write!(f, "the value of the variable `{name}` has a control character")
            }
        }
    }
}

impl std::error::Error for ExpandError {}

impl Template {
    /// Reads a reply destination in the strict spelling of [`Pattern::parse_mapping`](super::Pattern::parse_mapping).
    /// A variable may appear any number of times.
    ///
    /// # Errors
    ///
    /// [`PatternError`] for what is no mapping either, for wildcards, expressions and rest variables, for control
    /// characters and for an empty text.
    pub fn parse(text: &str, separator: Separator) -> Result<Self, PatternError> {
        if text.is_empty() {
            return fail(0..0, PatternErrorKind::Empty);
        }
        let pieces = mapping::scan(text, separator)?
            .into_iter()
            .map(|item| match item {
                Item::Text(at) => fixed(text, at),
                Item::Variable(variable) => filled(&variable),
            })
            .collect::<Result<_, _>>()?;
        Ok(Self {
            text: text.into(),
            pieces,
        })
    }

    /// The text as it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The Rust names of the variables, in the order of the text.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Text(_) => None,
            Piece::Variable(name) => Some(&**name),
        })
    }

    /// Completes the destination with a value for each Rust name. A value is put in as it is: braces in it mean
    /// nothing.
    ///
    /// # Errors
    ///
    /// [`ExpandError`] for a variable without value, or one whose value has a control character: it could break the
    /// frame of a peer that does not escape.
    pub fn expand<'v>(&self, value: impl Fn(&str) -> Option<&'v str>) -> Result<String, ExpandError> {
        let mut destination = String::with_capacity(self.text.len() + 16);
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => destination.push_str(text),
                Piece::Variable(name) => {
                    let value = value(name).ok_or_else(|| ExpandError::Missing(name.to_string()))?;
                    if value.chars().any(char::is_control) {
                        return Err(ExpandError::ControlCharacter(name.to_string()));
                    }
                    destination.push_str(value);
                }
            }
        }
        Ok(destination)
    }
}

fn fixed(text: &str, at: Range<usize>) -> Result<Piece, PatternError> {
    let fixed = &text[at.clone()];
    if let Some(wildcard) = fixed.find(['*', '?']) {
        let wildcard = at.start + wildcard;
        return fail(wildcard..wildcard + 1, PatternErrorKind::WildcardInReply);
    }
    if let Some(control) = fixed.find(['\0', '\r', '\n']) {
        let control = at.start + control;
        return fail(control..control + 1, PatternErrorKind::ControlCharacter);
    }
    Ok(Piece::Text(fixed.into()))
}

fn filled(variable: &Variable<'_>) -> Result<Piece, PatternError> {
    if variable.name.is_empty() {
        return fail(variable.outside.clone(), PatternErrorKind::EmptyName);
    }
    if variable.is_rest || variable.expression.is_some() {
        return fail(variable.outside.clone(), PatternErrorKind::WildcardInReply);
    }
    if !is_name(variable.name) {
        let kind = PatternErrorKind::BadName(variable.name.to_owned());
        return fail(variable.inside.clone(), kind);
    }
    Ok(Piece::Variable(variable_name(variable.name).into()))
}

fn fail<T>(at: Range<usize>, kind: PatternErrorKind) -> Result<T, PatternError> {
    Err(PatternError { at, kind })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Template, PatternError> {
        Template::parse(text, Separator::Slash)
    }

    /// Rows: RET-39
    #[test]
    fn values_are_put_in_once_and_as_they_are() {
        let template = parse("/topic/{roomId}.<user-name>/{roomId}").unwrap();
        assert_eq!(
            template.variables().collect::<Vec<_>>(),
            ["room_id", "user_name", "room_id"]
        );
        let value = |name: &str| match name {
            "room_id" => Some("{user_name}"),
            "user_name" => Some("*"),
            _ => None,
        };
        let expanded = template.expand(value);
        assert_eq!(expanded.as_deref(), Ok("/topic/{user_name}.*/{user_name}"));
    }

    #[test]
    fn missing_values_and_control_characters_are_refused() {
        let template = parse("/topic/{a}").unwrap();
        assert_eq!(
            template.expand(|_| None),
            Err(ExpandError::Missing("a".to_owned()))
        );
        for value in ["\0", "x\ny", "\u{7f}", "\u{85}"] {
            assert_eq!(
                template.expand(|_| Some(value)),
                Err(ExpandError::ControlCharacter("a".to_owned())),
                "{value:?}"
            );
        }
    }

    #[test]
    fn a_reply_goes_to_one_place() {
        let table = [
            ("/topic/*", 7..8, PatternErrorKind::WildcardInReply),
            ("/t?", 2..3, PatternErrorKind::WildcardInReply),
            ("/t/{*r}", 3..7, PatternErrorKind::WildcardInReply),
            ("/t/{r:a+}", 3..9, PatternErrorKind::WildcardInReply),
            ("/t/{}", 3..5, PatternErrorKind::EmptyName),
            ("/t/{r", 3..5, PatternErrorKind::Unclosed('{')),
            ("/t//r", 2..4, PatternErrorKind::EmptySegment),
            ("/t\n", 2..3, PatternErrorKind::ControlCharacter),
            ("", 0..0, PatternErrorKind::Empty),
        ];
        for (text, at, kind) in table {
            assert_eq!(parse(text), Err(PatternError { at, kind }), "{text:?}");
        }
    }
}
