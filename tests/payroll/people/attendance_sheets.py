"""Attendance as sites really keep it, rendered from a known month: what is read back must be equal.

A month is {person number: {day: worth}} with worth 1, 0.5 or 0; hours {person: {day: Decimal}} where a layout has them.
"""

import datetime
from decimal import Decimal
from io import BytesIO

import openpyxl

from payroll.rules.month import Month
from sheets.reader import Range, Sheet, Workbook
from tests.factories.payroll import id_number, person

MONTH = Month(2026, 10)
FULL, HALF, NONE = Decimal(1), Decimal("0.5"), Decimal(0)
SYMBOLS = {FULL: "√", HALF: "半", NONE: "×"}
TITLES = ["序号", "姓名", "身份证号", "班组"]


def name(n: int) -> str:
    return person(n)["name"]


def grid(month: dict, *, symbols=None, above=1, total=True, footer=False, legend="", dates=False, ids=True) -> Workbook:
    """A row a person, a column a day."""
    symbols = symbols or SYMBOLS
    days = range(1, MONTH.days + 1)
    titles = TITLES if ids else ["序号", "姓名", "班组"]
    head = [MONTH.first.replace(day=day) if dates else float(day) for day in days]
    rows = [[f"{MONTH.chinese}考勤表"]] * above
    rows.append([*titles, *head, *(["合计"] if total else [])])
    for at, (n, worth) in enumerate(month.items(), start=1):
        who = [float(at), name(n), *([id_number(n)] if ids else []), "木工班"]
        cells = [symbols[worth[day]] if day in worth else None for day in days]
        rows.append([*who, *cells, *([float(sum(worth.values()))] if total else [])])
    if footer:
        sums = [float(sum(worth.get(day, NONE) for worth in month.values())) for day in days]
        rows.append(["合计", *[None] * (len(titles) - 1), *sums])
    if legend:
        rows.append([legend])
    rows.append(["制表人：", None, None, "审核：", "班组长签字："])
    return Workbook("xlsx", [Sheet.of(rows, "10月考勤")])


def part_rows(month: dict, overtime: dict, *, labelled: bool, merged: bool) -> Workbook:
    """Three rows a person: morning, afternoon, hours of overtime."""
    days = range(1, MONTH.days + 1)
    rows = [["序号", "姓名", "身份证号", *(["时段"] if labelled else []), *[float(day) for day in days]]]
    areas = []
    for at, (n, worth) in enumerate(month.items(), start=1):
        top = len(rows) + 1
        more = overtime.get(n, {})
        morning = ["√" if worth.get(day) else "×" for day in days]
        afternoon = ["√" if worth.get(day) == FULL else "×" for day in days]
        evening = [float(more[day]) if day in more else None for day in days]
        for label, cells in (("上午", morning), ("下午", afternoon), ("加班", evening)):
            first = label == "上午" or (merged is None)
            who = [float(at), name(n), id_number(n)] if first else [None, None, None]
            rows.append([*who, *([label] if labelled else []), *cells])
        if merged:
            areas += [Range(top, column, top + 2, column) for column in (1, 2, 3)]
    return Workbook("xlsx", [Sheet.of(rows, "考勤", merged=areas)])


def blocks(punches: dict) -> Workbook:
    """A block a person as punch clocks print it; {person: {day: [clock times]}}, two to a line of a cell."""
    days = range(1, MONTH.days + 1)
    rows = [[None, "员 工 刷 卡 记 录 表"], [None, f"考勤日期：{MONTH.first}～{MONTH.last}"]]
    for n, found in punches.items():
        rows.append([None, "工号：", None, str(n), None, "姓名：", name(n), None, "部门：", "木工班"])
        rows.append([None, *[float(day) for day in days]])
        depth = max((-(-len(times) // 2) for times in found.values()), default=1)
        for line in range(depth):
            cells = []
            for day in days:
                pair = sorted(found.get(day, ()))[2 * line : 2 * line + 2]
                cells.append(
                    "\n".join([*(f"{time:%H:%M}" for time in pair), *["     "] * (2 - len(pair))]) if pair else None
                )
            rows.append([None, *cells])
    return Workbook("xls", [Sheet.of(rows, "刷卡记录")])


def punch_list(punches: dict, *, directions=("入场", "出场")) -> Workbook:
    """A row a punch, alternately in and out."""
    rows = [["企业统一社会信用代码", "工人所属企业名称", "人员姓名", "证件号码", "刷卡时间", "刷卡进出方向"]]
    for n, found in punches.items():
        for day, times in sorted(found.items()):
            for at, time in enumerate(sorted(times)):
                moment = datetime.datetime.combine(MONTH.first.replace(day=day), time)
                way = directions[at % 2] if directions else None
                rows.append([None, None, name(n), id_number(n), f"{moment:%Y-%m-%d %H:%M:%S}", way])
    return Workbook("xlsx", [Sheet.of(rows, "Sheet1")])


def file_of(book: Workbook) -> bytes:
    """The workbook as an .xlsx file."""
    out = openpyxl.Workbook()
    out.remove(out.active)
    for sheet in book.sheets:
        page = out.create_sheet(sheet.name)
        for number, cells in sheet.rows():
            for at, cell in enumerate(cells, start=1):
                if cell is not None:
                    page.cell(number, at, int(cell) if type(cell) is float and cell == int(cell) else cell)
        for area in sheet.merged:
            page.merge_cells(start_row=area.top, start_column=area.left, end_row=area.bottom, end_column=area.right)
    box = BytesIO()
    out.save(box)
    return box.getvalue()
