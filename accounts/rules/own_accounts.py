"""Whose statement a bank's file is: account numbers in the lines above a table, and whether one is the account known."""

import re
from collections.abc import Iterable

SHORTEST, LONGEST = 9, 32
TAIL = 4
MASKS = "*＊xX•●"
# 收款 and 对方 name the other side of a movement, never whose file it is.
_LABEL = re.compile(
    r"(?<!对方)(?<!对手)(?<!对手方)(?<!收方)(?<!收款)(?<!收款方)(?<!收款人)(?<!收款单位)"
    r"(?:[账帐]\s*户|[账帐卡])\s*(?:号\s*码|号)?\s*[:：]?\s*(?=[\d*＊•●])"
)
_WORDS = re.compile(rf"[\d{re.escape(MASKS)}]+(?: [\d{re.escape(MASKS)}]+)*")
GROUP = 6


def named_accounts(lines: Iterable[str]) -> set[str]:
    """Account numbers that lines name after 账号, 账户 or 卡号; places that a bank hides stand as `*`."""
    found = set()
    for line in lines:
        for label in _LABEL.finditer(line):
            number = account_mark(_first_number(_WORDS.match(line, label.end())))
            if number:
                found.add(number)
    return found


def account_mark(text: str) -> str:
    """An account number as it is compared: digits, and `*` for each place that is hidden. Empty where it is none."""
    plain = "".join("*" if character in MASKS else character for character in "".join(text.split()))
    known = plain.isascii() and all(character.isdigit() or character == "*" for character in plain)
    return plain if known and any(map(str.isdigit, plain)) and TAIL < len(plain) <= LONGEST else ""


def is_account(mark: str, own: str) -> bool | None:
    """Whether a number named in a file is the account `own`; None where what is shown of it doesn't decide.

    Hidden places may stand for any number of digits. A number that only lacks the other's beginning or end (a branch,
    a sub-account) decides nothing.
    """
    if "*" not in mark:
        if mark == own:
            return True
        within = any(
            longer.startswith(shorter) or longer.endswith(shorter) for longer, shorter in _by_length(mark, own)
        )
        return None if within or len(mark) < SHORTEST else False
    head, tail = mark[: mark.index("*")], mark[mark.rindex("*") + 1 :]
    if not own.startswith(head) or not own.endswith(tail):
        return False
    return True if len(tail) >= TAIL else None


def _by_length(mark: str, own: str) -> list[tuple[str, str]]:
    return [(own, mark) if len(own) >= len(mark) else (mark, own)]


def _first_number(found: re.Match | None) -> str:
    """The first word, with those that follow where a number is written in groups."""
    words = found[0].split() if found else []
    if not words or len(words[0]) > GROUP:
        return words[0] if words else ""
    grouped = []
    for word in words:
        if len(word) > GROUP:
            break
        grouped.append(word)
    return "".join(grouped)
