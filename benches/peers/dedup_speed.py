#!/usr/bin/env python3
"""Near-duplicate removal beside gaoya, rensa, datasketch and datatrove: CPU seconds from JSON lines to kept rows.

  dedup_speed.py GLEANER CORPUS.jsonl [--turns 3] [--turns-of datatrove=1] [--only gaoya,rensa] [--cpu 0] [--work DIR]

GLEANER  the program `gleaner`, built with --release
CORPUS   JSON lines with "id" and "text"

Every tool runs as a process of its own, start and imports included, on one CPU: it reads CORPUS and writes the rows
that stay to a .jsonl.zst. They take turns, so that what else the machine does meets all of them; the turn with the
least CPU time (user and system, of the process and its children) counts. Peers get what a careful user would give them:
orjson, xxhash, zstandard at level 3, and rows copied as they stand instead of being written anew.
All compare word 5-grams of lower-cased text by 128 permutations in 16 bands of 8 rows. What differs is in the functions
below: how each splits words, and whether it checks the candidates of a band.
Needs the Python packages orjson, xxhash and zstandard, and those of the peers: gaoya, rensa, datasketch, and datatrove
with spacy, regex, tokenizers. A peer that is not installed is skipped, one that fails is left out from there on.
"""
import argparse, collections, importlib.metadata, os, pathlib, re, shutil, subprocess, sys, tempfile

import zstandard

BANDS, ROWS, NGRAM, THRESHOLD = 16, 8, 5, 0.8
ONE_THREAD = {name: "1" for name in ("RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")}
WORD = re.compile(r"\w+")

Run = collections.namedtuple("Run", "cpu memory")


# --- what the children do -------------------------------------------------------------------------------------------

def rows(corpus):
    """Each line of the corpus as it stands, and its text."""
    import orjson
    with open(corpus, "rb") as lines:
        for line in lines:
            yield line, orjson.loads(line)["text"]


def write(lines, out):
    with open(out / "kept.jsonl.zst", "wb") as file, zstandard.ZstdCompressor(level=3).stream_writer(file) as packed:
        for line in lines:
            packed.write(line)


def shingles(text):
    """The distinct word 5-grams of a text; a shorter text is one shingle."""
    words = WORD.findall(text.lower())
    return {" ".join(words[at:at + NGRAM]) for at in range(max(1, len(words) - NGRAM + 1))}


def gaoya(corpus, out):
    """Splits at white space in Rust and checks candidates by the estimated similarity; asking and adding both hash."""
    from gaoya.minhash import MinHashStringIndex
    index = MinHashStringIndex(hash_size=32, jaccard_threshold=THRESHOLD, num_bands=BANDS, band_size=ROWS,
                               analyzer="word", lowercase=True, ngram_range=(NGRAM, NGRAM), id_container="smallvec")

    def kept():
        for number, (line, text) in enumerate(rows(corpus)):
            if not index.query(text):
                index.insert_document(number, text)
                yield line

    write(kept(), out)


def rensa(corpus, out):
    """Takes shingles from Python; its streaming filter checks candidates by the estimated similarity."""
    from rensa import RMinHash, RMinHashDeduplicator
    index = RMinHashDeduplicator(threshold=THRESHOLD, num_perm=BANDS * ROWS, use_lsh=True, num_bands=BANDS)

    def kept():
        for number, (line, text) in enumerate(rows(corpus)):
            sketch, = RMinHash.from_token_sets([list(shingles(text))], num_perm=BANDS * ROWS, seed=42)
            if index.add(str(number), sketch):
                yield line

    write(kept(), out)


def datasketch(corpus, out):
    """Takes shingles from Python, here hashed by xxh32 instead of SHA-1; whatever shares a band is a duplicate."""
    import xxhash
    from datasketch import MinHash, MinHashLSH
    index = MinHashLSH(num_perm=BANDS * ROWS, params=(BANDS, ROWS))
    empty = MinHash(num_perm=BANDS * ROWS, hashfunc=xxhash.xxh32_intdigest)

    def kept():
        for number, (line, text) in enumerate(rows(corpus)):
            sketch = empty.copy()
            sketch.update_batch([shingle.encode() for shingle in shingles(text)])
            if not index.query(sketch):
                index.insert(number, sketch, check_duplication=False)
                yield line

    write(kept(), out)


