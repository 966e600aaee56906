//! Which language and script a text is in, offline, from a bounded sample of it.
//!
//! The script is counted first. Greek, Thai, Korean, Chinese, Japanese and other scripts that one language
//! (nearly) owns are decided by it alone. For Latin, Cyrillic, Arabic, Devanagari and Hebrew text
//! the model of `py3langid` (naive Bayes over byte n-grams, 97 languages; Lui & Baldwin 2012, "langid.py") reads
//! up to three windows of the text. Where the text is too short for three, or the windows differ,
//! `whatlang` (trigram ranks and alphabets, 69 languages) gives a second opinion: two unlike methods
//! that agree are nearly always right, and two that differ are not to be trusted.
//!
//! Measured on documentation in 27 languages (example `language_accuracy`), macro share right, and wrong answers
//! that were not `und`: 50 characters .902 (45 of 7,537), 100 .967 (16 of 7,468), 300 .994 (4 of 7,318),
//! 1,000 .9999 (1 of 6,976), 6,000, of which 1,200 are read, 1.0 (0 of 6,670).
//! Croatian (too few texts) and languages outside the data, as Malay, are not measured.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::LazyLock;

use py3langid_rs::LanguageIdentifier;

/// The score below which the answer is [`UNDETERMINED`].
///
/// On the measured texts, answers that would score lower are right about as often as wrong.
pub const CONFIDENCE: f64 = 0.7;

/// The code of a text in no language we can name: ISO 639-3 `und`.
pub const UNDETERMINED: &str = "und";

/// Characters of one window; a text is read in at most three.
const WINDOW: usize = 400;
/// A text under this many bytes is one window.
const ONE_WINDOW: usize = 600;
/// Weighted letters a script needs before it decides anything.
const ENOUGH_LETTERS: usize = 8;
/// Letters from which the byte model is trusted in a language that the second opinion does not know.
const LONG_WINDOW: usize = 200;

/// Language and script of a text, and how sure that is.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Language {
    /// ISO 639-3 code and ISO 15924 script, as `vie_Latn`; [`UNDETERMINED`] if `score < CONFIDENCE`.
    pub code: &'static str,
    /// From 0 to 1, after the share of measured texts with like evidence whose answer was right. The 0.8 of a
    /// language that only the byte model knows is an estimate: the measured texts hold no such language.
    pub score: f64,
}

impl Language {
    const NONE: Self = Self { code: UNDETERMINED, score: 0.0 };

    fn new(code: &'static str, score: f64) -> Self {
        Self { code: if score < CONFIDENCE { UNDETERMINED } else { code }, score }
    }
}

/// Names the language of `text`.
///
/// Codes follow GlotLID and FineWeb-2: individual languages instead of macrolanguages (`arb`, `ekk`, `zsm`)
/// except `fas`. Chinese is `cmn_Hans` or `cmn_Hant` by characters that belong to one of the two, and
/// `cmn_Hani` where none occurs. A text without letters is [`UNDETERMINED`] with score 0; so is, with its
/// low score, one that the two identifiers disagree on.
///
/// The same text gives the same answer on every machine. Cost is bounded: at most 1,200 characters are
/// read, the begin, middle and end of a longer text. The first call unpacks the model (16 MB resident).
///
/// ```
/// use gleaner_pipeline::language::identify;
/// assert_eq!(identify("Hôm nay trời đẹp nên chúng tôi đi bộ ra chợ mua rau.").code, "vie_Latn");
/// assert_eq!(identify("12 + 30 = 42").code, "und");
/// ```
pub fn identify(text: &str) -> Language {
    let windows = sample(text);
    let Some((script, letters)) = main_script(&windows) else { return Language::NONE };
    if letters < ENOUGH_LETTERS {
        return Language::new(UNDETERMINED, 0.3);
    }
    match script {
        "Hani" => Language::new(chinese_or_japanese(&windows), 0.99),
        "Beng" => Language::new(bengali_or_assamese(&windows), 0.99),
        _ => match SOLE_LANGUAGE.iter().find(|(_, code)| code.ends_with(script)) {
            Some((_, code)) => Language::new(code, 0.99),
            None => by_models(&windows, script),
        },
    }
}

