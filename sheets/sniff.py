"""What a file is, told by its bytes and never by its name.

Only the head of the file is looked at, except for a zip or OLE marker that may lie anywhere;
nothing is unpacked or parsed here, so it may run in the web process.
"""

import codecs
import re
from dataclasses import dataclass
from typing import Literal

Kind = Literal["zip", "ole", "text", "html", "spreadsheetml2003", "biff", "encrypted", "empty", "other"]

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# A BIFF stream may stand bare, without its OLE container (Excel 2–4, some exporters).
BIFF_BARE = tuple(
    bytes((9, version, length, 0))
    for version, lengths in ((0, (4, 6)), (2, (6,)), (4, (6,)), (8, (8, 16)))
    for length in lengths
)
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
OTHER_MARKS = (
    b"%PDF",
    b"\x89PNG",
    b"\xff\xd8\xff",
    b"GIF8",
    b"Rar!",
    b"7z\xbc\xaf",
    b"\x1f\x8b",
    b"MZ",
    b"\x7fELF",
    b"{\\rtf",
    b"SQLite format 3",
)
HEAD = 65_536
SAMPLE = 1 << 20
ASCII, HIGH = bytes(range(128)), bytes(range(128, 256))
SEQUENCE = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
WIDE = re.compile(rb"[\xe0-\xf4]")
SAYS_UTF_8 = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?utf-?8", re.IGNORECASE)
COMMON_SIGNS = re.compile("(?:¥|£|§|°|±|·|×|÷|\xa0)+".encode())
CONTROLS = bytes(c for c in range(32) if c not in (9, 10, 12, 13, 27))


@dataclass(frozen=True, slots=True)
class Sniffed:
    """The kind of a file and, for text, the encoding to decode it with."""

    kind: Kind
    encoding: str = ""


def sniff(data: bytes) -> Sniffed:
    """Tell the kind of `data`. A zip may still turn out to be a .docx: the child looks inside."""
    head = data[:HEAD]
    if not head.strip(b"\x00 \t\r\n\xef\xbb\xbf"):
        return Sniffed("empty")
    if head.startswith(ZIP_MARKS):
        return Sniffed("zip")
    if head.startswith(OLE_MARK):
        return Sniffed("encrypted" if ENCRYPTED_PACKAGE in data else "ole")
    if head.startswith(BIFF_BARE):
        return Sniffed("biff")
    if head.startswith(OTHER_MARKS):
        return Sniffed("other")
    encoding = text_encoding(data)
    if not encoding:
        return Sniffed("other")
    return Sniffed(_markup(head, encoding) or "text", encoding)


def text_encoding(data: bytes) -> str:
    """The encoding of a text file: a byte order mark, else UTF-8 where it holds, else GB 18030.

    Returns an empty string for bytes that are no text. UTF-16 without a mark is told by its NULs.
    """
    if data.startswith(b"\xef\xbb\xbf"):
        return "utf-8-sig"
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16" if len(data) % 2 == 0 and _decodes(data[: HEAD & ~1], "utf-16") else ""
    head = data[:HEAD]
    if b"\x00" in head:
        for encoding, at in (("utf-16-le", 1), ("utf-16-be", 0)):
            if len(data) % 2 == 0 and head[at::2].count(0) * 5 > len(head):
                return encoding if _decodes(head[: len(head) & ~1], encoding) else ""
        return ""
    if len(head.translate(None, CONTROLS)) != len(head):
        return ""
    if _decodes(data, "utf-8"):
        return "gb18030" if _is_foreign(data) and _decodes(data, "gb18030") else "utf-8"
    if _is_damaged_utf_8(data):
        return "utf-8"
    return "gb18030" if _decodes(data, "gb18030") else ""


def _decodes(data: bytes, encoding: str) -> bool:
    try:
        # A head may end in the middle of a character.
        codecs.getincrementaldecoder(encoding)().decode(data, final=len(data) not in (HEAD, HEAD & ~1))
    except UnicodeError:
        return False
    return True


def _is_foreign(data: bytes) -> bool:
    """Whether text taken for UTF-8 is beyond ASCII, but nowhere Chinese: a few Chinese words in GBK look like that.

    伟 and 联通 in GBK are Greek and Cyrillic letters in UTF-8; Chinese in UTF-8 takes three bytes a letter.
    """
    beyond = data.translate(None, ASCII)
    if not beyond or WIDE.search(beyond) or COMMON_SIGNS.fullmatch(beyond):
        return False
    return not SAYS_UTF_8.search(data[:4096])


def _is_damaged_utf_8(data: bytes) -> bool:
    """UTF-8 with a wrong byte somewhere: taken for GB 18030 it would decode, to other words."""
    sample = data[:SAMPLE]
    beyond_ascii = len(sample) - len(sample.translate(None, HIGH))
    whole = sum(len(match) for match in SEQUENCE.findall(sample))
    return beyond_ascii > 60 and whole * 10 > beyond_ascii * 9


def _markup(head: bytes, encoding: str) -> Literal["html", "spreadsheetml2003"] | None:
    text = head[:8192].decode(encoding, errors="ignore").lstrip("\ufeff \t\r\n").lower()
    if not text.startswith("<"):
        return None
    if "urn:schemas-microsoft-com:office:spreadsheet" in text and "<workbook" in text:
        return "spreadsheetml2003"
    if any(tag in text for tag in ("<html", "<table", "<!doctype html", "<body", "<meta")):
        return "html"
    return None
