"""A read workbook → payroll lines with every remark on every row.

`parse` does it at once; `open_payroll` chooses the sheet and yields accepted lines one by one, so
that a caller can write in chunks while the rest is still being checked. Memory grows with the
lines kept and with one entry per ID number and card, never with the sheet.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter

from payroll.imports.columns import COLUMNS, MONEY_NAMES, OTHER_TEMPLATES, sum_of
from payroll.imports.rows import GRAND, SPACES, Rows
from payroll.rules.amounts import ZERO, NotMoney, parse_money, show
from payroll.rules.checks import ORDER, Line, RowChecks
from payroll.rules.checks.amounts import FormulaWithoutValue, TotalMismatch
from payroll.rules.facts import NOTHING_KNOWN, Facts
from payroll.rules.month import Month
from payroll.rules.net import TOLERANCE
from payroll.rules.remarks import Remark
from sheets.columns import HEAD_ROWS, MAX_DEPTH, Header, find_header
from sheets.reader import Sheet, Workbook
from sheets.refusal import Refusal
from sheets.values import ErrorValue, as_text, column_index, column_letter

# Blank rows are told apart from the end of the sheet only up to this many in one gap.
TOLD_BLANKS = 200
MONTH_IN_NAME = re.compile(
    r"(?:(20\d{2})\s*[年.\-_/]?\s*)?(1[0-2]|0?[1-9])\s*月|(20\d{2})[.\-_/]?(1[0-2]|0[1-9])(?!\d)"
)


@dataclass(slots=True)
class Parsed:
    """What a payroll sheet says. Rows are the file's own, 1-based; amounts in yuan.

    `total_net` sums every worker's row whose net pay could be read, rejected rows too: so it
    compares with the total that the sheet declares. `lines` hold accepted rows only.
    """

    sheet: str
    header_rows: list[int]
    columns: dict[str, str]
    header: Header
    month: Month
    rows: int = 0
    accepted: int = 0
    rejected: int = 0
    ignored_rows: list[dict] = field(default_factory=list)
    total_net: Decimal = ZERO
    declared_total_net: Decimal | None = None
    errors: list[Remark] = field(default_factory=list)
    warnings: list[Remark] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    other_sheets: list[str] = field(default_factory=list)  # sheets that would have been readable too

    @property
    def unmapped(self) -> dict[str, str]:
        """Column letter → title of the columns that weren't understood."""
        return {column_letter(at): title for at, title in self.header.unmapped.items()}

    def as_dict(self, with_lines: bool = False) -> dict:
        """The body of `payroll_import --json`; the caller adds file, sha256 and batch."""
        found = {
            "sheet": self.sheet,
            "header_rows": self.header_rows,
            "columns": self.columns,
            "rows": self.rows,
            "accepted": self.accepted,
            "rejected": self.rejected,
            "ignored_rows": self.ignored_rows,
            "total_net": f"{self.total_net:.2f}",
            "declared_total_net": None if self.declared_total_net is None else f"{self.declared_total_net:.2f}",
            "errors": [remark.as_dict() for remark in self.errors],
            "warnings": [remark.as_dict() for remark in self.warnings],
        }
        if with_lines:
            found["lines"] = [line.as_dict() for line in self.lines]
        return found

    def marks(self) -> list[tuple[int, int, str, str]]:
        """(row, column, severity, message) for `sheets.annotate.annotate`."""
        return [
            (remark.row, column_index(remark.cell.rstrip("0123456789")), remark.severity, remark.message)
            for remark in (*self.errors, *self.warnings)
        ]


def parse(workbook: Workbook, *, month: Month | str, facts: Facts = NOTHING_KNOWN) -> Parsed:
    """Parse and check the whole payroll; raises Refusal (no_header no_name_column no_net_column
    wrong_template) where no sheet is one."""
    reading = open_payroll(workbook, month=month, facts=facts)
    reading.parsed.lines = list(reading.lines())
    return reading.parsed


def open_payroll(workbook: Workbook, *, month: Month | str, facts: Facts = NOTHING_KNOWN) -> "Reading":
    """Choose the sheet and stand before its first row."""
    month = Month.of(month) if isinstance(month, str) else month
    sheet, header, others = choose_sheet(workbook, month)
    return Reading(sheet, header, month, facts, others)


