//! The right to walk a topic.

use std::{ops::Deref, sync::Arc};

use super::{Topic, Topics, topic::Next, walk::Walk};

/// The right to walk a topic, which one publisher has at a time, or the task that goes on for it.
///
/// When it goes away before the line is empty, as by a panic or with its runtime, what waits is lost, those who wait
/// for that are told, and the next publisher walks.
#[derive(Debug)]
pub(super) struct Turn<T: Deref<Target = Topics>> {
    topics: T,
    topic: Arc<Topic>,
    over: bool,
}

impl<T: Deref<Target = Topics>> Turn<T> {
    /// Of whoever came [first](super::topic::Place::enter) into the topic's line.
    pub(super) fn new(topics: T, topic: Arc<Topic>) -> Self {
        Self {
            topics,
            topic,
            over: false,
        }
    }

    /// The next message; `None` when nothing waits: the turn is over.
    pub(super) fn next(&mut self) -> Option<Walk> {
        match self.topic.next() {
            Next::Message(entered, message_id) => Some(Walk::new(entered, message_id, &self.topic)),
            Next::Nothing { retire } => {
                self.over = true;
                if retire {
                    self.topics.forget_if_idle(self.topic.address());
                }
                None
            }
        }
    }

    /// Passes the turn on to somebody who holds the topics in another way.
    pub(super) fn pass<U: Deref<Target = Topics>>(mut self, topics: U) -> Turn<U> {
        self.over = true;
        Turn::new(topics, Arc::clone(&self.topic))
    }
}

impl<T: Deref<Target = Topics>> Drop for Turn<T> {
    fn drop(&mut self) {
        if !self.over {
            let waiting = self.topic.abandon();
            tracing::warn!(
                destination = %self.topic.address().path().escape_debug(),
                waiting = waiting.len(),
                "messages were lost: the task that handed them to subscribers has ended"
            );
            self.topics.forget_if_idle(self.topic.address());
        }
    }
}
