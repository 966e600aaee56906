//! From what was typed to what is run: flag, then environment, then file, then default. The table of options in
//! one place: [`result_options`] is what determines the output, the rest may differ between equal runs.

use std::path::{Path, PathBuf};
use std::thread;

use gleaner_boilerplate::html::{Comments, Favor, Links, Tables};
use gleaner_boilerplate::lines::Cleaning;
use gleaner_corpus::{Format, InputOptions, InputSet, OutputFormat, VerifyDigests, resolve_inputs};
use gleaner_pipeline::{
    Error, ErrorKind, Keep, Limits, Method, Resources, ResultOptions, SimilarityName, SiteTemplateFile, Spans,
};

use crate::args::{
    CleaningPreset, CommentChoice, DataFormat, DigestChoice, DuplicateArgs, FavorChoice, FolderArgs,
    InputArgs, InputFormat, KeepRule, LinkStyle, MethodName, ResourceArgs, SimilarityChoice, SpanDetail,
    TableChoice, TextArgs, ThreadArgs,
};
use crate::config::Config;
use crate::system;

/// The groups of options that a command has; an absent group means its defaults.
#[derive(Debug, Default)]
pub(crate) struct Groups<'a> {
    pub(crate) folder: Option<&'a FolderArgs>,
    pub(crate) text: Option<&'a TextArgs>,
    pub(crate) dedup: Option<&'a DuplicateArgs>,
}

/// The options that determine the result.
pub(crate) fn result_options(
    input: &InputArgs,
    groups: &Groups<'_>,
    config: &Config,
) -> Result<ResultOptions, Error> {
    let mut options = ResultOptions::default();
    let input = config.fill(input)?;
    options.text_field = input.text_field;
    options.id_field = input.id_field;
    options.input_format = input.input_format.map(format);
    set(&mut options.max_record_size, input.limits.max_record_size.map(|size| size.0));
    options.max_line_size = input.max_line_size.map(|size| size.0);
    set(&mut options.max_header_size, input.limits.max_header_size.map(|size| size.0));
    set(&mut options.max_compression_ratio, input.limits.max_compression_ratio);
    set(&mut options.max_codings, input.limits.max_codings);
    set(&mut options.verify_digests, input.verify_digests.map(verify_digests));
    if let Some(folder) = groups.folder {
        let folder = config.fill(folder)?;
        set(&mut options.format, folder.format.map(output_format));
        set(&mut options.max_output_file_size, folder.max_output_file_size.map(|size| size.0));
    }
    if let Some(text) = groups.text {
        text_options(&mut options, config.fill(text)?)?;
    }
    if let Some(dedup) = groups.dedup {
        duplicate_options(&mut options, &config.fill(dedup)?);
    }
    if !options.disable.is_empty() && !options.only.is_empty() {
        return Err(usage("--disable and --only cannot both be given"));
    }
    if options.max_output_file_size == 0 || options.max_record_size == 0 {
        return Err(usage("--max-output-file-size and --max-record-size must be at least 1 byte"));
    }
    if options.max_line_size == Some(0) || options.max_header_size == 0 || options.max_compression_ratio == 0
    {
        return Err(usage(
            "--max-line-size, --max-header-size and --max-compression-ratio must be at least 1",
        ));
    }
    Ok(options)
}

fn text_options(options: &mut ResultOptions, text: TextArgs) -> Result<(), Error> {
    options.language = text.language;
    set(&mut options.min_words, text.min_words);
    set(&mut options.comments, text.comments.map(comments));
    set(&mut options.tables, text.tables.map(tables));
    set(&mut options.links, text.links.map(links));
    set(&mut options.favor, text.favor.map(favor));
    set(&mut options.cleaning, text.cleaning.map(cleaning));
    set(&mut options.spans, text.spans.map(spans));
    options.disable = text.disable;
    options.only = text.only;
    options.site_templates = text.site_templates.as_deref().map(site_templates).transpose()?;
    Ok(())
}

/// A file that is named and absent is a mistake of the command line.
fn site_templates(path: &Path) -> Result<SiteTemplateFile, Error> {
    let refuse = |why: &str| usage(&format!("--site-templates {}: {why}", path.display()));
    if !path.exists() {
        return Err(refuse("no such file"));
    }
    let file = template_file(path).ok_or_else(|| refuse("the folder holds no templates of sites"))?;
    SiteTemplateFile::at(&file)
}

/// The templates that a path names: the file itself, or that of the run whose folder it is.
pub(crate) fn template_file(path: &Path) -> Option<PathBuf> {
    if path.is_dir() {
        let inside = ["site-templates/templates.jsonl", "templates.jsonl"].map(|name| path.join(name));
        return inside.into_iter().find(|file| file.is_file());
    }
    Some(path.to_path_buf())
}

fn duplicate_options(options: &mut ResultOptions, dedup: &DuplicateArgs) {
    set(&mut options.method, dedup.method.map(method));
    set(&mut options.similarity, dedup.similarity.map(similarity));
    options.threshold = dedup.threshold;
    set(&mut options.ngram_size, dedup.ngram_size);
    set(&mut options.num_perm, dedup.num_perm);
    options.bands = dedup.bands;
    options.rows = dedup.rows;
    set(&mut options.seed, dedup.seed);
    set(&mut options.keep, dedup.keep.map(keep));
}

