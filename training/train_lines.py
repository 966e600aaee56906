#!/usr/bin/env python3
"""Train the forest of gleaner-boilerplate's `lines`: how likely each line of an extracted text is content.

  train_lines.py BINARY DATA WORK [--leave-out site|source|language] [--export DIR] [--predictions DIR]

BINARY  the crate's example `dump_line_features`, built with --release
DATA    folder with residual/NAME.jsonl.zst, extraction/NAME.jsonl.zst and sites.json; beside it eval/render_text.py
WORK    folder for rendered pages and dumped features (about 2 GB)
Without --export: F1 by cross-validation. `site` (the default): five folds, no text scored by a model that saw its site;
`source`: the texts of each set of pages scored by a model trained on the other sets; `language`: the daniel pages of
each language scored by a model that saw no text of that language. --predictions writes what is kept of the residual
texts, for score_extraction.py.
With --export DIR: trains on all texts and writes DIR/src/lines/model_table.rs and DIR/tests/lines/golden_rows.json.

Needs numpy, catboost 1.2 and the zstd program. The seed is fixed.
"""
import argparse, json, os
from collections import Counter, defaultdict
from multiprocessing import get_context

import numpy as np
from catboost import CatBoost, Pool

from blocks_data import fold_of, page_f1
from forest import PARAMETERS, SEED, Table, golden_rows, predict, write_table
from lines_data import LINES_PER_TEXT, load

FOLDS = 5
FOREST = dict(iterations=60, learning_rate=.25)
# What other extractors left is what the cleaner is for; pages rendered to text teach it what boilerplate can be.
KIND_WEIGHT = dict(residual=8., page=.5, cut=.7, short=.7, gold=1.)
# Half of the lines of other texts will do.
PAGE_SHARE = .5
# A set weighs less than its texts, by this power of their number.
SET_POWER = .25
# A text weighs less than its lines, by this power of their weight.
TEXT_POWER = .7
# As in src/lines/rules/line_model.rs, which says what they are.
PRESETS = dict(balanced=dict(cue=np.inf, supported=.6, alone=.3, within=.03),
               conservative=dict(cue=.1, supported=.1, alone=.03, within=.02))
PARAGRAPH, LEAST_SURE, SURE, TITLE, REMOVED = .5, .5, .9, (6, .1), 2
LANGUAGES = ("zh", "ru", "el", "pl")


class Lines:
    """The lines of all texts in one row: features, label, weight, and which are trained on."""

    def __init__(self, texts):
        self.texts = texts
        self.offsets = np.concatenate([[0], np.cumsum([len(t["words"]) for t in texts])])
        self.X = np.concatenate([t.pop("X") for t in texts])
        self.label = np.concatenate([t["label"] for t in texts])
        self.words = np.concatenate([t["words"] for t in texts])
        self.weight, self.trained = weights(texts)

    def of_lines(self, value):
        return np.repeat(np.array([value(t) for t in self.texts]), np.diff(self.offsets))

    def text(self, at):
        return slice(self.offsets[at], self.offsets[at + 1])


def weights(texts):
    random = np.random.default_rng(SEED)
    of_set = Counter((t["kind"], t["set"]) for t in texts)
    weight, chosen = [], []
    for t in texts:
        own = np.maximum(t["words"], 1) ** .6
        if len(own):
            own *= own.sum() ** -TEXT_POWER * of_set[t["kind"], t["set"]] ** -SET_POWER * KIND_WEIGHT.get(t["kind"], 0)
        mask = np.ones(len(own), bool)
        if len(own) > LINES_PER_TEXT:
            mask[:] = False
            mask[random.choice(len(own), LINES_PER_TEXT, replace=False)] = True
            own *= len(own) / LINES_PER_TEXT
        if t["kind"] not in KIND_WEIGHT:
            mask[:] = False
        elif t["kind"] != "residual":
            mask &= random.random(len(own)) < PAGE_SHARE
        weight.append(own)
        chosen.append(mask)
    return np.concatenate(weight), np.concatenate(chosen)


SHARED = {}


def one_fit(job):
    key, unseen, scored = job
    lines = SHARED["lines"]
    rows = lines.trained & ~unseen
    model = CatBoost({**PARAMETERS, **FOREST})
    model.fit(Pool(lines.X[rows], lines.label[rows], weight=lines.weight[rows]))
    scored = np.where(scored)[0]
    return key, scored, predict(model, lines.X[scored]), model


def parts_of(lines, leave_out):
    """What is left out together, and what is scored then."""
    if leave_out == "site":
        folds = lines.of_lines(lambda t: fold_of(t["site"], FOLDS))
        return [(fold, folds == fold, folds == fold) for fold in range(FOLDS)]
    if leave_out == "source":
        sources = lines.of_lines(lambda t: t["source"])
        return [(source, sources == source, sources == source) for source in sorted(set(sources))]
    languages = lines.of_lines(lambda t: (t["lang"] or "").split("-")[0])
    scored = lines.of_lines(lambda t: t["set"] == "daniel")
    return [(lang, languages == lang, scored & (languages == lang)) for lang in LANGUAGES]


def out_of_fold(lines, leave_out, whole):
    """Probability of each line by the model that did not see its part (NaN for what is in none), and the models: by part,
    that of all as None."""
    nothing = np.zeros(len(lines.label), bool)
    jobs = parts_of(lines, leave_out) + ([(None, nothing, nothing)] if whole else [])
    p, models = np.full(len(lines.label), np.nan, np.float32), {}
    with get_context("fork").Pool(2) as pool:
        for key, scored, predicted, model in pool.imap_unordered(one_fit, jobs):
            p[scored] = predicted
            models[key] = model
    return p, models


