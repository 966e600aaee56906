//! What the machine has and what the process took, where the system tells.

use std::fs;

/// Taken where the system does not tell what it has.
const FALLBACK: u64 = 8 << 30;

/// Three quarters of the machine's memory, or of what this process's control group may use.
pub(crate) fn usable_memory() -> u64 {
    let machine = field("/proc/meminfo", "MemTotal:").unwrap_or(FALLBACK);
    let group =
        fs::read_to_string("/sys/fs/cgroup/memory.max").ok().and_then(|text| text.trim().parse().ok());
    machine.min(group.unwrap_or(u64::MAX)) / 4 * 3
}

/// Peak resident memory of this process in bytes.
pub(crate) fn peak_memory() -> Option<u64> {
    field("/proc/self/status", "VmHWM:")
}

/// A field of a Linux status file, which counts in KiB.
fn field(path: &str, name: &str) -> Option<u64> {
    let text = fs::read_to_string(path).ok()?;
    let line = text.lines().find(|line| line.starts_with(name))?;
    line.split_ascii_whitespace().nth(1)?.parse::<u64>().ok().map(|kib| kib * 1024)
}
