//! How often [`gleaner_pipeline::language::identify`] is right, by language and text length, and how fast.
//!
//! ```text
//! cargo run --release -p gleaner-pipeline --example language_accuracy -- ../shared/data/neardup [SAMPLES.tsv]
//! ```
//!
//! The texts are joined paragraphs of `pool.jsonl.zst` and lines of `th_*.txt` in that folder: prose only, without
//! paragraphs that occur under two languages or look English (untranslated parts of a translation).
//! With a second argument the samples are also written as `code TAB length TAB text`, so that other
//! identifiers can be measured on the same texts.
#![allow(clippy::print_stdout, reason = "the table is what this program is for")]

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use gleaner_pipeline::language::{CONFIDENCE, UNDETERMINED, identify};

/// Characters of the texts of each round; the last stands for documents longer than the sample that is read.
const LENGTHS: [usize; 5] = [50, 100, 300, 1000, 6000];
/// Texts of each language and length.
const TEXTS: usize = 300;

/// Language of the pool, and the answer that is right.
const GOLD: [(&str, &str); 26] = [
    ("ar", "arb_Arab"),
    ("ca", "cat_Latn"),
    ("cs", "ces_Latn"),
    ("da", "dan_Latn"),
    ("de", "deu_Latn"),
    ("el", "ell_Grek"),
    ("en", "eng_Latn"),
    ("es", "spa_Latn"),
    ("fa", "fas_Arab"),
    ("fr", "fra_Latn"),
    ("hi", "hin_Deva"),
    ("hr", "hrv_Latn"),
    ("id", "ind_Latn"),
    ("it", "ita_Latn"),
    ("ja", "jpn_Jpan"),
    ("ko", "kor_Hang"),
    ("nb", "nob_Latn"),
    ("nl", "nld_Latn"),
    ("pl", "pol_Latn"),
    ("pt", "por_Latn"),
    ("ro", "ron_Latn"),
    ("ru", "rus_Cyrl"),
    ("sv", "swe_Latn"),
    ("tr", "tur_Latn"),
    ("vi", "vie_Latn"),
    ("zh", "cmn_Hans"),
];

/// Paragraphs of one document.
type Document = Vec<String>;

struct Sample {
    gold: &'static str,
    length: usize,
    text: String,
}

/// Counts of one language and length.
#[derive(Clone, Copy, Default)]
struct Tally {
    right: usize,
    undetermined: usize,
    texts: usize,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("give the folder that holds pool.jsonl.zst")?;
    let mut documents = read_pool(Path::new(&folder))?;
    documents.insert("tha_Thai", read_thai(Path::new(&folder))?);
    let samples: Vec<Sample> = documents.iter().flat_map(|(gold, documents)| draw(gold, documents)).collect();
    if let Some(path) = arguments.next() {
        write_samples(&path, &samples)?;
    }
    measure(&samples);
    Ok(())
}

/// Prose of the pool by right answer.
fn read_pool(folder: &Path) -> Result<BTreeMap<&'static str, Vec<Document>>, Box<dyn Error>> {
    let lines = String::from_utf8(zstd::decode_all(fs::File::open(folder.join("pool.jsonl.zst"))?)?)?;
    let rows: Vec<serde_json::Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let mut languages_of: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for row in &rows {
        for paragraph in paragraphs(row) {
            languages_of.entry(paragraph).or_default().insert(row["lang"].as_str().unwrap_or_default());
        }
    }
    let mut documents: BTreeMap<&'static str, Vec<Document>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for row in &rows {
        let Some(gold) = gold(row) else { continue };
        let document: Document = paragraphs(row)
            .filter(|p| languages_of[p].len() == 1 && is_prose(p, gold) && seen.insert(*p))
            .map(str::to_owned)
            .collect();
        documents.entry(gold).or_default().push(document);
    }
    Ok(documents)
}

fn paragraphs(row: &serde_json::Value) -> impl Iterator<Item = &str> {
    row["paras"].as_array().into_iter().flatten().filter_map(|p| p.as_str()).map(str::trim)
}

