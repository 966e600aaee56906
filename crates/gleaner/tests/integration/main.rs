//! The command line from the outside: what goes in, what comes out, and how it ends.

mod against;
mod architecture;
mod bad_input;
mod commands;
mod common;
mod determinism;
mod duplicates;
mod faults;
mod fixtures;
mod formats;
mod hostile;
mod inspect;
mod real_data;
mod resume;
mod signals;
mod sites;
mod verify;
