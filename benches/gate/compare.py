"""Compares counts with earlier ones, and says what to do."""

BUDGET = 0.02
FUNCTIONS = 6  # named beside a stage


def compare(base, now, allowed=None, against="baseline"):
    """Rows of the table: stage, before, after, change, verdict, remark. `allowed`: accepted ratio of a stage."""
    rows = []
    for name, stage in now.items():
        after, old = stage["instructions"], base.get(name)
        if old is None:
            rows.append((name, None, after, None, "new", f"not in the {against}"))
            continue
        before = old["instructions"]
        accepted = (allowed or {}).get(name, 1)
        change, excess = after / before - 1, after / (before * accepted) - 1
        remarks = []
        if old["input"] != stage["input"]:
            verdict = "other input"
            remarks.append("its input is not that of the " + against)
        elif excess > BUDGET:
            verdict = "SLOWER"
        elif change > BUDGET:
            verdict = "accepted"
        elif excess < -BUDGET:
            verdict = "faster"
        else:
            verdict = "ok"
        if verdict in ("SLOWER", "faster", "accepted"):
            remarks += movers(old.get("functions"), stage["functions"])
        if old.get("result") != stage["result"] and verdict != "other input":
            remarks.append("it gives another result")
        rows.append((name, before, after, change, verdict, "; ".join(remarks)))
    return rows


def movers(before, after):
    """The functions that moved most, where both are known."""
    if not before:
        return []
    # A function that is not listed in a baseline is smaller than those that are.
    least = min(before.values()) if len(before) <= FUNCTIONS else 0
    moved = {}
    for name in set(before) | set(after):
        old, new = before.get(name), after.get(name, 0)
        if old is None and new <= least:
            continue
        moved[name] = new - (old or 0)
    moved = sorted(moved.items(), key=lambda item: -abs(item[1]))[:2]
    return [f"{short(name)} {by / 1e6:+.2f} M" for name, by in moved if by]


def short(name):
    return name if len(name) <= 60 else name[:28] + "..." + name[-29:]


def allowed(old_baseline, baseline):
    """By how much each stage was allowed to grow: its recorded count over the one recorded before."""
    same = [name for name, stage in baseline.items() if name in old_baseline and stage["input"] == old_baseline[name]["input"]]
    return {name: baseline[name]["instructions"] / old_baseline[name]["instructions"] for name in same}


def recorded(stage):
    """What a baseline holds of a stage: the largest functions only."""
    largest = sorted(stage["functions"].items(), key=lambda item: (-item[1], item[0]))[:FUNCTIONS]
    return {**stage, "functions": dict(largest)}


def differences(made_with, here):
    """Tools that are not those the baseline was recorded with."""
    return [f"{tool}: {made_with.get(tool, 'unknown')} then, {here[tool]} now" for tool in here if made_with.get(tool) != here[tool]]


def missing(base, now):
    return [name for name in base if name not in now]


def table(rows):
    """A table that reads well as plain text and as Markdown."""
    mega = lambda value: "" if value is None else f"{value / 1e6:,.2f}"
    cells = [("stage", "before, M", "after, M", "change", "verdict", "remark")]
    cells += [(name, mega(before), mega(after), "" if change is None else f"{change:+.2%}", verdict, remark)
              for name, before, after, change, verdict, remark in rows]
    widths = [max(len(row[column]) for row in cells) for column in range(6)]
    line = lambda row: "| " + " | ".join(
        cell.rjust(width) if 1 <= at <= 3 else cell.ljust(width) for at, (cell, width) in enumerate(zip(row, widths))) + " |"
    rule = "|" + "|".join("-" * (width + 1) + (":" if 1 <= at <= 3 else "-") for at, width in enumerate(widths)) + "|"
    return "\n".join([line(cells[0]), rule, *map(line, cells[1:])])


def conclusion(rows, gone=()):
    """What to do, and whether the gate is passed."""
    of = lambda verdict: [row[0] for row in rows if row[4] == verdict]
    notes = []
    if of("SLOWER"):
        notes.append(f"**FAILED: {', '.join(of('SLOWER'))} executes over {BUDGET:.0%} more instructions.** "
                     "Find out why, or accept it: `.ci/gate --accept \"the reason\"`, and commit what that changes.")
    if of("new"):
        notes.append(f"**FAILED: no baseline for {', '.join(of('new'))}.** `.ci/gate --accept \"new stage\"` records it.")
    if of("other input"):
        notes.append(f"**FAILED: other input of {', '.join(of('other input'))}.** Its counts cannot be compared: the makers of the "
                     "inputs changed (gleaner-testkit, or the compressor). `.ci/gate --against COMMIT` compares with an earlier "
                     "commit on the same input; `.ci/gate --accept \"the reason\"` records the new counts.")
    if gone:
        notes.append(f"**FAILED: {', '.join(gone)} of the baseline is not measured any more.** `.ci/gate --accept \"the reason\"` drops it.")
    failed = bool(notes)
    if of("faster"):
        notes.append(f"{', '.join(of('faster'))} executes over {BUDGET:.0%} fewer instructions: let the baseline follow, "
                     "so that it stays so: `.ci/gate --accept \"the reason\"`.")
    return failed, notes or ["Passed."]
