"""Small words and classes for pages with deadlines; colours follow urgency only."""

from django import template
from django.utils.http import urlencode

from escalation.rules.urgency import Urgency

register = template.Library()

_CLASSES = {
    Urgency.OVERDUE: "u-red",
    Urgency.SOON: "u-orange",
    Urgency.CALM: "u-blue",
    Urgency.DONE: "u-green",
    Urgency.GONE: "u-grey",
}
_STATUS_CLASSES = {"met_late": "u-yellow is-late", "void": "u-grey is-void"}
LEVEL_CLASSES = {0: "u-grey", 1: "u-yellow", 2: "u-orange", 3: "u-red"}
BAND_CLASSES = {"grave": "u-red", "serious": "u-orange", "plain": "u-yellow"}
DECISION_CLASSES = {
    "in_force": "u-blue",
    "awaiting_second": "u-yellow",
    "rejected": "u-grey",
    "revoked": "u-grey is-void",
}

_TERMS = {"supervision_order": "限 {} 前办结", "extension": "延至 {}", "interview": "{} 约谈"}


@register.filter
def urgency_class(row) -> str:
    """The class of a `DeadlineRow`: its badge and the bar at its left edge."""
    return _STATUS_CLASSES.get(row.deadline.status) or _CLASSES[row.standing.urgency]


@register.filter
def urgency_level(urgency: str) -> str:
    """The colour's name of an urgency, for components that take a level."""
    return _CLASSES[Urgency(urgency)].removeprefix("u-")


@register.filter
def level_class(level: int) -> str:
    """The class of a level of the ladder."""
    return LEVEL_CLASSES.get(level, "u-grey")


@register.filter
def band_class(band) -> str:
    """The class of a band of lateness."""
    return BAND_CLASSES[band.code] if band else "u-grey"


@register.filter
def decision_class(decision) -> str:
    """The class of a decision's status."""
    return DECISION_CLASSES.get(decision.status, "u-grey")


@register.filter
def decision_term(decision) -> str:
    """The date that a decision names, with the word that says what it is; empty where it names none."""
    if not decision.effective_on:
        return ""
    day = f"{decision.effective_on:%Y-%m-%d}"
    return _TERMS.get(decision.kind, "{}").format(day)


@register.filter
def yuan(amount) -> str:
    """12,345.60; what isn't known is said so."""
    return "尚不明确" if amount is None else f"{amount:,.2f}"


@register.filter
def joined(names, separator: str = "、") -> str:
    """Names in one line."""
    return separator.join(str(name) for name in names)


@register.filter
def percent(ratio) -> str:
    """0.3 as 30%, without trailing zeros."""
    return "" if ratio is None else f"{ratio * 100:.4f}".rstrip("0").rstrip(".") + "%"


@register.simple_tag
def with_query(url: str, **parameters) -> str:
    """An address with parameters, empty ones left out."""
    text = urlencode({name: value for name, value in parameters.items() if value not in ("", None)})
    if not text:
        return url
    return f"{url}{'&' if '?' in url else '?'}{text}"


_PARTS = {"owes": "责任单位", "supervises": "监管单位", "informed": "告知单位"}


@register.filter
def offset_words(offset: int) -> str:
    """-1 as 到期前 1 个工作日."""
    if offset == 0:
        return "到期当日"
    return f"到期{'前' if offset < 0 else '后'} {abs(offset)} 个工作日"


@register.filter
def part_words(parts) -> str:
    """Who is told at a rung."""
    return "、".join(_PARTS.get(part, part) for part in parts)
