//! The endpoint: handshakes, origins, sub-protocols, and WebSocket itself.

use std::{
    fmt::Display,
    sync::{Arc, Mutex},
};

use http::{HeaderValue, Request, Response, StatusCode};
use stomp_server::{
    Admission, Body, HandshakeAttempt, HandshakeInterceptor, HandshakeRefusal, StompServer, prelude::*,
};
use stomp_tests::{
    peer::{
        Incoming, patiently,
        web_socket::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, masked, unmasked},
    },
    server::{TestServer, app},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CONNECT: &str = "CONNECT\naccept-version:1.2\nhost:localhost\n\n\0";
const UPGRADE: &str = r#"Can "Upgrade" only to "WebSocket"."#;
const CONNECTION: &str = r#""Connection" must be "upgrade"."#;
const SEND: &str = "SEND\ndestination:/topic/c\nreceipt:r1\n\nx\0";

async fn server() -> TestServer {
    TestServer::of(module_path!()).await
}

#[tokio::test]
async fn a_request_that_opens_no_web_socket_is_told_why() {
    let server = server().await;
    let table = [
        (server.handshake().target("/other"), 404, "", "Not Found"),
        (server.handshake().target("/ws/"), 404, "", "Not Found"),
        (server.handshake().method("POST"), 405, "allow: get", ""),
        (server.handshake().without("Upgrade"), 400, "", UPGRADE),
        (server.handshake().header("Upgrade", "h2c"), 400, "", UPGRADE),
        (server.handshake().version("HTTP/1.0"), 400, "", UPGRADE),
        (server.handshake().without("Connection"), 400, "", CONNECTION),
        (
            server.handshake().header("Sec-WebSocket-Version", "8"),
            426,
            "sec-websocket-version: 13",
            "",
        ),
        (server.handshake().without("Sec-WebSocket-Key"), 400, "", ""),
        (
            server.handshake().header("Sec-WebSocket-Key", "short"),
            400,
            "",
            "",
        ),
        (
            server.handshake().header("Origin", "http://evil.example"),
            403,
            "",
            "",
        ),
        (server.handshake().header("Origin", "null"), 403, "", ""),
        (
            server
                .handshake()
                .method("POST")
                .header("Origin", "http://evil.example"),
            403,
            "",
            "",
        ),
    ];
    for (handshake, status, header, body) in table {
        let shown = handshake.to_string();
        let refusal = handshake.refused().await;
        assert_eq!((refusal.status, &*refusal.body), (status, body), "{shown}");
        assert!(
            refusal.head.to_ascii_lowercase().contains(header),
            "{shown}{}",
            refusal.head
        );
    }
    assert_eq!(server.handle().connections(), 0);
    assert_eq!(server.counters().sessions_refused, 11);
}

/// Rows: CFG-02
#[tokio::test]
async fn a_proper_request_is_accepted_whatever_else_it_says() {
    let server = server().await;
    let own = format!("http://{}", server.address());
    let table = [
        server.handshake(),
        server.handshake().target("/ws?a=b"),
        server.handshake().header("Origin", &own),
        server.handshake().header("Connection", "keep-alive, Upgrade"),
        server
            .handshake()
            .header("Sec-WebSocket-Extensions", "permessage-deflate"),
        server.handshake().header("Sec-WebSocket-Protocol", "mqtt"),
    ];
    for handshake in table {
        let (mut peer, head) = handshake.open_with_head().await;
        let head = head.to_ascii_lowercase();
        assert!(
            head.contains("sec-websocket-accept: s3pplmbitxaq9kygzzhzrbk+xoo="),
            "{head}"
        );
        assert!(!head.contains("sec-websocket-extensions"), "{head}");
        assert!(!head.contains("sec-websocket-protocol"), "{head}");
        peer.text(CONNECT).await;
        peer.expect("CONNECTED").await;
    }
}

/// Rows: CFG-02
#[tokio::test]
async fn the_clients_first_stomp_sub_protocol_is_chosen_and_connect_decides_the_version() {
    let server = server().await;
    let table = [
        ("v12.stomp", "v12.stomp"),
        ("v10.stomp, v11.stomp, v12.stomp", "v10.stomp"),
        ("mqtt, v11.stomp", "v11.stomp"),
        ("V12.STOMP", "V12.STOMP"),
    ];
    for (offered, chosen) in table {
        let handshake = server.handshake().header("Sec-WebSocket-Protocol", offered);
        let (mut peer, head) = handshake.open_with_head().await;
        let expected = format!("sec-websocket-protocol: {chosen}\r\n");
        assert!(head.contains(&expected), "{offered}: {head}");
        peer.text(CONNECT).await;
        let connected = peer.expect("CONNECTED").await;
        assert_eq!(connected.header("version"), Some("1.2"));
    }
}

