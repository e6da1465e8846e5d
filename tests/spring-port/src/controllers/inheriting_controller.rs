//! `InheritingController.java`, with what it inherits from `InheritedBase.java`: a mapped method stands in the
//! controller's own block, and names the destination that its class gave it.

use stomp_server::prelude::*;

use super::room_gone::RoomGone;

/// Methods of a base class keep that class's annotations.
#[derive(Debug, Component)]
pub(crate) struct InheritingController;

#[controller("/inherit")]
#[send_to("/topic/inherit/sub")]
impl InheritingController {
    #[message_mapping("/base")]
    #[send_to("/topic/inherit/base")]
    fn base(&self, Payload(text): Payload<String>) -> String {
        format!("base {text}")
    }

    #[message_exception_handler]
    #[send_to("/topic/inherit/errors")]
    fn on_gone(&self, error: &RoomGone) -> String {
        format!("base handler: {error}")
    }

    #[message_mapping("/sub")]
    fn sub(&self, Payload(text): Payload<String>) -> String {
        format!("sub {text}")
    }

    #[message_mapping("/fail")]
    fn fail(&self, Payload(text): Payload<String>) -> Result<String, RoomGone> {
        Err(RoomGone(text))
    }
}
