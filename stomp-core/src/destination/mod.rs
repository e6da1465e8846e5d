//! Destinations and patterns (provisional).
#![allow(
    missing_docs,
    missing_debug_implementations,
    elided_lifetimes_in_paths,
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used
)]
use std::cmp::Ordering;
use std::fmt;

/// A parsed destination pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern {
    canonical: String,
    segments: Vec<Segment>,
    trailing_slash: bool,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// `chat`
    Literal(String),
    /// `{a}.{b}`, `*.json`, `user-?`
    Glob(Vec<Piece>),
    /// `**` / `{*rest}` / `<rest..>`; the name is `None` for `**`.
    Rest(Option<String>),
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    Literal(String),
    /// `{name}` or `<name>`
    Var(String),
    /// `*`
    Star,
    /// `?`
    One,
}

/// Why a pattern was refused, and where (a byte range of the source string).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseError {
    pub at: std::ops::Range<usize>,
    pub kind: ParseErrorKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseErrorKind {
    Unclosed(char),
    Unopened(char),
    EmptyName,
    BadName(String),
    Duplicate(String, String),
    RestNotLast,
    Regex,
    EmptySegment,
}

impl fmt::Display for ParseErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unclosed(c) => write!(f, "`{c}` is never closed"),
            Self::Unopened(c) => write!(f, "`{c}` closes nothing"),
            Self::EmptyName => f.write_str("a variable needs a name"),
            Self::BadName(n) => write!(f, "`{n}` is not a valid variable name"),
            Self::Duplicate(a, b) if a == b => write!(f, "variable `{a}` is declared twice"),
            Self::Duplicate(a, b) => write!(
                f,
                "variables `{a}` and `{b}` are the same Rust name `{}`",
                snake_case(a)
            ),
            Self::RestNotLast => f.write_str("a named rest variable must be the last segment"),
            Self::Regex => f.write_str("regex constraints `{name:regex}` are not supported"),
            Self::EmptySegment => f.write_str("empty segment"),
        }
    }
}
impl fmt::Display for ParseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}
impl std::error::Error for ParseError {}

/// `roomId` → `room_id`, `HTTPPort2` → `http_port2`. Idempotent.
pub fn snake_case(name: &str) -> String {
    let chars: Vec<char> = name.chars().collect();
    let mut out = String::with_capacity(name.len() + 4);
    for (i, &c) in chars.iter().enumerate() {
        if c == '-' {
            out.push('_');
            continue;
        }
        if c.is_uppercase() {
            let prev = i.checked_sub(1).map(|p| chars[p]);
            let next = chars.get(i + 1);
            let boundary = match prev {
                None | Some('_' | '-') => false,
                Some(p) if p.is_lowercase() || p.is_ascii_digit() => true,
                Some(p) => p.is_uppercase() && next.is_some_and(|n| n.is_lowercase()),
            };
            if boundary {
                out.push('_');
            }
            out.extend(c.to_lowercase());
        } else {
            out.push(c);
        }
    }
    out
}

fn is_name(s: &str) -> bool {
    let mut it = s.chars();
    matches!(it.next(), Some(c) if c.is_alphabetic() || c == '_')
        && it.all(|c| c.is_alphanumeric() || c == '_' || c == '-')
}

impl Pattern {
    pub fn parse(source: &str) -> Result<Self, ParseError> {
        let mut segments = Vec::new();
        let mut names: Vec<String> = Vec::new();
        let trailing_slash = source.len() > 1 && source.ends_with('/');
        let mut offset = 0;
        let mut canonical = String::from("");
        let mut rest_seen = false;
        for (i, part) in source.split('/').enumerate() {
            let start = offset;
            offset += part.len() + 1;
            let first = i == 0;
            let last = offset > source.len();
            if part.is_empty() {
                if first || last {
                    continue;
                }
                return Err(ParseError {
                    at: start - 1..start + 1,
                    kind: ParseErrorKind::EmptySegment,
                });
            }
            if rest_seen {
                return Err(ParseError {
                    at: start..start + part.len(),
                    kind: ParseErrorKind::RestNotLast,
                });
            }
            canonical.push('/');
            let seg = parse_segment(part, start, &mut names)?;
            if let Segment::Rest(Some(_)) = seg {
                rest_seen = true;
            }
            write_segment(&mut canonical, &seg);
            segments.push(seg);
        }
        if trailing_slash || canonical.is_empty() {
            canonical.push('/');
        }
        Ok(Self {
            canonical,
            segments,
            trailing_slash,
        })
    }

