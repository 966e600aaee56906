//! JSON lines, compressed with zstd.

use std::io::{self, Write};
use std::path::Path;

use zstd::stream::write::Encoder;
use zstd::zstd_safe::{CParameter, Strategy};

use super::json::push_row;
use super::table::Row;
use crate::write::AtomicFile;

/// The fastest strategy, with a large window, and a table that leaves room in a core's own cache: web text takes 5% more than
/// at level 3, for two thirds of its time. A table four times as large saves 2% for a third more time.
const PARAMETERS: [CParameter; 3] =
    [CParameter::Strategy(Strategy::ZSTD_fast), CParameter::WindowLog(22), CParameter::HashLog(16)];
const LEVEL: i32 = 1;
/// Bytes of lines that are compressed together, each such job on a thread of its own.
const JOB_BYTES: u32 = 4 << 20;

/// Bytes of lines that go to the encoder together: few enough to be still near when it copies them.
const HANDED_BYTES: usize = 64 << 10;

/// Writes lines as one frame: there are readers that stop after the first.
///
/// The bytes are those of jobs of fixed size, whatever the number of workers.
pub(super) struct LineWriter {
    encoder: Encoder<'static, AtomicFile>,
    /// Lines that the encoder has not got yet.
    lines: Vec<u8>,
    /// Bytes that the encoder has got for the next job.
    gathered: usize,
    workers: u32,
}

impl LineWriter {
    pub(super) fn create(path: &Path, workers: u32) -> io::Result<LineWriter> {
        let mut encoder = Encoder::new(AtomicFile::create(path)?, LEVEL)?;
        PARAMETERS.into_iter().try_for_each(|parameter| encoder.set_parameter(parameter))?;
        encoder.include_checksum(true)?;
        encoder.multithread(workers)?;
        encoder.set_parameter(CParameter::JobSize(JOB_BYTES))?;
        Ok(LineWriter { encoder, lines: Vec::new(), gathered: 0, workers })
    }

    pub(super) fn write<R: Row>(&mut self, row: &R) -> io::Result<()> {
        push_row(row, &mut self.lines);
        self.lines.push(b'\n');
        if self.lines.len() >= HANDED_BYTES { self.hand_over() } else { Ok(()) }
    }

    /// Hands the lines to the encoder, which begins a job whenever it has enough for one.
    fn hand_over(&mut self) -> io::Result<()> {
        let mut rest = &self.lines[..];
        while !rest.is_empty() {
            let (some, others) = rest.split_at(rest.len().min(JOB_BYTES as usize - self.gathered));
            self.encoder.write_all(some)?;
            self.gathered += some.len();
            if self.gathered == JOB_BYTES as usize {
                self.gathered = 0;
                // One worker alone is waited for, so that no more than one thread is at work.
                if self.workers == 1 {
                    self.encoder.flush()?;
                }
            }
            rest = others;
        }
        self.lines.clear();
        // What a long line took is not kept.
        self.lines.shrink_to(4 * HANDED_BYTES);
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.hand_over()?;
        self.encoder.finish()?.commit()
    }
}
