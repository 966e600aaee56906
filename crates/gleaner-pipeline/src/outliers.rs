//! Where a run has lost most: files, hosts, and groups of duplicates.

use gleaner_corpus::FileSummary;
use gleaner_spill::{Sorted, Sorter};
use serde::{Deserialize, Serialize};

use crate::earlier::EarlierRun;
use crate::error::Error;
use crate::lookup::Lookup;
use crate::searched::{Origin, Searched};
use crate::site::host_of;

/// Of each kind so many are listed.
const LISTED: usize = 10;

/// Where a run has lost most, for a person to look at: at most ten of each kind.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outliers {
    /// Files that lost more records than all together lost of as many; those with most beyond that first.
    pub sources: Vec<Loss>,
    /// The same of the hosts of documents with an address. What was rejected has none.
    pub hosts: Vec<Loss>,
    /// Documents that most others were removed as duplicates of.
    pub clusters: Vec<Cluster>,
}

/// What a file or host has lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Loss {
    /// Its name.
    pub name: String,
    /// Its records.
    pub records: u64,
    /// Of these removed, by any stage.
    pub removed: u64,
    /// Of these rejected.
    pub rejected: u64,
}

/// A kept document, and how many were removed because of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cluster {
    /// Id of the kept document.
    pub id: String,
    /// Its number.
    pub doc: u64,
    /// Its run, when it is an earlier one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Documents of this run that were removed as duplicates of it.
    pub duplicates: u64,
    /// Id of the first of them.
    pub example: String,
    /// Its number.
    pub example_doc: u64,
}

/// What was counted under one key.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counted {
    key: u64,
    records: u64,
    removed: u64,
    rejected: u64,
}

impl Counted {
    fn add(&mut self, other: Counted) {
        self.records += other.records;
        self.removed += other.removed;
        self.rejected += other.rejected;
    }

    /// Records lost beyond what all together lost of as many, in parts of `all.records`.
    fn beyond(&self, all: &Counted) -> i128 {
        let lost = |counted: &Counted| i128::from(counted.removed + counted.rejected);
        lost(self) * i128::from(all.records) - lost(all) * i128::from(self.records)
    }

    fn loss(self, name: String) -> Loss {
        let Counted { records, removed, rejected, .. } = self;
        Loss { name, records, removed, rejected }
    }
}

/// Those with the largest values above 0, largest first, of equal ones the first that came.
#[derive(Debug)]
struct Top<T>(Vec<(i128, T)>);

impl<T> Top<T> {
    fn new() -> Top<T> {
        Top(Vec::with_capacity(LISTED + 1))
    }

    fn push(&mut self, value: i128, item: T) {
        let place = self.0.partition_point(|(other, _)| *other >= value);
        if value > 0 && place < LISTED {
            self.0.insert(place, (value, item));
            self.0.truncate(LISTED);
        }
    }

    fn into_items(self) -> impl Iterator<Item = T> {
        self.0.into_iter().map(|(_, item)| item)
    }
}

/// Records of a file that follow one another, as the scan has counted them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SourceCount {
    /// XXH3-64 of the file's name.
    name: u64,
    documents: u64,
    rejected: u64,
}

impl SourceCount {
    /// One record of the file `name`.
    pub(crate) fn of(name: &str, is_rejected: bool) -> SourceCount {
        let rejected = u64::from(is_rejected);
        SourceCount { name: gleaner_text::hash64(name.as_bytes()), documents: 1 - rejected, rejected }
    }

    /// Adds it behind those of `sources`.
    pub(crate) fn append_to(self, sources: &mut Vec<SourceCount>) {
        match sources.last_mut().filter(|last| last.name == self.name) {
            Some(last) => {
                last.documents += self.documents;
                last.rejected += self.rejected;
            }
            None => sources.push(self),
        }
    }
}

/// Finds out which files and hosts have lost most. Takes the documents in order; holds a record for each file.
pub(crate) struct LossCounter<'a> {
    /// Those that have not ended.
    sources: &'a [SourceCount],
    /// Of the first of them.
    current: Counted,
    by_source: Vec<Counted>,
    sites: Sorter,
    /// Of all documents with a site.
    of_sites: Counted,
}

