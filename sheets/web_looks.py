"""How a web table looks, in the same words as `sheets.old_looks`. Child only.

The page is read by the reader's own class, so each look stands where the reader put its cell. Known are attributes
(`bgcolor`, `align`, `width`, `border` …), `style`, rules of the page's style blocks for tags and classes, and marks such
as <b> around all of a cell's text. Rules are known from where they stand on: exports put them first.
"""

import json
import re

from sheets import stylesheet
from sheets.defence import MOST_STYLED, MOST_STYLES, Limits
from sheets.number_formats import shows_date
from sheets.refusal import Refusal
from sheets.stylesheet import INLINE, OWN, SIDES
from sheets.values import is_long_number
from sheets.webpage import DEEPEST, GROUPS, Page, parsed
from sheets.xml_looks import EDGE, LETTER

MOST_RULES, MOST_DEEP = 10_000, 64  # of the deep ones, which look at what stands around, each costs every new cell
MOST_KNOWN = 4096
WIDEST, HIGHEST = 100, 409  # characters; points
SELECTOR = re.compile(r"([A-Za-z][A-Za-z0-9]*|)(?:\.([\w-]+))?")
ALWAYS = frozenset(("html", "body", "table", "tbody", "tr"))
MARKUP: dict[str, dict[str, object]] = {
    **{tag: {"bold": True} for tag in ("b", "strong", "h1", "h2", "h3", "h4", "h5", "h6")},
    **{tag: {"italic": True} for tag in ("i", "em")},
    **{tag: {"font_strikeout": True} for tag in ("s", "strike", "del")},
    **{tag: {} for tag in ("font", "span", "div", "p")},
    "u": {"underline": 1},
    "center": {"align": "center"},
    "th": {"bold": True, "align": "center"},
}
FONT_SIZES = {"1": 7.5, "2": 10, "3": 12, "4": 13.5, "5": 18, "6": 24, "7": 36}
HINTS = ("align", "valign", "bgcolor", "width", "height", "nowrap", "color", "face", "size", "class", "style")
PLAIN = 0
NOTHING: dict[str, object] = {}


def looks_in_child(text: str, limits: Limits, out) -> None:
    """One line for the styles, then one for the sheet; none where the page says nothing of its looks. Raises what the
    reader raises, and Refusal `too_large` where a file has more looks than anybody drew.
    """
    page = _Looking(limits)
    for _event in parsed(page, text):
        pass
    if page.says_something or page.widths:
        sheet = {"name": page.grid.name, "rows": page.rows, "widths": page.widths, "heights": page.heights}
        for fact in ({"styles": page.styles}, {"sheet": sheet | {"frozen": None, "fitted": True}}):
            out.write(b"L" + json.dumps(fact, ensure_ascii=False).encode() + b"\n")


class _Rules:
    """What the style blocks say, by tag and class; the deep ones are bound to a class around."""

    def __init__(self) -> None:
        self.plain: dict[tuple[str, str], dict] = {}
        self.deep: list[tuple[list[tuple[str, str]], tuple[str, str], dict]] = []
        self._count = 0

    def learn(self, text: str) -> None:
        for selectors, body in stylesheet.rules(text):
            said = stylesheet.look(body)
            for selector in selectors.split(",") if said else ():
                self._count += 1
                if self._count > MOST_RULES:
                    return
                self._keep(selector, said)

    def _keep(self, selector: str, said: dict) -> None:
        steps = [SELECTOR.fullmatch(step) for step in selector.replace(">", " ").split()[:6]]
        if not steps or not all(steps):
            return
        *around, last = [(step[1].lower(), step[2] or "") for step in steps]
        around = [step for step in around if step[1] or step[0] not in ALWAYS]
        if not around:
            self.plain.setdefault(last, {}).update(said)
        elif len(self.deep) < MOST_DEEP:
            self.deep.append((around, last, said))

    def of(self, tag: str, classes: list[str], around: list[tuple[str, list[str]]]) -> dict:
        found = dict(self.plain.get((tag, ""), ()))
        for name in classes:
            found.update(self.plain.get(("", name), ()))
        for above, (last_tag, last_class), said in self.deep:
            if last_tag in ("", tag) and (not last_class or last_class in classes) and _stand(above, around):
                found.update(said)
        for name in classes:
            found.update(self.plain.get((tag, name), ()))
        return found


def _stand(above: list[tuple[str, str]], around: list[tuple[str, list[str]]]) -> bool:
    return all(any(tag in ("", one) and (not name or name in has) for one, has in around) for tag, name in above)


