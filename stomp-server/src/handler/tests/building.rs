//! What is reported when the table is built: everything, with its place.

use std::sync::Arc;

use stomp_core::destination::Separator;

use super::{AssembleOptions, Bench, Services, assemble};
use crate::{
    BuildProblem, Context, Converters, MessageKind, SimpMessagingTemplate, app::Config,
    handler::ExplicitController,
};

fn problems(module: &str) -> Vec<String> {
    let found = Bench::try_with(module, Context::default())
        .err()
        .unwrap_or_default();
    found.iter().map(ToString::to_string).collect()
}

mod wrong {
    use crate::{State, message_exception_handler, message_mapping};

    struct Missing;

    #[message_mapping("/needs")]
    fn needs(_: State<Missing>) {}

    #[message_mapping("/twice")]
    fn one() {}

    #[message_mapping("/twice")]
    fn two() {}

    #[message_mapping("/{a}/y")]
    fn left() {}

    #[message_mapping("/x/{b}")]
    fn right() {}

    #[message_mapping("/seen/{id}")]
    fn seen() {}

    #[message_mapping("/seen/*")]
    fn never() {}

    #[message_exception_handler]
    fn first(_: &std::fmt::Error) {}

    #[message_exception_handler]
    fn second(_: &std::fmt::Error) {}
}

/// Rows: EXC-08, EXC-10
#[test]
fn all_mistakes_are_reported_at_once_with_their_places() {
    let problems = problems(&format!("{}::wrong", module_path!()));
    let expected = [
        "wrong::Missing` was registered with `manage`; needed by `needs` (",
        "`/twice` is mapped twice: to `one` (",
        "both `/{a}/y` of `left` (",
        "nothing ever reaches `never` (",
        "`std::fmt::Error` is handled twice: by `first` (",
    ];
    assert_eq!(problems.len(), expected.len(), "{problems:#?}");
    for expected in expected {
        let found = problems.iter().find(|problem| problem.contains(expected));
        assert!(
            found.is_some_and(|found| found.contains("building.rs:")),
            "{expected}: {problems:#?}"
        );
    }
}

mod circle {
    use crate::message_mapping;

    #[message_mapping("/a/a/**")]
    fn one() {}

    #[message_mapping("/**/b")]
    fn two() {}

    #[message_mapping("/{x}/*/*")]
    fn three() {}
}

#[test]
fn patterns_that_beat_each_other_in_a_circle_are_refused() {
    let problems = problems(&format!("{}::circle", module_path!()));
    assert_eq!(problems.len(), 1, "{problems:#?}");
    assert!(problems[0].starts_with("`/a/a/**` of `one`"), "{problems:#?}");
}

mod order {
    use crate::{message_mapping, subscribe_mapping};

    #[message_mapping("/a/b")]
    fn exact() -> &'static str {
        "exact"
    }

    #[message_mapping("/a/{x}")]
    fn variable() -> &'static str {
        "variable"
    }

    #[message_mapping("/a/**")]
    fn rest() -> &'static str {
        "rest"
    }

    #[subscribe_mapping("/a/b")]
    fn subscribed() -> &'static str {
        "subscribed"
    }

    #[message_mapping("/alone/{x}/{y}")]
    fn alone(x: String, y: String) -> String {
        format!("{x} {y}")
    }
}

/// Rows: ROUTE-26
#[tokio::test]
async fn the_most_specific_pattern_wins() {
    let bench = Bench::new(&format!("{}::order", module_path!()));
    for (destination, body) in [
        ("/a/b", "exact"),
        ("/a/c", "variable"),
        ("/a/c/d", "rest"),
        ("/a", "rest"),
        ("/alone/1/2", "1 2"),
    ] {
        assert_eq!(
            bench.send(destination, "").await,
            [format!("/topic{destination} <- {body}")]
        );
    }
    assert_eq!(bench.subscribe("/a/b").await, ["subscriber <- subscribed"]);
    assert_eq!(bench.send("/alone/1", "").await, ["no handler"]);
    assert_eq!(bench.subscribe("/a/c").await, ["no handler"]);
}

