//! The fixtures are what the generator writes, and hold what they promise; corpora keep theirs.

// The lint's exception for tests does not cover their helper functions.
#![allow(clippy::unwrap_used)]

mod corpus;
mod fixtures;