/// At most three windows of `WINDOW` characters, cut at character boundaries.
fn sample(text: &str) -> Vec<&str> {
    let text = text.trim();
    if text.len() < ONE_WINDOW {
        return if text.is_empty() { Vec::new() } else { vec![text] };
    }
    let third = text.floor_char_boundary(text.len() / 3);
    let two_thirds = text.floor_char_boundary(text.len() * 2 / 3);
    let last = &text[two_thirds..];
    let end = last.char_indices().rev().nth(WINDOW - 1).map_or(0, |(at, _)| at);
    vec![first_chars(&text[..third]), first_chars(&text[third..two_thirds]), &last[end..]]
}

fn first_chars(text: &str) -> &str {
    text.char_indices().nth(WINDOW).map_or(text, |(end, _)| &text[..end])
}

/// The script with most letters, and its letters. An ideograph or syllable stands for several letters.
fn main_script(windows: &[&str]) -> Option<(&'static str, usize)> {
    let mut counts = [0usize; SCRIPTS.len()];
    for c in windows.iter().flat_map(|window| window.chars()) {
        if let Some(index) = script_of(c) {
            counts[index] += SCRIPTS[index].1;
        }
    }
    // Japanese mixes both: they stand together against other scripts.
    counts[HANI] += std::mem::take(&mut counts[KANA]);
    let best = (0..counts.len()).rev().max_by_key(|&index| counts[index])?;
    (counts[best] > 0).then_some((SCRIPTS[best].0, counts[best]))
}

/// Index into [`SCRIPTS`] of a letter.
fn script_of(c: char) -> Option<usize> {
    if c.is_ascii() {
        return c.is_ascii_alphabetic().then_some(LATN);
    }
    let after = RANGES.partition_point(|&(first, _, _)| first <= u32::from(c));
    let &(_, last, script) = RANGES.get(after.checked_sub(1)?)?;
    (u32::from(c) <= last && !matches!(c, '×' | '÷')).then_some(script)
}

/// Japanese where at least one letter in twenty is kana, otherwise Chinese by its character forms.
fn chinese_or_japanese(windows: &[&str]) -> &'static str {
    let chars = || windows.iter().flat_map(|window| window.chars());
    let kana = chars().filter(|&c| script_of(c) == Some(KANA)).count();
    let han = chars().filter(|&c| script_of(c) == Some(HANI)).count();
    if kana * 20 >= kana + han {
        return "jpn_Jpan";
    }
    static FORMS: LazyLock<[Vec<char>; 2]> =
        LazyLock::new(|| [SIMPLIFIED.chars().collect(), TRADITIONAL.chars().collect()]);
    let [simplified, traditional] =
        [&FORMS[0], &FORMS[1]].map(|forms| chars().filter(|c| forms.binary_search(c).is_ok()).count());
    match simplified.cmp(&traditional) {
        std::cmp::Ordering::Greater => "cmn_Hans",
        std::cmp::Ordering::Less => "cmn_Hant",
        std::cmp::Ordering::Equal => "cmn_Hani",
    }
}

/// Assamese writes two letters, ra and wa, that Bengali lacks.
fn bengali_or_assamese(windows: &[&str]) -> &'static str {
    let own = windows.iter().any(|window| window.contains(['\u{9F0}', '\u{9F1}']));
    if own { "asm_Beng" } else { "ben_Beng" }
}

/// The two models on a text in a script of many languages.
fn by_models(windows: &[&str], script: &str) -> Language {
    let windows: Vec<String> = windows.iter().map(|window| only_script(window, script)).collect();
    let answers: Vec<Option<&'static str>> = windows.iter().map(|w| first_opinion(w, script)).collect();
    if let [Some(a), Some(b), Some(c)] = answers[..]
        && a == b
        && b == c
    {
        return Language::new(a, 0.999);
    }
    let whole = windows.join(" ");
    let first = if windows.len() == 1 { answers[0] } else { first_opinion(&whole, script) };
    let second = second_opinion(&whole, script);
    reconcile(first, second, whole.chars().filter(|c| c.is_alphabetic()).count())
}

