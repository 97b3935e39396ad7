"""Old workbooks put together by hand: BIFF8 and BIFF5 records in an OLE container."""

import struct
import types

SECTOR = 512
END, FREE, FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def container(streams: dict[str, bytes], *, head=(), fat_changes=()) -> bytes:
    """An OLE container; every stream is long enough to need no mini FAT.

    `head` are (offset, bytes) put over the header, `fat_changes` (sector, next) over the FAT.
    """
    bodies = [stream.ljust(4096, b"\0") for stream in streams.values()]
    directory_size = -(-(len(streams) + 1) * 128 // SECTOR)
    counts = [-(-len(body) // SECTOR) for body in bodies]
    used = directory_size + sum(counts)
    fats = 1
    while (used + fats) > fats * 128:
        fats += 1
    fat, starts, at = [], [], fats
    fat += [FAT_SECTOR] * fats
    for count in (directory_size, *counts):
        starts.append(at)
        fat += [*range(at + 1, at + count), END]
        at += count
    fat += [FREE] * (fats * 128 - len(fat))
    for sector, following in fat_changes:
        fat[sector % len(fat)] = following
    entries = [_entry("Root Entry", 5, END, 0, child=1)]
    for number, (name, start, body) in enumerate(zip(streams, starts[1:], bodies, strict=True), 1):
        right = number + 1 if number < len(streams) else FREE
        entries.append(_entry(name, 2, start, len(body), right=right))
    header = bytearray(
        MARK
        + bytes(16)
        + struct.pack("<HHHHH", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
        + struct.pack("<IIIIIIIII", 0, fats, starts[0], 0, 4096, END, 0, END, 0)
        + struct.pack("<109I", *(list(range(min(fats, 109))) + [FREE] * (109 - min(fats, 109))))
    )
    for offset, content in head:
        header[offset : offset + len(content)] = content
    body = struct.pack(f"<{len(fat)}I", *fat) + b"".join(entries).ljust(directory_size * SECTOR, b"\0")
    return bytes(header) + body + b"".join(one.ljust(-(-len(one) // SECTOR) * SECTOR, b"\0") for one in bodies)


def _entry(name, kind, start, size, *, child=FREE, right=FREE) -> bytes:
    text = (name + "\0").encode("utf-16-le")
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), kind, 1, FREE, right, child)
        + bytes(36)
        + struct.pack("<IQ", start, size)
    )


def record(kind: int, body: bytes = b"") -> bytes:
    return struct.pack("<HH", kind, len(body)) + body


def bof(version: int, kind: int) -> bytes:
    return record(0x0809, struct.pack("<HHHH", version, kind, 0x0DBB, 0x07CC) + (bytes(8) if version == 0x600 else b""))


def biff8(*sheets, extra=b"", cells=None, styles=None) -> bytes:
    """The Workbook stream of sheets given as (name, rows); `cells` are records put into each sheet, `styles` the numbers
    of the XF records (in `extra`) by (row, column) from 0.
    """
    packs = (lambda text: _wide(text, "<H"), lambda text: _wide(text, "<B"))
    return _book(0x600, 1200, sheets, extra, cells, *packs, styles or {})


def biff5(*sheets, codepage=936, encoding="gbk", extra=b"", cells=None) -> bytes:
    """The Book stream of Excel 5 and 95."""

    def text_of(form):
        def pack(text):
            raw = text.encode(encoding)
            return struct.pack(form, len(raw)) + raw

        return pack

    return _book(0x500, codepage, sheets, extra, cells, text_of("<H"), text_of("<B"))


def _wide(text: str, form: str) -> bytes:
    raw = text.encode("utf-16-le")
    return struct.pack(form, len(raw) // 2) + b"\x01" + raw


def _book(version, codepage, sheets, extra, cells, long_text, short_text, styles=types.MappingProxyType({})) -> bytes:
    bodies = []
    for _name, rows in sheets:
        body = [bof(version, 0x10), record(0x0200, struct.pack("<IIHHH", 0, len(rows), 0, 20, 0))]
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                where = struct.pack("<HHH", row, column, styles.get((row, column), 0))
                if isinstance(value, str):
                    body.append(record(0x0204, where + long_text(value)))
                elif isinstance(value, float):
                    body.append(record(0x0203, where + struct.pack("<d", value)))
        bodies.append(b"".join([*body, cells or b"", record(0x0A)]))
    start = bof(version, 5) + record(0x0042, struct.pack("<H", codepage)) + extra
    shown = [struct.pack("<H", 0) + short_text(name) for name, _rows in sheets]
    offset = len(start) + sum(4 + 4 + len(one) for one in shown) + 4
    bounds = []
    for one, body in zip(shown, bodies, strict=True):
        bounds.append(record(0x0085, struct.pack("<I", offset) + one))
        offset += len(body)
    return b"".join([start, *bounds, record(0x0A), *bodies])


def xls(*sheets, **details) -> bytes:
    """An .xls of Excel 97 and later."""
    return container({"Workbook": biff8(*sheets, **details)})


def xls_95(*sheets, **details) -> bytes:
    """An .xls of Excel 5 or 95."""
    return container({"Book": biff5(*sheets, **details)})
