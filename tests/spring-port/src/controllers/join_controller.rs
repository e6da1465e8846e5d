//! `JoinController.java`

use stomp_server::prelude::*;

/// How a class's wildcard joins a method's pattern.
#[derive(Debug, Component)]
pub(crate) struct JoinController;

#[controller("/join/star/*", "/join/deep/**", "/join/slash/")]
impl JoinController {
    #[message_mapping("/b")]
    #[send_to("/topic/join")]
    fn b(&self, #[header] lookup_destination: String) -> String {
        format!("b {lookup_destination}")
    }

    #[message_mapping("*")]
    #[send_to("/topic/join")]
    fn star(&self, #[header] lookup_destination: String) -> String {
        format!("star {lookup_destination}")
    }
}