/// Rows: CFG-01, CFG-06
#[tokio::test]
async fn each_endpoint_has_its_own_origins() {
    let builder = StompServer::builder()
        .scope(module_path!())
        .endpoint(Endpoint::new("/listed").allowed_origins(["https://example.org", "https://*.example.com"]))
        .endpoint(Endpoint::new("/open").allowed_origins(["*"]))
        .endpoint(Endpoint::new("/ports").allowed_origins(["http://localhost:[*]"]));
    let server = TestServer::start(builder).await;
    let own = format!("http://{}", server.address());
    let table = [
        ("/listed", "https://example.org", true),
        ("/listed", "https://a.example.com", true),
        ("/listed", "https://example.com.evil.example", false),
        ("/listed", "http://example.org", false),
        ("/listed", &*own, true),
        ("/listed", "https://example.org/", true),
        ("/open", "https://anywhere.example", true),
        ("/ports", "http://localhost:3000", true),
        ("/ports", "http://localhost.evil.example:3000", false),
    ];
    for (target, origin, allowed) in table {
        let handshake = server.handshake().target(target).header("Origin", origin);
        if allowed {
            handshake.open().await;
        } else {
            let refusal = handshake.refused().await;
            assert_eq!(refusal.status, 403, "{origin} at {target}");
            assert_eq!(
                refusal.body, "",
                "what the server is made of concerns no foreign page"
            );
        }
    }
}

/// Rows: CFG-01
#[tokio::test]
async fn one_endpoint_may_have_several_paths() {
    let endpoint = Endpoint::new("/a")
        .and_path("/b")
        .allowed_origins(["https://example.org"]);
    let server = TestServer::start(StompServer::builder().scope(module_path!()).endpoint(endpoint)).await;
    for target in ["/a", "/b"] {
        let handshake = server.handshake().target(target);
        handshake
            .clone()
            .header("Origin", "https://example.org")
            .open()
            .await;
        let refusal = handshake.header("Origin", "https://example.com").refused().await;
        assert_eq!(refusal.status, 403, "{target}");
    }
}

/// Refuses as the query says, and keeps it with the session.
async fn door(mut attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
    let headers = attempt.response_headers();
    headers.insert("x-door", HeaderValue::from_static("seen"));
    // No interceptor opens a WebSocket by itself.
    headers.insert("sec-websocket-accept", HeaderValue::from_static("mine"));
    let query = attempt.handshake().uri.query().unwrap_or_default().to_owned();
    match &*query {
        "401" => Err(attempt.refuse(StatusCode::UNAUTHORIZED).with_body("who are you?")),
        "103" => Err(attempt.refuse(StatusCode::EARLY_HINTS)),
        "panic" => panic!("a door's panic is a refusal"),
        "never" => std::future::pending().await,
        _ => {
            attempt.set_attribute("query", query);
            attempt.insert(7_u8);
            Ok(attempt)
        }
    }
}

/// Notes what it was asked and told.
struct Porter(&'static str, Arc<Mutex<Vec<String>>>);

impl Porter {
    fn note(&self, what: impl Display) {
        let mut notes = self.1.lock().expect("nobody panics with the lock");
        notes.push(format!("{} {what}", self.0));
    }
}

impl HandshakeInterceptor for Porter {
    fn before_handshake(&self, attempt: HandshakeAttempt) -> Admission<'_> {
        self.note("before");
        Box::pin(async { Ok(attempt) })
    }

    fn after_handshake(&self, handshake: &stomp_server::Handshake, status: StatusCode) {
        self.note(status.as_u16());
        assert_ne!(
            handshake.uri.query(),
            Some("late"),
            "its panic concerns nobody else"
        );
    }
}

#[message_mapping("/handshake")]
#[send_to_user("/queue/handshake", broadcast = false)]
async fn kept(session: Session) -> String {
    let query = session.attribute::<String>("query");
    format!("{query:?} {:?}", session.get::<u8>())
}

