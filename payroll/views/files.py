"""Workbooks for download: the original, the annotated one, and the masked list of accepted lines."""

from io import BytesIO
from urllib.parse import quote

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from payroll.imports.columns import TITLES
from payroll.selectors.batches import batch_by_pk, lines_of
from payroll.services.files import annotated_open, original_open
from payroll.views.grid import MONEY, NUMBERS, line_texts
from payroll.views.listing import XLSX
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from sheets.writing import OutColumn, OutSheet, write_xlsx

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
    box = BytesIO()
    write_xlsx(box, [OutSheet(f"{batch.month_on:%Y-%m}工资", columns, rows)])
    return attachment(f"{batch.project.code}-{batch.month_on:%Y-%m}-工资明细（脱敏）.xlsx", box.getvalue(), XLSX)


def _download(request, pk, opened) -> HttpResponse:
    batch = batch_by_pk(request.scope, pk)
    try:
        name, data = opened(batch=batch, actor=Actor.of(request), scope=request.scope)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("payroll:batch", pk)
    return attachment(name, data, "application/octet-stream")


def attachment(name: str, data: bytes, content_type: str) -> HttpResponse:
    """A file to keep, under its Chinese name."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _kind(name: str) -> str:
    if name in MONEY:
        return "money"
    return "number" if name in NUMBERS else "text"
