"""How an XML table (SpreadsheetML 2003) looks, in the same words as `sheets.old_looks`. Child only.

What a file says is taken only where it is one of the known words, a colour or a sensible number: the rest looks plain.
"""

import json
import re
from collections.abc import Iterator
from xml.parsers import expat

from sheets.defence import MOST_STYLED, MOST_STYLES
from sheets.number_formats import sensible
from sheets.refusal import Refusal
from sheets.spreadsheetml import EXCEL, SS, attribute, forbidden, number

COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")
SIZE = re.compile(r"\d{1,3}(?:\.\d{1,6})?")
ACROSS = {
    "Left": "left",
    "Center": "center",
    "Right": "right",
    "Fill": "fill",
    "Justify": "justify",
    "CenterAcrossSelection": "center_across",
    "Distributed": "distributed",
}
UPRIGHT = {"Top": "top", "Center": "vcenter", "Justify": "vjustify", "Distributed": "vdistributed"}
UNDERLINES = {"Single": 1, "Double": 2, "SingleAccounting": 33, "DoubleAccounting": 34}
# By kind of line, then by its weight from 0 to 3.
LINES = {
    "Continuous": (7, 1, 2, 5),
    "Dash": (3, 3, 8, 8),
    "Dot": (4, 4, 4, 4),
    "DashDot": (9, 9, 10, 10),
    "DashDotDot": (11, 11, 12, 12),
    "SlantDashDot": (13, 13, 13, 13),
    "Double": (6, 6, 6, 6),
}
LONGEST_FONT = 31
DEFAULT = "Default"
# A width is said in points, at 96 pixels an inch; a column of n letters takes 7 n + 5 pixels.
PIXELS = 96 / 72
LETTER, EDGE = 7, 5


def looks_in_child(text: str, out) -> None:
    """One line for the styles, then one for each sheet; raises what expat raises for a file it can't follow, and Refusal
    `too_large` where a file has more looks than anybody drew.
    """
    reader = _Reader()
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.StartElementHandler, parser.EndElementHandler = reader.start, reader.end
    parser.CharacterDataHandler = reader.text
    parser.StartDoctypeDeclHandler = parser.EntityDeclHandler = parser.ExternalEntityRefHandler = forbidden
    parser.Parse(text, True)
    for fact in [{"styles": reader.styles.said}, *({"sheet": sheet} for sheet in reader.sheets)]:
        out.write(b"L" + json.dumps(fact, ensure_ascii=False).encode() + b"\n")


class _Styles:
    """The document's styles by their names, and those in use by a number."""

    def __init__(self) -> None:
        self.known: dict[str, dict] = {}
        self.said: list[dict] = []
        self._numbers: dict[str, int] = {}

    def number(self, name: str | None) -> int:
        name = name if name in self.known else DEFAULT
        if name not in self._numbers and len(self.said) >= MOST_STYLES:
            name = DEFAULT
        if name not in self._numbers:
            self._numbers[name] = len(self.said)
            self.said.append(self.known.get(name, {}))
        return self._numbers[name]


