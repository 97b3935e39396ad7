"""Reading the tables that were chosen, one after another, into accepted lines and remarks.

Memory grows with the lines kept and with one entry per ID number, card and telephone, never with the sheet.
"""

from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import suppress
from decimal import Decimal
from operator import itemgetter

from payroll.imports.announcing import announced
from payroll.imports.columns import COLUMNS
from payroll.imports.content import people_rows, sample
from payroll.imports.crews import Crews
from payroll.imports.joining import Joining
from payroll.imports.parsed import Parsed, Part
from payroll.imports.people import people_of
from payroll.imports.rows import GRAND, Rows
from payroll.imports.sums import sum_of, without_day_counts
from payroll.imports.units import converted, factors_of, told, unit_above
from payroll.imports.unseen import ComputedCells, tell_hidden_columns, tell_unread_columns, title_row
from payroll.rules.amounts import ZERO, NotMoney, parse_money, show
from payroll.rules.checks import ORDER, Line, Memory, RowChecks
from payroll.rules.checks.amounts import FormulaWithoutValue, TotalMismatch
from payroll.rules.checks.identity import is_blank
from payroll.rules.checks.sheets import AmountsConverted
from payroll.rules.facts import Facts
from payroll.rules.month import Month
from payroll.rules.names import SPACES
from payroll.rules.net import TOLERANCE, Sum, judged
from payroll.rules.remarks import Remark
from sheets.headers import MAX_DEPTH, Header, find_header
from sheets.reader import Range, Sheet
from sheets.values import Cell, ErrorValue, as_text

# Blank rows are told apart from the end of the sheet only up to this many in one gap.
TOLD_BLANKS = 200
REPEATS_FROM = 0.5


class Reading:
    """The chosen tables being read. Exhaust `lines()` or `chunks()`, then `parsed` is complete."""

    def __init__(
        self,
        tables: Sequence[tuple[Sheet, Header]],
        month: Month,
        facts: Facts,
        *,
        csv: bool = False,
        other_sheets: Sequence[dict] = (),
        remarks: Sequence[Remark] = (),
    ) -> None:
        self._facts, self._csv = facts, csv
        self.parsed = Parsed(
            month=month,
            tables=[Part(sheet.name, header) for sheet, header in tables],
            other_sheets=list(other_sheets),
            warnings=list(remarks),
        )
        self.sheets = [sheet for sheet, _header in tables]
        self.taken_back: set[tuple[int, str]] = set()  # (sheet_no, code) of remarks that don't count after all
        self._table: _Table | None = None
        self._ways: list[tuple[Sum, dict[int, Decimal], Joining]] = []  # by part: how its rows were read

    @property
    def sheet(self) -> Sheet:
        """The first table's sheet."""
        return self.sheets[0]

    @property
    def header(self) -> Header:
        """The first table's header."""
        return self.parsed.header

    @property
    def expected(self) -> int:
        """How many rows there are to read at most; for progress."""
        heads = (part.header.first_data_row for part in self.parsed.tables)
        return max(1, sum(max(0, sheet.height - head + 1) for sheet, head in zip(self.sheets, heads, strict=True)))

    def lines(self) -> Iterator[Line]:
        """Accepted lines in the order of the tables and rows; remarks gather in `parsed`."""
        for chunk in self.chunks():
            yield from chunk

    def chunks(self) -> Iterator[list[Line]]:
        """The accepted lines of some rows at a time; the rows after them have been announced by then."""
        parsed, memory, number = self.parsed, Memory(), 0
        while number < len(parsed.tables):
            sheet, part = self.sheets[number], parsed.tables[number]
            number += 1
            self._table = table = _Table(sheet, part, number, parsed, self._facts, self._csv, memory)
            self._ways.append((table.how, table.factors, table.joining))
            yield from table.chunks()
            parsed.errors += table.checks.errors
            parsed.warnings += table.checks.warnings
            self.taken_back |= {(number, code) for code in table.checks.taken_back}
            self._table = None
            if table.follows:
                # Another table of other people stands below, under titles of its own.
                self.sheets.insert(number, sheet)
                parsed.tables.insert(number, Part(sheet.name, table.follows))
        parsed.rows = sum(part.rows for part in parsed.tables)
        parsed.accepted = sum(part.accepted for part in parsed.tables)
        parsed.rejected = sum(part.rejected for part in parsed.tables)
        parsed.total_net = sum((part.total_net for part in parsed.tables), ZERO)
        declared = [part.declared_total_net for part in parsed.tables]
        parsed.declared_total_net = None if None in declared else sum(declared, ZERO)

    @property
    def _gathered(self) -> list[list[Remark]]:
        checks = self._table.checks if self._table else None
        return [self.parsed.errors, self.parsed.warnings, *([checks.errors, checks.warnings] if checks else [])]

    @property
    def held(self) -> int:
        """How many remarks have gathered."""
        return sum(map(len, self._gathered))

    def take_remarks(self) -> list[Remark]:
        """The remarks that have gathered so far, between two chunks; nothing keeps them here any more."""
        found = [remark for remarks in self._gathered for remark in remarks]
        for remarks in self._gathered:
            remarks.clear()
        return found

    def values_of(self, places: Mapping[int, AbstractSet[int]]) -> Iterator[tuple[int, int, dict[str, Cell | Decimal]]]:
        """(sheet_no, row, canonical column → cell) of the rows told by sheet, for whoever wants to show them.

        A row that contradicts itself stands as the file has it; of any other the amounts are those that a line has.
        """
        parts = zip(self.sheets, self.parsed.tables, self._ways, strict=True)
        for number, (sheet, part, (how, factors, joining)) in enumerate(parts, start=1):
            rows = places.get(number)
            if not rows:
                continue
            last = max(rows)
            for row, cells in joining.rows(sheet.rows(min(rows))):
                if row in rows:
                    yield number, row, _values(cells, part.header.mapping, how, factors)
                if row >= last:
                    break