/// The limits of `run` and `dedup`.
pub(crate) fn limits(folder: &FolderArgs, config: &Config) -> Result<Limits, Error> {
    let folder = config.fill(folder)?;
    let mut limits = Limits::default();
    set(&mut limits.max_reject_rate, folder.max_reject_rate);
    set(&mut limits.max_removal_rate, folder.max_removal_rate);
    for rate in [limits.max_reject_rate, limits.max_removal_rate] {
        if !(0.0..=1.0).contains(&rate) {
            return Err(usage(&format!("a rate of {rate} is not between 0 and 1")));
        }
    }
    Ok(limits)
}

/// What `run` and `dedup` may use.
pub(crate) fn resources(args: &ResourceArgs, config: &Config) -> Result<Resources, Error> {
    let args = config.fill(args)?;
    let memory = args.memory.map_or_else(system::usable_memory, |size| size.0);
    if let Some(tmp) = args.tmp.as_deref().filter(|tmp| !tmp.is_dir()) {
        let why = if tmp.exists() { "not a folder" } else { "no such folder" };
        return Err(usage(&format!("--tmp {}: {why}", tmp.display())));
    }
    Ok(Resources {
        threads: threads(&args.threads, config)?,
        memory,
        tmp: args.tmp,
        peak_memory: system::peak_memory,
    })
}

/// Worker threads: as given, else one a core.
pub(crate) fn threads(args: &ThreadArgs, config: &Config) -> Result<usize, Error> {
    match config.fill(args)?.threads {
        Some(0) => Err(usage("--threads must be at least 1")),
        Some(threads) => Ok(threads),
        None => Ok(thread::available_parallelism().map_or(1, usize::from)),
    }
}

/// The input files, all checked.
pub(crate) fn inputs(
    args: &InputArgs,
    options: &ResultOptions,
    output: Option<&Path>,
) -> Result<InputSet, Error> {
    let input_options = InputOptions { format: options.input_format, exclude: output.map(Path::to_path_buf) };
    resolve_inputs(&args.inputs, &input_options).map_err(|error| usage(&error.to_string()))
}

fn usage(message: &str) -> Error {
    Error::new(ErrorKind::Usage, message)
}

fn set<T>(target: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *target = value;
    }
}

fn format(format: InputFormat) -> Format {
    match format {
        InputFormat::Warc => Format::Warc,
        InputFormat::Html => Format::Html,
        InputFormat::Text => Format::Text,
        InputFormat::Jsonl => Format::Jsonl,
        InputFormat::Parquet => Format::Parquet,
    }
}

fn verify_digests(choice: DigestChoice) -> VerifyDigests {
    match choice {
        DigestChoice::Off => VerifyDigests::Off,
        DigestChoice::Warn => VerifyDigests::Warn,
        DigestChoice::Reject => VerifyDigests::Reject,
    }
}

fn output_format(format: DataFormat) -> OutputFormat {
    match format {
        DataFormat::Parquet => OutputFormat::Parquet,
        DataFormat::Jsonl => OutputFormat::Jsonl,
    }
}

fn cleaning(preset: CleaningPreset) -> Cleaning {
    match preset {
        CleaningPreset::Balanced => Cleaning::Balanced,
        CleaningPreset::Conservative => Cleaning::Conservative,
    }
}

fn comments(choice: CommentChoice) -> Comments {
    match choice {
        CommentChoice::Auto => Comments::Auto,
        CommentChoice::Keep => Comments::Keep,
        CommentChoice::Drop => Comments::Drop,
    }
}

fn tables(choice: TableChoice) -> Tables {
    match choice {
        TableChoice::Keep => Tables::Keep,
        TableChoice::Drop => Tables::Drop,
    }
}

fn links(style: LinkStyle) -> Links {
    match style {
        LinkStyle::Text => Links::Text,
        LinkStyle::Markdown => Links::Markdown,
    }
}

fn favor(choice: FavorChoice) -> Favor {
    match choice {
        FavorChoice::Precision => Favor::Precision,
        FavorChoice::Balanced => Favor::Balanced,
        FavorChoice::Recall => Favor::Recall,
    }
}

fn spans(detail: SpanDetail) -> Spans {
    match detail {
        SpanDetail::Full => Spans::Full,
        SpanDetail::Ranges => Spans::Ranges,
        SpanDetail::None => Spans::None,
    }
}

fn method(name: MethodName) -> Method {
    match name {
        MethodName::Minhash => Method::Minhash,
        MethodName::Exact => Method::Exact,
    }
}

fn similarity(choice: SimilarityChoice) -> SimilarityName {
    match choice {
        SimilarityChoice::Coverage => SimilarityName::Coverage,
        SimilarityChoice::Jaccard => SimilarityName::Jaccard,
    }
}

fn keep(rule: KeepRule) -> Keep {
    match rule {
        KeepRule::First => Keep::First,
        KeepRule::Longest => Keep::Longest,
        KeepRule::Newest => Keep::Newest,
    }
}
