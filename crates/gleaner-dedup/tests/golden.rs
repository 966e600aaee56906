//! Stored values must not change: fingerprints are compared between runs, versions and machines.

use gleaner_dedup::{ShingleOptions, SketchOptions, Sketcher};
use gleaner_text::hash64;

use crate::Run;
use crate::corpus::documents;

#[track_caller]
fn check(text: &str, shingles: &[u64], content: u128, bands: u64) {
    let mut sketcher = Sketcher::new(ShingleOptions::default(), SketchOptions::default()).unwrap();
    let fingerprint = sketcher.fingerprint(text);
    let keys: Vec<u8> = fingerprint.bands.iter().flat_map(|key| key.to_le_bytes()).collect();
    assert_eq!(sketcher.shingles(text).as_slice(), shingles, "{text:?}");
    assert_eq!(fingerprint.content, Some(content), "{text:?}");
    assert_eq!((fingerprint.bands.len(), hash64(&keys)), (16, bands), "{text:?}");
}

#[test]
fn fingerprints() {
    let word = 0xd6e3_d458_4edf_740a;
    check("word", &[word], 0x8271_a8c4_66ed_30ac_c34a_0dfb_7491_09aa, 0xcf53_acad_98e5_e6c1);
    check(
        "The quick brown fox jumps over the lazy dog",
        &[
            0x28ca_c752_163c_9016,
            0x8058_1982_5c7b_fb76,
            0x8579_bcfc_88d1_a6da,
            0xabf2_0155_fbbe_aace,
            0xe7eb_53da_72ce_b3dc,
        ],
        0x4e0a_dc7a_d4a0_44b9_89ad_3c2c_29f2_ac6d,
        0x009e_d8b4_19f4_c99e,
    );
    check(
        "漢字とカナ交じり",
        &[0x1e34_218c_1007_4067, 0x2063_ecfb_a743_727e, 0xa0f5_fbea_70d2_66f3, 0xa35e_0506_ea9f_5f4d],
        0xb15f_0f21_9e6c_bf34_7af6_f317_2887_7eed,
        0x7440_ecac_9d70_c7a3,
    );
    let signs = 0x0a45_0ebc_16c4_1215;
    check("?!", &[signs], 0x3829_88b5_146e_0113_5fb4_765f_f6a3_7c0a, 0xe343_aba2_ad5c_649b);
}

/// The whole way on two thousand documents, with threads or without.
#[test]
fn verdicts() {
    let run = Run::new(&documents(42, 2_000));
    let describe = |verdict: &Option<gleaner_dedup::Duplicate>| format!("{verdict:?}\n");
    let all: String = run.verdicts.iter().map(describe).collect();
    assert_eq!(hash64(all.as_bytes()), 7_448_293_089_285_879_086);
}
