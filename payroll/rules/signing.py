"""A statement signed by typing one's own name."""

import unicodedata

UNSIGNED = "通过接口提交，未具名"


def same_name(typed: str, name: str) -> bool:
    """Whether what was typed is the name: spaces and full-width forms aside."""
    return bool(_plain(typed)) and _plain(typed) == _plain(name)


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text or "").split())
