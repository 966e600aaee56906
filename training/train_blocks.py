#!/usr/bin/env python3
"""Train the two forests of gleaner-boilerplate: how likely each block of a page is main content.

  train_blocks.py BINARY DATA WORK [--leave-out site|set] [--export DIR] [--predictions DIR]

BINARY  the crate's example `dump_features`, built with --release
DATA    folder with extraction/NAME.jsonl.zst and sites.json
WORK    folder for the dumped features (about 3 GB), reused if it has them: empty it when blocks or features change
Without --export: F1 by cross-validation. `site` (the default): five folds, no page scored by a model that saw its site;
`set`: each set scored by a model trained on the others. --predictions writes what is kept of each page, for
score_extraction.py.
With --export DIR: trains on all pages and writes DIR/src/html/model_table.rs and DIR/tests/html/golden_rows.json.

The second forest sees the first one's verdicts on all blocks of the page. It is trained on verdicts from
cross-validation: those of a forest on its own training pages are too sure of themselves.

Needs numpy and catboost 1.2. The seed is fixed.
"""
import argparse, json, os
from collections import Counter, defaultdict
from multiprocessing import get_context

import numpy as np
from catboost import CatBoost, Pool

from blocks_data import fold_of, load, names_file, names_of, page_f1, second_features
from forest import PARAMETERS, SEED, Table, golden_rows, predict, wrap, write_table

SETS = ("aeb cleaneval cleanportaleval daniel dragnet htmltotext l3s_gn1 magic_article magic_forum wcxb_dev").split()
# Its pages have snippets instead of gold text: scored, never trained on.
SNIPPETS = "trafilatura"
# Sets of 150 pages and more, and those of modern pages that are not English: what leaving a set out is judged by.
JUDGED = "aeb cleaneval daniel dragnet l3s_gn1 wcxb_dev magic_article magic_forum".split()
FOLDS = 5
FIRST = dict(iterations=400, learning_rate=.1)
SECOND = dict(iterations=100, learning_rate=.08, l2_leaf_reg=20)
# Features of the first forest that the second sees too: what a block is by itself. The others say where it stands, which
# the verdicts on its surroundings say better.
CARRIED = (
    "width words sentences ends-sentence capitalised digits currencies years link-density links hidden kind index "
    "text-before text-after repeats title-overlap title-distance near unit evidence phrase since-list-phrase "
    "described").split()
# A page with thousands of blocks is a list of more of the same: this many, weighed up, stand for all.
BLOCKS_PER_PAGE = 110
# A set weighs less than its pages, by this power of their number: sets stand for ways of choosing pages.
SET_POWER = .25
# A page weighs less than its blocks, by this power of their weight.
PAGE_POWER = .7


class Blocks:
    """The blocks of all pages in one row: features, label, weight, which are trained on, and what may be left out."""

    def __init__(self, pages):
        self.pages = pages
        self.offsets = np.concatenate([[0], np.cumsum([len(p["words"]) for p in pages])])
        self.first = np.concatenate([p["X"] for p in pages])
        self.label = np.concatenate([p["label"] for p in pages])
        self.words = np.concatenate([p["words"] for p in pages])
        self.weight, self.trained = weights(pages)

    def of_blocks(self, value):
        return np.repeat(np.array([value(p) for p in self.pages]), np.diff(self.offsets))

    def page(self, at):
        return slice(self.offsets[at], self.offsets[at + 1])


def weights(pages):
    """Weight of each block, and which are trained on. Longer blocks and longer pages weigh more, but not in proportion."""
    random = np.random.default_rng(SEED)
    of_set = Counter(page["set"] for page in pages)
    weight, chosen = [], []
    for page in pages:
        own = np.maximum(page["words"], 1) ** .6
        if len(own):
            own *= own.sum() ** -PAGE_POWER * of_set[page["set"]] ** -SET_POWER
        mask = np.full(len(own), page["gold"] is not None)
        if len(own) > BLOCKS_PER_PAGE:
            mask[:] = False
            mask[random.choice(len(own), BLOCKS_PER_PAGE, replace=False)] = page["gold"] is not None
            own *= len(own) / BLOCKS_PER_PAGE
        weight.append(own)
        chosen.append(mask)
    return np.concatenate(weight), np.concatenate(chosen)


def cut(p, words):
    """The blocks the crate keeps: the most likely ones, as many as give the best F1 to be expected."""
    order = np.argsort(-p, kind="stable")
    kept = np.cumsum((p * words)[order])
    f1 = 2 * kept / (np.cumsum(words[order]) + (p * words).sum() + 1e-9)
    mask = np.zeros(len(p), bool)
    if len(p):
        mask[order[: int(f1.argmax()) + 1]] = True
    return mask


SHARED = {}


def one_fit(job):
    key, name, parameters = job
    X, blocks, groups = SHARED[name], SHARED["blocks"], SHARED["groups"]
    rows = blocks.trained & (groups != key)
    model = CatBoost({**PARAMETERS, **parameters})
    model.fit(Pool(X[rows], blocks.label[rows], weight=blocks.weight[rows]))
    scored = np.where(groups == key)[0]
    return key, scored, predict(model, X[scored]), model if key is None else None


