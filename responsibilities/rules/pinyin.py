"""Chinese names by their pinyin: initials for the search box, a full key for sorting without ICU."""

import os
from functools import cache, lru_cache

# The book of phrases takes 40 MB of every process; names of people do without (银行 and 张掖 don't).
os.environ.setdefault("PYPINYIN_NO_PHRASES", "1")
os.environ.setdefault("PYPINYIN_NO_DICT_COPY", "1")

from pypinyin import Style, lazy_pinyin, load_phrases_dict


def initials(name: str) -> str:
    """`张掖市人社局` → `zysrsj`; letters and digits stay, anything else goes."""
    _open_phrases()
    return _plain("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))


def sort_key(name: str) -> str:
    """The full pinyin, lower case, by which names sort alike on every server."""
    _open_phrases()
    return _plain("".join(part + " " for part in lazy_pinyin(name))).strip()


@cache
def _open_phrases() -> None:
    """Read the phrases, by which characters of several readings are told, when the first one is asked for."""
    from pypinyin.phrases_dict import phrases_dict

    load_phrases_dict(phrases_dict)


def _plain(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isascii() and (ch.isalnum() or ch == " "))


def person_key(name: str) -> str:
    """A person's name for searching and sorting: `张卫国` → `zhangweiguo zwg`; other characters go.

    Each character by itself, remembered: ten thousand names of a first import cost some milliseconds.
    """
    parts = [_reading(character) for character in name]
    return f"{''.join(parts)} {''.join(part[:1] for part in parts)}".strip()


@lru_cache(maxsize=8192)
def _reading(character: str) -> str:
    return _plain("".join(lazy_pinyin(character))).replace(" ", "")