class _Drawn:
    """How one open table looks: what its parts say, and the row and the cell under construction."""

    def __init__(self, around: tuple[str, list[str]], look: dict, cells: dict) -> None:
        self.outside = [around]  # the table and the group; `around` has the row too
        self.around = self.outside
        self.look, self.cells = look, cells
        self.group = NOTHING
        self.columns: dict[int, dict] = {}
        self.widths: dict[int, float] = {}
        self.rows = 0
        self.row: dict = {}
        self.styles: list[int] = []
        self.cell: dict = {}
        self.inline: list[tuple[str, dict]] = []
        self.shared: dict | None = None  # what all texts of the cell have in common

    def text(self) -> None:
        said = self.inline[-1][1] if self.inline else NOTHING
        if self.shared is None:
            self.shared = said
        elif self.shared is not said:
            self.shared = {name: value for name, value in self.shared.items() if said.get(name) == value}


class _Looking(Page):
    """The page, with an eye on its looks."""

    def __init__(self, limits: Limits) -> None:
        super().__init__(limits)
        self.rules = _Rules()
        self.drawn: list[_Drawn] = []
        self.styles: list[dict] = [{}]
        self.rows: list[list] = []
        self.widths: dict[int, float] = {}
        self.heights: dict[int, float] = {}
        self.says_something = False
        self._numbers: dict[tuple, int] = {(): PLAIN}
        self._known: dict[tuple, dict] = {}
        self._made: dict[tuple, tuple[int, tuple]] = {}
        self._tag, self._attributes = "", {}
        self._styled = self._most_rows = 0

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        silent = self.silent
        self._tag, self._attributes = tag, dict(attributes)
        super().handle_starttag(tag, attributes)
        if silent or not self.drawn:
            return
        drawn, table = self.drawn[-1], self.tables[-1]
        if tag in GROUPS:
            drawn.group = self._element(tag, self._attributes, drawn.outside[:1])
            drawn.outside = drawn.around = [drawn.outside[0], (tag, _classes(self._attributes))]
        elif tag in MARKUP and tag != "th" and table.parts is not None and len(drawn.inline) < DEEPEST:
            said = self._element(tag, self._attributes, drawn.around)
            above = drawn.inline[-1][1] if drawn.inline else NOTHING
            drawn.inline.append((tag, above | {name: said[name] for name in said.keys() & INLINE}))

    def handle_endtag(self, tag: str) -> None:
        silent = self.silent
        super().handle_endtag(tag)
        if silent or not self.drawn:
            return
        drawn = self.drawn[-1]
        if tag in GROUPS:
            drawn.outside = drawn.around = drawn.outside[:1]
            drawn.group = NOTHING
        elif tag in MARKUP:
            at = next((at for at in reversed(range(len(drawn.inline))) if drawn.inline[at][0] == tag), None)
            if at is not None:
                del drawn.inline[at:]

    def handle_data(self, data: str) -> None:
        super().handle_data(data)
        if not self.silent and self.tables and self.tables[-1].parts is not None and not data.isspace():
            self.drawn[-1].text()

    def _learn_style(self) -> None:
        self.rules.learn("".join(self.style))
        self._known.clear()
        super()._learn_style()

    def _start_table(self) -> None:
        super()._start_table()
        said, around = self._attributes, ("table", _classes(self._attributes))
        body = self.rules.plain.get(("body", ""), {})
        look = {name: body[name] for name in body.keys() & INLINE} | self._element("table", said, [])
        look.pop("align", None)  # of the table on the page
        self.drawn.append(_Drawn(around, _handed_down(look), _frame(said)))

    def _end_table(self) -> None:
        super()._end_table()
        drawn = self.drawn.pop()
        # Of tables below each other the longest one is what the sheet is for; a title above is one wide cell.
        if drawn.rows > self._most_rows:
            self._most_rows, self.widths = drawn.rows, drawn.widths

    def _column(self, attributes: dict[str, str | None]) -> None:
        first = self.tables[-1].columns + 1
        super()._column(attributes)
        drawn = self.drawn[-1]
        look = self._element("col", attributes, drawn.outside[:1])
        for at in range(first, self.tables[-1].columns + 1):
            drawn.columns[at] = _handed_down(look)
            if width := _characters(look):
                drawn.widths[at] = width

    def _start_row(self, attributes: dict[str, str | None]) -> None:
        super()._start_row(attributes)
        drawn = self.drawn[-1]
        drawn.styles = []
        drawn.row = self._element("tr", attributes, drawn.outside)
        drawn.around = [*drawn.outside, ("tr", _classes(attributes))]

    def _start_cell(self, attributes: dict[str, str | None]) -> None:
        super()._start_cell(attributes)
        drawn, table = self.drawn[-1], self.tables[-1]
        drawn.cell = self._element(self._tag, attributes, drawn.around)
        drawn.inline, drawn.shared = [], None
        if table.at == table.column and (width := _characters(drawn.cell)):
            drawn.widths.setdefault(table.at, width)

    def _end_cell(self) -> None:
        table, drawn = self.tables[-1], self.drawn[-1]
        being_open = table.parts is not None
        super()._end_cell()
        if being_open:
            number = self._cell_style(drawn, drawn.columns.get(table.at, NOTHING), table.cells[table.at - 1])
            drawn.styles += [PLAIN] * (table.at - 1 - len(drawn.styles))
            drawn.styles += [number] * (table.column - table.at + 1)

    def _put(self, cells: list) -> int:
        number = super()._put(cells)
        if not self.drawn:
            return number
        drawn = self.drawn[-1]
        drawn.rows += 1
        if (height := drawn.row.get("height")) and height / stylesheet.POINT <= HIGHEST:
            self.heights[number] = round(height / stylesheet.POINT, 2)
            self.says_something = True
        styles, drawn.styles = drawn.styles, []
        while styles and styles[-1] == PLAIN:
            styles.pop()
        if styles:
            self._styled += len(styles)
            if self._styled > MOST_STYLED:
                raise Refusal("too_large")
            self.rows.append([number, styles])
        return number

    def _cell_style(self, drawn: _Drawn, column: dict, value: object) -> int:
        """The number of a cell's style, from what all that it stands in says, each over the one before."""
        if isinstance(value, str):
            kind = ("text", is_long_number(value), "\n" in value)
        else:
            kind = (type(value),)
        parts = (drawn.look, column, drawn.group, drawn.row, drawn.cells, drawn.cell, drawn.shared or NOTHING)
        key = (kind, *map(id, parts))
        if key not in self._made:
            look: dict[str, object] = {}
            for part in parts:
                look |= _handed_down(part) if part is drawn.row else part
            if len(self._made) >= MOST_KNOWN:
                self._made.clear()
            # The parts are kept, so that no other one gets the address of one that is gone.
            self._made[key] = (self._number(stylesheet.properties(look), value), parts)
        return self._made[key][0]

    def _number(self, said: dict, value: object) -> int:
        """The number of a cell's style; texts stay texts when they are typed over, as a web table's are."""
        if said:
            self.says_something = True
        if isinstance(value, str):
            if "num_format" not in said or is_long_number(value):
                said["num_format"] = "@"
            if "\n" in value:
                said["text_wrap"] = True
        elif isinstance(value, float) and shows_date(said.get("num_format", "")):
            del said["num_format"]  # read again, the number would be a day
        key = tuple(said.items())
        if key not in self._numbers:
            if len(self.styles) >= MOST_STYLES:
                return PLAIN
            self._numbers[key] = len(self.styles)
            self.styles.append(said)
        return self._numbers[key]

    def _element(self, tag: str, attributes: dict[str, str | None], around: list[tuple[str, list[str]]]) -> dict:
        """What an element says of itself: its attributes, the page's rules, its own style, each over the one before."""
        said = tuple((name, attributes[name] or "") for name in HINTS if name in attributes)
        where = tuple((one, *has) for one, has in around) if self.rules.deep else ()
        key = (tag, said, where)
        if key not in self._known:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            self._known[key] = (
                MARKUP.get(tag, {})
                | _hints(tag, dict(said))
                | self.rules.of(tag, _classes(attributes), around)
                | stylesheet.look(attributes.get("style") or "")
            )
        return self._known[key]


