"""From the bytes of a sheet to what it says: read in the limited child, parsed and checked with what we know.

Writes nothing; `payroll_import --check` stops here.
"""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from payroll.imports.columns import TITLES
from payroll.imports.parse import Parsed, open_payroll
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
    rejected: list[tuple[int, dict[str, str]]]

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
    parsed, sheet = reading.parsed, reading.sheet
    expected = max(1, sheet.height - reading.header.rows[-1])
    told(0, expected)
    for count, line in enumerate(reading.lines(), start=1):
        parsed.lines.append(line)
        if count % TELL_EVERY == 0:
            told(count // 2, expected)
    known = recognise(parsed.lines, indexers, roster)
    found = remarks_of(parsed.lines, known, project_id=project.pk, month=month, letters=parsed.columns)
    if found:
        parsed.warnings = sorted([*parsed.warnings, *found], key=lambda remark: remark.row)
    return Understood(parsed, known, _rejected(parsed, sheet))


def _rejected(parsed: Parsed, sheet) -> list[tuple[int, dict[str, str]]]:
    """The cells of rows with errors, as text; personal numbers masked even where they are wrong."""
    rows = {remark.row for remark in parsed.errors if not catalogue()[remark.code].whole_batch}
    if not rows:
        return []
    found = []
    for number, cells in sheet.rows(min(rows)):
        if number in rows:
            found.append((number, _shown(cells, parsed.header.mapping)))
            if len(found) == len(rows):
                break
    return found


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
