"""Identity numbers, credit codes and bank cards: normalising, checking, masking.

Standards: GB 11643-1999 (citizen number), GB 32100-2015 (unified social credit code), the Luhn
check of ISO/IEC 7812 (bank cards). Pure: no clock; a date to compare with is passed in.

The area code is not checked against today's list and a birth year has no floor: 440524188001010014
is the example printed in GB 11643 and is valid. A number is never repaired, only cleaned of what
typing and spreadsheets put around it.
"""

import datetime
import re
from functools import lru_cache
from operator import mul

# Full-width digits and letters to half-width; ideographic and no-break spaces go.
FULL_WIDTH = {0xFF10 + i: 0x30 + i for i in range(10)} | {0xFF21 + i: 0x41 + i for i in range(26)}
FULL_WIDTH |= {0xFF41 + i: 0x41 + i for i in range(26)}
NOISE = dict.fromkeys(
    (*range(33), 0x7F, 0xA0, 0xAD, 0x3000, 0xFEFF, *range(0x2000, 0x2010), 0x2028, 0x2029, 0x202F, 0x2060), None
)
CLEAN = FULL_WIDTH | NOISE
# The apostrophe that marks text in Excel, and its typographic cousins.
QUOTES = "'\"`‘’“”＇＂"
HYPHENS = dict.fromkeys(map(ord, "-‐‑‒–—―－·"), None)

ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1)  # the check character counts once
ID_ZERO = 48 * sum(ID_WEIGHTS[:17])  # digits arrive as ASCII codes
ID_CHECK = "10X98765432"
USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
USCC_VALUES = {letter: value for value, letter in enumerate(USCC_ALPHABET)}
USCC_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))
USCC_SHAPE = re.compile(rf"[{USCC_ALPHABET}]{{2}}\d{{6}}[{USCC_ALPHABET}]{{10}}\Z", re.ASCII)
DOUBLED = bytes.maketrans(b"0123456789", bytes(48 + n for n in (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)))


def normalise_id(text: str) -> str:
    """Full-width to half-width, inner spaces and leading apostrophes away, x to X."""
    if len(text) == 18 and text.isascii() and text.isalnum():
        return text.upper()
    return text.translate(CLEAN).strip(QUOTES).upper()


def normalise_card(text: str) -> str:
    """A card number without spaces and hyphens, digits half-width."""
    if text.isascii() and text.isdigit():
        return text
    return text.translate(CLEAN).translate(HYPHENS).strip(QUOTES)


def normalise_phone(text: str) -> str:
    """A telephone number without spaces and hyphens and without +86."""
    return normalise_card(text).removeprefix("+86")


@lru_cache(maxsize=65_536)
def _weighed(part: str, start: int) -> int | None:
    """What these characters of a number give to its check sum from `start` on; None where they don't belong there.

    Remembered in parts, because areas, days and serial numbers repeat.
    """
    end, ten = start + len(part), 0
    if end == 18 and part[-1:] == "X":
        part, ten = part[:-1] + "0", 10
    if not (part.isascii() and part.isdigit()):
        return None
    weights = ID_WEIGHTS[start:end]
    return sum(map(mul, part.encode(), weights)) - 48 * sum(weights) + ten


@lru_cache(maxsize=65_536)
def _born(digits: str) -> tuple[datetime.date | None, int | None]:
    return date_of(digits), _weighed(digits, 6)


@lru_cache(maxsize=65_536)
def date_of(digits: str) -> datetime.date | None:
    """YYYYMMDD as a date, None where there is no such day."""
    try:
        return datetime.date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        return None


