//! Invented words of a language.

use std::collections::BTreeSet;

use serde::Deserialize;

use crate::rng::Rng;
use crate::source::SourceError;

/// The site whose frame a language's pages stand in.
pub(crate) fn sites() -> Result<Vec<(String, String)>, SourceError> {
    sources().iter().map(|(file, source)| parse(file, source).map(|s| (s.code, s.site))).collect()
}

fn parse(file: &str, source: &str) -> Result<Settings, SourceError> {
    toml::from_str(source).map_err(|e| SourceError::new(file, e))
}

/// A file of `data/languages`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Settings {
    code: String,
    weight: usize,
    site: String,
    forms: usize,
    shift: usize,
    #[serde(default)]
    capitals: bool,
    #[serde(default)]
    joiner: String,
    #[serde(default = "space")]
    space: String,
    #[serde(default = "comma")]
    comma: String,
    #[serde(default = "stop")]
    stop: String,
    syllables: Vec<usize>,
    #[serde(default)]
    onsets: Vec<String>,
    onset_rows: Option<Rows>,
    nuclei: Vec<String>,
    codas: Vec<String>,
    /// What a form may end with, drawn once for each.
    #[serde(default)]
    endings: Vec<String>,
}

fn space() -> String {
    " ".to_owned()
}

fn comma() -> String {
    ", ".to_owned()
}

fn stop() -> String {
    ". ".to_owned()
}

/// Rows of a double-byte character set, for scripts with thousands of characters.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Rows {
    encoding: String,
    first: u8,
    last: u8,
}

impl Rows {
    /// Every character of the rows, in order.
    fn characters(&self) -> Vec<String> {
        let Some(encoding) = encoding_rs::Encoding::for_label(self.encoding.as_bytes()) else {
            return Vec::new();
        };
        let bytes: Vec<u8> =
            (self.first..=self.last).flat_map(|row| (0xA1..=0xFE).flat_map(move |c| [row, c])).collect();
        let text = encoding.decode_without_bom_handling(&bytes).0;
        text.chars().filter(|c| c.is_alphanumeric()).map(String::from).collect()
    }
}

/// The forms of a language and how often each is drawn.
#[derive(Debug)]
pub(crate) struct Vocabulary {
    pub(crate) code: String,
    /// Share of documents, relative to the other languages.
    pub(crate) weight: usize,
    /// What stands between forms, inside and at the end of a sentence.
    pub(crate) space: String,
    pub(crate) comma: String,
    pub(crate) stop: String,
    forms: Vec<Box<str>>,
    /// Running sums of `1 / (rank + shift)`.
    sums: Vec<f64>,
}

impl Vocabulary {
    fn parse(file: &str, source: &str) -> Result<Vocabulary, SourceError> {
        let mut settings = parse(file, source)?;
        if let Some(rows) = &settings.onset_rows {
            settings.onsets = rows.characters();
        }
        let lists =
            [settings.onsets.len(), settings.nuclei.len(), settings.codas.len(), settings.syllables.len()];
        if lists.contains(&0) || settings.forms == 0 {
            return Err(SourceError::new(file, "an empty list"));
        }
        let forms = build_forms(&settings).ok_or_else(|| SourceError::new(file, "too few syllables"))?;
        let mut sum = 0.0;
        let weight = |rank| 1.0 / (rank + settings.shift + 1) as f64;
        let sums = (0..forms.len()).map(|rank| {
            sum += weight(rank);
            sum
        });
        Ok(Vocabulary {
            sums: sums.collect(),
            forms,
            code: settings.code,
            weight: settings.weight,
            space: settings.space,
            comma: settings.comma,
            stop: settings.stop,
        })
    }

    /// Number of distinct forms.
    pub(crate) fn len(&self) -> usize {
        self.forms.len()
    }

    /// A form, the frequent ones more often.
    pub(crate) fn draw(&self, rng: &mut Rng) -> &str {
        let total = self.sums.last().copied().unwrap_or_default();
        let at = rng.unit() * total;
        let rank = self.sums.partition_point(|sum| *sum <= at);
        &self.forms[rank.min(self.forms.len() - 1)]
    }
}

/// The forms by rank: distinct, shorter ones mostly first, as in real languages. `None` when the syllables give too few.
fn build_forms(settings: &Settings) -> Option<Vec<Box<str>>> {
    let mut rng = Rng::named(0, &settings.code);
    let mut seen: BTreeSet<Box<str>> = BTreeSet::new();
    let mut ranked: Vec<(u64, Box<str>)> = Vec::with_capacity(settings.forms);
    let mut tries = 0;
    while ranked.len() < settings.forms {
        tries += 1;
        if tries > settings.forms * 20 {
            return None;
        }
        let form: Box<str> = draw_form(settings, &mut rng)?.into();
        if seen.insert(form.clone()) {
            let noise = rng.below(5) as u64;
            ranked.push((form.chars().count() as u64 + noise, form));
        }
    }
    ranked.sort_by_key(|(key, _)| *key);
    Some(ranked.into_iter().map(|(_, form)| form).collect())
}

fn draw_form(settings: &Settings, rng: &mut Rng) -> Option<String> {
    let count = *rng.pick(&settings.syllables)?;
    let mut form = String::new();
    for i in 0..count {
        if i > 0 {
            form.push_str(&settings.joiner);
        }
        for part in [&settings.onsets, &settings.nuclei, &settings.codas] {
            form.push_str(rng.pick(part)?);
        }
    }
    form.push_str(rng.pick(&settings.endings).map_or("", String::as_str));
    if settings.capitals && rng.chance(0.3) { Some(capitalised(&form)) } else { Some(form) }
}

/// With its first letter in upper case.
pub(crate) fn capitalised(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

macro_rules! source {
    ($code:literal) => {
        (
            concat!("data/languages/", $code, ".toml"),
            include_str!(concat!("../../data/languages/", $code, ".toml")),
        )
    };
}

/// The files of `data/languages`, in a fixed order.
fn sources() -> [(&'static str, &'static str); 9] {
    [
        source!("en"),
        source!("vi"),
        source!("de"),
        source!("ru"),
        source!("zh"),
        source!("ja"),
        source!("th"),
        source!("ar"),
        source!("hi"),
    ]
}

/// All vocabularies, in a fixed order.
pub(crate) fn load() -> Result<Vec<Vocabulary>, SourceError> {
    sources().iter().map(|(file, source)| Vocabulary::parse(file, source)).collect()
}
