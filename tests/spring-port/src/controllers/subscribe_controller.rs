//! `SubscribeController.java`

use stomp_server::prelude::*;

use super::room_gone::RoomGone;

/// Answers to subscriptions.
#[derive(Debug, Component)]
pub(crate) struct SubscribeController;

#[controller("/sub")]
impl SubscribeController {
    #[subscribe_mapping("/init/{id}")]
    fn init(&self, id: String) -> [String; 2] {
        [format!("first {id}"), format!("second {id}")]
    }

    #[message_mapping("/init/{id}")]
    #[send_to("/topic/sub/sent")]
    fn sent(&self, id: String) -> String {
        format!("sent {id}")
    }

    #[subscribe_mapping("/text")]
    fn text(&self, #[header("simpSubscriptionId")] id: String, user: Option<Principal>) -> String {
        format!("{id} of {}", user.as_ref().map_or("nobody", Principal::name))
    }

    #[subscribe_mapping("/later")]
    async fn later(&self) -> &'static str {
        tokio::task::yield_now().await;
        "later"
    }

    #[subscribe_mapping("/header")]
    fn header(&self, #[header("x-since")] since: i32) -> String {
        format!("since {since}")
    }

    #[subscribe_mapping("/pat/*")]
    fn pattern(&self, #[header] simp_destination: String) -> String {
        format!("matched {simp_destination}")
    }

    #[subscribe_mapping("/broadcast")]
    #[send_to("/topic/sub/broadcast")]
    fn broadcast(&self) -> &'static str {
        "someone subscribed"
    }

    #[subscribe_mapping("/to-user")]
    #[send_to_user("/queue/sub")]
    fn to_user(&self) -> &'static str {
        "for you"
    }

    #[subscribe_mapping("/void")]
    fn nothing(&self) {}

    #[subscribe_mapping("/null")]
    fn nothing_either(&self) -> Option<String> {
        None
    }

    #[subscribe_mapping("/fails")]
    fn fails(&self) -> Result<String, RoomGone> {
        Err(RoomGone("sub".to_owned()))
    }
}