mod described {
    use crate::{Component, controller, message_mapping, send_to};

    #[derive(Component)]
    pub(super) struct Chat(#[component(default)] pub(super) u8);

    #[controller("/chat")]
    impl Chat {
        /// Posts a message.
        ///
        /// To all.
        #[message_mapping("/{roomId}", concurrent)]
        #[send_to("/topic/chat/{roomId}")]
        async fn post(&self, #[payload] number: u8) -> Result<u8, std::fmt::Error> {
            Ok(number + self.0)
        }
    }

    #[message_mapping("/ping", blocking)]
    pub(super) fn ping() {}
}

/// Rows: ROUTE-32
#[test]
fn routes_are_data() {
    let bench = Bench::new(&format!("{}::described", module_path!()));
    let shown: Vec<_> = bench.handlers.routes().collect();
    assert_eq!(shown.len(), 2);
    let (chat, ping) = (&shown[0], &shown[1]);
    assert_eq!((chat.meta.name, ping.meta.name), ("Chat::post", "ping"));
    assert_eq!(chat.meta.docs, "Posts a message.\n\nTo all.");
    assert_eq!(chat.types.payload, Some("u8"));
    assert_eq!(chat.types.reply, Some("Result<u8, std::fmt::Error>"));
    assert_eq!(chat.meta.mode, crate::ExecutionMode::Concurrent);
    assert_eq!(ping.meta.mode, crate::ExecutionMode::Blocking);
    let line = chat.to_string();
    assert!(
        line.starts_with("SEND /app/chat/{roomId} -> Chat::post, answers to /topic/chat/{roomId} ("),
        "{line}"
    );
    assert!(line.contains("building.rs:"), "{line}");
}

fn options(module: &str) -> AssembleOptions {
    let template = SimpMessagingTemplate::detached();
    AssembleOptions {
        discover: false,
        scope: Some(module.to_owned()),
        routes: Vec::new(),
        controllers: Vec::new(),
        components: Vec::new(),
        services: Services::new(Context::default(), Converters::new(), template),
        config: Arc::default(),
    }
}

#[test]
fn without_discovery_there_is_what_was_named() {
    let module = format!("{}::described", module_path!());
    let none = assemble(options(&module)).unwrap();
    assert_eq!(none.routes().count(), 0);
    let mut named = options(&module);
    named.routes.push(described::ping::ROUTES);
    named
        .controllers
        .push(ExplicitController::new(described::Chat(1)));
    assert_eq!(assemble(named).unwrap().routes().count(), 2);
}

#[test]
fn a_named_controller_takes_the_place_of_the_discovered_one() {
    let mut both = options(&format!("{}::described", module_path!()));
    both.discover = true;
    both.routes.push(described::ping::ROUTES);
    both.controllers.push(ExplicitController::new(described::Chat(1)));
    assert_eq!(assemble(both).unwrap().routes().count(), 2);
}

mod dotted {
    use crate::{Component, controller, message_mapping};

    #[derive(Component)]
    struct Prices;

    #[controller("price")]
    impl Prices {
        #[message_mapping("stock.{ticker}")]
        fn price(&self, ticker: String) -> String {
            ticker
        }
    }
}

#[test]
fn destinations_may_be_separated_by_dots() {
    let mut dotted = options(&format!("{}::dotted", module_path!()));
    dotted.discover = true;
    dotted.config = Arc::new(Config::default().routed(Separator::Dot));
    let handlers = assemble(dotted).unwrap();
    assert!(handlers.find(MessageKind::Send, "price.stock.MMM").is_some());
    assert!(handlers.find(MessageKind::Send, "price.stock.MMM.x").is_none());
    assert!(handlers.find(MessageKind::Send, "/price/stock/MMM").is_none());
}

#[test]
fn problems_can_be_matched_on() {
    let found = Bench::try_with(&format!("{}::circle", module_path!()), Context::default())
        .err()
        .unwrap();
    assert!(matches!(found[..], [BuildProblem::Cycle { .. }]));
}

mod unserved {
    use crate::{message_exception_handler, message_mapping, send_to, send_to_user, subscribe_mapping};