def id_problem(number: str, born_before: datetime.date | None = None) -> str | None:
    """What is wrong with a normalised citizen number: `length`, `checksum`, `birth_date` or None.

    Old numbers of 15 digits are a `length` problem (no longer valid since 2013). A letter or an
    asterisk among the digits is a `checksum` problem. A birth after `born_before` is none.
    """
    if len(number) != 18:
        return "length"
    area, (born, birth), tail = _weighed(number[:6], 0), _born(number[6:14]), _weighed(number[14:], 14)
    if area is None or birth is None or tail is None:
        # The check character may be what is wrong; a birth date that isn't one is told first.
        body = number[:17]
        if not (body.isascii() and body.isdigit()):
            return "checksum"
        tail = -1
    if born is None or (born_before is not None and born > born_before):
        return "birth_date"
    return None if tail >= 0 and (area + birth + tail) % 11 == 1 else "checksum"


def is_valid_id(number: str) -> bool:
    """Whether an ID number has the right length, date and check character."""
    return id_problem(number) is None


def id_check_digit(body: str) -> str:
    """The 18th character for the first 17 digits."""
    return ID_CHECK[(sum(map(mul, body.encode(), ID_WEIGHTS)) - ID_ZERO) % 11]


def birth_date(number: str) -> datetime.date | None:
    """The birth date in a normalised citizen number."""
    return date_of(number[6:14]) if len(number) == 18 else None


def sex(number: str) -> str | None:
    """`男` or `女` by the 17th digit, None for anything but a citizen number."""
    if len(number) != 18 or number[16] not in "0123456789":
        return None
    return "男" if int(number[16]) % 2 else "女"


def age_on(born: datetime.date, day: datetime.date) -> int:
    """Full years on `day`; born on 29 February, a year is full on 1 March of common years."""
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def normalise_uscc(text: str) -> str:
    """A 统一社会信用代码 as it is stored: half width, upper case, without quotes or spaces."""
    return text.translate(CLEAN).translate(HYPHENS).strip(QUOTES).upper()


def is_valid_uscc(code: str) -> bool:
    """GB 32100: 18 characters without I, O, S, V, Z, the last one a check character."""
    if not USCC_SHAPE.match(code):
        return False
    total = sum(USCC_VALUES[letter] * weight for letter, weight in zip(code, USCC_WEIGHTS, strict=False))
    return USCC_ALPHABET[(31 - total % 31) % 31] == code[17]


def uscc_check_character(body: str) -> str:
    """The 18th character for the first 17."""
    total = sum(USCC_VALUES[letter] * weight for letter, weight in zip(body, USCC_WEIGHTS, strict=True))
    return USCC_ALPHABET[(31 - total % 31) % 31]


def is_luhn_valid(digits: str) -> bool:
    """Luhn check over ASCII digits; anything else is not valid."""
    if not (digits.isascii() and digits.isdigit()):
        return False
    codes = digits.encode()
    total = sum(codes[-1::-2]) + sum(codes[-2::-2].translate(DOUBLED)) - 48 * len(codes)
    return total % 10 == 0


def luhn_check_digit(body: str) -> str:
    """The digit that makes `body` + digit pass the Luhn check."""
    codes = body.encode()
    total = sum(codes[-2::-2]) + sum(codes[-1::-2].translate(DOUBLED)) - 48 * len(codes)
    return str(-total % 10)


def is_mobile(phone: str) -> bool:
    """A mainland mobile number: 11 digits from 13 to 19."""
    return len(phone) == 11 and phone.isascii() and phone.isdigit() and phone[0] == "1" and phone[1] >= "3"


def _mask(text: str, head: int, tail: int) -> str:
    if len(text) <= head + tail:
        # Too short for both ends: show at most one character at each.
        return text[:1] + "*" * max(1, len(text) - 2) + text[-1:] if len(text) > 2 else "*" * len(text)
    return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]


def mask_id(number: str) -> str:
    """620702********1234: the area and the last four, never the birth date."""
    return _mask(number, 6, 4)


def mask_card(number: str) -> str:
    """The last four of a card."""
    return _mask(number, 0, 4)


def mask_phone(number: str) -> str:
    """138****5678."""
    return _mask(number, 3, 4)
