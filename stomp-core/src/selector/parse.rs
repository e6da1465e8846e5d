//! Tokens to a program.

use super::{
    Selector, SelectorError, SelectorProblem,
    lexer::{Lexer, Token, Word, span},
    like,
    program::{Constant, Program, STACK, Span, Step},
    value::{Arithmetic, Comparison},
};

/// What an expression can be, as far as its text tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A header: whatever it is compared with.
    Header,
    Text,
    Number,
    Truth,
}

/// What is wrong, and at which octet.
type Malformed = (SelectorProblem, usize);

struct Parser<'t> {
    lexer: Lexer<'t>,
    /// The token that is looked at, and where it begins.
    token: Token,
    at: usize,
    program: Program,
    /// How many values wait on the stack, once the steps so far are taken.
    height: usize,
    depth: usize,
}

/// Parses a selector.
pub(super) fn parse(text: &str) -> Result<Program, SelectorError> {
    let parsed = match text.len() {
        0..=Selector::MAX_LENGTH => Parser::new(text).and_then(Parser::parse),
        _ => Err((SelectorProblem::TooLong, Selector::MAX_LENGTH)),
    };
    parsed.map_err(|(problem, octet)| SelectorError {
        problem,
        position: 1 + text
            .char_indices()
            .take_while(|(place, _)| *place < octet)
            .count(),
    })
}

impl<'t> Parser<'t> {
    fn new(text: &'t str) -> Result<Self, Malformed> {
        let mut parser = Self {
            lexer: Lexer::new(text),
            token: Token::End,
            at: 0,
            program: Program::default(),
            height: 0,
            depth: 0,
        };
        parser.advance()?;
        Ok(parser)
    }

    fn parse(mut self) -> Result<Program, Malformed> {
        let kind = self.any_of()?;
        condition(kind, 0)?;
        match self.token {
            Token::End => Ok(self.program),
            _ => self.fail(SelectorProblem::Expected("the end")),
        }
    }

    /// `… OR …`
    fn any_of(&mut self) -> Result<Kind, Malformed> {
        self.joined(Word::Or, &Step::Or, |parser| {
            parser.joined(Word::And, &Step::And, Self::negated)
        })
    }

    fn joined(
        &mut self,
        word: Word,
        step: &Step,
        part: impl Fn(&mut Self) -> Result<Kind, Malformed>,
    ) -> Result<Kind, Malformed> {
        let start = self.at;
        let mut kind = part(self)?;
        while self.takes_word(word)? {
            condition(kind, start)?;
            let start = self.at;
            let other = part(self)?;
            condition(other, start)?;
            self.push(step.clone())?;
            kind = Kind::Truth;
        }
        Ok(kind)
    }

    /// `NOT …`
    fn negated(&mut self) -> Result<Kind, Malformed> {
        let mut nots = 0;
        while self.takes_word(Word::Not)? {
            nots += 1;
        }
        let start = self.at;
        let kind = self.compared()?;
        if nots == 0 {
            return Ok(kind);
        }
        condition(kind, start)?;
        // Also twice, which makes a truth value of a header.
        for _ in 0..2 - nots % 2 {
            self.push(Step::Not)?;
        }
        Ok(Kind::Truth)
    }

    /// `… = …`, `… BETWEEN … AND …`, `… IN (…)`, `… LIKE …`, `… IS NULL`
    fn compared(&mut self) -> Result<Kind, Malformed> {
        let start = self.at;
        let left = self.sum()?;
        if let Token::Comparison(comparison) = self.token {
            let at = self.at;
            self.advance()?;
            let right = self.sum()?;
            check_comparison(comparison, left, right).map_err(|problem| (problem, at))?;
            self.push(Step::Compare(comparison))?;
            return Ok(Kind::Truth);
        }
        if self.takes_word(Word::Is)? {
            let negated = self.takes_word(Word::Not)?;
            self.word(Word::Null, "NULL")?;
            header(left, start)?;
            self.push(Step::IsNull)?;
            return self.negate_if(negated);
        }
        let negated = self.takes_word(Word::Not)?;
        if self.takes_word(Word::Between)? {
            number(left, start)?;
            self.bound()?;
            self.word(Word::And, "AND")?;
            self.bound()?;
            self.push(Step::Between)?;
        } else if self.takes_word(Word::In)? {
            header(left, start)?;
            let constants = self.constants()?;
            self.push(Step::In(constants))?;
        } else if self.takes_word(Word::Like)? {
            header(left, start)?;
            let pieces = self.pattern()?;
            self.push(Step::Like(pieces))?;
        } else if negated {
            return self.fail(SelectorProblem::Expected("BETWEEN, IN or LIKE"));
        } else {
            return Ok(left);
        }
        self.negate_if(negated)
    }

