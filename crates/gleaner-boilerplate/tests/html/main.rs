//! Tests of `gleaner_boilerplate::html`.

mod bad_input;
mod blocks;
mod memory;
mod metadata;
mod pages;
mod properties;
