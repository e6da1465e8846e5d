//! Values, as they are while a selector is evaluated.

use std::cmp::Ordering;

/// Octets of the longest header that is read as a number.
pub(super) const LONGEST_NUMBER: usize = 64;

/// A whole number as long as it fits, as in Java; a fraction otherwise. Never infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Number {
    Whole(i64),
    Fraction(f64),
}

/// What an expression comes to.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Value<'v> {
    /// A header that is not there, or what comes of one.
    Unknown,
    /// A header's text, which is whatever it is compared with.
    Header(&'v str),
    Text(&'v str),
    Number(Number),
    Truth(bool),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Arithmetic {
    Add,
    Subtract,
    Multiply,
    Divide,
}

impl Number {
    /// Reads digits with an optional sign, fraction and exponent; nothing else, and no blanks.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Ok(whole) = text.parse() {
            return Some(Self::Whole(whole));
        }
        // Rust's fractions have names too, such as `inf` and `nan`.
        let plain = |octet: u8| octet.is_ascii_digit() || matches!(octet, b'+' | b'-' | b'.' | b'e' | b'E');
        let digits = text.bytes().any(|octet| octet.is_ascii_digit());
        if !digits || !text.bytes().all(plain) {
            return None;
        }
        Self::fraction(text.parse().ok()?)
    }

    pub(super) fn negated(self) -> Self {
        match self {
            // The one whole number without a counterpart cannot be written.
            Self::Whole(whole) => Self::Whole(whole.wrapping_neg()),
            Self::Fraction(fraction) => Self::Fraction(-fraction),
        }
    }

    fn fraction(number: f64) -> Option<Self> {
        number.is_finite().then_some(Self::Fraction(number))
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "whole numbers meet fractions as in Java: as fractions"
    )]
    fn as_fraction(self) -> f64 {
        match self {
            Self::Whole(whole) => whole as f64,
            Self::Fraction(fraction) => fraction,
        }
    }

    fn compare(self, other: Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => Some(a.cmp(&b)),
            (a, b) => a.as_fraction().partial_cmp(&b.as_fraction()),
        }
    }

    fn calculate(self, arithmetic: Arithmetic, other: Self) -> Option<Self> {
        match (self, other) {
            (Self::Whole(a), Self::Whole(b)) => match arithmetic {
                Arithmetic::Add => a.checked_add(b),
                Arithmetic::Subtract => a.checked_sub(b),
                Arithmetic::Multiply => a.checked_mul(b),
                Arithmetic::Divide => a.checked_div(b),
            }
            .map(Self::Whole),
            (a, b) => {
                let (a, b) = (a.as_fraction(), b.as_fraction());
                Self::fraction(match arithmetic {
                    Arithmetic::Add => a + b,
                    Arithmetic::Subtract => a - b,
                    Arithmetic::Multiply => a * b,
                    Arithmetic::Divide => a / b,
                })
            }
        }
    }
}

impl<'v> Value<'v> {
    pub(super) fn truth(self) -> Option<bool> {
        match self {
            Self::Truth(truth) => Some(truth),
            Self::Header(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Self::Header(text) if text.eq_ignore_ascii_case("false") => Some(false),
            Self::Header(_) | Self::Unknown | Self::Text(_) | Self::Number(_) => None,
        }
    }

    pub(super) fn text(self) -> Option<&'v str> {
        match self {
            Self::Header(text) | Self::Text(text) => Some(text),
            Self::Unknown | Self::Number(_) | Self::Truth(_) => None,
        }
    }

    fn number(self) -> Option<Number> {
        match self {
            Self::Number(number) => Some(number),
            Self::Header(text) if text.len() > LONGEST_NUMBER => None,
            Self::Header(text) => Number::parse(text),
            Self::Unknown | Self::Text(_) | Self::Truth(_) => None,
        }
    }

    pub(super) fn compare(self, comparison: Comparison, other: Self) -> Option<bool> {
        let order = |meets: fn(Ordering) -> bool| {
            let ordering = self.number()?.compare(other.number()?)?;
            Some(meets(ordering))
        };
        match comparison {
            Comparison::Equal => self.equals(other),
            Comparison::NotEqual => self.equals(other).map(|equal| !equal),
            Comparison::Less => order(Ordering::is_lt),
            Comparison::LessOrEqual => order(Ordering::is_le),
            Comparison::Greater => order(Ordering::is_gt),
            Comparison::GreaterOrEqual => order(Ordering::is_ge),
        }
    }

    /// A header is read as what it is compared with; two headers are compared as texts.
    pub(super) fn equals(self, other: Self) -> Option<bool> {
        match (self, other) {
            (Self::Number(_), _) | (_, Self::Number(_)) => {
                Some(self.number()?.compare(other.number()?)?.is_eq())
            }
            (Self::Truth(_), _) | (_, Self::Truth(_)) => Some(self.truth()? == other.truth()?),
            _ => Some(self.text()? == other.text()?),
        }
    }

    pub(super) fn calculate(self, arithmetic: Arithmetic, other: Self) -> Self {
        let calculated = || self.number()?.calculate(arithmetic, other.number()?);
        calculated().map_or(Self::Unknown, Self::Number)
    }
}

impl From<Option<bool>> for Value<'_> {
    fn from(truth: Option<bool>) -> Self {
        truth.map_or(Self::Unknown, Self::Truth)
    }
}

/// Of three values: false as soon as one is.
pub(super) fn and(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    match (a, b) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        (None, _) | (_, None) => None,
    }
}

/// Of three values: true as soon as one is.
pub(super) fn or(a: Option<bool>, b: Option<bool>) -> Option<bool> {
    and(a.map(|a| !a), b.map(|b| !b)).map(|neither| !neither)
}
