"""What is owed, in plain words: a verb, an object, and to whom. Used wherever a deadline is named."""

import datetime


def matter(
    rule: str,
    *,
    period_on: datetime.date | None = None,
    approval_kind: str = "",
    supervised_by: list[str] | None = None,
    title: str = "",
) -> str:
    """The sentence for one deadline; a rule without its own sentence is named by its title."""
    say = _SENTENCES.get(rule)
    if say is None:
        return title or rule
    return say(period_on, approval_kind, supervised_by or [])


def _push(period_on, approval_kind: str, supervised_by: list[str]) -> str:
    receiver = "、".join(supervised_by) or "人社部门"
    return f"向{receiver}推送{approval_kind or '审批'}信息"


def _allocate(period_on, approval_kind: str, supervised_by: list[str]) -> str:
    month = f" {period_on:%Y-%m} " if period_on else "当月"
    return f"足额拨付{month}人工费用到农民工工资专用账户"


_SENTENCES = {
    "approval_info_push": _push,
    "platform_onboard": lambda *_: "把项目纳入陇明公平台监管",
    "labor_cost_allocation": _allocate,
}
