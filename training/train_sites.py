#!/usr/bin/env python3
"""Train the second forest of gleaner-boilerplate's `lines`: how likely a line is content, given its site's template.

  train_sites.py EXAMPLES DATA WORK [--export DIR] [--folds DIR]

EXAMPLES  folder of the crate's examples `dump_line_features`, `dump_site_features` and `extract_dataset`, built with
          --release
DATA      as for train_lines.py
WORK      the folder of train_lines.py, or an empty one (about 2 GB)
Sites with two and more pages in the labelled sets, their pages as they are rendered to text, as the crate extracts them,
and as other extractors left them; of sites with many pages also samples of few. What the line model says of each line comes from one that has not seen
the site. Prints F1 by cross-validation over sites, of the pages of sites with five and more, by kind and set,
with and without templates, and of the samples by size.
With --export DIR: trains on all sites, too, and writes DIR/src/lines/site_table.rs and
DIR/tests/lines/golden_site_rows.json.
With --folds DIR: writes both forests of each fold for measure_sites.py, which measures what the crate makes of them.

Needs numpy, catboost 1.2.10 and the zstd program. The seed is fixed, and each forest is fitted by one thread: on equal
examples, data and versions of these the tables are equal to the byte.
"""
import argparse, json, os, random, subprocess
from collections import defaultdict

import numpy as np
from catboost import CatBoost, Pool

import train_lines
from blocks_data import fold_of, names_of, page_f1
from forest import PARAMETERS, SEED, Table, golden_rows, predict, write_table
from lines_data import PAGES, load, measured

# Those of the line model: the forests of a fold have not seen its sites.
FOLDS = train_lines.FOLDS
FOREST = dict(iterations=100, learning_rate=.1, l2_leaf_reg=20)
SAMPLES = (3, 5, 10, 20)
# Pages of a sample that are trained on, and what a line of one weighs.
PER_SAMPLE, SAMPLE_WEIGHT = 20, .5
KIND_WEIGHT = dict(page=1., extracted=.7, residual=.5)
LEAST_PAGES = 5
# As in src/lines/rules/site_template.rs: below which probability lines go, and how much recurrence must prove; of what was
# extracted, none comes back.
PLAIN, EXTRACTED = (.45, 0), (.3, .3)


def extracted(texts, options):
    """The pages as the crate extracts them."""
    binary = os.path.join(options.examples, "extract_dataset")
    found = {}
    for name in PAGES:
        source = subprocess.Popen(["zstd", "-dcq", "--long=27", f"{options.data}/extraction/{name}.jsonl.zst"],
                                  stdout=subprocess.PIPE)
        out = subprocess.run([binary], stdin=source.stdout, stdout=subprocess.PIPE, check=True).stdout
        for row in map(json.loads, out.splitlines()):
            found[name, row["id"]] = row["text"]
    wanted = ("set", "source", "id", "lang", "site")
    gold = {(text["set"], text["id"]): text["text"] for text in texts if text["kind"] == "gold"}
    for text in texts:
        own = found.get((text["set"], text["id"])) if text["kind"] == "page" else None
        if own:
            key = text["set"], text["id"]
            yield dict({name: text[name] for name in wanted}, kind="extracted", text=own, gold=gold[key])


def texts_of(options):
    """Pages with words, each with `p`, what a line model that has not seen their site says of each line. Writes these
    models."""
    binary = os.path.join(options.examples, "dump_line_features")
    texts = load(binary, options.data, options.work)
    texts += measured(binary, os.path.join(options.work, "extracted"), list(extracted(texts, options)))
    lines = train_lines.SHARED["lines"] = train_lines.Lines(texts)
    p, models = train_lines.out_of_fold(lines, "site", whole=False)
    for fold in models if options.folds else ():
        train_lines.write_source(os.path.join(options.folds, f"model_table.{fold}.rs"), models[fold], lines)
    for at, text in enumerate(lines.texts):
        own = p[lines.text(at)]
        if text["kind"] in KIND_WEIGHT and len(own):
            yield dict(text, p=own, kept=train_lines.keeps(text, own, "balanced"))


def versions(texts):
    """Lists of texts that are learnt from together: all of a site, and samples."""
    sites, draw = defaultdict(list), random.Random(SEED)
    for text in texts:
        sites[text["kind"], text["set"], text["site"]].append(text)
    for (kind, name, site), own in sites.items():
        if len(own) < 2:
            continue
        yield dict(kind=kind, set=name, site=site, size=0, texts=own)
        for size in SAMPLES:
            if size < len(own):
                yield dict(kind=kind, set=name, site=site, size=size, texts=draw.sample(own, size))


