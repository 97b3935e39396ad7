"""The attendance template of a project and month: the roster's names, a column a day, the rest days named."""

from typing import BinaryIO

from django.db import transaction

from payroll.rules.month import Month
from payroll.selectors.employers import require_employer
from payroll.selectors.roster import roster_of_month
from projects.selectors.projects import may_act
from responsibilities.models import Organization
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from sheets.writing import OutColumn, OutSheet, write_xlsx

LEGEND = "说明：√=出勤，半=半天，休=休息，假=请假，×=旷工；也可填天数（1、0.5）或工时（8h）。"
KEPT, FILLED = "姓名、身份证号请勿改动。", "姓名请勿改动，身份证号可以不填。"


@transaction.atomic
def attendance_template(
    *, target: BinaryIO, project, month: Month, subcontractor: Organization | None, actor: Actor, scope=None
) -> int:
    """Write the workbook; returns how many people it names. ID numbers are filled in only for those who may see them
    in full, and then the trail says so; others get the names, which must then be there once."""
    employer = require_employer(scope, project, subcontractor)
    full = scope is None or may_act(scope, project, Permission.PAYROLL_REVEAL)
    rows = roster_of_month(None, project, month).filter(employer=employer)
    people = list(rows.order_by("crew", "worker__pinyin_key", "pk"))
    days = [str(day) for day in range(1, month.days + 1)]
    columns = [
        OutColumn("序号", "number", 6),
        OutColumn("姓名", width=12),
        OutColumn("身份证号", width=22),
        OutColumn("班组", width=14),
        *(OutColumn(day, width=4) for day in days),
        OutColumn("合计", "number", 8),
    ]
    body = (
        [
            at,
            entry.worker.name,
            vault.unseal_text(entry.worker.id_number_sealed, "id_number") if full else "",
            entry.crew,
            *([None] * len(days)),
            None,
        ]
        for at, entry in enumerate(people, start=1)
    )
    title = f"{project.name} {employer.name} {month.chinese}考勤表"
    write_xlsx(
        target, [OutSheet(f"{month.month}月考勤", columns, body, above=[title, LEGEND + (KEPT if full else FILLED)])]
    )
    record_event(
        actor=actor,
        action="attendance.template",
        target=project,
        project_id=project.pk,
        changes={
            "month": ["", str(month)],
            "workers": ["", str(len(people))],
            "full_numbers": ["", "是" if full else "否"],
        },
    )
    return len(people)
