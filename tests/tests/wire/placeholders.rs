//! `${name}` in mappings and targets.

use stomp_server::{BuildProblem, MessageContext, Properties, PropertyError, prelude::*};
use stomp_tests::server::{TestServer, app};

mod configured {
    use super::*;

    #[message_mapping("/place/${oracle.place}")]
    #[send_to("/topic/${oracle.topic:place}")]
    fn place(Payload(text): Payload<String>) -> String {
        text
    }

    #[derive(Component)]
    struct Rooms {
        properties: std::sync::Arc<Properties>,
    }

    #[controller("${oracle.root:/rooms}")]
    #[send_to_user("/queue/${oracle.place}/{room}")]
    impl Rooms {
        #[message_mapping("/{room}/enter")]
        fn enter(&self, room: String, cx: MessageContext) -> String {
            let (own, given) = (&self.properties, cx.properties());
            format!(
                "{room} {} {}",
                own.get("oracle.place").unwrap_or_default(),
                given.get("oracle.place").unwrap_or_default()
            )
        }

        #[message_mapping("/{room:${oracle.letters:[a-z]+}}/count")]
        #[send_to("/topic/count")]
        fn count(&self, room: String) -> usize {
            room.len()
        }
    }
}

fn configured() -> stomp_server::StompServerBuilder {
    app(&format!("{}::configured", module_path!()))
}

/// Rows: ROUTE-46
#[tokio::test]
async fn properties_are_put_in_when_the_server_is_built() {
    let server = TestServer::start(configured().property("oracle.place", "market").ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/place").await;
    peer.subscribe("1", "/user/queue/market/red").await;
    peer.subscribe("2", "/topic/count").await;
    peer.send("/app/place/market", "x").await;
    peer.expect_message("x").await;
    peer.send("/app/rooms/red/enter", "").await;
    peer.expect_message("red market market").await;
    peer.send("/app/rooms/red/count", "").await;
    peer.expect_message("3").await;
    // it is not a value that clients name
    peer.send_done("/app/place/${oracle.place}", "y").await;
    peer.send_done("/app/rooms/RED/count", "y").await;
    peer.expect_nothing().await;
}

/// Rows: ROUTE-46
#[tokio::test]
async fn a_property_goes_before_its_default() {
    let builder = configured()
        .property("oracle.place", "market")
        .property("oracle.topic", "elsewhere")
        .property("oracle.root", "/halls/${oracle.place}");
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/elsewhere").await;
    peer.subscribe("1", "/user/queue/market/red").await;
    peer.send("/app/place/market", "x").await;
    peer.expect_message("x").await;
    peer.send("/app/halls/market/red/enter", "").await;
    peer.expect_message("red market market").await;
}

#[test]
fn a_property_without_value_is_named_with_the_cure() {
    let Err(error) = configured().build() else {
        panic!("`oracle.place` has no value");
    };
    assert_eq!(error.handlers().len(), 2, "one mapping and one target: {error}");
    for problem in error.handlers() {
        assert!(
            matches!(problem, BuildProblem::UnresolvedProperty { error: PropertyError::Unknown(name), .. } if name == "oracle.place"),
            "{problem}"
        );
        let text = problem.to_string();
        for part in ["placeholders.rs:", "`oracle.place`", ".property(", ":default}"] {
            assert!(text.contains(part), "{part:?} is missing from: {text}");
        }
    }
}

#[test]
fn what_a_property_makes_of_a_mapping_is_checked() {
    let build = |root: &str| {
        configured()
            .property("oracle.place", "market")
            .property("oracle.root", root)
            .build()
    };
    assert!(build("/halls").is_ok());
    let Err(error) = build("/{room") else {
        panic!("the brace is never closed");
    };
    assert!(
        error
            .handlers()
            .iter()
            .all(|problem| matches!(problem, BuildProblem::Malformed { .. })),
        "{error}"
    );
    let Err(error) = build("/place") else {
        return; // it meets no other mapping
    };
    panic!("{error}");
}
