"""Bank statements of the special account: the movements, what is left, and taking a statement in."""

import hashlib
import secrets

from django.contrib import messages
from django.core.cache import cache
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.forms import StatementFilterForm
from accounts.selectors.special_accounts import special_account_of
from accounts.selectors.statements import (
    account_balance,
    search_statement_lines,
    statement_imports,
    statement_lines,
    statement_totals,
)
from accounts.services.statements import statement_import
from accounts.views.crumbs import project_crumbs
from projects.selectors.projects import may_act, project_by_code, project_for
from responsibilities.rules.crypto import Unreadable
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.listing import chips, export, query
from sheets.refusal import MESSAGES, Refusal

PAGE_SIZE = 50
IMPORTS_SHOWN = 8
KEPT_SECONDS = 30 * 60
MOST_BYTES = 20 * 1024 * 1024
KINDS = {"in": "收入", "out": "支出", "wage": "工资支出", "other": "非工资支出"}


@needs(Permission.ACCOUNT_VIEW)
@require_safe
def statement_list(request, code):
    """The movements with filters; what isn't for wages is marked (724 art 33)."""
    project = project_by_code(request.scope, code)
    form = StatementFilterForm(request.GET)
    form.is_valid()
    chosen = {
        "text": form.cleaned_data.get("q", ""),
        "month_on": form.cleaned_data.get("month"),
        "kind": form.cleaned_data.get("kind", ""),
    }
    everything = statement_lines(request.scope, project)
    rows = search_statement_lines(everything, **chosen)
    names_shown = request.scope.can(Permission.STATEMENT_IMPORT) or request.scope.can(Permission.PAYROLL_VIEW)
    if request.GET.get("export") == "xlsx":
        request.scope.require(Permission.EXPORT)
        return _export(project, rows, names_shown)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(
        request,
        "accounts/statements.html",
        {
            "project": project,
            "crumbs": project_crumbs(project, "专户流水"),
            "account": special_account_of(request.scope, project),
            "balance": account_balance(request.scope, project),
            "totals": statement_totals(rows),
            "other_count": everything.filter(nature="other").count(),
            "page": page,
            "form": form,
            "kinds": KINDS.items(),
            "chips": chips(request, {"q": ("搜索", {}), "month": ("月份", {}), "kind": ("类别", KINDS)}),
            "query": query(request),
            "names_shown": names_shown,
            "imports": statement_imports(request.scope, project)[:IMPORTS_SHOWN],
            "may_import": may_act(request.scope, project, Permission.STATEMENT_IMPORT),
            "may_export": request.scope.can(Permission.EXPORT),
        },
    )


@needs(Permission.STATEMENT_IMPORT)
def statement_import_page(request, code):
    """Upload shows what would be added; confirming adds it."""
    project = project_for(request.scope, code, Permission.STATEMENT_IMPORT)
    context = {
        "project": project,
        "crumbs": project_crumbs(project, "导入专户流水"),
        "account": special_account_of(request.scope, project),
        "cancel_url": reverse("accounts:statements", args=[code]),
    }
    facts = {"project": project, "actor": Actor.of(request), "scope": request.scope}
    token = request.POST.get("token", "")
    try:
        if request.method == "POST" and token:
            name, data = _kept(request, token)
            if data is None:
                messages.error(request, "预览已超过 30 分钟，请重新上传流水文件。")
                return redirect("accounts:statement_import", code)
            taken = statement_import(data=data, file_name=name, **facts)
            cache.delete(_key(request, token))
            messages.success(request, f"专户流水已导入：新增 {taken.added} 笔，此前已有 {taken.known} 笔。")
            return redirect("accounts:statements", code)
        if request.method == "POST":
            upload = request.FILES.get("file")
            if upload is None:
                raise Refusal("empty", "请选择银行流水文件。")
            if upload.size > MOST_BYTES:
                raise Refusal("too_large", MESSAGES["too_large"])
            data = upload.read()
            taken = statement_import(data=data, file_name=upload.name, check=True, **facts)
            context |= {"taken": taken, "file": upload.name, "token": _keep(request, upload.name, data)}
            return render(request, "accounts/statement_preview.html", context)
    except (NotAllowed, NotVisible):
        raise
    except (Refusal, Refused) as refusal:
        context["refused"] = refusal.message
    return render(request, "accounts/statement_import.html", context)


def _export(project, rows, names_shown: bool) -> HttpResponse:
    titles = [
        ("日期", 12), ("收支", 8), ("性质", 12), ("金额（元）", 16), ("余额（元）", 16), ("对方户名", 30), ("对方账号", 14), ("摘要", 30), ("流水号", 24),
    ]  # fmt: skip
    body = (
        [
            f"{line.on}",
            line.get_direction_display(),
            line.get_nature_display(),
            f"{line.amount:.2f}",
            "" if line.balance is None else f"{line.balance:.2f}",
            line.counterparty_name if names_shown or line.direction == "in" else "—",
            f"尾号 {line.counterparty_last4}" if line.counterparty_last4 else "",
            line.purpose,
            line.reference,
        ]
        for line in rows.iterator(chunk_size=1000)
    )
    return export(f"{project.code}专户流水", titles, body)


def _key(request, token: str) -> str:
    """A preview belongs to the person who made it."""
    return "statement:" + hashlib.sha256(f"{request.user.pk}:{token}".encode()).hexdigest()


def _keep(request, name: str, data: bytes) -> str:
    token = secrets.token_urlsafe(24)
    cache.set(_key(request, token), (name, vault.seal_bytes(data, "file")), KEPT_SECONDS)
    return token


def _kept(request, token: str) -> tuple[str, bytes | None]:
    name, sealed = cache.get(_key(request, token)) or ("", None)
    try:
        return name, vault.unseal_bytes(sealed, "file") if sealed else None
    except Unreadable:
        return name, None
