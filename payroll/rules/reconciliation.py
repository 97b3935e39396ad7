"""What a worker was owed and got for a month, compared; the words for each way in which they can differ."""

from dataclasses import dataclass
from decimal import Decimal

STATES = {
    "clear": ("已结清", "green"),
    "unpaid": ("未发", "red"),
    "part": ("少发", "orange"),
    "pending": ("等待银行结果", "blue"),
    "preparing": ("尚在办理", "blue"),
    "excepted": ("暂不能发放", "orange"),
    "settled": ("已由退场结算支付", "green"),
    "double": ("疑似重复发放", "red"),
    "over": ("疑似多发", "red"),
    "unseen": ("流水中未见", "yellow"),
    "uncovered": ("流水未覆盖", "grey"),
}
# Nothing to look into: paid in full, by the batch or a leaver's settlement, and no statement says otherwise; or not due.
QUIET = ("clear", "uncovered", "settled", "preparing")
# What one can ask for, by the states that it shows; all of them otherwise.
ASKED_FOR = {
    "different": tuple(state for state in STATES if state not in QUIET),
    "unpaid": ("unpaid", "part", "excepted"),
    "preparing": ("preparing",),
    "over": ("over", "double"),
    "double": ("double",),
    "pending": ("pending",),
    "settled": ("settled",),
    "unseen": ("unseen",),
    "uncovered": ("uncovered",),
}


@dataclass(slots=True)
class Reconciled:
    """One worker's month on a project; yuan. `statement` is what the account's statement shows of it.

    `settled` isn't paid by the batch because a leaver's settlement paid it; `excepted` leaves it out.
    `extra` is what the statement shows beyond: debits to the worker's cards that no payment explains.
    `preparing` isn't paid, but its sheet is still on the way to the pay-out and its pay day (724 art 14) hasn't passed; none
    where debits show that money went to the worker all the same: that is looked into.
    `unseen` is paid on days that a statement covers and not in it; what else of `paid` the statement lacks lies on days
    for which no statement was taken in, and says nothing. `short` is how much less the statement shows than the bank said:
    a debit of another amount stands for the payment that the statement lacks.
    """

    payable: Decimal
    paid: Decimal
    pending: Decimal
    excepted: Decimal
    settled: Decimal
    preparing: Decimal
    statement: Decimal
    extra: Decimal
    repeated: bool
    unseen: Decimal
    short: Decimal

    @property
    def difference(self) -> Decimal:
        """Due and not paid; negative where more was paid."""
        return self.payable - self.paid - self.settled - self.preparing - self.extra + self.short

    @property
    def state(self) -> str:
        """The first of the states that applies: money too much before money too little."""
        if self.repeated:
            return "double"
        if self.extra > 0 and self.paid + self.settled - self.short + self.extra > self.payable:
            return "over"
        if self.short > 0:
            return "part"
        if self.paid + self.settled >= self.payable:
            if self.unseen:
                return "unseen"
            if self.settled:
                return "settled"
            return "uncovered" if self.statement < self.paid else "clear"
        if self.pending:
            return "pending"
        if self.excepted:
            return "excepted"
        if self.preparing and self.paid + self.settled + self.preparing >= self.payable:
            return "unseen" if self.unseen else "preparing"
        return "part" if self.paid else "unpaid"
