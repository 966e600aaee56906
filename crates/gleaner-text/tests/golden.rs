//! Stored hashes must not change: these values are part of the format.

use gleaner_text::{Tokenizer, hash64, hash128, token_hash};

#[track_caller]
fn check(bytes: &str, want64: u64, want128: u128) {
    assert_eq!(hash64(bytes.as_bytes()), want64, "{bytes:?}");
    assert_eq!(hash128(bytes.as_bytes()), want128, "{bytes:?}");
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
    assert_eq!(hashes[..3], [0xc48f_e899_240d_c346, 0x8e9d_4a8a_e65e_df97, 0x5c5b_1b45_6d5b_752a]);
}

/// The definition of the token hash, byte by byte, and values of it.
#[test]
fn token_hashes() {
    let check = |token: &str, want: u64| {
        assert_eq!(token_hash(token), want, "{token:?}");
        assert_eq!(token_hash_by_definition(token.as_bytes()), want, "{token:?}");
    };
    check("", 0xe1b6_131e_6481_71a8);
    check("a", 0x0447_7f7a_1c18_cf31);
    check("word", 0x1f90_601a_d343_2d90);
    check("straße", 0x6283_2ad9_53a5_5d63);
    check("eightfold", 0xbd3e_cfe5_3d7b_e064);
    check("漢", 0x56a6_727e_77d2_db0e);
    check("internationalisation", 0x65cb_a6fe_ef13_eebc);
    check(&"0123456789".repeat(30), 0x8c59_504f_20de_efab);
}

fn token_hash_by_definition(token: &[u8]) -> u64 {
    // The greatest x with (whole + x / 2^64)² <= n, where `whole` is the root without what is behind the point.
    let root = |n: u128| {
        let whole = if n < 4 { 1 } else { 2 };
        let square_fits = |x: u128| (2 * whole * x + ((x * x) >> 64)) >> 64 < n - whole * whole;
        (0..64).rev().fold(0, |x, bit| if square_fits(x | 1 << bit) { x | 1 << bit } else { x }) as u64
    };
    let [a, b, c, d] = [2, 3, 5, 7].map(root);
    let mix = |a: u64, b: u64| {
        let product = u128::from(a) * u128::from(b);
        (product >> 64) as u64 ^ product as u64
    };
    let number = |bytes: &[u8]| bytes.iter().rev().fold(0, |number, &byte| number << 8 | u64::from(byte));
    let split = token.len().saturating_sub(1) / 8 * 8;
    let h = token[..split].chunks(8).fold(a, |h, chunk| mix(h ^ number(chunk), b));
    mix(mix(h ^ number(&token[split..]), c ^ token.len() as u64) ^ a, d)
}
