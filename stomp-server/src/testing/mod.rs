//! Testing applications: controllers without a server, whole servers, a client, a virtual clock (feature `testing`).
//!
//! ```toml
//! [dev-dependencies]
//! stomp-server = { version = "0.1", features = ["testing"] }
//! tokio = { version = "1", features = ["macros", "rt"] }
//! ```
//!
//! | to test | take | Spring |
//! |---|---|---|
//! | a function | the function: handlers are plain functions, call them | |
//! | a controller with its interceptors, converters and exception handlers | [`TestApp`] and [`TestSession`], which give what came of a message as [`Handled`] | channels and message headers by hand; nothing like `MockMvc` |
//! | the whole, with HTTP, authentication and endpoints | [`TestServer`] and [`TestClient`] | `@SpringBootTest(webEnvironment = RANDOM_PORT)` and `WebSocketStompClient` |
//! | heart-beats, deadlines, delays | [`VirtualClock`] with a [`TestApp`] | |
//!
//! Nothing here sleeps. A message is handled when its receipt is there, and nothing has come when the receipt of
//! something later is there. Every wait has a deadline, and a failure shows what was awaited, in which line of the
//! test, what came instead, and the conversation so far.
//!
//! Whoever tests names the module whose handlers are meant with [`scope`](crate::StompServerBuilder::scope), as all
//! handlers of a program are found by themselves.
//!
//! # A controller
//!
//! ```
//! use stomp_server::{prelude::*, testing::TestApp};
//!
//! #[derive(Debug, thiserror::Error)]
//! #[error("say something")]
//! struct Silence;
//!
//! #[message_mapping("/chat/<room>")]
//! #[send_to("/topic/chat/<room>")]
//! async fn talk(user: Principal, Payload(text): Payload<String>) -> Result<String, Silence> {
//!     if text.trim().is_empty() {
//!         return Err(Silence);
//!     }
//!     Ok(format!("{}: {text}", user.name()))
//! }
//!
//! #[message_mapping("/news")]
//! async fn news(Payload(text): Payload<String>, template: SimpMessagingTemplate) -> Result<(), SendError> {
//!     template.convert_and_send_to_user("ben", "/queue/news", &text)
//! }
//!
//! #[message_exception_handler]
//! #[send_to_user("/queue/errors", broadcast = false)]
//! async fn silent(error: &Silence) -> String {
//!     error.to_string()
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() { // in a test: #[tokio::test] async fn people_are_heard() {
//! let app = TestApp::start(StompServer::builder().scope(module_path!()));
//! let mut ann = app.user("ann").await;
//!
//! let handled = ann.send("/app/chat/1", "hello").await;
//! assert_eq!(handled.to("/topic/chat/1").text(), "ann: hello");
//!
//! let handled = ann.send("/app/chat/1", " ").await;
//! assert_eq!(handled.to_sender("/queue/errors").text(), "say something");
//!
//! // Ben need not be connected: what was sent is a value.
//! let handled = ann.send("/app/news", "rain").await;
//! assert_eq!(handled.to_user("ben", "/queue/news").text(), "rain");
//!
//! // Nobody may talk without a name, and no exception handler says so.
//! let handled = app.anonymous().await.send("/app/chat/1", "hello").await;
//! assert!(handled.error().is_some_and(HandlerError::is_extraction));
//! # }
//! ```
//!
//! # A server
//!
//! ```
//! use stomp_server::{prelude::*, testing::TestServer};
//!
//! #[message_mapping("/echo/<room>")]
//! #[send_to("/topic/echo/<room>")]
//! async fn echo(Payload(text): Payload<String>) -> String {
//!     text
//! }
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() { // in a test: #[tokio::test] async fn rooms_are_apart() {
//! let server = TestServer::start(StompServer::builder().scope(module_path!()).endpoint(Endpoint::new("/ws"))).await;
//! let mut ann = server.connect_as("ann").await;
//! let mut ben = server.connect().await;
//! ann.subscribe("/topic/echo/1").await; // is live when this returns
//! ben.subscribe("/topic/echo/2").await;
//!
//! ben.send_done("/app/echo/1", "hello").await; // has been handled, and is on its way to everybody
//! assert_eq!(ann.expect_message().await.text(), "hello");
//! ben.no_message().await;
//!
//! let error = ben.try_send_done("/app/nowhere", "hello").await.expect_err("refused");
//! assert_eq!(error.code(), "no-handler");
//!
//! server.stop().await;
//! assert_eq!(ann.expect_close().await, Some(1012));
//! # }
//! ```

mod app;
mod body;
mod client;
mod clock;
mod frame;
mod handled;
mod identities;
mod link;
mod published;
mod recorder;
mod server;
mod session;
mod transcript;

pub(crate) use self::recorder::Recorder;
pub use self::{
    app::TestApp,
    client::TestClient,
    clock::VirtualClock,
    frame::Frame,
    handled::Handled,
    published::{Published, Recipient},
    server::TestServer,
    session::TestSession,
};
