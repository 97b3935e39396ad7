"""Which sheet of a workbook is attendance, and in which layout; the one door to reading it."""

from decimal import Decimal

from payroll.imports.attendance.blocks import has_blocks, read_blocks
from payroll.imports.attendance.grid import read_grid
from payroll.imports.attendance.grid_header import find_grid, other_month
from payroll.imports.attendance.parsed import ParsedAttendance
from payroll.imports.attendance.punches import find_punches, read_punches
from payroll.rules.attendance import Measure
from payroll.rules.month import Month
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal

PAY_WORDS = ("实发", "应发工资", "银行卡号", "工资卡")


def parse_attendance(workbook: Workbook, *, month: Month, measure: Measure, longest_shift: Decimal) -> ParsedAttendance:
    """Read the month's attendance; raises Refusal: `no_attendance`, `month_mismatch`, `wrong_template`, `no_people`."""
    sheets = [sheet for sheet in workbook.sheets if sheet.height and not sheet.hidden]
    others = None
    for sheet in sorted(sheets, key=lambda one: not _named_after(one, month)):
        if has_blocks(sheet):
            return _with_people(read_blocks(sheet, month, measure, longest_shift))
        if (header := find_grid(sheet, month)) is not None:
            of_another, stated = other_month(sheet, header, month)
            if of_another:
                others = others or (sheet, stated)
                continue
            return _with_people(read_grid(sheet, header, month, measure))
        if (header := find_punches(sheet)) is not None:
            return _with_people(read_punches(sheet, header, month, measure, longest_shift))
    if others:
        sheet, stated = others
        what = f"是{stated.chinese}的考勤" if stated else f"里没有{month.chinese}的日期"
        raise Refusal(
            "month_mismatch", f"工作表“{sheet.name}”{what}，所选月份是{month.chinese}。请核对考勤月份或换一份文件。"
        )
    raise _not_attendance(sheets)


def _with_people(parsed: ParsedAttendance) -> ParsedAttendance:
    if not parsed.people and not any(remark.severity == "error" for remark in parsed.remarks):
        raise Refusal("no_people", f"工作表“{parsed.sheet}”像考勤表，但里面没有一个人。请填写后重新上传。")
    return parsed


def _named_after(sheet: Sheet, month: Month) -> bool:
    return f"{month.month}月" in sheet.name or "考勤" in sheet.name


def _not_attendance(sheets: list[Sheet]) -> Refusal:
    titles = {cell.strip() for sheet in sheets for cells in sheet.head(10) for cell in cells if type(cell) is str}
    if any(word in title for title in titles for word in PAY_WORDS):
        return Refusal("wrong_template", "这像是工资表，不是考勤表。工资表请在“工资发放”中上传。")
    return Refusal(
        "no_attendance",
        "没有认出考勤表。能读的版式：每人一行、每天一列的考勤表；每人几行（上午、下午、加班）；打卡机导出的刷卡记录；"
        "有“姓名、身份证号、刷卡时间”的流水。可下载已填好花名册的模板填写。",
    )
