"""The first walk over a day grid: who has which rows, which numbers there are, which lines explain symbols."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from payroll.imports.attendance.days import is_weekday_row
from payroll.imports.attendance.grid_header import Header
from payroll.imports.attendance.parsed import ParsedAttendance
from payroll.imports.attendance.parts import is_overtime
from payroll.rules.attendance import legend_of
from sheets.columns import normalise
from sheets.reader import Sheet
from sheets.values import Cell, ErrorValue, as_text

MOST_PARTS = 4
SPACES = re.compile(r"\s+")
FOOTER = re.compile(r"(?:合计|总计|共计|小计|出勤人数|当日|每日|人数|工日).{0,12}")
NOTE = re.compile(
    r"(?:(?:考勤|出勤)?(?:标记|代号|代码)|制表|填表|审核|复核|审批|负责人|项目经理|班组长|劳资|考勤员|记录人|经办|盖章|签字|签章|备注|说明|注[:：]|图例|符号|填报|日期[:：]).*",
    re.DOTALL,
)
SAMPLE = re.compile(r"[(（]?(?:示例|样例|范例|例)[)）]?|[xX×]{2,}")


@dataclass(slots=True)
class Person:
    """A person's rows as they stand: (row, label, cells of the day columns)."""

    row: int
    cells: list[Cell]
    parts: list[tuple[int, str, list[Cell]]] = field(default_factory=list)


class Gathering:
    """People and their rows as they stand; legends and ignored rows go to `parsed`."""

    def __init__(self, sheet: Sheet, header: Header, parsed: ParsedAttendance) -> None:
        self.sheet, self.header, self.parsed = sheet, header, parsed
        mapping = header.mapping
        self.keys = [mapping[name] - 1 for name in ("name", "id_number", "number") if name in mapping]
        self.part = mapping["part"] - 1 if "part" in mapping else None
        self.day_columns = sorted({column for run in header.runs for column in run})
        # A name merged downward says how many rows are the person's, blank ones too.
        self.bottoms = {area.top: area.bottom for area in sheet.merged if area.left - 1 in self.keys}
        self.numbers: list[float] = []
        self.footers: list[tuple[int, list[Cell]]] = []
        self._alike: dict[object, object] = {}

    def people(self) -> list[Person]:
        found: list[Person] = []
        person: Person | None = None
        for number, cells in self.sheet.rows(self.header.first_row):
            if not any(cell is not None for cell in cells):
                if person is not None and number <= self.bottoms.get(person.row, 0):
                    self._add(person, number, cells)
                else:
                    person = None
                continue
            labels = [self.text(cells, at) for at in self.keys]
            if why := self._why_not(cells, labels):
                person = None
                if why == "total":
                    self.footers.append((number, cells))
                self.parsed.ignored_rows.append({"row": number, "why": why})
                continue
            identified = any(labels)
            same = person is not None and identified and self._same(person, labels)
            if self._says_nothing(cells, labels) and not (person and number <= self.bottoms.get(person.row, 0)):
                # A pre-numbered row that nobody filled in, or a crew's name between its people.
                person = None
                self.parsed.ignored_rows.append({"row": number, "why": "empty"})
                continue
            # The same name once more without a column that says which part of the day: the same person twice.
            goes_on = not identified or (same and (self.part is not None or self.header.folded))
            if person is not None and goes_on and len(person.parts) < MOST_PARTS:
                self._add(person, number, cells)
                continue
            if not identified:
                self.parsed.ignored_rows.append({"row": number, "why": "no_identity"})
                if self._days(cells):
                    self.parsed.error(
                        number, "name_missing", f"第 {number} 行有出勤，但没有姓名和身份证号，未计入。请补上。"
                    )
                continue
            person = Person(number, cells)
            self._add(person, number, cells)
            found.append(person)
        return found

    def _says_nothing(self, cells: list[Cell], labels: list[str]) -> bool:
        """No day, no part of a day, and nobody but perhaps a number (`EmployeeNumber` comes last in the keys)."""
        who = labels[:-1] if "number" in self.header.mapping and len(labels) > 1 else labels
        part = self.text(cells, self.part) if self.part is not None else ""
        return not any(who) and not part and not self._days(cells)

    def _same(self, person: Person, labels: list[str]) -> bool:
        return labels == [self.text(person.cells, at) for at in self.keys]

    def _why_not(self, cells: list[Cell], labels: list[str]) -> str | None:
        texts = [SPACES.sub("", cell) for cell in cells if type(cell) is str]
        joined = " ".join(cell for cell in cells if type(cell) is str)
        first = next((text for text in texts if text), "")
        name = labels[0] if labels else ""
        # Somebody with days is no line of notes, whatever his post (班组长, 负责人) or a remark beside him says.
        works = any(labels) and self._days(cells)
        if legend := self._legend(cells, joined, first, labels):
            self.parsed.legend |= {mark: str(meaning) for mark, meaning in legend.items()}
            if not works:
                return "legend"
        if FOOTER.fullmatch(name) or (FOOTER.fullmatch(first) and not (works and name)):
            return "total"
        if NOTE.fullmatch(name) or (NOTE.fullmatch(first) and not works):
            return "note"
        if SAMPLE.fullmatch(name):
            return "sample"
        if self._repeats_header(cells):
            return "header"
        if is_weekday_row(cells, self.day_columns):
            return "header"
        return None

    @staticmethod
    def _legend(cells: list[Cell], joined: str, first: str, labels: list[str]) -> dict:
        """What the row explains: in one cell, or over several where nobody's name stands before them."""
        for cell in cells:
            if type(cell) is str and (legend := legend_of(cell)):
                return legend
        return legend_of(joined) if not any(labels) or NOTE.fullmatch(first) else {}

    def _repeats_header(self, cells: list[Cell]) -> bool:
        return any(
            at < len(cells) and type(cells[at]) is str and normalise(cells[at]) in ("姓名", "身份证号", "身份证号码")
            for at in self.keys
        )

    def _add(self, person: Person, number: int, cells: list[Cell]) -> None:
        label = self.text(cells, self.part) if self.part is not None else ""
        days = [self._kept(cells[at - 1]) if at <= len(cells) else None for at in self.day_columns]
        self.numbers += [cell for cell in days if type(cell) is float and not is_overtime(label)]
        person.parts.append((number, label, days))

    def _kept(self, cell: Cell) -> Cell:
        """Equal cells as one object: a month of ten thousand people holds few different ones."""
        return self._alike.setdefault((type(cell), cell), cell) if cell is not None else None

    def _days(self, cells: list[Cell]) -> bool:
        return any(at <= len(cells) and cells[at - 1] is not None for at in self.day_columns)

    @staticmethod
    def text(cells: Sequence[Cell], at: int) -> str:
        cell = cells[at] if at < len(cells) else None
        return SPACES.sub("", as_text(cell)) if cell is not None and not isinstance(cell, ErrorValue) else ""
