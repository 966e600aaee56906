//! Stored values must not change: fingerprints are compared between runs, versions and machines.

use gleaner_dedup::Sketcher;
use gleaner_text::hash64;

use crate::corpus::documents;
use crate::{Run, shingle_options, sketch_options};

#[track_caller]
fn check(text: &str, shingles: &[u64], content: u128, bands: u64) {
    let mut sketcher = Sketcher::new(shingle_options(), sketch_options()).unwrap();
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
            0x64d0_6bfb_d179_f830,
            0x8f66_7303_5335_e02e,
            0xb2b8_810d_4cf7_e434,
            0xd342_d077_d38a_b680,
            0xeddb_de3d_c5d6_18ef,
        ],
        0x8def_d9cd_8fa2_3199_858e_4130_989c_8ddd,
        0x868a_ba06_6c6c_8a5d,
    );
    check(
        "漢字とカナ交じり",
        &[0x1535_2381_374f_8362, 0x99ae_48d1_32da_f953, 0xc434_a15e_af85_e0ba, 0xcf6d_baa4_cf02_e345],
        0x4f6d_dfd2_1ef2_db92_6c14_95c5_8ac9_5f98,
        0xd8fb_4b77_9eca_d5d6,
    );
    let signs = 0x0a45_0ebc_16c4_1215;
    check("?!", &[signs], 0x3829_88b5_146e_0113_5fb4_765f_f6a3_7c0a, 0xe343_aba2_ad5c_649b);
}

/// The whole way on two thousand documents, with threads or without.
#[test]
fn verdicts() {
    let run = Run::new(&documents(42, 2_000));
    let describe =
        |verdict: &Option<gleaner_dedup::Duplicate>| format!("{verdict:?}\n").replace(", gap: None", "");
    let all: String = run.verdicts.iter().map(describe).collect();
    assert_eq!(hash64(all.as_bytes()), 5_925_626_928_471_005_635);
}
