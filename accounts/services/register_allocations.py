"""The 拨付 table of a register: what months produced and what was credited, set-based and idempotent."""

import datetime
from dataclasses import dataclass

from accounts.models import Allocation, AllocationPeriod
from accounts.rules.receipts import receipt_number
from projects.imports.tables import Row, Table
from projects.models import Project
from projects.services.register import Written, locked_projects, unreachable
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors import clock
from responsibilities.services.trail import Actor

BATCH = 2000
STATED = ("completed_value", "nil_statement_on")


@dataclass
class _Books:
    """What is on record for the projects of a table, locked."""

    periods: dict[tuple[int, datetime.date], AllocationPeriod]
    credits: dict[tuple[int, str], Allocation]


def import_allocations(table: Table, *, scope: Scope | None, today: datetime.date, actor: Actor) -> Written:
    """Write the accepted rows in the caller's transaction. A receipt counts once; a blank leaves what is on record.

    A receipt on record with other facts is an error (`receipt_used`): it is voided first, by a recorded act.
    """
    written = Written()
    written.counts.rows = len(table.rows)
    projects = _projects(table, scope)
    _check(table, today)
    books = _books([project.pk for project in projects.values()])
    _open_periods(table, projects, books)
    stated: dict[int, AllocationPeriod] = {}
    credits = []
    for row in list(table.accepted):
        project = projects[row.values["code"]]
        period = books.periods[project.pk, row.values["month_on"]]
        credit = _credit(table, row, project, period, books, actor)
        if row.rejected:
            continue
        changed = _state(row, period, actor)
        if changed:
            stated[period.pk] = period
        if credit is not None:
            credits.append(credit)
        if credit is not None or changed:
            written.counts.created += credit is not None
            written.counts.updated += credit is None
            written.project_ids.add(project.pk)
        else:
            written.counts.unchanged += 1
    _save(list(stated.values()), credits)
    written.counts.rejected = sum(row.rejected for row in table.rows)
    return written


def _projects(table: Table, scope: Scope | None) -> dict[str, Project]:
    projects = locked_projects(row.values["code"] for row in table.accepted)
    ids = [project.pk for project in projects.values()]
    closed = {
        "amount": unreachable(ids, scope, Permission.ALLOCATION_RECORD),
        "completed_value": unreachable(ids, scope, Permission.ALLOCATION_STATE),
        "nil_statement_on": unreachable(ids, scope, Permission.ALLOCATION_STATE),
    }
    outside = unreachable(ids, scope, Permission.ACCOUNT_VIEW)
    for row in table.accepted:
        project = projects.get(row.values["code"])
        if project is None or project.pk in outside:
            table.reject(
                row,
                "code",
                "project_unknown",
                f"没有找到项目 {row.values['code']}，或它不在您的管辖范围内；请先在“项目”表中登记。",
            )
            continue
        for column, ids in closed.items():
            if column in row.values and project.pk in ids:
                table.reject(row, column, "not_allowed", "您的岗位不能为这个项目登记这一项，请删除后重新导入。")
    return projects


def _check(table: Table, today: datetime.date) -> None:
    receipts: dict[tuple[str, str], int] = {}
    for row in list(table.accepted):
        values = row.values
        if not {"completed_value", "amount", "nil_statement_on"} & set(values):
            table.reject(row, "completed_value", "row_empty", "这一行没有填写工程价款、拨付金额或无产值说明日期。")
        if "nil_statement_on" in values and values.get("completed_value"):
            table.reject(row, "nil_statement_on", "nil_with_value", "已填写完成工程价款，不能同时作无产值说明。")
        if "amount" not in values:
            continue
        if values["amount"] == 0:
            table.reject(row, "amount", "amount_invalid", "拨付金额须大于 0 元；没有拨付的请留空。")
        for column, title in (("credited_on", "到账日期"), ("bank_receipt_number", "银行回单号")):
            if column not in values:
                table.reject(row, column, f"{column}_missing", f"填写了拨付金额，请填写{title}。")
        if "credited_on" in values and values["credited_on"] > today:
            table.warn(row, "credited_on", "date_in_future", "到账日期晚于今天，请核对。")
        key = (values["code"], receipt_number(values.get("bank_receipt_number", "")))
        if key[1] and key in receipts:
            table.reject(
                row, "bank_receipt_number", "duplicate_receipt", f"银行回单号与第 {receipts[key]} 行重复，请保留一行。"
            )
        receipts.setdefault(key, row.number)


def _books(project_ids: list[int]) -> _Books:
    periods = AllocationPeriod.objects.select_for_update(of=("self",)).filter(project__in=project_ids).order_by("id")
    credits = Allocation.objects.filter(
        project__in=project_ids, kind=Allocation.Kind.CREDIT, voided_at__isnull=True
    ).select_related("period")
    return _Books(
        {(row.project_id, row.month_on): row for row in periods},
        {(row.project_id, receipt_number(row.bank_receipt_number)): row for row in credits},
    )


def _open_periods(table: Table, projects: dict[str, Project], books: _Books) -> None:
    wanted = {(projects[row.values["code"]].pk, row.values["month_on"]) for row in table.accepted} - set(books.periods)
    AllocationPeriod.objects.bulk_create(
        [AllocationPeriod(project_id=project_id, month_on=month_on) for project_id, month_on in sorted(wanted)],
        batch_size=BATCH,
        ignore_conflicts=True,
    )
    found = AllocationPeriod.objects.select_for_update(of=("self",)).filter(
        project__in={project_id for project_id, _ in wanted}
    )
    books.periods |= {
        (row.project_id, row.month_on): row for row in found.order_by("id") if (row.project_id, row.month_on) in wanted
    }


def _credit(
    table: Table, row: Row, project: Project, period: AllocationPeriod, books: _Books, actor: Actor
) -> Allocation | None:
    """The credit to write, None where the row has none or it is on record already."""
    if "amount" not in row.values:
        return None
    number = receipt_number(row.values["bank_receipt_number"])
    known = books.credits.get((project.pk, number))
    if known is not None:
        facts = (known.period_id, known.amount, known.credited_on)
        if facts != (period.pk, row.values["amount"], row.values["credited_on"]):
            table.reject(
                row,
                "bank_receipt_number",
                "receipt_used",
                f"回单号 {number} 已登记在 {known.period.month_on:%Y-%m}，金额 {known.amount} 元，与本行不同；请先作废原记录。",
            )
        return None
    return Allocation(
        project=project,
        period=period,
        credited_on=row.values["credited_on"],
        amount=row.values["amount"],
        bank_receipt_number=number,
        recorded_by=actor.user,
    )


def _state(row: Row, period: AllocationPeriod, actor: Actor) -> bool:
    said = {name: row.values[name] for name in STATED if name in row.values}
    if said.get("completed_value"):
        said["nil_statement_on"] = None
    if all(getattr(period, name) == value for name, value in said.items()):
        return False
    for name, value in said.items():
        setattr(period, name, value)
    period.stated_by = actor.user
    period.stated_at = clock.now()
    period.version += 1
    return True


def _save(stated: list[AllocationPeriod], credits: list[Allocation]) -> None:
    if stated:
        AllocationPeriod.objects.bulk_create(
            stated,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*STATED, "stated_by", "stated_at", "version"],
            batch_size=BATCH,
        )
    Allocation.objects.bulk_create(credits, batch_size=BATCH)
