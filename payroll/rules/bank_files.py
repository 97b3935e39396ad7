"""How a pay-out file is laid out: its columns, what they take, and the rows that come of payments.

`cells_of` turns payments into rows of texts and amounts, whatever the file's type; writing bytes is the services'
business.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

# What may stand in a name or a bank's name. Anything else could be a separator or a formula to the bank's program.
PLAIN = re.compile(r"[\w·•．()（） ]+")
LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Payment:
    """One payment as any bank may ask for it; amounts in yuan, two places."""

    seq: int
    name: str
    card: str
    amount: Decimal
    bank_name: str = ""
    id_number: str = ""
    phone: str = ""
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Payer:
    """The special account the money comes from, and what the worker's statement shows (附言)."""

    account: str
    account_name: str
    bank_name: str
    purpose: str
    day: str


@dataclass(frozen=True, slots=True)
class Cell:
    """One column. `takes` names a field of Payment or Payer, or one of `currency same_bank other_bank`; `constant` wins.

    `width` is in bytes of the layout's encoding and only for fixed-width files: texts are filled with blanks on the
    right, amounts on the left.
    """

    title: str
    takes: str = ""
    constant: str = ""
    width: int = 0


@dataclass(frozen=True, slots=True)
class Layout:
    """One bank's file. `reach` says whose cards it takes: `own` the bank's own, `other` all others, `any` both."""

    code: str
    bank: str
    title: str
    kind: str  # xlsx, csv, txt (separated) or fixed (fixed width)
    cells: tuple[Cell, ...]
    bank_words: tuple[str, ...] = ()
    reach: str = "any"
    above: tuple[str, ...] = ()
    header: bool = True
    separator: str = ","
    encoding: str = "utf-8-sig"
    unit: str = "元"
    summary: str = ""  # "", "first" or "last": a row of count and sum
    most_rows: int = 5000
    source: str = ""

    @property
    def extension(self) -> str:
        return "txt" if self.kind in ("txt", "fixed") else self.kind

    @property
    def needs(self) -> frozenset[str]:
        """The fields it takes, so that only those are unsealed."""
        return frozenset(cell.takes for cell in self.cells if not cell.constant)

    def is_own(self, bank_name: str) -> bool:
        """Whether a card's bank, as written, is this layout's bank."""
        return any(word in bank_name for word in self.bank_words)


def fits(layout: Layout, bank_name: str) -> bool:
    """Whether a card of this bank can be paid through the layout; an unwritten bank is nobody's own."""
    if layout.reach == "any":
        return True
    return layout.is_own(bank_name) == (layout.reach == "own") and bool(bank_name)


def is_plain(text: str) -> bool:
    """Whether a name can stand in any bank's file without being taken for something else."""
    return bool(PLAIN.fullmatch(text)) and len(text) <= LONGEST_NAME


def amount_text(amount: Decimal, unit: str) -> str:
    """1234.50 yuan as `1234.50`, or as `123450` fen. Exact: an amount has two places."""
    if unit == "分":
        return str(int(amount * 100))
    return f"{amount:.2f}"


def cells_of(layout: Layout, payments: Iterable[Payment], payer: Payer) -> Iterator[list[str | Decimal]]:
    """The rows of a file without header and summary: texts, and amounts as Decimal where the file holds numbers."""
    for payment in payments:
        yield [_value(layout, cell, payment, payer) for cell in layout.cells]


def summary_of(layout: Layout, rows: int, total: Decimal) -> list[str | Decimal]:
    """The row of count and sum as the layout writes it."""
    if layout.kind == "xlsx":
        found: list[str | Decimal] = ["合计", *[""] * (len(layout.cells) - 1)]
        found[[cell.takes for cell in layout.cells].index("amount")] = total
        found[1] = f"{rows} 笔"
        return found
    return [str(rows), amount_text(total, layout.unit)]


def fixed_line(layout: Layout, values: Sequence[str | Decimal]) -> bytes:
    """One line of a fixed-width file. Raises ValueError where a text is longer than its place."""
    parts = []
    for cell, value in zip(layout.cells, values, strict=True):
        data = str(value).encode(layout.encoding)
        if len(data) > cell.width:
            raise ValueError(f"{cell.title}: {len(data)} > {cell.width}")
        parts.append(data.rjust(cell.width) if cell.takes == "amount" else data.ljust(cell.width))
    return b"".join(parts)


def _value(layout: Layout, cell: Cell, payment: Payment, payer: Payer) -> str | Decimal:
    if cell.constant or not cell.takes:
        return cell.constant
    if cell.takes == "amount":
        return payment.amount if layout.kind == "xlsx" else amount_text(payment.amount, layout.unit)
    own = layout.is_own(payment.bank_name)
    special = {
        "other_bank": "0" if own else "1",
        "other_bank_name": "" if own else payment.bank_name,
        "payer_bank": payer.bank_name,
        "payer_account": payer.account,
        "payer_name": payer.account_name,
        "purpose": payer.purpose,
        "day": payer.day,
    }
    if cell.takes in special:
        return special[cell.takes]
    return str(getattr(payment, cell.takes))
