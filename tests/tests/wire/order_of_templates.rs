//! The order of what templates send, over different destinations, while some of them are busy.

use stomp_server::{SendError, SimpMessagingTemplate, StompServerBuilder, prelude::*};
use stomp_tests::{
    peer::Peer,
    server::{TestServer, app},
};

#[message_mapping("/to/{topic}")]
async fn relay(
    topic: String,
    template: SimpMessagingTemplate,
    #[payload] body: String,
) -> Result<(), SendError> {
    template.convert_and_send(format!("/topic/{topic}"), &body)
}

/// Sends with its template, and answers.
#[message_mapping("/both")]
#[send_to("/topic/small")]
async fn both(template: SimpMessagingTemplate, #[payload] body: String) -> Result<String, SendError> {
    template.convert_and_send("/topic/wide", &body)?;
    Ok(body)
}

#[message_mapping("/twice")]
#[send_to("/topic/wide", "/topic/small", "/topic/other")]
async fn twice(#[payload] body: String) -> String {
    body
}

/// Goes on sending when it has long been answered.
#[message_mapping("/ticker")]
async fn ticker(template: SimpMessagingTemplate) {
    tokio::spawn(async move {
        loop {
            for _ in 0..3 {
                let _ = template.convert_and_send("/topic/wide", "tick");
            }
            tokio::task::yield_now().await;
        }
    });
}

#[message_mapping("/echo")]
#[send_to("/topic/echoed")]
async fn echo(#[payload] body: String) -> String {
    body
}

async fn by_login(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(login.login().map(Principal::new))
}

/// A server whose `/topic/wide` has so many subscribers that nobody walks past all of them in one go, and a session of
/// `ann` that is the last of them and hears of everything else at once.
struct Bench {
    server: TestServer,
    _crowd: [Peer; 2],
    ann: Peer,
}

async fn bench_with(queue_limit: usize) -> Bench {
    bench_of(|builder| builder.configure(|config, _| config.publish_queue_limit = queue_limit)).await
}

async fn bench_of(change: impl FnOnce(StompServerBuilder) -> StompServerBuilder) -> Bench {
    let builder = change(app(module_path!()).authenticator(by_login));
    let server = TestServer::start(builder).await;
    let mut crowd = [server.connect().await, server.connect().await];
    for peer in &mut crowd {
        for n in 0..1000 {
            peer.subscribe(&n.to_string(), "/topic/wide").await;
        }
    }
    let mut ann = server.connect_as("ann").await;
    for destination in [
        "/topic/wide",
        "/topic/small",
        "/topic/other",
        "/topic/patterns/*",
        "/user/queue/own",
    ] {
        ann.subscribe(destination, destination).await;
    }
    Bench {
        server,
        _crowd: crowd,
        ann,
    }
}

async fn bench() -> Bench {
    bench_with(4 * 1024 * 1024).await
}

/// Rows: BRK-42
#[tokio::test]
async fn a_small_destination_does_not_overtake_a_large_one() {
    let mut bench = bench().await;
    let template = bench.server.handle().template();
    for round in 0..3 {
        let sent = ["wide", "small", "patterns/x", "other", "wide", "wide", "small"];
        for (n, topic) in sent.iter().enumerate() {
            template
                .convert_and_send(format!("/topic/{topic}"), &format!("{round} {n}"))
                .expect("sent");
        }
        bench
            .ann
            .expect_messages((0..sent.len()).map(|n| format!("{round} {n}")))
            .await;
    }
    bench.ann.expect_nothing().await;
}

#[tokio::test]
async fn neither_does_what_is_sent_to_a_user_or_a_session() {
    let mut bench = bench().await;
    let template = bench.server.handle().template();
    let session = bench
        .server
        .handle()
        .users()
        .user("ann")
        .expect("connected")
        .sessions()[0]
        .id();
    template.convert_and_send("/topic/wide", "1").expect("sent");
    template
        .convert_and_send_to_user("ann", "/queue/own", "2")
        .expect("sent");
    template
        .convert_and_send_to_session(session, "/queue/own", "3")
        .expect("sent");
    template
        .convert_and_send("/user/ann/queue/own", "4")
        .expect("sent");
    bench.ann.expect_messages(["1", "2", "3", "4"]).await;
}

