"""A bank's statement on its way in: dropped, read in the background, looked at, taken."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.forms import StatementVersionForm
from accounts.models import StatementImport
from accounts.selectors.special_accounts import special_account_of
from accounts.selectors.statements import statement_import_by_pk
from accounts.services.statement_imports import statement_confirm, statement_discard, statement_upload
from accounts.views.crumbs import project_crumbs
from projects.selectors.projects import project_for
from responsibilities.rules.errors import NotAllowed, NotVisible, Refused
from responsibilities.rules.roles import Permission
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from sheets.refusal import MESSAGES

Status = StatementImport.Status
WAITING = (Status.QUEUED, Status.READING)
LEVELS = {"ready": "orange", "stored": "green", "refused": "red", "failed": "red", "discarded": "grey"}


@needs(Permission.STATEMENT_IMPORT)
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request, code):
    """Drop the bank's file; its page shows how far it is and then what it would add."""
    project = project_for(request.scope, code, Permission.STATEMENT_IMPORT)
    context = {
        "project": project,
        "crumbs": project_crumbs(project, "导入专户流水"),
        "account": special_account_of(request.scope, project),
        "cancel_url": reverse("accounts:statements", args=[code]),
    }
    if request.method == "POST":
        file = request.FILES.get("file")
        try:
            if file is None:
                raise Refused("empty", "请选择银行流水文件。")
            if file.size > settings.PORTAL_UPLOAD_LIMIT:
                raise Refused("too_large", MESSAGES["too_large"])
            imported, created = statement_upload(
                project=project, name=file.name, data=file.read(), actor=Actor.of(request), scope=request.scope
            )
        except (NotAllowed, NotVisible):
            raise
        except Refused as refusal:
            context["refused"] = refusal.message
        else:
            return redirect(reverse("accounts:statement", args=[code, imported.pk]) + ("" if created else "?again=1"))
    status = 422 if "refused" in context and request.htmx else 200
    return render(request, "accounts/statement_import.html", context, status=status)


@needs(Permission.STATEMENT_IMPORT)
@require_safe
def statement(request, code, pk):
    """Progress while it is read, then what it would add with what is odd about it, then that it was added."""
    project = project_for(request.scope, code, Permission.STATEMENT_IMPORT)
    found = statement_import_by_pk(request.scope, project, pk)
    return render(
        request,
        "accounts/statement_preview.html",
        {
            "project": project,
            "one": found,
            "taken": found.found,
            "waiting": found.status in WAITING,
            "level": LEVELS.get(found.status, "blue"),
            "again": "again" in request.GET,
            "crumbs": project_crumbs(project, f"专户流水 #{found.pk}"),
        },
    )


@needs(Permission.STATEMENT_IMPORT)
@require_safe
def progress(request, code, pk):
    """How far the reading is: polled each second; when it is done, the page is loaded anew."""
    project = project_for(request.scope, code, Permission.STATEMENT_IMPORT)
    found = statement_import_by_pk(request.scope, project, pk)
    if found.status in WAITING:
        return render(request, "accounts/_statement_progress.html", {"project": project, "one": found})
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Refresh"] = "true"
        return response
    return redirect("accounts:statement", code, pk)


@needs(Permission.STATEMENT_IMPORT)
@require_POST
def take(request, code, pk):
    """Add what was shown."""
    form = StatementVersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else 0
    return _acted(request, code, pk, statement_confirm, version=version)


@needs(Permission.STATEMENT_IMPORT)
@require_POST
def drop(request, code, pk):
    """Give it up."""
    return _acted(request, code, pk, statement_discard)


def _acted(request, code, pk, service, **facts):
    project = project_for(request.scope, code, Permission.STATEMENT_IMPORT)
    found = statement_import_by_pk(request.scope, project, pk)
    try:
        done = service(import_id=found.pk, actor=Actor.of(request), scope=request.scope, **facts)
    except (NotAllowed, NotVisible):
        raise
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("accounts:statement", code, pk)
    if done.status == Status.DISCARDED:
        messages.info(request, "已放弃，这份流水没有导入。")
        return redirect("accounts:statements", code)
    return redirect("accounts:statement", code, pk)
