"""Tests of what the gate decides: `python3 -B benches/gate/test_gate.py`. The whole is tested by `.ci/gate --self-test`."""
import contextlib
import io
import json
import os
import tempfile
import unittest
from pathlib import Path

import compare
import gate
import measure
import post

PROFILE = """version: 1
events: Ir
fl=(1) a.rs
fn=(1) words::next::h0123456789abcdef
10 100
+1 50
cfn=(2) alloc
calls=3 20
+2 9000
fn=(2)
20 30
fn=(1)
* 5
totals: 185
"""


def stage(instructions, **others):
    return {"instructions": instructions, "result": "1", "input": "a", "functions": {}, **others}


class Decisions(unittest.TestCase):
    def verdict(self, before, after, allowed=None, **others):
        rows = compare.compare({"words": stage(before)}, {"words": stage(after, **others)}, allowed)
        return rows[0][4], compare.conclusion(rows)

    def test_verdicts(self):
        for after, others, verdict, fails in [
            (1000, {}, "ok", False),
            (1019, {}, "ok", False),
            (1021, {}, "SLOWER", True),
            (981, {}, "ok", False),
            (970, {}, "faster", False),
            (1000, {"input": "b"}, "other input", True),
            (1000, {"result": "2"}, "ok", False),
        ]:
            got, (failed, notes) = self.verdict(1000, after, **others)
            self.assertEqual((got, failed), (verdict, fails), (after, others))
            if fails:
                self.assertIn("words", notes[0])

    def test_new_and_gone_stages_fail(self):
        rows = compare.compare({}, {"words": stage(1)})
        self.assertEqual(rows[0][4], "new")
        self.assertTrue(compare.conclusion(rows)[0])
        self.assertTrue(compare.conclusion([], ["words"])[0])

    def test_what_was_accepted_may_grow_and_no_further(self):
        allowed = compare.allowed({"words": stage(100)}, {"words": stage(110)})
        self.assertEqual(self.verdict(1000, 1100, allowed)[0], "accepted")
        self.assertEqual(self.verdict(1000, 1130, allowed)[0], "SLOWER")

    def test_says_that_other_work_was_done(self):
        rows = compare.compare({"words": stage(1000)}, {"words": stage(1000, result="2")})
        self.assertIn("another result", rows[0][5])

    def test_names_the_function_that_moved(self):
        base = stage(1_000_000_000, functions={"a": 700_000_000, "b": 300_000_000})
        now = stage(1_200_000_000, functions={"a": 700_000_000, "b": 500_000_000})
        self.assertIn("b +200.00 M", compare.compare({"words": base}, {"words": now})[0][5])

    def test_other_tools_are_named(self):
        self.assertEqual(compare.differences({"rustc": "1"}, {"rustc": "2"}), ["rustc: 1 then, 2 now"])


class Profiles(unittest.TestCase):
    def test_own_costs_are_added_up_and_those_of_calls_are_not(self):
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "out"
            path.write_text(PROFILE)
            total, own = measure.read_profile(path)
        self.assertEqual(total, 185)
        self.assertEqual(own, {"words::next::h0123456789abcdef": 155, "alloc": 30})
        self.assertEqual(measure.plain_name("words::next::h0123456789abcdef"), "words::next")


class Accepting(unittest.TestCase):
    def accept(self, folder, baseline, now, reason="a reason"):
        options = type("Options", (), {"accept": reason, "stages": []})
        places = measure.Places(folder, ".", ["package"])
        with contextlib.redirect_stdout(io.StringIO()):
            gate.accept(options, places, baseline, now)
        text = lambda path: path.read_text() if path.exists() else ""
        return text(places.baseline), text(places.log)

    def test_only_what_is_outside_the_budget_is_recorded(self):
        made_with = measure.toolchain()
        baseline = {"made_with": made_with, "stages": {"a": stage(1000), "b": stage(1000), "gone": stage(1)}}
        with tempfile.TemporaryDirectory() as folder:
            written, log = self.accept(folder, baseline, {"a": stage(1015), "b": stage(1100), "c": stage(7)})
        counts = {name: of["instructions"] for name, of in json.loads(written)["stages"].items()}
        self.assertEqual(counts, {"a": 1000, "b": 1100, "c": 7})
        self.assertIn(": a reason", log)
        self.assertIn("- b: +10.00%", log)
        self.assertIn("- gone: gone", log)
        self.assertNotIn("- a:", log)

    def test_with_other_tools_everything_is_recorded(self):
        with tempfile.TemporaryDirectory() as folder:
            written, log = self.accept(folder, {"made_with": {}, "stages": {"a": stage(1000)}}, {"a": stage(1001)})
        self.assertEqual(json.loads(written)["stages"]["a"]["instructions"], 1001)
        self.assertEqual(json.loads(written)["made_with"], measure.toolchain())
        self.assertIn("- with ", log)

    def test_no_reason_no_record(self):
        with tempfile.TemporaryDirectory() as folder, self.assertRaises(SystemExit):
            self.accept(folder, {"made_with": {}, "stages": {}}, {"a": stage(1)}, reason=" ")


class Posting(unittest.TestCase):
    def post(self, gh):
        """What a program `gh` was called with, and the summary."""
        with tempfile.TemporaryDirectory() as name:
            folder = Path(name)
            (folder / "gh").write_text(f"#!/bin/sh\necho \"$@\" >> {folder}/calls\n{gh}\n")
            (folder / "gh").chmod(0o755)
            (folder / "table.md").write_text("the table")
            old = dict(os.environ)
            os.environ.update(PATH=f"{folder}:{old['PATH']}", GITHUB_STEP_SUMMARY=str(folder / "summary"),
                              GITHUB_REPOSITORY="a/b", PULL_REQUEST="7", GH_TOKEN="none")
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    self.assertEqual(post.post(folder / "table.md"), 0)
            finally:
                os.environ.clear()
                os.environ.update(old)
            return (folder / "calls").read_text(), (folder / "summary").read_text()

    def test_first_comment_is_written_and_later_ones_replace_it(self):
        calls, summary = self.post("")
        self.assertIn("--method POST repos/a/b/issues/7/comments", calls)
        self.assertEqual(summary, "the table\n")
        calls, _ = self.post("echo 12")
        self.assertIn("--method PATCH repos/a/b/issues/comments/12", calls)

    def test_without_the_right_to_write_there_is_the_summary(self):
        _, summary = self.post("exit 1")
        self.assertEqual(summary, "the table\n")


if __name__ == "__main__":
    unittest.main()
