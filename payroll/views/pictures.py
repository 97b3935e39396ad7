"""Photos and scans as answers: shown where they are, kept nowhere, never run as a page."""

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from payroll.rules.photos import PHOTOS


def picture_response(data: bytes, kind: str, name: str = "") -> HttpResponse:
    """A picture shown inline; whatever isn't one is a download."""
    response = HttpResponse(data, content_type=kind if kind in PHOTOS else "application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(kind not in PHOTOS, name) or "inline"
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response
