//! A selector's text as tokens.

use super::{
    SelectorProblem,
    program::Span,
    value::{Comparison, Number},
};

/// What a selector is made of.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Token {
    /// A header's name, among the texts.
    Name(Span),
    /// A text, among the texts.
    Text(Span),
    Number(Number),
    Word(Word),
    Comparison(Comparison),
    Plus,
    Minus,
    Times,
    Over,
    Open,
    Close,
    Comma,
    End,
}

/// A word that is no name, in whatever case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Word {
    And,
    Between,
    Escape,
    False,
    In,
    Is,
    Like,
    Not,
    Null,
    Or,
    True,
}

const WORDS: [(&str, Word); 11] = [
    ("AND", Word::And),
    ("BETWEEN", Word::Between),
    ("ESCAPE", Word::Escape),
    ("FALSE", Word::False),
    ("IN", Word::In),
    ("IS", Word::Is),
    ("LIKE", Word::Like),
    ("NOT", Word::Not),
    ("NULL", Word::Null),
    ("OR", Word::Or),
    ("TRUE", Word::True),
];

/// Where the text has been read to.
#[derive(Debug)]
pub(super) struct Lexer<'t> {
    text: &'t str,
    at: usize,
}

impl<'t> Lexer<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, at: 0 }
    }

    /// The next token and where it begins. What it says is added to `texts`.
    pub(super) fn next(&mut self, texts: &mut String) -> Result<(Token, usize), (SelectorProblem, usize)> {
        self.take(|next| next.is_ascii_whitespace());
        let start = self.at;
        let Some(first) = self.rest().chars().next() else {
            return Ok((Token::End, start));
        };
        let token = match first {
            '\'' => self.quoted('\'', texts).map(Token::Text),
            '"' => self.quoted('"', texts).and_then(|span| match span.is_empty() {
                true => Err(SelectorProblem::EmptyName),
                false => Ok(Token::Name(span)),
            }),
            '0'..='9' | '.' => self.number(),
            first if begins_name(first) => Ok(self.word(texts)),
            _ => self.symbol(),
        };
        Ok((token.map_err(|problem| (problem, start))?, start))
    }

    fn rest(&self) -> &'t str {
        &self.text[self.at..]
    }

    fn take(&mut self, wanted: impl Fn(char) -> bool) -> &'t str {
        let rest = self.rest();
        let end = rest.find(|next| !wanted(next)).unwrap_or(rest.len());
        self.at += end;
        &rest[..end]
    }

    /// Up to the closing quote; a doubled one stands for itself.
    fn quoted(&mut self, quote: char, texts: &mut String) -> Result<Span, SelectorProblem> {
        let start = texts.len();
        loop {
            self.at += 1;
            texts.push_str(self.take(|next| next != quote));
            if self.rest().is_empty() {
                return Err(SelectorProblem::Unclosed);
            }
            self.at += 1;
            if !self.rest().starts_with(quote) {
                return Ok(span(start, texts.len()));
            }
            texts.push(quote);
        }
    }

    fn number(&mut self) -> Result<Token, SelectorProblem> {
        let start = self.at;
        self.take(|next| next.is_ascii_digit() || next == '.');
        if self.rest().starts_with(['e', 'E']) {
            self.at += 1;
            if self.rest().starts_with(['+', '-']) {
                self.at += 1;
            }
            self.take(|next| next.is_ascii_digit());
        }
        let number = Number::parse(&self.text[start..self.at]);
        match number.filter(|_| !self.rest().starts_with(goes_on_name)) {
            Some(number) => Ok(Token::Number(number)),
            None => Err(SelectorProblem::MalformedNumber),
        }
    }

    fn word(&mut self, texts: &mut String) -> Token {
        let name = self.take(goes_on_name);
        let word = WORDS.iter().find(|(word, _)| name.eq_ignore_ascii_case(word));
        if let Some((_, word)) = word {
            return Token::Word(*word);
        }
        let start = texts.len();
        texts.push_str(name);
        Token::Name(span(start, texts.len()))
    }

    fn symbol(&mut self) -> Result<Token, SelectorProblem> {
        const SYMBOLS: [(&str, Token); 14] = [
            ("<>", Token::Comparison(Comparison::NotEqual)),
            ("!=", Token::Comparison(Comparison::NotEqual)),
            ("<=", Token::Comparison(Comparison::LessOrEqual)),
            (">=", Token::Comparison(Comparison::GreaterOrEqual)),
            ("=", Token::Comparison(Comparison::Equal)),
            ("<", Token::Comparison(Comparison::Less)),
            (">", Token::Comparison(Comparison::Greater)),
            ("+", Token::Plus),
            ("-", Token::Minus),
            ("*", Token::Times),
            ("/", Token::Over),
            ("(", Token::Open),
            (")", Token::Close),
            (",", Token::Comma),
        ];
        let rest = self.rest();
        let found = SYMBOLS.into_iter().find(|(symbol, _)| rest.starts_with(symbol));
        let (symbol, token) = found.ok_or(SelectorProblem::UnexpectedCharacter)?;
        self.at += symbol.len();
        Ok(token)
    }
}

fn begins_name(first: char) -> bool {
    first.is_alphabetic() || matches!(first, '_' | '$')
}

fn goes_on_name(next: char) -> bool {
    next.is_alphanumeric() || matches!(next, '_' | '$' | '.')
}

/// A part of what a selector holds, which is no longer than a selector may be.
pub(super) fn span(start: usize, end: usize) -> Span {
    let place = |at| u16::try_from(at).expect("a selector is short");
    place(start)..place(end)
}
