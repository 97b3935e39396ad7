"""Copying last month: the same people without those who left, with those who came, in the contractor's own form."""

import re
from collections import defaultdict
from dataclasses import dataclass
from typing import BinaryIO

from django.db import transaction

from payroll.imports.columns import TITLES
from payroll.models import PayrollBatch
from payroll.rules.employers import employer_words
from payroll.rules.month import Month
from payroll.selectors.previous import Carried, carried_unscoped, last_batch
from payroll.selectors.roster import latest_cards_unscoped
from payroll.services.blanks import form_columns, instructions, numbers_in_full
from payroll.services.files import may_open_files
from payroll.services.templates import NAMES
from payroll.services.uploads import require_employer
from projects.selectors.projects import may_act
from responsibilities.models import Organization
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor, record_event
from sheets.forms import Form, write_forms
from sheets.reader import Range, Sheet, read
from sheets.refusal import Refusal
from sheets.values import as_text, column_index

# What differs each month: carried over in grey, or left blank.
MONTHLY = frozenset({"days", "hours", "gross", "deductions", "advance", "net_pay"})
WIDEST_ABOVE = 120


@dataclass(slots=True)
class Copied:
    """What was written: how many people, how many came and went, and from which batch."""

    batch: PayrollBatch
    workers: int
    newcomers: int
    left: int


@dataclass(slots=True)
class OwnForm:
    """One sheet of the contractor's own workbook: titles, where the canonical columns stand (0-based), its rows."""

    name: str
    above: list[str]
    header: list[list[str]]
    merged: list[Range]
    places: dict[str, int]
    cells: dict[int, list]

    @property
    def names(self) -> list[str | None]:
        of = {at: name for name, at in self.places.items()}
        return [of.get(at) for at in range(len(self.header[0]))]

    @property
    def titles(self) -> dict[str, str]:
        """What the contractor calls each canonical column: the lowest title above it."""
        lowest = {
            name: next((titles[at] for titles in reversed(self.header) if at < len(titles) and titles[at]), "")
            for name, at in self.places.items()
        }
        return {name: title or TITLES[name] for name, title in lowest.items()}


@transaction.atomic
def month_copy(
    target: BinaryIO,
    *,
    project,
    month: Month,
    employer: Organization | None,
    amounts: bool,
    actor: Actor,
    scope=None,
) -> Copied:
    """Write the new month's workbook from the employer's last submitted one.

    Columns stand in the order and under the titles of the file that was uploaded last. `amounts` fills last
    month's days and amounts in grey; otherwise they stay blank. Numbers in full go to whoever may have that file
    (its uploader, or with the permission to reveal), and the trail says so.
    Errors: `nothing_to_copy`, `employer_not_on_project`.
    """
    require_employer(scope, project, employer)
    batch = last_batch(scope, project, employer, month.first)
    if batch is None:
        who = employer_words(employer)
        raise Refused(
            "nothing_to_copy",
            f"{who}在 {month.chinese}以前还没有提交过工资表，没有可以复制的。请下载模板，或直接上传自己的工资表。",
        )
    carried = carried_unscoped(batch, first=month.first, last=month.last)
    full = may_open_files(scope, batch)
    reveal = scope is None or may_act(scope, project, Permission.PAYROLL_REVEAL)
    people = _People(batch, carried, month, full=full, reveal=reveal, amounts=amounts)
    own = _own_forms(batch, month, full) or [_standard(project, month)]
    titles = {name: title for form in reversed(own) for name, title in form.titles.items()}
    names = [name for name in NAMES if name in titles]
    write_forms(target, people.forms(own), instructions(names, month, titles))
    workers = len(carried.lines) + len(carried.newcomers)
    record_event(
        actor=actor,
        action="payroll.copy_month",
        target=project,
        project_id=project.pk,
        changes={
            "month": ["", str(month)],
            "from_batch": ["", str(batch.pk)],
            "workers": ["", str(workers)],
            "newcomers": ["", str(len(carried.newcomers))],
            "left": ["", str(carried.left)],
            "amounts": ["", "是" if amounts else "否"],
            "full_numbers": ["", "是" if full else "否"],
        },
    )
    return Copied(batch, workers, len(carried.newcomers), carried.left)


