"""The months of a stay: what payrolls say of each, and which of them no payroll of the worker covers."""

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import groupby

from payroll.rules.month import Month

ZERO = Decimal(0)
REASON_LENGTH = 200
RUN_SHORTENED = 3  # so many months in a row are told by the first and the last


@dataclass(frozen=True, slots=True)
class StayMonth:
    """A month of a stay, `first` to `last`: sums over the worker's lines in submitted payrolls, yuan.

    `batches` are those payrolls, none where no payroll has him; `prices` the different unit prices of the lines.
    `earned` is gross where the sheet has it, else net with what was deducted. `paid` is what banks paid; `counted` False
    where the settlement of another stay paid it all. `attended` is None where no day of his is on record.
    """

    first: datetime.date
    last: datetime.date
    batches: Sequence[int] = ()
    counted: bool = False
    days: Decimal | None = None
    prices: Sequence[Decimal] = ()
    earned: Decimal = ZERO
    deductions: Decimal = ZERO
    advance: Decimal = ZERO
    net: Decimal = ZERO
    paid: Decimal = ZERO
    attended: Decimal | None = None

    @property
    def month(self) -> Month:
        """The calendar month."""
        return Month.around(self.first)

    @property
    def part(self) -> str:
        """（20 日起）, （到 16 日）; empty where the stay covers the whole month."""
        begun = f"{self.first.day} 日" if self.first > self.month.first else ""
        ended = f"{self.last.day} 日" if self.last < self.month.last else ""
        if begun and ended:
            return f"（{begun}到 {ended}）"
        return f"（{begun}起）" if begun else f"（到 {ended}）" if ended else ""

    @property
    def taken(self) -> Decimal:
        """Deductions and advances together."""
        return self.deductions + self.advance

    @property
    def price(self) -> Decimal | None:
        """The unit price, where all lines have one and the same."""
        return self.prices[0] if len(self.prices) == 1 else None


def off_sheet(months: Iterable[StayMonth]) -> list[StayMonth]:
    """Months that no submitted payroll of the worker covers."""
    return [one for one in months if not one.batches]


def off_sheet_words(months: Iterable[StayMonth]) -> str:
    """2026-10、2026-11（到 16 日）没有上工资表，考勤记录 15 天; empty where every month stands on a sheet."""
    missing = off_sheet(months)
    if not missing:
        return ""
    known = [one.attended for one in missing if one.attended is not None]
    attended = f"考勤记录 {sum(known, ZERO).normalize():f} 天" if known else "也没有考勤记录"
    told = _months_words(missing)
    return f"{told}{' ' if told[-1].isdigit() else ''}没有上工资表，{attended}"


def _months_words(months: Sequence[StayMonth]) -> str:
    """The months in a row: 2026-01 至 2026-05、2026-11（到 16 日）."""
    numbered = [(one.first.year * 12 + one.first.month - at, one) for at, one in enumerate(months)]
    said = []
    for _row, found in groupby(numbered, key=lambda pair: pair[0]):
        told = [f"{one.month}{one.part}" for _number, one in found]
        said += [f"{told[0]} 至 {told[-1]}"] if len(told) >= RUN_SHORTENED else told
    return "、".join(said)


def deduction_words(months: Iterable[StayMonth]) -> str:
    """What payrolls took off, month by month, as the reason of a settlement's deductions; empty where nothing was."""
    said = "、".join(f"{one.month} {one.deductions:,.2f} 元" for one in months if one.deductions)
    words = f"工资表列示的扣款（{said}）" if said else ""
    return words if len(words) <= REASON_LENGTH else "工资表列示的扣款（逐月见结算单）"
