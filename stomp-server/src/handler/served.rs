//! Whether what handlers answer to is served by anybody.

use stomp_core::destination::Template;

use super::{
    assemble::Answers,
    check::place,
    problem::{BuildProblem, Place},
    registration::Surveyed,
    route::RouteMeta,
    table::Table,
    targets::{self, Targets},
};
use crate::{MessageKind, app::Config};

/// Checks that the answers of handlers can reach the broker. An application that is silent about what nobody serves
/// hears of it in the log.
pub(super) fn check(
    surveyed: &Surveyed,
    table: &Table,
    answers: &Answers,
    config: &Config,
    problems: &mut Vec<BuildProblem>,
) {
    let mut found = Vec::new();
    let routes = surveyed.routes.iter().zip(&surveyed.replies).zip(&answers.routes);
    for (index, ((route, reply), targets)) in routes.enumerate() {
        let patterns: Vec<_> = table.patterns(index).collect();
        found.extend(unserved_targets(targets, &patterns, config, place(route)));
        if answers_by_default(route, *reply) {
            found.extend(unserved_default(&patterns, config, place(route)));
        }
    }
    for ((_, handler), targets) in surveyed.exceptions.iter().zip(&answers.exceptions) {
        // It answers for routes of any pattern.
        found.extend(unserved_targets(targets, &["/**"], config, handler.place()));
    }
    if !config.ignore_unmapped {
        return problems.append(&mut found);
    }
    for problem in found {
        tracing::warn!("{problem}");
    }
}

fn unserved_targets(
    targets: &Targets,
    patterns: &[&str],
    config: &Config,
    handler: Place,
) -> impl Iterator<Item = BuildProblem> {
    targets.places().iter().filter_map(move |target| match target {
        targets::Place::Destination(destination) => {
            let destination = Template::as_str(destination);
            let served = may_be_served(destination, config);
            (!served).then(|| unserved(destination, false, config, handler))
        }
        targets::Place::DefaultDestination => unserved_default(patterns, config, handler),
        // A user's destinations belong to the sessions, whatever the broker's prefixes are.
        targets::Place::User { .. } | targets::Place::DefaultUser { .. } => None,
    })
}

/// A SUBSCRIBE without targets is answered to its subscription, which needs no prefix.
fn answers_by_default(route: &RouteMeta, reply: Option<&str>) -> bool {
    route.kind == MessageKind::Send && route.targets.is_empty() && reply.is_some_and(is_a_value)
}

/// The first of the default destinations that nobody serves.
fn unserved_default(patterns: &[&str], config: &Config, handler: Place) -> Option<BuildProblem> {
    let default = |pattern: &&str| {
        let slash = if pattern.starts_with('/') { "" } else { "/" };
        format!("/topic{slash}{pattern}")
    };
    let destination = patterns
        .iter()
        .map(default)
        .find(|destination| !may_be_served(destination, config))?;
    Some(unserved(&destination, true, config, handler))
}

fn unserved(destination: &str, default: bool, config: &Config, handler: Place) -> BuildProblem {
    BuildProblem::Unserved {
        destination: destination.to_owned(),
        default,
        prefixes: config.broker_destination_prefixes.clone(),
        handler,
    }
}

/// Can a destination be the broker's or a user's? Of what it is filled in with nothing is known: only what stands
/// before the first variable or wildcard counts.
fn may_be_served(destination: &str, config: &Config) -> bool {
    let routing = &config.routing;
    match destination.find(['{', '<', '*', '?']) {
        Some(variable) => routing.may_be_served(&destination[..variable]),
        None => routing.is_brokers(destination) || routing.user_path(destination).is_some(),
    }
}

/// Is there ever something to send of a return type that is written so? An alias of `()` passes for a value.
fn is_a_value(reply: &str) -> bool {
    let text: String = reply.chars().filter(|symbol| !symbol.is_whitespace()).collect();
    let mut rest = text.as_str();
    while let Some((name, arguments)) = rest.split_once('<') {
        match name.rsplit("::").next() {
            Some("Result" | "Option") => rest = arguments,
            _ => return true,
        }
    }
    !(rest.starts_with("()") || rest.starts_with('!'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_stands_before_a_variable_decides_about_a_destination() {
        let config = Config {
            broker_destination_prefixes: vec!["/news/".to_owned(), "/a/b".to_owned()],
            ..Config::default()
        };
        let config = config.routed(stomp_core::destination::Separator::Slash);
        let table = [
            ("/news", true),
            ("/news/x", true),
            ("/newspaper", false),
            ("/news/{x}", true),
            ("/news{x}", true),
            ("/newspaper/{x}", false),
            ("/ne<x>", true),
            ("/{x}", true),
            ("/a/{x}/c", true),
            ("/a/c/{x}", false),
            ("/topic/x", false),
            ("/user/bob/queue/x", true),
        ];
        for (destination, served) in table {
            assert_eq!(may_be_served(destination, &config), served, "{destination}");
        }
    }

    #[test]
    fn nothing_is_sent_of_nothing() {
        let table = [
            ("()", false),
            ("Result<()>", false),
            ("Result < (), Error >", false),
            ("std::io::Result<()>", false),
            ("Option<Result<(), Error>>", false),
            ("!", false),
            ("Result<Option<()>>", false),
            ("&'static str", true),
            ("Result<Vec<u8>, Error>", true),
            ("Vec<()>", true),
            ("impl Stream<Item = u8>", true),
            ("(u8, u8)", true),
        ];
        for (reply, value) in table {
            assert_eq!(is_a_value(reply), value, "{reply}");
        }
    }
}
