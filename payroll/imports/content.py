"""What the cells of a column look like, whatever its title says.

A kind is claimed only by evidence that chance doesn't give: an ID number has its check digit, a card Luhn's,
a mobile number its eleven digits. Everything else is a weak kind that can only support a title.
"""

import datetime
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from payroll.rules.amounts import NotMoney, parse_money
from payroll.rules.banks import KNOWN_BANKS
from payroll.rules.names import looks_like_name
from payroll.rules.numbers import LONG_RUN, bank_beside, clean_card
from responsibilities.rules.identifiers import (
    id_problem,
    is_luhn_valid,
    is_mobile,
    mask_id,
    mask_phone,
    normalise_card,
    normalise_id,
    normalise_phone,
)
from sheets.headers import Header
from sheets.reader import Sheet
from sheets.values import PRECISION_LIMIT, Cell, as_text

SAMPLES = 5
SAMPLE_ROWS = 120
SAMPLE_LENGTH = 32
CREW = re.compile(r".{1,16}(?:班组|(?<![加值上下夜白早晚中])班|组|队|工段|工区)(?:[(（].*[)）])?")
TRADE = re.compile(r"(?:[\u4e00-\u9fff]{1,6}(?:工|手|员)|力工|普工|小工|大工)")
MONTH = re.compile(r"(?:20\d{2}[年.\-/])(?:1[0-2]|0?[1-9])月?(?:份)?|20\d{2}(?:1[0-2]|0[1-9])|(?:1[0-2]|[1-9])月份?")
DIGITS = re.compile(r"\d")
# A day, with or without an hour: no personal number, and useless with its year hidden.
DAY = re.compile(
    r"(?:19|20)\d{2}[-/.年](?:1[0-2]|0?[1-9])[-/.月](?:3[01]|[12]\d|0?[1-9])日?(?:[ T]\d{1,2}:\d{2}(?::\d{2})?)?"
)
# A day, or seven digits and more, with whatever separates them; an ID number may end in X.
DAY_OR_NUMBER = re.compile(
    rf"(?:{DAY.pattern})(?!\d)|\d(?:[\W_]{{0,3}}\d){{6,}}[\W_]{{0,3}}[Xx](?![A-Za-z])|\d(?:[\W_]{{0,3}}\d){{6,}}"
)
# As amounts are typed, with a point or commas, and no number of a person is.
AMOUNT = re.compile(r"[-+¥￥]?(?:\d{1,3}(?:[,，]\d{3})+|\d{1,6}(?=\.))(?:\.\d{1,2})?元?")
PLAIN_NUMBER = re.compile(r"[0-9]{1,8}")

# What a column can't be where most of its cells are of another, unmistakable kind.
STRONG = ("id", "card", "account", "phone", "name", "lost")
CLASHES = {
    "id_number": ("card", "account", "phone", "name"),
    "bank_card": ("id", "phone", "name", "bank"),
    "phone": ("id", "card", "account", "name"),
    "name": ("id", "card", "account", "phone", "amount"),
    "bank_name": ("id", "card", "account", "phone", "amount", "lost"),
    "crew": ("id", "card", "account", "phone"),
    "trade": ("id", "card", "account", "phone"),
} | dict.fromkeys(
    ("days", "hours", "unit_price", "gross", "deductions", "advance", "net_pay"),
    ("id", "card", "account", "phone", "name", "lost"),
)
SUPPORTS = {
    "id_number": ("id", "lost", "like_id"),
    "bank_card": ("card", "account", "lost"),
    "phone": ("phone",),
    "name": ("name",),
    "bank_name": ("bank",),
    "crew": ("crew", "trade"),
    "trade": ("trade", "crew"),
    "month": ("month", "date"),
} | dict.fromkeys(("days", "hours", "unit_price", "gross", "deductions", "advance", "net_pay"), ("amount",))


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sampled cells of one column show. `shares` are parts of the filled cells, by kind."""

    filled: int
    distinct: int
    shares: dict[str, float]
    samples: tuple[str, ...]
    largest: float
    counting: bool  # 1, 2, 3 …

    def share(self, *kinds: str) -> float:
        return sum(self.shares.get(kind, 0.0) for kind in kinds)

    def clashes(self, column: str) -> bool:
        """Whether most cells are unmistakably something else than this canonical column."""
        return self.filled >= 2 and self.share(*CLASHES.get(column, ())) > 0.6

    def supports(self, column: str) -> bool:
        """Whether the cells look as this canonical column's would."""
        kinds = SUPPORTS.get(column)
        if kinds is None or not self.filled or self.share(*kinds) < 0.6:
            return False
        return column != "days" or self.largest <= 31


NOTHING = Evidence(0, 0, {}, (), 0.0, False)


def evidence_of(cells: Iterable[Cell]) -> Evidence:
    """Judge the cells of a column; blanks don't count."""
    kinds: Counter[str] = Counter()
    texts: list[str] = []
    numbers: list[float] = []
    seen: set[object] = set()
    for cell in cells:
        if cell is None or (type(cell) is str and not cell.strip()):
            continue
        kinds[kind_of(cell)] += 1
        seen.add(cell)
        if len(texts) < SAMPLES:
            texts.append(masked(cell))
        if type(cell) is float:
            numbers.append(cell)
        elif type(cell) is str and PLAIN_NUMBER.fullmatch(cell.strip()):
            numbers.append(float(cell))
    filled = kinds.total()
    return Evidence(
        filled=filled,
        distinct=len(seen),
        shares={kind: count / filled for kind, count in kinds.items()},
        samples=tuple(texts),
        largest=max(numbers, default=0.0),
        counting=_counts(numbers, filled),
    )


