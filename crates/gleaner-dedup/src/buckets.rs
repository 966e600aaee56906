//! Documents that share a band key.

use crate::parallel;
use crate::sketcher::Fingerprint;

/// The buckets of all bands that hold at least two documents; each remembers those of its documents that were kept,
/// up to a bound. Most keys occur once and take no room.
#[derive(Debug)]
pub(crate) struct Buckets {
    bands: Vec<Band>,
    max_kept: usize,
}

/// A bucket: where its kept documents are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Bucket {
    band: u32,
    slot: u32,
}

#[derive(Debug)]
struct Band {
    /// Document and slot of its bucket, ascending.
    entries: Vec<(u32, u32)>,
    /// Entries of documents that [`Buckets::take`] has passed.
    taken: usize,
    /// A bucket is a run of this: how many documents were kept, then room for them.
    kept: Vec<u32>,
}

impl Buckets {
    /// Buckets of the documents that `takes_part` accepts. `O(bands * n log n)`.
    pub(crate) fn new(
        fingerprints: &[Fingerprint],
        takes_part: impl Fn(u32) -> bool,
        max_kept: usize,
    ) -> Buckets {
        let bands = fingerprints.iter().map(|fingerprint| fingerprint.bands.len()).max().unwrap_or(0);
        let mut keys = Vec::with_capacity(if bands > 0 { fingerprints.len() } else { 0 });
        let band = |band: usize| {
            keys.clear();
            let documents = (0u32..).zip(fingerprints).filter(|&(index, _)| takes_part(index));
            keys.extend(documents.filter_map(|(index, print)| Some((*print.bands.get(band)?, index))));
            parallel::sort(&mut keys);
            Band::new(&keys, max_kept)
        };
        Buckets { bands: (0..bands).map(band).collect(), max_kept }
    }

    /// The documents that share a bucket with another, ascending.
    pub(crate) fn documents(&self) -> Vec<u32> {
        let mut documents = Vec::new();
        for band in &self.bands {
            documents.extend(band.entries.iter().map(|&(document, _)| document));
            // After each band, or they would take `bands` times the room.
            parallel::sort(&mut documents);
            documents.dedup();
        }
        documents
    }

    /// The buckets of `document`. To be called once for each document, in ascending order.
    pub(crate) fn take(&mut self, document: u32) -> Vec<Bucket> {
        let mut buckets = Vec::new();
        for (index, band) in (0u32..).zip(&mut self.bands) {
            if let Some(&(_, slot)) = band.entries.get(band.taken).filter(|&&(next, _)| next == document) {
                buckets.push(Bucket { band: index, slot });
                band.taken += 1;
            }
        }
        buckets
    }

    /// The kept documents of a bucket that are remembered: the earliest half and the latest half.
    pub(crate) fn kept(&self, bucket: Bucket) -> &[u32] {
        let kept = &self.bands[bucket.band as usize].kept[bucket.slot as usize..];
        &kept[1..=(kept[0] as usize).min(self.max_kept)]
    }

    /// Notes that `document` of this bucket is kept. The order of calls must be ascending.
    pub(crate) fn keep(&mut self, bucket: Bucket, document: u32) {
        let kept = &mut self.bands[bucket.band as usize].kept[bucket.slot as usize..];
        let count = kept[0] as usize;
        let place = if count < self.max_kept {
            count
        } else {
            let earliest = self.max_kept / 2;
            earliest + (count - earliest) % (self.max_kept - earliest)
        };
        kept[1 + place] = document;
        kept[0] += 1;
    }
}

impl Band {
    /// `keys` ascend.
    fn new(keys: &[(u64, u32)], max_kept: usize) -> Band {
        let buckets = || keys.chunk_by(|left, right| left.0 == right.0).filter(|bucket| bucket.len() > 1);
        let room = |bucket: &[(u64, u32)]| 1 + bucket.len().min(max_kept);
        let mut entries = Vec::with_capacity(buckets().map(<[_]>::len).sum());
        let mut slot = 0;
        for bucket in buckets() {
            entries.extend(bucket.iter().map(|&(_, document)| (document, slot)));
            slot += room(bucket) as u32;
        }
        parallel::sort(&mut entries);
        Band { entries, taken: 0, kept: vec![0; slot as usize] }
    }
}

#[cfg(test)]
mod tests {
    use super::Buckets;
    use crate::sketcher::Fingerprint;

    fn fingerprints(bands: &[&[u64]]) -> Vec<Fingerprint> {
        bands.iter().map(|bands| Fingerprint { content: Some(0), bands: (*bands).into() }).collect()
    }

    #[test]
    fn only_shared_keys_make_buckets() {
        let prints = fingerprints(&[&[1, 5], &[2, 5], &[], &[1, 6], &[3, 5]]);
        let mut buckets = Buckets::new(&prints, |index| index != 4, 4);
        assert_eq!(buckets.documents(), [0, 1, 3]);
        let taken: Vec<usize> = [0, 1, 3].map(|document| buckets.take(document).len()).into();
        assert_eq!(taken, [2, 1, 1]);
    }

    #[test]
    fn a_bucket_remembers_both_ends() {
        let prints = fingerprints(&[&[7_u64] as &[u64]; 10]);
        let mut buckets = Buckets::new(&prints, |_| true, 5);
        for document in 0..10 {
            let bucket = buckets.take(document)[0];
            let mut seen = buckets.kept(bucket).to_vec();
            seen.sort_unstable();
            let all: Vec<u32> = (0..document).collect();
            let want = if document <= 5 { all } else { [&[0, 1], &all[all.len() - 3..]].concat() };
            assert_eq!(seen, want, "before {document}");
            buckets.keep(bucket, document);
        }
    }
}
