"""Near-duplicate removal: planted families found, templated pages taken for copies, speed and memory."""
import collections, json, subprocess, sys

from . import measure
from .install import HERE, say
from .measure import Tool
from .table import Table, number

# Of no test and no earlier tuning.
SEED = 20261
# Documents of the corpus from which the time to start is taken.
FIRST = 20
# Reads rows written by a child; the environment has the packages for it, the driver may not.
KEPT_IDS = """
import json, pathlib, sys
out = pathlib.Path(sys.argv[1])
for file in sorted(out.rglob("*.jsonl.zst")):
    import io, zstandard
    with open(file, "rb") as packed:
        for line in io.TextIOWrapper(zstandard.ZstdDecompressor().stream_reader(packed), encoding="utf8"):
            print(json.loads(line)["id"])
if (out / "arrow").exists():
    import datasets
    print("\\n".join(datasets.load_from_disk(str(out / "arrow"))["id"]))
"""


def tools(installed):
    versions = installed.versions()

    def own(similarity, method):
        return lambda corpus, out: [
            installed.gleaner(), "dedup", corpus, "-o", out / "run", "--similarity", similarity, "--method", method,
            "--format", "jsonl", "--threads", "1", "--quiet"]

    def child(name):
        return lambda corpus, out: [installed.python(), HERE / "peerbench/child_dedup.py", name, corpus, out]

    found = [Tool(f"gleaner {similarity} {method}", versions["gleaner"], own(similarity, method))
             for similarity in ("coverage", "jaccard") for method in ("minhash", "exact")]
    found += [Tool(name, versions[name], child(name)) for name in ("gaoya", "rensa", "datasketch", "daft", "datatrove")
              if name in versions]
    if "text-dedup" in versions:
        found.append(Tool("text-dedup", versions["text-dedup"], lambda corpus, out: text_dedup(installed, corpus, out),
                          note="writes Arrow"))
    return found


def text_dedup(installed, corpus, out):
    """Its command line, with xxh3 as its help advises; words split at non-letters."""
    return [installed.python("text-dedup"), "-m", "text_dedup.minhash", "--path", "json", "--data_files", corpus, "--split",
            "train", "--cache_dir", out / "cache", "--output", out / "arrow", "--column", "text", "--ngram", "5",
            "--min_length", "1", "--num_perm", "128", "--b", "16", "--r", "8", "--hash_func", "xxh3", "--num_proc", "1"]


def compare(installed, options, work):
    """The table of this comparison."""
    work.mkdir(parents=True, exist_ok=True)
    documents = 1000 if options.quick else 10_000
    corpus, first = work / "corpus.jsonl", work / "first.jsonl"
    generator = options.shared / "eval/gen_neardup.py"
    made = [sys.executable, generator, str(documents), corpus] if generator.exists() else \
        [installed.gleaner("make-corpus"), str(documents), corpus]
    subprocess.run([*made, "--seed", str(SEED)], check=True)
    with open(corpus) as lines, open(first, "w") as beginning:
        beginning.writelines(line for line, _ in zip(lines, range(FIRST)))
    chosen = options.chosen(tools(installed))
    say(f"near-duplicates: {documents} documents, {corpus.stat().st_size / 1e6:.0f} MB")
    runs = measure.rounds(chosen, corpus, first, work / "neardup", options)
    families = Families(corpus)
    rows, data = [], {}
    for tool in chosen:
        figures = runs[tool.name].figures(corpus.stat().st_size)
        found = families.score(kept(installed, tool, work / "neardup")) if runs[tool.name].runs else {}
        rows.append([tool.name, tool.version, number(found.get("f1"), 3), number(found.get("precision"), 3),
                     number(found.get("recall"), 3), number(found.get("templates_removed"), 3),
                     number(figures["mb_per_s"], 1), number(figures["worst_mb_per_s"], 1), number(figures.get("start_s"), 2),
                     number(figures["memory_mib"], 0), figures["error"] or tool.note])
        data[tool.name] = dict(version=tool.version, **figures, quality=found)
    by = "a generator over sentences of documentation" if generator.exists() else "`make-corpus` of gleaner-testkit"
    notes = [f"{documents} documents, {corpus.stat().st_size / 1e6:.1f} MB of JSON lines in several languages, by {by}, "
             f"seed {SEED}.",
             "F1, precision and recall are those of removals against planted families of copies; templates: the share of "
             "pages of one template with other content that were removed, each of them wrong.",
             f"Who took more than {measure.SLOW_SECONDS} CPU-seconds ran in one round."]
    columns = ["tool", "version", "F1", "precision", "recall", "templates", "MB/CPU-s", "slowest round", "start, s", "MiB",
               "remarks"]
    return [Table("Near-duplicates", columns, rows, notes, data)]


def kept(installed, tool, folder):
    """Ids of the documents that a tool left in its output of the last round."""
    environment = "text-dedup" if tool.name == "text-dedup" else "main"
    printed = subprocess.run([installed.python(environment), "-c", KEPT_IDS, folder / tool.name.replace(" ", "-")],
                             stdout=subprocess.PIPE, check=True, text=True).stdout
    return set(printed.split())


class Families:
    """The planted families of a corpus."""

    def __init__(self, corpus):
        self.group, self.templates = {}, set()
        with open(corpus, encoding="utf8") as lines:
            for line in lines:
                row = json.loads(line)
                self.group[str(row["id"])] = row["group"]
                if row["kind"] == "tmpl":
                    self.templates.add(str(row["id"]))

    def score(self, kept):
        """A removal is right as long as one member of its family stays, whichever."""
        size, left = collections.Counter(self.group.values()), collections.Counter(self.group[id] for id in kept)
        due = sum(count - 1 for count in size.values())
        right = sum(min(count - left[group], count - 1) for group, count in size.items())
        removed = len(self.group) - len(kept)
        precision, recall = right / max(1, removed), right / max(1, due)
        return dict(precision=precision, recall=recall, f1=2 * precision * recall / max(1e-9, precision + recall),
                    templates_removed=len(self.templates - kept) / max(1, len(self.templates)), removed=removed)
