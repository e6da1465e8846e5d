//! Nothing of the user's names can get in the way.
#![no_implicit_prelude]
#![deny(warnings)]
#![allow(dead_code, non_camel_case_types)]

mod std {}
mod core {}
struct Option;
struct Result;
struct Box;
struct Some;
struct Ok;
struct String;
struct Arc;
struct str;
trait Future {}
trait FromMessage {}

#[::stomp_server::message_mapping("/a/{x}")]
#[::stomp_server::send_to("/topic/{x}")]
async fn a(
    x: u8,
    ::stomp_server::Payload(p): ::stomp_server::Payload<u8>,
    who: ::stomp_server::State<u16>,
    #[header("y")] y: ::std::option::Option<u8>,
) -> ::std::result::Result<::std::option::Option<u8>, ::std::fmt::Error> {
    let _ = (x, who.0, y);
    ::std::result::Result::Ok(::std::option::Option::Some(p))
}

#[derive(::stomp_server::Component)]
struct C {
    t: ::stomp_server::SimpMessagingTemplate,
}

#[::stomp_server::controller("/c")]
impl C {
    #[::stomp_server::message_mapping("/{__cx}/{__controller}/{__value}")]
    async fn m(&self, __cx: u8, __controller: u8, __value: u8) -> u8 {
        let _ = &self.t;
        __cx + __controller + __value
    }

    #[::stomp_server::message_exception_handler]
    fn e(&self, e: &::std::fmt::Error) {
        let _ = e;
    }

    #[::stomp_server::event_listener]
    fn l(&self, e: &::stomp_server::SessionConnectedEvent) {
        let _ = e;
    }
}

fn main() {}
