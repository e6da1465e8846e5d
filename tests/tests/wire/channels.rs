//! The callbacks of interceptors around sending and handling: which, in which order, with what.
//!
//! `Trace` and `Gate` are what an application ports from Spring: they stand in all three channels.

use std::{
    error::Error,
    sync::{Arc, Mutex},
    time::Duration,
};

use bytes::Bytes;
use stomp_server::{
    BoxError, BrokerInterceptor, HandledBy, Headers, InboundFrame, InboundInterceptor, OutboundInterceptor,
    OutboundMessage, StompServerBuilder, Verdict, prelude::*,
};
use stomp_tests::server::{TestServer, app, eventually};

type Seen = Arc<Mutex<Vec<String>>>;

/// Notes the calls for destinations with "traced" in them.
#[derive(Clone)]
struct Trace {
    name: &'static str,
    seen: Seen,
}

impl Trace {
    fn note(&self, destination: &str, what: &str) {
        if destination.contains("traced") {
            let note = format!("{} {what}", self.name);
            self.seen.lock().expect("nobody panics with the lock").push(note);
        }
    }

    fn completed(&self, destination: &str, sent: bool, failure: Option<&(dyn Error + 'static)>) {
        self.note(
            destination,
            &format!("afterSendCompletion {sent}{}", failed(failure)),
        );
    }

    fn before(&self, destination: &str, by: HandledBy) {
        self.note(destination, &format!("beforeHandle {}", kind(by)));
    }

    fn after(&self, destination: &str, by: HandledBy, failure: Option<&(dyn Error + 'static)>) {
        self.note(
            destination,
            &format!("afterMessageHandled {}{}", kind(by), failed(failure)),
        );
    }
}

fn failed(failure: Option<&(dyn Error + 'static)>) -> &'static str {
    failure.map_or("", |_| " failed")
}

fn kind(by: HandledBy) -> &'static str {
    match by {
        HandledBy::Handlers => "methods",
        HandledBy::Users => "users",
        HandledBy::Broker => "broker",
        _ => "sockets",
    }
}

impl InboundInterceptor for Trace {
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        Box::pin(async move {
            let destination = &*frame.message.destination;
            self.note(destination, "preSend");
            let stops = self.name == "inbound-2";
            match destination {
                "/topic/traced/stop" if stops => Ok(None),
                "/topic/traced/refuse" if stops => Err("refused".into()),
                "/topic/traced/panic" if stops => panic!("on purpose"),
                _ => Ok(Some(frame)),
            }
        })
    }

    fn post_send(&self, frame: &InboundFrame, sent: bool) {
        self.note(&frame.message.destination, &format!("postSend {sent}"));
    }

    fn after_send_completion(
        &self,
        frame: &InboundFrame,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.completed(&frame.message.destination, sent, failure);
    }

    fn before_handle(&self, frame: InboundFrame, by: HandledBy) -> Result<Option<InboundFrame>, BoxError> {
        self.before(&frame.message.destination, by);
        Ok(Some(frame))
    }

    fn after_message_handled(
        &self,
        frame: &InboundFrame,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.after(&frame.message.destination, by, failure);
    }
}

impl BrokerInterceptor for Trace {
    fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
        self.note(&message.destination, "preSend");
        Ok(Some(message))
    }

    fn post_send(&self, message: &Message, sent: bool) {
        self.note(&message.destination, &format!("postSend {sent}"));
    }

    fn after_send_completion(&self, message: &Message, sent: bool, failure: Option<&(dyn Error + 'static)>) {
        self.completed(&message.destination, sent, failure);
    }

    fn before_handle(&self, message: Message, by: HandledBy) -> Result<Option<Message>, BoxError> {
        self.before(&message.destination, by);
        Ok(Some(message))
    }

    fn after_message_handled(
        &self,
        message: &Message,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.after(&message.destination, by, failure);
    }
}

impl OutboundInterceptor for Trace {
    fn pre_send(&self, message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        self.note(&message.destination, "preSend");
        Ok(Some(message))
    }

    fn post_send(&self, message: &OutboundMessage, sent: bool) {
        self.note(&message.destination, &format!("postSend {sent}"));
    }

    fn after_send_completion(
        &self,
        message: &OutboundMessage,
        sent: bool,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.completed(&message.destination, sent, failure);
    }

    fn before_handle(
        &self,
        message: OutboundMessage,
        by: HandledBy,
    ) -> Result<Option<OutboundMessage>, BoxError> {
        self.before(&message.destination, by);
        Ok(Some(message))
    }

    fn after_message_handled(
        &self,
        message: &OutboundMessage,
        by: HandledBy,
        failure: Option<&(dyn Error + 'static)>,
    ) {
        self.after(&message.destination, by, failure);
    }
}

/// Stops, refuses, breaks, changes and replaces messages on one channel, by their destination and at one callback.
#[derive(Clone, Copy)]
struct Gate {
    channel: &'static str,
    /// At `before_handle`, not at `pre_send`.
    late: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("refused: {0}")]
struct Refused(String);

impl Gate {
    fn pass(
        &self,
        late: bool,
        destination: &str,
        headers: &mut Headers,
        body: &mut Bytes,
    ) -> Result<bool, BoxError> {
        let prefix = format!("/topic/gate/{}/", self.channel);
        match destination.strip_prefix(&prefix).filter(|_| late == self.late) {
            Some("stop") => return Ok(false),
            Some("refuse") => return Err(Refused(destination.to_owned()).into()),
            Some("break") => panic!("broken"),
            Some("stamp") => headers.set("x-stamp", self.channel),
            Some("replace") => *body = Bytes::from_static(b"replaced"),
            _ => {}
        }
        Ok(true)
    }

    fn message(&self, late: bool, mut message: Message) -> Result<Option<Message>, BoxError> {
        let Message {
            destination,
            headers,
            body,
            ..
        } = &mut message;
        Ok(self.pass(late, destination, headers, body)?.then_some(message))
    }

    fn outbound(&self, late: bool, mut copy: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        let OutboundMessage {
            destination,
            headers,
            body,
            ..
        } = &mut copy;
        Ok(self.pass(late, destination, headers, body)?.then_some(copy))
    }

    fn inbound(&self, late: bool, mut frame: InboundFrame) -> Result<Option<InboundFrame>, BoxError> {
        let passed = self.message(late, frame.message.clone())?;
        Ok(passed.map(|message| {
            frame.message = message;
            frame
        }))
    }
}

impl InboundInterceptor for Gate {
    fn pre_send(&self, frame: InboundFrame) -> Verdict<'_> {
        let passed = self.inbound(false, frame);
        Box::pin(async move { passed })
    }

    fn before_handle(&self, frame: InboundFrame, _: HandledBy) -> Result<Option<InboundFrame>, BoxError> {
        self.inbound(true, frame)
    }
}

impl BrokerInterceptor for Gate {
    fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
        self.message(false, message)
    }

    fn before_handle(&self, message: Message, _: HandledBy) -> Result<Option<Message>, BoxError> {
        self.message(true, message)
    }
}

impl OutboundInterceptor for Gate {
    fn pre_send(&self, message: OutboundMessage) -> Result<Option<OutboundMessage>, BoxError> {
        self.outbound(false, message)
    }

