//! The handlers.

use std::sync::Arc;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use stomp_server::prelude::*;

use crate::rooms::{Line, RoomError, RoomName, RoomSummary, Rooms};

/// How much one may say at once.
const LONGEST: usize = 1_000;

/// What a client writes.
#[derive(Debug, Deserialize)]
struct Draft {
    text: String,
}

/// What the others see.
#[derive(Debug, Clone, Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum RoomEvent {
    Message(Line),
    Joined {
        room: RoomName,
        from: String,
        at: Timestamp,
    },
    Left {
        room: RoomName,
        from: String,
        at: Timestamp,
    },
}

#[derive(Debug, Serialize)]
struct PrivateLine {
    from: String,
    to: String,
    text: String,
    at: Timestamp,
}

#[derive(Debug, Serialize)]
struct Typing {
    from: String,
}

/// What went wrong, for the one who caused it.
#[derive(Debug, Serialize)]
struct Problem {
    detail: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ChatError {
    #[error("write something first")]
    Empty,
    #[error("that is {0} characters; {LONGEST} are the most")]
    TooLong(usize),
    #[error("{0} is not here")]
    NotHere(String),
    #[error(transparent)]
    Room(#[from] RoomError),
    #[error("the message could not be sent")]
    Send(#[from] SendError),
}

#[derive(Component)]
struct ChatController {
    template: SimpMessagingTemplate,
    rooms: Arc<Rooms>,
}

#[controller("/chat")]
impl ChatController {
    #[message_mapping("/<room>")]
    #[send_to("/topic/chat/<room>")]
    async fn talk(
        &self,
        room: RoomName,
        Payload(draft): Payload<Draft>,
        session: Session,
    ) -> Result<RoomEvent, ChatError> {
        let text = checked(draft.text)?;
        Ok(RoomEvent::Message(self.rooms.say(room, session.id(), text)?))
    }

    #[message_mapping("/<room>/typing")]
    #[send_to("/topic/chat/<room>/typing")]
    async fn typing(&self, user: Principal) -> Typing {
        Typing {
            from: user.name().to_owned(),
        }
    }

    #[message_mapping("/<room>/join")]
    #[send_to("/topic/chat/<room>")]
    async fn join(
        &self,
        room: RoomName,
        session: Session,
        user: Principal,
    ) -> Result<Option<RoomEvent>, ChatError> {
        let is_new = self.rooms.join(&room, session.id(), user.name())?;
        self.tell_who_is_here(&room)?;
        Ok(is_new.then(|| RoomEvent::Joined {
            room,
            from: user.name().to_owned(),
            at: Timestamp::now(),
        }))
    }

    #[message_mapping("/<room>/leave")]
    async fn leave(&self, room: RoomName, session: Session) -> Result<(), SendError> {
        self.left(&room, &session)
    }

    #[subscribe_mapping("/<room>/history")]
    async fn history(&self, room: RoomName) -> Vec<Line> {
        self.rooms.history(&room)
    }

    #[subscribe_mapping("/<room>/who")]
    async fn who(&self, room: RoomName) -> Vec<String> {
        self.rooms.members(&room)
    }

    #[event_listener]
    async fn gone(&self, ended: &SessionDisconnectEvent) -> Result<(), SendError> {
        for room in self.rooms.rooms_of(ended.session().id()) {
            self.left(&room, ended.session())?;
        }
        Ok(())
    }
}

impl ChatController {
    fn left(&self, room: &RoomName, session: &Session) -> Result<(), SendError> {
        if let Some(from) = self.rooms.leave(room, session.id()) {
            let left = RoomEvent::Left {
                room: room.clone(),
                from,
                at: Timestamp::now(),
            };
            self.template
                .convert_and_send(format!("/topic/chat/{room}"), &left)?;
            self.tell_who_is_here(room)?;
        }
        Ok(())
    }

    fn tell_who_is_here(&self, room: &RoomName) -> Result<(), SendError> {
        self.template
            .convert_and_send(format!("/topic/chat/{room}/who"), &self.rooms.members(room))?;
        self.template
            .convert_and_send("/topic/rooms", &self.rooms.summaries())
    }
}

#[subscribe_mapping("/rooms")]
async fn rooms(rooms: Arc<Rooms>) -> Vec<RoomSummary> {
    rooms.summaries()
}

/// A private message: to all sessions of the one, and of the other for the record.
#[message_mapping("/private/<to>")]
async fn whisper(
    to: String,
    Payload(draft): Payload<Draft>,
    user: Principal,
    users: SimpUserRegistry,
    template: SimpMessagingTemplate,
) -> Result<(), ChatError> {
    let text = checked(draft.text)?;
    if users.user(&to).is_none() {
        return Err(ChatError::NotHere(to));
    }
    let line = PrivateLine {
        from: user.name().to_owned(),
        to,
        text,
        at: Timestamp::now(),
    };
    template.convert_and_send_to_user(&line.to, "/queue/private", &line)?;
    if line.from != line.to {
        template.convert_and_send_to_user(&line.from, "/queue/private", &line)?;
    }
    Ok(())
}

/// Mistakes are answered to whoever made them, and to no other tab.
#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn mistaken(error: &ChatError) -> Problem {
    Problem {
        detail: error.to_string(),
    }
}

/// Everything else: a message that is no JSON, a room that cannot be one, a panic.
#[message_exception_handler]
#[send_to_user("/queue/errors", broadcast = false)]
async fn failed(error: &HandlerError) -> Problem {
    Problem {
        detail: error.client_message().into_owned(),
    }
}

/// Everybody may come in who tells a name; a real application would look at the passcode too.
pub(crate) async fn sign_in(login: Login) -> Result<Option<Principal>, AuthenticationError> {
    let name = login.login().unwrap_or_default().trim();
    if name.is_empty() || name.chars().count() > 32 || name.contains(['/', '%']) {
        return Err(AuthenticationError::new(
            "choose a name of 1 to 32 characters, without slashes",
        ));
    }
    Ok(Some(Principal::new(name)))
}

pub(crate) fn checked(text: String) -> Result<String, ChatError> {
    match text.chars().count() {
        _ if text.trim().is_empty() => Err(ChatError::Empty),
        length if length > LONGEST => Err(ChatError::TooLong(length)),
        _ => Ok(text),
    }
}