impl LossCounter<'_> {
    /// `sources` in input order.
    pub(crate) fn new(sources: &[SourceCount], sites: Sorter) -> LossCounter<'_> {
        LossCounter {
            sources,
            current: Counted::default(),
            by_source: Vec::new(),
            sites,
            of_sites: Counted::default(),
        }
    }

    /// Takes the next document; `site` is 0 where it has none.
    pub(crate) fn document(&mut self, doc: u64, site: u64, is_removed: bool) -> Result<(), Error> {
        while self.sources.first().is_some_and(|source| source.documents == self.current.records) {
            self.end_source();
        }
        let document = Counted { records: 1, removed: u64::from(is_removed), ..Counted::default() };
        self.current.add(document);
        if site != 0 {
            self.of_sites.add(document);
            let [site, doc] = [site, doc].map(u64::to_be_bytes);
            self.sites.push(&[&site[..], &doc, &[u8::from(is_removed)]].concat())?;
        }
        Ok(())
    }

    fn end_source(&mut self) {
        if let Some((&SourceCount { name, rejected, .. }, rest)) = self.sources.split_first() {
            self.current.add(Counted { records: rejected, rejected, ..Counted::default() });
            self.by_source.push(Counted { key: name, ..std::mem::take(&mut self.current) });
            self.sources = rest;
        }
    }

    /// The files and hosts that have lost most. `host` is asked for the host of a document.
    pub(crate) fn finish(
        mut self,
        files: &[FileSummary],
        mut host: impl FnMut(u64) -> Result<String, Error>,
    ) -> Result<Outliers, Error> {
        while !self.sources.is_empty() {
            self.end_source();
        }
        let sources = self.sources(files);
        let hosts = top_sites(self.sites.finish()?, &self.of_sites)?.into_items();
        let hosts = hosts.map(|(first, counted)| Ok(counted.loss(host(first)?)));
        Ok(Outliers { sources, hosts: hosts.collect::<Result<_, Error>>()?, clusters: Vec::new() })
    }

    fn sources(&self, files: &[FileSummary]) -> Vec<Loss> {
        let mut all = Counted::default();
        self.by_source.iter().for_each(|source| all.add(*source));
        let mut top = Top::new();
        self.by_source.iter().for_each(|source| top.push(source.beyond(&all), *source));
        let name = |hash: u64| {
            let mut names = files.iter().map(|file| &file.name);
            names.find(|name| gleaner_text::hash64(name.as_bytes()) == hash).cloned().unwrap_or_default()
        };
        top.into_items().map(|source| source.loss(name(source.key))).collect()
    }
}

/// The sites that have lost most, each with its first document.
fn top_sites(mut sites: Sorted, all: &Counted) -> Result<Top<(u64, Counted)>, Error> {
    let (mut top, mut current) = (Top::new(), None::<(u64, Counted)>);
    loop {
        let record = sites.next_record()?.map(|record| {
            let mut numbers = record.as_chunks().0.iter().map(|number| u64::from_be_bytes(*number));
            let (key, doc) = (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
            let removed = record.last().copied().unwrap_or(0).into();
            (doc, Counted { key, records: 1, removed, rejected: 0 })
        });
        match (&mut current, record) {
            (Some((_, site)), Some((_, document))) if site.key == document.key => site.add(document),
            (ended, next) => {
                if let Some((first, site)) = ended.take() {
                    top.push(site.beyond(all), (first, site));
                }
                if next.is_none() {
                    return Ok(top);
                }
                current = next;
            }
        }
    }
}

/// A witness and how many documents it is the witness of, by their numbers in the search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ClusterCount {
    of: u64,
    duplicates: u64,
    /// The first of them.
    example: u64,
}

/// Finds the witnesses of most documents.
pub(crate) struct ClusterCounter(Sorter);

impl ClusterCounter {
    pub(crate) fn new(sorter: Sorter) -> ClusterCounter {
        ClusterCounter(sorter)
    }

    /// Document `doc` is a duplicate of `of`.
    pub(crate) fn duplicate(&mut self, doc: u64, of: u64) -> Result<(), Error> {
        Ok(self.0.push([of, doc].map(u64::to_be_bytes).as_flattened())?)
    }

