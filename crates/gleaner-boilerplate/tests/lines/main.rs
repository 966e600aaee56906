//! The line cleaner from outside: cases, invariants, hostile input, and the labelled seeds.
#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test fails by panicking and says what it skips"
)]

mod cases;
mod hostile;
mod invariants;
mod model;
mod rules;
mod seeds;
mod sites;
mod texts;
