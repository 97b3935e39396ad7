"""The sheet on a batch's page: its rows as a grid with the remarks, totals, and the consequence of submitting."""

from decimal import Decimal
from urllib.parse import urlencode

from django.core.paginator import Paginator

from payroll.models import PayrollBatch, PayrollRemark
from payroll.rules.places import sheet_words
from payroll.selectors.balances import balance_part
from payroll.selectors.batches import (
    accepted_total,
    current_batch,
    drafts_beside,
    may_act_on,
    rejected_by_sheet,
    remark_counts,
    remarks_beside_rows,
    remarks_of_batch,
)
from payroll.selectors.payouts import standing_of
from payroll.selectors.versions import version_place
from payroll.views.grid import columns_of, position_of, row_numbers, rows_of, said
from payroll.views.words import WHY_IGNORED, stage_words
from responsibilities.rules.roles import Permission
from responsibilities.rules.scope import Scope
from responsibilities.views.listing import LONG_SIZES, page_size

DRAFTS_SHOWN = 20
CARRIED = "并请工人确认：天数、金额和银行卡没有变的沿用原来的确认。"

Status = PayrollBatch.Status


def sheet_context(request, batch: PayrollBatch) -> dict:
    """A page of rows with their remarks, the totals above it, and what submitting would do."""
    only = request.GET.get("only", "")
    only = only if only in ("errors", "remarks") else ""
    size = page_size(request, LONG_SIZES)
    names = batch.sheet_names
    sheet_no = _number(request.GET.get("sheet"), len(names)) or 1
    at = None if only else _number(request.GET.get("at"))
    number = position_of(request.scope, batch, sheet_no, at) // size + 1 if at else request.GET.get("page")
    page = Paginator(row_numbers(request.scope, batch, sheet_no, only=only), size).get_page(number)
    columns = columns_of(request.scope, batch, sheet_no)
    page.object_list = rows_of(request.scope, batch, sheet_no, columns, [row["row"] for row in page.object_list])
    counts = remark_counts(request.scope, batch)
    rejected = rejected_by_sheet(request.scope, batch) if batch.rejected else {}
    of_sheet = f"sheet={sheet_no}" if len(names) > 1 else ""
    total = accepted_total(batch)
    declared = batch.declared_total_net
    is_draft = batch.status == Status.DRAFT
    replaces = current_batch(request.scope, batch) if is_draft else None
    later = is_draft and (replaces is not None or version_place(request.scope, batch)[1] is not None)
    return {
        "page": page,
        "size": size,
        "sizes": LONG_SIZES,
        "only": only,
        "query": _kept(names, sheet_no, only),
        "columns": columns,
        "sheet_no": sheet_no,
        "tabs": _tabs(names, sheet_no, only, rejected) if len(names) > 1 else [],
        "views": _views(request, batch, sheet_no, only, rejected.get(sheet_no, 0), of_sheet),
        "errors_url": f"?{_errors_of(rejected, sheet_no, len(names))}only=errors",
        "at": at,
        "page_problems": any(row.remarks for row in page.object_list),
        "counts": counts,
        "problem_total": sum(counts.values()),
        "first_error": _first_error(request, batch, names),
        "whole": [said(remark, names) for remark in remarks_beside_rows(request.scope, batch)],
        "total": total,
        "declared_gap": None if declared is None else declared - batch.total_net,
        "balance": _balance(request.scope, batch, total),
        "ignored": [{"row": one["row"], "why": WHY_IGNORED.get(one["why"], one["why"])} for one in batch.ignored_rows],
        "replaces": replaces,
        "drafts": list(drafts_beside(request.scope, batch)[:DRAFTS_SHOWN]) if batch.status == Status.DRAFT else [],
        "consequence": _consequence(batch, total, replaces, later),
        "may_submit": batch.status == Status.DRAFT
        and batch.accepted > 0
        and may_act_on(request.scope, batch, Permission.PAYROLL_SUBMIT),
        "may_reveal": may_act_on(request.scope, batch, Permission.PAYROLL_REVEAL),
        "may_export": request.scope.can(Permission.EXPORT),
    }


