//! Why a body and a value do not fit.

use std::{borrow::Cow, error::Error, fmt};

use crate::BoxError;

/// A body could not be read as the type asked for, or a value could not be written.
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
    /// Where it is wrong, if that is known.
    Malformed(Option<(usize, usize)>),
    Mismatch(usize, usize),
    Unwritable,
}

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
        let kind = if source.is_data() {
            Kind::Mismatch(line, column)
        } else {
            Kind::Malformed(Some((line, column)))
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
                format!("a body of content type `{content_type}` is not accepted here").into()
            }
            Kind::Unsupported(None) => "the content type of the body is not accepted here".into(),
            Kind::Unconvertible(content_type) => {
                format!("no converter writes such a value as `{content_type}`").into()
            }
            Kind::Empty => "the body is empty".into(),
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
