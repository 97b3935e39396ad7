"""Months of labour cost: opened by the calendar, stated by people."""

import datetime
from decimal import Decimal

from django.db import connection, transaction

from accounts.models import AllocationPeriod
from accounts.services.measures import require_measure
from projects.selectors.spans import project_spans_unscoped
from responsibilities.rules.errors import EditedMeanwhile, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services.touch import touch_projects
from responsibilities.services.trail import Actor, changed_fields, record_event

STATED = (
    "completed_value",
    "contract_amount",
    "wages_due",
    "nil_statement_on",
    "statement_note",
)


def periods_open(*, today: datetime.date, project_ids=None) -> int:
    """Open the months from actual start to completion (or `today`) that are missing; returns how many.

    Set-based and idempotent: existing months are left alone, also those that a changed start date left
    outside (the selectors skip them), because people may have stated facts there.
    """
    spans, parameters = project_spans_unscoped(project_ids).query.sql_with_params()
    with connection.cursor() as cursor:
        cursor.execute(
            # The inner part is a compiled QuerySet; values travel as parameters.
            f"""
            INSERT INTO accounts_allocationperiod (project_id, month_on, statement_note, version)
            SELECT span.pk, month::date, '', 1
            FROM ({spans}) AS span (pk, actual_start_on, completed_on)
            CROSS JOIN LATERAL generate_series(
                date_trunc('month', span.actual_start_on::timestamp),
                date_trunc('month', LEAST(span.completed_on, %s::date)::timestamp),
                interval '1 month'
            ) AS month
            WHERE NOT EXISTS (
                SELECT FROM accounts_allocationperiod known
                WHERE known.project_id = span.pk AND known.month_on = month::date
            )
            ON CONFLICT (project_id, month_on) DO NOTHING
            """,  # noqa: S608
            [*parameters, today],
        )
        return cursor.rowcount


@transaction.atomic
def period_state(
    *,
    project,
    month_on: datetime.date,
    completed_value: Decimal | None = None,
    contract_amount: Decimal | None = None,
    wages_due: Decimal | None = None,
    nil_statement_on: datetime.date | None = None,
    note: str = "",
    version: int | None = None,
    actor: Actor,
    scope=None,
) -> AllocationPeriod:
    """State what is known of a month; the requirement follows. Errors: `nil_with_value`, `edited_meanwhile`, `amount_too_large`."""
    for name, amount in (
        ("completed_value", completed_value),
        ("contract_amount", contract_amount),
        ("wages_due", wages_due),
    ):
        require_measure(amount, name)
    if nil_statement_on and completed_value:
        message = "已填报完成工程价款，不能同时作无产值说明；请只保留一项。"
        raise Refused("nil_with_value", message, {"nil_statement_on": message})
    period, _ = AllocationPeriod.objects.get_or_create(project=project, month_on=month_on.replace(day=1))
    period = AllocationPeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    require_visible(period, scope, Permission.ALLOCATION_STATE)
    if version is not None and version != period.version:
        raise EditedMeanwhile(f"{month_on:%Y-%m} 的人工费用填报", period.version)
    before = {name: getattr(period, name) for name in STATED}
    after = dict(
        zip(
            STATED,
            (completed_value, contract_amount, wages_due, nil_statement_on, note),
            strict=True,
        )
    )
    if before == after:
        return period
    for name, value in after.items():
        setattr(period, name, value)
    period.stated_by = actor.user
    period.stated_at = now()
    period.version += 1
    period.save()
    record_event(
        actor=actor,
        action="period_state",
        target=period,
        project_id=project.pk,
        changes=changed_fields(before, after),
    )
    touch_projects([project.pk])
    return period


def require_visible(row, scope, permission: Permission) -> None:
    """Re-check scope after the lock: None is for commands and imports, which act for the system."""
    if scope is None:
        return
    if not type(row).objects.visible_to(scope.with_permission(permission)).filter(pk=row.pk).exists():
        raise NotVisible()
