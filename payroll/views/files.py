"""Workbooks for download: the original, the annotated one, and the masked list of accepted lines."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from payroll.imports.columns import TITLES
from payroll.selectors.batches import batch_by_pk, lines_of
from payroll.services.files import annotated_open, original_open
from payroll.views.grid import MONEY, NUMBERS, line_texts
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.downloads import BYTES, attachment, workbook
from sheets.writing import OutColumn, OutSheet

COLUMNS = (
    "name",
    "id_number",
    "bank_card",
    "bank_name",
    "crew",
    "trade",
    "days",
    "unit_price",
    "gross",
    "deductions",
    "advance",
    "net_pay",
    "remark",
)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def original(request, pk):
    """The file as it was uploaded."""
    return _download(request, pk, original_open)


@needs(Permission.PAYROLL_VIEW)
@require_safe
def annotated(request, pk):
    """The same workbook with the remarks in it."""
    return _download(request, pk, annotated_open)


@needs(Permission.EXPORT)
@require_safe
def export(request, pk):
    """The accepted lines, numbers masked."""
    batch = batch_by_pk(request.scope, pk)
    columns = [OutColumn("行号", "number", 8)]
    columns += [OutColumn(f"{TITLES[name]}（元）" if name in MONEY else TITLES[name], _kind(name)) for name in COLUMNS]
    rows = (
        [line.row, *(texts[name] for name in COLUMNS)]
        for line in lines_of(request.scope, batch).iterator(chunk_size=1000)
        if (texts := line_texts(line, batch))
    )
    sheet = OutSheet(f"{batch.month_on:%Y-%m}工资", columns, rows)
    return workbook(f"{batch.project.code}-{batch.month_on:%Y-%m}-工资明细（脱敏）.xlsx", [sheet])


def _download(request, pk, opened) -> HttpResponse:
    batch = batch_by_pk(request.scope, pk)
    try:
        name, data = opened(batch=batch, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:batch", pk)
    return attachment(name, data, BYTES)


def _kind(name: str) -> str:
    if name in MONEY:
        return "money"
    return "number" if name in NUMBERS else "text"