    fn before_handle(
        &self,
        message: OutboundMessage,
        _: HandledBy,
    ) -> Result<Option<OutboundMessage>, BoxError> {
        self.outbound(true, message)
    }
}

fn gate(channel: &'static str, late: bool) -> Gate {
    Gate { channel, late }
}

/// All gates and traces, as the Spring application has them.
fn traced() -> (StompServerBuilder, Seen) {
    let seen = Seen::default();
    let trace = |name| Trace {
        name,
        seen: Arc::clone(&seen),
    };
    let builder = app(module_path!())
        .inbound_interceptor(gate("inbound", false))
        .inbound_interceptor(trace("inbound"))
        .inbound_interceptor(trace("inbound-2"))
        .broker_interceptor(gate("broker", false))
        .broker_interceptor(trace("broker"))
        .outbound_interceptor(gate("outbound", false))
        .outbound_interceptor(trace("outbound"));
    (builder, seen)
}

#[track_caller]
fn assert_seen(seen: &Seen, expected: &[&str]) {
    let calls = std::mem::take(&mut *seen.lock().expect("nobody panics with the lock"));
    assert_eq!(calls, expected);
}

#[message_mapping("/gate/<what>")]
async fn through_the_gate(
    what: String,
    text: Payload<String>,
    template: SimpMessagingTemplate,
) -> Result<(), SendError> {
    template.convert_and_send(format!("/topic/gate/broker/{what}"), &text.0)
}

#[message_mapping("/reply/<what>")]
#[send_to("/topic/gate/broker/<what>")]
async fn reply(text: Payload<String>) -> String {
    text.0
}

#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn not_delivered(error: &SendError) -> Result<&'static str, BoxError> {
    match error {
        SendError::Vetoed => Ok("not delivered"),
        _ => Err("not for this one".into()),
    }
}

