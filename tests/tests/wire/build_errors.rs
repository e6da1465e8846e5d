//! The developer's mistakes: found by `build()`, all at once, with file and line.

use std::{sync::Arc, time::Duration};

use stomp_server::{
    BuildError, BuildProblem, ConfigProblem, Endpoint, Limits, StompServer, StompServerBuilder,
};
use stomp_tests::server::app;

/// A database that nobody registered.
pub(crate) struct Database;

mod missing {
    use stomp_server::prelude::*;

    use super::Database;

    #[message_mapping("/query")]
    async fn query(_database: State<Database>) {}

    #[derive(Component)]
    struct Reports {
        _database: std::sync::Arc<Database>,
    }

    #[controller("/reports")]
    impl Reports {
        #[message_mapping("/daily")]
        async fn daily(&self) {}
    }

    #[event_listener]
    async fn gone(_: &SessionDisconnectEvent, _database: State<Database>) {}
}

mod twice {
    use stomp_server::prelude::*;

    #[message_mapping("/a/{x}")]
    async fn first() {}

    #[message_mapping("/a/{y}")]
    async fn second() {}

    // Not the same: one is for SEND, the other for SUBSCRIBE.
    #[subscribe_mapping("/a/{x}")]
    async fn third() {}
}

mod ambiguous {
    use stomp_server::prelude::*;

    #[message_mapping("/p/{x}/b")]
    async fn left() {}

    #[message_mapping("/p/a/{y}")]
    async fn right() {}
}

mod exceptions {
    use stomp_server::prelude::*;

    #[message_exception_handler]
    async fn one(_: &std::num::ParseIntError) {}

    #[message_exception_handler]
    async fn two(_: &std::num::ParseIntError) {}
}

mod variables {
    use stomp_server::prelude::*;

    #[derive(Component)]
    struct Rooms;

    #[controller("/rooms/{roomId}")]
    impl Rooms {
        #[message_mapping("/say")]
        async fn say(&self) {}

        #[message_mapping("/seat/{seat}")]
        async fn sit(&self) {}

        #[message_exception_handler]
        #[send_to_user("/queue/errors/{roo}")]
        async fn misspelt(&self, _: &std::num::ParseIntError) -> &'static str {
            "misspelt"
        }

        // Only some of the mappings have it.
        #[message_exception_handler]
        #[send_to("/topic/errors/{seat}")]
        async fn of_some(&self, _: &std::fmt::Error) -> &'static str {
            "of some"
        }
    }

    // It answers for others.
    #[message_exception_handler]
    #[send_to("/topic/errors/{anything}")]
    async fn free(_: &std::fmt::Error) -> &'static str {
        "free"
    }
}

mod apart {
    use stomp_server::prelude::*;

    #[message_mapping("/here")]
    async fn here() -> &'static str {
        "here"
    }
}

mod unusual {
    use stomp_server::prelude::*;

    #[message_mapping("/there")]
    #[send_to("/news/there")]
    async fn there() -> &'static str {
        "there"
    }
}

fn scoped(module: &str) -> StompServerBuilder {
    app(&format!("{}::{module}", module_path!()))
}

fn failed(builder: StompServerBuilder) -> BuildError {
    builder.build().expect_err("a mistake was made")
}

/// The problems of a module, each with the names of the functions that it must tell of.
fn check(module: &str, expected: &[&str]) -> BuildError {
    let error = failed(scoped(module));
    let text = error.to_string();
    for word in expected {
        assert!(text.contains(word), "{word:?} is missing from: {text}");
    }
    assert!(text.contains("build_errors.rs:"), "file and line: {text}");
    error
}

#[test]
fn missing_state_names_everybody_who_needs_it() {
    let error = check(
        "missing",
        &["Database", "query", "Reports", "gone", "manage", "provide"],
    );
    let [BuildProblem::MissingState { type_name, needed_by }] = error.handlers() else {
        panic!("one problem for one type: {error}");
    };
    assert!(type_name.ends_with("Database"));
    assert_eq!(needed_by.len(), 3, "{error}");
    assert!(scoped("missing").manage(Database).build().is_ok());
    assert!(scoped("missing").provide(Arc::new(Database)).build().is_ok());
}

/// Rows: ROUTE-31
#[test]
fn two_handlers_of_one_destination_are_refused() {
    let error = check("twice", &["first", "second"]);
    assert_eq!(error.handlers().len(), 1, "{error}");
    assert!(!error.to_string().contains("third"), "{error}");
}

