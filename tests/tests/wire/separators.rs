//! Dots as separators: Spring's `AntPathMatcher(".")`. The controller is that of Spring's recorded answers.

use stomp_server::{BuildProblem, MessageContext, Separator, StompServerBuilder, prelude::*};
use stomp_tests::server::{TestServer, app};

mod red {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("gone")]
    struct Gone;

    #[derive(Component)]
    struct Dots;

    #[controller("red")]
    impl Dots {
        #[message_mapping("blue")]
        fn blue(&self, Payload(text): Payload<String>) -> String {
            format!("blue {text}")
        }

        #[message_mapping("green.{shade}")]
        #[send_to("/topic/green.{shade}", "topic.green.{shade}")]
        fn green(&self, shade: String, Payload(text): Payload<String>) -> String {
            format!("{shade} {text}")
        }

        #[message_mapping("star.*")]
        #[send_to("/topic/star", "topic.star")]
        fn star(&self, cx: MessageContext) -> String {
            format!("star {}", cx.path())
        }

        #[message_mapping("deep.**")]
        #[send_to("/topic/deep", "topic.deep")]
        fn deep(&self, cx: MessageContext) -> String {
            format!("deep {}", cx.path())
        }

        #[message_mapping("number.{n:[0-9]+}")]
        #[send_to("/topic/number", "topic.number")]
        fn number(&self, n: u32) -> u32 {
            n + 1
        }

        #[message_mapping("user")]
        #[send_to_user("/queue/colors", "queue.colors")]
        fn user(&self, Payload(text): Payload<String>) -> String {
            format!("for you {text}")
        }

        #[message_mapping("user-default")]
        #[send_to_user]
        fn user_default(&self, Payload(text): Payload<String>) -> String {
            format!("default {text}")
        }

        #[subscribe_mapping("init.{id}")]
        fn init(&self, id: String) -> String {
            format!("init {id}")
        }

        #[message_mapping("fail")]
        fn fail(&self) -> Result<(), Gone> {
            Err(Gone)
        }

        #[message_exception_handler]
        fn gone(&self, error: &Gone) -> String {
            error.to_string()
        }
    }
}

/// As the application that Spring's answers were recorded with: it answers to places that nobody serves.
fn dots() -> StompServerBuilder {
    app(&format!("{}::red", module_path!()))
        .separator(Separator::Dot)
        .ignore_unmapped()
}

fn dotted_broker() -> StompServerBuilder {
    dots().enable_simple_broker(["topic.", "queue."])
}

/// Rows: ROUTE-05, ROUTE-41, RET-05, RET-19
#[tokio::test]
async fn mappings_and_default_destinations_have_dots() {
    let server = TestServer::start(dots()).await;
    let mut peer = server.connect().await;
    peer.subscribe("b", "/topic/red.blue").await;
    peer.subscribe("g", "/topic/green.dark").await;
    peer.send("/app/red.blue", "x").await;
    let message = peer.expect_message("blue x").await;
    assert_eq!(message.header("destination"), Some("/topic/red.blue"));
    peer.send("/app/red.green.dark", "y").await;
    peer.expect_message("dark y").await;
    peer.send("/app/red.green.very.dark", "z").await;
    peer.send("/app/red/blue", "z").await;
    peer.expect_nothing().await;
}

/// Rows: ROUTE-11, ROUTE-15, ROUTE-16, ROUTE-20
#[tokio::test]
async fn dots_cut_segments_and_slashes_are_letters() {
    let server = TestServer::start(dots()).await;
    let mut peer = server.connect().await;
    for name in ["star", "deep", "number", "green.a/b"] {
        peer.subscribe(name, &format!("/topic/{name}")).await;
    }
    peer.send("/app/red.star.x", "").await;
    peer.expect_message("star red.star.x").await;
    peer.send("/app/red.deep", "").await;
    peer.expect_message("deep red.deep").await;
    peer.send("/app/red.deep.x.y", "").await;
    peer.expect_message("deep red.deep.x.y").await;
    peer.send("/app/red.number.41", "").await;
    peer.expect_message("42").await;
    peer.send("/app/red.green.a/b", "x").await;
    peer.expect_message("a/b x").await;
    for nobody in ["/app/red.star.x.y", "/app/red.number.x", "/app/red.number.4/1"] {
        peer.send(nobody, "").await;
    }
    peer.expect_nothing().await;
}

/// Rows: ROUTE-11, CFG-09
#[tokio::test]
async fn subscriptions_follow_the_separator() {
    let server = TestServer::start(dots()).await;
    let mut peer = server.connect().await;
    peer.send_done("/topic/a.b", "nobody is there yet").await;
    for (id, destination) in [
        ("star", "/topic/a.*"),
        ("deep", "/topic/a.**"),
        ("slash", "/topic/**"),
    ] {
        peer.subscribe(id, destination).await;
    }
    for (destination, expected) in [
        ("/topic/a.b", vec!["deep", "star"]),
        ("/topic/a.b.c", vec!["deep"]),
        ("/topic/a", vec!["deep", "slash"]),
        // no text has more segments than one of these: `/topic/b/c` is one
        ("/topic/b/c", vec!["slash"]),
    ] {
        peer.send(destination, "x").await;
        let mut heard = Vec::new();
        for _ in &expected {
            let message = peer.expect_message("x").await;
            heard.push(message.header("subscription").unwrap_or_default().to_owned());
        }
        heard.sort_unstable();
        assert_eq!(heard, expected, "{destination}");
    }
    peer.unsubscribe("star").await;
    peer.send("/topic/a.b", "y").await;
    let message = peer.expect_message("y").await;
    assert_eq!(message.header("subscription"), Some("deep"));
    peer.expect_nothing().await;
}

