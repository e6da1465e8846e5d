//! Selectors, as a table and as laws.

mod properties;
mod table;
