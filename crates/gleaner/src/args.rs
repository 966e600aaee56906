//! The command line as it is typed. Every value is optional here: what is absent comes from the environment
//! (through clap), then from the configuration file, then from the defaults (see `resolve`).

use std::ffi::OsString;
use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};

use crate::size::Size;

/// Turn crawl dumps into a clean, deduplicated text corpus, and say why anything was removed.
#[derive(Debug, Parser)]
#[command(
    name = "gleaner",
    version,
    max_term_width = 100,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub(crate) struct Cli {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Extract, clean, deduplicate, write and account: the main job
    #[command(after_help = RUN_EXAMPLES)]
    Run(Box<RunArgs>),
    /// Extract and clean lines, document by document; JSONL on standard output
    #[command(after_help = CLEAN_EXAMPLES)]
    Clean(Box<CleanArgs>),
    /// Remove near-duplicates; texts stay as they are
    #[command(after_help = DEDUP_EXAMPLES)]
    Dedup(Box<DedupArgs>),
    /// Check a finished run by its files: sums, witnesses and the values of removals
    #[command(after_help = VERIFY_EXAMPLES)]
    Verify(Box<VerifyArgs>),
    /// Show the records, skips and gaps of an archive
    #[command(after_help = INSPECT_EXAMPLES)]
    Inspect(Box<InspectArgs>),
    /// List the rules of line cleaning with their texts and examples
    Rules,
}

const RUN_EXAMPLES: &str = "\
Examples:
  gleaner run crawl/ -o corpus                       every known file below crawl/
  gleaner run @warc.paths.gz -o corpus --threads 8   the archives that a list names
  gleaner run 'dump/*.warc.gz' -o viet --language vie --min-words 50
  gleaner run crawl/ -o corpus --comments drop --favor precision
  gleaner run crawl/ -o corpus --dry-run             what would be read, without reading it

Exit codes: 0 done; 2 usage or missing input; 3 a limit was passed; 70 a bug; 74 I/O or memory;
75 the folder is in use; 130, 143 interrupted.";

const CLEAN_EXAMPLES: &str = "\
Examples:
  gleaner clean page.html --format text       read the result
  gleaner clean articles.jsonl.gz -o clean.jsonl --removed removed.jsonl
  curl -s https://example.org/ | gleaner clean - --input-format html --links markdown
  gleaner clean page.html --spans full        why each block was kept or removed

Exit codes: 0 done; 2 usage or missing input; 70 a bug; 74 I/O or memory.";

const DEDUP_EXAMPLES: &str = "\
Examples:
  gleaner dedup corpus.jsonl -o unique --format jsonl
  gleaner dedup 'shards/*.parquet' -o unique --keep longest --threshold 0.8
  gleaner dedup today.jsonl -o today --against yesterday
  gleaner dedup corpus.jsonl -o unique --dry-run     the chance of finding a pair, by similarity

Exit codes: 0 done; 2 usage or missing input; 3 a limit was passed; 70 a bug; 74 I/O or memory;
75 the folder is in use; 130, 143 interrupted.";

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct RunArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) text: TextArgs,
    #[command(flatten)]
    pub(crate) dedup: DuplicateArgs,
    #[command(flatten)]
    pub(crate) resources: ResourceArgs,
    #[command(flatten)]
    pub(crate) display: DisplayArgs,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct DedupArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) folder: FolderArgs,
    #[command(flatten)]
    pub(crate) dedup: DuplicateArgs,
    #[command(flatten)]
    pub(crate) resources: ResourceArgs,
    #[command(flatten)]
    pub(crate) display: DisplayArgs,
}

const VERIFY_EXAMPLES: &str = "\
Examples:
  gleaner verify corpus
  gleaner verify corpus --json | jq .findings
  gleaner verify today --against yesterday
  gleaner verify /mnt/read-only/corpus --tmp /scratch

