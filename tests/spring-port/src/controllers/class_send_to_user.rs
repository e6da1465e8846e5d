//! `ClassSendToUser.java`

use stomp_server::prelude::*;

/// `@SendToUser` on the class.
#[derive(Debug, Component)]
pub(crate) struct ClassSendToUser;

#[controller("/class-send-to-user")]
#[send_to_user("/queue/class")]
impl ClassSendToUser {
    #[message_mapping("/plain")]
    fn plain(&self, Payload(text): Payload<String>) -> String {
        format!("plain {text}")
    }

    #[message_mapping("/empty-send-to")]
    #[send_to]
    fn empty_send_to(&self, Payload(text): Payload<String>) -> String {
        format!("empty {text}")
    }

    #[message_mapping("/own-topic")]
    #[send_to("/topic/own")]
    fn own_topic(&self, Payload(text): Payload<String>) -> String {
        format!("own topic {text}")
    }

    #[message_mapping("/own-queue")]
    #[send_to_user("/queue/own")]
    fn own_queue(&self, Payload(text): Payload<String>) -> String {
        format!("own queue {text}")
    }

    #[message_mapping("/one-session")]
    #[send_to_user(broadcast = false)]
    fn one_session(&self, Payload(text): Payload<String>) -> String {
        format!("one session {text}")
    }

    #[subscribe_mapping("/subscribe")]
    fn subscribe(&self) -> &'static str {
        "subscribed"
    }
}
