"""Main content of web pages: quality on labelled pages, speed and memory on a sample of them."""
import json, os, queue, subprocess, sys
from concurrent import futures

from . import measure
from .install import HERE, say
from .measure import Tool
from .table import Table, number

# Of all pages, every one in so many is in the sample that speed is measured on.
SAMPLE = 12
OURS = "gleaner"
ENDING = ".jsonl.zst"
# The set whose pages have snippets to find and to miss instead of a text.
SNIPPETS = "trafilatura"


def tools(installed):
    versions = installed.versions()
    rust = installed.rust("extract")

    def harness(name):
        return lambda source, out: [rust, name]

    def child(name):
        return lambda source, out: [installed.python(), HERE / "peerbench/child_extract.py", name]

    found = [Tool(OURS, versions["gleaner"], harness("gleaner"), piped=True)]
    for name in ("dom_smoothie", "trafilatura", "rs-trafilatura"):
        found.append(Tool(f"{name} crate", versions[f"crate {name}"], harness(name), piped=True))
    for name in ("resiliparse", "trafilatura", "trafilatura recall", "readability-lxml", "jusText"):
        if version := versions.get(name.split()[0].lower()):
            found.append(Tool(name, version, child(name), piped=True))
    return found


def compare(installed, options, work):
    """The tables of this comparison."""
    source = options.pages or options.shared / "data/extraction"
    labelled = source.is_dir() and any(source.glob(f"*{ENDING}"))
    pages = labelled_pages(source, work, options) if labelled else synthetic_pages(installed, work, options)
    chosen = options.chosen(tools(installed))
    say(f"extraction: {pages.count} pages, {pages.all.stat().st_size / 1e6:.0f} MB")
    scores, failed = {}, {}
    if labelled and (options.shared / "eval/score_extraction.py").exists():
        scores, failed = quality(chosen, pages, options, work)
    say(f"extraction: speed on {pages.sampled} pages, {pages.sample.stat().st_size / 1e6:.0f} MB")
    runs = measure.rounds(chosen, pages.sample, pages.first, work / "extraction", options)
    return tables(chosen, runs, scores, failed, pages, options)


class Pages:
    """All pages in one file of JSON lines, a sample, and the first page alone."""

    def __init__(self, work):
        work.mkdir(parents=True, exist_ok=True)
        self.all, self.sample, self.first = (work / f"pages-{name}.jsonl" for name in ("all", "sample", "first"))
        self.count = self.sampled = self.html = 0
        self.labelled = None
        self.sets = []

    def write(self, rows, every):
        with open(self.all, "w") as all_, open(self.sample, "w") as sample, open(self.first, "w") as first:
            for row in rows:
                line = json.dumps(row, ensure_ascii=False) + "\n"
                all_.write(line)
                if self.count % every == 0:
                    sample.write(line)
                    self.sampled += 1
                    self.html += len(row["html"].encode())
                if not self.count:
                    first.write(line)
                self.count += 1
        return self