def _balance(scope: Scope, batch: PayrollBatch, total: Decimal) -> dict | None:
    """The account against what the batch still needs: what was paid has left the account already."""
    if batch.stage == PayrollBatch.Stage.PAID:
        return None
    if batch.stage != PayrollBatch.Stage.PAYING:
        return balance_part(scope, batch, total)
    standing = standing_of(batch)
    return balance_part(scope, batch, standing.net - standing.paid_net, "还要发的")


def _consequence(batch: PayrollBatch, total, replaces: PayrollBatch | None, later: bool) -> str:
    """What submitting does, in one or three sentences; of a later version not everybody is asked again."""
    asked = CARRIED if later else "并请这些工人逐人确认。"
    if batch.kind == PayrollBatch.Kind.BACK_PAY:
        said = f"提交后，在 {batch.month_on:%Y-%m} {batch.employer_name}已提交的工资之外，补发 {batch.accepted} 人，实发合计 {total:,.2f} 元，不替换原工资表，{asked}"
    else:
        said = f"提交后，{batch.month_on:%Y-%m} {batch.employer_name}的工资以这 {batch.accepted} 行为准，实发合计 {total:,.2f} 元，{asked}"
    if batch.rejected:
        said += f"有错误的 {batch.rejected} 行不会提交，请改正后重新上传。"
    if replaces:
        said += f"批次 #{replaces.pk}（{replaces.accepted} 行）将被替换。"
        if replaces.stage in (PayrollBatch.Stage.AUDITED, PayrollBatch.Stage.NOTICED):
            said += f"那一份{stage_words(replaces)}，替换后须由总包重新审核、公示。"
    return said


def _kept(names: list[str], sheet_no: int, only: str) -> str:
    kept = [f"sheet={sheet_no}"] if len(names) > 1 else []
    return "".join(f"{one}&" for one in [*kept, *([f"only={only}"] if only else [])])


def _views(request, batch: PayrollBatch, sheet_no: int, only: str, rejected: int, of_sheet: str) -> list[dict]:
    """All rows of the sheet, those with a remark, those with an error: how many of this sheet each shows."""
    several = len(batch.sheet_names) > 1
    rows = batch.parts[sheet_no - 1]["rows"] if several else batch.rows
    remarked = row_numbers(request.scope, batch, sheet_no, only="remarks").count()
    here = "本表" if several else ""
    found = (
        (f"{here}全部行", "", rows),
        (f"只看{here}有问题的行", "remarks", remarked),
        (f"只看{here}错误", "errors", rejected),
    )
    return [
        {
            "label": label,
            "url": "?" + "&".join(filter(None, (of_sheet, f"only={name}" if name else ""))),
            "count": count,
            "active": only == name,
        }
        for label, name, count in found
    ]


def _errors_of(rejected: dict[int, int], sheet_no: int, sheets: int) -> str:
    """The part of the address that leads to a sheet with errors: this one, else the first that has any."""
    if sheets < 2:
        return ""
    return f"sheet={sheet_no if sheet_no in rejected or not rejected else min(rejected)}&"


def _tabs(names: list[str], chosen: int, only: str, rejected: dict[int, int]) -> list[dict]:
    """A sheet of the file each, marked where rows of it can't be taken; names that stand twice are numbered."""
    kept = f"&only={only}" if only else ""
    return [
        {
            "label": f"{name}（{names[:at].count(name)}）" if names.count(name) > 1 else name,
            "url": f"?sheet={at}{kept}",
            "active": at == chosen,
            "mark": f"错误 {rejected[at]} 行" if at in rejected else "",
        }
        for at, name in enumerate(names, start=1)
    ]


def _number(text: str | None, most: int | None = None) -> int | None:
    """A positive number of the address, else None."""
    number = int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else 0
    return number if number and (most is None or number <= most) else None


def _first_error(request, batch: PayrollBatch, names: list[str]) -> dict | None:
    """The first row of a draft that can't be taken, with the address of its cell: where the work begins."""
    if batch.status != Status.DRAFT or not batch.rejected:
        return None
    errors = remarks_of_batch(request.scope, batch).filter(severity=PayrollRemark.Severity.ERROR, row__isnull=False)
    first = errors.order_by("sheet_no", "row", "id").first()
    if first is None:
        return None
    query = urlencode({"sheet": first.sheet_no, "at": first.row})
    return {"said": said(first), "sheet": sheet_words(first.sheet_no, names), "url": f"?{query}#c{first.cell}"}
