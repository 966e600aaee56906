//! The stages: what each reads, what of it is counted, and how much of it there is.

use std::convert::Infallible;
use std::fmt;
use std::hint::black_box;

use gleaner_archive::{ArchiveReader, Entry, ReaderOptions, decode_html};
use gleaner_boilerplate::html::{ExtractOptions, extract};
use gleaner_boilerplate::lines::{LineCleaner, LineOptions};
use gleaner_boilerplate::sites::{SiteCounter, SitePage};
use gleaner_corpus::{Document, DocumentWriter, OutputFormat};
use gleaner_dedup::{
    Fingerprint, Frames, ResolveOptions, ShingleOptions, Shingler, Shingles, SketchOptions, Sketcher,
    find_all_duplicates, find_duplicates,
};

use crate::Result;
use crate::inputs::{ARCHIVE, Inputs, PAGES, TEXTS};
use crate::jobs;

/// Does the work of a stage once; the number says what came of it and depends on nothing but the input.
pub(crate) type Work = Box<dyn FnMut() -> Result<u64>>;

/// What of a stage is counted.
#[derive(Clone, Copy)]
pub(crate) enum Counted {
    /// The work alone, which is done by the thread that calls it.
    Call,
    /// All threads of the process, without what it needs for the setup alone.
    Process,
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Counted::Call => "call",
            Counted::Process => "process",
        })
    }
}

/// One line of the gate's table.
pub(crate) struct Stage {
    pub(crate) name: &'static str,
    pub(crate) counted: Counted,
    pub(crate) files: &'static [&'static str],
    /// Reads the input and prepares the work; not counted.
    pub(crate) prepare: fn(&Inputs) -> Result<Work>,
}

const fn stage(
    name: &'static str,
    counted: Counted,
    files: &'static [&'static str],
    prepare: fn(&Inputs) -> Result<Work>,
) -> Stage {
    Stage { name, counted, files, prepare }
}

/// All stages, in the order of the pipeline.
pub(crate) const STAGES: &[Stage] = &[
    stage("archive-read", Counted::Call, &[ARCHIVE], archive_read),
    stage("charset", Counted::Call, &[ARCHIVE], charset),
    stage("extract", Counted::Call, &[PAGES], extraction),
    stage("clean-lines", Counted::Call, &[TEXTS], clean_lines),
    stage("site-templates", Counted::Call, &[TEXTS], site_templates),
    stage("words", Counted::Call, &[TEXTS], words),
    stage("hash-words", Counted::Call, &[TEXTS], hash_words),
    stage("tokens", Counted::Call, &[TEXTS], tokens),
    stage("shingles", Counted::Call, &[TEXTS], shingles),
    stage("sketches", Counted::Call, &[TEXTS], sketches),
    stage("group-minhash", Counted::Call, &[TEXTS], group_minhash),
    stage("join-exact", Counted::Call, &[TEXTS], join_exact),
    stage("verify-pairs", Counted::Call, &[TEXTS], verify_pairs),
    stage("write-parquet", Counted::Process, &[TEXTS], |inputs| write(inputs, OutputFormat::Parquet)),
    stage("write-jsonl", Counted::Process, &[TEXTS], |inputs| write(inputs, OutputFormat::Jsonl)),
    stage("run", Counted::Process, &[ARCHIVE], jobs::run_on_archive),
    stage("dedup", Counted::Process, &[TEXTS], jobs::dedup),
];

/// Work on each of `contents` in turn; the numbers are added up.
fn each(contents: Vec<String>, mut work: impl FnMut(&str) -> u64 + 'static) -> Result<Work> {
    Ok(Box::new(move || {
        Ok(contents.iter().fold(0, |sum: u64, text| sum.wrapping_add(work(black_box(text)))))
    }))
}

fn archive_read(inputs: &Inputs) -> Result<Work> {
    let archive = inputs.archive(300)?;
    Ok(Box::new(move || {
        let mut reader = ArchiveReader::new(&archive[..], ReaderOptions::default());
        let mut bytes = 0;
        while let Some(entry) = reader.next_entry()? {
            let Entry::Record(record) = entry else { return Err("the archive is damaged".into()) };
            bytes += black_box(record.block).len() as u64;
        }
        Ok(bytes)
    }))
}

/// The bodies of the responses and the charset that their heads state.
fn bodies(archive: &[u8]) -> Result<Vec<(Vec<u8>, Option<String>)>> {
    let mut reader = ArchiveReader::new(archive, ReaderOptions::default());
    let mut bodies = Vec::new();
    while let Some(entry) = reader.next_entry()? {
        let Entry::Record(record) = entry else { continue };
        let end = record.block.windows(4).position(|bytes| bytes == b"\r\n\r\n").ok_or("no head")?;
        let (head, body) = record.block.split_at(end + 4);
        let head = String::from_utf8_lossy(head).into_owned();
        let charset = head.split_once("charset=").and_then(|(_, rest)| rest.lines().next());
        bodies.push((body.to_vec(), charset.map(str::to_owned)));
    }
    Ok(bodies)
}

fn charset(inputs: &Inputs) -> Result<Work> {
    let bodies = bodies(&inputs.archive(300)?)?;
    Ok(Box::new(move || {
        let decoded =
            bodies.iter().map(|(body, stated)| decode_html(body, stated.as_deref()).text.len() as u64);
        Ok(decoded.sum())
    }))
}

fn extraction(inputs: &Inputs) -> Result<Work> {
    let options = ExtractOptions::default();
    each(inputs.contents(PAGES, 40)?, move |page| black_box(extract(page, &options)).text.len() as u64)
}

