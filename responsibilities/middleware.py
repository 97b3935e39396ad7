"""Refuses what is too heavy, gives each request its scope, and turns refusals that no form caught into 404 and 403."""

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import get_resolver
from django.utils.functional import SimpleLazyObject

from responsibilities.rules.errors import NotAllowed, NotVisible
from responsibilities.selectors.scope import scope_of
from responsibilities.selectors.switch import SWITCH_KEY, narrowed

# Pages that a person who must change the first password may open.
_OPEN_BEFORE_PASSWORD = {"responsibilities:password", "responsibilities:logout", "responsibilities:login"}


class PlainQueryMiddleware:
    """Takes the character that no database keeps (NUL) out of what an address asks: nobody types it, and a search for it
    failed. What is named with it doesn't exist (404).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        if "\x00" in request.path_info:
            raise Http404
        query = request.META.get("QUERY_STRING", "")
        # Again and again: taken out of %%0000, it leaves one more.
        while "%00" in query or "\x00" in query:
            query = request.META["QUERY_STRING"] = query.replace("%00", "").replace("\x00", "")
        return self.get_response(request)


class WeightMiddleware:
    """Refuses a page's request by its announced length (HTTP 413) before a byte of it is read, whoever sends it.

    Beyond that length the server reads nothing anyway. The API has limits and a form of its own (`api.base`). Stands
    before whatever reads the form (CSRF).
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        length = request.META.get("CONTENT_LENGTH") or "0"
        heavy = length.isdigit() and int(length) > settings.PORTAL_REQUEST_LIMIT
        if heavy and not request.path.startswith("/api/"):
            megabytes = settings.PORTAL_REQUEST_LIMIT // (1024 * 1024)
            return HttpResponse(render_to_string("413.html", {"megabytes": megabytes}), status=413)
        return self.get_response(request)


class ScopeMiddleware:
    """`request.scope`: loaded once, on first use. Out of scope is 404, without permission 403.

    `request.whole_scope` is all that the person has; `request.scope` what the unit and area switch left of it.
    """

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.whole_scope = SimpleLazyObject(lambda: scope_of(request.user))
        request.scope = SimpleLazyObject(lambda: _switched(request))
        return self.get_response(request)

    def process_view(self, request, view, args, kwargs):
        """A person with a first password gets no further than the page where it is changed."""
        user = request.user
        if not (user.is_authenticated and user.must_change_password):
            return None
        if request.resolver_match.view_name in _OPEN_BEFORE_PASSWORD:
            return None
        return redirect("responsibilities:password")

    def process_exception(self, request, exception):
        # Raising from here would skip Django's own 404/403 pages; answering through its handlers keeps them.
        if isinstance(exception, NotVisible):
            handler = get_resolver().resolve_error_handler(404)
            return handler(request, exception=Http404(exception.message))
        if isinstance(exception, NotAllowed):
            handler = get_resolver().resolve_error_handler(403)
            return handler(request, exception=PermissionDenied(exception.message))
        return None


def _switched(request):
    """The chosen part of the scope; a choice that is no longer one's own counts as none."""
    chosen = request.session.get(SWITCH_KEY, "") if request.user.is_authenticated else ""
    whole = request.whole_scope
    return narrowed(whole, chosen) or whole
