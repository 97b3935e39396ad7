"""Files as answers: a name that browsers keep whole, nothing cached, nothing run as a page."""

import datetime
import io
from collections.abc import Iterable

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from responsibilities.selectors.clock import SHANGHAI
from sheets.writing import OutSheet, write_xlsx

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BYTES = "application/octet-stream"


def attachment(name: str, data: bytes, content_type: str = XLSX) -> HttpResponse:
    """Bytes to keep under their Chinese name; a workbook unless said otherwise."""
    response = HttpResponse(data, content_type=content_type)
    response["Content-Disposition"] = content_disposition_header(True, name)
    response["Cache-Control"] = "no-store"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def moment(at: datetime.datetime | None) -> str:
    """A moment as files show it: to the minute, by Zhangye's clock; nothing for none."""
    return f"{at.astimezone(SHANGHAI):%Y-%m-%d %H:%M}" if at else ""


def workbook(name: str, sheets: Iterable[OutSheet]) -> HttpResponse:
    """Sheets as one workbook to keep."""
    book = io.BytesIO()
    write_xlsx(book, list(sheets))
    return attachment(name, book.getvalue())
