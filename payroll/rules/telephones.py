"""What counts as a telephone number on a poster: one that a worker can dial."""

import re

# 12333; 0936-8212333; 13909360000; with an extension after 转.
_DIALLED = re.compile(r"(?:1\d{4}|9\d{4,5}|0\d{2,3}-?[2-8]\d{6,7}|1[3-9]\d{9}|[48]00-?\d{3}-?\d{4})(?:转\d{1,6})?")


def plain_telephone(text: str) -> str | None:
    """The number as it is stored, None where nobody could dial it. Full-width digits and dashes, spaces are forgiven."""
    plain = text.translate(str.maketrans("０１２３４５６７８９－—–", "0123456789---"))
    plain = "".join(plain.split())
    return plain if _DIALLED.fullmatch(plain) else None
