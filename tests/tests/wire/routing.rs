//! Which handler gets a message: Spring's patterns, their order, and the two kinds of messages.

use stomp_server::{MessageContext, prelude::*};
use stomp_tests::server::{TestServer, app};

#[message_mapping("/var/{room}/user/{number}")]
#[send_to("/topic/heard")]
fn variables(room: String, number: i64) -> String {
    format!("{room}:{number}")
}

#[message_mapping("/file/{name}.{ext}")]
#[send_to("/topic/heard")]
fn file(name: String, ext: String) -> String {
    format!("{name} as {ext}")
}

#[message_mapping("/regex/{digits:[0-9]+}")]
#[send_to("/topic/heard")]
fn digits(digits: u32) -> String {
    format!("digits {digits}")
}

#[message_mapping("/regex/{letters:[a-z]+}")]
#[send_to("/topic/heard")]
fn letters(letters: String) -> String {
    format!("letters {letters}")
}

#[message_mapping("/ant/fixed/tail")]
#[send_to("/topic/heard")]
fn exact() -> &'static str {
    "exact"
}

#[message_mapping("/ant/qu?/tail")]
#[send_to("/topic/heard")]
fn question() -> &'static str {
    "question"
}

#[message_mapping("/ant/pre*/tail")]
#[send_to("/topic/heard")]
fn before() -> &'static str {
    "prefix"
}

#[message_mapping("/ant/*/tail")]
#[send_to("/topic/heard")]
fn star() -> &'static str {
    "star"
}

#[message_mapping("/ant/{name}/end")]
#[send_to("/topic/heard")]
fn variable(name: String) -> String {
    format!("variable {name}")
}

#[message_mapping("/ant/**/last")]
#[send_to("/topic/heard")]
fn middle() -> &'static str {
    "middle"
}

#[message_mapping("/ant/**")]
#[send_to("/topic/heard")]
fn double() -> &'static str {
    "double"
}

#[message_mapping("/best/**", "/best/{x}")]
#[send_to("/topic/heard")]
fn best(x: Option<String>) -> String {
    format!("best {}", x.as_deref().unwrap_or("-"))
}

#[message_mapping("/star/*")]
#[send_to("/topic/heard")]
fn one_segment() -> &'static str {
    "one segment, or none behind a slash"
}

#[message_mapping("/kinds/{id}")]
#[send_to("/topic/heard")]
fn sent(id: u32) -> String {
    format!("send {id}")
}

#[subscribe_mapping("/kinds/{id}")]
fn subscribed(id: u32) -> String {
    format!("subscribe {id}")
}

#[message_mapping("/literal/send")]
#[send_to("/topic/heard")]
fn literal() -> &'static str {
    "literal"
}

#[subscribe_mapping("/literal/{x}")]
fn literal_of_the_other_kind(x: String) -> String {
    format!("pattern {x}")
}

#[message_mapping("/twice")]
#[subscribe_mapping("/twice")]
#[send_to("/topic/heard")]
fn twice(cx: MessageContext) -> String {
    format!("{:?}", cx.message().kind)
}

/// Sends to each destination of the table and expects what is heard; `None` is nothing.
async fn check(table: &[(&str, Option<&str>)]) {
    let server = TestServer::start(app(module_path!()).ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/heard").await;
    for (destination, heard) in table {
        peer.send(&format!("/app{destination}"), "").await;
        match heard {
            Some(heard) => drop(peer.expect_message(heard).await),
            None => peer.expect_nothing().await,
        }
    }
    peer.expect_nothing().await;
}

/// Rows: ROUTE-13, ROUTE-14, ROUTE-16
#[tokio::test]
async fn variables_take_what_stands_in_their_segment() {
    check(&[
        ("/var/den/user/41", Some("den:41")),
        ("/var/d n/user/1", Some("d n:1")),
        ("/Var/den/user/41", None),
        ("/var/den/user/41/", None),
        ("/file/report.pdf", Some("report as pdf")),
        ("/file/a.b.c", Some("a.b as c")),
        ("/file/.", Some(" as ")),
        ("/regex/42", Some("digits 42")),
        ("/regex/abc", Some("letters abc")),
        ("/regex/a1", None),
    ])
    .await;
}

/// Rows: ROUTE-10, ROUTE-21, ROUTE-27, ROUTE-28
#[tokio::test]
async fn the_most_specific_mapping_wins() {
    check(&[
        ("/ant/fixed/tail", Some("exact")),
        ("/ant/quz/tail", Some("question")),
        ("/ant/prefix/tail", Some("prefix")),
        ("/ant/any/tail", Some("star")),
        ("/ant/any/end", Some("variable any")),
        ("/ant/x/y/last", Some("middle")),
        ("/ant/any/deep/er/tail", Some("double")),
        ("/ant", Some("double")),
        ("/star/x", Some("one segment, or none behind a slash")),
        ("/star/", Some("one segment, or none behind a slash")),
        ("/star", None),
        ("/star/x/y", None),
    ])
    .await;
}

/// Rows: ROUTE-23
#[tokio::test]
async fn the_best_of_a_mappings_own_patterns_has_the_variables() {
    check(&[("/best/1", Some("best 1")), ("/best/1/2", Some("best -"))]).await;
}

/// Rows: ROUTE-28, ROUTE-34, ROUTE-38, ROUTE-39
#[tokio::test]
async fn each_kind_of_message_has_mappings_of_its_own() {
    let server = TestServer::start(app(module_path!()).ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/heard").await;
    peer.send("/app/kinds/1", "").await;
    peer.expect_message("send 1").await;
    peer.send("/app/literal/send", "").await;
    peer.expect_message("literal").await;
    for (destination, heard) in [
        ("/app/kinds/2", "subscribe 2"),
        ("/app/literal/send", "pattern send"),
        // both annotations of one function count
        ("/app/twice", "Subscribe"),
    ] {
        peer.say_subscribe(destination, destination, "live").await;
        peer.expect_message(heard).await;
        peer.expect_receipt("live").await;
    }
    peer.send("/app/twice", "").await;
    peer.expect_message("Send").await;
    peer.send_done("/app/literal/other", "").await;
    peer.expect_nothing().await;
}

/// Rows: ROUTE-12
#[tokio::test]
async fn a_destination_that_could_mean_two_things_is_refused() {
    for odd in ["/app//regex/1", "/app/regex//1", "//app/regex/1"] {
        let server = TestServer::of(module_path!()).await;
        let mut peer = server.connect().await;
        peer.send(odd, "").await;
        peer.expect_error("malformed", 1002).await;
    }
}

/// Rows: ROUTE-45
#[tokio::test]
async fn what_nothing_is_mapped_to_is_an_error_or_passes_in_silence() {
    let server = TestServer::of(module_path!()).await;
    let mut peer = server.connect().await;
    peer.send_asking("/app/nowhere", "", "r").await;
    let error = peer.expect_error("no-handler", 1002).await;
    assert_eq!(error.header("receipt-id"), Some("r"));
    check(&[("/nowhere", None), ("/regex/1", Some("digits 1"))]).await;
}
