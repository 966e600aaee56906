//! The bytes of a file as stored: counted, hashed, and decompressed.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use xxhash_rust::xxh3::Xxh3;

use super::format::{Compression, SNIFFED};
use super::{InputFile, Location};

/// What is asked of the system at once.
const READ: usize = 256 << 10;

/// A file being read. Clones share one position, so that whoever handed it to a decoder can still count it, hash it
/// and read it to its end.
#[derive(Clone)]
pub(crate) struct Stored(Arc<Mutex<State>>);

struct State {
    file: Box<dyn Read + Send>,
    hasher: Xxh3,
    bytes: u64,
    /// First bytes that were looked at and not yet given out.
    start: Vec<u8>,
    given: usize,
    failed: bool,
    /// What stopped the last reading after it had given some bytes.
    error: Option<io::Error>,
}

impl std::fmt::Debug for Stored {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Stored").field("bytes", &self.lock().bytes).finish_non_exhaustive()
    }
}

impl Stored {
    pub(crate) fn open(input: &InputFile) -> io::Result<Stored> {
        let file: Box<dyn Read + Send> = match &input.location {
            Location::Path(path) => Box::new(File::open(path)?),
            Location::Stdin => Box::new(io::stdin()),
        };
        let state = State {
            file,
            hasher: Xxh3::new(),
            bytes: 0,
            start: Vec::new(),
            given: 0,
            failed: false,
            error: None,
        };
        Ok(Stored(Arc::new(Mutex::new(state))))
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The first bytes, left to be read. To be asked for once, before anything is read.
    pub(crate) fn peek(&self) -> io::Result<Vec<u8>> {
        let mut state = self.lock();
        let mut start = Vec::new();
        let outcome = (&mut *state.file).take(SNIFFED as u64).read_to_end(&mut start);
        state.count(&start);
        state.start.clone_from(&start);
        state.failed |= outcome.is_err();
        outcome.map(|_| start)
    }

    /// Bytes read so far.
    pub(crate) fn consumed(&self) -> u64 {
        self.lock().bytes
    }

    /// Whether the system has failed to read the file.
    pub(crate) fn failed(&self) -> bool {
        self.lock().failed
    }

    /// Reads what is left, for the count and the digest.
    pub(crate) fn drain(&mut self) -> io::Result<()> {
        if !self.failed() {
            io::copy(&mut BufReader::with_capacity(READ, self), &mut io::sink())?;
        }
        Ok(())
    }

    /// Appends the next bytes to `out`, `limit` at most; fewer only at the end. Of a file that is read as it is this
    /// saves filling `out` with zeros first, which reading through [`Read`] does.
    pub(crate) fn read_into(&mut self, limit: u64, out: &mut Vec<u8>) -> io::Result<u64> {
        let mut state = self.lock();
        let before = out.len();
        let start = state.given..state.start.len().min(state.given.saturating_add(limit as usize));
        out.extend_from_slice(&state.start[start.clone()]);
        state.given = start.end;
        let from = out.len();
        let outcome = (&mut *state.file).take(limit - start.len() as u64).read_to_end(out);
        state.count(&out[from..]);
        state.failed |= outcome.is_err();
        outcome.map(|_| (out.len() - before) as u64)
    }

    pub(crate) fn digest(&self) -> String {
        format!("xxh3-128:{:032x}", self.lock().hasher.digest128())
    }

    /// The decompressed bytes.
    pub(crate) fn decoded(&self, compression: Compression) -> io::Result<Box<dyn Read + Send>> {
        let buffered = || BufReader::with_capacity(READ, self.clone());
        Ok(match compression {
            Compression::None => Box::new(self.clone()),
            Compression::Gzip => Box::new(flate2::bufread::MultiGzDecoder::new(buffered())),
            Compression::Zstd => Box::new(zstd::stream::read::Decoder::with_buffer(buffered())?),
        })
    }

    /// The stable name of what stopped a reader of [`decoded`](Stored::decoded).
    pub(crate) fn reason(&self, compression: Compression, error: &io::Error) -> String {
        let truncated = error.kind() == io::ErrorKind::UnexpectedEof;
        match compression {
            _ if self.failed() => io_error(error),
            Compression::None => io_error(error),
            Compression::Gzip if truncated => "truncated-gzip".to_string(),
            Compression::Gzip => "invalid-gzip".to_string(),
            Compression::Zstd if truncated => "truncated-zstd".to_string(),
            Compression::Zstd => "invalid-zstd".to_string(),
        }
    }
}

/// The reason of a gap where the system could not read.
pub(crate) fn io_error(error: &io::Error) -> String {
    format!("io-error: {error}")
}

impl State {
    fn count(&mut self, bytes: &[u8]) {
        self.hasher.update(bytes);
        self.bytes += bytes.len() as u64;
    }
}

impl Read for Stored {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let mut state = self.lock();
        if state.given < state.start.len() {
            let size = out.len().min(state.start.len() - state.given);
            out[..size].copy_from_slice(&state.start[state.given..][..size]);
            state.given += size;
            return Ok(size);
        }
        // As much as there is room for: where a decoder is when it finds damage depends on how much it has at once.
        let (mut size, mut outcome) = (0, state.error.take().map_or(Ok(()), Err));
        while outcome.is_ok() && size < out.len() {
            match state.file.read(&mut out[size..]) {
                Ok(0) => break,
                Ok(more) => size += more,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => {
                    state.failed = true;
                    outcome = Err(error);
                }
            }
        }
        state.count(&out[..size]);
        match outcome {
            Err(error) if size > 0 => state.error = Some(error),
            Err(error) => return Err(error),
            Ok(()) => {}
        }
        Ok(size)
    }
}
