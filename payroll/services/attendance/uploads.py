"""Taking an attendance sheet in: the sealed original and a queued row."""

import datetime
import hashlib

from django.db import connection, transaction

from payroll.models import AttendanceSheet
from payroll.rules.employers import employer_words
from payroll.selectors.employers import require_employer
from payroll.services.stored_files import file_store
from responsibilities.models import Organization
from responsibilities.rules.errors import Refused
from responsibilities.selectors.clock import today
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event
from responsibilities.services.uploads import require_sheet

READ_TASK = "payroll.read_attendance"
Status = AttendanceSheet.Status
LIVE = (Status.QUEUED, Status.READING, Status.DRAFT, Status.CONFIRMED)


def attendance_upload(
    *,
    project,
    month_on: datetime.date,
    subcontractor: Organization | None,
    name: str,
    data: bytes,
    actor: Actor,
    scope=None,
    wake: bool = True,
) -> tuple[AttendanceSheet, bool]:
    """Store the original and queue it. Returns (sheet, whether it is new): the same bytes for the same month and
    employer are the same sheet as long as it lives. Errors: `month_in_future`, `employer_not_on_project` and those of
    the file. Basis: 724 art 28, 31; `wake` False is for commands and seeds, which read it themselves.
    """
    require_sheet(data)
    month_on = month_on.replace(day=1)
    if month_on > today():
        message = f"{month_on:%Y-%m} 还没有到，不能上报这个月的考勤。请核对考勤月份。"
        raise Refused("month_in_future", message, {"month": message})
    require_employer(scope, project, subcontractor)
    digest = hashlib.sha256(data).hexdigest()
    with transaction.atomic():
        # Two clicks at once: the second waits here and then finds the first one's sheet.
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"attendance:{project.pk}:{digest}"]
            )
        known = AttendanceSheet.objects.filter(
            project=project, month_on=month_on, subcontractor=subcontractor, file__sha256=digest, status__in=LIVE
        ).first()
        if known is not None:
            return known, False
        sheet = AttendanceSheet.objects.create(
            project=project,
            month_on=month_on,
            subcontractor=subcontractor,
            file=file_store(name=name, data=data, unnamed="考勤表"),
            uploaded_by=actor.user,
        )
        record_event(
            actor=actor,
            action="attendance.upload",
            target=sheet,
            project_id=project.pk,
            changes={
                "file": ["", sheet.file.name],
                "sha256": ["", digest],
                "month": ["", f"{month_on:%Y-%m}"],
                "employer": ["", employer_words(subcontractor)],
            },
        )
        if wake:
            transaction.on_commit(lambda: ring(READ_TASK, sheet.pk))
    return sheet, True
