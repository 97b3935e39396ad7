"""Gives each request its scope, and turns refusals that no form caught into 404 and 403."""

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.urls import get_resolver
from django.utils.functional import SimpleLazyObject

from responsibilities.rules.errors import NotAllowed, NotVisible
from responsibilities.selectors.scope import scope_of


class ScopeMiddleware:
    """`request.scope`: loaded once, on first use. Out of scope is 404, without permission 403."""

    def __init__(self, get_response):
        self.get_response = get_response

    def __call__(self, request):
        request.scope = SimpleLazyObject(lambda: scope_of(request.user))
        return self.get_response(request)

    def process_exception(self, request, exception):
        # Raising from here would skip Django's own 404/403 pages; answering through its handlers keeps them.
        if isinstance(exception, NotVisible):
            handler = get_resolver().resolve_error_handler(404)
            return handler(request, exception=Http404(exception.message))
        if isinstance(exception, NotAllowed):
            handler = get_resolver().resolve_error_handler(403)
            return handler(request, exception=PermissionDenied(exception.message))
        return None