fn clean_lines(inputs: &Inputs) -> Result<Work> {
    let cleaner = LineCleaner::new(&LineOptions::default())?;
    each(inputs.contents(TEXTS, 200)?, move |text| black_box(cleaner.clean(text, &[])).text.len() as u64)
}

fn site_templates(inputs: &Inputs) -> Result<Work> {
    let rows = inputs.rows(TEXTS, 1000)?;
    Ok(Box::new(move || {
        let mut counter = SiteCounter::default();
        for row in &rows {
            let host = row.url.split('/').nth(2).unwrap_or_default();
            counter.add(host, &SitePage::of(&row.content));
        }
        Ok(counter.templates().iter().map(|template| template.lines().len() as u64).sum())
    }))
}

fn words(inputs: &Inputs) -> Result<Work> {
    each(inputs.contents(TEXTS, 300)?, |text| gleaner_text::words(text).count() as u64)
}

fn hash_words(inputs: &Inputs) -> Result<Work> {
    each(inputs.contents(TEXTS, 300)?, |text| {
        let mut sum = 0u64;
        gleaner_text::hash_words(text, |_, hash| sum = sum.wrapping_add(hash));
        sum
    })
}

fn tokens(inputs: &Inputs) -> Result<Work> {
    let mut tokenizer = gleaner_text::Tokenizer::default();
    each(inputs.contents(TEXTS, 300)?, move |text| {
        let mut sum = 0u64;
        tokenizer.hash_tokens(text, |hash| sum = sum.wrapping_add(hash));
        sum
    })
}

fn shingler() -> Result<Shingler> {
    Ok(Shingler::new(ShingleOptions::default())?)
}

fn sketcher() -> Result<Sketcher> {
    Ok(Sketcher::new(ShingleOptions::default(), SketchOptions::default())?)
}

fn shingles(inputs: &Inputs) -> Result<Work> {
    let mut shingler = shingler()?;
    each(inputs.contents(TEXTS, 300)?, move |text| black_box(shingler.shingles(text)).len() as u64)
}

fn sketches(inputs: &Inputs) -> Result<Work> {
    let mut sketcher = sketcher()?;
    each(inputs.contents(TEXTS, 300)?, move |text| black_box(sketcher.fingerprint(text)).bands.len() as u64)
}

/// What the search for duplicates is given: fingerprints that know their sites, and shingles.
fn sketched(inputs: &Inputs, documents: usize) -> Result<(Vec<Fingerprint>, Vec<Shingles>)> {
    let mut sketcher = sketcher()?;
    let rows = inputs.rows(TEXTS, documents)?;
    let fingerprint = |row: &crate::inputs::Row| {
        let host = row.url.split('/').nth(2).unwrap_or_default();
        let site = Some(gleaner_text::hash64(host.as_bytes()));
        (Fingerprint { site, ..sketcher.fingerprint(&row.content) }, sketcher.shingles(&row.content))
    };
    Ok(rows.iter().map(fingerprint).unzip())
}

fn group_minhash(inputs: &Inputs) -> Result<Work> {
    let (fingerprints, shingles) = sketched(inputs, 1500)?;
    Ok(Box::new(move || {
        let load = |document: usize| Ok::<_, Infallible>(shingles[document].clone());
        let verdicts = find_duplicates(&fingerprints, &ResolveOptions::default(), load)?;
        Ok(verdicts.iter().flatten().count() as u64)
    }))
}

fn join_exact(inputs: &Inputs) -> Result<Work> {
    let (fingerprints, shingles) = sketched(inputs, 300)?;
    Ok(Box::new(move || {
        let load = |document: usize| Ok::<_, Infallible>(shingles[document].clone());
        let verdicts = find_all_duplicates(&fingerprints, &ResolveOptions::default(), load)?;
        Ok(verdicts.iter().flatten().count() as u64)
    }))
}

/// Each text against itself without a part: what verification compares is alike.
fn verify_pairs(inputs: &Inputs) -> Result<Work> {
    let mut shingler = shingler()?;
    let texts = inputs.contents(TEXTS, 300)?;
    let pairs: Vec<(Shingles, Shingles)> = texts
        .iter()
        .map(|text| {
            let most = text.floor_char_boundary(text.len() * 19 / 20);
            (shingler.shingles(text), shingler.shingles(&text[..most]))
        })
        .collect();
    let (similarity, frames) = (ResolveOptions::default().similarity, Frames::default());
    Ok(Box::new(move || {
        let found =
            pairs.iter().filter(|(kept, other)| similarity.compare(other, kept, &frames, 1).is_some());
        Ok(found.count() as u64)
    }))
}

fn write(inputs: &Inputs, format: OutputFormat) -> Result<Work> {
    let document = |(at, row): (usize, crate::inputs::Row)| Document {
        doc: at as u64,
        id: row.id,
        text: row.content,
        url: Some(row.url),
        language: Some("eng_Latn".to_owned()),
        language_score: Some(0.5),
        source_file: TEXTS.to_owned(),
        source_offset: at as u64,
        ..Document::default()
    };
    let documents: Vec<Document> = inputs.rows(TEXTS, 600)?.into_iter().enumerate().map(document).collect();
    let path = inputs.out.join(format!("documents.{}", format.extension()));
    Ok(Box::new(move || {
        let mut writer = DocumentWriter::create(&path, format, None)?;
        for batch in documents.chunks(64) {
            writer.write(batch, None)?;
        }
        writer.finish()?;
        Ok(std::fs::metadata(&path)?.len())
    }))
}
