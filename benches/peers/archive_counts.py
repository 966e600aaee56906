#!/usr/bin/env python3
"""Records of archives beside warcio: each file whose counts differ, and why. Fails where a difference has no reason here.

  archive_counts.py BINARY FOLDER...

BINARY  the example `read_speed` of gleaner-archive, built with --release
FOLDER  searched for archives: *.warc*, *.arc*, *.wat*, *.wet*

Needs the Python package warcio, of which every record is read with its content.
"""
import os, re, subprocess, sys

from warcio.archiveiterator import ArchiveIterator

SHARED = "members of several records, at which warcio gives up"
NO_LENGTH = "no Content-Length, so nothing says where the record ends: a gap; warcio takes it for empty, or for all that follows"
WHY = {
    "badexample.arc.gz": SHARED + "; one record has no date: a gap",
    "CC-MAIN-2024-22.warc.paths.gz": "a list of paths and no archive: a gap",
    "corrupted-mid-record.warc.gz.open": SHARED + "; the bytes between them are a gap",
    "corrupted-trailing-bytes.warc.gz.open": SHARED + "; the bytes behind them are a gap",
    "good.warc.gz.open": SHARED,
    "skip-non-open.warc.gz": SHARED,
    "clipped.warc.gz": "its one member is cut: a gap; warcio gives what is there without a word",
    "IAH-20080430204825-00000-blackbook-truncated.arc": "the line end behind the first record is missing, where warcio stops",
    "link-extraction-test.warc": "a line end is missing between records, where warcio stops",
    "invalid-arcfile-record-then-garbage.arc": "garbage with a date and length behind the record: rejected as cut; warcio stops there",
    "test-arc-1.0-invalid-fields.arc": "the first line states the length `one`: a gap; warcio takes it for a record",
    "invalid-warcfile-fields-empty.warc": NO_LENGTH,
    "invalid-warcfile-fields-invalidformat.warc": NO_LENGTH,
    "invalid-warcfile-fields-missing.warc": NO_LENGTH,
    "invalid-warcfile-lonely-continuation.warc": NO_LENGTH,
    "invalid-warcfile-lonely-monkeys.warc": NO_LENGTH,
    "invalid-warcfile-lonely-request-response-resource-conversion.warc": NO_LENGTH,
    "invalid-warcfile-lonely-revisit.warc": NO_LENGTH,
    "invalid-warcfile-lonely-warcinfo-metadata.warc": NO_LENGTH,
    "invalid-warcfile-record-then-garbage.warc": "garbage behind the record: a gap; warcio stops there",
    "bad.arc": "lengths -1 and `abc`: gaps; warcio takes them for 0",
    "example-bad-non-chunked.warc.gz": SHARED,
    "example-bad.warc.gz.bad": SHARED,
    "example-space-in-url.arc": "the last length reaches one byte over the end: rejected as cut; warcio gives what is there without a word",
    "example-wrong-chunks.warc.gz": "a length too short: the record ends where the next one begins; warcio stops there",
}


def warcio_counts(path):
    count = 0
    try:
        with open(path, "rb") as file:
            for record in ArchiveIterator(file):
                record.content_stream().read()
                count += 1
    except Exception as error:
        return count, f", then {type(error).__name__}"
    return count, ""


def archives(folder):
    for place, _, names in os.walk(folder):
        for name in names:
            if re.search(r"\.(w?arc|wat|wet)\b", name.lower()) and not name.endswith((".uu", ".lz4", ".txt")):
                yield os.path.join(place, name)


def main():
    binary, *folders = sys.argv[1:]
    files = sorted(path for folder in folders for path in archives(folder))
    differing, unexplained = 0, 0
    for path in files:
        theirs, error = warcio_counts(path)
        printed = subprocess.run([binary, path], check=True, capture_output=True, text=True).stdout
        ours, others = (int(number) for number in re.match(r"(\d+) records, (\d+) others", printed).groups())
        if (ours, "") == (theirs, error):
            continue
        name = os.path.basename(path)
        differing += 1
        unexplained += name not in WHY
        print(f"{name}\n    {ours} records and {others} others, warcio {theirs}{error}: {WHY.get(name, 'NO REASON KNOWN')}")
    print(f"{len(files)} files, {differing} differ, {unexplained} of them without a reason")
    sys.exit(unexplained > 0)


if __name__ == "__main__":
    main()
