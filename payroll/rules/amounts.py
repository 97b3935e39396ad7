"""Money as people type it into sheets, in yuan.

Rounded half up to two places, once, here. A float's shortest decimal form is rounded, so the noise
of binary sums (3004.7999999999997) vanishes and 1.005 becomes 1.01.
"""

import re
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

CENT = Decimal("0.01")
ZERO = Decimal("0.00")
# One person's month: beyond this it is a card number or a telephone in the wrong column.
LARGEST = Decimal("99999999.99")

HALF_WIDTH = {0xFF10 + i: 0x30 + i for i in range(10)} | {
    ord("，"): ord(","),
    ord("．"): ord("."),
    ord("。"): ord("."),
    ord("－"): ord("-"),
    ord("−"): ord("-"),
    ord("﹣"): ord("-"),
    ord("＋"): ord("+"),
    ord("（"): ord("("),
    ord("）"): ord(")"),
    ord("￥"): ord("¥"),
}
SPACES = re.compile(r"[\s\u200b-\u200f\u2060\ufeff'’‘]+")
BLANK = re.compile(r"(?:[-–—―─一/\\／＼*]+|无|空|(?:nil|n/?a|null|none))?\Z", re.IGNORECASE)
PLAIN = re.compile(
    r"(?P<sign>[-+]?)(?:¥|rmb|cny|人民币)?(?P<inner>[-+]?)"
    r"(?P<number>(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d*)?|\.\d+)(?P<times>万|千)?(?:元整?|圆整?|yuan|rmb|cny|块)?\Z",
    re.IGNORECASE,
)
TIMES = {None: 1, "千": 1000, "万": 10_000}
BRACKETED = re.compile(r"\((?P<inside>[^()]+)\)\Z")


class NotMoney(ValueError):
    """The cell holds something that can't be read as an amount without guessing."""


@lru_cache(maxsize=65_536)
def money_of_float(value: float) -> Decimal:
    """A number of a sheet as yuan; callers have seen to its size. Amounts of a payroll repeat."""
    return Decimal(repr(value)).quantize(CENT, ROUND_HALF_UP)


def parse_money(value: object) -> Decimal | None:
    """An amount, None for a blank (nothing, a dash, 无); raises NotMoney for anything else.

    Understands 6,000.00元, ￥6000, 0.6万元, full-width digits and bracketed negatives. A thousands
    separator in the wrong place (60,00) is not understood: it could be a decimal comma.
    """
    kind = type(value)
    if kind is float:
        if -1e8 < value < 1e8:
            return money_of_float(value)
        raise NotMoney(value)
    if value is None:
        return None
    if kind is not str:
        raise NotMoney(value)
    text = SPACES.sub("", value.translate(HALF_WIDTH))
    if BLANK.match(text):
        return None
    negative = False
    if bracketed := BRACKETED.match(text):
        text, negative = bracketed["inside"], True
    match = PLAIN.match(text)
    if not match or (match["sign"] and match["inner"]):
        raise NotMoney(value)
    amount = Decimal(match["number"].replace(",", "")) * TIMES[match["times"]]
    if negative != ("-" in (match["sign"], match["inner"])):
        amount = -amount
    if abs(amount) > LARGEST:
        raise NotMoney(value)
    return amount.quantize(CENT, ROUND_HALF_UP)


def show(amount: Decimal) -> str:
    """An amount for people: 1,234.50."""
    return f"{amount:,.2f}"
