//! A document on its way through a search.

use std::sync::Arc;

use crate::content::{Content, Sketch};
use crate::index::Candidate;
use crate::keys::{Key, Keys, Kind};
use crate::parity::Parity;
use crate::shingles::Shingles;
use crate::verify::{Duplicate, Found};

/// A document that is not decided on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Member {
    /// Its place in the order in which documents have a right to stay.
    pub(crate) order: u64,
    pub(crate) document: u64,
    /// About how many bytes its text has.
    pub(crate) bytes: u64,
    pub(crate) keys: Keys,
    /// It stays in any case.
    pub(crate) is_settled: bool,
    /// Kept documents of earlier rounds that share band keys.
    pub(crate) candidates: Vec<Candidate>,
    /// The most similar of those of earlier rounds that share a shingle of the prefix.
    pub(crate) found: Found,
    /// Where they were made for the keys.
    pub(crate) shingles: Option<Arc<Shingles>>,
}

/// How a missing gap is written.
const NO_GAP: u64 = u64::MAX;

impl Member {
    /// The record by which the document waits, without its shingles.
    pub(crate) fn write(&self) -> Vec<u8> {
        let Member { order, document, bytes, keys: Keys { kind, keys, content, parity }, candidates, .. } =
            self;
        let mut record = Vec::with_capacity(100 + 16 * keys.len() + 20 * candidates.len());
        let kind = match kind {
            Kind::Bands => [0, 0, 0],
            Kind::Prefix { size } => [1, *size, 0],
            Kind::Content { probes, listed } => [2, *probes, *listed],
        };
        for number in [*order, *document, *bytes].into_iter().chain(kind.map(u64::from)) {
            record.extend(number.to_le_bytes());
        }
        match kind[0] {
            1 => write_list(parity.words(), &mut record),
            2 => write_content(content, &mut record),
            _ => {}
        }
        record.extend((keys.len() as u64).to_le_bytes());
        for Key { hash, position, held } in keys {
            record.extend(hash.to_le_bytes());
            record.extend(position.to_le_bytes());
            record.extend(held.to_le_bytes());
        }
        record.push(u8::from(self.is_settled));
        record.push(u8::from(self.found.is_some()));
        if let Some((order, Duplicate { of, jaccard, containment, gap, .. })) = &self.found {
            let gap = gap.map_or(NO_GAP, u64::from);
            for number in [*order, *of, jaccard.to_bits(), containment.to_bits(), gap] {
                record.extend(number.to_le_bytes());
            }
        }
        for Candidate { order, document, shared } in candidates {
            record.extend(order.to_le_bytes());
            record.extend(document.to_le_bytes());
            record.extend(shared.to_le_bytes());
        }
        record
    }

    /// [`Member::bytes`] of what [`Member::write`] wrote.
    pub(crate) fn bytes_of(record: &[u8]) -> u64 {
        let mut fields = Fields(record);
        let [_, _, bytes] = std::array::from_fn(|_| fields.u64());
        bytes
    }

    /// Reads what [`Member::write`] wrote. Of another record anything may come, but no panic.
    pub(crate) fn read(record: &[u8]) -> Member {
        let mut fields = Fields(record);
        let [order, document, bytes, kind, first, second] = std::array::from_fn(|_| fields.u64());
        let [first, second] = [first, second].map(|number| number as u32);
        let kind = match kind {
            0 => Kind::Bands,
            1 => Kind::Prefix { size: first },
            _ => Kind::Content { probes: first, listed: second },
        };
        let (mut parity, mut content) = <(Parity, Content)>::default();
        match kind {
            Kind::Bands => {}
            Kind::Prefix { .. } => parity = Parity::from_words(fields.list()),
            Kind::Content { .. } => content = fields.content(),
        }
        let keys = fields.u64();
        let keys = (0..keys).map_while(|_| {
            let whole = fields.0.len() >= 16;
            whole.then(|| Key { hash: fields.u64(), position: fields.u32(), held: fields.u32() })
        });
        let keys = Keys { kind, keys: keys.collect(), content, parity };
        let is_settled = fields.take() == [1];
        let found = (fields.take() == [1]).then(|| {
            let [order, of, jaccard, containment, gap] = std::array::from_fn(|_| fields.u64());
            let [jaccard, containment] = [jaccard, containment].map(f64::from_bits);
            let gap = (gap != NO_GAP).then_some(gap as u32);
            (order, Duplicate::near(of, jaccard, containment, gap))
        });
        let mut candidates = Vec::with_capacity(fields.0.len() / 20);
        while fields.0.len() >= 20 {
            candidates.push(Candidate { order: fields.u64(), document: fields.u64(), shared: fields.u32() });
        }
        Member { order, document, bytes, keys, is_settled, candidates, found, shingles: None }
    }
}