class _People:
    """Rows for the forms of one copy."""

    def __init__(self, batch: PayrollBatch, carried: Carried, month: Month, *, full, reveal, amounts) -> None:
        self.batch, self.carried, self.month = batch, carried, month
        self.full, self.reveal, self.amounts = full, reveal, amounts
        self.cards = latest_cards_unscoped(batch.project_id) if reveal else {}
        crews = {line.crew for line in carried.lines} | {entry.crew for entry in carried.newcomers}
        self.crews = sorted(crews - {""})

    def forms(self, own: list[OwnForm]) -> list[Form]:
        by_sheet = defaultdict(list)
        for line in self.carried.lines:
            by_sheet[min(line.sheet_no, len(own))].append(line)
        found = []
        for number, form in enumerate(own, start=1):
            rows = [self._line(form, line, at) for at, line in enumerate(by_sheet[number], start=1)]
            if number == 1:
                rows += [self._newcomer(form, entry, len(rows) + at) for at, entry in self._numbered()]
            faint = {at for at, name in enumerate(form.names) if name in MONTHLY or name is None}
            found.append(
                Form(
                    name=form.name,
                    above=form.above,
                    header=form.header,
                    merged=form.merged,
                    columns=form_columns(form.names, self.crews),
                    rows=rows,
                    faint=frozenset(faint),
                )
            )
        return found

    def _numbered(self):
        return enumerate(self.carried.newcomers, start=1)

    def _line(self, form: OwnForm, line, position: int) -> list:
        known = {
            "seq": position,
            "name": line.worker.name,
            "crew": line.crew,
            "trade": line.trade,
            "unit_price": line.unit_price,
            "month": str(self.month),
        }
        if self.amounts:
            known |= {
                "days": line.days,
                "hours": line.hours,
                "gross": line.gross,
                "deductions": line.deductions,
                "advance": line.advance,
                "net_pay": line.net,
            }
        if self.full:
            known |= numbers_in_full(line.worker, line.card)
        before = form.cells.get(line.row, []) if self.full else []
        return [
            known.get(name) if name else self._unknown(before[at] if at < len(before) else None)
            for at, name in enumerate(form.names)
        ]

    def _unknown(self, cell: object) -> object:
        """A cell of a column that the system doesn't know: words stay, amounts as chosen."""
        if cell is None or isinstance(cell, str):
            return cell
        return cell if self.amounts and isinstance(cell, float) else None

    def _newcomer(self, form: OwnForm, entry, position: int) -> list:
        known = {
            "seq": position,
            "name": entry.worker.name,
            "crew": entry.crew,
            "trade": entry.trade,
            "month": str(self.month),
        }
        if self.reveal:
            known |= numbers_in_full(entry.worker, self.cards.get(entry.worker_id))
        return [known.get(name) if name else None for name in form.names]


def _standard(project, month: Month) -> OwnForm:
    """The portal's own template, where the last file can't be opened any more."""
    return OwnForm(
        name=f"{month.chinese}工资",
        above=[f"{project.name} {month.chinese}农民工工资表"],
        header=[[TITLES[name] for name in NAMES]],
        merged=[],
        places={name: at for at, name in enumerate(NAMES)},
        cells={},
    )


def _own_forms(batch: PayrollBatch, month: Month, full: bool) -> list[OwnForm]:
    """The sheets of the file that was uploaded; none where it can't be opened or has no header."""
    parts = batch.parts or [{"sheet": batch.sheet, "header_rows": batch.header_rows, "columns": batch.columns}]
    if batch.file is None or not all(part["header_rows"] for part in parts):
        return []
    try:
        workbook = read(vault.unseal_bytes(batch.file.sealed, "file"))
    except Refusal:
        return []
    sheets = {sheet.name[:80]: sheet for sheet in workbook.sheets}
    found = []
    for part in parts:
        sheet = sheets.get(part["sheet"]) or (workbook.sheets[0] if len(workbook.sheets) == 1 else None)
        if sheet is None:
            return []
        found.append(_own_form(sheet, part, batch, month, full))
    return found


def _own_form(sheet: Sheet, part: dict, batch: PayrollBatch, month: Month, full: bool) -> OwnForm:
    top, bottom = part["header_rows"][0], part["header_rows"][-1]
    places = {name: column_index(letter) - 1 for name, letter in part["columns"].items()}
    cells = dict(sheet.rows(1))
    header = [[" ".join(as_text(cell).split()) for cell in cells.get(row, [])] for row in range(top, bottom + 1)]
    # Columns without a title at the right edge are only formatting.
    titled = [at for titles in header for at, title in enumerate(titles, start=1) if title]
    width = max([*titled, *(at + 1 for at in places.values())])
    header = [(titles + [""] * width)[:width] for titles in header]
    merged = [
        Range(area.top - top + 1, area.left, area.bottom - top + 1, area.right)
        for area in sheet.merged
        if top <= area.top and area.bottom <= bottom and area.right <= width
    ]
    before = Month(batch.month_on.year, batch.month_on.month)
    return OwnForm(
        name=_renamed(sheet.name, before, month),
        above=_above(cells, top, before, month) if full else [],
        header=header,
        merged=merged,
        places=places,
        cells=cells if full else {},
    )


def _above(cells: dict[int, list], top: int, before: Month, month: Month) -> list[str]:
    """The lines above the header, for the new month."""
    found = []
    for row in range(1, top):
        texts = list(dict.fromkeys(" ".join(as_text(cell).split()) for cell in cells.get(row, []) if cell is not None))
        found.append(_renamed("  ".join(texts), before, month)[:WIDEST_ABOVE])
    return found


def _renamed(text: str, before: Month, month: Month) -> str:
    """2026年10月 → 2026年11月, wherever the last month is named."""
    pattern = re.compile(
        rf"(?<!\d)(?:(?P<year>{before.year})(?P<sep>\s*[年.\-/_]\s*|))?(?P<pad>0?){before.month}(?P<word>\s*月)"
        rf"|(?<!\d){before.year}(?P<dash>[.\-/_]?){before.month:02d}(?!\d)"
    )

    def new(match: re.Match) -> str:
        if match["word"] is not None:
            number = f"{month.month:02d}" if match["pad"] else str(month.month)
            return (f"{month.year}{match['sep']}" if match["year"] else "") + number + match["word"]
        return f"{month.year}{match['dash']}{month.month:02d}"

    return pattern.sub(new, text)