class _Reader:
    """Handlers of one document."""

    def __init__(self) -> None:
        self.styles = _Styles()
        self.sheets: list[dict] = []
        self._style: dict | None = None
        self._columns: dict[int, str] = {}
        self._row = self._after_row = self._column = self._after_column = self._after_columns = 0
        self._row_style: str | None = None
        self._cells: list[str | None] = []
        self._option, self._options, self._text = "", {}, ""
        self._styled = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        space, _, name = tag.rpartition(" ")
        if space == EXCEL:
            self._option, self._text = name, ""
        elif space == SS and (handler := STARTS.get(name)):
            handler(self, attributes)

    def end(self, tag: str) -> None:
        space, _, name = tag.rpartition(" ")
        if space == EXCEL:
            if name == self._option:
                self._options[name] = self._text.strip()
            self._option = ""
        elif space == SS and name == "Style":
            self._style = None
        elif space == SS and name == "Row" and self.sheets and self._cells:
            self._styled += len(self._cells)
            if self._styled > MOST_STYLED:
                raise Refusal("too_large")
            styles = [
                self.styles.number(style or self._row_style or self._columns.get(at))
                for at, style in enumerate(self._cells, 1)
            ]
            self.sheets[-1]["rows"].append([self._row, styles])
        elif space == SS and name == "Worksheet" and self.sheets and "FreezePanes" in self._options:
            split = [self._options.get(side, "") for side in ("SplitHorizontal", "SplitVertical")]
            self.sheets[-1]["frozen"] = [int(at) if at.isdecimal() and len(at) < 6 else 0 for at in split]

    def text(self, text: str) -> None:
        if self._option:
            self._text += text[:12]

    def worksheet(self, attributes: dict[str, str]) -> None:
        name = attribute(attributes, "Name") or ""
        self.sheets.append({"name": name, "rows": [], "widths": {}, "heights": {}, "frozen": None})
        self._columns, self._options = {}, {}
        self._row = self._after_row = self._after_columns = 0

    def column(self, attributes: dict[str, str]) -> None:
        first = number(attributes, "Index") or self._after_columns + 1
        self._after_columns = first + (number(attributes, "Span") or 0)
        width, style = _size(attribute(attributes, "Width")), attribute(attributes, "StyleID")
        for at in range(first, min(self._after_columns, 256) + 1):
            if style:
                self._columns[at] = style
            if width and self.sheets:
                self.sheets[-1]["widths"][at] = round(max(0, width * PIXELS - EDGE) / LETTER, 2)

    def row(self, attributes: dict[str, str]) -> None:
        self._row = number(attributes, "Index") or self._after_row + 1
        self._after_row = self._row + (number(attributes, "Span") or 0)
        self._row_style, self._cells = attribute(attributes, "StyleID"), []
        self._column = self._after_column = 0
        if self.sheets and (height := _size(attribute(attributes, "Height"))):
            self.sheets[-1]["heights"][self._row] = height

    def cell(self, attributes: dict[str, str]) -> None:
        self._column = number(attributes, "Index") or self._after_column + 1
        self._after_column = self._column + (number(attributes, "MergeAcross") or 0)
        if self._after_column > 16_384:
            raise Refusal("too_many_columns")
        self._cells += [None] * (self._column - 1 - len(self._cells))
        # The borders of a merged area are those of all its cells.
        self._cells += [attribute(attributes, "StyleID")] * (self._after_column - self._column + 1)

    def style(self, attributes: dict[str, str]) -> None:
        parent = attribute(attributes, "Parent") or DEFAULT
        self._style = self.styles.known[attribute(attributes, "ID") or ""] = dict(self.styles.known.get(parent, {}))

    def trait(self, traits, attributes: dict[str, str]) -> None:
        if self._style is not None:
            self._style.update(traits({name.rpartition(" ")[2]: value for name, value in attributes.items()}))


def _size(text: str | None) -> float | None:
    return float(text) if text and SIZE.fullmatch(text) else None


def _font(said: dict[str, str]) -> Iterator[tuple[str, object]]:
    if name := said.get("FontName", "")[:LONGEST_FONT]:
        yield "font_name", name
    if size := _size(said.get("Size")):
        yield "font_size", size
    for name, word in (("Bold", "bold"), ("Italic", "italic"), ("StrikeThrough", "font_strikeout")):
        if said.get(name) == "1":
            yield word, True
    if line := UNDERLINES.get(said.get("Underline", "")):
        yield "underline", line
    if COLOUR.fullmatch(said.get("Color", "")):
        yield "font_color", said["Color"]


def _alignment(said: dict[str, str]) -> Iterator[tuple[str, object]]:
    if across := ACROSS.get(said.get("Horizontal", "")):
        yield "align", across
    if upright := UPRIGHT.get(said.get("Vertical", "")):
        yield "valign", upright
    for name, word in (("WrapText", "text_wrap"), ("ShrinkToFit", "shrink")):
        if said.get(name) == "1":
            yield word, True
    if said.get("VerticalText") == "1":
        yield "rotation", 270
    elif re.fullmatch(r"-?(?:90|[1-8]?\d)", said.get("Rotate", "")) and int(said["Rotate"]):
        yield "rotation", int(said["Rotate"])
    if re.fullmatch(r"1?\d", said.get("Indent", "")) and int(said["Indent"]):
        yield "indent", int(said["Indent"])


def _border(said: dict[str, str]) -> Iterator[tuple[str, object]]:
    side, lines = said.get("Position", "").lower(), LINES.get(said.get("LineStyle", ""))
    if side in ("left", "right", "top", "bottom") and lines:
        weight = said.get("Weight", "0")
        yield side, lines[int(weight) if weight in ("1", "2", "3") else 0]
        if COLOUR.fullmatch(said.get("Color", "")):
            yield f"{side}_color", said["Color"]


def _interior(said: dict[str, str]) -> Iterator[tuple[str, object]]:
    if said.get("Pattern") not in (None, "None") and COLOUR.fullmatch(said.get("Color", "")):
        yield "pattern", 1
        yield "bg_color", said["Color"]


def _number_format(said: dict[str, str]) -> Iterator[tuple[str, object]]:
    if form := sensible(said.get("Format", "")):
        yield "num_format", form


STARTS = {
    "Worksheet": _Reader.worksheet,
    "Column": _Reader.column,
    "Row": _Reader.row,
    "Cell": _Reader.cell,
    "Style": _Reader.style,
} | {
    name: lambda reader, attributes, traits=traits: reader.trait(traits, attributes)
    for name, traits in {
        "Font": _font,
        "Alignment": _alignment,
        "Border": _border,
        "Interior": _interior,
        "NumberFormat": _number_format,
    }.items()
}
