//! `UserController.java`; its HTTP pages are in `http`.

use stomp_server::prelude::*;

/// Replies to the user who asked, and the list of users.
#[derive(Debug, Component)]
pub(crate) struct UserController {
    users: SimpUserRegistry,
}

#[controller]
impl UserController {
    #[message_mapping("/user/reply")]
    #[send_to_user("/queue/reply")]
    fn reply(&self, Payload(text): Payload<String>) -> String {
        format!("all sessions: {text}")
    }

    #[message_mapping("/user/reply-one")]
    #[send_to_user("/queue/reply", broadcast = false)]
    fn reply_one(&self, Payload(text): Payload<String>) -> String {
        format!("this session: {text}")
    }

    #[message_mapping("/user/reply-default")]
    #[send_to_user]
    fn reply_default(&self, Payload(text): Payload<String>) -> String {
        format!("default: {text}")
    }

    #[message_mapping("/user/reply-many")]
    #[send_to_user("/queue/many/1", "/queue/many/2")]
    fn reply_many(&self, Payload(text): Payload<String>) -> String {
        format!("many: {text}")
    }

    #[message_mapping("/user/both/{room}")]
    #[send_to("/topic/both/{room}")]
    #[send_to_user("/queue/both/{room}")]
    fn both(&self, room: String, Payload(text): Payload<String>) -> String {
        format!("{room} {text}")
    }

    #[message_mapping("/users")]
    #[send_to("/topic/users")]
    fn users(&self, Payload(names): Payload<Vec<String>>) -> Vec<String> {
        let found = names.iter().map(|name| self.users.user(name));
        found
            .map(|user| {
                user.map_or_else(
                    || "absent".to_owned(),
                    |user| format!("{}={}", user.name(), user.sessions().len()),
                )
            })
            .collect()
    }
}
