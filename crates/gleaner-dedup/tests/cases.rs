//! Chosen documents and what becomes of them.

use gleaner_dedup::{Duplicate, Measure};

use crate::corpus::Random;
use crate::{Run, resolve_all, resolve_options, shingle_options, sketch_options};

/// A document that goes: for which one, and by what.
const fn exact(of: u64) -> Option<(u64, Measure)> {
    Some((of, Measure::Exact))
}

const fn near(of: u64) -> Option<(u64, Measure)> {
    Some((of, Measure::Jaccard))
}

#[track_caller]
fn check<T: AsRef<str>>(texts: &[T], want: &[Option<(u64, Measure)>]) {
    let run = Run::new(texts);
    run.check(0.8);
    let of = |verdict: &Option<Duplicate>| verdict.as_ref().map(|found| (found.of, found.measure));
    assert_eq!(run.verdicts.iter().map(of).collect::<Vec<_>>(), want);
    let all = resolve_all(&run.fingerprints, &run.shingles, &resolve_options());
    assert_eq!(all.iter().map(of).collect::<Vec<_>>(), want, "exact");
}

#[test]
fn empty_documents_repeat_nothing() {
    check::<&str>(&[], &[]);
    check(&["", "", " \n\t\u{3000}", "", "text", "text"], &[None, None, None, None, None, exact(4)]);
}

#[test]
fn short_documents_are_compared_whole() {
    check(&["a", "b", "a", " A\n", "a a"], &[None, None, exact(0), exact(0), None]);
    check(&["one two three four", "one two three five", "One  Two three FOUR"], &[None, None, exact(0)]);
    // Where there are so few words, the signs tell them apart.
    check(&["C", "C++", "C#", "1 < 2", "1 > 2"], &[None; 5]);
    check(&["one two three four five", "one two three four five six"], &[None, None]);
}

#[test]
fn documents_without_words_are_compared_whole() {
    check(&["!!!", "???", "!!!", " !!! \n"], &[None, None, exact(0), exact(0)]);
    check(&["😀😀", "😀", "😀😀", "😀 😀"], &[None, None, exact(0), None]);
    check(&["\u{301}\u{302}", "\u{301}", "\u{301}\u{302}"], &[None, None, exact(0)]);
    check(&["…", "..."], &[None, exact(0)]);
}

#[test]
fn spelling_does_not_tell_documents_apart() {
    check(
        &["Trời hôm nay đẹp quá", "tro\u{31b}\u{300}i HÔM nay, \u{111}ẹp quá!", "Troi hom nay dep qua"],
        &[None, exact(0), None],
    );
    check(&["漢字とカナ", "漢字とｶﾅ"], &[None, exact(0)]);
}

#[test]
fn order_of_words_matters() {
    check(&["dogs chase cats and mice fear owls", "mice fear owls and dogs chase cats"], &[None, None]);
    // Forward and backward the same words, but not the same word runs.
    check(&["was it a car or a cat I saw", "saw I cat a or car a it was"], &[None, None]);
    let there: Vec<String> = (0..50).map(|word| format!("w{word}")).collect();
    let back: Vec<String> = there.iter().rev().cloned().collect();
    let palindrome = format!("{} {}", there.join(" "), back.join(" "));
    check(&[palindrome.clone(), back.join(" "), palindrome.to_uppercase()], &[None, None, exact(0)]);
}

/// The same shingles more or less often: not the same text, and as similar as can be.
#[test]
fn repeats_are_counted_once() {
    let verse = "row row row your boat gently down the stream ";
    check(&[verse.repeat(3), verse.repeat(5)], &[None, near(0)]);
}

fn numbered(range: std::ops::Range<usize>) -> String {
    range.map(|word| format!("w{word} ")).collect()
}

#[test]
fn the_first_document_stays() {
    let (long, short) = (numbered(0..110), numbered(0..100));
    check(&[&long, &short], &[None, near(0)]);
    check(&[&short, &long], &[None, near(0)]);
    check(&["", &short, &long, &short], &[None, None, near(1), exact(1)]);
}

/// 0 is like 1, 1 like 2, but 0 not like 2: 2 has no kept witness and stays.
#[test]
fn no_chains() {
    check(&[numbered(0..100), numbered(10..110), numbered(20..120)], &[None, near(0), None]);
}

/// The copy of a removed document goes with the witness of that one.
#[test]
fn copies_of_removed_documents() {
    let (kept, removed) = (numbered(0..100), numbered(0..105));
    check(&[&kept, &removed, &removed, &removed], &[None, near(0), near(0), near(0)]);
}

#[test]
fn the_most_similar_kept_document_is_named() {
    // 2 reaches .8 against both kept ones, of which 1 is nearer.
    check(&[numbered(0..100), numbered(18..118), numbered(9..116)], &[None, None, near(1)]);
}

#[test]
fn numbers_can_be_masked() {
    use gleaner_dedup::{Digits, ShingleOptions, Sketcher};
    let made = |digits, text: &str| {
        let options = ShingleOptions { digits, ..shingle_options() };
        let mut sketcher = Sketcher::new(options, sketch_options()).unwrap();
        (sketcher.fingerprint(text), sketcher.shingles(text))
    };
    let sold = |numbers: [&str; 2]| {
        format!("sold on {} for {} coins of copper and tin to the man next door", numbers[0], numbers[1])
    };
    let (left, right) = (&sold(["3.12.2024", "15"]), &sold(["14.1.2025", "7"]));
    assert_ne!(made(Digits::Keep, left).1, made(Digits::Keep, right).1);
    let (left, right) = (made(Digits::Mask, left), made(Digits::Mask, right));
    assert_eq!((left.0.bands, left.1), (right.0.bands, right.1));
    assert_ne!(left.0.content, right.0.content, "only what is equal with its numbers is a copy");
    let table =
        |rows: std::ops::Range<u32>| rows.map(|row| format!("row {row} {}\n", row * 7)).collect::<String>();
    assert_eq!(
        made(Digits::Mask, &table(0..50)).1.shared(&made(Digits::Mask, &table(50..99)).1),
        0,
        "tables"
    );
}

#[test]
fn a_large_document() {
    let mut random = Random::new(1);
    let text: String = (0..200_000).map(|_| format!("w{} ", random.below(50_000))).collect();
    check(&[text.clone(), text.clone() + "end", text.to_uppercase()], &[None, near(0), exact(0)]);
}
