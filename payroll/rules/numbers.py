"""ID and card numbers out of what was written around them: 身份证：6207…, 农行 6228 48…, 6217…（甘肃银行张掖分行）.

Only what surely is no part of the number goes: a label before it, a bank's name before or behind it, hyphens
between its digits. A digit is never added, dropped or changed.
"""

import re

from payroll.rules.banks import KNOWN_BANKS
from responsibilities.rules.identifiers import HYPHENS, normalise_card, normalise_id

LABEL = re.compile(r"(?:[\u4e00-\u9fff]+|ID|NO)[\u4e00-\u9fff()（）.:：]*", re.IGNORECASE)
BEHIND = re.compile(r"[(（]?[\u4e00-\u9fff]+[)）]?\Z")
ID_SHAPE = re.compile(r"\d{17}[\dX]\Z|\d{15}\Z", re.ASCII)
MASK = re.compile(r"[*＊•●×xX#?？]{2,}")
# What may stand around a card that is no part of it: words (第2支行 too), and the marks that separate them from it.
AROUND = r"(?:[\u4e00-\u9fff()（）\[\]【】<>《》.:：,，、;；。/／|｜\\＼&]|ID|NO|(?<=[\u4e00-\u9fff])\d{1,3}(?=[\u4e00-\u9fff]))*"
AMONG_WORDS = re.compile(rf"({AROUND})(\d{{10,25}})({AROUND})\Z", re.ASCII | re.IGNORECASE)
LONG_RUN = re.compile(r"\d{10,}", re.ASCII)
BANK_LABEL = re.compile(r"(?:开户(?:银行|行|网点|支行)?|所属银行|发卡行|银行)(?:名称)?[:：]")
CARD_LABEL = re.compile(r"(?:卡号?|账号|帐号|账户)(?:号码)?[:：]?\Z")
MARKS = "()（）[]【】<>《》.:：,，、;；。/／|｜\\＼&"


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
    match = AMONG_WORDS.match(number)
    return match[2] if match else number


def bank_beside(text: str) -> str:
    """The bank that is written in one cell with a card; "" where none that is known is."""
    match = AMONG_WORDS.match(normalise_card(text))
    if not match:
        return ""
    for around in (match[3], match[1]):
        bank = CARD_LABEL.sub("", BANK_LABEL.split(around)[-1]).strip(MARKS)
        if any(piece in bank for piece in KNOWN_BANKS):
            return bank
    return ""


def is_unclear(text: str) -> bool:
    """Whether a cleaned number still holds more than the digits of one: nobody can tell what belongs to it."""
    return bool(LONG_RUN.search(text)) and not (text.isascii() and text.isdigit())