/// Weighs two answers; the scores follow the shares of right answers in the measured texts.
fn reconcile(first: Option<&'static str>, second: Option<(&'static str, f64)>, letters: usize) -> Language {
    match (first, second) {
        (Some(one), Some((two, confidence))) if one == two => {
            Language::new(one, if confidence < 0.2 { 0.93 } else { 0.99 })
        }
        (Some(one), _) if letters >= LONG_WINDOW && only_first_knows(one) => Language::new(one, 0.8),
        (Some(_), Some((two, confidence))) if confidence >= 0.8 => Language::new(two, 0.6),
        (Some(one), _) => Language::new(one, 0.6),
        (None, Some((two, confidence))) if letters >= LONG_WINDOW => Language::new(two, confidence.min(0.9)),
        (None, Some((two, _))) => Language::new(two, 0.5),
        (None, None) => Language::NONE,
    }
}

/// The text with words of other scripts blanked; Latin text stays as it is.
fn only_script(text: &str, script: &str) -> String {
    if script == "Latn" {
        return text.to_owned();
    }
    let foreign = |c: char| script_of(c).is_some_and(|index| SCRIPTS[index].0 != script);
    text.chars().map(|c| if foreign(c) { ' ' } else { c }).collect()
}

/// The byte n-gram model. `None` where it names a language that is not written in `script`.
fn first_opinion(text: &str, script: &str) -> Option<&'static str> {
    static MODEL: LazyLock<LanguageIdentifier> = LazyLock::new(LanguageIdentifier::new);
    let (two_letters, _) = MODEL.classify(text);
    let known = |(two, code): &&(&str, &'static str)| *two == two_letters && code.ends_with(script);
    LANGUAGES.iter().find(known).map(|(_, code)| *code)
}

/// The trigram model, and its confidence.
fn second_opinion(text: &str, script: &str) -> Option<(&'static str, f64)> {
    let info = whatlang::detect(text)?;
    let confidence = info.confidence();
    let code = individual_codes(info.lang().code()).into_iter().find_map(|code| {
        LANGUAGES.iter().find(|(_, full)| full.starts_with(code) && full.ends_with(script))
    })?;
    Some((code.1, if confidence.is_finite() { confidence } else { 0.0 }))
}

fn only_first_knows(code: &str) -> bool {
    !whatlang::Lang::all().iter().any(|lang| individual_codes(lang.code()).contains(&&code[..3]))
}

/// The ISO 639-3 codes that a two-letter, macrolanguage or individual code stands for; empty if unknown.
fn individual_codes(code: &str) -> Vec<&'static str> {
    if let Some((_, members)) = MACROLANGUAGES.iter().find(|(alias, _)| *alias == code) {
        return members.to_vec();
    }
    let all = LANGUAGES.iter().chain(SOLE_LANGUAGE).chain(BY_CHARACTERS);
    let mut codes: Vec<&'static str> =
        all.filter(|(two, full)| *two == code || full[..3] == *code).map(|(_, full)| &full[..3]).collect();
    codes.dedup();
    codes
}

/// The languages a user wants to keep.
///
/// ```
/// use gleaner_pipeline::language::LanguageFilter;
/// let filter = LanguageFilter::parse("vie, zh, srp_Cyrl").unwrap();
/// assert!(filter.admits("vie_Latn") && filter.admits("cmn_Hant"));
/// assert!(!filter.admits("srp_Latn") && !filter.admits("und"));
/// assert!(filter.admits("sr"), "whose script is not said");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LanguageFilter {
    /// Language, and the script if one was named.
    wanted: BTreeSet<(&'static str, Option<String>)>,
}

impl LanguageFilter {
    /// Reads a list such as `vie,zho_Hant,de`, separated by commas.
    ///
    /// An item is an ISO 639-3 code, a two-letter code, or a macrolanguage (`zho`, `ara`, `nor`, `fas`, `msa`),
    /// each with or without `_` and an ISO 15924 script; `und` admits texts of no known language.
    ///
    /// # Errors
    ///
    /// When an item names no language that [`identify`] can answer, or the list is empty.
    pub fn parse(list: &str) -> Result<Self, UnknownLanguage> {
        let mut wanted = BTreeSet::new();
        for item in list.split(',').map(str::trim) {
            let (language, script) = split_code(item);
            let codes = individual_codes(&language);
            if codes.is_empty() || script.as_deref().is_some_and(|script| !is_script(script)) {
                return Err(UnknownLanguage::new(item));
            }
            wanted.extend(codes.into_iter().map(|code| (code, script.clone())));
        }
        Ok(Self { wanted })
    }

