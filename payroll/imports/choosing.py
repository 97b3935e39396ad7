"""Which tables of a workbook are this month's payroll, and which are left out and why.

Read together are visible payrolls of this month whose people don't overlap (a sheet per crew). A summary that
repeats the people of the detail sheets is left out, so is a sheet that names another month. Whatever is left out
is said; people who stand only on a sheet that was left out are named.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from payroll.imports.columns import COLUMNS
from payroll.imports.content import kind_of
from payroll.imports.guessing import ColumnGuess, guess_columns
from payroll.imports.layout import header_signature
from payroll.imports.mistaken import no_payroll
from payroll.imports.people import People, people_of
from payroll.rules.amounts import show
from payroll.rules.checks import Severity
from payroll.rules.checks.sheets import OtherMonth, SheetLeftOut
from payroll.rules.month import Month
from payroll.rules.named_months import months_in, months_words, names_month
from payroll.rules.remarks import Remark
from sheets.headers import HEAD_ROWS, MAX_DEPTH, Header, find_header, match_columns, read_titles, side_by_side
from sheets.reader import Sheet, Workbook
from sheets.values import Cell

REPEATS_FROM = 0.5  # of a table's people stand on tables read already
COVERS_FROM = 0.8
NAMED = 5


@dataclass(slots=True)
class Table:
    """One table of the workbook: a sheet, or one of two tables that stand side by side on it."""

    sheet: Sheet
    index: int
    header: Header | None
    guesses: list[ColumnGuess] = field(default_factory=list)
    named_month: int = 0  # 1 this month, −1 another one, 0 none
    named: str = ""  # the months that it names, in words
    chosen: bool = False
    why: str = ""
    said: str = ""
    people: People | None = None

    @property
    def is_payroll(self) -> bool:
        return self.header is not None and not self.header.missing

    @property
    def label(self) -> str:
        return f"工作表“{self.sheet.name}”"


def tables_of(
    workbook: Workbook, month: Month, remembered: Mapping[str, Mapping[str, str]] | None = None
) -> list[Table]:
    """Every table of every sheet that isn't empty, with its columns guessed."""
    return [
        table
        for index, sheet in enumerate(workbook.sheets)
        if sheet.height
        for table in _tables(sheet, index, month, remembered or {})
    ]


def _tables(sheet: Sheet, index: int, month: Month, remembered) -> Iterator[Table]:
    rows = sheet.head(HEAD_ROWS + MAX_DEPTH)
    found = find_header(rows, COLUMNS, sheet.merged)
    headers = side_by_side(found, COLUMNS) if found else []
    tables = [_table(sheet, index, header, remembered) for header in headers]
    if not any(table.is_payroll for table in tables) and (header := _without_titles(sheet, rows)):
        table = _table(sheet, index, header, remembered)
        if table.is_payroll or not tables:
            tables = [table]
    which, named = _month_of(sheet, rows, tables[0].header if tables else None, month)
    for table in tables or [Table(sheet, index, None)]:
        table.named_month, table.named = which, named
        yield table


def _table(sheet: Sheet, index: int, header: Header, remembered) -> Table:
    known = remembered.get(header_signature(header)) if remembered else None
    mapping, guesses = guess_columns(sheet, header, known)
    return Table(sheet, index, header.mapped(mapping, COLUMNS), guesses)


def _without_titles(sheet: Sheet, rows: list[list[Cell]]) -> Header | None:
    """A header whose titles say nothing, or none at all: the rows begin where people do."""
    for number, cells in enumerate(rows, start=1):
        kinds = {kind_of(cell) for cell in cells if cell is not None}
        if not ({"id", "card"} & kinds or {"name", "amount"} <= kinds) or len(cells) < 2:
            continue
        above = rows[number - 2] if number > 1 else []
        titles = [cell for cell in above if cell is not None]
        headed = len(titles) >= 2 and all(
            type(cell) is str and kind_of(cell) in ("text", "crew", "bank", "trade", "name") for cell in titles
        )
        header = read_titles(rows, sheet.merged, [number - 1] if headed else [], data_row=number)
        return header.mapped(match_columns(header.paths, COLUMNS), COLUMNS)
    return None


def _month_of(sheet: Sheet, rows: list[list[Cell]], header: Header | None, month: Month) -> tuple[int, str]:
    """1 where the sheet's name or title says this month, −1 where it says another one; and what it says."""
    named = months_in(sheet.name)
    said = names_month(named, month)
    if said or header is None:
        return said, months_words(named)
    for cells in rows[: header.rows[0] - 1 if header.rows else 0]:
        text = "".join("".join(cell.split()) for cell in cells if type(cell) is str)
        named = months_in(text, title=True)
        if said := names_month(named, month):
            return said, months_words(named)
    return 0, ""


def choose(tables: list[Table], month: Month) -> list[Table]:
    """Mark the tables that are read together; raises Refusal (no_header no_name_column no_net_column
    wrong_template) where none is a payroll."""
    visible = [table for table in tables if table.is_payroll and not table.sheet.hidden]
    for table in tables:
        if not table.is_payroll:
            table.why, table.said = "not_payroll", f"{table.label}不是工资表，没有读取。"
        elif table.sheet.hidden:
            table.why, table.said = (
                "hidden",
                SheetLeftOut.hidden_message.format(sheet=table.sheet.name),
            )
    if not visible:
        raise no_payroll([(table.sheet, table.header) for table in tables])
    pool = [table for table in visible if table.named_month >= 0]
    for table in visible:
        if table.named_month < 0:
            table.why, table.said = (
                "other_month",
                SheetLeftOut.other_month_message.format(sheet=table.sheet.name, named=table.named, month=month.chinese),
            )
    if not pool:
        # Only other months are there: the best of them is read, and said to be another month's.
        pool = [max(visible, key=_rank)]
        pool[0].said = OtherMonth.message.format(sheet=pool[0].sheet.name, named=pool[0].named, month=month.chinese)
    for table in _together(pool, tables):
        table.chosen = True
    chosen = [table for table in tables if table.chosen]
    if any(table.named_month > 0 for table in chosen):
        for table in chosen:
            if table.named_month == 0:
                words = {"sheet": table.sheet.name, "month": month.chinese}
                table.why, table.said = "unnamed_month", OtherMonth.unnamed_message.format(**words)
    return chosen


