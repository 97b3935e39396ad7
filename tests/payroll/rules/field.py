"""Small sheets for the tests: one person per row under T, read back as (ID number, net pay)."""

from decimal import Decimal

from payroll.imports.parse import parse
from sheets.reader import Sheet, Workbook
from tests.payroll.rules.people import card, id_number

T = ["序号", "姓名", "身份证号", "银行卡号", "应发工资", "扣款", "实发工资"]
NAMES = ("王伟", "李娜", "张强", "刘洋", "马燕", "欧阳娜娜", "赵六", "陈静", "杨帆", "周杰")


def p(n, **changes):
    """One person under T: gross 6000 + n, 100 off."""
    cells = [float(n), NAMES[n % 10], id_number(n), card(n), 6000.0 + n, 100.0, 5900.0 + n]
    for title, value in changes.items():
        cells[T.index(title)] = value
    return cells


def paid(*numbers):
    return [(id_number(n), Decimal(5900 + n)) for n in numbers]


def sheet(*rows, **about):
    return Sheet.of([list(row) for row in rows], **about)


def read(*rows, month="2025-10", kind="xlsx", layout=None, **about):
    return parse(Workbook(kind, [sheet(*rows, **about)]), month=month, layout=layout)


def read_book(*sheets, month="2025-10", facts=None):
    return parse(Workbook("xlsx", list(sheets)), month=month, **({"facts": facts} if facts else {}))


def got(found):
    return [(line.id_number, line.net) for line in found.lines]


def whys(found):
    return {one["row"]: one["why"] for one in found.ignored_rows}


def codes(found):
    return sorted(remark.code for remark in (*found.errors, *found.warnings))
