//! Runs the command line and reads what it wrote.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;

/// The workspace's root.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .ancestors()
        .nth(2)
        .expect("crates/gleaner in a workspace")
        .to_path_buf()
}

/// A temporary folder with a place for output.
pub(crate) struct Scratch {
    folder: tempfile::TempDir,
}

impl Scratch {
    pub(crate) fn new() -> Scratch {
        Scratch { folder: tempfile::tempdir().expect("a temporary folder") }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file and returns its path.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        fs::create_dir_all(path.parent().expect("inside the folder")).expect("a folder");
        fs::write(&path, bytes).expect("a file");
        path
    }

    /// `gleaner COMMAND INPUT... -o out ARGUMENTS`.
    pub(crate) fn run<I: AsRef<OsStr>>(&self, command: &str, inputs: &[I], arguments: &[&str]) -> Done {
        let mut process = gleaner();
        process.arg(command).args(inputs).arg("-o").arg(self.path("out")).args(arguments);
        Done::new(process.output().expect("gleaner starts"))
    }

    /// What the run in `out` wrote; checks its sums.
    pub(crate) fn written(&self) -> Written {
        Written::read(&self.path("out"))
    }
}

/// The command without arguments, in an environment of its own.
pub(crate) fn gleaner() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_gleaner"));
    command.env_clear().stdin(Stdio::null());
    command
}

/// A finished process.
pub(crate) struct Done {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Done {
    pub(crate) fn new(output: Output) -> Done {
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Done { code: output.status.code(), stdout: text(output.stdout), stderr: text(output.stderr) }
    }

    #[track_caller]
    pub(crate) fn ends_with(self, code: i32) -> Done {
        assert_eq!(self.code, Some(code), "standard error:\n{}", self.stderr);
        self
    }

