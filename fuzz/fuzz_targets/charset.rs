//! Any bytes as a page and as a text, in the charset that their first byte chooses.

#![no_main]

use gleaner_archive::{decode_html, decode_text};
use libfuzzer_sys::fuzz_target;

const LABELS: [&str; 12] = [
    "", "utf-8", "utf-16", "latin1", "shift_jis", "euc-jp", "iso-2022-jp", "gb18030", "big5", "euc-kr", "koi8-r",
    "hz-gb-2312",
];

fuzz_target!(|bytes: &[u8]| {
    let Some((first, bytes)) = bytes.split_first() else { return };
    let stated = LABELS.get(usize::from(*first) % LABELS.len()).filter(|label| !label.is_empty()).copied();
    let page = decode_html(bytes, stated);
    let text = decode_text(bytes, stated);
    for decoded in [page, text] {
        assert!(decoded.text.len() <= 3 * bytes.len() + 3);
        if std::str::from_utf8(bytes).is_ok() && decoded.charset == "UTF-8" {
            assert!(!decoded.replaced);
        }
    }
});
