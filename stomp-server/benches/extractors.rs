//! What an argument costs: each extractor by itself, on a message as clients send it.

#![allow(missing_docs, reason = "the macros of the harness document nothing")]

use std::{
    future::Future,
    hint::black_box,
    pin::pin,
    sync::Arc,
    task::{Context as Task, Poll, Waker},
};

use criterion::{Criterion, criterion_group, criterion_main};
use serde::Deserialize;
use stomp_server::{
    ArgSpec, BoxError, Context, DestinationVariable, FromMessage, Header, HeaderList, Headers, Message,
    MessageContext, Payload, Principal, Session, SessionAttribute, SessionId, SimpMessagingTemplate, State,
    Valid, Validate,
};

#[derive(Deserialize)]
struct Draft {
    #[serde(rename = "sender")]
    _sender: String,
    text: String,
}

impl Validate for Draft {
    fn validate(&self) -> Result<(), BoxError> {
        match self.text.is_empty() {
            true => Err("no text".into()),
            false => Ok(()),
        }
    }
}

struct Rooms;

#[derive(Clone)]
struct Joined(#[expect(dead_code, reason = "there to be copied")] u32);

const ROOM: ArgSpec = ArgSpec::new("room_id").with_variable("room_id");
const BY_NAME: ArgSpec = ArgSpec::new("priority");
const RENAMED: ArgSpec = ArgSpec::new("n").renamed("x-n");
const DEFAULT: ArgSpec = ArgSpec::new("n").renamed("x-none").with_default("7");
const CONFIGURED: ArgSpec = ArgSpec::new("n").renamed("${none:x-n}");
const LIST: ArgSpec = ArgSpec::new("list").renamed("x-list");
const ABSENT: ArgSpec = ArgSpec::new("n").renamed("x-none");
const LOOKUP: ArgSpec = ArgSpec::new("lookup_destination");
const PLAIN: ArgSpec = ArgSpec::new("argument");

fn message() -> MessageContext {
    let message = Message::new("/chat/42", r#"{"sender":"ann","text":"hello there"}"#)
        .with_header("destination", "/chat/42")
        .with_header("content-type", "application/json")
        .with_header("priority", "3")
        .with_header("x-n", "12")
        .with_header("x-list", "1,2,3");
    let session = Session::detached(SessionId::from_bits(1), Some(Principal::new("ann")));
    session.insert(Joined(7));
    let mut context = Context::default();
    context.insert(Arc::new(Rooms));
    let message = MessageContext::detached(message, session, context);
    message.matched("/chat/{roomId}").expect("the pattern matches")
}

/// No extractor here waits.
fn now<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Task::from_waker(Waker::noop())) {
        Poll::Ready(done) => done,
        Poll::Pending => unreachable!("an extractor that reads a message waits for nothing"),
    }
}

fn one<T: FromMessage>(criterion: &mut Criterion, name: &str, arg: &'static ArgSpec) {
    let message = message();
    assert!(now(T::from_message(&message, arg)).is_ok(), "{name}");
    criterion.bench_function(&format!("argument/{name}"), |bencher| {
        bencher.iter(|| now(T::from_message(black_box(&message), black_box(arg))).is_ok());
    });
}

fn arguments(criterion: &mut Criterion) {
    one::<DestinationVariable<u32>>(criterion, "DestinationVariable<u32>", &ROOM);
    one::<DestinationVariable<String>>(criterion, "DestinationVariable<String>", &ROOM);
    one::<Header<u32>>(criterion, "Header<u32>, by the argument's name", &BY_NAME);
    one::<Header<u32>>(criterion, "Header<u32>, renamed", &RENAMED);
    one::<Header<u32>>(criterion, "Header<u32>, absent with a default", &DEFAULT);
    one::<Header<u32>>(criterion, "Header<u32>, with a placeholder", &CONFIGURED);
    one::<Option<Header<u32>>>(criterion, "Option<Header<u32>>, absent", &ABSENT);
    one::<HeaderList<u32>>(criterion, "HeaderList<u32>, three values", &LIST);
    one::<Header<String>>(criterion, "Header<String>, lookupDestination", &LOOKUP);
    one::<Headers>(criterion, "Headers", &PLAIN);
    one::<Payload<bytes::Bytes>>(criterion, "Payload<Bytes>", &PLAIN);
    one::<Payload<Draft>>(criterion, "Payload<T>, 37 octets of JSON", &PLAIN);
    one::<Valid<Payload<Draft>>>(criterion, "Valid<Payload<T>>, the same", &PLAIN);
    one::<Principal>(criterion, "Principal", &PLAIN);
    one::<Session>(criterion, "Session", &PLAIN);
    one::<SessionId>(criterion, "SessionId", &PLAIN);
    one::<SessionAttribute<Joined>>(criterion, "SessionAttribute<T>", &PLAIN);
    one::<State<Rooms>>(criterion, "State<T>", &PLAIN);
    one::<SimpMessagingTemplate>(criterion, "SimpMessagingTemplate", &PLAIN);
    one::<Message>(criterion, "Message", &PLAIN);
    one::<MessageContext>(criterion, "MessageContext", &PLAIN);
}

criterion_group!(benches, arguments);
criterion_main!(benches);
