//! `DotController.java`

use stomp_server::prelude::*;

use super::room_gone::RoomGone;

/// Dots instead of slashes.
///
/// `manual`: the profiles `dot` and `dotbroker` add it, as `@Profile` says. Of two targets each profile's broker serves
/// one; the server warns of the other when it is built.
#[derive(Debug)]
pub(crate) struct DotController;

#[controller("red", manual)]
impl DotController {
    #[message_mapping("blue")]
    fn blue(&self, Payload(text): Payload<String>) -> String {
        format!("blue {text}")
    }

    #[message_mapping("green.{shade}")]
    #[send_to("/topic/green.{shade}", "topic.green.{shade}")]
    fn green(&self, shade: String, Payload(text): Payload<String>) -> String {
        format!("{shade} {text}")
    }

    #[message_mapping("star.*")]
    #[send_to("/topic/star", "topic.star")]
    fn star(&self, #[header] lookup_destination: String) -> String {
        format!("star {lookup_destination}")
    }

    #[message_mapping("deep.**")]
    #[send_to("/topic/deep", "topic.deep")]
    fn deep(&self, #[header] lookup_destination: String) -> String {
        format!("deep {lookup_destination}")
    }

    #[message_mapping("number.{n:[0-9]+}")]
    #[send_to("/topic/number", "topic.number")]
    fn number(&self, n: i32) -> i32 {
        n.wrapping_add(1)
    }

    #[message_mapping("user")]
    #[send_to_user("/queue/colors", "queue.colors")]
    fn user(&self, Payload(text): Payload<String>) -> String {
        format!("for you {text}")
    }

    #[message_mapping("user-default")]
    #[send_to_user]
    fn user_default(&self, Payload(text): Payload<String>) -> String {
        format!("default {text}")
    }

    #[subscribe_mapping("init.{id}")]
    fn init(&self, id: String) -> String {
        format!("init {id}")
    }

    #[message_mapping("fail")]
    fn fail(&self, Payload(text): Payload<String>) -> Result<(), RoomGone> {
        Err(RoomGone(text))
    }
}
