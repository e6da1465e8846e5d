//! Options that do not exist or do not fit.
use stomp_server::{Component, controller, message_mapping, send_to, send_to_user};

#[derive(Component)]
struct C;

#[controller(prefix = "/a")]
impl C {
    #[message_mapping]
    async fn nowhere(&self) {}

    #[message_mapping(a)]
    async fn unquoted(&self) {}

    #[message_mapping = "/b"]
    async fn assigned(&self) {}
}

#[message_mapping("/c", blocking)]
async fn blocking() {}

#[message_mapping("/d", blocking, concurrent)]
fn both() {}

#[message_mapping("/e")]
#[send_to("/topic/e", broadcast = false)]
async fn broadcast() {}

#[message_mapping("/f")]
#[send_to_user("/queue/f", broadcast = "no")]
async fn no_flag() {}

#[message_mapping(7)]
async fn number() {}

fn main() {}