    /// The Spring spelling, whatever was written: `/chat/<roomId>` → `/chat/{roomId}`.
    pub fn as_str(&self) -> &str {
        &self.canonical
    }
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }
    /// The pattern with every variable in its Rust spelling: what templates and look-ups use.
    pub fn rust_names(&self) -> String {
        let mut s = self.canonical.clone();
        for v in self.variables() {
            s = s.replace(&format!("{{{v}}}"), &format!("{{{}}}", snake_case(v)));
        }
        s
    }
    pub fn is_literal(&self) -> bool {
        self.segments.iter().all(|s| matches!(s, Segment::Literal(_)))
    }

    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().flat_map(|s| -> Vec<&str> {
            match s {
                Segment::Literal(_) | Segment::Rest(None) => vec![],
                Segment::Rest(Some(n)) => vec![n],
                Segment::Glob(p) => p
                    .iter()
                    .filter_map(|p| match p {
                        Piece::Var(n) => Some(n.as_str()),
                        _ => None,
                    })
                    .collect(),
            }
        })
    }

    /// The variable a Rust argument called `ident` stands for, if any.
    pub fn variable_for(&self, ident: &str) -> Option<&str> {
        let want = snake_case(ident.trim_start_matches("r#"));
        self.variables().find(|v| snake_case(v) == want)
    }

    /// Class-level prefix + method-level pattern.
    pub fn join(prefix: &str, tail: &str) -> String {
        match (prefix.trim_end_matches('/'), tail.trim_start_matches('/')) {
            (p, "") => p.to_owned(),
            (p, t) => format!("{p}/{t}"),
        }
    }

    pub fn matches<'d>(&self, destination: &'d str) -> Option<Vec<(String, &'d str)>> {
        let trailing = destination.len() > 1 && destination.ends_with('/');
        let tokens: Vec<&str> = destination.split('/').filter(|t| !t.is_empty()).collect();
        let ends_rest = matches!(self.segments.last(), Some(Segment::Rest(_)));
        if trailing != self.trailing_slash && !ends_rest {
            return None;
        }
        let mut vars = Vec::new();
        walk(&self.segments, &tokens, destination, &mut vars).then_some(vars)
    }

    /// Is there any destination that both patterns match?
    pub fn overlaps(&self, other: &Pattern) -> bool {
        if self.trailing_slash != other.trailing_slash
            && !matches!(self.segments.last(), Some(Segment::Rest(_)))
            && !matches!(other.segments.last(), Some(Segment::Rest(_)))
        {
            return false;
        }
        seg_overlap(&self.segments, &other.segments)
    }

    /// Spring's order: `Less` means `self` is the better (more specific) match.
    pub fn specificity(&self, other: &Pattern) -> Ordering {
        let (a, b) = (Info::new(self), Info::new(other));
        match (a.catch_all, b.catch_all) {
            (true, true) => return Ordering::Equal,
            (true, false) => return Ordering::Greater,
            (false, true) => return Ordering::Less,
            _ => {}
        }
        match (self.is_literal(), other.is_literal()) {
            (true, false) => return Ordering::Less,
            (false, true) => return Ordering::Greater,
            _ => {}
        }
        if a.prefix && b.prefix {
            return b.len.cmp(&a.len);
        } else if a.prefix && b.doubles == 0 {
            return Ordering::Greater;
        } else if b.prefix && a.doubles == 0 {
            return Ordering::Less;
        }
        a.total()
            .cmp(&b.total())
            .then(b.len.cmp(&a.len))
            .then(a.stars.cmp(&b.stars))
            .then(a.vars.cmp(&b.vars))
    }
}

#[derive(Debug)]
struct Info {
    vars: usize,
    stars: usize,
    doubles: usize,
    len: usize,
    catch_all: bool,
    prefix: bool,
}
impl Info {
    fn new(p: &Pattern) -> Self {
        let (mut vars, mut stars, mut doubles, mut len) = (0, 0, 0, 0);
        for s in &p.segments {
            len += 1;
            match s {
                Segment::Literal(l) => len += l.len(),
                Segment::Rest(_) => {
                    doubles += 1;
                    len += 2
                }
                Segment::Glob(ps) => {
                    for p in ps {
                        match p {
                            Piece::Literal(l) => len += l.len(),
                            Piece::Var(_) => {
                                vars += 1;
                                len += 1
                            }
                            Piece::Star => {
                                stars += 1;
                                len += 1
                            }
                            Piece::One => len += 1,
                        }
                    }
                }
            }
        }
        let ends = matches!(p.segments.last(), Some(Segment::Rest(_)));
        Info {
            vars,
            stars,
            doubles,
            len,
            catch_all: ends && p.segments.len() == 1,
            prefix: ends && p.segments.len() > 1,
        }
    }
    fn total(&self) -> usize {
        self.vars + self.stars + 2 * self.doubles
    }
}

