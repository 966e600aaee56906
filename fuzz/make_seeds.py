#!/usr/bin/env python3
"""Writes the seeds of the fuzz targets that have no fixtures: seeds/TARGET/NAME. Small files of every kind that is read."""

import base64
import gzip
import hashlib
import os
import subprocess
import zlib

HERE = os.path.dirname(os.path.abspath(__file__))


def write(target, name, content):
    folder = os.path.join(HERE, "seeds", target)
    os.makedirs(folder, exist_ok=True)
    with open(os.path.join(folder, name), "wb") as file:
        file.write(content)


def record(kind, fields, block, version="1.0", end=b"\r\n", length=None):
    lines = [f"WARC/{version}", f"WARC-Type: {kind}", *fields, f"Content-Length: {len(block) if length is None else length}"]
    return end.join(line.encode() for line in lines) + end + end + block + end + end


def pack(content):
    return gzip.compress(content, mtime=0)


def zstd(content):
    return subprocess.run(["zstd", "-q", "-c"], input=content, capture_output=True, check=True).stdout


def bgzf(content, size=60):
    out = b""
    for at in range(0, len(content) + 1, size):
        piece = content[at : at + size]
        coder = zlib.compressobj(6, zlib.DEFLATED, -15)
        body = coder.compress(piece) + coder.flush()
        head = b"\x1f\x8b\x08\x04\0\0\0\0\0\xff\x06\0BC\x02\0" + (len(body) + 25).to_bytes(2, "little")
        out += head + body + zlib.crc32(piece).to_bytes(4, "little") + len(piece).to_bytes(4, "little")
    return out


def archives():
    http = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Some words."
    digest = "sha1:" + base64.b32encode(hashlib.sha1(b"hello").digest()).decode()
    records = [
        record("warcinfo", ["Content-Type: application/warc-fields"], b"software: none\r\n"),
        record("response", ["WARC-Target-URI: <http://a.example/>", "Content-Type: application/http"], http, "1.1"),
        record("resource", ["Content-Type: text/plain", f"WARC-Block-Digest: {digest}"], b"hello"),
        record("conversion", ["Content-Type: text/plain"], "Xin chào".encode(), "0.18", b"\n"),
        record("resource", ["Content-Type: image/png"], b"\x89PNG" * 2000),
    ]
    plain = b"".join(records)
    arc = (
        b"filedesc://x.arc 0.0.0.0 20260102030405 text/plain 9\n1 0 none\n\n"
        b"http://a.example/ 10.0.0.1 20260102030405 text/html %d\n%s\n" % (len(http), http)
    )
    skippable = b"\x50\x2a\x4d\x18\x03\0\0\0abc"
    members = b"".join(pack(each) for each in records)
    for name, content in {
        "plain": plain,
        "members": members,
        "whole": pack(plain),
        "blocks": bgzf(plain[:900]),
        "frames": skippable + b"".join(zstd(each) for each in records),
        "arc": arc,
        "arc-members": pack(arc) + pack(arc),
        "cut": members[: len(members) - 30],
        "flipped": members[:60] + b"\xff" + members[61:],
        "garbage": records[0] + b"garbage\n" + records[1] + b"\x1f\x8b\x08" + records[2],
        "wrong-lengths": b"".join(record("resource", [], b"block", length=length) for length in (2, 7, 400, 1 << 62)),
        "mixed": pack(records[0]) + records[1] + zstd(records[2]),
    }.items():
        write("archive", name, content)
    for name, content in {
        "usual": b"WARC-Type: response\r\nContent-Length: 0\r\n\r\n",
        "folded": b"WARC-Type: response\r\nX: a\r\n b\r\nContent-Length:0\n\n",
        "digest": f"WARC-Type: resource\r\nWARC-Payload-Digest: {digest}\r\nContent-Length: 5\r\n\r\nhello\r\n\r\n".encode(),
        "arc": b"http://a.example/a b 10.0.0.1 20260102030405 text/html 5\nhello\n",
        "control": b"WARC-Type: re\x01sponse\r\n\r\n",
    }.items():
        write("header", name, content)


def payloads():
    page = b"<p>A page of some words, some words, some words."
    chunks = b"5\r\n<p>ab\r\n3;x=y\r\ncde\r\n0\r\nA: b\r\n\r\n"
    for name, (head, body) in {
        "plain": (b"Content-Type: text/html; charset=latin1\r\n", page),
        "gzip": (b"Content-Encoding: gzip\r\nContent-Type: text/html\r\n", pack(page)),
        "deflate": (b"Content-Encoding: deflate\r\n", zlib.compress(page)),
        "zstd": (b"Content-Encoding: zstd\r\n", zstd(page)),
        "twice": (b"Content-Encoding: gzip, gzip\r\n", pack(pack(page))),
        "brotli": (b"Content-Encoding: br\r\n", b"\x0b\x02\x80<p>ab\x03"),
        "chunked": (b"Transfer-Encoding: chunked\r\n", chunks),
        "broken-chunks": (b"Transfer-Encoding: chunked\r\n", b"FFFFFFFFFFFFFFFF\r\nabc"),
        "image": (b"Content-Type: image/png\r\n", b"\x89PNG"),
    }.items():
        write("payload", name, b"HTTP/1.1 200 OK\r\n" + head + b"\r\n" + body)
    write("payload", "continue", b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\n\n<html>")


def charsets():
    text = "<meta charset={}><p>Ein Wort über Café, 日本語, Привет"
    for number, name in enumerate(["utf-8", "utf-16", "shift_jis", "iso-2022-jp", "gb18030", "koi8-r", "cp1252"]):
        write("charset", name, bytes([number]) + text.format(name).encode(name, "ignore"))


def rows():
    for name, content in {
        "usual": '{"id": 7, "text": "Two words", "url": "http://a.example/"}\n{"html": "<p>a"}\n',
        "escapes": '{"t\\u0065xt": "\\ud83d\\ude00 \\n", "id": -1.5e3}\r\n\n  \n{"text": null}\n',
        "nested": '{"text": "a", "x": ' + "[" * 130 + "]" * 130 + "}\n",
        "broken": '{"text": "a"\nnot json\n[]\n"text"\n{"text": "\\ud800"}\n',
        "mark": '\ufeff{"content": "after a mark"}\n',
    }.items():
        write("rows", name, content.encode())


def options():
    for name, content in {
        "usual": 'threads = 4\nmethod = "exact"\nthreshold = 0.5\nlanguage = "vie"\n',
        "limits": "max-record-size = 1000\nmax-compression-ratio = 10\nverify-digests = \"reject\"\n",
        "lists": 'disable = ["menu-run"]\nonly = []\ncleaning = "conservative"\ncomments = "drop"\n',
        "wrong": "method = 7\nthreshold = nan\n",
    }.items():
        write("options", name, content.encode())


for make in (archives, payloads, charsets, rows, options):
    make()