    /// Whether a document labelled `code` is wanted.
    ///
    /// Takes the codes of [`identify`] and those that documents bring along: `en`, `zh-CN`, `pt-BR`, `eng`. A code
    /// without script is wanted where its language is, in whatever script.
    pub fn admits(&self, code: &str) -> bool {
        let (language, script) = split_code(code);
        individual_codes(&language).into_iter().any(|language| {
            let wanted = self.wanted.iter().filter(|(wanted, _)| *wanted == language);
            let mut scripts = wanted.map(|(_, script)| script.as_deref());
            scripts.any(|wanted| wanted.is_none() || script.is_none() || wanted == script.as_deref())
        })
    }
}

/// Language in lower case and script in title case; a region (`pt-BR`) is left out.
fn split_code(code: &str) -> (String, Option<String>) {
    let mut parts = code.split(['_', '-']);
    let language = parts.next().unwrap_or_default().to_ascii_lowercase();
    let script = parts.find(|part| part.len() == 4 && part.bytes().all(|b| b.is_ascii_alphabetic()));
    let title = |part: &str| part[..1].to_ascii_uppercase() + &part[1..].to_ascii_lowercase();
    (language, script.map(title))
}

fn is_script(script: &str) -> bool {
    SCRIPTS.iter().any(|(name, _)| *name == script) || matches!(script, "Hans" | "Hant" | "Jpan")
}

/// A code in a language list that names no language [`identify`] can answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownLanguage {
    item: String,
    suggestion: Option<&'static str>,
}

impl UnknownLanguage {
    fn new(item: &str) -> Self {
        let (language, _) = split_code(item);
        let known = LANGUAGES.iter().chain(SOLE_LANGUAGE).chain(BY_CHARACTERS).map(|(_, full)| &full[..3]);
        let names = known.chain(MACROLANGUAGES.iter().map(|(alias, _)| *alias));
        let close = names.map(|code| (unlikeness(&language, code), code)).min();
        let suggestion = close.filter(|(distance, _)| *distance <= 1).map(|(_, code)| code);
        Self { item: item.to_owned(), suggestion }
    }
}

impl fmt::Display for UnknownLanguage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown language `{}`", self.item)?;
        match self.suggestion {
            Some(code) => write!(f, "; did you mean `{code}`?"),
            None => write!(f, "; give ISO 639-3 codes such as `vie` or `vie_Latn`"),
        }
    }
}

impl std::error::Error for UnknownLanguage {}

/// 0 for the same letters in any order or a common start, then the letters of `code` that `typed` lacks.
fn unlikeness(typed: &str, code: &str) -> usize {
    if typed.len() > 3 && typed.starts_with(code) {
        return 0;
    }
    if typed.len() != code.len() {
        return code.len();
    }
    code.chars().filter(|&c| !typed.contains(c)).count()
}

/// Script names, and how many letters one of its characters counts for.
const SCRIPTS: [(&str, usize); 27] = [
    ("Latn", 1),
    ("Cyrl", 1),
    ("Grek", 1),
    ("Arab", 1),
    ("Hebr", 1),
    ("Deva", 1),
    ("Beng", 1),
    ("Hani", 3),
    ("Kana", 2),
    ("Hang", 3),
    ("Thai", 1),
    ("Laoo", 1),
    ("Khmr", 1),
    ("Mymr", 1),
    ("Geor", 1),
    ("Armn", 1),
    ("Taml", 1),
    ("Telu", 1),
    ("Knda", 1),
    ("Mlym", 1),
    ("Gujr", 1),
    ("Guru", 1),
    ("Orya", 1),
    ("Sinh", 1),
    ("Ethi", 2),
    ("Tibt", 1),
    ("Thaa", 1),
];
const LATN: usize = 0;
const HANI: usize = 7;
const KANA: usize = 8;

