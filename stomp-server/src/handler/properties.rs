//! Values that the application is configured with, and `${name}` in texts.

use std::{borrow::Cow, collections::BTreeMap, fmt};

/// What the application was configured with by name: Spring's `Environment`.
///
/// [`StompServerBuilder::property`](crate::StompServerBuilder::property) fills it. `${name}` and `${name:default}` in
/// mappings and targets are replaced while the application is built; handlers reach the values with
/// [`MessageContext::properties`](crate::MessageContext::properties) and components with
/// [`Context::get`](crate::Context::get).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Properties(BTreeMap<String, String>);

/// A `${…}` that has no value.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum PropertyError {
    /// There is neither a property of this name nor a default.
    Unknown(String),
    /// The value of the property of this name leads back to it.
    Circular(String),
    /// A `${` without its `}`.
    Unclosed,
}

impl fmt::Display for PropertyError {
    /// What is wrong, and how to mend it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unknown(name) => write!(
                f,
                "there is no property `{name}`; give it a value with `.property(\"{name}\", …)` or a default with \
                 `${{{name}:default}}`"
            ),
            Self::Circular(name) => write!(
                f,
                "the value of the property `{name}` leads back to itself; change one of the values in the circle"
            ),
            Self::Unclosed => f.write_str("`${` is never closed; add a `}`"),
        }
    }
}

impl std::error::Error for PropertyError {}

impl Properties {
    /// Gives a property a value, in place of an earlier one.
    pub fn set(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.insert(name.into(), value.into());
    }

    /// The value of a property, as it was given.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    /// Puts values in for `${name}` and `${name:default}`. Values and defaults may have such themselves. Borrows where
    /// there is nothing to do.
    ///
    /// # Errors
    ///
    /// [`PropertyError`] for a property without value and default, a circle of values, and an unclosed `${`.
    pub fn resolve<'t>(&self, text: &'t str) -> Result<Cow<'t, str>, PropertyError> {
        self.resolve_within(text, &mut Vec::new())
    }

    /// `open`: the properties whose values are being put in just now.
    fn resolve_within<'t>(
        &self,
        text: &'t str,
        open: &mut Vec<String>,
    ) -> Result<Cow<'t, str>, PropertyError> {
        let Some(mut at) = text.find("${") else {
            return Ok(Cow::Borrowed(text));
        };
        let mut resolved = String::with_capacity(text.len());
        let mut from = 0;
        loop {
            let inside = at + "${".len();
            let close = closing(text, inside).ok_or(PropertyError::Unclosed)?;
            resolved.push_str(&text[from..at]);
            resolved.push_str(&self.value(&text[inside..close], open)?);
            from = close + 1;
            match text[from..].find("${") {
                Some(next) => at = from + next,
                None => break,
            }
        }
        resolved.push_str(&text[from..]);
        Ok(Cow::Owned(resolved))
    }

    /// Of what stands between `${` and `}`: the whole of it may be a name, as in Spring, before a colon ends the name.
    fn value(&self, inside: &str, open: &mut Vec<String>) -> Result<String, PropertyError> {
        let inside = self.resolve_within(inside, open)?;
        let (name, default) = match inside.split_once(':') {
            Some((name, default)) if !self.0.contains_key(&*inside) => (name, Some(default)),
            _ => (&*inside, None),
        };
        let Some(value) = self.get(name) else {
            let unknown = || PropertyError::Unknown(name.to_owned());
            return default.map(str::to_owned).ok_or_else(unknown);
        };
        if open.iter().any(|outer| outer == name) {
            return Err(PropertyError::Circular(name.to_owned()));
        }
        open.push(name.to_owned());
        let value = self.resolve_within(value, open)?.into_owned();
        open.pop();
        Ok(value)
    }
}

/// Where the brace closes that was opened before `from`; braces within come in pairs.
fn closing(text: &str, from: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (at, octet) in text.bytes().enumerate().skip(from) {
        match octet {
            b'{' => depth += 1,
            b'}' if depth == 0 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn properties() -> Properties {
        let mut properties = Properties::default();
        for (name, value) in [
            ("place", "market"),
            ("inner", "<${place}>"),
            ("egg", "${hen}"),
            ("hen", "${egg}"),
            ("which", "place"),
            ("a:b", "whole"),
            ("room", "{room:[a-z]{2}}"),
        ] {
            properties.set(name, value);
        }
        properties
    }

    #[test]
    fn values_and_defaults_are_put_in() {
        let properties = properties();
        for (text, expected) in [
            ("/no/{braces}", "/no/{braces}"),
            ("/at/${place}/{x}", "/at/market/{x}"),
            ("${place}${place}", "marketmarket"),
            ("${none:here}", "here"),
            ("${none:}", ""),
            ("${none:a:b}", "a:b"),
            ("${none:${place}}", "market"),
            ("${none:{x}}", "{x}"),
            ("${inner}", "<market>"),
            ("${${which}}", "market"),
            ("${a:b}", "whole"),
            ("/${room}", "/{room:[a-z]{2}}"),
            ("$ {x} $", "$ {x} $"),
        ] {
            assert_eq!(properties.resolve(text).as_deref(), Ok(expected), "{text}");
        }
    }

    #[test]
    fn what_has_no_value_is_named() {
        let properties = properties();
        let unknown = |name: &str| PropertyError::Unknown(name.to_owned());
        for (text, error) in [
            ("/${plaice}", unknown("plaice")),
            ("${none:${nothing}}", unknown("nothing")),
            ("${egg}", PropertyError::Circular("egg".to_owned())),
            ("${place", PropertyError::Unclosed),
        ] {
            assert_eq!(properties.resolve(text), Err(error), "{text}");
        }
        let text = unknown("plaice").to_string();
        assert!(text.contains("`.property(\"plaice\", …)`"), "{text}");
        assert!(text.contains("`${plaice:default}`"), "{text}");
    }
}
