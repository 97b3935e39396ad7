"""What lists share: choices of filters, pages, sorting by header, links that keep the rest of the address."""

from dataclasses import dataclass
from urllib.parse import urlencode

from django.core.paginator import Page, Paginator

from escalation.catalogue.registry import RULES, matters
from escalation.filters import DeadlineFilterForm
from escalation.selectors.days import Window
from escalation.selectors.lists import Criteria
from escalation.selectors.rows import DeadlineRow, rows_of, with_relations
from escalation.views.settling import settle_link
from projects.selectors.types import project_types_by_code
from responsibilities.rules.scope import Scope
from responsibilities.selectors.areas import areas


@dataclass(frozen=True)
class SettleRow:
    """A line with the button that leads to the form which clears it (None where the caller may not)."""

    row: DeadlineRow
    settle: object
    rule_title: str
    month: object = None


def filter_form(data, *, one_area: bool) -> DeadlineFilterForm:
    """The list's filters with their choices; `one_area` where the caller's grants reach no more."""
    return DeadlineFilterForm(
        data,
        rules=rule_choices(),
        areas=[(area.code, area.short_name) for area in areas()],
        project_types=[(code, kind.name) for code, kind in project_types_by_code().items()],
        one_area=one_area,
    )


def rule_choices() -> list[tuple[str, str]]:
    """Rules by their titles."""
    return [(code, rule.title) for code, rule in RULES.items()]


def lines_of(scope: Scope, queryset, window: Window) -> list[SettleRow]:
    """Deadlines as lines with their words and buttons."""
    page = with_relations(queryset)
    return [
        SettleRow(row=row, settle=settle_link(scope, row), rule_title=rule_title(row.deadline.rule))
        for row in rows_of(page, matters(page), window)
    ]


def rule_title(code: str) -> str:
    """The catalogue's title of a rule; the code where a rule left the catalogue."""
    return RULES[code].title if code in RULES else code


def page_of(queryset, total: int, number: str | None, size: int) -> Page:
    """A page of a list whose length is known already: no second count."""
    paginator = Paginator(queryset, size)
    paginator.__dict__["count"] = total
    return paginator.get_page(number)


def query(criteria: Criteria, **more) -> str:
    """The address of a list: criteria and what else there is, empty values left out."""
    parameters = criteria.parameters() | {name: value for name, value in more.items() if value not in ("", None)}
    return urlencode(parameters)
