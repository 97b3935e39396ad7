"""People and grants, for the system administrator."""

from django.contrib import messages
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from responsibilities.forms import GrantForm, UserEditForm, UserForm
from responsibilities.rules.errors import Refused
from responsibilities.rules.roles import ROLE_LABELS, Permission, Role
from responsibilities.selectors.people import NO_GRANT, user_of, users
from responsibilities.services.people import (
    grant_give,
    grant_withdraw,
    password_reset,
    sessions_end,
    user_create,
    user_edit,
    user_set_active,
)
from responsibilities.services.tokens import token_revoke
from responsibilities.services.trail import Actor
from responsibilities.views import listing
from responsibilities.views.access import needs, show_refusal
from responsibilities.views.downloads import moment

_ROLES = {role.value: label for role, label in ROLE_LABELS.items()}
_STATES = {"active": "启用", "disabled": "已停用", NO_GRANT: "没有授权"}
_SORTS = {"username": ("username",), "name": ("name", "username"), "last_login": ("last_login", "username")}


@needs(Permission.USER_MANAGE)
@require_safe
def user_list(request):
    """All people with what they may do."""
    get = request.GET.get
    rows = users(request.scope, search=get("q", ""), role=get("role", ""), state=get("state", ""))
    rows = listing.sorted_rows(request, rows, _SORTS)
    if get("export"):
        titles = [("账号", 20), ("姓名", 14), ("状态", 10), ("授权", 60), ("最近登录", 20)]
        return listing.export("用户", titles, ([*_words(user)] for user in rows))
    page = listing.page_of(request, rows)
    return render(
        request,
        "responsibilities/user_list.html",
        {
            "page": page,
            "columns": listing.columns(
                request,
                [("账号", "username"), ("姓名", "name"), ("授权", ""), ("状态", ""), ("最近登录", "last_login")],
            ),
            "rows": [_row(user) for user in page],
            "roles": _ROLES,
            "states": _STATES,
            "chips": listing.chips(request, {"q": ("搜索", {}), "role": ("岗位", _ROLES), "state": ("状态", _STATES)}),
            "query": listing.query(request),
            "sizes": listing.SIZES,
            "size": listing.page_size(request),
            "may_export": True,
        },
    )


@needs(Permission.USER_MANAGE)
def user_new(request):
    """A new person; the first password is shown once on the next page."""
    form = UserForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user, password = user_create(**form.cleaned_data, actor=Actor.of(request))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            request.session["first_password"] = [user.pk, password]
            return redirect("responsibilities:user", user.pk)
    return render(request, "responsibilities/user_new.html", {"form": form})


@needs(Permission.USER_MANAGE)
def user_page(request, pk):
    """One person: name, state, grants, tokens, and the acts on them."""
    user = user_of(request.scope, pk)
    form = UserEditForm(initial={"name": user.name, "version": user.version})
    grant_form = GrantForm()
    if request.method == "POST":
        done = _post(request, pk)
        if done is True:
            return redirect("responsibilities:user", pk)
        form, grant_form = done.get("form", form), done.get("grant_form", grant_form)
    shown = request.session.get("first_password")
    password = shown[1] if shown and shown[0] == pk else ""
    if password:
        del request.session["first_password"]
    return render(
        request,
        "responsibilities/user.html",
        {
            "person": user_of(request.scope, pk),
            "form": form,
            "grant_form": grant_form,
            "first_password": password,
            "tokens": user.api_tokens.order_by("-pk"),
            "is_self": request.user.pk == pk,
        },
    )


def _post(request, pk):
    """One of the page's forms: True when it is done, else the forms with their errors."""
    actor = Actor.of(request)
    if request.POST.get("act") == "grant":
        form = GrantForm(request.POST)
        if form.is_valid():
            data = form.cleaned_data
            try:
                grant_give(
                    user_pk=pk,
                    organization=data["organization"],
                    area=data["area"],
                    role=Role(data["role"]),
                    actor=actor,
                )
            except Refused as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, "授权已添加，立即生效。")
                return True
        return {"grant_form": form}
    form = UserEditForm(request.POST)
    if form.is_valid():
        try:
            user_edit(pk=pk, **form.cleaned_data, actor=actor)
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, "姓名已保存。")
            return True
    return {"form": form}


@needs(Permission.USER_MANAGE)
@require_POST
def user_act(request, pk, act):
    """Disable, enable, reset the password, end all sessions."""
    user_of(request.scope, pk)
    actor = Actor.of(request)
    acts = {
        "disable": lambda: user_set_active(pk=pk, active=False, actor=actor),
        "enable": lambda: user_set_active(pk=pk, active=True, actor=actor),
        "sessions": lambda: sessions_end(pk=pk, actor=actor),
        "password": lambda: password_reset(pk=pk, actor=actor),
    }
    words = {
        "disable": "账号已停用，其全部会话已终止。",
        "enable": "账号已启用。",
        "sessions": "其全部会话已终止，再次使用须重新登录。",
        "password": "密码已重置，请把下面的初始密码当面告知本人。",
    }
    try:
        result = acts[act]()
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        if act == "password":
            request.session["first_password"] = [pk, result]
        messages.success(request, words[act])
    return redirect("responsibilities:user", pk)


@needs(Permission.USER_MANAGE)
@require_POST
def grant_remove(request, pk, grant_pk):
    """Take one grant away."""
    user_of(request.scope, pk)
    try:
        grant_withdraw(user_pk=pk, grant_pk=grant_pk, actor=Actor.of(request))
    except Refused as refusal:
        messages.error(request, refusal.message)
    else:
        messages.success(request, "授权已撤销，立即生效。")
    return redirect("responsibilities:user", pk)


@needs(Permission.USER_MANAGE)
@require_POST
def token_remove(request, pk, token_pk):
    """Stop one API token of this person."""
    user = user_of(request.scope, pk)
    if user.api_tokens.filter(pk=token_pk).exists():
        token_revoke(pk=token_pk, actor=Actor.of(request))
        messages.success(request, "接口令牌已停用。")
    else:
        messages.error(request, "没有这个接口令牌，请刷新页面。")
    return redirect("responsibilities:user", pk)


def _grants(user) -> list[str]:
    return [
        f"{grant.organization}{f'（限{grant.area.short_name}）' if grant.area else ''} · {grant.get_role_display()}"
        for grant in user.grants.all()
    ]


def _words(user) -> list[str]:
    last = moment(user.last_login) or "从未登录"
    return [user.username, user.name, "启用" if user.is_active else "已停用", "；".join(_grants(user)), last]


def _row(user) -> dict:
    username, name, state, grants, last = _words(user)
    return {
        "href": f"/users/{user.pk}/",
        "cells": [
            {"text": username, "url": f"/users/{user.pk}/"},
            {"text": name, "label": "姓名"},
            {"text": grants or "没有授权，看不到任何内容", "label": "授权"},
            {"badge": {"label": state, "level": "green" if user.is_active else "grey"}, "label": "状态"},
            {"text": last, "label": "最近登录"},
        ],
    }