def out_of_fold(name, parameters, keys):
    """Probability of each block by the model that did not see its group, and the model of the key None."""
    p, whole = np.zeros(len(SHARED["blocks"].label), np.float32), None
    with get_context("fork").Pool(2) as pool:
        jobs = [(key, name, parameters) for key in keys]
        for key, scored, predicted, model in pool.imap_unordered(one_fit, jobs):
            p[scored] = predicted
            whole = model if key is None else whole
    p[SHARED["blocks"].words == 0] = 0
    return p, whole


def keys_of(blocks, leave_out):
    """What is left out together, for every block; and the names of the parts that are scored."""
    if leave_out == "set":
        return blocks.of_blocks(lambda p: p["set"]), SETS
    return blocks.of_blocks(lambda p: fold_of(p["site"], FOLDS)), range(FOLDS)


def two_forests(options, blocks, whole):
    """Out-of-fold probabilities; with `whole`, also both forests trained on all pages."""
    groups, keys = keys_of(blocks, options.leave_out)
    SHARED.update(blocks=blocks, groups=groups, first=blocks.first)
    p, first = out_of_fold("first", FIRST, [*keys, *([None] if whole else [])])
    report(blocks, options, p, "first forest")
    carried = carried_features(options.work)
    second = second_features(options.binary, options.data, blocks, p, options.work)
    SHARED["second"] = np.concatenate([second, blocks.first[:, carried]], 1)
    q, second = out_of_fold("second", SECOND, [*keys, *([None] if whole else [])])
    report(blocks, options, q, "second forest")
    p = together(p, q)
    report(blocks, options, p, "both")
    return p, first, second, carried


def together(p, q):
    """The mean of two verdicts, in log odds."""
    p, q = (np.clip(v.astype(np.float64), 1e-6, 1 - 1e-6) for v in (p, q))
    mean = (1 / (1 + np.sqrt((1 - p) / p * (1 - q) / q))).astype(np.float32)
    mean[SHARED["blocks"].words == 0] = 0
    return mean


def carried_features(work):
    names = names_of(names_file(work, SETS[0]))
    return [at for at, name in enumerate(names) if name.rsplit(".", 1)[0] in CARRIED]


def kept_of(blocks, p, at):
    own = blocks.page(at)
    return np.where(cut(p[own], blocks.words[own]))[0]


def report(blocks, options, p, title):
    by_set = defaultdict(list)
    for at, page in enumerate(blocks.pages):
        if page["gold"] is None:
            continue
        kept = [page["tokens"][i] for i in kept_of(blocks, p, at)]
        f1 = page_f1(np.concatenate(kept) if kept else np.zeros(0, np.uint64), page["gold"])
        for name in filter(None, [page["set"], page["type"] and "  " + page["type"]]):
            by_set[name].append(f1)
    print(title)
    for name, f1 in by_set.items():
        print(f"{name:16} {len(f1):5} {np.mean(f1):.4f}")
    judged = SETS if options.leave_out == "site" else JUDGED
    print(f"{'macro':22} {np.mean([np.mean(by_set[name]) for name in judged]):.4f}", flush=True)


def write_predictions(blocks, p, folder):
    os.makedirs(folder, exist_ok=True)
    files = {}
    for at, page in enumerate(blocks.pages):
        if page["set"] not in files:
            files[page["set"]] = open(os.path.join(folder, page["set"] + ".jsonl"), "w")
        out = files[page["set"]]
        text = "\n\n".join(page["texts"][i] for i in kept_of(blocks, p, at))
        out.write(json.dumps(dict(id=page["id"], text=text), ensure_ascii=False) + "\n")
    for out in files.values():
        out.close()


def export(forests, rows, carried, folder):
    names = ["FIRST", "SECOND"]
    tables = [Table(model, X.shape[1]) for model, X in zip(forests, rows)]
    with open(os.path.join(folder, "src/html/model_table.rs"), "w") as out:
        out.write("//! Made by `training/train_blocks.py`; do not edit.\n\nuse crate::forest::Forest;\n\n")
        out.write("/// Features of the first forest that the second sees too, behind its own.\n#[rustfmt::skip]\n")
        out.write(f"pub(crate) static CARRIED: [u16; {len(carried)}] = [\n")
        wrap(out, [f"{feature}," for feature in carried])
        out.write("];\n")
        for name, table in zip(names, tables):
            write_table(out, name, table)
    golden = {name.lower(): golden_rows(table, model, X)
              for name, table, model, X in zip(names, tables, forests, rows)}
    with open(os.path.join(folder, "tests/html/golden_rows.json"), "w") as out:
        parts = ['"%s": [\n%s\n]' % (name, ",\n".join(map(json.dumps, rows))) for name, rows in golden.items()]
        out.write("{\n" + ",\n".join(parts) + "\n}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary"); parser.add_argument("data"); parser.add_argument("work")
    parser.add_argument("--leave-out", choices=["site", "set"], default="site")
    parser.add_argument("--export"); parser.add_argument("--predictions")
    options = parser.parse_args()
    blocks = Blocks(load(options.binary, options.data, [*SETS, SNIPPETS], options.work))
    p, first, second, carried = two_forests(options, blocks, whole=options.export is not None)
    if options.predictions:
        write_predictions(blocks, p, options.predictions)
    if options.export:
        export((first, second), (SHARED["first"], SHARED["second"]), carried, options.export)


if __name__ == "__main__":
    main()
