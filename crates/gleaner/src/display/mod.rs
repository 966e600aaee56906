//! All that a person sees: progress, messages, summaries. Nothing else in the workspace prints.

mod message;
mod progress;
mod summary;
mod verification;

pub(crate) use message::{Messages, Style, plain, print, say, stream_error};
pub(crate) use progress::Progress;
pub(crate) use summary::{json_summary, plan_text, run_summary};
pub(crate) use verification::{verification_json, verification_summary};
