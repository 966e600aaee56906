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

/// Writes lines as one frame: there are readers that stop after the first.
///
/// The bytes are those of jobs of fixed size, whatever the number of workers.
pub(super) struct LineWriter {
    encoder: Encoder<'static, AtomicFile>,
    /// Lines of the job that is being gathered.
    lines: Vec<u8>,
    workers: u32,
}

impl LineWriter {
    pub(super) fn create(path: &Path, workers: u32) -> io::Result<LineWriter> {
        let mut encoder = Encoder::new(AtomicFile::create(path)?, LEVEL)?;
        encoder.include_checksum(true)?;
        encoder.multithread(workers)?;
        encoder.set_parameter(CParameter::JobSize(JOB_BYTES))?;
        Ok(LineWriter { encoder, lines: Vec::new(), workers })
    }

    pub(super) fn write<R: Row>(&mut self, row: &R) -> io::Result<()> {
        push_row(row, &mut self.lines);
        self.lines.push(b'\n');
        if self.lines.len() >= JOB_BYTES as usize { self.compress() } else { Ok(()) }
    }

    /// Hands whole jobs to the workers. One worker alone is waited for, so that no more than one thread is at work.
    fn compress(&mut self) -> io::Result<()> {
        let jobs = self.lines.chunks_exact(JOB_BYTES as usize);
        let rest = jobs.remainder().len();
        for job in jobs {
            self.encoder.write_all(job)?;
            if self.workers == 1 {
                self.encoder.flush()?;
            }
        }
        self.lines.drain(..self.lines.len() - rest);
        Ok(())
    }

    pub(super) fn finish(mut self) -> io::Result<()> {
        self.encoder.write_all(&self.lines)?;
        self.encoder.finish()?.commit()
    }
}