fn gold(row: &serde_json::Value) -> Option<&'static str> {
    let source = row["src"].as_str().unwrap_or_default().to_lowercase();
    if row["lang"] == "zh" && ["zh-tw", "zh_tw", "zh-hk"].iter().any(|region| source.contains(region)) {
        return Some("cmn_Hant");
    }
    GOLD.iter().find(|(language, _)| row["lang"] == *language).map(|(_, code)| *code)
}

/// Lines of Thai posts, forty to a document.
fn read_thai(folder: &Path) -> Result<Vec<Document>, Box<dyn Error>> {
    let mut lines = Vec::new();
    for name in ["th_neg.txt", "th_neu.txt", "th_pos.txt"] {
        lines.extend(fs::read_to_string(folder.join(name))?.lines().map(|line| line.trim().to_owned()));
    }
    lines.retain(|line| share_of_script(line, "Thai") > 0.5 && line.chars().count() >= 15);
    Ok(lines.chunks(40).map(<[String]>::to_vec).collect())
}

/// A sentence or more in the language it claims, as far as script and English function words can tell.
fn is_prose(paragraph: &str, gold: &str) -> bool {
    const ENGLISH: [&str; 17] = [
        "the", "and", "with", "this", "that", "which", "from", "are", "you", "for", "can", "will", "have",
        "not", "be", "is", "of",
    ];
    let end = paragraph.chars().next_back().is_some_and(|c| ".!?。！？؟:：।".contains(c));
    let words: Vec<String> = paragraph.split_whitespace().map(str::to_lowercase).collect();
    let english = words.iter().filter(|word| ENGLISH.contains(&word.as_str())).count();
    let claimed = match (gold, &gold[4..]) {
        ("eng_Latn", _) => english * 25 >= words.len(),
        (_, "Latn") => english * 25 <= words.len(),
        (_, script) => share_of_script(paragraph, script) > 0.5,
    };
    end && claimed && paragraph.chars().count() >= 40
}

/// Share of the letters that belong to a script, coarsely.
fn share_of_script(text: &str, script: &str) -> f64 {
    let range = match script {
        "Arab" => 0x600..0x780,
        "Cyrl" => 0x400..0x530,
        "Grek" => 0x370..0x400,
        "Deva" => 0x900..0x980,
        "Thai" => 0xE00..0xE80,
        "Hang" => 0xAC00..0xD7A4,
        "Jpan" => 0x3040..0x3100,
        _ => 0x3400..0xA000,
    };
    let letters = text.chars().filter(|c| c.is_alphanumeric()).count().max(1);
    let own = text.chars().filter(|&c| c.is_alphanumeric() && range.contains(&u32::from(c))).count();
    own as f64 / letters as f64
}

/// Texts of every length from one language, starting at paragraphs spread over all its documents.
fn draw(gold: &'static str, documents: &[Document]) -> Vec<Sample> {
    let starts: Vec<(usize, usize)> = documents
        .iter()
        .enumerate()
        .flat_map(|(d, document)| (0..document.len()).map(move |p| (d, p)))
        .collect();
    let mut samples = Vec::new();
    for length in LENGTHS {
        let texts = (0..starts.len())
            .map(|i| starts[i * 7919 % starts.len()])
            .filter_map(|(d, p)| join(&documents[d][p..], length))
            .take(TEXTS);
        samples.extend(texts.map(|text| Sample { gold, length, text }));
    }
    samples
}

/// The first `length` characters of the paragraphs, less the last, broken word; `None` if they are fewer.
fn join(paragraphs: &[String], length: usize) -> Option<String> {
    let mut text = String::new();
    for paragraph in paragraphs {
        text += paragraph;
        text.push(' ');
        if let Some((end, _)) = text.char_indices().nth(length) {
            text.truncate(end);
            let word = text.rfind(' ').filter(|&space| space * 5 >= end * 4);
            text.truncate(word.unwrap_or(end));
            return Some(text);
        }
    }
    None
}

fn write_samples(path: &str, samples: &[Sample]) -> std::io::Result<()> {
    let mut table = String::new();
    for sample in samples {
        let text = sample.text.replace(['\t', '\n', '\r'], " ");
        writeln!(table, "{}\t{}\t{text}", sample.gold, sample.length).expect("a String takes everything");
    }
    fs::write(path, table)
}

