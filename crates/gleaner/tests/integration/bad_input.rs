//! Bad input is counted, with file and offset, and the run goes on; only what the user named wrongly stops it.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;

use crate::common::{Scratch, prose, row};

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::default());
    encoder.write_all(bytes).expect("memory");
    encoder.finish().expect("memory")
}

/// A good file beside the bad one, so that there is something to keep.
fn with_neighbour(scratch: &Scratch, name: &str, bytes: impl AsRef<[u8]>) -> [std::path::PathBuf; 2] {
    let good = scratch.file("good.jsonl", row("good", &prose(999, 8)));
    [scratch.file(name, bytes), good]
}

#[test]
fn a_missing_file_is_refused_before_any_work() {
    let scratch = Scratch::new();
    let good = scratch.file("good.jsonl", row("good", "text"));
    scratch.run("run", &[good, scratch.path("missing.warc.gz")], &[]).ends_with(2).says("missing.warc.gz");
    assert!(!scratch.path("out").exists());
}

#[test]
fn a_glob_without_match_and_a_folder_without_usable_files_are_refused() {
    let scratch = Scratch::new();
    scratch.file("folder/readme.xyz", "what is this");
    scratch.run("run", &[scratch.path("*.warc.gz")], &[]).ends_with(2).says("*.warc.gz");
    scratch.run("run", &[scratch.path("folder")], &[]).ends_with(2).says("folder");
}

#[test]
fn an_empty_file_is_no_records_and_a_warning() {
    let scratch = Scratch::new();
    let empty = scratch.file("empty.jsonl", "");
    scratch.run("run", &[empty], &[]).ends_with(0).says("empty.jsonl is empty");
    assert_eq!(scratch.written().count("records"), 0);
}

#[test]
fn bad_lines_are_rejected_and_their_neighbours_stay() {
    let scratch = Scratch::new();
    let first = row("first", &prose(1, 8));
    let bad = b"{\"id\": 1, \"text\n{\"id\": 2}\n{\"id\": 3, \"text\": 7}\n[]\n{\"id\": 4, \"text\": \"\xff\xfe\"}\n";
    let mut bytes = first.clone().into_bytes();
    bytes.extend_from_slice(bad);
    bytes.extend_from_slice(row("last", &prose(2, 8)).as_bytes());
    let input = scratch.file("rows.jsonl", bytes);
    scratch.run("run", &[input], &["--max-reject-rate", "1"]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.ids(), ["first", "last"]);
    let rejects = written.reject_list();
    assert_eq!(rejects.len(), 5, "{rejects:?}");
    assert_eq!(rejects[0].2, first.len() as u64, "the offset of the first bad line");
    for (kind, ..) in &rejects {
        assert_eq!(kind, "record");
    }
}

#[test]
fn too_many_rejects_are_exit_3_and_a_higher_limit_accepts_them_at_once() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", format!("{}oops\noops\n", row("good", &prose(1, 8))));
    scratch.run("run", &[&input], &[]).ends_with(3).says("--max-reject-rate");
    assert!(!scratch.path("out/_SUCCESS").exists());
    assert_eq!(scratch.written().manifest["status"], "limit");
    scratch.run("run", &[&input], &["--max-reject-rate", "0.9"]).ends_with(0);
    assert!(scratch.path("out/_SUCCESS").exists());
    assert_eq!(scratch.written().manifest["status"], "complete");
}

#[test]
fn nothing_kept_is_exit_3() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("blank", "  "));
    scratch.run("run", &[input], &[]).ends_with(3).says("nothing was kept");
    assert_eq!(scratch.written().removed[0]["reason"], "empty");
}

#[test]
fn a_truncated_gzip_is_reported() {
    let scratch = Scratch::new();
    let rows: String = (0..200).map(|n| row(&n.to_string(), &prose(n, 8))).collect();
    let whole = gzip(rows.as_bytes());
    let inputs = with_neighbour(&scratch, "cut.jsonl.gz", &whole[..whole.len() / 2]);
    scratch.run("run", &inputs, &[]).ends_with(0);
    let written = scratch.written();
    assert!(written.ids().contains(&"good") && written.ids().contains(&"0"), "{:?}", written.ids());
    assert!(!written.rejects.is_empty());
    assert_eq!(written.rejects[0]["file"], "cut.jsonl.gz");
}

#[test]
fn a_warc_with_a_wrong_length_costs_one_record() {
    let scratch = Scratch::new();
    let record = |id: u32, wrong: i64| {
        let body = format!(
            "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<html><body><article><h1>Page {id}</h1><p>{}</p></article></body></html>",
            prose(u64::from(id), 12)
        );
        let length = body.len() as i64 + wrong;
        format!(
            "WARC/1.0\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{id}>\r\nWARC-Target-URI: http://a.example/{id}\r\n\
             WARC-Date: 2026-01-01T00:00:00Z\r\nContent-Type: application/http; msgtype=response\r\n\
             Content-Length: {length}\r\n\r\n{body}\r\n\r\n"
        )
    };
    for wrong in [-3, 3, 400, -5, 1 << 62] {
        let scratch_out = Scratch::new();
        let members: Vec<u8> = [record(1, 0), record(2, wrong), record(3, 0)]
            .iter()
            .flat_map(|record| gzip(record.as_bytes()))
            .collect();
        let input = scratch.file("pages.warc.gz", members);
        scratch_out.run("run", &[input], &[]).ends_with(0);
        let written = scratch_out.written();
        assert!(written.ids().contains(&"1") && written.ids().contains(&"3"), "{wrong}: {:?}", written.ids());
        assert!(written.ids().contains(&"2") || !written.rejects.is_empty(), "{wrong}: silently lost");
    }
}

