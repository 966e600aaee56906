//! Signals that ask the process to end: the first one is answered in order, but in two seconds; a second one at once.

use std::io;
use std::process::{self, ExitCode};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;

/// The number of the signal that came; 0 before.
static RECEIVED: LazyLock<Arc<AtomicUsize>> = LazyLock::new(Arc::default);

const LOOK_EVERY: Duration = Duration::from_millis(50);
const TIME_TO_END: Duration = Duration::from_millis(1_800);

/// Listens from now on.
pub(crate) fn listen() -> io::Result<()> {
    let is_second = Arc::new(AtomicBool::new(false));
    for signal in [SIGINT, SIGTERM] {
        // In this order: the first signal finds the flag down, and raises it.
        flag::register_conditional_shutdown(signal, code(signal as usize).into(), Arc::clone(&is_second))?;
        flag::register(signal, Arc::clone(&is_second))?;
        flag::register_usize(signal, Arc::clone(&RECEIVED), signal as usize)?;
    }
    thread::Builder::new().name("signals".to_owned()).spawn(end_in_time)?;
    // A file that may not grow any more is an error of the write then, which says so and leaves nothing half done.
    #[cfg(unix)]
    flag::register(signal_hook::consts::SIGXFSZ, Arc::default())?;
    Ok(())
}

/// Ends the process when it has not ended by itself: it may wait for input that does not come. What is not
/// written to the end has no name yet, and the next run goes on behind what has.
fn end_in_time() {
    while !is_received() {
        thread::sleep(LOOK_EVERY);
    }
    thread::sleep(TIME_TO_END);
    process::exit(code(RECEIVED.load(Ordering::Relaxed)).into());
}

/// Whether a signal came.
pub(crate) fn is_received() -> bool {
    RECEIVED.load(Ordering::Relaxed) != 0
}

/// The exit code for the signal that came.
pub(crate) fn exit_code() -> ExitCode {
    ExitCode::from(code(RECEIVED.load(Ordering::Relaxed)))
}

/// As shells give it.
fn code(signal: usize) -> u8 {
    128 + signal as u8
}
