//! The application's controllers, one file for each of the Java ones.
//!
//! They are found by themselves. Those that belong to some profiles only are `manual`, and their configuration in
//! [`config`](crate::config) names them.

mod advice;
mod argument_controller;
mod catch_all_controller;
mod class_send_to;
mod class_send_to_user;
mod color;
mod custom_controller;
mod dot_controller;
mod error_controller;
mod exceptions;
mod inheriting_controller;
mod instant;
mod join_controller;
mod payload_controller;
mod return_controller;
mod room_gone;
mod route_controller;
mod shop_controller;
mod subscribe_controller;
mod template_controller;
mod user_controller;
mod visit_counter;

pub(crate) use self::{custom_controller::CustomController, dot_controller::DotController};