What is wrong is written to standard output, one finding a line: file, document, what was checked, what it should be
and what it is.

Exit codes: 0 nothing is wrong; 65 something is wrong; 2 no finished run of a known layout; 70 a bug; 74 I/O or memory.";

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct VerifyArgs {
    /// Output folder of `run` or `dedup`
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Measure recall on about so many documents; 0: not at all [default: as the run did, to check what it states]
    #[arg(long, value_name = "N")]
    pub(crate) recall_sample: Option<u64>,
    /// Output folder of an earlier run that this one was held against, to check the removals that name its documents; may
    /// be given more than once
    #[arg(long, value_name = "DIR")]
    pub(crate) against: Vec<PathBuf>,
    /// Read the inputs again, to see whether they are still those of the run
    #[arg(long)]
    pub(crate) inputs: bool,
    #[command(flatten)]
    pub(crate) resources: ResourceArgs,
    #[command(flatten)]
    pub(crate) display: DisplayArgs,
}

const INSPECT_EXAMPLES: &str = "\
Examples:
  gleaner inspect crawl.warc.gz
  gleaner inspect crawl.warc.gz --problems        only what is damaged, rejected or not as stated
  gleaner inspect crawl.arc --json | jq -r 'select(.kind == \"record\").url'

A line is: offset, length, record|skipped|rejected|gap|padding, type or reason, payload, notes, address. An offset with
`+` counts decompressed bytes, of a member that holds several records. Digests are compared.

Exit codes: 0 done; 2 usage or missing input; 70 a bug; 74 I/O.";

#[derive(Debug, Args)]
pub(crate) struct InspectArgs {
    /// A WARC, WET, WAT or ARC file, plain or compressed; `-` for standard input; or templates of sites
    /// (the folder of a run, or its `site-templates/templates.jsonl`)
    #[arg(value_name = "PATH")]
    pub(crate) file: PathBuf,
    /// Only rejected records, gaps, and records whose length or digest is not as stated
    #[arg(long)]
    pub(crate) problems: bool,
    /// Of templates of sites only those of this host; may be given more than once
    #[arg(long, value_name = "HOST")]
    pub(crate) host: Vec<String>,
    #[command(flatten)]
    pub(crate) limits: LimitArgs,
    #[command(flatten)]
    pub(crate) display: InspectDisplayArgs,
}

/// What is shown by `inspect`.
#[derive(Debug, Args)]
#[command(next_help_heading = "Display")]
pub(crate) struct InspectDisplayArgs {
    /// No summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
    /// An object of JSON a line, the summary last
    #[arg(long)]
    pub(crate) json: bool,
    /// Coloured messages [default: auto]
    #[arg(long, value_name = "WHEN", env = "GLEANER_COLOR")]
    pub(crate) color: Option<When>,
}

/// What an archive may ask of its reader.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Limits")]
pub(crate) struct LimitArgs {
    /// Largest record; a larger one is rejected and counted [default: 32MiB]
    #[arg(long, value_name = "SIZE", env = "GLEANER_MAX_RECORD_SIZE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_record_size: Option<Size>,
    /// Largest header of a record in an archive; a larger one is a gap [default: 64KiB]
    #[arg(long, value_name = "SIZE", env = "GLEANER_MAX_HEADER_SIZE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_header_size: Option<Size>,
    /// Most bytes that a member of an archive may give for each of its own, beyond 1 MiB a file [default: 1000]
    #[arg(long, value_name = "N", env = "GLEANER_MAX_COMPRESSION_RATIO")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_compression_ratio: Option<u64>,
    /// Most content codings on top of each other of a page in an archive [default: 4]
    #[arg(long, value_name = "N", env = "GLEANER_MAX_CODINGS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_codings: Option<u64>,
}

