"""The uploaded file: it holds ID numbers in full, so it goes to its uploader and to those who may reveal them."""

from django.db import transaction

from payroll.models import AttendanceSheet
from responsibilities.rules.errors import NotAllowed
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event


def may_open_original(scope, sheet: AttendanceSheet) -> bool:
    """Whether the caller may have the file with its numbers in full."""
    if scope is None or (sheet.uploaded_by_id is not None and sheet.uploaded_by_id == scope.user_id):
        return True
    return (
        AttendanceSheet.objects.visible_to(scope.with_permission(Permission.PAYROLL_REVEAL))
        .filter(pk=sheet.pk)
        .exists()
    )


def require_original(scope, sheet: AttendanceSheet) -> None:
    """Raise NotAllowed where the caller may not have the file."""
    if not may_open_original(scope, sheet):
        raise NotAllowed("文件含有完整的身份证号，只有上传人和有查看权限的岗位可以下载。")


@transaction.atomic
def original_open(*, sheet: AttendanceSheet, actor: Actor, scope=None) -> tuple[str, bytes]:
    """(name, bytes) of the file as it was uploaded; the trail keeps who took it."""
    require_original(scope, sheet)
    record_event(
        actor=actor,
        action="attendance.open_original",
        target=sheet,
        project_id=sheet.project_id,
        changes={"sha256": ["", sheet.file.sha256]},
    )
    return sheet.file.name, vault.unseal_bytes(sheet.file.sealed, "file")
