"""What the project page shows of money."""

import datetime

from accounts.models import AllocationMonth
from accounts.selectors.months import allocation_months
from accounts.selectors.special_accounts import account_open_days, special_account_of
from accounts.selectors.statements import account_balance
from projects.selectors.projects import may_act
from responsibilities.rules.roles import Permission


def account_tab(scope, project, today: datetime.date) -> dict:
    """Context of `templates/accounts/_tab.html`: the account and the months with their arithmetic."""
    months = list(allocation_months(scope, project=project, today=today))
    known = [month for month in months if month.required is not None]
    return {
        "account": special_account_of(scope, project),
        "account_due": f"施工总承包单位应自合同签订之日起 {account_open_days()} 日内开立专用账户并签订三方协议。",
        "balance": account_balance(scope, project),
        "months": months,
        "required_total": sum((month.required for month in known), 0),
        "credited_total": sum((month.credited for month in months), 0),
        "gap_total": sum((month.gap for month in known), 0),
        "gap_months": sum(1 for month in known if month.gap),
        "can_state": may_act(scope, project, Permission.ALLOCATION_STATE),
        "can_record": may_act(scope, project, Permission.ALLOCATION_RECORD),
        "unknown_months": len(months) - len(known),
        "chart": _chart(months),
    }


def _chart(months: list[AllocationMonth]) -> dict | None:
    """Required against credited by month, oldest first, for the bar chart; None where there is nothing to draw."""
    if not any(month.required or month.credited for month in months):
        return None
    ordered = months[::-1]
    return {
        "id": "allocation-chart",
        "title": "各月应拨付与已到账",
        "type": "bar",
        "size": "s",
        "unit": "元",
        "x": [f"{month.month_on:%Y-%m}" for month in ordered],
        "series": [
            {"name": "应拨付", "level": "grey", "data": [_number(month.required) for month in ordered]},
            {"name": "已到账", "level": "blue", "data": [_number(month.credited) for month in ordered]},
        ],
    }


def _number(amount) -> float | None:
    # A chart's axis, not money: the table behind the switch shows the exact amounts.
    return None if amount is None else float(amount)
