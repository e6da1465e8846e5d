//! Waiting for several things to be done.

use std::sync::atomic::{AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Opens when everything that was expected has come.
#[derive(Debug, Default)]
pub(crate) struct Latch {
    expected: AtomicUsize,
    opened: Notify,
}

impl Latch {
    pub(crate) fn expect(&self) {
        self.expected.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn arrive(&self) {
        if self.expected.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.opened.notify_one();
        }
    }

    /// Is something expected that has not come?
    pub(crate) fn is_expecting(&self) -> bool {
        self.expected.load(Ordering::Acquire) > 0
    }

    /// Waits until nothing is expected any more. One task may wait at a time.
    pub(crate) async fn opened(&self) {
        while self.is_expecting() {
            self.opened.notified().await;
        }
    }
}
