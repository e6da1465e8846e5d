//! Attributes in any order, with others between.
#![deny(warnings)]
use stomp_server::{Component, Payload, controller, message_mapping, send_to, send_to_user, subscribe_mapping};

#[send_to("/topic/a")]
#[message_mapping("/a")]
async fn a() -> u8 {
    1
}

#[message_mapping("/b")]
#[send_to("/topic/b")]
async fn b() -> u8 {
    1
}

/// Documented.
#[allow(clippy::unused_async)]
#[send_to_user("/queue/c", broadcast = false)]
/// More.
#[message_mapping("/c")]
#[send_to("/topic/c", "/topic/c2")]
#[must_use]
async fn c() -> u8 {
    1
}

#[tracing::instrument]
#[message_mapping("/d")]
async fn d() {}

#[message_mapping("/e")]
#[tracing::instrument(skip_all, err)]
async fn e(Payload(_x): Payload<u32>) -> Result<(), std::io::Error> {
    Ok(())
}

#[cfg(any())]
#[message_mapping("/f")]
async fn f() {}

#[message_mapping("/g")]
#[cfg(any())]
async fn g() {}

#[cfg_attr(all(), message_mapping("/h"))]
async fn h() {}

#[cfg_attr(all(), send_to("/topic/i"))]
#[message_mapping("/i")]
async fn i() -> u8 {
    1
}

#[stomp_server::message_mapping("/j")]
#[stomp_server::send_to("/topic/j")]
async fn j() -> u8 {
    1
}

#[message_mapping("/k")]
#[subscribe_mapping("/k")]
fn k() -> u8 {
    1
}

#[deprecated]
#[message_mapping(["/l", "/m"], concurrent)]
async fn l() {}

#[message_mapping("/n", blocking)]
fn n() {}

macro_rules! routes {
    ($($name:ident $path:literal),*) => {
        $(#[message_mapping($path)] async fn $name() -> &'static str { $path })*
    };
}
routes!(one "/gen/one", two "/gen/two");

#[derive(Component)]
struct Above;

#[send_to("/topic/above")]
#[controller("/above")]
impl Above {
    #[message_mapping("/x")]
    async fn x(&self) -> u8 {
        1
    }

    #[cfg(any())]
    #[message_mapping("/y")]
    async fn y(&self) -> u8 {
        1
    }

    #[cfg(not(any()))]
    #[message_mapping("/y")]
    async fn y(&self) -> u16 {
        1
    }
}

#[derive(Component)]
struct Below;

#[controller("/below")]
#[send_to("/topic/below/{id}")]
impl Below {
    #[message_mapping("/{id}")]
    async fn x() -> u8 {
        1
    }
}

fn main() {}
