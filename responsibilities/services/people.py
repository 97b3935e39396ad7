"""People and their grants, kept by the system administrator; everybody changes only their own password.

Raising `session_epoch` ends every session of a person at the next request of each.
"""

import secrets

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from responsibilities.models import Area, Grant, Organization, User
from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.grants import grant_problem
from responsibilities.rules.roles import Role
from responsibilities.services.trail import Actor, changed_fields, record_event

# Readable over the telephone: without 0 O 1 l I.
_ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"


@transaction.atomic
def user_create(*, username: str, name: str, actor: Actor) -> tuple[User, str]:
    """A new person without grants, and the first password, which is shown once and must be changed.

    Errors: `username_taken`.
    """
    password = _first_password()
    user = User(username=username.strip(), name=name.strip(), must_change_password=True)
    user.set_password(password)
    try:
        with transaction.atomic():
            user.save()
    except IntegrityError as error:
        message = f"账号“{username}”已被使用，请换一个。"
        raise Refused("username_taken", message, {"username": message}) from error
    record_event(actor=actor, action="user.create", target=user, changes={"username": ["", user.username]})
    return user, password


@transaction.atomic
def user_edit(*, pk: int, name: str, version: int, actor: Actor) -> User:
    """Correct a person's name. Errors: `edited_meanwhile`."""
    user = _locked(pk)
    if user.version != version:
        raise EditedMeanwhile("该用户", user.version)
    changes = changed_fields({"name": user.name}, {"name": name.strip()})
    if changes:
        user.name = name.strip()
        _save(user, "name")
        record_event(actor=actor, action="user.edit", target=user, changes=changes)
    return user


@transaction.atomic
def user_set_active(*, pk: int, active: bool, actor: Actor, reason: str = "") -> User:
    """Disable a person (all sessions end, tokens stop) or enable again. Errors: `own_account`, `last_administrator`."""
    user = _locked(pk)
    if user.is_active == active:
        return user
    if not active:
        _not_oneself(user, actor, "停用")
        _keep_an_administrator(without_user=user)
        user.session_epoch += 1
    user.is_active = active
    _save(user, "is_active", "session_epoch")
    record_event(actor=actor, action="user.enable" if active else "user.disable", target=user, reason=reason)
    return user


@transaction.atomic
def password_reset(*, pk: int, actor: Actor) -> str:
    """A new first password, shown once; all sessions of the person end."""
    user = _locked(pk)
    password = _first_password()
    user.set_password(password)
    user.must_change_password = True
    user.session_epoch += 1
    _save(user, "password", "must_change_password", "session_epoch")
    record_event(actor=actor, action="user.password_reset", target=user)
    return password


@transaction.atomic
def password_change(*, user: User, old: str, new: str, actor: Actor) -> User:
    """One's own password; all other sessions end (the view renews its own). Errors: `password_wrong`, `password_weak`."""
    user = _locked(user.pk)
    if not user.check_password(old):
        message = "原密码不正确，请重新输入。"
        raise Refused("password_wrong", message, {"old_password": message})
    if old == new:
        message = "新密码与原密码相同，请换一个。"
        raise Refused("password_weak", message, {"new_password": message})
    try:
        validate_password(new, user)
    except ValidationError as error:
        message = "".join(error.messages)
        raise Refused("password_weak", message, {"new_password": message}) from error
    user.set_password(new)
    user.must_change_password = False
    user.session_epoch += 1
    _save(user, "password", "must_change_password", "session_epoch")
    record_event(actor=actor, action="user.password_change", target=user)
    return user


@transaction.atomic
def sessions_end(*, pk: int, actor: Actor) -> User:
    """End all sessions of a person, on whatever machine they are."""
    user = _locked(pk)
    user.session_epoch += 1
    _save(user, "session_epoch")
    record_event(actor=actor, action="user.sessions_end", target=user)
    return user


@transaction.atomic
def grant_give(*, user_pk: int, organization: Organization, area: Area | None, role: Role, actor: Actor) -> Grant:
    """A role for an organization, narrowed to an area or not. Errors: `grant_unfit`, `grant_exists`."""
    user = _locked(user_pk)
    own_area = organization.area
    problem = grant_problem(
        role=Role(role),
        kind=organization.kind,
        body_code=organization.body.code if organization.body else "",
        own_area_id=own_area.pk if own_area else None,
        city_level=own_area is not None and own_area.kind == Area.Kind.CITY,
        area_id=area.pk if area else None,
    )
    if problem:
        field, message = problem
        raise Refused("grant_unfit", message, {field: message})
    grant, created = Grant.objects.get_or_create(user=user, organization=organization, area=area, role=role)
    if not created:
        raise Refused("grant_exists", "该用户已有这项授权，不必重复添加。")
    record_event(actor=actor, action="grant.give", target=user, changes={"grant": ["", _grant_text(grant)]})
    return grant


@transaction.atomic
def grant_withdraw(*, user_pk: int, grant_pk: int, actor: Actor) -> None:
    """Take a role away; it works at the person's next request. Errors: `grant_gone`, `last_administrator`."""
    user = _locked(user_pk)
    grant = Grant.objects.filter(pk=grant_pk, user=user).select_related("organization", "area").first()
    if grant is None:
        raise Refused("grant_gone", "这项授权已被撤销，请刷新页面。")
    if grant.role == Role.SYSTEM_ADMINISTRATOR:
        _keep_an_administrator(without_grant=grant)
    text = _grant_text(grant)
    grant.delete()
    record_event(actor=actor, action="grant.withdraw", target=user, changes={"grant": [text, ""]})


def _locked(pk: int) -> User:
    user = User.objects.select_for_update().filter(pk=pk).first()
    if user is None:
        raise Refused("not_found", "没有这个用户，请返回用户列表。")
    return user


def _save(user: User, *fields: str) -> None:
    user.version += 1
    user.save(update_fields=[*fields, "version"])


def _not_oneself(user: User, actor: Actor, verb: str) -> None:
    if actor.user and actor.user.pk == user.pk:
        raise Refused("own_account", f"不能{verb}自己的账号，请由另一位系统管理员办理。")


def _keep_an_administrator(*, without_user: User | None = None, without_grant: Grant | None = None) -> None:
    """At least one active administrator remains. The rows are locked, so two at once can't remove each other."""
    others = Grant.objects.select_for_update().filter(role=Role.SYSTEM_ADMINISTRATOR, user__is_active=True)
    if without_user:
        if not without_user.grants.filter(role=Role.SYSTEM_ADMINISTRATOR).exists():
            return
        others = others.exclude(user=without_user)
    if without_grant:
        others = others.exclude(pk=without_grant.pk)
    if not list(others):
        raise Refused("last_administrator", "这是最后一位系统管理员，请先授权另一位再办理。")


def _grant_text(grant: Grant) -> str:
    area = f"（限{grant.area}）" if grant.area else ""
    return f"{grant.organization}{area} · {grant.get_role_display()}"


def _first_password() -> str:
    return "".join(secrets.choice(_ALPHABET) for _ in range(14))
