//! Stored hashes must not change: these values are part of the format.

use gleaner_text::{Tokenizer, hash64, hash128, token_hash};

#[track_caller]
fn check(bytes: &str, want64: u64, want128: u128) {
    assert_eq!(hash64(bytes.as_bytes()), want64, "{bytes:?}");
    assert_eq!(hash128(bytes.as_bytes()), want128, "{bytes:?}");
    assert_eq!(token_hash(bytes), want64, "{bytes:?}");
}

#[test]
fn hashes() {
    // The reference implementation publishes these two for no input.
    check("", 0x2d06_8005_38d3_94c2, 0x99aa_06d3_0147_98d8_6001_c324_468d_497f);
    check("word", 0xe3ce_369c_f66c_5c55, 0x7d8e_573b_9912_cf53_3cb5_f204_8b6e_f655);
    check("Straße", 0x3ca9_77a6_b5ee_5d71, 0x691e_4420_9f7b_0790_bafe_98b2_e929_3b51);
    check("漢字とカナ", 0x8ac5_5136_542a_c22c, 0xaa58_abf8_ee8e_3efa_9536_920b_2469_2143);
    check(&"0123456789".repeat(30), 0x0568_1ea1_b2e3_086b, 0x7dda_db70_cbb4_3a63_0568_1ea1_b2e3_086b);
}

#[test]
fn tokens() {
    let mut hashes = Vec::new();
    let text = "Straße 42: NFD e\u{301}, ﬁn; 漢字とカナ, ไทย 👍 don't";
    Tokenizer::default().hash_tokens(text, |hash| hashes.push(hash));
    let words = ["strasse", "42", "nfd", "é", "fin", "漢", "字", "と", "カ", "ナ", "ไ", "ท", "ย", "don't"];
    assert_eq!(hashes, words.map(token_hash));
    assert_eq!(hashes[..3], [0x6a52_6040_6c46_e30c, 0x1217_cb28_c0ef_2191, 0xf267_1620_ecea_3788]);
}
