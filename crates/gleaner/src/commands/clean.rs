//! `gleaner clean`: documents in, cleaned documents out, as they come.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::time::Instant;

use gleaner_boilerplate::html::Contribution;
use gleaner_corpus::{
    AtomicFile, Document, InputSet, Location, Reject, RejectKind, Removal, count_kind, write_json_line,
};
use gleaner_pipeline::{
    Error, ErrorKind, Job, Sink, Span, Spans, clean, digest_mismatches, empty_files, plan,
};
use serde_json::{Value, json};

use crate::args::{CleanArgs, StreamArgs, StreamFormat, When};
use crate::config::Config;
use crate::display::{Messages, Progress, Style, plan_text, print, say, stream_error};
use crate::exit::Exit;
use crate::resolve::{self, Groups};

pub(crate) fn clean_command(args: &CleanArgs, style: Style) -> Result<Exit, Error> {
    let config = Config::read(args.input.config.as_deref())?;
    let groups = Groups { text: Some(&args.text), ..Groups::default() };
    let mut options = resolve::result_options(&args.input, &groups, &config)?;
    if config.fill(&args.text)?.spans.is_none() {
        options.spans = Spans::None;
    }
    let mut display = config.fill(&args.display)?;
    if args.stream.output.is_none() && io::stdout().is_terminal() && display.progress.is_none() {
        // A bar between the lines of the data would spoil both.
        display.progress = Some(When::Never);
    }
    let threads = resolve::threads(&args.resources, &config)?;
    let inputs = resolve::inputs(&args.input, &options, None)?;
    if args.input.dry_run {
        print(&plan_text(&plan(Job::Clean, &inputs, &options, &[], None)?, &inputs))?;
        return Ok(Exit::Done);
    }
    refuse_inputs_as_outputs(&args.stream, &inputs)?;
    let mut writer = CleanWriter::open(&args.stream, inputs.files.len() > 1, options.spans != Spans::None)?;
    let progress = Progress::new(&display, style);
    let start = Instant::now();
    let files = clean(inputs, &options, threads, &mut writer, &progress);
    progress.end();
    let files = files?;
    for warning in [empty_files(&files), digest_mismatches(&files)].into_iter().flatten() {
        style.warning(&warning);
    }
    let seconds = start.elapsed().as_secs_f64();
    let summary = if display.json { writer.json(seconds).to_string() } else { writer.summary(seconds) };
    writer.end()?;
    if display.json || !display.quiet {
        say(&summary);
    }
    Ok(Exit::Done)
}

/// A place for output with its name for messages.
struct Target {
    name: String,
    out: Out,
}

enum Out {
    /// A file that takes its name when it is whole.
    File(BufWriter<AtomicFile>),
    /// Standard output, a pipe or a device.
    Stream(BufWriter<Box<dyn Write>>),
}

impl Target {
    fn file(path: &Path) -> Result<Target, Error> {
        let name = path.display().to_string();
        let special = path.exists() && !path.is_file();
        let opened = if special {
            File::create(path).map(|file| Out::Stream(BufWriter::new(Box::new(file))))
        } else {
            AtomicFile::create(path).map(|file| Out::File(BufWriter::new(file)))
        };
        match opened {
            Ok(out) => Ok(Target { name, out }),
            Err(error) => Err(stream_error(&name, &error)),
        }
    }

    fn stdout() -> Target {
        let out = Out::Stream(BufWriter::new(Box::new(io::stdout())));
        Target { name: "standard output".to_owned(), out }
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Error> {
        let out: &mut dyn Write = match &mut self.out {
            Out::File(out) => out,
            Out::Stream(out) => out,
        };
        let written = out.write_all(line).and_then(|()| out.write_all(b"\n"));
        written.map_err(|error| stream_error(&self.name, &error))
    }

    fn end(self) -> Result<(), Error> {
        let ended = match self.out {
            Out::File(out) => {
                out.into_inner().map_err(io::IntoInnerError::into_error).and_then(AtomicFile::commit)
            }
            Out::Stream(mut out) => out.flush(),
        };
        ended.map_err(|error| stream_error(&self.name, &error))
    }
}

/// Writes kept documents, and the others to files or as messages.
struct CleanWriter {
    out: Target,
    removed: Result<Target, Messages>,
    rejects: Result<Target, Messages>,
    format: StreamFormat,
    headings: bool,
    spans: bool,
    kept: u64,
    removed_count: u64,
    rejected_count: u64,
    gaps: u64,
    skipped: BTreeMap<String, u64>,
    line: Vec<u8>,
}

impl CleanWriter {
    fn open(args: &StreamArgs, headings: bool, spans: bool) -> Result<CleanWriter, Error> {
        let paths = [&args.output, &args.removed, &args.rejects].map(Option::as_deref);
        if let Some(path) = repeated(&paths) {
            let message = format!("{} is named for two outputs; give each its own file", path.display());
            return Err(Error::new(ErrorKind::Usage, message));
        }
        let side = |path: Option<&Path>, sort| match path {
            Some(path) => Target::file(path).map(Ok),
            None => Ok(Err(Messages::new(sort))),
        };
        Ok(CleanWriter {
            out: args.output.as_deref().map_or_else(|| Ok(Target::stdout()), Target::file)?,
            removed: side(args.removed.as_deref(), "removed")?,
            rejects: side(args.rejects.as_deref(), "rejected")?,
            format: args.format.unwrap_or(StreamFormat::Jsonl),
            headings,
            spans,
            kept: 0,
            removed_count: 0,
            rejected_count: 0,
            gaps: 0,
            skipped: BTreeMap::new(),
            line: Vec::new(),
        })
    }

