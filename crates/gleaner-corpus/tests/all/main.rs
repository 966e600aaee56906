//! The crate from outside: files made by the tests themselves, and damaged ones from public collections.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "helpers of tests fail and speak as tests do")]

mod formats;
mod hostile;
mod inputs;
mod resume;
mod rows;
mod speed;
mod support;
mod writers;
