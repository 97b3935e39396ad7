"""How a workbook is to be read: as a person said, as was confirmed before, by itself; or a person must be asked."""

from dataclasses import dataclass, field

from django.db import transaction
from django.db.models import F

from payroll.imports.layout import Layout, headers_of
from payroll.imports.mapping import Proposal, header_signature, is_sure, propose
from payroll.imports.remembering import Memory, ToRemember, columns_by_signature, recall, to_remember
from payroll.imports.shown import shown
from payroll.models import ColumnLayout, PayrollBatch, PayrollRejectedRow, PayrollRemark
from payroll.rules.month import Month
from payroll.selectors.layouts import contractor_of_unscoped, remembered_unscoped
from payroll.services.lines import lines_clear
from responsibilities.selectors.clock import now
from responsibilities.services.trail import Actor, record_event
from sheets.reader import Workbook
from sheets.refusal import Refusal

Status = PayrollBatch.Status
BY_PERSON, BY_MEMORY = "person", "memory"
# A file that lacks a column or a header may only name it strangely; anything else is no payroll.
ASKED = frozenset({"no_header", "no_name_column", "no_net_column"})


NOBODY = "表里只有表头，没有一名工人。请填写后重新上传；当月没有用工的，请在“申报本月无用工”办理。"


class Unsure(Exception):
    """The file can't be read without a person's word; `proposal` is what to show."""

    def __init__(self, proposal: dict) -> None:
        super().__init__("unsure")
        self.proposal = proposal


@dataclass(slots=True)
class Decided:
    """How a workbook is to be read: `layout` None is the automatic way."""

    layout: Layout | None
    kept: dict | None = None
    proposal: dict | None = None
    signature: str = ""
    used: list[int] = field(default_factory=list)
    remember: list[ToRemember] = field(default_factory=list)


class Deciding:
    """Decides for one batch, once its workbook is read. Made before, so that what it knows is asked for meanwhile."""

    def __init__(self, batch: PayrollBatch) -> None:
        self.batch = batch
        self.month = Month(batch.month_on.year, batch.month_on.month)
        self.organization = contractor_of_unscoped(batch)
        self.rows = remembered_unscoped(self.organization)
        self.decided: Decided | None = None

    def __call__(self, workbook: Workbook, named: bool) -> dict:
        """How to read, as arguments of `open_payroll`. Raises Unsure, or Refusal where it is no payroll.

        `named`: the project's roster can tell people by name where the sheet has no ID numbers.
        """
        memories = [_memory(row) for row in self.rows]
        proposal = propose(workbook, self.month, columns_by_signature(memories))
        said = self.batch.layout or {}
        if said.get("by") == BY_PERSON:
            self.decided = self._by_person(workbook, proposal, said)
        elif recalled := recall(workbook, proposal, memories):
            self.decided = self._by_memory(workbook, proposal, recalled)
        else:
            self.decided = self._by_itself(workbook, proposal, named)
        if self.decided.layout is None:
            return {"tables": proposal.tables}
        return {"layout": self.decided.layout}

    def kept(self) -> dict:
        """What the batch keeps of the decision; nothing of a file that was read without one."""
        decided = self.decided or Decided(None)
        return {"layout": decided.kept, "proposal": decided.proposal, "header_signature": decided.signature}

    def _by_person(self, workbook: Workbook, proposal: Proposal, said: dict) -> Decided:
        layout = Layout.from_dict(said)
        try:
            headers = headers_of(layout, workbook)
        except Refusal as refusal:
            raise Unsure(shown(workbook, proposal) | {"refused": _told(refusal)}) from refusal
        return Decided(
            layout,
            kept=said,
            proposal=shown(workbook, proposal),
            signature=header_signature(headers[0][1]),
            remember=to_remember(headers, layout, proposal) if said.get("remember") else [],
        )

    def _by_memory(self, workbook: Workbook, proposal: Proposal, recalled) -> Decided:
        last = max((row for row in self.rows if row.pk in recalled.used), key=lambda row: row.confirmed_at)
        kept = recalled.layout.as_dict() | {
            "by": BY_MEMORY,
            "user": last.confirmed_by_id,
            "name": last.confirmed_by.name if last.confirmed_by else "",
            "at": last.confirmed_at.isoformat(),
            "memories": recalled.used,
        }
        headers = headers_of(recalled.layout, workbook)
        return Decided(
            recalled.layout,
            kept=kept,
            proposal=shown(workbook, proposal),
            signature=header_signature(headers[0][1]),
            used=recalled.used,
        )

    def _by_itself(self, workbook: Workbook, proposal: Proposal, named: bool) -> Decided:
        if _ends_with_its_header(proposal):
            raise Refusal("empty", NOBODY)
        if not is_sure(proposal, named=named):
            if proposal.refusal and (proposal.refusal.code not in ASKED or not _promising(proposal)):
                raise proposal.refusal
            raise Unsure(shown(workbook, proposal))
        return Decided(None, proposal=shown(workbook, proposal), signature=proposal.chosen[0].signature)