fn write_segment(out: &mut String, seg: &Segment) {
    match seg {
        Segment::Literal(l) => out.push_str(l),
        Segment::Rest(None) => out.push_str("**"),
        Segment::Rest(Some(n)) => {
            out.push_str("{*");
            out.push_str(n);
            out.push('}')
        }
        Segment::Glob(ps) => {
            for p in ps {
                match p {
                    Piece::Literal(l) => out.push_str(l),
                    Piece::Var(n) => {
                        out.push('{');
                        out.push_str(n);
                        out.push('}')
                    }
                    Piece::Star => out.push('*'),
                    Piece::One => out.push('?'),
                }
            }
        }
    }
}

fn parse_segment(part: &str, start: usize, names: &mut Vec<String>) -> Result<Segment, ParseError> {
    if part == "**" {
        return Ok(Segment::Rest(None));
    }
    let mut pieces: Vec<Piece> = Vec::new();
    let mut lit = String::new();
    let b = part.as_bytes();
    let mut i = 0;
    let mut declare = |name: &str, at: std::ops::Range<usize>| {
        if name.is_empty() {
            return Err(ParseError {
                at,
                kind: ParseErrorKind::EmptyName,
            });
        }
        if name.contains(':') {
            return Err(ParseError {
                at,
                kind: ParseErrorKind::Regex,
            });
        }
        if !is_name(name) {
            return Err(ParseError {
                at,
                kind: ParseErrorKind::BadName(name.into()),
            });
        }
        if let Some(prev) = names.iter().find(|n| snake_case(n) == snake_case(name)) {
            return Err(ParseError {
                at,
                kind: ParseErrorKind::Duplicate(prev.clone(), name.into()),
            });
        }
        names.push(name.into());
        Ok(())
    };
    while i < b.len() {
        match b[i] {
            open @ (b'{' | b'<') => {
                let close = if open == b'{' { b'}' } else { b'>' };
                let Some(len) = b[i + 1..].iter().position(|&c| c == close) else {
                    return Err(ParseError {
                        at: start + i..start + b.len(),
                        kind: ParseErrorKind::Unclosed(open as char),
                    });
                };
                let inner = &part[i + 1..i + 1 + len];
                let at = start + i + 1..start + i + 1 + len;
                let (name, rest) = match (inner.strip_prefix('*'), inner.strip_suffix("..")) {
                    (Some(n), _) if open == b'{' => (n, true),
                    (_, Some(n)) if open == b'<' => (n, true),
                    _ => (inner, false),
                };
                declare(name, at.clone())?;
                if rest {
                    if i != 0 || i + len + 2 != b.len() {
                        return Err(ParseError {
                            at,
                            kind: ParseErrorKind::RestNotLast,
                        });
                    }
                    return Ok(Segment::Rest(Some(name.into())));
                }
                if !lit.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut lit)));
                }
                pieces.push(Piece::Var(name.into()));
                i += len + 2;
                continue;
            }
            c @ (b'}' | b'>') => {
                return Err(ParseError {
                    at: start + i..start + i + 1,
                    kind: ParseErrorKind::Unopened(c as char),
                });
            }
            b'*' => {
                if !lit.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut lit)));
                }
                if pieces.last() != Some(&Piece::Star) {
                    pieces.push(Piece::Star);
                }
            }
            b'?' => {
                if !lit.is_empty() {
                    pieces.push(Piece::Literal(std::mem::take(&mut lit)));
                }
                pieces.push(Piece::One);
            }
            _ => {
                let c = part[i..].chars().next().unwrap();
                lit.push(c);
                i += c.len_utf8();
                continue;
            }
        }
        i += 1;
    }
    if pieces.is_empty() {
        return Ok(Segment::Literal(lit));
    }
    if !lit.is_empty() {
        pieces.push(Piece::Literal(lit));
    }
    Ok(Segment::Glob(pieces))
}

