"""Which column is what, as a person says it: set for a batch, forgotten for a contractor, looked at again."""

from django.db import transaction

from payroll.imports.correcting import problems
from payroll.imports.layout import Layout
from payroll.imports.mapping import propose
from payroll.imports.shown import Rows, reguessed, shown
from payroll.models import ColumnLayout, PayrollBatch
from payroll.rules.month import Month
from payroll.selectors.batches import may_act_on
from payroll.selectors.layouts import layout_by_pk
from payroll.services.deciding import BY_PERSON
from payroll.services.uploads import READ_TASK
from responsibilities.rules.errors import EditedMeanwhile, NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.clock import now
from responsibilities.services import vault
from responsibilities.services.touch import ring
from responsibilities.services.trail import Actor, record_event
from sheets.reader import read

Status = PayrollBatch.Status
OPEN = (Status.MAPPING, Status.DRAFT)


@transaction.atomic
def batch_layout_set(
    *,
    batch_id: int,
    layout: Layout,
    actor: Actor,
    scope=None,
    version: int | None = None,
    remember: bool = True,
) -> PayrollBatch:
    """Say which column is what; the batch is read anew by it. Until it is submitted this can be done again.

    `remember` keeps the answer for this contractor's next file with the same header, once it was read by it.
    The same layout again while it is being read changes nothing.
    Errors: `layout_invalid` (with every place in `fields`), `not_open_for_layout`, `edited_meanwhile`.
    """
    batch = _locked(batch_id, scope)
    said = layout.as_dict()
    known = batch.layout or {}
    if batch.status in (Status.QUEUED, Status.READING) and known.get("sheets") == said["sheets"]:
        return batch
    if batch.status not in OPEN:
        raise Refused(
            "not_open_for_layout",
            f"这份工资表现在是“{batch.get_status_display()}”，只有“待对应列”和“待提交”的可以调整列对应。",
        )
    if version is not None and version != batch.version:
        raise EditedMeanwhile("这份工资表的列对应", batch.version)
    if found := problems(layout, batch.proposal or proposal_open(batch=batch)):
        message = "；".join(one.message.rstrip("。") for one in found[:3]) + "。"
        raise Refused("layout_invalid", message, {one.field: one.message for one in found})
    before = {part.get("sheet", ""): part.get("columns", {}) for part in batch.parts}
    batch.layout = said | {
        "by": BY_PERSON,
        "user": actor.user.pk if actor.user else None,
        "name": actor.user.name if actor.user else "",
        "at": now().isoformat(),
        "remember": remember,
    }
    batch.status, batch.attempts, batch.rows_done, batch.claimed_at = Status.QUEUED, 0, 0, None
    batch.version += 1
    batch.save(update_fields=["layout", "status", "attempts", "rows_done", "claimed_at", "version"])
    record_event(
        actor=actor,
        action="payroll.set_columns",
        target=batch,
        project_id=batch.project_id,
        changes={
            "columns": [_words(before), _words({one.name: one.columns for one in layout.sheets})],
            "remember": ["", "是" if remember else "否"],
        },
    )
    transaction.on_commit(lambda: ring(READ_TASK, batch.pk))
    return batch


@transaction.atomic
def layout_forget(*, layout_id: int, actor: Actor, scope) -> ColumnLayout:
    """Forget what was confirmed about a form; batches that were read by it stay as they are."""
    layout = layout_by_pk(scope, layout_id)
    record_event(
        actor=actor,
        action="payroll.forget_columns",
        target=layout.organization,
        changes={"signature": [layout.signature, ""], "columns": [_words({layout.sheet: layout.columns}), ""]},
    )
    ColumnLayout.objects.filter(pk=layout.pk).delete()
    return layout


def proposal_open(*, batch: PayrollBatch, asked: dict[int, Rows] | None = None) -> dict:
    """What a person is shown of a batch's file: the stored proposal, or the file looked at again.

    `asked` are rows that the person named, by the table's position; their columns are guessed anew.
    Raises Refusal where the file can't be opened.
    """
    stored = batch.proposal
    asked = asked or {}
    if stored and all(rows == Rows.of(stored["sheets"][at]) for at, rows in asked.items()):
        return stored
    workbook = read(vault.unseal_bytes(batch.file.sealed, "file"))
    if stored is None:
        stored = shown(workbook, propose(workbook, Month(batch.month_on.year, batch.month_on.month)))
    tables = [
        reguessed(table, workbook, asked[at].header, asked[at].data)
        if at in asked and asked[at] != Rows.of(table)
        else table
        for at, table in enumerate(stored["sheets"])
    ]
    return stored | {"sheets": tables}


def _locked(batch_id: int, scope) -> PayrollBatch:
    batch = (
        PayrollBatch.objects.select_for_update(of=("self",))
        .select_related("project", "subcontractor", "file")
        .filter(pk=batch_id)
        .first()
    )
    if batch is None or not may_act_on(scope, batch, Permission.PAYROLL_VIEW):
        raise NotVisible("没有找到这份工资表，或者它不在您的管辖范围内。")
    if not may_act_on(scope, batch, Permission.PAYROLL_UPLOAD):
        raise NotAllowed()
    return batch


def _words(tables: dict[str, dict[str, str]]) -> str:
    """Sheets and letters on one line, for the trail."""
    return "；".join(
        f"{sheet}：" + " ".join(f"{name}={letter}" for name, letter in columns.items())
        for sheet, columns in tables.items()
    )
