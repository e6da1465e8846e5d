//! Free functions and controllers, found by themselves.

use std::sync::{Arc, Mutex};

use serde::{Deserialize, Serialize};

use super::Bench;
use crate::{Component, Context, Payload, Principal, controller, message_mapping, send_to};

#[derive(Debug, Deserialize)]
struct Draft {
    text: String,
}

#[derive(Debug, Clone, Serialize)]
struct ChatMessage {
    room: u32,
    from: String,
    text: String,
}

#[derive(Default)]
struct Log(Mutex<Vec<ChatMessage>>);

#[derive(Component)]
struct Chat {
    log: Arc<Log>,
}

#[controller("/chat")]
impl Chat {
    #[message_mapping("/<roomId>")]
    #[send_to("/topic/chat/{room_id}")]
    async fn post(&self, room_id: u32, Payload(draft): Payload<Draft>, user: Principal) -> ChatMessage {
        let message = ChatMessage {
            room: room_id,
            from: user.name().to_owned(),
            text: draft.text,
        };
        self.log.0.lock().unwrap().push(message.clone());
        message
    }
}

#[message_mapping("/ping")]
async fn ping(#[payload] body: String) -> String {
    body
}

#[send_to("/topic/sum/{a}")]
#[message_mapping("/sum/{a}/{b}")]
fn sum(a: u8, b: u8) -> u8 {
    a + b
}

fn bench() -> Bench {
    let mut context = Context::default();
    context.insert(Arc::new(Log::default()));
    Bench::with(module_path!(), context).user("ann")
}

#[tokio::test]
async fn a_controller_answers_to_the_destination_it_names() {
    let answers = bench().send("/app/chat/7", r#"{"text":"hi"}"#).await;
    assert_eq!(
        answers,
        [r#"/topic/chat/7 <- {"room":7,"from":"ann","text":"hi"}"#]
    );
}

#[tokio::test]
async fn a_function_answers_to_the_default_destination() {
    assert_eq!(bench().send("/app/ping", "yo").await, ["/topic/ping <- yo"]);
    assert_eq!(bench().send("/app/sum/1/2", "").await, ["/topic/sum/1 <- 3"]);
    assert_eq!(bench().send("/app/nowhere", "").await, ["no handler"]);
}