fn walk<'d>(pat: &[Segment], toks: &[&'d str], whole: &'d str, vars: &mut Vec<(String, &'d str)>) -> bool {
    match pat.split_first() {
        None => toks.is_empty(),
        Some((Segment::Literal(l), rest)) => match toks.split_first() {
            Some((t, more)) if t == l => walk(rest, more, whole, vars),
            _ => false,
        },
        Some((Segment::Glob(ps), rest)) => match toks.split_first() {
            Some((t, more)) => {
                let mark = vars.len();
                if glob(ps, t, vars) && walk(rest, more, whole, vars) {
                    return true;
                }
                vars.truncate(mark);
                false
            }
            None => false,
        },
        Some((Segment::Rest(name), rest)) => {
            if rest.is_empty() {
                if let Some(n) = name {
                    if toks.is_empty() {
                        return false;
                    }
                    let base = whole.as_ptr() as usize;
                    let from = toks[0].as_ptr() as usize - base;
                    vars.push((n.clone(), &whole[from..]));
                }
                return true;
            }
            (0..=toks.len()).any(|k| walk(rest, &toks[k..], whole, vars))
        }
    }
}

/// Greedy with backtracking, like `(.*)` groups.
fn glob<'d>(ps: &[Piece], s: &'d str, vars: &mut Vec<(String, &'d str)>) -> bool {
    match ps.split_first() {
        None => s.is_empty(),
        Some((Piece::Literal(l), rest)) => s.strip_prefix(l.as_str()).is_some_and(|s| glob(rest, s, vars)),
        Some((Piece::One, rest)) => {
            let mut it = s.chars();
            it.next().is_some() && glob(rest, it.as_str(), vars)
        }
        Some((p @ (Piece::Var(_) | Piece::Star), rest)) => {
            let ends = s
                .char_indices()
                .map(|(i, _)| i)
                .chain([s.len()])
                .collect::<Vec<_>>();
            for &end in ends.iter().rev() {
                let mark = vars.len();
                if let Piece::Var(n) = p {
                    vars.push((n.clone(), &s[..end]));
                }
                if glob(rest, &s[end..], vars) {
                    return true;
                }
                vars.truncate(mark);
            }
            false
        }
    }
}

fn seg_overlap(a: &[Segment], b: &[Segment]) -> bool {
    match (a.split_first(), b.split_first()) {
        (None, None) => true,
        (Some((Segment::Rest(_), ra)), _) if seg_overlap(ra, b) => true,
        (Some((Segment::Rest(_), _)), Some((_, rb))) => seg_overlap(a, rb),
        (_, Some((Segment::Rest(_), rb))) if seg_overlap(a, rb) => true,
        (Some((_, ra)), Some((Segment::Rest(_), _))) => seg_overlap(ra, b),
        (Some((x, ra)), Some((y, rb))) => one_overlap(x, y) && seg_overlap(ra, rb),
        _ => false,
    }
}
fn one_overlap(x: &Segment, y: &Segment) -> bool {
    fn atoms(s: &Segment) -> Vec<Option<char>> {
        // None = any run of characters; Some('\0') = exactly one character
        match s {
            Segment::Literal(l) => l.chars().map(Some).collect(),
            Segment::Glob(ps) => ps
                .iter()
                .flat_map(|p| match p {
                    Piece::Literal(l) => l.chars().map(Some).collect(),
                    Piece::One => vec![Some('\0')],
                    _ => vec![None],
                })
                .collect(),
            Segment::Rest(_) => vec![None],
        }
    }
    fn go(a: &[Option<char>], b: &[Option<char>]) -> bool {
        match (a.split_first(), b.split_first()) {
            (None, None) => true,
            (Some((None, ra)), _) if go(ra, b) => true,
            (Some((None, _)), Some((_, rb))) => go(a, rb),
            (_, Some((None, rb))) if go(a, rb) => true,
            (Some((_, ra)), Some((None, _))) => go(ra, b),
            (Some((Some(x), ra)), Some((Some(y), rb))) => (x == y || *x == '\0' || *y == '\0') && go(ra, rb),
            _ => false,
        }
    }
    go(&atoms(x), &atoms(y))
}

#[cfg(test)]
mod tests {
    use super::*;
    fn p(s: &str) -> Pattern {
        Pattern::parse(s).unwrap()
    }

