//! `ClassSendTo.java`

use stomp_server::prelude::*;

/// `@SendTo` on the class.
#[derive(Debug, Component)]
pub(crate) struct ClassSendTo;

#[controller("/class-send-to")]
#[send_to("/topic/class")]
impl ClassSendTo {
    #[message_mapping("/plain")]
    fn plain(&self, Payload(text): Payload<String>) -> String {
        format!("plain {text}")
    }

    #[message_mapping("/empty")]
    #[send_to]
    fn empty(&self, Payload(text): Payload<String>) -> String {
        format!("empty {text}")
    }

    #[message_mapping("/own")]
    #[send_to("/topic/own")]
    fn own(&self, Payload(text): Payload<String>) -> String {
        format!("own {text}")
    }

    #[message_mapping("/user")]
    #[send_to_user("/queue/own")]
    fn user(&self, Payload(text): Payload<String>) -> String {
        format!("user {text}")
    }

    #[subscribe_mapping("/subscribe")]
    fn subscribe(&self) -> &'static str {
        "subscribed"
    }

    #[subscribe_mapping("/subscribe-own")]
    #[send_to("/topic/own")]
    fn subscribe_own(&self) -> &'static str {
        "subscribed, own"
    }
}
