//! Who is connected, asked by handlers, components and listeners.

use stomp_server::prelude::*;
use stomp_tests::server::{TestServer, app};

#[derive(Component)]
struct Door {
    users: SimpUserRegistry,
    template: SimpMessagingTemplate,
}

#[controller("/door")]
impl Door {
    #[subscribe_mapping("/count")]
    async fn count(&self) -> String {
        self.users.user_count().to_string()
    }

    #[event_listener]
    async fn gone(&self, _ended: &SessionDisconnectEvent, users: SimpUserRegistry) -> Result<(), SendError> {
        let stays = users.user("ann").is_some();
        self.template.convert_and_send("/topic/stays", &stays)
    }
}

#[subscribe_mapping("/here/<name>")]
async fn here(name: String, users: SimpUserRegistry) -> &'static str {
    if users.user(&name).is_some() {
        "here"
    } else {
        "away"
    }
}

async fn named(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

#[tokio::test]
async fn components_handlers_and_listeners_take_the_registry_as_it_is() {
    let server = TestServer::start(app(module_path!()).authenticator(named)).await;
    let mut ann = server.connect_as("ann").await;
    let bob = server.connect_as("bob").await;
    ann.subscribe("stays", "/topic/stays").await;
    for (destination, answer) in [
        ("/app/door/count", "2"),
        ("/app/here/bob", "here"),
        ("/app/here/eve", "away"),
    ] {
        ann.say_subscribe(destination, destination, destination).await;
        ann.expect_message(answer).await;
        ann.expect_receipt(destination).await;
    }
    drop(bob);
    ann.expect_message("true").await;
}
