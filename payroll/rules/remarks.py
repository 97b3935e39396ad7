"""What is said about a row: a code for programs, a place, and a whole Chinese sentence for people.

Sentences name what stands in the cell (masked where it is personal data) and what to do.
"""

from typing import NamedTuple

LONGEST = 400


class Remark(NamedTuple):
    """One remark; `cell` like D17, `severity` error, warning or notice. Row 0 stands for the batch as a whole."""

    row: int
    cell: str
    code: str
    severity: str
    message: str
    sheet_no: int = 1

    def as_dict(self) -> dict:
        return {
            "row": self.row or None,
            "cell": self.cell,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
        }


def quoted(text: str, longest: int = 20) -> str:
    """What a cell holds, shortened, in Chinese quotation marks."""
    text = " ".join(text.split())
    return f"“{text[:longest]}…”" if len(text) > longest else f"“{text}”"
