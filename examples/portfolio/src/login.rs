//! Signing in with a form, as web applications do: a cookie tells who is there, also in the WebSocket's handshake.

use std::{
    collections::HashMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use stomp_server::{
    AuthenticationError, Login, Principal,
    http::{HeaderMap, header::COOKIE},
};

/// The name of the cookie.
const COOKIE_NAME: &str = "portfolio";

/// Who may come in. A real application keeps hashes, in a database.
const USERS: [(&str, &str); 2] = [("fabrice", "fab123"), ("paulson", "bond")];

/// Everybody who has signed in, by the secret in their cookie.
#[derive(Debug, Default)]
pub(crate) struct Logins(Mutex<HashMap<String, &'static str>>);

impl Logins {
    /// The `set-cookie` of a user who signs in; `None` when name and password do not fit.
    pub(crate) fn sign_in(&self, name: &str, password: &str) -> Option<String> {
        let (user, _) = USERS.into_iter().find(|&known| known == (name, password))?;
        let secret = format!("{:032x}", fresh());
        let cookie = format!("{COOKIE_NAME}={secret}; Path=/; HttpOnly; SameSite=Strict");
        self.lock().insert(secret, user);
        Some(cookie)
    }

    /// The `set-cookie` of a user who signs out.
    pub(crate) fn sign_out(&self, headers: &HeaderMap) -> String {
        if let Some(secret) = secret(headers) {
            self.lock().remove(secret);
        }
        format!("{COOKIE_NAME}=; Path=/; HttpOnly; SameSite=Strict; Max-Age=0")
    }

    /// The user that a request comes from.
    pub(crate) fn user(&self, headers: &HeaderMap) -> Option<&'static str> {
        self.lock().get(secret(headers)?).copied()
    }

    /// Decides about a CONNECT by the cookie of its handshake.
    pub(crate) fn authenticate(&self, login: &Login) -> Result<Option<Principal>, AuthenticationError> {
        match self.user(&login.handshake().headers) {
            Some(user) => Ok(Some(Principal::new(user))),
            None => Err(AuthenticationError::new("sign in first")),
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, &'static str>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn secret(headers: &HeaderMap) -> Option<&str> {
    let cookies = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok());
    let mut pairs = cookies
        .flat_map(|cookies| cookies.split(';'))
        .filter_map(|pair| pair.trim().split_once('='));
    pairs
        .find(|(name, _)| *name == COOKIE_NAME)
        .map(|(_, value)| value)
}

/// 128 bits that nobody can guess.
fn fresh() -> u128 {
    let mut octets = [0; 16];
    getrandom::fill(&mut octets).expect("the system has randomness, or nothing here is safe");
    u128::from_ne_bytes(octets)
}

#[cfg(test)]
mod tests {
    use stomp_server::http::HeaderValue;

    use super::*;

    fn with(cookie: &str) -> HeaderMap {
        let cookie = HeaderValue::from_str(cookie).expect("a header");
        HeaderMap::from_iter([(COOKIE, cookie)])
    }

    #[test]
    fn a_cookie_names_its_user_until_signing_out() {
        let logins = Logins::default();
        assert_eq!(logins.sign_in("fabrice", "wrong"), None);
        assert_eq!(logins.sign_in("nobody", "fab123"), None);
        let cookie = logins.sign_in("fabrice", "fab123").expect("signed in");
        let (pair, attributes) = cookie.split_once(';').expect("attributes");
        assert!(attributes.contains("HttpOnly") && attributes.contains("SameSite=Strict"));
        let request = with(&format!("a=b; {pair}"));
        assert_eq!(logins.user(&request), Some("fabrice"));
        assert_eq!(logins.user(&with(&format!("{COOKIE_NAME}=0"))), None);
        logins.sign_out(&request);
        assert_eq!(logins.user(&request), None);
    }
}
