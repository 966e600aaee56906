//! Duplicates by coverage: against a comparison of everything with everything, and with frames of sites.

use gleaner_dedup::{
    Banding, Duplicate, FrameLearner, Frames, Measure, PageLines, ResolveOptions, Similarity, SketchOptions,
};

use crate::corpus::{Random, documents};
use crate::{Run, resolve, resolve_all};

const SITES: usize = 12;

/// Documents in the frames of their sites, some copies in the frame of another one.
fn pages(seed: u64, count: usize) -> (Vec<String>, Vec<Option<u64>>) {
    let mut random = Random::new(seed);
    let frames: Vec<(String, String)> = (0..SITES)
        .map(|site| {
            let line = |part: &str| {
                (0..2 + site % 3).map(|word| format!("{part}{site}w{}", "x".repeat(word))).collect::<Vec<_>>()
            };
            (line("head").join(" "), line("foot").join(" | "))
        })
        .collect();
    let mut site = |_: &String| random.below(SITES + 1);
    let texts = documents(seed, count);
    let sites: Vec<usize> = texts.iter().map(&mut site).collect();
    let framed = texts.iter().zip(&sites).map(|(text, &site)| match frames.get(site) {
        Some((head, foot)) => {
            format!("{head}\n{}\n{foot} 2{:03}", text.replacen(" ka", "\nka", 3), text.len() % 1000)
        }
        None => text.clone(),
    });
    (framed.collect(), sites.iter().map(|&site| (site < SITES).then_some(site as u64)).collect())
}

fn run(seed: u64, count: usize, sketch: SketchOptions) -> (Run, ResolveOptions) {
    let options = ResolveOptions { max_bucket: count, max_candidates: count, ..ResolveOptions::default() };
    let (texts, sites) = pages(seed, count);
    let mut run = Run::sketched(&texts, sketch, &options);
    run.fingerprints.iter_mut().zip(sites).for_each(|(print, site)| print.site = site);
    run.verdicts = resolve(&run.fingerprints, &run.shingles, &options);
    (run, options)
}

/// What must hold of any result: witnesses are kept and come first, and the values are those of the texts.
fn check(run: &Run) {
    let contents: Vec<_> = run.fingerprints.iter().map(|print| print.content).collect();
    let is_first =
        |index: &usize| contents[*index].is_some() && !contents[..*index].contains(&contents[*index]);
    let firsts: Vec<usize> = (0..contents.len()).filter(is_first).collect();
    let frames = frames(run, &firsts);
    for (page, &index) in (0..).zip(&firsts) {
        let Some(duplicate) = &run.verdicts[index] else { continue };
        let of = duplicate.of as usize;
        assert!(of < index && run.verdicts[of].is_none(), "{index} goes for {of}");
        let found = Similarity::default().compare(&run.shingles[index], &run.shingles[of], &frames, page);
        assert_eq!(
            found.map(|found| Duplicate { of: of as u64, ..found }).as_ref(),
            Some(duplicate),
            "{index}"
        );
    }
}

/// What is due by definition: copies go with the first of their kind, the others with the most similar kept document
/// before them.
fn want(run: &Run) -> Vec<Option<Duplicate>> {
    let similarity = Similarity::default();
    let contents: Vec<_> = run.fingerprints.iter().map(|print| print.content).collect();
    let first = |index: usize| contents.iter().position(|other| *other == contents[index]).unwrap();
    let firsts: Vec<usize> =
        (0..contents.len()).filter(|&index| contents[index].is_some() && first(index) == index).collect();
    let frames = frames(run, &firsts);
    let mut want: Vec<Option<Duplicate>> = vec![None; contents.len()];
    for (page, &index) in firsts.iter().enumerate() {
        let kept = firsts[..page].iter().filter(|&&other| want[other].is_none());
        let near = kept.filter_map(|&other| {
            let found =
                similarity.compare(&run.shingles[index], &run.shingles[other], &frames, page as u64)?;
            Some(Duplicate { of: other as u64, ..found })
        });
        want[index] = near.reduce(|best, near| if near.jaccard > best.jaccard { near } else { best });
    }
    for index in (0..contents.len()).filter(|&index| contents[index].is_some()) {
        let first = first(index);
        if first < index {
            want[index] = want[first].clone().or_else(|| Some(Duplicate::exact(first as u64)));
        }
    }
    want
}

fn frames(run: &Run, firsts: &[usize]) -> Frames {
    let mut learner = FrameLearner::default();
    for site in 0..SITES as u64 {
        for (page, &index) in (0..).zip(firsts) {
            if run.fingerprints[index].site == Some(site) {
                learner.page(site, page, &run.fingerprints[index].lines);
            }
        }
    }
    learner.finish()
}