def datatrove(corpus, out):
    """Its own four steps, reader and writer; words by spaCy, numbers masked, what bands join is one cluster."""
    from datatrove.executor import LocalPipelineExecutor
    from datatrove.pipeline.dedup import (MinhashDedupBuckets, MinhashDedupCluster, MinhashDedupFilter,
                                          MinhashDedupSignature)
    from datatrove.pipeline.dedup.minhash import MinhashConfig
    from datatrove.pipeline.readers import JsonlReader
    from datatrove.pipeline.writers import JsonlWriter
    corpus = pathlib.Path(corpus)
    config = MinhashConfig(n_grams=NGRAM, num_buckets=BANDS, hashes_per_bucket=ROWS)
    signatures, pairs, removals = (str(out / name) for name in ("signatures", "pairs", "removals"))
    reader = JsonlReader(str(corpus.parent), glob_pattern=corpus.name, recursive=False)
    steps = (
        (1, [reader, MinhashDedupSignature(signatures, config=config)]),
        (BANDS, [MinhashDedupBuckets(signatures, pairs, config=config)]),
        (1, [MinhashDedupCluster(pairs, removals, config=config)]),
        (1, [reader, MinhashDedupFilter(removals), JsonlWriter(str(out), compression="zstd")]),
    )
    for number, (tasks, pipeline) in enumerate(steps):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(out / f"log{number}")).run()


OWN = {"gleaner minhash": "minhash", "gleaner exact": "exact"}
PEERS = {peer.__name__: peer for peer in (gaoya, rensa, datasketch, datatrove)}
NEEDS = {"datatrove": ("spacy", "regex", "tokenizers")}


# --- the driver -----------------------------------------------------------------------------------------------------

def version(package):
    try:
        return importlib.metadata.version(package)
    except importlib.metadata.PackageNotFoundError:
        return None


def missing(peer):
    return [name for name in ("orjson", "xxhash", "zstandard", peer, *NEEDS.get(peer, ())) if not version(name)]


def commands(gleaner, corpus, chosen):
    """Name of each tool that can run -> its version and the command that writes below an output folder."""
    own = subprocess.run([gleaner, "--version"], stdout=subprocess.PIPE, text=True, check=True).stdout.split()[-1]

    def dedup(method):
        return lambda out: [gleaner, "dedup", corpus, "-o", out, "--method", method, "--similarity", "jaccard", "--format", "jsonl",
                            "--threads", "1", "--overwrite", "--quiet"]

    tools = {name: (own, dedup(method)) for name, method in OWN.items()}
    for peer in chosen:
        if missing(peer):
            print(f"SKIPPED: {peer}, not installed: {', '.join(missing(peer))}", file=sys.stderr)
        else:
            child = [sys.executable, os.path.abspath(__file__), "--run-peer", peer, corpus]
            tools[peer] = (version(peer), lambda out, child=child: [*child, out])
    return tools


def run(name, command, log):
    """Resources of one child, those of its own children included; None if it failed."""
    with open(log, "wb") as messages:
        child = subprocess.Popen(command, stdout=messages, stderr=messages, env={**os.environ, **ONE_THREAD})
    _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        last_words = log.read_text(errors="replace")[-2000:]
        print(f"FAILED: {name}, exit code {child.returncode}; its last words:\n{last_words}", file=sys.stderr)
        return None
    return Run(used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)


def kept_rows(out):
    count = 0
    for file in out.rglob("*.jsonl.zst"):
        with open(file, "rb") as packed, zstandard.ZstdDecompressor().stream_reader(packed) as plain:
            while block := plain.read(1 << 20):
                count += block.count(b"\n")
    return count


