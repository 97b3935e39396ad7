"""Remarks put into an .xlsx as it is: only the cells concerned change their style, and comments are added.

Everything else stays byte for byte: pictures, print settings, conditional formats, stored results of
formulas, strict OOXML. Whatever this can't do safely raises Unstampable, and the caller takes another
road. Macros don't come back. Child only; the XML is edited where it stands, because parsing it and
writing it again would lose what the parser doesn't know.
"""

import re
from collections.abc import Mapping
from xml.sax.saxutils import escape

from defusedxml import ElementTree
from openpyxl.comments import Comment
from openpyxl.comments.shape_writer import ShapeWriter

from sheets.defence import Limits, open_archive
from sheets.looks import Looks
from sheets.marks import RANK
from sheets.markup import REFERENCE, ROW_NUMBER, P, sheet_parts
from sheets.package import Package, Unstampable
from sheets.values import column_index, column_letter

TRANSITIONAL = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
STRICT = "http://purl.oclc.org/ooxml/officeDocument/relationships"
COMMENTS_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
MACROS = re.compile(rb"<(?:Override|Default|Relationship)\b[^>]*vba[^>]*/>", re.IGNORECASE)
MAIN_TYPE = re.compile(
    rb"application/vnd\.(?:ms-excel\.(?:sheet|template)\.macroEnabled|"
    rb"openxmlformats-officedocument\.spreadsheetml\.template)\.main\+xml"
)
ROOT = re.compile(rb"<(" + P + rb")(?:worksheet|styleSheet)\s[^>]*?\bxmlns(?::[\w.-]+)?=\"[^\"]*\"")
STRICT_MARK = b"http://purl.oclc.org/ooxml/"
DATA = re.compile(rb"<(" + P + rb")sheetData\s*>")
ROW = re.compile(rb"<(" + P + rb")row\b([^>]*?)(/?)>")
CELL = re.compile(rb"<(" + P + rb")c\b([^>]*?)(/?)>")
STYLE = re.compile(rb"\ss\s*=\s*[\"'](\d{1,6})[\"']")
SPANS = re.compile(rb"\sspans\s*=\s*[\"'][^\"']*[\"']")
MERGE = re.compile(rb"<" + P + rb"mergeCell\s[^>]*\bref=\"([A-Z]{1,3})(\d{1,7}):([A-Z]{1,3})(\d{1,7})\"")
SELECTED = re.compile(rb"\stabSelected\s*=\s*[\"'](?:1|true)[\"']")
VIEW = re.compile(rb"<(" + P + rb")sheetView\b")
ACTIVE = re.compile(rb"\sactiveTab\s*=\s*[\"'][^\"']*[\"']")
WORKBOOK_VIEW = re.compile(rb"<(" + P + rb")workbookView\b")
# What stands after a sheet's drawing of comments, in the order of the schema.
AFTER_COMMENTS = frozenset(
    b"legacyDrawingHF drawingHF picture oleObjects controls webPublishItems tableParts extLst".split()
)
TAG = re.compile(rb"<(/?)" + P + rb"([\w.-]+)(?:\s[^>]*?)?(/?)>")

Places = Mapping[tuple[int, int], tuple[str, str]]  # (row, column) → (severity, message)


def stamp(data: bytes, places: Mapping[str, Places], colours: Mapping[str, str], author: str, limits: Limits) -> bytes:
    """The same workbook with a fill and a comment on every place, by sheet name."""
    with open_archive(data, limits) as archive:
        package = Package(archive)
        parts = sheet_parts(archive)
        if any(name not in parts for name in places):
            raise Unstampable
        looks = Looks(package, colours)
        first = None
        for number, (name, marks) in enumerate(places.items(), 1):
            if marks:
                first = first or name
                _Page(package, parts[name], looks, author, number).stamp(marks)
        looks.keep()
        if first is not None:
            _open_on(package, parts, first)
        _drop_macros(package)
        return package.packed()


