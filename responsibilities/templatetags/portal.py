"""How amounts, shares and months are written on every page."""

import datetime
from decimal import Decimal

from django import template

from responsibilities.selectors.clock import SHANGHAI

register = template.Library()


@register.filter
def money(amount) -> str:
    """`1,234,567.80`; an em dash for what isn't known."""
    if amount is None or amount == "":
        return "—"
    return f"{Decimal(amount):,.2f}"


@register.filter
def change(amount) -> str:
    """What comes on top or is taken off, with its sign: `+50.00`, `-1,234.50`."""
    return f"{Decimal(amount):+,.2f}"


@register.filter
def day_of(moment: str) -> str:
    """The day here of a moment that was kept as text (ISO 8601, with its zone)."""
    return f"{datetime.datetime.fromisoformat(moment).astimezone(SHANGHAI):%Y-%m-%d}" if moment else "—"


@register.filter
def share(ratio) -> str:
    """A ratio as per cent without needless zeros: `30%`, `12.5%`; an em dash for none."""
    if ratio is None or ratio == "":
        return "—"
    return f"{(Decimal(ratio) * 100).normalize():f}%"


@register.filter
def month(day: datetime.date | None) -> str:
    """`2026-10`."""
    return f"{day:%Y-%m}" if day else "—"


@register.filter
def days(number) -> str:
    """Days or hours of work without needless zeros and never rounded: `26`, `18.5`, `0.25`; an em dash for none."""
    if number is None or number == "":
        return "—"
    return f"{Decimal(number).normalize():,f}"
