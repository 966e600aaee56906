//! The token hash spreads: no chance collisions among many words, and each bit of a token moves each bit of its hash.

use std::collections::HashSet;

use gleaner_text::token_hash;

/// A million words that differ little: numbers, and syllables put together.
#[test]
fn many_words_have_as_many_hashes() {
    let syllables =
        ["ba", "be", "бо", "ña", "ki", "漢", "sch", "lt", "o", "ř", "an", "na", "ta", "at", "s", "ung"];
    let mut words: Vec<String> = (0..500_000).map(|n| n.to_string()).collect();
    for n in 0..16usize.pow(5) / 2 {
        words.push((0..5).map(|place| syllables[n >> (4 * place) & 15]).collect());
    }
    let words: HashSet<String> = words.into_iter().collect();
    let hashes: HashSet<u64> = words.iter().map(|word| token_hash(word)).collect();
    assert!(words.len() > 900_000);
    assert_eq!(hashes.len(), words.len());
    // Halves are hashes, too: as many pairs meet by chance as among random numbers.
    let expected = (words.len() * words.len()) as f64 / 2f64.powi(33);
    for shift in [0, 16, 32] {
        let half: HashSet<u32> = hashes.iter().map(|hash| (hash >> shift) as u32).collect();
        let met = (hashes.len() - half.len()) as f64;
        assert!((met - expected).abs() < 6.0 * expected.sqrt(), "{met} of {expected} at {shift}");
    }
}

#[test]
fn each_bit_moves_each_bit() {
    let mut state = 7u64;
    let mut random = || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 57) as u8
    };
    const TOKENS: u32 = 4096;
    for len in [1, 2, 3, 5, 8, 9, 13, 16, 20] {
        for bit in 0..7 * len {
            let mut moved = [0u32; 64];
            for _ in 0..TOKENS {
                let mut token: Vec<u8> = (0..len).map(|_| random()).collect();
                let hash = token_hash(str::from_utf8(&token).unwrap());
                token[bit / 7] ^= 1 << (bit % 7);
                let changed = hash ^ token_hash(str::from_utf8(&token).unwrap());
                moved.iter_mut().enumerate().for_each(|(n, moved)| *moved += (changed >> n & 1) as u32);
            }
            // One character has but 128 values, so that its shares are coarse.
            let slack = if len == 1 { 0.2 } else { 0.06 };
            for (n, &moved) in moved.iter().enumerate() {
                let share = f64::from(moved) / f64::from(TOKENS);
                assert!((share - 0.5).abs() < slack, "bit {bit} of {len} bytes moves bit {n}: {share}");
            }
        }
    }
}
