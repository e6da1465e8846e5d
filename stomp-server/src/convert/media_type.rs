//! As much of media types as choosing a converter takes.

/// `type/subtype` and its parameters.
#[derive(Debug, Clone, Copy)]
pub(super) struct MediaType<'a> {
    essence: &'a str,
    parameters: &'a str,
}

impl<'a> MediaType<'a> {
    pub(super) fn parse(text: &'a str) -> Self {
        let (essence, parameters) = text.split_once(';').unwrap_or((text, ""));
        Self {
            essence: essence.trim(),
            parameters,
        }
    }

    /// Type and subtype without regard to case, as RFC 9110 8.3.1 has it.
    pub(super) fn is(self, essence: &str) -> bool {
        self.essence.eq_ignore_ascii_case(essence)
    }

    /// `application/json` and every `application/…+json`.
    pub(super) fn is_json(self) -> bool {
        if self.is("application/json") {
            return true;
        }
        let Some((kind, sub)) = self.essence.split_once('/') else {
            return false;
        };
        let suffix = sub.len().checked_sub("+json".len()).and_then(|at| sub.get(at..));
        kind.eq_ignore_ascii_case("application")
            && suffix.is_some_and(|suffix| suffix.eq_ignore_ascii_case("+json"))
    }

    pub(super) fn charset(self) -> Option<&'a str> {
        if self.parameters.is_empty() {
            return None;
        }
        self.parameters.split(';').find_map(|parameter| {
            let (name, value) = parameter.split_once('=')?;
            name.trim()
                .eq_ignore_ascii_case("charset")
                .then(|| value.trim().trim_matches('"'))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_known_with_suffix_case_and_parameters() {
        for json in [
            "application/json",
            "Application/JSON; charset=utf-8",
            "application/problem+json",
        ] {
            assert!(MediaType::parse(json).is_json(), "{json}");
        }
        for other in ["text/json", "application/jsonp", "json", "", "application/é+jso"] {
            assert!(!MediaType::parse(other).is_json(), "{other}");
        }
    }

    #[test]
    fn a_charset_may_be_quoted() {
        let charset = |text| MediaType::parse(text).charset();
        assert_eq!(charset("text/plain;charset=\"UTF-8\""), Some("UTF-8"));
        assert_eq!(charset("text/plain; a=b; Charset = latin1"), Some("latin1"));
        assert_eq!(charset("text/plain"), None);
    }
}
