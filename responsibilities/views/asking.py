"""What can't be undone asks once, without scripts too: the button sends what it would have asked as `_ask`.

With scripts `confirm.js` asks beside the button and takes `_ask` away. A program that posts without it isn't asked.
"""

from urllib.parse import urlsplit

from django.shortcuts import render
from django.utils.http import url_has_allowed_host_and_scheme

ASK = "_ask"
TOKEN = "csrfmiddlewaretoken"


def asked_first(request):
    """The page that asks, with everything that was posted so far; None where nothing is to be asked.

    Files can't be carried over such a page, so forms with files have no button that asks.
    """
    if request.method != "POST" or ASK not in request.POST or request.FILES:
        return None
    kept = [(name, value) for name, values in request.POST.lists() if name not in (ASK, TOKEN) for value in values]
    response = render(
        request,
        "asking.html",
        {"question": request.POST[ASK], "kept": kept, "action": request.get_full_path(), "back": _back(request)},
    )
    response["Cache-Control"] = "no-store"
    return response


def _back(request) -> str:
    """Where the person came from, if that was here."""
    came_from = request.META.get("HTTP_REFERER", "")
    if not url_has_allowed_host_and_scheme(came_from, {request.get_host()}):
        return "/"
    parts = urlsplit(came_from)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path