def article(text, ruled, p):
    """The rows from the title of the article to its last paragraph."""
    within = np.zeros(len(p), bool)
    sure = np.where(text["prose"] & ~ruled & (p >= PARAGRAPH))[0]
    if not len(sure):
        return within
    first, last, removed = sure[0], sure[-1], 0
    before = [at for at in range(max(0, first - TITLE[0]), first) if not ruled[at]]
    title = max(before, key=lambda at: (p[at], at), default=first)
    first = title if p[title] >= TITLE[1] else first
    for at in range(last + 1, len(p)):
        may_belong = not ruled[at] and p[at] >= PRESETS["balanced"]["within"]
        if removed >= REMOVED:
            # A single paragraph behind a list closes the article.
            if may_belong and text["prose"][at] and not text["prose"][at + 1:].any():
                last = at
            if not ruled[at]:
                break
        removed = removed + 1 if ruled[at] else 0
        if may_belong and text["sentence"][at]:
            last = at
    within[first:last + 1] = True
    return within


def keeps(text, p, preset):
    """The decision of the crate; `preset` None: what the rules keep."""
    ruled = np.array([rule is not None for rule in text["rules"]], bool)
    if preset is None:
        return ~ruled
    o = PRESETS[preset]
    surest = p[text["prose"]].max(initial=0) or 1
    p = np.minimum(p / max(LEAST_SURE, surest), 1)
    within = article(text, ruled, p)
    trust = min(surest / SURE, 1) ** 4 if within.any() else 0
    unruled = np.where(within, o["within"], o["alone"] * trust)
    by_rule = np.where(text["cued"] & ~text["prose"], o["cue"], o["supported"])
    by_rule = np.where(within & text["prose"], o["within"], by_rule)
    kept = p >= np.where(ruled, by_rule, unruled).astype(np.float32)
    # A heading that stays keeps its list.
    spared = False
    for at, rule in enumerate(text["rules"]):
        listed = rule is not None and rule[0] == "cue-list"
        kept[at] |= spared and listed and not text["cued"][at]
        spared = listed and kept[at]
    return kept


def report(lines, p, preset):
    by_set, removed = defaultdict(list), defaultdict(lambda: [0., 0.])
    for at, text in enumerate(lines.texts):
        own = p[lines.text(at)]
        # The gold of a shortened text is longer than it.
        if np.isnan(own).any() or not len(own) or text["kind"] == "short":
            continue
        kept = keeps(text, own, preset)
        f1 = page_f1(np.concatenate([text["tokens"][i] for i in np.where(kept)[0]] or [text["gold"][:0]]), text["gold"])
        name = (text["kind"], text["set"], text["lang"] if text["set"] == "daniel" else "")
        by_set[name].append((f1, page_f1(text["before"], text["gold"])))
        removed[name][0] += text["words"][~kept].sum()
        removed[name][1] += (text["words"] * text["label"])[~kept].sum()
    print(preset or "rules alone", "(set, texts, F1 before and after, words removed that are gold)")
    for name, f1 in sorted(by_set.items()):
        after, before = np.mean(f1, 0)
        gold = removed[name][1] / max(1, removed[name][0])
        print(f"  {' '.join(name):32} {len(f1):5} {before:.4f} {after:.4f} {gold:.3f}", flush=True)


def write_predictions(lines, p, folder):
    for preset in PRESETS:
        path = os.path.join(folder, preset)
        os.makedirs(path, exist_ok=True)
        files = {}
        for at, text in enumerate(lines.texts):
            if text["kind"] != "residual":
                continue
            out = files.setdefault(text["set"], None) or open(os.path.join(path, text["set"] + ".jsonl"), "w")
            files[text["set"]] = out
            kept = np.where(keeps(text, p[lines.text(at)], preset))[0]
            row = dict(id=text["id"], text="\n".join(text["lines"][i] for i in kept))
            out.write(json.dumps(row, ensure_ascii=False) + "\n")
        for out in files.values():
            out.close()


def write_source(path, model, lines):
    """Writes the table as the crate's source, and returns it."""
    table = Table(model, lines.X.shape[1])
    with open(path, "w") as out:
        out.write("//! Made by `training/train_lines.py`; do not edit.\n\nuse crate::forest::Forest;\n")
        write_table(out, "LINES", table)
    return table


def export(model, lines, folder):
    table = write_source(os.path.join(folder, "src/lines/model_table.rs"), model, lines)
    rows = golden_rows(table, model, lines.X)
    with open(os.path.join(folder, "tests/lines/golden_rows.json"), "w") as out:
        out.write("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("binary"); parser.add_argument("data"); parser.add_argument("work")
    parser.add_argument("--leave-out", choices=["site", "source", "language"], default="site")
    parser.add_argument("--export"); parser.add_argument("--predictions")
    options = parser.parse_args()
    lines = SHARED["lines"] = Lines(load(options.binary, options.data, options.work))
    p, models = out_of_fold(lines, options.leave_out, whole=options.export is not None)
    for preset in (None, *PRESETS):
        report(lines, p, preset)
    if options.predictions:
        write_predictions(lines, p, options.predictions)
    if options.export:
        export(models[None], lines, options.export)


if __name__ == "__main__":
    main()
