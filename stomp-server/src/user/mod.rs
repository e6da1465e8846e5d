//! Users: who is connected, and destinations that are a user's own.

mod registry;
mod sessions;
mod subscribed;

pub use self::registry::{SimpSession, SimpSubscription, SimpUser, SimpUserRegistry};
pub(crate) use self::{sessions::Sessions, subscribed::Subscribed};

/// Splits what is left of `/user/{name}/{path}` behind its prefix into the user's name and the path with its leading
/// slash; `%2F` in the name stands for a slash, as in Spring. `None` without a path.
pub(crate) fn split_user(rest: &str) -> Option<(String, &str)> {
    let (name, _) = rest.strip_prefix('/')?.split_once('/')?;
    let path = &rest[1 + name.len()..];
    Some((name.replace("%2F", "/"), path))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_destination_names_its_user() {
        let table = [
            ("/ann/queue/x", Some(("ann", "/queue/x"))),
            ("/a%2Fb/queue/x", Some(("a/b", "/queue/x"))),
            ("/ann", None),
            ("", None),
        ];
        for (rest, expected) in table {
            let got = split_user(rest);
            assert_eq!(
                got.as_ref().map(|(name, path)| (name.as_str(), *path)),
                expected,
                "{rest}"
            );
        }
    }
}
