"""Blocks of the labelled pages: their features as the crate computes them, and how much of each is gold text."""
import hashlib, json, os, re, subprocess
from collections import Counter, defaultdict
from bisect import bisect_left, bisect_right
from multiprocessing import get_context

import numpy as np

SOLO = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff"
TOKEN = re.compile(f"[{SOLO}]|[^\\W{SOLO}]+")
N = 4


def token_ids(text, known={}):
    """Tokens as numbers that are the same in the whole run."""
    return np.array([known.setdefault(t, len(known) + 1) for t in TOKEN.findall(text)], np.uint64)


def gram_ids(tokens, n=N):
    """Each run of n tokens as a number; a shorter text is one run."""
    if len(tokens) == 0:
        return np.zeros(0, np.uint64)
    n = min(n, len(tokens))
    out = np.zeros(len(tokens) - n + 1, np.uint64)
    with np.errstate(over="ignore"):
        for i in range(n):
            out = (out ^ (tokens[i: len(tokens) - n + 1 + i] + np.uint64(i + 1))) * np.uint64(0x9E3779B97F4A7C15)
            out ^= out >> np.uint64(29)
    return out


def page_f1(kept, gold):
    a, ca = np.unique(gram_ids(kept), return_counts=True)
    b, cb = np.unique(gram_ids(gold), return_counts=True)
    if not len(a) and not len(b):
        return 1.0
    _, i, j = np.intersect1d(a, b, assume_unique=True, return_indices=True)
    hit = np.minimum(ca[i], cb[j]).sum()
    return 0.0 if hit == 0 else 2 * hit / (ca.sum() + cb.sum())


def heaviest_chain(positions, weights):
    """Indices of the subsequence with ascending positions and the greatest weight (a Fenwick tree of maxima)."""
    order = {p: i + 1 for i, p in enumerate(sorted(set(positions)))}
    tree, best, before = [(0.0, -1)] * (len(order) + 1), [], []
    for at, (position, weight) in enumerate(zip(positions, weights)):
        rank, top = order[position] - 1, (0.0, -1)
        while rank > 0:
            top = max(top, tree[rank])
            rank -= rank & -rank
        best.append(top[0] + weight)
        before.append(top[1])
        rank = order[position]
        while rank < len(tree):
            tree[rank] = max(tree[rank], (best[-1], at))
            rank += rank & -rank
    if not best:
        return []
    at, chain = int(np.argmax(best)), []
    while at >= 0:
        chain.append(at)
        at = before[at]
    return chain[::-1]


def labels(blocks, gold):
    """Share of each block's tokens that is gold. A text that stands twice on the page is gold where the order of the
    gold text puts it."""
    label = np.zeros(len(blocks), np.float32)
    grams = [gram_ids(b) if len(b) >= N else np.zeros(0, np.uint64) for b in blocks]
    gold_grams = gram_ids(gold) if len(gold) >= N else np.zeros(0, np.uint64)
    places = defaultdict(list)
    for at, gram in enumerate(gold_grams.tolist()):
        places[gram].append(at)
    left = Counter({gram: len(at) for gram, at in places.items()})
    anchors, positions, weights = [], [], []
    for at, block in enumerate(grams):
        found = [places[g] for g in block.tolist() if g in places]
        unique = [p[0] for p in found if len(p) == 1]
        if found and len(found) >= .5 * len(block) and unique:
            anchors.append(at)
            positions.append(int(np.median(unique)))
            weights.append(float(len(found)))
    chain = [anchors[i] for i in heaviest_chain(positions, weights)]
    place = dict(zip(anchors, positions))

    def claim(at):
        hits = 0
        for gram in grams[at].tolist():
            if left.get(gram, 0) > 0:
                left[gram] -= 1
                hits += 1
        return hits / len(grams[at])

    for at in chain:
        label[at] = claim(at)
    in_chain = set(chain)
    for at in range(len(blocks)):
        if at not in in_chain and len(grams[at]):
            share = sum(left.get(g, 0) > 0 for g in grams[at].tolist()) / len(grams[at])
            label[at] = claim(at) if share >= .5 else share / 2
    short_labels(blocks, gold.tolist(), chain, place, label)
    return label


