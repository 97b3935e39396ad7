"""From the bytes of a sheet to what it says: read in the limited child, parsed and checked with what we know.

Writes nothing; `payroll_import --check` stops here.
"""

import datetime
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace

from payroll.imports.columns import TITLES
from payroll.imports.parse import Parsed, Reading, open_payroll
from payroll.imports.unseen import title_row
from payroll.models import PayrollBatch
from payroll.rules.checks import BatchChecks, Line, Severity, stops_row
from payroll.rules.checks.without_cards import WithoutCards
from payroll.rules.facts import MonthFacts
from payroll.rules.month import Month
from payroll.rules.numbers import clean_card
from payroll.rules.remarks import Remark
from payroll.selectors.checks import severities_on_unscoped
from payroll.selectors.people import month_has_other_sheets_unscoped
from payroll.selectors.previous import employer_of_roster_unscoped
from payroll.services.courier import Courier
from payroll.services.facts import facts_for, remarks_of
from payroll.services.month_facts import Occasion, month_facts_for
from payroll.services.people import People, Recognised
from responsibilities.rules.identifiers import mask_card, mask_id, mask_phone
from responsibilities.selectors.clock import now, today
from sheets.reader import Workbook, read
from sheets.values import as_text

SHOWN_LENGTH = 120
# Remarks that are held; a sheet of 100,000 rows with three each would take 100 MB.
MOST_HELD = 5000
_MASKS = {"id_number": mask_id, "bank_card": mask_card, "phone": mask_phone}


class Understood:
    """A file that was read. Its rows are parsed, checked and their people recognised while `chunks` is walked, once.

    `keep_lines` keeps the accepted lines in `parsed`; a large sheet is written chunk by chunk without.
    """

    def __init__(
        self,
        reading: Reading,
        people: People,
        facts: MonthFacts,
        settings: Mapping[str, str],
        judged_at: datetime.datetime,
        *,
        keep_lines: bool,
    ) -> None:
        self._reading, self._people, self._settings, self._keep_lines = reading, people, settings, keep_lines
        facts = replace(facts, absent_names=self._by_courier(facts.absent_names))
        if last := facts.last_month:
            facts = replace(facts, last_month=replace(last, lines=self._by_courier(last.lines)))
        self._checks = BatchChecks(
            month=reading.parsed.month, facts=facts, letters_of=self._letters_of, settings=settings
        )
        self.judged_at = judged_at
        self.stopped: set[tuple[int, int]] = set()  # (sheet_no, row) of rows written before a check stopped them
        self._rejected: dict[int, set[int]] = {}  # rows by sheet_no
        self._walked = False

    @property
    def parsed(self) -> Parsed:
        return self._reading.parsed

    @property
    def remarks(self) -> list:
        """Errors and then the others, each in the order of their places; without those that `chunks` gave away."""
        return [*self.parsed.errors, *self.parsed.warnings]

    @property
    def rejected(self) -> Iterator[tuple[int, int, dict[str, str]]]:
        """(sheet_no, row, cells as text) of rows with errors; personal numbers masked even where they are wrong."""
        for sheet_no, row, values in self._reading.values_of(self._rejected):
            yield sheet_no, row, _shown(values)

    @property
    def taken_back(self) -> set[tuple[int, str]]:
        """(sheet_no, code) of remarks given away that don't count after all."""
        return self._reading.taken_back

    def chunks(
        self,
        courier: Courier,
        *,
        reserve: Callable[[int, int], bool] | None = None,
        told: Callable[[int, int], None] = lambda _done, _rows: None,
        give: Callable[[int, list[Remark]], None] | None = None,
    ) -> Iterator[tuple[list[Line], Recognised]]:
        """Accepted lines with the people in them; afterwards everything else is complete.

        `told(done, rows)` hears of progress; `reserve` see `People`. Without `give` all remarks are held; else, where
        they are many, it gets all of them instead of `parsed`, as (order, remarks): of several remarks at one place
        those of a lower order come first, and of one order in the order given.
        """
        reading, people, parsed = self._reading, self._people, self.parsed
        people.ask_by(courier, reserve)
        done, expected = 0, reading.expected
        told(0, expected)
        elsewhere = courier.call(month_has_other_sheets_unscoped, people.project_id, people.month_on)
        seen, warned, checks, given = [], [], self._checks, False
        without_cards = WithoutCards(
            letters_of=self._letters_of, title_row_of=self._title_row_of, settings=self._settings
        )
        asked: deque[Future] = deque()
        for lines in reading.chunks():
            recognised = people.recognise(lines)
            asked.append(courier.call(self._remarks_of, lines, recognised, elsewhere))
            seen += checks.see(lines, recognised.worker_pk)
            without_cards.see(lines, recognised.stand_ins)
            while asked and asked[0].done():
                warned += asked.popleft().result()
            if give is not None and reading.held + len(seen) + len(warned) > MOST_HELD:
                given = True
                self._give(give, reading.take_remarks(), seen, warned)
                seen, warned = [], []
            if self._keep_lines:
                parsed.lines += lines
            yield lines, recognised
            done += len(lines)
            told(done, expected)
        last = [*checks.finish(), *without_cards.finish()]  # while the last lines are written
        for answer in asked:
            warned += answer.result()
        if given:
            self._give(give, reading.take_remarks(), seen, warned, last)
        else:
            self._tell([*seen, *warned, *last])
        self._take_out()
        self._walked = True

    def complete(self) -> "Understood":
        """Walk it to the end, for whoever only wants to know."""
        if not self._walked:
            with Courier() as courier:
                for _chunk in self.chunks(courier):
                    pass
        return self

    def _remarks_of(self, lines, recognised: Recognised, elsewhere: Future) -> list:
        return remarks_of(
            lines,
            recognised,
            elsewhere=self._people.project_id if elsewhere.result() else None,
            month=self.parsed.month,
            letters=[part.header.letters for part in self.parsed.tables],
            settings=self._settings,
        )

    def _by_courier(self, ask: Callable) -> Callable:
        """Asked while rows are walked: the courier has the connection."""
        return lambda *arguments: self._people.courier.call(ask, *arguments).result()

    def _letters_of(self, sheet_no: int) -> dict[str, str]:
        return self.parsed.tables[sheet_no - 1].header.letters

    def _title_row_of(self, sheet_no: int) -> int:
        return title_row(self.parsed.tables[sheet_no - 1].header)

    def _tell(self, found: list[Remark]) -> None:
        """Put remarks made after rows were accepted where they belong."""
        parsed = self.parsed
        self._note(parsed.errors)
        self._note(found, accepted=True)
        errors = [remark for remark in found if remark.severity == Severity.ERROR]
        warnings = [remark for remark in found if remark.severity != Severity.ERROR]
        parsed.errors = sorted([*parsed.errors, *errors], key=_place)
        parsed.warnings = sorted([*parsed.warnings, *warnings], key=_place)

    def _give(self, give: Callable[[int, list[Remark]], None], *kinds: list[Remark]) -> None:
        for order, remarks in enumerate(kinds):
            self._note(remarks, accepted=order > 0)
            give(order, remarks)

    def _note(self, remarks: list[Remark], *, accepted: bool = False) -> None:
        """Remember the rows that remarks keep out; `accepted` rows were taken before."""
        for remark in remarks:
            if stops_row(remark):
                self._rejected.setdefault(remark.sheet_no, set()).add(remark.row)
                if accepted:
                    self.stopped.add(_place(remark))

    def _take_out(self) -> None:
        """Count rows that were accepted and then stopped among the rejected ones."""
        parsed = self.parsed
        for sheet_no, _row in self.stopped:
            for counted in (parsed, parsed.tables[sheet_no - 1]):
                counted.accepted, counted.rejected = counted.accepted - 1, counted.rejected + 1
        if self.stopped:
            parsed.lines = [line for line in parsed.lines if _place(line) not in self.stopped]


