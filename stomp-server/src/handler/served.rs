//! Whether what handlers answer to is served by anybody.

use super::{
    check::place,
    problem::{BuildProblem, Place},
    registration::Surveyed,
    route::{RouteMeta, Target},
};
use crate::{
    MessageKind,
    app::{Config, strip_prefix},
};

/// Checks that messages can reach the handlers, and their answers the broker.
pub(super) fn check(surveyed: &Surveyed, config: &Config, problems: &mut Vec<BuildProblem>) {
    if config.application_destination_prefixes.is_empty() && !surveyed.routes.is_empty() {
        let handlers = surveyed.routes.iter().map(|route| place(route)).collect();
        problems.push(BuildProblem::NoApplicationPrefix { handlers });
    }
    for (route, reply) in surveyed.routes.iter().zip(&surveyed.replies) {
        problems.extend(unserved_targets(
            route.targets,
            route.patterns,
            config,
            place(route),
        ));
        if answers_by_default(route, *reply) {
            problems.extend(unserved_default(route.patterns, config, place(route)));
        }
    }
    for (_, handler) in &surveyed.exceptions {
        let place = Place {
            name: handler.name,
            location: handler.location,
        };
        // It answers for routes of any pattern.
        problems.extend(unserved_targets(handler.targets, &["/**"], config, place));
    }
}

fn unserved_targets(
    targets: &[Target],
    patterns: &[&str],
    config: &Config,
    handler: Place,
) -> impl Iterator<Item = BuildProblem> {
    targets.iter().filter_map(move |target| match target {
        Target::Destination(destination) => {
            let served = may_be_served(destination, config);
            (!served).then(|| unserved(destination, false, config, handler))
        }
        Target::DefaultDestination => unserved_default(patterns, config, handler),
        // A user's destinations belong to the sessions, whatever the broker's prefixes are.
        Target::User { .. } | Target::DefaultUser { .. } => None,
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
    let mut prefixes = config
        .broker_destination_prefixes
        .iter()
        .chain([&config.user_destination_prefix]);
    let Some(variable) = destination.find(['{', '<', '*', '?']) else {
        return prefixes.any(|prefix| strip_prefix(destination, std::slice::from_ref(prefix)).is_some());
    };
    let start = &destination[..variable];
    prefixes.any(|prefix| {
        let prefix = prefix.trim_end_matches('/');
        prefix.starts_with(start)
            || start
                .strip_prefix(prefix)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
    })
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
