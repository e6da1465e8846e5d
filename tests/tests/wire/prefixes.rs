//! Which destinations go to handlers, to the broker, or to both.

use stomp_server::{BoxError, BrokerInterceptor, ConfigProblem, Message, MessageContext, prelude::*};
use stomp_tests::server::{TestServer, app};

mod echoes {
    use super::*;

    #[message_mapping("/echo/string")]
    fn echo(Payload(text): Payload<String>) -> String {
        format!("heard: {text}")
    }

    #[subscribe_mapping("/sub/init/{id}")]
    fn init(id: String) -> String {
        format!("init {id}")
    }

    #[message_mapping("/where")]
    #[send_to("/topic/where")]
    fn place(cx: MessageContext) -> String {
        cx.path().to_owned()
    }
}

fn echoes() -> String {
    format!("{}::echoes", module_path!())
}

async fn bare() -> TestServer {
    let builder = app(&echoes())
        .application_destination_prefixes::<&str>([])
        .enable_simple_broker::<&str>([]);
    TestServer::start(builder).await
}

/// Rows: ROUTE-44, ROUTE-51, CFG-10
#[tokio::test]
async fn without_prefixes_a_message_goes_to_its_handler_and_to_the_broker() {
    let server = bare().await;
    let mut peer = server.connect().await;
    peer.subscribe("answer", "/topic/echo/string").await;
    peer.subscribe("itself", "/echo/string").await;
    peer.send("/echo/string", "x").await;
    let message = peer.expect_message("x").await;
    assert_eq!(message.header("subscription"), Some("itself"));
    let message = peer.expect_message("heard: x").await;
    assert_eq!(message.header("subscription"), Some("answer"));
    peer.expect_nothing().await;
}

/// Rows: ROUTE-51, ROUTE-44
#[tokio::test]
async fn without_prefixes_a_subscription_is_answered_and_lives_on() {
    let server = bare().await;
    let mut peer = server.connect().await;
    peer.say_subscribe("0", "/sub/init/7", "live").await;
    peer.expect_message("init 7").await;
    peer.expect_receipt("live").await;
    peer.send("/sub/init/7", "x").await;
    let message = peer.expect_message("x").await;
    assert_eq!(message.header("subscription"), Some("0"));
    peer.unsubscribe("0").await;
    peer.send_done("/sub/init/7", "y").await;
    peer.expect_nothing().await;
}

/// Rows: CFG-10, BRK-03
#[tokio::test]
async fn without_prefixes_any_destination_is_the_brokers_but_a_users() {
    let server = bare().await;
    let (mut peer, mut other) = (server.connect().await, server.connect().await);
    peer.subscribe("0", "anything").await;
    peer.send("anything", "x").await;
    peer.expect_message("x").await;
    // were it the broker's, the other session would hear it
    peer.subscribe("1", "/user/queue/x").await;
    other.subscribe("1", "/user/queue/x").await;
    server
        .handle()
        .template()
        .convert_and_send("/user/nobody/queue/x", "x")
        .expect("a user's destination");
    other.expect_nothing().await;
    peer.expect_nothing().await;
}

/// Rows: ROUTE-40, ROUTE-42
#[tokio::test]
async fn the_first_application_prefix_that_fits_counts() {
    let prefixes = ["/app", "/app/v2", "/plain/"];
    let builder = app(&echoes())
        .application_destination_prefixes(prefixes)
        .ignore_unmapped();
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.subscribe("0", "/topic/where").await;
    peer.send("/app/where", "").await;
    peer.expect_message("/where").await;
    peer.send("/plain/where", "").await;
    peer.expect_message("/where").await;
    for nobody in ["/app/v2/where", "/plainwhere", "/where", "/app", "/app/"] {
        peer.send_done(nobody, "").await;
    }
    peer.expect_nothing().await;
}

/// The trick of those who want an answer and a subscription in one: `/topic` is the application's too.
///
/// Rows: ROUTE-51
#[tokio::test]
async fn an_application_and_a_broker_may_share_a_prefix() {
    let builder = app(&echoes()).application_destination_prefixes(["/app", "/topic"]);
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.say_subscribe("0", "/topic/sub/init/1", "live").await;
    peer.expect_message("init 1").await;
    peer.expect_receipt("live").await;
    peer.send("/topic/sub/init/1", "x").await;
    peer.expect_message("x").await;
    // what only the application has is not the broker's
    peer.say_subscribe("1", "/app/sub/init/2", "heard").await;
    peer.expect_message("init 2").await;
    peer.expect_receipt("heard").await;
    peer.send("/app/sub/init/2", "y").await;
    peer.expect_error("no-handler", 1002).await;
}

mod beside_users {
    use super::*;

    #[message_mapping("/user/ann/queue/x", "/user/ann", "/user/heard")]
    #[send_to("/heard")]
    fn heard(#[payload] text: String) -> String {
        text
    }

    pub(super) struct Down;

    impl BrokerInterceptor for Down {
        fn pre_send(&self, message: Message) -> Result<Option<Message>, BoxError> {
            match &*message.destination {
                "/heard" => Ok(Some(message)),
                _ => Err("down".into()),
            }
        }
    }
}

/// A receipt says that both have the message: the handler, and whom its destination names.
#[tokio::test]
async fn a_failure_beside_a_handler_is_not_hidden() {
    let builder = || {
        app(&format!("{}::beside_users", module_path!()))
            .application_destination_prefixes::<&str>([])
            .enable_simple_broker::<&str>([])
    };
    let failing = || builder().broker_interceptor(beside_users::Down);
    let table = [
        (failing().ignore_unmapped(), "/user/ann/queue/x", "internal", 1011),
        (failing(), "/user/ann/queue/x", "internal", 1011),
        (builder(), "/user/ann", "no-handler", 1002),
    ];
    for (builder, destination, code, close) in table {
        let server = TestServer::start(builder).await;
        let mut peer = server.connect().await;
        peer.subscribe("s", "/heard").await;
        // Without a receipt it is nothing to the client, nor to the handler.
        peer.send(destination, "x").await;
        peer.expect_message("x").await;
        peer.send_asking(destination, "y", "r").await;
        let error = peer.expect_error(code, close).await;
        assert_eq!(error.header("receipt-id"), Some("r"));
        assert_eq!(error.header("destination"), Some(destination));
    }
    let server = TestServer::start(builder().ignore_unmapped()).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/heard").await;
    peer.send_asking("/user/ann", "x", "r").await;
    peer.expect_message("x").await;
    peer.expect_receipt("r").await;
}

#[tokio::test]
async fn nobody_serves_what_is_outside_all_prefixes() {
    let server = TestServer::of(&echoes()).await;
    let mut peer = server.connect().await;
    peer.send("/elsewhere", "x").await;
    peer.expect_error("no-handler", 1002).await;
}

#[test]
fn users_share_no_prefix_with_others() {
    for builder in [
        app(&echoes()).application_destination_prefixes(["/app", "/user"]),
        app(&echoes()).enable_simple_broker(["/topic", "/user/"]),
    ] {
        let Err(error) = builder.build() else {
            panic!("`/user` stands for two");
        };
        assert_eq!(
            error.config(),
            [ConfigProblem::PrefixUsedTwice("/user".to_owned())],
            "{error}"
        );
    }
}
