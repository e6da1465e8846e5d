//! Time, randomness and tasks: the one place where they come from (invariant 1 of docs/architecture.md).

use std::{
    fmt,
    sync::{Arc, OnceLock},
    time::Duration,
};

use futures_core::future::BoxFuture;
use stomp_core::Moment;
use tokio::{runtime::Handle, task::JoinHandle, time::Instant};

/// Where a server takes time, randomness and tasks from.
///
/// Time is tokio's, so that `tokio::time::pause` stops it in tests. Cheap to clone.
#[derive(Clone)]
pub struct Env(Arc<Inner>);

/// Fills a slice with random octets.
type Entropy = Box<dyn Fn(&mut [u8]) + Send + Sync>;

struct Inner {
    origin: OnceLock<Instant>,
    runtime: OnceLock<Handle>,
    entropy: Entropy,
}

impl Env {
    /// The operating system's clock and randomness, and the tokio runtime that the server is started on.
    #[must_use]
    pub fn system() -> Self {
        Self::with_entropy(|octets| {
            #[expect(clippy::disallowed_methods, reason = "this is `Env`")]
            getrandom::fill(octets).expect("the operating system has a source of randomness");
        })
    }

    /// The same with another source of randomness, for runs that can be repeated. `fill` fills the slice.
    #[must_use]
    pub fn with_entropy(fill: impl Fn(&mut [u8]) + Send + Sync + 'static) -> Self {
        let inner = Inner {
            origin: OnceLock::new(),
            runtime: OnceLock::new(),
            entropy: Box::new(fill),
        };
        Self(Arc::new(inner))
    }

    /// 128 random bits.
    pub(crate) fn random_bits(&self) -> u128 {
        let mut octets = [0; 16];
        (self.0.entropy)(&mut octets);
        u128::from_ne_bytes(octets)
    }

    /// Remembers the runtime that tasks run on; the first one counts.
    pub(crate) fn enter_runtime(&self) {
        self.0.runtime.get_or_init(Handle::current);
    }

    /// Milliseconds since this was first asked.
    pub(crate) fn now(&self) -> Moment {
        #[expect(clippy::disallowed_methods, reason = "this is `Env`")]
        let now = Instant::now();
        let origin = *self.0.origin.get_or_init(|| now);
        Moment::ORIGIN.after(now.saturating_duration_since(origin))
    }

    pub(crate) async fn sleep(&self, duration: Duration) {
        #[expect(clippy::disallowed_methods, reason = "this is `Env`")]
        tokio::time::sleep(duration).await;
    }

    /// Waits for `future` for so long; `None` when that was not long enough.
    pub(crate) async fn within<F: Future>(&self, duration: Duration, future: F) -> Option<F::Output> {
        #[expect(clippy::disallowed_methods, reason = "this is `Env`")]
        let waited = tokio::time::timeout(duration, future).await;
        waited.ok()
    }

    /// Runs a task on the server's runtime, from whatever thread. `None` before the server was started.
    pub(crate) fn spawn<F>(&self, task: F) -> Option<JoinHandle<F::Output>>
    where
        F: Future<Output: Send> + Send + 'static,
    {
        #[expect(clippy::disallowed_methods, reason = "this is `Env`")]
        self.0.runtime.get().map(|runtime| runtime.spawn(task))
    }

    /// Polls `task` to its end where it may block: on the runtime's threads for that.
    pub(crate) fn block_on<T: Send + 'static>(&self, task: BoxFuture<'static, T>) -> BoxFuture<'static, T> {
        let Some(runtime) = self.0.runtime.get().cloned() else {
            return task;
        };
        #[expect(clippy::disallowed_methods, reason = "this is `Env`")]
        let running = runtime.clone().spawn_blocking(move || runtime.block_on(task));
        Box::pin(async move {
            match running.await {
                Ok(done) => done,
                Err(error) => std::panic::resume_unwind(error.into_panic()),
            }
        })
    }
}

impl fmt::Debug for Env {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Env").finish_non_exhaustive()
    }
}
