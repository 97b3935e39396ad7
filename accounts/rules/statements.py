"""What a bank statement's line is, and whether the balances run on from line to line."""

import datetime
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

OUT_WORDS = frozenset("借 支出 付 付款 转出 出 d dr debit 往账 支 借方 支取".split())
IN_WORDS = frozenset("贷 收入 收 收款 转入 入 c cr credit 来账 存入 贷方 存".split())
WAGE = re.compile(r"工资|薪资|薪酬|代发|补发")
FEE = re.compile(r"手续费|工本费|管理费|邮电费|年费|服务费")


@dataclass(slots=True)
class Movement:
    """One line of a statement; `amount` positive, in yuan. `row` is where it stood, for remarks."""

    row: int
    on: datetime.date
    out: bool
    amount: Decimal
    balance: Decimal | None
    counterparty_name: str
    counterparty_account: str
    reference: str
    purpose: str

    @property
    def signed(self) -> Decimal:
        return -self.amount if self.out else self.amount


def nature_of(movement: Movement) -> str:
    """`income`, `wage`, `fee` or `other`: what goes out for anything but wages is marked (724 art 33)."""
    if not movement.out:
        return "income"
    if FEE.search(movement.purpose):
        return "fee"
    return "wage" if WAGE.search(movement.purpose) else "other"


def is_out(word: str) -> bool | None:
    """The direction that a bank's word says; None where it isn't known."""
    plain = re.sub(r"[\s（）()]+", "", word).lower()
    if plain in OUT_WORDS:
        return True
    return False if plain in IN_WORDS else None


def in_order(movements: Sequence[Movement]) -> list[Movement]:
    """Oldest first. Many banks print the newest line first; the balances, else the dates, say which way it is."""
    given = list(movements)
    turned = given[::-1]
    if breaks(given) > breaks(turned) or (breaks(given) == breaks(turned) and given and given[0].on > given[-1].on):
        given = turned
    # Stable: lines of one day keep the order the bank gave them.
    return sorted(given, key=lambda movement: movement.on)


def breaks(movements: Iterable[Movement]) -> int:
    """How often a balance doesn't follow from the one before."""
    return len(broken_at(movements))


def broken_at(movements: Iterable[Movement]) -> list[tuple[Movement, Decimal]]:
    """Lines whose balance doesn't follow from the line before, with the difference: something is missing there."""
    found, before = [], None
    for movement in movements:
        if movement.balance is not None and before is not None:
            gap = movement.balance - (before + movement.signed)
            if gap:
                found.append((movement, gap))
        before = (
            movement.balance
            if movement.balance is not None
            else (before + movement.signed if before is not None else None)
        )
    return found