#[tokio::test]
async fn clones_share_the_order_and_a_changed_template_too() {
    let mut bench = bench().await;
    let template = bench.server.handle().template();
    let (clone, changed) = (
        template.clone(),
        template.with_default_destination("/topic/small"),
    );
    template.convert_and_send("/topic/wide", "1").expect("sent");
    clone.convert_and_send("/topic/small", "2").expect("sent");
    changed.convert_and_send_to_default("3").expect("sent");
    bench.ann.expect_messages(["1", "2", "3"]).await;
}

#[tokio::test]
async fn another_template_does_not_wait() {
    let mut bench = bench().await;
    let (one, other) = (bench.server.handle().template(), bench.server.handle().template());
    one.convert_and_send("/topic/wide", "later").expect("sent");
    other.convert_and_send("/topic/small", "at once").expect("sent");
    bench.ann.expect_messages(["at once", "later"]).await;
}

#[tokio::test]
async fn the_handlers_of_a_session_keep_its_order_in_what_they_send_with_a_template() {
    let mut bench = bench().await;
    let mut peer = bench.server.connect().await;
    let topics = ["wide", "small", "other", "wide", "small"];
    for (n, topic) in topics.iter().enumerate() {
        peer.send(&format!("/app/to/{topic}"), &n.to_string()).await;
    }
    bench
        .ann
        .expect_messages((0..topics.len()).map(|n| n.to_string()))
        .await;
}

/// Rows: BRK-42
#[tokio::test]
async fn a_handlers_answer_and_the_next_frame_do_not_overtake_what_it_has_sent_with_a_template() {
    let mut bench = bench().await;
    let mut bob = bench.server.connect().await;
    for n in 0..3 {
        bob.send("/app/both", &format!("{n}")).await;
        bob.send("/topic/other", &format!("behind {n}")).await;
    }
    let sent = (0..3).flat_map(|n| [format!("{n}"), format!("{n}"), format!("behind {n}")]);
    bench.ann.expect_messages(sent).await;
}

/// Rows: RET-03
#[tokio::test]
async fn one_answer_reaches_its_targets_in_their_order() {
    let mut bench = bench().await;
    let mut bob = bench.server.connect().await;
    for body in ["one", "two"] {
        bob.send("/app/twice", body).await;
    }
    for _ in 0..2 {
        for destination in ["/topic/wide", "/topic/small", "/topic/other"] {
            let message = bench.ann.expect("MESSAGE").await;
            assert_eq!(message.header("destination"), Some(destination), "{message:?}");
        }
    }
}

#[message_mapping("/topic/wide")]
#[send_to("/topic/small")]
async fn beside(#[payload] body: String) -> String {
    format!("answer to {body}")
}

#[tokio::test]
async fn an_answer_does_not_overtake_the_message_that_the_broker_has_too() {
    let mut bench = bench_of(|builder| builder.application_destination_prefixes::<&str>([])).await;
    let mut bob = bench.server.connect().await;
    for body in ["one", "two"] {
        bob.send("/topic/wide", body).await;
    }
    let sent = ["one", "answer to one", "two", "answer to two"];
    bench.ann.expect_messages(sent).await;
}

#[tokio::test]
async fn a_task_that_goes_on_sending_with_a_handlers_template_does_not_hold_the_session() {
    let server = TestServer::start(app(module_path!()).outbox_limit(1 << 30)).await;
    let mut crowd = [server.connect().await, server.connect().await];
    for peer in &mut crowd {
        for n in 0..600 {
            peer.subscribe(&n.to_string(), "/topic/wide").await;
        }
    }
    for mut peer in crowd {
        tokio::spawn(async move {
            loop {
                peer.next().await;
            }
        });
    }
    let mut ann = server.connect().await;
    ann.subscribe("e", "/topic/echoed").await;
    ann.send("/app/ticker", "go").await;
    server
        .until("the ticker to be busy", |handle| {
            handle.counters().messages_published > 50
        })
        .await;
    for body in ["one", "two"] {
        ann.send("/app/echo", body).await;
        ann.expect_message(body).await;
    }
}

