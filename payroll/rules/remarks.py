"""What is said about a row: a code for programs, a place, and a whole Chinese sentence for people.

Sentences name what stands in the cell (masked where it is personal data) and what to do.
"""

from typing import NamedTuple

ERROR_CODES = frozenset(
    "name_missing id_missing id_length id_checksum id_precision_lost id_birth_date duplicate_worker card_missing card_checksum "
    "card_precision_lost amount_invalid amount_negative net_mismatch days_invalid days_over_month month_mismatch".split()
)
WARNING_CODES = frozenset(
    "total_mismatch unknown_worker name_differs card_differs below_minimum_wage underage overage shared_card shared_phone "
    "days_over_attendance same_day_other_site formula_without_value hidden_row unknown_bank card_checksum".split()
)
NOTICES = frozenset({"unknown_bank"})
LONGEST = 400


class Remark(NamedTuple):
    """One remark; `cell` like D17, `severity` error, warning or notice."""

    row: int
    cell: str
    code: str
    severity: str
    message: str

    def as_dict(self) -> dict:
        return {"row": self.row, "cell": self.cell, "code": self.code, "message": self.message}


def quoted(text: str, longest: int = 20) -> str:
    """What a cell holds, shortened, in Chinese quotation marks."""
    text = " ".join(text.split())
    return f"“{text[:longest]}…”" if len(text) > longest else f"“{text}”"
