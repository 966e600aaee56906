//! What a run is told. [`ResultOptions`] determine the output and are part of a run's identity;
//! [`Resources`] and [`Limits`] may differ between two runs that give the same bytes.

use std::fs;
use std::path::{Path, PathBuf};

use gleaner_boilerplate::html::{Comments, Favor, Links, Tables};
use gleaner_boilerplate::lines::Cleaning;
use gleaner_corpus::{Format, InputSet, OutputFormat, VerifyDigests};
use serde::{Deserialize, Serialize};

use crate::error::Error;
use crate::memory;
use crate::outputs;
use crate::site_file::SiteFile;
use crate::sites::Sites;

/// Which job is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Job {
    /// Extract, clean, deduplicate.
    Run,
    /// Extract and clean; no deduplication.
    Clean,
    /// Deduplicate; texts stay as they are, pages are refused.
    Dedup,
}

/// How near-duplicates are found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Method {
    /// One-permutation MinHash in bands, every candidate verified exactly. The default.
    #[default]
    Minhash,
    /// Every removal that is due: candidates share one of the rarest shingles.
    Exact,
}

/// What makes two documents duplicates.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[non_exhaustive]
pub enum SimilarityName {
    /// One says little that the other does not. The default.
    #[default]
    Coverage,
    /// They have most shingles in common.
    Jaccard,
}

/// Which document of a group of duplicates stays.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Keep {
    /// The first in input order. The default.
    #[default]
    First,
    /// The one with most words; ties by input order.
    Longest,
    /// The one with the latest date; none is oldest; ties by input order.
    Newest,
}

/// What is written about removed and repaired ranges of texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Spans {
    /// Ranges with their text.
    Full,
    /// Ranges without text. The default.
    #[default]
    Ranges,
    /// Nothing.
    None,
}

/// The options that determine the result.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub struct ResultOptions {
    /// Default `minhash`.
    pub method: Method,
    /// Default `coverage`.
    pub similarity: SimilarityName,
    /// Smallest containment of a duplicate, for `jaccard` smallest Jaccard similarity, in `(0, 1]`. Default 0.7; 0.8.
    pub threshold: Option<f64>,
    /// Tokens in a shingle, at least 1. Default 5.
    pub ngram_size: usize,
    /// Positions of a MinHash signature, at least 1. Default 128.
    pub num_perm: usize,
    /// Bands of a signature. Default: chosen for the threshold.
    pub bands: Option<usize>,
    /// Signature positions in a band. Default: chosen for the threshold.
    pub rows: Option<usize>,
    /// Seed of the MinHash family. Default 42.
    pub seed: u64,
    /// Default `first`.
    pub keep: Keep,
    /// The earlier runs that documents are held against, as their manifests name themselves; [`run`](crate::run) fills it in
    /// from [`Settings::against`]. Default none.
    pub against: Vec<String>,
    /// Languages to keep, as `vie,eng_Latn`. Default: all.
    pub language: Option<String>,
    /// Fewest words of a kept document. Default 0.
    pub min_words: u64,
    /// Default `ranges`.
    pub spans: Spans,
    /// Format of `data/`. Default Parquet.
    pub format: OutputFormat,
    /// Bytes of text after which an output file ends. Default 512 MiB.
    pub max_output_file_size: u64,
    /// Largest record in bytes. Default 32 MiB.
    pub max_record_size: u64,
    /// Longest line of JSONL in bytes. Default: as `max_record_size`.
    #[serde(default)]
    pub max_line_size: Option<u64>,
    /// Largest header of an archive's record in bytes. Default 64 KiB.
    #[serde(default = "max_header_size")]
    pub max_header_size: u64,
    /// Most bytes out for a byte in of an archive's member, beyond 1 MiB for all of a file. Default 1,000.
    #[serde(default = "max_compression_ratio")]
    pub max_compression_ratio: u64,
    /// Most content codings on top of each other of a page in an archive. Default 4.
    #[serde(default = "max_codings")]
    pub max_codings: u64,
    /// What becomes of a record whose digest differs. Default warn.
    #[serde(default)]
    pub verify_digests: VerifyDigests,
    /// Field of the text in JSONL and Parquet rows. Default: `text`, `raw_content` or `content`.
    pub text_field: Option<String>,
    /// Field of the id in JSONL and Parquet rows. Default `id`.
    pub id_field: Option<String>,
    /// Format of every input. Default: by name, else by magic bytes.
    pub input_format: Option<Format>,
    /// What becomes of the comments on pages. Default auto.
    #[serde(with = "comments")]
    pub comments: Comments,
    /// What becomes of tables of data on pages. Default keep.
    #[serde(with = "tables")]
    pub tables: Tables,
    /// How the links of pages stand in the text. Default text.
    #[serde(with = "links")]
    pub links: Links,
    /// What extraction risks where it is not clear what is content. Default balanced.
    #[serde(with = "favor")]
    pub favor: Favor,
    /// How much line cleaning may remove. Default balanced.
    #[serde(with = "cleaning")]
    pub cleaning: Cleaning,
    /// Rules of line cleaning that are off. Default none.
    pub disable: Vec<String>,
    /// The only rules of line cleaning that are on; empty: all. Default empty.
    pub only: Vec<String>,
    /// Templates of sites that an earlier run has learnt. Default none.
    pub site_templates: Option<SiteTemplateFile>,
}

