//! Header arguments: defaults, repeated headers, the names of Spring's message headers.

use std::{borrow::Cow, sync::Arc};

use super::Bench;
use crate::{Context, HandlerError, Message, MissingHeader, Properties, Rejection};

mod plain {
    use crate::{
        BoxError, Header, HeaderList, InvalidValue, MissingHeader, Rejection, RouteMeta,
        message_exception_handler, message_mapping, send_to, subscribe_mapping,
    };

    #[message_mapping("/default")]
    fn default(#[header("x-n", default = "7")] n: u32, #[header(default = "red")] color: String) -> String {
        format!("{n} {color}")
    }

    #[message_mapping("/default-in-words")]
    fn wrapped(
        #[header("x-n", default = "7")] Header(n): Header<u32>,
        #[header("x-m", default = "8")] m: Option<u8>,
        #[header("x-l", default = "1, 2")] list: Vec<u8>,
    ) -> String {
        format!("{n} {m:?} {list:?}")
    }

    #[message_mapping("/list")]
    fn list(#[header("x-a")] a: Vec<u32>) -> String {
        format!("{a:?}")
    }

    #[message_mapping("/lists")]
    fn lists(
        x_a: Header<Vec<String>>,
        #[header("x-b")] b: Option<Header<Vec<u8>>>,
        #[header("x-c")] c: Option<Vec<u8>>,
        #[header("x-a")] d: Result<HeaderList<u8>, Rejection>,
    ) -> String {
        format!(
            "{:?} {b:?} {c:?} {:?}",
            x_a.0,
            d.map(|d| d.0).map_err(|e| e.to_string())
        )
    }

    #[message_mapping("/known/{id}")]
    fn known(
        #[header("simpDestination")] simp: String,
        destination: Header<String>,
        lookup_destination: Header<String>,
        #[header("contentType")] content_type: Option<String>,
        #[header("simpMessageType")] kind: String,
        #[header("simpSessionId")] session: String,
        #[header("simpSubscriptionId")] subscription: Option<String>,
        #[header("simpUser")] user: Option<String>,
        #[header("stompCommand")] command: String,
    ) -> String {
        let (destination, lookup) = (destination.0, lookup_destination.0);
        format!(
            "{simp} {destination} {lookup} {content_type:?} {kind} {session} {subscription:?} {user:?} {command}"
        )
    }

    #[subscribe_mapping("/known")]
    fn subscribed(simp_subscription_id: Header<String>, simp_message_type: Header<String>) -> String {
        format!("{} {}", simp_subscription_id.0, simp_message_type.0)
    }

    #[message_mapping("/native")]
    fn native(
        #[header("nativeHeaders.simpDestination")] forged: Option<String>,
        #[header("simpDestination")] own: String,
        #[header("nativeHeaders.x-a")] a: Option<u8>,
    ) -> String {
        format!("{forged:?} {own} {a:?}")
    }

    #[message_mapping("/forged")]
    fn forged(
        #[header("simpUser")] user: Option<String>,
        simp_user: Option<Header<String>>,
        #[header("simpSubscriptionId")] subscription: Option<String>,
        #[header("simpNothing")] unknown: Option<String>,
        #[header("simpUser", default = "")] users: Vec<String>,
        #[header("nativeHeaders.simpUser")] native: Option<String>,
        simple: Header<u8>,
    ) -> String {
        let (simp_user, simple) = (simp_user.map(|user| user.0), simple.0);
        format!("{user:?} {simp_user:?} {subscription:?} {unknown:?} {users:?} {native:?} {simple}")
    }

    #[message_mapping("/optional")]
    fn optional(#[header("x-n")] n: Option<u32>, #[header("x-a")] a: Option<String>) -> String {
        format!("{n:?} {a:?}")
    }

    #[derive(Debug)]
    enum Color {
        DarkRed,
    }

    impl std::str::FromStr for Color {
        type Err = BoxError;