def understand(data: bytes, *, project, month: Month) -> Understood:
    """All that a file says, its lines included. Raises `sheets.refusal.Refusal` where it is turned away."""
    return open_sheet(data, project=project, month=month, keep_lines=True).complete()


def open_sheet(
    data: bytes,
    *,
    project,
    month: Month,
    subcontractor_id: int | None = None,
    kind: str = PayrollBatch.Kind.SHEET,
    keep_lines: bool = False,
    decide: Callable[[Workbook, bool], dict] = lambda _workbook, _named: {},
    told: Callable[[int], None] = lambda _rows: None,
) -> Understood:
    """Read a file in the limited child and choose the payroll in it; its rows are still to be walked.

    Severities are those in force today in the project's area. `decide(workbook, named)` says how to read, as
    arguments of `open_payroll`; what it raises is passed on. `named`: the roster can tell people by name where the
    sheet has no ID numbers. `told` hears early of about how many rows there are.
    """
    # The child reads the file while we ask the database.
    with ThreadPoolExecutor(1) as pool:
        workbook = pool.submit(read, data, told=told)
        judged_at, settings = now(), severities_on_unscoped(project.area_id, today())
        people = People(
            project_id=project.pk,
            month_on=month.first,
            employer_id=subcontractor_id or _general_contractor(project),
        )
        facts = facts_for(project, month, people, settings)
        of_month = month_facts_for(Occasion(project, month, subcontractor_id, kind))
        how = decide(workbook.result(), facts.workers_named is not None)
        reading = open_payroll(workbook.result(), month=month, facts=facts, **how)
    return Understood(reading, people, of_month, settings, judged_at, keep_lines=keep_lines)


def _general_contractor(project) -> int | None:
    found = employer_of_roster_unscoped(project, None)
    return found.pk if found else None


def _place(one: Remark | Line) -> tuple[int, int]:
    return one.sheet_no, one.row


def _shown(values: Mapping[str, object]) -> dict[str, str]:
    return {
        name: _masked(name, " ".join(as_text(values[name]).split()))[:SHOWN_LENGTH] for name in TITLES if name in values
    }


def _masked(name: str, text: str) -> str:
    if mask := _MASKS.get(name):
        return mask(clean_card(text) if name == "bank_card" else text)
    # A card or an ID number in the wrong column is personal data too.
    return mask_card(text) if sum(character.isdigit() for character in text) >= 11 else text