#[message_mapping("/traced/fails")]
async fn fails() -> Result<(), Refused> {
    Err(Refused("by the handler".to_owned()))
}

#[message_mapping("/traced/works")]
async fn works() {}

#[subscribe_mapping("/traced/answer")]
async fn answer() -> &'static str {
    "answer"
}

/// Rows: CHAN-01, CHAN-03, CHAN-05, CHAN-07, CHAN-11, CHAN-12, CHAN-16, CHAN-17
#[tokio::test]
async fn one_send_and_its_copy_call_all_interceptors_in_order_and_back() {
    let (builder, seen) = traced();
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    let inbound = [
        "inbound preSend",
        "inbound-2 preSend",
        "inbound postSend true",
        "inbound-2 postSend true",
        "inbound-2 afterSendCompletion true",
        "inbound afterSendCompletion true",
        "inbound beforeHandle broker",
        "inbound-2 beforeHandle broker",
        "inbound-2 afterMessageHandled broker",
        "inbound afterMessageHandled broker",
    ];
    peer.subscribe("s", "/topic/traced/1").await;
    assert_seen(&seen, &inbound);
    peer.send_with("/topic/traced/1", "receipt:r\n", "x").await;
    peer.expect_message("x").await;
    peer.expect_receipt("r").await;
    let outbound = [
        "outbound preSend",
        "outbound beforeHandle sockets",
        "outbound afterMessageHandled sockets",
        "outbound postSend true",
        "outbound afterSendCompletion true",
    ];
    // The copy goes out while the broker handles the message.
    let (before, after) = inbound.split_at(8);
    assert_seen(&seen, &[before, &outbound, after].concat());
    peer.unsubscribe("s").await;
    assert_seen(&seen, &inbound);
}

/// Rows: CHAN-02, CHAN-11
#[tokio::test]
async fn a_template_passes_the_broker_channel_in_its_own_call() {
    let (builder, seen) = traced();
    let server = TestServer::start(builder).await;
    let template = server.handle().template();
    template.convert_and_send("/topic/traced/3", "x").expect("sent");
    let handled = |by: &str| {
        [
            "broker preSend".to_owned(),
            format!("broker beforeHandle {by}"),
            format!("broker afterMessageHandled {by}"),
            "broker postSend true".to_owned(),
            "broker afterSendCompletion true".to_owned(),
        ]
    };
    assert_seen(&seen, &handled("broker").each_ref().map(String::as_str));
    template
        .convert_and_send_to_user("nobody", "/queue/traced", "x")
        .expect("sent");
    assert_seen(&seen, &handled("users").each_ref().map(String::as_str));
}

