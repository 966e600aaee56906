#!/usr/bin/env python3
"""Train the model of gleaner-boilerplate: how likely each block of a page is main content.

  train_blocks.py BINARY DATA WORK [--folds 5] [--export DIR]

BINARY  the crate's example `dump_features`, built with --release
DATA    folder with extraction/NAME.jsonl.zst and sites.json
WORK    folder for the dumped features (about 1 GB); delete it when the features change
Without --export: macro F1 by cross-validation, no page scored by a model that saw its site.
With --export DIR: trains on all pages and writes DIR/src/html/model_table.rs and DIR/tests/html/golden_rows.json.

Needs numpy and lightgbm 4. The seed is fixed; with one thread the result is the same on every run.
"""
import argparse, json, os
from collections import defaultdict
from multiprocessing import get_context

import lightgbm as lgb
import numpy as np

from blocks_data import fold_of, load, page_f1

SETS = ("aeb cleaneval cleanportaleval daniel dragnet htmltotext l3s_gn1 magic_article magic_forum wcxb_dev").split()
SEED = 7
TREES = 120
PARAMETERS = dict(
    objective="cross_entropy", learning_rate=.1, num_leaves=15, min_data_in_leaf=60, feature_fraction=.4,
    bagging_fraction=.7, bagging_freq=1, lambda_l2=3, max_bin=127, verbose=-1, num_threads=1, seed=SEED,
    deterministic=True, force_row_wise=True)
# A page with thousands of blocks is a list of more of the same: this many, weighed up, stand for all.
BLOCKS_PER_PAGE = 110
# daniel has many pages of few sites.
SET_WEIGHT = {"daniel": .5}


def weights(pages):
    """Weight of each block, and which are trained on. Longer blocks and longer pages weigh more, but not in proportion."""
    random = np.random.default_rng(SEED)
    weight, chosen = [], []
    for page in pages:
        own = np.maximum(page["words"], 1) ** .6
        if len(own):
            own *= own.sum() ** -.4 * SET_WEIGHT.get(page["set"], 1)
        mask = np.ones(len(own), bool)
        if len(own) > BLOCKS_PER_PAGE:
            mask[:] = False
            mask[random.choice(len(own), BLOCKS_PER_PAGE, replace=False)] = True
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
    mask[order[: int(f1.argmax()) + 1]] = True
    return mask


def fit(X, label, weight):
    return lgb.train(PARAMETERS, lgb.Dataset(X, label, weight=weight), TREES)


SHARED = {}


def one_fold(fold):
    X, label, weight, train, of_block = (SHARED[k] for k in ("X", "label", "weight", "train", "fold"))
    rows = train & (of_block != fold)
    model = fit(X[rows], label[rows], weight[rows])
    return fold, model.predict(X[of_block == fold], num_threads=1)


def cross_validate(pages, offsets, folds):
    SHARED["fold"] = np.repeat([fold_of(p["site"], folds) for p in pages], np.diff(offsets))
    p = np.zeros(offsets[-1], np.float32)
    with get_context("fork").Pool(2) as pool:
        for fold, predicted in pool.imap_unordered(one_fold, range(folds)):
            p[SHARED["fold"] == fold] = predicted
    by_set = defaultdict(list)
    for at, page in enumerate(pages):
        own = p[offsets[at]: offsets[at + 1]]
        kept = [page["tokens"][i] for i in np.where(cut(own, page["words"]))[0]] if len(own) else []
        by_set[page["set"]].append(page_f1(np.concatenate(kept) if kept else np.zeros(0, np.uint64), page["gold"]))
    means = {name: float(np.mean(f1)) for name, f1 in by_set.items()}
    for name, f1 in means.items():
        print(f"{name:16} {len(by_set[name]):5} {f1:.4f}")
    print(f"{'macro':22} {np.mean(list(means.values())):.4f}")


def below(threshold):
    """The largest f32 not above a double, so that comparing f32 values gives the same answer."""
    value = np.float32(threshold)
    return value if float(value) <= threshold else np.nextafter(value, np.float32(-np.inf))


def flatten(node, nodes):
    """Appends a tree's nodes; returns the number of its root and its depth. A leaf leads to itself."""
    at = len(nodes)
    if "leaf_value" in node:
        nodes.append((0, np.float32(node["leaf_value"]), at, at))
        return at, 0
    assert node["decision_type"] == "<="
    nodes.append(None)
    left, left_depth = flatten(node["left_child"], nodes)
    right, right_depth = flatten(node["right_child"], nodes)
    nodes[at] = (node["split_feature"], below(node["threshold"]), left, right)
    return at, 1 + max(left_depth, right_depth)


def number(value):
    text = repr(float(np.float32(value)))
    short = str(np.float32(value))
    text = short if np.float32(short) == np.float32(value) else text
    return text if any(c in text for c in ".e") else text + ".0"


def export(model, X, names, folder):
    nodes = []
    trees = [flatten(tree["tree_structure"], nodes) for tree in model.dump_model()["tree_info"]]
    with open(os.path.join(folder, "src/html/model_table.rs"), "w") as out:
        out.write("//! Made by `training/train_blocks.py`; do not edit.\n\nuse super::model::{Node, Tree};\n\n")
        out.write(f"/// Features the model was trained on.\npub(crate) const FEATURES: usize = {len(names)};\n\n")
        out.write(f"#[rustfmt::skip]\npub(crate) static TREES: [Tree; {len(trees)}] = [\n")
        wrap(out, [f"Tree {{ root: {root}, depth: {depth} }}," for root, depth in trees])
        out.write(f"];\n\n#[rustfmt::skip]\npub(crate) static NODES: [Node; {len(nodes)}] = [\n")
        wrap(out, [f"Node::new({f}, {number(t)}, {l}, {r})," for f, t, l, r in nodes])
        out.write("];\n")
    # Each value from a page of its own, so that no row describes a real block.
    random = np.random.default_rng(SEED)
    rows = np.stack([X[random.integers(0, len(X), len(X[0])), np.arange(len(X[0]))] for _ in range(24)])
    golden = [dict(row=[float(v) for v in row], probability=float(p)) for row, p in zip(rows, model.predict(rows))]
    with open(os.path.join(folder, "tests/html/golden_rows.json"), "w") as out:
        json.dump(golden, out, indent=0)
        out.write("\n")


def wrap(out, items, width=108):
    line = "   "
    for item in items:
        if len(line) + 1 + len(item) > width:
            out.write(line + "\n")
            line = "   "
        line += " " + item
    out.write(line + "\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary"); parser.add_argument("data"); parser.add_argument("work")
    parser.add_argument("--folds", type=int, default=5); parser.add_argument("--export")
    options = parser.parse_args()
    pages = load(options.binary, options.data, SETS, options.work)
    weight, train = weights(pages)
    SHARED.update(X=np.concatenate([p["X"] for p in pages]), label=np.concatenate([p["label"] for p in pages]),
                  weight=weight, train=train)
    offsets = np.concatenate([[0], np.cumsum([len(p["words"]) for p in pages])])
    if options.export:
        X, rows = SHARED["X"], SHARED["train"]
        names = open(os.path.join(options.work, "names.txt")).read().split("\n")
        export(fit(X[rows], SHARED["label"][rows], weight[rows]), X, names, options.export)
    else:
        cross_validate(pages, offsets, options.folds)


if __name__ == "__main__":
    main()
