//! The attributes of `stomp-server`. Use them through that crate; what they generate names its private parts.
//!
//! Each attribute goes three steps, each in its own folder: `parse` turns attributes into values that know where
//! they were written, `model` checks them against the function they stand on, `expand` writes the glue. The user's
//! item always comes out again, also beside errors, so that editors keep completing in it.
//!
//! With `STOMP_MACROS_DEBUG` in its environment the compiler prints every expansion.

#![forbid(unsafe_code)]

mod diag;
mod expand;
mod grammar;
mod krate;
mod model;
mod parse;

use proc_macro::TokenStream;

use crate::parse::Name;

/// Maps SEND frames to a function or to a method of a [`controller`](macro@controller) block.
///
/// ```ignore (needs stomp-server, which depends on this crate)
/// #[message_mapping("/chat/{room_id}")]
/// async fn post(room_id: RoomId, Payload(draft): Payload<Draft>) -> ChatMessage {
///     ChatMessage::new(room_id, draft)
/// }
/// ```
///
/// The destination is what follows the application prefix. Variables are written `{room_id}` or `<room_id>`, in
/// camel or snake case (`:room_id`, as other routers spell it, is refused); `{id:[0-9]+}`, `*`, `?` and `**` are
/// Spring's, and `{*rest}` or `<rest..>` takes all that follows. `${name}` and `${name:default}` are properties of the
/// application. Several destinations may be named; without any the mapping is for the controller's prefixes themselves.
///
/// Whether dots separate segments is for the application to say: destinations with dots outside of braces and those
/// with properties are compared with each other when it is built, all others by the compiler.
///
/// An argument with the name of a variable receives it; every other
/// argument must be an extractor, or say `#[payload]`, `#[header("x-id")]` or `#[destination_variable("roomId")]`. Without [`send_to`](macro@send_to) or [`send_to_user`](macro@send_to_user) an answer
/// goes to `/topic` and the destination.
///
/// Options behind the destinations:
///
/// | option | meaning |
/// |---|---|
/// | `concurrent` | may run beside the session's other frames |
/// | `blocking` | runs where it may block; for functions that are not `async` |
/// | `crate = path` | where `stomp-server` is, if it cannot be found by itself |
///
/// A function that is not `async` and not `blocking` runs on tokio's own threads, where others wait for it: let it be
/// short, and neither block nor compute for long.
///
/// The counterpart of Spring's `@MessageMapping`.
#[proc_macro_attribute]
pub fn message_mapping(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::function(Name::MessageMapping, args.into(), item.into()))
}

/// Maps SUBSCRIBE frames to a function or method, whose answer goes to the subscriber alone.
///
/// Takes what [`message_mapping`](macro@message_mapping) takes. The counterpart of Spring's `@SubscribeMapping`.
#[proc_macro_attribute]
pub fn subscribe_mapping(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::function(Name::SubscribeMapping, args.into(), item.into()))
}

/// Names the destinations that a handler's answer goes to. `{room_id}` stands for a variable of the mapping.
///
/// Without a destination the answer goes to `/topic` and the destination of the message. On a
/// [`controller`](macro@controller) block it is the default of the methods, of which those count that name a destination
/// themselves. It takes the answers to SUBSCRIBE too. `${name}` is a property of the application. The counterpart of
/// Spring's `@SendTo`.
#[proc_macro_attribute]
pub fn send_to(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::function(Name::SendTo, args.into(), item.into()))
}

/// Names the destinations of the sender's own that a handler's answer goes to.
///
/// ```ignore (needs stomp-server, which depends on this crate)
/// #[message_mapping("/orders/{id}/cancel")]
/// #[send_to_user("/queue/orders")] // whoever cancelled reads it at /user/queue/orders, in every tab
/// async fn cancel(id: OrderId) -> Cancelled { Cancelled { id } }
/// ```
///
/// With `broadcast = false` the answer goes to the session that sent the message, else to all sessions of its user.
/// Without a destination it goes to `/queue` and the destination of the message. A missing leading slash is completed.
/// Beside [`send_to`](macro@send_to) both are answered to, this one first. The counterpart of Spring's `@SendToUser`.
#[proc_macro_attribute]
pub fn send_to_user(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::function(Name::SendToUser, args.into(), item.into()))
}

/// Answers errors of the type of its `&E` argument: those that handlers return, those that arguments were refused for,
/// and panics. `&HandlerError` catches all that no other handler does. `#[message_exception_handler(NoRoom, NoSeat)]` is
/// for several types, and takes `&HandlerError` or no error. Other arguments are those of handlers, of the message that
/// failed; its destination variables are marked: `#[destination_variable] room: String`.
///
/// A method answers the errors of its own block, a free function those of all handlers. The counterpart of Spring's
/// `@MessageExceptionHandler`.
#[proc_macro_attribute]
pub fn message_exception_handler(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::function(Name::ExceptionHandler, args.into(), item.into()))
}

/// Is told of the events of the type of its `&E` argument. Further arguments come from the application's state.
///
/// ```ignore (needs stomp-server, which depends on this crate)
/// #[event_listener]
/// async fn gone(ended: &SessionDisconnectEvent, rooms: Arc<Rooms>) { rooms.leave_all(ended.session().id()); }
/// ```
///
/// The counterpart of Spring's `@EventListener`.
#[proc_macro_attribute]
pub fn event_listener(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::function(Name::EventListener, args.into(), item.into()))
}

/// Makes the mapped methods of an `impl` block handlers. The destinations it names are prefixes of theirs.
///
/// The application builds one value of the type, see [`Component`](derive@Component), and shares it among all calls.
/// With `manual`, or when the block is generic, the value must be given to the builder.
///
/// The counterpart of Spring's `@Controller` with a type-level `@MessageMapping`.
#[proc_macro_attribute]
pub fn controller(args: TokenStream, item: TokenStream) -> TokenStream {
    shown(expand::controller(args.into(), &item.into()))
}

/// Lets the application build a type: each field is injected, as `Arc<T>`, `State<T>`, the template or the registry
/// of users.
///
/// A field with `#[component(default)]` takes its type's default, one with `#[component(with = path)]` what the
/// function makes of the application's `&Context`.
#[proc_macro_derive(Component, attributes(component))]
pub fn component(item: TokenStream) -> TokenStream {
    shown(expand::component(item.into()))
}

/// The door for debugging.
#[expect(clippy::print_stderr, reason = "there is no other way out of a compiler")]
fn shown(expansion: proc_macro2::TokenStream) -> TokenStream {
    if std::env::var_os("STOMP_MACROS_DEBUG").is_some() {
        eprintln!("{expansion}");
    }
    expansion.into()
}