fn measure(samples: &[Sample]) {
    let before = resident();
    identify("The first call unpacks the model.");
    println!("resident after the first call: +{:.1} MB", resident() - before);
    let mut tallies: BTreeMap<(&str, usize), Tally> = BTreeMap::new();
    let mut confusions: BTreeMap<(usize, &str, &str), usize> = BTreeMap::new();
    let mut scores: BTreeMap<(usize, u64), Tally> = BTreeMap::new();
    let mut cost: BTreeMap<usize, (Duration, usize, usize)> = BTreeMap::new();
    for Sample { gold, length, text } in samples {
        let start = Instant::now();
        let answer = identify(text);
        let spent = cost.entry(*length).or_default();
        *spent = (spent.0 + start.elapsed(), spent.1 + text.len(), spent.2 + 1);
        tallies.entry((gold, *length)).or_default().add(answer.code, gold);
        scores.entry((*length, (answer.score * 1000.0) as u64)).or_default().add(answer.code, gold);
        if answer.code != *gold {
            *confusions.entry((*length, gold, answer.code)).or_default() += 1;
        }
    }
    print_accuracy(&tallies);
    print_scores(&scores);
    print_confusions(&confusions);
    print_cost(&cost);
}

impl Tally {
    fn add(&mut self, answer: &str, gold: &str) {
        self.texts += 1;
        self.right += usize::from(answer == gold);
        self.undetermined += usize::from(answer == UNDETERMINED);
    }

    fn right(self) -> f64 {
        self.right as f64 / self.texts.max(1) as f64
    }
}

fn print_accuracy(tallies: &BTreeMap<(&str, usize), Tally>) {
    println!("\nshare right / undetermined (texts), score below {CONFIDENCE} is undetermined");
    let languages: BTreeSet<&str> = tallies.keys().map(|(language, _)| *language).collect();
    for language in &languages {
        print!("{language}");
        for length in LENGTHS {
            let tally = tallies.get(&(*language, length)).copied().unwrap_or_default();
            let undetermined = tally.undetermined as f64 / tally.texts.max(1) as f64;
            print!("  {length}: {:.3}/{undetermined:.3} ({:3})", tally.right(), tally.texts);
        }
        println!();
    }
    print!("macro over languages with 20 texts or more");
    for length in LENGTHS {
        let enough: Vec<&Tally> =
            tallies.iter().filter(|((_, l), t)| *l == length && t.texts >= 20).map(|(_, t)| t).collect();
        let right: f64 = enough.iter().map(|tally| tally.right()).sum();
        let texts: usize = enough.iter().map(|tally| tally.texts).sum();
        let wrong: usize = enough.iter().map(|tally| tally.texts - tally.right - tally.undetermined).sum();
        print!("  {length}: {:.4} ({wrong} of {texts} wrong)", right / enough.len().max(1) as f64);
    }
    println!();
}

fn print_scores(scores: &BTreeMap<(usize, u64), Tally>) {
    println!("\nscore: share right of the texts that got it");
    for ((length, score), tally) in scores {
        println!("{length:5} {:.3}: {:.3} ({})", *score as f64 / 1000.0, tally.right(), tally.texts);
    }
}

fn print_confusions(confusions: &BTreeMap<(usize, &str, &str), usize>) {
    let mut most: Vec<_> = confusions.iter().filter(|((_, _, answer), _)| *answer != UNDETERMINED).collect();
    most.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
    println!("\nconfusions");
    for ((length, gold, answer), count) in most.into_iter().take(30) {
        println!("{length:5} {gold} as {answer}: {count}");
    }
}

fn print_cost(cost: &BTreeMap<usize, (Duration, usize, usize)>) {
    println!("\nspeed, one thread");
    for (length, (spent, bytes, texts)) in cost {
        let seconds = spent.as_secs_f64();
        let each = seconds * 1e6 / *texts as f64;
        println!(
            "{length:5} characters: {:.1} MB/s, {each:.1} microseconds a text",
            *bytes as f64 / seconds / 1e6
        );
    }
}

/// Resident memory in MB, 0 where the system does not tell.
fn resident() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<f64>().ok()).unwrap_or(0.0) / 1024.0
}