#[tokio::test]
async fn a_confirmed_message_waits_its_turn_and_is_confirmed_when_it_has_arrived() {
    let mut bench = bench().await;
    let template = bench.server.handle().template();
    template.convert_and_send("/topic/wide", "1").expect("sent");
    template
        .convert_and_send_confirmed("/topic/small", "2")
        .await
        .expect("confirmed");
    template
        .convert_and_send_confirmed("/topic/wide", "3")
        .await
        .expect("confirmed");
    // A fence is answered behind what is in the outbox already.
    bench.ann.send_asking("/topic/nobody", "", "fence").await;
    bench.ann.expect_messages(["1", "2", "3"]).await;
    bench.ann.expect_receipt("fence").await;
}

#[tokio::test]
async fn what_waits_behind_a_large_destination_is_bounded_and_one_may_always_wait() {
    let mut bench = bench_with(0).await;
    let template = bench.server.handle().template();
    template.convert_and_send("/topic/wide", "1").expect("sent");
    template
        .convert_and_send("/topic/small", "2")
        .expect("one may wait");
    let refused = template.convert_and_send("/topic/small", "3");
    assert!(matches!(refused, Err(SendError::Overloaded)), "{refused:?}");
    let refused = template.convert_and_send("/nowhere", "4");
    assert!(
        matches!(refused, Err(SendError::NotServed)),
        "said at once: {refused:?}"
    );
    assert_eq!(bench.server.counters().publishes_refused, 1);
    bench.ann.expect_messages(["1", "2"]).await;
    bench
        .server
        .until("everything to be done", |handle| handle.in_flight() == 0)
        .await;
    template.convert_and_send("/topic/small", "5").expect("sent");
    bench.ann.expect_message("5").await;
}

#[tokio::test]
async fn what_waits_is_under_way_and_a_shutdown_delivers_it() {
    let mut bench = bench().await;
    let template = bench.server.handle().template();
    for n in 0..100 {
        let topic = if n % 10 == 0 { "wide" } else { "small" };
        template
            .convert_and_send(format!("/topic/{topic}"), &n.to_string())
            .expect("sent");
    }
    assert!(bench.server.handle().in_flight() > 0);
    bench.server.handle().shutdown();
    bench.ann.expect_messages((0..100).map(|n| n.to_string())).await;
    bench.ann.expect_close(1012).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn each_publisher_keeps_its_order_while_all_send_to_all() {
    let mut bench = bench().await;
    let topics = ["wide", "small", "other", "patterns/x"];
    let threads: Vec<_> = (0..3)
        .map(|name| {
            let template = bench.server.handle().template();
            std::thread::spawn(move || {
                for n in 0..60 {
                    let topic = topics[(n * n + name) % topics.len()];
                    template
                        .convert_and_send(format!("/topic/{topic}"), &format!("{name} {n}"))
                        .expect("sent");
                }
            })
        })
        .collect();
    let mut peer = bench.server.connect().await;
    for n in 0..60 {
        let topic = topics[n % topics.len()];
        peer.send(&format!("/topic/{topic}"), &format!("3 {n}")).await;
    }
    let mut next = [0; 4];
    for _ in 0..240 {
        let body = bench.ann.expect("MESSAGE").await.text();
        let (name, n) = body.split_once(' ').expect("a name and a number");
        let next = &mut next[name.parse::<usize>().expect("a name")];
        assert_eq!(n, next.to_string(), "of {name}");
        *next += 1;
    }
    bench.ann.expect_nothing().await;
    for thread in threads {
        thread.join().expect("no panic");
    }
}
