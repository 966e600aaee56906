"""The gate: instruction counts of each stage on fixed inputs, held to a budget. See README.md beside this."""
import argparse
import datetime
import json
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import compare
import measure
import post
from measure import Places, output, say, toolchain

PLANTED = 5  # percent, of the self test


def report(options, places, title, rows, notes):
    text = "\n".join([f"### {title}", "", compare.table(rows), "", *notes, ""])
    say(text)
    (places.work / "report.md").write_text(text)
    if options.markdown:
        Path(options.markdown).write_text(text)


def read_baseline(places):
    if places.baseline.exists():
        return json.loads(places.baseline.read_text())
    return {"made_with": toolchain(), "stages": {}}


def gate(options, places):
    """Against the recorded baseline."""
    program, wanted, inputs = measure.ready(places, options.stages)
    now = measure.measure(program, wanted, inputs, places.work / "head", options.jobs)
    baseline = read_baseline(places)
    others = compare.differences(baseline["made_with"], toolchain())
    if options.accept is not None:
        return accept(options, places, baseline, now)
    rows = compare.compare(baseline["stages"], now)
    failed, notes = compare.conclusion(rows, [] if options.stages else compare.missing(baseline["stages"], now))
    if others:
        notes.append("The baseline was recorded with other tools, which may move every count: " + "; ".join(others) + ". "
                     "`.ci/gate --against COMMIT` measures an earlier commit with the tools at hand.")
    report(options, places, "Instructions of each stage against the baseline", rows, notes)
    return 1 if failed else 0


def accept(options, places, baseline, now):
    """Records what is outside the budget, so that small changes cannot add up unseen; with other tools, everything."""
    reason = " ".join(options.accept.split())
    if not reason:
        sys.exit("gate: --accept needs a reason, for whoever reads the log")
    rows = compare.compare(baseline["stages"], now)
    first = not baseline["stages"]
    other_tools = bool(compare.differences(baseline["made_with"], toolchain()))
    if other_tools and options.stages:
        sys.exit("gate: the baseline was recorded with other tools: accept all stages, without --stages")
    gone = [] if options.stages else compare.missing(baseline["stages"], now)
    changed = [row for row in rows if row[4] != "ok" or other_tools]
    if not changed and not gone:
        say(compare.table(rows) + "\n\nNothing is outside the budget: nothing to accept.")
        return 0
    stages = {name: stage for name, stage in baseline["stages"].items() if name not in gone}
    stages |= {row[0]: compare.recorded(now[row[0]]) for row in changed}
    order = [*now, *stages]
    tools = toolchain() if other_tools or first else baseline["made_with"]
    baseline = {"made_with": tools, "stages": {name: stages[name] for name in order if name in stages}}
    places.baseline.write_text(json.dumps(baseline, indent=1, ensure_ascii=False) + "\n")
    append(places.log, reason, changed, gone, tools if other_tools or first else None)
    say(compare.table(rows))
    say(f"\nAccepted: commit {places.folder}/{places.baseline.name} and {places.folder}/{places.log.name}.")
    return 0


def append(log, reason, changed, gone, tools):
    """Writes an entry of the log of accepted changes."""
    text = log.read_text() if log.exists() else \
        "# Accepted changes of instruction counts\n\nWritten by `.ci/gate --accept`, newest last.\n"
    text += f"\n## {datetime.datetime.now(datetime.timezone.utc).date()}: {reason}\n\n"
    for name, _, after, change, verdict, _ in changed:
        how = f"{change:+.2%}" if verdict in ("SLOWER", "faster", "ok") else verdict
        text += f"- {name}: {how}, {after / 1e6:,.2f} M\n"
    text += "".join(f"- {name}: gone\n" for name in gone)
    if tools:
        text += f"- with {', '.join(tools.values())}\n"
    log.write_text(text)


def against(options, places):
    """Measures another commit here and now, on the same inputs, and compares."""
    git = lambda *words: output("git", *words, cwd=places.root).strip()
    commit = git("rev-parse", "--verify", options.against + "^{commit}")
    program, wanted, inputs = measure.ready(places, options.stages)
    checkout, target = places.work / "base", places.work / "base-target"
    remove_worktree(places, checkout)
    git("worktree", "add", "--force", "--detach", checkout, commit)
    try:
        base_places = Places(checkout, places.folder, places.packages)
        if not base_places.baseline.exists():
            report(options, places, "Instructions of each stage", [],
                   [f"SKIPPED: {options.against} has no {places.folder} to compare with."])
            return 0
        measure.share_dependencies(places.target / "release", target / "release", places.root)
        base_program = measure.build(base_places, target, places.work / "base-program")
        old_baseline = read_baseline(base_places)["stages"]
    finally:
        remove_worktree(places, checkout)
    known = {name: stage for name, stage in measure.stages(base_program, []).items() if name in wanted}
    base = measure.measure(base_program, known, inputs, places.work / "base-counts", options.jobs)
    now = measure.measure(program, wanted, inputs, places.work / "head", options.jobs)
    allowed = compare.allowed(old_baseline, read_baseline(places)["stages"])
    rows = compare.compare(base, now, allowed, against=options.against)
    # A new stage has nothing to be compared with here; that it has a baseline is for the gate proper.
    rows = [(*row[:4], "added", row[5]) if row[4] == "new" else row for row in rows]
    failed, notes = compare.conclusion(rows)
    notes.append(f"Both were built and measured on one machine and the same inputs: {', '.join(toolchain().values())}.")
    report(options, places, f"Instructions of each stage against {options.against}", rows, notes)
    return 1 if failed else 0


