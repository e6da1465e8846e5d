//! Why a body and a value do not fit.

use std::{borrow::Cow, error::Error, fmt};

use crate::BoxError;

/// A body could not be read as the type asked for, or a value could not be written.
///
/// `Display` is what a client may be told: "the body does not have the expected shape, seen at line 1, column 13". What
/// serde said, "invalid type: string "x", expected u32 …", is its [`source`](Error::source): that names Rust's types and
/// repeats what was sent, so it is for logs and not for clients. The line that the server logs of a failure that no
/// exception handler answers has it.
#[derive(Debug)]
pub struct ConvertError {
    kind: Kind,
    source: Option<BoxError>,
}

#[derive(Debug)]
enum Kind {
    Unsupported(Option<Box<str>>),
    /// A value that no converter writes as this content type.
    Unconvertible(Box<str>),
    Empty,
    /// A field that the type needs and the body does not have.
    MissingField(Box<str>),
    /// Where it is wrong, if that is known.
    Malformed(Option<(usize, usize)>),
    Mismatch(usize, usize),
    Unwritable,
}

/// So much of a client's content type is repeated to it.
const SHOWN: usize = 100;

impl ConvertError {
    pub(super) fn unsupported(content_type: Option<&str>) -> Self {
        Self {
            kind: Kind::Unsupported(content_type.map(Box::from)),
            source: None,
        }
    }

    pub(super) fn unconvertible(content_type: &str) -> Self {
        Self {
            kind: Kind::Unconvertible(content_type.into()),
            source: None,
        }
    }

    pub(super) fn empty() -> Self {
        Self {
            kind: Kind::Empty,
            source: None,
        }
    }

    pub(super) fn malformed(source: impl Into<BoxError>) -> Self {
        Self {
            kind: Kind::Malformed(None),
            source: Some(source.into()),
        }
    }

    pub(super) fn unwritable(source: impl Into<BoxError>) -> Self {
        Self {
            kind: Kind::Unwritable,
            source: Some(source.into()),
        }
    }

    pub(super) fn json(source: serde_json::Error) -> Self {
        let (line, column) = (source.line(), source.column());
        let kind = match missing_field(&source) {
            Some(field) => Kind::MissingField(field),
            None if source.is_data() => Kind::Mismatch(line, column),
            None => Kind::Malformed(Some((line, column))),
        };
        Self {
            kind,
            source: Some(source.into()),
        }
    }

    /// Is there no converter for this content type and type?
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self.kind, Kind::Unsupported(_) | Kind::Unconvertible(_))
    }

    /// What a client may be told. It never names Rust types: serde's own texts do, they stay in `source()`.
    #[must_use]
    pub fn client_message(&self) -> Cow<'static, str> {
        match &self.kind {
            Kind::Unsupported(Some(content_type)) => {
                let shown: String = content_type.chars().take(SHOWN).collect();
                let shown = shown.escape_debug();
                format!("a body of content type `{shown}` is not accepted here").into()
            }
            Kind::Unsupported(None) => "the content type of the body is not accepted here".into(),
            Kind::Unconvertible(content_type) => {
                format!("no converter writes such a value as `{content_type}`").into()
            }
            Kind::Empty => "the body is empty".into(),
            Kind::MissingField(field) => format!("the body has no field `{field}`").into(),
            Kind::Malformed(Some((line, column))) => {
                format!("the body is malformed at line {line}, column {column}").into()
            }
            Kind::Malformed(None) => "the body is malformed".into(),
            Kind::Mismatch(line, column) => {
                format!("the body does not have the expected shape, seen at line {line}, column {column}")
                    .into()
            }
            Kind::Unwritable => "the value cannot be written".into(),
        }
    }
}

/// Fields are named by those who wrote the type. A text that only looks like serde's may hold what a client sent.
fn missing_field(error: &serde_json::Error) -> Option<Box<str>> {
    let text = error.is_data().then(|| error.to_string())?;
    let (field, _) = text.strip_prefix("missing field `")?.split_once('`')?;
    let is_name = |c: char| c.is_alphanumeric() || "_-.$@".contains(c);
    (field.len() <= SHOWN && field.chars().all(is_name)).then(|| field.into())
}

impl fmt::Display for ConvertError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.client_message())
    }
}

impl Error for ConvertError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        self.source
            .as_deref()
            .map(|source| source as &(dyn Error + 'static))
    }
}