/// Rows: RET-26, ROUTE-15
#[tokio::test]
async fn direct_answers_and_users_destinations_have_dots() {
    let server = TestServer::start(dots()).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("i", "/app/red.init.7", "live").await;
    let message = peer.expect_message("init 7").await;
    assert_eq!(message.header("destination"), Some("/app/red.init.7"));
    peer.expect_receipt("live").await;
    peer.subscribe("c", "/user/queue/colors").await;
    peer.subscribe("d", "/user/queue/red.user-default").await;
    peer.send("/app/red.user", "x").await;
    let message = peer.expect_message("for you x").await;
    assert_eq!(message.header("destination"), Some("/user/queue/colors"));
    peer.send("/app/red.user-default", "x").await;
    let message = peer.expect_message("default x").await;
    assert_eq!(
        message.header("destination"),
        Some("/user/queue/red.user-default")
    );
    peer.expect_nothing().await;
}

/// Rows: RET-38
#[tokio::test]
async fn a_brokers_prefixes_may_end_with_dots() {
    let server = TestServer::start(dotted_broker()).await;
    let mut peer = server.connect().await;
    peer.subscribe("exact", "topic.green.dark").await;
    peer.subscribe("pattern", "topic.green.*").await;
    peer.subscribe("own", "/user/queue.colors").await;
    peer.send("/app/red.green.dark", "x").await;
    peer.expect_messages(["dark x", "dark x"]).await;
    peer.send("/app/red.user", "x").await;
    let message = peer.expect_message("for you x").await;
    assert_eq!(message.header("destination"), Some("/user/queue.colors"));
    // its default destination is nobody's
    peer.send("/app/red.blue", "x").await;
    peer.expect_nothing().await;
}

#[tokio::test]
async fn an_exception_handlers_default_destination_has_dots() {
    let server = TestServer::start(dots()).await;
    let mut peer = server.connect().await;
    peer.subscribe("f", "/topic/red.fail").await;
    peer.send("/app/red.fail", "").await;
    peer.expect_message("gone").await;
}

#[tokio::test]
async fn a_destination_with_nothing_between_two_dots_is_refused() {
    let server = TestServer::start(dots()).await;
    let mut peer = server.connect().await;
    peer.send_done("/topic/a//b", "a slash is a letter").await;
    peer.send("/topic/a..b", "").await;
    peer.expect_error("malformed", 1002).await;
}

#[tokio::test]
async fn the_template_sends_to_destinations_with_dots() {
    let server = TestServer::start(dotted_broker()).await;
    let mut peer = server.connect_as("ann").await;
    peer.subscribe("t", "topic.news").await;
    let template = server.handle().template();
    template
        .convert_and_send("topic.news", "hello")
        .expect("it is served");
    peer.expect_message("hello").await;
    template
        .convert_and_send("/topic/news", "nobody's")
        .expect("silence is wanted");
    peer.expect_nothing().await;
    assert!(template.convert_and_send("topic..news", "hello").is_err());
}

#[test]
fn what_nobody_serves_is_refused_unless_silence_is_wanted() {
    let loud = || app(&format!("{}::red", module_path!())).separator(Separator::Dot);
    let Err(error) = loud().build() else {
        panic!("`topic.green.{{shade}}` is nobody's");
    };
    let unserved = |problem: &BuildProblem| matches!(problem, BuildProblem::Unserved { .. });
    assert!(error.handlers().iter().all(unserved), "{error}");
    assert!(error.to_string().contains("`topic.green.{shade}`"), "{error}");
    assert!(loud().enable_simple_broker(["/topic", "topic."]).build().is_ok());
    assert!(dots().build().is_ok());
}

/// Rows: ROUTE-32
#[test]
fn routes_are_shown_as_the_application_joins_them() {
    let server = dots().build().expect("builds");
    let shown: Vec<_> = server.routes().map(|route| route.to_string()).collect();
    assert!(
        shown
            .iter()
            .any(|route| route.starts_with("SEND /app/red.blue ->")),
        "{shown:?}"
    );
    assert!(
        shown
            .iter()
            .any(|route| route.starts_with("SUBSCRIBE /app/red.init.{id} ->")),
        "{shown:?}"
    );
}

mod either {
    use super::*;

    /// With slashes these are one segment each and neither is more specific; with dots they are two.
    #[derive(Component)]
    struct Either;

    #[controller]
    impl Either {
        #[message_mapping("{name}.x")]
        fn first(&self, name: String) {
            let _ = name;
        }

        #[message_mapping("y.{name}")]
        fn second(&self, name: String) {
            let _ = name;
        }
    }
}

#[test]
fn what_depends_on_the_separator_is_checked_when_it_is_known() {
    let either = || app(&format!("{}::either", module_path!()));
    for separator in [Separator::Slash, Separator::Dot] {
        let Err(error) = either().separator(separator).build() else {
            panic!("`y.x` is matched by both with {separator:?}");
        };
        assert!(
            matches!(error.handlers(), [BuildProblem::Ambiguous { .. }]),
            "{error}"
        );
    }
}
