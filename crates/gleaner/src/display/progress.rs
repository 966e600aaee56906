//! A bar on a terminal; a line every 30 seconds elsewhere.

use std::io::{self, IsTerminal};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use gleaner_pipeline::{Observer, Phase};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{DisplayArgs, When};
use crate::display::message::{Style, plain, say};
use crate::signals;
use crate::size::Size;

const LINE_EVERY: Duration = Duration::from_secs(30);
/// Before, the first bytes of a phase say little of how long the others take.
const FORESEEN_AFTER: Duration = Duration::from_secs(5);

/// Shows how far a run is.
#[derive(Debug)]
pub(crate) struct Progress {
    style: Style,
    quiet: bool,
    bar: Option<ProgressBar>,
    lines: bool,
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    phase: Option<Phase>,
    began: Instant,
    last_line: Instant,
    records: u64,
    bytes: u64,
    total: Option<u64>,
}

impl Progress {
    pub(crate) fn new(display: &DisplayArgs, style: Style) -> Progress {
        let bar = match display.progress.unwrap_or(When::Auto) {
            _ if display.quiet => false,
            When::Never => false,
            When::Auto | When::Always => io::stderr().is_terminal(),
        };
        let lines = !bar && !display.quiet && display.progress != Some(When::Never);
        let now = Instant::now();
        let state = State { phase: None, began: now, last_line: now, records: 0, bytes: 0, total: None };
        Progress { style, quiet: display.quiet, bar: bar.then(new_bar), lines, state: Mutex::new(state) }
    }

    /// Takes the bar away before the summary.
    pub(crate) fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

fn new_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(10));
    bar.set_style(bar_style(None));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

fn bar_style(total: Option<u64>) -> ProgressStyle {
    let template = match total {
        Some(_) => "{msg:6} [{bar:30}] {bytes}/{total_bytes} {decimal_bytes_per_sec} {prefix} eta {eta}",
        None => "{msg:6} {spinner} {elapsed} {bytes} {prefix}",
    };
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

impl Observer for Progress {
    fn begin(&self, phase: Phase, bytes: Option<u64>) {
        let mut state = self.state();
        *state =
            State { phase: Some(phase), began: Instant::now(), records: 0, bytes: 0, total: bytes, ..*state };
        if let Some(bar) = &self.bar {
            bar.reset();
            bar.set_style(bar_style(bytes));
            bar.set_length(bytes.unwrap_or(0));
            bar.set_message(phase.name());
            bar.set_prefix("");
        }
    }

    fn advance(&self, records: u64, bytes: u64) {
        let mut state = self.state();
        state.records += records;
        state.bytes += bytes;
        if let Some(bar) = &self.bar {
            bar.inc(bytes);
            bar.set_prefix(format!("{} records", state.records));
        } else if self.lines && state.last_line.elapsed() >= LINE_EVERY {
            state.last_line = Instant::now();
            say(&line(&state, state.began.elapsed()));
        }
    }

    fn is_stopped(&self) -> bool {
        signals::is_received()
    }

    fn note(&self, message: &str) {
        match &self.bar {
            _ if self.quiet => {}
            Some(bar) => bar.suspend(|| say(&plain(message))),
            None => say(&plain(message)),
        }
    }

    fn warn(&self, message: &str) {
        match &self.bar {
            Some(bar) => bar.suspend(|| self.style.warning(message)),
            None => self.style.warning(message),
        }
    }
}

/// A state in words, so long after its phase began.
fn line(state: &State, elapsed: Duration) -> String {
    let State { phase, records, bytes, total, .. } = *state;
    let phase = phase.map_or("clean", Phase::name);
    let seconds = elapsed.as_secs_f64().max(0.001);
    if bytes == 0 {
        return format!("{phase}: {records} records, {:.0} records/s", records as f64 / seconds);
    }
    let of = total.map_or_else(String::new, |total| format!(" of {}", Size(total)));
    let left = match total {
        Some(total) if elapsed >= FORESEEN_AFTER => {
            let left = seconds * (total.saturating_sub(bytes)) as f64 / bytes as f64;
            format!(", about {left:.0} s left")
        }
        _ => String::new(),
    };
    let rate = bytes as f64 / 1e6 / seconds;
    format!("{phase}: {records} records, {}{of}, {rate:.1} MB/s{left}", Size(bytes))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use gleaner_pipeline::Phase;

    use super::{State, line};

    fn after(seconds: u64, phase: Phase, records: u64, bytes: u64, total: Option<u64>) -> String {
        let now = Instant::now();
        let state = State { phase: Some(phase), began: now, last_line: now, records, bytes, total };
        line(&state, Duration::from_secs(seconds))
    }

    #[test]
    fn what_is_left_is_told_when_it_can_be_foreseen() {
        let (done, all) = (200_000_000, Some(1_000_000_000));
        assert_eq!(
            after(20, Phase::Scan, 5_000, done, all),
            "scan: 5000 records, 200.0 MB of 1.0 GB, 10.0 MB/s, about 80 s left"
        );
        assert_eq!(after(1, Phase::Emit, 3, 8_000, all), "emit: 3 records, 8.0 kB of 1.0 GB, 0.0 MB/s");
        assert_eq!(after(20, Phase::Scan, 5_000, done, None), "scan: 5000 records, 200.0 MB, 10.0 MB/s");
    }

    #[test]
    fn a_phase_that_passes_over_no_bytes_has_records() {
        assert_eq!(after(30, Phase::Group, 60_000, 0, None), "group: 60000 records, 2000 records/s");
    }
}
