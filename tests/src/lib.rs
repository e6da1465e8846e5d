//! Tests that cross crates.

pub mod ant_golden;