def add_features(all_versions, options):
    """Gives each version `X`: the rows of each of its texts, None where its template has nothing of the text. Returns the
    names of their columns."""
    base, binary = os.path.join(options.work, "sites"), os.path.join(options.examples, "dump_site_features")
    with open(base + ".texts", "w") as out:
        for number, version in enumerate(all_versions):
            for text in version["texts"]:
                row = dict(id=text["id"], site=str(number), text=text["text"], p=[float(p) for p in text["p"]])
                out.write(json.dumps(row, ensure_ascii=False) + "\n")
    with open(base + ".texts") as source, open(base + ".rows", "w") as out:
        subprocess.run([binary, base + ".f32", base + ".names"], stdin=source, stdout=out, check=True)
    names = names_of(base + ".names")
    X = np.fromfile(base + ".f32", np.float32).reshape(-1, len(names))
    at = 0
    with open(base + ".rows") as counts:
        for version in all_versions:
            version["X"] = []
            for _ in version["texts"]:
                rows = json.loads(next(counts))["rows"]
                version["X"].append(X[at: at + rows] if rows else None)
                at += rows
    return names


def weights(version, text, pages):
    own = np.maximum(text["words"], 1) ** .6
    own *= own.sum() ** -.7 * pages ** -.5 * KIND_WEIGHT[version["kind"]]
    return own * (SAMPLE_WEIGHT if version["size"] else 1)


def fit(all_versions, left_out):
    X, label, weight = [], [], []
    for version in all_versions:
        if fold_of(version["site"], FOLDS) == left_out:
            continue
        pairs = list(zip(version["texts"], version["X"]))[:PER_SAMPLE if version["size"] else None]
        for text, rows in pairs:
            if rows is not None:
                X.append(rows)
                label.append(text["label"])
                weight.append(weights(version, text, len(pairs)))
    model = CatBoost({**PARAMETERS, **FOREST})
    model.fit(Pool(np.concatenate(X), np.concatenate(label), weight=np.concatenate(weight)))
    return model, np.concatenate(X)


def f1_of(text, kept):
    chosen = [tokens for tokens, stays in zip(text["tokens"], kept) if stays]
    return page_f1(np.concatenate(chosen or [text["gold"][:0]]), text["gold"])


def keeps(text, kind, strength, p):
    """What stays of a text that its template has lines of; nearly the decision of the crate."""
    if kind == "extracted":
        goes, least = EXTRACTED
        return text["kept"] & ~((p < goes) & (strength >= least))
    return p >= PLAIN[0]


def report(all_versions, models, strength):
    scores, removed = defaultdict(list), defaultdict(lambda: [0., 0.])
    for version in all_versions:
        if not version["size"] and len(version["texts"]) < LEAST_PAGES:
            continue
        model = models[fold_of(version["site"], FOLDS)]
        for text, rows in zip(version["texts"], version["X"]):
            kept = text["kept"]
            if rows is not None:
                kept = keeps(text, version["kind"], rows[:, strength], predict(model, rows))
            key = version["kind"], text["set"], version["size"]
            scores[key].append((f1_of(text, text["kept"]), f1_of(text, kept)))
            removed[key][0] += text["words"][~kept].sum()
            removed[key][1] += (text["words"] * text["label"])[~kept].sum()
    print("(kind, set, pages sampled of each site or 0: pages, F1 without and with templates, words removed that are gold)")
    for key, own in sorted(scores.items()):
        without, template = np.mean(own, 0)
        print(f"  {key[0]:10} {key[1]:16} {key[2]:3} {len(own):5} {without:.4f} {template:.4f}"
              f" {removed[key][1] / max(1, removed[key][0]):.3f}")


def write_source(path, model, X):
    """Writes the table as the crate's source, and returns it."""
    table = Table(model, X.shape[1])
    with open(path, "w") as out:
        out.write("//! Made by `training/train_sites.py`; do not edit.\n\nuse crate::forest::Forest;\n")
        write_table(out, "SITES", table)
    return table


def export(model, X, folder):
    table = write_source(os.path.join(folder, "src/lines/site_table.rs"), model, X)
    with open(os.path.join(folder, "tests/lines/golden_site_rows.json"), "w") as out:
        out.write("[\n" + ",\n".join(map(json.dumps, golden_rows(table, model, X))) + "\n]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("examples"); parser.add_argument("data"); parser.add_argument("work")
    parser.add_argument("--export"); parser.add_argument("--folds")
    options = parser.parse_args()
    if options.folds:
        os.makedirs(options.folds, exist_ok=True)
    all_versions = list(versions(texts_of(options)))
    names = add_features(all_versions, options)
    folds = [fit(all_versions, fold) for fold in range(FOLDS)]
    for fold, (model, X) in enumerate(folds if options.folds else ()):
        write_source(os.path.join(options.folds, f"site_table.{fold}.rs"), model, X)
    report(all_versions, [model for model, _ in folds], names.index("strength.0"))
    if options.export:
        export(*fit(all_versions, None), options.export)


if __name__ == "__main__":
    main()
