"""What every room's pages use: the permission a page states, and refusals shown where the person looks."""

from collections.abc import Callable
from functools import wraps

from django.core.exceptions import NON_FIELD_ERRORS

from responsibilities.rules.errors import EditedMeanwhile, Refused
from responsibilities.rules.roles import Permission
from responsibilities.views.asking import asked_first


def needs(permission: Permission) -> Callable:
    """A page states the permission it needs; without it 403. The access test reads `permission` back.

    A button that asks before it acts is asked about here where scripts didn't (`responsibilities.views.asking`). Being
    out of scope is the selectors' matter and ends in 404.
    """

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            request.scope.require(permission)
            return asked_first(request) or view(request, *args, **kwargs)

        guarded.permission = permission
        return guarded

    return decorate


def any_signed_in(view: Callable) -> Callable:
    """A page for whoever is signed in, because it shows only what is one's own (password, logout, switch)."""
    view.permission = None
    return view


def show_refusal(form, refusal: Refused) -> None:
    """Put a service's refusal at the fields it names, else on top of the form; the input stays."""
    if isinstance(refusal, EditedMeanwhile) and refusal.version is not None and "version" in form.fields:
        form.data = form.data.copy()
        form.data[form.add_prefix("version")] = str(refusal.version)
    placed = False
    for name, message in refusal.fields.items():
        if name in form.fields:
            form.add_error(name, message)
            placed = True
    if not placed:
        form.add_error(NON_FIELD_ERRORS, refusal.message)
