use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use gleaner_testkit::{
    Label, PageKind, PageLabel, fixtures_dir, jaccard, leftover_texts, page_labels, shingles, tokens,
};

fn files_below(dir: &Path, prefix: &str, out: &mut Vec<String>) {
    for entry in std::fs::read_dir(dir).unwrap() {
        let entry = entry.unwrap();
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.path().is_dir() {
            files_below(&entry.path(), &format!("{name}/"), out);
        } else {
            out.push(name);
        }
    }
}

#[test]
fn committed_files_are_what_the_generator_writes() {
    let generated = gleaner_testkit::fixtures::generate().unwrap();
    let mut committed = Vec::new();
    files_below(&fixtures_dir(), "", &mut committed);
    let folders: BTreeSet<&str> =
        generated.keys().filter_map(|n| n.split_once('/').map(|(f, _)| f)).collect();
    // Other folders of fixtures/ belong to other tests.
    let stray = |name: &&String| {
        name.split_once('/').is_some_and(|(f, _)| folders.contains(f)) && !generated.contains_key(*name)
    };
    assert_eq!(
        committed.iter().filter(stray).collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "no longer generated"
    );
    for (name, bytes) in &generated {
        let found = std::fs::read(fixtures_dir().join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
        assert!(found == *bytes, "{name} differs: write it again with make-fixtures");
    }
    let total: usize = generated.values().map(Vec::len).sum();
    assert!(total < 2_000_000, "{total} bytes");
}

#[test]
fn generating_twice_gives_the_same_bytes() {
    assert!(gleaner_testkit::fixtures::generate() == gleaner_testkit::fixtures::generate());
}

#[test]
fn the_crawl_has_sites_languages_and_every_kind_of_copy() {
    let pages = page_labels().unwrap();
    let mut per_site: BTreeMap<&str, usize> = BTreeMap::new();
    for page in &pages {
        *per_site.entry(&page.site).or_default() += 1;
    }
    assert!(per_site.values().filter(|n| **n >= 5).count() >= 10, "{per_site:?}");
    let languages: BTreeSet<&str> = pages.iter().map(|p| p.language.as_str()).collect();
    assert_eq!(languages.len(), 12, "{languages:?}");
    let kinds: BTreeSet<PageKind> = pages.iter().map(|p| p.kind).collect();
    assert_eq!(kinds.len(), 7, "{kinds:?}");
    let urls: BTreeSet<&str> = pages.iter().map(|p| p.url.as_str()).collect();
    assert_eq!(urls.len(), pages.len());
    assert!(urls.iter().all(|u| u.split('/').nth(2).unwrap().ends_with(".example")));
    assert!(pages.iter().all(|p| tokens(&p.text).len() >= 60), "too short a page");
}

/// Copies within a family are found at 0.8 with room to spare; everything else stays apart.
#[test]
fn copies_are_near_and_other_pages_are_far() {
    let pages = page_labels().unwrap();
    let sets: Vec<_> = pages.iter().map(|p| shingles(&p.text, 5)).collect();
    let (mut copies, mut same_topic) = (0, 0);
    for (i, a) in pages.iter().enumerate() {
        for (k, b) in pages.iter().enumerate().skip(i + 1) {
            let common = sets[i].intersection(&sets[k]).count();
            let j = common as f64 / (sets[i].len() + sets[k].len() - common) as f64;
            if a.family == b.family {
                copies += 1;
                // Two copies of one original may differ by both their edits.
                let direct = a.kind == PageKind::Original || b.kind == PageKind::Original;
                assert!(j >= if direct { 0.85 } else { 0.8 }, "{} {} {j}", a.url, b.url);
            } else {
                let topic = a.topic.is_some() && a.topic == b.topic;
                same_topic += usize::from(topic);
                assert!(j < if topic { 0.6 } else { 0.05 }, "{} {} {j}", a.url, b.url);
            }
        }
    }
    assert!(copies >= 25 && same_topic >= 5, "{copies} {same_topic}");
}

#[test]
fn an_edited_copy_is_no_exact_copy() {
    let pages = page_labels().unwrap();
    let original = |page: &PageLabel| {
        let found = pages.iter().find(|p| p.family == page.family && p.kind == PageKind::Original);
        found.unwrap().clone()
    };
    for page in &pages {
        let same = page.text == original(page).text;
        let exact = matches!(page.kind, PageKind::Original | PageKind::Exact | PageKind::Frame);
        assert_eq!(same, exact, "{}", page.url);
    }
}

#[test]
fn templates_and_templated_pages_share_text() {
    let pages = page_labels().unwrap();
    let text = |name: &str| pages.iter().find(|p| p.name == name).unwrap().text.clone();
    let j = jaccard(&text("qinghe-shop/item-10418"), &text("qinghe-shop/item-10419"), 5);
    assert!((0.1..0.6).contains(&j), "{j}");
    let j = jaccard(&text("harbour-gazette/tides-2024-06-14"), &text("harbour-gazette/tides-2024-06-15"), 5);
    assert!((0.1..0.6).contains(&j), "{j}");
}

#[test]
fn html_files_hold_their_main_content_in_the_charset_served() {
    for page in page_labels().unwrap() {
        let bytes = std::fs::read(fixtures_dir().join(format!("html/{}.html", page.name))).unwrap();
        let charset = match page.site.as_str() {
            "moorfelder-bote" => encoding_rs::WINDOWS_1252,
            "ogorod-forum" => encoding_rs::WINDOWS_1251,
            "qinghe-shop" => encoding_rs::GBK,
            _ => encoding_rs::UTF_8,
        };
        let (html, _, broken) = charset.decode(&bytes);
        assert!(!broken, "{}", page.name);
        assert!(!html.contains("&#"), "{} has characters its charset lacks", page.name);
        let escape = |line: &str| {
            line.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
        };
        let plain = strip_links(&html);
        let lines = page.text.lines().flat_map(|l| l.trim_start_matches("- ").split('\t'));
        for line in lines.filter(|l| !l.is_empty()) {
            assert!(plain.contains(&escape(line)), "{}: {line}", page.name);
        }
        let text = std::fs::read_to_string(fixtures_dir().join(format!("text/{}.txt", page.name))).unwrap();
        assert!(text.contains(page.title.as_str()) && text.len() > page.text.len(), "{}", page.name);
    }
}

fn strip_links(html: &str) -> String {
    let mut out = String::new();
    let mut rest = html;
    while let Some((before, tail)) = rest.split_once("<a ") {
        out.push_str(before);
        let (words, tail) = tail.split_once('>').unwrap().1.split_once("</a>").unwrap();
        out.push_str(words);
        rest = tail;
    }
    out + rest
}

#[test]
fn every_line_of_a_leftover_text_has_its_label() {
    let texts = leftover_texts().unwrap();
    assert!(texts.len() >= 10);
    for text in &texts {
        let lines = text.text.lines().enumerate().filter(|(_, l)| !l.trim().is_empty()).map(|(i, _)| i + 1);
        assert!(lines.eq(text.labels.iter().map(|l| l.line)), "{}", text.name);
        for label in [Label::Content, Label::Caption, Label::Boilerplate] {
            assert!(text.labels.iter().any(|l| l.label == label), "{} has no {label:?}", text.name);
        }
        let clean = text.clean_lines();
        assert!(!clean.is_empty() && clean.iter().all(|l| !l.contains("![]()")), "{}", text.name);
    }
}

#[test]
fn archives_hold_every_page_once_and_a_damaged_end() {
    use std::io::Read;
    let dir = fixtures_dir().join("crawl");
    let mut all = std::fs::read(dir.join("CRAWL-2025-07-00001.warc")).unwrap();
    let first = std::fs::File::open(dir.join("CRAWL-2025-07-00000.warc.gz")).unwrap();
    flate2::read::MultiGzDecoder::new(first).read_to_end(&mut all).unwrap();
    all.extend(
        zstd::decode_all(std::fs::File::open(dir.join("CRAWL-2025-07-00002.warc.zst")).unwrap()).unwrap(),
    );
    let last = std::fs::File::open(dir.join("CRAWL-2025-07-00003.warc.gz")).unwrap();
    let end = flate2::read::MultiGzDecoder::new(last).read_to_end(&mut all);
    assert_eq!(end.unwrap_err().kind(), std::io::ErrorKind::UnexpectedEof);
    let text = String::from_utf8_lossy(&all);
    for page in page_labels().unwrap() {
        let head =
            format!("WARC-Target-URI: {}\r\nContent-Type: application/http; msgtype=response", page.url);
        let times = text.matches(&head).count();
        // Two pages of the first archive stand damaged in the last one as well.
        assert!((1..=2).contains(&times), "{} {times}", page.url);
    }
    assert!(text.contains("WARC-Type: revisit") && text.contains("HTTP/1.1 404 Not Found"));
}

#[test]
fn rows_are_the_same_in_every_packing() {
    let dir = fixtures_dir().join("jsonl");
    let plain = std::fs::read_to_string(dir.join("crawl.jsonl")).unwrap();
    let open = |name: &str| std::fs::File::open(dir.join(name)).unwrap();
    assert_eq!(std::io::read_to_string(flate2::read::GzDecoder::new(open("crawl.jsonl.gz"))).unwrap(), plain);
    assert_eq!(zstd::decode_all(open("crawl.jsonl.zst")).unwrap(), plain.as_bytes());
    let pages = page_labels().unwrap();
    assert_eq!(plain.lines().count(), pages.len());
    for (line, page) in plain.lines().zip(&pages) {
        let row: serde_json::Value = serde_json::from_str(line).unwrap();
        assert_eq!(row["text"], format!("{}\n\n{}", page.title, page.text));
    }
    let table = std::fs::File::open(fixtures_dir().join("parquet/crawl.parquet")).unwrap();
    let reader = parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder::try_new(table).unwrap();
    assert_eq!(reader.metadata().file_metadata().num_rows(), pages.len() as i64);
    assert_eq!(reader.metadata().num_row_groups(), 3);
}

#[test]
fn scraped_rows_hold_the_leftover_texts_and_two_bad_lines() {
    let file = std::fs::File::open(fixtures_dir().join("crawl/scraped.jsonl.gz")).unwrap();
    let rows = std::io::read_to_string(flate2::read::GzDecoder::new(file)).unwrap();
    let parsed: Vec<Option<serde_json::Value>> =
        rows.lines().filter(|l| !l.is_empty()).map(|l| serde_json::from_str(l).ok()).collect();
    assert_eq!(parsed.iter().filter(|row| row.is_none()).count(), 1);
    let mut texts: Vec<&str> = parsed.iter().flatten().filter_map(|row| row["text"].as_str()).collect();
    let mut expected: Vec<String> = leftover_texts().unwrap().into_iter().map(|t| t.text).collect();
    expected.sort();
    texts.sort_unstable();
    assert_eq!(texts, expected);
    assert_eq!(parsed.len(), texts.len() + 2);
}
