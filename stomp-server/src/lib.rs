//! Real-time messaging back ends as annotated handlers, over STOMP on WebSocket.
//!
//! Clients SEND messages to destinations and SUBSCRIBE to destinations. What they send to `/app/…` goes to functions
//! of the application; what is published to `/topic/…` and `/queue/…` goes to all who are subscribed; `/user/…` is a
//! user's own. Names and defaults are those of Spring's messaging.
//!
//! ```no_run
//! use stomp_server::prelude::*;
//!
//! #[message_mapping("/echo/<room>")]
//! #[send_to("/topic/echo/<room>")]
//! async fn echo(room: String, Payload(text): Payload<String>) -> String {
//!     format!("{room}: {text}")
//! }
//!
//! #[tokio::main]
//! async fn main() -> Result<(), Box<dyn std::error::Error>> {
//!     let server = StompServer::builder().endpoint(Endpoint::new("/ws")).build()?;
//!     server.bind("127.0.0.1:8080").await?.serve().await?;
//!     Ok(())
//! }
//! ```
//!
//! - [Handlers](#handlers), [their arguments](#arguments), [replies](#replies) and [errors](#errors)
//! - [Sending from anywhere](#sending-from-anywhere), [users](#users), [security](#security)
//! - [Interceptors](#interceptors), [events](#events), [configuration](#configuration), [testing](#testing),
//!   [features](#features)
//!
//! # Handlers
//!
//! `#[message_mapping]` maps SEND frames to a function, `#[subscribe_mapping]` SUBSCRIBE frames. The destination is
//! what follows the application prefix, `/app`. `<room>` or `{room}` keeps one segment as a variable, `{*rest}` or
//! `<rest..>` all that follow; `?`, `*`, `**` and `{id:[0-9]+}` are Spring's.
//!
//! Free functions stand for themselves. Methods stand in an `impl` block with `#[controller("/prefix")]`, whose type
//! the application builds once: `#[derive(Component)]` fills its fields from what was given to
//! [`manage`](StompServerBuilder::manage) and [`provide`](StompServerBuilder::provide).
//!
//! ```
//! use std::sync::{Arc, Mutex};
//!
//! use stomp_server::prelude::*;
//!
//! #[derive(Default)]
//! struct Log(Mutex<Vec<String>>);
//!
//! #[derive(Component)]
//! struct Chat {
//!     log: Arc<Log>,
//! }
//!
//! #[controller("/chat")]
//! impl Chat {
//!     #[message_mapping("/<room>")]
//!     #[send_to("/topic/chat/<room>")]
//!     async fn talk(&self, Payload(text): Payload<String>) -> String {
//!         self.log.0.lock().expect("nobody panics with the lock").push(text.clone());
//!         text
//!     }
//!
//!     #[subscribe_mapping("/<room>/history")]
//!     async fn history(&self, room: String) -> Vec<String> {
//!         let _ = room;
//!         self.log.0.lock().expect("nobody panics with the lock").clone()
//!     }
//! }
//!
//! let server = StompServer::builder().scope(module_path!()).manage(Log::default()).build()?;
//! assert_eq!(server.routes().count(), 2);
//! # Ok::<(), stomp_server::BuildError>(())
//! ```
//!
//! What Spring calls a `@Service` is a component too: [`component`](StompServerBuilder::component) has the application
//! make it, with the template and other values in its fields, and share it as `Arc<T>`. `main` finds it with
//! [`StompServer::state`]; HTTP handlers can be one, with
//! [`fallback_component`](StompServerBuilder::fallback_component).
//!
//! ```
//! use std::sync::Arc;
//!
//! use stomp_server::prelude::*;
//!
//! #[derive(Component)]
//! struct Notifier {
//!     template: SimpMessagingTemplate,
//! }
//!
//! impl Notifier {
//!     fn shipped(&self, item: &str) -> Result<(), SendError> {
//!         self.template.convert_and_send("/topic/shipped", item)
//!     }
//! }
//!
//! #[derive(Component)]
//! struct Orders {
//!     notifier: Arc<Notifier>,
//! }
//!
//! #[controller("/orders")]
//! impl Orders {
//!     #[message_mapping("/<item>/ship")]
//!     async fn ship(&self, item: String) -> Result<(), SendError> {
//!         self.notifier.shipped(&item)
//!     }
//! }
//!
//! let server = StompServer::builder().scope(module_path!()).component::<Notifier>().build()?;
//! assert!(server.state::<Notifier>().is_some());
//! # Ok::<(), stomp_server::BuildError>(())
//! ```
//!
//! A block may have several prefixes, a mapping several destinations: each stands before each. A mapping without any is
//! for the prefix itself. `${name}` and `${name:default}` are [properties](StompServerBuilder::property) of the
//! application. Under [`Separator::Dot`](StompServerBuilder::separator) segments are joined and cut by dots:
//! `#[controller("price")]` and `#[message_mapping("stock.{ticker}")]` are `/app/price.stock.MMM`. What the compiler
//! cannot know without separator and properties is checked by [`build`](StompServerBuilder::build).
//!
//! A generic controller cannot register itself: name its types with [`register_controller!`].
//!
//! Handlers are found by themselves when they are linked into the program; all are logged at start.
//! ([`discover(false)`](StompServerBuilder::discover) leaves that to
//! [`controller`](StompServerBuilder::controller) and [`routes`](StompServerBuilder::routes); the examples here use
//! [`scope`](StompServerBuilder::scope) because they all live in one program.)
//!
//! The frames of one session are handled one after the other, in the order they came. `concurrent` behind the
//! destination lets a handler run beside the session's other frames; `blocking`, for functions that are not `async`,
//! runs it on a thread where it may block. Without `blocking` a plain `fn` runs on tokio's own threads, as an `async` one
//! does: one that reads a file, asks a database or computes for long holds up other sessions, and nobody warns of it.
//!
//! # Arguments
//!
//! | argument | is | refused when | Spring |
//! |---|---|---|---|
//! | `room: T`, named as a variable | the variable, through [`FromStr`](std::str::FromStr) | it does not parse | `@DestinationVariable` |
//! | [`DestinationVariable<T>`](DestinationVariable), `#[destination_variable("roomId")]` | the same under another name | it does not parse | |
//! | [`Payload<T>`](Payload), `#[payload]` | the body: text, bytes, or JSON through serde | it does not fit | `@Payload` |
//! | [`Valid<Payload<T>>`](Valid) | the body, [checked](Validate) | it is not valid | `@Valid` |
//! | [`Header<T>`](Header), `#[header("x-id")]` | a header, through `FromStr`, or one of Spring's message headers | it is missing or does not parse | `@Header` |
//! | `#[header("x-n", default = "7")]` | the same with what stands for one that is absent or empty | it does not parse | `defaultValue` |
//! | [`HeaderList<T>`](HeaderList), `#[header("x-a")] a: Vec<T>` | all values of a repeated header, or those between commas | it is missing or one does not parse | `@Header List<T>` |
//! | [`Headers`] | all headers | never | `@Headers` |
//! | [`Principal`] | the session's user | the session has none | `Principal` |
//! | [`Session`], [`SessionId`] | the session | never | `SimpMessageHeaderAccessor` |
//! | [`SessionAttribute<T>`](SessionAttribute) | what [`Session::insert`] keeps | there is no such value | |
//! | [`State<T>`](State), `Arc<T>` | a value of the application | never: checked by [`build`](StompServerBuilder::build) | injection |
//! | [`SimpMessagingTemplate`], [`SimpUserRegistry`] | the template, who is connected | never | injection |
//! | [`Message`], [`MessageContext`] | all there is to know | never | `Message<?>` |
//! | `&'static `[`RouteMeta`] | the handler itself, also the one that failed | never | `HandlerMethod` |
//! | `Option<T>` of variables, payloads and headers, `Principal`, `SessionAttribute` | `None` when absent; malformed is refused | | |
//! | `Result<T, `[`Rejection`]`>` | the handler decides | never | |
//!
//! Implement [`FromMessage`] for arguments of your own.
//!
//! A payload is required: a message without a body is refused where the handler does not take an `Option`. [`Valid`]
//! checks what was read, with [`Validate`] or, with the feature `garde`, the rules beside the fields:
//!
//! ```
//! # #[cfg(feature = "garde")]
//! mod drafts {
//!     use stomp_server::{Valid, ValidationErrors, prelude::*};
//!
//!     #[derive(serde::Deserialize, garde::Validate)]
//!     pub struct Draft {
//!         #[garde(length(chars, min = 1, max = 80))]
//!         text: String,
//!     }
//!
//!     #[message_mapping("/drafts")]
//!     pub async fn keep(Valid(Payload(draft)): Valid<Payload<Draft>>) -> String {
//!         draft.text
//!     }
//!
//!     // `{"text":""}` is answered with [{"field":"text","message":"length is lower than 1"}].
//!     #[message_exception_handler]
//!     #[send_to_user("/queue/errors", broadcast = false)]
//!     pub async fn not_valid(errors: &ValidationErrors) -> ValidationErrors {
//!         errors.clone()
//!     }
//! }
//! ```
//!
//! Rules name Rust's fields; where the JSON's are in camel case, [`ValidationErrors::in_camel_case`] names those.
//!
//! # Replies
//!
//! | returned | sent |
//! |---|---|
//! | `()`, `None` | nothing |
//! | `String`, `&'static str` | the text, `text/plain;charset=UTF-8` |
//! | `Bytes`, `Vec<u8>` | the bytes, `application/octet-stream` |
//! | `T: serde::Serialize` | JSON, `application/json` |
//! | `Option<T>`, `Result<T, E>` | `T`; an `E` goes to the exception handlers |
//! | `impl Stream<Item = T>` or `Stream<Item = Result<T, E>>` | one message for each item, while the client reads |
//! | [`Outgoing`], [`Reply`], [`IntoReply`] | what they say: headers, content type |
//!
//! | attribute | a reply goes to |
//! |---|---|
//! | none, on a `#[message_mapping]` | `/topic` and the destination without `/app` |
//! | none, on a `#[subscribe_mapping]` | the subscription that asked, and nobody else |
//! | `#[send_to("/topic/…", "/topic/…")]` | all subscribers of these |
//! | `#[send_to_user("/queue/…")]` | the sender's `/user/queue/…`, in all of the user's sessions |
//! | `#[send_to_user("/queue/…", broadcast = false)]` | the same in the sender's own session only |
//!
//! Placeholders in them are variables of the mapping; the compiler checks that they exist. Several targets are answered
//! to in order, those of users first. Without a destination, `#[send_to]` is `/topic` and `#[send_to_user]` `/queue`
//! with that of the message behind it.
//!
//! On a `#[controller]` block they are the default of its methods and exception handlers. The method's count if one of
//! them names a destination, else the block's if one of them does, else the method's, else the block's: Spring's rule.
//! A block's target also takes the answer to a SUBSCRIBE.
//!
//! An answer has headers of its own only, unless a [filter](StompServerBuilder::reply_header_filter) takes some of the
//! message's.
//!
//! A [`Stream`], from `futures-util`, `async-stream` or of the application's own, is polled only while the client reads
//! what it gave:
//!
//! ```
//! use std::time::Duration;
//!
//! use futures_util::stream;
//! use stomp_server::prelude::*;
//!
//! // A SUBSCRIBE to /app/countdown/3 is answered with 3, 2 and 1, a second between them.
//! #[subscribe_mapping("/countdown/<from>")]
//! async fn countdown(from: u32) -> impl Stream<Item = u32> {
//!     stream::unfold(from, |left| async move {
//!         tokio::time::sleep(Duration::from_secs(1)).await;
//!         Some((left, left.checked_sub(1)?)) // nothing is below zero: the end
//!     })
//! }
//!
//! assert!(StompServer::builder().scope(module_path!()).build().is_ok());
//! ```
//!
//! # Errors
//!
//! What a handler returns as `Err`, an argument that was refused, and a panic are all a [`HandlerError`]. It goes to the
//! `#[message_exception_handler]` whose `&E` is the type of the error or of one of its sources: first those of the
//! same `#[controller]` block, then the free ones. `&HandlerError` takes whatever is left.
//! `#[message_exception_handler(NoRoom, NoSeat)]` is for several types. The other arguments are those of handlers, of the
//! message that failed; its variables are marked: `#[destination_variable] room: u32`. A stream that fails is answered in
//! the same way, behind what it gave.
//!
//! ```
//! use stomp_server::prelude::*;
//!
//! #[derive(Debug, thiserror::Error)]
//! #[error("there is no room {0}")]
//! struct NoRoom(u32);
//!
//! #[message_mapping("/enter/<room>")]
//! async fn enter(room: u32) -> Result<(), NoRoom> {
//!     Err(NoRoom(room))
//! }
//!
//! #[message_exception_handler]
//! #[send_to_user("/queue/errors", broadcast = false)]
//! async fn no_room(error: &NoRoom) -> String {
//!     error.to_string()
//! }
//!
//! #[message_exception_handler]
//! #[send_to_user("/queue/errors", broadcast = false)]
//! async fn anything_else(error: &HandlerError) -> String {
//!     error.client_message().into_owned() // names no types, files or other users
//! }
//!
//! assert!(StompServer::builder().scope(module_path!()).build().is_ok());
//! ```
//!
//! | error | an argument was refused because | Spring |
//! |---|---|---|
//! | [`MissingHeader`], [`MissingVariable`] | it is not there | `MessageHandlingException` |
//! | [`InvalidValue`] | a header or variable is not of its type | `ConversionException` |
//! | [`ConvertError`] | the body cannot be read; also: an answer cannot be written | `MessageConversionException` |
//! | [`ValidationErrors`] | the payload is not valid, or there is none | `MethodArgumentNotValidException` |
//! | [`Rejection`] | of any of these, or for a reason of the extractor's own | |
//!
//! A failure that nothing answers is logged and counted. If the frame asked for a receipt, its session ends with an
//! ERROR of code `internal` and that `receipt-id`; otherwise the session goes on.
//!
//! What a client does wrong by the rules of STOMP ends its session with an ERROR. Its headers are `message`, `code` (one
//! of `not-connected`, `unauthenticated`, `forbidden`, `quota`, `too-large`, `malformed`, `timed-out`,
//! `unsupported-version`, `no-handler`, `unsupported`, `internal`), `retry` (`never`, `now`, `backoff`), and
//! `receipt-id` and `destination` where they are known. The log has each at INFO, with the session.
//!
//! # Sending from anywhere
//!
//! [`SimpMessagingTemplate`] comes from [`StompServer::template`], as an argument or as a field of a component. It
//! hands a message to the broker and returns; `convert_and_send_confirmed` waits until all subscribers have it in their
//! outboxes. That is also what a client's RECEIPT for a SEND means; it does not mean that others have read it.
//!
//! ```
//! use stomp_server::prelude::*;
//!
//! #[message_mapping("/order/<item>")]
//! async fn order(item: String, user: Principal, template: SimpMessagingTemplate) -> Result<(), SendError> {
//!     template.convert_and_send("/topic/orders", &item)?;
//!     template.convert_and_send_to_user(user.destination_user_name(), "/queue/orders", &item)?;
//!     // With headers of its own, which Spring's post-processors add.
//!     let receipt = template.convert(&format!("ordered {item}"))?.with_header("x-item", &item);
//!     template.send_to_user(user.destination_user_name(), "/queue/receipts", receipt)
//! }
//!
//! assert!(StompServer::builder().scope(module_path!()).build().is_ok());
//! ```
//!
//! # Users
//!
//! A client subscribes to `/user/queue/news`. The application sends to it with
//! [`convert_and_send_to_user`](SimpMessagingTemplate::convert_and_send_to_user)`("ann", "/queue/news", …)`, which
//! reaches every session of that user, or with
//! [`convert_and_send_to_session`](SimpMessagingTemplate::convert_and_send_to_session), which reaches one. A client may
//! SEND to `/user/ann/queue/news`, unless an interceptor forbids it: that reaches every session of ann's too, but if it is
//! one of them, itself alone. A slash in a name is `%2F` in such a destination.
//!
//! The name is that of the [`Principal`], or the one that
//! [`with_destination_user_name`](Principal::with_destination_user_name) gives it.
//!
//! [`SimpUserRegistry`] knows who is connected: users, their sessions, and what these are subscribed to.
//!
//! ```
//! use stomp_server::prelude::*;
//!
//! /// Who reads a room: users who are subscribed to it.
//! #[subscribe_mapping("/readers/<room>")]
//! async fn readers(room: String, users: SimpUserRegistry) -> Vec<String> {
//!     let topic = format!("/topic/chat/{room}");
//!     let found = users.find_subscriptions(|subscription| subscription.destination() == topic);
//!     found.iter().map(|found| found.session().user().name().to_owned()).collect()
//! }
//!
//! assert!(StompServer::builder().scope(module_path!()).build().is_ok());
//! ```
//!
//! # Security
//!
//! An [`Authenticator`] sees the handshake request and the CONNECT frame, and decides before CONNECTED is sent; an error
//! refuses the client with the code `unauthenticated`. Without one everybody may connect and nobody has a name. Browsers'
//! pages may connect from the server's own origin only, unless [`Endpoint::allowed_origins`] names others. What a
//! user may send and subscribe to is for an inbound interceptor to say; rules as values are not there yet.
//!
//! # Interceptors
//!
//! | channel | carries | trait |
//! |---|---|---|
//! | inbound | SEND, SUBSCRIBE, UNSUBSCRIBE and DISCONNECT of every client | [`InboundInterceptor`], `async` |
//! | broker | what the application publishes, and what is sent to users | [`BrokerInterceptor`] |
//! | outbound | each message to each subscriber | [`OutboundInterceptor`] |
//!
//! What comes before there is a session, the request that opens a WebSocket, is for a [`HandshakeInterceptor`] of the
//! [`Endpoint`]: it may refuse it with a status, and give the session attributes that handlers read.
//!
//! A function is an interceptor that lets messages pass, changes them or holds them back:
//!
//! ```
//! use stomp_server::{BoxError, InboundFrame, StompServer};
//!
//! async fn admins_only(frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
//!     let user = frame.session.principal();
//!     let is_admin = user.is_some_and(|user| user.name() == "admin");
//!     if frame.message.destination.starts_with("/app/admin/") && !is_admin {
//!         return Err("only for admins".into()); // ends the session with ERROR `forbidden`; the text goes to the log
//!     }
//!     Ok(Some(frame))
//! }
//!
//! let server = StompServer::builder().scope(module_path!()).inbound_interceptor(admins_only).build();
//! assert!(server.is_ok());
//! ```
//!
//! The traits have more, with Spring's names and meaning; all of it has a default that does nothing:
//!
//! | callback | when | order |
//! |---|---|---|
//! | `pre_send` | before the message goes into the channel; changes it or stops it | as added |
//! | `post_send` | when it is in | as added |
//! | `after_send_completion` | how that ended, also after a veto or an error; for those whose `pre_send` let it pass | reverse |
//! | `before_handle` | just before the one that serves it gets it; changes it or skips that | as added |
//! | `after_message_handled` | when that is done, or has failed; for those whose `before_handle` let it pass | reverse |
//!
//! ```
//! use std::error::Error;
//!
//! use stomp_server::{HandledBy, InboundFrame, InboundInterceptor, StompServer};
//!
//! struct Audit;
//!
//! impl InboundInterceptor for Audit {
//!     fn after_message_handled(
//!         &self,
//!         frame: &InboundFrame,
//!         by: HandledBy,
//!         failure: Option<&(dyn Error + 'static)>,
//!     ) {
//!         let destination = frame.message.destination.escape_debug();
//!         println!("{:?} to {destination} by {by:?}: {}", frame.kind, failure.map_or("done", |_| "failed"));
//!     }
//! }
//!
//! let server = StompServer::builder().scope(module_path!()).inbound_interceptor(Audit).build();
//! assert!(server.is_ok());
//! ```
//!
//! What a client reads when a frame of its is refused is for a [`StompErrorHandler`] to say.
//!
//! # Events
//!
//! `#[event_listener]` functions are told of sessions: [`SessionConnectEvent`], [`SessionConnectedEvent`],
//! [`SessionSubscribeEvent`], [`SessionUnsubscribeEvent`] and [`SessionDisconnectEvent`]. The session's next frame waits
//! for them. They are told of the broker ([`BrokerAvailabilityEvent`]) and of the application's own events, which
//! [`ApplicationEventPublisher`] publishes. A listener that fails or panics disturbs nobody: the log has it.
//!
//! ```
//! use stomp_server::prelude::*;
//!
//! #[event_listener]
//! async fn gone(ended: &SessionDisconnectEvent, template: SimpMessagingTemplate) {
//!     if let Some(user) = ended.session().principal() {
//!         let _ = template.convert_and_send("/topic/gone", user.name());
//!     }
//! }
//!
//! assert!(StompServer::builder().scope(module_path!()).build().is_ok());
//! ```
//!
//! State that belongs to a session is kept [with the session](Session), and dropped when its end has been told.
//!
//! # Configuration
//!
//! [`StompServerBuilder`] has a method for what is changed often, and
//! [`configure`](StompServerBuilder::configure) for every field of [`Config`] and [`SessionConfig`], where each is
//! explained with its default. [`build`](StompServerBuilder::build) reports all that is wrong with settings and handlers
//! at once.
//!
//! | a destination is for | when it begins with | without such prefixes |
//! |---|---|---|
//! | handlers | [`application_destination_prefixes`](StompServerBuilder::application_destination_prefixes), `/app` | always |
//! | the broker | [`enable_simple_broker`](StompServerBuilder::enable_simple_broker), `/topic` and `/queue` | unless it is a user's |
//! | a user | [`user_destination_prefix`](StompServerBuilder::user_destination_prefix), `/user` | |
//!
//! Prefixes fit whole segments, and the first that fits is taken off. Where a destination is for a handler and for
//! another, both get it: with `/topic` as an application prefix too, a SUBSCRIBE to `/topic/prices` is live at the
//! broker and answered by a `#[subscribe_mapping("/prices")]`.
//!
//! ```
//! use std::time::Duration;
//!
//! use stomp_server::{Limits, StompServer};
//!
//! let server = StompServer::builder()
//!     .scope(module_path!())
//!     .enable_simple_broker(["/topic", "/queue", "/feed"])
//!     .heart_beat(Duration::from_secs(20), Duration::from_secs(20))
//!     .limits(Limits::default().with_body(16 * 1024))
//!     .configure(|config, session| {
//!         config.drain_deadline = Duration::from_secs(5);
//!         session.max_subscriptions = 100;
//!     })
//!     .build();
//! assert!(server.is_ok());
//! ```
//!
//! Counters of what the server does and of every limit that acts: [`ServerHandle::counters`].
//!
//! # Testing
//!
//! With the feature `testing`, the module `testing` has what an application tests itself with, without sleeping: a
//! `TestApp`, which drives handlers without a server and gives what came of each message as a value (replies, sends of
//! templates, answers of exception handlers, the failure that nothing answered); a `TestServer` on a free port with a
//! `TestClient` that waits for receipts; and a `VirtualClock` for heart-beats and deadlines. Its page has complete
//! examples.
//!
//! ```toml
//! [dev-dependencies]
//! stomp-server = { version = "0.1", features = ["testing"] }
//! ```
//!
//! # Features
//!
//! | feature | default | meaning |
//! |---|---|---|
//! | `macros` | yes | the attributes and `derive(Component)`; without it there is no way to declare handlers |
//! | `anyhow` | no | exception handlers see through `anyhow::Error` to the type it was made of |
//! | `garde` | no | [`Valid`] checks payloads that derive `garde::Validate`; a type that does cannot implement [`Validate`] too |
//! | `testing` | no | the module `testing`; for `dev-dependencies`, as it brings tokio's virtual time |
//!
//! WebSocket, the simple broker and JSON are always there.

