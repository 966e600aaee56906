//! `gleaner inspect`: the records, skips and gaps of an archive, or the templates of sites that a run has learnt.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{self, BufWriter, Read, Write};
use std::path::Path;

use gleaner_archive::{
    ArchiveReader, Bytes, Entry, Payload, PayloadLimits, ReaderOptions, Record, Tally, Text, Within,
    check_digests, payload_within,
};
use gleaner_corpus::count_kind;
use gleaner_pipeline::{Error, ErrorKind, ResultOptions, print_templates};
use serde_json::json;

use crate::args::{InspectArgs, LimitArgs};
use crate::display::{plain, print, say, stream_error};
use crate::exit::Exit;
use crate::resolve::template_file;
use crate::size::Size;

pub(crate) fn inspect_command(args: &InspectArgs) -> Result<Exit, Error> {
    let (limits, payloads) = limits(&args.limits)?;
    let Some(file) = template_file(&args.file) else {
        let message = format!("{} is a folder; give one of its files", args.file.display());
        return Err(Error::new(ErrorKind::Usage, message));
    };
    if file.extension().is_some_and(|extension| extension == "jsonl") {
        print_templates(&file, &args.host, &mut |line| print(&plain(line)))?;
        return Ok(Exit::Done);
    }
    let input: Box<dyn Read> = if args.file == Path::new("-") {
        Box::new(io::stdin())
    } else {
        Box::new(File::open(&args.file).map_err(|error| unopened(&args.file, &error))?)
    };
    let mut reader = ArchiveReader::new(input, limits);
    let mut out = BufWriter::new(io::stdout().lock());
    let mut summary = Summary::default();
    let failed = |error: &io::Error| Error::new(ErrorKind::Io, format!("{}: {error}", args.file.display()));
    while let Some(entry) = reader.next_entry().map_err(|error| failed(&error))? {
        let row = Row::new(&entry, &payloads);
        summary.add(&row);
        if !args.problems || row.is_problem() {
            let line = if args.display.json { row.json() } else { row.text() };
            writeln!(out, "{line}").map_err(|error| stream_error("standard output", &error))?;
        }
    }
    out.flush().map_err(|error| stream_error("standard output", &error))?;
    drop(out);
    if args.display.json {
        print(&summary.json(&reader.tally()))?;
    } else if !args.display.quiet {
        say(&summary.text(&reader.tally()));
    }
    Ok(Exit::Done)
}

/// A file that is not there is a mistake of the call; one that cannot be read is not.
fn unopened(path: &Path, error: &io::Error) -> Error {
    let kind = if error.kind() == io::ErrorKind::NotFound { ErrorKind::Usage } else { ErrorKind::Io };
    Error::new(kind, format!("{}: {error}", path.display()))
}

/// The limits of `run`, where none are given.
fn limits(args: &LimitArgs) -> Result<(ReaderOptions, PayloadLimits), Error> {
    let options = ResultOptions::default();
    let record = args.max_record_size.map_or(options.max_record_size, |size| size.0);
    let header = args.max_header_size.map_or(options.max_header_size, |size| size.0);
    let ratio = args.max_compression_ratio.unwrap_or(options.max_compression_ratio);
    let codings = args.max_codings.unwrap_or(options.max_codings);
    if record == 0 || header == 0 || ratio == 0 {
        let message = "--max-record-size, --max-header-size and --max-compression-ratio must be at least 1";
        return Err(Error::new(ErrorKind::Usage, message));
    }
    let at_most = |limit: u64| usize::try_from(limit).unwrap_or(usize::MAX);
    let reading = ReaderOptions::default()
        .max_record_size(record)
        .max_header_size(at_most(header))
        .max_line_size(at_most(header))
        .max_compression_ratio(ratio);
    let decoding = PayloadLimits::default().max_size(record).max_codings(at_most(codings));
    Ok((reading, decoding.max_header_size(at_most(header))))
}

/// What is shown of an entry.
#[derive(Debug)]
struct Row {
    offset: u64,
    length: u64,
    within: Within,
    /// `record`, `skipped`, `rejected`, `gap` or `padding`.
    kind: &'static str,
    /// The record's type, or the reason.
    name: String,
    /// What the record holds.
    payload: String,
    /// What is odd about it.
    notes: Vec<&'static str>,
    address: String,
}

impl Row {
    fn new(entry: &Entry<'_>, limits: &PayloadLimits) -> Row {
        let (offset, length, within) = entry.range();
        let (kind, name) = match entry {
            Entry::Record(record) => ("record", record.header.record_type().unwrap_or_default()),
            Entry::Skipped(skipped) => ("skipped", skipped.kind.clone()),
            Entry::Rejected(damage) => ("rejected", damage.reason.to_owned()),
            Entry::Gap(damage) => ("gap", damage.reason.to_owned()),
            _ => ("padding", String::new()),
        };
        let (payload, notes, address) = (String::new(), Vec::new(), String::new());
        let mut row = Row { offset, length, within, kind, name, payload, notes, address };
        match entry {
            Entry::Record(record) => row.record(record, limits),
            Entry::Skipped(skipped) => row.address = skipped.header.target_uri().unwrap_or_default().into(),
            _ => {}
        }
        row
    }

