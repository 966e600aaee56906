"""Puts a table where GitHub shows it: the summary of the job, and a comment of the pull request where it may write."""
import json
import os
import subprocess
from pathlib import Path

# By it the comment of an earlier push is found.
MARK = "<!-- instruction counts -->"


def post(file):
    if not Path(file).exists():
        print(f"No table: {file} was not written")
        return 0
    text = Path(file).read_text()
    if summary := os.environ.get("GITHUB_STEP_SUMMARY"):
        with open(summary, "a") as out:
            out.write(text + "\n")
    repository, number = os.environ.get("GITHUB_REPOSITORY"), os.environ.get("PULL_REQUEST")
    if not (repository and number and os.environ.get("GH_TOKEN")):
        print("No pull request to comment on")
        return 0
    try:
        comment(repository, number, f"{MARK}\n{text}")
    except (OSError, subprocess.CalledProcessError) as error:
        # The token of a fork's pull request may only read.
        print(f"No comment, the table is in the summary of the job: {getattr(error, 'stderr', None) or error}")
    return 0


def comment(repository, number, body):
    """Replaces the comment of an earlier push, or writes the first."""
    comments = f"repos/{repository}/issues/{number}/comments"
    found = gh("api", "--paginate", comments, "--jq", f'.[] | select(.body | startswith("{MARK}")) | .id').split()
    if found:
        gh("api", "--method", "PATCH", f"repos/{repository}/issues/comments/{found[0]}", "--input", "-", body=body)
    else:
        gh("api", "--method", "POST", comments, "--input", "-", body=body)


def gh(*words, body=None):
    text = None if body is None else json.dumps({"body": body})
    return subprocess.run(["gh", *words], input=text, check=True, capture_output=True, text=True).stdout
