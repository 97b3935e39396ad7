"""The register on the web: template, upload, all errors, preview, confirm. The same service as the command."""

import hashlib
import secrets

from django.contrib import messages
from django.core.cache import cache
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from accounts.services.register_import import register_import
from accounts.services.register_template import register_template
from responsibilities.rules.crypto import Unreadable
from responsibilities.rules.roles import Permission
from responsibilities.services import vault
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs
from responsibilities.views.downloads import attachment
from sheets.refusal import MESSAGES, Refusal

# A previewed file waits this long for its confirmation, sealed.
KEPT_SECONDS = 30 * 60
MOST_BYTES = 20 * 1024 * 1024


@needs(Permission.PROJECT_EDIT)
def register_import_page(request):
    """Upload shows what would happen; confirming does it."""
    scope, actor = request.scope.with_permission(Permission.PROJECT_EDIT), Actor.of(request)
    context = {"page_title": "导入项目登记表", "cancel_url": reverse("escalation:projects")}
    token = request.POST.get("token", "")
    if request.method == "POST" and token:
        name, data = _kept(request, token)
        if data is None:
            messages.error(request, "预览已超过 30 分钟，请重新上传登记表。")
            return redirect("accounts:register_import")
        try:
            imported = register_import(data=data, file_name=name, actor=actor, scope=request.scope)
        except Refusal as refusal:
            # What was read for the preview may still be refused on a busy machine; nothing is written, the preview stays.
            context |= {"refused": refusal.message, "again": token, "file": name}
            return render(request, "accounts/register_import.html", context, status=422)
        cache.delete(_key(request, token))
        return render(request, "accounts/register_done.html", context | {"imported": imported, "file": name})
    if request.method == "POST":
        upload = request.FILES.get("file")
        try:
            if upload is None:
                raise Refusal("empty", "请选择要导入的登记表文件。")
            if upload.size > MOST_BYTES:
                raise Refusal("too_large", MESSAGES["too_large"])
            data = upload.read()
            imported = register_import(data=data, file_name=upload.name, check=True, actor=actor, scope=request.scope)
        except Refusal as refusal:
            context["refused"] = refusal.message
        else:
            context |= {
                "imported": imported,
                "file": upload.name,
                "token": _keep(request, upload.name, data),
                "writes": imported.total("created") + imported.total("updated"),
            }
            return render(request, "accounts/register_preview.html", context)
    context["areas_only"] = any(grant.area_id for grant in scope.grants)
    return render(request, "accounts/register_import.html", context)


@needs(Permission.PROJECT_EDIT)
@require_safe
def register_template_file(request):
    """The empty register."""
    return attachment("项目登记表模板.xlsx", register_template())


def _key(request, token: str) -> str:
    """A preview belongs to the person who made it."""
    return "register:" + hashlib.sha256(f"{request.user.pk}:{token}".encode()).hexdigest()


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
