"""Confirming which column is what: the table with the guesses, what the rows would read like, and the memory."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from payroll.forms.mapping import MappingForm, rows_of, standing
from payroll.imports.shown import Rows
from payroll.models import PayrollBatch
from payroll.selectors.batches import batch_by_pk
from payroll.selectors.layouts import contractor_of_unscoped, layouts
from payroll.services.layouts import OPEN, batch_layout_set, layout_forget, proposal_open
from payroll.views.mapping_tables import table_shown
from payroll.views.words import decorated
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal
from sheets.refusal import Refusal

NOT_FOUND = {
    "no_header": "没有找到表头。请填写表头在第几行，再核对各列。",
    "no_name_column": "没有认出哪一列是姓名，请在下面指定。",
    "no_net_column": "没有认出哪一列是实发工资，请在下面指定。",
}


@needs(Permission.PAYROLL_UPLOAD)
@require_http_methods(["GET", "HEAD", "POST"])
def mapping_page(request, pk):
    """The tables of a batch's file with their columns; saving reads it anew, `redo` looks at other header rows."""
    batch = decorated(batch_by_pk(request.scope, pk))
    if batch.status not in OPEN and request.method != "POST":
        messages.info(request, f"这份工资表现在是“{batch.get_status_display()}”，列对应不能再调整。")
        return redirect("payroll:batch", pk)
    try:
        form = _form(request, batch)
    except Refusal as refusal:
        messages.error(request, f"打不开这份文件：{refusal.message}")
        return redirect("payroll:batch", pk)
    redone = "redo" in request.POST
    if request.method == "POST" and not redone and form.is_valid():
        try:
            batch_layout_set(
                batch_id=batch.pk,
                layout=form.layout,
                version=form.cleaned_data["version"],
                remember=form.cleaned_data["remember"],
                actor=Actor.of(request),
                scope=request.scope,
            )
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            return redirect("payroll:batch", pk)
    return render(
        request, "payroll/mapping.html", _context(batch, form, checked=request.method == "POST" and not redone)
    )


@needs(Permission.PAYROLL_UPLOAD)
@require_POST
def mapping_preview(request, pk):
    """One table's missing fields and first rows, as the form stands now; for htmx."""
    batch = batch_by_pk(request.scope, pk)
    form = _form(request, batch)
    number = request.POST.get("table", "")
    tables = [table_shown(form, at) for at in range(len(form.tables)) if str(at) == number]
    return render(request, "payroll/_mapping_live.html", {"batch": batch, "table": tables[0] if tables else None})


@needs(Permission.PAYROLL_UPLOAD)
@require_safe
def layout_list(request):
    """What is remembered of the contractors for whom the caller uploads."""
    found = list(layouts(request.scope).order_by("organization__name", "-confirmed_at"))
    for layout in found:
        order = sorted(layout.columns.items(), key=lambda item: (len(item[1]), item[1]))
        layout.pairs = [(letter, layout.titles.get(letter, ""), name) for name, letter in order]
    return render(
        request,
        "payroll/columns.html",
        {
            "layouts": found,
            "crumbs": [{"label": "工资发放", "url": reverse("payroll:list")}, {"label": "记住的列对应"}],
        },
    )


@needs(Permission.PAYROLL_UPLOAD)
@require_POST
def layout_remove(request, pk):
    """Forget one."""
    layout = layout_forget(layout_id=pk, actor=Actor.of(request), scope=request.scope)
    messages.success(
        request, f"已忘记{layout.organization.name}的这种表头，下次遇到会重新核对。已读取的工资表不受影响。"
    )
    return redirect("payroll:columns")


def _form(request, batch: PayrollBatch) -> MappingForm:
    """The form over the proposal; where header rows were changed, over what they make of it."""
    if request.method != "POST":
        proposal = proposal_open(batch=batch, asked=_said_rows(batch))
        initial = {"version": batch.version, "remember": (batch.layout or {}).get("remember", True)}
        return MappingForm(proposal=proposal, said=batch.layout, initial=initial)
    stored = proposal_open(batch=batch)
    numbers = range(len(stored["sheets"]))
    asked = {at: rows_of(request.POST, at) for at in numbers if f"{at}-from" in request.POST}
    possible = {at: rows for at, rows in asked.items() if _possible(rows, stored["sheets"][at])}
    return MappingForm(request.POST, proposal=proposal_open(batch=batch, asked=possible))


def _said_rows(batch: PayrollBatch) -> dict[int, Rows]:
    """Rows that a standing layout names, by the table's position."""
    if not batch.layout:
        return {}
    tables = proposal_open(batch=batch)["sheets"]
    said = [standing(table, tables, batch.layout["sheets"]) for table in tables]
    return {at: Rows.of(table) for at, table in enumerate(said) if table is not None}


def _possible(rows: Rows, table: dict) -> bool:
    """Whether the rows can be a table's at all; otherwise the form says so and keeps the guesses."""
    if rows == Rows.of(table):
        return True
    header, height = rows.header, table["height"]
    whole = not header or header == tuple(range(header[0], header[0] + len(header)))
    last = header[-1] if header else 0
    return whole and len(header) <= 3 and last <= height and (not rows.data or last < rows.data <= height)


def _doubts(proposal: dict) -> list[str]:
    """What the reader isn't sure of; a refusal's own words tell a person to change the file, which isn't needed here."""
    refused = proposal.get("refused")
    if refused is None:
        return proposal.get("doubts", [])
    return [NOT_FOUND.get(refused["code"], refused["message"])]


def _context(batch: PayrollBatch, form: MappingForm, *, checked: bool) -> dict:
    tables = [table_shown(form, number) for number in range(len(form.tables))]
    errors = []
    if checked:
        # One mistake may concern two columns and is told once, leading to the last of them.
        told = dict.fromkeys(form.non_field_errors(), "")
        for name, said in form.errors.items():
            if name in form.fields:
                for error in said:
                    told[error] = f"#{form[name].id_for_label}"
        errors = [{"text": text, "href": href} for text, href in told.items()]
    return {
        "batch": batch,
        "form": form,
        "tables": tables,
        "doubts": _doubts(form.proposal),
        "contractor": contractor_of_unscoped(batch),
        "errors": errors,
        "crumbs": [
            {"label": "工资发放", "url": reverse("payroll:list")},
            {"label": f"批次 #{batch.pk}", "url": reverse("payroll:batch", args=[batch.pk])},
            {"label": "列对应"},
        ],
    }
