"""The limited child process, forked from the warm one (`python -m sheets.child`, see `sheets.nursery`); its file on stdin.

It reads hostile files so that nobody else has to. After its imports it gives up what it doesn't
need: memory and processor time are capped, no file may be written and none opened any more. Rows
go to stdout in chunks: lines `J{…}` carry facts, lines `R first_row [[…],…]` carry rows.

Modes: `read`; `diagnose` (why a read died); `annotate` (see `sheets.annotate`); `looks` (see
`sheets.old_looks`, `sheets.xml_looks`, `sheets.web_looks`).
"""

import gc
import importlib
import io
import json
import math
import re
import resource
import struct
import sys
import zipfile

from sheets import nursery
from sheets.cells import pack
from sheets.defence import Limits, open_archive
from sheets.extract import decoded, extract
from sheets.grid import measure
from sheets.refusal import Refusal
from sheets.sniff import sniff

NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def lock_down(limits: Limits) -> None:
    """Give up memory, time, files and core dumps (a dump would hold people's data)."""
    seconds = math.ceil(limits.seconds)
    for what, soft in (
        (resource.RLIMIT_AS, limits.memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),
        (resource.RLIMIT_NOFILE, 0),
        (resource.RLIMIT_CORE, 0),
    ):
        hard = resource.getrlimit(what)[1]
        if hard != resource.RLIM_INFINITY:
            soft = min(soft, hard)
        resource.setrlimit(what, (soft, soft))


def preload() -> None:
    """Import now what would be opened later, when no file may be opened any more."""
    for name in ("big5", "gb18030", "idna", "utf_16", "utf_16_be", "utf_16_le", "utf_8_sig"):
        importlib.import_module(f"encodings.{name}")
    importlib.import_module("xml.etree.ElementTree")
    zipfile.ZipFile(_tiny_archive()).close()


def _tiny_archive() -> io.BytesIO:
    box = io.BytesIO()
    with zipfile.ZipFile(box, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a", "a")
    box.seek(0)
    return box


def say(out, fact: dict) -> None:
    out.write(b"J" + json.dumps(fact, ensure_ascii=False).encode() + b"\n")
    out.flush()


def read(data: bytes, limits: Limits, out) -> None:
    for event, *rest in extract(data, limits):
        if event == "rows":
            first, rows = rest
            text = pack(rows)
            if len(text) > limits.max_text:
                measure(first, rows, limits)
            if b"\\u0000" in text and NUL.search(text):
                # No spreadsheet program shows one, and no database keeps one.
                raise Refusal("corrupt")
            out.write(b"R%d " % first + text + b"\n")
        else:
            say(out, {event: rest[0]})


def diagnose(data: bytes, limits: Limits) -> None:
    from sheets.markup import diagnose as why

    if sniff(data).kind != "zip":
        raise Refusal("corrupt")
    with open_archive(data, limits) as archive:
        raise why(archive, limits)


def work(mode: str, limits: str) -> int:
    """One child's life; returns its exit code."""
    limits = Limits.loads(limits)
    if mode == "annotate":
        from sheets import annotate

        annotate.warm_up()
    elif mode == "looks":
        from sheets import old_looks, web_looks, xml_looks
    out = sys.stdout.buffer
    data = sys.stdin.buffer.read(limits.max_bytes * 2 + 1)
    lock_down(limits)
    gc.disable()
    try:
        if mode == "read":
            read(data, limits, out)
        elif mode == "diagnose":
            diagnose(data, limits)
        elif mode == "annotate":
            annotate.annotate_in_child(data, out, limits)
        elif mode == "looks":
            sniffed = sniff(data)
            if sniffed.kind == "spreadsheetml2003":
                xml_looks.looks_in_child(decoded(data, sniffed.encoding), out)
            elif sniffed.kind == "html":
                web_looks.looks_in_child(decoded(data, sniffed.encoding), limits, out)
            else:
                old_looks.looks_in_child(data, out)
        say(out, {"done": True})
    except Refusal as refusal:
        say(out, {"refused": {"code": refusal.code, "message": refusal.message}})
    except MemoryError:
        out.flush()
        return 77
    except (
        ValueError,
        KeyError,
        IndexError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
        struct.error,
    ) as error:
        say(out, {"refused": {"code": "corrupt", "message": "", "detail": type(error).__name__}})
    except BaseException as error:
        # A panic of the Rust reader arrives as a BaseException: the parent asks a second child why.
        print(type(error).__name__, file=sys.stderr)
        return 78
    out.flush()
    return 0


if __name__ == "__main__":
    preload()
    nursery.serve(work, int(sys.argv[1]))
