//! Handlers called without a server.

mod basics;
mod building;
mod exceptions;
mod extractors;
mod headers;
mod listeners;
mod replies;

use std::sync::Arc;

use futures_util::StreamExt;

use super::{listener::Event, *};
use crate::{Message, Principal, Session, SessionId, SimpMessagingTemplate, convert::Converters};

/// Handlers of one test module, and what they share.
struct Bench {
    handlers: Handlers,
    services: Arc<Services>,
    session: Session,
}

/// What came of a message: each answer as `destination <- body`, or the error.
type Answers = Vec<String>;

impl Bench {
    fn new(module: &str) -> Self {
        Self::with(module, Context::default())
    }

    fn with(module: &str, context: Context) -> Self {
        Self::try_with(module, context).unwrap_or_else(|problems| panic!("{problems:#?}"))
    }

    fn try_with(module: &str, context: Context) -> Result<Self, Vec<BuildProblem>> {
        let services = Services::new(context, Converters::new(), SimpMessagingTemplate::detached());
        let handlers = assemble(AssembleOptions {
            discover: true,
            scope: Some(module.to_owned()),
            routes: Vec::new(),
            controllers: Vec::new(),
            components: Vec::new(),
            services,
            config: Arc::default(),
        })?;
        Ok(Self {
            services: Arc::clone(handlers.services()),
            handlers,
            session: Session::detached(SessionId::from_bits(1), None),
        })
    }

    fn user(mut self, name: &str) -> Self {
        self.session = Session::detached(SessionId::from_bits(1), Some(Principal::new(name)));
        self
    }

    async fn send(&self, destination: &str, body: &'static str) -> Answers {
        self.dispatch(Message::new(destination, body)).await
    }

    async fn subscribe(&self, destination: &str) -> Answers {
        self.dispatch(Message::subscribe(destination).with_header("id", "sub-0"))
            .await
    }

    /// What the session does with a message, in short.
    async fn dispatch(&self, message: Message) -> Answers {
        let path = message
            .destination
            .strip_prefix("/app")
            .unwrap_or(&message.destination)
            .to_owned();
        let Some(mut found) = self.handlers.find(message.kind, &path) else {
            return vec!["no handler".to_owned()];
        };
        let cx = found.bind(MessageContext::new(
            Arc::new(message),
            self.session.clone(),
            Arc::clone(&self.services),
        ));
        let called = found.call(cx.clone()).await;
        let (reply, targets) = match called {
            Ok(reply) => (reply, found.reply_targets(&cx)),
            Err(error) => {
                let Some(handler) = found.exception_handler(&error) else {
                    return vec![format!("unanswered: {error}")];
                };
                match handler.call(cx.clone(), Arc::new(error)).await {
                    Ok(reply) => (reply, handler.reply_targets(&cx)),
                    Err(error) => return vec![format!("`{}` failed: {error}", handler.entry.meta.name)],
                }
            }
        };
        answers(reply, targets.unwrap_or_else(|error| panic!("{error}"))).await
    }
}

async fn answers(reply: Reply, targets: Vec<ReplyTarget>) -> Answers {
    let messages = match reply {
        Reply::Nothing => Vec::new(),
        Reply::Message(message) => vec![Ok(message)],
        Reply::Stream(stream) => stream.collect().await,
    };
    let mut answers = Vec::new();
    for message in messages {
        let body = match message {
            Ok(message) => String::from_utf8(message.body.to_vec()).unwrap(),
            Err(error) => format!("error: {error}"),
        };
        for target in &targets {
            answers.push(match target {
                ReplyTarget::Broker(destination) => format!("{destination} <- {body}"),
                ReplyTarget::User {
                    path,
                    broadcast: true,
                } => format!("user {path} <- {body}"),
                ReplyTarget::User {
                    path,
                    broadcast: false,
                } => format!("session {path} <- {body}"),
                ReplyTarget::Subscriber => format!("subscriber <- {body}"),
            });
        }
    }
    answers
}
