"""From the bytes of a sheet to what it says: read in the limited child, parsed and checked with what we know.

Writes nothing; `payroll_import --check` stops here.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor

from payroll.imports.columns import TITLES
from payroll.imports.parse import Parsed, Reading, open_payroll
from payroll.rules.checks import Line, catalogue
from payroll.rules.month import Month
from payroll.selectors.people import month_has_other_sheets_unscoped
from payroll.services.courier import Courier
from payroll.services.facts import facts_for, remarks_of
from payroll.services.people import People, Recognised
from responsibilities.rules.identifiers import mask_card, mask_id, mask_phone
from sheets.reader import read
from sheets.values import as_text

SHOWN_LENGTH = 120
_MASKS = {"id_number": mask_id, "bank_card": mask_card, "phone": mask_phone}


class Understood:
    """A file that was read. Its rows are parsed, checked and their people recognised while `chunks` is walked, once.

    `keep_lines` keeps the accepted lines in `parsed`; a large sheet is written chunk by chunk without.
    """

    def __init__(self, reading: Reading, people: People, month: Month, *, keep_lines: bool) -> None:
        self._reading, self._people, self._month, self._keep_lines = reading, people, month, keep_lines
        self.rejected: list[tuple[int, int, dict[str, str]]] = []  # (sheet_no, row, cells)
        self._walked = False

    @property
    def parsed(self) -> Parsed:
        return self._reading.parsed

    @property
    def remarks(self) -> list:
        return [*self.parsed.errors, *self.parsed.warnings]

    def chunks(
        self,
        courier: Courier,
        *,
        reserve: Callable[[int, int], None] | None = None,
        told: Callable[[int, int], None] = lambda _done, _rows: None,
    ) -> Iterator[tuple[list[Line], Recognised]]:
        """Accepted lines with the people in them; afterwards everything else is complete.

        `told(done, rows)` hears of progress; `reserve` see `People`.
        """
        reading, people, parsed = self._reading, self._people, self.parsed
        people.ask_by(courier, reserve)
        done, expected = 0, reading.expected
        told(0, expected)
        elsewhere = courier.call(month_has_other_sheets_unscoped, people.project_id, people.month_on)
        warned = []
        for lines in reading.chunks():
            recognised = people.recognise(lines)
            warned.append(courier.call(self._remarks_of, lines, recognised, elsewhere))
            if self._keep_lines:
                parsed.lines += lines
            yield lines, recognised
            done += len(lines)
            told(done, expected)
        found = [remark for answer in warned for remark in answer.result()]
        if found:
            parsed.warnings = sorted([*parsed.warnings, *found], key=lambda remark: (remark.sheet_no, remark.row))
        self.rejected = _rejected(reading)
        self._walked = True

    def complete(self) -> "Understood":
        """Walk it to the end, for whoever only wants to know."""
        if not self._walked:
            with Courier() as courier:
                for _chunk in self.chunks(courier):
                    pass
        return self

    def _remarks_of(self, lines, recognised: Recognised, elsewhere: Future) -> list:
        project = self._people.project_id if elsewhere.result() else None
        letters = [part.header.letters for part in self.parsed.tables]
        return remarks_of(lines, recognised, elsewhere=project, month=self._month, letters=letters)


def understand(data: bytes, *, project, month: Month) -> Understood:
    """All that a file says, its lines included. Raises `sheets.refusal.Refusal` where it is turned away."""
    return open_sheet(data, project=project, month=month, keep_lines=True).complete()


def open_sheet(data: bytes, *, project, month: Month, keep_lines: bool = False) -> Understood:
    """Read a file in the limited child and choose the payroll in it; its rows are still to be walked."""
    # The child reads the file while we ask the database.
    with ThreadPoolExecutor(1) as pool:
        workbook = pool.submit(read, data)
        people = People(project_id=project.pk, month_on=month.first)
        facts = facts_for(project, month, people)
        reading = open_payroll(workbook.result(), month=month, facts=facts)
    return Understood(reading, people, month, keep_lines=keep_lines)


def _rejected(reading: Reading) -> list[tuple[int, int, dict[str, str]]]:
    """(sheet_no, row, cells as text) of rows with errors; personal numbers masked even where they are wrong."""
    places = {
        (remark.sheet_no, remark.row) for remark in reading.parsed.errors if not catalogue()[remark.code].whole_batch
    }
    return [(sheet_no, row, _shown(cells, mapping)) for sheet_no, row, cells, mapping in reading.cells_of(places)]


def _shown(cells: Sequence, mapping: dict[str, int]) -> dict[str, str]:
    shown = {}
    for name in TITLES:
        at = mapping.get(name)
        if at is None or at > len(cells) or cells[at - 1] is None:
            continue
        text = " ".join(as_text(cells[at - 1]).split())
        shown[name] = _masked(name, text)[:SHOWN_LENGTH]
    return shown


def _masked(name: str, text: str) -> str:
    if mask := _MASKS.get(name):
        return mask(text)
    # A card or an ID number in the wrong column is personal data too.
    return mask_card(text) if sum(character.isdigit() for character in text) >= 11 else text
