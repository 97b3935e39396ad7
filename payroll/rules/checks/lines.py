"""A payroll row that was accepted."""

from decimal import Decimal
from typing import NamedTuple

from payroll.rules.facts import KnownWorker

# The order in which a row's canonical cells are handed to `RowChecks.check`.
ORDER = tuple(
    "seq name id_number phone bank_card bank_name crew trade days hours unit_price gross deductions advance net_pay signed remark month".split()
)


class Line(NamedTuple):
    """An acceptable row. Amounts in yuan to two places; `worker` is the roster's, where known.

    `sheet_no` counts the sheets that were read of the file, from 1.
    """

    row: int
    name: str
    id_number: str | None
    phone: str | None
    bank_card: str | None
    bank_name: str
    crew: str
    trade: str
    days: Decimal | None
    hours: Decimal | None
    unit_price: Decimal | None
    gross: Decimal | None
    deductions: Decimal | None
    advance: Decimal | None
    net: Decimal
    signed: str
    remark: str
    worker: KnownWorker | None
    sheet_no: int = 1

    def as_dict(self) -> dict:
        """The line of the contract: last four digits only."""
        return {
            "row": self.row,
            "name": self.name,
            "id_last4": (self.id_number or "")[-4:],
            "card_last4": (self.bank_card or "")[-4:],
            "days": "" if self.days is None else f"{self.days:f}",
            "gross": "" if self.gross is None else f"{self.gross:.2f}",
            "deductions": "" if self.deductions is None else f"{self.deductions:.2f}",
            "net": f"{self.net:.2f}",
            "crew": self.crew,
        }
