use std::collections::BTreeMap;
use std::io::Read;
use std::sync::LazyLock;

use flate2::read::MultiGzDecoder;
use gleaner_testkit::corpus::{
    ArchiveWriter, Corpus, CorpusOptions, Kind, Markup, PageWriter, Paragraphs, SyntheticDocument,
};
use gleaner_testkit::{jaccard, tokens};

/// Made once for all tests that look at many documents.
fn corpus() -> &'static [SyntheticDocument] {
    static CORPUS: LazyLock<Vec<SyntheticDocument>> = LazyLock::new(|| {
        let options = CorpusOptions { documents: 2_500, ..CorpusOptions::default() };
        Corpus::new(options).unwrap().documents().collect()
    });
    &CORPUS
}

fn site(document: &SyntheticDocument) -> &str {
    document.url.split('/').nth(2).unwrap()
}

/// `g12t3` is a page of template `g12`; every other group is its own.
fn relatives(document: &SyntheticDocument) -> &str {
    document.group.split('t').next().unwrap()
}

fn hash(bytes: impl Iterator<Item = u8>) -> u64 {
    bytes.fold(0xCBF2_9CE4_8422_2325, |h, b| (h ^ u64::from(b)).wrapping_mul(0x0000_0100_0000_01B3))
}

#[test]
fn unrelated_documents_share_no_5_gram() {
    let documents = corpus();
    let mut grams: Vec<(u64, usize)> = Vec::new();
    for (i, document) in documents.iter().enumerate() {
        let tokens = tokens(document.body());
        grams.extend(tokens.windows(5).map(|run| (hash(run.join(" ").bytes()), i)));
    }
    grams.sort_unstable();
    assert!(grams.len() > 1_000_000, "{}", grams.len());
    for pair in grams.windows(2).filter(|pair| pair[0].0 == pair[1].0) {
        let (a, b) = (&documents[pair[0].1], &documents[pair[1].1]);
        // Copies and pages of one template aside.
        assert!(relatives(a) == relatives(b), "{} and {} ({}) share a 5-gram", a.id, b.id, a.lang);
    }
}

#[test]
fn every_language_has_50_000_forms() {
    let corpus = Corpus::new(CorpusOptions::default()).unwrap();
    let sizes = corpus.vocabulary_sizes();
    assert_eq!(sizes.len(), 9);
    assert!(sizes.iter().all(|(_, forms)| *forms >= 50_000), "{sizes:?}");
}

#[test]
fn documents_are_made_alone_as_in_sequence() {
    let corpus = Corpus::new(CorpusOptions { documents: 1_000_000, ..CorpusOptions::default() }).unwrap();
    assert_eq!(corpus.documents().len(), 1_000_000);
    assert_eq!(corpus.documents().nth(3), corpus.document(3));
    assert_eq!(corpus.document(999_999).unwrap().id, "999999");
    assert_eq!(corpus.document(1_000_000), None);
}

#[test]
fn a_corpus_never_changes() {
    let bytes = hash(corpus()[..200].iter().flat_map(|d| d.text.bytes()));
    assert_eq!(
        bytes, 7_829_790_419_300_024_265,
        "a change of the generator makes recorded figures incomparable"
    );
}

#[test]
fn lengths_and_kinds_are_distributed_as_documented() {
    let documents = corpus();
    let mut words: Vec<usize> = documents
        .iter()
        .filter(|d| d.kind == Kind::Single && matches!(d.lang.as_str(), "en" | "de" | "ru"))
        .map(|d| tokens(d.body()).len())
        .collect();
    words.sort_unstable();
    let median = words[words.len() / 2];
    assert!((350..470).contains(&median), "{median}");
    assert!(words[words.len() / 10] < 200 && words[words.len() * 9 / 10] > 1_000, "too even");
    let mut kinds: BTreeMap<Kind, usize> = BTreeMap::new();
    for document in documents {
        *kinds.entry(document.kind).or_default() += 1;
    }
    assert_eq!(kinds.len(), 11, "{kinds:?}");
    assert!((1_300..1_800).contains(&kinds[&Kind::Single]), "{kinds:?}");
}