    #[track_caller]
    pub(crate) fn says(self, words: &str) -> Done {
        assert!(self.stderr.contains(words), "`{words}` is not in:\n{}", self.stderr);
        self
    }
}

/// The rows of a Parquet file as JSON objects, null fields left out.
pub(crate) fn parquet_rows(path: &Path) -> Vec<Value> {
    let file = File::open(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let reader = ParquetRecordBatchReaderBuilder::try_new(file).expect("Parquet").build().expect("Parquet");
    let mut lines = Vec::new();
    let mut writer = arrow_json::LineDelimitedWriter::new(&mut lines);
    for batch in reader {
        writer.write(&batch.expect("a batch")).expect("JSON");
    }
    writer.finish().expect("JSON");
    let text = String::from_utf8(lines).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// The rows of a `.jsonl.zst` file.
pub(crate) fn jsonl_rows(path: &Path) -> Vec<Value> {
    let bytes = zstd::decode_all(File::open(path).expect("the file")).expect("zstd");
    let text = String::from_utf8(bytes).expect("UTF-8");
    text.lines().map(|line| serde_json::from_str(line).expect("a row")).collect()
}

/// All that a run wrote.
pub(crate) struct Written {
    pub(crate) manifest: Value,
    pub(crate) kept: Vec<Value>,
    pub(crate) removed: Vec<Value>,
    pub(crate) spans: Vec<Value>,
    pub(crate) rejects: Vec<Value>,
}

impl Written {
    /// Reads an output folder and checks what holds for every run.
    pub(crate) fn read(folder: &Path) -> Written {
        let manifest = fs::read(folder.join("manifest.json")).expect("manifest.json");
        let spans = folder.join("removed/spans-00000.parquet");
        let written = Written {
            manifest: serde_json::from_slice(&manifest).expect("manifest.json is JSON"),
            kept: data_files(folder).iter().flat_map(|path| rows(path)).collect(),
            removed: parquet_rows(&folder.join("removed/documents-00000.parquet")),
            spans: if spans.exists() { parquet_rows(&spans) } else { Vec::new() },
            rejects: parquet_rows(&folder.join("rejects.parquet")),
        };
        written.check();
        written
    }

    fn check(&self) {
        let rejected = self.rejects.iter().filter(|row| row["kind"] == "record").count() as u64;
        assert_eq!(self.count("kept"), self.kept.len() as u64);
        assert_eq!(self.count("removed"), self.removed.len() as u64);
        assert_eq!(self.count("rejected"), rejected);
        assert_eq!(
            self.count("records"),
            self.count("kept") + self.count("removed") + rejected,
            "nothing is lost"
        );
        let reasons = self.manifest["counts"]["spans_by_reason"].as_object().expect("counts of spans");
        let spans: u64 = reasons
            .values()
            .flat_map(|stage| stage.as_object().expect("reasons").values())
            .filter_map(Value::as_u64)
            .sum();
        assert_eq!(spans, self.spans.len() as u64);
        let kept: BTreeMap<u64, &Value> = self.kept.iter().map(|row| (number(row, "doc"), row)).collect();
        assert_eq!(kept.len(), self.kept.len(), "every number stands once");
        for removed in &self.removed {
            assert!(removed["reason"].is_string(), "a reason: {removed}");
            if removed["stage"] == "dedup" && removed.get("duplicate_of_run").is_none() {
                let witness = kept.get(&number(removed, "duplicate_of_doc")).expect("the witness is kept");
                assert_eq!(witness["id"], removed["duplicate_of"]);
                let threshold = self.manifest["options"]["threshold"].as_f64().expect("a threshold");
                assert!(removed["similarity"].as_f64().expect("a similarity") >= threshold, "{removed}");
            }
        }
    }

    pub(crate) fn count(&self, name: &str) -> u64 {
        self.manifest["counts"][name].as_u64().unwrap_or_else(|| panic!("counts.{name}"))
    }

    /// The ids of kept documents.
    pub(crate) fn ids(&self) -> Vec<&str> {
        self.kept.iter().map(|row| row["id"].as_str().expect("an id")).collect()
    }

    /// Kind, reason and offset of every reject.
    pub(crate) fn reject_list(&self) -> Vec<(String, String, u64)> {
        let text = |row: &Value, name: &str| row[name].as_str().expect("text").to_owned();
        self.rejects
            .iter()
            .map(|row| (text(row, "kind"), text(row, "reason"), number(row, "offset")))
            .collect()
    }
}

fn number(row: &Value, name: &str) -> u64 {
    row[name].as_u64().unwrap_or_else(|| panic!("{name} of {row}"))
}

fn rows(path: &Path) -> Vec<Value> {
    if path.extension() == Some(OsStr::new("zst")) { jsonl_rows(path) } else { parquet_rows(path) }
}

/// The files of `data/`, by name.
pub(crate) fn data_files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder.join("data")).expect("data/");
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    files
}

/// Every file below `folder` but `run.json`, with its bytes.
pub(crate) fn result_bytes(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else if !path.ends_with("run.json") {
                let name = path.strip_prefix(folder).expect("below the folder").to_path_buf();
                files.insert(name, fs::read(&path).expect("a file"));
            }
        }
    }
    files
}

/// A JSON line with an id and a text.
pub(crate) fn row(id: &str, text: &str) -> String {
    format!("{}\n", serde_json::json!({"id": id, "text": text}))
}

/// `count` different sentences of prose.
pub(crate) fn prose(seed: u64, count: usize) -> String {
    const WORDS: [&str; 40] = [
        "river", "stone", "garden", "window", "winter", "letter", "bridge", "market", "engine", "forest",
        "harbour", "village", "teacher", "summer", "kitchen", "journey", "evening", "morning", "library",
        "station", "orchard", "meadow", "painter", "sailor", "weather", "castle", "copper", "silver",
        "lantern", "ribbon", "shoulder", "whisper", "valley", "thunder", "pocket", "candle", "mirror",
        "feather", "basket", "needle",
    ];
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        WORDS[(state % 40) as usize]
    };
    let sentence = |_| {
        let words: Vec<&str> = (0..9).map(|_| next()).collect();
        format!("The {} were seen near the {}.", words[..5].join(" "), words[5..].join(" "))
    };
    (0..count).map(sentence).collect::<Vec<_>>().join(" ")
}
