//! Which documents of a block may be duplicates of one another.

use ahash::AHashMap;

use crate::keys::{Keys, Kind};
use crate::member::Member;
use crate::parallel;
use crate::places::{looked_up, places};
use crate::shingles::mix;
use crate::similarity::Similarity;

/// For each document of a block whether another one has a key of it, and may be alike.
pub(crate) fn neighbours(block: &[Member], similarity: &Similarity) -> Vec<bool> {
    if block.iter().any(|member| matches!(member.keys.kind, Kind::Content { .. })) {
        return listed_and_looked_up(block, similarity);
    }
    let mut places = meeting(block);
    parallel::sort(&mut places);
    let is_prefix = |member: &Member| matches!(member.keys.kind, Kind::Prefix { .. });
    // Of keys of bands nothing more is known.
    let crowd = if block.iter().any(is_prefix) { CROWD } else { 1 };
    let may_be_alike =
        |left: usize, right: usize| may_be_alike(&block[left].keys, &block[right].keys, similarity);
    mark(&places, block.len(), crowd, may_be_alike)
}

/// The keys of a block with the places of their documents, but for most of those that no other one has: sorting takes far
/// longer than to look for them.
fn meeting(block: &[Member]) -> Vec<(u64, u32)> {
    /// Some ten bits for each key of a block.
    const BITS: u32 = 20;
    let bit = |hash: u64| ((mix(hash) >> (u64::BITS - BITS + 6)) as usize, 1u64 << (mix(hash) & 63));
    let keys = || block.iter().flat_map(|member| &member.keys.keys);
    let (mut once, mut again) = (vec![0u64; 1 << (BITS - 6)], vec![0u64; 1 << (BITS - 6)]);
    for key in keys() {
        let (word, bit) = bit(key.hash);
        again[word] |= once[word] & bit;
        once[word] |= bit;
    }
    let meets = |hash: u64| {
        let (word, bit) = bit(hash);
        again[word] & bit != 0
    };
    let mut places = Vec::with_capacity(keys().filter(|key| meets(key.hash)).count());
    for (at, member) in (0..).zip(block) {
        let meeting = member.keys.keys.iter().filter(|key| meets(key.hash));
        places.extend(meeting.map(|key| (key.hash, at)));
    }
    places
}

/// Documents with one key of which not every two are looked at.
const CROWD: usize = 64;

/// Marks the documents, given by key, of which another one with the same key may be alike; of more than `crowd` all. Each
/// two are judged once, however many keys they share: that takes time by the size of both.
fn mark(
    places: &[(u64, u32)],
    documents: usize,
    crowd: usize,
    mut may_be_alike: impl FnMut(usize, usize) -> bool,
) -> Vec<bool> {
    let mut has_neighbour = vec![false; documents];
    let mut is_judged = vec![false; if crowd > 1 { documents * documents } else { 0 }];
    for same in places.chunk_by(|left, right| left.0 == right.0) {
        if same.len() > crowd {
            same.iter().for_each(|&(_, at)| has_neighbour[at as usize] = true);
            continue;
        }
        for (number, &(_, left)) in same.iter().enumerate() {
            for &(_, right) in &same[number + 1..] {
                let [left, right] = [left, right].map(|at| at as usize);
                let is_known = has_neighbour[left] && has_neighbour[right];
                if is_known || std::mem::replace(&mut is_judged[left * documents + right], true) {
                    continue;
                }
                if may_be_alike(left, right) {
                    (has_neighbour[left], has_neighbour[right]) = (true, true);
                }
            }
        }
    }
    has_neighbour
}

fn may_be_alike(left: &Keys, right: &Keys, similarity: &Similarity) -> bool {
    match right.kind {
        Kind::Prefix { size } => left.may_reach(*similarity, size, &right.parity),
        Kind::Bands | Kind::Content { .. } => true,
    }
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

#[cfg(test)]
mod tests {
    use super::{mark, neighbours};
    use crate::keys::{Key, Keys, Kind};
    use crate::member::Member;
    use crate::parity::Parity;
    use crate::shingles::mix;
    use crate::similarity::Similarity;

    /// A document with some shingles, and one key that all have.
    fn member(from: u64, to: u64) -> Member {
        let shingles: Vec<u64> = (from..to).map(mix).collect();
        let keys = vec![Key { hash: 1, position: 0, held: 0 }];
        let kind = Kind::Prefix { size: (to - from) as u32 };
        Member {
            keys: Keys { kind, keys, parity: Parity::of(&shingles), ..Keys::default() },
            ..Member::default()
        }
    }

    #[test]
    fn those_that_share_a_key_and_may_be_alike() {
        let jaccard = Similarity::Jaccard { threshold: 0.8 };
        let block = [(0, 400), (1_000, 1_400), (20, 420), (5_000, 5_300), (300, 700)];
        let block: Vec<Member> = block.into_iter().map(|(from, to)| member(from, to)).collect();
        assert_eq!(neighbours(&block, &jaccard), [true, false, true, false, false]);
        assert_eq!(neighbours(&[], &jaccard), []);
    }

    #[test]
    fn a_crowd_is_not_looked_at_by_twos() {
        let jaccard = Similarity::Jaccard { threshold: 0.8 };
        let crowd: Vec<Member> = (0..65).map(|number| member(number * 1_000, number * 1_000 + 100)).collect();
        assert!(neighbours(&crowd, &jaccard).into_iter().all(|has| has));
        assert!(!neighbours(&crowd[1..], &jaccard).into_iter().any(|has| has));
    }

    #[test]
    fn two_that_share_many_keys_are_judged_once() {
        let places: Vec<(u64, u32)> = (0..100).flat_map(|key| (0..10).map(move |at| (key, at))).collect();
        let mut judged = 0;
        let marked = mark(&places, 10, 64, |_, _| {
            judged += 1;
            false
        });
        assert_eq!((marked, judged), (vec![false; 10], 45));
    }
}