def _rank(table: Table) -> tuple:
    header = table.header
    return (
        table.named_month,
        table.sheet.height >= header.first_data_row,
        "id_number" in header.mapping,
        len(header.mapping),
        -table.index,
    )


def _together(pool: list[Table], tables: list[Table]) -> list[Table]:
    """Those of the pool whose people don't overlap."""
    hidden = [table for table in tables if table.why == "hidden"]
    if len(pool) == 1 and not hidden:
        return pool
    for table in (*pool, *hidden):
        table.people = people_of(table.sheet, table.header)
    peopled = [table for table in pool if table.people.count]
    if not peopled:
        best = max(pool, key=_rank)
        _leave(one for one in pool if one is not best)
        return [best]
    summaries = [table for table in peopled if _sums_up(table, [one for one in peopled if one is not table])]
    if summaries and all(_identified(one) for one in summaries) and not all(_identified(one) for one in peopled):
        # Only the summary knows who people are: it is read instead of its details.
        rest = [one for one in peopled if one in summaries or _identified(one)]
    else:
        rest = [one for one in peopled if one not in summaries]
    taken: list[Table] = []
    for table in sorted(rest, key=_rank, reverse=True):
        # Two tables side by side on one sheet stay together: who stands in both is told as standing twice.
        elsewhere = [one.people for one in taken if one.sheet is not table.sheet]
        if table.people.repeated_in(elsewhere) <= REPEATS_FROM:
            taken.append(table)
    _leave(table for table in pool if not table.people.count)
    read = [one.people for one in taken]
    for table in (*peopled, *hidden):
        if table not in taken:
            _repeats(table, taken, read)
    return taken


def _identified(table: Table) -> bool:
    return "id_number" in table.header.mapping


def _sums_up(table: Table, others: list[Table]) -> bool:
    """Whether at least two others, disjoint among themselves, make up most of this table's people."""
    pieces = [
        one
        for one in others
        if one.sheet is not table.sheet
        and one.people.count < table.people.count
        and one.people.repeated_in([table.people]) >= COVERS_FROM
    ]
    apart: list[Table] = []
    for one in pieces:
        # Somebody may have worked in two crews.
        if one.people.repeated_in([other.people for other in apart]) <= REPEATS_FROM:
            apart.append(one)
    return len(apart) >= 2 and table.people.repeated_in([one.people for one in apart]) >= COVERS_FROM


def _leave(tables: Iterable[Table]) -> None:
    for table in tables:
        table.why, table.said = "no_people", SheetLeftOut.no_people_message.format(sheet=table.sheet.name)


def _repeats(table: Table, taken: list[Table], read: list[People]) -> None:
    """Say that a table repeats others, who stands on it alone, and whether its sum is another one."""
    lost = table.people.missing_in(read)
    if table.why == "hidden":
        if not lost:
            return
    else:
        names = "、".join(
            dict.fromkeys(f"“{one.sheet.name}”" for one in taken if one.people.repeated_in([table.people]) > 0)
        )
        table.why = "repeats"
        table.said = SheetLeftOut.message.format(sheet=table.sheet.name, others=names or "已读取的表")
    if lost:
        named = "、".join(lost[:NAMED]) + ("等" if len(lost) > NAMED else "")
        table.said += SheetLeftOut.lost_message.format(count=len(lost), names=named)
        return
    repeated = sum(one.people.net for one in taken if one.people.repeated_in([table.people]) > 0)
    if abs(repeated - table.people.net) > 1:
        total, read_total = (show(Decimal(amount) / 100) for amount in (table.people.net, repeated))
        table.said += SheetLeftOut.sum_message.format(total=total, read=read_total)


def of_other_months(
    chosen: Iterable[tuple[Sheet, Header]], month: Month, severities: Mapping[str, str]
) -> list[Remark]:
    """A remark on each table that is read because somebody said so, and names another month."""
    found = []
    for sheet, header in chosen:
        which, named = _month_of(sheet, sheet.head(HEAD_ROWS + MAX_DEPTH), header, month)
        if which < 0:
            said = OtherMonth.message.format(sheet=sheet.name, named=named, month=month.chinese)
            found.append(Remark(0, "", OtherMonth.code, severities[OtherMonth.code], said))
    return found


def left_out(tables: list[Table], severities: Mapping[str, str]) -> tuple[list[dict], list[Remark]]:
    """`other_sheets` of the report and a remark for each table that somebody may miss."""
    listed, remarks = [], []
    for table in tables:
        if table.chosen and not table.why:
            continue
        if table.chosen:
            remarks.append(Remark(0, "", OtherMonth.code, severities[OtherMonth.code], table.said))
            continue
        listed.append({"sheet": table.sheet.name, "why": table.why})
        if table.why != "not_payroll":
            grave = "请核对" in table.said
            severity = Severity.WARNING if grave else Severity.NOTICE
            remarks.append(Remark(0, "", SheetLeftOut.code, severity, table.said))
    return listed, remarks
