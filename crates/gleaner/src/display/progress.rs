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
            say(&line(&state));
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

fn line(state: &State) -> String {
    let seconds = state.began.elapsed().as_secs_f64().max(0.001);
    let rate = state.bytes as f64 / 1e6 / seconds;
    let phase = state.phase.map_or("clean", Phase::name);
    let of = state.total.map_or_else(String::new, |total| format!(" of {}", Size(total)));
    let left = match state.total {
        Some(total) if state.bytes > 0 => {
            let left = seconds * (total.saturating_sub(state.bytes)) as f64 / state.bytes as f64;
            format!(", about {left:.0} s left")
        }
        _ => String::new(),
    };
    format!("{phase}: {} records, {}{of}, {rate:.1} MB/s{left}", state.records, Size(state.bytes))
}