def _ends_with_its_header(proposal: Proposal) -> bool:
    """Whether what would be read, or asked about, has a header and nothing below."""
    headed = [table for table in proposal.tables if table.header and (table.chosen or not proposal.chosen)]
    return proposal.refusal is None and bool(headed) and all(
        table.sheet.height < table.header.first_data_row for table in headed
    )  # fmt: skip


def _promising(proposal: Proposal) -> bool:
    """Whether some visible sheet has two columns at least that were understood, or people's numbers."""
    return any(
        len(table.mapping) >= 2 or {"id_number", "bank_card"} & table.mapping.keys()
        for table in proposal.sheets
        if table.state == "visible"
    )


def _memory(row: ColumnLayout) -> Memory:
    return Memory(row.pk, row.signature, row.is_read, max(1, len(row.header_rows)), row.shifted, row.columns, row.gap)


def _told(refusal: Refusal) -> dict:
    return {"code": refusal.code, "message": refusal.message}


@transaction.atomic
def batch_ask(batch: PayrollBatch, proposal: dict) -> None:
    """Set a batch that is being read to wait for a person; whatever an earlier reading stored goes."""
    asked = PayrollBatch.objects.filter(pk=batch.pk, status=Status.READING, attempts=batch.attempts).update(
        status=Status.MAPPING,
        proposal=proposal,
        rows=0,
        rows_done=0,
        accepted=0,
        rejected=0,
        version=F("version") + 1,
    )
    if not asked:
        return
    lines_clear(batch.pk)
    for model in (PayrollRejectedRow, PayrollRemark):
        model.objects.filter(batch_id=batch.pk).delete()
    record_event(
        actor=Actor.system("payroll.read_batch"),
        action="payroll.ask_columns",
        target=batch,
        project_id=batch.project_id,
        changes={"doubts": ["", str(len(proposal["doubts"]))]},
    )


def layouts_note(deciding: Deciding) -> None:
    """Keep what a reading confirmed, and count what it used. In the transaction that stores the reading."""
    decided, moment = deciding.decided, now()
    if decided is None or deciding.organization is None:
        return
    if decided.used:
        ColumnLayout.objects.filter(pk__in=decided.used).update(used=F("used") + 1, used_at=moment)
    said = decided.kept or {}
    for one in decided.remember:
        ColumnLayout.objects.update_or_create(
            organization=deciding.organization,
            signature=one.signature,
            defaults={
                "is_read": one.is_read,
                "sheet": one.sheet[:80],
                "header_rows": list(one.header_rows),
                "gap": one.gap,
                "shifted": one.shifted,
                "columns": one.columns,
                "titles": one.titles,
                "confirmed_by_id": said.get("user"),
                "confirmed_at": moment,
            },
        )