def remove_worktree(places, checkout):
    subprocess.run(["git", "worktree", "remove", "--force", str(checkout)], cwd=places.root, capture_output=True)
    shutil.rmtree(checkout, ignore_errors=True)
    output("git", "worktree", "prune", cwd=places.root)


def self_test(options, places):
    """A planted slowdown of each chosen stage is caught and named; the same program under load is not flagged."""
    chosen = [] if options.self_test == ["all"] else options.self_test
    program, wanted, inputs = measure.ready(places, chosen)
    base = measure.measure(program, wanted, inputs, places.work / "head", options.jobs)
    planted = measure.measure(program, wanted, inputs, places.work / "planted", options.jobs, more=PLANTED)
    load = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * (os.cpu_count() or 1))]
    try:
        again = measure.measure(program, wanted, inputs, places.work / "again", options.jobs)
    finally:
        for process in load:
            process.kill()
            process.wait()
    wrong = []
    for name in wanted:
        # As many bytes more: the count of the work follows, the input in the files is the same.
        rows = compare.compare(base, {**base, name: planted[name]})
        caught = [row[0] for row in rows if row[4] == "SLOWER"]
        change = planted[name]["instructions"] / base[name]["instructions"] - 1
        say(f"{name:<16} {PLANTED}% more input, {change:+.2%} instructions: caught {', '.join(caught) or 'nothing'}")
        if caught != [name] or not compare.conclusion(rows)[0]:
            wrong.append(f"{PLANTED}% more input of {name} was not caught and named")
    rows = compare.compare(base, again)
    say("\nThe same program again, with twice as many busy processes beside it as there are cores:\n\n" + compare.table(rows) + "\n")
    wrong += [f"{row[0]} was flagged though nothing changed" for row in rows if row[4] != "ok"]
    say("\n".join(f"FAILED: {text}" for text in wrong) or "The gate catches what it must and nothing else.")
    return 1 if wrong else 0


def repeat(options, places):
    """Measures several times, in folders with names of other lengths, and says how far apart the counts are."""
    program, wanted, inputs = measure.ready(places, options.stages)
    runs = []
    for turn in range(options.repeat):
        folder = places.work / f"repeat-{'x' * (37 * turn % 200)}"
        runs.append(measure.measure(program, wanted, inputs, folder, options.jobs, environment=997 * turn))
        shutil.rmtree(folder)
    say(f"{'stage':<16}{'least, M':>12}{'spread':>12}")
    for name in wanted:
        counts = [run[name]["instructions"] for run in runs]
        say(f"{name:<16}{min(counts) / 1e6:>12,.2f}{max(counts) / min(counts) - 1:>12.4%}")
    return 0


def parse():
    parser = argparse.ArgumentParser(prog=".ci/gate", description=__doc__)
    what = parser.add_mutually_exclusive_group()
    what.add_argument("--accept", metavar="REASON", help="record what is outside the budget, with the reason")
    what.add_argument("--against", metavar="COMMIT", help="compare with another commit, built and measured here")
    what.add_argument("--self-test", metavar="STAGE", nargs="*",
                      help="plant a slowdown in each of these stages (default: shingles; or `all`) and expect it caught")
    what.add_argument("--repeat", metavar="N", type=int, help="measure N times and report the spread")
    what.add_argument("--post", metavar="FILE", help="put a table where GitHub shows it; needs GITHUB_STEP_SUMMARY")
    parser.add_argument("--stages", metavar="A,B", type=lambda names: names.split(","), default=[], help="only these")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="stages at a time (default: one a core)")
    parser.add_argument("--markdown", metavar="FILE", help="write the table there, too")
    here = Path(__file__).resolve().parent
    parser.add_argument("--root", default=here.parent.parent, help="workspace of the stages (default: this one)")
    parser.add_argument("--folder", default="benches/gate", help="folder in it with the baseline (default: benches/gate)")
    # Built with the tool, the crates have its features: what is counted is what ships, and nothing is built twice.
    parser.add_argument("--packages", metavar="A,B", type=lambda names: names.split(","), default=["gleaner-gate", "gleaner"],
                        help="the package with the stages, and others to build with it (default: gleaner-gate,gleaner)")
    return parser.parse_args()


def main():
    options = parse()
    if options.post:
        return post.post(options.post)
    if shutil.which("valgrind") is None:
        sys.exit("gate: valgrind is not here: install the package `valgrind`")
    places = Places(options.root, options.folder, options.packages)
    begun = time.monotonic()
    if options.self_test is not None:
        options.self_test = options.self_test or ["shingles"]
        code = self_test(options, places)
    else:
        code = (repeat if options.repeat else against if options.against else gate)(options, places)
    say(f"{time.monotonic() - begun:.0f} s")
    return code


if __name__ == "__main__":
    sys.exit(main())