    pub(crate) fn finish(self) -> Result<Vec<ClusterCount>, Error> {
        let (mut pairs, mut top) = (self.0.finish()?, Top::new());
        let mut current = None::<ClusterCount>;
        loop {
            let pair = pairs.next_record()?.map(|record| {
                let mut numbers = record.as_chunks().0.iter().map(|number| u64::from_be_bytes(*number));
                (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
            });
            match (&mut current, pair) {
                (Some(cluster), Some((of, _))) if cluster.of == of => cluster.duplicates += 1,
                (ended, next) => {
                    if let Some(cluster) = ended.take() {
                        top.push(cluster.duplicates.into(), cluster);
                    }
                    let Some((of, example)) = next else { return Ok(top.into_items().collect()) };
                    current = Some(ClusterCount { of, duplicates: 1, example });
                }
            }
        }
    }
}

/// Reads what is told of documents from their texts' parts.
pub(crate) struct Names<'a> {
    pub(crate) lookup: Lookup<'a>,
    pub(crate) searched: &'a Searched,
    pub(crate) earlier: &'a [EarlierRun],
}

impl Names<'_> {
    /// The host of document `doc` of this run.
    pub(crate) fn host(&self, doc: u64) -> Result<String, Error> {
        let host = self.lookup.with(self.searched.of_own(doc), &mut Vec::new(), |draft| {
            Ok(draft.document(doc)?.url.and_then(host_of))
        })?;
        Ok(host.unwrap_or_default())
    }

    pub(crate) fn cluster(&self, cluster: &ClusterCount) -> Result<Cluster, Error> {
        let id = |number| self.lookup.with(number, &mut Vec::new(), |draft| draft.id().map(str::to_owned));
        let (doc, run) = match self.searched.origin(cluster.of) {
            Origin::Own(doc) => (doc, None),
            Origin::Earlier { run, doc } => (doc, Some(self.earlier[run].manifest.run.clone())),
        };
        Ok(Cluster {
            id: id(cluster.of)?,
            doc,
            run,
            duplicates: cluster.duplicates,
            example: id(cluster.example)?,
            example_doc: self.searched.own(cluster.example).unwrap_or(0),
        })
    }
}

#[cfg(test)]
mod tests {
    use gleaner_corpus::FileSummary;
    use gleaner_spill::Sorter;

    use super::{ClusterCount, ClusterCounter, Loss, LossCounter, SourceCount};

    fn sorter(folder: &tempfile::TempDir) -> Sorter {
        Sorter::new(&folder.path().join("sorter"), 1 << 20)
    }

    #[test]
    fn files_and_hosts_that_lose_more_than_others() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let names = ["a", "nothing", "b", "c"];
        let mut sources = Vec::new();
        // Of a half is rejected; b loses all, c nothing.
        for (name, records) in [("a", "+-+-"), ("b", "+++"), ("c", "++++")] {
            records.chars().for_each(|record| SourceCount::of(name, record == '-').append_to(&mut sources));
        }
        assert_eq!(sources.len(), 3);
        let mut counter = LossCounter::new(&sources, sorter(&folder));
        let removed = [false, false, true, true, true, false, false, false, false];
        let sites = [7, 0, 5, 7, 7, 5, 5, 7, 0];
        for (doc, (removed, site)) in (0..).zip(removed.into_iter().zip(sites)) {
            counter.document(doc, site, removed).expect("document");
        }
        let file = |name: &&str| FileSummary {
            name: (*name).to_owned(),
            format: None,
            size: 1,
            digest: String::new(),
            archive: None,
        };
        let files: Vec<FileSummary> = names.iter().map(file).collect();
        let found = counter.finish(&files, |doc| Ok(format!("host of {doc}"))).expect("finish");
        let loss = |name: &str, records, removed, rejected| Loss {
            name: name.to_owned(),
            records,
            removed,
            rejected,
        };
        assert_eq!(found.sources, [loss("b", 3, 3, 0), loss("a", 4, 0, 2)]);
        assert_eq!(found.hosts, [loss("host of 0", 4, 2, 0)]);
    }

    #[test]
    fn documents_that_most_are_duplicates_of() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut counter = ClusterCounter::new(sorter(&folder));
        for doc in (100..200).rev() {
            counter.duplicate(doc, [3, 5, 3, doc][doc as usize % 4]).expect("duplicate");
        }
        let found = counter.finish().expect("finish");
        let cluster = |of, duplicates, example| ClusterCount { of, duplicates, example };
        assert_eq!(found[..3], [cluster(3, 50, 100), cluster(5, 25, 101), cluster(103, 1, 103)]);
        assert_eq!(found.len(), 10);
    }
}
