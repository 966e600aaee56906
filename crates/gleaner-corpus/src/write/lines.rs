//! JSON lines, compressed with zstd.

use std::io::{self, Write};
use std::path::Path;

use zstd::stream::write::Encoder;
use zstd::zstd_safe::CParameter;

use super::json::push_row;
use super::table::Row;
use crate::write::AtomicFile;

/// The level at which text is a quarter smaller than at the fastest, for a quarter more time.
const LEVEL: i32 = 3;
/// Bytes of lines that are compressed together, each such job on a thread of its own.
const JOB_BYTES: u32 = 4 << 20;

/// What is kept of the buffer after a long line.
const KEPT_BYTES: usize = 1 << 20;

/// Writes lines as one frame: there are readers that stop after the first.
///
/// The bytes are those of jobs of fixed size, whatever the number of workers.
pub(super) struct LineWriter {
    encoder: Encoder<'static, AtomicFile>,
    line: Vec<u8>,
    /// Bytes of the job that is being gathered, by the encoder.
    gathered: usize,
    workers: u32,
}

impl LineWriter {
    pub(super) fn create(path: &Path, workers: u32) -> io::Result<LineWriter> {
        let mut encoder = Encoder::new(AtomicFile::create(path)?, LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.multithread(workers)?;
        encoder.set_parameter(CParameter::JobSize(JOB_BYTES))?;
        Ok(LineWriter { encoder, line: Vec::new(), gathered: 0, workers })
    }

    pub(super) fn write<R: Row>(&mut self, row: &R) -> io::Result<()> {
        self.line.clear();
        push_row(row, &mut self.line);
        self.line.push(b'\n');
        let mut rest = &self.line[..];
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
        self.line.shrink_to(KEPT_BYTES);
        Ok(())
    }

    pub(super) fn finish(self) -> io::Result<()> {
        self.encoder.finish()?.commit()
    }
}
