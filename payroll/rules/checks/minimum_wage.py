"""Pay against the minimum wage of the area; silent until 人社 enters the rates."""

from decimal import Decimal

from payroll.rules.amounts import show
from payroll.rules.checks.declared import MINIMUM_WAGE_RULES, Check, Family
from payroll.rules.checks.telling import Telling


class BelowMinimumWage(Check):
    code = "below_minimum_wage"
    title = "低于最低工资标准"
    what = (
        "应发（没有应发列的用实发）低于项目所在县区的月最低工资；不足整月的按出勤天数折算。没有登记标准的县区不核验。"
    )
    family = Family.MINIMUM_WAGE
    message = "{name}的工资 {pay} 元低于当地最低工资标准（按出勤折算为 {due} 元）。请核对天数和金额。"
    basis = MINIMUM_WAGE_RULES
    figures = ("wage_monthly_paid_days",)


class MinimumWageChecks(Telling):
    def _minimum_wage(self, row: int, name: str, days: Decimal | None, pay: Decimal | None) -> None:
        figure = self.facts.minimum_wage
        if pay is None or days == 0:
            return
        due = figure.monthly
        if days is not None and days < figure.paid_days:
            due = figure.monthly * days / figure.paid_days
        if pay < due:
            column = "gross" if "gross" in self.letters else "net_pay"
            self.say(row, column, BelowMinimumWage, name=name, pay=show(pay), due=show(due))
