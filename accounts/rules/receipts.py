"""Numbers of bank receipts."""

import unicodedata


def receipt_number(text: str) -> str:
    """A receipt's number as it is kept and compared: yh001 and ＹＨ００１ are one paper, however they were typed."""
    return unicodedata.normalize("NFKC", text).strip().upper()
