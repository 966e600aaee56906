"""Archives read by one peer in Python: `child_archive.py PEER [--digests] FILE...`.

For each file a JSON line `{"records", "bytes", "reported", "digests"?}`, as the program `read_archive` writes for
gleaner. `reported` counts the errors raised; after one the peer may go on if it can, three times.
"""
import hashlib, json, sys


def fastwarc(path):
    """HTTP left as it is; its other options (its own opening of paths, records reused) change nothing of the time."""
    from fastwarc.warc import ArchiveIterator
    return ArchiveIterator(open(path, "rb"), parse_http=False), lambda record: record.reader.read()


def warcio(path):
    """Blocks as they are stored, HTTP left as it is."""
    from warcio.archiveiterator import ArchiveIterator
    return ArchiveIterator(open(path, "rb"), no_record_parse=True), lambda record: record.raw_stream.read()


PEERS = {"FastWARC": fastwarc, "warcio": warcio}


def read(open_archive, path, digests):
    seen = dict(records=0, bytes=0, reported=0, **({"digests": []} if digests else {}))
    records, block_of = open_archive(path)
    while seen["reported"] <= 3:
        try:
            block = block_of(next(records))
        except StopIteration:
            break
        except Exception:
            seen["reported"] += 1
            continue
        seen["records"] += 1
        seen["bytes"] += len(block)
        if digests:
            seen["digests"].append(hashlib.md5(block).hexdigest())
    return seen


def main():
    peer, *files = sys.argv[1:]
    digests = files[:1] == ["--digests"]
    for path in files[digests:]:
        print(json.dumps(read(PEERS[peer], path, digests)))


if __name__ == "__main__":
    main()
