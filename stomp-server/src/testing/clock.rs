//! Time that passes when a test says so.

use std::time::Duration;

use tokio::time::Instant;

/// A clock that stands still until a test advances it: heart-beats, deadlines and the sleeps of handlers fall due
/// without anybody waiting for them.
///
/// It is the clock of tokio's runtime, which the whole server goes by. It holds for the runtime of this test only,
/// which must be one of `#[tokio::test]` without `flavor`: a runtime of several threads has no virtual time. While the
/// test waits for something that only time can bring, and nothing else can run, it goes forward by itself to what falls
/// due next; so a test that waits for what never comes fails at once, and says so.
///
/// Use it with a [`TestApp`](super::TestApp). A socket's octets travel in real time, during which a virtual clock may
/// run ahead.
///
/// ```
/// use std::time::Duration;
///
/// use stomp_server::{StompServer, testing::{TestApp, VirtualClock}};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// let clock = VirtualClock::pause();
/// let app = TestApp::start(StompServer::builder().scope(module_path!()));
/// // A client that promises a heart-beat every ten seconds, and sends none.
/// let mut silent = app.connect_with(&[("heart-beat", "10000,0")]).await.expect("accepted");
/// clock.advance(Duration::from_secs(29)).await;
/// silent.client().no_message().await; // shows a sign of life, too
/// clock.advance(Duration::from_secs(31)).await; // three heart-beats are missing now
/// assert_eq!(silent.client().expect_error().await.code(), "timed-out");
/// # }
/// ```
#[derive(Debug, Clone, Copy)]
pub struct VirtualClock {
    since: Instant,
}

impl VirtualClock {
    /// Stops the clock of the runtime that this is called on, until the end of the runtime.
    ///
    /// # Panics
    ///
    /// When it stands already (`#[tokio::test(start_paused = true)]` stops it too), or the runtime has several threads.
    #[must_use]
    pub fn pause() -> Self {
        tokio::time::pause();
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        let since = Instant::now();
        Self { since }
    }

    /// Lets so much time pass. Everything that falls due on the way does so at its moment, in its order, to the end.
    ///
    /// Deadlines of sessions are exact to a tenth of a second: advance by a little more.
    pub async fn advance(&self, duration: Duration) {
        // A paused clock goes from timer to timer. `tokio::time::advance` would jump over all of them at once.
        #[expect(clippy::disallowed_methods, reason = "this is the clock")]
        tokio::time::sleep(duration).await;
    }

    /// How much time has passed since the clock was stopped.
    #[must_use]
    pub fn elapsed(&self) -> Duration {
        self.since.elapsed()
    }
}