#[derive(Debug, Args)]
#[command(allow_negative_numbers = true)]
pub(crate) struct CleanArgs {
    #[command(flatten)]
    pub(crate) input: InputArgs,
    #[command(flatten)]
    pub(crate) stream: StreamArgs,
    #[command(flatten)]
    pub(crate) text: TextArgs,
    #[command(flatten)]
    pub(crate) resources: ThreadArgs,
    #[command(flatten)]
    pub(crate) display: DisplayArgs,
}

/// Where documents come from.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Input")]
pub(crate) struct InputArgs {
    /// Files, folders, globs, `-` for standard input, `@list.txt` for a list of paths
    #[arg(required = true, value_name = "INPUT")]
    #[serde(skip)]
    pub(crate) inputs: Vec<OsString>,
    /// A file with options, as `threads = 4`; flags and environment win over it
    #[arg(long, value_name = "FILE", env = "GLEANER_CONFIG")]
    #[serde(skip)]
    pub(crate) config: Option<PathBuf>,
    /// Format of every input [default: by name, else by magic bytes]
    #[arg(long, value_name = "FORMAT", env = "GLEANER_INPUT_FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) input_format: Option<InputFormat>,
    /// Field of the text in JSONL and Parquet rows [default: text, raw_content or content]
    #[arg(long, value_name = "NAME", env = "GLEANER_TEXT_FIELD")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) text_field: Option<String>,
    /// Field of the id in JSONL and Parquet rows [default: id]
    #[arg(long, value_name = "NAME", env = "GLEANER_ID_FIELD")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) id_field: Option<String>,
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) limits: LimitArgs,
    /// Longest line of JSONL; a longer one is rejected and counted [default: as --max-record-size]
    #[arg(long, value_name = "SIZE", env = "GLEANER_MAX_LINE_SIZE", help_heading = "Limits")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_line_size: Option<Size>,
    /// What becomes of records of an archive whose digest differs: nothing, counted, or rejected [default: warn]
    #[arg(long, value_name = "WHAT", env = "GLEANER_VERIFY_DIGESTS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) verify_digests: Option<DigestChoice>,
    /// Look at the inputs and options, say what would be done, and stop
    #[arg(long)]
    #[serde(skip)]
    pub(crate) dry_run: bool,
}

/// The output folder of `run` and `dedup`.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Output")]
pub(crate) struct FolderArgs {
    /// Output folder; made if absent
    #[arg(short, long, value_name = "DIR", required_unless_present = "dry_run")]
    #[serde(skip)]
    pub(crate) output: Option<PathBuf>,
    /// Replace the run that the output folder holds
    #[arg(long)]
    #[serde(skip)]
    pub(crate) overwrite: bool,
    /// Format of data/ [default: parquet]
    #[arg(long, value_name = "FORMAT", env = "GLEANER_FORMAT")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) format: Option<DataFormat>,
    /// Text after which a file of data/ ends [default: 512MiB]
    #[arg(long, value_name = "SIZE", env = "GLEANER_MAX_OUTPUT_FILE_SIZE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_output_file_size: Option<Size>,
    /// Largest share of records rejected or bytes lost, else exit code 3 [default: 0.5]
    #[arg(long, value_name = "RATE", env = "GLEANER_MAX_REJECT_RATE", value_parser = number)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_reject_rate: Option<f64>,
    /// Largest share of records removed, else exit code 3 [default: 1]
    #[arg(long, value_name = "RATE", env = "GLEANER_MAX_REMOVAL_RATE", value_parser = number)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) max_removal_rate: Option<f64>,
}

/// The output of `clean`.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Output")]
pub(crate) struct StreamArgs {
    /// Output file [default: standard output]
    #[arg(short, long, value_name = "PATH")]
    #[serde(skip)]
    pub(crate) output: Option<PathBuf>,
    /// JSON lines, or plain text for reading [default: jsonl]
    #[arg(long = "format", value_name = "FORMAT", env = "GLEANER_CLEAN_FORMAT")]
    #[serde(skip)]
    pub(crate) format: Option<StreamFormat>,
    /// Write rejected records and gaps here as JSONL [default: messages, at most 20]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) rejects: Option<PathBuf>,
    /// Write removed documents here as JSONL [default: messages, at most 20]
    #[arg(long, value_name = "FILE")]
    #[serde(skip)]
    pub(crate) removed: Option<PathBuf>,
}

