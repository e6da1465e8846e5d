//! From attributes to values that know where they were written. Nothing here knows about functions.

mod argument;
mod attribute;
mod controller;

pub(crate) use self::{
    argument::{Annotation, HeaderValues, take_annotation},
    attribute::{Attribute, Name, is_spent, parse_attribute, take_ours},
    controller::ControllerArgs,
};
