//! The five phases, one file each. Each takes what the one before it left in the work area; none looks back.

pub(crate) mod clean;
mod decided;
pub(crate) mod emit;
pub(crate) mod group;
pub(crate) mod learn;
pub(crate) mod scan;
