//! What Spring keeps with a message beside the headers of its frame, by Spring's names.

use std::borrow::Cow;

use super::MessageContext;
use crate::MessageKind;

/// Is this a name that Spring keeps for itself, `simpUser` or an argument's `simp_user`? A client's frame has none such:
/// whoever reads one trusts it.
pub(super) fn is_reserved(name: &str) -> bool {
    let rest = name.strip_prefix("simp");
    rest.is_some_and(|rest| rest.starts_with(|next: char| next == '_' || next.is_ascii_uppercase()))
}

/// The value of the message header `name`, also in the spelling of arguments: `simp_destination`. It goes before a
/// header of the frame.
pub(super) fn find<'a>(cx: &'a MessageContext, name: &str) -> Option<Cow<'a, str>> {
    let message = cx.message();
    Some(match name {
        "simpDestination" | "simp_destination" => Cow::Borrowed(&*message.destination),
        "lookupDestination" | "lookup_destination" => Cow::Borrowed(cx.path()),
        "contentType" | "content_type" => Cow::Borrowed(message.content_type()?),
        "simpMessageType" | "simp_message_type" => Cow::Borrowed(match message.kind {
            MessageKind::Send => "MESSAGE",
            MessageKind::Subscribe => "SUBSCRIBE",
        }),
        "stompCommand" | "stomp_command" => Cow::Borrowed(match message.kind {
            MessageKind::Send => "SEND",
            MessageKind::Subscribe => "SUBSCRIBE",
        }),
        "simpSessionId" | "simp_session_id" => Cow::Owned(cx.session().id().to_string()),
        "simpSubscriptionId" | "simp_subscription_id" => Cow::Borrowed(cx.subscription()?),
        "simpUser" | "simp_user" => Cow::Owned(cx.principal()?.name().to_owned()),
        _ => return None,
    })
}
