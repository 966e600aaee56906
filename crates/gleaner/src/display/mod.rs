//! All that a person sees: progress, messages, summaries. Nothing else in the workspace prints.

mod message;
mod progress;
mod summary;

pub(crate) use message::{Messages, Style, print, say, stream_error};
pub(crate) use progress::Progress;
pub(crate) use summary::{json_summary, plan_text, run_summary};
