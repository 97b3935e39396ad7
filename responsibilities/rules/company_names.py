"""How names of organizations are compared."""

import unicodedata

_BRACKETS = str.maketrans("()", "（）")


def normalise_name(name: str) -> str:
    """甘肃 某某(集团)公司 → 甘肃某某（集团）公司: no blanks, brackets of one kind."""
    return "".join(unicodedata.normalize("NFKC", name).split()).translate(_BRACKETS)