/// A file of templates of sites: `site-templates/templates.jsonl` of an earlier run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SiteTemplateFile {
    /// Where it is; not part of a run's identity.
    #[serde(skip)]
    path: PathBuf,
    /// `xxh3-128:` and 32 hex digits: a run is another one with other templates.
    digest: String,
}

impl SiteTemplateFile {
    /// The file `path`, of which every site is read.
    ///
    /// # Errors
    /// [`ErrorKind::Usage`](crate::ErrorKind::Usage) when it holds no templates, is damaged or of another version;
    /// [`ErrorKind::Io`](crate::ErrorKind::Io).
    pub fn at(path: &Path) -> Result<SiteTemplateFile, Error> {
        SiteFile::check(path)?;
        Ok(SiteTemplateFile { path: path.to_path_buf(), digest: outputs::digest_of(path)?.1 })
    }
}

impl ResultOptions {
    /// The templates that are named, of which some are held in `room` bytes.
    pub(crate) fn known_sites(&self, room: u64) -> Result<Sites, Error> {
        let given = self.site_templates.as_ref().map(|file| SiteFile::open(&file.path, room)).transpose()?;
        Ok(Sites { learnt: None, given })
    }

    /// Refuses templates in the folder `output`, which the run clears before it reads them.
    pub(crate) fn refuse_templates_in(&self, output: &Path) -> Result<(), Error> {
        let Some(file) = &self.site_templates else { return Ok(()) };
        match (fs::canonicalize(&file.path), fs::canonicalize(output)) {
            (Ok(inside), Ok(output)) if inside.starts_with(&output) => Err(Error::usage(format!(
                "--site-templates {}: this is in the output folder, which the run replaces; copy it elsewhere",
                file.path.display()
            ))),
            _ => Ok(()),
        }
    }
}

fn max_header_size() -> u64 {
    64 << 10
}

fn max_compression_ratio() -> u64 {
    1000
}

fn max_codings() -> u64 {
    4
}

impl Default for ResultOptions {
    fn default() -> ResultOptions {
        ResultOptions {
            method: Method::Minhash,
            similarity: SimilarityName::Coverage,
            threshold: None,
            ngram_size: 5,
            num_perm: 128,
            bands: None,
            rows: None,
            seed: 42,
            keep: Keep::First,
            against: Vec::new(),
            language: None,
            min_words: 0,
            spans: Spans::Ranges,
            format: OutputFormat::Parquet,
            max_output_file_size: 512 << 20,
            max_record_size: 32 << 20,
            max_line_size: None,
            max_header_size: max_header_size(),
            max_compression_ratio: max_compression_ratio(),
            max_codings: max_codings(),
            verify_digests: VerifyDigests::Warn,
            text_field: None,
            id_field: None,
            input_format: None,
            comments: Comments::Auto,
            tables: Tables::Keep,
            links: Links::Text,
            favor: Favor::Balanced,
            cleaning: Cleaning::Balanced,
            disable: Vec::new(),
            only: Vec::new(),
            site_templates: None,
        }
    }
}

