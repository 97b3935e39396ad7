"""Chinese names by their pinyin: initials for the search box, a full key for sorting without ICU."""

from pypinyin import Style, lazy_pinyin


def initials(name: str) -> str:
    """`张掖市人社局` → `zysrsj`; letters and digits stay, anything else goes."""
    return _plain("".join(lazy_pinyin(name, style=Style.FIRST_LETTER)))


def sort_key(name: str) -> str:
    """The full pinyin, lower case, by which names sort alike on every server."""
    return _plain("".join(part + " " for part in lazy_pinyin(name))).strip()


def _plain(text: str) -> str:
    return "".join(ch for ch in text.lower() if ch.isascii() and (ch.isalnum() or ch == " "))