def _values(
    cells: list[Cell], mapping: Mapping[str, int], how: Sum, factors: dict[int, Decimal]
) -> dict[str, Cell | Decimal]:
    read = converted(cells, factors) if factors else cells
    found = judged(how, read, mapping)
    if found is not None and found.agrees is False:
        read, factors = cells, {}
    values: dict[str, Cell | Decimal] = {
        name: read[at - 1] for name, at in mapping.items() if at <= len(read) and read[at - 1] is not None
    }
    for name in values:
        if mapping[name] in factors:
            with suppress(NotMoney):  # a word there is for the person to see
                values[name] = parse_money(values[name])
    if found is not None and found.agrees:
        values["gross"] = found.gross
        if found.deductions is not None:
            values["deductions"] = found.deductions
    return values


def _all_blank(people: Sequence[Sequence[Cell]], at: int | None) -> bool:
    """Whether a column is there and nobody has anything in it."""
    return at is not None and bool(people) and all(at > len(cells) or is_blank(cells[at - 1]) for cells in people)


class _Table:
    """One table of one sheet."""

    def __init__(
        self,
        sheet: Sheet,
        part: Part,
        number: int,
        parsed: Parsed,
        facts: Facts,
        csv: bool,
        memory: Memory,
    ) -> None:
        self.sheet, self.part, self.number, self.parsed = sheet, part, number, parsed
        self.header = part.header
        self.follows: Header | None = None
        people = people_rows(sample(sheet, self.header))
        self.how = how = without_day_counts(sum_of(self.header), people, self.header.mapping)
        self.checks = RowChecks(
            month=parsed.month,
            letters=self.header.letters,
            how=how,
            facts=facts,
            hidden_rows=sheet.hidden_rows,
            sheet_no=number,
            memory=memory,
            blank_ids=_all_blank(people, self.header.mapping.get("id_number")),
            careful=sheet.holds_errors,
        )
        memory.sheets[number] = sheet.name
        merged_rows: dict[int, int] = {}
        for area in sheet.merged:
            merged_rows[area.top] = max(merged_rows.get(area.top, 0), area.right - area.left + 1)
        self._rows = Rows(self.header, merged_rows)
        self._crews = Crews(sheet, self.header, csv)
        self._title_row = title_row(self.header)
        self.factors = factors_of(
            self.header, unit_above(sheet.head(max(0, self.header.first_data_row - 1))), how, people
        )
        if self.factors:
            self.checks.say(self._title_row, "net_pay", AmountsConverted, **told(self.header, self.factors))
        if sheet.hidden_columns:
            tell_hidden_columns(self.checks, sheet, self.header, how, people)
        tell_unread_columns(self.checks, sheet, self.header, how, people)
        self.joining = Joining(sheet, self.header, how, converted=bool(self.factors))
        self._computed = ComputedCells(sheet, self.header, how)
        self._totals: list[tuple[int, bool, Decimal]] = []
        self._since = ZERO
        self._blank: list[int] = []
        self._examined = False

    def chunks(self) -> Iterator[list[Line]]:
        part, checks, rows, crews = self.part, self.checks, self._rows, self._crews
        mapping, factors = self.header.mapping, self.factors
        width = max(self.sheet.width, *mapping.values())
        pick = itemgetter(*(mapping.get(name, width + 1) - 1 for name in ORDER))
        pad = [None] * (width + 1)
        size = width + 1
        named, seq = mapping["name"] - 1, mapping.get("seq", width + 1) - 1
        identified = mapping.get("id_number", width + 1) - 1
        check, fills, computed = checks.check, crews.needed, self._computed.rows
        # Beside another table: only this one's columns are looked at.
        left, right = self.header.block - 1, max(self.header.titles, default=0)
        told = self.joining.rows(self.sheet.rows(self.header.first_data_row), checks)
        lower = self.joining.lower
        expected = self.sheet.height - self.header.first_data_row
        for chunk in announced(told, self.header, checks.facts, expected):
            lines = []
            for number, cells in chunk:
                if len(cells) < size:
                    cells = cells + pad[len(cells) :]
                if left >= 0:
                    cells = pad[:left] + cells[left:right] + pad[right:size]
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
                if factors:
                    cells = converted(cells, factors)
                if number in lower:
                    self._ignore(number, "joined", cells)
                    continue
                if not plain:
                    before = checks.total_net - self._since
                    why = rows.why_not(number, cells, checks.total_net, before)
                    if why is not None:
                        if why == "second_table" and rows.heads == number and self._follow(number):
                            break
                        if why == "section":
                            crews.section, fills = rows.section, True
                        self._ignore(number, why, cells)
                        continue
                if self._blank:
                    self._tell_blanks()
                if fills:
                    cells = crews.fill(number, cells)
                if number in computed:
                    self._computed.see(number, cells)
                line = check(number, pick(cells), cells)
                part.rows += 1
                rows.seen = True
                if line is None:
                    part.rejected += 1
                else:
                    part.accepted += 1
                    lines.append(line if not crews.section or line.crew else line._replace(crew=crews.section))
            yield lines
            if self.follows:
                break
        self._finish()

    def _follow(self, row: int) -> bool:
        """Whether the titles in this row begin another payroll, of people who don't stand above."""
        if self._examined:
            return False
        self._examined = True
        rows = []
        for number, cells in self.sheet.rows(row):
            rows.append(cells)
            if number - row >= MAX_DEPTH + 1:
                break
        merged = [
            Range(area.top - row + 1, area.left, area.bottom - row + 1, area.right)
            for area in self.sheet.merged
            if area.top >= row
        ]
        header = find_header(rows, COLUMNS, merged)
        if header is None or header.missing or header.rows[0] != 1:
            return False
        header.rows = [row + one - 1 for one in header.rows]
        below, above = people_of(self.sheet, header), people_of(self.sheet, self.header, stop=row)
        if not below.count or below.repeated_in([above]) > REPEATS_FROM:
            return False
        self.follows = header
        if self._blank:
            self._tell_blanks()
        return True

    def _tell_blanks(self) -> None:
        for row in self._blank:
            self._tell(row, "empty")
        self._blank = []

    def _tell(self, row: int, why: str) -> None:
        told_row = {"row": row, "why": why}
        self.parsed.ignored_rows.append(told_row if self.number == 1 else told_row | {"sheet_no": self.number})

    def _ignore(self, row: int, why: str, cells: list) -> None:
        if why == "empty" and all(cell is None for cell in cells):
            # Blank rows count only when something follows them.
            if len(self._blank) < TOLD_BLANKS:
                self._blank.append(row)
            return
        if self._blank:
            self._tell_blanks()
        self._tell(row, why)
        if why == "subtotal":
            self._since = self.checks.total_net
        if why != "total":
            return
        self._computed.see(row, cells, self.header.mapping["net_pay"])
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
        part = self.part
        self._computed.tell(self.checks)
        self.checks.tell_unexplained(self._title_row)
        self.checks.finish()
        part.total_net = self.checks.total_net
        if not self._totals:
            return
        grand = [total for total in self._totals if total[1]] or self._totals
        row, _grand, amount = grand[-1]
        # Several 合计 and no 总计: totals of pages, where together they make the whole.
        together = sum((total[2] for total in self._totals), ZERO)
        differs = abs(amount - part.total_net) > TOLERANCE
        if differs and not any(total[1] for total in self._totals) and abs(together - part.total_net) <= TOLERANCE:
            amount = together
        part.declared_total_net = amount
        if (gap := abs(amount - part.total_net)) > TOLERANCE:
            words = {"declared": show(amount), "total": show(part.total_net), "gap": show(gap)}
            self.checks.say(row, "net_pay", TotalMismatch, **words)
