//! Waiting for several things to be done.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use tokio::sync::Notify;

/// Opens when everything that was expected has come, or is known not to come.
#[derive(Debug, Default)]
pub(crate) struct Latch {
    expected: AtomicUsize,
    lost: AtomicBool,
    opened: Notify,
}

/// Something that was expected at a latch will not come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Lost;

impl Latch {
    pub(crate) fn expect(&self) {
        self.expected.fetch_add(1, Ordering::AcqRel);
    }

    pub(crate) fn arrive(&self) {
        if self.expected.fetch_sub(1, Ordering::AcqRel) == 1 {
            self.opened.notify_one();
        }
    }

    /// Something that was expected will not come.
    pub(crate) fn lose(&self) {
        self.lost.store(true, Ordering::Release);
        self.arrive();
    }

    /// Is something expected that has not come?
    pub(crate) fn is_expecting(&self) -> bool {
        self.expected.load(Ordering::Acquire) > 0
    }

    /// Waits until nothing is expected any more. One task may wait at a time.
    pub(crate) async fn opened(&self) -> Result<(), Lost> {
        while self.is_expecting() {
            self.opened.notified().await;
        }
        match self.lost.load(Ordering::Acquire) {
            true => Err(Lost),
            false => Ok(()),
        }
    }
}
