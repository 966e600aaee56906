"""Near-duplicate removal by one peer in Python: `child_dedup.py PEER CORPUS OUT`.

From JSON lines with "id" and "text" to the lines that stay, in `OUT/kept.jsonl.zst` where the peer has no writer of its
own. All compare word 5-grams by 128 permutations in 16 bands of 8 rows. What differs is said at each: how it splits
words, and whether it checks the candidates of a band. Peers get what a careful user would give them: orjson, xxhash,
zstandard at level 3, and lines copied as they stand instead of being written anew.
"""
import pathlib, re, sys

BANDS, ROWS, NGRAM, THRESHOLD = 16, 8, 5, 0.8
WORD = re.compile(r"\w+")


def rows(corpus):
    """Each line of the corpus as it stands, and its text."""
    import orjson
    with open(corpus, "rb") as lines:
        for line in lines:
            yield line, orjson.loads(line)["text"]


def write(lines, out):
    import zstandard
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


def daft(corpus, out):
    """Its normalisation, signatures and grouping by band, as its guide has them; splits at spaces; what bands join is
    one cluster, by a union-find in Python instead of the guide's repeated joins."""
    import daft as module
    from daft import col
    from daft.functions import chunk, list_count
    text = col("text").normalize(remove_punct=True, lowercase=True, nfd_unicode=True, white_space=True)
    signatures = module.read_json(corpus).select(
        "id", text.minhash(num_hashes=BANDS * ROWS, ngram_size=NGRAM, seed=42, hash_function="xxhash").alias("minhash"))
    bands = signatures.select("id", chunk(col("minhash"), ROWS).alias("band")).with_column(
        "at", module.lit(list(range(BANDS)))).explode("band", "at")
    groups = bands.groupby("at", "band").agg(col("id").list_agg()).where(list_count(col("id")) > 1).to_pydict()["id"]
    joined = Joined()
    for group in groups:
        for other in group[1:]:
            joined.join(group[0], other)
    write(first_of_each(corpus, joined), out)


def first_of_each(corpus, joined):
    """The first line of each cluster of ids."""
    import orjson
    seen = set()
    with open(corpus, "rb") as lines:
        for line in lines:
            cluster = joined.find(orjson.loads(line)["id"])
            if cluster not in seen:
                seen.add(cluster)
                yield line


class Joined:
    """A union-find over ids."""

    def __init__(self):
        self.parent = {}

    def find(self, item):
        while (above := self.parent.get(item, item)) != item:
            self.parent[item] = item = self.parent.get(above, above)
        return item

    def join(self, one, other):
        one, other = self.find(one), self.find(other)
        if one != other:
            self.parent[other] = one


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
        (1, [reader, MinhashDedupFilter(removals), JsonlWriter(str(out / "data"), compression="zstd")]),
    )
    for number, (tasks, pipeline) in enumerate(steps):
        LocalPipelineExecutor(pipeline, tasks=tasks, workers=1, logging_dir=str(out / f"log{number}")).run()


PEERS = {peer.__name__: peer for peer in (gaoya, rensa, datasketch, daft, datatrove)}


if __name__ == "__main__":
    peer, source, folder = sys.argv[1:]
    PEERS[peer](source, pathlib.Path(folder))