def choose_sheet(workbook: Workbook, month: Month) -> tuple[Sheet, Header, list[str]]:
    """The visible sheet that is a payroll, the one named after the month before others."""
    found = []
    for index, sheet in enumerate(workbook.sheets):
        if not sheet.height:
            continue
        header = find_header(sheet.head(HEAD_ROWS + MAX_DEPTH), COLUMNS, sheet.merged)
        found.append((sheet, header, index))
    payrolls = [
        (sheet, header, index) for sheet, header, index in found if header and not header.missing and not sheet.hidden
    ]
    if not payrolls:
        raise _no_payroll(found)
    sheet, header, _index = max(
        payrolls,
        key=lambda one: (
            _names_month(one[0].name, month),
            one[0].height > one[1].rows[-1],
            len(one[1].mapping),
            -one[2],
        ),
    )
    return sheet, header, [other.name for other, _header, _index in payrolls if other is not sheet]


def _names_month(name: str, month: Month) -> int:
    """1 where a sheet's name says this month, −1 where it says another one."""
    match = MONTH_IN_NAME.search(name)
    if not match:
        return 0
    year, number = match[1] or match[3], match[2] or match[4]
    return 1 if int(number) == month.month and (not year or int(year) == month.year) else -1


def _no_payroll(found: list[tuple[Sheet, Header | None, int]]) -> Refusal:
    """Say what is missing on the sheet that comes nearest to a payroll."""
    hidden = [sheet.name for sheet, header, _index in found if header and not header.missing and sheet.hidden]
    if hidden:
        return Refusal("no_header", f"只有隐藏的工作表“{hidden[0]}”像工资表。请取消隐藏后重新上传。")
    visible = [(sheet, header) for sheet, header, _index in found if not sheet.hidden]
    headed = [(sheet, header) for sheet, header in visible if header]
    mapped = {name for _sheet, header in headed for name in header.mapping}
    if not mapped & {"net_pay", "gross"}:
        for sheet, header in visible:
            if template := _other_template(sheet, header):
                return Refusal("wrong_template", f"这是{template}，不是工资表。请下载本项目的工资表模板，填写后上传。")
    if not headed:
        return Refusal(
            "no_header",
            f"前 {HEAD_ROWS} 行里没有找到表头。表头应有“姓名”“身份证号”“实发工资”等列名，请补上后重新上传。",
        )
    sheet, header = max(headed, key=lambda one: (-len(one[1].missing), len(one[1].mapping)))
    seen = "、".join(title for _at, title in sorted(header.titles.items()))[:160]
    if "name" in header.missing:
        return Refusal(
            "no_name_column", f"第 {header.rows[-1]} 行的表头里没有姓名列。表头有：{seen}。请把姓名列的列名改为“姓名”。"
        )
    return Refusal(
        "no_net_column",
        f"第 {header.rows[-1]} 行的表头里没有实发工资列。表头有：{seen}。请把实发金额列的列名改为“实发工资”。",
    )


def _other_template(sheet: Sheet, header: Header | None) -> str | None:
    if header and set(header.mapping) & (set(MONEY_NAMES) - {"unit_price", "days", "hours"}):
        return None
    titles = list(header.titles.values()) if header else []
    titles += [sheet.name] + [cell for row in sheet.head(6) for cell in row if type(cell) is str and len(cell) <= 20]
    for pattern, template in OTHER_TEMPLATES:
        if any(pattern.search(title) for title in titles):
            return template
    return None


