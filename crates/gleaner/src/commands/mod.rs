//! One file a command.

pub(crate) mod clean;
pub(crate) mod folder;
pub(crate) mod inspect;
pub(crate) mod rules;
pub(crate) mod verify;
