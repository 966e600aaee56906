"""One child measured, and tools in turns.

A child is started by this file run as a small process of its own: Linux counts the memory of who starts a process as the
process's own peak, so the driver, which may have held a whole corpus, must not start it.
"""
import dataclasses, json, os, re, signal, statistics, subprocess, sys, time

ONE_THREAD = {name: "1" for name in (
    "RAYON_NUM_THREADS", "OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "TOKIO_WORKER_THREADS")}
OFFLINE = {"HF_HUB_OFFLINE": "1", "DO_NOT_TRACK": "true", "DAFT_ANALYTICS_ENABLED": "0", "DAFT_PROGRESS_BAR": "0"}
# Longer than this, and a tool takes part in one round only.
SLOW_SECONDS = 30


@dataclasses.dataclass
class Tool:
    """A way to run one program: `command(source, out)` gives its arguments for an input and a fresh output folder.

    With `piped` the input is its standard input and `out/output.jsonl` what it prints."""
    name: str
    version: str
    command: object
    piped: bool = False
    note: str = ""


@dataclasses.dataclass
class Run:
    """CPU seconds (user and system) of a child and all it started, and the peak MiB of the largest process of them."""
    cpu: float
    memory: float
    wall: float
    error: str = ""


@dataclasses.dataclass
class Measured:
    """All runs of a tool on an input, and the CPU seconds that it takes to start."""
    runs: list
    start: float = 0.0
    error: str = ""

    def seconds(self, pick=min):
        return max(1e-3, pick(run.cpu for run in self.runs) - self.start)

    def speed(self, size, pick=min):
        return size / 1e6 / self.seconds(pick)

    def figures(self, size):
        """What a table says of a tool on an input of so many bytes; all None if no run succeeded."""
        if not self.runs:
            return dict(error=self.error, mb_per_s=None, worst_mb_per_s=None, memory_mib=None)
        return dict(mb_per_s=self.speed(size), median_mb_per_s=self.speed(size, statistics.median),
                    worst_mb_per_s=self.speed(size, max), cpu_s=self.seconds(), start_s=self.start,
                    memory_mib=max(run.memory for run in self.runs), rounds=len(self.runs), error=self.error)


def run(tool, source, out, cpu, limit):
    """Runs `tool` once into the emptied folder `out`; kills it after `limit` seconds of wall time."""
    subprocess.run(["rm", "-rf", out], check=True)
    out.mkdir(parents=True)
    job = dict(command=[str(part) for part in tool.command(source, out)], cpu=cpu, limit=limit,
               input=str(source) if tool.piped else os.devnull,
               output=str(out / "output.jsonl") if tool.piped else str(out / "log.txt"), log=str(out / "log.txt"))
    done = subprocess.run([sys.executable, "-E", "-S", __file__], input=json.dumps(job), stdout=subprocess.PIPE, text=True,
                          check=True)
    used = Run(**json.loads(done.stdout))
    if used.error:
        used.error += ": " + " ".join(re.sub(r"/\S*/", "", (out / "log.txt").read_text(errors="replace"))[-300:].split())
    return used


def rounds(tools, source, first, work, options, say=True):
    """Each tool once a round on `source`, in turns; before the first, on `first` (a beginning of it), for the start."""
    result = {tool.name: Measured([]) for tool in tools}
    warm(source)
    for tool in tools:
        starts = [run(tool, first, work / "start", options.cpu, options.limit) for _ in range(2)]
        if not any(used.error for used in starts):
            result[tool.name].start = min(used.cpu for used in starts)
    for number in range(options.rounds):
        for tool in tools:
            measured = result[tool.name]
            if measured.error or measured.runs and measured.runs[0].cpu > SLOW_SECONDS:
                continue
            used = run(tool, source, work / tool.name.replace(" ", "-"), options.cpu, options.limit)
            if used.error:
                measured.error = used.error
            else:
                measured.runs.append(used)
            if say:
                print(f"  round {number + 1}  {tool.name:20} {used.cpu:8.2f} s {used.memory:7.0f} MiB  {used.error}",
                      file=sys.stderr, flush=True)
    return result


def warm(path):
    """Reads a file once, so that no tool waits for the disk."""
    with open(path, "rb") as file:
        while file.read(1 << 20):
            pass


def child():
    """Reads a job from standard input, runs it, writes a `Run` to standard output."""
    job = json.load(sys.stdin)
    os.sched_setaffinity(0, {job["cpu"]})
    start = time.monotonic()
    with open(job["input"], "rb") as source, open(job["output"], "wb") as out, open(job["log"], "ab") as log:
        process = subprocess.Popen(job["command"], stdin=source, stdout=out, stderr=log, start_new_session=True,
                                   env={**os.environ, **ONE_THREAD, **OFFLINE})
        late = []

        def stop(*_):
            late.append(True)
            os.killpg(process.pid, signal.SIGKILL)

        signal.signal(signal.SIGALRM, stop)
        signal.alarm(job["limit"])
        _, status, used = os.wait4(process.pid, 0)
    code = os.waitstatus_to_exitcode(status)
    error = f"not done after {job['limit']} s" if late else f"exit code {code}" if code else ""
    print(json.dumps(dict(cpu=used.ru_utime + used.ru_stime, memory=used.ru_maxrss / 1024,
                          wall=time.monotonic() - start, error=error)))


if __name__ == "__main__":
    child()