def _hints(tag: str, said: dict[str, str]) -> dict[str, object]:
    """What the attributes from before the days of CSS say."""
    found: dict[str, object] = {}
    if tag == "font":
        if ink := stylesheet.colour(said.get("color", "")):
            found["font_color"] = ink
        if size := FONT_SIZES.get(said.get("size", "").strip()):
            found["font_size"] = size
        return found | stylesheet.font_name(said.get("face", ""))
    if fill := stylesheet.colour(said.get("bgcolor", "")):
        found["bg_color"] = fill
    for name, word, words in (("align", "align", stylesheet.ACROSS), ("valign", "valign", stylesheet.UPRIGHT)):
        if said.get(name, "").lower() in words:
            found[word] = words[said[name].lower()]
    for name in ("width", "height"):
        if length := stylesheet.pixels(said.get(name, "")):
            found[name] = length
    if "nowrap" in said:
        found["text_wrap"] = False
    return found


def _frame(said: dict[str, str | None]) -> dict[str, object]:
    """The lines that a table with a border draws around each of its cells."""
    if "border" not in said or not (said["border"] in ("", None) or stylesheet.pixels(said["border"])):
        return {}
    ink = stylesheet.colour(said.get("bordercolor") or "")
    return {
        f"{side}_{what}": value for side in SIDES for what, value in (("line", "solid"), ("thick", 1.0), ("ink", ink))
    }


def _handed_down(look: dict) -> dict:
    return {name: value for name, value in look.items() if name not in OWN}


def _characters(look: dict) -> float:
    """A width in characters, 0 where none is said."""
    width = look.get("width")
    return min(WIDEST, round(max(0, width - EDGE) / LETTER, 2)) if width else 0


def _classes(attributes: dict[str, str | None]) -> list[str]:
    return (attributes.get("class") or "")[:200].split()[:8]