def labelled_pages(source, work, options):
    """`SET/ID` as ids; every so many pages of each set are used, and in `labelled` for the scorer."""
    pages = Pages(work)
    pages.sets = sorted(path.name[:-len(ENDING)] for path in source.glob(f"*{ENDING}"))
    pages.labelled = work / "labelled"
    pages.labelled.mkdir()

    def rows():
        for name in pages.sets:
            for row in used_rows(source / (name + ENDING), pages.labelled / (name + ENDING), options.every):
                yield dict(id=f"{name}/{row['id']}", html=row["html"],
                           **{key: row[key] for key in ("url", "lang") if row.get(key)})

    return pages.write(rows(), max(1, SAMPLE // options.every))


def used_rows(source, copy, every):
    """Every so many rows of a packed file, which go into `copy` as well."""
    with subprocess.Popen(["zstd", "-dcq", "--long=27", source], stdout=subprocess.PIPE) as unpack, \
            subprocess.Popen(["zstd", "-q1", "-o", copy], stdin=subprocess.PIPE) as pack:
        for at, line in enumerate(unpack.stdout):
            if at % every == 0:
                pack.stdin.write(line)
                yield json.loads(line)


def synthetic_pages(installed, work, options):
    say("no labelled pages: speed on generated ones, no quality")
    command = [installed.gleaner("make-corpus"), "200" if options.quick else "5000", "-", "--html"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as made:
        rows = (json.loads(line) for line in made.stdout)
        return Pages(work).write((dict(id=row["id"], url=row["url"], lang=row["lang"], html=row["html"]) for row in rows), 1)


def quality(chosen, pages, options, work):
    """Scores of each tool over all pages; those of ours by the given predictions, if there are any.

    On all CPUs at once: nothing is timed here."""
    cpus = queue.SimpleQueue()
    for cpu in os.sched_getaffinity(0):
        cpus.put(cpu)

    def of_tool(tool):
        cpu = cpus.get()
        try:
            return quality_of(tool, pages, options, work / "quality" / tool.name.replace(" ", "-"), cpu)
        finally:
            cpus.put(cpu)

    with futures.ThreadPoolExecutor(cpus.qsize()) as pool:
        found = dict(zip([tool.name for tool in chosen], pool.map(of_tool, chosen)))
    failed = {name: error for name, (_, error) in found.items() if error}
    scores = {name: of for name, (of, _) in found.items() if of}
    if options.our_predictions and OURS in scores:
        scores[OURS] = score(options.our_predictions, pages.labelled, options)
    return scores, failed


def quality_of(tool, pages, options, out, cpu):
    """Scores of a tool and an empty string, or nothing and the reason."""
    used = measure.run(tool, pages.all, out, cpu, 4 * options.limit)
    say(f"  {tool.name:20} {used.cpu:8.1f} s  {used.error}")
    if used.error:
        return None, used.error
    split(out / "output.jsonl", out / "sets")
    said = (out / "log.txt").read_text(errors="replace")[-200:]
    return dict(score(out / "sets", pages.labelled, options), said=said), ""


def split(output, folder):
    """One file a set, with the ids of the set."""
    folder.mkdir()
    files = {}
    with open(output, encoding="utf8") as lines:
        for line in lines:
            row = json.loads(line)
            name, row["id"] = row["id"].split("/", 1)
            if name not in files:
                files[name] = open(folder / f"{name}.jsonl", "w", encoding="utf8")
            files[name].write(json.dumps(row, ensure_ascii=False) + "\n")
    for file in files.values():
        file.close()


def score(predictions, labelled, options):
    """F1 by set and their mean, with the number of pages that it rests on."""
    result = labelled.parent / f"score-{os.urandom(8).hex()}.json"
    command = [sys.executable, options.shared / "eval/score_extraction.py", labelled, predictions, "--json", result]
    subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
    found = json.loads(result.read_text())
    result.unlink()
    macro = found.pop("macro", None)
    return dict(macro=macro, sets={name: of["f1"] for name, of in found.items()},
                empty=sum(of["empty"] for of in found.values()),
                pages=sum(of["pages"] for name, of in found.items() if name != SNIPPETS))


def tables(chosen, runs, scores, failed, pages, options):
    size, known = pages.html, scores.get(OURS, {}) if not options.our_predictions else {}
    rows, by_set, data = [], [], {}
    f1 = {name: of["macro"] for name, of in scores.items() if of is not known and of["macro"]}
    for tool in sorted(chosen, key=lambda tool: -f1.get(tool.name, 0)):
        figures, found = runs[tool.name].figures(size), scores.get(tool.name, {})
        rows.append([tool.name, tool.version, number(f1.get(tool.name), 3), number(figures["mb_per_s"], 1),
                     number(figures["worst_mb_per_s"], 1), number(figures.get("start_s"), 2),
                     number(figures["memory_mib"], 0), failed.get(tool.name) or figures["error"]])
        label = f"{tool.name} (TRAINED ON THESE PAGES)" if found and found is known else tool.name
        by_set.append([label, *(number(found.get("sets", {}).get(name), 3) for name in pages.sets)])
        data[tool.name] = dict(version=tool.version, **figures, quality=found)
    speed = Table("Main content", ["tool", "version", "F1", "MB/CPU-s", "slowest round", "start, s", "MiB", "remarks"], rows,
                  notes(pages, scores, options), data)
    sets = Table("Main content, F1 by set", ["tool", *pages.sets], by_set, [f"`{SNIPPETS}` has snippets, pooled, and does "
                                                                          "not count in the mean."])
    return [speed, sets] if scores else [speed]


def notes(pages, scores, options):
    said = [f"Speed: {pages.sampled} pages, {pages.html / 1e6:.1f} MB of HTML, from JSON lines to JSON lines."]
    if not scores:
        return [*said, "Quality was skipped: no labelled pages or no scorer."]
    counted = max(of["pages"] for of in scores.values())
    said.append(f"F1: bag of word 4-grams, mean over data sets, {counted} pages"
                + ("." if options.every == 1 else f", one in {options.every} of each set."))
    if options.quick:
        said.append("**A smoke run: so few pages say nothing.**")
    if options.our_predictions:
        said.append("gleaner's F1 is by cross-validation over sites (`training/train_blocks.py --predictions`): the model "
                    "it ships with was trained on these pages; its speed is that of the model it ships with.")
    else:
        said.append("**gleaner's model was trained on these pages, so its F1 on them "
                    f"({number(scores.get(OURS, {}).get('macro'), 3)}) is no measure of quality and left out.** "
                    "`--our-predictions` takes predictions of models that have not seen the site.")
    return said