/// What happens to texts.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Text")]
pub(crate) struct TextArgs {
    /// Keep only documents in these languages, as vie,eng_Latn (ISO 639-3 and script)
    #[arg(long, value_name = "LIST", env = "GLEANER_LANGUAGE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) language: Option<String>,
    /// Fewest words of a kept document [default: 0]
    #[arg(long, value_name = "N", env = "GLEANER_MIN_WORDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) min_words: Option<u64>,
    /// Comments of readers on web pages; auto: where they are likely content [default: auto]
    #[arg(long, value_name = "WHAT", env = "GLEANER_COMMENTS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) comments: Option<CommentChoice>,
    /// Tables of data on web pages [default: keep]
    #[arg(long, value_name = "WHAT", env = "GLEANER_TABLES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tables: Option<TableChoice>,
    /// Links of web pages: as their words, or as Markdown with their addresses [default: text]
    #[arg(long, value_name = "HOW", env = "GLEANER_LINKS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) links: Option<LinkStyle>,
    /// What extraction from web pages risks where in doubt: losing content, or keeping boilerplate [default: balanced]
    #[arg(long, value_name = "WHAT", env = "GLEANER_FAVOR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) favor: Option<FavorChoice>,
    /// How sure line cleaning must be to remove a line [default: balanced]
    #[arg(long, value_name = "PRESET", env = "GLEANER_CLEANING")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cleaning: Option<CleaningPreset>,
    /// Rules of line cleaning not to apply (see `gleaner rules`)
    #[arg(
        long,
        value_name = "RULE",
        value_delimiter = ',',
        env = "GLEANER_DISABLE",
        conflicts_with = "only"
    )]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) disable: Vec<String>,
    /// The only rules of line cleaning to apply
    #[arg(long, value_name = "RULE", value_delimiter = ',', env = "GLEANER_ONLY")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) only: Vec<String>,
    /// Templates of sites that an earlier run has learnt: its folder, or its site-templates/templates.jsonl
    #[arg(long, value_name = "PATH", env = "GLEANER_SITE_TEMPLATES")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) site_templates: Option<PathBuf>,
    /// What to write about removed and repaired ranges, by `clean` about every block of a page [default: ranges; clean: none]
    #[arg(long, value_name = "WHAT", env = "GLEANER_SPANS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) spans: Option<SpanDetail>,
}

/// Which documents are duplicates.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Duplicates")]
pub(crate) struct DuplicateArgs {
    /// How candidates are found; each is verified exactly. exact misses none and takes longer [default: minhash]
    #[arg(long, value_name = "METHOD", env = "GLEANER_METHOD")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) method: Option<MethodName>,
    /// What makes duplicates. coverage: one says little that the other does not, frames of sites left out; jaccard:
    /// most shingles are common [default: coverage]
    #[arg(long, value_name = "WHAT", env = "GLEANER_SIMILARITY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) similarity: Option<SimilarityChoice>,
    /// Smallest similarity of duplicates: by coverage, share of the smaller one's shingles in the larger [default: 0.7;
    /// jaccard: 0.8]
    #[arg(long, value_name = "SHARE", env = "GLEANER_THRESHOLD", value_parser = number)]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threshold: Option<f64>,
    /// Tokens in a shingle [default: 5]
    #[arg(long, value_name = "N", env = "GLEANER_NGRAM_SIZE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) ngram_size: Option<usize>,
    /// Positions of a MinHash signature [default: 128]
    #[arg(long, value_name = "N", env = "GLEANER_NUM_PERM")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) num_perm: Option<usize>,
    /// Bands of a signature; more find more [default: for the threshold]
    #[arg(long, value_name = "N", env = "GLEANER_BANDS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) bands: Option<usize>,
    /// Signature positions in a band; more find fewer [default: for the threshold]
    #[arg(long, value_name = "N", env = "GLEANER_ROWS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) rows: Option<usize>,
    /// Seed of the MinHash family [default: 42]
    #[arg(long, value_name = "N", env = "GLEANER_SEED")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) seed: Option<u64>,
    /// Which of a group of duplicates stays [default: first]
    #[arg(long, value_name = "WHICH", env = "GLEANER_KEEP")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) keep: Option<KeepRule>,
    /// Output folder of an earlier run: what it kept stays, and what duplicates that goes; may be given more than once,
    /// oldest first
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) against: Vec<PathBuf>,
}