fn write_content(content: &Content, record: &mut Vec<u8>) {
    let Content { size, lasting, all, marks, window, is_crowded, .. } = content;
    for number in [*size, *lasting, u32::from(*is_crowded)] {
        record.extend(number.to_le_bytes());
    }
    for list in [&all[..], marks, window] {
        write_list(list, record);
    }
}

fn write_list(list: &[u64], record: &mut Vec<u8>) {
    record.extend((list.len() as u64).to_le_bytes());
    list.iter().for_each(|number| record.extend(number.to_le_bytes()));
}

struct Fields<'a>(&'a [u8]);

impl Fields<'_> {
    fn content(&mut self) -> Content {
        let [size, lasting, is_crowded] = std::array::from_fn(|_| self.u32());
        let [all, marks, window]: [Vec<u64>; 3] = std::array::from_fn(|_| self.list());
        let (sketch, window) = (Sketch::new(&all), window.into());
        Content { size, lasting, all, marks, window, sketch, is_crowded: is_crowded == 1 }
    }

    fn list(&mut self) -> Vec<u64> {
        let length = self.u64();
        (0..length).map_while(|_| (self.0.len() >= 8).then(|| self.u64())).collect()
    }

    fn u64(&mut self) -> u64 {
        u64::from_le_bytes(self.take())
    }

    fn u32(&mut self) -> u32 {
        u32::from_le_bytes(self.take())
    }

    fn take<const N: usize>(&mut self) -> [u8; N] {
        let Some((field, rest)) = self.0.split_first_chunk() else { return [0; N] };
        self.0 = rest;
        *field
    }
}

#[cfg(test)]
mod tests {
    use super::Member;
    use crate::content::{Content, Sketch};
    use crate::index::Candidate;
    use crate::keys::{Key, Keys, Kind};
    use crate::parity::Parity;
    use crate::verify::Duplicate;

    #[test]
    fn what_is_written_is_read() {
        for (kind, length) in [
            (Kind::Bands, 3),
            (Kind::Prefix { size: 0 }, 0),
            (Kind::Prefix { size: u32::MAX }, 1),
            (Kind::Content { probes: 1, listed: 2 }, 2),
        ] {
            let key = |at: u32| Key { hash: u64::MAX - u64::from(at), position: at, held: 7 };
            let candidate = |at: u32| Candidate { order: u64::from(at), document: 1 << 40, shared: at };
            let content = Content {
                size: 9,
                lasting: 8,
                all: vec![1, 2, 3],
                marks: vec![2],
                window: vec![u64::MAX].into(),
                sketch: Sketch::new(&[1, 2, 3]),
                is_crowded: true,
            };
            let content = if matches!(kind, Kind::Content { .. }) { content } else { Content::default() };
            let is_prefix = matches!(kind, Kind::Prefix { .. });
            let parity = if is_prefix { Parity::of(&[1, 2, 3]) } else { Parity::default() };
            let keys = Keys { kind, keys: (0..length).map(key).collect(), content, parity };
            let candidates = (0..2 * length).map(candidate).collect();
            let found = (length > 0)
                .then(|| (1 << 35, Duplicate::near(9, 0.8, 0.9, Some(length).filter(|&gap| gap > 1))));
            let member = Member {
                order: 1 << 33,
                document: 5,
                bytes: 1,
                keys,
                is_settled: length == 1,
                candidates,
                found,
                shingles: None,
            };
            let record = member.write();
            assert_eq!((Member::read(&record), Member::bytes_of(&record)), (member, 1));
            (0..record.len()).for_each(|length| drop(Member::read(&record[..length])));
        }
    }
}