/// First and last code point of the letters (and vowel signs) of a script, and its index in [`SCRIPTS`].
const RANGES: &[(u32, u32, usize)] = &[
    (0xAA, 0xAA, 0),
    (0xBA, 0xBA, 0),
    (0xC0, 0x24F, 0),
    (0x370, 0x3FF, 2),
    (0x400, 0x52F, 1),
    (0x531, 0x587, 15),
    (0x5D0, 0x5F2, 4),
    (0x620, 0x65F, 3),
    (0x66E, 0x6D3, 3),
    (0x6D5, 0x6EF, 3),
    (0x6FA, 0x6FF, 3),
    (0x750, 0x77F, 3),
    (0x780, 0x7BF, 26),
    (0x900, 0x963, 5),
    (0x971, 0x97F, 5),
    (0x980, 0x9E3, 6),
    (0x9F0, 0x9F1, 6),
    (0xA01, 0xA65, 21),
    (0xA70, 0xA75, 21),
    (0xA81, 0xAE3, 20),
    (0xB01, 0xB63, 22),
    (0xB82, 0xBE5, 16),
    (0xC00, 0xC63, 17),
    (0xC80, 0xCE3, 18),
    (0xD00, 0xD63, 19),
    (0xD81, 0xDDF, 23),
    (0xE01, 0xE3A, 10),
    (0xE40, 0xE4E, 10),
    (0xE81, 0xECD, 11),
    (0xF40, 0xFBC, 25),
    (0x1000, 0x103F, 13),
    (0x10A0, 0x10FF, 14),
    (0x1100, 0x11FF, 9),
    (0x1200, 0x135A, 24),
    (0x1780, 0x17D3, 12),
    (0x1C90, 0x1CBF, 14),
    (0x1E00, 0x1EFF, 0),
    (0x1F00, 0x1FFF, 2),
    (0x3005, 0x3007, 7),
    (0x3041, 0x3096, 8),
    (0x309D, 0x309F, 8),
    (0x30A1, 0x30FA, 8),
    (0x30FC, 0x30FF, 8),
    (0x3131, 0x318E, 9),
    (0x3400, 0x4DBF, 7),
    (0x4E00, 0x9FFF, 7),
    (0xAC00, 0xD7A3, 9),
    (0xF900, 0xFAFF, 7),
    (0xFB50, 0xFDFF, 3),
    (0xFE70, 0xFEFC, 3),
    (0xFF21, 0xFF3A, 0),
    (0xFF41, 0xFF5A, 0),
    (0xFF66, 0xFF9D, 8),
    (0x20000, 0x323AF, 7),
];

/// Scripts that one language decides, or so nearly that the others are not told apart (Amharic for Tigrinya,
/// Tibetan for Dzongkha). Two-letter code and answer; the script is the last four letters.
const SOLE_LANGUAGE: &[(&str, &str)] = &[
    ("el", "ell_Grek"),
    ("th", "tha_Thai"),
    ("lo", "lao_Laoo"),
    ("km", "khm_Khmr"),
    ("my", "mya_Mymr"),
    ("ka", "kat_Geor"),
    ("hy", "hye_Armn"),
    ("ko", "kor_Hang"),
    ("ta", "tam_Taml"),
    ("te", "tel_Telu"),
    ("kn", "kan_Knda"),
    ("ml", "mal_Mlym"),
    ("gu", "guj_Gujr"),
    ("pa", "pan_Guru"),
    ("or", "ory_Orya"),
    ("si", "sin_Sinh"),
    ("am", "amh_Ethi"),
    ("bo", "bod_Tibt"),
    ("dv", "div_Thaa"),
];

/// Decided by characters rather than by a model.
const BY_CHARACTERS: &[(&str, &str)] = &[
    ("zh", "cmn_Hans"),
    ("zh", "cmn_Hant"),
    ("zh", "cmn_Hani"),
    ("ja", "jpn_Jpan"),
    ("bn", "ben_Beng"),
    ("as", "asm_Beng"),
    ("und", "und"),
];