/// Rows: CFG-07
#[tokio::test]
async fn an_interceptor_refuses_handshakes_adds_headers_and_leaves_attributes_to_the_session() {
    let at_connect = Arc::new(Mutex::new(None));
    let seen = Arc::clone(&at_connect);
    let builder = StompServer::builder()
        .scope(module_path!())
        .endpoint(Endpoint::new("/ws").handshake_interceptor(door))
        .authenticator(move |login: Login| {
            *seen.lock().expect("nobody panics with the lock") = login.session().attribute::<String>("query");
            async { Ok(None) }
        })
        .configure(|config, _| config.handshake_deadline = std::time::Duration::from_millis(200));
    let server = TestServer::start(builder).await;
    let table = [
        ("/ws?401", 401, "who are you?", true),
        ("/ws?103", 500, "", true),
        ("/ws?panic", 500, "", false),
        ("/ws?never", 503, "", false),
    ];
    for (target, status, body, header) in table {
        let refusal = server.handshake().target(target).refused().await;
        assert_eq!((refusal.status, &*refusal.body), (status, body), "{target}");
        assert_eq!(refusal.head.contains("x-door: seen"), header, "{target}");
    }
    assert_eq!(server.counters().sessions_refused, 4);
    let other = server
        .handshake()
        .target("/ws?x")
        .without("Upgrade")
        .refused()
        .await;
    assert!(other.head.contains("x-door: seen"), "{}", other.head);

    let (mut peer, head) = server.handshake().target("/ws?room").open_with_head().await;
    assert!(head.contains("x-door: seen"), "{head}");
    assert!(!head.contains("mine"), "{head}");
    peer.say_connect("").await;
    let at_connect = at_connect.lock().expect("nobody panics with the lock").take();
    assert_eq!(at_connect.as_deref(), Some("room"));
    peer.subscribe("s", "/user/queue/handshake").await;
    peer.send("/app/handshake", "").await;
    peer.expect_messages([r#"Some("room") Some(7)"#]).await;
}

/// Rows: CFG-04
#[tokio::test]
async fn interceptors_are_asked_in_order_and_told_in_reverse() {
    let notes = Arc::new(Mutex::new(Vec::new()));
    let porter = |name| Porter(name, Arc::clone(&notes));
    let endpoint = Endpoint::new("/ws")
        .handshake_interceptor(porter("first"))
        .handshake_interceptor(door)
        .handshake_interceptor(porter("last"));
    let server = TestServer::start(StompServer::builder().scope(module_path!()).endpoint(endpoint)).await;
    let foreign = server.handshake().header("Origin", "http://evil.example");
    let table = [
        (server.handshake().target("/ws?401"), "first before, first 401"),
        (foreign, "first before, last before, last 403, first 403"),
        (
            server.handshake().method("POST"),
            "first before, last before, last 405, first 405",
        ),
    ];
    for (handshake, expected) in table {
        handshake.refused().await;
        let notes = std::mem::take(&mut *notes.lock().expect("nobody panics with the lock"));
        assert_eq!(notes.join(", "), expected);
    }
    server.handshake().target("/ws?late").open().await;
    let notes = notes.lock().expect("nobody panics with the lock").join(", ");
    assert_eq!(notes, "first before, last before, last 101, first 101");
}

#[tokio::test]
async fn who_let_a_request_pass_hears_that_a_later_one_took_too_long() {
    async fn early(mut attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
        let headers = attempt.response_headers();
        headers.insert("x-early", HeaderValue::from_static("seen"));
        Ok(attempt)
    }
    let notes = Arc::new(Mutex::new(Vec::new()));
    let porter = |name| Porter(name, Arc::clone(&notes));
    let endpoint = Endpoint::new("/ws")
        .handshake_interceptor(porter("first"))
        .handshake_interceptor(early)
        .handshake_interceptor(door)
        .handshake_interceptor(porter("last"));
    let builder = StompServer::builder()
        .scope(module_path!())
        .endpoint(endpoint)
        .configure(|config, _| config.handshake_deadline = std::time::Duration::from_millis(200));
    let server = TestServer::start(builder).await;
    for (target, status) in [("/ws?never", 503), ("/ws?panic", 500)] {
        let refusal = server.handshake().target(target).refused().await;
        assert_eq!(refusal.status, status, "{target}");
        assert!(refusal.head.contains("x-early: seen"), "{}", refusal.head);
        let notes = std::mem::take(&mut *notes.lock().expect("nobody panics with the lock"));
        assert_eq!(notes.join(", "), format!("first before, first {status}"));
    }
}

/// An application that tries to open the WebSocket its own way.
async fn meddler(mut attempt: HandshakeAttempt) -> Result<HandshakeAttempt, HandshakeRefusal> {
    let headers = attempt.response_headers();
    for name in [
        "connection",
        "content-length",
        "keep-alive",
        "sec-websocket-accept",
        "sec-websocket-extensions",
        "sec-websocket-protocol",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    ] {
        headers.insert(name, HeaderValue::from_static("77777"));
    }
    headers.insert("x-kept", HeaderValue::from_static("yes"));
    match attempt.handshake().uri.query() {
        Some("refuse") => Err(attempt.refuse(StatusCode::IM_A_TEAPOT).with_body("short")),
        _ => Ok(attempt),
    }
}

#[tokio::test]
async fn an_interceptor_sets_no_header_that_is_the_servers() {
    let endpoint = Endpoint::new("/ws").handshake_interceptor(meddler);
    let server = TestServer::start(StompServer::builder().scope(module_path!()).endpoint(endpoint)).await;
    let (mut peer, head) = server.handshake().open_with_head().await;
    assert!(head.contains("x-kept: yes") && !head.contains("77777"), "{head}");
    peer.text(CONNECT).await;
    peer.expect("CONNECTED").await;
    let table = [
        (server.handshake().target("/ws?refuse"), 418, "short"),
        (server.handshake().without("Upgrade"), 400, UPGRADE),
    ];
    for (handshake, status, body) in table {
        let refusal = handshake.refused().await;
        assert_eq!((refusal.status, &*refusal.body), (status, body));
        let head = refusal.head;
        assert!(head.contains("x-kept: yes") && !head.contains("77777"), "{head}");
    }
}

#[tokio::test]
async fn other_requests_go_to_the_fallback() {
    let page = |request: Request<_>| async move {
        let _: &hyper::body::Incoming = request.body();
        Response::new(Body::from(format!("page {}", request.uri().path())))
    };
    let server = TestServer::start(app(module_path!()).fallback(page)).await;
    let answer = server
        .handshake()
        .target("/index")
        .without("Upgrade")
        .refused()
        .await;
    assert_eq!((answer.status, &*answer.body), (200, "page /index"));
    server.connect().await.expect_nothing().await;
}

/// Rows: CHAN-28
#[tokio::test]
async fn frames_may_come_in_any_mixture_of_messages() {
    let server = server().await;
    let (begin, end) = CONNECT.as_bytes().split_at(20);
    let both = format!("{CONNECT}{SEND}");
    let table: [Vec<(u8, &[u8])>; 8] = [
        vec![(FIN | BINARY, CONNECT.as_bytes())],
        vec![(FIN | TEXT, begin), (FIN | TEXT, end)],
        vec![(FIN | TEXT, begin), (FIN | BINARY, end)],
        vec![
            (FIN | TEXT, b""),
            (FIN | BINARY, b""),
            (FIN | TEXT, CONNECT.as_bytes()),
        ],
        vec![
            (TEXT, begin),
            (CONTINUATION, &end[..5]),
            (FIN | CONTINUATION, &end[5..]),
        ],
        vec![(TEXT, begin), (FIN | PING, b"abc"), (FIN | CONTINUATION, end)],
        vec![
            (FIN | PONG, b"unasked"),
            (FIN | TEXT, b"\n"),
            (FIN | TEXT, CONNECT.as_bytes()),
        ],
        vec![(FIN | TEXT, both.as_bytes())],
    ];
    for frames in table {
        let mut peer = server.open().await;
        for (first, payload) in &frames {
            peer.write(&masked(*first, payload)).await;
        }
        if frames.iter().any(|(first, _)| first & 0x0f == PING) {
            assert_eq!(peer.next().await, Incoming::Pong(b"abc".to_vec()));
        }
        peer.expect("CONNECTED").await;
        if frames[0].1 == both.as_bytes() {
            peer.expect_receipt("r1").await;
        }
        peer.expect_nothing().await;
    }
}

#[tokio::test]
async fn a_broken_rule_of_web_socket_closes_with_its_code_and_concerns_nobody_else() {
    let server = server().await;
    let mut other = server.connect().await;
    let huge = vec![b'x'; 200_000];
    let half = b"SEND\ndestination:/topic/c\n\nh\xc3";
    let table: [(Vec<u8>, u16); 12] = [
        (unmasked(FIN | TEXT, SEND.as_bytes()), 1002),
        (masked(FIN | 3, b""), 1002),
        (masked(FIN | 0x40 | TEXT, SEND.as_bytes()), 1002),
        (masked(FIN | CONTINUATION, b"x"), 1002),
        (masked(PING, b"fragmented"), 1002),
        (masked(FIN | PING, &[0; 126]), 1002),
        ([masked(TEXT, b"a"), masked(FIN | TEXT, b"b")].concat(), 1002),
        (
            masked(FIN | TEXT, b"SEND\ndestination:/topic/c\n\n\xff\xfe\0"),
            1007,
        ),
        (masked(FIN | TEXT, half), 1007),
        (masked(FIN | CLOSE, &[0x03]), 1002),
        (masked(FIN | TEXT, &huge), 1009),
        (
            [
                masked(TEXT, &huge[..100_000]),
                masked(FIN | CONTINUATION, &huge[..100_000]),
            ]
            .concat(),
            1009,
        ),
    ];
    for (octets, code) in table {
        let shown = octets[..octets.len().min(60)].escape_ascii().to_string();
        let mut peer = server.connect().await;
        peer.write(&octets).await;
        let (frames, closed) = peer.rest().await;
        assert_eq!((frames.len(), closed), (0, Some(code)), "{shown}");
        other.expect_nothing().await;
    }
    server
        .until("all to be gone", |handle| handle.connections() == 1)
        .await;
}

#[tokio::test]
async fn a_frame_in_good_order_counts_before_a_broken_rule() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.write(&[masked(FIN | TEXT, SEND.as_bytes()), unmasked(FIN | TEXT, b"x")].concat())
        .await;
    peer.expect_receipt("r1").await;
    peer.expect_close(1002).await;
}

#[tokio::test]
async fn what_is_no_text_goes_out_in_a_binary_message() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.subscribe("s", "/topic/c").await;
    let table: [(&[u8], &str, bool); 4] = [
        (b"\xff\xfe\0", "content-length:3\n", true),
        ("h\u{e9}".as_bytes(), "", false),
        (b"text", "content-type:application/octet-stream\n", true),
        (b"", "", false),
    ];
    for (body, header, binary) in table {
        let head = format!("SEND\ndestination:/topic/c\n{header}\n");
        peer.binary([head.as_bytes(), body, b"\0"].concat()).await;
        let message = peer.expect("MESSAGE").await;
        assert_eq!((&*message.body, message.binary), (body, binary));
    }
}

