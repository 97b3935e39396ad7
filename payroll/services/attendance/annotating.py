"""The attendance sheet given back with what is wrong in its own cells, and all of it on a sheet in front.

The layout doesn't matter: a remark knows its cell, in a grid, in a person's block, in a list of punches.
"""

from pathlib import PurePath

from django.db import transaction

from payroll.models import AttendanceProblem, AttendanceSheet, StoredFile
from payroll.services.attendance.originals import require_original
from payroll.services.stored_files import file_store
from responsibilities.rules.errors import Refused
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from sheets.annotate import annotate
from sheets.front import put_in_front
from sheets.refusal import Refusal
from sheets.values import column_index

IN_FRONT = "核验说明"
WIDTHS = (8, 10, 24, 90)
MOST_TOLD = 5000
Status = AttendanceSheet.Status
READ = (Status.DRAFT, Status.CONFIRMED, Status.SUPERSEDED)
TITLES = {
    "name_missing": "没有姓名",
    "name_ambiguous": "重名",
    "name_differs": "姓名与花名册不一致",
    "person_unknown": "不在花名册上",
    "other_employer": "属于另一家用工单位",
    "duplicate_worker": "同一人有两行",
    "id_length": "身份证号位数不对",
    "id_checksum": "身份证号校验位不对",
    "id_birth_date": "身份证号出生日期不存在",
    "id_precision_lost": "身份证号丢失末位",
    "mark_unknown": "符号没有说明",
    "mark_ambiguous": "分不清天数和小时数",
    "day_over_limit": "超过一天",
    "single_punch": "只有一次刷卡",
    "odd_punches": "刷卡次数是单数",
    "time_invalid": "时间写法不对",
    "over_midnight": "跨夜班",
    "double_day": "一天记了两天",
    "no_such_day": "本月没有这一天",
    "rows_unclear": "各行含义不清",
    "total_mismatch": "合计不符",
    "other_month_days": "不属于本月的日期",
    "day_in_future": "日期还没有到",
    "day_of_other_employer": "另一家单位已上报",
    "same_day_other_site": "同日在另一个项目出勤",
    "outside_stay": "不在进退场期间",
}


@transaction.atomic
def attendance_annotated_open(*, sheet: AttendanceSheet, actor: Actor, scope=None) -> tuple[str, bytes]:
    """(name, bytes) of the workbook with the remarks in it; made now where nobody made it. Raises `not_read`."""
    require_original(scope, sheet)
    if sheet.status not in READ:
        raise Refused("not_read", f"这份考勤表现在是“{sheet.get_status_display()}”，没有批注版。")
    file = _made(sheet)
    record_event(
        actor=actor,
        action="attendance.open_annotated",
        target=sheet,
        project_id=sheet.project_id,
        changes={"sha256": ["", file.sha256]},
    )
    return file.name, vault.unseal_bytes(file.sealed, "file")


def _made(sheet: AttendanceSheet) -> StoredFile:
    """Annotate in the limited child and store sealed, once for each reading."""
    row = AttendanceSheet.objects.select_for_update(of=("self",)).select_related("annotated", "file").get(pk=sheet.pk)
    if row.annotated is not None:
        return row.annotated
    problems = list(AttendanceProblem.objects.filter(sheet=sheet).order_by("row", "id")[:MOST_TOLD])
    try:
        data = annotate(vault.unseal_bytes(row.file.sealed, "file"), {row.sheet: [_mark(one) for one in problems]})
    except Refusal as refusal:
        raise Refused(refusal.code, f"无法生成批注版：{refusal.message}") from refusal
    data = put_in_front(data, IN_FRONT, _summary(sheet, problems), WIDTHS)
    row.annotated = file_store(name=f"{PurePath(row.file.name).stem[:180]}-批注版.xlsx", data=data)
    row.save(update_fields=["annotated"])
    return row.annotated


def _mark(problem: AttendanceProblem) -> tuple[int, int, str, str]:
    """Where the remark stands: its cell, else the row's first, else the sheet's."""
    letters = problem.cell.rstrip("0123456789")
    row = int(problem.cell[len(letters) :] or problem.row or 1)
    return row, column_index(letters) or 1, problem.severity, problem.message


def _summary(sheet: AttendanceSheet, problems: list[AttendanceProblem]) -> list[list]:
    words = dict(AttendanceProblem.Severity.choices)
    head = [
        [f"{sheet.project.name} {sheet.month_on:%Y-%m} 考勤表核验说明"],
        [
            f"考勤表 #{sheet.pk}：共 {sheet.rows} 人，能计入 {sheet.matched} 人、出勤 {sheet.total_days.normalize():f} 天。"
        ],
        [f"错误 {sheet.errors} 处，提示 {sheet.warnings} 处。"],
        ["有错误的人或日没有计入，改正后请上传原来的表或本表，本页会自动略过；提示不影响确认，请核对。"],
        [],
        ["级别", "单元格", "问题", "说明和处理办法"],
    ]
    if not problems:
        return [*head, ["", "", "没有问题", "没有发现错误，也没有需要核对的地方。"]]
    order = list(words)
    return head + [
        [
            words[one.severity],
            one.cell or (f"第 {one.row} 行" if one.row else "整份"),
            TITLES.get(one.code, one.code),
            one.message,
        ]
        for one in sorted(problems, key=lambda one: (order.index(one.severity), one.row or 0, one.pk))
    ]