/// Two-letter code and answer, for the scripts that the models decide.
const LANGUAGES: &[(&str, &str)] = &[
    ("af", "afr_Latn"),
    ("an", "arg_Latn"),
    ("az", "azj_Latn"),
    ("br", "bre_Latn"),
    ("bs", "bos_Latn"),
    ("ca", "cat_Latn"),
    ("cs", "ces_Latn"),
    ("cy", "cym_Latn"),
    ("da", "dan_Latn"),
    ("de", "deu_Latn"),
    ("en", "eng_Latn"),
    ("eo", "epo_Latn"),
    ("es", "spa_Latn"),
    ("et", "ekk_Latn"),
    ("eu", "eus_Latn"),
    ("fi", "fin_Latn"),
    ("fo", "fao_Latn"),
    ("fr", "fra_Latn"),
    ("ga", "gle_Latn"),
    ("gl", "glg_Latn"),
    ("hr", "hrv_Latn"),
    ("ht", "hat_Latn"),
    ("hu", "hun_Latn"),
    ("id", "ind_Latn"),
    ("is", "isl_Latn"),
    ("it", "ita_Latn"),
    ("jv", "jav_Latn"),
    ("ku", "kmr_Latn"),
    ("la", "lat_Latn"),
    ("lb", "ltz_Latn"),
    ("lt", "lit_Latn"),
    ("lv", "lvs_Latn"),
    ("mg", "plt_Latn"),
    ("ms", "zsm_Latn"),
    ("mt", "mlt_Latn"),
    ("nb", "nob_Latn"),
    ("no", "nob_Latn"),
    ("nl", "nld_Latn"),
    ("nn", "nno_Latn"),
    ("oc", "oci_Latn"),
    ("pl", "pol_Latn"),
    ("pt", "por_Latn"),
    ("qu", "quy_Latn"),
    ("ro", "ron_Latn"),
    ("rw", "kin_Latn"),
    ("se", "sme_Latn"),
    ("sk", "slk_Latn"),
    ("sl", "slv_Latn"),
    ("sq", "als_Latn"),
    ("sr", "srp_Latn"),
    ("sv", "swe_Latn"),
    ("sw", "swh_Latn"),
    ("tl", "fil_Latn"),
    ("tr", "tur_Latn"),
    ("uz", "uzn_Latn"),
    ("vi", "vie_Latn"),
    ("vo", "vol_Latn"),
    ("wa", "wln_Latn"),
    ("xh", "xho_Latn"),
    ("zu", "zul_Latn"),
    ("tk", "tuk_Latn"),
    ("ak", "aka_Latn"),
    ("sn", "sna_Latn"),
    ("be", "bel_Cyrl"),
    ("bg", "bul_Cyrl"),
    ("kk", "kaz_Cyrl"),
    ("ky", "kir_Cyrl"),
    ("mk", "mkd_Cyrl"),
    ("mn", "khk_Cyrl"),
    ("ru", "rus_Cyrl"),
    ("sr", "srp_Cyrl"),
    ("uk", "ukr_Cyrl"),
    ("uz", "uzn_Cyrl"),
    ("ar", "arb_Arab"),
    ("fa", "fas_Arab"),
    ("ku", "ckb_Arab"),
    ("ps", "pbt_Arab"),
    ("ug", "uig_Arab"),
    ("ur", "urd_Arab"),
    ("hi", "hin_Deva"),
    ("mr", "mar_Deva"),
    ("ne", "npi_Deva"),
    ("he", "heb_Hebr"),
    ("yi", "ydd_Hebr"),
];

/// Macrolanguages and other aliases, and the individual languages that we name instead.
const MACROLANGUAGES: &[(&str, &[&str])] = &[
    ("ara", &["arb"]),
    ("aze", &["azj"]),
    ("est", &["ekk"]),
    ("hbs", &["bos", "hrv", "srp"]),
    ("kur", &["kmr", "ckb"]),
    ("lav", &["lvs"]),
    ("mlg", &["plt"]),
    ("mon", &["khk"]),
    ("msa", &["zsm", "ind"]),
    ("nep", &["npi"]),
    ("no", &["nob", "nno"]),
    ("nor", &["nob", "nno"]),
    ("ori", &["ory"]),
    ("per", &["fas"]),
    ("pes", &["fas"]),
    ("pus", &["pbt"]),
    ("que", &["quy"]),
    ("sh", &["bos", "hrv", "srp"]),
    ("sqi", &["als"]),
    ("swa", &["swh"]),
    ("tgl", &["fil"]),
    ("uzb", &["uzn"]),
    ("yid", &["ydd"]),
    ("zh", &["cmn"]),
    ("zho", &["cmn"]),
];

/// Characters of simplified Chinese that traditional Chinese does not use, in code point order.
const SIMPLIFIED: &str = "业东两个为么义习书买产亲从们价优会传兰关写则办务动区华单卖历压双发变号吗听员响团国图场坏块声处备复够\
    头妈学实对将层岁岛师带帮库应开张归当录态总战户扩护报担择损换据数断时显术权条来构标样档桥检欧汉测济满\
    热爱爷独环现电画码确离种积稳类紧红约级纪纯纸线练组细织终绍经结给络绝统继续维绿编缩网罗职联聪脑节苏药\
    营蓝虑虽装见观规视览觉计订认讨让议记许论设访证评识词译试话该详语误说请读谁调贝负财责败账货质购贵费资\
    赛赶践车转轮软轻载较输边达迁过运还这进远连适选递邮释针钟钱错键镜长门闭问间闻队阶际陆险随隐难页顶项顺\
    须预领题颜风飞饭馆马驱验鱼鸟鸡麦黄龄龙";

