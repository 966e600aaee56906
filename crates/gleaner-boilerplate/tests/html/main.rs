//! Tests of `gleaner_boilerplate::html`.

mod bad_input;
mod blocks;
mod consent;
mod html5lib;
mod memory;
mod metadata;
mod options;
mod pages;
mod properties;
