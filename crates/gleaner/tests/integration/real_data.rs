//! The main job on real data, where it is at hand.

use gleaner_testkit::shared_dir;

use crate::common::Scratch;

#[test]
fn a_real_crawl_is_accounted_for() {
    let Some(shared) = shared_dir() else { return };
    let scratch = Scratch::new();
    scratch.run("run", &[shared.join("data/crawl")], &[]).ends_with(0);
    let written = scratch.written();
    assert!(written.count("records") > 370, "{}", written.count("records"));
    assert!(written.count("kept") > 300, "{}", written.count("kept"));
}

#[test]
fn the_five_seeds_stay_apart() {
    let Some(shared) = shared_dir() else { return };
    let scratch = Scratch::new();
    let pattern = shared.join("data/seeds/*.txt");
    scratch.run("run", &[pattern], &[]).ends_with(0);
    let written = scratch.written();
    assert_eq!(written.count("kept"), 5);
    assert!(written.kept.iter().all(|row| row["language"] == "vie_Latn"));
}
