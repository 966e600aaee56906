//! Any bytes as JSONL: every line that is not blank is a record or a reject.

#![no_main]

use gleaner_corpus::{BatchReader, InputOptions, Item, ReadOptions, resolve_inputs};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if bytes.starts_with(&[0x1f]) || bytes.windows(3).take(2).any(|magic| magic == b"\xb5\x2f\xfd" || magic == b"\x2a\x4d\x18") {
        // Compressed: the lines are not those of the bytes.
        return;
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("in.jsonl");
    std::fs::write(&path, bytes).expect("a file");
    let inputs = resolve_inputs(&[path.into()], &InputOptions::default()).expect("the file is there");
    let options = ReadOptions { max_record_size: 4096, ..ReadOptions::default() };
    let mut found = 0;
    for batch in BatchReader::new(inputs, options.clone()) {
        let decoded = batch.decode::<()>(&options, |item| {
            found += usize::from(matches!(item, Item::Record(_) | Item::Rejected(_)));
            Ok(())
        });
        decoded.expect("nothing stops it");
    }
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let lines = bytes.split(|&byte| byte == b'\n').filter(|line| !line.trim_ascii().is_empty() || line.len() > 4096);
    assert_eq!(found, lines.count());
});
