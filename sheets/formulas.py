"""The few formulas that sheets of pay are made of, computed as Excel does: + − × ÷ %, comparisons, SUM, ROUND, IF….

`parse(text) → Formula`, then `formula.value(place)`, where `place` answers for the cells around. Numbers are decimals
of 34 digits; where Excel looks at 15 digits (rounding, comparing, showing) so do we. Whatever isn't listed here, and
whatever Excel would only answer with an error or by taking a text for a number, raises NotComputable: a value is
computed for certain or not at all. Nothing is ever run or looked up: no names, other sheets, texts or clocks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_FLOOR, ROUND_HALF_UP, ROUND_UP, Context, Decimal, DecimalException
from functools import lru_cache
from typing import Protocol

from sheets.values import column_index

EXACT = Context(prec=34)
SHOWN = Context(prec=15)  # what Excel shows and compares
ZERO, ONE, HUNDRED = Decimal(0), Decimal(1), Decimal(100)
LONGEST, MOST_TOKENS, DEEPEST = 1000, 300, 24
FINEST = 15  # digits that may be rounded to, either side of the point
LARGEST = Decimal(10) ** 15  # from here on digits are lost in a sheet

TOKEN = re.compile(
    r"\s*(?:(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:E[+-]?\d{1,3})?)"
    r"|(?P<text>\"(?:[^\"]|\"\")*\")"
    r"|(?P<function>[A-Z][A-Z0-9]*)\s*\("
    r"|(?P<area>\$?[A-Z]{1,3}\$?\d{1,7}:\$?[A-Z]{1,3}\$?\d{1,7})(?![\w!.:])"
    r"|(?P<columns>\$?[A-Z]{1,3}:\$?[A-Z]{1,3})(?![\w!.:$])"
    r"|(?P<cell>\$?[A-Z]{1,3}\$?\d{1,7})(?![\w!.:])"
    r"|(?P<truth>TRUE|FALSE)(?![\w!.:])"
    r"|(?P<sign><=|>=|<>|[-+*/(),=<>%]))",
    re.IGNORECASE,
)
CORNER = re.compile(r"(\$?)([A-Z]{1,3})(\$?)(\d{1,7})")
DIGIT = re.compile(r"\d")

Value = Decimal | str | bool | None  # None is a blank


class NotComputable(Exception):
    """The formula, or a cell that it needs, is nothing that can be computed for certain."""


class Place(Protocol):
    """What a formula can see: cells of its own sheet, by row and column from 1."""

    def cell(self, row: int, column: int) -> Value:
        """A cell's value; raises NotComputable where it is none that can be relied on."""

    def cells(self, top: int, left: int, bottom: int, right: int) -> Iterator[Value]:
        """The values of a range; raises NotComputable as `cell` does, and where there are too many."""


@dataclass(frozen=True, slots=True)
class Corner:
    """A reference as it was written; what isn't fixed moves with a formula that is shared."""

    row: int
    column: int
    row_fixed: bool
    column_fixed: bool

    def moved(self, down: int, right: int) -> tuple[int, int]:
        row = self.row + (0 if self.row_fixed else down)
        column = self.column + (0 if self.column_fixed else right)
        if row < 1 or column < 1:
            raise NotComputable
        return row, column


@dataclass(frozen=True, slots=True)
class Area:
    """A range between two corners, or whole columns."""

    first: Corner
    last: Corner
    whole_columns: bool = False

    def moved(self, down: int, right: int, height: int) -> tuple[int, int, int, int]:
        """(top, left, bottom, right) within a sheet of this height."""
        (one, left), (other, right) = self.first.moved(down, right), self.last.moved(down, right)
        top, bottom = (1, height) if self.whole_columns else (min(one, other), min(max(one, other), height))
        return top, min(left, right), bottom, max(left, right)


