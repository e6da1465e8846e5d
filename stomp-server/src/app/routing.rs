//! Which destinations go where: to handlers, to users, to the broker.

use stomp_core::destination::Separator;

use super::Config;

/// The prefixes of destinations, ready to be compared.
///
/// A prefix fits whole segments: behind it comes nothing, a slash or the separator. `/app` fits `/app/x` but not
/// `/apple`; with dots as separators `topic.` and `/topic` fit `topic.x` and `/topic/x`.
#[derive(Debug, Default)]
pub(crate) struct Routing {
    separator: Separator,
    /// None: all destinations are for handlers.
    application: Box<[Box<str>]>,
    /// None: all destinations are the broker's but those of users.
    broker: Box<[Box<str>]>,
    user: Box<str>,
    /// Some destination may be for a handler and somebody else too.
    overlapping: bool,
}

impl Routing {
    pub(crate) fn new(config: &Config, separator: Separator) -> Self {
        let trimmed = |prefixes: &[String]| -> Box<[Box<str>]> {
            let trim = |prefix: &String| trim(prefix, separator).into();
            prefixes.iter().map(trim).collect()
        };
        let mut routing = Self {
            separator,
            application: trimmed(&config.application_destination_prefixes),
            broker: trimmed(&config.broker_destination_prefixes),
            user: trim(&config.user_destination_prefix, separator).into(),
            overlapping: false,
        };
        routing.overlapping = routing.find_overlap();
        routing
    }

    /// What stands between the segments of destinations.
    pub(crate) fn separator(&self) -> Separator {
        self.separator
    }

    /// Can a destination be for a handler and for the broker or a user too? Both get it then.
    pub(crate) fn is_overlapping(&self) -> bool {
        self.overlapping
    }

    /// What handlers are looked up by: the destination without its application prefix. With slashes it keeps its
    /// leading one. `None` when it is not for handlers.
    pub(crate) fn lookup<'d>(&self, destination: &'d str) -> Option<&'d str> {
        if self.application.is_empty() {
            return Some(destination);
        }
        let rest = self
            .application
            .iter()
            .find_map(|prefix| self.behind(prefix, destination))?;
        match self.separator {
            _ if rest.is_empty() => None,
            Separator::Slash => Some(rest),
            // What stands in front of it is one octet: a slash or a dot.
            Separator::Dot => Some(&rest[1..]),
        }
    }

    /// What clients write for a mapping, with the first application prefix.
    pub(crate) fn written(&self, pattern: &str) -> String {
        let prefix = self.application.first().map_or("", |prefix| &**prefix);
        let joint = match self.separator {
            // A prefix that is a path ends like one.
            Separator::Dot if prefix.starts_with('/') => "/",
            Separator::Dot if !prefix.is_empty() => ".",
            _ => "",
        };
        format!("{prefix}{joint}{pattern}")
    }

    /// Is a destination the broker's?
    pub(crate) fn is_brokers(&self, destination: &str) -> bool {
        let prefixed = || {
            self.broker
                .iter()
                .any(|prefix| self.behind(prefix, destination).is_some())
        };
        match self.broker.is_empty() {
            true => self.user_path(destination).is_none(),
            false => prefixed(),
        }
    }

    /// What is left of a user's destination behind the user prefix, with its slash.
    pub(crate) fn user_path<'d>(&self, destination: &'d str) -> Option<&'d str> {
        let rest = destination.strip_prefix(&*self.user)?;
        (rest.is_empty() || rest.starts_with('/')).then_some(rest)
    }

    /// Can a destination that begins with `start`, of which no more is known, be the broker's or a user's?
    pub(crate) fn may_be_served(&self, start: &str) -> bool {
        let fits = |prefix: &str| prefix.starts_with(start) || self.behind(prefix, start).is_some();
        self.broker.is_empty() || self.broker.iter().any(|prefix| fits(prefix)) || fits(&self.user)
    }

    fn behind<'d>(&self, prefix: &str, destination: &'d str) -> Option<&'d str> {
        let rest = destination.strip_prefix(prefix)?;
        let ends = rest.is_empty() || rest.starts_with('/') || rest.starts_with(self.separator.as_char());
        ends.then_some(rest)
    }

    fn find_overlap(&self) -> bool {
        if self.application.is_empty() || self.broker.is_empty() {
            return true;
        }
        let meet =
            |one: &str, other: &str| self.behind(one, other).is_some() || self.behind(other, one).is_some();
        let mut others = self.broker.iter().chain([&self.user]);
        others.any(|other| {
            self.application
                .iter()
                .any(|application| meet(application, other))
        })
    }
}

