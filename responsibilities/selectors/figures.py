"""Figures of law and policy in force on a day; codes and bases stand in `fixtures/figures.json`."""

import datetime
from collections.abc import Iterable

from responsibilities.models import Figure


def figure_on(code: str, on: datetime.date) -> str | None:
    """The value in force on a day, as written in its row; None where none was in force yet."""
    return (
        Figure.objects.filter(code=code, in_force_from__lte=on)
        .order_by("-in_force_from")
        .values_list("value", flat=True)
        .first()
    )


def figures_on(codes: Iterable[str], on: datetime.date) -> dict[str, Figure]:
    """The rows in force on a day by code, in one question; a code without one is left out."""
    rows = Figure.objects.filter(code__in=list(codes), in_force_from__lte=on)
    return {row.code: row for row in rows.order_by("code", "-in_force_from").distinct("code")}


def figure_versions(code: str) -> list[tuple[datetime.date, str]]:
    """All dated values of a figure, oldest first, for facts that lie on different days."""
    return list(Figure.objects.filter(code=code).order_by("in_force_from").values_list("in_force_from", "value"))
