//! `TemplateController.java`; its HTTP pages are in `http`.

use stomp_server::{bytes::Bytes, prelude::*};

use crate::note::Note;

/// The messaging template, from handlers and from plain HTTP.
#[derive(Debug, Component)]
pub(crate) struct TemplateController {
    template: SimpMessagingTemplate,
    users: SimpUserRegistry,
}

#[controller]
impl TemplateController {
    #[message_mapping("/template/broadcast/{room}")]
    fn broadcast(&self, room: String, Payload(note): Payload<Note>) -> Result<(), SendError> {
        self.template
            .convert_and_send(format!("/topic/room/{room}"), &note)
    }

    /// Spring's map also holds a null, which no header has.
    #[message_mapping("/template/headers")]
    fn headers(&self, Payload(text): Payload<String>) -> Result<(), SendError> {
        let headers = Headers::from_iter([("x-kind", "greeting"), ("x-count", "3")]);
        self.template
            .convert_and_send_with_headers("/topic/room/h", &text, &headers)
    }

    #[message_mapping("/template/header-content-type")]
    fn header_content_type(&self, Payload(text): Payload<String>) -> Result<(), SendError> {
        let headers = Headers::from_iter([("contentType", "application/json")]);
        self.template
            .convert_and_send_with_headers("/topic/room/h", &text, &headers)
    }

    #[message_mapping("/template/post-processor")]
    fn post_processor(&self, Payload(text): Payload<String>) -> Result<(), SendError> {
        let message = self.template.convert(&text)?;
        let length = message.body.len().to_string();
        self.template
            .send_to("/topic/room/p", message.with_header("x-length", &length))
    }

    #[message_mapping("/template/headers-and-post-processor")]
    fn both(&self, Payload(text): Payload<String>) -> Result<(), SendError> {
        let message = self.template.convert(&text)?.with_header("x-a", "1");
        self.template
            .send_to("/topic/room/p", message.with_header("x-a", "2"))
    }

    #[message_mapping("/template/as/{type}/{subtype}")]
    fn r#as(&self, r#type: String, subtype: String, Payload(text): Payload<String>) -> Result<(), SendError> {
        self.template.convert_and_send_with_headers(
            "/topic/room/t",
            &text,
            &content_type(&format!("{type}/{subtype}")),
        )
    }

    #[message_mapping("/template/latin1")]
    fn latin1(&self, Payload(text): Payload<String>) -> Result<(), SendError> {
        let headers = Headers::from_iter([("content-type", "text/plain;charset=ISO-8859-1")]);
        self.template
            .convert_and_send_with_headers("/topic/room/t", &text, &headers)
    }

    #[message_mapping("/template/note-as/{type}/{subtype}")]
    fn note_as(
        &self,
        r#type: String,
        subtype: String,
        Payload(note): Payload<Note>,
    ) -> Result<(), SendError> {
        self.template.convert_and_send_with_headers(
            "/topic/room/t",
            &note,
            &content_type(&format!("{type}/{subtype}")),
        )
    }

    #[message_mapping("/template/send")]
    fn send(&self, Payload(bytes): Payload<Bytes>) -> Result<(), SendError> {
        let message = Message::new("/topic/room/s", bytes)
            .with_header("x-raw", "yes")
            .with_header("content-type", "text/plain");
        self.template.send(message)
    }

    #[message_mapping("/template/no-destination")]
    fn no_destination(&self, Payload(text): Payload<String>) -> Result<(), SendError> {
        self.template.convert_and_send_to_default(&text)
    }

    #[message_mapping("/template/to/{user}")]
    fn to_user(&self, user: String, Payload(text): Payload<String>) -> Result<(), SendError> {
        self.template
            .convert_and_send_to_user(user, "/queue/inbox", &text)
    }

    #[message_mapping("/template/to-name")]
    fn to_name(&self, Payload(user): Payload<String>) -> Result<(), SendError> {
        let text = format!("for {user}");
        self.template.convert_and_send_to_user(user, "queue/inbox", &text)
    }

    #[message_mapping("/template/to-headers/{user}")]
    fn to_user_headers(&self, user: String, Payload(text): Payload<String>) -> Result<(), SendError> {
        let headers = Headers::from_iter([("x-kind", "personal")]);
        self.template
            .convert_and_send_to_user_with_headers(user, "/queue/inbox", &text, &headers)
    }

    #[message_mapping("/template/to-session")]
    fn to_session(&self, Payload(text): Payload<String>, session: SessionId) -> Result<(), SendError> {
        self.template
            .convert_and_send_to_session(session, "/queue/inbox", &text)
    }

    /// The session id in Spring's message headers narrows the user's sessions down to that one, if it is one of them.
    #[message_mapping("/template/to-session-only/{user}")]
    fn to_users_session(
        &self,
        user: String,
        Payload(text): Payload<String>,
        session: SessionId,
    ) -> Result<(), SendError> {
        let known = self.users.user(&user);
        if known.is_some_and(|user| user.sessions().iter().any(|own| own.id() == session)) {
            return self
                .template
                .convert_and_send_to_session(session, "/queue/inbox", &text);
        }
        self.template
            .convert_and_send_to_user(user, "/queue/inbox", &text)
    }

    #[message_mapping("/template/to-session-without-header")]
    fn to_session_without_header(
        &self,
        Payload(text): Payload<String>,
        session: SessionId,
    ) -> Result<(), SendError> {
        self.template
            .convert_and_send_to_user(session.to_string(), "/queue/inbox", &text)
    }

    #[message_mapping("/template/gate/{what}")]
    fn gate(&self, what: String, Payload(text): Payload<String>) -> Result<(), SendError> {
        self.template
            .convert_and_send(format!("/topic/gate/broker/{what}"), &text)
    }
}

/// Spring's `MimeType` is written in small letters.
fn content_type(content_type: &str) -> Headers {
    Headers::from_iter([("content-type", content_type.to_ascii_lowercase().as_str())])
}
