"""What the database knows of the month of a batch and of the people in it, for `BatchChecks`. Reads only."""

from dataclasses import dataclass
from decimal import Decimal
from functools import partial

from accounts.selectors.special_accounts import credited_in_month_unscoped
from payroll.models import PayrollBatch
from payroll.rules.facts import LastMonth, MonthFacts, Thresholds
from payroll.rules.month import Month
from payroll.selectors.attendance_facts import (
    attendance_known_unscoped,
    attendance_of_month_unscoped,
    attended_elsewhere_unscoped,
)
from payroll.selectors.balances import spendable_unscoped
from payroll.selectors.month_facts import (
    days_and_pay_unscoped,
    expected_workers_unscoped,
    last_month_sheet_unscoped,
    masked_names_unscoped,
    month_gap_unscoped,
    paid_by_others_unscoped,
    present_workers_unscoped,
    submitted_by_others_unscoped,
)
from payroll.selectors.site_facts import contracts_known_unscoped, stays_unscoped, under_contract_unscoped
from responsibilities.selectors.figures import figures_on

FIGURES = {
    "identical_people": "payroll_identical_pay_people",
    "identical_share": "payroll_identical_pay_share",
    "round_share": "payroll_round_sums_share",
    "round_people": "payroll_round_sums_people",
    "outlier_times": "payroll_outlier_times",
    "outlier_people": "payroll_outlier_people",
    "consecutive_cards": "payroll_consecutive_cards",
}
COUNTS = {"identical_people", "round_people", "outlier_people", "consecutive_cards"}


@dataclass(frozen=True, slots=True)
class Occasion:
    """Whose pay of which month a sheet is. `subcontractor_id` None: the general contractor's own crews."""

    project: object
    month: Month
    subcontractor_id: int | None = None
    kind: str = PayrollBatch.Kind.SHEET

    @classmethod
    def of(cls, batch: PayrollBatch) -> "Occasion":
        month = Month(batch.month_on.year, batch.month_on.month)
        return cls(batch.project, month, batch.subcontractor_id, batch.kind)


def month_facts_for(occasion: Occasion) -> MonthFacts:
    """Some ten short questions whatever the number of rows; what isn't recorded stays unknown.

    Back pay is for work of another time: only its amounts are looked at.
    """
    month, thresholds = occasion.month, _thresholds(occasion.month)
    if occasion.kind == PayrollBatch.Kind.BACK_PAY:
        return MonthFacts(thresholds=thresholds)
    project, employer = occasion.project.pk, occasion.subcontractor_id
    attended, same_days, expected = None, {}, frozenset()
    if attendance_known_unscoped(project, month.first, subcontractor_id=employer):
        # Days on the site count whoever recorded them: a worker may have changed crews.
        attended = {worker: one.days for worker, one in attendance_of_month_unscoped(project, month.first).items()}
        same_days = attended_elsewhere_unscoped(project, month.first, attended)
        expected = expected_workers_unscoped(project, month.first, employer)
    gap = month_gap_unscoped(project, month.first, employer)
    balance, balance_is = _balance(occasion)
    return MonthFacts(
        stays=stays_unscoped(project),
        attended=attended,
        expected=expected,
        present=present_workers_unscoped(project, month.first, month.last, employer),
        same_days=same_days,
        under_contract=under_contract_unscoped(project, month.first, month.last)
        if contracts_known_unscoped(project)
        else None,
        paid_by_others=paid_by_others_unscoped(project, month.first, employer),
        absent_names=masked_names_unscoped,
        balance=balance,
        balance_is=balance_is,
        gap=f"{gap.year}年{gap.month}月" if gap else "",
        last_month=_last_month(occasion),
        thresholds=thresholds,
    )


def _last_month(occasion: Occasion) -> LastMonth | None:
    month = occasion.month
    sheet = last_month_sheet_unscoped(occasion.project.pk, month.first, occasion.subcontractor_id)
    if sheet is None:
        return None
    batch_id, people, total = sheet
    return LastMonth(str(month.moved(-1)), people, total, partial(days_and_pay_unscoped, batch_id))


def _balance(occasion: Occasion) -> tuple[Decimal | None, str]:
    """What the account can pay by the bank's statement, else by the month's credits, and how it is called.

    What other employers of the project submitted for the month and the bank hasn't got yet is taken off.
    """
    project, month = occasion.project.pk, occasion.month
    account = spendable_unscoped(project)
    if account is not None:
        others = submitted_by_others_unscoped(project, month.first, occasion.subcontractor_id, unpaid_only=True)
        held, name = account.amount, f"专户可用余额（{account.source}）"
    else:
        held = credited_in_month_unscoped(project, month.first)
        if held is None:
            return None, ""
        others = submitted_by_others_unscoped(project, month.first, occasion.subcontractor_id)
        name = f"{month.chinese}专户到账的人工费用"
    less = f"减去其他用工单位已提交的 {others:,.2f} 元后为" if others else "为"
    return held - others, f"{name}{less}"


def _thresholds(month: Month) -> Thresholds:
    rows = figures_on(FIGURES.values(), month.first)
    values = {}
    for name, code in FIGURES.items():
        if code in rows:
            values[name] = int(rows[code].value) if name in COUNTS else Decimal(rows[code].value)
    return Thresholds(**values)