/// Rows: CHAN-10, CHAN-12, CHAN-22
#[tokio::test]
async fn after_a_veto_an_error_or_a_panic_only_those_before_it_are_told() {
    for (what, completed) in [
        ("stop", "inbound afterSendCompletion false"),
        ("refuse", "inbound afterSendCompletion false failed"),
        ("panic", "inbound afterSendCompletion false failed"),
    ] {
        let (builder, seen) = traced();
        let server = TestServer::start(builder).await;
        let mut peer = server.connect().await;
        peer.send_asking(&format!("/topic/traced/{what}"), "x", "r").await;
        match what {
            "stop" => peer.expect_receipt("r").await,
            "refuse" => drop(peer.expect_error("forbidden", 1008).await),
            _ => drop(peer.expect_error("internal", 1011).await),
        }
        assert_seen(&seen, &["inbound preSend", "inbound-2 preSend", completed]);
    }
}

/// Rows: CHAN-16
#[tokio::test]
async fn a_handler_is_told_apart_and_its_unanswered_failure_is_told() {
    let (builder, seen) = traced();
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    let handled = |after: &str| {
        let calls = seen.lock().expect("nobody panics").split_off(6);
        let before = ["inbound beforeHandle methods", "inbound-2 beforeHandle methods"];
        let after = [format!("inbound-2 {after}"), format!("inbound {after}")];
        assert_eq!(calls, [before.map(str::to_owned), after].concat());
        seen.lock().expect("nobody panics").clear();
    };
    peer.send_done("/app/traced/works", "").await;
    handled("afterMessageHandled methods");
    peer.send("/app/traced/fails", "").await;
    // A fence: the frames of one session are handled in order.
    peer.send_done("/topic/fence", "").await;
    handled("afterMessageHandled methods failed");
    peer.send_asking("/app/traced/fails", "", "r").await;
    peer.expect_error("internal", 1011).await;
    handled("afterMessageHandled methods failed");
}

#[message_mapping("/traced/hangs")]
async fn hangs() {
    std::future::pending::<()>().await;
}

#[tokio::test]
async fn a_handling_that_is_cut_off_is_told_as_a_failure() {
    let (builder, seen) = traced();
    let builder = builder.configure(|config, _| config.drain_deadline = Duration::from_millis(1));
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.send("/app/traced/hangs", "").await;
    let begun = || seen.lock().is_ok_and(|seen| seen.len() == 8);
    eventually("the handler to be called", begun).await;
    server.stop().await;
    let calls = seen.lock().expect("nobody panics").split_off(8);
    let given_up = ["inbound-2", "inbound"].map(|name| format!("{name} afterMessageHandled methods failed"));
    assert_eq!(calls, given_up);
}

/// Rows: CHAN-03
#[tokio::test]
async fn a_direct_answer_passes_the_outbound_channel() {
    let (builder, seen) = traced();
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("s", "/app/traced/answer", "r").await;
    peer.expect_message("answer").await;
    peer.expect_receipt("r").await;
    let calls = std::mem::take(&mut *seen.lock().expect("nobody panics"));
    assert!(calls.contains(&"outbound preSend".to_owned()), "{calls:?}");
}

/// Rows: CHAN-09, CHAN-10, CHAN-16, CHAN-22
#[tokio::test]
async fn a_gate_on_the_inbound_channel_stamps_replaces_and_stops() {
    for late in [false, true] {
        let server = TestServer::start(app(module_path!()).inbound_interceptor(gate("inbound", late))).await;
        let mut peer = server.connect().await;
        peer.subscribe("s", "/topic/gate/inbound/*").await;
        peer.send("/topic/gate/inbound/stamp", "x").await;
        let stamped = peer.expect_message("x").await;
        assert_eq!(stamped.header("x-stamp"), Some("inbound"));
        peer.send("/topic/gate/inbound/replace", "x").await;
        peer.expect_message("replaced").await;
        // Dropped, and done: the sender may go on.
        peer.send_done("/topic/gate/inbound/stop", "x").await;
        peer.say_subscribe("t", "/topic/gate/inbound/stop", "u").await;
        peer.expect_receipt("u").await;
        // Its id is free again.
        peer.subscribe("t", "/topic/elsewhere").await;
        peer.expect_nothing().await;
    }
}

