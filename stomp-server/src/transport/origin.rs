//! Which web pages may connect.

/// The origins whose pages may open a connection. Clients that are no browsers send no `Origin` and are not concerned.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum AllowedOrigins {
    /// Pages from the server's own host and port. The default.
    #[default]
    SameOrigin,
    /// Those, and pages from origins that match one of these: `https://example.org`, `https://*.example.org`,
    /// `http://localhost:[*]`, `http://localhost:[8080,8081]`, `*` (Spring's `setAllowedOriginPatterns`).
    Patterns(Vec<String>),
}

impl AllowedOrigins {
    /// May a page from `origin` connect to the server that the client calls `host`?
    pub(crate) fn allows(&self, origin: Option<&str>, host: Option<&str>) -> bool {
        let Some(origin) = origin else { return true };
        if host.is_some_and(|host| is_same(origin, host)) {
            return true;
        }
        let origin = origin.strip_suffix('/').unwrap_or(origin);
        match self {
            Self::SameOrigin => false,
            Self::Patterns(patterns) => {
                !origin.trim().is_empty() && patterns.iter().any(|pattern| matches(pattern, origin))
            }
        }
    }

    /// Those that no page's origin can match.
    pub(crate) fn useless(&self) -> impl Iterator<Item = &str> {
        let patterns = match self {
            Self::SameOrigin => &[],
            Self::Patterns(patterns) => patterns.as_slice(),
        };
        patterns
            .iter()
            .map(String::as_str)
            .filter(|pattern| !can_match(pattern))
    }
}

/// Can a page have an origin that matches `pattern`? A browser writes scheme and host, the port if it is not the scheme's
/// own, and nothing behind it; or `null`.
fn can_match(pattern: &str) -> bool {
    let pattern = pattern.trim_end_matches('/');
    let fixed = pattern.split('*').next().unwrap_or_default();
    let wild = fixed.len() < pattern.len();
    let is_host = |text: &str| text.is_ascii() && !text.contains(['/', '?', '#', '@', ' ']);
    match pattern.split_once("://") {
        Some((scheme, host)) => {
            let own_port = match scheme {
                "http" => ":80",
                "https" => ":443",
                _ => "",
            };
            let port_is_left_away = !own_port.is_empty() && host.ends_with(own_port);
            !scheme.is_empty() && !host.is_empty() && is_host(host) && !port_is_left_away
        }
        // What stands before the wildcard is the beginning of a scheme then, if anything.
        None if wild => is_host(pattern) && !fixed.contains(['.', ':']),
        None => pattern.eq_ignore_ascii_case("null"),
    }
}

/// An origin has a scheme and leaves the scheme's own port away; a `Host` has no scheme. Behind a proxy that ends TLS
/// the server cannot know the scheme, so host and port decide.
fn is_same(origin: &str, host: &str) -> bool {
    let Some((scheme, authority)) = origin.split_once("://") else {
        return false;
    };
    let own_port = match scheme {
        "http" => ":80",
        "https" => ":443",
        _ => return false,
    };
    let host = host.strip_suffix(own_port).unwrap_or(host);
    authority.eq_ignore_ascii_case(host)
}

