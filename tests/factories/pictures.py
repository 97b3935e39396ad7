"""Pictures as bytes, whole and small: a PNG, a JPEG and a WebP that say what they are told to say."""

import struct
import zlib

# A JPEG's points, with an escape and a restart mark in them.
POINTS = b"\x12\xff\x00\x34\xff\xd0\x56"


def chunk(kind: bytes, body: bytes) -> bytes:
    """A piece of a PNG."""
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))


def png(width: int = 2, height: int = 2, *said: bytes) -> bytes:
    """A PNG that claims a size; `said` are further chunks before its points."""
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    lines = zlib.compress(b"\x00\x80\x80" * 2)
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(said) + chunk(b"IDAT", lines) + chunk(b"IEND", b"")


def segment(mark: int, body: bytes) -> bytes:
    """A piece of a JPEG."""
    return bytes([0xFF, mark]) + struct.pack(">H", len(body) + 2) + body


def exif(*, turned: int = 1, place: bytes = b"", order: str = "<") -> bytes:
    """An Exif segment: how the picture is turned, and words that say where it was taken."""
    tiff = (b"II*\x00" if order == "<" else b"MM\x00*") + struct.pack(f"{order}I", 8)
    tiff += struct.pack(f"{order}HHHIHHI", 1, 0x0112, 3, 1, turned, 0, 0)
    return segment(0xE1, b"Exif\x00\x00" + tiff + place)


def jpeg(width: int = 2, height: int = 2, *said: bytes, behind: bytes = b"") -> bytes:
    """A JPEG that claims a size; `said` are further segments, `behind` comes after its end."""
    frame = segment(0xC0, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + POINTS
    return b"\xff\xd8" + segment(0xE0, b"JFIF\x00") + b"".join(said) + frame + scan + b"\xff\xd9" + behind


def webp(width: int = 2, height: int = 2, *said: tuple[bytes, bytes]) -> bytes:
    """A WebP in its long form; `said` are (name, body) of further chunks."""
    flags = 0x0C if said else 0
    size = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    pieces = [(b"VP8X", bytes([flags, 0, 0, 0]) + size), (b"VP8L", b"\x2f" + bytes(5)), *said]
    body = b"WEBP" + b"".join(
        name + struct.pack("<I", len(piece)) + piece + b"\x00" * (len(piece) % 2) for name, piece in pieces
    )
    return b"RIFF" + struct.pack("<I", len(body)) + body
