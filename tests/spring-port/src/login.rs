//! Who a client is: the handshake's query, or the token of its CONNECT frame.

use stomp_server::prelude::*;

use crate::query::parameter;

/// `/ws?user=ann` and `/ws?user=ann&alias=al` name the user, before the CONNECT frame says anything.
fn of_handshake(login: &Login) -> Option<Principal> {
    let uri = &login.handshake().uri;
    let user = Principal::new(parameter(uri, "user")?);
    Some(match parameter(uri, "alias") {
        Some(alias) => user.with_destination_user_name(alias),
        None => user,
    })
}

/// For configurations without [`by_token`].
///
/// # Errors
///
/// None: everybody may connect.
pub(crate) async fn by_query(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    Ok(of_handshake(&login))
}

/// The `x-token` of a CONNECT names the user; `bad` and `worse` are refused, `quiet` too, where Spring's application
/// does not answer.
///
/// # Errors
///
/// For those tokens.
pub(crate) async fn by_token(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    match login.headers().get("x-token") {
        None => Ok(of_handshake(&login)),
        Some("bad") => Err(AuthenticationError::new("bad token")),
        Some("worse") => Err(AuthenticationError::new("worse token")),
        Some("quiet") => Err(AuthenticationError::new("quiet token")),
        Some(name) => Ok(Some(Principal::new(name))),
    }
}
