"""Peers from their registries at pinned versions, and gleaner, into a cache folder."""
import json, os, pathlib, re, subprocess, sys, venv

HERE = pathlib.Path(__file__).resolve().parent.parent
ROOT = HERE.parent.parent
# Environments in Python, and the file that says what is in each.
ENVIRONMENTS = {"main": "requirements.txt", "text-dedup": "requirements-text-dedup.txt"}


class Installed:
    """Where the programs are, their versions, and what could not be installed, with the reason."""

    def __init__(self, work):
        self.work = work
        self.problems = {}

    def python(self, environment="main"):
        return self.work / f"venv-{environment}" / "bin" / "python"

    def rust(self, program):
        return self.work / "rust" / "release" / program

    def gleaner(self, program="gleaner"):
        return target() / "release" / program

    def versions(self):
        """Package -> version, of all environments and of the crates that the Rust program pins."""
        found = {}
        for environment in ENVIRONMENTS:
            if self.python(environment).exists():
                script = ("import importlib.metadata as m, json; "
                          "print(json.dumps({d.name: d.version for d in m.distributions()}))")
                printed = subprocess.run([self.python(environment), "-c", script], stdout=subprocess.PIPE, check=True)
                found.update({name.lower(): version for name, version in json.loads(printed.stdout).items()})
        for name, version in re.findall(r'^([\w-]+) = "=(.*)"$', (HERE / "rust/Cargo.toml").read_text(), re.MULTILINE):
            found[f"crate {name}"] = version
        found["gleaner"] = subprocess.run([self.gleaner(), "--version"], stdout=subprocess.PIPE, text=True,
                                          check=True).stdout.split()[-1]
        return found


def target():
    return pathlib.Path(os.environ.get("CARGO_TARGET_DIR", ROOT / "target"))


def install(work, skip=False):
    """Builds and installs what is not there yet. gleaner must build; a peer that cannot be installed is left out."""
    installed = Installed(work)
    if skip:
        return installed
    cargo("--manifest-path", ROOT / "Cargo.toml", "-p", "gleaner", "-p", "gleaner-testkit")
    cargo("--manifest-path", HERE / "rust/Cargo.toml", "--target-dir", work / "rust")
    for environment, file in ENVIRONMENTS.items():
        installed.problems.update(environment_of(installed.python(environment), HERE / file))
    return installed


def cargo(*arguments):
    say("building: cargo build --release " + " ".join(str(part).replace(f"{ROOT}/", "") for part in arguments))
    subprocess.run(["cargo", "build", "--release", "--quiet", "--locked", *arguments], check=True)


def environment_of(python, requirements):
    """Makes a virtual environment with these packages; what could not be installed, with the last words of pip.

    All at once, so that versions fit together; only if that fails one by one, so that the others are there."""
    done = python.parent.parent / "installed"
    wanted = requirements.read_text()
    if done.exists() and done.read_text() == wanted:
        return {}
    say(f"installing: {requirements.name}")
    venv.create(python.parent.parent, with_pip=True)
    # pip 23 stops with an assertion at packages that spell an extra of lxml in two ways.
    pip(python, "--upgrade", "pip")
    if not pip(python, "-r", requirements):
        done.write_text(wanted)
        return {}
    packages = [line for line in wanted.splitlines() if line and not line.startswith("#")]
    problems = {package: pip(python, package) for package in packages}
    return {package: error for package, error in problems.items() if error}


def pip(python, *arguments):
    """Installs; the last words of pip where that failed, else nothing."""
    result = subprocess.run([python, "-m", "pip", "install", "--quiet", *arguments], stderr=subprocess.PIPE, text=True)
    return " ".join(result.stderr.split())[-300:] if result.returncode else ""


def say(message):
    print(message, file=sys.stderr, flush=True)
