#!/usr/bin/env python3
"""Speed of reading archives beside FastWARC and warcio: MB of stored bytes per CPU-second of one thread, every block read.

  archive_speed.py BINARY FILE.warc.gz...

BINARY  the example `read_speed` of gleaner-archive, built with --release

All take turns, three times on each file, each in a process of its own; the best pass counts. Needs the Python packages
fastwarc and warcio.
"""
import os, resource, subprocess, sys

FASTWARC = """
from fastwarc.warc import ArchiveIterator
for record in ArchiveIterator(open({0!r}, "rb"), parse_http=False):
    record.reader.read()
"""
WARCIO = """
from warcio.archiveiterator import ArchiveIterator
for record in ArchiveIterator(open({0!r}, "rb"), no_record_parse=True):
    record.raw_stream.read()
"""
IMPORTS = {"fastwarc": "import fastwarc.warc", "warcio": "import warcio.archiveiterator"}


def seconds(*command):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def python(name, script, file):
    """Without the time that Python itself and the import take."""
    return seconds(sys.executable, "-c", script.format(file)) - seconds(sys.executable, "-c", IMPORTS[name])


def main():
    binary, *files = sys.argv[1:]
    for file in files:
        turns = [
            (seconds(binary, file), python("fastwarc", FASTWARC, file), python("warcio", WARCIO, file)) for _ in range(3)
        ]
        own, fastwarc, warcio = (os.path.getsize(file) / 1e6 / min(column) for column in zip(*turns))
        print(
            f"{os.path.basename(file):32} gleaner {own:6.1f} MB/s   fastwarc {fastwarc:6.1f}, ratio {own / fastwarc:.2f}"
            f"   warcio {warcio:6.1f}, ratio {own / warcio:.2f}"
        )


if __name__ == "__main__":
    main()