/// Without the separators at its end.
pub(super) fn trim(prefix: &str, separator: Separator) -> &str {
    prefix.trim().trim_end_matches(['/', separator.as_char()])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn routing(application: &[&str], broker: &[&str], separator: Separator) -> Routing {
        let owned = |prefixes: &[&str]| prefixes.iter().map(|&prefix| prefix.to_owned()).collect();
        let config = Config {
            application_destination_prefixes: owned(application),
            broker_destination_prefixes: owned(broker),
            ..Config::default()
        };
        Routing::new(&config, separator)
    }

    #[test]
    fn what_is_written_for_a_mapping_leads_back_to_it() {
        let table = [
            (&["/app/"][..], Separator::Slash, "/x/{y}", "/app/x/{y}"),
            (&["/a", "/b"], Separator::Slash, "/x", "/a/x"),
            (&[], Separator::Slash, "/x", "/x"),
            (&["/app"], Separator::Dot, "x.{y}", "/app/x.{y}"),
            (&["app."], Separator::Dot, "x", "app.x"),
            (&[], Separator::Dot, "x.y", "x.y"),
        ];
        for (prefixes, separator, pattern, written) in table {
            let routing = routing(prefixes, &["/topic"], separator);
            assert_eq!(routing.written(pattern), written, "{prefixes:?}");
            assert_eq!(routing.lookup(written), Some(pattern), "{prefixes:?}");
        }
    }

    /// Rows: ROUTE-40, ROUTE-41, ROUTE-42, ROUTE-43
    #[test]
    fn the_first_prefix_that_fits_whole_segments_is_taken_off() {
        let slashes = routing(
            &["/app", "/app/v2", "/other/", " /c "],
            &["/topic"],
            Separator::Slash,
        );
        for (destination, expected) in [
            ("/app/chat", Some("/chat")),
            ("/app/", Some("/")),
            ("/app", None),
            ("/apple", None),
            ("/app/v2/x", Some("/v2/x")),
            ("/other/x", Some("/x")),
            ("/c/x", Some("/x")),
            ("/topic/a", None),
        ] {
            assert_eq!(slashes.lookup(destination), expected, "{destination}");
        }
        let dots = routing(&["/app", "api."], &["/topic"], Separator::Dot);
        for (destination, expected) in [
            ("/app/red.blue", Some("red.blue")),
            ("/app", None),
            ("/apple.x", None),
            ("api.red.blue", Some("red.blue")),
            ("api/red", Some("red")),
            ("apis.red", None),
        ] {
            assert_eq!(dots.lookup(destination), expected, "{destination}");
        }
    }

    /// Rows: ROUTE-44
    #[test]
    fn without_prefixes_everything_is_for_everybody_but_users_have_their_own() {
        let bare = routing(&[], &[], Separator::Slash);
        for destination in ["/topic/a", "anything", "/app/x", "/users/x"] {
            assert_eq!(bare.lookup(destination), Some(destination));
            assert!(bare.is_brokers(destination), "{destination}");
        }
        assert!(!bare.is_brokers("/user/queue/x"));
        assert_eq!(bare.user_path("/user/queue/x"), Some("/queue/x"));
        assert!(bare.may_be_served("/no/matter"));
    }

    #[test]
    fn broker_prefixes_fit_whole_segments_of_either_kind() {
        let dots = routing(&["/app"], &["topic.", "/queue"], Separator::Dot);
        for (destination, expected) in [
            ("topic.a", true),
            ("topic", true),
            ("topics.a", false),
            ("/topic.a", false),
            ("/queue/a.b", true),
            ("/queue.a", true),
        ] {
            assert_eq!(dots.is_brokers(destination), expected, "{destination}");
        }
        let slashes = routing(&["/app"], &["/topic"], Separator::Slash);
        assert!(!slashes.is_brokers("/topic.a"));
    }

    #[test]
    fn overlaps_are_known_beforehand() {
        let table: [(&[&str], &[&str], bool); 6] = [
            (&["/app"], &["/topic"], false),
            (&["/app"], &["/apple"], false),
            (&["/app"], &["/app/live"], true),
            (&["/app", "/topic"], &["/topic"], true),
            (&[], &["/topic"], true),
            (&["/app"], &[], true),
        ];
        for (application, broker, expected) in table {
            let routing = routing(application, broker, Separator::Slash);
            assert_eq!(routing.is_overlapping(), expected, "{application:?} {broker:?}");
        }
    }
}