    /// Gives the files their names and counts the messages not shown.
    fn end(self) -> Result<(), Error> {
        self.out.end()?;
        for side in [self.removed, self.rejects] {
            match side {
                Ok(target) => target.end()?,
                Err(messages) => messages.end(),
            }
        }
        Ok(())
    }

    fn records(&self) -> u64 {
        self.kept + self.removed_count + self.rejected_count
    }

    fn summary(&self, seconds: f64) -> String {
        let skipped: u64 = self.skipped.values().sum();
        format!(
            "{} records in: {} kept, {} removed, {} rejected; {} gaps, {skipped} skipped; {seconds:.1} s",
            self.records(),
            self.kept,
            self.removed_count,
            self.rejected_count,
            self.gaps
        )
    }

    fn json(&self, seconds: f64) -> Value {
        json!({
            "records": self.records(), "kept": self.kept, "removed": self.removed_count,
            "rejected": self.rejected_count, "gaps": self.gaps, "skipped": self.skipped, "seconds": seconds,
        })
    }

    fn write_text(&mut self, document: &Document) -> Result<(), Error> {
        if self.kept > 1 {
            self.out.line(b"")?;
        }
        if self.headings {
            self.out.line(format!("==> {} <==", document.id).as_bytes())?;
        }
        self.out.line(document.text.trim_end().as_bytes())
    }

    fn write_json(&mut self, document: &Document, spans: &[Span]) -> Result<(), Error> {
        self.line.clear();
        write_json_line(document, &mut self.line);
        if self.spans {
            extend_object(&mut self.line, "spans", &spans.iter().map(span_json).collect());
        }
        self.out.line(&self.line)
    }
}

/// An output that is also read would be replaced by what came of it.
fn refuse_inputs_as_outputs(args: &StreamArgs, inputs: &InputSet) -> Result<(), Error> {
    let outputs = [&args.output, &args.removed, &args.rejects].into_iter().flatten();
    let outputs: Vec<PathBuf> = outputs.filter_map(|path| path.canonicalize().ok()).collect();
    let read = inputs.files.iter().filter_map(|file| match &file.location {
        Location::Path(path) if !outputs.is_empty() => path.canonicalize().ok(),
        _ => None,
    });
    match read.into_iter().find(|path| path.is_file() && outputs.contains(path)) {
        Some(path) => {
            let message = format!("{} is an input; name another output", path.display());
            Err(Error::new(ErrorKind::Usage, message))
        }
        None => Ok(()),
    }
}

/// A path that stands twice.
fn repeated<'a>(paths: &[Option<&'a Path>]) -> Option<&'a Path> {
    let named = paths.iter().enumerate().filter_map(|(place, path)| path.map(|path| (place, path)));
    named.into_iter().find(|(place, path)| paths[..*place].contains(&Some(path))).map(|(_, path)| path)
}

/// Adds a field to the JSON object that ends `line`.
fn extend_object(line: &mut Vec<u8>, name: &str, value: &Value) {
    line.pop();
    line.extend_from_slice(format!(",\"{name}\":{value}}}").as_bytes());
}

fn span_json(span: &Span) -> Value {
    let row = &span.row;
    let mut value = json!({
        "stage": row.stage, "start": row.start, "end": row.end, "action": row.action,
        "reason": row.reason, "score": row.score,
    });
    if let Some(detail) = &row.detail {
        value["detail"] = json!(detail);
    }
    if let Some(text) = &row.text {
        value["text"] = json!(text);
    }
    if !span.features.is_empty() {
        let feature = |feature: &Contribution| json!({ "feature": feature.feature, "value": feature.value, "weight": feature.weight });
        value["features"] = span.features.iter().map(feature).collect();
    }
    value
}

impl Sink for CleanWriter {
    fn kept(&mut self, document: Document, spans: Vec<Span>) -> Result<(), Error> {
        self.kept += 1;
        match self.format {
            StreamFormat::Jsonl => self.write_json(&document, &spans),
            StreamFormat::Text => self.write_text(&document),
        }
    }

    fn removed(&mut self, document: Document, removal: Removal, spans: Vec<Span>) -> Result<(), Error> {
        self.removed_count += 1;
        match &mut self.removed {
            Ok(target) => {
                self.line.clear();
                write_json_line(&document, &mut self.line);
                extend_object(
                    &mut self.line,
                    "removal",
                    &json!({
                        "stage": removal.stage, "reason": removal.reason, "detail": removal.detail,
                    }),
                );
                if self.spans {
                    extend_object(&mut self.line, "spans", &spans.iter().map(span_json).collect());
                }
                target.line(&self.line)
            }
            Err(messages) => {
                let detail = removal.detail.map_or_else(String::new, |detail| format!(" ({detail})"));
                messages.say(&format!("{}: {}{detail}", document.id, removal.reason));
                Ok(())
            }
        }
    }

    fn skipped(&mut self, kind: &str) {
        count_kind(&mut self.skipped, kind.to_owned(), 1);
    }

    fn rejected(&mut self, reject: Reject) -> Result<(), Error> {
        match reject.kind {
            RejectKind::Record => self.rejected_count += 1,
            RejectKind::Gap => self.gaps += 1,
        }
        match &mut self.rejects {
            Ok(target) => target.line(json!(reject).to_string().as_bytes()),
            Err(messages) => {
                messages.say(&format!("{}: {} at byte {}", reject.file, reject.reason, reject.offset));
                Ok(())
            }
        }
    }
}
