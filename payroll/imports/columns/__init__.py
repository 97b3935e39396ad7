"""The canonical columns of a payroll sheet and how they are called in the field.

A synonym is a whole title, seen in a real template or obviously the same; a pattern covers a family.
A title that could mean two things is left unmapped: a missing column is said, a wrong one pays wrongly.
"""

from payroll.imports.columns.money import Advance, Deductions, Gross, NetPay, UnitPrice
from payroll.imports.columns.people import BankCard, BankName, IdNumber, Name, Phone, Seq
from payroll.imports.columns.work import Crew, Days, Hours, PayMonth, Remark, Signed, Trade
from sheets.columns import Column

COLUMNS: tuple[type[Column], ...] = (
    Seq,
    Name,
    IdNumber,
    Phone,
    BankCard,
    BankName,
    Crew,
    Trade,
    Days,
    Hours,
    UnitPrice,
    Gross,
    Deductions,
    Advance,
    NetPay,
    Signed,
    Remark,
    PayMonth,
)
BY_NAME = {column.name: column for column in COLUMNS}
TITLES = {column.name: column.title for column in COLUMNS}
MONEY_NAMES = ("gross", "deductions", "advance", "net_pay", "unit_price", "days", "hours")
