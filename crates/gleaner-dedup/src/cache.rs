//! Texts that were loaded and may be needed again, within a budget.

use std::mem;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use ahash::AHashMap;

use crate::coverage::Text;

/// A cache in two generations: what is used moves to the young one; when that holds half of the budget, it becomes the
/// old one and the old one goes. What it holds never changes a result, only how often something is loaded.
#[derive(Debug)]
pub(crate) struct Cache {
    half_budget: u64,
    generations: Mutex<Generations>,
}

#[derive(Debug, Default)]
struct Generations {
    young: AHashMap<u64, Arc<Text>>,
    young_bytes: u64,
    old: AHashMap<u64, Arc<Text>>,
}

impl Cache {
    pub(crate) fn new(budget: u64) -> Cache {
        Cache { half_budget: budget / 2, generations: Mutex::default() }
    }

    pub(crate) fn get(&self, document: u64) -> Option<Arc<Text>> {
        let mut generations = self.lock();
        if let Some(text) = generations.young.get(&document) {
            return Some(Arc::clone(text));
        }
        let text = generations.old.remove(&document)?;
        generations.insert(document, Arc::clone(&text), self.half_budget);
        Some(text)
    }

    pub(crate) fn insert(&self, document: u64, text: Arc<Text>) {
        self.lock().insert(document, text, self.half_budget);
    }

    pub(crate) fn remove(&self, document: u64) {
        let mut generations = self.lock();
        if let Some(text) = generations.young.remove(&document) {
            generations.young_bytes -= size(&text);
        }
        generations.old.remove(&document);
    }

    fn lock(&self) -> MutexGuard<'_, Generations> {
        // Nothing in here can be left half done by a panic elsewhere.
        self.generations.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Generations {
    fn insert(&mut self, document: u64, text: Arc<Text>, half_budget: u64) {
        let bytes = size(&text);
        if bytes > half_budget {
            return;
        }
        if self.young_bytes + bytes > half_budget {
            self.old = mem::take(&mut self.young);
            self.young_bytes = 0;
        }
        if self.young.insert(document, text).is_none() {
            self.young_bytes += bytes;
        }
    }
}

/// The hashes, and what holds them: the vectors, the counters, two places in the map, the allocator.
fn size(text: &Text) -> u64 {
    (text.shingles.bytes() + size_of::<(u64, Range<usize>)>() * text.frame.len()) as u64 + 192
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::{Cache, size};
    use crate::coverage::Text;
    use crate::frames::Frames;
    use crate::shingles::Shingles;

    fn text(shingles: u64) -> Arc<Text> {
        Arc::new(Text::new(Arc::new(Shingles::from_hashes((0..shingles).collect())), &Frames::default()))
    }

    #[test]
    fn what_is_used_stays_within_the_budget() {
        let budget = 20 * size(&text(6));
        let cache = Cache::new(budget);
        for document in 0..1000 {
            cache.insert(document, text(document % 7));
            assert!(document < 5 || cache.get(5).is_some(), "5 is used all the time");
            let held = cache.lock();
            let bytes: u64 = held.young.values().chain(held.old.values()).map(|held| size(held)).sum();
            assert!(bytes <= budget, "{bytes} bytes");
        }
        assert_eq!(cache.get(5).map(|text| text.shingles.len()), Some(5));
        assert!(cache.get(6).is_none());
        cache.remove(999);
        assert!(cache.get(999).is_none());
    }

    #[test]
    fn what_is_larger_than_the_budget_is_not_held() {
        let cache = Cache::new(100);
        cache.insert(1, text(3));
        assert!(cache.get(1).is_none());
    }
}