@dataclass(frozen=True, slots=True)
class Formula:
    """A parsed formula and all that it refers to."""

    tree: "Node"
    corners: tuple[Corner, ...]
    areas: tuple[Area, ...]

    def value(self, place: Place, *, down: int = 0, right: int = 0, height: int) -> Decimal | str | bool:
        """Its result, moved so many rows and columns from where it was written; raises NotComputable."""
        try:
            found = self.tree.value(_View(place, down, right, height))
        except (DecimalException, OverflowError) as error:
            raise NotComputable from error
        if found is None:
            return ZERO
        if isinstance(found, Decimal):
            found = SHOWN.plus(found)
            if abs(found) >= LARGEST:
                raise NotComputable
        return found


@dataclass(frozen=True, slots=True)
class _View:
    """A place seen from a formula that was moved."""

    place: Place
    down: int
    right: int
    height: int

    def cell(self, corner: Corner) -> Value:
        return self.place.cell(*corner.moved(self.down, self.right))

    def cells(self, area: Area) -> Iterator[Value]:
        return self.place.cells(*area.moved(self.down, self.right, self.height))


class Node(Protocol):
    """A part of a formula."""

    def value(self, view: _View) -> Value: ...


@dataclass(frozen=True, slots=True)
class _Constant:
    constant: Value

    def value(self, _view: _View) -> Value:
        return self.constant


@dataclass(frozen=True, slots=True)
class _Cell:
    corner: Corner

    def value(self, view: _View) -> Value:
        return view.cell(self.corner)


@dataclass(frozen=True, slots=True)
class _Range:
    area: Area

    def value(self, _view: _View) -> Value:
        # A range where one value belongs: Excel takes the one of its row, or several.
        raise NotComputable


@dataclass(frozen=True, slots=True)
class _Operation:
    work: Callable[[Value, Value], Value]
    one: Node
    other: Node

    def value(self, view: _View) -> Value:
        return self.work(self.one.value(view), self.other.value(view))


@dataclass(frozen=True, slots=True)
class _Call:
    work: Callable[[Sequence[Node], "_View"], Value]
    arguments: tuple[Node, ...]

    def value(self, view: _View) -> Value:
        return self.work(self.arguments, view)


def number(value: Value) -> Decimal:
    """A value in arithmetic: a blank is 0. A text isn't taken for a number, whatever it looks like."""
    if value is None:
        return ZERO
    if isinstance(value, Decimal):
        return value
    raise NotComputable


def truth(value: Value) -> bool:
    """A value as a condition."""
    return value if isinstance(value, bool) else number(value) != 0


def _divided(one: Value, other: Value) -> Decimal:
    divisor = number(other)
    if not divisor:
        raise NotComputable
    return EXACT.divide(number(one), divisor)


def _same(one: Value, other: Value) -> bool:
    if isinstance(one, bool) or isinstance(other, bool):
        if not (isinstance(one, bool) and isinstance(other, bool)):
            raise NotComputable
        return one is other
    if isinstance(one, str) or isinstance(other, str):
        # A blank is an empty text as well as 0; a number never equals a text.
        if isinstance(one, Decimal) or isinstance(other, Decimal):
            return False
        return (one or "").casefold() == (other or "").casefold()
    return SHOWN.compare(SHOWN.plus(number(one)), SHOWN.plus(number(other))) == 0


def _order(one: Value, other: Value) -> int:
    return int(SHOWN.compare(SHOWN.plus(number(one)), SHOWN.plus(number(other))))


OPERATIONS: dict[str, Callable[[Value, Value], Value]] = {
    "+": lambda one, other: EXACT.add(number(one), number(other)),
    "-": lambda one, other: EXACT.subtract(number(one), number(other)),
    "*": lambda one, other: EXACT.multiply(number(one), number(other)),
    "/": _divided,
    "=": _same,
    "<>": lambda one, other: not _same(one, other),
    "<": lambda one, other: _order(one, other) < 0,
    ">": lambda one, other: _order(one, other) > 0,
    "<=": lambda one, other: _order(one, other) <= 0,
    ">=": lambda one, other: _order(one, other) >= 0,
}


