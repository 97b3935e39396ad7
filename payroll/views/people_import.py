"""Rosters, entries and exits, contracts by sheet: upload, all errors, preview, confirm."""

import hashlib
import secrets
from collections import Counter
from urllib.parse import urlencode

from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from payroll.forms.people import PeopleConfirmForm, PeopleImportForm
from payroll.imports.people_sheets import KIND_WORDS, Kind
from payroll.selectors.employers import employers_for_people, projects_for_people
from payroll.services.people_import import Fate, RowFate, people_import_file
from responsibilities.rules.crypto import Unreadable
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from responsibilities.services.uploads import bare_name
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import workbook
from sheets.refusal import Refusal
from sheets.writing import OutColumn, OutSheet

# A previewed file waits this long for its confirmation, sealed.
KEPT_SECONDS = 30 * 60
SHOWN, ROWS_SHOWN = 200, 50
FATES = {
    Fate.NEW: ("新登记", "green"),
    Fate.UPDATED: ("更新", "blue"),
    Fate.UNCHANGED: ("没有变化", "grey"),
    Fate.PARTLY: ("部分导入", "orange"),
    Fate.LEFT_OUT: ("不导入", "red"),
}
TEMPLATES = {
    Kind.ROSTER: (
        "企业名称",
        "班组名称",
        "工人姓名",
        "证件号码",
        "当前工种",
        "手机号码",
        "发放工资银行卡号",
        "发放工资银行名称",
        "进场日期",
    ),
    Kind.STAYS: ("工人所属企业名称", "工人所属班组名称", "工人姓名", "证件号码", "进退场日期", "类型"),
    Kind.CONTRACTS: (
        "工人所属企业名称",
        "工人姓名",
        "证件号码",
        "合同期限类型",
        "签订日期",
        "生效日期",
        "失效日期",
        "计量单位",
        "计量单价",
        "工资支付日",
    ),
}


@needs(Permission.WORKER_EDIT)
def import_page(request):
    """Upload shows what would happen; confirming does it."""
    projects = list(projects_for_people(request.scope))
    asked = request.POST if request.method == "POST" else request.GET
    code = asked.get("project") or (projects[0].code if len(projects) == 1 else "")
    project = next((one for one in projects if one.code == code), None)
    employers = employers_for_people(request.scope, project) if project else []
    posted = request.method == "POST"
    confirms = posted and bool(request.POST.get("token"))
    form = (PeopleConfirmForm if confirms else PeopleImportForm)(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial={"project": code},
        projects=projects,
        employers=employers,
    )
    page = {
        "form": form,
        "no_projects": not projects,
        "kinds": [(kind, KIND_WORDS[kind]) for kind in Kind],
        "project": project,
        "crumbs": [
            {"label": "工资发放", "url": reverse("payroll:list")},
            {"label": "工人", "url": reverse("payroll:workers")},
            {"label": "表格导入"},
        ],
    }
    if posted and form.is_valid():
        answer = (_confirmed if confirms else _previewed)(request, project, form, page)
        if answer is not None:
            return answer
    return render(request, "payroll/people/import.html", page, status=422 if form.errors and request.htmx else 200)


def _previewed(request, project, form, page):
    """What the file would do; None where it is refused, which then stands at the form."""
    data = form.cleaned_data["file"].read()
    imported = _imported(request, project, form, data, check=True)
    if imported is None:
        return None
    name = bare_name(form.cleaned_data["file"].name, "人员表")
    return _preview(request, page, imported, name, _keep(request, data))


def _confirmed(request, project, form, page):
    """Do what the person was shown; where something else would come out meanwhile, show that first."""
    facts = form.cleaned_data
    data = _kept(request, facts["token"])
    if data is None:
        form.add_error(None, "预览超过 30 分钟，文件已不保留，没有写入。请重新上传。")
        return None
    agreed = facts["writes"], facts["errors_left_out"]
    imported = _imported(request, project, form, data, check=False, agreed=agreed)
    if imported is None:
        return None
    if imported.differs:
        return _preview(request, page, imported, facts["name"], facts["token"])
    cache.delete(_key(request, facts["token"]))
    left_out = _left_out(imported.fates())
    messages.success(request, _words(imported) + (f"{left_out}，请改正后再导入这些行。" if left_out else ""))
    return redirect(reverse("payroll:workers") + f"?{urlencode({'project': project.code})}")