#![forbid(unsafe_code)]
#![cfg_attr(
    test,
    allow(
        clippy::disallowed_methods,
        reason = "tests wait by the clock that they have paused"
    )
)]

extern crate self as stomp_server;

mod activity;
mod app;
mod broker;
mod caught;
mod channel;
mod convert;
mod counters;
mod env;
mod error;
mod error_handler;
mod event;
mod handler;
pub mod prelude;
mod security;
mod session;
mod tap;
mod template;
#[cfg(feature = "testing")]
pub mod testing;
mod transport;
mod user;

/// Many answers, one after the other: what a handler may return as `impl Stream<Item = T>`.
pub use futures_core::Stream;
pub use stomp_core::{
    CloseReason, Headers, HeartBeat, Message, MessageKind, codec::Limits, destination::Separator, selector,
    session::SessionConfig,
};
#[cfg(feature = "macros")]
pub use stomp_macros::{
    Component, controller, event_listener, message_exception_handler, message_mapping, send_to, send_to_user,
    subscribe_mapping,
};

pub use self::{
    app::{
        BoundServer, BuildError, Config, ConfigProblem, Endpoint, ServerHandle, StompServer,
        StompServerBuilder, shutdown_signal,
    },
    channel::{
        BrokerInterceptor, HandledBy, InboundFrame, InboundInterceptor, InboundKind, OutboundInterceptor,
        OutboundMessage, Verdict,
    },
    convert::{ConvertError, Converters, MessageConverter},
    counters::CounterSnapshot,
    env::Env,
    error::BoxError,
    error_handler::{ErrorFrame, RefusedFrame, StompErrorHandler},
    event::{
        ApplicationEvent, BrokerAvailabilityEvent, SessionConnectEvent, SessionConnectedEvent,
        SessionDisconnectEvent, SessionSubscribeEvent, SessionUnsubscribeEvent,
    },
    handler::{
        ApplicationEventPublisher, ArgSpec, BuildProblem, Component, Context, Controller, Describe,
        DestinationVariable, ExecutionMode, FromContext, FromDestinationVariable, FromMessage, HandlerError,
        Header, HeaderList, IntoReply, InvalidValue, Location, MessageBody, MessageContext, MissingHeader,
        MissingVariable, OptionalFromMessage, Outgoing, Payload, Place, Properties, PropertyError, Rejection,
        Reply, ReplyStream, Requirements, RouteInfo, RouteMeta, SessionAttribute, State, Target, Valid,
        Validate, ValidationError, ValidationErrors, ValuePlace,
    },
    security::{AuthenticationError, Authenticator, Decision, Login, Principal},
    session::{Session, SessionId},
    template::{SendError, SimpMessagingTemplate},
    transport::{
        Admission, AllowedOrigins, Body, Handshake, HandshakeAttempt, HandshakeInterceptor, HandshakeRefusal,
        HttpHandler,
    },
    user::{SimpSession, SimpSubscription, SimpUser, SimpUserRegistry},
};

/// The crates whose types an [`HttpHandler`], an [`Authenticator`], a [`MessageConverter`] and [`Outgoing`] are made with, in the versions that
/// this one uses: `stomp_server::http::Request`, `stomp_server::hyper::body::Incoming`.
#[doc(no_inline)]
pub use {bytes, erased_serde, http, http_body_util, hyper};

#[doc(hidden)]
pub use self::handler::private as __private;

/// The README's programs compile.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;

/// So do those of the guide for porters, which need these features.
#[cfg(all(doctest, feature = "garde", feature = "testing"))]
#[doc = include_str!("../../docs/porting-from-spring.md")]
struct PortingGuide;