class Reading:
    """One payroll sheet being read. Exhaust `lines()`, then `parsed` is complete."""

    def __init__(self, sheet: Sheet, header: Header, month: Month, facts: Facts, others: list[str]) -> None:
        self.sheet, self.header = sheet, header
        self.parsed = Parsed(
            sheet=sheet.name,
            header_rows=header.rows,
            columns=header.letters,
            header=header,
            month=month,
            other_sheets=others,
        )
        self.checks = RowChecks(
            month=month, letters=header.letters, how=sum_of(header), facts=facts, hidden_rows=sheet.hidden_rows
        )
        merged_rows: dict[int, int] = {}
        for area in sheet.merged:
            merged_rows[area.top] = max(merged_rows.get(area.top, 0), area.right - area.left + 1)
        self._rows = Rows(header, merged_rows)
        self._totals: list[tuple[int, bool, Decimal]] = []
        self._since = ZERO
        self._blank: list[int] = []

    def lines(self) -> Iterator[Line]:
        """Accepted lines in the order of the sheet; remarks gather in `parsed`."""
        parsed, checks, rows = self.parsed, self.checks, self._rows
        mapping = self.header.mapping
        width = max(self.sheet.width, *mapping.values())
        pick = itemgetter(*(mapping.get(name, width + 1) - 1 for name in ORDER))
        pad = [None] * (width + 1)
        size = width + 1
        named, seq = mapping["name"] - 1, mapping.get("seq", width + 1) - 1
        identified = mapping.get("id_number", width + 1) - 1
        check = checks.check
        for number, cells in self.sheet.rows(self.header.first_data_row):
            if len(cells) < size:
                cells = cells + pad[len(cells) :]
            # The common row: a number, a name, an ID number of 18 characters.
            identity, name = cells[identified], cells[named]
            plain = (
                type(identity) is str
                and len(identity) == 18
                and type(name) is str
                and "例" not in name
                and name[:1] not in "xX×"
                and type(cells[seq]) is not str
                and identity.isalnum()
                and not rows.in_second_table
            )
            if not plain:
                before = checks.total_net - self._since
                why = rows.why_not(number, cells, checks.total_net, before)
                if why is not None:
                    self._ignore(number, why, cells)
                    continue
            if self._blank:
                self._tell_blanks()
            line = check(number, pick(cells), cells)
            parsed.rows += 1
            if line is None:
                parsed.rejected += 1
            else:
                parsed.accepted += 1
                yield line
        self._finish()

    def _tell_blanks(self) -> None:
        self.parsed.ignored_rows += [{"row": row, "why": "empty"} for row in self._blank]
        self._blank = []

    def _ignore(self, row: int, why: str, cells: list) -> None:
        if why == "empty" and all(cell is None for cell in cells):
            # Blank rows count only when something follows them.
            if len(self._blank) < TOLD_BLANKS:
                self._blank.append(row)
            return
        if self._blank:
            self._tell_blanks()
        self.parsed.ignored_rows.append({"row": row, "why": why})
        if why == "subtotal":
            self._since = self.checks.total_net
        if why != "total":
            return
        value = cells[self.header.mapping["net_pay"] - 1]
        if isinstance(value, ErrorValue) and value.without_value:
            cell = self.checks.cell("net_pay", row)
            self.checks.warn(row, "net_pay", FormulaWithoutValue, FormulaWithoutValue.total_message, cell=cell)
            return
        try:
            amount = parse_money(value) if not isinstance(value, ErrorValue) else None
        except NotMoney:
            amount = None
        if amount is not None:
            labels = "".join(SPACES.sub("", as_text(cell)) for cell in cells if type(cell) is str)
            self._totals.append((row, bool(GRAND.search(labels)), amount))

    def _finish(self) -> None:
        parsed, checks = self.parsed, self.checks
        checks.finish()
        parsed.errors, parsed.warnings, parsed.total_net = checks.errors, checks.warnings, checks.total_net
        if not self._totals:
            return
        grand = [total for total in self._totals if total[1]] or self._totals
        row, _grand, amount = grand[-1]
        # Several 合计 and no 总计: totals of pages, where together they make the whole.
        together = sum((total[2] for total in self._totals), ZERO)
        differs = abs(amount - parsed.total_net) > TOLERANCE
        if differs and not any(total[1] for total in self._totals) and abs(together - parsed.total_net) <= TOLERANCE:
            amount = together
        parsed.declared_total_net = amount
        if (gap := abs(amount - parsed.total_net)) > TOLERANCE:
            words = {"declared": show(amount), "total": show(parsed.total_net), "gap": show(gap)}
            checks.say(row, "net_pay", TotalMismatch, **words)
