"""What the lists of this room share: paging, sorting by header, chips for set filters, export of what is filtered."""

import io
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header

from responsibilities.selectors.clock import today
from sheets.writing import OutColumn, OutSheet, write_xlsx

SIZES = (20, 50, 100)


def page_of(request: HttpRequest, rows: QuerySet) -> Page:
    """The page that the address names; a wrong number shows the nearest one."""
    return Paginator(rows, page_size(request)).get_page(request.GET.get("page"))


def page_size(request: HttpRequest) -> int:
    wanted = request.GET.get("page_size", "")
    return int(wanted) if wanted.isdigit() and int(wanted) in SIZES else SIZES[1]


def query(request: HttpRequest, **changes: str) -> str:
    """The address's filters with some changed, without the page, ending in `&` where there are any."""
    kept = {name: value for name, value in request.GET.items() if name not in ("page", "export") and value}
    kept |= changes
    text = urlencode({name: value for name, value in kept.items() if value})
    return f"{text}&" if text else ""


def sorted_rows(request: HttpRequest, rows: QuerySet, sorts: Mapping[str, Sequence[str]]) -> QuerySet:
    """By the header that the address names (`sort=-name` for descending), else as the queryset comes."""
    wanted = request.GET.get("sort", "")
    names = sorts.get(wanted.removeprefix("-"))
    if not names:
        return rows
    return rows.order_by(*(f"-{name}" for name in names)) if wanted.startswith("-") else rows.order_by(*names)


def columns(request: HttpRequest, labels: Iterable[tuple[str, str]]) -> list[dict]:
    """Headers for `components/data_table.html` from (label, sort name or "")."""
    wanted = request.GET.get("sort", "")
    found = []
    for label, name in labels:
        column = {"label": label}
        if name:
            column["sort_url"] = "?" + query(request, sort=f"-{name}" if wanted == name else name).rstrip("&")
            column["sorted"] = {name: "ascending", f"-{name}": "descending"}.get(wanted)
        found.append(column)
    return found


def chips(request: HttpRequest, labels: Mapping[str, tuple[str, Mapping[str, str]]]) -> list[dict]:
    """The filters that are set, each with the address that takes it away; name → (label, value → word)."""
    return [
        {
            "label": label,
            "value": words.get(request.GET[name], request.GET[name]),
            "remove_url": "?" + query(request, **{name: ""}).rstrip("&"),
        }
        for name, (label, words) in labels.items()
        if request.GET.get(name)
    ]


def export(name: str, titles: Sequence[tuple[str, int]], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The filtered rows as a workbook; titles are (title, width)."""
    book = io.BytesIO()
    write_xlsx(book, [OutSheet(name, [OutColumn(title, width=width) for title, width in titles], rows)])
    reply = HttpResponse(
        book.getvalue(), content_type="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    )
    reply.headers["Content-Disposition"] = content_disposition_header(True, f"{name}{today():%Y%m%d}.xlsx")
    return reply
