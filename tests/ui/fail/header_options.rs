//! Options of `#[header]`.
use stomp_server::message_mapping;

#[message_mapping("/a")]
async fn unknown(#[header("x-id", optional)] _id: String) {}

#[message_mapping("/b")]
async fn required(#[header("x-id", required = false)] _id: String) {}

#[message_mapping("/c")]
async fn number(#[header("x-n", default = 7)] _n: u32) {}

#[message_mapping("/d")]
async fn twice(#[header("x-n", default = "7", default = "8")] _n: u32) {}

#[message_mapping("/e")]
async fn named(#[header(name = "x-n")] _n: u32) {}

#[message_mapping("/f")]
async fn in_springs_words(#[header("x-n", defaultValue = "7")] _n: u32) {}

#[message_mapping("/g")]
async fn two_names(#[header("x-n", "x-m")] _n: u32) {}

#[message_mapping("/h")]
async fn no_name(#[header("")] _n: u32) {}

#[message_mapping("/i")]
async fn no_value(#[header("x-n", default)] _n: u32) {}

fn main() {}