#[test]
fn exact_is_exhaustive() {
    for seed in [41, 42, 43] {
        let (run, mut options) = run(seed, 1_200, SketchOptions::default());
        let want = want(&run);
        let near = want.iter().flatten().filter(|found| found.measure == Measure::Coverage).count();
        assert!(near > 150, "{near} removals are too few to tell");
        for index_bytes in [u64::MAX, 0, 200_000] {
            options.index_bytes = index_bytes;
            assert!(
                resolve_all(&run.fingerprints, &run.shingles, &options) == want,
                "seed {seed}, {index_bytes} bytes"
            );
        }
        check(&run);
        // Bands see the frames, which are the greater part of the many short texts, and often not the same ones.
        let (found, all) = (run.verdicts.iter().flatten().count(), want.iter().flatten().count());
        assert!(100 * found >= 85 * all, "seed {seed}: {found} of {all}");
    }
    let banding = Banding { bands: 128, rows: 1 };
    let (run, mut options) = run(44, 600, SketchOptions { banding, ..SketchOptions::default() });
    options.index_bytes = 0;
    assert!(resolve(&run.fingerprints, &run.shingles, &options) == run.verdicts);
}

/// A copy in the frame of another site goes once the frames are known, and pages of one frame stay.
#[test]
fn frames_of_sites_do_not_count() {
    let line =
        |word: &str| (0..20).map(|number| format!("{word}{} ", "x".repeat(number))).collect::<String>();
    let page = |site: &str, text: &str| {
        let text = line(text) + &line(&format!("{text}more"));
        format!("{}\n{text}\n{}", line(site), line(&format!("{site}end")))
    };
    let mut texts: Vec<String> = ["one", "two", "three"].iter().map(|text| page("first", text)).collect();
    texts.extend(["four", "five", "six"].iter().map(|text| page("second", text)));
    texts.extend([page("first", "story"), page("second", "story")]);
    let mut run = Run::with(&texts, &ResolveOptions::default());
    assert!(run.verdicts.iter().all(Option::is_none), "without sites nobody knows");
    for (index, print) in run.fingerprints.iter_mut().enumerate() {
        print.site = Some([0, 0, 0, 1, 1, 1, 0, 1][index]);
        assert_eq!(print.lines, PageLines::of(&texts[index]));
    }
    let verdicts = resolve_all(&run.fingerprints, &run.shingles, &ResolveOptions::default());
    assert_eq!(verdicts.iter().position(Option::is_some), Some(7));
    let copy = verdicts[7].as_ref().unwrap();
    assert_eq!((copy.of, copy.measure, copy.jaccard, copy.gap), (6, Measure::Coverage, 1.0, Some(0)));
}

/// Hundreds of documents that begin alike, in pieces that many of them have: what is listed by its beginning elsewhere is
/// listed by all it has.
#[test]
fn exact_is_exhaustive_in_a_crowd() {
    for (seed, begin) in [(51, 12), (52, 0), (53, 60)] {
        let mut random = Random::new(seed);
        let mut words = |count: usize| -> String {
            (0..count)
                .map(|_| {
                    format!(
                        "w{} ",
                        "abcdefghijklmnop".split_at(random.below(16)).0.to_owned()
                            + &format!("{:x}", random.next()).replace(|c: char| c.is_ascii_digit(), "z")
                    )
                })
                .collect()
        };
        let frame = words(begin);
        let pieces: Vec<String> = (0..90).map(|_| words(9)).collect();
        let mut random = Random::new(seed + 1);
        let texts: Vec<String> = (0..600)
            .map(|_| {
                let start = random.below(80);
                let mut chosen: Vec<usize> = (start..start + 2 + random.below(8)).collect();
                if random.below(3) == 0 {
                    let (left, right) = (random.below(chosen.len()), random.below(chosen.len()));
                    chosen.swap(left, right);
                }
                let chosen: String = chosen.into_iter().map(|piece| pieces[piece % 90].as_str()).collect();
                if random.below(4) == 0 { chosen } else { frame.clone() + &chosen }
            })
            .collect();
        let mut run = Run::with(&texts, &ResolveOptions::default());
        run.verdicts.clear();
        let want = want(&run);
        let near = want.iter().flatten().filter(|found| found.measure == Measure::Coverage).count();
        assert!(near > 100, "{near} removals are too few to tell");
        let mut options = ResolveOptions::default();
        for index_bytes in [u64::MAX, 0] {
            options.index_bytes = index_bytes;
            assert!(resolve_all(&run.fingerprints, &run.shingles, &options) == want, "seed {seed}");
        }
    }
}
