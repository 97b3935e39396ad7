"""What lists share: paging, sorting by header, chips for set filters, export of what is filtered."""

from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from responsibilities.selectors.clock import today
from responsibilities.views.downloads import workbook
from sheets.writing import OutColumn, OutSheet

SIZES = (20, 50, 100)
LONG_SIZES = (50, 100, 200)
USUAL = 50


def page_of(request: HttpRequest, rows: QuerySet, sizes: Sequence[int] = SIZES) -> Page:
    """The page that the address names; a wrong number shows the nearest one."""
    return Paginator(rows, page_size(request, sizes)).get_page(request.GET.get("page"))


def page_size(request: HttpRequest, sizes: Sequence[int] = SIZES) -> int:
    """How many rows a page has: one of the sizes offered, else the usual 50."""
    wanted = request.GET.get("page_size", "")
    return int(wanted) if wanted in {str(size) for size in sizes} else USUAL


def query(request: HttpRequest, **changes: str) -> str:
    """The address's filters with some changed, ending in `&` where there are any. The pager adds page and size."""
    text = urlencode(_kept(request, ("page", "page_size", "export"), changes))
    return f"{text}&" if text else ""


def address(request: HttpRequest, **changes: str) -> str:
    """The same list with some filters changed, from its first page; an empty value takes a filter away."""
    return f"?{urlencode(_kept(request, ('page', 'export'), changes))}"


def _kept(request: HttpRequest, without: Sequence[str], changes: Mapping[str, str]) -> dict[str, str]:
    kept = {name: value for name, value in request.GET.items() if name not in without} | changes
    return {name: value for name, value in kept.items() if value}


def sorted_rows(request: HttpRequest, rows: QuerySet, sorts: Mapping[str, Sequence[str]]) -> QuerySet:
    """By the header that the address names (`sort=-name` for descending), else as the queryset comes."""
    wanted = request.GET.get("sort", "")
    names = sorts.get(wanted.removeprefix("-"))
    if not names:
        return rows
    return rows.order_by(*(f"-{name}" for name in names)) if wanted.startswith("-") else rows.order_by(*names)


def columns(request: HttpRequest, labels: Iterable[Sequence]) -> list[dict]:
    """Headers from (label, sort name or "") or (label, sort name, whether it holds numbers)."""
    wanted = request.GET.get("sort", "")
    found = []
    for label, name, *number in labels:
        column = {"label": label, "num": bool(number and number[0])}
        if name:
            column["sort_url"] = address(request, sort=f"-{name}" if wanted == name else name)
            column["sorted"] = {name: "ascending", f"-{name}": "descending"}.get(wanted)
        found.append(column)
    return found


def chips(request: HttpRequest, labels: Mapping[str, tuple[str, Mapping[str, str]]]) -> list[dict]:
    """The filters that are set, each with the address that takes it away; name → (label, value → word)."""
    return [
        {
            "label": label,
            "value": words.get(request.GET[name], request.GET[name]),
            "remove_url": address(request, **{name: ""}),
        }
        for name, (label, words) in labels.items()
        if request.GET.get(name)
    ]


def form_chips(request: HttpRequest, form, names: Sequence[str]) -> list[dict]:
    """Chips of a filter form's fields, in their own words; a field in error filters nothing and has none."""
    fields = {name: form.fields[name] for name in names if name not in form.errors}
    return chips(request, {name: (field.label, dict(getattr(field, "choices", ()))) for name, field in fields.items()})


def switches(
    request: HttpRequest, name: str, choices: Iterable[tuple[str, str]], counts: Mapping[str, int] | None = None
) -> list[dict]:
    """One chip a choice: following it sets the filter, following the one that is set takes it away.

    With counts, choices that nothing falls under are left out.
    """
    chosen = request.GET.get(name, "")
    return [
        {
            "label": label,
            "url": address(request, **{name: "" if chosen == code else code}),
            "active": chosen == code,
            **({"count": counts.get(code, 0)} if counts is not None else {}),
        }
        for code, label in choices
        if counts is None or counts.get(code) or chosen == code
    ]


def export(name: str, titles: Sequence[tuple], rows: Iterable[Sequence[object]]) -> HttpResponse:
    """The filtered rows as a workbook; titles are (title, width) or (title, width, kind of `OutColumn`)."""
    columns = [OutColumn(title, kind[0] if kind else "text", width) for title, width, *kind in titles]
    sheet = OutSheet(name, columns, rows)
    return workbook(f"{name}{today():%Y%m%d}.xlsx", [sheet])
