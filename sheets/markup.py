"""What calamine hides of an .xlsx: hidden rows, error cells, formulas saved without a result and their texts.

The sheet's XML is searched in pieces by patterns, not parsed: a search costs a few hundredths of a
second per 100,000 rows, and nothing at all is built for a sheet that has none of these. Child only.
"""

import re
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from posixpath import join, normpath

from defusedxml import ElementTree

from sheets.computing import MOST_FORMULAS, Written
from sheets.defence import Limits, read_entry
from sheets.refusal import Refusal
from sheets.values import WITHOUT_VALUE, ErrorValue, column_index

PIECE = 1 << 20
COLUMNS_WITHIN = 1 << 16  # columns are declared before the first row
P = rb"(?:[\w.-]+:)?"
ROW = re.compile(rb"<" + P + rb"row\s([^>]*)>")
REFERENCE = re.compile(rb"\br\s*=\s*[\"']([A-Z]{1,3})(\d{1,7})[\"']")
ROW_NUMBER = re.compile(rb"\br\s*=\s*[\"'](\d{1,10})[\"']")
HIDDEN = re.compile(rb"\bhidden\s*=\s*[\"'](?:1|true)[\"']")
FLAT = re.compile(rb"\b(?:ht|width)\s*=\s*[\"']0(?:\.0+)?[\"']")
COLUMN = re.compile(rb"<" + P + rb"col\s([^>]*)>")
FIRST_COLUMN = re.compile(rb"\bmin\s*=\s*[\"'](\d{1,6})[\"']")
LAST_COLUMN = re.compile(rb"\bmax\s*=\s*[\"'](\d{1,6})[\"']")
ERROR_CELL = re.compile(
    rb"<"
    + P
    + rb"c\s([^>]*\bt=\"e\"[^>]*)>(?:\s*<"
    + P
    + rb"f\b[^<]*(?:</"
    + P
    + rb"f>)?)?\s*<"
    + P
    + rb"v[^>]*>([^<]*)<"
)
UNCACHED = re.compile(
    rb"<" + P + rb"c\s([^>]*[^/>])>\s*<" + P + rb"f(\s[^>]*)?(?:(?<=/)>|>([^<]*)</" + P + rb"f>)\s*"
    rb"(?:<" + P + rb"v\s*/>|<" + P + rb"v\s*></" + P + rb"v>)?\s*</" + P + rb"c>"
)
TEXT_RESULT = re.compile(rb"\bt\s*=\s*[\"']str[\"']")
CACHED = re.compile(
    rb"<" + P + rb"c\s([^>]*)>\s*<" + P + rb"f(\s[^>]*)?(?:(?<=/)>|>([^<]*)</" + P + rb"f>)\s*<" + P + rb"v>([^<]*)</"
)
SHARED = re.compile(rb"\bt\s*=\s*[\"']shared[\"']")
SHARED_AS = re.compile(rb"\bsi\s*=\s*[\"'](\d{1,7})[\"']")
OTHER_KIND = re.compile(rb"\bt\s*=\s*[\"'](?!shared|normal)")
FIRST_OF_SHARED = re.compile(rb"<" + P + rb"c\s([^>]*)>\s*<" + P + rb"f(\s[^>]*\bshared\b[^>]*)>([^<]+)</" + P + rb"f>")
ZERO = re.compile(rb"-?0*(?:\.0*)?")
COMPUTED_ON_OPENING = re.compile(rb"<" + P + rb"calcPr\s[^>]*\bfullCalcOnLoad\s*=\s*[\"'](?:1|true)[\"']")
FAR = re.compile(rb"\br\s*=\s*[\"']([A-Z]{0,9})(\d{1,20})[\"']")


@dataclass(slots=True)
class Marks:
    """Hidden rows and columns, the cells that show an error or have no result, and the formulas of the latter; 1-based."""

    hidden_rows: set[int] = field(default_factory=set)
    hidden_columns: set[int] = field(default_factory=set)
    cells: dict[int, dict[int, ErrorValue]] = field(default_factory=dict)
    formulas: dict[tuple[int, int], Written] = field(default_factory=dict)

    def put(self, row: int, column: int, value: ErrorValue) -> None:
        self.cells.setdefault(row, {})[column] = value