    fn negate_if(&mut self, negated: bool) -> Result<Kind, Malformed> {
        if negated {
            self.push(Step::Not)?;
        }
        Ok(Kind::Truth)
    }

    fn bound(&mut self) -> Result<(), Malformed> {
        let start = self.at;
        let kind = self.sum()?;
        number(kind, start)
    }

    /// `('a', 'b', 3)`
    fn constants(&mut self) -> Result<Span, Malformed> {
        self.expect(&Token::Open, "(")?;
        let start = self.program.constants.len();
        loop {
            let negative = self.takes(&Token::Minus)?;
            let constant = match self.token.clone() {
                Token::Text(text) if !negative => Constant::Text(text),
                Token::Number(number) => Constant::Number(if negative { number.negated() } else { number }),
                _ => return self.fail(SelectorProblem::Expected("a text or a number")),
            };
            self.advance()?;
            self.program.constants.push(constant);
            if !self.takes(&Token::Comma)? {
                break;
            }
        }
        self.expect(&Token::Close, ")")?;
        Ok(span(start, self.program.constants.len()))
    }

    /// `'a%' ESCAPE '!'`
    fn pattern(&mut self) -> Result<Span, Malformed> {
        let at = self.at;
        let pattern = self.text("a pattern in quotes")?;
        let escape = match self.takes_word(Word::Escape)? {
            true => Some(self.escape()?),
            false => None,
        };
        let start = self.program.pieces.len();
        let texts = &mut self.program.texts;
        let pattern = texts[usize::from(pattern.start)..usize::from(pattern.end)].to_owned();
        let pieces = like::pieces(&pattern, escape, texts).map_err(|problem| (problem, at))?;
        self.program.effort += like::effort(&pieces);
        self.program.pieces.extend(pieces);
        Ok(span(start, self.program.pieces.len()))
    }

    fn escape(&mut self) -> Result<char, Malformed> {
        let at = self.at;
        let expected = "one character in quotes";
        let text = self.text(expected)?;
        let mut text = self.program.texts[usize::from(text.start)..usize::from(text.end)].chars();
        match (text.next(), text.next()) {
            (Some(escape), None) => Ok(escape),
            _ => Err((SelectorProblem::Expected(expected), at)),
        }
    }

    fn text(&mut self, expected: &'static str) -> Result<Span, Malformed> {
        let Token::Text(text) = self.token.clone() else {
            return self.fail(SelectorProblem::Expected(expected));
        };
        self.advance()?;
        Ok(text)
    }

    /// `… + …`, `… - …`
    fn sum(&mut self) -> Result<Kind, Malformed> {
        self.calculated(Self::product, |token| match token {
            Token::Plus => Some(Arithmetic::Add),
            Token::Minus => Some(Arithmetic::Subtract),
            _ => None,
        })
    }

    /// `… * …`, `… / …`
    fn product(&mut self) -> Result<Kind, Malformed> {
        self.calculated(Self::signed, |token| match token {
            Token::Times => Some(Arithmetic::Multiply),
            Token::Over => Some(Arithmetic::Divide),
            _ => None,
        })
    }

    fn calculated(
        &mut self,
        part: impl Fn(&mut Self) -> Result<Kind, Malformed>,
        arithmetic: impl Fn(&Token) -> Option<Arithmetic>,
    ) -> Result<Kind, Malformed> {
        let start = self.at;
        let mut kind = part(self)?;
        while let Some(arithmetic) = arithmetic(&self.token) {
            number(kind, start)?;
            self.advance()?;
            let start = self.at;
            let other = part(self)?;
            number(other, start)?;
            self.push(Step::Calculate(arithmetic))?;
            kind = Kind::Number;
        }
        Ok(kind)
    }

