"""A read workbook → payroll lines with every remark on every row.

`parse` does it at once; `open_payroll` chooses the tables and yields accepted lines one by one, so
that a caller can write in chunks while the rest is still being checked.
"""

from collections.abc import Mapping

from payroll.imports.choosing import Table, choose, left_out, of_other_months, tables_of
from payroll.imports.columns import COLUMNS, TITLES
from payroll.imports.layout import Layout, headers_of
from payroll.imports.parsed import Parsed, Part
from payroll.imports.reading import Reading
from payroll.rules.checks import severities
from payroll.rules.checks.sheets import ColumnAmbiguous, ColumnByContent
from payroll.rules.facts import NOTHING_KNOWN, Facts
from payroll.rules.month import Month
from payroll.rules.remarks import Remark
from sheets.reader import Workbook

__all__ = ["Parsed", "Part", "Reading", "open_payroll", "parse"]

# Columns whose being known by content only is worth a word.
TOLD = frozenset(("name", "id_number", "bank_card", "gross", "deductions", "advance", "net_pay"))


def parse(
    workbook: Workbook, *, month: Month | str, facts: Facts = NOTHING_KNOWN, layout: Layout | None = None
) -> Parsed:
    """Parse and check the whole payroll; raises Refusal as `open_payroll` does."""
    reading = open_payroll(workbook, month=month, facts=facts, layout=layout)
    reading.parsed.lines = list(reading.lines())
    return reading.parsed


def open_payroll(
    workbook: Workbook,
    *,
    month: Month | str,
    facts: Facts = NOTHING_KNOWN,
    layout: Layout | None = None,
    tables: list[Table] | None = None,
) -> Reading:
    """Choose the tables and stand before their first rows.

    With a `layout` its tables are read and no others; `tables` are those of a proposal, which needn't be found
    again. Raises Refusal: no_header no_name_column no_net_column wrong_template where no sheet is a payroll; with a
    layout the codes of `headers_of`.
    """
    month = Month.of(month) if isinstance(month, str) else month
    csv = workbook.kind == "csv"
    if layout is not None:
        chosen = headers_of(layout, workbook)
        read = {id(sheet) for sheet, _header in chosen}
        others = [
            {"sheet": sheet.name, "why": "hidden" if sheet.hidden else "not_chosen"}
            for sheet in workbook.sheets
            if sheet.height and id(sheet) not in read
        ]
        return Reading(
            [(sheet, header.mapped(header.mapping, COLUMNS)) for sheet, header in chosen],
            month,
            facts,
            csv=csv,
            other_sheets=others,
            remarks=of_other_months(chosen, month, facts.severities or severities({})),
        )
    tables = tables_of(workbook, month) if tables is None else tables
    chosen = choose(tables, month)
    set_severities = facts.severities or severities({})
    others, remarks = left_out(tables, set_severities)
    remarks += [
        remark for number, table in enumerate(chosen, start=1) for remark in _of_columns(table, number, set_severities)
    ]
    return Reading(
        [(table.sheet, table.header) for table in chosen],
        month,
        facts,
        csv=csv,
        other_sheets=others,
        remarks=remarks,
    )


def _of_columns(table: Table, number: int, set_severities: Mapping[str, str]) -> list[Remark]:
    """Notices of columns that were known by what they hold, and warnings of such as could be another one."""
    row = table.header.rows[-1] if table.header.rows else 0
    found = []
    for guess in table.guesses:
        cell = f"{guess.letter}{row}" if row else ""
        if guess.rival or guess.unread:
            severity = set_severities[ColumnAmbiguous.code]
            message = ColumnAmbiguous.message if guess.rival else ColumnAmbiguous.unread_message
            said = message.format(said=guess.problem)
            found.append(Remark(row, cell, ColumnAmbiguous.code, severity, said, number))
        if guess.column not in TOLD or guess.column not in table.header.mapping or guess.reason != "content":
            continue
        message = ColumnByContent.other_title_message if guess.problem else ColumnByContent.message
        said = message.format(letter=guess.letter, title=guess.title or "没有列名", column=TITLES[guess.column])
        found.append(Remark(row, cell, ColumnByContent.code, ColumnByContent.default, said, number))
    return found
