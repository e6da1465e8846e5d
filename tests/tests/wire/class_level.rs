//! Prefixes and targets of a `#[controller]` block. The controllers are those of Spring's recorded answers.

use stomp_server::{MessageContext, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

mod joined {
    use super::*;

    #[derive(Component)]
    struct Shop;

    #[controller("/shop", "branch/{city}/shop")]
    #[send_to("/topic/shop")]
    impl Shop {
        #[message_mapping("/open", "close/*")]
        fn door(&self, cx: MessageContext) -> String {
            format!("door {}", cx.path())
        }

        #[message_mapping]
        fn visit(&self, cx: MessageContext) -> String {
            format!("visit {}", cx.path())
        }

        #[message_mapping("/order/{id}")]
        fn order(&self, city: Option<String>, id: u32) -> String {
            format!("order {id} in {}", city.as_deref().unwrap_or("no city"))
        }
    }

    #[derive(Component)]
    struct Join;

    #[controller("/join/star/*", "/join/deep/**", "/join/slash/", "/join/only/*.do")]
    #[send_to("/topic/join")]
    impl Join {
        #[message_mapping("/b")]
        fn b(&self, cx: MessageContext) -> String {
            format!("b {}", cx.path())
        }
    }
}

/// Rows: ROUTE-01, ROUTE-02, ROUTE-04
#[tokio::test]
async fn each_prefix_stands_before_each_destination() {
    let server = TestServer::start(app(&format!("{}::joined", module_path!())).ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/shop").await;
    for (sent_to, heard) in [
        ("/app/shop/open", "door /shop/open"),
        ("/app/branch/rome/shop/open", "door /branch/rome/shop/open"),
        ("/app/shop/close/now", "door /shop/close/now"),
        ("/app/branch/rome/shop/close/x", "door /branch/rome/shop/close/x"),
        ("/app/shop", "visit /shop"),
        ("/app/branch/oslo/shop", "visit /branch/oslo/shop"),
        ("/app/branch/rome/shop/order/7", "order 7 in rome"),
        ("/app/shop/order/8", "order 8 in no city"),
    ] {
        peer.send(sent_to, "").await;
        peer.expect_message(heard).await;
    }
    for nobody in ["/app/open", "/app/shop/", "/app/close/now"] {
        peer.send_done(nobody, "").await;
    }
    peer.expect_nothing().await;
}

/// Rows: ROUTE-01
#[test]
fn all_destinations_behind_one_prefix_come_before_the_next() {
    let server = app(&format!("{}::joined", module_path!()))
        .build()
        .expect("builds");
    let door = server.routes().find(|route| route.meta.name == "Shop::door");
    assert_eq!(
        door.expect("it is there").patterns,
        [
            "/shop/open",
            "/shop/close/*",
            "/branch/{city}/shop/open",
            "/branch/{city}/shop/close/*"
        ]
    );
}

/// Rows: ROUTE-07
#[tokio::test]
async fn a_star_at_the_end_of_a_prefix_makes_way() {
    let server = TestServer::start(app(&format!("{}::joined", module_path!())).ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/join").await;
    for path in [
        "/join/star/b",
        "/join/deep/x/y/b",
        "/join/deep/b",
        "/join/slash/b",
        "/b.do",
    ] {
        peer.send(&format!("/app{path}"), "").await;
        peer.expect_message(&format!("b {path}")).await;
    }
    peer.send_done("/app/join/star/x/b", "").await;
    peer.expect_nothing().await;
}

mod targets {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("gone")]
    struct Gone;

    #[derive(Component)]
    struct ToTopic;

    #[controller("/class-send-to")]
    #[send_to("/topic/class")]
    impl ToTopic {
        #[message_mapping("/plain")]
        fn plain(&self) -> &'static str {
            "plain"
        }

        #[message_mapping("/empty")]
        #[send_to]
        fn empty(&self) -> &'static str {
            "empty"
        }

        #[message_mapping("/own")]
        #[send_to("/topic/own")]
        fn own(&self) -> &'static str {
            "own"
        }

        #[message_mapping("/user")]
        #[send_to_user("/queue/own")]
        fn user(&self) -> &'static str {
            "user"
        }

        #[subscribe_mapping("/subscribe")]
        fn subscribe(&self) -> &'static str {
            "subscribed"
        }

        #[subscribe_mapping("/subscribe-own")]
        #[send_to("/topic/own")]
        fn subscribe_own(&self) -> &'static str {
            "subscribed, own"
        }

        #[message_mapping("/fail")]
        #[send_to("/topic/own")]
        fn fail(&self) -> Result<String, Gone> {
            Err(Gone)
        }

        /// Its answer goes to the block's target too, not to that of the method that failed.
        #[message_exception_handler]
        fn gone(&self, error: &Gone) -> String {
            error.to_string()
        }
    }

    #[derive(Component)]
    struct ToUser;

    #[controller("/class-send-to-user")]
    #[send_to_user("/queue/class")]
    impl ToUser {
        #[message_mapping("/plain")]
        fn plain(&self) -> &'static str {
            "plain"
        }

        #[message_mapping("/empty-send-to")]
        #[send_to]
        fn empty_send_to(&self) -> &'static str {
            "empty"
        }

        #[message_mapping("/own-topic")]
        #[send_to("/topic/own")]
        fn own_topic(&self) -> &'static str {
            "own topic"
        }

        #[message_mapping("/own-queue")]
        #[send_to_user("/queue/own")]
        fn own_queue(&self) -> &'static str {
            "own queue"
        }

        #[message_mapping("/one-session")]
        #[send_to_user(broadcast = false)]
        fn one_session(&self) -> &'static str {
            "one session"
        }

        #[subscribe_mapping("/subscribe")]
        fn subscribe(&self) -> &'static str {
            "subscribed"
        }
    }

    #[derive(Component)]
    struct Unnamed;

    #[controller("/class-unnamed")]
    #[send_to_user(broadcast = false)]
    impl Unnamed {
        #[message_mapping("/plain")]
        fn plain(&self) -> &'static str {
            "plain"
        }

        #[message_mapping("/empty")]
        #[send_to]
        fn empty(&self) -> &'static str {
            "empty"
        }
    }
}

