//! Damage: what is lost, what is not, and that nothing damaged is given out.

use gleaner_archive::ReaderOptions;

use crate::check::{check, check_slowly, records_of_covered};
use crate::faults::{FAULTS, Loss, Pack, WRONG_LENGTHS, measure, wrong_lengths};
use crate::make::{Random, gzip, record_stating, responses, text, zstd};

/// Every kind of fault, `rounds` times: nothing damaged is given out, nothing is lost in silence, and on average no
/// more is lost than the fault touched.
pub(crate) fn check_faults(members: &[Vec<u8>], rounds: u64) {
    for (name, fault) in FAULTS {
        let Loss { lost, touched, damaged, silent, unread } = measure(members, 0..rounds, fault);
        eprintln!("{name}: {lost:.2} lost, {touched:.2} touched, seeds 0..{rounds}");
        assert_eq!((damaged, silent, unread), (0, 0, 0), "{name}");
        assert!(lost <= touched + 0.1, "{name}");
    }
}

#[test]
fn faults_in_gzip_members() {
    let members: Vec<_> = responses(50, 1).iter().map(|record| gzip(record)).collect();
    check_faults(&members, 200);
}

#[test]
fn faults_in_zstd_frames() {
    let members: Vec<_> = responses(50, 2).iter().map(|record| zstd(record)).collect();
    check_faults(&members, 100);
}

#[test]
fn a_wrong_length_costs_its_record_alone() {
    let records = responses(20, 9);
    let packs: [(&str, Pack); 4] = [
        ("gzip members", |records| records.iter().flat_map(|record| gzip(record)).collect()),
        ("zstd frames", |records| records.iter().flat_map(|record| zstd(record)).collect()),
        ("plain", |records| records.concat()),
        ("one gzip member", |records| gzip(&records.concat())),
    ];
    for (name, pack) in packs {
        for (change, wrong) in WRONG_LENGTHS {
            let (most, neighbours) = wrong_lengths(&records, 0..10, wrong, pack);
            assert!(most <= 1 && neighbours == 0, "{name}, {change}: {most}, {neighbours}");
        }
    }
}

#[test]
fn truncation_of_gzip_members() {
    let (one, two) = (gzip(&text("one")), gzip(&text("two")));
    let a = one.len();
    let archive = [one, two].concat();
    for end in a + 1..archive.len() {
        let reason = if end == a + 1 { "not-warc" } else { "truncated-gzip" };
        check(
            &archive[..end],
            &[&format!("0+{a} record \"one\" verified"), &format!("{a}+{} gap {reason}", end - a)],
        );
    }
}

#[test]
fn truncation_of_a_shared_member() {
    let records = responses(60, 4);
    for (pack, reason) in [(gzip as fn(&[u8]) -> Vec<u8>, "truncated-gzip"), (zstd, "truncated-zstd")] {
        let archive = pack(&records.concat());
        for round in 1..40 {
            let end = archive.len() * round / 40;
            let found = crate::check::lines(&archive[..end], &ReaderOptions::default());
            check_slowly(&archive[..end], &ReaderOptions::default());
            // The gap has a length (`lines` looks), and what came out is what went in.
            let (last, before) = found.split_last().unwrap();
            assert!(last.ends_with(&format!("gap {reason}")), "{last}");
            for (line, record) in before.iter().zip(&records) {
                assert!(line.contains(&format!("+{} decompressed record", record.len())), "{line}");
            }
        }
    }
}

/// A decoder may have taken in what follows a frame that is cut: it is read all the same.
#[test]
fn a_shared_member_that_is_cut_takes_nothing_of_the_next() {
    let records = responses(60, 31);
    for pack in [gzip, zstd] {
        let whole = pack(&records.concat());
        for end in (whole.len() / 4..whole.len() - 8).step_by(whole.len() / 50) {
            let archive = [&whole[..end], &pack(&text("one")), &pack(&text("two"))].concat();
            let lines = crate::check::lines(&archive, &ReaderOptions::default());
            let last = &lines[lines.len() - 2..];
            assert!(last[0].ends_with("record \"one\" verified"), "{end}: {:?}", last[0]);
            assert!(last[1].ends_with("record \"two\" verified"), "{end}: {:?}", last[1]);
            assert!(lines[lines.len() - 3].contains(" gap corrupt-"), "{end}");
        }
    }
}

#[test]
fn truncation_of_plain_files() {
    let archive = [text("one"), text("two")].concat();
    for end in 81..156 {
        check(
            &archive[..end],
            &["0+80 record \"one\"", &format!("80+{} rejected truncated-record", end - 80)],
        );
    }
    // The block is whole, only line ends lack.
    check(&archive[..156], &["0+80 record \"one\"", "80+76 record \"two\""]);
}

