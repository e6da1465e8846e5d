//! What Spring keeps with a message beside the headers of its frame, by Spring's names.

use std::borrow::Cow;

use super::MessageContext;
use crate::MessageKind;

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