class _Page:
    """One sheet's XML and the parts for its comments."""

    def __init__(self, package: Package, path: str, looks: Looks, author: str, number: int) -> None:
        self.package, self.path, self.looks, self.author, self.number = package, path, looks, author, number
        if any(kind in ("comments", "vmlDrawing") for _id, kind, _target in package.relations(path)):
            # Comments that are there already would have to be joined with ours.
            raise Unstampable
        self.xml = package.read(path)
        root = ROOT.search(self.xml[:8192])
        if not root:
            raise Unstampable
        self.prefix = root[1]
        self.strict = STRICT_MARK in root[0]

    def stamp(self, marks: Places) -> None:
        marks = self._on_first_cells(marks)
        by_row: dict[int, dict[int, str]] = {}
        for (row, column), (severity, _message) in marks.items():
            by_row.setdefault(row, {})[column] = severity
        self._colour(by_row)
        self._comment(sorted(marks.items()))

    def _on_first_cells(self, marks: Places) -> dict[tuple[int, int], tuple[str, str]]:
        """A merged range shows its first cell only: what concerns another one is said there."""
        rows: dict[int, list[tuple[int, int, int]]] = {}
        wanted = {row for row, _column in marks}
        for match in MERGE.finditer(self.xml):
            top, left, bottom, right = (
                int(match[2]),
                column_index(match[1].decode()),
                int(match[4]),
                column_index(match[3].decode()),
            )
            for row in wanted.intersection(range(top, bottom + 1)) if bottom - top > 50 else range(top, bottom + 1):
                rows.setdefault(row, []).append((left, right, top))
        found: dict[tuple[int, int], tuple[str, str]] = {}
        for (row, column), (severity, message) in marks.items():
            for left, right, top in rows.get(row, ()):
                if left <= column <= right:
                    row, column = top, left
                    break
            if (row, column) in found:
                severity = min(severity, found[row, column][0], key=lambda one: RANK.get(one, 1))
                message = f"{found[row, column][1]}\n{message}"
            found[row, column] = (severity, message)
        return found

    def _colour(self, by_row: dict[int, dict[int, str]]) -> None:
        data = DATA.search(self.xml)
        end = self.xml.find(b"</" + data[1] + b"sheetData") if data else -1
        if end < 0:
            raise Unstampable
        waiting = sorted(by_row, reverse=True)
        out, at, last = [], 0, 0
        for match in ROW.finditer(self.xml, data.end(), end):
            number = ROW_NUMBER.search(match[2])
            if not number or int(number[1]) <= last:
                raise Unstampable
            last = int(number[1])
            while waiting and waiting[-1] < last:
                out += [self.xml[at : match.start()], self._new_row(waiting[-1], by_row[waiting.pop()])]
                at = match.start()
            if waiting and waiting[-1] == last:
                close = match.end() if match[3] else self.xml.find(b"</" + match[1] + b"row", match.end(), end)
                if close < 0:
                    raise Unstampable
                cells = self._cells(last, match, self.xml[match.end() : close], by_row[waiting.pop()])
                attributes = SPANS.sub(b"", match[2])
                out += [self.xml[at : match.start()], b"<" + match[1] + b"row" + attributes + b">", cells]
                if match[3]:
                    out.append(b"</" + match[1] + b"row>")
                at = close
            if not waiting:
                break
        out.append(self.xml[at:end])
        out += [self._new_row(row, by_row[row]) for row in reversed(waiting)]
        self.xml = b"".join([*out, self.xml[end:]])

    def _new_row(self, row: int, columns: dict[int, str]) -> bytes:
        cells = b"".join(self._new_cell(row, column, columns[column], 0) for column in sorted(columns))
        return b"<" + self.prefix + b'row r="%d">' % row + cells + b"</" + self.prefix + b"row>"

    def _new_cell(self, row: int, column: int, severity: str, style: int) -> bytes:
        place = f"{column_letter(column)}{row}".encode()
        return b"<" + self.prefix + b'c r="' + place + b'" s="%d"/>' % self.looks.of(style, severity)

    def _cells(self, row: int, opening: re.Match, content: bytes, columns: dict[int, str]) -> bytes:
        own = STYLE.search(opening[2])
        style_of_row = int(own[1]) if own else 0
        waiting = sorted(columns, reverse=True)
        out, at = [], 0
        for match in CELL.finditer(content):
            place = REFERENCE.search(match[2])
            if not place or int(place[2]) != row:
                raise Unstampable
            column = column_index(place[1].decode())
            while waiting and waiting[-1] < column:
                out += [
                    content[at : match.start()],
                    self._new_cell(row, waiting[-1], columns[waiting.pop()], style_of_row),
                ]
                at = match.start()
            if waiting and waiting[-1] == column:
                style = STYLE.search(match[2])
                look = self.looks.of(int(style[1]) if style else 0, columns[waiting.pop()])
                out += [
                    content[at : match.start()],
                    b"<" + match[1] + b"c" + STYLE.sub(b"", match[2]) + b' s="%d"' % look + match[3] + b">",
                ]
                at = match.end()
        out.append(content[at:])
        out += [self._new_cell(row, column, columns[column], style_of_row) for column in reversed(waiting)]
        return b"".join(out)

    def _comment(self, marks: list[tuple[tuple[int, int], tuple[str, str]]]) -> None:
        office = STRICT if self.strict else TRANSITIONAL
        main = (
            "http://purl.oclc.org/ooxml/spreadsheetml/main"
            if self.strict
            else ("http://schemas.openxmlformats.org/spreadsheetml/2006/main")
        )
        texts, shapes = [], []
        for (row, column), (_severity, message) in marks:
            place = f"{column_letter(column)}{row}"
            texts.append(
                f'<comment ref="{place}" authorId="0"><text><r><t xml:space="preserve">{escape(message)}</t></r></text></comment>'
            )
            shapes.append((place, Comment(message, self.author, width=320, height=120)))
        comments = (
            f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<comments xmlns="{main}"><authors>'
            f"<author>{escape(self.author)}</author></authors><commentList>{''.join(texts)}</commentList></comments>"
        )
        part, drawing = f"xl/comments-check{self.number}.xml", f"xl/drawings/comments-check{self.number}.vml"
        if self.package.has(part) or self.package.has(drawing):
            raise Unstampable
        self.package.write(part, comments.encode())
        self.package.write(drawing, ShapeWriter(shapes).write(None))
        self.package.declare(default=("vml", VML_TYPE), override=(part, COMMENTS_TYPE))
        self.package.relate(
            self.path,
            f'<Relationship Id="check{self.number}c" Type="{office}/comments" Target="/{part}"/>'
            f'<Relationship Id="check{self.number}d" Type="{office}/vmlDrawing" Target="/{drawing}"/>',
        )
        at = self._place_of_link()
        link = b"<" + self.prefix + b'legacyDrawing xmlns:cr="%s" cr:id="check%dd"/>' % (office.encode(), self.number)
        self.package.write(self.path, self.xml[:at] + link + self.xml[at:])

    def _place_of_link(self) -> int:
        """Where the drawing of comments belongs: some of the names after it stand inside other parts too."""
        depth = 0
        for match in TAG.finditer(
            self.xml, self.xml.find(b"sheetData>", self.xml.find(b"</" + self.prefix + b"sheetData"))
        ):
            if depth == 0 and (match[1] or match[2] in AFTER_COMMENTS):
                return match.start()
            if match[2] == b"legacyDrawing":
                raise Unstampable
            depth += 0 if match[3] else -1 if match[1] else 1
        raise Unstampable


