"""Special accounts and months of allocations: paid, late, short, missing."""

import datetime
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal
from random import Random

from accounts.models import Allocation, AllocationMonth, AllocationPeriod, SpecialAccount
from accounts.selectors.months import months_in_span
from accounts.services.periods import periods_open
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.services import vault
from zhangye_wages.demo.projects import Story

PURPOSE = "account_number"


def seed_accounts(random: Random, stories: list[Story], today: datetime.date) -> None:
    """An account for nearly every started project, opened within or after its 30 days."""
    rows = []
    for number, story in enumerate(stories):
        opened = story.contract.signed_on + datetime.timedelta(days=random.randrange(5, 45))
        if story.project.actual_start_on is None or opened > today or (story.care == 2 and random.random() < 0.3):
            continue
        digits = f"6207{random.randrange(10**9):09d}{number:06d}"
        rows.append(
            SpecialAccount(
                project=story.project,
                bank=story.bank,
                account_name=f"{story.contractor.name}农民工工资专户",
                number_sealed=vault.seal_text(digits, PURPOSE),
                number_index=vault.blind_index(digits, PURPOSE),
                number_last4=digits[-4:],
                opened_on=opened,
                agreement_on=opened,
                filed_on=opened + datetime.timedelta(days=12) if story.care == 0 else None,
            )
        )
    SpecialAccount.objects.bulk_create(rows)


def seed_allocations(random: Random, stories: list[Story], today: datetime.date) -> None:
    """State each past month's value, then credit what was required — or not."""
    periods_open(today=today)
    by_project = {story.project.pk: story for story in stories}
    periods = list(AllocationPeriod.objects.filter(project_id__in=by_project).order_by("project_id", "month_on"))
    this_month = today.replace(day=1)
    for period in periods:
        story = by_project[period.project_id]
        _state(random, period, story, this_month)
    AllocationPeriod.objects.bulk_update(
        periods, ["completed_value", "nil_statement_on", "statement_note", "stated_at"], batch_size=500
    )
    months = months_in_span(AllocationMonth.objects.filter(project_id__in=by_project), today).order_by(
        "project_id", "month_on"
    )
    opened = dict(SpecialAccount.objects.values_list("project_id", "opened_on"))
    rows = []
    for month in months:
        drawn = _credits(random, month, by_project[month.project_id], today, len(rows))
        rows += _into_account(drawn, opened.get(month.project_id), today)
    Allocation.objects.bulk_create(rows, batch_size=1000)


def _state(random: Random, period: AllocationPeriod, story: Story, this_month: datetime.date) -> None:
    project = story.project
    if period.month_on == this_month and random.random() < 0.5:
        return
    if story.care == 2 and period.month_on >= this_month - datetime.timedelta(days=40) and random.random() < 0.5:
        return
    if period.month_on.month in (1, 2) and random.random() < 0.6:
        period.nil_statement_on = period.month_on + datetime.timedelta(days=26)
        period.statement_note = "冬季停工，当月无产值。"
        return
    share = Decimal(random.randrange(60, 140)) / 100
    value = project.contract_value / story.months * share
    period.completed_value = (value / 100).quantize(Decimal(1), ROUND_HALF_UP) * 100
    stated = period.month_on + datetime.timedelta(days=24)
    period.stated_at = datetime.datetime.combine(stated, datetime.time(10, 0), SHANGHAI)


def _credits(random: Random, month: AllocationMonth, story: Story, today, number: int) -> list[Allocation]:
    """None, one, two instalments or too little, by the care that the developer takes."""
    if not month.required:
        return []
    behaviour = random.choices(
        ("paid", "late", "short", "missing"),
        {0: (97, 3, 0, 0), 1: (80, 14, 5, 1), 2: (42, 20, 16, 22)}[story.care],
    )[0]
    recent = (today - month.month_on).days < 75
    if behaviour in ("short", "missing") and not recent:
        behaviour = "late"
    if behaviour == "missing":
        return []
    day = month.opens_on.replace(day=random.randrange(16, 20))
    if behaviour == "late":
        day = (month.month_on + datetime.timedelta(days=32)).replace(day=random.randrange(4, 20))
    day = max(day, month.opens_on)
    amount = (month.required / 10000).quantize(Decimal(1), ROUND_UP) * 10000
    if behaviour == "short":
        amount = (month.required * Decimal("0.6") / 10000).quantize(Decimal(1), ROUND_UP) * 10000
    parts = [amount] if random.random() < 0.75 else [amount / 2, amount / 2]
    return [
        Allocation(
            project_id=month.project_id,
            period_id=month.period_id,
            credited_on=day + datetime.timedelta(days=3 * position),
            amount=part,
            bank_receipt_number=f"HD{month.month_on:%y%m}{number + position:07d}",
        )
        for position, part in enumerate(parts)
        if day + datetime.timedelta(days=3 * position) <= today
    ]


def _into_account(credits: list[Allocation], opened_on: datetime.date | None, today: datetime.date) -> list[Allocation]:
    """No money arrives where no account is, nor before it was opened."""
    if opened_on is None:
        return []
    for credit in credits:
        credit.credited_on = max(credit.credited_on, opened_on + datetime.timedelta(days=1))
    return [credit for credit in credits if credit.credited_on <= today]
