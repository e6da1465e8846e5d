//! Services: components that the application makes and shares.

use std::{future::Future, pin::Pin, sync::Arc};

use stomp_server::{
    Body, BuildProblem, HttpHandler, StompServerBuilder,
    http::{Request, Response},
    hyper::body::Incoming,
    prelude::*,
};
use stomp_tests::server::{TestServer, app};

struct Greeting(&'static str);

#[derive(Component)]
struct Notifier {
    template: SimpMessagingTemplate,
    greeting: Arc<Greeting>,
}

impl Notifier {
    fn notify(&self, text: &str) -> Result<(), SendError> {
        let text = format!("{} {text}", self.greeting.0);
        self.template.convert_and_send("/topic/notices", &text)
    }
}

#[derive(Component)]
struct Desk {
    notifier: Arc<Notifier>,
}

#[derive(Component)]
struct Orders {
    desk: Arc<Desk>,
}

#[controller("/orders")]
impl Orders {
    #[message_mapping("/{item}")]
    async fn order(&self, item: String) -> Result<(), SendError> {
        self.desk.notifier.notify(&item)
    }
}

#[message_mapping("/free/{item}")]
async fn free(item: String, notifier: State<Notifier>) -> Result<(), SendError> {
    notifier.notify(&item)
}

#[event_listener]
async fn left(_: &SessionUnsubscribeEvent, notifier: Arc<Notifier>) {
    let _ = notifier.notify("leaver");
}

#[derive(Component)]
struct Web {
    notifier: Arc<Notifier>,
}

impl HttpHandler for Web {
    fn handle(&self, _: Request<Incoming>) -> Pin<Box<dyn Future<Output = Response<Body>> + Send + '_>> {
        Box::pin(async move {
            let sent = self.notifier.notify("page");
            Response::new(Body::from(if sent.is_ok() { "sent" } else { "lost" }))
        })
    }
}

fn services() -> StompServerBuilder {
    app(module_path!())
        .manage(Greeting("hello"))
        .component::<Notifier>()
        .component::<Desk>()
}

#[tokio::test]
async fn a_service_is_one_value_for_controllers_functions_listeners_http_and_main() {
    let server = services()
        .component::<Orders>()
        .fallback_component::<Web>()
        .build()
        .expect("it builds");
    let notifier: Arc<Notifier> = server.state().expect("it is shared");
    let orders: Arc<Orders> = server.state().expect("a controller may be shared, too");
    assert!(Arc::ptr_eq(&notifier, &orders.desk.notifier));
    assert_eq!(Arc::strong_count(&orders.desk), 2, "there is one such controller");

    let server = TestServer::serve(server).await;
    let mut peer = server.connect().await;
    peer.subscribe("notices", "/topic/notices").await;
    peer.subscribe("other", "/topic/other").await;
    peer.send("/app/orders/pen", "").await;
    peer.expect_message("hello pen").await;
    peer.send("/app/free/ink", "").await;
    peer.expect_message("hello ink").await;
    peer.unsubscribe("other").await;
    peer.expect_message("hello leaver").await;
    let answer = server.handshake().target("/").without("Upgrade").refused().await;
    assert_eq!((answer.status, &*answer.body), (200, "sent"));
    peer.expect_message("hello page").await;
    notifier.notify("all").expect("the broker serves it");
    peer.expect_message("hello all").await;
}

#[test]
fn what_a_service_lacks_is_told_with_the_place_that_names_it() {
    let error = app(module_path!())
        .manage(Greeting("hello"))
        .component::<Desk>()
        .component::<Notifier>()
        .build()
        .expect_err("Desk is made before Notifier");
    let [BuildProblem::MissingState { type_name, needed_by }] = error.handlers() else {
        panic!("one thing is missing: {error}");
    };
    assert!(type_name.ends_with("Notifier"), "{error}");
    assert!(needed_by[0].name.ends_with("Desk"), "{error}");
    assert!(
        needed_by[0].location.to_string().contains("components.rs:"),
        "{error}"
    );
    assert!(error.to_string().contains("`component`"), "{error}");

    let error = app(module_path!())
        .component::<Notifier>()
        .component::<Desk>()
        .build()
        .expect_err("there is no greeting");
    assert!(error.to_string().contains("Greeting"), "{error}");
    assert!(services().build().is_ok());
}

#[test]
fn there_is_no_value_of_a_type_that_nobody_shares() {
    let server = services().build().expect("it builds");
    assert!(server.state::<Web>().is_none());
    assert_eq!(
        server.state::<Greeting>().map(|greeting| greeting.0),
        Some("hello")
    );
}