/// A failure of `pre_send` refuses the frame; one of `before_handle` is a failure of the handling.
///
/// Rows: CHAN-16, CHAN-22
#[tokio::test]
async fn a_failure_just_before_the_handling_ends_the_session_only_if_a_receipt_is_refused() {
    for what in ["refuse", "break"] {
        let server = TestServer::start(app(module_path!()).inbound_interceptor(gate("inbound", true))).await;
        let mut peer = server.connect().await;
        let destination = format!("/topic/gate/inbound/{what}");
        peer.subscribe("s", "/topic/gate/**").await;
        peer.send(&destination, "x").await;
        peer.text(format!("SUBSCRIBE\nid:t\ndestination:{destination}\n\n\0"))
            .await;
        peer.expect_nothing().await;
        peer.send_asking(&destination, "x", "r").await;
        let error = peer.expect_error("internal", 1011).await;
        assert_eq!(error.header("receipt-id"), Some("r"));
        assert!(
            !error.text().contains("refused") && !error.text().contains("broken"),
            "{error:?}"
        );
    }
}

/// Rows: CHAN-10, CHAN-14
#[tokio::test]
async fn a_gate_on_the_broker_channel_fails_the_sender() {
    for mapping in ["/app/gate", "/app/reply"] {
        let server = TestServer::start(app(module_path!()).broker_interceptor(gate("broker", false))).await;
        let mut peer = server.connect().await;
        peer.subscribe("e", "/user/queue/errors").await;
        peer.subscribe("s", "/topic/gate/broker/*").await;
        peer.send(&format!("{mapping}/stamp"), "x").await;
        let stamped = peer.expect_message("x").await;
        assert_eq!(stamped.header("x-stamp"), Some("broker"));
        peer.send(&format!("{mapping}/stop"), "x").await;
        peer.expect_message("not delivered").await;
        for what in ["refuse", "break"] {
            peer.send(&format!("{mapping}/{what}"), "x").await;
        }
        peer.expect_nothing().await;
    }
}

/// Rows: CHAN-14
#[tokio::test]
async fn a_template_learns_why_its_message_was_stopped() {
    let server = TestServer::start(app(module_path!()).broker_interceptor(gate("broker", false))).await;
    let template = server.handle().template();
    let vetoed = template.convert_and_send("/topic/gate/broker/stop", "x");
    assert!(matches!(vetoed, Err(SendError::Vetoed)), "{vetoed:?}");
    let refused = template
        .convert_and_send("/topic/gate/broker/refuse", "x")
        .expect_err("refused");
    let cause = refused.source().and_then(|cause| cause.downcast_ref::<Refused>());
    assert!(cause.is_some(), "{refused:?}");
    let confirmed = template.convert_and_send_confirmed("/topic/gate/broker/stop", "x");
    assert!(matches!(confirmed.await, Err(SendError::Vetoed)));
}