    fn record(&mut self, record: &Record<'_>, limits: &PayloadLimits) {
        self.address = record.header.target_uri().unwrap_or_default().into();
        self.payload = match payload_within(record.header, record.block, limits) {
            Payload::Html(text) => described("html", &text),
            Payload::Text(text) => described("text", &text),
            Payload::Skipped(kind) => kind,
            Payload::Rejected(reason) => {
                self.kind = "rejected";
                reason.to_owned()
            }
            _ => String::new(),
        };
        if !record.verified {
            self.notes.push("unverified");
        }
        if record.stated_length != Some(record.block.len() as u64) {
            self.notes.push("wrong-length");
        }
        if check_digests(record.header, record.block, limits).differs() {
            self.notes.push("digest-mismatch");
        }
    }

    fn is_problem(&self) -> bool {
        matches!(self.kind, "rejected" | "gap") || self.notes.iter().any(|&note| note != "unverified")
    }

    fn text(&self) -> String {
        let mark = if self.within == Within::Decompressed { "+" } else { "" };
        let notes = self.notes.join(",");
        let Row { offset, length, kind, name, payload, address, .. } = self;
        let mut line = format!("{mark}{offset}\t{length}\t{kind}");
        for field in [name, payload, &notes, address] {
            let _ = write!(line, "\t{}", if field.is_empty() { "-".into() } else { plain(field) });
        }
        line
    }

    fn json(&self) -> String {
        json!({
            "offset": self.offset, "length": self.length, "decompressed": self.within == Within::Decompressed,
            "kind": self.kind, "name": self.name, "payload": self.payload, "notes": self.notes,
            "url": self.address,
        })
        .to_string()
    }
}

/// Kind, status and charset of a text.
fn described(kind: &str, text: &Text) -> String {
    let status = text.status.map(|status| format!(" {status}")).unwrap_or_default();
    format!("{kind}{status} {}", text.charset)
}

/// The sums when so many bytes are not of records but of rejected ones.
fn moved(mut sums: Bytes, rejected: u64) -> Bytes {
    sums.records = sums.records.saturating_sub(rejected);
    sums.rejected += rejected;
    sums
}

/// Entries by what they are.
#[derive(Debug, Default)]
struct Summary {
    kinds: BTreeMap<&'static str, BTreeMap<String, u64>>,
    notes: BTreeMap<&'static str, u64>,
    /// Bytes of records that a reader gives out and whose payload is rejected.
    stored: u64,
    decompressed: u64,
}

impl Summary {
    fn add(&mut self, row: &Row) {
        // A record that was read whole, and whose payload cannot be used.
        let of_record = row.kind == "rejected" && !row.payload.is_empty();
        let name = if of_record { &row.payload } else { &row.name };
        if of_record {
            *(if row.within == Within::File { &mut self.stored } else { &mut self.decompressed }) +=
                row.length;
        }
        let is_word = name.len() <= 128 && name.bytes().all(|byte| byte.is_ascii_graphic());
        let name = if is_word { name.clone() } else { "other".to_owned() };
        count_kind(self.kinds.entry(row.kind).or_default(), name, 1);
        for &note in &row.notes {
            *self.notes.entry(note).or_default() += 1;
        }
    }

    fn text(&self, tally: &Tally) -> String {
        let mut text = String::new();
        for (kind, names) in &self.kinds {
            let all: u64 = names.values().sum();
            let names: Vec<_> = names.iter().filter(|(name, _)| !name.is_empty()).collect();
            let names: Vec<_> =
                names.iter().map(|(name, count)| format!("{} {count}", plain(name))).collect();
            let names = if names.is_empty() { String::new() } else { format!("  ({})", names.join(", ")) };
            let _ = writeln!(text, "{kind:<10}{all:>10}{names}");
        }
        for (note, count) in &self.notes {
            let _ = writeln!(text, "{note:<16}{count:>4}");
        }
        if !self.kinds.contains_key("record") {
            let _ = writeln!(text, "no record that can be used: is it a WARC or ARC archive?");
        }
        let sums = moved(tally.stored, self.stored);
        let _ = write!(
            text,
            "bytes     {} in records, {} skipped, {} rejected, {} in gaps, {} of padding, {} in members of several",
            Size(sums.records),
            Size(sums.skipped),
            Size(sums.rejected),
            Size(sums.gaps),
            Size(sums.padding),
            Size(tally.shared)
        );
        text
    }

    fn json(&self, tally: &Tally) -> String {
        let sums = |bytes: Bytes| {
            json!({
                "records": bytes.records, "skipped": bytes.skipped, "rejected": bytes.rejected,
                "gaps": bytes.gaps, "padding": bytes.padding,
            })
        };
        json!({
            "summary": self.kinds, "notes": self.notes, "stored": sums(moved(tally.stored, self.stored)), "shared": tally.shared,
            "decompressed": sums(moved(tally.decompressed, self.decompressed)),
        })
        .to_string()
    }
}