/// Their counterparts, in code point order.
const TRADITIONAL: &str = "來個們備傳價優兩則動務區員問單嗎國圖團報場塊壓壞夠媽學實寫將對層島師帶幫庫張從復愛態慮應戰戶換損擇擔\
    據擴敗數斷時書會東條業構標樣橋檔檢權歐歲歷歸測滿漢濟為熱營爺獨現環產畫當發確碼種積穩節紀約紅純紙級細\
    紹終組結絕絡給統經綠維網緊線編練縮總織繼續羅義習聞聯聰聲職聽腦華藍藥蘇蘭處號術裝見規視親覺覽觀訂計討\
    記訪設許評詞試話該詳認語誤說誰調請論證識譯議護讀變讓貝負財貨責貴買費資賣質賬購賽趕踐車軟較載輕輪輸轉\
    辦這連進運過達遞遠適遷選還邊郵釋針錄錢錯鍵鏡鐘長門閉開間關陸隊階際隨險隱雖雙雞離難電響頁頂項順須預領\
    頭題顏類顯風飛飯館馬驅驗魚鳥麥麼黃齡龍";

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, code: &str) {
        let answer = identify(text);
        assert_eq!(answer.code, code, "score {} for {text:?}", answer.score);
        assert!((0.0..=1.0).contains(&answer.score));
        assert_eq!(answer.score < CONFIDENCE, code == UNDETERMINED);
    }

    #[test]
    fn names_languages_of_many_scripts() {
        for (text, code) in [
            ("Chiều nay mẹ tôi nấu canh chua cá lóc, cả nhà ngồi ăn ngoài hiên và kể chuyện cũ.", "vie_Latn"),
            (
                "The ferry was late again, so we bought coffee and watched the gulls fight over bread.",
                "eng_Latn",
            ),
            (
                "Gestern haben wir den alten Schrank verkauft, weil er nicht durch die neue Tür passte.",
                "deu_Latn",
            ),
            (
                "Ma voisine cultive des tomates sur son balcon et en donne à tous ceux qui passent.",
                "fra_Latn",
            ),
            (
                "Esta mañana no había pan en la tienda, así que fuimos andando hasta el pueblo de al lado para comprarlo.",
                "spa_Latn",
            ),
            ("Ontem à noite choveu tanto que a água entrou na cozinha e não conseguimos dormir.", "por_Latn"),
            ("Il treno delle sette era pieno e abbiamo viaggiato in piedi fino alla città.", "ita_Latn"),
            ("Wczoraj wieczorem znaleźliśmy w ogrodzie jeża, który schował się pod liśćmi.", "pol_Latn"),
            ("Dün akşam komşumuz bize bahçesinden topladığı kirazlardan bir sepet getirdi.", "tur_Latn"),
            ("Вчера мы долго искали дорогу к озеру и вернулись домой только после заката.", "rus_Cyrl"),
            (
                "Вчора ми довго шукали стежку до озера і повернулися додому вже після заходу сонця.",
                "ukr_Cyrl",
            ),
            ("Η γιαγιά μου φτιάχνει κάθε Κυριακή ψωμί με ελιές.", "ell_Grek"),
            ("ذهبنا صباح اليوم إلى السوق واشترينا الخبز والزيتون ثم عدنا إلى البيت قبل الظهر.", "arb_Arab"),
            ("دیروز با دوستانم به کوه رفتیم و تا غروب کنار رودخانه چای خوردیم.", "fas_Arab"),
            ("कल शाम हम नदी के किनारे बैठे और देर तक बातें करते रहे।", "hin_Deva"),
            ("เมื่อวานฝนตกหนักมาก รถติดทั้งเมือง", "tha_Thai"),
            ("어제는 비가 와서 하루 종일 집에서 책을 읽었습니다.", "kor_Hang"),
            ("昨日は雨が降ったので、家で本を読んでいました。", "jpn_Jpan"),
            ("昨天我们去了湖边,回来的时候已经很晚了。", "cmn_Hans"),
            ("昨天我們去了湖邊,回來的時候已經很晚了。", "cmn_Hant"),
        ] {
            check(text, code);
        }
    }

    #[test]
    fn text_without_enough_letters_is_undetermined() {
        for text in ["", " \n\t", "12 + 30 = 42", "— … ☃ 🎉", "ok", "水", "\u{301}\u{301}\u{301}", "\u{0}"]
        {
            check(text, UNDETERMINED);
        }
    }

    #[test]
    fn english_words_do_not_hide_another_script() {
        check("แก้ไขไฟล์ config.yaml แล้วรีสตาร์ท nginx service อีกครั้งครับ", "tha_Thai");
        check("请先运行 git pull, 然后再编译这个 project 的 main branch。", "cmn_Hans");
    }

    #[test]
    fn han_text_common_to_both_forms_says_so() {
        check("山水人文,天地日月。", "cmn_Hani");
    }

    #[test]
    fn a_long_text_is_read_at_begin_middle_and_end() {
        let text = "å".repeat(1_000) + &"ß".repeat(1_000) + &"ø".repeat(1_000);
        let windows = sample(&text);
        assert_eq!(windows.iter().map(|w| w.chars().count()).collect::<Vec<_>>(), [WINDOW; 3]);
        assert!(text.starts_with(windows[0]) && windows[1].starts_with('ß') && text.ends_with(windows[2]));
    }

    #[test]
    fn every_length_and_odd_text_is_answered() {
        for unit in ["a", "ж", "語", "🙂 ", "ע", "\u{9F0}", "x1_", "ﷺ"] {
            for length in [1, 7, 199, 200, 599, 601, 2_000] {
                let score = identify(&unit.repeat(length)).score;
                assert!((0.0..=1.0).contains(&score), "{unit:?} x {length}: {score}");
            }
        }
    }

    #[test]
    fn tables_are_sorted_and_complete() {
        for forms in [SIMPLIFIED, TRADITIONAL] {
            assert!(forms.chars().is_sorted_by(|a, b| a < b), "{forms}");
        }
        assert!(SIMPLIFIED.chars().all(|c| !TRADITIONAL.contains(c)));
        assert!(RANGES.is_sorted_by(|a, b| a.1 < b.0));
        assert!(MACROLANGUAGES.iter().flat_map(|(_, members)| *members).all(|m| individual_codes(m) == [*m]));
    }

    #[test]
    fn filter_takes_codes_scripts_and_macrolanguages() {
        for (list, code, admitted) in [
            ("vie", "vie_Latn", true),
            ("vi", "vie_Latn", true),
            ("vie_Latn", "vie_Latn", true),
            ("vie", "eng_Latn", false),
            ("zho", "cmn_Hani", true),
            ("zho_Hant", "cmn_Hans", false),
            ("ZH-hant", "cmn_Hant", true),
            ("nor", "nno_Latn", true),
            ("ara, fas", "arb_Arab", true),
            ("pes", "fas_Arab", true),
            ("srp_Latn", "srp_Cyrl", false),
            ("en", "en-US", true),
            ("deu", "de", true),
            ("eng", UNDETERMINED, false),
            ("eng,und", UNDETERMINED, true),
            ("eng", "", false),
        ] {
            let filter = LanguageFilter::parse(list).unwrap();
            assert_eq!(filter.admits(code), admitted, "{list} admits {code}");
        }
    }

    #[test]
    fn unknown_codes_are_named_with_a_suggestion() {
        for (list, message) in [
            ("vie,vei", "unknown language `vei`; did you mean `vie`?"),
            ("deutsch", "unknown language `deutsch`; did you mean `deu`?"),
            ("eng_Abcd", "unknown language `eng_Abcd`; did you mean `eng`?"),
            ("", "unknown language ``; give ISO 639-3 codes such as `vie` or `vie_Latn`"),
            ("12", "unknown language `12`; give ISO 639-3 codes such as `vie` or `vie_Latn`"),
            ("é,eng", "unknown language `é`; give ISO 639-3 codes such as `vie` or `vie_Latn`"),
        ] {
            assert_eq!(LanguageFilter::parse(list).unwrap_err().to_string(), message);
        }
    }
}
