//! doc
mod app;
mod body;
mod client;
mod clock;
mod frame;
mod handled;
mod identities;
mod link;
mod published;
mod recorder;
mod server;
mod session;
mod transcript;

pub(crate) use self::recorder::Recorder;
pub use self::{
    app::TestApp,
    client::TestClient,
    clock::VirtualClock,
    frame::Frame,
    handled::Handled,
    published::{Published, Recipient},
    server::TestServer,
    session::TestSession,
};
