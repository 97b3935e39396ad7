"""ID and card numbers out of what was written around them: 身份证：6207…, 农行 6228 48….

Only what surely is no part of the number goes: a label before it, a bank's name before or behind it, hyphens
between its digits. A digit is never added, dropped or changed.
"""

import re

from responsibilities.rules.identifiers import HYPHENS, normalise_card, normalise_id

LABEL = re.compile(r"(?:[\u4e00-\u9fff]+|ID|NO)[\u4e00-\u9fff()（）.:：]*", re.IGNORECASE)
BEHIND = re.compile(r"[(（]?[\u4e00-\u9fff]+[)）]?\Z")
ID_SHAPE = re.compile(r"\d{17}[\dX]\Z|\d{15}\Z", re.ASCII)
MASK = re.compile(r"[*＊•●×xX#?？]{2,}")
ACCOUNT_SHAPE = re.compile(r"\d{10,25}\Z", re.ASCII)


def clean_id(text: str) -> str:
    """A normalised ID number; what isn't one comes back as normalised as it can be."""
    number = normalise_id(text)
    if len(number) == 18:
        return number
    bare = LABEL.sub("", number, count=1) if LABEL.match(number) else number
    bare = BEHIND.sub("", bare).translate(HYPHENS)
    return bare if ID_SHAPE.match(bare) else number


def is_masked(text: str) -> bool:
    """Whether digits of a number are covered, as in our own lists and in banks': what stands there can't be known."""
    return bool(MASK.search(text))


def clean_card(text: str) -> str:
    """A normalised card or account number; what isn't one comes back as normalised as it can be."""
    number = normalise_card(text)
    if number.isascii() and number.isdigit():
        return number
    bare = LABEL.sub("", number, count=1) if LABEL.match(number) else number
    bare = BEHIND.sub("", bare)
    return bare if ACCOUNT_SHAPE.match(bare) else number