def short_labels(blocks, gold, chain, place, label):
    """Blocks too short for a run of n tokens: gold if they stand in the gold text between their neighbours."""
    starts = defaultdict(list)
    for at, token in enumerate(gold):
        starts[token].append(at)
    taken = set()
    slack = 60
    for at, block in enumerate(blocks):
        if len(block) >= N or not len(block):
            continue
        i = bisect_left(chain, at)
        low = place[chain[i - 1]] if i > 0 else -10**9
        high = place[chain[i]] if i < len(chain) else 10**9
        if chain and i == 0:
            low = high - 200
        block = block.tolist()
        where = starts.get(block[0], [])
        for p in where[bisect_left(where, low - slack): bisect_right(where, high + slack)]:
            if p not in taken and gold[p: p + len(block)] == block:
                taken.update(range(p, p + len(block)))
                label[at] = 1
                break


def fold_of(site, folds):
    return int.from_bytes(hashlib.blake2b(site.encode(), digest_size=4).digest(), "little") % folds


def lines_of(data, name):
    """The rows of a data set."""
    source = subprocess.Popen(["zstd", "-dcq", "--long=27", f"{data}/extraction/{name}.jsonl.zst"],
                              stdout=subprocess.PIPE)
    return source.stdout


def dump(binary, data, name, work):
    """Runs the crate's `dump_features` on a data set, once."""
    rows = os.path.join(work, name + ".f32")
    texts = os.path.join(work, name + ".jsonl")
    if not os.path.exists(texts):
        with open(texts + ".part", "wb") as out:
            subprocess.run([binary, rows, names_file(work, name)], stdin=lines_of(data, name), stdout=out,
                           check=True)
        os.rename(texts + ".part", texts)
    return rows, texts


def load_set(job):
    """Pages of a set: dicts with set, id, site, X, tokens and texts (one a block), words, label, gold. A page whose gold
    is not a text has the gold None."""
    binary, data, name, work = job
    sites = json.load(open(os.path.join(data, "sites.json")))[name]
    rows, texts = dump(binary, data, name, work)
    columns = len(names_of(names_file(work, name)))
    X = np.fromfile(rows, np.float32).reshape(-1, columns)
    pages, at = [], 0
    for line, dumped in zip(lines_of(data, name), open(texts)):
        page, dumped = json.loads(line), json.loads(dumped)
        blocks = [token_ids(t) for t in dumped["texts"]]
        start, at = at, at + len(blocks)
        gold = token_ids(page["gold"]) if page.get("gold", "").strip() else None
        label = np.zeros(len(blocks), np.float32) if gold is None else labels(blocks, gold)
        pages.append(dict(set=name, id=page["id"], type=page.get("type"), site=sites.get(page["id"], page["id"]),
                          X=X[start:at], tokens=blocks, texts=dumped["texts"], gold=gold, label=label,
                          words=np.array([len(b) for b in blocks], np.float32)))
    return pages


def load(binary, data, names, work):
    os.makedirs(work, exist_ok=True)
    largest_first = sorted(names, key=lambda n: -os.path.getsize(f"{data}/extraction/{n}.jsonl.zst"))
    with get_context("fork").Pool(2) as pool:
        parts = pool.map(load_set, [(binary, data, name, work) for name in largest_first], chunksize=1)
    return [page for name in names for page in parts[largest_first.index(name)]]


def names_file(work, name):
    return os.path.join(work, name + ".names")


def names_of(path):
    return open(path).read().split("\n")


def dump_second(job):
    binary, data, name, work = job
    files = [os.path.join(work, name + end) for end in (".second.f32", ".second.names", ".first.f32")]
    subprocess.run([binary, *files], stdin=lines_of(data, name), stdout=subprocess.DEVNULL, check=True)
    return np.fromfile(files[0], np.float32).reshape(-1, len(names_of(files[1])))


def second_features(binary, data, blocks, p, work):
    """The features of the second forest, given the first verdicts on all blocks. `blocks` has the sets one after the
    other, each whole and in its order."""
    names = list(dict.fromkeys(page["set"] for page in blocks.pages))
    for name in names:
        own = [p[blocks.page(at)] for at, page in enumerate(blocks.pages) if page["set"] == name]
        np.concatenate(own).astype(np.float32).tofile(os.path.join(work, name + ".first.f32"))
    with get_context("fork").Pool(2) as pool:
        rows = pool.map(dump_second, [(binary, data, name, work) for name in names], chunksize=1)
    return np.concatenate(rows)
