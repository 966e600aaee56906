//! Which documents of a block may be duplicates of one another.

use ahash::AHashMap;

use crate::keys::Kind;
use crate::member::Member;
use crate::parallel;
use crate::places::{looked_up, places};
use crate::shingles::mix;
use crate::similarity::Similarity;

/// For each document of a block whether another one has a key of it.
pub(crate) fn neighbours(block: &[Member], similarity: &Similarity) -> Vec<bool> {
    if block.iter().any(|member| matches!(member.keys.kind, Kind::Content { .. })) {
        return listed_and_looked_up(block, similarity);
    }
    let places = block.iter().enumerate();
    let mut places: Vec<(u64, usize)> =
        places.flat_map(|(at, member)| member.keys.keys.iter().map(move |key| (key.hash, at))).collect();
    parallel::sort(&mut places);
    let mut has_neighbour = vec![false; block.len()];
    for same in places.chunk_by(|left, right| left.0 == right.0).filter(|same| same.len() > 1) {
        same.iter().for_each(|&(_, at)| has_neighbour[at] = true);
    }
    has_neighbour
}

/// The same for documents that are not listed where they are looked up: those that are looked up where an earlier
/// one is listed, and these earlier ones.
fn listed_and_looked_up(block: &[Member], similarity: &Similarity) -> Vec<bool> {
    /// Some ten bits for each place of a block.
    const BITS: u32 = 20;
    let keys = block.iter().map(|member| member.keys.len()).sum();
    let mut first: AHashMap<u64, usize> = AHashMap::with_capacity(keys);
    let mut filter = vec![0u64; 1 << (BITS - 6)];
    let bit = |place: u64| {
        let bit = (mix(place) >> (u64::BITS - BITS)) as usize;
        (bit / 64, 1u64 << (bit % 64))
    };
    for (at, member) in block.iter().enumerate() {
        for place in places(&member.keys) {
            first.entry(place).or_insert(at);
            let (word, bit) = bit(place);
            filter[word] |= bit;
        }
    }
    let numbered: Vec<(usize, &Member)> = block.iter().enumerate().collect();
    let met = parallel::map(&numbered, |&(at, member)| {
        let mut met = Vec::new();
        looked_up(&member.keys, similarity, |place, _| {
            let (word, bit) = bit(place);
            if filter[word] & bit != 0 {
                met.extend(first.get(&place).copied().filter(|&first| first < at));
            }
        });
        met
    });
    let mut has_neighbour = vec![false; block.len()];
    for (at, met) in met.into_iter().enumerate() {
        has_neighbour[at] |= !met.is_empty();
        met.into_iter().for_each(|first| has_neighbour[first] = true);
    }
    has_neighbour
}
