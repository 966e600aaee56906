"""Tables as Markdown and JSON, with the machine, the date and the command."""
import dataclasses, datetime, json, os, pathlib, platform


@dataclasses.dataclass
class Table:
    """A heading, columns, rows of text, what must be said with them, and the figures unrounded."""
    title: str
    columns: list
    rows: list
    notes: list
    data: dict

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


def write(tables, out, command, of_machine, problems, rounds, packages):
    """Writes DATE.md and DATE.json into `out`; gives the first's path."""
    date = datetime.date.today().isoformat()
    said = [f"# Peers side by side, {date}", "",
            f"`{command}` on {of_machine['cpus']} CPUs ({of_machine['cpu']}), {of_machine['memory_gib']} GiB, "
            f"{of_machine['system']}, Python {of_machine['python']}; load when it began: {of_machine['load_at_start']}.", "",
            f"Each tool is a process of its own with one thread on one CPU; tools take turns, {rounds} rounds. MB/CPU-s is "
            "by the round with the least CPU time (user and system, all children included), less the time that the same "
            "command takes on the beginning of the input (`start`). MiB is the peak of the largest process. "
            "[../README.md](../README.md) has the settings of each.", ""]
    said += [f"Not installed: {name}: {reason}\n" for name, reason in problems.items()]
    out.mkdir(parents=True, exist_ok=True)
    path = out / f"{date}.md"
    path.write_text("\n".join(said) + "\n" + "\n".join(table.markdown() for table in tables))
    figures = dict(date=date, command=command, machine=of_machine, rounds=rounds, not_installed=problems, packages=packages,
                   tables={table.title: table.data for table in tables})
    path.with_suffix(".json").write_text(json.dumps(figures, indent=1, sort_keys=True) + "\n")
    return path