#[test]
fn copies_are_alike_as_their_kind_says() {
    let documents = corpus();
    let roots: BTreeMap<&str, &SyntheticDocument> =
        documents.iter().filter(|d| d.kind == Kind::Root).map(|d| (d.group.as_str(), d)).collect();
    let mut measured: BTreeMap<Kind, Vec<f64>> = BTreeMap::new();
    for copy in documents {
        let Some(root) = roots.get(copy.group.as_str()).filter(|root| root.id != copy.id) else { continue };
        assert!(copy.kind != Kind::Exact || copy.text == root.text, "{}", copy.id);
        measured.entry(copy.kind).or_default().push(jaccard(root.body(), copy.body(), 5));
    }
    assert_eq!(measured.len(), 8, "{measured:?}");
    for (kind, similarities) in measured {
        let mean = similarities.iter().sum::<f64>() / similarities.len() as f64;
        let expected = match kind {
            Kind::Exact | Kind::Boiler | Kind::CaseWsPunct => 0.98..=1.0,
            _ => 0.6..=0.99,
        };
        assert!(expected.contains(&mean), "{kind:?} {mean}");
    }
}

#[test]
fn pages_hold_their_document_in_a_frame() {
    let writer = PageWriter::new().unwrap();
    for document in &corpus()[..60] {
        let html = writer.html(document);
        let found = document.body().lines().all(|line| html.contains(&line.replace('"', "&quot;")));
        assert!(found && html.contains("</html>"), "{} {}", document.lang, site(document));
        assert!(html.matches("<a ").count() > 10);
    }
}

#[test]
fn pages_weigh_what_crawled_ones_do() {
    let (crawl, bare) = (PageWriter::new().unwrap(), PageWriter::with(Markup::Bare).unwrap());
    let mut sizes: Vec<usize> = corpus()[..200].iter().map(|document| crawl.html(document).len()).collect();
    sizes.sort_unstable();
    assert!((45_000..90_000).contains(&sizes[100]), "{}", sizes[100]);
    assert!(sizes[180] > 100_000 && sizes[20] < 50_000, "too even: {} to {}", sizes[20], sizes[180]);
    assert!(corpus()[..20].iter().all(|d| bare.html(d).len() < d.text.len() + 12_000));
}

#[test]
fn a_page_never_changes() {
    let writer = PageWriter::new().unwrap();
    let bytes = hash(corpus()[..20].iter().flat_map(|document| writer.served(document).body));
    assert_eq!(
        bytes, 18_117_480_345_848_978_429,
        "a change of the pages makes recorded figures incomparable"
    );
}

#[test]
fn a_site_has_one_theme() {
    let writer = PageWriter::new().unwrap();
    let menu = |document: &SyntheticDocument| {
        let html = writer.html(document);
        let lines: Vec<String> =
            html.lines().filter(|l| l.contains("<li class=")).map(str::to_owned).collect();
        lines
    };
    let first = &corpus()[0];
    let same = corpus()[1..].iter().find(|d| site(d) == site(first)).unwrap();
    let other = corpus()[1..].iter().find(|d| d.lang == first.lang && site(d) != site(first)).unwrap();
    assert!(menu(first).len() > 20 && menu(first) == menu(same), "{} {}", first.url, same.url);
    assert_ne!(menu(first), menu(other));
}

#[test]
fn an_archive_holds_a_member_a_page() {
    let pages = PageWriter::with(Markup::Bare).unwrap();
    let mut writer = ArchiveWriter::new(Vec::new());
    let served: Vec<_> = corpus()[..30].iter().map(|document| pages.served(document)).collect();
    served.iter().for_each(|page| writer.write(page).unwrap());
    let archive = writer.into_inner();
    let mut bytes = Vec::new();
    MultiGzDecoder::new(&archive[..]).read_to_end(&mut bytes).unwrap();
    let text = String::from_utf8_lossy(&bytes);
    assert_eq!(text.matches("WARC/1.0\r\n").count(), 30);
    assert!(served.iter().all(|page| text.contains(&format!("WARC-Target-URI: {}\r\n", page.url))));
    // Windows-1251 in the header, GBK in the page: not all of it is UTF-8.
    assert!(served.iter().any(|page| page.charset() == Some("windows-1251")));
    assert!(served.iter().any(|page| std::str::from_utf8(&page.body).is_err()));
}

#[test]
fn lines_can_be_as_long_as_in_crawled_texts() {
    let options =
        CorpusOptions { documents: 300, paragraphs: Paragraphs::Crawled, ..CorpusOptions::default() };
    let corpus = Corpus::new(options).unwrap();
    let mut lines: Vec<usize> = corpus.documents().map(|document| document.body().lines().count()).collect();
    lines.sort_unstable();
    assert!((8..24).contains(&lines[150]) && lines[270] > 45, "{} {}", lines[150], lines[270]);
}

#[test]
fn languages_can_be_chosen() {
    let options =
        CorpusOptions { documents: 20, languages: vec!["th".to_owned()], ..CorpusOptions::default() };
    assert!(Corpus::new(options).unwrap().documents().all(|d| d.lang == "th"));
}
