"""How an .xls looks: fonts, fills, borders, number formats, widths, heights, frozen panes. Child only.

The looks go out as XlsxWriter's properties, each set once and then by its number, so that a sheet returned with remarks
looks like the one that came.
"""

import io
import json
from collections.abc import Iterator

import xlrd

from sheets.defence import MOST_STYLED
from sheets.refusal import Refusal

WIDTH_UNIT = 256  # of a column: 1/256 of a character
TWIP = 20  # of heights and font sizes: 1/20 point
ACROSS = {1: "left", 2: "center", 3: "right", 4: "fill", 5: "justify", 6: "center_across", 7: "distributed"}
UPRIGHT = {0: "top", 1: "vcenter", 3: "vjustify", 4: "vdistributed"}  # 2, the bottom, is what a cell has anyway
SIDES = ("left", "right", "top", "bottom")
STACKED = 255  # letters below each other; XlsxWriter's word for it is 270
BOLD = 600  # of a font's weight; the flag is left unset by many programs
UNDERLINES = {1: 1, 2: 2, 0x21: 33, 0x22: 34}


def looks_in_child(data: bytes, out) -> None:
    """One line for the styles, then one for each sheet; raises what xlrd raises for a file it can't follow, and Refusal
    `too_large` where a file has more looks than anybody drew.
    """
    book = xlrd.open_workbook(file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO())
    if sum(page.row_len(row) for page in book.sheets() for row in range(page.nrows)) > MOST_STYLED:
        raise Refusal("too_large")
    known: dict[str, int] = {}
    numbers: dict[int, int] = {}
    sheets = [_sheet(page, book, known, numbers) for page in book.sheets()]
    _say(out, {"styles": [json.loads(text) for text in known]})
    for sheet in sheets:
        _say(out, {"sheet": sheet})


def _say(out, fact: dict) -> None:
    out.write(b"L" + json.dumps(fact, ensure_ascii=False).encode() + b"\n")


def _sheet(page: xlrd.sheet.Sheet, book: xlrd.Book, known: dict[str, int], numbers: dict[int, int]) -> dict:
    """Rows as [[row, first styles…]]: each cell's style by its number, from column 1 on."""
    rows = []
    for row in range(page.nrows):
        styles = [
            _number(index, book, known, numbers)
            for index in (page.cell_xf_index(row, at) for at in range(page.row_len(row)))
        ]
        if styles:
            rows.append([row + 1, styles])
    frozen = page.panes_are_frozen and (page.horz_split_pos, page.vert_split_pos)
    return {
        "name": page.name,
        "rows": rows,
        "widths": {at + 1: round(info.width / WIDTH_UNIT, 2) for at, info in page.colinfo_map.items() if info.width},
        "heights": {
            row + 1: info.height / TWIP
            for row, info in page.rowinfo_map.items()
            if info.height and info.has_default_height != 1
        },
        "frozen": list(frozen) if frozen else None,
    }


def _number(index: int, book: xlrd.Book, known: dict[str, int], numbers: dict[int, int]) -> int:
    if index not in numbers:
        text = json.dumps(dict(_properties(book.xf_list[index], book)), ensure_ascii=False, sort_keys=True)
        numbers[index] = known.setdefault(text, len(known))
    return numbers[index]


def _properties(style: xlrd.formatting.XF, book: xlrd.Book) -> Iterator[tuple[str, object]]:
    """XlsxWriter's properties of a style."""
    font = book.font_list[style.font_index]
    yield "font_name", font.name
    yield "font_size", font.height / TWIP
    heavy = font.bold or font.weight >= BOLD
    for name, wanted in (("bold", heavy), ("italic", font.italic), ("font_strikeout", font.struck_out)):
        if wanted:
            yield name, True
    if font.underline_type in UNDERLINES:
        yield "underline", UNDERLINES[font.underline_type]
    if colour := _colour(font.colour_index, book):
        yield "font_color", colour
    form = book.format_map.get(style.format_key)
    if form is not None and form.format_str and form.format_str != "General":
        yield "num_format", form.format_str
    yield from _place(style.alignment)
    yield from _frame(style, book)


def _place(alignment: xlrd.formatting.XFAlignment) -> Iterator[tuple[str, object]]:
    if alignment.hor_align in ACROSS:
        yield "align", ACROSS[alignment.hor_align]
    if alignment.vert_align in UPRIGHT:
        yield "valign", UPRIGHT[alignment.vert_align]
    if alignment.text_wrapped:
        yield "text_wrap", True
    if alignment.shrink_to_fit:
        yield "shrink", True
    if alignment.indent_level:
        yield "indent", alignment.indent_level
    turned = alignment.rotation
    if turned == STACKED:
        yield "rotation", 270
    elif 0 < turned <= 180:
        # Beyond 90 the file counts downwards.
        yield "rotation", turned if turned <= 90 else 90 - turned


def _frame(style: xlrd.formatting.XF, book: xlrd.Book) -> Iterator[tuple[str, object]]:
    for side in SIDES:
        if line := getattr(style.border, f"{side}_line_style"):
            yield side, line
            if colour := _colour(getattr(style.border, f"{side}_colour_index"), book):
                yield f"{side}_color", colour
    fill = style.background
    if fill.fill_pattern:
        yield "pattern", fill.fill_pattern
        for name, index in (("fg_color", fill.pattern_colour_index), ("bg_color", fill.background_colour_index)):
            if colour := _colour(index, book):
                yield name, colour


def _colour(index: int, book: xlrd.Book) -> str | None:
    found = book.colour_map.get(index)
    return "#{:02X}{:02X}{:02X}".format(*found) if found else None
