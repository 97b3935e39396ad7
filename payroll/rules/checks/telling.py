"""What the checks of rows share: where remarks gather, and what earlier rows said of people and cards."""

from collections.abc import Mapping

from payroll.rules.checks.declared import Check, Severity
from payroll.rules.facts import Facts
from payroll.rules.month import Month
from payroll.rules.places import row_words
from payroll.rules.remarks import LONGEST, Remark

# A place is a row, and which sheet it stands on: rows of a sheet need 20 bits.
SHEET_BITS = 21


class Memory:
    """Who stood where, across the sheets of one file. An owner is (name, place): one object for all that is his."""

    def __init__(self) -> None:
        self.place_of: dict[str, int] = {}
        self.owner_of_card: dict[str, tuple[str, int]] = {}
        self.owner_of_phone: dict[str, tuple[str, int]] = {}
        self.sheets: dict[int, str] = {}  # sheet_no → name


class Telling:
    """Base of the families' row checks."""

    month: Month
    letters: Mapping[str, str]
    facts: Facts
    sheet_no: int
    memory: Memory
    owner: tuple[str, int]  # (name, place) of the row at hand
    severities: Mapping[str, str]
    errors: list[Remark]
    warnings: list[Remark]

    def cell(self, column: str, row: int) -> str:
        """The cell of a canonical column, the name's where the sheet has no such column."""
        return f"{self.letters.get(column) or self.letters['name']}{row}"

    def say(self, row: int, column: str, check: type[Check], message: str = "", /, **words) -> bool:
        """Make the remark of a check at a canonical column's cell; returns whether the row may still be taken."""
        return self.say_at(row, self.cell(column, row), check, message, **words)

    def say_at(self, row: int, cell: str, check: type[Check], message: str = "", /, **words) -> bool:
        """The same at any cell; row 0 is the sheet as a whole."""
        severity = self.severities[check.code]
        text = (message or check.message).format(**words)[:LONGEST]
        remark = Remark(row, cell if row else "", check.code, severity, text, self.sheet_no)
        if severity == Severity.ERROR:
            self.errors.append(remark)
            return False
        self.warnings.append(remark)
        return True

    def warn(self, row: int, column: str, check: type[Check], message: str, /, **words) -> None:
        """A remark that is never more than a warning, whatever the setting of its check."""
        text = message.format(**words)[:LONGEST]
        self.warnings.append(Remark(row, self.cell(column, row), check.code, check.lighter, text, self.sheet_no))

    def said_place(self, place: int) -> str:
        """“第 5 行”, with the sheet where it is another one."""
        sheet_no, row = (place >> SHEET_BITS) + 1, place & ((1 << SHEET_BITS) - 1)
        if sheet_no == self.sheet_no:
            return f"第 {row} 行"
        name = self.memory.sheets.get(sheet_no)
        return row_words(row, name) if name else f"第 {sheet_no} 张表第 {row} 行"
