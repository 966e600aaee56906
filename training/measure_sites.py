#!/usr/bin/env python3
"""Measure what templates of sites give: the crate itself, with forests that have not seen the site.

  measure_sites.py FOLDS EXAMPLES DATA WORK [SET ...]

FOLDS     folder that `train_sites.py --folds` has filled
EXAMPLES, DATA, WORK  as for train_sites.py; WORK takes a copy of the sources and what is built of it, too (about 1 GB)
SET       daniel and cleanportaleval by default, the sets that have sites with many pages
Builds the example `clean_sites` once a fold, and cleans each page by the build whose forests have not seen its site.
Prints F1 of the pages of sites with five and more: as they are, cleaned one by one, and with the templates of their sites;
with the share of gold among the 4-grams that cleaning removes. First of pages rendered to text, then of what the crate
extracts of them (there with all forests of the extractor, which have seen the pages). Below each F1 against the number of
pages: so many pages of each site that has them, as if the site had but 3, 5, 10 and more of them; the pages that are scored
are the same.

Needs numpy, cargo and the zstd program. The samples are fixed.
"""
import argparse, json, os, random, shutil, subprocess
from collections import defaultdict

import numpy as np

from blocks_data import fold_of, gram_ids, page_f1, token_ids
from forest import SEED
from lines_data import rendered
from train_lines import FOLDS
from train_sites import LEAST_PAGES

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
TABLES = dict(model_table="lines/model_table.rs", site_table="lines/site_table.rs")
# Pages of a site that are scored, and of how many of them is known at a time.
SAMPLES = {10: (3, 5, 10), 20: (3, 5, 10, 20), 50: (3, 5, 10, 25, 50)}


def build(options):
    """The example `clean_sites`, with the forests of each fold."""
    source, target = (os.path.join(options.work, "folds", name) for name in ("source", "target"))
    shutil.rmtree(source, ignore_errors=True)
    shutil.copytree(ROOT, source, ignore=shutil.ignore_patterns("target", ".git"))
    built = []
    for fold in range(FOLDS):
        for table, path in TABLES.items():
            own = os.path.join(options.folds, f"{table}.{fold}.rs")
            shutil.copyfile(own, os.path.join(source, "crates/gleaner-boilerplate/src", path))
        subprocess.run(["cargo", "build", "--release", "--quiet", "-p", "gleaner-boilerplate", "--example", "clean_sites",
                        "--target-dir", target], cwd=source, check=True)
        built.append(os.path.join(options.work, "folds", f"clean_sites_{fold}"))
        shutil.copyfile(os.path.join(target, "release/examples/clean_sites"), built[-1])
        os.chmod(built[-1], 0o755)
    return built


def pages_of(name, options):
    """The rendered pages of sites with enough of them."""
    sites, by_site = json.load(open(f"{options.data}/sites.json")), defaultdict(list)
    for text in rendered(options.data, sites, name, options.work):
        if text["kind"] == "page":
            by_site[text["site"]].append(dict(text, gold=token_ids(text["gold"])))
    return [text for own in by_site.values() if len(own) >= LEAST_PAGES for text in own]


def extracted(pages, name, options):
    """The same pages as the crate extracts them."""
    source = subprocess.Popen(["zstd", "-dcq", "--long=27", f"{options.data}/extraction/{name}.jsonl.zst"],
                              stdout=subprocess.PIPE)
    out = subprocess.run([os.path.join(options.examples, "extract_dataset")], stdin=source.stdout, check=True,
                         stdout=subprocess.PIPE, stderr=subprocess.DEVNULL).stdout
    texts = {row["id"]: row["text"] for row in map(json.loads, out.splitlines())}
    return [dict(page, text=texts.get(page["id"], "")) for page in pages]


def clean(pages, built, choice):
    """What is left of the pages; those with the same `group` are a site."""
    left = [None] * len(pages)
    for fold, binary in enumerate(built):
        own = [at for at, page in enumerate(pages) if fold_of(page["site"], FOLDS) == fold]
        rows = [dict(id=str(at), site=pages[at]["group"], text=pages[at]["text"]) for at in own]
        source = "".join(json.dumps(row) + "\n" for row in rows)
        out = subprocess.run([binary, *choice], input=source, stdout=subprocess.PIPE, text=True, check=True).stdout
        for row in map(json.loads, out.splitlines()):
            left[int(row["id"])] = row["text"]
    return left


def gone(before, after, gold):
    """4-grams that cleaning has removed, and how many of them were gold."""
    grams = [gram_ids(tokens) for tokens in (before, after, gold)]
    _, at = np.unique(np.concatenate(grams), return_inverse=True)
    ends = np.cumsum([len(own) for own in grams])[:-1]
    b, a, g = (np.bincount(own, minlength=at.max(initial=-1) + 1) for own in np.split(at, ends))
    removed = np.maximum(b - a, 0)
    return removed.sum(), np.minimum(removed, np.maximum(g - a, 0)).sum()


def score(pages, left):
    scores, removed = [], np.zeros(2)
    for page, text in zip(pages, left):
        if not page.get("scored", True):
            continue
        tokens = token_ids(text)
        scores.append(page_f1(tokens, page["gold"]))
        removed += gone(token_ids(page["text"]), tokens, page["gold"])
    return np.array(scores), removed[1] / max(1, removed[0])


def show(what, pages, built, kind):
    """One row of figures."""
    as_is, _ = score(pages, [page["text"] for page in pages])
    without, gold_without = score(pages, clean(pages, built, ["without"]))
    template, gold = score(pages, clean(pages, built, kind))
    print(f"  {what:12} {len(as_is):5} {as_is.mean():.4f} {without.mean():.4f} ({gold_without:.3f})"
          f" {template.mean():.4f} ({gold:.3f}) {template.mean() - without.mean():+.4f}", flush=True)


def groups(pages, size):
    """The pages of a site in groups of so many; the last ones of a group may be left over, and stand in another, too."""
    starts = range(0, len(pages), size)
    for number, start in enumerate(starts):
        group = pages[start:start + size]
        others = [dict(page, scored=False) for page in pages[:size - len(group)]]
        yield [dict(page, group=f"{page['site']} {number}") for page in group + others]


def samples(pages, total, size):
    """So many pages of each site that has them, in groups of `size`."""
    by_site, draw = defaultdict(list), random.Random(SEED)
    for page in pages:
        by_site[page["site"]].append(page)
    chosen = [draw.sample(own, total) for _, own in sorted(by_site.items()) if len(own) >= total]
    return [page for own in chosen for group in groups(own, size) for page in group]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folds"); parser.add_argument("examples"); parser.add_argument("data"); parser.add_argument("work")
    parser.add_argument("sets", nargs="*", default=["daniel", "cleanportaleval"])
    options = parser.parse_args()
    os.makedirs(os.path.join(options.work, "folds"), exist_ok=True)
    built = build(options)
    for name in options.sets:
        whole = pages_of(name, options)
        for title, kind in (("rendered", []), ("extracted", ["extracted"])):
            pages = extracted(whole, name, options) if kind else whole
            print(f"{name}, {title} (pages, F1 as they are, without and with templates, gold among the removed; gain)")
            show("all", [dict(page, group=page["site"]) for page in pages], built, kind)
            for total, sizes in SAMPLES.items():
                for size in sizes:
                    chosen = samples(pages, total, size)
                    if chosen:
                        show(f"{size} of {total}", chosen, built, kind)


if __name__ == "__main__":
    main()
