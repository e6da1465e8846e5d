//! An alias hides `DestinationVariable` from the macro, not from the compiler.
use stomp_server::{DestinationVariable, message_mapping};

type Var<T> = DestinationVariable<T>;

#[message_mapping("/chat/{room_id}")]
async fn a(_number: Var<u32>) {}

fn main() {}