def kind_of(cell: Cell) -> str:
    """id, like_id, lost, card, account, phone, name, bank, crew, trade, month, date, amount, text or other."""
    if type(cell) is float:
        if abs(cell) >= 1e15:
            return "lost"
        if cell == int(cell) and is_mobile(str(int(cell))):
            return "phone"
        return "amount" if abs(cell) < 1e8 else "account"
    if isinstance(cell, datetime.date):
        return "date"
    return _kind_of_text(cell) if type(cell) is str else "other"


@lru_cache(maxsize=8192)
def _kind_of_text(text: str) -> str:
    if DIGITS.search(text) or any("０" <= character <= "９" for character in text):
        identity = normalise_id(text)
        if len(identity) == 18 and identity[:17].isascii() and identity[:17].isdigit():
            if id_problem(identity) is None:
                return "id"
            if not identity.isdigit():
                return "like_id"
        digits = normalise_card(text)
        if digits.isascii() and digits.isdigit():
            if is_mobile(normalise_phone(text)):
                return "phone"
            if _is_card(digits):
                return "card"
            if len(digits) == 18 and digits[6:8] in ("19", "20"):
                return "like_id"
            if 12 <= len(digits) <= 25:
                return "account"
        elif kind := _kind_among_words(text, digits):
            return kind
        if MONTH.fullmatch(text.strip()):
            return "month"
    try:
        if parse_money(text) is not None:
            return "amount"
    except NotMoney:
        pass
    label = "".join(text.split())
    if any(piece in label for piece in KNOWN_BANKS) or label.endswith(("银行", "支行", "信用社", "分理处")):
        return "bank"
    if looks_like_name(label):
        return "name"
    if CREW.fullmatch(label):
        return "crew"
    return "trade" if TRADE.fullmatch(label) else "text"


def _kind_among_words(text: str, number: str) -> str:
    """card or account where a cell holds one beside words, as 6217… 甘肃银行; "" for anything else."""
    digits = clean_card(text)
    if digits.isascii() and digits.isdigit():
        if _is_card(digits):
            return "card"
        return "account" if len(digits) >= 12 and bank_beside(text) else ""
    # More beside it than the reader takes away: still no column to leave unread without a word.
    return "card" if any(map(_is_card, LONG_RUN.findall(number))) else ""


def _is_card(digits: str) -> bool:
    if not (16 <= len(digits) <= 19 and digits.startswith("62") and is_luhn_valid(digits)):
        return False
    return len(digits) != 18 or id_problem(digits) is not None


def masked(cell: Cell) -> str:
    """A sample for people: personal numbers never in full, wherever they stand; the words beside them as they are."""
    if type(cell) is float:
        if abs(cell) < 1e8:
            return as_text(cell)[:SAMPLE_LENGTH]
        if abs(cell) >= PRECISION_LIMIT:
            return _as_excel_shows(cell)
    text = " ".join(as_text(cell).split())
    number = normalise_card(text)
    if is_mobile(phone := normalise_phone(text)):
        return mask_phone(phone)
    if len(number) == 18 and number[:17].isascii() and number[:17].isdigit():
        return mask_id(number)
    if not (sum(map(str.isdigit, text)) < 10 and AMOUNT.fullmatch(text)):
        text = DAY_OR_NUMBER.sub(_covered, text)
    return text if len(text) <= SAMPLE_LENGTH else text[: SAMPLE_LENGTH - 1] + "…"


def _covered(match: re.Match[str]) -> str:
    """The last four of a long number; a day as it is."""
    number = match[0]
    if DAY.fullmatch(number):
        return number
    kept = [at for at, character in enumerate(number) if character.isalnum()][-4:]
    return "".join("*" if character.isalnum() and at < kept[0] else character for at, character in enumerate(number))


def _as_excel_shows(number: float) -> str:
    """6.20702E+17: a number too long for its cell."""
    mantissa, exponent = f"{number:.5E}".split("E")
    return f"{mantissa.rstrip('0').rstrip('.')}E{exponent}"


def sample(sheet: Sheet, header: Header) -> list[list[Cell]]:
    """The first rows below a header."""
    found = []
    for _number, cells in sheet.rows(header.first_data_row):
        found.append(cells)
        if len(found) == SAMPLE_ROWS:
            break
    return found


def people_rows(rows: Sequence[Sequence[Cell]]) -> list[Sequence[Cell]]:
    """The rows that may be workers': two filled cells at least, and no total by its label."""
    found = []
    for cells in rows:
        filled = [cell for cell in cells if cell is not None and cell != ""]
        if len(filled) < 2:
            continue
        first = next((cell for cell in filled if type(cell) is str), "")
        if re.search(r"[合小总共]\s*计|[：:]\s*\Z|制表|审核", first[:12]):
            continue
        found.append(cells)
    return found


def _counts(numbers: Sequence[float], filled: int) -> bool:
    """Whether the cells count the rows: 1, 2, 3, with few steps missed."""
    if len(numbers) < 3 or numbers[0] not in (0, 1) or len(numbers) < filled * 0.8:
        return False
    steps = sum(1 for one, other in pairwise(numbers) if other == one + 1)
    return steps >= (len(numbers) - 1) * 0.8
