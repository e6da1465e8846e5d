//! Applications that say themselves which handlers they take.

use stomp_server::{StompServer, prelude::*};
use stomp_tests::server::{TestServer, app};

struct Greeter {
    greeting: &'static str,
}

#[controller("/greeter", manual)]
impl Greeter {
    #[message_mapping("/<name>")]
    #[send_to_user("/queue/greetings", broadcast = false)]
    async fn greet(&self, name: String) -> String {
        format!("{} {name}", self.greeting)
    }
}

#[message_mapping("/named")]
#[send_to_user("/queue/greetings", broadcast = false)]
async fn named() -> &'static str {
    "named"
}

#[message_mapping("/unnamed")]
async fn unnamed() {}

#[tokio::test]
async fn without_discovery_only_what_was_named_is_served() {
    let builder = app(module_path!())
        .discover(false)
        .controller(Greeter { greeting: "Hello" })
        .routes(named::ROUTES);
    let server = TestServer::start(builder).await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/user/queue/greetings").await;
    peer.send("/app/greeter/ann", "").await;
    peer.send("/app/named", "").await;
    peer.expect_messages(["Hello ann", "named"]).await;
    peer.send("/app/unnamed", "").await;
    let error = peer.expect_error("no-handler", 1002).await;
    assert_eq!(error.header("destination"), Some("/app/unnamed"));
}

#[test]
fn a_manual_controller_is_not_discovered_and_a_free_function_is() {
    let server = StompServer::builder()
        .scope(module_path!())
        .build()
        .expect("it builds");
    let mut names: Vec<_> = server.routes().map(|route| route.meta.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["named", "unnamed"]);
}
