"""The special account of a project."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.urls import reverse

from accounts.forms import SpecialAccountForm
from accounts.models import SpecialAccount
from accounts.selectors.special_accounts import account_open_days, special_account_of
from accounts.services.special_accounts import special_account_save
from accounts.views.crumbs import project_crumbs
from projects.selectors.projects import project_for
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import Permission
from responsibilities.selectors.organizations import banks
from responsibilities.services.trail import Actor
from responsibilities.views.access import needs, show_refusal


@needs(Permission.ACCOUNT_EDIT)
def account_page(request, code):
    """Record or correct the special account; the number is shown masked."""
    project = project_for(request.scope, code, Permission.ACCOUNT_EDIT)
    account = special_account_of(request.scope, project)
    form = SpecialAccountForm(
        request.POST or None,
        instance=account or SpecialAccount(project=project),
        banks=banks(),
        initial={"version": account.version if account else None},
    )
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        try:
            special_account_save(project=project, actor=Actor.of(request), scope=request.scope, **data)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "专用账户信息已保存。")
            return redirect("accounts:periods", code)
    page = {
        "project": project,
        "crumbs": project_crumbs(project, "专用账户"),
        "page_title": "农民工工资专用账户",
        "page_sub": project.name,
        "submit": "保存账户信息",
        "cancel_url": reverse("accounts:periods", args=[code]),
    }
    return render(
        request,
        "accounts/account_form.html",
        {"account": account, "form": form, "open_days": account_open_days(), **page},
    )
