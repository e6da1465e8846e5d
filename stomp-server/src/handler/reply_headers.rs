//! Headers of a message that its answers take over.

use std::fmt;

use crate::Headers;

/// Says of a header's name whether answers take it over.
type Filter = Box<dyn Fn(&str) -> bool + Send + Sync>;

/// The filters of an application: a header is taken over when one of them takes it. Without any nothing is looked at.
#[derive(Default)]
pub(crate) struct ReplyHeaders(Vec<Filter>);

impl ReplyHeaders {
    pub(crate) fn add(&mut self, filter: impl Fn(&str) -> bool + Send + Sync + 'static) {
        self.0.push(Box::new(filter));
    }

    /// The headers of an answer: what it takes over from the message, then its own. What it says itself is not taken
    /// over too, as the first of several values counts.
    pub(crate) fn complete(&self, message: &Headers, answer: Headers) -> Headers {
        if self.0.is_empty() {
            return answer;
        }
        let mut all = Headers::new();
        for (name, value) in message.iter() {
            let is_taken = self.0.iter().any(|filter| filter(name));
            if is_taken && !answer.contains(name) && !matches!(name, "content-type" | "content-length") {
                all.push(name, value);
            }
        }
        for (name, value) in answer.iter() {
            all.push(name, value);
        }
        all
    }
}

impl fmt::Debug for ReplyHeaders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ReplyHeaders").field(&self.0.len()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&str, &str)]) -> Headers {
        let mut headers = Headers::new();
        for (name, value) in pairs {
            headers.push(name, value);
        }
        headers
    }

    /// Rows: RET-22
    #[test]
    fn filters_add_up_and_an_answer_keeps_what_it_says() {
        let message = headers(&[
            ("destination", "/app/x"),
            ("x-a", "1"),
            ("x-a", "2"),
            ("y", "3"),
            ("z", "4"),
            ("content-type", "text/html"),
        ]);
        let own = headers(&[("x-own", "5"), ("z", "6")]);
        let mut filters = ReplyHeaders::default();
        assert_eq!(filters.complete(&message, own.clone()), own);
        filters.add(|name| name.starts_with("x-"));
        filters.add(|name| name == "z" || name == "content-type");
        let expected = headers(&[("x-a", "1"), ("x-a", "2"), ("x-own", "5"), ("z", "6")]);
        assert_eq!(filters.complete(&message, own), expected);
    }
}
