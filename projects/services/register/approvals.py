"""The 审批 table of a register: approvals done elsewhere, with their breaches and the moment 人社 had them."""

import datetime

from django.db import connection

from projects.imports.tables import Row, Table
from projects.models import Approval, Project, ProjectParty
from projects.rules.acting import acts_for, oversees
from projects.rules.gates import ApprovalFacts, approval_gate
from projects.services.approvals import receipt_number
from projects.services.parties import Part
from projects.services.register.outcome import Written, locked_projects, unreachable
from projects.services.register.project_rows import BATCH
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.selectors.clock import SHANGHAI
from responsibilities.selectors.directory import UnitNames
from responsibilities.services.trail import Actor

CHANGEABLE = ("approved_on", "funding_source", "approving_unit", "breaches")


def import_approvals(table: Table, *, scope: Scope | None, today: datetime.date, actor: Actor) -> Written:
    """Write the accepted rows in the caller's transaction. A receipt on record is never moved."""
    projects = locked_projects(row.values["code"] for row in table.rows if "code" in row.values)
    outside = unreachable([project.pk for project in projects.values()], scope, Permission.APPROVAL_RECORD)
    kinds = {label: value for value, label in Approval.Kind.choices}
    kinds |= {value: value for value in kinds.values()} | {
        "立项": "project_approval",
        "概算": "budget_estimate",
        "核准": "filing",
        "备案": "filing",
        "施工许可证": "construction_permit",
    }
    units = UnitNames()
    known = {
        (row.project_id, row.kind, row.number): row
        for row in Approval.objects.select_for_update(of=("self",))
        .filter(project__in=[project.pk for project in projects.values()])
        .select_related("approving_unit")
        .order_by("id")
    }
    seen: dict[tuple, int] = {}
    new, changed, stamped = [], [], []
    written = Written()
    written.counts.rows = len(table.rows)
    for row in list(table.accepted):
        project = projects.get(row.values["code"])
        if project is None or project.pk in outside:
            table.reject(
                row,
                "code",
                "project_unknown",
                f"没有找到项目 {row.values['code']}，或它不在您的管辖范围内；请先在“项目”表中登记。",
            )
            continue
        kind = kinds.get(row.values["kind"])
        if kind is None:
            table.reject(
                row,
                "kind",
                "kind_unknown",
                f"不认识审批事项“{row.values['kind']}”，应为 {'、'.join(Approval.Kind.labels)} 之一。",
            )
            continue
        unit = _approving_unit(table, row, project, units, scope)
        _check_dates(table, row, today)
        key = (project.pk, kind, row.values["number"])
        if key in seen:
            table.reject(row, "number", "duplicate_approval", f"与第 {seen[key]} 行是同一项审批，请保留一行。")
        seen.setdefault(key, row.number)
        if row.rejected:
            continue
        approval = known.get(key)
        values = _values(row, project, kind, unit, approval, today)
        _warn(table, row, values["breaches"])
        moved = approval is None or any(getattr(approval, name) != value for name, value in values.items())
        if approval is None:
            approval = Approval(
                project=project, kind=kind, number=row.values["number"], recorded_by=actor.user, **values
            )
            new.append(approval)
            written.counts.created += 1
        else:
            for name, value in values.items():
                setattr(approval, name, value)
        received = row.get("received_at")
        if received and approval.pushed_at is None:
            approval.pushed_at, approval.pushed_by = received, actor.user
            stamped.append(approval)
            moved = True
        elif received and approval.pushed_at.replace(microsecond=0) != received.replace(microsecond=0):
            local = approval.pushed_at.astimezone(SHANGHAI)
            table.warn(
                row,
                "received_at",
                "receipt_kept",
                f"人社接收时间已登记为 {local:%Y-%m-%d %H:%M}，以回执为准，没有改动。",
            )
        if approval.pk and moved:
            approval.version += 1
            changed.append(approval)
            written.counts.updated += 1
        elif approval.pk:
            written.counts.unchanged += 1
        if moved:
            written.project_ids.add(project.pk)
    _save(new, changed, stamped)
    written.counts.rejected = sum(row.rejected for row in table.rows)
    return written


def _approving_unit(table: Table, row: Row, project: Project, units: UnitNames, scope: Scope | None):
    name = row.values["approving_unit"]
    unit = units.find(name, project.area)
    if unit is None:
        table.reject(row, "approving_unit", "unit_unknown", f"不认识审批部门“{name}”，请填写单位全称、简称或单位编码。")
    elif scope is not None and not (
        acts_for(scope, Permission.APPROVAL_RECORD, organization_id=unit.pk, body_id=unit.body_id)
        or oversees(scope, Permission.APPROVAL_RECORD)
    ):
        table.reject(row, "approving_unit", "not_your_unit", f"您不能以 {unit.name} 的名义登记审批。")
    return unit


def _check_dates(table: Table, row: Row, today: datetime.date) -> None:
    approved_on = row.values["approved_on"]
    received_on = row.values["received_at"].astimezone(SHANGHAI).date() if "received_at" in row.values else None
    if received_on and received_on < approved_on:
        table.reject(row, "received_at", "date_contradicts", "人社接收时间早于批准日期，请核对。")
    if approved_on > today:
        table.warn(row, "approved_on", "date_in_future", "批准日期晚于今天，请核对。")
    if received_on and received_on > today:
        table.warn(row, "received_at", "date_in_future", "人社接收时间晚于今天，请核对。")


def _values(row: Row, project: Project, kind: str, unit, approval: Approval | None, today: datetime.date) -> dict:
    held = approval.funding_source if approval else ""
    funding_source = row.get("funding_source") or held or project.funding_source
    gate = approval_gate(
        ApprovalFacts(
            kind=kind,
            approved_on=row.values["approved_on"],
            funding_source=funding_source,
            funds_in_place=project.funds_in_place,
            actual_start_on=project.actual_start_on,
        ),
        decided_in_portal=False,
    )
    return {
        "approved_on": row.values["approved_on"],
        "funding_source": funding_source,
        "approving_unit": unit,
        "breaches": list(gate.breaches),
    }


def _warn(table: Table, row: Row, breaches: list[str]) -> None:
    columns = {"no_funding_source": "funding_source", "permit_after_start": "approved_on"}
    for code in breaches:
        table.warn(row, columns.get(code, "kind"), code, f"{Approval.Breach(code).label}，已如实登记，请核对处理。")


def _save(new: list[Approval], changed: list[Approval], stamped: list[Approval]) -> None:
    # A receipt's number holds the approval's own: ids are drawn first, so that one INSERT writes both.
    for approval, pk in zip(new, _drawn_ids(len(new)), strict=True):
        approval.pk = pk
    for approval in stamped:
        approval.receipt_number = receipt_number(approval.pk, approval.pushed_at)
    Approval.objects.bulk_create(new, batch_size=BATCH)
    if changed:
        Approval.objects.bulk_create(
            changed,
            update_conflicts=True,
            unique_fields=["id"],
            update_fields=[*CHANGEABLE, "pushed_at", "pushed_by", "receipt_number", "version"],
            batch_size=BATCH,
        )
    ProjectParty.objects.bulk_create(
        [
            ProjectParty(project=row.project, part=Part.APPROVING_UNIT, organization=row.approving_unit)
            for row in (*new, *changed)
        ],
        batch_size=BATCH,
        ignore_conflicts=True,
    )


def _drawn_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)",
            [Approval._meta.db_table, count],
        )
        return [pk for (pk,) in cursor.fetchall()]
