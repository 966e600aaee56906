//! Tests through the public interface. `make` builds archives, `check` reads them.

// Helpers of tests are tests, too.
#![allow(clippy::unwrap_used, clippy::print_stderr)]

mod arc;
mod blocks;
mod check;
mod digests;
mod faults;
mod limits;
mod make;
mod memory;
mod payloads;
mod reading;
mod real;
mod recovery;
mod unpack;
