"""Reading of archives: speed, and what damage costs."""
import gzip, json, random, subprocess, zlib

from . import measure
from .install import HERE, say
from .measure import Tool
from .table import Table, number

# Bytes of the archive that speed is measured on, at least.
SIZE = 64_000_000
# Records of the archive that is damaged.
RECORDS = 48
SEED = 7


def tools(installed):
    versions = installed.versions()

    def child(name):
        return lambda source, out: [installed.python(), HERE / "peerbench/child_archive.py", name, source]

    found = [Tool("gleaner", versions["gleaner"], lambda source, out: [installed.rust("read_archive"), source])]
    return found + [Tool(name, versions[name.lower()], child(name)) for name in ("FastWARC", "warcio")
                    if name.lower() in versions]


def compare(installed, options, work):
    """The tables of this comparison: speed, and faults."""
    work.mkdir(parents=True, exist_ok=True)
    one = members(base(installed, options, work))
    chosen = options.chosen(tools(installed))
    source, first = work / "speed.warc.gz", work / "first.warc.gz"
    first.write_bytes(one[0])
    size = SIZE // 8 if options.quick else SIZE
    with open(source, "wb") as out:
        while out.tell() < size:
            out.write(b"".join(one))
    say(f"archives: {source.stat().st_size / 1e6:.0f} MB stored, {len(one)} records and copies of them")
    runs = measure.rounds(chosen, source, first, work / "archives", options)
    rows, data = [], {}
    for tool in chosen:
        figures = runs[tool.name].figures(source.stat().st_size)
        rows.append([tool.name, tool.version, number(figures["mb_per_s"], 1), number(figures["worst_mb_per_s"], 1),
                     number(figures.get("start_s"), 2), number(figures["memory_mib"], 0), figures["error"]])
        data[tool.name] = dict(version=tool.version, **figures)
    notes = [f"A WARC of one gzip member a record: {source.stat().st_size / 1e6:.1f} MB stored, "
             f"{sum(map(len, one)) / len(one) / 1e3:.0f} KB a record; every block read, HTTP left as it is. MB are stored "
             "bytes."]
    columns = ["tool", "version", "MB/CPU-s", "slowest round", "start, s", "MiB", "remarks"]
    return [Table("Reading archives", columns, rows, notes, data), faults(chosen, one[:RECORDS], options, work)]


def base(installed, options, work):
    """An archive of one gzip member a record: real captures if there are any, else generated pages."""
    real = options.shared / "data/crawl/CRAWL-2026-00000.warc.gz"
    if real.exists():
        return real.read_bytes()
    rows = subprocess.run([installed.gleaner("make-corpus"), "500", "-", "--html"], stdout=subprocess.PIPE, check=True)
    packed = []
    for line in rows.stdout.splitlines():
        row = json.loads(line)
        block = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n" + row["html"].encode()
        head = (f"WARC/1.0\r\nWARC-Type: response\r\nWARC-Target-URI: {row['url']}\r\nWARC-Date: 2026-01-01T00:00:00Z\r\n"
                f"WARC-Record-ID: <urn:uuid:00000000-0000-0000-0000-{int(row['id']):012}>\r\n"
                f"Content-Type: application/http;msgtype=response\r\nContent-Length: {len(block)}\r\n\r\n")
        packed.append(gzip.compress(head.encode() + block + b"\r\n\r\n", mtime=0))
    return b"".join(packed)


def members(archive):
    """The gzip members of an archive, each with the bytes that it takes."""
    found = []
    while archive:
        unpack = zlib.decompressobj(31)
        unpack.decompress(archive)
        found.append(archive[:len(archive) - len(unpack.unused_data)])
        archive = unpack.unused_data
    return found


def flip(bytes_, place):
    """One bit of one byte."""
    return bytes_[:place] + bytes([bytes_[place] ^ 0x10]) + bytes_[place + 1:], (place, place + 1)


def zero(bytes_, place):
    """4 KiB zeroed."""
    end = min(len(bytes_), place + 4096)
    return bytes_[:place] + bytes(end - place) + bytes_[end:], (place, end)


def cut(bytes_, place):
    """All from here on gone."""
    return bytes_[:place], (place, len(bytes_))


FAULTS = {"one bit flipped": flip, "4 KiB zeroed": zero, "cut off": cut}


def faults(chosen, records, options, work):
    """For each fault at random places: records lost, damaged ones given out, files of which nothing was reported."""
    say("archives: faults")
    whole, folder = b"".join(records), work / "faults"
    folder.mkdir(exist_ok=True)
    count = 10 if options.quick else 100
    sound = folder / "sound.warc.gz"
    sound.write_bytes(whole)
    expected = {tool.name: read(tool, [sound], work)[0]["digests"] for tool in chosen}
    rows, data = [], {}
    for name, fault in FAULTS.items():
        places = random.Random(f"{SEED}-{name}")
        files, touched = [], 0
        for at in range(count):
            damaged, (start, end) = fault(whole, places.randrange(len(whole)))
            files.append(folder / f"{at}.warc.gz")
            files[-1].write_bytes(damaged)
            touched += hit(records, start, end)
        for tool in chosen:
            found = outcome(read(tool, files, work), expected[tool.name])
            rows.append([name, number(touched / count, 2), tool.name, number(found["lost"], 2), number(found["damaged"], 2),
                         f"{found['silent']} of {count}"])
            data.setdefault(name, dict(touched=touched / count))[tool.name] = found
    notes = [f"{len(records)} records, {count} files a fault, at random places, seed {SEED}. Touched: records whose own "
             "bytes are hit, which no reader can give; lost: records that did not come out as they were; damaged: records that "
             "came out and are none of the archive's; silent: files from which something was missing or damaged although "
             "no error was raised and no gap reported. A reader may go on after an error, if it can."]
    return Table("Damaged archives", ["fault", "touched", "tool", "lost", "damaged", "silent"], rows, notes, data)


def hit(records, start, end):
    at, count = 0, 0
    for record in records:
        count += at < end and start < at + len(record)
        at += len(record)
    return count


def read(tool, files, work):
    """What a reader gives of each file: a row with digests of the blocks."""
    command = [str(part) for part in tool.command("FILES", work)]
    at = command.index("FILES")
    printed = subprocess.run([*command[:at], "--digests", *map(str, files)], stdout=subprocess.PIPE,
                             stderr=subprocess.DEVNULL, check=True)
    return [dict(digests=[], **row) if "digests" not in row else row for row in map(json.loads, printed.stdout.splitlines())]


def outcome(seen, expected):
    """Means over the damaged files, and how many lost or damaged something without a word."""
    lost = damaged = silent = 0
    for row in seen:
        left = list(expected)
        wrong = 0
        for digest in row["digests"]:
            if digest in left:
                left.remove(digest)
            else:
                wrong += 1
        lost += len(left)
        damaged += wrong
        silent += bool(left or wrong) and not row["reported"]
    return dict(lost=lost / len(seen), damaged=damaged / len(seen), silent=silent)