/// What a run may use; never changes the result.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Resources")]
pub(crate) struct ResourceArgs {
    #[command(flatten)]
    #[serde(flatten)]
    pub(crate) threads: ThreadArgs,
    /// Memory that may be used [default: three quarters of what the machine has]
    #[arg(long, value_name = "SIZE", env = "GLEANER_MEMORY")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) memory: Option<Size>,
    /// Folder for the work area [default: inside the output folder]
    #[arg(long, value_name = "DIR", env = "GLEANER_TMP")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) tmp: Option<PathBuf>,
}

#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Resources")]
pub(crate) struct ThreadArgs {
    /// Worker threads [default: one a core]
    #[arg(long, value_name = "N", env = "GLEANER_THREADS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) threads: Option<usize>,
}

/// What is shown; never changes the result.
#[derive(Clone, Debug, Default, Args, Serialize, Deserialize)]
#[serde(default, rename_all = "kebab-case")]
#[command(next_help_heading = "Display")]
pub(crate) struct DisplayArgs {
    /// No progress and no summary; warnings and errors stay
    #[arg(short, long, env = "GLEANER_QUIET", value_parser = BoolishValueParser::new())]
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) quiet: bool,
    /// The summary as JSON: on standard output, for `clean` on standard error
    #[arg(long, env = "GLEANER_JSON", value_parser = BoolishValueParser::new())]
    #[serde(skip_serializing_if = "is_false")]
    pub(crate) json: bool,
    /// A progress bar on a terminal, a line every 30 seconds elsewhere; always: also where data is shown [default: auto]
    #[arg(long, value_name = "WHEN", env = "GLEANER_PROGRESS")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<When>,
    /// Coloured messages [default: auto]
    #[arg(long, value_name = "WHEN", env = "GLEANER_COLOR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) color: Option<When>,
}

fn is_false(flag: &bool) -> bool {
    !flag
}

/// A number; what is none would pass for an option that was not given.
fn number(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| format!("`{text}` is not a number"))?;
    if number.is_finite() { Ok(number) } else { Err(format!("`{text}` is not a finite number")) }
}

/// Declares an enum of option values, by the same names on the command line and in the configuration file.
macro_rules! values {
    ($name:ident: $($variant:ident),+) => {
        #[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
        #[serde(rename_all = "kebab-case")]
        pub(crate) enum $name { $($variant),+ }
    };
}

values!(InputFormat: Warc, Html, Text, Jsonl, Parquet);
values!(DigestChoice: Off, Warn, Reject);
values!(DataFormat: Parquet, Jsonl);
values!(StreamFormat: Jsonl, Text);
values!(CleaningPreset: Balanced, Conservative);
values!(CommentChoice: Auto, Keep, Drop);
values!(TableChoice: Keep, Drop);
values!(LinkStyle: Text, Markdown);
values!(FavorChoice: Precision, Balanced, Recall);
values!(SpanDetail: Full, Ranges, None);
values!(MethodName: Minhash, Exact);
values!(SimilarityChoice: Coverage, Jaccard);
values!(KeepRule: First, Longest, Newest);
values!(When: Auto, Always, Never);
