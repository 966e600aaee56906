"""Tables as Markdown and JSON, with the machine, the date and the command."""
import dataclasses, datetime, json, os, pathlib, platform


@dataclasses.dataclass
class Table:
    """A heading, columns, rows of text, what must be said with them, and the figures unrounded."""
    title: str
    columns: list
    rows: list
    notes: list
    data: dict = dataclasses.field(default_factory=dict)

    def markdown(self):
        def line(cells):
            return "| " + " | ".join(str(cell).replace("|", "\\|") for cell in cells) + " |"

        return "\n".join([f"## {self.title}", "", *(f"{note}\n" for note in self.notes), line(self.columns),
                          line(["---"] * len(self.columns)), *map(line, self.rows)]) + "\n"


def number(value, digits):
    """A figure, or a dash where there is none."""
    return "-" if value is None else f"{value:.{digits}f}"


def machine():
    """What figures depend on; no names of the machine or of who uses it."""
    model = platform.processor()
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            model = line.split(":", 1)[1].strip()
            break
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    return dict(cpu=model, cpus=os.cpu_count(), memory_gib=round(memory), system=platform.system(),
                python=platform.python_version(), load_at_start=round(os.getloadavg()[0], 1))


def write(tables, out, run, add=False):
    """Writes DATE.md and DATE.json into `out`; gives the first's path. `run` says of what: command, machine, rounds, ...

    With `add` other tables of the same day stay."""
    date = datetime.date.today().isoformat()
    path = out / f"{date}.md"
    if add and path.with_suffix(".json").exists():
        tables, run = added(json.loads(path.with_suffix(".json").read_text()), tables, run)
    of = run["machine"]
    said = [f"# Peers side by side, {date}", "",
            f"{' and '.join(f'`{command}`' for command in run['commands'])} on {of['cpus']} CPUs ({of['cpu']}), "
            f"{of['memory_gib']} GiB, {of['system']}, Python {of['python']}; load when {'the last' if len(run['commands']) > 1 else 'it'} began: {of['load_at_start']}.", "",
            f"Each tool is a process of its own with one thread on one CPU; tools take turns, rounds: {run['rounds']}. "
            "MB/CPU-s is by the round with the least CPU time (user and system, all children included), less the time that "
            "the same command takes on the beginning of the input (`start`). MiB is the peak of the largest process. "
            "[../README.md](../README.md) has the settings of each.", ""]
    said += [f"Not installed: {name}: {reason}\n" for name, reason in run["not_installed"].items()]
    out.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(said) + "\n" + "\n".join(table.markdown() for table in tables))
    figures = dict(date=date, **run, tables=[dataclasses.asdict(table) for table in tables])
    path.with_suffix(".json").write_text(json.dumps(figures, indent=1) + "\n")
    return path


def added(before, tables, run):
    """Earlier tables with these beside them, or instead of those of the same title."""
    titles = {table.title for table in tables}
    commands = [*before["commands"], *run["commands"]]
    kept = [Table(**table) for table in before["tables"] if table["title"] not in titles]
    return [*kept, *tables], dict(run, commands=list(dict.fromkeys(commands)))