def sheet_parts(archive: zipfile.ZipFile) -> dict[str, str]:
    """Sheet name → path of its XML inside the archive (transitional and strict OOXML)."""
    names = {name.lower(): name for name in archive.namelist()}
    book = next((path for low, path in names.items() if low.endswith("xl/workbook.xml") or low == "workbook.xml"), None)
    if book is None:
        return {}
    folder = book.rpartition("/")[0]
    relations = names.get(join(folder, "_rels", book.rpartition("/")[2] + ".rels").lower())
    if relations is None:
        return {}
    targets = {}
    for node in ElementTree.fromstring(read_entry(archive, relations, PIECE)):
        target = node.get("Target", "").replace("\\", "/")
        path = target.lstrip("/") if target.startswith("/") else normpath(join(folder, target))
        targets[node.get("Id")] = names.get(path.lower())
    parts = {}
    for node in ElementTree.fromstring(read_entry(archive, book, 4 * PIECE)).iter():
        if node.tag.rpartition("}")[2] != "sheet":
            continue
        for key, value in node.attrib.items():
            if key.rpartition("}")[2] == "id" and "}" in key and targets.get(value):
                parts[node.get("name", "")] = targets[value]
    return parts


def computed_on_opening(archive: zipfile.ZipFile) -> bool:
    """Whether the workbook asks to be computed when it is opened: a program wrote it, not Excel.

    Programs that can't compute put 0 where a result belongs.
    """
    return any(
        COMPUTED_ON_OPENING.search(read_entry(archive, name, 4 * PIECE))
        for name in archive.namelist()
        if name.lower().endswith("workbook.xml")
    )


def rows_about(archive: zipfile.ZipFile, paths: Iterable[str]) -> int:
    """About how many rows these sheets hold, told by the beginning of the largest one; 0 where that says nothing."""
    path = max(paths, key=lambda one: archive.getinfo(one).file_size, default=None)
    if path is None:
        return 0
    with archive.open(path) as stream:
        beginning = stream.read(COLUMNS_WITHIN)
    return beginning.count(b"row>") * archive.getinfo(path).file_size // max(1, len(beginning))


def marks_of(archive: zipfile.ZipFile, path: str, limits: Limits, *, placeholders: bool = False) -> Marks:
    """Search one sheet's XML. With `placeholders`, zeros are no results where no formula has another one."""
    marks, formulas = Marks(), _Formulas()
    zeros: list[tuple[int, int]] | None = [] if placeholders else None
    for piece in pieces(archive, path, limits):
        if b"hidden=" in piece or b'ht="0"' in piece:
            if not marks.hidden_columns:
                marks.hidden_columns = _hidden_columns(piece[:COLUMNS_WITHIN], limits)
            for match in ROW.finditer(piece):
                if (HIDDEN.search(match[1]) or FLAT.search(match[1])) and (number := ROW_NUMBER.search(match[1])):
                    marks.hidden_rows.add(int(number[1]))
        if b't="e"' in piece:
            for match in ERROR_CELL.finditer(piece):
                if at := REFERENCE.search(match[1]):
                    code = match[2].decode("ascii", "ignore").strip() or "#N/A"
                    marks.put(int(at[2]), column_index(at[1].decode()), ErrorValue(code[:12]))
        if b"<f" in piece or b":f" in piece:
            for match in UNCACHED.finditer(piece):
                # A formula with an empty *text* result is complete: =IF(B5="","",…).
                if not TEXT_RESULT.search(match[1]) and (at := REFERENCE.search(match[1])):
                    spot = int(at[2]), column_index(at[1].decode())
                    marks.put(*spot, WITHOUT_VALUE)
                    formulas.put(spot, match[2], match[3])
            if zeros is not None:
                zeros = _zeros(piece, zeros, formulas)
        if len(marks.cells) > limits.max_rows:
            break
    for row, column in zeros or ():
        marks.put(row, column, WITHOUT_VALUE)
    if marks.cells:
        if formulas.unknown:
            # The first cell of a shared formula may have a result while others have none.
            for piece in pieces(archive, path, limits):
                for match in FIRST_OF_SHARED.finditer(piece):
                    if at := REFERENCE.search(match[1]):
                        formulas.learn((int(at[2]), column_index(at[1].decode())), match[2], match[3])
        marks.formulas = {
            (row, column): written
            for (row, column), written in formulas.written().items()
            if marks.cells.get(row, {}).get(column) is WITHOUT_VALUE
        }
    return marks