def _numbers(arguments: Sequence[Node], view: _View) -> Iterator[Decimal]:
    """The numbers among arguments: in ranges and cells words and blanks don't count.

    A text with a digit in it doesn't count for Excel either, but whoever wrote 6000 as text meant an amount: such a
    sum can't be relied on.
    """
    for argument in arguments:
        if isinstance(argument, _Range):
            seen = view.cells(argument.area)
        elif isinstance(argument, _Cell):
            seen = iter((argument.value(view),))
        else:
            yield number(argument.value(view))
            continue
        for value in seen:
            if isinstance(value, Decimal):
                yield value
            elif isinstance(value, bool) or (isinstance(value, str) and DIGIT.search(value)):
                raise NotComputable


def _added(numbers: Iterable[Decimal]) -> Decimal:
    total = ZERO
    for one in numbers:
        total = EXACT.add(total, one)
    return total


def _sum(arguments: Sequence[Node], view: _View) -> Decimal:
    return _added(_numbers(arguments, view))


def _product(arguments: Sequence[Node], view: _View) -> Decimal:
    total, any_number = ONE, False
    for one in _numbers(arguments, view):
        total, any_number = EXACT.multiply(total, one), True
    return total if any_number else ZERO


def _average(arguments: Sequence[Node], view: _View) -> Decimal:
    found = list(_numbers(arguments, view))
    return _divided(_added(found), Decimal(len(found)))


def _rounded(how: str, *, needs_digits: bool = True) -> Callable[[Sequence[Node], _View], Decimal]:
    def work(arguments: Sequence[Node], view: _View) -> Decimal:
        if len(arguments) != 2 and (needs_digits or len(arguments) != 1):
            raise NotComputable
        value = SHOWN.plus(number(arguments[0].value(view)))
        digits = int(number(arguments[1].value(view))) if len(arguments) == 2 else 0
        if abs(digits) > FINEST or abs(value) >= LARGEST:
            raise NotComputable
        return value.quantize(Decimal(1).scaleb(-digits), how, EXACT)

    return work


def _integer(arguments: Sequence[Node], view: _View) -> Decimal:
    if len(arguments) != 1:
        raise NotComputable
    return SHOWN.plus(number(arguments[0].value(view))).to_integral_value(ROUND_FLOOR)


def _absolute(arguments: Sequence[Node], view: _View) -> Decimal:
    if len(arguments) != 1:
        raise NotComputable
    return abs(number(arguments[0].value(view)))


def _if(arguments: Sequence[Node], view: _View) -> Value:
    if not 2 <= len(arguments) <= 3:
        raise NotComputable
    if truth(arguments[0].value(view)):
        return arguments[1].value(view)
    return arguments[2].value(view) if len(arguments) == 3 else False


def _all(arguments: Sequence[Node], view: _View) -> bool:
    truths = [truth(argument.value(view)) for argument in arguments]  # an error in any of them counts
    return all(truths)


def _any(arguments: Sequence[Node], view: _View) -> bool:
    truths = [truth(argument.value(view)) for argument in arguments]
    return any(truths)


FUNCTIONS: dict[str, Callable[[Sequence[Node], _View], Value]] = {
    "SUM": _sum,
    "PRODUCT": _product,
    "AVERAGE": _average,
    "MAX": lambda arguments, view: max(_numbers(arguments, view), default=ZERO),
    "MIN": lambda arguments, view: min(_numbers(arguments, view), default=ZERO),
    "ROUND": _rounded(ROUND_HALF_UP),
    "ROUNDUP": _rounded(ROUND_UP),
    "ROUNDDOWN": _rounded(ROUND_DOWN),
    "TRUNC": _rounded(ROUND_DOWN, needs_digits=False),
    "INT": _integer,
    "ABS": _absolute,
    "IF": _if,
    "AND": _all,
    "OR": _any,
}


@lru_cache(maxsize=1024)
def parse(text: str) -> Formula:
    """A formula without its equals sign; raises NotComputable for anything that isn't of these few kinds."""
    if len(text) > LONGEST:
        raise NotComputable
    parser = _Parser(list(_tokens(text)))
    tree = parser.comparison(0)
    if parser.left():
        raise NotComputable
    return Formula(tree, tuple(parser.corners), tuple(parser.areas))


