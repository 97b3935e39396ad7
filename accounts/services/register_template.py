"""The empty register to fill in, written from the same declarations that read it."""

from io import BytesIO

from projects.imports.register import ALLOCATIONS, APPROVALS, PROJECTS, SHEETS
from projects.models import Approval, Project
from projects.selectors.types import project_types_by_code
from responsibilities.selectors.directory import areas_in_order_unscoped
from sheets.writing import OutColumn, OutSheet, write_xlsx

# Everything that people type is text or a date; sums are numbers.
_KINDS = {"date": "date", "amount": "money", "day": "number"}


def register_template() -> bytes:
    """A workbook with the sheets 项目, 审批, 拨付 and 说明."""
    choices = _choices()
    sheets = [
        OutSheet(
            name,
            [
                OutColumn(column.title, _KINDS.get(column.kind, "text"), max(12, 2 * len(column.title) + 4))
                for column in columns
            ],
            (),
            choices=choices.get(name, {}),
        )
        for name, columns in SHEETS.items()
    ]
    target = BytesIO()
    write_xlsx(target, [*sheets, _notes(choices)])
    return target.getvalue()


def _choices() -> dict[str, dict[str, list[str]]]:
    return {
        PROJECTS: {
            "县区": [area.name for area in areas_in_order_unscoped()],
            "项目类型": [item.name for item in project_types_by_code().values()],
            "投资性质": list(Project.FundingNature.labels),
            "资金落实": ["是", "否"],
        },
        APPROVALS: {"审批事项": list(Approval.Kind.labels)},
        ALLOCATIONS: {},
    }


def _notes(choices: dict) -> OutSheet:
    rows = [
        (name, column.title, "必填" if column.required else "", _note(column, choices[name]))
        for name, columns in SHEETS.items()
        for column in columns
    ]
    above = (
        "填写说明：一行一条；留空的单元格不改动已登记的内容；日期按 2026-11-23 填写，金额单位为元。",
        "同一份登记表重复导入不会产生变化；有错误的行不导入，其余行照常导入。",
    )
    columns = [
        OutColumn("工作表", width=10),
        OutColumn("列名", width=28),
        OutColumn("是否必填"),
        OutColumn("说明", width=70),
    ]
    return OutSheet("说明", columns, rows, above)


def _note(column, choices: dict[str, list[str]]) -> str:
    allowed = choices.get(column.title)
    return column.note + (f" 可填：{'、'.join(allowed)}。" if allowed else "")
