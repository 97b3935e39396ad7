"""Photos and scans as answers: shown where they are, kept nowhere, never run as a page."""

from urllib.parse import quote

from django.http import HttpResponse

from payroll.rules.photos import PHOTOS


def picture_response(data: bytes, kind: str, name: str = "") -> HttpResponse:
    """A picture shown inline; whatever isn't one is a download."""
    response = HttpResponse(data, content_type=kind if kind in PHOTOS else "application/octet-stream")
    response["Content-Disposition"] = "inline" if kind in PHOTOS else f"attachment; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
