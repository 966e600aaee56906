#!/usr/bin/env python3
"""Speed of main-content extraction beside resiliparse: MB of HTML per CPU-second of one thread, parsing included.

  extraction_speed.py BINARY NAME.jsonl.zst...

BINARY  the example `extract_speed` of gleaner-boilerplate, built with --release
NAME    JSON lines with "html"

Both take turns, three times on each file, so that what else the machine does meets both; the best pass counts.
Needs the Python package resiliparse and the program zstd.
"""
import json, subprocess, sys, time

from resiliparse.extract.html2text import extract_plain_text
from resiliparse.parse.html import HTMLTree


def resiliparse(pages):
    start = time.process_time()
    for page in pages:
        extract_plain_text(HTMLTree.parse(page), main_content=True)
    return sum(len(page.encode()) for page in pages) / 1e6 / (time.process_time() - start)


def ours(binary, text):
    out = subprocess.run([binary], input=text, stdout=subprocess.PIPE, check=True).stdout
    return max(map(float, out.split()))


def main():
    binary, *files = sys.argv[1:]
    for file in files:
        text = subprocess.run(["zstd", "-dcq", "--long=27", file], stdout=subprocess.PIPE, check=True).stdout
        pages = [json.loads(line)["html"] for line in text.splitlines()]
        turns = [(ours(binary, text), resiliparse(pages)) for _ in range(3)]
        own, other = (max(column) for column in zip(*turns))
        print(f"{file.rsplit('/', 1)[-1]:24} gleaner {own:6.1f} MB/s   resiliparse {other:6.1f} MB/s   ratio {own / other:.2f}")


if __name__ == "__main__":
    main()