async fn ann() -> (TestServer, Peer, Peer) {
    let by_login = async |login: Login| Ok(login.login().map(Principal::new));
    let builder = app(&format!("{}::targets", module_path!())).authenticator(by_login);
    let server = TestServer::start(builder).await;
    let (mut one, mut two) = (server.connect_as("ann").await, server.connect_as("ann").await);
    for peer in [&mut one, &mut two] {
        for destination in [
            "/topic/class",
            "/topic/own",
            "/user/queue/class",
            "/user/queue/own",
            "/topic/class-send-to/empty",
            "/topic/class-send-to-user/empty-send-to",
            "/topic/class-unnamed/empty",
            "/user/queue/class-unnamed/plain",
        ] {
            peer.subscribe(destination, destination).await;
        }
    }
    (server, one, two)
}

/// What one of two sessions of a user sends, which destinations it hears the answer at, and whether the other one does.
async fn check(table: &[(&str, &str, &str, bool)]) {
    let (_server, mut one, mut two) = ann().await;
    for (sent_to, body, heard, both) in table {
        one.send(sent_to, "").await;
        let message = one.expect_message(body).await;
        assert_eq!(message.header("destination"), Some(*heard), "{sent_to}");
        one.expect_nothing().await;
        if *both {
            let message = two.expect_message(body).await;
            assert_eq!(message.header("destination"), Some(*heard), "{sent_to}");
        }
        two.expect_nothing().await;
    }
}

/// Rows: RET-06, RET-07, RET-01
#[tokio::test]
async fn a_blocks_topic_is_the_default_of_its_methods() {
    check(&[
        ("/app/class-send-to/plain", "plain", "/topic/class", true),
        ("/app/class-send-to/empty", "empty", "/topic/class", true),
        ("/app/class-send-to/own", "own", "/topic/own", true),
        ("/app/class-send-to/user", "user", "/user/queue/own", true),
        ("/app/class-send-to/fail", "gone", "/topic/class", true),
    ])
    .await;
}

/// Rows: RET-08, RET-09, RET-10, RET-11, RET-01
#[tokio::test]
async fn a_blocks_queue_is_the_default_of_its_methods() {
    let answers = [
        ("plain", "plain", "/user/queue/class"),
        ("empty-send-to", "empty", "/user/queue/class"),
        ("own-topic", "own topic", "/topic/own"),
        ("own-queue", "own queue", "/user/queue/own"),
        // the block names a destination, so that the method's flag does not count
        ("one-session", "one session", "/user/queue/class"),
    ];
    for (path, body, heard) in answers {
        check(&[(&format!("/app/class-send-to-user/{path}"), body, heard, true)]).await;
    }
}

/// Rows: RET-01
#[tokio::test]
async fn where_nobody_names_a_destination_the_methods_own_kind_counts() {
    check(&[
        (
            "/app/class-unnamed/plain",
            "plain",
            "/user/queue/class-unnamed/plain",
            false,
        ),
        (
            "/app/class-unnamed/empty",
            "empty",
            "/topic/class-unnamed/empty",
            true,
        ),
    ])
    .await;
}

/// Rows: RET-25, RET-27
#[tokio::test]
async fn targets_turn_the_answer_to_a_subscription_into_a_message_for_all() {
    let (_server, mut one, mut two) = ann().await;
    for (destination, body, heard) in [
        ("/app/class-send-to/subscribe", "subscribed", "/topic/class"),
        (
            "/app/class-send-to/subscribe-own",
            "subscribed, own",
            "/topic/own",
        ),
        (
            "/app/class-send-to-user/subscribe",
            "subscribed",
            "/user/queue/class",
        ),
    ] {
        one.say_subscribe(destination, destination, "live").await;
        for peer in [&mut one, &mut two] {
            let message = peer.expect_message(body).await;
            assert_eq!(message.header("destination"), Some(heard));
        }
        one.expect_receipt("live").await;
        two.expect_nothing().await;
    }
}