    #[test]
    fn spellings_agree() {
        assert_eq!(p("/chat/<roomId>").as_str(), "/chat/{roomId}");
        assert_eq!(p("/files/<path..>").as_str(), "/files/{*path}");
        assert_eq!(p("/chat/{roomId}"), p("/chat/<roomId>"));
        assert_eq!(p("chat").as_str(), "/chat");
    }
    #[test]
    fn names() {
        for (a, b) in [
            ("roomId", "room_id"),
            ("room_id", "room_id"),
            ("roomID", "room_id"),
            ("URL", "url"),
            ("userURLPath", "user_url_path"),
            ("x1", "x1"),
            ("room-id", "room_id"),
        ] {
            assert_eq!(snake_case(a), b);
        }
        assert_eq!(p("/c/{roomId}").variable_for("room_id"), Some("roomId"));
        assert!(matches!(
            Pattern::parse("/{roomId}/{room_id}").unwrap_err().kind,
            ParseErrorKind::Duplicate(..)
        ));
    }
    #[test]
    fn errors_have_positions() {
        let e = Pattern::parse("/chat/{room").unwrap_err();
        assert_eq!(
            (e.at.clone(), e.to_string()),
            (6..11, "`{` is never closed".into())
        );
        assert_eq!(Pattern::parse("/a//b").unwrap_err().at, 2..4);
    }
    #[test]
    fn ant() {
        for (pat, ok, no) in [
            (
                "/price.stock.*",
                vec!["/price.stock.X", "/price.stock."],
                vec!["/price.stock.x/y"],
            ),
            (
                "/price.stock.{ticker}",
                vec!["/price.stock.GOOG"],
                vec!["/price.stock/GOOG"],
            ),
            ("/t?st", vec!["/test", "/tast"], vec!["/tst", "/teest"]),
            (
                "/topic/**",
                vec!["/topic", "/topic/a", "/topic/a/b"],
                vec!["/topics"],
            ),
            ("/**/x", vec!["/x", "/a/x", "/a/b/x"], vec!["/a/b/y"]),
            ("/a/**/z/**", vec!["/a/z", "/a/q/z/w"], vec!["/a"]),
            ("/{a}.{b}", vec!["/1.2", "/1.2.3"], vec!["/12"]),
        ] {
            for d in ok {
                assert!(p(pat).matches(d).is_some(), "{pat} {d}");
            }
            for d in no {
                assert!(p(pat).matches(d).is_none(), "{pat} {d}");
            }
        }
        assert_eq!(
            p("/{a}.{b}").matches("/1.2.3").unwrap(),
            [("a".into(), "1.2"), ("b".into(), "3")]
        );
        assert_eq!(
            p("/f/{*rest}").matches("/f/a/b").unwrap(),
            [("rest".into(), "a/b")]
        );
    }
    #[test]
    fn overlap() {
        for (a, b, yes) in [
            ("/chat/{r}", "/chat/*", true),
            ("/chat/{r}", "/chat/{r}/x", false),
            ("/chat/**", "/chat/{r}", true),
            ("/a/*/c", "/a/b/*", true),
            ("/a/x*", "/a/*y", true),
            ("/a/x*", "/a/y*", false),
            ("/**/x", "/a/**", true),
            ("/a/b", "/a/c", false),
            ("/a?", "/ab", true),
        ] {
            assert_eq!(p(a).overlaps(&p(b)), yes, "{a} {b}");
            assert_eq!(p(b).overlaps(&p(a)), yes, "{b} {a}");
        }
    }
    #[test]
    fn order() {
        // (better, worse) pairs
        for (a, b) in [
            ("/hotels/new", "/hotels/*"),
            ("/hotels/{h}", "/hotels/*"),
            ("/hotels/new", "/hotels/{h}"),
            ("/hotels/{h}", "/hotels/**"),
            ("/hotels/*", "/hotels/**"),
            ("/{a}/b/c", "/x/{b}/{c}"),
            ("/hotels/foo/bar/**", "/hotels/{h}"),
            ("/a/**", "/**"),
            ("/hotels/{h}/b/**", "/hotels/**"),
        ] {
            let o = p(a).specificity(&p(b));
            if a == "/hotels/foo/bar/**" {
                assert_eq!(o, Ordering::Greater);
                continue;
            }
            assert_eq!(o, Ordering::Less, "{a} < {b}");
            assert_eq!(p(b).specificity(&p(a)), Ordering::Greater, "{b} > {a}");
        }
        assert_eq!(p("/chat/{a}").specificity(&p("/chat/{b}")), Ordering::Equal);
    }
}
