"""Forests of oblivious trees: how they are fitted, and the table from which the crate evaluates them."""
import json, os, tempfile

import numpy as np

SEED = 7
DEPTH = 6
PARAMETERS = dict(
    loss_function="CrossEntropy", depth=DEPTH, l2_leaf_reg=5, border_count=64, random_seed=SEED, thread_count=1,
    verbose=0, rsm=.3, bootstrap_type="Bernoulli", subsample=.6, score_function="L2", boosting_type="Plain",
    allow_writing_files=False)


def predict(model, X):
    if not len(X):
        return np.zeros(0, np.float32)
    return (1 / (1 + np.exp(-model.predict(X, prediction_type="RawFormulaVal")))).astype(np.float32)


class Table:
    """A forest as the crate evaluates it: questions in float32, leaves as small integers of one unit."""

    def __init__(self, model, features):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "forest.json")
            model.save_model(path, format="json")
            stored = json.load(open(path))
        scale, bias = stored["scale_and_bias"]
        self.features, self.bias = features, float(np.ravel(bias)[0])
        trees = stored["oblivious_trees"]
        leaves = np.array([whole_leaves(tree) for tree in trees]) * scale
        self.unit = float(np.float32(np.abs(leaves).max() / 32767))
        self.leaves = np.rint(leaves / self.unit).astype(np.int32)
        self.questions = [whole_questions(tree) for tree in trees]

    def predict(self, X):
        total = np.zeros(len(X), np.int64)
        for questions, leaves in zip(self.questions, self.leaves):
            leaf = sum((X[:, feature] > np.float32(border)).astype(int) << level
                       for level, (feature, border) in enumerate(questions))
            total += leaves[leaf]
        return 1 / (1 + np.exp(-(np.float32(self.bias) + np.float32(self.unit) * total)))


def whole_questions(tree):
    """The questions of a tree, filled up to DEPTH by one that is never answered with yes."""
    own = [(split["float_feature_index"], split["border"]) for split in tree["splits"] or []]
    return own + [(0, np.inf)] * (DEPTH - len(own))


def whole_leaves(tree):
    return list(tree["leaf_values"]) + [0] * ((1 << DEPTH) - len(tree["leaf_values"]))


def number(value):
    text = str(np.float32(value))
    if text == "inf":
        return "f32::INFINITY"
    return text if any(c in text for c in ".e") else text + ".0"


def write_table(out, name, table):
    questions = [f"({feature}, {number(border)})," for tree in table.questions for feature, border in tree]
    leaves = [f"{leaf}," for leaf in table.leaves.ravel()]
    out.write(f"\npub(crate) static {name}: Forest = Forest {{\n    features: {table.features},\n")
    out.write(f"    bias: {number(table.bias)},\n    unit: {number(table.unit)},\n")
    out.write(f"    questions: &{name}_QUESTIONS,\n    leaves: &{name}_LEAVES,\n}};\n")
    for what, kind, items in (("QUESTIONS", "(u16, f32)", questions), ("LEAVES", "i16", leaves)):
        out.write(f"\n#[rustfmt::skip]\nstatic {name}_{what}: [{kind}; {len(items)}] = [\n")
        wrap(out, items)
        out.write("];\n")


def golden_rows(table, model, X):
    """Rows to test the crate with. Each value is from a page of its own, so that no row describes a real block."""
    random = np.random.default_rng(SEED)
    rows = np.stack([X[random.integers(0, len(X), X.shape[1]), np.arange(X.shape[1])] for _ in range(24)])
    p = table.predict(rows)
    assert np.abs(p - predict(model, rows)).max() < 2e-3, "rounding changes the forest"
    return [dict(row=[float(v) for v in row], probability=float(own)) for row, own in zip(rows, p)]


def wrap(out, items, width=108):
    line = "   "
    for item in items:
        if len(line) + 1 + len(item) > width:
            out.write(line + "\n")
            line = "   "
        line += " " + item
    out.write(line + "\n")
