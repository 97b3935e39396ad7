"""What a picture or scan is, told from its bytes, never from its name: kind, size, and what a telephone adds to it."""

import re
import struct
from collections.abc import Iterator

LIMIT = 8 * 1024 * 1024
# A telephone's largest photo has about 200 million points and doesn't fit into LIMIT; a few kilobytes that claim
# billions stop the browser of whoever looks at them.
MOST_POINTS = 200_000_000
LONGEST_SIDE = 30_000
PHOTOS = ("image/jpeg", "image/png", "image/webp")
SCANS = (*PHOTOS, "application/pdf")
EXTENSIONS = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}

# Marks of JPEG: those that stand alone, those that begin a frame, and the segments that hold no picture
# (APP1 Exif and XMP, APP13 IPTC, comments, what makers add).
_ALONE = {0x01, *range(0xD0, 0xD8)}
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN, _END, _EXIF = 0xDA, 0xD9, 0xE1
_KEPT_APPS = {0xE0, 0xE2, 0xEE}  # JFIF, colour profile, Adobe's colours
# Points end at the next mark that is neither an escape nor a restart.
_BEHIND_POINTS = re.compile(rb"\xff[^\x00\x01\xd0-\xd7\xff]")
_MOST_SEGMENTS = 10_000  # progressive photos have a few dozen
_SAID_IN_PNG = {b"eXIf", b"tEXt", b"iTXt", b"zTXt", b"tIME"}
_SAID_IN_WEBP = {b"EXIF", b"XMP "}
_ORIENTATION = 0x0112


def kind_of(data: bytes) -> str | None:
    """The media type of a JPEG, PNG, WebP or PDF, None for anything else."""
    if data[:3] == b"\xff\xd8\xff":
        return "image/jpeg"
    if data[:8] == b"\x89PNG\r\n\x1a\n":
        return "image/png"
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "image/webp"
    if data[:5] == b"%PDF-":
        return "application/pdf"
    return None


def size_of(data: bytes) -> tuple[int, int] | None:
    """Width and height that a picture claims, in points; None where its head is cut off or damaged."""
    kind = kind_of(data)
    try:
        if kind == "image/jpeg":
            return _size_of_jpeg(data)
        if kind == "image/png" and data[12:16] == b"IHDR":
            return struct.unpack_from(">II", data, 16)
        if kind == "image/webp":
            return _size_of_webp(data)
    except (struct.error, IndexError):
        return None
    return None


def fault_of(data: bytes) -> str:
    """Why a picture can't be shown, as a sentence; "" where it can, and for papers."""
    if kind_of(data) not in PHOTOS:
        return ""
    size = size_of(data)
    if size is None or not all(size):
        return "照片不完整或已损坏，无法显示。请重新拍照或重新保存后再上传。"
    if max(size) > LONGEST_SIDE or size[0] * size[1] > MOST_POINTS:
        return f"照片的尺寸过大（{size[0]}×{size[1]} 像素）。请缩小或重新拍照后再上传。"
    return ""


def bare(data: bytes) -> bytes:
    """The picture without what the telephone wrote into it: place, time, device, a film behind it.

    The points stay as they are, and a JPEG still says how it is turned. Papers and what can't be walked through come
    back unchanged.
    """
    kind = kind_of(data)
    walk = {"image/jpeg": _bare_jpeg, "image/png": _bare_png, "image/webp": _bare_webp}.get(kind)
    if walk is None:
        return data
    try:
        found = walk(data)
    except (struct.error, IndexError):
        return data
    # A piece that claims to reach beyond the end would take the picture with it.
    return found if kind_of(found) == kind else data


# ── JPEG ───────────────────────────────────────────────────────────────