fn matches(pattern: &str, origin: &str) -> bool {
    match pattern
        .strip_suffix(']')
        .and_then(|pattern| pattern.rsplit_once(":["))
    {
        Some((pattern, ports)) => {
            let (host, port) = match origin.rsplit_once(':') {
                Some((host, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => (host, port),
                _ => (origin, ""),
            };
            (ports == "*" || ports.split(',').any(|allowed| allowed.trim() == port)) && glob(pattern, host)
        }
        None => glob(pattern, origin),
    }
}

/// `*` stands for any text; everything else for itself, whatever its case.
fn glob(pattern: &str, text: &str) -> bool {
    let (pattern, text) = (
        pattern.trim_end_matches('/').to_ascii_lowercase(),
        text.to_ascii_lowercase(),
    );
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| text.strip_prefix(first)) else {
        return false;
    };
    let mut pieces = pieces.peekable();
    let mut exact = true;
    while let Some(piece) = pieces.next() {
        exact = false;
        if pieces.peek().is_none() {
            return rest.ends_with(piece);
        }
        let Some(at) = rest.find(piece) else { return false };
        rest = &rest[at + piece.len()..];
    }
    !exact || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows: CFG-06
    #[test]
    fn the_same_origin_is_the_same_host_and_port() {
        let table = [
            (None, "example.org", true),
            (Some("http://example.org"), "example.org", true),
            (Some("https://example.org"), "example.org", true),
            (Some("http://example.org"), "example.org:80", true),
            (Some("http://localhost:8080"), "localhost:8080", true),
            (Some("http://localhost:8081"), "localhost:8080", false),
            (Some("http://evil.example"), "example.org", false),
            (Some("null"), "example.org", false),
            (Some("file://"), "", false),
        ];
        for (origin, host, allowed) in table {
            assert_eq!(
                AllowedOrigins::SameOrigin.allows(origin, Some(host)),
                allowed,
                "{origin:?} at {host}"
            );
        }
        assert!(!AllowedOrigins::SameOrigin.allows(Some("http://example.org"), None));
    }

    /// Rows: CFG-06
    #[test]
    fn patterns_match_hosts_and_ports() {
        let table = [
            ("*", "http://a.example", true),
            ("https://example.org", "https://example.org", true),
            ("https://example.org", "http://example.org", false),
            ("https://*.example.org", "https://a.example.org", true),
            ("https://*.example.org", "https://a.b.example.org", true),
            ("https://*.example.org", "https://example.org", false),
            ("https://*.example.org", "https://example.org.evil.example", false),
            ("http://localhost:[*]", "http://localhost:3000", true),
            ("http://localhost:[*]", "http://localhost", true),
            ("http://localhost:[8080, 8081]", "http://localhost:8081", true),
            ("http://localhost:[8080,8081]", "http://localhost:9000", false),
            ("https://a*b*c", "https://a-b-b-c", true),
            ("https://a*b*c", "https://a-c", false),
        ];
        for (pattern, origin, allowed) in table {
            let origins = AllowedOrigins::Patterns(vec![pattern.to_owned()]);
            assert_eq!(
                origins.allows(Some(origin), Some("h")),
                allowed,
                "{pattern} for {origin}"
            );
        }
    }

    #[test]
    fn its_own_pages_may_always_connect_and_a_slash_behind_an_origin_is_not_looked_at() {
        let origins = AllowedOrigins::Patterns(vec!["https://example.org".to_owned()]);
        let table = [
            ("http://h", true),
            ("http://h:8080", false),
            ("https://example.org/", true),
            ("HTTPS://Example.org/", true),
            ("https://example.org//", false),
            ("", false),
        ];
        for (origin, allowed) in table {
            assert_eq!(origins.allows(Some(origin), Some("h")), allowed, "{origin}");
        }
        let all = AllowedOrigins::Patterns(vec!["*".to_owned()]);
        assert!(all.allows(Some("null"), Some("h")));
        assert!(!all.allows(Some(" "), Some("h")), "that is no origin");
    }

    #[test]
    fn patterns_that_no_origin_matches_are_known() {
        let useless = [
            "example.org",
            "example.*",
            "localhost:8080",
            "localhost:[*]",
            "",
            "https://",
            "://example.org",
            "https://example.org/app",
            "https://*.example.org/app",
            "https://example.org:443",
            "http://example.org:80",
            "https://müller.example",
        ];
        let useful = [
            "*",
            "null",
            "https://example.org",
            "https://example.org/",
            "HTTPS://Example.org",
            "https://example.org:8443",
            "https://*.example.org",
            "https://*.example.org:[*]",
            "http*://example.org",
            "*.example.org",
            "*://localhost:[8080,8081]",
            "http://[::1]:8080",
            "chrome-extension://abcdef",
        ];
        let patterns = useless.iter().chain(&useful).map(ToString::to_string);
        let origins = AllowedOrigins::Patterns(patterns.collect());
        assert_eq!(origins.useless().collect::<Vec<_>>(), useless);
        assert_eq!(AllowedOrigins::SameOrigin.useless().count(), 0);
    }
}
