"""The rules that run. A rule names a lower room's unscoped selectors; `reconcile` compiles them into SQL."""

from functools import partial

from accounts.selectors.deadline_facts import labour_cost_allocation_facts_unscoped
from accounts.services.periods import periods_open
from escalation.catalogue.rule import Party, Rule
from projects.selectors.deadline_facts import (
    approval_names_unscoped,
    approval_push_facts_unscoped,
    approving_units_unscoped,
    parties_unscoped,
    platform_onboard_facts_unscoped,
)

OWES, SUPERVISES, INFORMED = "owes", "supervises", "informed"

APPROVAL_INFO_PUSH = Rule(
    code="approval_info_push",
    title="向人社部门推送审批信息",
    anchor_label="批准日期",
    anchor_source="审批部门登记的批准文件",
    satisfied_label="人社部门接收时间",
    facts=approval_push_facts_unscoped,
    parties=(
        Party(OWES, approving_units_unscoped, key="subject_id"),
        Party(SUPERVISES, partial(parties_unscoped, "human_resources")),
    ),
    subject_labels=approval_names_unscoped,
    matter=lambda label, period_on: f"向人社部门推送“{label}”的审批信息" if label else "向人社部门推送审批信息",
    settle_url="projects:approval_push",
    settle_kwargs=lambda code, subject_id, period_on: {"code": code, "pk": subject_id},
    settle_label="推送给人社部门",
)

PLATFORM_ONBOARD = Rule(
    code="platform_onboard",
    title="将项目纳入“陇明公”平台",
    anchor_label="实际开工日期",
    anchor_source="项目登记的开工之日",
    satisfied_label="纳入“陇明公”日期",
    facts=platform_onboard_facts_unscoped,
    parties=(
        Party(OWES, partial(parties_unscoped, "general_contractor", "developer")),
        Party(SUPERVISES, partial(parties_unscoped, "human_resources", "industry_unit")),
    ),
    matter=lambda label, period_on: "将项目纳入“陇明公”平台",
    settle_url="projects:enrolment",
    settle_kwargs=lambda code, subject_id, period_on: {"code": code},
    settle_label="登记纳入情况",
)

LABOR_COST_ALLOCATION = Rule(
    code="labor_cost_allocation",
    title="按月拨付人工费用至工资专用账户",
    anchor_label="本月起算日",
    anchor_source="项目实际开工日期和月份（当月第一日，首月为实际开工日）",
    satisfied_label="足额到账日期",
    prepare=periods_open,
    facts=labour_cost_allocation_facts_unscoped,
    parties=(
        Party(OWES, partial(parties_unscoped, "developer")),
        Party(OWES, partial(parties_unscoped, "finance", funding_nature="government")),
        Party(SUPERVISES, partial(parties_unscoped, "human_resources", "industry_unit")),
        Party(INFORMED, partial(parties_unscoped, "general_contractor")),
        Party(INFORMED, partial(parties_unscoped, "bank")),
    ),
    matter=lambda label, period_on: f"拨付 {period_on:%Y-%m} 人工费用至工资专用账户",
    settle_url="accounts:period",
    settle_kwargs=lambda code, subject_id, period_on: {"code": code, "month": f"{period_on:%Y-%m}"},
    settle_label="登记到账",
)

RULES: dict[str, Rule] = {rule.code: rule for rule in (APPROVAL_INFO_PUSH, PLATFORM_ONBOARD, LABOR_COST_ALLOCATION)}


def labels_of(deadlines) -> dict[tuple[str, int], str]:
    """(rule, subject id) → the subject's name, one query for each rule that names its subjects."""
    return {
        (code, subject_id): label
        for code, rule in RULES.items()
        for subject_id, label in rule.subject_labels({row.subject_id for row in deadlines if row.rule == code}).items()
    }


def matters(deadlines) -> dict[int, str]:
    """Deadline id → what is owed, in plain words."""
    rows = list(deadlines)
    labels = labels_of(rows)
    return {
        row.pk: RULES[row.rule].matter(labels.get((row.rule, row.subject_id), ""), row.period_on)
        for row in rows
        if row.rule in RULES
    }


def subjects(deadlines) -> dict[int, str]:
    """Deadline id → what it is about: an approval, a month, or the project itself by its code."""
    rows = list(deadlines)
    labels = labels_of(rows)
    return {
        row.pk: labels.get((row.rule, row.subject_id))
        or (f"{row.period_on:%Y-%m}" if row.period_on else row.project.code)
        for row in rows
    }