def _segments(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(mark, from, to) of every piece up to the end mark, without fill; a scan with its points is one piece."""
    at = 2
    for _number in range(_MOST_SEGMENTS):
        if at >= len(data):
            return
        mark = data[at + 1]
        if data[at] != 0xFF:
            raise IndexError
        if mark == 0xFF:
            # Any number of fill bytes may stand before a mark.
            at += 1
            continue
        if mark == _END:
            yield mark, at, at + 2
            return
        if mark in _ALONE:
            end = at + 2
        else:
            (length,) = struct.unpack_from(">H", data, at + 2)
            end = at + 2 + max(2, length)
            if mark == _START_OF_SCAN:
                found = _BEHIND_POINTS.search(data, end)
                end = found.start() if found else len(data)
        yield mark, at, end
        at = end
    raise IndexError


def _size_of_jpeg(data: bytes) -> tuple[int, int] | None:
    size = None
    for mark, start, _end in _segments(data):
        if mark in _FRAMES:
            height, width = struct.unpack_from(">HH", data, start + 5)
            size = width, height
        if mark == _START_OF_SCAN:
            return size
    return None


def _bare_jpeg(data: bytes) -> bytes:
    kept, turned = [data[:2]], 1
    for mark, start, end in _segments(data):
        piece = data[start:end]
        if mark == _EXIF and piece[4:10] == b"Exif\x00\x00":
            turned = _orientation(piece[10:]) or turned
        is_said = mark == 0xFE or (0xE0 <= mark <= 0xEF and mark not in _KEPT_APPS)
        # A second picture of a series (MPF) leads behind the end, which goes.
        if not is_said and piece[4:8] != b"MPF\x00":
            kept.append(piece)
    if turned != 1:
        tiff = b"MM\x00*\x00\x00\x00\x08" + struct.pack(">HHHIHHI", 1, _ORIENTATION, 3, 1, turned, 0, 0)
        exif = b"Exif\x00\x00" + tiff
        kept.insert(1, b"\xff\xe1" + struct.pack(">H", len(exif) + 2) + exif)
    return b"".join(kept)


def _orientation(tiff: bytes) -> int | None:
    """1 to 8, how the picture is turned, from the first directory of Exif; None where it doesn't say."""
    order = {b"II": "<", b"MM": ">"}.get(tiff[:2])
    try:
        if order is None:
            return None
        (first,) = struct.unpack_from(f"{order}I", tiff, 4)
        (count,) = struct.unpack_from(f"{order}H", tiff, first)
        for number in range(count):
            tag, kind, _many, value = struct.unpack_from(f"{order}HHIH", tiff, first + 2 + 12 * number)
            if tag == _ORIENTATION and kind == 3 and 1 <= value <= 8:
                return value
    except struct.error:
        return None
    return None


# ── PNG and WebP ───────────────────────────────────────────────────────


def _bare_png(data: bytes) -> bytes:
    kept, at = [data[:8]], 8
    while at < len(data):
        (length,) = struct.unpack_from(">I", data, at)
        name, end = data[at + 4 : at + 8], at + 12 + length
        if name not in _SAID_IN_PNG:
            kept.append(data[at:end])
        if name == b"IEND":
            break
        at = end
    return b"".join(kept)


def _chunks(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    """(name, whole chunk) of a WebP."""
    at = 12
    while at + 8 <= len(data):
        (length,) = struct.unpack_from("<I", data, at + 4)
        end = at + 8 + length + length % 2
        yield data[at : at + 4], data[at:end]
        at = end


def _bare_webp(data: bytes) -> bytes:
    kept = []
    for name, chunk in _chunks(data):
        if name == b"VP8X":
            # It says which other pieces follow: Exif is its bit 3, XMP its bit 2.
            chunk = chunk[:8] + bytes([chunk[8] & ~0x0C]) + chunk[9:]
        if name not in _SAID_IN_WEBP:
            kept.append(chunk)
    body = b"WEBP" + b"".join(kept)
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _size_of_webp(data: bytes) -> tuple[int, int] | None:
    name = data[12:16]
    if name == b"VP8X" and len(data) >= 30:
        return 1 + int.from_bytes(data[24:27], "little"), 1 + int.from_bytes(data[27:30], "little")
    if name == b"VP8L" and data[20] == 0x2F:
        (bits,) = struct.unpack_from("<I", data, 21)
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if name == b"VP8 " and data[23:26] == b"\x9d\x01\x2a":
        width, height = struct.unpack_from("<HH", data, 26)
        return width & 0x3FFF, height & 0x3FFF
    return None