def _open_on(package: Package, parts: Mapping[str, str], name: str) -> None:
    """Let the workbook open on the sheet with the remarks, and on no other one at the same time."""
    book = next((real for low, real in package.names.items() if low.endswith("xl/workbook.xml")), "")
    if not book:
        return
    xml = package.read(book)
    sheets = [node for node in ElementTree.fromstring(xml).iter() if node.tag.rpartition("}")[2] == "sheet"]
    names = [node.get("name", "") for node in sheets]
    if (
        name not in names
        or sheets[names.index(name)].get("state", "visible") != "visible"
        or not WORKBOOK_VIEW.search(xml)
    ):
        return
    active = f' activeTab="{names.index(name)}"'.encode()
    package.write(book, WORKBOOK_VIEW.sub(lambda match: match[0] + active, ACTIVE.sub(b"", xml), count=1))
    for other, path in parts.items():
        content = package.read(path)
        end = content.find(b"sheetData")
        head = SELECTED.sub(b"", content[:end])
        if other == name:
            head = VIEW.sub(lambda match: match[0] + b' tabSelected="1"', head, count=1)
        if head != content[:end]:
            package.write(path, head + content[end:])


def _drop_macros(package: Package) -> None:
    """An .xlsx with macros in it isn't opened by Excel, and nobody needs them back."""
    content = package.read("[Content_Types].xml")
    plain = MAIN_TYPE.sub(b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml", content)
    package.dropped = {name for low, name in package.names.items() if "vba" in low}
    if package.dropped:
        plain = MACROS.sub(b"", plain)
        for name in package.names.values():
            if name.endswith(".rels") and name not in package.dropped:
                relations = package.read(name)
                if (kept := MACROS.sub(b"", relations)) != relations:
                    package.write(name, kept)
    if plain != content:
        package.write("[Content_Types].xml", plain)
