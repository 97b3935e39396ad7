"""Just enough of OLE and BIFF to see what calamine hides: a password, hidden rows, error cells.

Runs in the child only. Positions are 1-based. Everything here may be absent or wrong in a hostile
file: whatever can't be followed is left out.
"""

import re
import struct

from sheets.markup import Marks
from sheets.refusal import Refusal
from sheets.values import WITHOUT_VALUE, ErrorValue

FREE = 0xFFFFFFFA
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
MAX_MARKS = 200_000
COMPUTE_ON_OPENING = 2
# A formula that ends with + - × ÷ ^ or with SUM, in both ways of writing it.
ARITHMETIC = re.compile(rb"(?:[\x03-\x07]|\x19\x10..|[\x22\x42\x62].\x04\x00)\Z", re.DOTALL)


def workbook_stream(data: bytes) -> bytes:
    """The bytes of the stream named Workbook or Book; empty where it can't be followed.

    Raises Refusal where sectors lead in a circle.
    """
    shift, mini_shift = struct.unpack_from("<HH", data, 30)
    if shift not in (9, 12) or mini_shift != 6:
        return b""
    size = 1 << shift
    directory, cutoff, mini_fat_at = struct.unpack_from("<I4xII", data, 48)
    if max(struct.unpack_from("<I16xI4xI", data, 44)) > len(data) // size:
        # More sectors of tables than sectors: room would be made for them all.
        raise Refusal("corrupt")
    fat_sectors = [s for s in struct.unpack_from("<109I", data, 76) if s < FREE]
    difat, budget = struct.unpack_from("<I", data, 68)[0], len(data) // size + 2
    while difat < FREE:
        if budget <= 0:
            raise Refusal("corrupt")
        words = struct.unpack_from(f"<{size // 4}I", data, (difat + 1) * size)
        fat_sectors += [s for s in words[:-1] if s < FREE]
        difat, budget = words[-1], budget - 1
    fat: list[int] = []
    for sector in fat_sectors[: len(data) // size + 1]:
        at = (sector + 1) * size
        if at + size <= len(data):
            fat.extend(struct.unpack_from(f"<{size // 4}I", data, at))

    def follow(sector: int) -> bytes:
        parts, left = [], len(data) // size + 1
        while sector < len(fat):
            if left <= 0:
                # Sectors that lead in a circle: the fast reader would follow them for a gigabyte.
                raise Refusal("corrupt")
            parts.append(data[(sector + 1) * size : (sector + 2) * size])
            sector, left = fat[sector], left - 1
        return b"".join(parts)

    entries = follow(directory)
    root, found = None, None
    for at in range(0, len(entries) - 127, 128):
        length = struct.unpack_from("<H", entries, at + 64)[0]
        name = entries[at : at + max(0, min(length, 64) - 2)].decode("utf-16-le", "ignore").lower()
        kind = entries[at + 66]
        start, length = struct.unpack_from("<II", entries, at + 116)
        if kind == 5 and root is None:
            root = start
        elif kind == 2 and (name == "workbook" or (name == "book" and found is None)):
            # A file for both Excel 95 and 97 holds both.
            found = (start, length)
    if found is None:
        return b""
    start, length = found
    if length >= cutoff or root is None:
        return follow(start)[:length]
    small, mini = follow(root), follow(mini_fat_at)
    mini_fat = struct.unpack(f"<{len(mini) // 4}I", mini[: len(mini) // 4 * 4])
    parts, left = [], len(mini_fat) + 1
    while start < len(mini_fat) and left > 0:
        parts.append(small[start * 64 : start * 64 + 64])
        start, left = mini_fat[start], left - 1
    return b"".join(parts)[:length]


def is_encrypted(stream: bytes) -> bool:
    """Whether a FILEPASS record stands before the first sheet (XOR, RC4 and CryptoAPI alike)."""
    return any(kind == 47 for kind, _at, _length in records(stream, 0, stop_at_eof=True))


def records(stream: bytes, at: int, stop_at_eof: bool):
    """(kind, offset of the body, length) of each BIFF record from `at`."""
    end = len(stream)
    unpack = struct.Struct("<HH").unpack_from
    while at + 4 <= end:
        kind, length = unpack(stream, at)
        if at + 4 + length > end:
            return
        yield kind, at + 4, length
        if kind == 0x000A and stop_at_eof:
            return
        at += 4 + length


def sheet_marks(stream: bytes) -> list[Marks]:
    """Hidden rows and error cells of each sheet, in the order of the workbook."""
    offsets = [
        struct.unpack_from("<I", stream, at)[0]
        for kind, at, length in records(stream, 0, stop_at_eof=True)
        if kind == 0x0085 and length >= 8
    ]
    return [_marks_of(stream, offset) for offset in offsets]


def _marks_of(stream: bytes, offset: int) -> Marks:
    marks = Marks()
    unpack = struct.Struct("<HH").unpack_from
    depth, computed, placeholders = 0, False, []
    for kind, at, length in records(stream, offset, stop_at_eof=False):
        if kind == 0x0809:
            depth += 1
        elif kind == 0x000A:
            depth -= 1
            if depth <= 0:
                break
        elif depth != 1:
            continue
        elif kind == 0x0208 and length >= 16:
            row = unpack(stream, at)[0]
            if stream[at + 12] & 0x20:
                marks.hidden_rows.add(row + 1)
        elif kind == 0x007D and length >= 10:
            first, last = unpack(stream, at)
            if stream[at + 8] & 1:
                marks.hidden_columns.update(range(first + 1, min(last, 255) + 2))
        elif kind == 0x0205 and length >= 8 and stream[at + 7]:
            row, column = unpack(stream, at)
            marks.put(row + 1, column + 1, ErrorValue(ERRORS.get(stream[at + 6], "#N/A")))
        elif kind == 0x0006 and length >= 22:
            row, column = unpack(stream, at)
            result = stream[at + 6 : at + 14]
            if result[6:] != b"\xff\xff":
                computed = computed or any(result)
                if not any(result) and stream[at + 14] & COMPUTE_ON_OPENING:
                    placeholders.append((row + 1, column + 1))
            elif result[0] == 2:
                marks.put(row + 1, column + 1, ErrorValue(ERRORS.get(result[2], "#N/A")))
            elif result[0] == 3 and ARITHMETIC.search(stream[at + 22 : at + length]):
                # A sum is never an empty text: the program that wrote it couldn't compute.
                marks.put(row + 1, column + 1, WITHOUT_VALUE)
        if len(marks.cells) > MAX_MARKS:
            break
    if not computed:
        for row, column in placeholders:
            marks.put(row, column, WITHOUT_VALUE)
    return marks