def _tokens(text: str) -> Iterator[tuple[str, str]]:
    at, count, text = 0, 0, text.rstrip()
    while at < len(text):
        match = TOKEN.match(text, at)
        count += 1
        if match is None or count > MOST_TOKENS:
            raise NotComputable
        yield match.lastgroup, match[match.lastgroup]
        at = match.end()


def _corner(text: str) -> Corner:
    fixed_column, letters, fixed_row, row = CORNER.fullmatch(text.upper()).groups()
    return Corner(int(row), column_index(letters), bool(fixed_row), bool(fixed_column))


class _Parser:
    """Recursive descent; how deep is counted."""

    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self._tokens, self._at = tokens, 0
        self.corners: list[Corner] = []
        self.areas: list[Area] = []

    def left(self) -> bool:
        return self._at < len(self._tokens)

    def _sign(self, *wanted: str) -> str:
        """The next sign, where it is one of these; taken."""
        if self.left() and self._tokens[self._at][0] == "sign" and self._tokens[self._at][1] in wanted:
            self._at += 1
            return self._tokens[self._at - 1][1]
        return ""

    def comparison(self, depth: int) -> Node:
        if depth > DEEPEST:
            raise NotComputable
        one = self._sum(depth)
        if sign := self._sign("=", "<>", "<", ">", "<=", ">="):
            return _Operation(OPERATIONS[sign], one, self._sum(depth))
        return one

    def _sum(self, depth: int) -> Node:
        one = self._product(depth)
        while sign := self._sign("+", "-"):
            one = _Operation(OPERATIONS[sign], one, self._product(depth))
        return one

    def _product(self, depth: int) -> Node:
        one = self._signed(depth)
        while sign := self._sign("*", "/"):
            one = _Operation(OPERATIONS[sign], one, self._signed(depth))
        return one

    def _signed(self, depth: int) -> Node:
        negative, signed = False, False
        while sign := self._sign("+", "-"):
            negative, signed = negative != (sign == "-"), signed or sign == "-"
        one = self._atom(depth)
        while self._sign("%"):
            one = _Operation(_divided, one, _Constant(HUNDRED))
        if not signed:
            return one
        return _Operation(OPERATIONS["*"], one, _Constant(-ONE if negative else ONE))

    def _atom(self, depth: int) -> Node:
        if not self.left():
            raise NotComputable
        kind, text = self._tokens[self._at]
        self._at += 1
        if kind == "number":
            return _Constant(Decimal(text))
        if kind == "text":
            return _Constant(text[1:-1].replace('""', '"'))
        if kind == "truth":
            return _Constant(text.upper() == "TRUE")
        if kind == "cell":
            self.corners.append(_corner(text))
            return _Cell(self.corners[-1])
        if kind in ("area", "columns"):
            return self._range(text, whole_columns=kind == "columns")
        if kind == "function":
            return self._call(text.upper(), depth)
        if text == "(":
            inner = self.comparison(depth + 1)
            if not self._sign(")"):
                raise NotComputable
            return inner
        raise NotComputable

    def _range(self, text: str, *, whole_columns: bool) -> Node:
        first, _colon, last = text.partition(":")
        if whole_columns:
            first, last = f"{first}1", f"{last}1"
        self.areas.append(Area(_corner(first), _corner(last), whole_columns))
        return _Range(self.areas[-1])

    def _call(self, name: str, depth: int) -> Node:
        if name not in FUNCTIONS:
            raise NotComputable
        arguments: list[Node] = []
        while True:
            if self.left() and self._tokens[self._at] in (("sign", ","), ("sign", ")")):
                # An argument that was left out: IF(A1>0,,5).
                arguments.append(_Constant(None))
            else:
                arguments.append(self.comparison(depth + 1))
            if self._sign(")"):
                return _Call(FUNCTIONS[name], tuple(arguments))
            if not self._sign(","):
                raise NotComputable