def _imported(request, project, form, data: bytes, **how):
    """The service's result; a refusal goes to the field it is about, and the person's choices stay."""
    try:
        return people_import_file(
            project=project,
            subcontractor=form.subcontractor,
            data=data,
            actor=Actor.of(request),
            scope=request.scope,
            **how,
        )
    except Refusal as refusal:
        form.add_error("file" if "file" in form.fields else None, refusal.message)
    except (NotVisible, NotAllowed):
        raise
    except Refused as refusal:
        show_refusal(form, refusal)
    return None


def _preview(request, page, imported, name: str, token: str):
    facts = {"file": name, "token": token, "employer": request.POST.get("employer", "")}
    return render(request, "payroll/people/import_preview.html", page | _result(imported) | facts)


@needs(Permission.WORKER_EDIT)
@require_safe
def import_template(request):
    """An empty sheet in the words of the national platform's templates; `kind` says which."""
    kind = request.GET.get("kind", Kind.ROSTER)
    if kind not in TEMPLATES:
        raise NotVisible("没有这个模板。")
    dates = {"进场日期", "进退场日期", "签订日期", "生效日期", "失效日期"}
    columns = [
        OutColumn(title, "date" if title in dates else "text", 20 if "证件" in title or "卡号" in title else 14)
        for title in TEMPLATES[kind]
    ]
    choices = {
        "类型": ["进场", "退场"],
        "合同期限类型": ["固定期限合同", "以完成一定工作任务为期限的合同"],
        "计量单位": ["天", "月", "小时", "平方米", "立方米", "米"],
    }
    return workbook(f"{KIND_WORDS[kind]}导入模板.xlsx", [OutSheet(KIND_WORDS[kind], columns, [], choices=choices)])


def _row(remark) -> int:
    """As they stand in the sheet: what the register says of a row is found after the whole sheet was read."""
    return remark.row or 0


def _result(imported) -> dict:
    parsed, rows = imported.parsed, imported.fates()
    counts = Counter(one.fate for one in rows)
    # What needs a look first, else as they stand in the sheet.
    shown = sorted(rows, key=lambda one: one.fate not in (Fate.LEFT_OUT, Fate.PARTLY))[:ROWS_SHOWN]
    return {
        "rows": [(one, *FATES[one.fate]) for one in shown],
        "rows_total": len(rows),
        "counts": [(FATES[fate][0], counts[fate]) for fate in Fate if counts[fate]],
        "left_out": _left_out(rows),
        "imported": imported,
        "kind": KIND_WORDS[parsed.kind],
        "words": _words(imported),
        "errors": sorted(parsed.errors, key=_row)[:SHOWN],
        "errors_total": len(parsed.errors),
        "warnings": sorted(parsed.warnings, key=_row)[:SHOWN],
        "warnings_total": len(parsed.warnings),
    }


def _left_out(rows: list[RowFate]) -> str:
    """How many rows aren't imported, or not as a whole; empty where all are."""
    counts = Counter(one.fate for one in rows)
    told = ((counts[Fate.LEFT_OUT], "行有错误，不导入"), (counts[Fate.PARTLY], "行有错误，只导入一部分"))
    return "，".join(f"{count} {words}" for count, words in told if count)


def _words(imported) -> str:
    parts = [
        f"{what} {count} {unit}"
        for what, count, unit in (
            ("新登记工人", imported.workers, "人"),
            ("列入花名册", imported.entries, "人"),
            ("登记进场", imported.stays, "次"),
            ("登记退场", imported.left, "次"),
            ("登记合同", imported.contracts, "份"),
            ("更新资料", imported.updated, "项"),
        )
        if count
    ]
    return "，".join(parts) + "。" if parts else "与已登记的内容一致，没有变化。"


def _key(request, token: str) -> str:
    """A preview belongs to the person who made it."""
    return "people:" + hashlib.sha256(f"{request.user.pk}:{token}".encode()).hexdigest()


def _keep(request, data: bytes) -> str:
    token = secrets.token_urlsafe(24)
    cache.set(_key(request, token), vault.seal_bytes(data, "file"), KEPT_SECONDS)
    return token


def _kept(request, token: str) -> bytes | None:
    sealed = cache.get(_key(request, token))
    try:
        return vault.unseal_bytes(sealed, "file") if sealed else None
    except Unreadable:
        return None