#[test]
fn a_parquet_that_is_none_is_rejected() {
    let scratch = Scratch::new();
    let inputs = with_neighbour(&scratch, "broken.parquet", b"PAR1 not really");
    scratch.run("run", &inputs, &[]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.ids(), ["good"]);
    assert_eq!(written.rejects[0]["file"], "broken.parquet");
}

#[test]
fn a_record_above_the_limit_is_rejected() {
    let scratch = Scratch::new();
    let inputs = with_neighbour(&scratch, "big.jsonl", row("big", &"word ".repeat(20_000)));
    scratch.run("run", &inputs, &["--max-record-size", "64KiB"]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.ids(), ["good"]);
    assert_eq!(written.rejects[0]["reason"], "record-too-large");
}

#[test]
fn text_that_is_not_utf_8_is_read() {
    let scratch = Scratch::new();
    let inputs = with_neighbour(
        &scratch,
        "old.txt",
        b"Der Fr\xfchling kam sp\xe4t in diesem Jahr, und die B\xe4ume bl\xfchten erst im Mai.",
    );
    scratch.run("run", &inputs, &[]).ends_with(0);
    let written = scratch.written();
    let text = written.kept[0]["text"].as_str().expect("a text");
    assert!(text.contains("Frühling") && text.contains("Bäume"), "{text}");
}

#[test]
fn a_page_in_dedup_is_refused_with_the_way_out() {
    let scratch = Scratch::new();
    let page = scratch.file("page.html", "<p>A page.</p>");
    scratch.run("dedup", &[page], &[]).ends_with(2).says("gleaner run");
}

#[test]
fn a_memory_budget_that_is_too_small_is_refused_with_a_figure() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", row("good", &prose(1, 8)));
    scratch.run("run", &[&input], &["--memory", "1MiB"]).ends_with(74).says("needs about");
    // Fourteen times 2^63 bytes is too large, and not the 0 it wraps around to.
    scratch.run("run", &[&input], &["--max-record-size", "8388608TiB"]).ends_with(74).says("needs about");
}

/// Three row groups of `id`, `text` and another column, the middle one damaged.
fn parquet_with_a_damaged_group() -> Vec<u8> {
    use std::sync::Arc;

    use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;

    let group = |first: i64| {
        let texts: Vec<String> = (first..first + 2).map(|n| prose(n as u64 + 1, 8)).collect();
        let columns: [(&str, ArrayRef); 3] = [
            ("id", Arc::new(Int64Array::from_iter_values(first..first + 2))),
            ("text", Arc::new(StringArray::from_iter_values(texts))),
            ("likes", Arc::new(Int64Array::from_iter_values(first..first + 2))),
        ];
        RecordBatch::try_from_iter(columns).expect("columns of one length")
    };
    let mut bytes = Vec::new();
    let mut writer = ArrowWriter::try_new(&mut bytes, group(0).schema(), None).expect("a schema");
    for first in [0, 2, 4] {
        writer.write(&group(first)).expect("memory");
        writer.flush().expect("memory");
    }
    let meta = writer.close().expect("memory");
    let start = meta.row_group(1).column(1).byte_range().0 as usize;
    bytes[start..start + 16].fill(0xff);
    bytes
}

#[test]
fn a_damaged_row_group_costs_its_rows_only() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.parquet", parquet_with_a_damaged_group());
    scratch.run("run", &[input], &[]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.ids(), ["0", "1", "4", "5"]);
    assert_eq!(written.kept[3]["likes"], 5);
    assert_eq!(written.rejects[0]["kind"], "gap");
}

#[test]
fn a_file_lost_in_gaps_is_no_success() {
    let scratch = Scratch::new();
    let inputs = with_neighbour(&scratch, "noise.warc", vec![b'x'; 100_000]);
    scratch.run("run", &inputs, &[]).ends_with(3).says("lost in gaps");
    assert_eq!(scratch.written().ids(), ["good"]);
}

#[test]
fn utf_8_that_says_it_is_something_else_is_read_as_utf_8() {
    let scratch = Scratch::new();
    let page = "<html><head><meta charset=gb2312><title>青年</title></head><body><p>这一页的文字其实是 UTF-8，\
                只有页头还写着旧的编码，因为有人转换了文件却没有改它。</p></body></html>";
    let input = scratch.file("page.html", page);
    scratch.run("run", &[input], &[]).ends_with(0);
    assert_eq!(scratch.written().kept[0]["title"], "青年");
}

#[test]
fn short_texts_that_differ_in_signs_are_not_copies() {
    let scratch = Scratch::new();
    let rows: String = ["C", "C++", "C#", "1 < 2", "1 > 2", "c"].map(|text| row(text, text)).concat();
    let input = scratch.file("rows.jsonl", rows);
    scratch.run("dedup", &[input], &[]).ends_with(0);
    assert_eq!(scratch.written().ids(), ["C", "C++", "C#", "1 < 2", "1 > 2"]);
}

#[test]
fn a_reject_behind_a_byte_order_mark_has_its_own_offset() {
    let scratch = Scratch::new();
    let input = scratch.file("rows.jsonl", format!("\u{feff}oops\n{}", row("good", &prose(1, 8))));
    scratch.run("run", &[input], &[]).ends_with(0);
    assert_eq!(scratch.written().reject_list()[0].2, 3);
}
