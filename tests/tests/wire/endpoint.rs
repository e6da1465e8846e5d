//! The endpoint: handshakes, origins, sub-protocols, and WebSocket itself.

use http::{Request, Response};
use stomp_server::{Body, StompServer, prelude::*};
use stomp_tests::{
    peer::{
        Incoming, patiently,
        web_socket::{BINARY, CLOSE, CONTINUATION, FIN, PING, PONG, TEXT, masked, unmasked},
    },
    server::{TestServer, app},
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

const CONNECT: &str = "CONNECT\naccept-version:1.2\nhost:localhost\n\n\0";
const SEND: &str = "SEND\ndestination:/topic/c\nreceipt:r1\n\nx\0";

async fn server() -> TestServer {
    TestServer::of(module_path!()).await
}

#[tokio::test]
async fn a_request_that_opens_no_web_socket_is_told_why() {
    let server = server().await;
    let table = [
        (server.handshake().target("/other"), 404, ""),
        (server.handshake().target("/ws/"), 404, ""),
        (server.handshake().method("POST"), 405, "allow: get"),
        (server.handshake().without("Upgrade"), 426, "upgrade: websocket"),
        (
            server.handshake().without("Connection"),
            426,
            "upgrade: websocket",
        ),
        (server.handshake().version("HTTP/1.0"), 426, "upgrade: websocket"),
        (
            server.handshake().header("Sec-WebSocket-Version", "8"),
            426,
            "sec-websocket-version: 13",
        ),
        (server.handshake().without("Sec-WebSocket-Key"), 400, ""),
        (server.handshake().header("Sec-WebSocket-Key", "short"), 400, ""),
        (
            server.handshake().header("Origin", "http://evil.example"),
            403,
            "",
        ),
        (server.handshake().header("Origin", "null"), 403, ""),
    ];
    for (handshake, status, header) in table {
        let shown = handshake.to_string();
        let refusal = handshake.refused().await;
        assert_eq!(refusal.status, status, "{shown}");
        assert!(
            refusal.head.to_ascii_lowercase().contains(header),
            "{shown}{}",
            refusal.head
        );
        assert!(!refusal.body.is_empty(), "{shown}");
    }
    assert_eq!(server.handle().connections(), 0);
    assert_eq!(server.counters().sessions_refused, 9);
}

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

#[tokio::test]
async fn the_clients_first_stomp_sub_protocol_is_chosen_and_connect_decides_the_version() {
    let server = server().await;
    let table = [
        ("v12.stomp", "v12.stomp"),
        ("v10.stomp, v11.stomp, v12.stomp", "v10.stomp"),
        ("mqtt, v11.stomp", "v11.stomp"),
    ];
    for (offered, chosen) in table {
        let handshake = server.handshake().header("Sec-WebSocket-Protocol", offered);
        let (mut peer, head) = handshake.open_with_head().await;
        let expected = format!("sec-websocket-protocol: {chosen}\r\n");
        assert!(head.to_ascii_lowercase().contains(&expected), "{offered}: {head}");
        peer.text(CONNECT).await;
        let connected = peer.expect("CONNECTED").await;
        assert_eq!(connected.header("version"), Some("1.2"));
    }
}

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
        ("/listed", &*own, false),
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
            assert!(
                refusal.body.contains("`Endpoint::allowed_origins`"),
                "{}",
                refusal.body
            );
        }
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