#[test]
fn a_broken_header_costs_its_record() {
    let archive = [text("one"), text("two"), text("3")].concat();
    for at in 0..12 {
        let mut archive = archive.clone();
        archive[80 + at] = b'\x01';
        // `WARC/1.0` or the line end behind it broken; or the field after it.
        let reason = if at < 10 { "not-warc" } else { "invalid-header" };
        check(&archive, &["0+80 record \"one\"", &format!("80+80 gap {reason}"), "160+78 record \"3\""]);
    }
}

#[test]
fn garbage_between_members() {
    let (one, two) = (gzip(&text("one")), gzip(&text("two")));
    let [a, b] = [one.len(), two.len()];
    let garbage = b"garbage \x1f\x8b\x08 that \x28\xb5\x2f\xfd looks \nWARC/1.0\r\n like much";
    let g = garbage.len();
    check(
        &[&one[..], garbage, &two].concat(),
        &[
            &format!("0+{a} record \"one\" verified"),
            &format!("{a}+{g} gap not-warc"),
            &format!("{}+{b} record \"two\" verified", a + g),
        ],
    );
    check(
        &[&text("one")[..], garbage, b"\n", &text("two")].concat(),
        &[
            "0+80 record \"one\"",
            &format!("80+{} gap not-warc", g + 1),
            &format!("{}+80 record \"two\"", 81 + g),
        ],
    );
    // Garbage within a sound member that holds several records.
    let archive = gzip(&[&text("one")[..], b"garbage\n", &text("two")].concat());
    check(
        &archive,
        &[
            "0+80 decompressed record \"one\" verified",
            "80+8 decompressed gap not-warc",
            "88+80 decompressed record \"two\" verified",
        ],
    );
}

#[test]
fn damage_in_a_shared_member() {
    let records = responses(300, 3);
    let mut archive = gzip(&records.concat());
    let middle = archive.len() / 2;
    // One flipped bit may change a word and nothing else, which only the checksum would tell.
    archive[middle..middle + 500].fill(0xff);
    let after = gzip(&text("after"));
    let end = archive.len();
    archive.extend_from_slice(&after);
    let found = crate::check::lines(&archive, &ReaderOptions::default());
    check_slowly(&archive, &ReaderOptions::default());
    // Nothing after the damage comes out of that member; what follows it does.
    let (last, rest) = found.split_last().unwrap();
    assert_eq!(*last, format!("{end}+{} record \"after\" verified", after.len()));
    let (gap, before) = rest.split_last().unwrap();
    assert!(gap.ends_with("gap corrupt-gzip"), "{gap}");
    assert!(before.len() > 20 && before.len() < 200, "{}", before.len());
    for (line, record) in before.iter().zip(&records) {
        assert!(line.contains(&format!("+{} decompressed record", record.len())), "{line}");
    }
}

#[test]
fn a_stated_length_above_the_limit_swallows_nothing() {
    let options = ReaderOptions::default();
    let wrong = record_stating(1 << 40, b"wrong");
    let length = wrong.len();
    crate::check::check_with(
        &options,
        &[&wrong[..], &text("two")].concat(),
        &[&format!("0+{length} rejected wrong-length"), &format!("{length}+80 record \"two\"")],
    );
    crate::check::check_with(&options, &wrong, &[&format!("0+{length} rejected truncated-record")]);
    let member = gzip(&wrong);
    let two = gzip(&text("two"));
    crate::check::check_with(
        &options,
        &[&member[..], &two].concat(),
        &[
            &format!("0+{} record \"wrong\" verified", member.len()),
            &format!("{}+{} record \"two\" verified", member.len(), two.len()),
        ],
    );
}

#[test]
fn soup_of_beginnings() {
    let pieces: [&[u8]; 12] = [
        b"\x1f\x8b\x08",
        b"\x1f\x8b\x08\0\0\0\0\0\0\x03",
        b"\x28\xb5\x2f\xfd",
        b"\x28\xb5\x2f\xfd\x24",
        b"\x50\x2a\x4d\x18\xff\xff\xff\x7f",
        b"\x5d\x2a\x4d\x18\x02\0\0\0",
        b"WARC/1.0\r\n",
        b"\r\nWARC/1.1\r\nWARC-Type: response\r\n",
        b"Content-Length: 7\r\n\r\n",
        b"Content-Length: 123456789\r\n\r\n",
        b"\n\n",
        b"\0\0\0\0\0",
    ];
    let (member, frame, plain) = (gzip(&text("one")), zstd(&text("two")), text("3"));
    for seed in 0..3000 {
        let mut random = Random::new(seed);
        let mut archive = Vec::new();
        for _ in 0..random.below(30) {
            match random.below(16) {
                12 => archive.extend_from_slice(&member),
                13 => archive.extend_from_slice(&frame),
                14 => archive.extend_from_slice(&plain),
                15 => archive.push(random.next().to_le_bytes()[0]),
                piece => archive.extend_from_slice(pieces[piece]),
            }
        }
        records_of_covered(&archive, &ReaderOptions::default().max_record_size(10_000));
    }
}