def warm(corpus):
    """Reads the file once so that no tool waits for the disk; in blocks, as our peak memory counts as a child's too."""
    with open(corpus, "rb") as file:
        while file.read(1 << 20):
            pass


def measure(tools, turns, work):
    """Runs of each tool, in alternation, and the number of rows that each kept."""
    runs, kept = collections.defaultdict(list), {}
    for turn in range(max(turns.values())):
        for name, (_, command) in tools.items():
            if turn >= turns[name]:
                continue
            out = work / name.replace(" ", "-")
            shutil.rmtree(out, ignore_errors=True)
            out.mkdir()
            used = run(name, command(str(out)), out.with_suffix(".log"))
            if not used:
                turns[name] = 0
                continue
            runs[name].append(used)
            kept[name] = kept_rows(out)
            print(f"turn {turn + 1}  {name:16} {used.cpu:8.2f} s", file=sys.stderr, flush=True)
    return runs, kept


def report(tools, runs, kept, corpus):
    megabytes = os.path.getsize(corpus) / 1e6
    if not runs["gleaner minhash"]:
        sys.exit("no run of gleaner succeeded, so there is nothing to compare with")
    base = min(used.cpu for used in runs["gleaner minhash"])
    print(f"{'tool':16} {'version':>9} {'CPU s':>8} {'MB/CPU s':>9} {'ratio':>7} {'worst s':>8} {'MiB':>6} {'kept':>8} "
          "turns")
    for name, of_tool in runs.items():
        if not of_tool:
            continue
        number, _ = tools[name]
        seconds = [used.cpu for used in of_tool]
        memory = max(used.memory for used in of_tool)
        print(f"{name:16} {number:>9} {min(seconds):8.2f} {megabytes / min(seconds):9.1f} {min(seconds) / base:7.2f} "
              f"{max(seconds):8.2f} {memory:6.0f} {kept[name]:8} {len(seconds):5}")


def turns_of(item):
    name, _, number = item.partition("=")
    if name not in {**OWN, **PEERS} or not number.isdigit():
        raise argparse.ArgumentTypeError(f"{item!r} is not TOOL=N with a tool of {', '.join([*OWN, *PEERS])}")
    return name, int(number)


def peers(names):
    unknown = [name for name in names.split(",") if name not in PEERS]
    if unknown:
        raise argparse.ArgumentTypeError(f"unknown peers {', '.join(unknown)}; there are {', '.join(PEERS)}")
    return names.split(",")


def arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gleaner")
    parser.add_argument("corpus")
    parser.add_argument("--turns", type=int, default=3, help="turns of every tool")
    parser.add_argument("--turns-of", type=turns_of, action="append", default=[], metavar="TOOL=N",
                        help="turns of one tool")
    parser.add_argument("--only", type=peers, default=list(PEERS), metavar="PEER,PEER",
                        help="peers to run [default: all]")
    parser.add_argument("--cpu", type=int, help="the CPU to run on [default: the last one allowed]")
    parser.add_argument("--work", help="folder for outputs [default: a temporary one]")
    return parser.parse_args()


def main():
    if sys.argv[1:2] == ["--run-peer"]:
        peer, corpus, out = sys.argv[2:]
        return PEERS[peer](corpus, pathlib.Path(out))
    options = arguments()
    cpu = max(os.sched_getaffinity(0)) if options.cpu is None else options.cpu
    os.sched_setaffinity(0, {cpu})  # children inherit it; the driver only waits meanwhile
    turns = dict.fromkeys([*OWN, *options.only], options.turns)
    turns.update(options.turns_of)
    tools = commands(options.gleaner, os.path.abspath(options.corpus), options.only)
    with tempfile.TemporaryDirectory(dir=options.work) as work:
        warm(options.corpus)
        runs, kept = measure(tools, turns, pathlib.Path(work))
    report(tools, runs, kept, options.corpus)


if __name__ == "__main__":
    main()