class _Formulas:
    """Formulas as they come; those that share one are told how far they stand from its first cell."""

    def __init__(self) -> None:
        self._texts: dict[tuple[int, int], bytes] = {}
        self._followers: dict[tuple[int, int], int] = {}
        self._firsts: dict[int, tuple[tuple[int, int], bytes]] = {}

    def put(self, spot: tuple[int, int], attributes: bytes | None, text: bytes | None) -> None:
        """A formula without a result."""
        if len(self._texts) + len(self._followers) > MOST_FORMULAS:
            return
        if self.learn(spot, attributes, text):
            if text:
                self._texts[spot] = text
            elif shared := SHARED_AS.search(attributes or b""):
                self._followers[spot] = int(shared[1])

    def learn(self, spot: tuple[int, int], attributes: bytes | None, text: bytes | None) -> bool:
        """Take note of a shared formula's first cell; whether this is of a kind that can be computed."""
        if attributes and OTHER_KIND.search(attributes):
            return False
        if attributes and text and SHARED.search(attributes) and (shared := SHARED_AS.search(attributes)):
            self._firsts.setdefault(int(shared[1]), (spot, text))
        return True

    @property
    def unknown(self) -> bool:
        return any(shared not in self._firsts for shared in self._followers.values())

    def written(self) -> dict[tuple[int, int], Written]:
        texts: dict[bytes, str] = {}

        def told(text: bytes) -> str:
            if text not in texts:
                texts[text] = unescape(text.decode("utf-8", "replace"))
            return texts[text]

        found = {spot: Written(told(text)) for spot, text in self._texts.items()}
        for spot, shared in self._followers.items():
            if shared in self._firsts:
                first, text = self._firsts[shared]
                found[spot] = Written(told(text), spot[0] - first[0], spot[1] - first[1])
        return found


def _zeros(piece: bytes, found: list[tuple[int, int]], formulas: _Formulas) -> list[tuple[int, int]] | None:
    """Formulas whose result is 0; None as soon as one has another result."""
    for match in CACHED.finditer(piece):
        if not ZERO.fullmatch(match[4].strip()):
            return None
        if at := REFERENCE.search(match[1]):
            found.append((int(at[2]), column_index(at[1].decode())))
            formulas.put(found[-1], match[2], match[3])
    return found


def _hidden_columns(head: bytes, limits: Limits) -> set[int]:
    found: set[int] = set()
    for match in COLUMN.finditer(head):
        first, last = FIRST_COLUMN.search(match[1]), LAST_COLUMN.search(match[1])
        if first and last and (HIDDEN.search(match[1]) or FLAT.search(match[1])):
            found.update(range(int(first[1]), min(int(last[1]), limits.max_columns) + 1))
    return found


def pieces(archive: zipfile.ZipFile, path: str, limits: Limits) -> Iterator[bytes]:
    """The XML in pieces that end between rows; counted, so that a lying directory is caught."""
    total, carry = 0, b""
    try:
        with archive.open(path) as stream:
            while chunk := stream.read(PIECE):
                total += len(chunk)
                if total > limits.max_unpacked:
                    raise Refusal("zip_bomb")
                carry += chunk
                cut = carry.rfind(b"row>") + 4
                if cut > 3:
                    yield carry[:cut]
                    carry = carry[cut:]
                elif len(carry) > 16 * PIECE:
                    # One row of 16 MB is no sheet of people.
                    raise Refusal("too_large")
    except (zipfile.BadZipFile, zipfile.zlib.error, EOFError, NotImplementedError) as error:
        raise Refusal("corrupt") from error
    if carry:
        yield carry


def diagnose(archive: zipfile.ZipFile, limits: Limits) -> Refusal:
    """Why the fast reader died on an archive: a cell far away, a bomb, or damage.

    Run in a fresh child after a crash, so that the ordinary road pays nothing for it.
    """
    for name in archive.namelist():
        if not name.lower().endswith(".xml"):
            continue
        total = 0
        tail = b""
        try:
            with archive.open(name) as stream:
                while chunk := stream.read(PIECE):
                    total += len(chunk)
                    if total > limits.max_unpacked:
                        return Refusal("zip_bomb")
                    if "sheet" in name.lower():
                        for match in FAR.finditer(tail + chunk):
                            if int(match[2]) > limits.max_rows:
                                return Refusal("too_many_rows")
                            if match[1] and column_index(match[1].decode()) > limits.max_columns:
                                return Refusal("too_many_columns")
                        tail = chunk[-64:]
        except Refusal as refusal:
            return refusal
        except Exception:  # damage of any kind, in a process that ends here
            return Refusal("corrupt")
    return Refusal("corrupt")