/// Rows: CHAN-16
#[tokio::test]
async fn what_is_skipped_before_the_broker_counts_as_sent_and_a_failure_there_is_the_senders() {
    let server = TestServer::start(app(module_path!()).broker_interceptor(gate("broker", true))).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/gate/broker/*").await;
    let template = server.handle().template();
    let send = |what| template.convert_and_send(format!("/topic/gate/broker/{what}"), "x");
    send("stop").expect("skipped, which is no error");
    for what in ["refuse", "break"] {
        let failed = send(what);
        assert!(matches!(failed, Err(SendError::Intercepted(_))), "{failed:?}");
    }
    peer.expect_nothing().await;
    send("replace").expect("sent");
    peer.expect_message("replaced").await;
}

/// Rows: CHAN-09, CHAN-10, CHAN-12
#[tokio::test]
async fn a_gate_on_the_outbound_channel_concerns_one_copy_and_no_sender() {
    for late in [false, true] {
        let builder = app(module_path!()).outbound_interceptor(gate("outbound", late));
        let server = TestServer::start(builder).await;
        let (mut peer, mut other) = (server.connect().await, server.connect().await);
        peer.subscribe("s", "/topic/gate/outbound/*").await;
        for what in ["stop", "refuse", "break"] {
            other
                .send_done(&format!("/topic/gate/outbound/{what}"), "x")
                .await;
        }
        other.send("/topic/gate/outbound/stamp", "x").await;
        let stamped = peer.expect_message("x").await;
        assert_eq!(stamped.header("x-stamp"), Some("outbound"));
        other.send("/topic/gate/outbound/replace", "x").await;
        peer.expect_message("replaced").await;
    }
}

/// Panics wherever it is told something.
struct Clumsy(Seen);

impl Clumsy {
    fn stumble(&self, what: &str) {
        self.0.lock().expect("taken for a moment").push(what.to_owned());
        panic!("on purpose");
    }
}

impl InboundInterceptor for Clumsy {
    fn post_send(&self, _: &InboundFrame, _: bool) {
        self.stumble("post_send");
    }

    fn after_send_completion(&self, _: &InboundFrame, _: bool, _: Option<&(dyn Error + 'static)>) {
        self.stumble("after_send_completion");
    }

    fn after_message_handled(&self, _: &InboundFrame, _: HandledBy, _: Option<&(dyn Error + 'static)>) {
        self.stumble("after_message_handled");
    }
}

#[tokio::test]
async fn a_panic_of_who_is_told_afterwards_changes_nothing() {
    let seen = Seen::default();
    let server = TestServer::start(app(module_path!()).inbound_interceptor(Clumsy(Arc::clone(&seen)))).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/a").await;
    peer.send("/topic/a", "x").await;
    peer.expect_message("x").await;
    eventually("all calls", || seen.lock().is_ok_and(|seen| seen.len() == 6)).await;
}

/// An interceptor sees whose frame it is: id, user and attributes of the session; and the headers of the sender's, none
/// that were made up.
///
/// Rows: CHAN-19, CHAN-30
#[tokio::test]
async fn an_inbound_frame_has_its_session_and_the_senders_headers_only() {
    let seen = Seen::default();
    let look = {
        let seen = Arc::clone(&seen);
        move |frame: InboundFrame| {
            let visits = frame.session.get::<u32>().unwrap_or_default() + 1;
            frame.session.insert(visits);
            let note = format!(
                "{} {:?} {visits} {:?}",
                frame.session.id(),
                frame.session.principal().map(|user| user.name().to_owned()),
                frame.message.headers
            );
            seen.lock().expect("nobody panics").push(note);
            async move { Ok(Some(frame)) }
        }
    };
    let authenticator =
        |login: Login| async move { Ok::<_, AuthenticationError>(login.login().map(Principal::new)) };
    let builder = app(module_path!())
        .authenticator(authenticator)
        .inbound_interceptor(look);
    let server = TestServer::start(builder).await;
    let mut peer = server.open().await;
    let connected = peer.say_connect("login:ann\n").await;
    let session = connected.header("session").expect("it has one").to_owned();
    peer.send("/topic/a", "").await;
    peer.send_with("/topic/a", "x-n:1\n", "").await;
    peer.expect_nothing().await;
    let seen = seen.lock().expect("nobody panics").clone();
    assert!(
        seen[0].starts_with(&format!("{session} Some(\"ann\") 1 {{")),
        "{seen:?}"
    );
    assert!(
        seen[1].starts_with(&format!("{session} Some(\"ann\") 2 {{")),
        "{seen:?}"
    );
    for invented in ["timestamp", "\"id\"", "simp"] {
        assert!(!seen.concat().contains(invented), "{seen:?}");
    }
    assert!(seen[1].contains("\"x-n\": \"1\""), "{seen:?}");
}