/// Rows: ROUTE-25, ROUTE-29
#[test]
fn ambiguous_routes_are_refused() {
    let error = check("ambiguous", &["left", "right", "/p/{x}/b", "/p/a/{y}"]);
    assert!(
        matches!(error.handlers(), [BuildProblem::Ambiguous { .. }]),
        "{error}"
    );
}

#[test]
fn two_exception_handlers_of_one_type_are_refused() {
    let error = check("exceptions", &["one", "two", "ParseIntError"]);
    assert!(
        matches!(error.handlers(), [BuildProblem::DuplicateExceptionHandler { .. }]),
        "{error}"
    );
}

#[test]
fn a_variable_that_no_mapping_of_the_controller_has_is_refused() {
    let error = check("variables", &["misspelt", "`roo`", "`{room_id}`", "`{seat}`"]);
    assert!(
        matches!(error.handlers(), [BuildProblem::Malformed { .. }]),
        "{error}"
    );
}

#[test]
fn answers_that_no_broker_prefix_serves_are_refused() {
    let error = failed(scoped("apart").enable_simple_broker(["/news"]));
    assert!(
        matches!(error.handlers(), [BuildProblem::Unserved { default: true, .. }]),
        "{error}"
    );
    let error = failed(scoped("unusual"));
    assert!(
        matches!(error.handlers(), [BuildProblem::Unserved { default: false, .. }]),
        "{error}"
    );
    assert!(error.to_string().contains("build_errors.rs:"), "{error}");
}

#[test]
fn origins_that_match_no_page_are_refused() {
    let origins = [
        "example.org",
        "https://example.org",
        "*",
        "https://example.org/app",
    ];
    let error = failed(scoped("none").endpoint(Endpoint::new("/pages").allowed_origins(origins)));
    let expected = |origin: &str| ConfigProblem::OriginMatchesNothing {
        endpoint: "/pages".to_owned(),
        origin: origin.to_owned(),
    };
    assert_eq!(
        error.config(),
        [expected("example.org"), expected("https://example.org/app")],
        "{error}"
    );
}

/// Rows: CFG-01
#[test]
fn all_problems_are_told_at_once() {
    let error = failed(
        app(module_path!())
            .endpoint(Endpoint::new("/ws"))
            .endpoint(Endpoint::new("no-slash"))
            .application_destination_prefixes(["/app", "/user", "", "app"])
            .limits(Limits::default().with_frame(1024 * 1024).with_body(1024 * 1024)),
    );
    assert_eq!(error.handlers().len(), 6, "{error}");
    let expected = [
        ConfigProblem::DuplicateEndpoint("/ws".to_owned()),
        ConfigProblem::EndpointWithoutSlash("no-slash".to_owned()),
        ConfigProblem::MalformedPrefix(String::new()),
        ConfigProblem::MalformedPrefix("app".to_owned()),
        ConfigProblem::PrefixUsedTwice("/user".to_owned()),
        ConfigProblem::OutboxSmallerThanFrame {
            outbox: 512 * 1024,
            frame: 1024 * 1024,
        },
        ConfigProblem::BodyNotInFrame {
            body: 1024 * 1024,
            frame: 1024 * 1024,
        },
    ];
    for problem in &expected {
        assert!(
            error.config().contains(problem),
            "{problem:?} is missing from: {error}"
        );
    }
    assert_eq!(error.config().len(), expected.len(), "{error}");
    assert!(error.to_string().starts_with("13 problems:"), "{error}");
}

#[test]
fn only_what_is_in_scope_or_named_is_taken() {
    let names = |server: StompServer| {
        let mut names: Vec<_> = server.routes().map(|route| route.meta.name.to_owned()).collect();
        names.sort_unstable();
        names
    };
    assert_eq!(names(scoped("apart").build().expect("builds")).len(), 1);
    assert_eq!(
        names(scoped("apa").build().expect("a scope is whole modules")),
        Vec::<String>::new()
    );
    assert_eq!(
        names(scoped("apart").discover(false).build().expect("builds")),
        Vec::<String>::new()
    );
}

#[test]
fn settings_may_be_as_unusual_as_they_make_sense() {
    let built = app(module_path!())
        .scope(format!("{}::unusual", module_path!()))
        .application_destination_prefixes(["/a", "/b/"])
        .enable_simple_broker(["/news"])
        .user_destination_prefix("/me")
        .heart_beat(Duration::ZERO, Duration::ZERO)
        .build();
    assert!(built.is_ok(), "{built:?}");
}
