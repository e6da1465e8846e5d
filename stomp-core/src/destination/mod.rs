//! Destinations and patterns (stand-in until the grammar arrives).
#![allow(missing_docs, missing_debug_implementations, clippy::all)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Separator { Slash, Dot }
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pattern(String);
#[derive(Debug)]
pub struct PatternError;
impl Pattern {
    pub fn parse(text: &str, _: Separator) -> Result<Self, PatternError> { Ok(Self(text.into())) }
    pub fn literal(text: &str, _: Separator) -> Self { Self(text.into()) }
    pub fn literal_prefix(&self) -> &str { self.0.split('*').next().unwrap_or("") }
    pub fn matches(&self, d: &str) -> bool { d.starts_with(self.literal_prefix()) }
}
pub fn is_pattern(text: &str) -> bool { text.contains(['*', '?', '{']) }
#[derive(Debug)]
pub struct DestinationError;
impl std::fmt::Display for DestinationError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("a destination has an empty segment") } }
pub fn validate(d: &str, _: Separator) -> Result<(), DestinationError> { if d.is_empty() || d.trim_matches('/').contains("//") { Err(DestinationError) } else { Ok(()) } }
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PatternId(usize);
#[derive(Debug)]
pub struct PatternSet<T>(Vec<Option<(Pattern, T)>>);
impl<T> Default for PatternSet<T> { fn default() -> Self { Self(vec![]) } }
impl<T> PatternSet<T> {
    pub fn insert(&mut self, p: Pattern, t: T) -> PatternId { self.0.push(Some((p, t))); PatternId(self.0.len() - 1) }
    pub fn remove(&mut self, id: PatternId) -> Option<T> { self.0[id.0].take().map(|x| x.1) }
    pub fn matching<'a>(&'a self, d: &'a str) -> impl Iterator<Item = &'a T> { self.0.iter().flatten().filter(move |(p, _)| p.matches(d)).map(|x| &x.1) }
}