        fn from_str(text: &str) -> Result<Self, BoxError> {
            match text {
                "DARK_RED" => Ok(Self::DarkRed),
                _ => Err(format!("no color: {text}").into()),
            }
        }
    }

    #[message_mapping("/types")]
    fn types(
        #[header("x-i")] i: Option<i32>,
        #[header("x-b")] b: Option<bool>,
        #[header("x-c")] c: Option<Color>,
        #[header("x-d")] d: Option<f64>,
        #[header("x-s")] s: Option<char>,
    ) -> String {
        format!("{i:?} {b:?} {c:?} {d:?} {s:?}")
    }

    #[message_mapping("/answered")]
    fn answered(#[header("x-n")] n: u32) -> u32 {
        n
    }

    #[message_exception_handler]
    #[send_to("/topic/missing")]
    fn missing(error: &MissingHeader) -> String {
        error.name.clone()
    }

    #[message_exception_handler]
    #[send_to("/topic/invalid")]
    fn invalid(error: &InvalidValue, all: &'static RouteMeta) -> String {
        format!(
            "{:?} {} {} {:?}",
            error.place(),
            error.name(),
            all.name,
            error.reason()
        )
    }
}

fn bench() -> Bench {
    Bench::new(&format!("{}::plain", module_path!()))
}

async fn answer(destination: &str, headers: &[(&str, &str)]) -> String {
    let message = headers
        .iter()
        .fold(Message::new(destination, ""), |message, (name, value)| {
            message.with_header(name, value)
        });
    let mut answers = bench().dispatch(message).await;
    assert_eq!(answers.len(), 1, "{answers:?}");
    answers.remove(0)
}

/// Rows: ARG-17, ARG-18, ARG-22
#[tokio::test]
async fn a_default_stands_for_a_header_that_is_absent_or_empty() {
    for (headers, expected) in [
        (&[][..], "7 red"),
        (&[("x-n", ""), ("color", "")], "7 red"),
        (&[("x-n", "12"), ("color", "blue")], "12 blue"),
    ] {
        assert_eq!(
            answer("/app/default", headers).await,
            format!("/topic/default <- {expected}")
        );
    }
    assert_eq!(
        answer("/app/default-in-words", &[]).await,
        "/topic/default-in-words <- 7 Some(8) [1, 2]"
    );
    assert_eq!(
        answer("/app/default", &[("x-n", "x")]).await,
        r#"/topic/invalid <- Header x-n default Some("it is not a whole number")"#
    );
}

/// Rows: ARG-15
#[tokio::test]
async fn a_list_is_all_of_a_repeated_header_or_what_stands_between_commas() {
    for (headers, expected) in [
        (&[("x-a", "1"), ("x-a", "2")][..], "/topic/list <- [1, 2]"),
        (&[("x-a", "1, 2,3")], "/topic/list <- [1, 2, 3]"),
        (&[("x-a", "")], "/topic/list <- []"),
        (&[], "/topic/missing <- x-a"),
        (
            &[("x-a", "1"), ("x-a", "2, 3")],
            r#"/topic/invalid <- Header x-a list Some("it is not a whole number")"#,
        ),
        (
            &[("x-a", "1,x")],
            r#"/topic/invalid <- Header x-a list Some("it is not a whole number")"#,
        ),
    ] {
        assert_eq!(answer("/app/list", headers).await, expected, "{headers:?}");
    }
    assert_eq!(
        answer(
            "/app/lists",
            &[("x-a", "one"), ("x-a", "two, three"), ("x-b", "1,2")]
        )
        .await,
        r#"/topic/lists <- ["one", "two, three"] Some(Header([1, 2])) None Err("header `x-a` is not valid (it is not a whole number)")"#
    );
}

