"""Lines of texts that came from the labelled pages: features as the crate computes them, and how much of each is gold.

Five kinds of text: what other extractors left (`residual`), pages rendered to plain text whole (`page`), such pages cut
to the article and what stands around it up to some line (`cut`: what scrapers leave), the same with but a few lines of
the article (`short`), and gold texts (`gold`), of which nothing should go, whatever they are: articles, threads, lists
of products.
"""
import hashlib, json, os, subprocess
from multiprocessing import get_context

import numpy as np

from blocks_data import labels, names_of, token_ids

PAGES = ("aeb cleaneval cleanportaleval daniel dragnet htmltotext l3s_gn1 magic_article magic_forum wcxb_dev").split()
RESIDUAL = ("trafilatura", "dom_smoothie")
# A page rendered whole has hundreds of lines of menus: this many lines, weighed up, stand for all.
LINES_PER_TEXT = 120
# Features that the decision needs, too: weight in letters, whether it is prose, and how it ends.
WEIGHT, PROSE, ENDING = "length.0", "shape.0", "ending.0"
# Weight of a short sentence, and endings of sentences (`Ending::Stop` and `Ending::Ask`).
SENTENCE, STOPS = 20, (1, 3)


def number_of(*words):
    """A number that depends on the words alone."""
    return int.from_bytes(hashlib.blake2b("/".join(words).encode(), digest_size=4).digest(), "little")


def rows(path):
    with subprocess.Popen(["zstd", "-dcq", "--long=27", path], stdout=subprocess.PIPE) as source:
        for line in source.stdout:
            yield json.loads(line)


def residual(data, sites, name):
    for row in rows(f"{data}/residual/{name}.jsonl.zst"):
        page_set, _, page = row["id"].split("/", 2)
        if row["gold"].strip():
            site = sites[page_set].get(page, page)
            yield dict(kind="residual", set=name, source=page_set, id=row["id"], lang=row.get("lang"), site=site,
                       text=row["text"], gold=row["gold"])


def rendered(data, sites, name, work):
    path = os.path.join(work, "rendered", name + ".jsonl")
    if not os.path.exists(path):
        part = os.path.join(work, "rendered.part")
        subprocess.run(["python3", f"{data}/../eval/render_text.py", f"{data}/extraction", part, "--dataset", name],
                       check=True)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        os.rename(os.path.join(part, name + ".jsonl"), path)
    languages = {row["id"]: row.get("lang") for row in rows(f"{data}/extraction/{name}.jsonl.zst")}
    for line in open(path):
        row = json.loads(line)
        if not row["gold"].strip() or not row["text"].strip():
            continue
        page = dict(set=name, source=name, id=row["id"], lang=languages[row["id"]], site=sites[name].get(row["id"], row["id"]),
                    gold=row["gold"])
        yield dict(page, kind="page", text=row["text"])
        yield dict(page, kind="gold", text=row["gold"])
        for kind in ("cut", "short"):
            text = article_and_around(row, kind)
            if text:
                yield dict(page, kind=kind, text=text)


def article_and_around(row, kind):
    """The lines from a little before the first gold one to some way behind the last."""
    lines = row["text"].split("\n")
    gold = token_ids(row["gold"])
    label = labels([token_ids(line) for line in lines], gold)
    inside = [at for at, share in enumerate(label) if share > .5]
    if not inside:
        return None
    draw = number_of(row["id"], kind)
    before = (0, 0, 1, 4)[draw % 4]
    behind = (3, 8, 15, 30, 60, 400)[draw // 4 % 6]
    last = inside[-1] + 1
    article = lines[max(0, inside[0] - before): last]
    if kind == "short":
        article = article[:before + (4, 6, 9, 12)[draw // 48 % 4]]
    return ("\n", "\n\n")[draw // 24 % 2].join(article + lines[last: last + behind])


def load_set(job):
    """Texts of a set: dicts with what `residual` and `rendered` give, and X, tokens, rules, label, words of the lines."""
    binary, data, name, work = job
    sites = json.load(open(os.path.join(data, "sites.json")))
    source = residual(data, sites, name) if name in RESIDUAL else rendered(data, sites, name, work)
    return measured(binary, os.path.join(work, name), list(source))


def measured(binary, base, texts):
    """Adds to texts what the crate says of their lines, by way of files whose names begin with `base`."""
    with open(base + ".texts", "w") as out:
        for at, text in enumerate(texts):
            out.write(json.dumps(dict(id=str(at), text=text["text"]), ensure_ascii=False) + "\n")
    with open(base + ".texts") as source, open(base + ".lines", "w") as out:
        subprocess.run([binary, base + ".f32", base + ".names"], stdin=source, stdout=out, check=True)
    names = names_of(base + ".names")
    X = np.fromfile(base + ".f32", np.float32).reshape(-1, len(names))
    prose = X[:, names.index(PROSE)] > 0
    stops = np.isin(X[:, names.index(ENDING)], STOPS) & (X[:, names.index(WEIGHT)] >= SENTENCE)
    at = 0
    for text, line in zip(texts, open(base + ".lines")):
        dumped = json.loads(line)
        tokens = [token_ids(line) for line in dumped["texts"]]
        start, at = at, at + len(tokens)
        gold = token_ids(text["gold"])
        text.update(X=X[start:at], tokens=tokens, lines=dumped["texts"], rules=dumped["rules"], gold=gold,
                    label=labels(tokens, gold), words=np.array([len(line) for line in tokens], np.float32))
        text["cued"] = np.array([bool(rule and rule[1]) for rule in text["rules"]], bool)
        text["before"] = token_ids(text["text"])
        text.update(prose=prose[start:at], sentence=(prose | stops)[start:at])
    return texts


def load(binary, data, work, names=(*RESIDUAL, *PAGES)):
    os.makedirs(work, exist_ok=True)
    jobs = [(binary, data, name, work) for name in names]
    with get_context("fork").Pool(2) as pool:
        parts = pool.map(load_set, sorted(jobs, key=lambda job: job[2] not in ("wcxb_dev", "daniel")), chunksize=1)
    return [text for part in parts for text in part]
