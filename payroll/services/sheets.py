"""From the bytes of a sheet to what it says: read in the limited child, parsed and checked with what we know.

Writes nothing; `payroll_import --check` stops here.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from payroll.imports.columns import TITLES
from payroll.imports.parse import Parsed, Reading, open_payroll
from payroll.rules.checks import catalogue
from payroll.rules.month import Month
from payroll.selectors.people import roster_unscoped
from payroll.services.facts import facts_for, remarks_of
from payroll.services.people import Indexers, Recognised, recognise
from responsibilities.rules.identifiers import mask_card, mask_id, mask_phone
from sheets.reader import read
from sheets.values import as_text

TELL_EVERY = 500
SHOWN_LENGTH = 120
_MASKS = {"id_number": mask_id, "bank_card": mask_card, "phone": mask_phone}


@dataclass(slots=True)
class Understood:
    """A parsed sheet with the people in it recognised, and what its rejected rows show (masked)."""

    parsed: Parsed
    known: Recognised
    rejected: list[tuple[int, int, dict[str, str]]]  # (sheet_no, row, cells)

    @property
    def remarks(self) -> list:
        return [*self.parsed.errors, *self.parsed.warnings]


def understand(
    data: bytes, *, project, month: Month, told: Callable[[int, int], None] = lambda _d, _r: None
) -> Understood:
    """Read, parse, check and recognise. Raises `sheets.refusal.Refusal` where the file is turned away.

    `told(done, rows)` hears of progress now and then.
    """
    indexers = Indexers()
    # The child reads the file while we ask the database.
    with ThreadPoolExecutor(1) as pool:
        workbook = pool.submit(read, data)
        roster = roster_unscoped(project.pk)
        facts = facts_for(project, month, indexers, roster)
        reading = open_payroll(workbook.result(), month=month, facts=facts)
    parsed, expected = reading.parsed, reading.expected
    told(0, expected)
    for count, line in enumerate(reading.lines(), start=1):
        parsed.lines.append(line)
        if count % TELL_EVERY == 0:
            told(count // 2, expected)
    known = recognise(parsed.lines, indexers, roster)
    found = remarks_of(
        parsed.lines, known, project_id=project.pk, month=month, letters=[part.header.letters for part in parsed.tables]
    )
    if found:
        parsed.warnings = sorted([*parsed.warnings, *found], key=lambda remark: (remark.sheet_no, remark.row))
    return Understood(parsed, known, _rejected(reading))


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
