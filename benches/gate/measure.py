"""Builds the program of a project's stages and counts their instructions."""
import concurrent.futures
import functools
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
from pathlib import Path


class Places:
    """Where things are in a project."""

    def __init__(self, root, folder, packages):
        self.root, self.folder, self.packages = Path(root).resolve(), folder, packages
        self.target = Path(os.environ.get("CARGO_TARGET_DIR", self.root / "target")).resolve()
        self.work = self.target / "gate"
        self.baseline = self.root / folder / "baseline.json"
        self.log = self.root / folder / "ACCEPTED.md"


def say(text=""):
    print(text, flush=True)


def output(*command, **options):
    return subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True, **options).stdout


def toolchain():
    """Beside the sources, what counts depend on."""
    first = lambda *command: output(*command).splitlines()[0].strip()
    return {
        "rustc": first("rustc", "--version"),
        # Without the number of the distribution's package.
        "cc": re.sub(r" \(.*?\)", "", first(os.environ.get("CC", "cc"), "--version")),
        "libc": " ".join(platform.libc_ver()),
        "valgrind": first("valgrind", "--version"),
        "arch": platform.machine(),
    }


def build(places, target, name):
    """Builds the program of a checkout; a copy of it that no later build changes."""
    chosen = [word for package in places.packages for word in ("-p", package)]
    command = ["cargo", "build", "--quiet", "--release", "--locked", *chosen, "--target-dir", str(target)]
    # Debug information keeps frame pointers in C code: some 3% of what zstd executes.
    plain = {**os.environ, "CARGO_PROFILE_RELEASE_DEBUG": "0"}
    if subprocess.run(command, cwd=places.root, env=plain).returncode != 0:
        sys.exit(f"gate: {', '.join(places.packages)} of {places.root} does not build")
    return copy_program(target / "release" / places.packages[0], name)


def copy_program(program, name):
    name.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy2(program, name)
    return name


def stages(program, chosen):
    found = {}
    for line in output(program, "list").splitlines():
        name, counted, files = line.split("\t")
        found[name] = (counted, files.split(","))
    unknown = [name for name in chosen if name not in found]
    if unknown:
        sys.exit(f"gate: no stage {', '.join(unknown)}; there are {', '.join(found)}")
    return {name: found[name] for name in found if not chosen or name in chosen}


def prepare(program, work):
    inputs = work / "inputs"
    shutil.rmtree(inputs, ignore_errors=True)
    output(program, "prepare", inputs)
    return inputs


def digest(inputs, files):
    sha = hashlib.sha256()
    for name in files:
        sha.update((inputs / name).read_bytes())
    return sha.hexdigest()[:16]


def callgrind(program, stage, inputs, folder, *options, toggle, environment=0):
    """Instructions of one run, those of each function, and what the stage says it did."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    profile = folder / "callgrind.out"
    collect = ["--collect-atstart=no", "--toggle-collect=*gleaner_gate_collected*"] if toggle else []
    command = ["valgrind", "--quiet", "--tool=callgrind", f"--callgrind-out-file={profile}", *collect,
               program, "run", stage, inputs, folder / "out", *options]
    (folder / "out").mkdir()
    # Nothing of the caller's environment reaches the stage: its size moves the stack.
    done = subprocess.run([str(word) for word in command], capture_output=True, text=True, cwd=folder,
                          env={"PATH": os.environ["PATH"], "LC_ALL": "C", "PADDING": "x" * environment})
    if done.returncode != 0:
        sys.exit(f"gate: {stage} failed under valgrind:\n{done.stdout}{done.stderr}")
    shutil.rmtree(folder / "out")
    total, functions = read_profile(profile)
    return total, functions, done.stdout.strip()


def read_profile(path):
    """The total of a callgrind file and the own cost of each function in it."""
    names, own, total, function, skip = {}, {}, 0, None, False
    for line in path.read_text(errors="replace").splitlines():
        if line.startswith("fn="):
            key, _, name = line[3:].partition(" ")
            function = names.setdefault(key, name) if name else names[key]
        elif line.startswith(("cfn=", "cfi=", "cob=", "fl=", "fi=", "fe=", "ob=")):
            if line.startswith("cfn="):
                key, _, name = line[4:].partition(" ")
                if name:
                    names[key] = name
        elif line.startswith("calls="):
            skip = True
        elif line.startswith(("totals:", "summary:")):
            total = max(total, int(line.split()[1]))
        elif line and line[0] in "0123456789+-*" and function:
            words = line.split()
            if skip:
                skip = False
            elif len(words) > 1:
                own[function] = own.get(function, 0) + int(words[1])
    return total, own


def plain_name(function):
    """A function's name without the hash of its build."""
    return re.sub(r"(::h[0-9a-f]{16})?('\d+)?$", "", function)


def measure_stage(run, counted, folder, planted):
    """Instructions of a stage, by function too; `run` is `callgrind` for it."""
    if counted == "call":
        total, functions, result = run(folder, *planted, toggle=True)
    else:
        total, functions, result = run(folder, *planted, toggle=False)
        setup, own, _ = run(folder.with_name(folder.name + "-setup"), *planted, "--only-setup", toggle=False)
        total -= setup
        functions = {key: value - own.get(key, 0) for key, value in functions.items()}
    merged = {}
    for key, value in functions.items():
        merged[plain_name(key)] = merged.get(plain_name(key), 0) + value
    return {"instructions": total, "result": result, "functions": merged}


def measure(program, wanted, inputs, folder, jobs, more=0, environment=0):
    """Every stage alone, `jobs` of them at a time, which changes no count; `more` percent of input on top."""
    def one(name):
        counted, files = wanted[name]
        run = functools.partial(callgrind, program, name, inputs, environment=environment)
        measured = measure_stage(run, counted, folder / name, ("--more", more) if more else ())
        return {**measured, "input": digest(inputs, files)}

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        return dict(zip(wanted, pool.map(one, wanted)))


def ready(places, chosen):
    """Builds; the program, the chosen stages, and their inputs."""
    program = build(places, places.target, places.work / "program")
    inputs = prepare(program, places.work)
    return program, stages(program, chosen), inputs


def share_dependencies(built, target, root):
    """Links what was built of other people's crates, so that it is not built twice; ours are built anew."""
    if target.exists():
        return
    members = json.loads(output("cargo", "metadata", "--no-deps", "--format-version=1", cwd=root))["packages"]
    names = {member["name"] for member in members}
    patterns = [f"{prefix}{name.replace('-', join)}-*" for name in names for join in "-_" for prefix in ("", "lib")]
    ours = shutil.ignore_patterns("incremental", "examples", *names, *(f"{name}.d" for name in names), *patterns)
    shutil.copytree(built, target, ignore=ours, copy_function=os.link)