#[tokio::test]
async fn a_close_is_answered_with_its_own_code() {
    let server = server().await;
    for code in [1000, 1001, 4000] {
        let mut peer = server.connect().await;
        peer.text(SEND).await;
        peer.close(code).await;
        peer.expect_receipt("r1").await;
        peer.expect_close(code).await;
    }
    let mut peer = server.connect().await;
    peer.write(&masked(FIN | CLOSE, b"")).await;
    assert_eq!(peer.rest().await.1, Some(1005));
    server
        .until("all to be gone", |handle| handle.connections() == 0)
        .await;
}

#[tokio::test]
async fn a_mark_of_byte_order_is_no_command() {
    let server = server().await;
    let mut peer = server.connect().await;
    peer.text(format!("\u{feff}{SEND}")).await;
    peer.expect_error("malformed", 1002).await;
}

#[tokio::test]
async fn connecting_and_leaving_at_once_leaks_nothing() {
    let server = server().await;
    for n in 0..300 {
        let mut peer = server.open().await;
        match n % 3 {
            0 => peer.text(CONNECT).await,
            1 => peer.text("CONN").await,
            _ => {}
        }
        peer.break_off();
    }
    server
        .until("all to be gone", |handle| handle.connections() == 0)
        .await;
    assert_eq!(server.counters().connections_opened, 300);
    server.connect().await.disconnect().await;
}

#[tokio::test]
async fn a_request_that_does_not_end_is_cut_off() {
    let deadline = std::time::Duration::from_millis(50);
    let builder = app(module_path!()).configure(|config, _| config.handshake_deadline = deadline);
    let server = TestServer::start(builder).await;
    for begun in ["", "GET /ws HTTP/1.1\r\nhost: h\r\n"] {
        let mut stream = tokio::net::TcpStream::connect(server.address())
            .await
            .expect("it listens");
        stream.write_all(begun.as_bytes()).await.expect("it reads");
        let mut answer = Vec::new();
        let end = stream.read_to_end(&mut answer);
        // An answer or none: what counts is that the connection ends.
        let _ = patiently("the end of the connection", end).await;
    }
}
