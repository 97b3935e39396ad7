"""HTML tables, mostly named .xls: what web systems call “导出 Excel”. Read as a stream. Child only.

A cell is the text that a person sees, so IDs and cards never become numbers; only Excel's own
`x:num` makes one, and not in a column formatted as text (`mso-number-format:"\\@"`). Text between
tables and tables one below the other stand in one sheet, as Excel shows them. Nothing is fetched.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

from sheets.defence import Limits
from sheets.grid import Grid, Spent, too_long
from sheets.refusal import Refusal
from sheets.stylesheet import rules
from sheets.values import WITHOUT_VALUE, ErrorValue

PIECE = 1 << 16
LONGEST_TAG = 1 << 19  # what stays unclosed for longer is no honest markup; bounds the parser's rescans too
DEEPEST = 40
WIDEST_SPAN, TALLEST_SPAN = 1000, 65_534  # where browsers stop
MOST_STYLE = 1 << 20  # of all its style blocks together
SILENT = frozenset("title script style noscript template select xml object".split())
BREAKS = frozenset("p div li h1 h2 h3 h4 h5 h6 center form hr ul ol dd dt section body html".split())
GROUPS = frozenset(("thead", "tbody", "tfoot"))
SPACE = re.compile(r"[ \t\r\n\f]+")
AROUND_BREAK = re.compile(r" *\n *")
GONE = re.compile(r"display\s*:\s*none", re.IGNORECASE)
CLASS = re.compile(r"\.([\w-]+)")
AS_TEXT = re.compile(r"mso-number-format\s*:\s*[\"']?\s*\\{0,2}@", re.IGNORECASE)
SHEET_NAME = re.compile(r"<x:Name>\s*([^<]{1,100})</x:Name>", re.IGNORECASE)
NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]{1,4})?")
SHOWS_DATE = re.compile(r"\d\s*[-/.年月:]\s*\d+\s*[-/.月日:]|\d\s*[年月:]")


def extract(text: str, limits: Limits) -> Iterator[tuple]:
    """Events of `sheets.extract` from the decoded page."""
    yield ("kind", "html")
    yield from parsed(Page(limits), text)


def parsed(page: "Page", text: str) -> Iterator[tuple]:
    """The events of a page that is given its text piece by piece."""
    try:
        for at in range(0, len(text), PIECE):
            page.feed(text[at : at + PIECE])
            if len(page.rawdata) > LONGEST_TAG:
                raise Refusal("corrupt")
            yield from page.events()
        page.close()
    except AssertionError as error:
        # The parser's word for a declaration that it doesn't know.
        raise Refusal("corrupt") from error
    page.finish()
    yield from page.events()


class _Table:
    """One open table: the row under construction and what spans down into the next ones."""

    def __init__(self) -> None:
        self.cells: list | None = None
        self.spans: dict[int, int] = {}
        self.merges: list[tuple[int, int, int]] = []
        self.column = self.columns = 0
        self.hidden = self.nested = self.fresh = False
        self.parts: list[str] | None = None
        self.length = 0
        self.at = 0
        self.attributes: dict[str, str | None] = {}


class Page(HTMLParser):
    """One page on its way to a sheet; `sheets.web_looks` watches it for its looks."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(convert_charrefs=True)
        self.limits = limits
        self.grid = Grid("", limits, Spent(limits))
        self.tables: list[_Table] = []
        self.opened = self.tabled = self.frames = self.ended = False
        self.silent = ""
        self.style: list[str] = []
        self.styled = 0
        self.text_classes: set[str] = set()
        self.loose: list[str] = []
        self.loose_length = 0

    def events(self) -> Iterator[tuple]:
        if not self.opened:
            if not self.grid.height and not self.ended:
                return
            self.opened = True
            yield self.grid.opening()
        yield from self.grid.ready(last=self.ended)

    def finish(self) -> None:
        """The page is over: close what is open."""
        while self.tables:
            self._end_table()
        self._flush_loose()
        if not self.tabled:
            what = "只有框架，数据在旁边的文件夹里" if self.frames else "里面没有表格"
            raise Refusal(
                "not_a_sheet",
                f"这个文件其实是网页（HTML），{what}。请用 Excel 或 WPS 打开原表，另存为 .xlsx 格式后重新上传。",
            )
        self.ended = True

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if self.silent:
            return
        if tag in SILENT:
            self.silent = tag
        elif tag in ("td", "th"):
            if self.tables:
                self._start_cell(dict(attributes))
        elif tag == "tr":
            if self.tables:
                self._end_row()
                self._start_row(dict(attributes))
        elif tag == "br":
            self._break(forced=True)
        elif tag == "table":
            self._start_table()
        elif tag == "col":
            if self.tables:
                self._column(dict(attributes))
        elif tag in GROUPS:
            self._new_group()
        elif tag in BREAKS:
            self._break()
        elif tag == "frameset":
            self.frames = True

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        if tag in ("td", "th", "tr", "col", "br"):
            self.handle_starttag(tag, attributes)
            if tag in ("td", "th", "tr"):
                self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self.silent:
            if tag == self.silent:
                self.silent = ""
                if tag == "style":
                    self._learn_style()
        elif tag in ("td", "th"):
            if self.tables:
                self._end_cell()
        elif tag == "tr":
            if self.tables:
                self._end_row()
        elif tag == "table":
            if self.tables:
                self._end_table()
        elif tag in GROUPS:
            self._new_group()
        elif tag in BREAKS:
            self._break()

    def handle_data(self, data: str) -> None:
        if self.silent:
            if self.silent == "style" and self.styled < MOST_STYLE:
                self.style.append(data)
                self.styled += len(data)
            return
        table = self.tables[-1] if self.tables else None
        if table is None:
            self.loose.append(data)
            self.loose_length += len(data)
            if self.loose_length > self.limits.max_text * 4:
                raise too_long(self.grid.height + 1, self.limits)
        elif table.parts is not None:
            if table.fresh and not data.isspace():
                if table.parts:
                    table.parts.append(BREAK)
                table.fresh = False
            table.parts.append(data)
            table.length += len(data)
            # White space that a page is indented with doesn't count, but isn't endless either.
            if table.length > self.limits.max_text * 4:
                raise too_long(self.grid.height + 1, self.limits)

    def handle_comment(self, data: str) -> None:
        if not self.grid.name and not self.opened and (match := SHEET_NAME.search(data)):
            self.grid.name = match[1].strip()

    def _learn_style(self) -> None:
        for selectors, body in rules("".join(self.style)):
            if AS_TEXT.search(body):
                self.text_classes.update(CLASS.findall(selectors))
        self.style = []

    def _break(self, *, forced: bool = False) -> None:
        if not self.tables:
            self._flush_loose()
            return
        table = self.tables[-1]
        if table.parts is None:
            return
        if forced:
            # A private mark, because line breaks of the page's own text are mere white space.
            table.parts.append(BREAK)
        # A new paragraph breaks the line only between texts.
        table.fresh = not forced

    def _flush_loose(self) -> None:
        """Text outside tables stands in a row of its own, as Excel shows it."""
        if not self.loose:
            return
        text = _collapsed("".join(self.loose))
        self.loose, self.loose_length = [], 0
        if text:
            if len(text) > self.limits.max_text:
                raise too_long(self.grid.height + 1, self.limits)
            self._put([text])

    def _put(self, cells: list) -> int:
        number = self.grid.height + 1
        self.grid.check_row(number)
        self.grid.row(number, cells)
        return number

    def _start_table(self) -> None:
        self._flush_loose()
        if len(self.tables) >= DEEPEST:
            raise Refusal("corrupt", "网页里的表格嵌套过深，无法读取。请用 Excel 或 WPS 另存为 .xlsx 后重新上传。")
        if self.tables:
            self.tables[-1].nested = True
        self.tabled = True
        self.tables.append(_Table())

    def _end_table(self) -> None:
        self._end_row()
        self.tables.pop()

    def _new_group(self) -> None:
        if self.tables:
            self._end_row()
            self.tables[-1].spans.clear()

    def _column(self, attributes: dict[str, str | None]) -> None:
        table = self.tables[-1]
        first = table.columns + 1
        table.columns = min(first - 1 + _span(attributes, "span", WIDEST_SPAN), self.limits.max_columns)
        if GONE.search(attributes.get("style") or "") or attributes.get("width") == "0":
            self.grid.hidden_columns.update(range(first, table.columns + 1))

    def _start_row(self, attributes: dict[str, str | None]) -> None:
        table = self.tables[-1]
        table.cells, table.column, table.merges = [], 0, []
        table.hidden = "hidden" in attributes or bool(GONE.search(attributes.get("style") or ""))
        table.nested = False

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        table = self.tables[-1]
        self._end_cell()
        if table.cells is None:
            self._start_row({})
        column = table.column + 1
        while column in table.spans:
            column += 1
        if column > self.limits.max_columns:
            raise Refusal("too_many_columns")
        across = min(_span(attributes, "colspan", WIDEST_SPAN), self.limits.max_columns - column + 1)
        down = _span(attributes, "rowspan", TALLEST_SPAN)
        table.column = column + across - 1
        if across > 1 or down > 1:
            table.merges.append((column, table.column, down))
        table.cells.extend([None] * (table.column - len(table.cells)))
        table.at, table.parts, table.length, table.attributes = column, [], 0, attributes
        table.fresh = False

    def _end_cell(self) -> None:
        table = self.tables[-1]
        if table.parts is None:
            return
        text = _collapsed("".join(table.parts))
        if len(text) > self.limits.max_text:
            raise too_long(self.grid.height + 1, self.limits)
        table.cells[table.at - 1] = self._value(text, table.attributes)
        table.parts = None

    def _end_row(self) -> None:
        table = self.tables[-1]
        self._end_cell()
        if table.cells is None:
            return
        cells, table.cells = table.cells, None
        if table.nested and all(cell is None for cell in cells):
            # A row of a page's layout: the tables inside it stand above already.
            return
        number = self._put(cells)
        if table.hidden:
            self.grid.hidden_rows.add(number)
        table.spans = {column: left - 1 for column, left in table.spans.items() if left > 1}
        for left, right, down in table.merges:
            self.grid.merge(number, left, number + down - 1, right)
            if down > 1:
                table.spans.update(dict.fromkeys(range(left, right + 1), down - 1))

    def _value(self, text: str, attributes: dict[str, str | None]) -> object:
        if "x:err" in attributes:
            return ErrorValue((attributes["x:err"] or text or "#N/A")[:12])
        if not text and not attributes.get("x:num"):
            return WITHOUT_VALUE if "x:fmla" in attributes else None
        if "x:num" not in attributes or self._is_text(attributes):
            return text
        stored = (attributes["x:num"] or text.replace(",", "")).strip()
        if SHOWS_DATE.search(text) or not NUMBER.fullmatch(stored):
            return text
        return float(stored)

    def _is_text(self, attributes: dict[str, str | None]) -> bool:
        return bool(AS_TEXT.search(attributes.get("style") or "")) or not self.text_classes.isdisjoint(
            (attributes.get("class") or "").split()
        )


BREAK = "\x00"  # refused in the page itself before


def _collapsed(text: str) -> str:
    """White space as a page shows it; a line break only where a tag made one."""
    text = SPACE.sub(" ", text).replace(BREAK, "\n")
    text = AROUND_BREAK.sub("\n", text).strip(" \n")
    return text.replace("\xa0", " ") if text.strip() else ""


def _span(attributes: dict[str, str | None], name: str, most: int) -> int:
    match = re.match(r"\s*([0-9]{1,12})", attributes.get(name) or "")
    if not match:
        return 1
    # rowspan=0 goes down to the end of the table.
    return min(int(match[1]), most) or (most if name == "rowspan" else 1)