/// A module that reads and writes the values of an enum by name, so that `gleaner-boilerplate` needs no serde.
macro_rules! by_name {
    ($module:ident: $type:ty, $($name:literal => $value:path),+) => {
        mod $module {
            use serde::{Deserialize, Deserializer, Serializer, de::Error as _, ser::Error as _};

            pub(super) fn serialize<S: Serializer>(value: &$type, serializer: S) -> Result<S::Ok, S::Error> {
                $(if *value == $value {
                    return serializer.serialize_str($name);
                })+
                Err(S::Error::custom(format!("a {value:?} that has no name")))
            }

            pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<$type, D::Error> {
                match String::deserialize(deserializer)?.as_str() {
                    $($name => Ok($value),)+
                    other => Err(D::Error::custom(format!("unknown {} `{other}`", stringify!($module)))),
                }
            }
        }
    };
}

by_name!(cleaning: super::Cleaning, "balanced" => super::Cleaning::Balanced, "conservative" => super::Cleaning::Conservative);
by_name!(comments: super::Comments, "auto" => super::Comments::Auto, "keep" => super::Comments::Keep, "drop" => super::Comments::Drop);
by_name!(tables: super::Tables, "keep" => super::Tables::Keep, "drop" => super::Tables::Drop);
by_name!(links: super::Links, "text" => super::Links::Text, "markdown" => super::Links::Markdown);
by_name!(favor: super::Favor, "precision" => super::Favor::Precision, "balanced" => super::Favor::Balanced, "recall" => super::Favor::Recall);

/// What a run may use. Never changes the result.
#[derive(Clone, Debug)]
pub struct Resources {
    /// Worker threads, at least 1; fewer work where `memory` has no room for as many.
    pub threads: usize,
    /// Bytes of memory the run may hold.
    pub memory: u64,
    /// Folder for the work area; `None`: inside the output folder.
    pub tmp: Option<PathBuf>,
    /// Measures the process's peak resident memory in bytes, for `run.json`.
    pub peak_memory: fn() -> Option<u64>,
}

impl Resources {
    /// Whether a run can begin with these.
    ///
    /// # Errors
    /// [`ErrorKind::Memory`](crate::ErrorKind::Memory) when the budget has no room for a batch and one record of
    /// `max_record_size` bytes.
    pub fn check(&self, max_record_size: u64) -> Result<(), Error> {
        memory::fitting(self, max_record_size).map(drop)
    }
}

/// What makes a finished run unfit: its outputs are written, `_SUCCESS` is not.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// Largest share of records rejected, and of input bytes lost in gaps. Default 0.5.
    pub max_reject_rate: f64,
    /// Largest share of records removed. Default 1.
    pub max_removal_rate: f64,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { max_reject_rate: 0.5, max_removal_rate: 1.0 }
    }
}

/// All that [`run`](crate::run) needs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// What is done.
    pub job: Job,
    /// The input files in document order.
    pub inputs: InputSet,
    /// The output folder.
    pub output: PathBuf,
    /// The output folders of earlier runs, oldest first: their kept documents stay and come before all of this run, so what
    /// duplicates them goes.
    pub against: Vec<PathBuf>,
    /// What determines the result.
    pub result: ResultOptions,
    /// What may be used.
    pub resources: Resources,
    /// What makes the run unfit.
    pub limits: Limits,
    /// Whether a finished or foreign output folder is replaced.
    pub overwrite: bool,
}
