"""How much labour cost a month requires, and why: the arithmetic that the page shows."""

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


@dataclass(frozen=True)
class Requirement:
    """The requirement of one month, in yuan, with its parts.

    `amount` None: unknown, never counts as met; `missing` says in a sentence what is not known yet.
    """

    amount: Decimal | None
    ratio: Decimal | None
    by_value: Decimal | None
    by_contract: Decimal | None
    by_wages: Decimal | None
    missing: str = ""

    @property
    def basis(self) -> str:
        """Which part decides, in words."""
        if self.amount is None:
            return self.missing
        if self.amount == 0:
            return "本月已说明无产值，且无应发未付工资，无须拨付。"
        if self.amount == self.by_value:
            return "按当月完成工程价款和适用比例计算。"
        if self.amount == self.by_contract:
            return "按合同约定的当月人工费用计算。"
        return "按专户余额不足支付的应发工资计算。"


def requirement_of_month(
    *,
    completed_value: Decimal | None,
    contract_amount: Decimal | None,
    wages_due: Decimal | None,
    nil_statement: bool,
    floor: Decimal | None,
    contract_ratio: Decimal | None,
) -> Requirement:
    """max(contract amount, ratio × completed value, wages due that the account can't cover).

    The ratio is the larger of the floor and the contract's; a type without floor has only the contract's,
    and without either a completed value says nothing. Rounded half up to the cent, once, after multiplying.
    Basis: policy 二(二)三; 724 art 24, 29, in force since 2020-05-01.
    """
    ratios = [ratio for ratio in (floor, contract_ratio) if ratio is not None]
    ratio = max(ratios) if ratios else None
    by_value = None
    if nil_statement and completed_value is None:
        by_value = Decimal("0.00")
    elif completed_value is not None and ratio is not None:
        by_value = (completed_value * ratio).quantize(CENT, ROUND_HALF_UP)
    missing = ""
    if by_value is None and contract_amount is None:
        missing = (
            "合同未约定人工费用比例，该类项目也没有比例下限，请先在合同中登记人工费用比例。"
            if completed_value is not None
            else "尚未填报当月完成工程价款、合同约定金额或无产值说明，应拨付金额待定。"
        )
    amount = None
    if not missing:
        amount = max(part for part in (by_value, contract_amount, wages_due) if part is not None)
    return Requirement(amount, ratio, by_value, contract_amount, wages_due, missing)