    #[message_mapping("/named/{room}")]
    #[send_to("/nowhere/{room}", "/topic/{room}")]
    fn named(room: String) -> String {
        room
    }

    #[message_mapping("/default")]
    fn by_default() -> &'static str {
        "lost"
    }

    #[message_exception_handler]
    #[send_to("/app/errors")]
    fn failed(_: &std::fmt::Error) -> &'static str {
        "lost too"
    }

    #[message_mapping("/silent")]
    fn silent() -> Result<(), std::fmt::Error> {
        Ok(())
    }

    #[message_mapping("/own")]
    #[send_to_user]
    fn own() -> &'static str {
        "to a user"
    }

    #[subscribe_mapping("/first")]
    fn subscribed() -> &'static str {
        "to the subscriber"
    }
}

fn problems_under(broker: &[&str]) -> Vec<BuildProblem> {
    let owned = |prefixes: &[&str]| prefixes.iter().map(ToString::to_string).collect();
    let mut options = options(&format!("{}::unserved", module_path!()));
    options.discover = true;
    let config = Config {
        broker_destination_prefixes: owned(broker),
        ..Config::default()
    };
    options.config = Arc::new(config.routed(Separator::Slash));
    assemble(options).err().unwrap_or_default()
}

#[test]
fn answers_to_what_nobody_serves_are_refused() {
    let lost = |broker: &[&str]| -> Vec<_> {
        let destination = |problem| match problem {
            BuildProblem::Unserved {
                destination, handler, ..
            } => (handler.name, destination),
            other => panic!("{other}"),
        };
        problems_under(broker).into_iter().map(destination).collect()
    };
    let owned = |(name, destination): (&'static str, &str)| (name, destination.to_owned());
    let named = ("named", "/nowhere/{room}");
    let failed = ("failed", "/app/errors");
    assert_eq!(lost(&["/topic", "/queue"]), [named, failed].map(owned));
    assert_eq!(
        lost(&["/nowhere"]),
        [
            ("named", "/topic/{room}"),
            ("by_default", "/topic/default"),
            failed
        ]
        .map(owned)
    );
    assert_eq!(lost(&["/nowhere", "/topic", "/app/errors"]), []);
}

#[test]
fn an_answer_that_would_be_lost_is_told_with_its_place_and_the_cure() {
    let problems = problems_under(&["/nowhere"]);
    let text = problems[1].to_string();
    for part in [
        "`by_default` (",
        "building.rs:",
        "`/topic/default` by default",
        "(/nowhere)",
        "#[send_to(",
        "enable_simple_broker",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
}

mod defaults {
    use crate::message_mapping;

    #[message_mapping("/wrong")]
    fn wrong(
        #[header("x-n", default = "seven")] n: u32,
        #[header("x-m", default = "1,two")] m: Vec<u32>,
        #[header("x-o", default = "here")] o: std::net::Ipv4Addr,
    ) -> String {
        format!("{n} {m:?} {o}")
    }
}

#[test]
fn a_default_of_another_type_keeps_the_application_from_being_built() {
    let texts = problems(&format!("{}::defaults", module_path!()));
    assert_eq!(texts.len(), 3, "{texts:#?}");
    assert!(
        texts[0].starts_with(r#"the default "seven" of argument `n` of `wrong` ("#),
        "{texts:#?}"
    );
    assert!(
        texts[1].ends_with("is not of the argument's type: it is not a whole number"),
        "{texts:#?}"
    );
    assert!(texts[2].ends_with("is not of the argument's type"), "{texts:#?}");
}