    /// `-…`
    fn signed(&mut self) -> Result<Kind, Malformed> {
        let (mut signs, mut negative) = (false, false);
        while matches!(self.token, Token::Plus | Token::Minus) {
            signs = true;
            negative ^= self.token == Token::Minus;
            self.advance()?;
        }
        if !signs {
            return self.operand();
        }
        // `0 - x`, and `0 + x` makes a number of a header.
        self.push(Step::Number(super::value::Number::Whole(0)))?;
        let start = self.at;
        let kind = self.operand()?;
        number(kind, start)?;
        self.push(Step::Calculate(match negative {
            true => Arithmetic::Subtract,
            false => Arithmetic::Add,
        }))?;
        Ok(Kind::Number)
    }

    fn operand(&mut self) -> Result<Kind, Malformed> {
        let (step, kind) = match self.token.clone() {
            Token::Open => return self.nested(),
            Token::Name(name) => (Step::Header(name), Kind::Header),
            Token::Text(text) => (Step::Text(text), Kind::Text),
            Token::Number(number) => (Step::Number(number), Kind::Number),
            Token::Word(Word::True) => (Step::Truth(true), Kind::Truth),
            Token::Word(Word::False) => (Step::Truth(false), Kind::Truth),
            _ => return self.fail(SelectorProblem::Expected("a header or a value")),
        };
        self.push(step)?;
        self.advance()?;
        Ok(kind)
    }

    fn nested(&mut self) -> Result<Kind, Malformed> {
        if self.depth == Selector::MAX_DEPTH {
            return self.fail(SelectorProblem::TooDeep);
        }
        self.depth += 1;
        self.advance()?;
        let kind = self.any_of()?;
        self.expect(&Token::Close, ")")?;
        self.depth -= 1;
        Ok(kind)
    }

    fn push(&mut self, step: Step) -> Result<(), Malformed> {
        self.height = self.height + 1 - step.takes();
        if self.height > STACK {
            return self.fail(SelectorProblem::TooDeep);
        }
        self.program.lookups += usize::from(matches!(step, Step::Header(_)));
        self.program.steps.push(step);
        Ok(())
    }

    fn word(&mut self, word: Word, expected: &'static str) -> Result<(), Malformed> {
        self.expect(&Token::Word(word), expected)
    }

    fn expect(&mut self, token: &Token, expected: &'static str) -> Result<(), Malformed> {
        match self.takes(token)? {
            true => Ok(()),
            false => self.fail(SelectorProblem::Expected(expected)),
        }
    }

    fn takes_word(&mut self, word: Word) -> Result<bool, Malformed> {
        self.takes(&Token::Word(word))
    }

    fn takes(&mut self, token: &Token) -> Result<bool, Malformed> {
        let takes = self.token == *token;
        if takes {
            self.advance()?;
        }
        Ok(takes)
    }

    fn advance(&mut self) -> Result<(), Malformed> {
        (self.token, self.at) = self.lexer.next(&mut self.program.texts)?;
        Ok(())
    }

    fn fail<T>(&self, problem: SelectorProblem) -> Result<T, Malformed> {
        Err((problem, self.at))
    }
}

fn condition(kind: Kind, at: usize) -> Result<(), Malformed> {
    match kind {
        Kind::Header | Kind::Truth => Ok(()),
        Kind::Text | Kind::Number => Err((SelectorProblem::Expected("a condition"), at)),
    }
}

fn header(kind: Kind, at: usize) -> Result<(), Malformed> {
    match kind {
        Kind::Header => Ok(()),
        Kind::Text | Kind::Number | Kind::Truth => Err((SelectorProblem::Expected("a header"), at)),
    }
}

fn number(kind: Kind, at: usize) -> Result<(), Malformed> {
    match kind {
        Kind::Header | Kind::Number => Ok(()),
        Kind::Text | Kind::Truth => Err((SelectorProblem::Expected("a number"), at)),
    }
}

fn check_comparison(comparison: Comparison, left: Kind, right: Kind) -> Result<(), SelectorProblem> {
    let has_order = |kind| matches!(kind, Kind::Header | Kind::Number);
    match comparison {
        Comparison::Equal | Comparison::NotEqual => {
            match left == right || left == Kind::Header || right == Kind::Header {
                true => Ok(()),
                false => Err(SelectorProblem::NotComparable),
            }
        }
        Comparison::Less | Comparison::LessOrEqual | Comparison::Greater | Comparison::GreaterOrEqual => {
            match has_order(left) && has_order(right) {
                true => Ok(()),
                false => Err(SelectorProblem::NoOrder),
            }
        }
    }
}