/// Rows: ARG-12, ARG-14
#[tokio::test]
async fn springs_message_headers_go_by_their_names_and_before_those_of_the_frame() {
    let session = crate::SessionId::from_bits(1);
    assert_eq!(
        answer(
            "/app/known/7",
            &[("content-type", "text/plain"), ("simpDestination", "/forged")]
        )
        .await,
        format!(
            "/topic/known/7 <- /app/known/7 /app/known/7 /known/7 Some(\"text/plain\") MESSAGE {session} None None SEND"
        )
    );
    assert_eq!(
        bench().subscribe("/app/known").await,
        ["subscriber <- sub-0 SUBSCRIBE"]
    );
    assert_eq!(
        answer("/app/native", &[("simpDestination", "/forged"), ("x-a", "1")]).await,
        r#"/topic/native <- Some("/forged") /app/native Some(1)"#
    );
    assert_eq!(
        answer("/app/native", &[]).await,
        "/topic/native <- None /app/native None"
    );
}

#[tokio::test]
async fn springs_own_names_are_never_read_from_the_frame() {
    let forged = [
        ("simpUser", "admin"),
        ("simp-user", "admin"),
        ("simp_user", "admin"),
        ("simpSubscriptionId", "s"),
        ("simpNothing", "n"),
        ("simple", "7"),
    ];
    let heard = answer("/app/forged", &forged).await;
    assert_eq!(heard, "/topic/forged <- None None None None [] Some(\"admin\") 7");
    let ann = bench().user("ann");
    let message = forged
        .iter()
        .fold(Message::new("/app/forged", ""), |message, (name, value)| {
            message.with_header(name, value)
        });
    let heard = ann.dispatch(message).await;
    assert_eq!(
        heard,
        [r#"/topic/forged <- Some("ann") Some("ann") None None ["ann"] Some("admin") 7"#]
    );
}

/// Rows: ARG-16, ARG-21, ARG-23, ARG-25
#[tokio::test]
async fn what_is_missing_or_of_another_type_is_said_with_the_headers_name() {
    assert_eq!(
        answer("/app/answered", &[("x-n", "4")]).await,
        "/topic/answered <- 4"
    );
    assert_eq!(answer("/app/answered", &[]).await, "/topic/missing <- x-n");
    assert_eq!(
        answer("/app/answered", &[("x-n", "")]).await,
        "/topic/missing <- x-n",
        "no number is empty"
    );
    assert_eq!(
        answer("/app/answered", &[("x-n", "4294967296")]).await,
        r#"/topic/invalid <- Header x-n answered Some("the number is too large")"#
    );
    assert_eq!(answer("/app/optional", &[]).await, "/topic/optional <- None None");
    assert_eq!(
        answer("/app/optional", &[("x-n", ""), ("x-a", "")]).await,
        r#"/topic/optional <- None Some("")"#
    );
    assert_eq!(
        answer("/app/optional", &[("x-n", "x")]).await,
        r#"/topic/invalid <- Header x-n optional Some("it is not a whole number")"#
    );
}

#[test]
fn a_client_reads_the_name_and_the_reason() {
    let refused = Rejection::from(MissingHeader {
        name: "x-id".to_owned(),
    });
    let error = HandlerError::extraction("id", refused);
    assert_eq!(error.client_message(), "header `x-id` is missing");
    assert!(error.downcast_ref::<MissingHeader>().is_some());
}

/// Rows: ARG-26
#[tokio::test]
async fn values_are_read_as_their_types_read_text() {
    assert_eq!(
        answer(
            "/app/types",
            &[
                ("x-i", "-31"),
                ("x-b", "true"),
                ("x-c", "DARK_RED"),
                ("x-d", "-1.5e2"),
                ("x-s", "x")
            ]
        )
        .await,
        "/topic/types <- Some(-31) Some(true) Some(DarkRed) Some(-150.0) Some('x')"
    );
    assert_eq!(
        answer(
            "/app/types",
            &[("x-i", ""), ("x-b", ""), ("x-c", ""), ("x-d", ""), ("x-s", "")]
        )
        .await,
        "/topic/types <- None None None None None",
        "empty is absent where the type cannot be empty"
    );
    for (name, wrong, reason) in [
        ("x-i", "0x1F", r#"Some("it is not a whole number")"#),
        ("x-i", " 1", r#"Some("it is not a whole number")"#),
        ("x-b", "On", r#"Some("it is neither `true` nor `false`")"#),
        ("x-c", "dark_red", "None"),
        ("x-d", "x", r#"Some("it is not a number")"#),
        ("x-s", "xy", r#"Some("it is not one character")"#),
    ] {
        assert_eq!(
            answer("/app/types", &[(name, wrong)]).await,
            format!("/topic/invalid <- Header {name} types {reason}")
        );
    }
}

mod configured {
    use crate::{MissingHeader, message_exception_handler, message_mapping, send_to};

    #[message_mapping("/configured")]
    fn configured(
        #[header("${header.name}", default = "${header.default:${other}}")] n: u32,
        #[header("${none:x-m}")] m: Option<u32>,
    ) -> String {
        format!("{n} {m:?}")
    }

    #[message_mapping("/required")]
    fn required(#[header("${header.name}")] value: String) -> String {
        value
    }

    #[message_exception_handler]
    #[send_to("/topic/missing")]
    fn missing(error: &MissingHeader) -> String {
        error.name.clone()
    }
}

#[test]
fn names_and_defaults_are_resolved_when_the_application_is_built() {
    let module = format!("{}::configured", module_path!());
    let bench = Bench::with(&module, properties(&[("header.name", "x-n"), ("other", "5")]));
    for (text, expected) in [
        ("${header.name}", "x-n"),
        ("${header.default:${other}}", "5"),
        ("${none:x-m}", "x-m"),
    ] {
        let resolved = bench.services.resolved(text);
        assert_eq!(resolved, expected);
        assert!(matches!(resolved, Cow::Borrowed(_)), "{text} is resolved again");
    }
    assert_eq!(
        bench.services.resolved("${other}-here"),
        "5-here",
        "nobody's argument"
    );
    assert_eq!(bench.services.resolved("${missing}"), "${missing}");
}

fn properties(values: &[(&str, &str)]) -> Context {
    let mut properties = Properties::default();
    for (name, value) in values {
        properties.set(*name, *value);
    }
    let mut context = Context::default();
    context.insert(Arc::new(properties));
    context
}

/// Rows: ARG-19, ARG-20
#[tokio::test]
async fn names_and_defaults_may_be_configured() {
    let module = format!("{}::configured", module_path!());
    let bench = Bench::with(&module, properties(&[("header.name", "x-n"), ("other", "21")]));
    let message = || Message::new("/app/configured", "");
    let absent = bench.dispatch(message()).await;
    assert_eq!(absent, ["/topic/configured <- 21 None"]);
    let there = message().with_header("x-n", "3").with_header("x-m", "4");
    assert_eq!(bench.dispatch(there).await, ["/topic/configured <- 3 Some(4)"]);
    assert_eq!(bench.send("/app/required", "").await, ["/topic/missing <- x-n"]);

    let problems = Bench::try_with(&module, properties(&[("header.name", "x-n"), ("other", "many")]));
    let texts: Vec<_> = problems.err().unwrap().iter().map(ToString::to_string).collect();
    assert!(
        matches!(&texts[..], [text] if text.starts_with("the default \"many\" of argument `n` of `configured` (")),
        "{texts:#?}"
    );
    let problems = Bench::try_with(&module, Context::default());
    let texts: Vec<_> = problems.err().unwrap().iter().map(ToString::to_string).collect();
    assert_eq!(texts.len(), 2, "{texts:#?}");
    assert!(
        texts
            .iter()
            .all(|text| text.contains("there is no property `header.name`")),
        "{texts:#?}"
    );
}
